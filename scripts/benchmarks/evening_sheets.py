"""Sheets for a benchmark's evening: planned without a search, from the calendar's blocks."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizer.model import Crew, DayPlan, LonLat, Route, Station, Stop, Visit, VisitKind

if TYPE_CHECKING:
    from optimizer.desk import Campaign

BEGIN_S, STEP_S = 8 * 3600, 900


@dataclass(frozen=True)
class Sheet:
    """A crew's sheet of a day; `accounts` in the order of its rows."""

    station: str
    date: str
    crew: str
    version: int
    accounts: tuple[str, ...]


def print_sheets(campaign: Campaign, wanted: int, rows: int) -> tuple[list[Sheet], dt.date]:
    """So many sheets, of the first days that have none yet; and the day after the last of them.

    Parameters
    ----------
    rows
        So many a sheet at most.
    """
    register = campaign.register
    by_day: dict[tuple[str, str], dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    blocks = register.blocks()
    stations = dict(zip(blocks["block"], blocks["station"], strict=True))
    for one in register.block_visits().itertuples():
        by_day[str(one.date), stations[one.block]][str(one.crew)].append(str(one.account_no))
    sheets: list[Sheet] = []
    for date, station in sorted(by_day):
        day = dt.date.fromisoformat(date)
        if len(sheets) >= wanted:
            return sheets, day
        if register.day_plan(station, day) is None:
            crews = {crew: some[:rows] for crew, some in by_day[date, station].items()}
            plan = register.save_day_plan(_plan(station, day, crews))
            sheets += [
                Sheet(station, date, crew, plan.version, tuple(some))
                for crew, some in crews.items()
            ]
    raise SystemExit(f"the calendar has {len(sheets)} sheets, {wanted} are wanted")


def _plan(station: str, day: dt.date, crews: dict[str, list[str]]) -> DayPlan:
    """A plan in which each crew calls on its customers, one each quarter of an hour."""
    home = LonLat(113.5, 27.7)
    return DayPlan(
        station=Station(station_id=station, name=station, location=home),
        date=day,
        crews=tuple(Crew(crew_id=crew, station_id=station, members=("甲", "乙")) for crew in crews),
        visits=tuple(
            Visit(visit_id=f"first-{account}", place=0, service_s=600, account_no=account,
                  kind=VisitKind.FIRST, name="", address="", location=home)
            for some in crews.values()
            for account in some
        ),
        routes=tuple(
            Route(crew_id=crew, start_s=BEGIN_S, end_s=BEGIN_S + 9 * 3600, stops=_stops(some))
            for crew, some in crews.items()
        ),
    )  # fmt: skip


def _stops(accounts: list[str]) -> tuple[Stop, ...]:
    return tuple(
        Stop(visit_id=f"first-{account}", arrival_s=BEGIN_S + STEP_S * place, waiting_s=0,
             service_s=600, travel_s=300, distance_m=900)
        for place, account in enumerate(accounts, start=1)
    )  # fmt: skip
