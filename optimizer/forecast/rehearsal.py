"""A rehearsal: how surely the campaign comes where it should, under this or another roster.

The lives are those of the forecast; what is asked of them is more. Each remedy is found by playing
the lives again with it, under the same seed.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from optimizer.campaign.change import Change
from optimizer.errors import CampaignError
from optimizer.forecast.changed_opening import changed_opening
from optimizer.forecast.county_forecast import HIGH, LOW, MIDDLE, DayRange, day_range, finish_days
from optimizer.forecast.lives import play
from optimizer.workdays import festival_season

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from optimizer.forecast.lives import Lives
    from optimizer.forecast.opening import Opening
    from optimizer.register import Register
    from optimizer.settings import Settings

    Flags = NDArray[np.bool_]

SHARES: Final = (90, 95, 98)
"""Percent of the customers to be visited of which the days are told."""
SURE: Final = 0.8
"""A station is at risk, and a remedy is one, by whether it is at least so likely to be in time."""
MOST_AT_RISK: Final = 3
"""Remedies are looked for at so many stations, those at the greatest risk."""


@dataclass(frozen=True, slots=True)
class Reached:
    """When a share (in percent) of the customers is visited, and how likely within the campaign."""

    share: float
    chance: float
    days: DayRange


@dataclass(frozen=True, slots=True)
class AtRisk:
    """A station that is not sure to visit the share that is asked for in time.

    `crew_days` are those that nine of ten lives need, `available` the duty days of its crews.
    """

    station: str
    name: str
    chance: float
    crew_days: int
    available: int


@dataclass(frozen=True, slots=True)
class Remedied:
    """What a change would do: how likely the share then is in time, and crew-days more."""

    changes: tuple[Change, ...]
    chance: float
    crew_days: int


@dataclass(frozen=True, slots=True)
class Played:
    """What came of all lives under one set of circumstances.

    Attributes
    ----------
    finish, chance
        When the campaign is finished, and how likely that is by its last day.
    reached
        Of SHARES and of the share that was asked for, ascending.
    crew_days
        That five and nine of ten lives need.
    course
        Of each day: date, and the share of the customers visited in the 10th, 50th and 90th of a
        hundred lives.
    """

    finish: DayRange
    chance: float
    reached: tuple[Reached, ...]
    crew_days: tuple[int, int]
    course: tuple[tuple[dt.date, float, float, float], ...]

    def of(self, share: float) -> Reached:
        """What is told of a share."""
        return next(one for one in self.reached if one.share == share)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """The rest of the campaign played many times.

    Attributes
    ----------
    runs, share
        How many times, and the share that was asked for, in percent.
    last
        The campaign's last day.
    changes
        What was asked for with --what-if; `before` is then the campaign as it is.
    at_risk
        Stations, the greatest risk first.
    remedies
        What would make the share sure, the cheapest first; empty where it is sure, or where none
        was found.
    """

    today: dt.date
    last: dt.date
    runs: int
    share: float
    changes: tuple[Change, ...]
    before: Played | None
    played: Played
    at_risk: tuple[AtRisk, ...]
    remedies: tuple[Remedied, ...]

    def as_json(self) -> dict[str, Any]:
        """The same as plain values."""
        return {
            "today": self.today.isoformat(),
            "last": self.last.isoformat(),
            "runs": self.runs,
            "share": self.share,
            "changes": [str(change) for change in self.changes],
            "before": None if self.before is None else _plain(self.before),
            "played": _plain(self.played),
            "at_risk": [
                {name: getattr(one, name) for name in AtRisk.__slots__} for one in self.at_risk
            ],
            "remedies": [
                {
                    "changes": [str(c) for c in one.changes],
                    "chance": one.chance,
                    "crew_days": one.crew_days,
                }
                for one in self.remedies
            ],
        }


def _plain(played: Played) -> dict[str, Any]:
    def days(range_: DayRange) -> dict[str, str | None]:
        return {name: day and day.isoformat() for name, day in range_._asdict().items()}

    return {
        "finish": days(played.finish),
        "chance": played.chance,
        "reached": [
            {"share": one.share, "chance": one.chance, "days": days(one.days)}
            for one in played.reached
        ],
        "crew_days": {"middle": played.crew_days[0], "high": played.crew_days[1]},
    }


def rehearse(
    register: Register,
    settings: Settings,
    today: dt.date,
    workdays: Path | None = None,
    *,
    runs: int = 200,
    share: float = 95,
    changes: Sequence[Change] = (),
    progress: Callable[[int, int], None] | None = None,
) -> Rehearsal:
    """Play the rest of a campaign many times.

    Parameters
    ----------
    workdays
        The campaign's workdays.csv.
    runs
        How many times.
    share
        Percent of the customers to be visited that are to be visited by the last day.
    changes
        Circumstances that are other than they are.
    progress
        Called with how many of at most so many sets of lives are played.

    Raises
    ------
    CampaignError
        Nothing is planned, or a change names a station that there is not, or too many crews.
    """
    if register.calendars().empty:
        raise CampaignError("campaign.no_plan")
    stage = _Stage(register, settings, today, workdays, runs, share, progress)
    opening = stage.opening(changes)
    lives = stage.play(opening)
    before = None
    if changes:
        as_it_is = stage.opening(())
        before = _played(as_it_is, stage.play(as_it_is), share)
    played = _played(opening, lives, share)
    at_risk = tuple(_at_risk(opening, lives, share))
    remedies = () if played.of(share).chance >= SURE else stage.remedies(changes, played, at_risk)
    return Rehearsal(
        today=today,
        last=opening.settings.campaign.finish,
        runs=runs,
        share=share,
        changes=tuple(changes),
        before=before,
        played=played,
        at_risk=at_risk,
        remedies=remedies,
    )


@dataclass(slots=True)
class _Stage:
    """Where lives are played under one set of circumstances after another."""

    register: Register
    settings: Settings
    today: dt.date
    workdays: Path | None
    runs: int
    share: float
    progress: Callable[[int, int], None] | None
    sets: int = 0

    def opening(self, changes: Sequence[Change]) -> Opening:
        """The campaign as it stands, under other circumstances."""
        return changed_opening(self.register, self.settings, self.today, self.workdays, changes)

    def play(self, opening: Opening) -> Lives:
        """The lives of an opening, by the campaign's seed."""
        lives = play(opening, self.runs, self.settings.campaign.seed)
        self.sets += 1
        if self.progress is not None:
            self.progress(self.sets, max(self.sets, 2 * MOST_AT_RISK + 3))
        return lives

    def remedies(
        self, changes: Sequence[Change], played: Played, at_risk: Sequence[AtRisk]
    ) -> tuple[Remedied, ...]:
        """Single changes that would make the share sure, by the crew-days that they take."""
        found = []
        for more in self._candidates(at_risk):
            opening = self.opening([*changes, *more])
            came = _played(opening, self.play(opening), self.share)
            extra = came.crew_days[0] - played.crew_days[0]
            found.append(Remedied(more, came.of(self.share).chance, extra))
        sure = [one for one in found if one.chance >= SURE]
        return tuple(sorted(sure, key=lambda one: (one.crew_days, -one.chance)))

    def _candidates(self, at_risk: Sequence[AtRisk]) -> Iterator[tuple[Change, ...]]:
        """What may help: more duty, all at once, and a finish after the next Spring Festival."""
        worst = at_risk[:MOST_AT_RISK]
        for days in (1, 2):
            yield tuple(Change("duty", station=one.station, number=days) for one in worst)
        finish = self.settings.campaign.finish
        _, festival = festival_season(finish + dt.timedelta(days=1), self.settings.follow)
        for day in (finish + dt.timedelta(days=91), festival + dt.timedelta(days=1)):
            yield (Change("finish", day=day),)


def _days_reached(
    opening: Opening, lives: Lives, rows: NDArray[np.int64], share: float
) -> NDArray[np.int64]:
    """The day on which each life has visited a share of who is to be visited; else beyond all."""
    visited = lives.visited[:, rows].sum(axis=1)
    wanted = share / 100 * (opening.customers[rows].sum() - lives.gone[rows].sum(axis=0))
    there = visited >= wanted
    return np.where(there.any(axis=0), there.argmax(axis=0), len(opening.dates))


def _played(opening: Opening, lives: Lives, share: float) -> Played:
    everywhere = np.arange(len(opening.stations))
    finish = finish_days(opening, lives, everywhere)
    reached = []
    for percent in sorted({*SHARES, share}):
        days = _days_reached(opening, lives, everywhere, percent)
        reached.append(Reached(percent, _chance(days, opening), day_range(opening, days)))
    sent = lives.crew_days[opening.horizon - 1].sum(axis=0)
    return Played(
        finish=day_range(opening, finish),
        chance=_chance(finish, opening),
        reached=tuple(reached),
        crew_days=(round(float(np.median(sent))), round(float(np.quantile(sent, HIGH)))),
        course=_course(opening, lives),
    )


def _chance(days: NDArray[np.int64], opening: Opening) -> float:
    return float((days < opening.horizon).mean())


def _course(opening: Opening, lives: Lives) -> tuple[tuple[dt.date, float, float, float], ...]:
    wanted = np.maximum(opening.customers.sum() - lives.gone.sum(axis=0), 1)
    share = lives.visited[: opening.horizon].sum(axis=1) / wanted
    bands = np.quantile(share, (LOW, MIDDLE, HIGH), axis=1).T.tolist()
    days = opening.dates[: opening.horizon].astype(object)
    return tuple((day, *band) for day, band in zip(days, bands, strict=True))


def _at_risk(opening: Opening, lives: Lives, share: float) -> Sequence[AtRisk]:
    """Stations by how unsure they are, the most first."""
    end = opening.horizon - 1
    found = []
    for row, station in enumerate(opening.stations):
        rows = np.array([row])
        chance = _chance(_days_reached(opening, lives, rows, share), opening)
        sent = round(float(np.quantile(lives.crew_days[end, row], HIGH)))
        available = int(opening.duty[: end + 1, row].sum())
        if opening.customers[row] and chance < SURE:
            found.append(AtRisk(station, opening.names[row], chance, sent, available))
    return sorted(found, key=lambda one: one.chance)
