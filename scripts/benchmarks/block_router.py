"""Hold the blocks' router against the literature: instances in; costs, routes, iterations out.

    python scripts/benchmarks/block_router.py FILE.vrp --seconds 60 [--seeds 1 2 3] [-o FILE.sol]
    python scripts/benchmarks/block_router.py made-up:1470:2 --seconds 30 --seeds 1 2

An instance is a file of VRPLIB, or made up: villages along roads, of so many customers, from a
seed. Prints the machine, the versions and the command, then a row of a table in Markdown for each
instance. Solutions are verified by themselves: every customer once, no route over capacity, cost
recomputed.
"""

from __future__ import annotations

import argparse
import datetime as dt
import importlib.metadata
import os
import platform
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from capacity_routing import Instance, made_up, read_vrplib, solve, verify

from optimizer.search.stopping import StopAfter

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LIBRARIES = ("numpy", "numba", "scipy")
BEST_KNOWN = {"Leuven1.vrp": 192_848, "Antwerp1.vrp": 477_277, "Flanders1.vrp": 7_240_118}


def main() -> None:
    """Solve the instances and print a row of each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("instances", nargs="+", metavar="FILE | made-up:CUSTOMERS:SEED")
    parser.add_argument("--seconds", type=float, required=True, help="CPU seconds of each run")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--start", type=float, help="temperature, in mean legs")
    parser.add_argument("-o", "--output", type=Path, help="write the last solution here")
    arguments = parser.parse_args()
    print_head()
    for name in arguments.instances:
        instance = read_instance(name)
        solve(instance, StopAfter(iterations=1000), 1)  # what is compiled once is not counted
        routes = print_row(name, instance, arguments)
    if arguments.output:
        write_solution(arguments.output, instance, routes)


def read_instance(name: str) -> Instance:
    """The instance that an argument names."""
    kind, *numbers = name.split(":")
    if kind == "made-up":
        return made_up(*map(int, numbers))
    return read_vrplib(Path(name))


def print_head() -> None:
    """What is needed to make the table again, and its head."""
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in LIBRARIES)
    day, cores = dt.datetime.now().astimezone().date(), os.cpu_count()
    print(f"{day}, {platform.machine()}, {cores} cores, Python {platform.python_version()},")
    print(f"{versions}")
    print(f"`python scripts/benchmarks/block_router.py {' '.join(sys.argv[1:])}`\n")
    print("| instance | customers | CPU s | seeds | costs | mean over best known | routes | it/s |")
    print("|---|---|---|---|---|---|---|---|", flush=True)


def print_row(name: str, instance: Instance, wanted: argparse.Namespace) -> list[NDArray[np.int64]]:
    """Solve an instance from each seed; the routes of the last."""
    costs, counts, iterations = [], [], 0
    begun_s = time.process_time()
    for seed in wanted.seeds:
        solution = solve(instance, StopAfter(seconds=wanted.seconds), seed, wanted.start)
        costs.append(verify(instance, solution.routes))
        counts.append(len(solution.routes))
        iterations += solution.iterations
    used_s = time.process_time() - begun_s
    best = BEST_KNOWN.get(Path(name).name)
    gap = f"{sum(costs) / len(costs) / best - 1:.2%}" if best else "–"
    cells = [
        Path(name).name,
        f"{len(instance.demand):,}",
        f"{used_s / len(wanted.seeds):.1f}",
        ", ".join(map(str, wanted.seeds)),
        " / ".join(f"{cost:,}" for cost in costs),
        gap,
        " / ".join(map(str, counts)),
        f"{iterations / used_s:,.0f}",
    ]
    print(f"| {' | '.join(cells)} |", flush=True)
    return solution.routes


def write_solution(path: Path, instance: Instance, routes: list[NDArray[np.int64]]) -> None:
    """Write CVRPLIB's form: routes of customers counted from 1, then the cost."""
    lines = [
        f"Route #{i}: {' '.join(str(customer + 1) for customer in route)}"
        for i, route in enumerate(routes, 1)
    ]
    lines.append(f"Cost {verify(instance, routes)}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
