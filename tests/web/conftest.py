"""A small county served, for every test of the pages."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import httpx
import pytest
from desk_world import OTHER, STATION, make_county
from evening_world import TODAY as CREWS_OUT
from evening_world import make_evening
from listening import listening

from optimizer.desk import Campaign, People, PhoneLinks

if TYPE_CHECKING:
    from pathlib import Path

PASSWORD = "Zoufang-2027"  # noqa: S105  (of made-up people)
PEOPLE = {
    "admin": ("administrator", ""),
    "planner": ("planner", ""),
    "chief": ("chief", STATION),
    "clerk": ("clerk", STATION),
    "other": ("chief", OTHER),
    "auditor": ("auditor", ""),
}
TODAY = "2027-01-03"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Twelve households, two crews, six people who may sign in."""
    return let_in(make_county(tmp_path_factory.mktemp("web") / "county", households=12))


def let_in(path: Path) -> Path:
    """Let the six people sign in to a county."""
    with Campaign(path) as campaign:
        for name, (role, station) in PEOPLE.items():
            campaign.people.add(name, role, station, PASSWORD, initial=False)
        campaign.people.close()
    return path


@pytest.fixture(scope="module")
def server(folder):
    """The address of a server on the loopback, started as a user starts it; it ends with us."""
    with serving(folder) as url:
        yield url


@pytest.fixture
def county(tmp_path, monkeypatch):
    """A county whose two crews are out today."""
    monkeypatch.setenv("ZOUFANG_TODAY", CREWS_OUT.isoformat())
    return let_in(make_evening(tmp_path / "county"))


@pytest.fixture
def served(county):
    """Requests to that county's server, which is in this process."""
    own = {"Sec-Fetch-Site": "same-origin"}
    with listening(county) as url, httpx.Client(base_url=url, headers=own, timeout=240) as client:
        yield client


@pytest.fixture
def links(county):
    """That server's links."""
    book = PhoneLinks(county / "phones.sqlite")
    yield book
    book.close()


@contextmanager
def serving(folder, today: str = TODAY):
    """A server of a campaign while the block lasts."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "optimizer", "serve", "-C", str(folder), "--port", str(port)]
    with subprocess.Popen(command, env=os.environ | {"ZOUFANG_TODAY": today}) as running:
        try:
            wait_for(url, running)
            yield url
        finally:
            running.terminate()


def wait_for(url: str, running: subprocess.Popen[bytes], seconds: float = 60.0) -> None:
    """Until the server answers."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        assert running.poll() is None, "the server has ended"
        try:
            if httpx.get(f"{url}/healthz").text == "ok":
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError("the server does not answer")


@pytest.fixture
def people(folder):
    """The people of the county, as the server has them."""
    book = People(folder / "people.sqlite")
    yield book
    book.close()
