"""Ruin and recreate for customers in the plane, made to be fast.

Slack induction by string removals (Christiaens and Vanden Berghe 2020) under simulated annealing.
What makes a step cheap: a customer is put back next to one of its nearest neighbours, or at an end
of a neighbour's route, and the search stops where a neighbour alone is farther than the best
place costs; a step that can no longer be accepted is broken off; what it touched is written down
and put back; and for a while all steps lie in one small window of the space-filling curve along
which the customers are numbered, so that what they read is in the processor's cache.
"""

# ruff: noqa: PLR0917  (compiled functions take their arguments by position)
from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from optimizer.blocks.cvrp.instance import (
    AFTER,
    BEFORE,
    LENGTH,
    ROUTE,
    Plane,
    Routes,
    attach,
    detach,
    distance,
)
from optimizer.compiled import compiled, inlined
from optimizer.search.rng import below, uniform

if TYPE_CHECKING:
    from numpy.typing import NDArray

BLINK = 0.01
KEEP = 0.01
SPLIT = 0.5
MOST_OUT = 512
NOWHERE = -1


class Strings(NamedTuple):
    """How much is taken out: on average `removed` customers, in strings of at most `longest`."""

    removed: float
    longest: int


class Trail(NamedTuple):
    """What a step has touched, as it was; marks hold the number of the step that set them.

    Attributes
    ----------
    counts
        int64 (6,): touched rows and routes, customers out, rows that differ from the best
        solution, the step's number, and the number of the last search for a place.
    row, links, route, load, size
        Touched rows of links and touched routes, as they were.
    row_mark, route_mark, ruin_mark, look_mark
        int64, for each row of links or each route.
    out, key
        Customers that are out, and by what they are ordered.
    changed, is_changed
        Rows that differ from the best solution.
    empty
        int32: a stack of empty routes; `empty[-1]` is how many.
    """

    counts: NDArray[np.int64]
    row: NDArray[np.int32]
    links: NDArray[np.int32]
    route: NDArray[np.int32]
    load: NDArray[np.int32]
    size: NDArray[np.int32]
    row_mark: NDArray[np.int64]
    route_mark: NDArray[np.int64]
    ruin_mark: NDArray[np.int64]
    look_mark: NDArray[np.int64]
    out: NDArray[np.int32]
    key: NDArray[np.float64]
    changed: NDArray[np.int32]
    is_changed: NDArray[np.bool_]
    empty: NDArray[np.int32]


ROWS, TOUCHED, OUT, CHANGED, STEP, LOOK = range(6)


def new_trail(routes: Routes) -> Trail:
    """A trail for solutions with as many rows and routes as this one."""
    rows, count = len(routes.links), len(routes.load)
    empty = np.zeros(count + 1, np.int32)
    spare = np.flatnonzero(routes.size == 0)
    empty[: len(spare)], empty[-1] = spare, len(spare)
    return Trail(
        counts=np.zeros(6, np.int64),
        row=np.empty(rows, np.int32),
        links=np.empty((rows, 4), np.int32),
        route=np.empty(count, np.int32),
        load=np.empty(count, np.int32),
        size=np.empty(count, np.int32),
        row_mark=np.zeros(rows, np.int64),
        route_mark=np.zeros(count, np.int64),
        ruin_mark=np.zeros(count, np.int64),
        look_mark=np.zeros(count, np.int64),
        out=np.empty(MOST_OUT, np.int32),
        key=np.empty(MOST_OUT),
        changed=np.empty(rows, np.int32),
        is_changed=np.zeros(rows, np.bool_),
        empty=empty,
    )


@compiled
def anneal(
    plane: Plane,
    routes: Routes,
    best: NDArray[np.int32],
    trail: Trail,
    strings: Strings,
    rng: NDArray[np.uint64],
    now: NDArray[np.int64],
    window: tuple[int, int],
    steps: int,
    temperature: float,
) -> None:
    """Make `steps` steps around customers of a window.

    Parameters
    ----------
    best
        int32 (n + routes, 4): links of the best solution so far; changed in place.
    now
        int64 (2,): metres of the solution and of the best one; changed in place.
    window
        First customer, and how many.
    temperature
        Metres, on average over the plane.
    """
    for _ in range(steps):
        trail.counts[: OUT + 1] = 0
        trail.counts[STEP] += 1
        seed = window[0] + below(rng, window[1])
        if seed >= plane.customers:
            seed -= plane.customers
        limit = -temperature * plane.warmth[seed] * math.log(uniform(rng) + 1e-300)
        saved = ruin(plane, routes, trail, strings, rng, seed)
        _sort_out(plane, trail, rng)
        change = recreate(plane, routes, trail, rng, -saved, limit)
        if change < limit:
            now[0] += change
            _keep(routes, trail)
            if now[0] < now[1]:
                now[1] = now[0]
                _copy_changes(routes, best, trail)
        else:
            _restore(routes, trail)


@inlined
def _save_row(routes: Routes, trail: Trail, i: int) -> None:
    if trail.row_mark[i] == trail.counts[STEP]:
        return
    trail.row_mark[i] = trail.counts[STEP]
    k = trail.counts[ROWS]
    trail.counts[ROWS] += 1
    trail.row[k] = i
    for column in range(4):
        trail.links[k, column] = routes.links[i, column]


@inlined
def _save_route(routes: Routes, trail: Trail, route: int) -> None:
    if trail.route_mark[route] == trail.counts[STEP]:
        return
    trail.route_mark[route] = trail.counts[STEP]
    k = trail.counts[TOUCHED]
    trail.counts[TOUCHED] += 1
    trail.route[k] = route
    trail.load[k] = routes.load[route]
    trail.size[k] = routes.size[route]


@inlined
def _restore(routes: Routes, trail: Trail) -> None:
    for k in range(trail.counts[ROWS]):
        for column in range(4):
            routes.links[trail.row[k], column] = trail.links[k, column]
    for k in range(trail.counts[TOUCHED]):
        routes.load[trail.route[k]] = trail.load[k]
        routes.size[trail.route[k]] = trail.size[k]


@inlined
def _keep(routes: Routes, trail: Trail) -> None:
    """Note which rows now differ from the best solution, and which routes are empty."""
    for k in range(trail.counts[ROWS]):
        i = trail.row[k]
        if not trail.is_changed[i]:
            trail.is_changed[i] = True
            trail.changed[trail.counts[CHANGED]] = i
            trail.counts[CHANGED] += 1
    for k in range(trail.counts[TOUCHED]):
        route = trail.route[k]
        if trail.size[k] > 0 and routes.size[route] == 0:
            trail.empty[trail.empty[-1]] = route
            trail.empty[-1] += 1
        elif trail.size[k] == 0 and routes.size[route] > 0:
            _not_empty(trail, route)


@inlined
def _not_empty(trail: Trail, route: int) -> None:
    for k in range(trail.empty[-1]):
        if trail.empty[k] == route:
            trail.empty[-1] -= 1
            trail.empty[k] = trail.empty[trail.empty[-1]]
            return


@inlined
def _copy_changes(routes: Routes, best: NDArray[np.int32], trail: Trail) -> None:
    for k in range(trail.counts[CHANGED]):
        i = trail.changed[k]
        trail.is_changed[i] = False
        for column in range(4):
            best[i, column] = routes.links[i, column]
    trail.counts[CHANGED] = 0


@inlined
def ruin(
    plane: Plane,
    routes: Routes,
    trail: Trail,
    strings: Strings,
    rng: NDArray[np.uint64],
    seed: int,
) -> int:
    """Take strings of customers out of the routes around `seed`; the metres that it saves."""
    used = len(routes.load) - trail.empty[-1]
    longest = min(float(strings.longest), plane.customers / used)
    left = 1 + below(rng, 4 * strings.removed / (1 + longest) - 1)
    saved = 0
    for j in range(-1, plane.near.shape[1]):
        customer = seed if j < 0 else plane.near[seed, j]
        route = routes.links[customer, ROUTE]
        if route < 0 or trail.ruin_mark[route] == trail.counts[STEP]:
            continue
        trail.ruin_mark[route] = trail.counts[STEP]
        length = 1 + below(rng, min(float(routes.size[route]), longest))
        if trail.counts[OUT] + length > MOST_OUT:
            break
        saved += _take_string(plane, routes, trail, rng, customer, length)
        left -= 1
        if left <= 0:
            break
    return saved


@inlined
def _take_string(
    plane: Plane,
    routes: Routes,
    trail: Trail,
    rng: NDArray[np.uint64],
    customer: int,
    length: int,
) -> int:
    """Take `length` customers in a row out, `customer` among them; or leave some inside."""
    links = routes.links
    route = links[customer, ROUTE]
    size, kept = routes.size[route], 0
    _save_route(routes, trail, route)
    if 1 < length < size and uniform(rng) < SPLIT:
        kept = 1
        while length + kept < size and uniform(rng) < KEEP:
            kept += 1
    whole = length + kept
    at = _string_begin(plane, links, rng, customer, whole)
    keep_from = 1 + below(rng, length - 1) if kept > 0 else whole
    saved = 0
    for i in range(whole):
        after = links[at, AFTER]
        if i < keep_from or i >= keep_from + kept:
            _save_row(routes, trail, links[at, BEFORE])
            _save_row(routes, trail, at)
            _save_row(routes, trail, after)
            saved += detach(plane, routes, at)
            trail.out[trail.counts[OUT]] = at
            trail.counts[OUT] += 1
        at = after
    return saved


@inlined
def _string_begin(
    plane: Plane,
    links: NDArray[np.int32],
    rng: NDArray[np.uint64],
    customer: int,
    whole: int,
) -> int:
    """A random one of the strings of `whole` customers that hold `customer`: its first."""
    back, at = 0, links[customer, BEFORE]
    while back < whole - 1 and at < plane.customers:
        back += 1
        at = links[at, BEFORE]
    ahead, at = 0, links[customer, AFTER]
    while ahead < whole - 1 and at < plane.customers:
        ahead += 1
        at = links[at, AFTER]
    least = max(0, whole - 1 - ahead)
    at = customer
    for _ in range(least + below(rng, back - least + 1)):
        at = links[at, BEFORE]
    return int(at)


@inlined
def _sort_out(plane: Plane, trail: Trail, rng: NDArray[np.uint64]) -> None:
    """Order who is out: by chance, largest demand, farthest or nearest to the depot first."""
    draw = below(rng, 11)
    for k in range(trail.counts[OUT]):
        customer = trail.out[k]
        if draw < 8:
            key = uniform(rng)
            if draw >= 4:
                key -= plane.demand[customer]
        else:
            key = plane.home_m[customer] * (-1.0 if draw < 10 else 1.0)
        i = k
        while i > 0 and trail.key[i - 1] > key:
            trail.key[i] = trail.key[i - 1]
            trail.out[i] = trail.out[i - 1]
            i -= 1
        trail.key[i] = key
        trail.out[i] = customer


@inlined
def recreate(
    plane: Plane,
    routes: Routes,
    trail: Trail,
    rng: NDArray[np.uint64],
    change: int,
    limit: float,
) -> float:
    """Put back who is out, each where it costs least.

    Returns
    -------
    float
        `change` and the metres that this adds; infinite once that is not below `limit`.
    """
    for k in range(trail.counts[OUT]):
        customer = trail.out[k]
        before, added = _cheapest_place(plane, routes, trail, rng, customer)
        if before < 0:
            before, added = _empty_route(plane, routes, trail, customer)
        change += added
        if before < 0 or change >= limit:
            return math.inf
        _save_route(routes, trail, routes.links[before, ROUTE])
        _save_row(routes, trail, before)
        _save_row(routes, trail, routes.links[before, AFTER])
        attach(plane, routes, customer, before)
    return float(change)


@inlined
def _empty_route(plane: Plane, routes: Routes, trail: Trail, customer: int) -> tuple[int, int]:
    for k in range(trail.empty[-1] - 1, -1, -1):
        if routes.size[trail.empty[k]] == 0:
            return plane.customers + trail.empty[k], 2 * plane.home_m[customer]
    return NOWHERE, 0


@inlined
def _cheapest_place(
    plane: Plane, routes: Routes, trail: Trail, rng: NDArray[np.uint64], customer: int
) -> tuple[int, int]:
    """After whom, and the metres that it adds; NOWHERE if no neighbour's route has room."""
    links = routes.links
    best, best_m = NOWHERE, 1 << 40
    room = plane.capacity - plane.demand[customer]
    trail.counts[LOOK] += 1
    for k in range(plane.near.shape[1]):
        near_m = plane.near_m[customer, k]
        if near_m >= best_m:
            break
        near = plane.near[customer, k]
        route = links[near, ROUTE]
        if route < 0 or routes.load[route] > room:
            continue
        if trail.look_mark[route] != trail.counts[LOOK]:
            trail.look_mark[route] = trail.counts[LOOK]
            depot = plane.customers + route
            last, first = links[depot, BEFORE], links[depot, AFTER]
            home_m = plane.home_m[customer]
            added = home_m + distance(plane, last, customer) - links[last, LENGTH]
            if added < best_m and uniform(rng) >= BLINK:
                best, best_m = last, added
            added = home_m + distance(plane, first, customer) - links[depot, LENGTH]
            if added < best_m and uniform(rng) >= BLINK:
                best, best_m = depot, added
        added = near_m + distance(plane, customer, links[near, AFTER]) - links[near, LENGTH]
        if added < best_m and uniform(rng) >= BLINK:
            best, best_m = near, added
        before = links[near, BEFORE]
        added = near_m + distance(plane, customer, before) - links[before, LENGTH]
        if added < best_m and uniform(rng) >= BLINK:
            best, best_m = before, added
    return best, best_m
