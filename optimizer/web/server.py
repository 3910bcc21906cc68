"""`zoufang serve`: where it listens, by which certificate, how it begins and ends."""

from __future__ import annotations

import ipaddress
import os
import signal
import socket
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optimizer.catalogue import os_reason
from optimizer.errors import CampaignError
from optimizer.web.app import create_app
from optimizer.web.served import Served

if TYPE_CHECKING:
    from fastapi import FastAPI

GRACE_S = 4
"""Open pages are waited for so long when the server ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where the server listens, and how what it says is kept secret.

    Raises
    ------
    CampaignError
        It would speak in the clear to other machines, or half a certificate is given.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    certificate: Path | None = None
    key: Path | None = None
    plain_http: bool = False

    def __post_init__(self) -> None:
        if (self.certificate is None) != (self.key is None):
            raise CampaignError("serve.half_certificate")
        for path in (self.certificate, self.key):
            if path is not None and not path.is_file():
                raise CampaignError("serve.no_file", path=path)
        if not (self.is_loopback or self.certificate or self.plain_http):
            raise CampaignError("serve.in_the_clear", host=self.host)

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach it."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def url(self) -> str:
        """What to type into a browser."""
        scheme = "https" if self.certificate else "http"
        return f"{scheme}://{self.host}:{self.port}/"

    def listen(self) -> socket.socket:
        """A socket there, so that nobody is told an address at which another answers.

        Raises
        ------
        CampaignError
            The port is taken, may not be had, or this machine has no such address.
        """
        listener = socket.socket(socket.AF_INET6 if ":" in self.host else socket.AF_INET)
        if os.name == "posix":  # elsewhere this would let two servers have one port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((self.host, self.port))
            listener.listen()
        except OSError as error:
            listener.close()
            why = os_reason(error)
            raise CampaignError(
                "serve.not_listening", host=self.host, port=self.port, why=why
            ) from error
        return listener


def serve(
    folder: Path, address: Address, listener: socket.socket, workers: int | None = None
) -> None:
    """Serve a campaign until somebody ends it.

    Parameters
    ----------
    listener
        What `address.listen` gave.

    Raises
    ------
    CampaignError
        There is no campaign.
    """
    import uvicorn

    served = Served(folder, workers)
    app: FastAPI = create_app(served)
    # the library ends by the signal that it got: ours has what is open put away first
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    facts: dict[str, Any] = {}
    if address.certificate is not None:
        facts = {"ssl_certfile": str(address.certificate), "ssl_keyfile": str(address.key)}
    with suppress(KeyboardInterrupt):  # Ctrl-C, when all has been put away
        config = uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=GRACE_S,
            server_header=False,
            date_header=True,
            forwarded_allow_ips="127.0.0.1",
            **facts,
        )
        uvicorn.Server(config).run(sockets=[listener])
