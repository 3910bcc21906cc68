"""Territories and day plans in the register."""

# ruff: noqa: S608  (what is put into statements are names of our own tables and columns)

from __future__ import annotations

import datetime as dt
import zlib
from dataclasses import replace
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final

from pydantic import TypeAdapter

from optimizer.errors import RegisterError
from optimizer.model import DayPlan
from optimizer.register.frames import cells, frame_of
from optimizer.register.schema import PLACE
from optimizer.register.store import now_text

if TYPE_CHECKING:
    import pandas as pd

    from optimizer.register.store import Store

_PLACED: Final = ("account_no", "area", "station", "lon", "lat", "located")
_SHARED: Final = ("area", "station", "crew", "lon", "lat")


def save_territories(store: Store, customers: pd.DataFrame, areas: pd.DataFrame) -> None:
    """See `optimizer.register.Register.save_territories`."""
    with store.writing():
        store.run("DELETE FROM territory_customers")
        store.run("DELETE FROM territory_areas")
        insert(store, "territory_areas", areas, _SHARED, frozenset({"station", "crew"}))
        insert(store, "territory_customers", customers, _PLACED, frozenset({"area", "station"}))
        store.run(PLACE)


def territories(store: Store) -> tuple[pd.DataFrame, pd.DataFrame]:
    """See `optimizer.register.Register.territories`."""
    with store.reading():
        customers = store.each(
            "SELECT account_no, COALESCE(area, ''), COALESCE(station, ''), lon, lat, located"
            " FROM territory_customers ORDER BY account_no"
        )
        areas = store.each(
            "SELECT area, COALESCE(station, ''), COALESCE(crew, ''), lon, lat"
            " FROM territory_areas ORDER BY area"
        )
        return (
            frame_of(customers, _PLACED, floats="lon lat"),
            frame_of(areas, _SHARED, floats="lon lat"),
        )


def save_day_plan(store: Store, plan: DayPlan) -> DayPlan:
    """See `optimizer.register.Register.save_day_plan`."""
    date = plan.date.isoformat()
    with store.writing():
        latest = day_plan(store, plan.station.station_id, plan.date)
        if latest == replace(plan, version=latest.version if latest else 0):
            return latest
        plan = replace(plan, version=latest.version + 1 if latest else 1)
        plan_id = store.run(
            "INSERT INTO day_plans (station, date, version, at, who, plan)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (
                plan.station.station_id,
                date,
                plan.version,
                now_text(),
                store.who,
                zlib.compress(_plans().dump_json(plan)),
            ),
        )
        store.run_many("INSERT INTO sheet_rows VALUES (?, ?, ?, ?, ?, ?)", _rows(plan, plan_id))
    return plan


def _rows(plan: DayPlan, plan_id: int) -> list[tuple[object, ...]]:
    visits = {visit.visit_id: visit for visit in plan.visits}
    return [
        (
            plan_id,
            route.crew_id,
            row,
            stop.visit_id,
            visits[stop.visit_id].account_no or None,
            visits[stop.visit_id].kind.value,
        )
        for route in plan.routes
        for row, stop in enumerate(route.stops, start=1)
    ]


def day_plan(
    store: Store, station: str, date: dt.date, version: int | None = None
) -> DayPlan | None:
    """See `optimizer.register.Register.day_plan`."""
    packed = store.value(
        "SELECT plan FROM day_plans WHERE station = ? AND date = ?"
        " AND version = COALESCE(?, version) ORDER BY version DESC LIMIT 1",
        (station, day_text(date), version),
    )
    return None if packed is None else unpacked(packed)


@lru_cache(maxsize=8)
def unpacked(packed: bytes) -> DayPlan:
    """A plan as it is stored; of the last few nothing is read twice."""
    return _plans().validate_json(zlib.decompress(packed))


@cache
def _plans() -> TypeAdapter[DayPlan]:
    return TypeAdapter(DayPlan)


def day_text(date: object) -> str:
    """ISO text of a date, a timestamp, or a text that already is one."""
    if isinstance(date, dt.date):
        return date.strftime("%Y-%m-%d")
    return dt.date.fromisoformat(str(date)[:10]).isoformat()


def insert(
    store: Store,
    table: str,
    frame: pd.DataFrame,
    columns: tuple[str, ...],
    nullable: frozenset[str] = frozenset(),
) -> None:
    """Add the rows of a frame to a table.

    Raises
    ------
    RegisterError
        A column is missing, or a row contradicts another.
    """
    missing = [column for column in columns if column not in frame]
    if missing:
        raise RegisterError("table.no_column", table=table, column=missing[0])
    store.run_many(
        f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})",
        cells(frame, columns, nullable),
    )
