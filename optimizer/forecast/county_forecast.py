"""The forecast: what is needed, when everybody is visited, who is not, and what would help most."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from optimizer.catalogue import Message
from optimizer.forecast.call_chain import ASKED
from optimizer.forecast.lives import play
from optimizer.forecast.opening import read_opening
from optimizer.workdays import festival_season

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from optimizer.forecast.lives import Lives
    from optimizer.forecast.opening import Opening
    from optimizer.register import Register
    from optimizer.settings import Settings

FINISHED: Final = 0.99
"""The campaign is finished when of all who will ever be visited so many have been: the last few
wait for appointments for months, and no planner would name their day."""
UNSURE, UNSURE_ALONE = 0.008, 0.0105
"""Standard deviation of that share among the lives, of the county and of a station: how many will
ever be visited is itself known to about a percent only."""
LOW, MIDDLE, HIGH = 0.1, 0.5, 0.9
REASONS: Final = ("time", "season", "telephone", "refused", "no_block", "office")
"""Why somebody stays unvisited, in the order in which remedies are cheap."""


class Range(NamedTuple):
    """Of ten lives one was below `low`, five below `middle`, nine below `high`."""

    low: int
    middle: int
    high: int


class DayRange(NamedTuple):
    """The same of days; None for a day that is too far off to be named."""

    early: dt.date | None
    middle: dt.date | None
    late: dt.date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prospect:
    """What is to be expected of a station, or of the county (`station` is "").

    Attributes
    ----------
    customers, visited
        Who is to be visited (those known to be gone not counted), and who has been.
    reached
        Visited by the campaign's last day.
    crew_days
        To be sent out from today to that day.
    available
        Duty days of crews until then.
    finish
        When FINISHED of those who will be visited have been.
    unvisited
        By reason, who stays unvisited on the campaign's last day.
    """

    station: str
    name: str
    customers: int
    visited: int
    reached: Range
    crew_days: Range
    available: int
    finish: DayRange
    unvisited: dict[str, int]

    def as_json(self) -> dict[str, Any]:
        """The same as plain values."""
        days = {name: day and day.isoformat() for name, day in self.finish._asdict().items()}
        ranges = {"reached": self.reached._asdict(), "crew_days": self.crew_days._asdict()}
        return asdict(self) | ranges | {"finish": days}


class MonthProspect(NamedTuple):
    """By the end of a month (YYYY-MM): visited so far, and crew-days from today on."""

    month: str
    visited: Range
    crew_days: Range


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What is to be expected of the rest of a campaign.

    Attributes
    ----------
    lives
        How many lives of the rest it is drawn from.
    help
        What would help most, a sentence; None where nothing is needed.
    """

    today: dt.date
    lives: int
    county: Prospect
    stations: tuple[Prospect, ...]
    months: tuple[MonthProspect, ...]
    help: Message | None

    def as_json(self) -> dict[str, Any]:
        """The same as plain values; dates as ISO text, ranges by their names."""
        return {
            "today": self.today.isoformat(),
            "lives": self.lives,
            "county": self.county.as_json(),
            "stations": [one.as_json() for one in self.stations],
            "months": [
                {"month": month, "visited": visited._asdict(), "crew_days": days._asdict()}
                for month, visited, days in self.months
            ],
        }


def forecast(
    register: Register, settings: Settings, today: dt.date, workdays: Path | None = None
) -> Forecast | None:
    """What is to be expected of the rest of the campaign; None where nothing is planned.

    Parameters
    ----------
    today
        The first day that is not over.
    workdays
        The campaign's workdays.csv.
    """
    if register.calendars().empty:
        return None
    opening = read_opening(register, settings, today, workdays)
    number = settings.forecast.lives
    return figures_of(opening, play(opening, number, settings.campaign.seed))


def figures_of(opening: Opening, lives: Lives) -> Forecast:
    """The lives in figures."""
    today = opening.dates[0].astype(object)
    everywhere = np.arange(len(opening.stations))
    county = _prospect(opening, lives, everywhere)
    return Forecast(
        today=today,
        lives=lives.gone.shape[1],
        county=county,
        stations=tuple(_prospect(opening, lives, everywhere[[row]]) for row in everywhere),
        months=tuple(_months(opening, lives)),
        help=_help(opening, county),
    )


def finish_days(opening: Opening, lives: Lives, stations: NDArray[np.int64]) -> NDArray[np.int64]:
    """The day (a row of `dates`) on which each life is finished; beyond all where it is not."""
    visited = lives.visited[:, stations].sum(axis=1)
    last = visited[-1]
    unsure = UNSURE if len(stations) == len(opening.stations) else UNSURE_ALONE
    sure = np.random.default_rng(0).normal(FINISHED, unsure, len(last))
    wanted = np.ceil(np.minimum(sure, 1 - (1 - FINISHED) / 8) * last)
    day = (visited >= wanted).argmax(axis=0)
    unfinished = lives.unfinished[stations].sum(axis=0) > (1 - FINISHED) * last
    return np.where(unfinished, len(opening.dates), day)


def _prospect(opening: Opening, lives: Lives, rows: NDArray[np.int64]) -> Prospect:
    one = len(rows) == 1 and len(opening.stations) > 1
    end = opening.horizon - 1
    reached, sent = (of[end, rows].sum(axis=0) for of in (lives.visited, lives.crew_days))
    return Prospect(
        station=opening.stations[rows[0]] if one else "",
        name=opening.names[rows[0]] if one else "",
        customers=int((opening.customers - opening.gone)[rows].sum()),
        visited=int(opening.visited[rows].sum()),
        reached=_range(reached),
        crew_days=_range(sent),
        available=int(opening.duty[: end + 1, rows].sum()),
        finish=day_range(opening, finish_days(opening, lives, rows)),
        unvisited=_unvisited(opening, lives, rows),
    )


def _range(values: NDArray[np.integer]) -> Range:
    return Range(*(round(float(np.quantile(values, share))) for share in (LOW, MIDDLE, HIGH)))


def day_range(opening: Opening, days: NDArray[np.int64]) -> DayRange:
    """The range of some days, given as rows of `dates`; those beyond all are None."""
    ordered = np.sort(days)
    chosen = [int(ordered[round(share * (len(ordered) - 1))]) for share in (LOW, MIDDLE, HIGH)]
    dates = opening.dates
    return DayRange(*(dates[day].astype(object) if day < len(dates) else None for day in chosen))


def _unvisited(opening: Opening, lives: Lives, rows: NDArray[np.int64]) -> dict[str, int]:
    """Who stays unvisited, by reason: the middle of the lives."""
    found: Counter[str] = Counter()
    for step, waiting in zip(opening.chain.steps, lives.waiting, strict=True):
        if step.counts or not step.calls:
            reason = "refused" if step.name == ASKED else step.list or "time"
            found[reason] += _median(waiting[rows])
    found["refused"] += _median(lives.refused[rows])
    found["no_block"] += int(sum(count[rows].sum() for count in opening.unplanned.values()))
    left = opening.customers[rows].sum() - lives.gone[rows].sum(axis=0)
    left = left - lives.visited[opening.horizon - 1, rows].sum(axis=0)
    found["office"] += max(0, round(float(np.median(left))) - found.total())
    found["time"] += found.pop("evening", 0)
    return {reason: found[reason] for reason in REASONS if found[reason]}


def _median(values: NDArray[np.int64]) -> int:
    return round(float(np.median(values.sum(axis=0))))


def _months(opening: Opening, lives: Lives) -> Sequence[MonthProspect]:
    months = opening.dates[: opening.horizon].astype("datetime64[M]")
    last = np.append(np.flatnonzero(months[1:] != months[:-1]), opening.horizon - 1)
    return [
        MonthProspect(
            str(months[day]),
            _range(lives.visited[day].sum(axis=0)),
            _range(lives.crew_days[day].sum(axis=0)),
        )
        for day in last.tolist()
    ]


def _help(opening: Opening, county: Prospect) -> Message | None:
    """What would help most: the remedy of the commonest reason."""
    if not county.unvisited:
        return None
    reason = max(county.unvisited, key=lambda name: county.unvisited[name])
    facts: dict[str, object] = {"accounts": county.unvisited[reason]}
    if reason == "season":
        finish = opening.settings.campaign.finish
        _, facts["until"] = festival_season(finish + dt.timedelta(days=1), opening.settings.follow)
    return Message(f"forecast_help.{reason}", **facts)
