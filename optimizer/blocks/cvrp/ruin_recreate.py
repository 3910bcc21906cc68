"""Ruin and recreate for customers in the plane: slack induction by string removals, made fast.

Parameters and equations: `optimizer.search.sisr`. What differs from the paper, and why:

- A customer is tried next to its nearest neighbours and at the ends of their routes only, and the
  search ends where a neighbour alone is farther than the best insertion costs.
- The threshold is drawn first, and an iteration that can no longer be accepted is broken off.
- For a while all iterations lie in one small window of the space-filling curve along which the
  customers are numbered, so that what they read is in the processor's cache.
- The temperature is higher where customers are far apart (`Instance.temperature_scale`).
"""

# ruff: noqa: PLR0917  (compiled functions take their arguments by position)
from __future__ import annotations

import math
from typing import TYPE_CHECKING

from optimizer.blocks.cvrp.instance import (
    AFTER,
    BEFORE,
    LENGTH,
    ROUTE,
    Instance,
    Routes,
    distance,
    insert,
    remove,
)
from optimizer.blocks.cvrp.undo_log import (
    ITERATION,
    MOST_REMOVED,
    REMOVED,
    SEARCHES,
    UndoLog,
    copy_changes,
    log_route,
    log_row,
    note_changes,
    roll_back,
)
from optimizer.compiled import compiled, inlined
from optimizer.search.annealing import threshold
from optimizer.search.rng import below, uniform
from optimizer.search.sisr import (
    BLINK_RATE,
    SPLIT_DEPTH,
    SPLIT_RATE,
    longest_string,
    most_strings,
    whole_between_one_and,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NOWHERE = -1


@compiled
def anneal(
    instance: Instance,
    routes: Routes,
    best: NDArray[np.int32],
    log: UndoLog,
    strings: tuple[float, int],
    rng: NDArray[np.uint64],
    costs: NDArray[np.int64],
    window: tuple[int, int],
    iterations: int,
    temperature: float,
) -> None:
    """Algorithm 1 for some iterations around customers of a window.

    Parameters
    ----------
    best
        int32 (n + routes, 4): links of the best solution so far; changed in place.
    strings
        c̄ and L_max.
    costs
        int64 (2,): metres of the solution and of the best one; changed in place.
    window
        First customer, and how many.
    temperature
        Metres, on average over the plane.
    """
    for _ in range(iterations):
        log.counts[: REMOVED + 1] = 0
        log.counts[ITERATION] += 1
        seed = window[0] + below(rng, window[1])
        if seed >= instance.customers:
            seed -= instance.customers
        limit = threshold(temperature * instance.temperature_scale[seed], uniform(rng) + 1e-300)
        saved = ruin(instance, routes, log, strings, rng, seed)
        _sort_removed(instance, log, rng)
        change = recreate(instance, routes, log, rng, -saved, limit)
        if change < limit:
            costs[0] += change
            note_changes(routes, log)
            if costs[0] < costs[1]:
                costs[1] = costs[0]
                copy_changes(routes, best, log)
        else:
            roll_back(routes, log)


@inlined
def ruin(
    instance: Instance,
    routes: Routes,
    log: UndoLog,
    strings: tuple[float, int],
    rng: NDArray[np.uint64],
    seed: int,
) -> int:
    """Algorithm 2: remove strings of customers from routes near a seed; the metres it saves."""
    used = len(routes.load) - log.empty[-1]
    longest = longest_string(float(strings[1]), instance.customers / used)
    left = whole_between_one_and(most_strings(strings[0], longest), uniform(rng))
    saved = 0
    for j in range(-1, instance.near.shape[1]):
        customer = seed if j < 0 else instance.near[seed, j]
        route = routes.links[customer, ROUTE]
        if route < 0 or log.ruin_mark[route] == log.counts[ITERATION]:
            continue
        log.ruin_mark[route] = log.counts[ITERATION]
        length = whole_between_one_and(min(float(routes.size[route]), longest), uniform(rng))
        if log.counts[REMOVED] + length > MOST_REMOVED:
            break
        saved += _remove_string(instance, routes, log, rng, customer, length)
        left -= 1
        if left <= 0:
            break
    return saved


@inlined
def _remove_string(
    instance: Instance,
    routes: Routes,
    log: UndoLog,
    rng: NDArray[np.uint64],
    customer: int,
    length: int,
) -> int:
    """Remove `length` customers in a row, `customer` among them; or split, so that some stay."""
    links = routes.links
    route = links[customer, ROUTE]
    size, staying = routes.size[route], 0
    log_route(routes, log, route)
    if 1 < length < size and uniform(rng) < SPLIT_RATE:
        staying = 1
        while length + staying < size and uniform(rng) < SPLIT_DEPTH:
            staying += 1
    whole = length + staying
    at = _string_begin(instance, links, rng, customer, whole)
    staying_from = 1 + below(rng, length - 1) if staying > 0 else whole
    saved = 0
    for i in range(whole):
        after = links[at, AFTER]
        if i < staying_from or i >= staying_from + staying:
            log_row(routes, log, links[at, BEFORE])
            log_row(routes, log, at)
            log_row(routes, log, after)
            saved += remove(instance, routes, at)
            log.removed[log.counts[REMOVED]] = at
            log.counts[REMOVED] += 1
        at = after
    return saved


@inlined
def _string_begin(
    instance: Instance,
    links: NDArray[np.int32],
    rng: NDArray[np.uint64],
    customer: int,
    whole: int,
) -> int:
    """A random one of the strings of `whole` customers that hold `customer`: its first."""
    back, at = 0, links[customer, BEFORE]
    while back < whole - 1 and at < instance.customers:
        back += 1
        at = links[at, BEFORE]
    ahead, at = 0, links[customer, AFTER]
    while ahead < whole - 1 and at < instance.customers:
        ahead += 1
        at = links[at, AFTER]
    least = max(0, whole - 1 - ahead)
    at = customer
    for _ in range(least + below(rng, back - least + 1)):
        at = links[at, BEFORE]
    return int(at)


@inlined
def _sort_removed(instance: Instance, log: UndoLog, rng: NDArray[np.uint64]) -> None:
    """Sort who is removed: random, largest demand, far or close first (4, 4, 2, 1 of 11)."""
    draw = below(rng, 11)
    for k in range(log.counts[REMOVED]):
        customer = log.removed[k]
        if draw < 8:
            key = uniform(rng)
            if draw >= 4:
                key -= instance.demand[customer]
        else:
            key = instance.home_m[customer] * (-1.0 if draw < 10 else 1.0)
        i = k
        while i > 0 and log.key[i - 1] > key:
            log.key[i] = log.key[i - 1]
            log.removed[i] = log.removed[i - 1]
            i -= 1
        log.key[i] = key
        log.removed[i] = customer


@inlined
def recreate(
    instance: Instance,
    routes: Routes,
    log: UndoLog,
    rng: NDArray[np.uint64],
    change: int,
    limit: float,
) -> float:
    """Algorithm 3: insert who is removed, each where it costs least.

    Returns
    -------
    float
        `change` and the metres that this adds; infinite once that is not below `limit`.
    """
    for k in range(log.counts[REMOVED]):
        customer = log.removed[k]
        before, added = _cheapest_insertion(instance, routes, log, rng, customer)
        if before < 0:
            before, added = _empty_route(instance, routes, log, customer)
        change += added
        if before < 0 or change >= limit:
            return math.inf
        log_route(routes, log, routes.links[before, ROUTE])
        log_row(routes, log, before)
        log_row(routes, log, routes.links[before, AFTER])
        insert(instance, routes, customer, before)
    return float(change)


@inlined
def _empty_route(
    instance: Instance, routes: Routes, log: UndoLog, customer: int
) -> tuple[int, int]:
    """The depot of a route that is empty, and the metres to there and back."""
    for k in range(log.empty[-1] - 1, -1, -1):
        if routes.size[log.empty[k]] == 0:
            return instance.customers + log.empty[k], 2 * instance.home_m[customer]
    return NOWHERE, 0


@inlined
def _cheapest_insertion(
    instance: Instance, routes: Routes, log: UndoLog, rng: NDArray[np.uint64], customer: int
) -> tuple[int, int]:
    """After whom, and the metres that it adds; NOWHERE if no neighbour's route has room."""
    links = routes.links
    best, best_m = NOWHERE, 1 << 40
    room = instance.capacity - instance.demand[customer]
    log.counts[SEARCHES] += 1
    for k in range(instance.near.shape[1]):
        near_m = instance.near_m[customer, k]
        if near_m >= best_m:
            break
        near = instance.near[customer, k]
        route = links[near, ROUTE]
        if route < 0 or routes.load[route] > room:
            continue
        if log.searched_mark[route] != log.counts[SEARCHES]:
            log.searched_mark[route] = log.counts[SEARCHES]
            depot = instance.customers + route
            last, first = links[depot, BEFORE], links[depot, AFTER]
            home_m = instance.home_m[customer]
            added = home_m + distance(instance, last, customer) - links[last, LENGTH]
            if added < best_m and uniform(rng) >= BLINK_RATE:
                best, best_m = last, added
            added = home_m + distance(instance, first, customer) - links[depot, LENGTH]
            if added < best_m and uniform(rng) >= BLINK_RATE:
                best, best_m = depot, added
        added = near_m + distance(instance, customer, links[near, AFTER]) - links[near, LENGTH]
        if added < best_m and uniform(rng) >= BLINK_RATE:
            best, best_m = near, added
        before = links[near, BEFORE]
        added = near_m + distance(instance, customer, before) - links[before, LENGTH]
        if added < best_m and uniform(rng) >= BLINK_RATE:
            best, best_m = before, added
    return best, best_m
