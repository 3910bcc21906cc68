"""What a chief asks of a plan that is there: what it amounts to, and where one more visit fits."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from optimizer.dayplan.day import crews_on_duty, day_problem, read_day, windows_of
from optimizer.dayplan.replan import ride_seconds_at
from optimizer.errors import CampaignError
from optimizer.model import CustomerKind, LonLat, Visit, VisitKind
from optimizer.routes import figures, price_of_rules, where_fits

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.dayplan.day import Day
    from optimizer.model import DayPlan, Problem, Route
    from optimizer.register import Register
    from optimizer.roads import Roads
    from optimizer.routes import Figures, Fit, StopAfter
    from optimizer.settings import Settings


def where_to_fit(  # noqa: PLR0917
    register: Register,
    roads: Roads,
    settings: Settings,
    plan: DayPlan,
    account_no: str,
    workdays: Path | None = None,
) -> list[Fit]:
    """Every crew and time at which a customer could be called on, the cheapest first.

    Raises
    ------
    CampaignError
        The customer is not the station's, is in the plan already, or has no place.
    """
    row_of = {
        stop.visit_id: (route.crew_id, row)
        for route in plan.routes
        for row, stop in enumerate(route.stops, 1)
    }
    for visit in plan.visits:
        if visit.account_no == account_no and visit.visit_id in row_of:
            crew, row = row_of[visit.visit_id]
            raise CampaignError("day.planned", account=account_no, crew=crew, row=row)
    call = _call(register, roads, settings, plan, account_no)
    made = [visit for visit in plan.visits if visit.visit_id in row_of]
    crews = crews_on_duty(register, settings, plan.station.station_id, plan.date, workdays)
    problem = day_problem(
        plan.station, crews, [*made, call], roads, settings, plan.date, plan.learned
    )
    problem = _as_it_is(problem, plan)
    return where_fits(problem, _routes(problem, plan), problem.visits[-1])


def amounts(  # noqa: PLR0917
    register: Register,
    roads: Roads,
    settings: Settings,
    plan: DayPlan,
    workdays: Path | None = None,
    each_rule: StopAfter | None = None,
) -> tuple[Figures, dict[str, float]]:
    """The figures of a plan, and what each rule costs (as in `price_of_rules`).

    Parameters
    ----------
    each_rule
        How long to look for a plan without each rule; None for not at all.
    """
    problem = _as_it_is(_problem(_read(register, roads, settings, plan, workdays)), plan)
    routes = _routes(problem, plan)
    prices = {} if each_rule is None else price_of_rules(problem, routes, each_rule, plan.seed)
    return figures(problem, routes), prices


def _as_it_is(problem: Problem, plan: DayPlan) -> Problem:
    """The problem in the plan's weather; who cannot go on makes no more than he has made."""
    made = {route.crew_id: len(route.stops) for route in plan.routes}
    crews = (
        replace(crew, max_visits=made.get(crew.crew_id, 0)) if crew.crew_id in plan.absent else crew
        for crew in problem.crews
        if crew.crew_id not in plan.absent or crew.crew_id in made
    )
    return replace(
        problem, crews=tuple(crews), seconds=ride_seconds_at(problem.seconds, plan.speed_factor)
    )


def _read(
    register: Register, roads: Roads, settings: Settings, plan: DayPlan, workdays: Path | None
) -> Day:
    station = plan.station.station_id
    return read_day(register, roads, settings, station, plan.date, workdays, plan.visits)


def _problem(day: Day) -> Problem:
    """The day's problem with the visits that are due no more but stand in the plan."""
    return replace(day.problem, visits=day.problem.visits + day.past)


def _routes(problem: Problem, plan: DayPlan) -> list[Route]:
    """The plan's routes of crews that are on duty."""
    here = {crew.crew_id for crew in problem.crews}
    return [route for route in plan.routes if route.crew_id in here]


def _call(
    register: Register, roads: Roads, settings: Settings, plan: DayPlan, account_no: str
) -> Visit:
    """A call on a customer, where the territories have him, or else his file."""
    station = plan.station.station_id
    row = register.agenda.customer(account_no, station)
    if row is None:
        raise CampaignError("day.stranger", account=account_no, station=station)
    place = LonLat(row["lon"], row["lat"])
    ends = roads.attach([place.lon], [place.lat])
    if math.isnan(place.lon) or ends.far[0]:
        raise CampaignError("day.no_place", account=account_no)
    kind = CustomerKind(row["customer_kind"])
    usual_s = settings.visit.service_s(kind, row["service_min"])
    return Visit(
        visit_id=f"fit:{account_no}",
        place=0,
        service_s=round(usual_s * plan.learned.at_door(kind, row["area"])),
        setup_s=settings.visit.setup_s,
        kind=VisitKind.APPOINTMENT,
        account_no=account_no,
        name=row["name"],
        area=row["area"],
        location=place,
        customer_kind=kind,
        windows=windows_of(row["window"]),
        skills=frozenset({str(kind)} if kind == CustomerKind.HV10KV else ()),
        walk_m=round(float(ends.walk_m[0])),
    )
