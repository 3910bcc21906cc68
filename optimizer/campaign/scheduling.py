"""Blocks of one station to crews and days.

Crews share the blocks out (`sharing`), then each crew's stretches get their days: every stretch
has a fair place in the horizon, and dynamic programming finds the starts, in order, that are
nearest to their places, seasons, wishes and leave considered. At an even pace the crews of the
station then make way for each other (`spread`), so that months and years are even.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from optimizer.campaign.crew_assignment import (
    Run,
    areas_across,
    assign_runs,
    cut_into_runs,
    working_order,
)
from optimizer.campaign.levelling import Stretch, load_targets, settle

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from optimizer.campaign.crew_assignment import BlockTable, CrewTable

# Prices in days off a stretch's place.
GAP_PRICE: Final = 2.0
"""Of each calendar day by which a stretch is drawn out."""
LONGEST: Final = 5
"""A run of so many usual stretches is cut."""
WISH_PRICE: Final = 10_000.0
"""Of a block outside the days that somebody has wished for."""
DRIFT_PRICE: Final = 0.2
"""Of each day off a stretch's place when crews make way for each other."""


@dataclass(frozen=True, slots=True)
class SpreadPolicy:
    """How blocks are spread over the horizon.

    Attributes
    ----------
    pace
        "even" spreads the work over the horizon, "early" finishes as soon as possible.
    spare_share
        Share of a crew's duty days at the end that an even pace leaves free.
    stretch
        A crew goes out on about so many duty days in a row before a pause.
    """

    pace: Literal["even", "early"] = "even"
    spare_share: float = 0.1
    stretch: int = 5


@dataclass(frozen=True, slots=True)
class Schedule:
    """The calendar of a station.

    `crew` int32 (b,); `day` int32 (b,): column of `CrewTable.duty`, -1 where the horizon is full.
    `moved` is how many parts were handed over.
    """

    crew: NDArray[np.int32]
    day: NDArray[np.int32]
    moved: int


def schedule_blocks(blocks: BlockTable, crews: CrewTable, pace: SpreadPolicy) -> Schedule:
    """Give every block a crew and a day, or no day where the duty days are used up."""
    return schedule_blocks_at(blocks, crews, [pace])[0]


def schedule_blocks_at(
    blocks: BlockTable, crews: CrewTable, paces: Sequence[SpreadPolicy]
) -> list[Schedule]:
    """The same at several paces; which crew works what depends on none of them."""
    runs = assign_runs(cut_into_runs(blocks), blocks, crews)
    # what is handed over has its place among what its new crew does, not where it was
    handed = [b for run in runs if run.crew != run.home for b in run.blocks]
    blocks = replace(blocks, target=blocks.target.copy())
    blocks.target[handed] = np.nan
    return [_dated(runs, blocks, crews, pace) for pace in paces]


def _dated(runs: list[Run], blocks: BlockTable, crews: CrewTable, pace: SpreadPolicy) -> Schedule:
    """Days for runs that have their crews."""
    duty_days = [np.flatnonzero(on_duty) for on_duty in crews.duty]
    placed = []
    for c, days in enumerate(duty_days):
        order = working_order(runs, c, blocks)
        order.sort(key=lambda run: int(blocks.tier[run.blocks].min()))
        groups = stretches(_runs_that_fit(order, len(days), blocks), pace.stretch, blocks)
        placed.append(place(groups, days, c / len(duty_days), pace, blocks))
    if pace.pace == "even" and any(placed):
        settle(placed, duty_days, load_targets(blocks, crews, pace.spare_share), blocks)
    crew = blocks.crew.copy()
    day = np.full(len(crew), -1, dtype=np.int32)
    for c, (days, some) in enumerate(zip(duty_days, placed, strict=True)):
        for stretch in some:
            crew[stretch.blocks] = c
            day[stretch.blocks] = days[stretch.start : stretch.end]
    return Schedule(crew, day, moved=sum(run.crew != run.home for run in runs))


def _runs_that_fit(order: list[Run], days: int, blocks: BlockTable) -> list[Run]:
    """The runs that `days` duty days hold, of each tier the kept ones first; one may be cut."""
    first = sorted(
        range(len(order)),
        key=lambda k: (blocks.tier[order[k].blocks].min(), not blocks.kept[order[k].blocks[0]]),
    )
    fitting: dict[int, Run] = {}
    for k in first:
        run = order[k]
        if days > 0:
            fitting[k] = Run(run.blocks[:days], run.crew, run.home)
        days -= run.days
    return [fitting[k] for k in sorted(fitting)]


def stretches(order: list[Run], days: int, blocks: BlockTable) -> list[list[int]]:
    """Runs put together to stretches of at least `days` blocks, the last perhaps shorter.

    Runs with another tier, season or wish, or with a target of their own, begin a new one. A run
    so long that it would fill months is cut, though it breaks an area. Blocks with targets are
    stretches of their own: where an earlier plan made a pause, it stays.
    """
    groups: list[list[int]] = []
    for run in order:
        for row in _parts(run.blocks, LONGEST * days, blocks):
            if not groups or len(groups[-1]) >= days or not _alike(groups[-1], row, blocks):
                groups.append([])
            groups[-1].extend(row)
    return groups


def _parts(row: list[int], most: int, blocks: BlockTable) -> list[list[int]]:
    """What of a run goes out together."""
    fixed = ~np.isnan(blocks.target[row])
    if not fixed.any():
        return _cut_long(row, most, blocks)
    cuts = [k for k in np.flatnonzero(fixed).tolist() if fixed[:k].any()]
    return [row[first:end] for first, end in pairwise([0, *cuts, len(row)])]


def _cut_long(row: list[int], most: int, blocks: BlockTable) -> list[list[int]]:
    """Blocks in parts of at most `most`, cut near the middle where few areas are broken."""
    if len(row) <= most:
        return [row]
    third = len(row) // 3
    across = areas_across(row, blocks)
    places = range(max(1, third), len(row) - max(1, third) + 1)
    cut = min(places, key=lambda k: (across[k - 1], abs(2 * k - len(row)), k))
    return [*_cut_long(row[:cut], most, blocks), *_cut_long(row[cut:], most, blocks)]


def _alike(some: list[int], others: list[int], blocks: BlockTable) -> bool:
    columns = (blocks.tier, blocks.season, blocks.earliest, blocks.latest)
    same = all(column[some[-1]] == column[others[0]] for column in columns)
    return same and bool(np.isnan(blocks.target[[some[0], others[0]]]).all())


def place(
    groups: list[list[int]],
    duty_days: NDArray[np.int64],
    phase: float,
    pace: SpreadPolicy,
    blocks: BlockTable,
) -> list[Stretch]:
    """Stretches with their starts among a crew's duty days, each crew for itself.

    Each stretch has a window of the horizon in proportion to its length, and its fair place in
    it. A target, a wish or a preferred season moves that place. Being off it costs its days;
    being drawn out by leave or holidays costs too, and so does a day in a bad season.

    Parameters
    ----------
    groups
        Blocks of each stretch; together no more than there are duty days.
    duty_days
        The crew's duty days as columns of the calendar, ascending.
    phase
        0 to 1: where in its window a stretch has its place, so that crews of a station do not
        all go out in the same week.
    """
    if not groups:
        return []
    lengths = np.array([len(group) for group in groups])
    price = np.array([_day_price(group, duty_days, blocks) for group in groups])
    fair = _fair_places(lengths, len(duty_days), pace, phase)
    rows = zip(groups, fair, price, strict=True)
    aims = np.array([_aim(group, aim, row, duty_days, blocks) for group, aim, row in rows])
    order = np.argsort(aims, kind="stable")
    days = duty_days.astype(float)
    off = np.abs(days - np.interp(aims, np.arange(len(days)), days)[:, None])
    starts = _cheapest_starts((price + off)[order], lengths[order])
    return [
        Stretch(
            groups[g],
            start,
            price[g] + DRIFT_PRICE * off[g],
            tier=int(blocks.tier[groups[g]].min()),
            bound=not np.isnan(blocks.target[groups[g][0]]),
        )
        for g, start in zip(order.tolist(), starts, strict=True)
    ]


def _fair_places(
    lengths: NDArray[np.int64], days: int, pace: SpreadPolicy, phase: float
) -> NDArray[np.float64]:
    work = int(lengths.sum())
    before = np.cumsum(lengths) - lengths
    if pace.pace == "early":
        return before.astype(float)
    used = max(work, int(days * (1 - pace.spare_share)))
    fair: NDArray[np.float64] = before + (used - work) * (before + phase * lengths) / work
    return fair


def _aim(
    group: list[int],
    fair: float,
    price: NDArray[np.float64],
    duty_days: NDArray[np.int64],
    blocks: BlockTable,
) -> float:
    """Where a stretch should start: its target or fair place, or the nearest better-priced one."""
    target = blocks.target[group[0]]
    aim = fair if np.isnan(target) else float(np.searchsorted(duty_days, target))
    here = min(len(price) - 1, round(aim))
    off = np.abs(duty_days - duty_days[here])
    best = int(np.argmin(price + off))
    return float(best) if price[best] + off[best] < price[here] - 1 else aim


def _day_price(
    group: list[int], duty_days: NDArray[np.int64], blocks: BlockTable
) -> NDArray[np.float64]:
    """What each start costs a stretch but for being off its place; infinite where it cannot end."""
    length = len(group)
    price = np.full(len(duty_days), np.inf)
    starts = len(duty_days) - length + 1
    span = duty_days[length - 1 :] - duty_days[:starts]
    price[:starts] = GAP_PRICE * (span - span.min())
    for k, block in enumerate(group):
        day = duty_days[k : k + starts]
        price[:starts] += blocks.season_price[blocks.season[block]][day]
        unwished = (day < blocks.earliest[block]) | (day > blocks.latest[block])
        price[:starts] += WISH_PRICE * unwished
    return price


def _cheapest_starts(price: NDArray[np.float64], lengths: NDArray[np.int64]) -> list[int]:
    """Starts in order, no overlap, of the least total price; by dynamic programming."""
    days = price.shape[1]
    after = np.cumsum(lengths[::-1])[::-1]
    choices = []
    total = np.zeros(days)
    for row in range(len(lengths)):
        if row:
            total = np.concatenate([np.full(lengths[row - 1], np.inf), total])[:days]
        total = total + price[row]
        total[days - after[row] + 1 :] = np.inf
        best = np.minimum.accumulate(total)
        fresh = np.concatenate([[True], total[1:] < best[:-1]])
        choices.append(np.maximum.accumulate(np.where(fresh, np.arange(days), 0)))
        total = best
    starts = [int(choices[-1][-1])]
    for row in range(len(lengths) - 2, -1, -1):
        starts.append(int(choices[row][starts[-1] - lengths[row]]))
    return starts[::-1]
