"""Customers in the plane, the routes that visit them, and how both are laid out in memory."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from optimizer.blocks.tour import hilbert_index, nearest_points
from optimizer.compiled import allocating, inlined

if TYPE_CHECKING:
    from numpy.typing import NDArray

BEFORE, AFTER, ROUTE, LENGTH = 0, 1, 2, 3
NEAREST = 12


class Instance(NamedTuple):
    """What does not change; customers are 0 .. n - 1 along a space-filling curve.

    Attributes
    ----------
    customers
        n.
    capacity
        Of every route.
    xy
        float64 (n + routes, 2): the customers, then the depot once for each route, so that no
        link needs a special case.
    demand
        int32 (n,).
    home_m
        int32 (n,): distance to the depot.
    near, near_m
        int32 (n, k): the nearest other customers, nearest first, and their distances.
    temperature_scale
        float64 (n,): the temperature at a customer, 1 on average: the root of how far apart
        customers are there, so that a village is not still boiling when open country freezes.
    """

    customers: int
    capacity: int
    xy: NDArray[np.float64]
    demand: NDArray[np.int32]
    home_m: NDArray[np.int32]
    near: NDArray[np.int32]
    near_m: NDArray[np.int32]
    temperature_scale: NDArray[np.float64]


class Routes(NamedTuple):
    """A solution as linked lists; all arrays change in place.

    Attributes
    ----------
    links
        int32 (n + routes, 4): what comes before and after, the route (-1 while a customer is
        removed), and the distance to what comes after. Row n + r is the depot of route r.
    load, size
        int32 (routes,): demand and number of customers.
    """

    links: NDArray[np.int32]
    load: NDArray[np.int32]
    size: NDArray[np.int32]


@inlined
def distance(instance: Instance, a: int, b: int) -> int:
    """Euclidean, rounded to the nearest whole number as VRPLIB's EUC_2D wants it."""
    dx = instance.xy[a, 0] - instance.xy[b, 0]
    dy = instance.xy[a, 1] - instance.xy[b, 1]
    return int(math.sqrt(dx * dx + dy * dy) + 0.5)


def new_instance(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    demand: NDArray[np.int32],
    capacity: int,
    near: int,
) -> tuple[Instance, NDArray[np.int64]]:
    """Lay customers out along a space-filling curve; the depot is the last of `x` and `y`.

    Returns
    -------
    Instance
        With room for no route yet, see `with_depots`.
    int64 (n,)
        The customer, as the caller counts, of each row.
    """
    order = np.argsort(hilbert_index(x[:-1], y[:-1]), kind="stable")
    own_x, own_y = x[order], y[order]
    found = nearest_points(own_x, own_y, near)
    near_m = np.hypot(own_x[:, None] - own_x[found], own_y[:, None] - own_y[found])
    instance = Instance(
        customers=len(order),
        capacity=capacity,
        xy=np.column_stack((np.append(own_x, x[-1]), np.append(own_y, y[-1]))),
        demand=demand[order].astype(np.int32),
        home_m=_whole(np.hypot(own_x - x[-1], own_y - y[-1])),
        near=found,
        near_m=_whole(near_m),
        temperature_scale=_temperature_scale(near_m),
    )
    return instance, order


def _whole(lengths: NDArray[np.float64]) -> NDArray[np.int32]:
    return np.floor(lengths + 0.5).astype(np.int32)


def _temperature_scale(near_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """Root of the mean distance to the nearest customers, between a fifth and five of the mean."""
    if near_m.shape[1] == 0:
        return np.ones(len(near_m))
    apart_m = near_m[:, :NEAREST].mean(axis=1) + 1.0
    scale = np.clip(np.sqrt(apart_m / apart_m.mean()), 0.2, 5.0)
    result: NDArray[np.float64] = scale / scale.mean()
    return result


def with_depots(instance: Instance, routes: int) -> Instance:
    """The same instance with a depot for each of `routes` routes."""
    count = instance.customers
    depot = np.repeat(instance.xy[count : count + 1], routes, axis=0)
    result: Instance = instance._replace(xy=np.concatenate((instance.xy[:count], depot)))
    return result


def new_routes(instance: Instance, visits: list[NDArray[np.int32]]) -> Routes:
    """Linked lists of the given routes; the instance's other depots stay empty."""
    count, rows = instance.customers, len(instance.xy)
    routes = Routes(
        np.zeros((rows, 4), np.int32),
        np.zeros(rows - count, np.int32),
        np.zeros(rows - count, np.int32),
    )
    links = routes.links
    depots = np.arange(count, rows)
    links[depots, BEFORE], links[depots, AFTER] = depots, depots
    links[depots, ROUTE] = depots - count
    for route, row in enumerate(visits):
        ring = np.concatenate(([count + route], row, [count + route]))
        links[ring[:-1], AFTER], links[ring[1:], BEFORE] = ring[1:], ring[:-1]
        links[row, ROUTE] = route
        routes.load[route], routes.size[route] = instance.demand[row].sum(), len(row)
    measure_links(instance, links)
    return routes


@allocating
def measure_links(instance: Instance, links: NDArray[np.int32]) -> int:
    """Compute the length of every link; their sum."""
    total = 0
    for i in range(len(links)):
        links[i, LENGTH] = distance(instance, i, links[i, AFTER])
        total += links[i, LENGTH]
    return total


def visits_of(instance: Instance, links: NDArray[np.int32]) -> list[NDArray[np.int32]]:
    """Customers of every route that has any, in order."""
    result = []
    for depot in range(instance.customers, len(links)):
        row = []
        at = links[depot, AFTER]
        while at < instance.customers:
            row.append(at)
            at = links[at, AFTER]
        if row:
            result.append(np.array(row, dtype=np.int32))
    return result


@inlined
def remove(instance: Instance, routes: Routes, customer: int) -> int:
    """Take a customer out of its route; the metres that it saves."""
    links = routes.links
    before, after, route = links[customer, BEFORE], links[customer, AFTER], links[customer, ROUTE]
    length = distance(instance, before, after)
    saved = links[before, LENGTH] + links[customer, LENGTH] - length
    links[before, AFTER], links[before, LENGTH] = after, length
    links[after, BEFORE] = before
    links[customer, ROUTE] = -1
    routes.load[route] -= instance.demand[customer]
    routes.size[route] -= 1
    return int(saved)


@inlined
def insert(instance: Instance, routes: Routes, customer: int, before: int) -> None:
    """Put a customer into a route after `before`."""
    links = routes.links
    after, route = links[before, AFTER], links[before, ROUTE]
    links[before, AFTER], links[before, LENGTH] = customer, distance(instance, before, customer)
    links[customer, BEFORE], links[customer, AFTER] = before, after
    links[customer, ROUTE], links[customer, LENGTH] = route, distance(instance, customer, after)
    links[after, BEFORE] = customer
    routes.load[route] += instance.demand[customer]
    routes.size[route] += 1
