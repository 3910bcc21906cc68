"""Hold the router against the literature: a VRPLIB file in; cost, routes and CPU seconds out.

    python scripts/benchmarks/block_router.py FILE.vrp --seconds 60 [--seed 1] [-o FILE.sol]

Prints the machine, the versions and the command, then a row of a table in Markdown. The solution
is verified by itself: every customer once, no route over capacity, cost recomputed.
"""

from __future__ import annotations

import argparse
import datetime as dt
import importlib.metadata
import os
import platform
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from optimizer.blocks.cvrp import solve_cvrp
from optimizer.search.stopping import StopAfter

if TYPE_CHECKING:
    from numpy.typing import NDArray


LIBRARIES = ("numpy", "numba", "scipy")


@dataclass(frozen=True)
class Instance:
    """A VRPLIB instance: the depot is the last of `x` and `y`; `number` is the file's node."""

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    demand: NDArray[np.int32]
    capacity: int
    number: NDArray[np.int64]


def read_vrplib(path: Path) -> Instance:
    """Read a file of TYPE CVRP with EUC_2D distances.

    Raises
    ------
    SystemExit
        If it is of another kind.
    """
    head: dict[str, str] = {}
    rows: dict[str, list[list[float]]] = {}
    section = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        key, colon, value = line.partition(":")
        if line.strip().endswith("_SECTION"):
            section = line.strip()
            rows[section] = []
        elif colon:
            head[key.strip()] = value.strip()
        elif section and line.strip() not in {"", "EOF"}:
            rows[section].append([float(number) for number in line.split()])
    if head.get("EDGE_WEIGHT_TYPE") != "EUC_2D":
        raise SystemExit(f"{path}: only EDGE_WEIGHT_TYPE EUC_2D, not {head}")
    return _instance(head, rows)


def _instance(head: dict[str, str], rows: dict[str, list[list[float]]]) -> Instance:
    nodes = np.array(rows["NODE_COORD_SECTION"])
    demand = {int(node): int(amount) for node, amount in rows["DEMAND_SECTION"]}
    depot = int(rows["DEPOT_SECTION"][0][0])
    nodes = np.concatenate((nodes[nodes[:, 0] != depot], nodes[nodes[:, 0] == depot]))
    number = nodes[:, 0].astype(np.int64)
    return Instance(
        x=nodes[:, 1].copy(),
        y=nodes[:, 2].copy(),
        demand=np.array([demand[int(node)] for node in number[:-1]], dtype=np.int32),
        capacity=int(head["CAPACITY"]),
        number=number,
    )


def verify(instance: Instance, routes: list[NDArray[np.int64]]) -> int:
    """Cost of a solution, recomputed from the file.

    Raises
    ------
    SystemExit
        If it is no solution.
    """
    if sorted(np.concatenate(routes).tolist()) != list(range(len(instance.demand))):
        raise SystemExit("wrong: not every customer exactly once")
    cost = 0
    for route in routes:
        if instance.demand[route].sum() > instance.capacity:
            raise SystemExit(f"wrong: route over capacity: {instance.number[route]}")
        ring = np.concatenate(([-1], route, [-1]))
        lengths = np.hypot(np.diff(instance.x[ring]), np.diff(instance.y[ring]))
        cost += int(np.floor(lengths + 0.5).sum())
    return cost


def write_solution(path: Path, instance: Instance, routes: list[NDArray[np.int64]]) -> None:
    """Write CVRPLIB's form: routes of customers counted from 1, then the cost."""
    lines = [
        f"Route #{i}: {' '.join(str(customer + 1) for customer in route)}"
        for i, route in enumerate(routes, 1)
    ]
    lines.append(f"Cost {verify(instance, routes)}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def print_head() -> None:
    """What is needed to make the table again, and its head."""
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in LIBRARIES)
    day, cores = dt.datetime.now().astimezone().date(), os.cpu_count()
    print(f"{day}, {platform.machine()}, {cores} cores, Python {platform.python_version()},")
    print(f"{versions}")
    print(f"`python scripts/benchmarks/block_router.py {' '.join(sys.argv[1:])}`\n")
    print("| file | cost | routes | CPU s | iterations/s | seed | compiled in s |")
    print("|---|---|---|---|---|---|---|")


def main() -> None:
    """Solve one file and print one row."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("file", type=Path)
    parser.add_argument("--seconds", type=float, required=True, help="CPU seconds")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("-o", "--output", type=Path, help="write the solution here")
    arguments = parser.parse_args()
    instance = read_vrplib(arguments.file)
    problem = (instance.x, instance.y, instance.demand, instance.capacity)
    begun_s = time.process_time()
    solve_cvrp(*problem, StopAfter(iterations=1000))
    compiled_s = time.process_time()
    solution = solve_cvrp(*problem, StopAfter(seconds=arguments.seconds), seed=arguments.seed)
    seconds = time.process_time() - compiled_s
    cost = verify(instance, solution.routes)
    print_head()
    print(
        f"| {arguments.file.name} | {cost} | {len(solution.routes)} | {seconds:.1f} |"
        f" {solution.iterations / seconds:,.0f} | {arguments.seed} | {compiled_s - begun_s:.1f} |"
    )
    if arguments.output:
        write_solution(arguments.output, instance, solution.routes)


if __name__ == "__main__":
    main()
