"""Ruin and recreate for the blocks of one territory.

Slack induction by string removals (Christiaens and Vanden Berghe 2020): strings of neighbouring
doors are taken out of neighbouring blocks and put back greedily, under simulated annealing. Every
step touches a neighbourhood only: what it touched is saved first and restored when it is refused,
so that a step costs the same in a station of 200 doors and of 20,000.

The blocks of a territory stand in the order in which the crew will work them off. An area's
price follows from its first and its last block in that order, so that areas stay in one stretch.
"""

# ruff: noqa: PLR0917  (compiled functions take their arguments by position)
from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from optimizer.blocks.territory import Ground, leg_seconds
from optimizer.blocks.tour import Prices, block_price
from optimizer.compiled import compiled, inlined
from optimizer.search.rng import below, uniform

if TYPE_CHECKING:
    from numpy.typing import NDArray

BLINK = 0.01
STRING = 10
REMOVED = 10
KEEP = 0.01


BLOCKS, AREAS, OUT, CHANGED, LOOKS = range(5)


class Plan(NamedTuple):
    """The blocks of a territory in working order; all arrays change in place.

    Attributes
    ----------
    rows, size
        int32 (b, max_visits), (b,): doors of each block in order, and how many.
    work_s
        float64 (b,): service and travel.
    block
        int32 (n,): each door's block, -1 while it is out.
    visits
        int32 (b, areas): doors of an area in a block.
    first, last, used
        int32 (areas,): an area's first and last block, and in how many it is.
    """

    rows: NDArray[np.int32]
    size: NDArray[np.int32]
    work_s: NDArray[np.float64]
    block: NDArray[np.int32]
    visits: NDArray[np.int32]
    first: NDArray[np.int32]
    last: NDArray[np.int32]
    used: NDArray[np.int32]


class Undo(NamedTuple):
    """What a step has touched, as it was, and the doors that are out.

    `counts` holds the numbers of touched blocks, of touched areas, of doors that are out, of
    `changed` blocks (those that differ from the best plan), and of searches for a place: `look`
    holds the last of them that saw a block.
    """

    counts: NDArray[np.int64]
    blocks: NDArray[np.int32]
    rows: NDArray[np.int32]
    size: NDArray[np.int32]
    work_s: NDArray[np.float64]
    has_block: NDArray[np.bool_]
    areas: NDArray[np.int32]
    first: NDArray[np.int32]
    last: NDArray[np.int32]
    used: NDArray[np.int32]
    has_area: NDArray[np.bool_]
    out: NDArray[np.int32]
    key: NDArray[np.float64]
    changed: NDArray[np.int32]
    is_changed: NDArray[np.bool_]
    ruined: NDArray[np.bool_]
    look: NDArray[np.int64]


def new_undo(plan: Plan) -> Undo:
    """Room for what one step can touch."""
    blocks, width = plan.rows.shape
    areas, doors = len(plan.first), len(plan.block)
    return Undo(
        np.zeros(5, np.int64),
        np.empty(blocks, np.int32),
        np.empty((blocks, width), np.int32),
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
        np.empty(blocks, np.int32),
        np.zeros(blocks, np.bool_),
        np.zeros(blocks, np.bool_),
        np.zeros(blocks, np.int64),
    )


def new_plan(ground: Ground, width: int, rows: list[NDArray[np.int32]]) -> Plan:
    """A plan of the given blocks; `width` is the most doors that a block may have."""
    doors, areas = len(ground.area), len(ground.min_days)
    plan = Plan(
        np.full((len(rows), width), -1, np.int32),
        np.zeros(len(rows), np.int32),
        np.zeros(len(rows)),
        np.full(doors, -1, np.int32),
        np.zeros((len(rows), areas), np.int32),
        np.full(areas, len(rows), np.int32),
        np.full(areas, -1, np.int32),
        np.zeros(areas, np.int32),
    )
    for block, row in enumerate(rows):
        plan.rows[block, : len(row)] = row
        plan.size[block] = len(row)
    take_stock(ground, plan)
    return plan


def copy_of(plan: Plan) -> Plan:
    """A plan that changes independently."""
    copy: Plan = plan._replace(**{name: array.copy() for name, array in plan._asdict().items()})
    return copy


@compiled
def take_stock(ground: Ground, plan: Plan) -> None:
    """Compute everything in a plan from its rows."""
    plan.visits[:] = 0
    plan.used[:] = 0
    plan.first[:] = len(plan.size)
    plan.last[:] = -1
    for block in range(len(plan.size)):
        plan.work_s[block] = row_work(ground, plan.rows[block], plan.size[block])
        for i in range(plan.size[block]):
            door = plan.rows[block, i]
            area = ground.area[door]
            plan.block[door] = block
            plan.used[area] += plan.visits[block, area] == 0
            plan.visits[block, area] += 1
            plan.first[area] = min(plan.first[area], block)
            plan.last[area] = max(plan.last[area], block)


@compiled
def row_work(ground: Ground, row: NDArray[np.int32], size: int) -> float:
    """Service and travel of a block, station to station."""
    if size == 0:
        return 0.0
    depot = len(ground.area)
    work_s = leg_seconds(ground, depot, row[0]) + leg_seconds(ground, row[size - 1], depot)
    for i in range(size):
        work_s += ground.service_s[row[i]]
        if i > 0:
            work_s += leg_seconds(ground, row[i - 1], row[i])
    return work_s


@compiled
def area_price(prices: Prices, least: int, first: int, last: int, used: int) -> float:
    """What it costs that an area takes the days from `first` to `last` and `used` of them."""
    if used == 0:
        return 0.0
    span = last - first + 1
    over = span - least
    price = prices.broken_s * (span - used)
    if over > 0:
        price += prices.split_s + prices.broken_s * (over - 1)
    return price


@compiled
def total_price(ground: Ground, prices: Prices, plan: Plan) -> float:
    """What is made small: work and prices of all blocks and areas."""
    price = 0.0
    for block in range(len(plan.size)):
        price += _price_of(prices, plan.size[block], plan.work_s[block])
    for area in range(len(plan.first)):
        price += area_price(
            prices, ground.min_days[area], plan.first[area], plan.last[area], plan.used[area]
        )
    return price


@compiled
def _price_of(prices: Prices, size: int, work_s: float) -> float:
    return work_s + block_price(prices, size, work_s)


@compiled
def anneal(
    ground: Ground,
    prices: Prices,
    plan: Plan,
    best: Plan,
    undo: Undo,
    rng: NDArray[np.uint64],
    now: NDArray[np.float64],
    steps: int,
    temperature: float,
    cooling: float,
) -> float:
    """Make `steps` steps; `best.rows` and `best.size` hold the best plan so far.

    Parameters
    ----------
    now
        float64 (2,): the plan's price and the best one's; changed in place.
    temperature, cooling
        Seconds at the first step, and the factor from step to step.

    Returns
    -------
    float
        The temperature after the last step.
    """
    for _ in range(steps):
        temperature *= cooling
        undo.counts[: OUT + 1] = 0
        ruin(ground, plan, undo, rng)
        fits = recreate(ground, prices, plan, undo, rng)
        change = _change(ground, prices, plan, undo) if fits else math.inf
        if change < -temperature * math.log(uniform(rng) + 1e-300):
            now[0] += change
            _note_changes(undo)
            if now[0] < now[1] - 1e-6:
                now[1] = now[0]
                _copy_changes(plan, best, undo)
        else:
            _restore(ground, plan, undo)
        _forget(undo)
    return temperature


@compiled
def _save_block(plan: Plan, undo: Undo, block: int) -> None:
    if undo.has_block[block]:
        return
    k = undo.counts[BLOCKS]
    undo.counts[BLOCKS] += 1
    undo.has_block[block] = True
    undo.blocks[k] = block
    undo.size[k] = plan.size[block]
    undo.work_s[k] = plan.work_s[block]
    for i in range(plan.size[block]):
        undo.rows[k, i] = plan.rows[block, i]


@compiled
def _save_area(plan: Plan, undo: Undo, area: int) -> None:
    if undo.has_area[area]:
        return
    k = undo.counts[AREAS]
    undo.counts[AREAS] += 1
    undo.has_area[area] = True
    undo.areas[k] = area
    undo.first[k] = plan.first[area]
    undo.last[k] = plan.last[area]
    undo.used[k] = plan.used[area]


@compiled
def _restore(ground: Ground, plan: Plan, undo: Undo) -> None:
    for k in range(undo.counts[BLOCKS]):
        block = undo.blocks[k]
        for i in range(plan.size[block]):
            plan.visits[block, ground.area[plan.rows[block, i]]] -= 1
    for k in range(undo.counts[BLOCKS]):
        block = undo.blocks[k]
        plan.size[block] = undo.size[k]
        plan.work_s[block] = undo.work_s[k]
        for i in range(undo.size[k]):
            door = undo.rows[k, i]
            plan.rows[block, i] = door
            plan.block[door] = block
            plan.visits[block, ground.area[door]] += 1
    for k in range(undo.counts[AREAS]):
        area = undo.areas[k]
        plan.first[area] = undo.first[k]
        plan.last[area] = undo.last[k]
        plan.used[area] = undo.used[k]


@compiled
def _forget(undo: Undo) -> None:
    for k in range(undo.counts[BLOCKS]):
        undo.has_block[undo.blocks[k]] = False
        undo.ruined[undo.blocks[k]] = False
    for k in range(undo.counts[AREAS]):
        undo.has_area[undo.areas[k]] = False


@compiled
def _note_changes(undo: Undo) -> None:
    for k in range(undo.counts[BLOCKS]):
        block = undo.blocks[k]
        if not undo.is_changed[block]:
            undo.is_changed[block] = True
            undo.changed[undo.counts[CHANGED]] = block
            undo.counts[CHANGED] += 1


@compiled
def _copy_changes(plan: Plan, best: Plan, undo: Undo) -> None:
    for k in range(undo.counts[CHANGED]):
        block = undo.changed[k]
        undo.is_changed[block] = False
        best.size[block] = plan.size[block]
        for i in range(plan.size[block]):
            best.rows[block, i] = plan.rows[block, i]
    undo.counts[CHANGED] = 0


@compiled
def _change(ground: Ground, prices: Prices, plan: Plan, undo: Undo) -> float:
    """Price of what was touched, now less before."""
    change = 0.0
    for k in range(undo.counts[BLOCKS]):
        block = undo.blocks[k]
        change += _price_of(prices, plan.size[block], plan.work_s[block])
        change -= _price_of(prices, undo.size[k], undo.work_s[k])
    for k in range(undo.counts[AREAS]):
        area = undo.areas[k]
        least = ground.min_days[area]
        change += area_price(prices, least, plan.first[area], plan.last[area], plan.used[area])
        change -= area_price(prices, least, undo.first[k], undo.last[k], undo.used[k])
    return change


@compiled
def ruin(ground: Ground, plan: Plan, undo: Undo, rng: NDArray[np.uint64]) -> None:
    """Take strings of doors out of the blocks around a random door."""
    seed = below(rng, len(plan.block))
    longest = min(STRING, plan.rows.shape[1])
    strings = 1 + below(rng, max(1, round(4.0 * REMOVED / (1 + longest) - 1)))
    for j in range(-1, ground.near.shape[1]):
        door = seed if j < 0 else ground.near[seed, j]
        block = plan.block[door]
        if block < 0 or undo.ruined[block]:
            continue
        _save_block(plan, undo, block)
        undo.ruined[block] = True
        length = 1 + below(rng, min(longest, plan.size[block]))
        _take_string(ground, plan, undo, rng, block, door, length)
        strings -= 1
        if strings == 0:
            return


@compiled
def _take_string(
    ground: Ground,
    plan: Plan,
    undo: Undo,
    rng: NDArray[np.uint64],
    block: int,
    door: int,
    length: int,
) -> None:
    """Take `length` doors in a row out of a block, `door` among them; or leave some inside."""
    size = plan.size[block]
    kept = 0
    if 1 < length < size and uniform(rng) < 0.5:
        kept = 1
        while length + kept < size and uniform(rng) < KEEP:
            kept += 1
    at = _place_of(plan, block, door)
    whole = length + kept
    lowest, highest = max(0, at - whole + 1), min(at, size - whole)
    begin = lowest + below(rng, highest - lowest + 1)
    keep_from = begin + 1 + below(rng, length - 1) if kept else begin + whole
    write = begin
    for i in range(begin, size):
        here = plan.rows[block, i]
        if i >= begin + whole or keep_from <= i < keep_from + kept:
            plan.rows[block, write] = here
            write += 1
        else:
            _take_out(ground, plan, undo, here, block)
    plan.size[block] = write
    plan.work_s[block] = row_work(ground, plan.rows[block], write)


@compiled
def _take_out(ground: Ground, plan: Plan, undo: Undo, door: int, block: int) -> None:
    area = ground.area[door]
    _save_area(plan, undo, area)
    plan.block[door] = -1
    undo.out[undo.counts[OUT]] = door
    undo.counts[OUT] += 1
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


@compiled
def recreate(
    ground: Ground, prices: Prices, plan: Plan, undo: Undo, rng: NDArray[np.uint64]
) -> bool:
    """Put every door that is out where it costs least; False if one fits nowhere."""
    _sort_out(ground, undo, rng)
    for k in range(undo.counts[OUT]):
        door = undo.out[k]
        block, at, added = cheapest_place(ground, prices, plan, undo, rng, door)
        if block < 0:
            return False
        _save_block(plan, undo, block)
        _save_area(plan, undo, ground.area[door])
        put_in(ground, plan, door, block, at, added)
    return True


@compiled
def _sort_out(ground: Ground, undo: Undo, rng: NDArray[np.uint64]) -> None:
    """Order the doors that are out: by chance, longest service, farthest or nearest first."""
    depot = len(ground.area)
    draw = below(rng, 11)
    for k in range(undo.counts[OUT]):
        door = undo.out[k]
        key = uniform(rng)
        if 4 <= draw < 8:
            key = -float(ground.service_s[door])
        elif draw >= 8:
            key = leg_seconds(ground, depot, door) * (-1.0 if draw < 10 else 1.0)
        i = k
        while i > 0 and undo.key[i - 1] > key:
            undo.key[i] = undo.key[i - 1]
            undo.out[i] = undo.out[i - 1]
            i -= 1
        undo.key[i] = key
        undo.out[i] = door


@inlined
def cheapest_place(
    ground: Ground,
    prices: Prices,
    plan: Plan,
    undo: Undo,
    rng: NDArray[np.uint64],
    door: int,
) -> tuple[int, int, float]:
    """Where a door costs least: beside one of its nearest doors, or at an end of their blocks.

    A neighbour that is farther than the best place costs ends the search.

    Returns
    -------
    block, place in it, seconds of travel that it adds
        The block is -1 where there is no room.
    """
    best, best_at, best_added, best_price = -1, 0, 0.0, math.inf
    undo.counts[LOOKS] += 1
    for j in range(ground.near.shape[1]):
        if ground.near_s[door, j] >= best_price:
            break
        near = ground.near[door, j]
        block = plan.block[near]
        if block < 0 or plan.size[block] >= prices.max_visits:
            continue
        price = _entry_price(ground, prices, plan, door, block)
        if price >= best_price:
            continue
        room_s = prices.work_s - plan.work_s[block] - ground.service_s[door]
        at = _place_of(plan, block, near)
        ends = undo.look[block] != undo.counts[LOOKS]
        undo.look[block] = undo.counts[LOOKS]
        for k in range(4 if ends else 2):
            to = at + k
            if k >= 2:
                to = 0 if k == 2 else plan.size[block]
            added = _added(ground, plan, door, block, to)
            if added <= room_s and price + added < best_price and uniform(rng) >= BLINK:
                best, best_at, best_added, best_price = block, to, added, price + added
    return best, best_at, best_added


@inlined
def _place_of(plan: Plan, block: int, door: int) -> int:
    at = 0
    while plan.rows[block, at] != door:
        at += 1
    return at


@compiled
def _added(ground: Ground, plan: Plan, door: int, block: int, at: int) -> float:
    """Travel that a door adds before a block's `at`-th."""
    depot = len(ground.area)
    before = plan.rows[block, at - 1] if at > 0 else depot
    after = plan.rows[block, at] if at < plan.size[block] else depot
    added = leg_seconds(ground, before, door) + leg_seconds(ground, door, after)
    if before != after:
        added -= leg_seconds(ground, before, after)
    return added


@compiled
def _entry_price(ground: Ground, prices: Prices, plan: Plan, door: int, block: int) -> float:
    """What it costs that the door's area comes into a block."""
    area = ground.area[door]
    if plan.visits[block, area] > 0:
        return 0.0
    first, last, used = plan.first[area], plan.last[area], plan.used[area]
    least = ground.min_days[area]
    return area_price(prices, least, min(first, block), max(last, block), used + 1) - area_price(
        prices, least, first, last, used
    )


@compiled
def put_in(ground: Ground, plan: Plan, door: int, block: int, at: int, added: float) -> None:
    """Insert a door before a block's `at`-th; `added` is the travel that it adds."""
    row, size, area = plan.rows[block], plan.size[block], ground.area[door]
    for i in range(size, at, -1):
        row[i] = row[i - 1]
    row[at] = door
    plan.size[block] += 1
    plan.block[door] = block
    plan.work_s[block] += added + ground.service_s[door]
    if plan.visits[block, area] == 0:
        plan.used[area] += 1
        plan.first[area] = min(plan.first[area], block)
        plan.last[area] = max(plan.last[area], block)
    plan.visits[block, area] += 1
