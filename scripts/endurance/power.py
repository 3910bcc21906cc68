"""The power fails at any moment: what was synced is there, what was not may be there in part.

    python -m endurance.power [--share 0.1] [--seed 1]        (in scripts/)

All that some commands ask of the disk is written down in order. Of each beginning of it disks are
made as a power cut could leave them: a write that no sync followed is there or not, drawn by the
seed, and so is a name that was given without a sync of its folder. Each such register opens whole
and holds every record that had been acknowledged by then.
"""

from __future__ import annotations

import os
import random
import shutil
import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from endurance import shim
from endurance.county import accounts, build, opinions, record_of, run_apart, unsound
from endurance.trials import Tally, Wish, main

if TYPE_CHECKING:
    from collections.abc import Iterator

RECORDS = 6
DISKS = 900
_HEAD: Final = struct.Struct("<5q")


@dataclass
class Step:
    """One thing that was asked of the disk: kind, names, place and bytes."""

    kind: str
    path: Path
    to: Path | None
    offset: int
    content: bytes


@dataclass
class File:
    """A file whatever its names: what is safe, and what was written since the last sync."""

    safe: bytearray = field(default_factory=bytearray)
    unsynced: list[Step] = field(default_factory=list)

    def sync(self) -> None:
        """All that was written is safe."""
        for step in self.unsynced:
            _write(self.safe, step)
        self.unsynced.clear()


@dataclass
class Disk:
    """What a disk holds: names as the program sees them, and those that a power cut leaves.

    Names change in their order, as journalling file systems have it; a sync of a file brings all
    up to its own to the disk, one of a folder all.
    """

    seen: dict[Path, File]
    safe: dict[Path, File]
    waiting: list[tuple[Step, File]] = field(default_factory=list)

    @classmethod
    def of(cls, folder: Path) -> Disk:
        """All files of a folder, safe."""
        found = (path for path in folder.rglob("*") if path.is_file())
        files = {path: File(bytearray(path.read_bytes())) for path in found}
        return cls(files, dict(files))

    def take(self, step: Step) -> None:
        """Do one step."""
        file = self.seen.get(step.path)
        if step.kind == "c":
            file = File()
        if step.kind == "s":
            self._sync(file)
        elif file is not None and step.kind in "wt":
            file.unsynced.append(step)
        elif file is not None:
            self.waiting.append((step, file))
            _rename(self.seen, step, file)

    def _sync(self, file: File | None) -> None:
        if file is not None:
            file.sync()
        own = [n for n, (_, other) in enumerate(self.waiting, 1) if file is None or other is file]
        last = max(own, default=0)
        for step, other in self.waiting[:last]:
            _rename(self.safe, step, other)
        del self.waiting[:last]

    def after_a_cut(self, rng: random.Random) -> dict[Path, bytearray]:
        """One disk of those that a power cut now may leave."""
        names = dict(self.safe)
        for step, file in self.waiting[: rng.randint(0, len(self.waiting))]:
            _rename(names, step, file)
        share = rng.choice((0.0, 0.5, 1.0, rng.random()))
        return {path: _left(file, share, rng) for path, file in names.items()}


def _left(file: File, share: float, rng: random.Random) -> bytearray:
    content = bytearray(file.safe)
    for step in file.unsynced:
        if rng.random() < share:
            _write(content, _torn(step, rng))
    return content


def _rename(names: dict[Path, File], step: Step, file: File) -> None:
    if step.kind in "ru":
        names.pop(step.path, None)
    if step.kind == "c":
        names[step.path] = file
    elif step.to is not None:
        names[step.to] = file


def _write(content: bytearray, step: Step) -> None:
    if step.kind == "t":
        del content[step.offset :]
        content.extend(bytes(max(0, step.offset - len(content))))
        return
    content.extend(bytes(max(0, step.offset - len(content))))
    content[step.offset : step.offset + len(step.content)] = step.content


def _torn(step: Step, rng: random.Random) -> Step:
    """A write of which perhaps only the first sectors came to the disk."""
    if len(step.content) <= 512 or rng.random() < 0.8:
        return step
    sectors = rng.randint(0, len(step.content) // 512)
    return Step(step.kind, step.path, step.to, step.offset, step.content[: 512 * sectors])


def steps_of(journal: bytes) -> list[Step]:
    """The steps that the shim has written down."""
    steps, at = [], 0
    while at < len(journal):
        kind, one, two, offset, length = _HEAD.unpack_from(journal, at)
        at += _HEAD.size
        names = journal[at : at + one + two]
        at += one + two
        to = Path(os.fsdecode(names[one:])) if two else None
        content = journal[at : at + length]
        at += length
        steps.append(Step(chr(kind), Path(os.fsdecode(names[:one])), to, offset, content))
    return steps


def trial(folder: Path, wish: Wish, tally: Tally) -> None:
    """Record the disk's work under records, a backup, a restore and a replan; cut the power."""
    county = build(folder)["recorded"]
    live = folder / "live"
    some = accounts(county)[10 : 10 + RECORDS]
    work = [
        ("campaign", ["campaign", "-C", live, "--replan", "--finish", "2028-03-31"]),
        *((f"power {n}", record_of(live, account, f"power {n}")) for n, account in enumerate(some)),
        ("backup", ["backup", "-C", live, live / "copy.sqlite"]),
        ("restore", ["restore", "-C", live, live / "copy.sqlite"]),
        ("last", record_of(live, accounts(county)[30], "last")),
    ]
    shutil.copytree(county, live)
    disk, steps, promised = Disk.of(live), [], {0: {f"before {number}" for number in range(5)}}
    for name, command in work:
        steps += steps_of(_journalled(command, live, folder / "journal"))
        said = {name} if name in opinions(live) else set()
        promised[len(steps)] = promised[max(promised)] | said
    tally.figures["steps"] = str(len(steps))
    for cut, place in _cuts(disk, steps, folder, wish):
        tally.tried += 1
        known = promised[max(number for number in promised if number <= cut)]
        name = f"cut after {cut} of {len(steps)} steps"
        wrong = unsound(place)
        tally.expect(not wrong, f"{name}: {wrong[:200]}")
        lost = known - opinions(place) if not wrong else set()
        tally.expect(not lost, f"{name}: lost {sorted(lost)}")


def _journalled(command: list[object], live: Path, path: Path) -> bytes:
    file = os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY | os.O_APPEND, 0o600)

    def prepare() -> None:
        shim.arm(live, -1)
        shim.keep_journal(file)

    answer = run_apart(*command, prepare=prepare)
    os.close(file)
    if answer.code:
        raise SystemExit(answer.said)
    return path.read_bytes()


def _cuts(disk: Disk, steps: list[Step], folder: Path, wish: Wish) -> Iterator[tuple[int, Path]]:
    """Cut the power after drawn numbers of steps: each number, and what is left of the county."""
    rng, place, done = random.Random(wish.seed), folder / "cut", 0
    for cut in sorted(rng.randint(0, len(steps)) for _ in range(wish.count(DISKS))):
        for step in steps[done:cut]:
            disk.take(step)
        done = cut
        for path, content in disk.after_a_cut(rng).items():
            target = place / path.relative_to(folder / "live")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        yield cut, place
        shutil.rmtree(place)


if __name__ == "__main__":
    shim.load()
    main(trial)
