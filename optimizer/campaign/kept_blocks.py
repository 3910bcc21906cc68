"""Blocks of an earlier plan that stay, and new ones put among them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from optimizer.campaign.block_routing import StationBlocks
from optimizer.geometry import DEGREE_M

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimizer.campaign.block_routing import RoutingTask
    from optimizer.campaign.demand import StationDemand
    from optimizer.campaign.previous_plan import PreviousPlan
    from optimizer.campaign.station_schedule import PlanningContext


def kept_blocks(
    context: PlanningContext, previous: PreviousPlan, task: RoutingTask
) -> StationBlocks:
    """Coming blocks in whose areas nothing has changed, with their day as target.

    Blocks that a crew could not do any more as they are, and those that were made for another
    pace, are routed anew too. Who had no day for want of time before is no change.
    """
    demand = task.demand
    accounts = context.tables.customers["account_no"].to_numpy()[demand.customer]
    door = pd.Series(np.arange(len(accounts)), index=accounts)
    coming = previous.visits[~previous.visits["past"] & ~previous.visits["frozen"]]
    coming = coming[(coming["station"] == demand.station) & coming["crew"].isin(demand.crews)]
    row = coming["account_no"].map(door)
    whole = row.notna().groupby(coming["block"]).transform("all")
    coming, row = coming[whole], row[whole].astype(int)
    area = pd.Series(demand.area[row], index=coming.index)
    waiting = door.reindex(previous.waiting).dropna().astype(int)
    changed = np.setdiff1d(np.arange(len(accounts)), [*row, *waiting])
    touched = area.isin(demand.area[changed]).groupby(coming["block"]).transform("any")
    coming, row = coming[~touched], row[~touched]
    blocks = previous.blocks[previous.blocks["block"].isin(coming["block"])]
    blocks = blocks[_still_feasible(task, blocks, coming.assign(row=row))]
    blocks = blocks.sort_values(["crew", "date"])
    still = coming["block"].isin(blocks["block"])
    coming, row = coming[still], row[still]
    number = pd.Series(np.arange(len(blocks)), index=blocks["block"])
    nothing = _no_blocks(demand)
    block, seq = nothing.block.copy(), nothing.seq.copy()
    block[row] = coming["block"].map(number)
    seq[row] = coming["seq"] - 1
    crew = {name: index for index, name in enumerate(demand.crews)}
    target = pd.to_datetime(blocks["date"]).to_numpy().astype("datetime64[D]") - context.dates[0]
    return replace(
        nothing,
        block=block,
        seq=seq,
        crew=np.array([crew[name] for name in blocks["crew"]], dtype=np.int32),
        work_s=blocks["work_s"].to_numpy(dtype=np.int32),
        travel_s=blocks["travel_s"].to_numpy(dtype=np.int32),
        distance_m=blocks["distance_m"].to_numpy(dtype=np.int32),
        target=target.astype(float),
        kept=np.ones(len(blocks), dtype=bool),
        pace=blocks["pace"].to_numpy(dtype=float),
    )


def _no_blocks(demand: StationDemand) -> StationBlocks:
    """No block is kept."""
    nothing, number = np.zeros(0, dtype=np.int32), len(demand.customer)
    return StationBlocks(
        block=np.full(number, -1, dtype=np.int32),
        seq=np.full(number, -1, dtype=np.int32),
        crew=nothing,
        work_s=nothing,
        travel_s=nothing,
        distance_m=nothing,
        fewest_days=nothing,
        target=np.zeros(0),
        kept=np.zeros(0, dtype=bool),
        pace=np.zeros(0),
    )


def _still_feasible(
    task: RoutingTask, blocks: pd.DataFrame, visits: pd.DataFrame
) -> NDArray[np.bool_]:
    """Which blocks still fit their crew, as it, its pace and the settings are today.

    `visits` has a column `row`, the customer's in the demand.
    """
    demand = task.demand
    crew = {name: index for index, name in enumerate(demand.crews)}
    of_block = blocks["crew"].map(crew).to_numpy(dtype=np.int64)
    rows = visits["row"].to_numpy(dtype=np.int64)
    needs_skill = set(visits["block"].to_numpy()[demand.skilled[rows]])
    able = demand.crew_skilled[of_block] | ~blocks["block"].isin(needs_skill).to_numpy()
    alone = blocks["visits"].to_numpy() == 1
    most_s = np.where(alone, demand.limit_s[of_block], task.limit_s[of_block])
    short = blocks["work_s"].to_numpy() <= most_s
    small = blocks["visits"].to_numpy() <= task.max_visits
    at_pace = np.isclose(blocks["pace"].to_numpy(), task.pace)
    fits: NDArray[np.bool_] = able & short & small & at_pace
    return fits


def merge_blocks(task: RoutingTask, kept: StationBlocks, routed: StationBlocks) -> StationBlocks:
    """Kept and new blocks together, each crew's in the order of their targets."""
    number = len(kept.crew)
    new = np.where(routed.block >= 0, routed.block + number, routed.block)
    block = np.where(task.fresh, new, kept.block)
    seq = np.where(task.fresh, routed.seq, kept.seq)
    both = StationBlocks(
        block=block,
        seq=seq,
        crew=np.concatenate([kept.crew, routed.crew]),
        work_s=np.concatenate([kept.work_s, routed.work_s]),
        travel_s=np.concatenate([kept.travel_s, routed.travel_s]),
        distance_m=np.concatenate([kept.distance_m, routed.distance_m]),
        fewest_days=routed.fewest_days,
        target=np.concatenate([kept.target, routed.target]),
        kept=np.concatenate([kept.kept, routed.kept]),
        pace=np.concatenate([kept.pace, routed.pace]),
    )
    both = replace(both, target=_targets_of_nearest(task.demand, both, number))
    order = np.lexsort((np.nan_to_num(both.target, nan=np.inf), both.crew))
    place = np.empty(len(order), dtype=np.int32)
    place[order] = np.arange(len(order))
    inside = both.block >= 0
    block[inside] = place[both.block[inside]]
    return replace(
        both,
        block=block,
        crew=both.crew[order],
        work_s=both.work_s[order],
        travel_s=both.travel_s[order],
        distance_m=both.distance_m[order],
        target=both.target[order],
        kept=both.kept[order],
        pace=both.pace[order],
    )


def _targets_of_nearest(
    demand: StationDemand, both: StationBlocks, kept: int
) -> NDArray[np.float64]:
    """Targets, a new block having that of the nearest kept block of its crew."""
    target, inside = both.target.copy(), both.block >= 0
    doors = np.maximum(np.bincount(both.block[inside], minlength=len(target)), 1)
    east = DEGREE_M * np.cos(np.radians(demand.lat))
    x = np.bincount(both.block[inside], demand.door_lon[inside] * east, len(target)) / doors
    north = demand.door_lat[inside] * DEGREE_M
    y = np.bincount(both.block[inside], north, len(target)) / doors
    for b in range(kept, len(target)):
        own = np.flatnonzero(both.crew[:kept] == both.crew[b])
        if len(own):
            nearest = own[np.argmin(np.hypot(x[own] - x[b], y[own] - y[b]))]
            target[b] = target[nearest]
    return target
