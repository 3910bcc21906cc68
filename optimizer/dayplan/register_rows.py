"""Rows of the register as the values of a day's problem."""

from __future__ import annotations

import datetime as dt
import math
from typing import TYPE_CHECKING, Any

from optimizer.model import (
    Crew,
    CrewDay,
    CustomerKind,
    Learned,
    LonLat,
    Lunch,
    TimeWindow,
    Visit,
    VisitKind,
    intersect_windows,
)
from optimizer.settings import clock

if TYPE_CHECKING:
    from collections.abc import Hashable

    from optimizer.settings import Settings

    Row = dict[Hashable, Any]


def visit_from_row(
    row: Row, settings: Settings, on_duty: set[str], located: set[str], learned: Learned
) -> Visit:
    """One candidate as the day's problem sees it; its place is set later."""
    preferred, worth = preferred_crew(row, settings, on_duty)
    kind, area = row["customer_kind"], row["area"]
    full_s = settings.visit.service_s(kind, row["service_min"]) * learned.at_door(kind, area)
    service_s = learned.expected_s(row["kind"], full_s, settings.absent_s)
    windows = parse_windows(row["window"])
    wanted = parse_windows(row["preferred_window"])
    failed_s = failed_at_s(row) if row["kind"] == VisitKind.RETRY and wanted else None
    if failed_s is not None and windows and not intersect_windows(windows, wanted):
        failed_s = None
    lonlat = None if math.isnan(row["lon"]) else LonLat(row["lon"], row["lat"])
    own_place = lonlat is not None and row["account_no"] in located
    return Visit(
        visit_id=row["visit_id"],
        place=0,
        service_s=round(service_s),
        kind=VisitKind(row["kind"]),
        account_no=row["account_no"],
        name=row["name"],
        address=row["address"],
        phone=row["phone"],
        area=row["area"],
        location=lonlat,
        customer_kind=CustomerKind(row["customer_kind"]),
        setup_s=settings.visit.setup_s,
        address_key=f"{lonlat.lon:.5f},{lonlat.lat:.5f}" if lonlat and own_place else "",
        windows=windows,
        preferred_windows=() if failed_s is not None else wanted,
        preference_price=round(settings.day.preferred_time_min * 60) if wanted else 0,
        skills=frozenset(filter(None, str(row["skills"]).split(";"))),
        preferred_crew=preferred,
        crew_price=worth,
        mandatory=bool(row["mandatory"]),
        price=int(row["price_s"]),
        failed_s=failed_s,
        not_before=date_or_none(row["not_before"]),
        deadline=date_or_none(row["deadline"]),
        why=row["why"],
        check=row["check"],
        finding=row["finding"],
    )


def preferred_crew(row: Row, settings: Settings, on_duty: set[str]) -> tuple[str | None, int]:
    """Who should go and what it is worth: who was there before, else the crew of the block."""
    if row["preferred_crew"] in on_duty:
        return str(row["preferred_crew"]), round(settings.day.same_crew_min * 60)
    if row["planned_crew"] in on_duty:
        return str(row["planned_crew"]), round(settings.day.block_crew_min * 60)
    return None, 0


def parse_windows(text: str) -> tuple[TimeWindow, ...]:
    """Windows written as 08:30-11:00;14:00-16:00."""
    parts = [part.split("-") for part in text.split(";") if part]
    return tuple(TimeWindow(clock(start.strip()), clock(end.strip())) for start, end in parts)


def failed_at_s(row: Row) -> int | None:
    """Time of day of the last failed call, in seconds."""
    text = str(row["failed_at"])
    if len(text) < 16:
        return None
    moment = dt.datetime.fromisoformat(text)
    return moment.hour * 3600 + moment.minute * 60 + moment.second


def date_or_none(text: str) -> dt.date | None:
    """A date, or None for ""."""
    return dt.date.fromisoformat(text) if text else None


def crew_from_row(row: Row) -> Crew:
    """A crew as the crew file describes it."""
    return Crew(
        crew_id=row["crew"],
        station_id=row["station"],
        members=tuple(name for name in (row["member1"], row["member2"]) if name),
        phone=row["phone"],
        motorcycle=row["motorcycle"],
        skills=frozenset(filter(None, str(row["skills"]).split(";"))),
        home=None if math.isnan(row["home_lon"]) else LonLat(row["home_lon"], row["home_lat"]),
    )


def crew_day_from_row(row: Row, place: int, settings: Settings, pace: float) -> CrewDay:
    """A crew's shift and lunch by its file, else by the settings; all it does takes `pace`."""
    shift = settings.shift
    lunch = None
    if shift.lunch_min:
        lunch = Lunch(
            window=TimeWindow(shift.lunch_start, shift.lunch_end),
            duration_s=shift.lunch_min * 60,
            at_place=0 if shift.lunch_at == "station" else None,
        )
    return CrewDay(
        crew_id=row["crew"],
        start_place=place,
        end_place=place,
        shift=TimeWindow(
            clock(row["shift_start"] or shift.start), clock(row["shift_end"] or shift.end)
        ),
        lunch=lunch,
        skills=frozenset(filter(None, str(row["skills"]).split(";"))),
        speed_factor=1 / pace,
        service_factor=pace,
    )
