"""What a chief asks of a plan that is there: what it amounts to, and where one more visit fits."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from optimizer.dayplan.day import read_day, windows_of
from optimizer.errors import CampaignError
from optimizer.model import CustomerKind, LonLat, Visit, VisitKind
from optimizer.routes import figures, price_of_rules, where_fits

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.dayplan.day import Day
    from optimizer.model import DayPlan, Problem, Route
    from optimizer.register import Register
    from optimizer.roads import Roads
    from optimizer.routes import Figures, Fit, Limit
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
    accounts = {visit.visit_id: visit.account_no for visit in plan.visits}
    for route in plan.routes:
        for row, stop in enumerate(route.stops, 1):
            if accounts[stop.visit_id] == account_no:
                raise CampaignError("day.planned", account=account_no, crew=route.crew_id, row=row)
    call = _call(register, roads, settings, plan, account_no)
    day = _read(register, roads, settings, replace(plan, visits=(*plan.visits, call)), workdays)
    problem = _problem(day)
    placed = next(visit for visit in problem.visits if visit.visit_id == call.visit_id)
    return where_fits(problem, _routes(problem, plan), placed)


def amounts(  # noqa: PLR0917
    register: Register,
    roads: Roads,
    settings: Settings,
    plan: DayPlan,
    workdays: Path | None = None,
    each_rule: Limit | None = None,
) -> tuple[Figures, dict[str, float]]:
    """The figures of a plan, and what each rule costs (as in `price_of_rules`).

    Parameters
    ----------
    each_rule
        How long to look for a plan without each rule; None for not at all.
    """
    problem = _problem(_read(register, roads, settings, plan, workdays))
    routes = _routes(problem, plan)
    prices = {} if each_rule is None else price_of_rules(problem, routes, each_rule, plan.seed)
    return figures(problem, routes), prices


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
    """A call on a customer, at the place where the territories have him."""
    station = plan.station.station_id
    placed = register.territories()[0]
    where = placed[(placed["account_no"] == account_no) & (placed["station"] == station)]
    customers = register.customers()
    found = customers[customers["account_no"] == account_no].to_dict("records")
    if where.empty or not found:
        raise CampaignError("day.stranger", account=account_no, station=station)
    row: dict[Any, Any] = found[0]
    place = LonLat(float(where["lon"].iloc[0]), float(where["lat"].iloc[0]))
    ends = roads.attach([place.lon], [place.lat])
    if math.isnan(place.lon) or ends.far[0]:
        raise CampaignError("day.no_place", account=account_no)
    kind = CustomerKind(row["kind"] or CustomerKind.HOUSEHOLD)
    return Visit(
        visit_id=f"fit:{account_no}",
        place=0,
        service_s=settings.visit.service_s(kind, row["service_min"]),
        setup_s=settings.visit.setup_s,
        kind=VisitKind.APPOINTMENT,
        account_no=account_no,
        name=row["name"],
        area=str(where["area"].iloc[0]),
        location=place,
        customer_kind=kind,
        windows=windows_of(row["window"]),
        skills=frozenset({str(kind)} if kind == CustomerKind.HV10KV else ()),
        walk_m=round(float(ends.walk_m[0])),
    )
