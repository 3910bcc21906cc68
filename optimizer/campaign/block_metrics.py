"""Work, travel and distance of blocks, summed leg by leg, and cuts where a day is too short."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from optimizer.compiled import allocating
from optimizer.travel import door_leg

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimizer.travel import DoorNetwork


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


def measure_blocks(
    network: DoorNetwork,
    block: NDArray[np.int32],
    seq: NDArray[np.int32],
    service_s: NDArray[np.int32],
    limit_s: float,
) -> BlockMetrics:
    """Measure blocks; one that exceeds `limit_s` is cut, so that only a single door may.

    Parameters
    ----------
    network
        Its last door is the station.
    block, seq
        Each door's block, numbered in working order, and its place in it.
    service_s
        At each door.
    """
    order = np.lexsort((seq, block))
    number, travel_s, distance_m = _cut_and_measure(
        network, block[order], order, service_s, limit_s
    )
    new_block, new_seq = np.empty((2, len(order)), dtype=np.int32)
    new_block[order] = number
    starts = np.searchsorted(number, np.arange(len(travel_s)))
    new_seq[order] = np.arange(len(order)) - starts[number]
    work_s = travel_s + np.bincount(number, service_s[order], len(travel_s)).astype(np.int32)
    return BlockMetrics(new_block, new_seq, work_s, travel_s, distance_m)


@allocating
def _cut_and_measure(
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
        on_s, on_m = door_leg(network, here, door)
        home_s, home_m = door_leg(network, door, depot)
        longer_s = work_s + on_s + service_s[door] + home_s
        if i == 0 or block[i] != block[i - 1] or longer_s > limit_s:
            on_s, on_m = door_leg(network, depot, door)
            now, out_s, out_m, work_s = now + 1, 0, 0, 0
        out_s, out_m = out_s + on_s, out_m + on_m
        work_s += on_s + service_s[door]
        number[i] = now
        travel_s[now] = out_s + home_s
        distance_m[now] = out_m + home_m
        here = door
    return number, travel_s[: now + 1].copy(), distance_m[: now + 1].copy()
