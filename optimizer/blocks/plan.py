"""The blocks of one territory as they are searched: arrays that change in place, and their cost.

The blocks stand in the order in which the crew will work them off. An area's penalty follows from
its first and its last block in that order, so that areas stay in one stretch.
"""

# ruff: noqa: PLR0917  (compiled functions take their arguments by position)
from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from optimizer.blocks.objective import Objective, area_penalty, block_cost
from optimizer.blocks.territory import Territory, leg_seconds
from optimizer.compiled import compiled, inlined

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Plan(NamedTuple):
    """The blocks of a territory in working order; all arrays change in place.

    Attributes
    ----------
    rows, size
        int32 (b, max_visits), (b,): doors of each block in order, and how many.
    work_s
        float64 (b,): service and travel.
    block, place
        int32 (n,): each door's block, -1 while it is removed, and its place in it from 0.
    next_s
        float64 (n,): seconds from each door to the next of its block, or back to the station.
    visits
        int32 (b, areas): doors of an area in a block.
    first, last, used
        int32 (areas,): an area's first and last block, and in how many it is.
    """

    rows: NDArray[np.int32]
    size: NDArray[np.int32]
    work_s: NDArray[np.float64]
    block: NDArray[np.int32]
    place: NDArray[np.int32]
    next_s: NDArray[np.float64]
    visits: NDArray[np.int32]
    first: NDArray[np.int32]
    last: NDArray[np.int32]
    used: NDArray[np.int32]


def new_plan(territory: Territory, width: int, rows: list[NDArray[np.int32]]) -> Plan:
    """A plan of the given blocks; `width` is the most doors that a block may have."""
    doors, areas = len(territory.area), len(territory.min_days)
    plan = Plan(
        np.full((len(rows), width), -1, np.int32),
        np.zeros(len(rows), np.int32),
        np.zeros(len(rows)),
        np.full(doors, -1, np.int32),
        np.zeros(doors, np.int32),
        np.zeros(doors),
        np.zeros((len(rows), areas), np.int32),
        np.full(areas, len(rows), np.int32),
        np.full(areas, -1, np.int32),
        np.zeros(areas, np.int32),
    )
    for block, row in enumerate(rows):
        plan.rows[block, : len(row)] = row
        plan.size[block] = len(row)
    recompute(territory, plan)
    return plan


def copied(plan: Plan) -> Plan:
    """A plan that changes independently."""
    copy: Plan = plan._replace(**{name: array.copy() for name, array in plan._asdict().items()})
    return copy


@compiled
def recompute(territory: Territory, plan: Plan) -> None:
    """Compute everything in a plan from its rows."""
    plan.visits[:] = 0
    plan.used[:] = 0
    plan.first[:] = len(plan.size)
    plan.last[:] = -1
    for block in range(len(plan.size)):
        size = plan.size[block]
        if size:
            plan.work_s[block] = territory.from_depot_s[plan.rows[block, 0]]
        else:
            plan.work_s[block] = 0.0
        for i in range(size):
            door = plan.rows[block, i]
            area = territory.area[door]
            plan.block[door] = block
            plan.place[door] = i
            plan.next_s[door] = leg_after(territory, plan, door, block, i)
            plan.work_s[block] += territory.service_s[door] + plan.next_s[door]
            plan.used[area] += plan.visits[block, area] == 0
            plan.visits[block, area] += 1
            plan.first[area] = min(plan.first[area], block)
            plan.last[area] = max(plan.last[area], block)


@inlined
def leg_after(territory: Territory, plan: Plan, door: int, block: int, at: int) -> float:
    """Seconds from a door to the block's next after its `at`-th, or back to the station."""
    if at + 1 < plan.size[block]:
        return leg_seconds(territory, door, plan.rows[block, at + 1])
    return float(territory.to_depot_s[door])


@inlined
def leg_before(territory: Territory, plan: Plan, block: int, at: int) -> float:
    """Seconds to a block's `at`-th door from the one before it, or from the station."""
    if at > 0:
        return float(plan.next_s[plan.rows[block, at - 1]])
    return float(territory.from_depot_s[plan.rows[block, 0]])


@inlined
def insert(territory: Territory, plan: Plan, door: int, block: int, at: int, added: float) -> None:
    """Insert a door before a block's `at`-th; `added` is the travel that it adds."""
    size, area = plan.size[block], territory.area[door]
    for i in range(size, at, -1):
        moved = plan.rows[block, i - 1]
        plan.rows[block, i] = moved
        plan.place[moved] = i
    plan.rows[block, at] = door
    plan.size[block] += 1
    plan.block[door] = block
    plan.place[door] = at
    plan.next_s[door] = leg_after(territory, plan, door, block, at)
    if at > 0:
        before = plan.rows[block, at - 1]
        plan.next_s[before] = leg_seconds(territory, before, door)
    plan.work_s[block] += added + territory.service_s[door]
    if plan.visits[block, area] == 0:
        plan.used[area] += 1
        plan.first[area] = min(plan.first[area], block)
        plan.last[area] = max(plan.last[area], block)
    plan.visits[block, area] += 1


@compiled
def total_cost(territory: Territory, objective: Objective, plan: Plan) -> float:
    """What is minimised: work and penalties of all blocks and areas."""
    cost = 0.0
    for block in range(len(plan.size)):
        cost += block_cost(objective, plan.size[block], plan.work_s[block])
    for area in range(len(plan.first)):
        cost += area_penalty(
            objective, territory.min_days[area], plan.first[area], plan.last[area], plan.used[area]
        )
    return cost
