"""Days for new blocks among those that an earlier plan keeps: what stands stays.

A kept block has its crew and day, unless the crew is not on duty then any more. New blocks go in
runs that keep areas whole, what was due first to the front, each to the crew and the free duty days
that cost least.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from optimizer.campaign.crew_assignment import Run, cut_into_runs
from optimizer.campaign.load_targets import from_zero
from optimizer.campaign.scheduling import GAP_PENALTY, WISH_PENALTY, Schedule

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimizer.campaign.crew_assignment import BlockTable, CrewTable

# Penalties in days off a block's target.
MONTH_PENALTY: Final = 60.0
"""Of a month's usual blocks too many; squares count."""
CREW_PENALTY: Final = 60.0
"""Of a usual month's work that a crew has more than its share; squares count."""
SEASON_WEIGHT: Final = 5.0
"""Times the penalty of a season: its days are many and free, and its months have few blocks."""
KM_PENALTY: Final = 5.0
"""Of each kilometre to the nearest block of another crew that takes a run."""


@dataclass(slots=True)
class _Calendar:
    """A station's calendar while blocks are put into it.

    Attributes
    ----------
    free
        bool (crews, days): duty days without a block.
    month
        int64 (days,): from 0.
    blocks
        float64 (months,): blocks of the station.
    work_s
        float64 (crews,): of each crew.
    """

    free: NDArray[np.bool_]
    month: NDArray[np.int64]
    blocks: NDArray[np.float64]
    work_s: NDArray[np.float64]


def schedule_around_kept(blocks: BlockTable, crews: CrewTable) -> Schedule:
    """Give every block a crew and a day; kept ones theirs, as far as they still can be."""
    crew, day = blocks.crew.copy(), np.full(len(blocks), -1, dtype=np.int32)
    calendar = _empty(crews)
    target = np.nan_to_num(blocks.target, nan=-1).astype(np.int64)
    for b in np.flatnonzero(blocks.kept).tolist():
        if 0 <= target[b] < crews.duty.shape[1] and calendar.free[crew[b], target[b]]:
            day[b] = target[b]
            _take(calendar, blocks, b, int(crew[b]), int(day[b]))
    open_rows = np.flatnonzero(day < 0)
    runs = _runs_of(blocks, open_rows)
    moved = 0
    for run in sorted(runs, key=lambda run: (int(blocks.tier[run.blocks].min()), run.blocks[0])):
        for part in _placed(run, blocks, crews, calendar):
            crew[part.blocks] = part.crew
            day[part.blocks] = part.days
            moved += part.crew != run.home
            for b, when in zip(part.blocks, part.days, strict=True):
                _take(calendar, blocks, b, part.crew, when)
    return Schedule(crew, day, moved=moved)


def _empty(crews: CrewTable) -> _Calendar:
    """The calendar with what is past or printed."""
    month = from_zero(crews.dates.astype("datetime64[M]"))
    committed = crews.committed
    settled = np.zeros(crews.duty.shape) if committed is None else committed.work_s
    counts = np.bincount(month, np.count_nonzero(settled, axis=0), int(month.max(initial=0)) + 1)
    by_crew = settled.sum(axis=1)
    return _Calendar(crews.duty & (settled == 0), month, counts.astype(float), by_crew)


def _take(calendar: _Calendar, blocks: BlockTable, block: int, crew: int, day: int) -> None:
    calendar.free[crew, day] = False
    calendar.blocks[calendar.month[day]] += 1
    calendar.work_s[crew] += blocks.work_s[block]


def _runs_of(blocks: BlockTable, rows: NDArray[np.int64]) -> list[Run]:
    """Runs of the blocks that need a day, as they are cut when all is new."""
    wanted = set(rows.tolist())
    runs = []
    for run in cut_into_runs(blocks):
        some = [b for b in run.blocks if b in wanted]
        if some:
            runs.append(Run(some, run.crew, run.home))
    return runs


@dataclass(frozen=True, slots=True)
class _Part:
    """Blocks of a run with their crew and days."""

    blocks: list[int]
    crew: int
    days: list[int]


def _placed(run: Run, blocks: BlockTable, crews: CrewTable, calendar: _Calendar) -> list[_Part]:
    """The cheapest place for a run in one piece; for each block where there is none."""
    whole = _cheapest(run.blocks, run, blocks, crews, calendar)
    if whole is not None or len(run.blocks) == 1:
        return [] if whole is None else [whole]
    parts = []
    free = calendar.free.copy()
    for block in run.blocks:
        part = _cheapest([block], run, blocks, crews, calendar)
        if part is not None:
            parts.append(part)
            calendar.free[part.crew, part.days[0]] = False
    calendar.free = free
    return parts


def _cheapest(
    some: list[int], run: Run, blocks: BlockTable, crews: CrewTable, calendar: _Calendar
) -> _Part | None:
    """The crew and the free duty days in a row that cost least."""
    least, best = np.inf, None
    share = _share_of_work(crews, calendar, float(blocks.work_s[some].sum()))
    for crew in range(len(crews.duty)):
        able = crews.limit_s[crew] >= blocks.work_s[some].max()
        able &= crews.skilled[crew] or not blocks.skilled[some].any()
        days = np.flatnonzero(calendar.free[crew])
        if not able or len(days) < len(some):
            continue
        penalty = _start_penalties(some, days, blocks, calendar) + share[crew]
        if crew != run.home:
            penalty = penalty + KM_PENALTY * _away_km(some, crew, blocks)
        k = int(np.argmin(penalty))
        if penalty[k] < least:
            least, best = penalty[k], _Part(some, crew, days[k : k + len(some)].tolist())
    return best


def _share_of_work(crews: CrewTable, calendar: _Calendar, more_s: float) -> NDArray[np.float64]:
    """What it costs that each crew has more than its share of the station's work."""
    duty = crews.duty if crews.committed is None else crews.committed.duty
    days = np.maximum(duty.sum(axis=1), 1)
    fair_s = (calendar.work_s.sum() + more_s) * days / days.sum()
    usual_s = max(1.0, float(fair_s.mean()) / max(1, len(calendar.blocks)))
    over = np.maximum(0.0, calendar.work_s + more_s - fair_s) / usual_s
    penalty: NDArray[np.float64] = CREW_PENALTY * np.square(over) / max(1, len(calendar.blocks))
    return penalty


def _start_penalties(
    some: list[int], days: NDArray[np.int64], blocks: BlockTable, calendar: _Calendar
) -> NDArray[np.float64]:
    """What each start among a crew's free days costs, (starts,)."""
    starts = len(days) - len(some) + 1
    usual = max(1.0, float(calendar.blocks.sum()) / len(calendar.blocks))
    month_penalty = MONTH_PENALTY * (2 * calendar.blocks + 1) / usual**2
    span = days[len(some) - 1 :] - days[:starts]
    penalty = GAP_PENALTY * (span - (len(some) - 1)).astype(float)
    for k, block in enumerate(some):
        day = days[k : k + starts]
        season_penalty = SEASON_WEIGHT * blocks.season_penalty[blocks.season[block]][day]
        penalty += season_penalty + month_penalty[calendar.month[day]]
        unwished = (day < blocks.earliest[block]) | (day > blocks.latest[block])
        penalty += WISH_PENALTY * unwished
    target = blocks.target[some[0]]
    if not np.isnan(target):
        penalty += np.abs(days[:starts] - target)
    return penalty


def _away_km(some: list[int], crew: int, blocks: BlockTable) -> float:
    """Kilometres from a run to the nearest block of a crew; 100 where it has none."""
    own = np.flatnonzero(blocks.crew == crew)
    if not len(own):
        return 100.0
    x, y = blocks.x[some, None], blocks.y[some, None]
    return float(np.hypot(x - blocks.x[own], y - blocks.y[own]).min() / 1000)
