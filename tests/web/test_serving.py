"""`zoufang serve`: what it refuses, how it ends, how it writes backups."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from threading import Event

import httpx
import pytest
from conftest import TODAY, wait_for
from desk_world import MONDAY, STATION

from optimizer.desk import Campaign
from optimizer.errors import CampaignError, SignInError
from optimizer.web.backups import Backups, too_old
from optimizer.web.served import Served
from optimizer.web.server import Address


@pytest.mark.parametrize("host", ["0.0.0.0", "10.1.2.3", "::", "desk.example.cn"])  # noqa: S104
def test_no_other_machine_is_served_in_the_clear(host):
    """A password on the company's network is read by whoever shares it."""
    with pytest.raises(CampaignError, match="plain-http"):
        Address(host=host)
    assert Address(host=host, plain_http=True).url.startswith("http://")
    there = Path(__file__)
    assert Address(host=host, certificate=there, key=there).url.startswith("https://")
    with pytest.raises(CampaignError, match="nowhere"):
        Address(host=host, certificate=there, key=there.with_name("nowhere"))


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.8.9.1"])
def test_ones_own_machine_needs_no_certificate(host):
    """A rehearsal is one command."""
    assert Address(host=host).is_loopback


def test_half_a_certificate_is_refused():
    """A certificate without its key is a typing error."""
    with pytest.raises(CampaignError):
        Address(certificate=Path("a"))


def test_a_port_that_is_taken_is_told_before_anybody_opens_it():
    """Two servers of two campaigns on one machine: the second names the port and the way out."""
    with Address(port=0).listen() as first, pytest.raises(CampaignError, match="--port"):
        Address(port=first.getsockname()[1]).listen()


def test_an_sqlite_that_damages_files_is_refused(folder, monkeypatch):
    """Twenty chiefs write at once: what several writers damage must not be begun with."""
    monkeypatch.setattr(Campaign, "sqlite_is_sound", False)
    with pytest.raises(CampaignError, match="SQLite"):
        Served(folder)


def test_made_up_people_do_not_come_beside_real_ones(folder):
    """Their password stands in the documentation."""
    with Campaign(folder) as campaign:
        campaign.people.add("张所长", "auditor")
        with pytest.raises(SignInError):
            campaign.add_demo_people("Zoufang-2027")
        campaign.people.close()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_within_five_seconds_with_pages_open(folder, how):
    """A machine that is switched off waits for nobody's browser."""
    port = 18000 + os.getpid() % 2000
    command = [sys.executable, "-m", "optimizer", "serve", "-C", str(folder), "--port", str(port)]
    with subprocess.Popen(
        command, env=os.environ | {"ZOUFANG_TODAY": TODAY}, stdout=subprocess.DEVNULL
    ) as running:
        try:
            wait_for(f"http://127.0.0.1:{port}", running)
            with httpx.Client(base_url=f"http://127.0.0.1:{port}") as browser:
                assert browser.get("/sign-in").status_code == 200
                begun = time.monotonic()
                running.send_signal(how)
                assert running.wait(20) == 0
                assert time.monotonic() - begun < 6
        finally:
            running.kill()


def test_boards_of_planned_days_are_ready_after_a_start(folder, monkeypatch):
    """Twenty chiefs open their boards again when the server is back: nobody is the last of them."""
    monkeypatch.setenv("ZOUFANG_TODAY", TODAY)
    with Campaign(folder) as campaign:
        campaign.plan_day(STATION, MONDAY)
    served, ready = Served(folder, workers=1), Event()
    try:
        monkeypatch.setattr(served, "doors", lambda _, lane: lane == "days" and ready.set())
        served.make_ready()
        assert ready.wait(60)
    finally:
        served.close()


def test_a_backup_is_written_opened_and_thinned(folder):
    """The latest are kept, of older days the last one; nothing else in the folder is touched."""
    served = Served(folder, workers=1)
    try:
        now = dt.datetime(2027, 1, 3, 12, 0, tzinfo=dt.UTC)
        path = Backups(served).write(now)
        with Campaign(folder) as campaign:
            campaign.check_backup(path)
    finally:
        served.close()
    names = [f"register-202610{day:02d}-{hour:02d}0000.sqlite" for day in (1, 2) for hour in (8, 9)]
    names += [f"register-20270103-{hour:02d}0000.sqlite" for hour in range(3)]
    paths = [Path(name) for name in [*names, "mine.txt"]]
    old = too_old(paths, kept=2, today=dt.date(2026, 10, 20))
    assert [path.name for path in old] == [names[0], names[2], names[4]]
    assert too_old(paths, kept=2, today=dt.date(2027, 1, 3)) == [Path(name) for name in names[:5]]
