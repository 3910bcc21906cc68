"""Ruin and recreate for the blocks of one territory: slack induction by string removals.

Parameters and equations: `optimizer.search.sisr`. What differs from the paper, and why:

- The longest string comes from the most doors of a block instead of the mean, and the number of
  strings from whole numbers: blocks are as full as they can be.
- A door is tried beside its nearest doors and at the ends of their blocks only, and the search ends
  where a neighbour alone is farther than the best insertion costs: an iteration costs the same in a
  station of 200 doors and of 20,000.
- No new block is opened: there are as many as the first plan has.
- Doors are sorted by their service, where the paper has demand.
- The threshold is drawn first, and an iteration that can no longer be accepted is broken off.
- The iterations of a round begin in one window of doors, which are numbered along a curve: what a
  large territory's iterations read is in the processor's cache.
"""

# ruff: noqa: PLR0917  (compiled functions take their arguments by position)
from __future__ import annotations

import math
from typing import TYPE_CHECKING

from optimizer.blocks.objective import Objective, area_penalty, shortness
from optimizer.blocks.plan import Plan, insert, leg_after, leg_before
from optimizer.blocks.territory import Territory, leg_seconds
from optimizer.blocks.undo_log import (
    REMOVED,
    SEARCHES,
    UndoLog,
    clear_log,
    copy_changes,
    cost_change,
    least_change,
    log_area,
    log_block,
    note_changes,
    roll_back,
)
from optimizer.compiled import compiled, inlined
from optimizer.search.annealing import threshold
from optimizer.search.rng import below, uniform
from optimizer.search.sisr import (
    AVERAGE_REMOVED,
    BLINK_RATE,
    LONGEST_STRING,
    SPLIT_DEPTH,
    SPLIT_RATE,
    most_strings,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@compiled
def anneal(
    territory: Territory,
    objective: Objective,
    plan: Plan,
    best: Plan,
    log: UndoLog,
    rng: NDArray[np.uint64],
    costs: NDArray[np.float64],
    window: tuple[int, int],
    iterations: int,
    temperature: float,
    cooling: float,
) -> None:
    """Algorithm 1 for some iterations; `best.rows` and `best.size` hold the best plan so far.

    Parameters
    ----------
    costs
        float64 (2,): the plan's cost and the best one's; changed in place.
    window
        The first door that may be a seed, and how many may; after the last comes door 0.
    temperature, cooling
        Seconds before the first iteration, and the factor from one to the next.
    """
    for _ in range(iterations):
        temperature *= cooling
        log.counts[: REMOVED + 1] = 0
        limit = threshold(temperature, uniform(rng) + 1e-300)
        seed = (window[0] + below(rng, window[1])) % len(plan.block)
        ruin(territory, plan, log, rng, seed)
        change = math.inf
        if recreate(territory, objective, plan, log, rng, limit):
            change = cost_change(territory, objective, plan, log)
        if change < limit:
            costs[0] += change
            note_changes(log)
            if costs[0] < costs[1] - 1e-6:
                costs[1] = costs[0]
                copy_changes(plan, best, log)
        else:
            roll_back(territory, plan, log)
        clear_log(log)


@inlined
def ruin(
    territory: Territory, plan: Plan, log: UndoLog, rng: NDArray[np.uint64], seed: int
) -> None:
    """Algorithm 2: remove strings of doors from the blocks around a seed."""
    longest = min(LONGEST_STRING, plan.rows.shape[1])
    strings = 1 + below(rng, max(1, round(most_strings(AVERAGE_REMOVED, longest))))
    for j in range(-1, territory.near.shape[1]):
        door = seed if j < 0 else territory.near[seed, j]
        block = plan.block[door]
        if block < 0 or log.ruined[block]:
            continue
        log_block(plan, log, block)
        log.ruined[block] = True
        length = 1 + below(rng, min(longest, plan.size[block]))
        _remove_string(territory, plan, log, rng, block, door, length)
        strings -= 1
        if strings == 0:
            return


@inlined
def _remove_string(
    territory: Territory,
    plan: Plan,
    log: UndoLog,
    rng: NDArray[np.uint64],
    block: int,
    door: int,
    length: int,
) -> None:
    """Remove `length` doors in a row from a block, `door` among them; if split, some stay."""
    size = plan.size[block]
    staying = 0
    if 1 < length < size and uniform(rng) < SPLIT_RATE:
        staying = 1
        while length + staying < size and uniform(rng) < SPLIT_DEPTH:
            staying += 1
    at = plan.place[door]
    whole = length + staying
    lowest, highest = max(0, at - whole + 1), min(at, size - whole)
    begin = lowest + below(rng, highest - lowest + 1)
    staying_from = begin + 1 + below(rng, length - 1) if staying else begin + whole
    work_s = plan.work_s[block] - leg_before(territory, plan, block, begin)
    write = begin
    for i in range(begin, size):
        here = plan.rows[block, i]
        if i >= begin + whole or staying_from <= i < staying_from + staying:
            plan.rows[block, write] = here
            plan.place[here] = write
            write += 1
            continue
        _remove(territory, plan, log, here, block)
        work_s -= territory.service_s[here] + plan.next_s[here]
        if staying_from + staying == i and staying:
            work_s -= plan.next_s[plan.rows[block, write - 1]]
    plan.size[block] = write
    work_s += _leg_anew(territory, plan, block, begin)
    if staying:
        work_s += _leg_anew(territory, plan, block, begin + staying)
    plan.work_s[block] = work_s


@inlined
def _leg_anew(territory: Territory, plan: Plan, block: int, at: int) -> float:
    """Seconds of the leg before a block's `at`-th, now that doors have gone from before it."""
    if plan.size[block] == 0:
        return 0.0
    if at == 0:
        return float(territory.from_depot_s[plan.rows[block, 0]])
    door = plan.rows[block, at - 1]
    plan.next_s[door] = leg_after(territory, plan, door, block, at - 1)
    return float(plan.next_s[door])


@inlined
def _remove(territory: Territory, plan: Plan, log: UndoLog, door: int, block: int) -> None:
    """Remove one door; its block's row and work are the caller's."""
    area = territory.area[door]
    log_area(plan, log, area)
    plan.block[door] = -1
    log.origin[door] = block
    log.removed[log.counts[REMOVED]] = door
    log.counts[REMOVED] += 1
    plan.visits[block, area] -= 1
    if plan.visits[block, area] > 0:
        return
    plan.used[area] -= 1
    if plan.used[area] == 0:
        plan.first[area] = len(plan.size)
        plan.last[area] = -1
        return
    while plan.visits[plan.first[area], area] == 0:
        plan.first[area] += 1
    while plan.visits[plan.last[area], area] == 0:
        plan.last[area] -= 1


@inlined
def recreate(
    territory: Territory,
    objective: Objective,
    plan: Plan,
    log: UndoLog,
    rng: NDArray[np.uint64],
    limit: float,
) -> bool:
    """Algorithm 3: insert every door where it costs least.

    Returns
    -------
    bool
        False if a door fits nowhere, or as soon as the change is not below `limit` any more: a
        door hardly ever shortens a way, and no more penalties can go than there were.
    """
    _sort_removed(territory, log, rng)
    change = least_change(territory, objective, plan, log)
    for k in range(log.counts[REMOVED]):
        door = log.removed[k]
        block, at, added = cheapest_insertion(territory, objective, plan, log, rng, door)
        change += added
        if block < 0 or change >= limit:
            return False
        if not log.has_block[block]:
            change -= shortness(objective, plan.size[block], plan.work_s[block])
        log_block(plan, log, block)
        log_area(plan, log, territory.area[door])
        insert(territory, plan, door, block, at, added)
    return True


@inlined
def _sort_removed(territory: Territory, log: UndoLog, rng: NDArray[np.uint64]) -> None:
    """Sort the removed doors: random, longest service, far or close first (4, 4, 2, 1 of 11)."""
    draw = below(rng, 11)
    for k in range(log.counts[REMOVED]):
        door = log.removed[k]
        key = uniform(rng)
        if 4 <= draw < 8:
            key = -float(territory.service_s[door])
        elif draw >= 8:
            key = territory.from_depot_s[door] * (-1.0 if draw < 10 else 1.0)
        i = k
        while i > 0 and log.key[i - 1] > key:
            log.key[i] = log.key[i - 1]
            log.removed[i] = log.removed[i - 1]
            i -= 1
        log.key[i] = key
        log.removed[i] = door


@inlined
def cheapest_insertion(
    territory: Territory,
    objective: Objective,
    plan: Plan,
    log: UndoLog,
    rng: NDArray[np.uint64],
    door: int,
) -> tuple[int, int, float]:
    """Where a door costs least: beside one of its nearest doors, or at an end of their blocks.

    Returns
    -------
    block, position in it, seconds of travel that it adds
        The block is -1 where there is no room.
    """
    best, best_at, best_added, best_cost = -1, 0, 0.0, math.inf
    log.counts[SEARCHES] += 1
    for j in range(territory.near.shape[1]):
        if territory.near_s[door, j] >= best_cost:
            break
        near = territory.near[door, j]
        block = plan.block[near]
        if block < 0 or plan.size[block] >= objective.max_visits:
            continue
        cost = _area_change(territory, objective, plan, door, block)
        if cost >= best_cost:
            continue
        room_s = objective.work_s - plan.work_s[block] - territory.service_s[door]
        at, size = plan.place[near], plan.size[block]
        added = _added_before(territory, plan, door, block, at, territory.to_near_s[door, j])
        if added <= room_s and cost + added < best_cost and uniform(rng) >= BLINK_RATE:
            best, best_at, best_added, best_cost = block, at, added, cost + added
        added = territory.from_near_s[door, j] - plan.next_s[near]
        added += leg_after(territory, plan, door, block, at)
        if added <= room_s and cost + added < best_cost and uniform(rng) >= BLINK_RATE:
            best, best_at, best_added, best_cost = block, at + 1, added, cost + added
        if log.searched[block] == log.counts[SEARCHES]:
            continue
        log.searched[block] = log.counts[SEARCHES]
        first, last = plan.rows[block, 0], plan.rows[block, size - 1]
        added = _added_before(territory, plan, door, block, 0, leg_seconds(territory, door, first))
        if added <= room_s and cost + added < best_cost and uniform(rng) >= BLINK_RATE:
            best, best_at, best_added, best_cost = block, 0, added, cost + added
        added = leg_seconds(territory, last, door) + territory.to_depot_s[door] - plan.next_s[last]
        if added <= room_s and cost + added < best_cost and uniform(rng) >= BLINK_RATE:
            best, best_at, best_added, best_cost = block, size, added, cost + added
    return best, best_at, best_added


@inlined
def _added_before(
    territory: Territory, plan: Plan, door: int, block: int, at: int, to_next_s: float
) -> float:
    """Travel that a door adds before a block's `at`-th, which is so far from it."""
    if at == 0:
        return float(
            territory.from_depot_s[door] + to_next_s - territory.from_depot_s[plan.rows[block, 0]]
        )
    before = plan.rows[block, at - 1]
    return float(leg_seconds(territory, before, door) + to_next_s - plan.next_s[before])


@inlined
def _area_change(
    territory: Territory, objective: Objective, plan: Plan, door: int, block: int
) -> float:
    """What it costs that the door's area comes into a block."""
    area = territory.area[door]
    if plan.visits[block, area] > 0:
        return 0.0
    first, last, used = plan.first[area], plan.last[area], plan.used[area]
    least = territory.min_days[area]
    wider = area_penalty(objective, least, min(first, block), max(last, block), used + 1)
    return wider - area_penalty(objective, least, first, last, used)
