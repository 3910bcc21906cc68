"""VRPLIB's instances as territories, so that the literature judges the router that plans blocks.

Nobody rides here, and walking is as the crow flies; the depot has a place as the doors have. What a
customer demands is the time spent at his door, so long that no way counts beside it: a block holds
what the capacity says.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from savings import first_routes

from optimizer.blocks.improvement import improve
from optimizer.blocks.objective import Objective
from optimizer.blocks.plan import new_plan
from optimizer.blocks.territory import Territory, with_neighbours
from optimizer.blocks.tour import hilbert_index, nearest_points
from optimizer.search.rng import new_rng
from optimizer.search.stopping import StopAfter

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

HUNDREDTHS = 100
"""Legs are whole numbers, so coordinates are hundredths."""
NEVER = 1e12
"""Seconds from a door to the road."""
NEIGHBOURS = 200
COOLEST, HOTTEST, END = 0.15, 0.5, 0.004
"""Temperatures at the beginning and at the end, in mean legs of the first plan."""
ITERATIONS_PER_LEG = 13_500
"""Of a customer: the hotter beginning needs so many more to cool down from a mean leg."""
ITERATIONS_PER_S = 650_000


@dataclass(frozen=True)
class Instance:
    """A VRPLIB instance: the depot is the last of `x` and `y`; `number` is the file's node."""

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    demand: NDArray[np.int32]
    capacity: int
    number: NDArray[np.int64]


@dataclass(frozen=True)
class Solution:
    """Routes of customers as the instance has them, and the iterations made."""

    routes: list[NDArray[np.int64]]
    iterations: int


def solve(instance: Instance, stop: StopAfter, seed: int, start: float | None = None) -> Solution:
    """Short routes within capacity; seconds are of the processor, from the call."""
    begun_s = time.process_time()
    order = np.argsort(hilbert_index(instance.x[:-1], instance.y[:-1]), kind="stable")
    territory, objective = territory_of(instance, order), _objective(instance)
    rows = first_routes(territory, instance.demand[order].astype(np.int64), instance.capacity)
    plan = new_plan(territory, objective.max_visits, rows)
    travel = float(plan.work_s.sum()) - territory.service_s.sum(dtype=float)
    leg = max(1.0, travel / (len(order) + len(rows)))
    if stop.seconds is not None:
        stop = StopAfter(seconds=max(0.0, stop.seconds - (time.process_time() - begun_s)))
    start = start_temperature(stop, len(order)) if start is None else start
    temperatures = (start * leg, END * leg)
    iterations = improve(territory, objective, plan, stop, temperatures, new_rng(seed))
    routes = [order[row[:size]] for row, size in zip(plan.rows, plan.size, strict=True) if size]
    return Solution(routes, iterations)


def start_temperature(stop: StopAfter, customers: int) -> float:
    """Mean legs: hot enough to change which road which route serves, if there is time for it."""
    iterations = stop.iterations or ITERATIONS_PER_S * (stop.seconds or 0.0)
    return min(HOTTEST, max(COOLEST, iterations / customers / ITERATIONS_PER_LEG))


def territory_of(instance: Instance, order: NDArray[np.int64]) -> Territory:
    """All customers in one area, numbered along a curve; the depot is the last row."""
    count = len(order)
    x, y = (HUNDREDTHS * np.append(axis[order], axis[-1]) for axis in (instance.x, instance.y))
    nobody = np.zeros((1, 1), dtype=np.int32)
    unknown = np.empty((0, 0), dtype=np.float32)
    territory = Territory(
        node_s=nobody,
        node_m=nobody,
        node=np.zeros(count + 1, dtype=np.int32),
        x=x,
        y=y,
        access_s=np.full(count + 1, NEVER),
        access_m=np.zeros(count + 1),
        parking_s=0.0,
        walk_s_per_m=0.5,
        walk_detour=1.0,
        service_s=np.append(_service_s(instance)[order], 0).astype(np.int32),
        area=np.zeros(count, dtype=np.int32),
        min_days=np.full(1, count, dtype=np.int32),
        near=unknown.astype(np.int32),
        near_s=unknown,
        to_near_s=unknown,
        from_near_s=unknown,
        to_depot_s=np.empty(0),
        from_depot_s=np.empty(0),
    )
    return with_neighbours(territory, nearest_points(x[:-1], y[:-1], NEIGHBOURS))


def _unit_s(instance: Instance) -> int:
    """Seconds for one of what customers demand."""
    return int((2**31 - 1) // instance.demand.max())


def _service_s(instance: Instance) -> NDArray[np.int64]:
    return instance.demand.astype(np.int64) * _unit_s(instance)


def _objective(instance: Instance) -> Objective:
    """Travel alone, within the capacity; a whole route's travel is less than one unit's time."""
    unit_s = _unit_s(instance)
    return Objective(
        work_s=float((instance.capacity + 1) * unit_s - 1),
        max_visits=min(len(instance.demand), int(instance.capacity // instance.demand.min())),
        min_visits=0,
        underfull_penalty_s=0.0,
        block_cost_s=0.0,
        split_penalty_s=0.0,
        gap_penalty_s=0.0,
        service_s=float(_service_s(instance).mean()),
    )


def verify(instance: Instance, routes: list[NDArray[np.int64]]) -> int:
    """Cost of a solution, recomputed from the file: every link rounded to a whole number.

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
    amounts = np.array([demand[int(node)] for node in number[:-1]], dtype=np.int32)
    if not 1 <= amounts.min() <= amounts.max() <= int(head["CAPACITY"]):
        raise SystemExit(f"every demand must lie in 1 .. {head['CAPACITY']}, the capacity")
    return Instance(nodes[:, 1].copy(), nodes[:, 2].copy(), amounts, int(head["CAPACITY"]), number)


def made_up(customers: int, seed: int) -> Instance:
    """A station, roads that bend away from it, and villages along them; twenty visits a day."""
    rng = np.random.default_rng(seed)
    villages = []
    for heading in rng.uniform(0, math.tau, rng.integers(5, 10)):
        way = heading + np.cumsum(rng.normal(0, 0.4, rng.integers(3, 10)))
        steps = rng.uniform(700, 2500, (len(way), 1)) * np.column_stack((np.cos(way), np.sin(way)))
        villages += list(np.cumsum(steps, axis=0))
    shares = rng.dirichlet(np.full(len(villages), 2.0))
    village = rng.choice(len(villages), customers, p=shares)
    spread = rng.uniform(60, 350, len(villages))[village, None]
    at = np.array(villages)[village] + rng.normal(0, 1, (customers, 2)) * spread
    x, y = np.rint(np.append(at, [[0, 0]], axis=0)).T
    return Instance(x.copy(), y.copy(), np.ones(customers, np.int32), 20, np.arange(customers + 1))
