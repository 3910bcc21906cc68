"""A disk that fails at the first, second, … call of each command: whole, kept, said, exit 2.

    python -m endurance.failing [--share 0.1] [--seed 1]        (in scripts/)

After each fault the register is whole and holds all that was acknowledged; the command has said
what to do and ended with 2, or has done its work; and once the disk is well, it does it.
"""

from __future__ import annotations

import errno
import itertools
import os
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from endurance import shim
from endurance.county import (
    BEFORE,
    DAY,
    Answer,
    accounts,
    build,
    files_of,
    opinions,
    record_of,
    run_apart,
    unsound,
)
from endurance.trials import Tally, Wish, main
from optimizer.desk import Campaign
from optimizer.register import Register
from optimizer.register.schema import APPLICATION_ID, MIGRATIONS
from optimizer.register.sqlite import sqlite3

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

KINDS = [
    (errno.ENOSPC, True),
    (errno.EIO, False),
    (errno.EACCES, False),
    (errno.EIO, True),
    (errno.ENOSPC, False),
]
"""What goes wrong in turn, and whether it stays so."""
MOST_POINTS = 150
"""So many calls of a command are tried at most, evenly spread."""


@dataclass(frozen=True)
class Case:
    """A command in a county, and how to see that it has done its work."""

    name: str
    county: str
    command: Callable[[Path], list[object]]
    is_done: Callable[[Path], bool]


def _imported(county: Path) -> bool:
    return len(accounts(county)) == 60


def _calendars(county: Path) -> int:
    with Register.open(county / "register.sqlite") as register:
        return len(register.calendars())


def _plans(county: Path) -> int:
    with Register.open(county / "register.sqlite") as register:
        return int(register.store.value("SELECT count(*) FROM day_plans"))


def _restored(county: Path) -> bool:
    with Register.open(county / "register.sqlite") as register:
        return len(register.events("restored")) == 1


def _is_backed_up(county: Path) -> bool:
    path = county / "new.sqlite"
    if not path.exists():
        return False
    with Register.open(path) as register:
        return register.doctor() == [] and len(register.ledgers.records()) == 5


CASES = (
    Case("import", "made", lambda c: ["import", "-C", c, *files_of(c)], _imported),
    Case(
        "record",
        "recorded",
        lambda c: record_of(c, accounts(c)[7], "new"),
        lambda c: "new" in opinions(c),
    ),
    Case(
        "campaign",
        "imported",
        lambda c: ["campaign", "-C", c, "--finish", "2028-06-30"],
        lambda c: _calendars(c) > 0 and "2028-06-30" in (c / "campaign.toml").read_text("utf-8"),
    ),
    Case(
        "replan",
        "recorded",
        lambda c: ["campaign", "-C", c, "--replan", "--finish", "2028-03-31"],
        lambda c: _calendars(c) > 1,
    ),
    Case(
        "day",
        "calendared",
        lambda c: ["day", "-C", c, "--seconds", "0.1"],
        lambda c: _plans(c) > 0,
    ),
    Case("backup", "recorded", lambda c: ["backup", "-C", c, c / "new.sqlite"], _is_backed_up),
    Case("restore", "recorded", lambda c: ["restore", "-C", c, c / "copy.sqlite"], _restored),
    Case("migration", "old", lambda c: ["status", "-C", c], lambda c: not unsound(c)),
    Case("ledgers", "recorded", lambda c: ["ledgers", "-C", c], lambda c: (c / "out").is_dir()),
    Case("init", "nothing", lambda c: ["init", c], lambda c: not unsound(c)),
    Case("doctor", "recorded", lambda c: ["doctor", "-C", c], lambda _: True),
)


def counties_of(folder: Path) -> dict[str, Path]:
    """Counties that the cases begin with, by name."""
    counties = build(folder)
    counties["nothing"] = folder / "nothing"
    counties["nothing"].mkdir()
    counties["old"] = old(folder / "old")
    return counties


def set_clock(case: Case) -> None:
    """A campaign is planned before it runs, and may be planned again after a fault."""
    os.environ["ZOUFANG_TODAY"] = BEFORE if case.name == "campaign" else DAY


def trial(folder: Path, wish: Wish, tally: Tally) -> None:
    """Try each case at a share of its calls; the kinds of faults take turns."""
    counties = counties_of(folder)
    kinds = itertools.cycle(KINDS)
    for case in CASES:
        set_clock(case)
        place = folder / "try" / case.name
        shutil.copytree(counties[case.county], place)
        total = _tried(case, place, -1, (0, False)).calls
        shutil.rmtree(place)
        points = range(1, total + 1, max(1, total // MOST_POINTS))
        for at in wish.some(points):
            shutil.copytree(counties[case.county], place)
            kind = next(kinds)
            answer = _tried(case, place, at, kind)
            tally.tried += 1
            judge(case, place, answer, tally, f"{case.name}, call {at} of {total}, {kind}")
            shutil.rmtree(place)
        tally.figures[case.name] = f"{total} calls"


def _tried(case: Case, place: Path, at: int, kind: tuple[int, bool]) -> Answer:
    def prepare() -> None:
        shim.arm(place, at, kind[0], stays=kind[1])

    return run_apart(*case.command(place), prepare=prepare, measure=shim.calls)


def judge(
    case: Case,
    place: Path,
    answer: Answer,
    tally: Tally,
    name: str,
) -> None:
    """Whole, kept, said; and once the disk is well again, done."""
    before = {f"before {number}" for number in range(5)} if case.county == "recorded" else set()
    tally.expect(answer.code in {0, 2}, f"{name}: exit {answer.code}: {answer.said[-200:]}")
    tally.expect(answer.code == 0 or answer.said.strip(), f"{name}: not a word")
    tally.expect("：disk I/O error\n" not in answer.said, f"{name}: no word of what to do")
    if (place / "register.sqlite").exists():
        wrong = unsound(place) if (place / "campaign.toml").exists() else ""
        tally.expect(not wrong, f"{name}: {wrong}")
        tally.expect(before <= opinions(place), f"{name}: records are lost")
    if answer.code == 0:
        tally.expect(case.is_done(place), f"{name}: said to be done, but is not")
        return
    again = run_apart(*case.command(place)) if not _is_made(case, place) else Answer(0, "")
    tally.expect(again.code == 0, f"{name}: afterwards {again.said[-200:]}")
    tally.expect(again.code or case.is_done(place), f"{name}: not done at the second time")
    left = [path.name for path in place.rglob(".new-*")]
    tally.expect(not left, f"{name}: left {left}")


def _is_made(case: Case, place: Path) -> bool:
    """Whether a campaign's folder is complete, so that it cannot be made again."""
    return case.name == "init" and (place / "campaign.toml").exists()


def old(county: Path) -> Path:
    """A county whose register a program of the first schema wrote."""
    Campaign.create(county).close()
    path = county / "register.sqlite"
    path.unlink()
    connection = sqlite3.connect(path, isolation_level=None)
    connection.executescript(MIGRATIONS[0])
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute("PRAGMA user_version = 1")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.close()
    return county


if __name__ == "__main__":
    shim.load()
    main(trial)
