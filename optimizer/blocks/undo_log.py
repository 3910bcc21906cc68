"""What an iteration has touched, as it was: to roll it back, and to know what it changed.

So an iteration costs the same in a station of 200 doors and of 20,000.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from optimizer.blocks.objective import Objective, area_penalty, block_cost, shortness
from optimizer.compiled import inlined

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimizer.blocks.plan import Plan
    from optimizer.blocks.territory import Territory

BLOCKS, AREAS, REMOVED, CHANGED, SEARCHES = range(5)


class UndoLog(NamedTuple):
    """What an iteration has touched, as it was, and the doors that are removed.

    Attributes
    ----------
    counts
        int64 (5,): touched BLOCKS and AREAS, REMOVED doors, CHANGED blocks, and SEARCHES for an
        insertion so far.
    blocks, rows, next_s, size, work_s, has_block
        Touched blocks, as they were.
    areas, first, last, used, has_area
        Touched areas, as they were.
    removed, key
        Doors that are removed, and by what they are sorted.
    origin
        int32 (n,): the block that each removed door comes from.
    changed, is_changed
        Blocks that differ from the best plan.
    ruined
        bool (b,): a string has been removed from the block.
    searched
        int64 (b,): the last search that looked at the block's ends.
    """

    counts: NDArray[np.int64]
    blocks: NDArray[np.int32]
    rows: NDArray[np.int32]
    next_s: NDArray[np.float64]
    size: NDArray[np.int32]
    work_s: NDArray[np.float64]
    has_block: NDArray[np.bool_]
    areas: NDArray[np.int32]
    first: NDArray[np.int32]
    last: NDArray[np.int32]
    used: NDArray[np.int32]
    has_area: NDArray[np.bool_]
    removed: NDArray[np.int32]
    key: NDArray[np.float64]
    origin: NDArray[np.int32]
    changed: NDArray[np.int32]
    is_changed: NDArray[np.bool_]
    ruined: NDArray[np.bool_]
    searched: NDArray[np.int64]


def new_undo_log(plan: Plan) -> UndoLog:
    """Room for what one iteration can touch."""
    blocks, width = plan.rows.shape
    areas, doors = len(plan.first), len(plan.block)
    return UndoLog(
        np.zeros(5, np.int64),
        np.empty(blocks, np.int32),
        np.empty((blocks, width), np.int32),
        np.empty((blocks, width)),
        np.empty(blocks, np.int32),
        np.empty(blocks),
        np.zeros(blocks, np.bool_),
        np.empty(areas, np.int32),
        np.empty(areas, np.int32),
        np.empty(areas, np.int32),
        np.empty(areas, np.int32),
        np.zeros(areas, np.bool_),
        np.empty(doors, np.int32),
        np.empty(doors),
        np.empty(doors, np.int32),
        np.empty(blocks, np.int32),
        np.zeros(blocks, np.bool_),
        np.zeros(blocks, np.bool_),
        np.zeros(blocks, np.int64),
    )


@inlined
def log_block(plan: Plan, log: UndoLog, block: int) -> None:
    """Note a block before its first change."""
    if log.has_block[block]:
        return
    k = log.counts[BLOCKS]
    log.counts[BLOCKS] += 1
    log.has_block[block] = True
    log.blocks[k] = block
    log.size[k] = plan.size[block]
    log.work_s[k] = plan.work_s[block]
    for i in range(plan.size[block]):
        log.rows[k, i] = plan.rows[block, i]
        log.next_s[k, i] = plan.next_s[plan.rows[block, i]]


@inlined
def log_area(plan: Plan, log: UndoLog, area: int) -> None:
    """Note an area before its first change."""
    if log.has_area[area]:
        return
    k = log.counts[AREAS]
    log.counts[AREAS] += 1
    log.has_area[area] = True
    log.areas[k] = area
    log.first[k] = plan.first[area]
    log.last[k] = plan.last[area]
    log.used[k] = plan.used[area]


@inlined
def roll_back(territory: Territory, plan: Plan, log: UndoLog) -> None:
    """Undo the iteration."""
    for k in range(log.counts[REMOVED]):
        door = log.removed[k]
        area = territory.area[door]
        if plan.block[door] >= 0:
            plan.visits[plan.block[door], area] -= 1
        plan.block[door] = log.origin[door]
        plan.visits[log.origin[door], area] += 1
    for k in range(log.counts[BLOCKS]):
        block = log.blocks[k]
        plan.size[block] = log.size[k]
        plan.work_s[block] = log.work_s[k]
        for i in range(log.size[k]):
            door = log.rows[k, i]
            plan.rows[block, i] = door
            plan.place[door] = i
            plan.next_s[door] = log.next_s[k, i]
    for k in range(log.counts[AREAS]):
        area = log.areas[k]
        plan.first[area] = log.first[k]
        plan.last[area] = log.last[k]
        plan.used[area] = log.used[k]


@inlined
def clear_log(log: UndoLog) -> None:
    """End the iteration."""
    for k in range(log.counts[BLOCKS]):
        log.has_block[log.blocks[k]] = False
        log.ruined[log.blocks[k]] = False
    for k in range(log.counts[AREAS]):
        log.has_area[log.areas[k]] = False


@inlined
def note_changes(log: UndoLog) -> None:
    """Note that the touched blocks now differ from the best plan."""
    for k in range(log.counts[BLOCKS]):
        block = log.blocks[k]
        if not log.is_changed[block]:
            log.is_changed[block] = True
            log.changed[log.counts[CHANGED]] = block
            log.counts[CHANGED] += 1


@inlined
def copy_changes(plan: Plan, best: Plan, log: UndoLog) -> None:
    """Make the best plan the present one."""
    for k in range(log.counts[CHANGED]):
        block = log.changed[k]
        log.is_changed[block] = False
        best.size[block] = plan.size[block]
        for i in range(plan.size[block]):
            best.rows[block, i] = plan.rows[block, i]
    log.counts[CHANGED] = 0


@inlined
def cost_change(territory: Territory, objective: Objective, plan: Plan, log: UndoLog) -> float:
    """Cost of what was touched, now less before."""
    change = 0.0
    for k in range(log.counts[BLOCKS]):
        block = log.blocks[k]
        change += block_cost(objective, plan.size[block], plan.work_s[block])
        change -= block_cost(objective, log.size[k], log.work_s[k])
    for k in range(log.counts[AREAS]):
        area = log.areas[k]
        least = territory.min_days[area]
        change += area_penalty(objective, least, plan.first[area], plan.last[area], plan.used[area])
        change -= area_penalty(objective, least, log.first[k], log.last[k], log.used[k])
    return change


@inlined
def least_change(territory: Territory, objective: Objective, plan: Plan, log: UndoLog) -> float:
    """The least that an iteration can come to once doors are removed, whatever it inserts.

    Every removed door comes back with its service and adds travel or none; a block that is empty
    stays empty; of the penalties of what was touched all may go.
    """
    change = 0.0
    for k in range(log.counts[REMOVED]):
        change += territory.service_s[log.removed[k]]
    for k in range(log.counts[BLOCKS]):
        block = log.blocks[k]
        change += plan.work_s[block] - log.work_s[k]
        change -= shortness(objective, log.size[k], log.work_s[k])
        if plan.size[block] == 0:
            change -= objective.block_cost_s
    for k in range(log.counts[AREAS]):
        area = log.areas[k]
        least = territory.min_days[area]
        change -= area_penalty(objective, least, log.first[k], log.last[k], log.used[k])
    return change
