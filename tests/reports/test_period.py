"""Weeks and months of bulletins: days without a gap, names that read back, sentences for others."""

from __future__ import annotations

import datetime as dt

import pytest

from optimizer.errors import CampaignError
from optimizer.reports.period import Period


@pytest.mark.parametrize("text", ["2026-W53", "2027-W01", "2026-W10"])
def test_weeks_follow_on_each_other_over_new_year(text: str) -> None:
    """A bulletin compares with the week before: no day between them, none in both."""
    week = Period.week(text)
    assert (week.first.weekday(), week.last.weekday()) == (0, 6)
    assert week.before.last == week.first - dt.timedelta(days=1)
    assert Period.week(week.name) == week
    assert Period.week(week.before.name) == week.before


@pytest.mark.parametrize(
    ("text", "length", "before"),
    [
        ("2028-02", 29, 31),
        ("2027-03", 31, 28),
        ("2027-01", 31, 31),
    ],
)
def test_months_have_their_days_and_the_month_before(text: str, length: int, before: int) -> None:
    """Months differ in length, and the one before January lies in another year."""
    month = Period.month(text)
    assert month.last.day == length
    assert (month.before.first.day, month.before.last.day) == (1, before)
    assert month.before.last == month.first - dt.timedelta(days=1)
    assert Period.month(month.name) == month


@pytest.mark.parametrize("text", ["2026-W54", "2027-W53", "2026-W00", "W10", "", "2026-11"])
def test_what_is_no_week_is_refused(text: str) -> None:
    """2027 has 52 weeks; a slip may not become a week of another year."""
    with pytest.raises(CampaignError):
        Period.week(text)


@pytest.mark.parametrize("text", ["2026-13", "2026-00", "0000-01", "November", "2026-W10"])
def test_what_is_no_month_is_refused(text: str) -> None:
    """A slip gets a sentence, no traceback."""
    with pytest.raises(CampaignError):
        Period.month(text)


def test_days_may_not_run_backwards() -> None:
    """One day is a period; its predecessor has as many days."""
    day = dt.date(2027, 1, 1)
    assert Period.days(day, day).before == Period(day - dt.timedelta(1), day - dt.timedelta(1))
    with pytest.raises(CampaignError):
        Period.days(day, day - dt.timedelta(days=1))
