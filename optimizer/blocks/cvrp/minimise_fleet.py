"""Fewer routes: a route is dissolved and its customers carried off along ejection chains.

A customer enters a route, which passes another one on, until a route has room. The cheapest chain
is a shortest path over routes (Glover 1996 has the idea of ejection chains). Where capacity is
tight, room lies far from where it is needed, and this is what brings it there.
"""

# ruff: noqa: PLR0917  (compiled functions take their arguments by position)
from __future__ import annotations

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
from optimizer.compiled import allocating

if TYPE_CHECKING:
    from numpy.typing import NDArray

NEIGHBOURS = 30
GIVE_UP = 10
FAR = 1 << 40


class Chains(NamedTuple):
    """Shortest path over routes: rows are routes.

    Attributes
    ----------
    price
        int64: metres of the cheapest chain that enters the route.
    mover, source
        int32: the customer that enters, and the route that it leaves (-1: it is out).
    done
        bool
    """

    price: NDArray[np.int64]
    mover: NDArray[np.int32]
    source: NDArray[np.int32]
    done: NDArray[np.bool_]


def squeeze(plane: Plane, routes: Routes, target: int) -> None:
    """Dissolve the emptiest routes until `target` are left or none can be dissolved."""
    count = len(routes.load)
    chains = Chains(
        np.empty(count, np.int64),
        np.empty(count, np.int32),
        np.empty(count, np.int32),
        np.empty(count, np.bool_),
    )
    kept: set[int] = set()
    while np.count_nonzero(routes.size) > target and len(kept) < GIVE_UP:
        candidates = [r for r in np.flatnonzero(routes.size) if int(r) not in kept]
        if not candidates:
            return
        route = int(min(candidates, key=lambda r: routes.load[r]))
        before = [array.copy() for array in routes]
        if not _dissolve(plane, routes, chains, route):
            kept.add(route)
            for array, old in zip(routes, before, strict=True):
                array[:] = old


@allocating
def _dissolve(plane: Plane, routes: Routes, chains: Chains, route: int) -> bool:
    """Carry off all customers of a route, largest demand first; False if one cannot be."""
    while routes.size[route] > 0:
        customer = routes.links[plane.customers + route, AFTER]
        at = customer
        while at < plane.customers:
            if plane.demand[at] > plane.demand[customer]:
                customer = at
            at = routes.links[at, AFTER]
        end = _find_chain(plane, routes, chains, route, customer)
        if end < 0:
            return False
        while end >= 0:
            mover = chains.mover[end]
            detach(plane, routes, mover)
            attach(plane, routes, mover, _best_place(plane, routes, mover, end))
            end = chains.source[end]
    return True


@allocating
def _find_chain(plane: Plane, routes: Routes, chains: Chains, banned: int, customer: int) -> int:
    """The route in which the cheapest chain from `customer` ends, -1 if there is none."""
    chains.price[:] = FAR
    chains.done[:] = False
    chains.done[banned] = True
    _reach_out(plane, routes, chains, customer, 0, -1)
    while True:
        route = int(np.argmin(np.where(chains.done, FAR, chains.price)))
        if chains.done[route] or chains.price[route] >= FAR:
            return -1
        chains.done[route] = True
        load = routes.load[route] + plane.demand[chains.mover[route]]
        if load <= plane.capacity:
            return route
        _pass_on(plane, routes, chains, route, load)


@allocating
def _pass_on(plane: Plane, routes: Routes, chains: Chains, route: int, load: int) -> None:
    """Let every customer go whose going makes the route's load fit."""
    links = routes.links
    at = links[plane.customers + route, AFTER]
    while at < plane.customers:
        if load - plane.demand[at] <= plane.capacity:
            saved = links[links[at, BEFORE], LENGTH] + links[at, LENGTH]
            saved -= distance(plane, links[at, BEFORE], links[at, AFTER])
            _reach_out(plane, routes, chains, at, chains.price[route] - saved, route)
        at = links[at, AFTER]


@allocating
def _reach_out(
    plane: Plane, routes: Routes, chains: Chains, customer: int, price: int, source: int
) -> None:
    """Offer a customer to the routes of its nearest neighbours."""
    links = routes.links
    for k in range(min(NEIGHBOURS, plane.near.shape[1])):
        near = plane.near[customer, k]
        route = links[near, ROUTE]
        if chains.done[route]:
            continue
        before, after = links[near, BEFORE], links[near, AFTER]
        added = plane.near_m[customer, k] + min(
            distance(plane, customer, after) - links[near, LENGTH],
            distance(plane, customer, before) - links[before, LENGTH],
        )
        if price + added < chains.price[route]:
            chains.price[route] = price + added
            chains.mover[route] = customer
            chains.source[route] = source


@allocating
def _best_place(plane: Plane, routes: Routes, customer: int, route: int) -> int:
    """After whom a customer is cheapest in a route."""
    links = routes.links
    at = plane.customers + route
    best, best_m = at, FAR
    while True:
        after = links[at, AFTER]
        added = distance(plane, at, customer) + distance(plane, customer, after)
        added -= links[at, LENGTH]
        if added < best_m:
            best, best_m = at, added
        at = after
        if at >= plane.customers:
            return best
