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
    Instance,
    Routes,
    distance,
    insert,
    remove,
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


def minimise_fleet(instance: Instance, routes: Routes, target: int) -> None:
    """Dissolve the emptiest routes until `target` are left or none can be dissolved."""
    count = len(routes.load)
    chains = Chains(
        np.empty(count, np.int64),
        np.empty(count, np.int32),
        np.empty(count, np.int32),
        np.empty(count, np.bool_),
    )
    staying: set[int] = set()
    while np.count_nonzero(routes.size) > target and len(staying) < GIVE_UP:
        candidates = [r for r in np.flatnonzero(routes.size) if int(r) not in staying]
        if not candidates:
            return
        route = int(min(candidates, key=lambda r: routes.load[r]))
        before = [array.copy() for array in routes]
        if not _dissolve(instance, routes, chains, route):
            staying.add(route)
            for array, old in zip(routes, before, strict=True):
                array[:] = old


@allocating
def _dissolve(instance: Instance, routes: Routes, chains: Chains, route: int) -> bool:
    """Carry off all customers of a route, largest demand first; False if one cannot be."""
    while routes.size[route] > 0:
        customer = routes.links[instance.customers + route, AFTER]
        at = customer
        while at < instance.customers:
            if instance.demand[at] > instance.demand[customer]:
                customer = at
            at = routes.links[at, AFTER]
        end = _find_chain(instance, routes, chains, route, customer)
        if end < 0:
            return False
        while end >= 0:
            mover = chains.mover[end]
            remove(instance, routes, mover)
            insert(instance, routes, mover, _best_place(instance, routes, mover, end))
            end = chains.source[end]
    return True


@allocating
def _find_chain(
    instance: Instance, routes: Routes, chains: Chains, banned: int, customer: int
) -> int:
    """The route in which the cheapest chain from `customer` ends, -1 if there is none."""
    chains.price[:] = FAR
    chains.done[:] = False
    chains.done[banned] = True
    _reach_out(instance, routes, chains, customer, 0, -1)
    while True:
        route = int(np.argmin(np.where(chains.done, FAR, chains.price)))
        if chains.done[route] or chains.price[route] >= FAR:
            return -1
        chains.done[route] = True
        load = routes.load[route] + instance.demand[chains.mover[route]]
        if load <= instance.capacity:
            return route
        _pass_on(instance, routes, chains, route, load)


@allocating
def _pass_on(instance: Instance, routes: Routes, chains: Chains, route: int, load: int) -> None:
    """Let every customer go whose going makes the route's load fit."""
    links = routes.links
    at = links[instance.customers + route, AFTER]
    while at < instance.customers:
        if load - instance.demand[at] <= instance.capacity:
            saved = links[links[at, BEFORE], LENGTH] + links[at, LENGTH]
            saved -= distance(instance, links[at, BEFORE], links[at, AFTER])
            _reach_out(instance, routes, chains, at, chains.price[route] - saved, route)
        at = links[at, AFTER]


@allocating
def _reach_out(
    instance: Instance, routes: Routes, chains: Chains, customer: int, price: int, source: int
) -> None:
    """Offer a customer to the routes of its nearest neighbours."""
    links = routes.links
    for k in range(min(NEIGHBOURS, instance.near.shape[1])):
        near = instance.near[customer, k]
        route = links[near, ROUTE]
        if chains.done[route]:
            continue
        before, after = links[near, BEFORE], links[near, AFTER]
        added = instance.near_m[customer, k] + min(
            distance(instance, customer, after) - links[near, LENGTH],
            distance(instance, customer, before) - links[before, LENGTH],
        )
        if price + added < chains.price[route]:
            chains.price[route] = price + added
            chains.mover[route] = customer
            chains.source[route] = source


@allocating
def _best_place(instance: Instance, routes: Routes, customer: int, route: int) -> int:
    """After whom a customer is cheapest in a route."""
    links = routes.links
    at = instance.customers + route
    best, best_m = at, FAR
    while True:
        after = links[at, AFTER]
        added = distance(instance, at, customer) + distance(instance, customer, after)
        added -= links[at, LENGTH]
        if added < best_m:
            best, best_m = at, added
        at = after
        if at >= instance.customers:
            return best
