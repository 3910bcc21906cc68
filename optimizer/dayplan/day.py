"""What is known of a station's day: candidates, crews on duty, travel between all doors."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from optimizer.dayplan.held_doors import held_back
from optimizer.dayplan.pulse import read_pulse
from optimizer.dayplan.register_rows import crew_day_from_row, crew_from_row, visit_from_row
from optimizer.dayplan.turns import DayOffer, in_turn, with_rank_in_price
from optimizer.errors import CampaignError
from optimizer.model import Crew, Learned, LonLat, Problem, Station, Unassigned, Visit
from optimizer.records import calibration_for, due
from optimizer.routes import Reason
from optimizer.routes.reasons import unassigned
from optimizer.travel import Travel
from optimizer.workdays import duty, working_days

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from optimizer.context import CampaignContext
    from optimizer.dayplan.register_rows import Row
    from optimizer.register import Register
    from optimizer.settings import Settings


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
    going
        Crews that go out, unless the chief wants others, and the most visits of each.
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
    going: dict[str, int] = field(default_factory=dict)


def read_day(
    context: CampaignContext,
    station: str,
    date: dt.date,
    printed: Sequence[Visit] = (),
    asked: AbstractSet[str] = frozenset(),
    *,
    today: dt.date | None = None,
) -> Day:
    """The station's candidates and crews on duty, with the travel times between all doors.

    Parameters
    ----------
    printed
        Visits of a plan that is to be made anew; the doors of those that are due no more are
        among the places, too.
    asked
        Visits or accounts that somebody has asked for: none of them waits for want of room.
    today
        The day it is: blocks from it on are left to their own days, where several are planned
        ahead. Without it, `date`.

    Raises
    ------
    CampaignError
        There is no such station.
    """
    register = context.register
    home = read_station(register, station)
    crews = crews_on_duty(context, station, date)
    rows = candidates(context, station, date)
    held = held_back(
        context, station, date, rows, crews, today=today, asked=asked, replanned=bool(printed)
    )
    free = [row for row in rows if row["visit_id"] not in held]
    learned = calibration_for(register, context.settings, date, station)
    visits, set_aside, reasons = choose_visits(
        context, station, free, crews, learned=learned, asked=asked
    )
    set_aside += _as_visits(context, station, rows, held, learned)
    due = {str(row["visit_id"]) for row in rows}
    past = [visit for visit in printed if visit.visit_id not in due and visit.location]
    problem = build_problem(context, home, date, crews, [*visits, *past], learned=learned)
    return Day(
        station=home,
        date=date,
        crews=tuple(crew_from_row(row) for row in crews),
        problem=replace(problem, visits=problem.visits[: len(visits)]),
        set_aside=tuple(set_aside),
        reasons=(*reasons, *held.values()),
        past=problem.visits[len(visits) :],
        learned=learned,
        recorded=frozenset(register.ledgers.records(date, date)["account_no"]),
        going=_going(context, station, date, free, crews),
    )


def _going(
    context: CampaignContext, station: str, date: dt.date, rows: Sequence[Row], crews: Sequence[Row]
) -> dict[str, int]:
    """Crews that go out, and the most visits of each: a full block, and what cannot wait.

    The season list cannot: its days are few.
    """
    blocks = context.register.blocks(station, date, date)
    sizes = dict(zip(blocks["crew"], blocks["visits"], strict=True))
    load = DayOffer(
        rows,
        date.isoformat(),
        frozenset(sizes),
        read_pulse(context, station, date),
    )
    pressing = sum(row["mandatory"] or row["list"] == "season" for row in rows)
    usual = context.settings.blocks.max_visits
    return {
        crew: max(usual, int(sizes.get(crew, 0))) + pressing
        for crew in load.crews(crews, context.settings)
    }


def read_station(register: Register, station: str) -> Station:
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


def crews_on_duty(context: CampaignContext, station: str, date: dt.date) -> list[Row]:
    """Rows of the crew file of those who go out on a day, with who goes in another's place."""
    crews = context.register.crews(station)
    for _, told in context.register.events("members", first=date, last=date).iterrows():
        members = [*json.loads(told["body"])["members"], ""][:2]
        crews.loc[crews["crew"] == told["crew"], ["member1", "member2"]] = members
    days = working_days(date, date, context.workdays)
    out = duty(crews, context.register.leave(), days, context.settings)[:, 0]
    return crews[out].to_dict("records")


def candidates(context: CampaignContext, station: str, date: dt.date) -> list[Row]:
    """What could be done on a day, the most pressing first (columns of `records.due`)."""
    frame = due(context.register, context.settings, station, date, workdays=context.workdays)
    today = date.isoformat()
    return with_rank_in_price(in_turn(frame.to_dict("records"), today), today)


def _as_visits(
    context: CampaignContext,
    station: str,
    rows: Sequence[Row],
    held: Mapping[str, Unassigned],
    learned: Learned,
) -> list[Visit]:
    """Rows that are held back as visits, which have no place in the problem."""
    if not held:
        return []
    located = accounts_with_location(context.register, station)
    return [
        visit_from_row(row, context.settings, set(), located, learned)
        for row in rows
        if row["visit_id"] in held
    ]


def accounts_with_location(register: Register, station: str) -> set[str]:
    """Accounts with coordinates of their own."""
    customers = register.customers(station)
    return set(customers.loc[customers["lon"].notna(), "account_no"])


def choose_visits(
    context: CampaignContext,
    station: str,
    rows: Sequence[Row],
    crews: Sequence[Row],
    *,
    learned: Learned,
    asked: AbstractSet[str] = frozenset(),
) -> tuple[list[Visit], list[Visit], list[Unassigned]]:
    """Visits that crews can be sent to, and those that not, with reasons.

    Parameters
    ----------
    rows
        Candidates, the most pressing first: of those that may wait, so many are taken as the
        crews could look at.
    """
    settings = context.settings
    most = max(1, len(crews)) * settings.day.offered_per_crew
    on_duty = {str(row["crew"]) for row in crews}
    located = accounts_with_location(context.register, station)
    lon = np.array([row["lon"] for row in rows], dtype=float)
    lat = np.array([row["lat"] for row in rows], dtype=float)
    ends = context.roads.attach(lon, lat)
    visits: list[Visit] = []
    aside: list[Visit] = []
    reasons: list[Unassigned] = []
    for row, walk_m, far in zip(rows, ends.walk_m, ends.far, strict=True):
        visit = visit_from_row(row, settings, on_duty, located, learned)
        visit = replace(visit, walk_m=0 if math.isnan(walk_m) else round(float(walk_m)))
        may_wait = not visit.mandatory and asked.isdisjoint({visit.visit_id, visit.account_no})
        reason = _reason_against(visit, far=bool(far), no_room=may_wait and len(visits) >= most)
        if reason is None:
            visits.append(visit)
        else:
            aside.append(visit)
            reasons.append(unassigned(visit, reason, settings.campaign.lang))
    return visits, aside, reasons


def _reason_against(visit: Visit, *, far: bool, no_room: bool) -> Reason | None:
    """Why no crew can be sent to a visit, if so."""
    if visit.location is None:
        return Reason.NO_LOCATION
    if far:
        return Reason.UNREACHABLE
    return Reason.WAITING if no_room else None


def build_problem(
    context: CampaignContext,
    station: Station,
    date: dt.date,
    crews: Sequence[Row],
    visits: Sequence[Visit],
    *,
    learned: Learned,
) -> Problem:
    """Visits, crews and the travel times between their doors; place 0 is the station."""
    roads, settings = context.roads, context.settings
    bases = [base_location(crew_from_row(row), settings) or station.location for row in crews]
    homes = list(dict.fromkeys([station.location, *bases]))
    doors = [visit.location or station.location for visit in visits]
    places = [*homes, *doors]
    ends = roads.attach([p.lon for p in places], [p.lat for p in places])
    seconds, metres = _travel(context).door_matrix(ends)
    if learned.travel != 1.0:
        seconds = np.rint(seconds * learned.travel).astype(np.int32)
    return Problem(
        visits=tuple(at_place(v, len(homes) + k) for k, v in enumerate(visits)),
        crews=tuple(
            crew_day_from_row(row, homes.index(base), settings, learned.crews.get(row["crew"], 1.0))
            for row, base in zip(crews, bases, strict=True)
        ),
        seconds=seconds,
        metres=metres,
        balance=settings.day.balance,
        overlap=round(settings.day.overlap),
        date=date,
    )


def at_place(visit: Visit, place: int) -> Visit:
    """The visit at a row of the matrices."""
    return visit if visit.place == place else replace(visit, place=place)


def _travel(context: CampaignContext) -> Travel:
    """Ways on the campaign's roads: preparing them takes longer than asking for a day's."""
    if "travel" not in context.kept:
        context.kept["travel"] = Travel(context.roads, context.settings.travel)
    travel: Travel = context.kept["travel"]
    return travel


def base_location(crew: Crew, settings: Settings) -> LonLat | None:
    """Where a crew begins and ends, if not at the station."""
    return crew.home if settings.shift.base == "home" else None
