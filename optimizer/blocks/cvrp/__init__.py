"""The router held against the literature: capacity, Euclidean distances, nothing else.

`solve_cvrp` shows what the search behind the blocks is worth on instances that others have solved
too: savings (`savings`), as few routes as the demand needs (`minimise_fleet`), ruin and recreate
(`ruin_recreate`).
"""

# ruff: noqa: PLR0917  (a problem, a stop, a seed, parameters)
from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from optimizer.blocks.cvrp.instance import (
    Instance,
    Routes,
    measure_links,
    new_instance,
    new_routes,
    visits_of,
    with_depots,
)
from optimizer.blocks.cvrp.minimise_fleet import minimise_fleet
from optimizer.blocks.cvrp.ruin_recreate import anneal
from optimizer.blocks.cvrp.savings import savings_routes
from optimizer.blocks.cvrp.undo_log import new_undo_log
from optimizer.errors import ProblemError
from optimizer.search.annealing import temperature_at
from optimizer.search.rng import new_rng
from optimizer.search.sisr import AVERAGE_REMOVED

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from optimizer.search.stopping import StopAfter

SPARE_ROUTES = 20
SAVINGS_NEIGHBOURS = (100, 200)
"""Neighbours of a customer whose savings make a first solution: the shorter one is kept."""


@dataclass(frozen=True, kw_only=True)
class CvrpParams:
    """How the search is tuned.

    Attributes
    ----------
    neighbours
        Of a customer that are looked at.
    average_removed, longest_string
        Customers removed in an iteration on average, and the longest string.
    start_temperature, end_temperature
        In mean lengths of a link.
    window, window_iterations
        Customers of a window, and the iterations made there before the next.
    """

    neighbours: int = 200
    average_removed: float = AVERAGE_REMOVED
    longest_string: int = 7
    start_temperature: float = 0.15
    end_temperature: float = 0.005
    window: int = 2000
    window_iterations: int = 10_000


@dataclass(frozen=True, kw_only=True)
class CvrpSolution:
    """Routes (customers as the caller counts them, in order), their length, iterations made."""

    routes: list[NDArray[np.int64]]
    cost: int
    iterations: int


def solve_cvrp(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    demand: NDArray[np.int32],
    capacity: int,
    stop: StopAfter,
    seed: int = 1,
    params: CvrpParams | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> CvrpSolution:
    """Short routes within capacity for customers in the plane.

    Parameters
    ----------
    x, y
        float64 (n + 1,): coordinates, the depot last.
    demand
        int32 (n,).
    capacity
        Of a route; there are as many routes as it takes.
    stop
        The same iterations and seed give the same routes; seconds are of the processor, from the
        call.
    progress
        Called with thousandths of the time that are over, and 1000.

    Raises
    ------
    ProblemError
        If arrays do not fit together or a demand exceeds the capacity.
    """
    begun_s = time.process_time()
    params = params or CvrpParams()
    _check(x, y, demand, capacity)
    if len(demand) == 0:
        return CvrpSolution(routes=[], cost=0, iterations=0)
    instance, order = new_instance(x, y, demand, capacity, params.neighbours)
    widths = sorted({min(width, params.neighbours) for width in SAVINGS_NEIGHBOURS})
    starts = [_first_solution(instance, width) for width in widths]
    instance, routes = min(starts, key=lambda start: measure_links(start[0], start[1].links))
    iterations = _anneal_in_windows(instance, routes, stop, seed, params, begun_s, progress)
    return CvrpSolution(
        routes=[order[row] for row in visits_of(instance, routes.links)],
        cost=measure_links(instance, routes.links),
        iterations=iterations,
    )


def _first_solution(instance: Instance, width: int) -> tuple[Instance, Routes]:
    """The instance with its depots, and a first solution by the savings of so many neighbours."""
    near, near_m = (
        np.ascontiguousarray(table[:, :width]) for table in (instance.near, instance.near_m)
    )
    first = savings_routes(instance._replace(near=near, near_m=near_m))
    instance = with_depots(instance, len(first) + SPARE_ROUTES)
    routes = new_routes(instance, first)
    minimise_fleet(instance, routes, math.ceil(int(instance.demand.sum()) / instance.capacity))
    return instance, routes


def _check(
    x: NDArray[np.float64], y: NDArray[np.float64], demand: NDArray[np.int32], capacity: int
) -> None:
    if not len(x) == len(y) == len(demand) + 1:
        raise ProblemError(
            f"{len(x)} x, {len(y)} y, {len(demand)} demands: coordinates have the depot at the end"
        )
    if len(demand) and not 0 <= int(demand.min()) <= int(demand.max()) <= capacity:
        raise ProblemError(f"every demand must lie in 0 .. {capacity}, the capacity")


def _anneal_in_windows(
    instance: Instance,
    routes: Routes,
    stop: StopAfter,
    seed: int,
    params: CvrpParams,
    begun_s: float,
    progress: Callable[[int, int], None] | None,
) -> int:
    """Improve `routes` in place, window after window; the iterations made."""
    log, rng = new_undo_log(routes), new_rng(seed)
    best = routes.links.copy()
    costs = np.repeat(measure_links(instance, routes.links), 2)
    start = params.start_temperature * costs[0] / len(routes.links)
    end_to_start = params.end_temperature / params.start_temperature
    strings = (float(params.average_removed), params.longest_string)
    size = min(params.window, instance.customers)
    places = np.random.default_rng(seed)
    iterations, share = 0, stop.share(0, time.process_time() - begun_s)
    while share < 1.0:
        window = (int(places.integers(instance.customers)), size)
        temperature = temperature_at(share, start, end_to_start)
        left = stop.iterations - iterations if stop.iterations else params.window_iterations
        todo = min(params.window_iterations, left)
        anneal(instance, routes, best, log, strings, rng, costs, window, todo, temperature)
        iterations += todo
        share = stop.share(iterations, time.process_time() - begun_s)
        if progress is not None:
            progress(min(1000, int(1000 * share)), 1000)
    routes.links[:] = best
    return iterations
