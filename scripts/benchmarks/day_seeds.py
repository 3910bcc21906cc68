"""How evenly good the day's solver is: the same days with many seeds, after little time and more.

    python scripts/benchmarks/day_seeds.py --seconds 1 3 10 --seeds 20 --best 120

Three kinds of day on the networks in turn, each of 300 visits with lunch, skills and several
windows: where all must be made and 16 crews (in the mountains 19) can make them; where 11 crews
choose what to make, by prices of one to four hours; and days of windows alone. Costs are in seconds
of travel, what is left out at its price. Prints a row a day in Markdown: the best that any run
found; after each time the seeds' median and worst above it and how many lie within 1 %; and how
much worse a seed became, at worst, by having more time. With `--pace`, a second stands for so many
iterations of each search, whatever else the machine does.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from itertools import islice, pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from day_solver import HOUR, NETWORKS, day, print_head

from optimizer.roads import read_roads
from optimizer.routes import StopAfter, plan_cost, solve
from optimizer.routes.solver import compile_once
from optimizer.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.model import Problem

PRIORITIES = 101
"""A price of `day_solver`'s modulo this is the visit's priority, 0 to 3."""
WITHIN = 0.01
ENOUGH_CREWS = {"heidelberg": 21, "north-bayreuth": 21, "andorra": 24}
"""So many less five can make everything."""


def main() -> None:
    """Solve and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--data", type=Path, default=Path(__file__).parents[3] / "shared" / "data")
    parser.add_argument("--seconds", type=float, nargs="+", default=[1.0, 3.0, 10.0])
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--best", type=float, default=120.0, help="seconds of a long run")
    parser.add_argument("--days", type=int, default=9)
    parser.add_argument("--pace", type=int, help="iterations that stand for a second")
    wanted = parser.parse_args()
    print_head()
    compile_once()
    times = wanted.seconds
    heads = [f"{s:g} s: median, worst, within 1 %" for s in times]
    print("| day | best | " + " | ".join([*heads, "worse by more time"]) + " |")
    print("|---" * (len(times) + 3) + "|")
    for title, problem in islice(rich_days(wanted.data), wanted.days):
        print(f"| {title} | {row(problem, wanted)} |", flush=True)


def row(problem: Problem, wanted: argparse.Namespace) -> str:
    """The cells of one day."""
    found = np.array(
        [
            [cost(problem, seconds, seed, wanted.pace) for seconds in wanted.seconds]
            for seed in range(1, wanted.seeds + 1)
        ]
    )
    best = min(found.min(), cost(problem, wanted.best, 1, wanted.pace))
    gaps = found / best - 1
    cells = [
        f"{np.median(gap):.2%}, {gap.max():.2%}, {(gap <= WITHIN).sum()} of {len(gap)}"
        for gap in gaps.T
    ]
    steps = [(after / before - 1).max() for before, after in pairwise(found.T)]
    return " | ".join([f"{best:,.0f}", *cells, f"{max([0.0, *steps]):.2%}"])


def cost(problem: Problem, seconds: float, seed: int, pace: int | None) -> float:
    """What a plan costs that is looked for so long."""
    stop = StopAfter(seconds=seconds)
    if pace is not None:
        stop = StopAfter(iterations=round(pace * seconds))
    return plan_cost(problem, solve(problem, stop, seed).routes)


def rich_days(data: Path) -> Iterator[tuple[str, Problem]]:
    """Days of the three kinds on each network."""
    for number, file in enumerate(NETWORKS):
        roads, name = read_roads(data / "osm" / file, Settings().travel), file.split(".")[0]
        whole = day(roads, 20 + number, rules=True, crews=ENOUGH_CREWS[name])
        must = (replace(visit, mandatory=True, price=0) for visit in whole.visits)
        yield f"{name}, all are made", replace(whole, visits=tuple(must))
        short = day(roads, 30 + number, rules=True)
        priced = (
            replace(visit, price=(1 + visit.price % PRIORITIES) * HOUR) for visit in short.visits
        )
        yield f"{name}, some are made", replace(short, visits=tuple(priced))
        yield f"{name}, windows alone", day(roads, 40 + number, rules=False)


if __name__ == "__main__":
    main()
