"""The router held against the literature: capacity, Euclidean distances, nothing else.

`solve_cvrp` shows what the search behind the blocks is worth on instances that others have solved
too: savings (`savings`), as few routes as the demand needs (`squeeze`), ruin and recreate under
simulated annealing (`anneal`).
"""

# ruff: noqa: PLR0917  (a problem, a stop, a seed, parameters)
from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from optimizer.blocks.cvrp.instance import (
    Plane,
    Routes,
    measure,
    new_plane,
    new_routes,
    visits_of,
    with_depots,
)
from optimizer.blocks.cvrp.minimise_fleet import squeeze
from optimizer.blocks.cvrp.ruin_recreate import Strings, anneal, new_trail
from optimizer.blocks.cvrp.savings import savings_routes
from optimizer.errors import ProblemError
from optimizer.search.rng import new_rng

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

SPARE_ROUTES = 20
STARTS = (100, 200)
"""Neighbours of a customer whose savings make a first solution: the shorter one is kept."""


@dataclass(frozen=True, kw_only=True)
class CvrpParams:
    """How the search is tuned.

    Attributes
    ----------
    near
        Neighbours of a customer that are looked at.
    removed, longest
        Customers taken out in a step on average, and the longest string.
    first, last
        Temperature at the beginning and the end, in mean lengths of a link.
    window, window_steps
        Customers of a window, and the steps made there before the next.
    """

    near: int = 200
    removed: float = 10.0
    longest: int = 7
    first: float = 0.15
    last: float = 0.005
    window: int = 2000
    window_steps: int = 10_000


@dataclass(frozen=True, kw_only=True)
class CvrpStop:
    """When to stop: after `steps`, or after `seconds` of the process's CPU time; one of the two."""

    steps: int | None = None
    seconds: float | None = None

    def __post_init__(self) -> None:
        if (self.steps is None) == (self.seconds is None):
            raise ProblemError("stop: give either steps or seconds")

    def share(self, steps: int, seconds: float) -> float:
        """How much of the whole is done; 1 or more at the end."""
        if self.steps is not None:
            return steps / self.steps if self.steps else 1.0
        return seconds / self.seconds if self.seconds else 1.0


@dataclass(frozen=True, kw_only=True)
class CvrpSolution:
    """Routes (customers as the caller counts them, in order), their length, and the steps made."""

    routes: list[NDArray[np.int64]]
    cost: int
    steps: int


def solve_cvrp(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    demand: NDArray[np.int32],
    capacity: int,
    stop: CvrpStop,
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
        The same steps and seed give the same routes; seconds count from the call.
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
        return CvrpSolution(routes=[], cost=0, steps=0)
    plane, order = new_plane(x, y, demand, capacity, params.near)
    starts = [
        _begin(plane, width) for width in sorted({min(width, params.near) for width in STARTS})
    ]
    plane, routes = min(starts, key=lambda start: measure(start[0], start[1].links))
    steps = _anneal_in_windows(plane, routes, stop, seed, params, begun_s, progress)
    return CvrpSolution(
        routes=[order[row] for row in visits_of(plane, routes.links)],
        cost=measure(plane, routes.links),
        steps=steps,
    )


def _begin(plane: Plane, width: int) -> tuple[Plane, Routes]:
    """The plane with its depots, and a first solution by the savings of so many neighbours."""
    near, near_m = (np.ascontiguousarray(table[:, :width]) for table in (plane.near, plane.near_m))
    first = savings_routes(plane._replace(near=near, near_m=near_m))
    plane = with_depots(plane, len(first) + SPARE_ROUTES)
    routes = new_routes(plane, first)
    squeeze(plane, routes, math.ceil(int(plane.demand.sum()) / plane.capacity))
    return plane, routes


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
    plane: Plane,
    routes: Routes,
    stop: CvrpStop,
    seed: int,
    params: CvrpParams,
    begun_s: float,
    progress: Callable[[int, int], None] | None,
) -> int:
    """Improve `routes` in place, window after window; the steps made."""
    trail, rng = new_trail(routes), new_rng(seed)
    best = routes.links.copy()
    now = np.repeat(measure(plane, routes.links), 2)
    first = params.first * now[0] / len(routes.links)
    strings = Strings(float(params.removed), params.longest)
    size = min(params.window, plane.customers)
    places = np.random.default_rng(seed)
    steps, share = 0, stop.share(0, time.process_time() - begun_s)
    while share < 1.0:
        window = (int(places.integers(plane.customers)), size)
        temperature = first * (params.last / params.first) ** share
        todo = min(params.window_steps, (stop.steps or steps + params.window_steps) - steps)
        anneal(plane, routes, best, trail, strings, rng, now, window, todo, temperature)
        steps += todo
        share = stop.share(steps, time.process_time() - begun_s)
        if progress is not None:
            progress(min(1000, int(1000 * share)), 1000)
    routes.links[:] = best
    return steps
