"""Earlier forecasts: kept in the register as events, one a month, and shown against what came."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from optimizer.forecast.county_forecast import DayRange, MonthProspect, Range

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.forecast.county_forecast import Forecast
    from optimizer.register import Register

EVENT: Final = "forecast"
"""The kind of event that a forecast is kept as."""


class ToldAndCame(NamedTuple):
    """An earlier forecast beside what came of it.

    Attributes
    ----------
    told_on, finish
        When it was told, and which finish.
    by
        The last month's end that is over; "" where none is over since.
    visited, visited_came, crew_days, crew_days_came
        Customers visited by then, and crew-days with records between, as told and as they came.
    """

    told_on: dt.date
    finish: DayRange
    by: str
    visited: Range | None
    visited_came: int
    crew_days: Range | None
    crew_days_came: int

    def as_json(self) -> dict[str, Any]:
        """The same as plain values."""
        days = {name: day and day.isoformat() for name, day in self.finish._asdict().items()}
        plain = {
            name: value and value._asdict()
            for name, value in (("visited", self.visited), ("crew_days", self.crew_days))
        }
        return self._asdict() | plain | {"told_on": self.told_on.isoformat(), "finish": days}

    def cells(self) -> list[str]:
        """The same as the cells of a row: what cannot be said yet is a dash."""
        early, middle, late = (str(day or "–") for day in self.finish)
        told = [str(self.told_on), middle, early, late]
        if self.visited is None or self.crew_days is None:
            return [*told, *["–"] * 5]
        figures = (self.visited.middle, self.visited_came)
        days = (self.crew_days.middle, self.crew_days_came)
        return [*told, self.by, *(f"{figure:,}" for figure in (*figures, *days))]


def keep(register: Register, told: Forecast) -> None:
    """Keep a forecast; of several of one day the last counts."""
    register.record(EVENT, _body(told), date=told.today)


def is_kept(register: Register, today: dt.date) -> bool:
    """Whether a forecast of the month of a day is kept."""
    return bool(len(register.events(EVENT, first=today.replace(day=1), last=today)))


def _body(told: Forecast) -> dict[str, object]:
    finish = [day and day.isoformat() for day in told.county.finish]
    return {
        "lives": told.lives,
        "finish": finish,
        "reached": list(told.county.reached),
        "crew_days": list(told.county.crew_days),
        "months": [[month, list(visited), list(days)] for month, visited, days in told.months],
    }


def told_and_came(register: Register, today: dt.date) -> list[ToldAndCame]:
    """What was told in the running cycle before a day, the last of a day, and what came since."""
    begun = [dt.date.fromisoformat(day) for day in register.cycles.first_days()[-1:]]
    events = register.events(EVENT, first=begun[0] if begun else None, last=today)
    events = events.drop_duplicates("date", keep="last")
    if events.empty:
        return []
    visited, sent = register.agenda.visited_by_day(), register.field.crew_days_by_day()
    rows = zip(events["date"].astype(str), events["body"].astype(str), strict=True)
    return [
        _beside(dt.date.fromisoformat(date), json.loads(body), visited, sent, today)
        for date, body in rows
    ]


def _beside(
    told_on: dt.date,
    body: dict[str, Any],
    visited: Mapping[str, int],
    sent: Mapping[str, int],
    today: dt.date,
) -> ToldAndCame:
    """A kept answer beside what came by the last month's end that is over."""
    finish = DayRange(*(day and dt.date.fromisoformat(day) for day in body["finish"]))
    months = [MonthProspect(m, Range(*seen), Range(*days)) for m, seen, days in body["months"]]
    over = [month for month in months if month.month < today.isoformat()[:7]]
    if not over:
        return ToldAndCame(told_on, finish, "", None, 0, None, 0)
    month, seen, days = over[-1]
    first, end = told_on.isoformat(), f"{month}-31"
    came = sum(number for day, number in visited.items() if day <= end)
    worked = sum(number for day, number in sent.items() if first <= day <= end)
    return ToldAndCame(told_on, finish, month, seen, came, days, worked)
