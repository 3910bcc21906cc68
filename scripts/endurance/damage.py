"""A disk that changes or loses bytes: each register that cannot be trusted is told as such.

    python -m endurance.damage [--share 0.1] [--seed 1]        (in scripts/)

Bits are flipped and files cut at random places. Either `doctor` tells, or all that is only ever
added to is as it was; a backup of a register that is told is refused; and a restore with --salvage
brings back the backup's records at least.
"""

from __future__ import annotations

import random
import shutil
from collections import Counter
from typing import TYPE_CHECKING

from endurance.county import build, opinions, run, unsound
from endurance.trials import Tally, Wish, main
from optimizer.errors import ZoufangError
from optimizer.register import Register
from optimizer.register.seals import SEALED, seal

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.register.store import Row

PLACES = 1000
RESTORES = 100
LATER = "2999-01-01T00:00:00+00:00"


def trial(folder: Path, wish: Wish, tally: Tally) -> None:
    """Damage a sealed register at drawn places."""
    county, place = build(folder)["recorded"], folder / "damaged"
    with Register.open(county / "register.sqlite") as register:
        with register.store.writing():
            seal(register.store, LATER)
        kept = _kept(register)
        everything = _everything(register)
    (county / "copy.sqlite").unlink()
    if run("backup", "-C", county, county / "copy.sqlite").code:
        raise SystemExit("no backup")
    content = (county / "register.sqlite").read_bytes()
    rng, found = random.Random(wish.seed), Counter[str]()
    restores = wish.count(RESTORES)
    for number in range(wish.count(PLACES)):
        shutil.copytree(county, place)
        (place / "register.sqlite").write_bytes(_damaged(content, number, rng))
        what = _judge(place, kept, everything, tally)
        found[what] += 1
        if what == "told" and restores:
            restores -= 1
            _restore(place, tally)
        tally.tried += 1
        shutil.rmtree(place)
    tally.figures.update({what: f"{count}" for what, count in sorted(found.items())})


def _damaged(content: bytes, number: int, rng: random.Random) -> bytes:
    damaged, at = bytearray(content), rng.randrange(len(content))
    if number % 5:
        damaged[at] ^= 1 << rng.randrange(8)
    else:
        del damaged[at:]
    return bytes(damaged)


def _judge(place: Path, kept: object, everything: object, tally: Tally) -> str:
    """What became of a damaged register: told, harmless, or changed where nothing watches."""
    if wrong := unsound(place):
        tally.expect("Traceback" not in wrong, wrong)
        answer = run("backup", "-C", place, place / "new.sqlite")
        refused = answer.code == 2 and not (place / "new.sqlite").exists()
        said_elsewhere = "out of date" in wrong  # a ledger that follows from records
        tally.expect(refused or said_elsewhere, f"backed up though {wrong[:200]}")
        return "told"
    try:
        with Register.open(place / "register.sqlite") as register:
            tally.expect(_kept(register) == kept, "what was sealed is changed, and nobody told")
            return "harmless" if _everything(register) == everything else "unwatched"
    except ZoufangError as error:
        tally.expect(holds=False, what=f"doctor is content, but {error}")
        return "untold"


def _restore(place: Path, tally: Tally) -> None:
    answer = run("restore", "-C", place, place / "copy.sqlite", "--salvage")
    tally.expect(answer.code == 0, f"restore: {answer.said[-300:]}")
    before = {f"before {number}" for number in range(5)}
    tally.expect(before <= opinions(place), "a restore lost records")
    tally.expect(not unsound(place), f"restored, but {unsound(place)[:200]}")


def _kept(register: Register) -> list[list[Row]]:
    """All that is only ever added to."""
    return [register.store.rows(f"SELECT * FROM {table}") for table in SEALED]  # noqa: S608


def _everything(register: Register) -> list[list[Row]]:
    tables = register.store.rows(
        "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
    )
    return [register.store.rows(f'SELECT * FROM "{name}"') for (name,) in tables]  # noqa: S608


if __name__ == "__main__":
    main(trial)
