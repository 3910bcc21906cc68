"""How much has to wait before a crew goes out for nothing else: a station's even pulse.

What waits can wait some weeks, a block cannot. So a month in which a station has many blocks leaves
more waiting, one with few works it off, and a crew that has long been in goes out for less.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from optimizer.workdays import seasons_of_a_list, working_days

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from optimizer.context import CampaignContext
    from optimizer.settings import Settings

YEAR: Final = dt.timedelta(days=365)
"""So far back crew-days tell what is usual at a station."""
KNOWN_DAYS: Final = 40
"""So many working days must have passed before anything is usual."""
AHEAD, BEHIND = 3.0, 0.75
"""What has to wait, times `day.backlog_visits`, where another crew-day would put a month ahead of
its even share, and where it would not."""
LONG_IN, TOO_LONG_IN = 21, 49
"""A crew that was not out for so many days goes out for the less, the nearer it comes to seven
weeks."""
LEAST: Final = 0.25
"""But for no less than this share of `day.backlog_visits`."""


@dataclass(frozen=True, slots=True)
class Pulse:
    """When the crews of a station were out last, and whether its month is ahead or behind."""

    last_out: Mapping[str, str] = field(default_factory=dict)
    share: float = 1.0

    def least_waiting(self, crew: str, today: str, settings: Settings) -> float:
        """How many waiting visits, beyond the room of those who go anyway, send a crew out."""
        share = self.share
        if crew in self.last_out:
            last = dt.date.fromisoformat(self.last_out[crew])
            left = TOO_LONG_IN - (dt.date.fromisoformat(today) - last).days
            share = min(share, max(LEAST, left / (TOO_LONG_IN - LONG_IN)))
        return settings.day.backlog_visits * share


def read_pulse(context: CampaignContext, station: str, date: dt.date) -> Pulse:
    """The pulse of a station on a day."""
    last_out = context.register.sheets.last_days_out(station, date)
    return Pulse(last_out, _month_share(context, station, date))


def _month_share(context: CampaignContext, station: str, date: dt.date) -> float:
    """Whether a month's crew-days without a block are ahead of an even share, or behind."""
    first = max(date - YEAR, context.settings.campaign.start)
    end = (date.replace(day=1) + dt.timedelta(days=31)).replace(day=1)
    days = _usual_days(context, first, end)
    today, month = np.datetime64(date), np.datetime64(date.replace(day=1))
    before, this = days[days < month], days[days >= month]
    if len(before) < KNOWN_DAYS or today not in this:
        return 1.0
    register = context.register
    out = _counts(register.sheets.crews_out(station, first, date), days)
    blocks = register.blocks(station, date.replace(day=1), end - dt.timedelta(days=1))
    own = _counts(Counter(blocks["date"].astype(str)), days)
    even = out[days < month].sum() / len(before) * len(this) - own.sum()
    others = (out - own)[(days >= month) & (days < today)].sum()
    line = even * (this <= today).sum() / len(this)
    return BEHIND if others + 1 <= line else AHEAD


def _usual_days(context: CampaignContext, first: dt.date, end: dt.date) -> NDArray[np.datetime64]:
    """Working days outside the seasons of a list, from a day to another, that not included."""
    calendar = working_days(first, end - dt.timedelta(days=1), context.workdays)
    days = calendar["date"].to_numpy().astype("datetime64[D]")
    usable = calendar["working"].to_numpy(dtype=bool).copy()
    for begin, last in seasons_of_a_list(context.settings):
        usable &= (days < np.datetime64(begin)) | (days > np.datetime64(last))
    found: NDArray[np.datetime64] = days[usable]
    return found


def _counts(by_date: Mapping[str, int], days: NDArray[np.datetime64]) -> NDArray[np.int64]:
    """What is counted by date, of some days."""
    return np.array([by_date.get(str(day), 0) for day in days], dtype=np.int64)
