"""What is known of a station's day: candidates, crews on duty, travel between all doors."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from optimizer.errors import CampaignError
from optimizer.model import (
    Crew,
    CrewDay,
    CustomerKind,
    Learned,
    LonLat,
    Lunch,
    Problem,
    Station,
    TimeWindow,
    Unassigned,
    Visit,
    VisitKind,
)
from optimizer.records import due, learned_for
from optimizer.routes import Reason
from optimizer.routes.reasons import unassigned
from optimizer.routes.rules import overlaps
from optimizer.settings import clock
from optimizer.travel import Travel
from optimizer.workdays import duty, working_days

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence
    from collections.abc import Set as AbstractSet
    from pathlib import Path

    from optimizer.register import Register
    from optimizer.roads import Roads
    from optimizer.settings import Settings

    Row = dict[Hashable, Any]


@dataclass(frozen=True, kw_only=True)
class Day:
    """Everything that is known of a station's day before it is planned.

    Attributes
    ----------
    problem
        The visits that crews can be sent to.
    set_aside
        Visits that are not in the problem, each with its reason in `reasons`.
    past
        Visits that are not due any more but whose doors are among the problem's places.
    learned
        What the field's clocks have corrected in the problem's times.
    recorded
        Accounts of which there is a record of this day.
    """

    station: Station
    date: dt.date
    crews: tuple[Crew, ...]
    problem: Problem
    set_aside: tuple[Visit, ...]
    reasons: tuple[Unassigned, ...]
    past: tuple[Visit, ...] = ()
    learned: Learned = field(default_factory=Learned)
    recorded: frozenset[str] = frozenset()


def read_day(  # noqa: PLR0917
    register: Register,
    roads: Roads,
    settings: Settings,
    station: str,
    date: dt.date,
    workdays: Path | None = None,
    printed: Sequence[Visit] = (),
    asked: AbstractSet[str] = frozenset(),
) -> Day:
    """The station's candidates and crews on duty, with the travel times between all doors.

    Parameters
    ----------
    printed
        Visits of a plan that is to be made anew; the doors of those that are due no more are
        among the places, too.
    asked
        Visits or accounts that somebody has asked for: none of them waits for want of room.
    """
    home = station_of(register, station)
    crews = crews_on_duty(register, settings, station, date, workdays)
    rows = candidates(register, settings, station, date, workdays)
    learned = learned_for(register, settings, date, station)
    visits, set_aside, reasons = sort_out(
        rows, roads, settings, crews, given(register, station), learned, asked
    )
    due = {str(row["visit_id"]) for row in rows}
    past = [visit for visit in printed if visit.visit_id not in due and visit.location]
    problem = day_problem(home, crews, [*visits, *past], roads, settings, date, learned)
    return Day(
        station=home,
        date=date,
        crews=tuple(crew_of(row) for row in crews),
        problem=replace(problem, visits=problem.visits[: len(visits)]),
        set_aside=tuple(set_aside),
        reasons=tuple(reasons),
        past=problem.visits[len(visits) :],
        learned=learned,
        recorded=frozenset(register.ledgers.records(date, date)["account_no"]),
    )


def station_of(register: Register, station: str) -> Station:
    """A station of the register."""
    table = register.stations()
    rows = table[table["station"] == station].to_dict("records")
    if not rows:
        raise CampaignError("station.unknown", station=station, known=table["station"])
    row = rows[0]
    location = LonLat(float(row["lon"]), float(row["lat"]))
    return Station(
        station_id=station, name=row["name"] or station, location=location, phone=row["phone"]
    )


def crews_on_duty(
    register: Register, settings: Settings, station: str, date: dt.date, workdays: Path | None
) -> list[Row]:
    """Rows of the crew file of those who go out on a day."""
    crews = register.crews(station)
    days = working_days(date, date, workdays)
    out = duty(crews, register.leave(), days, settings)[:, 0]
    return crews[out].to_dict("records")


def candidates(
    register: Register,
    settings: Settings,
    station: str,
    date: dt.date,
    workdays: Path | None = None,
) -> list[Row]:
    """What could be done on a day, the most pressing first (columns of `records.due`)."""
    rows = due(register, settings, station, date, workdays=workdays).to_dict("records")
    today = date.isoformat()
    # what was planned for today goes together; sorting keeps the order of price within
    return sorted(rows, key=lambda row: (not row["mandatory"], row["planned_on"] != today))


def given(register: Register, station: str) -> set[str]:
    """Accounts with coordinates of their own."""
    customers = register.customers(station)
    return set(customers.loc[customers["lon"].notna(), "account_no"])


def sort_out(  # noqa: PLR0917
    rows: Sequence[Row],
    roads: Roads,
    settings: Settings,
    crews: Sequence[Row],
    located: set[str],
    learned: Learned,
    asked: AbstractSet[str] = frozenset(),
) -> tuple[list[Visit], list[Visit], list[Unassigned]]:
    """Visits that crews can be sent to, and those that not, with reasons."""
    most = max(1, len(crews)) * settings.day.offered_per_crew
    lang = settings.campaign.lang
    on_duty = {str(row["crew"]) for row in crews}
    lon = np.array([row["lon"] for row in rows], dtype=float)
    lat = np.array([row["lat"] for row in rows], dtype=float)
    ends = roads.attach(lon, lat)
    visits: list[Visit] = []
    aside: list[Visit] = []
    reasons: list[Unassigned] = []
    for k, row in enumerate(rows):
        walk_m = 0 if math.isnan(float(ends.walk_m[k])) else round(float(ends.walk_m[k]))
        visit = replace(visit_of(row, settings, on_duty, located, learned), walk_m=walk_m)
        reason = None
        if math.isnan(lon[k]):
            reason = Reason.NO_LOCATION
        elif ends.far[k]:
            reason = Reason.UNREACHABLE
        elif not visit.mandatory and asked.isdisjoint({visit.visit_id, visit.account_no}):
            reason = Reason.WAITING if len(visits) >= most else None
        if reason is None:
            visits.append(visit)
        else:
            aside.append(visit)
            reasons.append(unassigned(visit, reason, lang))
    return visits, aside, reasons


def visit_of(
    row: Row, settings: Settings, on_duty: set[str], located: set[str], learned: Learned
) -> Visit:
    """One candidate as the day's problem sees it; its place is set later."""
    preferred, worth = preferred_crew(row, settings, on_duty)
    kind, area = row["customer_kind"], row["area"]
    service_s = settings.visit.service_s(kind, row["service_min"]) * learned.at_door(kind, area)
    windows = windows_of(row["window"])
    wanted = windows_of(row["preferred_window"])
    failed_s = failed_at(row) if row["kind"] == VisitKind.RETRY and wanted else None
    if failed_s is not None and windows and not overlaps(windows, wanted):
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
        not_before=day_of(row["not_before"]),
        deadline=day_of(row["deadline"]),
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


def windows_of(text: str) -> tuple[TimeWindow, ...]:
    """Windows written as 08:30-11:00;14:00-16:00."""
    parts = [part.split("-") for part in text.split(";") if part]
    return tuple(TimeWindow(clock(start.strip()), clock(end.strip())) for start, end in parts)


def failed_at(row: Row) -> int | None:
    """Time of day of the last failed call, in seconds."""
    text = str(row["failed_at"])
    if len(text) < 16:
        return None
    moment = dt.datetime.fromisoformat(text)
    return moment.hour * 3600 + moment.minute * 60 + moment.second


def day_of(text: str) -> dt.date | None:
    """A date, or None for ""."""
    return dt.date.fromisoformat(text) if text else None


def crew_of(row: Row) -> Crew:
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


def day_problem(  # noqa: PLR0917
    station: Station,
    crews: Sequence[Row],
    visits: Sequence[Visit],
    roads: Roads,
    settings: Settings,
    date: dt.date,
    learned: Learned,
) -> Problem:
    """Visits, crews and the travel times between their doors; place 0 is the station."""
    bases = [base_of(crew_of(row), settings) or station.location for row in crews]
    homes = list(dict.fromkeys([station.location, *bases]))
    doors = [visit.location or station.location for visit in visits]
    places = [*homes, *doors]
    ends = roads.attach([p.lon for p in places], [p.lat for p in places])
    seconds, metres = Travel(roads, settings.travel).door_matrix(ends)
    if learned.travel != 1.0:
        seconds = np.rint(seconds * learned.travel).astype(np.int32)
    return Problem(
        visits=tuple(replace(v, place=len(homes) + k) for k, v in enumerate(visits)),
        crews=tuple(
            crew_day(row, homes.index(base), settings, learned.crews.get(row["crew"], 1.0))
            for row, base in zip(crews, bases, strict=True)
        ),
        seconds=seconds,
        metres=metres,
        balance=settings.day.balance,
        overlap=round(settings.day.overlap),
        date=date,
    )


def base_of(crew: Crew, settings: Settings) -> LonLat | None:
    """Where a crew begins and ends, if not at the station."""
    return crew.home if settings.shift.base == "home" else None


def crew_day(row: Row, place: int, settings: Settings, pace: float) -> CrewDay:
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
