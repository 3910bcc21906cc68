"""Commands that are killed: the register is whole and keeps what was acknowledged.

    python -m endurance.kills [--share 0.1] [--seed 1]        (in scripts/)

Each command is killed after a drawn part of the time that it takes; every other time while it
holds a file of its own that is half written, or the register's log grows.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import time
from collections import Counter
from typing import TYPE_CHECKING

from endurance.county import BEFORE, DAY, build, opinions, run, run_apart, unsound
from endurance.failing import CASES, Case, old
from endurance.trials import Tally, Wish, main

if TYPE_CHECKING:
    from pathlib import Path

KILLS = 1000
_MOST_S = 20


def trial(folder: Path, wish: Wish, tally: Tally) -> None:
    """Kill each case so many times that all together are the wished number."""
    counties = build(folder)
    counties["nothing"] = folder / "nothing"
    counties["nothing"].mkdir()
    counties["old"] = old(folder / "old")
    rng, writing = random.Random(wish.seed), Counter[bool]()
    lasted = {case.name: _lasts(case, counties[case.county], folder) for case in CASES}
    for number in range(wish.count(KILLS)):
        case = CASES[number % len(CASES)]
        # a campaign is planned before its first day, what is recorded has been
        os.environ["ZOUFANG_TODAY"] = BEFORE if case.name == "campaign" else DAY
        place = folder / "killed"
        shutil.copytree(counties[case.county], place)
        seen = _killed(case, place, lasted[case.name], while_writing=number % 2 == 0, rng=rng)
        writing[seen] += 1
        tally.tried += 1
        _judge(case, place, tally, f"{case.name}, kill {number}")
        shutil.rmtree(place)
    tally.figures["while writing"] = str(writing[True])


def _lasts(case: Case, county: Path, folder: Path) -> float:
    place = folder / "killed"
    shutil.copytree(county, place)
    began = time.monotonic()
    run_apart(*case.command(place))
    shutil.rmtree(place)
    return time.monotonic() - began


def _killed(
    case: Case, place: Path, lasts: float, *, while_writing: bool, rng: random.Random
) -> bool:
    """Kill a command, and tell whether files were changing when it was."""
    command, before = case.command(place), _look(place)
    child = os.fork()
    if not child:
        os._exit(run(*command).code)
    ends = time.monotonic() + (_MOST_S if while_writing else rng.uniform(0, lasts))
    patience = rng.choice((0.0, 0.0005, 0.002, 0.01))
    ended = False
    while not ended and time.monotonic() < ends:
        if while_writing and _look(place) != before:
            time.sleep(patience)
            break
        ended = os.waitpid(child, os.WNOHANG)[0] != 0
    writing = not ended and _look(place) != before
    if not ended:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    return writing


def _look(place: Path) -> list[tuple[str, int, int]]:
    """Names, sizes and times of the files at the top of a county that hold anything."""
    found = []
    for entry in os.scandir(place):
        if entry.name.endswith(("-shm", "-queue")):
            continue
        try:
            known = entry.stat()
        except FileNotFoundError:
            continue
        if known.st_size:
            found.append((entry.name, known.st_size, known.st_mtime_ns))
    return sorted(found)


def _judge(case: Case, place: Path, tally: Tally, name: str) -> None:
    before = {f"before {number}" for number in range(5)} if case.county == "recorded" else set()
    if (place / "campaign.toml").exists():
        tally.expect(not unsound(place), f"{name}: {unsound(place)[:200]}")
        tally.expect(before <= opinions(place), f"{name}: records are lost")
        if case.name == "init":
            return
    again = run_apart(*case.command(place))
    tally.expect(again.code == 0, f"{name}: afterwards {again.said[-200:]}")
    tally.expect(again.code or case.is_done(place), f"{name}: not done at the second time")
    run_apart("doctor", "-C", place)
    left = [path.name for path in place.rglob(".new-*")]
    tally.expect(not left, f"{name}: left {left}")


if __name__ == "__main__":
    os.environ["ZOUFANG_TODAY"] = DAY
    main(trial)
