"""The span of days that a bulletin speaks of: a week, a month, or any days."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass
from typing import Literal

from optimizer.errors import CampaignError


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `first` to `last`, both included."""

    first: dt.date
    last: dt.date
    kind: Literal["week", "month", "days"] = "days"

    @classmethod
    def week(cls, text: str) -> Period:
        """A week written as 2026-W49, from Monday to Sunday.

        Raises
        ------
        CampaignError
            There is no such week.
        """
        year, week = _numbers(r"(\d{4})-?[Ww](\d{1,2})", text)
        try:
            monday = dt.date.fromisocalendar(year, week, 1)
        except ValueError:
            raise CampaignError("period.no_week", text=text) from None
        return cls(monday, monday + dt.timedelta(days=6), "week")

    @classmethod
    def month(cls, text: str) -> Period:
        """A month written as 2026-11.

        Raises
        ------
        CampaignError
            There is no such month.
        """
        year, month = _numbers(r"(\d{4})-(\d{1,2})", text)
        try:
            first = dt.date(year, month, 1)
        except ValueError:
            raise CampaignError("period.no_month", text=text) from None
        return cls(first, first.replace(day=_length(first)), "month")

    @classmethod
    def days(cls, first: dt.date, last: dt.date) -> Period:
        """All days from one to another.

        Raises
        ------
        CampaignError
            The last comes before the first.
        """
        if last < first:
            raise CampaignError("period.backwards", first=first, last=last)
        return cls(first, last)

    @property
    def before(self) -> Period:
        """The period of the same kind that ends the day before."""
        last = self.first - dt.timedelta(days=1)
        if self.kind == "month":
            return Period(last.replace(day=1), last, "month")
        return Period(last - (self.last - self.first), last, self.kind)

    @property
    def name(self) -> str:
        """2026-W49, 2026-11 or 2026-11-23..2026-11-30: short, and fit for a file."""
        if self.kind == "week":
            year, week, _ = self.first.isocalendar()
            return f"{year}-W{week:02d}"
        if self.kind == "month":
            return f"{self.first:%Y-%m}"
        return f"{self.first}..{self.last}"


def _numbers(pattern: str, text: str) -> tuple[int, int]:
    """The two numbers of a text, or two of which there is neither a week nor a month."""
    found = re.fullmatch(pattern, text.strip())
    return (int(found[1]), int(found[2])) if found else (0, 0)


def _length(first: dt.date) -> int:
    return calendar.monthrange(first.year, first.month)[1]
