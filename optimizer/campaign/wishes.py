"""Priorities and preferred times of areas: wishes, complaints, long waits, seasons.

wishes.csv in the campaign's folder names areas: area, priority (1 first, 9 last, 5 without a
wish), not_before, not_after, last_visit, note. Areas with much low voltage go before all that is
not priority 1; among areas of one priority those go first that were not visited longest.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from optimizer.catalogue import Message
from optimizer.model import CustomerKind
from optimizer.tables.clean_text import narrow
from optimizer.tables.column_types import Layout, column
from optimizer.workdays import (
    Season,
    festival_seasons,
    own_table,
    read_seasons,
    refuse,
    seasons_of_a_list,
    small_table,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from optimizer.campaign.demand import CampaignTables
    from optimizer.errors import Fault
    from optimizer.register import Register
    from optimizer.settings import Settings
    from optimizer.tables.table_rows import TableReading, TableRow

USUAL_TIER: Final = 50
COMPLAINT_TIER: Final = 19
AVOID_PENALTY: Final = 30.0
CLOSED_PENALTY: Final = 10_000.0
LAYOUT: Final = Layout(
    "wishes",
    (
        column("area", "台区 台区编号 台区名称", "id", "its id or name", required=True),
        column("priority", "优先级 优先", "text", "1 first, 9 last; 5 without"),
        column("not_before", "不早于 最早", "date", "not before this day"),
        column("not_after", "不晚于 最晚", "date", "not after this day"),
        column("last_visit", "上次走访 上次走访日期", "date", "when it was visited last"),
        column("note", "备注 说明", "text", "for people"),
    ),
    by_hand=True,
)
"""wishes.csv."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wished for one area; `tier` orders areas, smaller first."""

    tier: int = USUAL_TIER
    not_before: dt.date | None = None
    not_after: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Wishes:
    """Wishes by area, and the seasons."""

    by_area: dict[str, Wish] = field(default_factory=dict)
    seasons: tuple[Season, ...] = ()

    def of(self, area: str) -> Wish:
        """The wish for an area, or the usual."""
        return self.by_area.get(area, Wish())


def read_wishes(
    folder: Path | None, register: Register, settings: Settings, tables: CampaignTables
) -> Wishes:
    """The campaign's wishes.csv and seasons.csv, and the register's complaints.

    Parameters
    ----------
    tables
        Has the territories: files may name their areas and those of the register.

    Raises
    ------
    IntakeError
        With every fault of a file.
    """
    path = own_table(folder, "wishes")
    start = settings.campaign.start
    areas, stations = register.areas(), register.stations()
    known = frozenset([*areas["area"], *tables.areas["area"]])
    names = dict(zip(areas["name"], areas["area"], strict=True))
    by_area = {} if path is None else _read_file(path, start, known, names)
    for area in complained_areas(register, settings, tables):
        wish = by_area.get(area, Wish())
        by_area[area] = Wish(min(wish.tier, COMPLAINT_TIER), wish.not_before, wish.not_after)
    places = known | {*stations["station"], *CustomerKind}
    names |= dict(zip(stations["name"], stations["station"], strict=True))
    seasons = read_seasons(own_table(folder, "seasons"), places, names)
    return Wishes(by_area, (*seasons, *_around_the_festival(settings)))


def _around_the_festival(settings: Settings) -> tuple[Season, ...]:
    """The days around Spring Festival, which are kept for those who are away all the year.

    A season so early that nobody is known to be away is for first visits itself: they find
    everybody at home. Only who has to finish early does not wait for it.
    """
    campaign, nowhere = settings.campaign, frozenset[Any]()
    if not campaign.season_free:
        return ()
    seasons = festival_seasons(campaign.start, campaign.finish, settings.follow)
    listed = seasons_of_a_list(settings)
    return tuple(
        Season("", first.isoformat(), last.isoformat(), nowhere, nowhere, nowhere,
               "avoid" if (first, last) in listed else "prefer")
        for first, last in seasons
        if (first, last) in listed or campaign.pace == "even"
    )  # fmt: skip


def complained_areas(register: Register, settings: Settings, tables: CampaignTables) -> list[str]:
    """Areas with low voltage at so many customers that the whole area is to blame."""
    findings = register.ledgers.frame("findings")
    is_open = findings["state"].isin(["open", "rectified"])
    found = findings[(findings["category"] == "low_voltage") & is_open]
    customers = found[["account_no"]].drop_duplicates()
    counts = customers.merge(tables.customers, on="account_no")["area"].value_counts()
    often = counts[counts >= settings.follow.low_voltage_customers]
    return sorted(str(area) for area in often.index if area)


def _read_file(
    path: Path, start: dt.date, known: frozenset[str], names: Mapping[str, str]
) -> dict[str, Wish]:
    wishes: dict[str, Wish] = {}
    faults: list[Fault] = []
    table = small_table(path, LAYOUT)
    for row in table.rows:
        written = row.cells["area"]
        area = written if written in known else names.get(written, written)
        found = _faults_of(table, row, known=not written or area in known)
        if area in wishes:
            found.append(table.fault(row, "area", Message("row.twice"), Message("row.delete")))
        faults += found
        if not found:
            wishes[area] = _wish(row.cells, start)
    refuse(path, faults)
    return wishes


def _faults_of(table: TableReading, row: TableRow, *, known: bool) -> list[Fault]:
    """What is wrong with one row by itself."""
    faults = [*row.faults]
    if not known:
        problem, action = Message("row.no_area"), Message("row.as_in_area_file")
        faults.append(table.fault(row, "area", problem, action))
    first, last = _day(row.cells, "not_before"), _day(row.cells, "not_after")
    if first and last and last < first:
        problem = Message("row.before", other=table.headings["not_before"], day=first)
        faults.append(table.fault(row, "not_after", problem, Message("row.exchange")))
    if _priority(row.cells) not in set("123456789"):
        problem, action = Message("row.no_priority"), Message("row.write_priority")
        faults.append(table.fault(row, "priority", problem, action))
    return faults


def _wish(cells: Mapping[str, str], start: dt.date) -> Wish:
    """The wish of a row without faults."""
    last = _day(cells, "last_visit")
    years = 0 if last is None else max(0, min(9, (start - last).days // 365))
    tier = int(_priority(cells)) * 10 - years
    return Wish(tier, _day(cells, "not_before"), _day(cells, "not_after"))


def _day(cells: Mapping[str, str], column: str) -> dt.date | None:
    return dt.date.fromisoformat(cells[column]) if cells[column] else None


def _priority(cells: Mapping[str, str]) -> str:
    return narrow(cells["priority"]) or "5"


@dataclass(frozen=True, slots=True)
class BlockWishes:
    """Wishes by block, as in `BlockTable`."""

    tier: NDArray[np.int32]
    earliest: NDArray[np.int32]
    latest: NDArray[np.int32]
    season: NDArray[np.int32]
    season_penalty: NDArray[np.float64]


def block_wishes(
    wishes: Wishes,
    station: str,
    areas: list[frozenset[str]],
    kinds: list[str],
    dates: NDArray[np.datetime64],
) -> BlockWishes:
    """The wishes of blocks, from those of their areas.

    Parameters
    ----------
    areas
        Names of the areas of each block.
    kinds
        The commonest kind of customer of each block.
    dates
        The days of the horizon, datetime64[D].
    """
    found = [[wishes.of(area) for area in sorted(some)] or [Wish()] for some in areas]

    def column(day: dt.date) -> int:
        return int((np.datetime64(day) - dates[0]).astype(int)) if len(dates) else 0

    after = [[column(w.not_before) for w in row if w.not_before] for row in found]
    until = [[column(w.not_after) for w in row if w.not_after] for row in found]
    applies = np.array(
        [
            [_applies(season, station, some, kind) for season in wishes.seasons]
            for some, kind in zip(areas, kinds, strict=True)
        ],
        dtype=bool,
    ).reshape(len(areas), len(wishes.seasons))
    patterns, season = np.unique(applies, axis=0, return_inverse=True)
    return BlockWishes(
        tier=np.array([min(w.tier for w in row) for row in found], dtype=np.int32),
        earliest=np.array([max(row, default=0) for row in after], dtype=np.int32),
        latest=np.array([min(row, default=len(dates)) for row in until], dtype=np.int32),
        season=season.reshape(-1).astype(np.int32),
        season_penalty=patterns.astype(float) @ _season_penalties(wishes.seasons, dates),
    )


def _applies(season: Season, station: str, areas: frozenset[str], kind: str) -> bool:
    return not season.where or bool(season.where & (areas | {station, kind}))


def _season_penalties(
    seasons: tuple[Season, ...], dates: NDArray[np.datetime64]
) -> NDArray[np.float64]:
    """Price of each day in each season, shape (seasons, days)."""
    penalty = {"avoid": AVOID_PENALTY, "prefer": -AVOID_PENALTY, "closed": CLOSED_PENALTY}
    rows = [season.days(dates) * penalty[season.effect] for season in seasons]
    return np.array(rows, dtype=float).reshape(len(seasons), len(dates))
