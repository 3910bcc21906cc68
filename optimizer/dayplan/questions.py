"""What a chief asks of a plan that is there: what it amounts to, and where one more visit fits."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from optimizer.dayplan.day import build_problem, crews_on_duty, read_day
from optimizer.dayplan.register_rows import parse_windows
from optimizer.dayplan.replan import ride_seconds_at
from optimizer.errors import CampaignError
from optimizer.model import CustomerKind, LonLat, Visit, VisitKind
from optimizer.routes import figures, price_of_rules, where_fits

if TYPE_CHECKING:
    from optimizer.context import CampaignContext
    from optimizer.dayplan.day import Day
    from optimizer.model import DayPlan, Problem, Route
    from optimizer.routes import Figures, Fit, StopAfter


def where_to_fit(context: CampaignContext, plan: DayPlan, account_no: str) -> list[Fit]:
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
    call = one_more_call(context, plan, account_no)
    made = [visit for visit in plan.visits if visit.visit_id in row_of]
    crews = crews_on_duty(context, plan.station.station_id, plan.date)
    problem = build_problem(
        context, plan.station, plan.date, crews, [*made, call], learned=plan.learned
    )
    problem = _as_it_is(problem, plan)
    return where_fits(problem, _routes(problem, plan), problem.visits[-1])


def plan_figures(
    context: CampaignContext,
    plan: DayPlan,
    each_rule: StopAfter | None = None,
) -> tuple[Figures, dict[str, float]]:
    """The figures of a plan, and what each rule costs (as in `price_of_rules`).

    Parameters
    ----------
    each_rule
        How long to look for a plan without each rule; None for not at all.
    """
    problem = _as_it_is(_problem(_read(context, plan)), plan)
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


def _read(context: CampaignContext, plan: DayPlan) -> Day:
    return read_day(context, plan.station.station_id, plan.date, plan.visits)


def _problem(day: Day) -> Problem:
    """The day's problem with the visits that are due no more but stand in the plan."""
    return replace(day.problem, visits=day.problem.visits + day.past)


def _routes(problem: Problem, plan: DayPlan) -> list[Route]:
    """The plan's routes of crews that are on duty."""
    here = {crew.crew_id for crew in problem.crews}
    return [route for route in plan.routes if route.crew_id in here]


def one_more_call(context: CampaignContext, plan: DayPlan, account_no: str) -> Visit:
    """A call on a customer, where the territories have him, or else his file.

    Raises
    ------
    CampaignError
        The customer is not the station's, or has no place.
    """
    station = plan.station.station_id
    row = context.register.agenda.customer(account_no, station)
    if row is None:
        raise CampaignError("day.stranger", account=account_no, station=station)
    place = LonLat(row["lon"], row["lat"])
    ends = context.roads.attach([place.lon], [place.lat])
    if math.isnan(place.lon) or ends.far[0]:
        raise CampaignError("day.no_place", account=account_no)
    kind = CustomerKind(row["customer_kind"])
    settings = context.settings
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
        windows=parse_windows(row["window"]),
        skills=frozenset({str(kind)} if kind == CustomerKind.HV10KV else ()),
        walk_m=round(float(ends.walk_m[0])),
    )
