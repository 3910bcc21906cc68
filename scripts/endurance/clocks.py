"""Clocks that are wrong, go backwards or stand in other zones; days at the edges of calendars.

    python -m endurance.clocks [--share 0.1] [--seed 1]        (in scripts/)

Whatever the clock says: a command does its work or says in a sentence why not, the register is
whole, what was acknowledged is in it, and what was told last is what holds.
"""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from endurance.county import accounts, build, opinions, run_apart, unsound
from endurance.trials import Tally, Wish, main
from optimizer.register import Register

if TYPE_CHECKING:
    from collections.abc import Sequence

MOMENTS = (
    "2027-03-02 16:59:58",
    "2027-03-02 03:00:00",
    "2027-02-20 23:59:58",
    "2026-12-31 23:59:59",
    "2028-02-29 12:00:00",
    "2029-06-01 08:00:00",
    "2031-01-01 00:00:00",
    "1970-01-01 00:00:10",
    "2038-01-19 03:14:07",
    "2099-12-31 23:59:59",
)
"""A working day, its night, a day before, turns of years, 29 February, days beyond the published
calendar and beyond the campaign, and what machines with an empty battery or a bad network say."""
ZONES = ("Asia/Shanghai", "UTC", "America/Los_Angeles", "Pacific/Kiritimati")
MISUSED = ("yesterday", "2027-13-01", "99999-01-01", "1970-01-01", "-1", " ", "2027-02-29")
"""What somebody may write into ZOUFANG_TODAY."""
_LOADED = "ENDURANCE_CLOCK"
_MOMENT = "FAKETIME_TIMESTAMP_FILE"


def library() -> str:
    """Where libfaketime is, "" where it is not installed."""
    found = sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))
    return str(found[0]) if found else ""


def load() -> None:
    """Begin this program anew with a clock that can be set, unless it has one."""
    if os.environ.get(_LOADED):
        return
    with tempfile.NamedTemporaryFile("w", prefix="endure-clock-") as moment:
        moment.write("+0\n")
        moment.flush()
        clock = {
            _LOADED: "1",
            "LD_PRELOAD": library(),
            _MOMENT: moment.name,
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }
        command = [sys.executable, *sys.orig_argv[1:]]
        code = subprocess.run(command, env=os.environ | clock, check=False)
    raise SystemExit(code.returncode)


def set_clock(moment: str, zone: str) -> None:
    """From now on it is this moment somewhere, and time goes on."""
    Path(os.environ[_MOMENT]).write_text(f"@{moment}\n" if moment else "+0\n", encoding="ascii")
    os.environ["TZ"] = zone
    time.tzset()


def trial(folder: Path, wish: Wish, tally: Tally) -> None:
    """A day's commands at each moment and place, one after the other in one register."""
    county = build(folder)["recorded"]
    names = iter(accounts(county)[5:])
    kept = opinions(county)
    del os.environ["ZOUFANG_TODAY"]
    for number, (moment, zone) in enumerate(wish.some(list(itertools.product(MOMENTS, ZONES)))):
        set_clock(moment, zone)
        name, account, opinion = f"{moment} in {zone}", next(names), f"told {number}"
        told = ["record", "-C", county, "--account", account, "--opinion", opinion]
        if _tried(county, [*told, "--result", "done", "--date", moment[:10]], tally, name):
            kept.add(opinion)
        for command in (["status", "-C", county], ["doctor", "-C", county]):
            _tried(county, command, tally, name)
        _tried(county, ["day", "-C", county, "--seconds", "0.1"], tally, name)
        copy = folder / f"{number}.sqlite"
        _tried(county, ["backup", "-C", county, copy], tally, name)
        copy.unlink(missing_ok=True)
        tally.expect(kept <= opinions(county), f"{name}: records are lost")
    _told_last(county, tally)
    set_clock("", "UTC")
    for text in MISUSED:
        os.environ["ZOUFANG_TODAY"] = text
        _tried(county, ["status", "-C", county], tally, f"ZOUFANG_TODAY={text!r}")
    shutil.rmtree(county)


def _tried(county: Path, command: Sequence[object], tally: Tally, name: str) -> bool:
    """Whether a command did its work; whatever it did, the register is whole."""
    answer = run_apart(*command)
    tally.tried += 1
    tally.expect(
        answer.code in {0, 2},
        f"{name}: {command[0]} ended with {answer.code}: {answer.said[-300:]}",
    )
    tally.expect(answer.code == 0 or answer.said.strip(), f"{name}: {command[0]} says nothing")
    wrong = unsound(county)
    tally.expect(not wrong, f"{name}: after {command[0]} {wrong}")
    return answer.code == 0


def _told_last(county: Path, tally: Tally) -> None:
    """A clock that was set back between a record and its correction."""
    account = accounts(county)[-1]
    for moment, result in (("2027-03-02 17:00:00", "done"), ("2027-03-02 16:00:00", "moved")):
        set_clock(moment, "Asia/Shanghai")
        command = ["record", "-C", county, "--account", account, "--date", moment[:10]]
        more = ["--correct"] if result == "moved" else []
        tally.expect(_tried(county, [*command, "--result", result, *more], tally, moment), moment)
    with Register.open(county / "register.sqlite") as register:
        state = register.agenda.accounts("account_no = ?", [account])["state"].tolist()
    tally.expect(state == ["moved"], f"a correction at an earlier hour: {state}")


if __name__ == "__main__":
    load()
    main(trial)
