"""Seasons: days that are better or worse for visits, somewhere."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from optimizer.catalogue import Message
from optimizer.tables.clean_text import narrow
from optimizer.tables.column_types import KINDS, Layout, column
from optimizer.workdays.calendar import LUNAR, MONDAY, ONE_DAY
from optimizer.workdays.tables import refuse, small_table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet
    from pathlib import Path

    from numpy.typing import NDArray

    from optimizer.errors import Fault
    from optimizer.settings import FollowSettings, Settings
    from optimizer.tables.table_rows import TableReading, TableRow

LAYOUT = Layout(
    "seasons",
    (
        column("name", "名称 季节", "text", "for people"),
        column("first", "开始 开始日期 起", "season", "its first day; open without"),
        column("last", "结束 结束日期 止", "season", "its last day; open without"),
        column("weekdays", "星期 周几", "weekdays", "only these; all without"),
        column("market", "逢 逢集 赶集", "text", "days of the month that end so: 2,5,8 or 二五八"),
        column("where", "范围 地点", "text", "areas, stations or kinds of customer; all without"),
        column("effect", "影响", "text", "avoid/避开, prefer/优先 or closed/不去", required=True),
        column("note", "备注 说明", "text", "for people"),
    ),
    by_hand=True,
)
"""seasons.csv."""
_DATED = re.compile(r"\d{4}-\d\d-\d\d")
_NUMERALS = str.maketrans("〇零一二三四五六七八九十", "001234567890")
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


LISTED_AFTER: Final = dt.timedelta(days=60)
"""So long after the first block three calls have made the first people some of the season list."""


def festival_seasons(
    first: dt.date, last: dt.date, rules: FollowSettings
) -> list[tuple[dt.date, dt.date]]:
    """The seasons around Spring Festival of which a day lies between two days, in order."""
    found: list[tuple[dt.date, dt.date]] = []
    season = festival_season(first, rules)
    while season[0] <= last and season not in found:
        found.append(season)
        season = festival_season(season[1] + ONE_DAY, rules)
    return found


def seasons_of_a_list(settings: Settings) -> list[tuple[dt.date, dt.date]]:
    """The campaign's seasons around Spring Festival in which some are known to be away else."""
    campaign = settings.campaign
    seasons = festival_seasons(campaign.start, campaign.finish, settings.follow)
    return [season for season in seasons if season[0] > campaign.start + LISTED_AFTER]


def read_seasons(
    path: Path | None,
    known: AbstractSet[str] | None = None,
    names: Mapping[str, str] | None = None,
) -> tuple[Season, ...]:
    """The campaign's seasons.csv: name, first, last, weekdays, market, where, effect, note.

    Parameters
    ----------
    known
        All areas, stations and kinds of customer that `where` may name; None for any name.
    names
        What people call some of them, with their ids.

    Raises
    ------
    IntakeError
        With every fault of the file.
    """
    if path is None or not path.exists():
        return ()
    table = small_table(path, LAYOUT)
    seasons: list[Season] = []
    faults: list[Fault] = []
    for row in table.rows:
        season, wrong = _season(table, row, names or {})
        unknown = Message("row.unknown"), Message("row.write_where")
        wrong += [
            table.fault(row, "where", *unknown, value=name)
            for name in sorted(season.where - (season.where if known is None else known))
        ]
        faults += wrong
        seasons += [] if wrong else [season]
    refuse(path, faults)
    return tuple(seasons)


def _season(
    table: TableReading, row: TableRow, names: Mapping[str, str]
) -> tuple[Season, list[Fault]]:
    """The season of a row, and what is wrong with it."""
    cells, faults = row.cells, [*row.faults]
    effect = _EFFECTS.get(cells["effect"], cells["effect"].lower())
    if cells["effect"] and effect not in _EFFECTS.values():
        problem, action = Message("row.unknown"), Message("row.write_effect")
        faults.append(table.fault(row, "effect", problem, action))
    first, last = cells["first"], cells["last"]
    if _DATED.fullmatch(first) and _DATED.fullmatch(last) and last < first:
        problem = Message("row.before", other=table.headings["first"], day=first)
        faults.append(table.fault(row, "last", problem, Message("row.exchange")))
    digits = re.sub(r"[逢\s,;、日号]", "", narrow(cells["market"])).translate(_NUMERALS)
    if digits and not digits.isdigit():
        problem, action = Message("row.no_digits"), Message("row.write_digits", allowed="0-9")
        faults.append(table.fault(row, "market", problem, action))
    weekdays = frozenset(map(int, filter(None, cells["weekdays"].split(","))))
    market = frozenset(int(digit) for digit in digits if digit.isdigit())
    parts = filter(None, re.split(r"[\s,;，；、]+", cells["where"]))
    where = frozenset(names.get(part) or KINDS.get(part.casefold(), part) for part in parts)
    name = cells["name"] or effect
    return Season(name, first, last, weekdays, market, where, effect), faults
