"""Even load: the stretches of a station moved until its months and its crews' years are even.

Each crew's stretches come with days of their own (`calendar.place`). Here all crews of a station
look at each other. A stretch moves in the room that its neighbours leave, or changes places with
the next one; annealing finds where months, years and the stretches' own wishes cost least.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from optimizer.campaign.crew_assignment import CommittedWork
from optimizer.compiled import compiled, inlined
from optimizer.search.rng import below, new_rng, uniform

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimizer.campaign.crew_assignment import BlockTable, CrewTable

# Prices in the days of `Stretch.price`.
MONTH_PRICE: Final = 60.0
"""Of a usual month's blocks too many or too few in a month; squares count."""
YEAR_PRICE: Final = 200_000.0
"""Of a usual year's work too much or too little in a crew's calendar year; squares count."""
YEAR_FREE: Final = 0.03
"""Share of a usual year's work that costs nothing."""
SHUNNED: Final = 30.0
"""Season's price of a day, for all blocks of a station, that leaves nothing usual in it."""
WARMEST, COLDEST = 100.0, 0.3
"""A move that costs so much more is taken in one of three cases: at the beginning, at the end."""
STEPS: Final = 8000
"""Moves tried for each stretch."""


@dataclass(slots=True)
class Stretch:
    """Blocks that a crew works on consecutive duty days.

    Attributes
    ----------
    blocks
        Rows of the block table, in working order.
    start
        The first block's position among the crew's duty days.
    price
        float64 (duty days,): what each start costs by itself, infinite where it cannot end.
    tier
        What has a smaller one comes first.
    bound
        It has days from an earlier plan and keeps them.
    """

    blocks: list[int]
    start: int
    price: NDArray[np.float64]
    tier: int
    bound: bool

    @property
    def end(self) -> int:
        """The position after its last block."""
        return self.start + len(self.blocks)


@dataclass(frozen=True, slots=True)
class LoadTargets:
    """What would lie in each month and year if all were even.

    Attributes
    ----------
    month, year
        int64 (days,): which one a calendar day is in, from 0.
    blocks
        float64 (months,): of the station.
    work_s
        float64 (crews, years): of each crew.
    usual_month, usual_year_s
        The station's blocks in a month, and float64 (crews,): work in a year, over the whole
        campaign.
    """

    month: NDArray[np.int64]
    year: NDArray[np.int64]
    blocks: NDArray[np.float64]
    work_s: NDArray[np.float64]
    usual_month: float
    usual_year_s: NDArray[np.float64]


def load_targets(blocks: BlockTable, crews: CrewTable, spare_share: float) -> LoadTargets:
    """The station's work in proportion to duty days, less what has its days already.

    Not counted are the days that stay free at the end, where there is room for that, and a part
    of those in a season that many blocks avoid.
    """
    before = crews.before or CommittedWork(crews.duty, np.zeros(crews.duty.shape))
    month = _from_zero(crews.dates.astype("datetime64[M]"))
    year = _from_zero(crews.dates.astype("datetime64[Y]"))
    settled = np.count_nonzero(before.work_s, axis=0).astype(float)
    number, work_s = len(blocks) + settled.sum(), blocks.work_s.sum() + before.work_s.sum()
    counted = before.duty.astype(float)
    turn = np.cumsum(counted, axis=1)
    used = max(1 - spare_share, number / max(1.0, counted.sum()))
    counted[turn > np.ceil(turn[:, -1:] * used)] = 0
    users = np.bincount(blocks.season, minlength=len(blocks.season_price))
    shunned = np.clip(blocks.season_price[:, : len(month)] / SHUNNED, 0, 1)
    counted *= 1 - users @ shunned / len(blocks)
    counted /= max(1e-9, counted.sum())
    months, years = np.eye(month.max() + 1)[month], np.eye(year.max() + 1)[year]
    by_month, by_year = number * (counted.sum(axis=0) @ months), work_s * (counted @ years)
    usual_month = float(by_month.sum() / max(1, np.count_nonzero(by_month)))
    usual_year_s = np.maximum(1.0, by_year.sum(axis=1) * 365 / len(month))
    if crews.before is not None:
        free_month, free_year = crews.duty.sum(axis=0) @ months, crews.duty @ years
        by_month = _left(by_month - settled @ months, free_month, len(blocks))
        by_year = _left(by_year - before.work_s @ years, free_year, blocks.work_s.sum())
    return LoadTargets(month, year, by_month, by_year, usual_month, usual_year_s)


def _left(
    share: NDArray[np.float64], free: NDArray[np.float64], whole: float
) -> NDArray[np.float64]:
    """What is left of each share, where there are free days, scaled down to the whole.

    Where it is less than the whole, as for who is late, the rest is spread over the free days.
    """
    left = np.where(free > 0, np.maximum(share, 0), 0)
    missing = max(0.0, whole - left.sum())
    scaled = left * min(1.0, whole / max(1e-9, left.sum()))
    found: NDArray[np.float64] = scaled + missing * free / max(1.0, free.sum())
    return found


def _from_zero(dates: NDArray[np.datetime64]) -> NDArray[np.int64]:
    number: NDArray[np.int64] = dates.astype(np.int64) - dates[:1].astype(np.int64)
    return number


def settle(
    stretches: list[list[Stretch]],
    duty_days: list[NDArray[np.int64]],
    even: LoadTargets,
    blocks: BlockTable,
) -> None:
    """Give the stretches of each crew, which come in order, the starts of the least price."""
    flat = [stretch for some in stretches for stretch in some]
    if not flat:
        return
    ground = _ground(stretches, duty_days, even, blocks)
    start = np.array([stretch.start for stretch in flat])
    best = start.copy()
    state = _State(
        np.arange(len(flat)), start, np.zeros_like(even.blocks), np.zeros_like(even.work_s)
    )
    _anneal(ground, state, best, new_rng(0), STEPS * len(flat))
    for stretch, position in zip(flat, best.tolist(), strict=True):
        stretch.start = position


class _Ground(NamedTuple):
    """What the annealing sees and does not change.

    Stretches of a crew are numbered one after the other. `length`, `tier`, `crew` and `bound` have
    one value a stretch, `price` a row. `work_s` is that of all blocks, a stretch's from
    `first_block` on. `first_slot` is where each crew's stretches begin, with the end; `day_month`
    and `day_year` are those of all crews' duty days, a crew's from `first_day` on.
    """

    length: NDArray[np.int64]
    tier: NDArray[np.int64]
    crew: NDArray[np.int64]
    bound: NDArray[np.bool_]
    price: NDArray[np.float64]
    work_s: NDArray[np.float64]
    first_block: NDArray[np.int64]
    first_slot: NDArray[np.int64]
    first_day: NDArray[np.int64]
    day_month: NDArray[np.int64]
    day_year: NDArray[np.int64]
    even_blocks: NDArray[np.float64]
    even_s: NDArray[np.float64]
    usual_year_s: NDArray[np.float64]
    month_price: float


class _State(NamedTuple):
    """What the annealing changes.

    `order` is the stretch in each slot; a crew's slots are consecutive, in the order of its days.
    `start` is each stretch's; `blocks` what lies in each month, `work_s` in each crew's years.
    """

    order: NDArray[np.int64]
    start: NDArray[np.int64]
    blocks: NDArray[np.float64]
    work_s: NDArray[np.float64]


def _ground(
    stretches: list[list[Stretch]],
    duty_days: list[NDArray[np.int64]],
    even: LoadTargets,
    blocks: BlockTable,
) -> _Ground:
    flat = [stretch for some in stretches for stretch in some]
    length = np.array([len(stretch.blocks) for stretch in flat])
    price = np.full((len(flat), max(map(len, duty_days))), np.inf)
    for row, stretch in zip(price, flat, strict=True):
        row[: len(stretch.price)] = stretch.price
    days = np.concatenate(duty_days)
    return _Ground(
        length=length,
        tier=np.array([stretch.tier for stretch in flat]),
        crew=np.repeat(np.arange(len(stretches)), list(map(len, stretches))),
        bound=np.array([stretch.bound for stretch in flat]),
        price=price,
        work_s=blocks.work_s[[b for stretch in flat for b in stretch.blocks]].astype(float),
        first_block=np.cumsum(length) - length,
        first_slot=np.cumsum([0, *map(len, stretches)]),
        first_day=np.cumsum([0, *map(len, duty_days)]),
        day_month=even.month[days],
        day_year=even.year[days],
        even_blocks=even.blocks,
        even_s=even.work_s,
        usual_year_s=even.usual_year_s,
        month_price=MONTH_PRICE / max(1e-9, even.usual_month),
    )


@compiled
def _anneal(
    ground: _Ground,
    state: _State,
    best: NDArray[np.int64],
    rng: NDArray[np.uint64],
    steps: int,
) -> None:
    """Move stretches; `best` becomes the starts of the least price."""
    order, start = state.order, state.start
    for g in range(len(start)):
        _shift(ground, state, g, start[g], 1.0)
    price, least = 0.0, 0.0
    for step in range(steps):
        warmth = WARMEST * (COLDEST / WARMEST) ** (step / steps)
        limit = -warmth * np.log(1.0 - uniform(rng))
        slot = below(rng, len(order))
        if uniform(rng) < 0.25:
            change = _swap(ground, state, slot, limit)
        else:
            change = _move(ground, state, slot, limit, rng)
        price += change
        if price < least - 1e-6:
            least = price
            for g in range(len(start)):
                best[g] = start[g]


@compiled
def _move(
    ground: _Ground,
    state: _State,
    slot: int,
    limit: float,
    rng: NDArray[np.uint64],
) -> float:
    """Try another start, any or a near one, for the stretch in a slot; what it costs more."""
    g = state.order[slot]
    if ground.bound[g]:
        return 0.0
    first, end = _room(ground, state, slot)
    last = end - ground.length[g]
    old = state.start[g]
    if uniform(rng) < 0.5:
        first, last = max(first, old - 3), min(last, old + 3)
    new = first + below(rng, last - first + 1)
    change = _shift(ground, state, g, old, -1.0) + _shift(ground, state, g, new, 1.0)
    if change <= limit:
        state.start[g] = new
        return change
    _shift(ground, state, g, new, -1.0)
    _shift(ground, state, g, old, 1.0)
    return 0.0


@compiled
def _swap(ground: _Ground, state: _State, slot: int, limit: float) -> float:
    """Try the stretches of a slot and the next in the other order; what it costs more."""
    order, start = state.order, state.start
    if slot + 1 == ground.first_slot[ground.crew[order[slot]] + 1]:
        return 0.0
    early, late = order[slot], order[slot + 1]
    if ground.bound[early] or ground.bound[late] or ground.tier[early] != ground.tier[late]:
        return 0.0
    old_early, old_late = start[early], start[late]
    new_late = old_early
    new_early = old_late + ground.length[late] - ground.length[early]
    change = _shift(ground, state, early, old_early, -1.0)
    change += _shift(ground, state, late, old_late, -1.0)
    change += _shift(ground, state, early, new_early, 1.0)
    change += _shift(ground, state, late, new_late, 1.0)
    if change <= limit:
        order[slot], order[slot + 1] = late, early
        start[early], start[late] = new_early, new_late
        return change
    _shift(ground, state, early, new_early, -1.0)
    _shift(ground, state, late, new_late, -1.0)
    _shift(ground, state, early, old_early, 1.0)
    _shift(ground, state, late, old_late, 1.0)
    return 0.0


@inlined
def _room(ground: _Ground, state: _State, slot: int) -> tuple[int, int]:
    """The positions that the stretches before and after a slot leave free: first, end."""
    order, start = state.order, state.start
    crew = ground.crew[order[slot]]
    first, end = 0, ground.first_day[crew + 1] - ground.first_day[crew]
    if slot > ground.first_slot[crew]:
        before = order[slot - 1]
        first = start[before] + ground.length[before]
    if slot + 1 < ground.first_slot[crew + 1]:
        end = start[order[slot + 1]]
    return first, end


@compiled
def _shift(ground: _Ground, state: _State, g: int, start: int, sign: float) -> float:
    """Add a stretch to the load (sign 1) or take it off (-1); what that costs."""
    crew = ground.crew[g]
    price = sign * ground.price[g, start] - _year_price(ground, state, crew)
    day = ground.first_day[crew] + start
    block = ground.first_block[g]
    for k in range(ground.length[g]):
        month = ground.day_month[day + k]
        over = state.blocks[month] - ground.even_blocks[month]
        price += ground.month_price * (2.0 * sign * over + 1.0)
        state.blocks[month] += sign
        state.work_s[crew, ground.day_year[day + k]] += sign * ground.work_s[block + k]
    return float(price + _year_price(ground, state, crew))


@inlined
def _year_price(ground: _Ground, state: _State, crew: int) -> float:
    price = 0.0
    usual_s = ground.usual_year_s[crew]
    for year in range(ground.even_s.shape[1]):
        off = abs(state.work_s[crew, year] - ground.even_s[crew, year]) / usual_s
        price += YEAR_PRICE * max(0.0, off - YEAR_FREE) ** 2
    return price
