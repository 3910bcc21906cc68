"""First routes within a capacity, where no area has to stay whole: savings, then few routes.

Savings join the ends of routes, dearest detour first (Clarke and Wright 1964). Then a route is
dissolved and its doors carried off along ejection chains: a door enters a route, which passes
another one on, until a route has room; the cheapest chain is a shortest path over routes (Glover
1996 has the idea). Where capacity is tight, room lies far from where it is needed.
"""

# ruff: noqa: PLR0917  (compiled functions take their arguments by position)
from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from optimizer.blocks.territory import leg_seconds, row_sums
from optimizer.compiled import allocating, inlined

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimizer.blocks.territory import Territory

WIDTHS = (100, 140, 200)
"""Neighbours of a door whose savings make a first plan: which is best depends on luck."""
CHAIN_NEIGHBOURS = 30
GIVE_UP = 10


class Chains(NamedTuple):
    """Linked routes and a shortest path over them; rows are doors, then a depot for each route.

    Attributes
    ----------
    before, after, route
        int32 (n + routes,): of doors, and of each route's depot; a route of -1 has none.
    load
        int64 (routes,): what is demanded.
    price
        float64 (routes,): seconds of the cheapest chain that enters the route.
    mover, source
        int32 (routes,): the door that enters, and the route that it leaves (-1: it is out).
    done
        bool (routes,)
    """

    before: NDArray[np.int32]
    after: NDArray[np.int32]
    route: NDArray[np.int32]
    load: NDArray[np.int64]
    price: NDArray[np.float64]
    mover: NDArray[np.int32]
    source: NDArray[np.int32]
    done: NDArray[np.bool_]


def first_routes(
    territory: Territory, demand: NDArray[np.int64], capacity: int
) -> list[NDArray[np.int32]]:
    """Routes within capacity, each the doors in order: the shortest of some first plans."""
    plans = [_few_routes(territory, demand, capacity, width) for width in WIDTHS]
    return min(plans, key=lambda rows: sum(row_sums(territory, row)[0] for row in rows))


def _few_routes(
    territory: Territory, demand: NDArray[np.int64], capacity: int, width: int
) -> list[NDArray[np.int32]]:
    """Savings between so many neighbours, in as few routes as chains can make them."""
    near, near_s = territory.near[:, :width].copy(), territory.near_s[:, :width].copy()
    pairs = _pairs(near, near_s, territory.to_depot_s)
    order = np.argsort(-pairs[2], kind="stable")
    row, starts = _merge(demand, capacity, pairs[0][order], pairs[1][order])
    chains = _linked(np.split(row, starts[1:]), demand)
    fewest, staying = -(-int(demand.sum()) // capacity), set[int]()
    while np.count_nonzero(chains.load) > fewest and len(staying) < GIVE_UP:
        candidates = [int(r) for r in np.flatnonzero(chains.load) if int(r) not in staying]
        if not candidates:
            break
        route = min(candidates, key=lambda r: int(chains.load[r]))
        before: list[NDArray[Any]] = [array.copy() for array in chains]
        if not _dissolve(territory, demand, capacity, chains, route):
            staying.add(route)
            chains = Chains(*before)
    return _rows(chains, len(demand))


def _linked(rows: list[NDArray[np.int32]], demand: NDArray[np.int64]) -> Chains:
    doors, count = len(demand), len(rows)
    links = np.arange(doors + count, dtype=np.int32)
    load = np.array([demand[row].sum() for row in rows], dtype=np.int64)
    chains = Chains(
        *(links.copy(), links.copy(), links - doors, load, np.empty(count)),
        *(np.empty(count, np.int32), np.empty(count, np.int32), np.empty(count, np.bool_)),
    )
    for route, row in enumerate(rows):
        ring = np.concatenate(([doors + route], row, [doors + route]))
        chains.after[ring[:-1]], chains.before[ring[1:]] = ring[1:], ring[:-1]
        chains.route[row] = route
    return chains


def _rows(chains: Chains, doors: int) -> list[NDArray[np.int32]]:
    rows = []
    for route in np.flatnonzero(chains.load):
        row = [chains.after[doors + route]]
        while chains.after[row[-1]] < doors:
            row.append(chains.after[row[-1]])
        rows.append(np.array(row, dtype=np.int32))
    return rows


# ---- savings ------------------------------------------------------------------------------------


@allocating
def _pairs(
    near: NDArray[np.int32], near_s: NDArray[np.float32], depot_s: NDArray[np.float64]
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float64]]:
    """Every pair of neighbours, and what serving one after the other saves."""
    doors, width = near.shape
    one, other = np.empty((2, doors * width), np.int32)
    saved = np.empty(doors * width)
    for i in range(doors):
        for k in range(width):
            j = near[i, k]
            one[i * width + k], other[i * width + k] = i, j
            saved[i * width + k] = depot_s[i] + depot_s[j] - near_s[i, k]
    return one, other, saved


@allocating
def _merge(
    demand: NDArray[np.int64], capacity: int, one: NDArray[np.int32], other: NDArray[np.int32]
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Join route ends in the given order of pairs: doors route after route, and their starts."""
    beside = np.full((len(demand), 2), -1, np.int32)
    parent = np.arange(len(demand)).astype(np.int32)
    load = demand.copy()
    for k in range(len(one)):
        i, j = one[k], other[k]
        if beside[i, 1] >= 0 or beside[j, 1] >= 0:
            continue
        a, b = _root(parent, i), _root(parent, j)
        if a == b or load[a] + load[b] > capacity:
            continue
        parent[b] = a
        load[a] += load[b]
        beside[i, 1 if beside[i, 0] >= 0 else 0] = j
        beside[j, 1 if beside[j, 0] >= 0 else 0] = i
    return _unroll(beside)


@allocating
def _root(parent: NDArray[np.int32], i: int) -> int:
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = parent[i]
    return i


@allocating
def _unroll(beside: NDArray[np.int32]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Follow every chain of neighbours from an end."""
    row, starts = np.empty((2, len(beside)), np.int32)
    seen = np.zeros(len(beside), np.bool_)
    done, routes = 0, 0
    for end in range(len(beside)):
        if seen[end] or beside[end, 1] >= 0:
            continue
        starts[routes] = done
        routes += 1
        previous, at = -1, end
        while at >= 0:
            seen[at] = True
            row[done] = at
            done += 1
            onward = beside[at, 0] if beside[at, 0] != previous else beside[at, 1]
            previous, at = at, onward
    return row, starts[:routes].copy()


# ---- few routes ---------------------------------------------------------------------------------


@inlined
def _leg(territory: Territory, a: int, b: int) -> float:
    """Seconds between doors or depots of routes."""
    depot = len(territory.area)
    return float(leg_seconds(territory, min(a, depot), min(b, depot)))


@inlined
def _added(territory: Territory, chains: Chains, door: int, before: int) -> float:
    """Seconds that a door adds after `before`."""
    after = chains.after[before]
    added = _leg(territory, before, door) + _leg(territory, door, after)
    return float(added - _leg(territory, before, after))


@allocating
def _dissolve(
    territory: Territory, demand: NDArray[np.int64], capacity: int, chains: Chains, route: int
) -> bool:
    """Carry off all doors of a route, largest demand first; False if one cannot be."""
    while chains.load[route] > 0:
        door = at = chains.after[len(demand) + route]
        while at < len(demand):
            if demand[at] > demand[door]:
                door = at
            at = chains.after[at]
        end = _find_chain(territory, demand, capacity, chains, route, door)
        if end < 0:
            return False
        while end >= 0:
            _move(territory, demand, chains, chains.mover[end], end)
            end = chains.source[end]
    return True


@allocating
def _move(
    territory: Territory, demand: NDArray[np.int64], chains: Chains, door: int, route: int
) -> None:
    """Take a door out of its route and put it where it is cheapest in another."""
    before, after = chains.before[door], chains.after[door]
    chains.after[before], chains.before[after] = after, before
    chains.load[chains.route[door]] -= demand[door]
    best = at = len(demand) + route
    least = _added(territory, chains, door, at)
    while chains.after[at] < len(demand):
        at = chains.after[at]
        added = _added(territory, chains, door, at)
        if added < least:
            best, least = at, added
    after = chains.after[best]
    chains.after[best], chains.before[door] = door, best
    chains.after[door], chains.before[after] = after, door
    chains.route[door] = route
    chains.load[route] += demand[door]


@allocating
def _find_chain(
    territory: Territory,
    demand: NDArray[np.int64],
    capacity: int,
    chains: Chains,
    banned: int,
    door: int,
) -> int:
    """The route in which the cheapest chain from a door ends, -1 if there is none."""
    chains.price[:] = np.inf
    chains.done[:] = chains.load == 0
    chains.done[banned] = True
    _reach_out(territory, chains, door, 0.0, -1)
    while True:
        route = int(np.argmin(np.where(chains.done, np.inf, chains.price)))
        if chains.done[route] or chains.price[route] == np.inf:
            return -1
        chains.done[route] = True
        over = chains.load[route] + demand[chains.mover[route]] - capacity
        if over <= 0:
            return route
        at = chains.after[len(demand) + route]
        while at < len(demand):
            if demand[at] >= over:
                before, after = chains.before[at], chains.after[at]
                saved = _leg(territory, before, at) + _leg(territory, at, after)
                saved -= _leg(territory, before, after)
                _reach_out(territory, chains, at, chains.price[route] - saved, route)
            at = chains.after[at]


@allocating
def _reach_out(territory: Territory, chains: Chains, door: int, price: float, source: int) -> None:
    """Offer a door to the routes of its nearest neighbours."""
    for k in range(min(CHAIN_NEIGHBOURS, territory.near.shape[1])):
        near = territory.near[door, k]
        route = chains.route[near]
        if chains.done[route]:
            continue
        added = min(
            _added(territory, chains, door, near),
            _added(territory, chains, door, chains.before[near]),
        )
        if price + added < chains.price[route]:
            chains.price[route] = price + added
            chains.mover[route] = door
            chains.source[route] = source
