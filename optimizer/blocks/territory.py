"""The doors of one territory, and what it takes to get from one to another."""

# ruff: noqa: PLR0917  (compiled functions take their arguments by position)
from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from optimizer.compiled import allocating, compiled, inlined
from optimizer.travel.doors import door_seconds, leg

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Territory(NamedTuple):
    """What does not change while a territory is routed; the last row is the depot.

    Attributes
    ----------
    node_s, node_m
        int32 (k, k): seconds and metres between the road nodes of the doors.
    node
        int32 (n + 1,): each door's row in the two matrices.
    x, y
        float64 (n + 1,): local metres; the depot's are infinite, it is never walked to.
    access_s, access_m
        float64 (n + 1,): from the door to its road node.
    parking_s
        Seconds once a ride.
    walk_s_per_m
        Seconds walked for each metre as the crow flies, one way.
    walk_detour
        Metres walked for each metre as the crow flies.
    service_s
        int32 (n + 1,): at the door; 0 at the depot.
    area
        int32 (n,): dense index.
    min_days
        int32 (areas,): the fewest blocks that an area's work needs.
    near, near_s
        int32 and float32 (n, m): near other doors, nearest first, and the seconds between the
        two, there or back, whichever is less.
    to_near_s, from_near_s
        float32 (n, m): seconds there, and back.
    to_depot_s, from_depot_s
        float64 (n,): seconds between a door and the depot.
    """

    node_s: NDArray[np.int32]
    node_m: NDArray[np.int32]
    node: NDArray[np.int32]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    access_s: NDArray[np.float64]
    access_m: NDArray[np.float64]
    parking_s: float
    walk_s_per_m: float
    walk_detour: float
    service_s: NDArray[np.int32]
    area: NDArray[np.int32]
    min_days: NDArray[np.int32]
    near: NDArray[np.int32]
    near_s: NDArray[np.float32]
    to_near_s: NDArray[np.float32]
    from_near_s: NDArray[np.float32]
    to_depot_s: NDArray[np.float64]
    from_depot_s: NDArray[np.float64]


@inlined
def crow_metres(territory: Territory, a: int, b: int) -> float:
    """As the crow flies."""
    dx = territory.x[a] - territory.x[b]
    dy = territory.y[a] - territory.y[b]
    return math.sqrt(dx * dx + dy * dy)


@inlined
def leg_seconds(territory: Territory, a: int, b: int) -> float:
    """Riding, or walking there and back to the motorcycle: what `optimizer.travel` prices."""
    return float(
        door_seconds(
            territory.node_s[territory.node[a], territory.node[b]],
            territory.access_s[a],
            territory.access_s[b],
            crow_metres(territory, a, b) * territory.walk_s_per_m,
            territory.parking_s,
        )
    )


@allocating
def leg_metres(territory: Territory, a: int, b: int) -> float:
    """Metres of the way that `leg_seconds` prices."""
    _, metres = leg(
        territory.node_s[territory.node[a], territory.node[b]],
        territory.node_m[territory.node[a], territory.node[b]],
        (territory.access_s[a], territory.access_s[b]),
        (territory.access_m[a], territory.access_m[b]),
        crow_metres(territory, a, b),
        territory.walk_s_per_m,
        territory.walk_detour,
        territory.parking_s,
    )
    return float(metres)


@allocating
def row_sums(territory: Territory, row: NDArray[np.int32]) -> tuple[float, float]:
    """Seconds and metres of the way through some doors, from the depot and back to it."""
    travel_s, distance_m = 0.0, 0.0
    before = len(territory.area)
    for k in range(len(row) + 1):
        door = row[k] if k < len(row) else len(territory.area)
        travel_s += leg_seconds(territory, before, door)
        distance_m += leg_metres(territory, before, door)
        before = door
    return travel_s, distance_m


def with_neighbours(territory: Territory, near: NDArray[np.int32]) -> Territory:
    """The same territory with `near`, sorted by travel, and the legs to and from them."""
    there_s, back_s = np.empty((2, *near.shape), dtype=np.float32)
    to_depot_s, from_depot_s = np.empty(len(near)), np.empty(len(near))
    _measure_legs(territory, near, there_s, back_s, to_depot_s, from_depot_s)
    near_s = np.minimum(there_s, back_s)
    order = np.argsort(near_s, axis=1, kind="stable")
    result: Territory = territory._replace(
        near=np.take_along_axis(near, order, axis=1),
        near_s=np.take_along_axis(near_s, order, axis=1),
        to_near_s=np.take_along_axis(there_s, order, axis=1),
        from_near_s=np.take_along_axis(back_s, order, axis=1),
        to_depot_s=to_depot_s,
        from_depot_s=from_depot_s,
    )
    return result


@compiled
def _measure_legs(
    territory: Territory,
    near: NDArray[np.int32],
    there_s: NDArray[np.float32],
    back_s: NDArray[np.float32],
    to_depot_s: NDArray[np.float64],
    from_depot_s: NDArray[np.float64],
) -> None:
    depot = len(near)
    for door in range(len(near)):
        to_depot_s[door] = leg_seconds(territory, door, depot)
        from_depot_s[door] = leg_seconds(territory, depot, door)
        for j in range(near.shape[1]):
            there_s[door, j] = leg_seconds(territory, door, near[door, j])
            back_s[door, j] = leg_seconds(territory, near[door, j], door)
