"""Scheduling the blocks of one station: a crew and a day for each.

`crew_assignment` gives the blocks to crews. Each crew's blocks are grouped into work stretches, and
dynamic programming finds starts for them, in order, with the least penalty: being away from their
proportional place in the horizon, leave, seasons and wishes. At an even pace `levelling` then
shifts the stretches of all crews together.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from optimizer.campaign.crew_assignment import (
    STRAGGLERS,
    Run,
    assign_runs,
    broken_areas,
    cut_into_runs,
    working_order,
)
from optimizer.campaign.levelling import WorkStretch, level_stretches
from optimizer.campaign.load_targets import load_targets

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from optimizer.campaign.crew_assignment import BlockTable, CrewTable

# Penalties are in days away from a stretch's preferred start.
GAP_PENALTY: Final = 2.0
"""Of each calendar day without duty inside a stretch."""
WISH_PENALTY: Final = 10_000.0
"""Of a block outside the days that somebody has wished for."""
DRIFT_PENALTY: Final = 0.2
"""Of each day away from the preferred start while loads are levelled."""
LONGEST_PART: Final = 2
"""A run longer than so many usual stretches is cut, whatever areas that breaks."""
LONGEST_WHOLE: Final = 4
"""Parts up to so many usual stretches are joined again where that makes areas whole."""
EVEN_PARTS: Final = 0.01
"""Of the square of each part's blocks, in broken areas: parts are rather equal."""
WAITING_DAYS: Final = 90
"""Among blocks that have waited equally long but for so many days, the way decides."""


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
        Duty days in a row on which a crew goes out before a pause.
    seed
        Of the levelling.
    """

    pace: Literal["even", "early"] = "even"
    spare_share: float = 0.1
    stretch: int = 5
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Schedule:
    """The calendar of a station.

    `crew` int32 (b,); `day` int32 (b,): column of `CrewTable.duty`, -1 where the horizon is full.
    `moved` counts the runs, or parts of them, that another crew than their territory's works.
    """

    crew: NDArray[np.int32]
    day: NDArray[np.int32]
    moved: int


def schedule_blocks(blocks: BlockTable, crews: CrewTable, policy: SpreadPolicy) -> Schedule:
    """Give every block a crew and a day, or no day where the duty days are used up."""
    return schedule_blocks_with(blocks, crews, [policy])[0]


def schedule_blocks_with(
    blocks: BlockTable, crews: CrewTable, policies: Sequence[SpreadPolicy]
) -> list[Schedule]:
    """The same under several policies; which crew works what depends on none of them."""
    runs = assign_runs(cut_into_runs(blocks), blocks, crews)
    # what was transferred is dated among its new crew's blocks, not where it was
    transferred = [b for run in runs if run.crew != run.home for b in run.blocks]
    blocks = replace(blocks, target=blocks.target.copy())
    blocks.target[transferred] = np.nan
    found = {
        policy: _schedule_runs(runs, blocks, crews, policy) for policy in dict.fromkeys(policies)
    }
    return [found[policy] for policy in policies]


def _schedule_runs(
    runs: list[Run], blocks: BlockTable, crews: CrewTable, policy: SpreadPolicy
) -> Schedule:
    """Days for runs that have their crews."""
    duty_days = [np.flatnonzero(on_duty) for on_duty in crews.duty]
    placed = []
    for c, days in enumerate(duty_days):
        order = working_order(runs, c, blocks)
        order.sort(key=lambda run: _turn(run.blocks, blocks))
        groups = work_stretches(_runs_that_fit(order, len(days), blocks), policy.stretch, blocks)
        placed.append(place_stretches(groups, days, c / len(duty_days), policy, blocks))
    if policy.pace == "even" and any(placed):
        targets = load_targets(blocks, crews, policy.spare_share)
        level_stretches(placed, duty_days, targets, blocks, policy.seed)
    crew = blocks.crew.copy()
    day = np.full(len(crew), -1, dtype=np.int32)
    for c, (days, some) in enumerate(zip(duty_days, placed, strict=True)):
        for stretch in some:
            crew[stretch.blocks] = c
            day[stretch.blocks] = days[stretch.start : stretch.end]
    return Schedule(crew, day, moved=sum(run.crew != run.home for run in runs))


def _turn(some: list[int], blocks: BlockTable) -> int:
    """When it is the turn of some blocks: those of a smaller tier, then who waits longest."""
    waiting = round(float(blocks.waiting[some].mean()) / WAITING_DAYS)
    return 100 * int(blocks.tier[some].min()) - waiting


def _runs_that_fit(order: list[Run], days: int, blocks: BlockTable) -> list[Run]:
    """The runs that fit `days` duty days, kept ones first within a tier; the last may be cut."""
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


def work_stretches(order: list[Run], days: int, blocks: BlockTable) -> list[list[int]]:
    """Runs as stretches, those longer than twice `days` blocks cut where they break few areas.

    Up to four times as many are left together where a cut would break an area all the same.
    A block with a target begins a stretch of its own, so that the pauses of the previous plan stay.
    """
    return [row for run in order for row in _split_run(run.blocks, days, blocks)]


def _split_run(row: list[int], days: int, blocks: BlockTable) -> list[list[int]]:
    """The parts of a run that are worked together."""
    fixed = ~np.isnan(blocks.target[row])
    if not fixed.any():
        parts = _cut_long(row, LONGEST_PART * days, blocks)
        return _joined_for_areas(parts, LONGEST_WHOLE * days, blocks)
    cuts = [k for k in np.flatnonzero(fixed).tolist() if fixed[:k].any()]
    return [row[first:end] for first, end in pairwise([0, *cuts, len(row)])]


def _cut_long(row: list[int], most: int, blocks: BlockTable) -> list[list[int]]:
    """Blocks in parts of at most `most`, cut where the fewest areas are broken.

    Of cuts that break equally many, those count that leave parts of equal size.
    """
    broken = [0.0, *broken_areas(row, blocks), 0.0]
    least, come_from = [0.0], [0]
    for end in range(1, len(row) + 1):
        price = {
            first: least[first] + broken[first] + EVEN_PARTS * (end - first) ** 2
            for first in range(max(0, end - most), end)
        }
        come_from.append(min(price, key=lambda first: (price[first], first)))
        least.append(price[come_from[-1]])
    parts: list[list[int]] = []
    end = len(row)
    while end:
        parts.append(row[come_from[end] : end])
        end = come_from[end]
    return parts[::-1]


def _joined_for_areas(parts: list[list[int]], most: int, blocks: BlockTable) -> list[list[int]]:
    """Parts joined, to at most `most` blocks, while that makes more areas whole."""
    broken = _areas_in_parts(parts, blocks)
    while broken:
        ways = [
            [*parts[:k], [*parts[k], *parts[k + 1]], *parts[k + 2 :]]
            for k in range(len(parts) - 1)
            if len(parts[k]) + len(parts[k + 1]) <= most
        ]
        best = min(
            ways, key=lambda way: (_areas_in_parts(way, blocks), max(map(len, way))), default=parts
        )
        if _areas_in_parts(best, blocks) == broken:
            break
        parts, broken = best, _areas_in_parts(best, blocks)
    return parts


def _areas_in_parts(parts: list[list[int]], blocks: BlockTable) -> int:
    """How many areas have more than a tenth of their doors outside the part that has most."""
    held = [Counter[int]() for _ in parts]
    whole = Counter[int]()
    for doors, part in zip(held, parts, strict=True):
        for b in part:
            doors.update(blocks.doors[b])
        whole.update(doors)
    most = {area: max(doors[area] for doors in held) for area in whole}
    return sum(most[area] < (1 - STRAGGLERS) * whole[area] for area in whole)


def place_stretches(
    groups: list[list[int]],
    duty_days: NDArray[np.int64],
    phase: float,
    policy: SpreadPolicy,
    blocks: BlockTable,
) -> list[WorkStretch]:
    """Stretches with their starts among the duty days of one crew.

    Each stretch has a window of the horizon in proportion to its length, and its preferred start in
    it, which a target, a wish or a season may move. The days away from it are penalised, and so are
    gaps (leave and holidays) inside the stretch and days in a season to be avoided.

    Parameters
    ----------
    groups
        Blocks of each stretch; together no more than there are duty days.
    duty_days
        The crew's duty days as columns of the calendar, ascending.
    phase
        0 to 1: where in its window a stretch prefers to start, so that crews of a station do not
        all go out in the same week.
    """
    if not groups:
        return []
    lengths = np.array([len(group) for group in groups])
    penalty = np.array([_start_penalties(group, duty_days, blocks) for group in groups])
    proportional = _proportional_starts(lengths, len(duty_days), policy, phase)
    rows = zip(groups, proportional, penalty, strict=True)
    preferred = np.array([_preferred_start(*row, duty_days, blocks) for row in rows])
    order = np.argsort(preferred, kind="stable")
    days = duty_days.astype(float)
    off = np.abs(days - np.interp(preferred, np.arange(len(days)), days)[:, None])
    starts = _cheapest_starts((penalty + off)[order], lengths[order])
    return [
        WorkStretch(
            groups[g],
            start,
            penalty[g] + DRIFT_PENALTY * off[g],
            tier=_turn(groups[g], blocks),
            fixed=not np.isnan(blocks.target[groups[g][0]]),
        )
        for g, start in zip(order.tolist(), starts, strict=True)
    ]


def _proportional_starts(
    lengths: NDArray[np.int64], days: int, policy: SpreadPolicy, phase: float
) -> NDArray[np.float64]:
    work = int(lengths.sum())
    before = np.cumsum(lengths) - lengths
    if policy.pace == "early":
        return before.astype(float)
    used = max(work, int(days * (1 - policy.spare_share)))
    starts: NDArray[np.float64] = before + (used - work) * (before + phase * lengths) / work
    return starts


def _preferred_start(
    group: list[int],
    proportional: float,
    penalty: NDArray[np.float64],
    duty_days: NDArray[np.int64],
    blocks: BlockTable,
) -> float:
    """A stretch's target or proportional start, or a near one with so much less penalty."""
    target = blocks.target[group[0]]
    start = proportional if np.isnan(target) else float(np.searchsorted(duty_days, target))
    here = min(len(penalty) - 1, round(start))
    off = np.abs(duty_days - duty_days[here])
    best = int(np.argmin(penalty + off))
    return float(best) if penalty[best] + off[best] < penalty[here] - 1 else start


def _start_penalties(
    group: list[int], duty_days: NDArray[np.int64], blocks: BlockTable
) -> NDArray[np.float64]:
    """Gaps, seasons and wishes at each start; infinite where too few duty days are left."""
    length = len(group)
    penalty = np.full(len(duty_days), np.inf)
    starts = len(duty_days) - length + 1
    span = duty_days[length - 1 :] - duty_days[:starts]
    penalty[:starts] = GAP_PENALTY * (span - span.min())
    for k, block in enumerate(group):
        day = duty_days[k : k + starts]
        penalty[:starts] += blocks.season_penalty[blocks.season[block]][day]
        unwished = (day < blocks.earliest[block]) | (day > blocks.latest[block])
        penalty[:starts] += WISH_PENALTY * unwished
    return penalty


def _cheapest_starts(penalty: NDArray[np.float64], lengths: NDArray[np.int64]) -> list[int]:
    """Starts in order, without overlap, of the least total penalty, by dynamic programming."""
    days = penalty.shape[1]
    after = np.cumsum(lengths[::-1])[::-1]
    choices = []
    total = np.zeros(days)
    for row in range(len(lengths)):
        if row:
            total = np.concatenate([np.full(lengths[row - 1], np.inf), total])[:days]
        total = total + penalty[row]
        total[days - after[row] + 1 :] = np.inf
        best = np.minimum.accumulate(total)
        fresh = np.concatenate([[True], total[1:] < best[:-1]])
        choices.append(np.maximum.accumulate(np.where(fresh, np.arange(days), 0)))
        total = best
    starts = [int(choices[-1][-1])]
    for row in range(len(lengths) - 2, -1, -1):
        starts.append(int(choices[row][starts[-1] - lengths[row]]))
    return starts[::-1]
