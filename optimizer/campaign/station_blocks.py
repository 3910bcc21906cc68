"""The blocks of one station as columns, and kept and new ones put together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from optimizer.geometry import DEGREE_M, parallel_degree_m

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimizer.campaign.station_demand import StationDemand

UNREACHABLE: Final = -1
TOO_LONG: Final = -2
NOT_IN_TIME: Final = -3
"""Stand for the block of a door that has none."""


@dataclass(frozen=True, slots=True)
class StationBlocks:
    """The blocks of one station, those of a crew one after the other in working order.

    Attributes
    ----------
    block, seq
        int32 (n,): each door's block and place in it; or a constant above for none.
    crew, work_s, travel_s, distance_m
        int32 (b,): crew of the territory; service and travel; travel; metres.
    fewest_days
        int32 (areas,): fewest blocks that hold an area's work.
    target
        float64 (b,): preferred day, counted from the first of the horizon, NaN for any.
    kept
        bool (b,): taken over from the previous plan.
    pace
        float64 (b,): that of the task it was routed for.
    """

    block: NDArray[np.int32]
    seq: NDArray[np.int32]
    crew: NDArray[np.int32]
    work_s: NDArray[np.int32]
    travel_s: NDArray[np.int32]
    distance_m: NDArray[np.int32]
    fewest_days: NDArray[np.int32]
    target: NDArray[np.float64]
    kept: NDArray[np.bool_]
    pace: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class KeptBlocks:
    """Blocks of an earlier plan that stay; `changed` is bool (b,): somebody of them is gone."""

    blocks: StationBlocks
    changed: NDArray[np.bool_]


def merge_blocks(
    demand: StationDemand, kept: StationBlocks, routed: StationBlocks
) -> StationBlocks:
    """Kept and new blocks together, each crew's in the order of their targets.

    Kept blocks of which nobody is left are gone.
    """
    number = len(kept.crew)
    new = np.where(routed.block >= 0, routed.block + number, routed.block)
    block = np.where(kept.block >= 0, kept.block, new)
    seq = np.where(kept.block >= 0, kept.seq, routed.seq)
    columns = {
        name: np.concatenate([getattr(kept, name), getattr(routed, name)])
        for name in ("crew", "work_s", "travel_s", "distance_m", "target", "kept", "pace")
    }
    columns["target"] = _targets_of_nearest(
        demand, block, columns["crew"], columns["target"], number
    )
    order = np.lexsort((np.nan_to_num(columns["target"], nan=np.inf), columns["crew"]))
    filled = np.bincount(block[block >= 0], minlength=len(order)) > 0
    order = order[filled[order]]
    place = np.full(len(filled), -1, dtype=np.int32)
    place[order] = np.arange(len(order))
    inside = block >= 0
    block[inside] = place[block[inside]]
    return StationBlocks(
        block=block,
        seq=seq,
        fewest_days=routed.fewest_days,
        **{name: column[order] for name, column in columns.items()},
    )


def _targets_of_nearest(
    demand: StationDemand,
    block: NDArray[np.int32],
    crew: NDArray[np.int32],
    target: NDArray[np.float64],
    kept: int,
) -> NDArray[np.float64]:
    """Targets, a new block having that of the nearest kept block of its crew."""
    target, inside = target.copy(), block >= 0
    doors = np.maximum(np.bincount(block[inside], minlength=len(target)), 1)
    east = parallel_degree_m(demand.lat)
    x = np.bincount(block[inside], demand.door_lon[inside] * east, len(target)) / doors
    y = np.bincount(block[inside], demand.door_lat[inside] * DEGREE_M, len(target)) / doors
    for b in range(kept, len(target)):
        own = np.flatnonzero(crew[:kept] == crew[b])
        if len(own):
            nearest = own[np.argmin(np.hypot(x[own] - x[b], y[own] - y[b]))]
            target[b] = target[nearest]
    return target
