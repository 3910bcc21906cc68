"""An authority of the company's own, where it has no certificate: made once, renewed by itself.

Phones and PCs that have the authority's certificate installed trust the server; without it a page
has neither offline storage nor camera.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import socket
from contextlib import suppress
from typing import TYPE_CHECKING, Final, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from optimizer.atomic_files import make_folder, write_whole

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

AUTHORITY_DAYS: Final = 3650
SERVER_DAYS: Final = 397
"""Browsers trust no certificate that is longer valid."""
RENEWED_BEFORE_DAYS: Final = 30


class Signed(NamedTuple):
    """Files of a server's certificate and its key, and of the authority that signed it."""

    certificate: Path
    key: Path
    authority: Path


def own_certificate(folder: Path, host: str, now: dt.datetime | None = None) -> Signed:
    """The server's certificate, signed by the authority in a folder; made or renewed as needed.

    Parameters
    ----------
    folder
        The campaign's; the files are in its folder `tls`.
    host
        By which name or address it is reached, besides the machine's own.
    """
    now = now or dt.datetime.now(dt.UTC)
    files = Signed(
        folder / "tls" / "server.pem", folder / "tls" / "server.key", folder / "tls" / "ca.crt"
    )
    authority_key = folder / "tls" / "ca.key"
    make_folder(folder / "tls")
    if not (files.authority.exists() and authority_key.exists()):
        key = ec.generate_private_key(ec.SECP256R1())
        write_whole(authority_key, _key_text(key))
        write_whole(files.authority, _pem(_authority(key, now)))
    names = _names(host)
    if not (files.key.exists() and _still_good(files.certificate, names, now)):
        authority = x509.load_pem_x509_certificate(files.authority.read_bytes())
        signer = serialization.load_pem_private_key(authority_key.read_bytes(), None)
        assert isinstance(signer, ec.EllipticCurvePrivateKey)  # noqa: S101  (we wrote it)
        key = ec.generate_private_key(ec.SECP256R1())
        write_whole(files.key, _key_text(key))
        write_whole(files.certificate, _pem(_server(key, authority, signer, names, now)))
    return files


def _authority(key: EllipticCurvePrivateKey, now: dt.datetime) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"zoufang {socket.gethostname()}")])
    return (
        _begun(name, name, key, now, AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )


def _server(
    key: EllipticCurvePrivateKey,
    authority: x509.Certificate,
    signer: EllipticCurvePrivateKey,
    names: list[str],
    now: dt.datetime,
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0][:64])])
    usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
    return (
        _begun(subject, authority.subject, key, now, SERVER_DAYS)
        .add_extension(x509.SubjectAlternativeName(map(_as_name, names)), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=False)
        .sign(signer, hashes.SHA256())
    )


def _begun(
    subject: x509.Name,
    issuer: x509.Name,
    key: EllipticCurvePrivateKey,
    now: dt.datetime,
    days: int,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=days))
    )


def _names(host: str) -> list[str]:
    """Every name and address by which the machine may be reached."""
    own = socket.gethostname()
    found = ["localhost", "127.0.0.1", own]
    if host not in {"0.0.0.0", "::"}:  # noqa: S104  (compared, not bound to)
        found.insert(0, host)
    with suppress(OSError):
        found += sorted({str(info[4][0]) for info in socket.getaddrinfo(own, None)})
    return list(dict.fromkeys(name.split("%")[0] for name in found))


def _as_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _still_good(path: Path, names: Iterable[str], now: dt.datetime) -> bool:
    if not path.exists():
        return False
    known = x509.load_pem_x509_certificate(path.read_bytes())
    listed = known.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    lasts = known.not_valid_after_utc - now > dt.timedelta(days=RENEWED_BEFORE_DAYS)
    return lasts and set(map(_as_name, names)) <= set(listed)


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _key_text(key: EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
