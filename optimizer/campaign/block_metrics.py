"""What blocks really take: added up leg by leg as `travel` prices them, and cut to fit a day."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from optimizer.compiled import allocating
from optimizer.travel import Doors, leg

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimizer.roads import Attachment
    from optimizer.travel import Travel


class DoorNetwork(NamedTuple):
    """Some doors and, as the last row, the station; `node_s`, `node_m` between their nodes."""

    doors: Doors
    node_s: NDArray[np.int32]
    node_m: NDArray[np.int32]
    walk_s_per_m: float
    walk_detour: float
    parking_s: float


class BlockMetrics(NamedTuple):
    """Blocks with what they take.

    Attributes
    ----------
    block, seq
        int32 (n,): each door's block and place in it, from 0.
    work_s, travel_s, distance_m
        int32 (b,): service and travel; travel; metres.
    """

    block: NDArray[np.int32]
    seq: NDArray[np.int32]
    work_s: NDArray[np.int32]
    travel_s: NDArray[np.int32]
    distance_m: NDArray[np.int32]


def door_network(travel: Travel, places: Attachment, station: Attachment) -> DoorNetwork:
    """Doors at `places`, and the matrices between their nodes and the station's."""
    doors, depot = travel.doors(places), travel.doors(station)
    node = np.append(doors.node, depot.node)
    nodes, row = np.unique(node, return_inverse=True)
    node_s, node_m = travel.node_matrix(nodes, nodes)
    both = Doors(
        node=row.astype(np.int32),
        access_s=np.append(doors.access_s, depot.access_s),
        access_m=np.append(doors.access_m, depot.access_m),
        x=np.append(doors.x, depot.x),
        y=np.append(doors.y, depot.y),
    )
    settings = travel.settings
    return DoorNetwork(
        both,
        node_s,
        node_m,
        travel.walk_s_per_m,
        settings.walk_detour,
        float(settings.parking_s),
    )


def measure_blocks(
    network: DoorNetwork,
    block: NDArray[np.int32],
    seq: NDArray[np.int32],
    service_s: NDArray[np.int32],
    limit_s: float,
) -> BlockMetrics:
    """Add up blocks; one that takes more than `limit_s` is cut, only a single door may exceed it.

    Parameters
    ----------
    block, seq
        Each door's block, numbered in working order, and its place in it.
    service_s
        At each door.
    """
    order = np.lexsort((seq, block))
    number, travel_s, distance_m = _add_up(network, block[order], order, service_s, limit_s)
    new_block, new_seq = np.empty((2, len(order)), dtype=np.int32)
    new_block[order] = number
    starts = np.searchsorted(number, np.arange(len(travel_s)))
    new_seq[order] = np.arange(len(order)) - starts[number]
    work_s = travel_s + np.bincount(number, service_s[order], len(travel_s)).astype(np.int32)
    return BlockMetrics(new_block, new_seq, work_s, travel_s, distance_m)


@allocating
def _add_up(
    network: DoorNetwork,
    block: NDArray[np.int32],
    order: NDArray[np.int64],
    service_s: NDArray[np.int32],
    limit_s: float,
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
    """New block of each door of `order`, and travel and metres of each new block."""
    size = len(order)
    depot = len(network.doors.node) - 1
    number = np.empty(size, np.int32)
    travel_s = np.zeros(size, np.int32)
    distance_m = np.zeros(size, np.int32)
    here, now, out_s, out_m, work_s = depot, -1, 0, 0, 0
    for i in range(size):
        door = order[i]
        on_s, on_m = _leg(network, here, door)
        home_s, home_m = _leg(network, door, depot)
        longer_s = work_s + on_s + service_s[door] + home_s
        if i == 0 or block[i] != block[i - 1] or longer_s > limit_s:
            on_s, on_m = _leg(network, depot, door)
            now, out_s, out_m, work_s = now + 1, 0, 0, 0
        out_s, out_m = out_s + on_s, out_m + on_m
        work_s += on_s + service_s[door]
        number[i] = now
        travel_s[now] = out_s + home_s
        distance_m[now] = out_m + home_m
        here = door
    return number, travel_s[: now + 1].copy(), distance_m[: now + 1].copy()


@allocating
def _leg(network: DoorNetwork, i: int, j: int) -> tuple[int, int]:
    """Seconds and metres of one leg, as `Travel.door_matrix` has them."""
    doors = network.doors
    a, b = doors.node[i], doors.node[j]
    return leg(
        network.node_s[a, b],
        network.node_m[a, b],
        (doors.access_s[i], doors.access_s[j]),
        (doors.access_m[i], doors.access_m[j]),
        math.hypot(doors.x[i] - doors.x[j], doors.y[i] - doors.y[j]),
        network.walk_s_per_m,
        network.walk_detour,
        network.parking_s,
    )
