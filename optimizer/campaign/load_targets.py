"""The even load that a calendar aims at: a station's blocks by month, crews' work by year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from optimizer.campaign.crew_assignment import CommittedWork

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimizer.campaign.crew_assignment import BlockTable, CrewTable

SHUNNED_PENALTY: Final = 30.0
"""Season's penalty from which a day counts as if no block were worked on it."""


@dataclass(frozen=True, slots=True)
class LoadTargets:
    """The even load that levelling aims at.

    Attributes
    ----------
    month, year
        int64 (days,): number of each calendar day's month and year, from 0.
    blocks
        float64 (months,): of the station in each month.
    work_s
        float64 (crews, years): seconds of work of each crew in each year.
    end
        int64 (crews,): the last day of each crew that is to be used.
    mean_month, mean_year_s
        The station's blocks a month, and float64 (crews,) seconds of work a year, over the whole
        campaign.
    """

    month: NDArray[np.int64]
    year: NDArray[np.int64]
    blocks: NDArray[np.float64]
    work_s: NDArray[np.float64]
    end: NDArray[np.int64]
    mean_month: float
    mean_year_s: NDArray[np.float64]


def load_targets(blocks: BlockTable, crews: CrewTable, spare_share: float) -> LoadTargets:
    """The station's work in proportion to duty days, less what is committed already.

    The days that the settings leave free at the end do not count where there is room for that, and
    days of a season count less the more blocks avoid it, up to twice the more prefer it.
    """
    committed = crews.committed or CommittedWork(crews.duty, np.zeros(crews.duty.shape))
    month = from_zero(crews.dates.astype("datetime64[M]"))
    year = from_zero(crews.dates.astype("datetime64[Y]"))
    committed_blocks = np.count_nonzero(committed.work_s, axis=0).astype(float)
    number, work_s = (
        len(blocks) + committed_blocks.sum(),
        blocks.work_s.sum() + committed.work_s.sum(),
    )
    counted = committed.duty.astype(float)
    turn = np.cumsum(counted, axis=1)
    used = max(1 - spare_share, number / max(1.0, counted.sum()))
    counted[turn > np.ceil(turn[:, -1:] * used)] = 0
    end = counted.shape[1] - 1 - np.argmax(counted[:, ::-1] > 0, axis=1)
    users = np.bincount(blocks.season, minlength=len(blocks.season_penalty))
    shunned = np.clip(blocks.season_penalty[:, : len(month)] / SHUNNED_PENALTY, -1, 1)
    counted *= 1 - users @ shunned / len(blocks)
    counted /= max(1e-9, counted.sum())
    months, years = np.eye(month.max() + 1)[month], np.eye(year.max() + 1)[year]
    by_month, by_year = number * (counted.sum(axis=0) @ months), work_s * (counted @ years)
    mean_month = float(by_month.sum() / max(1, np.count_nonzero(by_month)))
    mean_year_s = np.maximum(1.0, by_year.sum(axis=1) * 365 / len(month))
    if crews.committed is not None:
        free_month, free_year = crews.duty.sum(axis=0) @ months, crews.duty @ years
        by_month = _remaining_targets(by_month - committed_blocks @ months, free_month, len(blocks))
        by_year = _remaining_targets(
            by_year - committed.work_s @ years, free_year, blocks.work_s.sum()
        )
    return LoadTargets(month, year, by_month, by_year, end, mean_month, mean_year_s)


def _remaining_targets(
    share: NDArray[np.float64], free: NDArray[np.float64], whole: float
) -> NDArray[np.float64]:
    """Targets less committed work, where days are free, scaled down to the work that is left.

    Where they are less than that, as for a station that is behind, the rest is spread over the free
    days.
    """
    left = np.where(free > 0, np.maximum(share, 0), 0)
    missing = max(0.0, whole - left.sum())
    scaled = left * min(1.0, whole / max(1e-9, left.sum()))
    found: NDArray[np.float64] = scaled + missing * free / max(1.0, free.sum())
    return found


def from_zero(dates: NDArray[np.datetime64]) -> NDArray[np.int64]:
    """Months or years of days in their order, counted from the first."""
    number: NDArray[np.int64] = dates.astype(np.int64) - dates[:1].astype(np.int64)
    return number
