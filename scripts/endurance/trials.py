"""What every trial is: so many tries of one kind, and what broke in them."""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_One = TypeVar("_One")


@dataclass
class Tally:
    """What came of a trial.

    Attributes
    ----------
    tried
        How often.
    broken
        A line for each promise that did not hold.
    figures
        What was measured on the way.
    """

    tried: int = 0
    broken: list[str] = field(default_factory=list)
    figures: dict[str, str] = field(default_factory=dict)
    seconds: float = 0

    def expect(self, holds: object, what: str) -> None:
        """Note what is broken unless it holds."""
        if not holds:
            self.broken.append(what)


@dataclass(frozen=True)
class Wish:
    """How much of a trial is wished for: all of it, or a share drawn by a seed."""

    share: float
    seed: int

    def some(self, all_of_them: Sequence[_One]) -> list[_One]:
        """The share of a sequence, in its order; at least one."""
        number = max(1, round(len(all_of_them) * min(self.share, 1)))
        drawn = random.Random(self.seed).sample(range(len(all_of_them)), number)
        return [all_of_them[place] for place in sorted(drawn)]

    def count(self, number: int) -> int:
        """The share of a number; at least one."""
        return max(1, round(number * self.share))


def main(trial: Callable[[Path, Wish, Tally], None]) -> None:
    """Run a trial as a program of its own: its tally is the last line, as JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--share", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    tally, began = Tally(), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="endure-") as folder:
        trial(Path(folder).resolve(), Wish(given.share, given.seed), tally)
    tally.seconds = round(time.monotonic() - began, 1)
    for line in tally.broken:
        print(line, file=sys.stderr)
    print(json.dumps(asdict(tally)))
