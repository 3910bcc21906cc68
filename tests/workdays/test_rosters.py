"""Who goes out when, held against a loop over the days."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.settings import Settings
from optimizer.workdays.rosters import duty

SETTINGS = Settings()
WEEKDAYS = st.sets(st.integers(1, 7), max_size=7)


def days_of(holidays: set[int], count: int = 28) -> pd.DataFrame:
    """Four weeks from a Monday; weekends and holidays are not worked."""
    date = pd.Series(pd.date_range("2026-12-07", periods=count))
    holiday = pd.Series([i in holidays for i in range(count)])
    working = (date.dt.day_of_week + 1).isin(SETTINGS.shift.weekdays) & ~holiday
    return pd.DataFrame({"date": date, "working": working, "holiday": holiday})


def crews_of(*duty_days: str) -> pd.DataFrame:
    names = [f"C{i}" for i in range(len(duty_days))]
    return pd.DataFrame({"crew": names, "station": "S1", "duty_days": list(duty_days)})


def leave_of(*rows: tuple[str, str, str]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=["crew", "first", "last"])


@settings(max_examples=40)
@given(
    WEEKDAYS.filter(bool),
    st.sets(st.integers(0, 27), max_size=3),
    st.sets(st.integers(0, 27), max_size=5),
    st.integers(0, 27),
    st.integers(0, 9),
)
def test_named_days_are_those_of_a_loop(weekdays, single, holidays, first, length):
    """Weekdays but on holidays, dates always, and nobody on leave."""
    days = days_of(holidays)
    date = [d.date() for d in days["date"]]
    names = [str(w) for w in sorted(weekdays)] + [date[i].isoformat() for i in sorted(single)]
    last = date[first] + dt.timedelta(days=length)
    leave = leave_of(("C0", date[first].isoformat(), last.isoformat()))
    out = duty(crews_of(",".join(names)), leave, days, SETTINGS)[0]
    for i, day in enumerate(date):
        by_weekday = day.isoweekday() in weekdays and i not in holidays
        assert out[i] == ((by_weekday or i in single) and not date[first] <= day <= last)


@settings(max_examples=40)
@given(st.sets(st.integers(0, 27), max_size=5), st.integers(0, 27), st.integers(1, 28))
def test_turns_share_out_the_working_days(holidays, start, count):
    """With as many crews as turns, one goes out each working day; an excerpt says the same."""
    days, every = days_of(holidays), SETTINGS.shift.duty_every
    crews = crews_of(*[""] * every)
    out = duty(crews, leave_of(), days, SETTINGS)
    usable = (days["date"].dt.day_of_week + 1).isin(SETTINGS.shift.weekdays) & ~days["holiday"]
    assert out.sum(axis=0).tolist() == usable.astype(int).tolist()
    excerpt = days.iloc[start : start + count].reset_index(drop=True)
    np.testing.assert_array_equal(
        duty(crews, leave_of(), excerpt, SETTINGS), out[:, start : start + count]
    )
