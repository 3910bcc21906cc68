"""Many hands at once: twenty writers beside a replan, day plans and backups; nobody starves.

    python -m endurance.hands [--share 0.1] [--seed 1]        (in scripts/)

Each writer appends row after row, a transaction each, without a pause. Times are from being ready
to write to being stored.
"""

from __future__ import annotations

import json
import os
import time
from typing import TYPE_CHECKING

from endurance.county import build, files_of, run, unsound
from endurance.trials import Tally, Wish, main
from optimizer.register import Register

if TYPE_CHECKING:
    from pathlib import Path

WRITERS = 20
ROWS = 100


def trial(folder: Path, wish: Wish, tally: Tally) -> None:
    """Let all of them work, then count what they were told is stored."""
    county, rows = build(folder)["recorded"], wish.count(ROWS)
    with Register.open(county / "register.sqlite") as register:
        before = len(register.events("entry"))
    begin = time.time() + 2
    readers = [_apart(lambda n=n: _write(county, n, rows, begin)) for n in range(WRITERS)]
    beside = [_apart(lambda: _work(county, begin))]
    told: list[float] = []
    for reader in readers:
        answer = _answer(reader)
        tally.expect(len(answer) == rows, f"a writer stored {len(answer)} of {rows} rows")
        told += answer
    codes = [code for reader in beside for code in _answer(reader)]
    tally.expect(not any(codes), f"a command beside the writers ended with {codes}")
    with Register.open(county / "register.sqlite") as register:
        stored = len(register.events("entry")) - before
    tally.expect(stored == len(told), f"{stored} rows are stored, {len(told)} were told")
    tally.expect(not unsound(county), unsound(county)[:200])
    told.sort()
    tally.tried = len(told)
    for name, share in (("median", 0.5), ("p99", 0.99), ("worst", 1.0)):
        seconds = told[min(len(told) - 1, int(share * len(told)))]
        tally.figures[name] = f"{1000 * seconds:.0f} ms"


def _write(county: Path, number: int, rows: int, begin: float) -> list[float]:
    took = []
    with Register.open(county / "register.sqlite", who=f"clerk {number}") as register:
        time.sleep(max(0, begin - time.time()))
        for row in range(rows):
            began = time.monotonic()
            register.record("entry", {"writer": number, "row": row})
            took.append(time.monotonic() - began)
    return took


def _work(county: Path, begin: float) -> list[float]:
    """What else goes on: an import, a replan, a day, and backups."""
    time.sleep(max(0, begin - time.time()))
    return [
        float(run(*command).code)
        for command in (
            ["backup", "-C", county, county / "new.sqlite"],
            ["import", "-C", county, *files_of(county)],
            ["campaign", "-C", county, "--replan"],
            ["day", "-C", county, "--seconds", "0.1"],
            ["backup", "-C", county, county / "new.sqlite"],
        )
    ]


def _apart(work) -> int:  # type: ignore[no-untyped-def]  # noqa: ANN001
    reader, writer = os.pipe()
    if os.fork():
        os.close(writer)
        return reader
    with os.fdopen(writer, "w") as pipe:
        pipe.write(json.dumps(work()))
    os._exit(0)


def _answer(reader: int) -> list[float]:
    with os.fdopen(reader) as pipe:
        return list(json.loads(pipe.read() or "[]"))


if __name__ == "__main__":
    main(trial)
