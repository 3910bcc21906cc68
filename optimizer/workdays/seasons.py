"""Seasons: days that are better or worse for visits, somewhere."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from optimizer.catalogue import Message
from optimizer.errors import Fault, IntakeError
from optimizer.workdays.calendar import LUNAR, MONDAY, ONE_DAY
from optimizer.workdays.tables import small_table

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet
    from pathlib import Path

    from numpy.typing import NDArray

    from optimizer.settings import FollowSettings

_HEADINGS = {
    "名称": "name",
    "开始": "first",
    "结束": "last",
    "星期": "weekdays",
    "逢": "market",
    "范围": "where",
    "影响": "effect",
    "备注": "note",
}
_DATED = re.compile(r"\d{4}-\d\d-\d\d")
_EFFECTS = {"避开": "avoid", "优先": "prefer", "不去": "closed"}


@dataclass(frozen=True, slots=True)
class Season:
    """Days that are better or worse for visits, somewhere.

    Attributes
    ----------
    name
        For people.
    first, last
        "07-10" every year, "2027-07-10" once, "SF-14" and "SF+15" by Spring Festival; "" open.
    weekdays
        Only these (Monday is 1); none for all.
    market
        Only days of the month that end in one of these digits (逢二五八); none for all.
    where
        Areas, stations, or kinds of customers; none for everywhere.
    effect
        "avoid", "prefer" or "closed".
    """

    name: str
    first: str
    last: str
    weekdays: frozenset[int]
    market: frozenset[int]
    where: frozenset[str]
    effect: str

    def days(self, dates: NDArray[np.datetime64]) -> NDArray[np.bool_]:
        """Which of some days (datetime64[D]) lie in the season."""
        inside = np.ones(len(dates), dtype=bool)
        if self.weekdays:
            weekday = (dates - np.datetime64(MONDAY)).astype(int) % 7 + 1
            inside &= np.isin(weekday, sorted(self.weekdays))
        if self.market:
            month_day = (dates - dates.astype("datetime64[M]")).astype(int) + 1
            inside &= np.isin(month_day % 10, sorted(self.market))
        if self.first or self.last:
            inside &= self._span(dates)
        return inside

    def _span(self, dates: NDArray[np.datetime64]) -> NDArray[np.bool_]:
        inside = np.zeros(len(dates), dtype=bool)
        years = np.unique(dates.astype("datetime64[Y]").astype(int) + 1970)
        for year in range(int(years.min()) - 1, int(years.max()) + 1) if len(years) else ():
            first = season_day(self.first, year) or dt.date(year, 1, 1)
            last = season_day(self.last, year) or dt.date(year, 12, 31)
            if last < first:
                last = season_day(self.last, year + 1) or last
            inside |= (dates >= np.datetime64(first)) & (dates <= np.datetime64(last))
        return inside


def season_day(text: str, year: int) -> dt.date | None:
    """The day that a season's `first` or `last` means in a year; None for "".

    Raises
    ------
    ValueError
        It is none of the ways to write one.
    """
    if not text:
        return None
    if match := re.fullmatch(r"(?:SF|春节)([+-]\d+)?", text):
        month, day = LUNAR[year][0] if year in LUNAR else (2, 5)
        return dt.date(year, month, day) + int(match[1] or 0) * ONE_DAY
    if re.fullmatch(r"\d\d-\d\d", text):
        # 29 February in a year without one is the 28th
        text = "02-28" if text == "02-29" and year % 4 else text
        return dt.date.fromisoformat(f"{year}-{text}")
    return dt.date.fromisoformat(text)


def festival_season(day: dt.date, rules: FollowSettings) -> tuple[dt.date, dt.date]:
    """First and last day of the season around Spring Festival that a day lies in, else the next."""
    if rules.season_first and rules.season_last:
        first_text, last_text = rules.season_first, rules.season_last
    else:
        first_text, last_text = f"SF-{rules.season_before_days}", f"SF+{rules.season_after_days}"
    for year in (day.year - 1, day.year, day.year + 1):
        first, last = season_day(first_text, year), season_day(last_text, year)
        if first is None or last is None:
            continue
        if last < first:
            last = season_day(last_text, year + 1) or last
        if day <= last:
            return first, last
    return day, day


def read_seasons(path: Path | None, known: AbstractSet[str] | None = None) -> tuple[Season, ...]:
    """The campaign's seasons.csv: name, first, last, weekdays, market, where, effect, note.

    Parameters
    ----------
    known
        All areas, stations and kinds of customer that `where` may name; None for any name.

    Raises
    ------
    IntakeError
        With every fault of the file.
    """
    if path is None or not path.exists():
        return ()
    seasons: list[Season] = []
    unknown = Message("row.unknown"), Message("row.write_where")
    faults: list[Fault] = []
    for number, row in small_table(path, _HEADINGS, ("effect",)):
        season = _season(row, faults, (path.name, number))
        if season is not None and known is not None:
            faults += [
                Fault(path.name, number, "where", name[:40], *unknown)
                for name in sorted(season.where - known)
            ]
        seasons += [] if season is None else [season]
    if faults:
        raise IntakeError("file.faults", faults, path=path, count=len(faults))
    return tuple(seasons)


def _season(row: dict[str, str], faults: list[Fault], place: tuple[str, int]) -> Season | None:
    found = len(faults)
    effect = _EFFECTS.get(row["effect"], row["effect"])
    if effect not in _EFFECTS.values():
        problem, action = Message("row.unknown"), Message("row.write_effect")
        faults.append(Fault(*place, "effect", effect[:40], problem, action))
    for column in ("first", "last"):
        try:
            season_day(row.get(column, ""), 2028)
        except ValueError:
            problem, action = Message("row.no_day"), Message("row.write_day")
            faults.append(Fault(*place, column, row[column][:40], problem, action))
    first, last = row.get("first", ""), row.get("last", "")
    if len(faults) == found and _DATED.fullmatch(first) and _DATED.fullmatch(last) and last < first:
        problem = Message("row.before", other="first", day=first)
        faults.append(Fault(*place, "last", last, problem, Message("row.exchange")))
    digits = {}
    for column, allowed in (("weekdays", "1234567"), ("market", "0123456789")):
        parts = [part for part in re.split(r"[\s,;，；、]+", row.get(column, "")) if part]
        digits[column] = frozenset(int(part) for part in parts if part in set(allowed))
        if len(digits[column]) < len(set(parts)):
            problem = Message("row.no_digits")
            action = Message("row.write_digits", allowed=allowed)
            faults.append(Fault(*place, column, row[column][:40], problem, action))
    if len(faults) > found:
        return None
    where = frozenset(part for part in re.split(r"[\s,;，；、]+", row.get("where", "")) if part)
    name = row.get("name", "") or effect
    return Season(name, first, last, digits["weekdays"], digits["market"], where, effect)
