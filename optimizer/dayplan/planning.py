"""The plan of a station's day: what is due, routed for the crews on duty, checked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from optimizer.dayplan.day import read_day
from optimizer.dayplan.replan import ride_seconds_at
from optimizer.model import DayPlan
from optimizer.routes import Params, StopAfter, solve

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection

    from optimizer.context import CampaignContext
    from optimizer.dayplan.day import Day
    from optimizer.model import Problem
    from optimizer.routes import Solution
    from optimizer.routes.multistart import Watch
    from optimizer.settings import Settings


def plan_day(
    context: CampaignContext,
    station: str,
    date: dt.date,
    *,
    seconds: float | None = None,
    seed: int | None = None,
    iterations: int | None = None,
    today: dt.date | None = None,
    absent: Collection[str] = (),
    slower: float = 1.0,
    watch: Watch | None = None,
) -> DayPlan:
    """The plan of one station's day.

    Parameters
    ----------
    seconds, iterations
        Time to search, by default that of the settings; or iterations of the search, for plans
        that are the same on every machine.
    today
        The day it is, where days are planned ahead: blocks from it on are left to their days.
    absent, slower
        Crews on duty who cannot go; rides take so many times as long.
    watch
        As in `solve`.

    Raises
    ------
    CampaignError
        There is no such station.
    """
    settings = context.settings
    day = read_day(context, station, date, today=today)
    seed = settings.campaign.seed if seed is None else seed
    params = Params(lang=settings.campaign.lang)
    end = search_end(settings, seconds, iterations)
    problem = _in_weather(_for_those_who_go(day, frozenset(absent)), slower)
    solution = solve(problem, end, seed, params, watch=watch)
    plan = whole_plan(day, solution, seed)
    return replace(plan, absent=tuple(sorted(absent)), speed_factor=1 / slower)


def _for_those_who_go(day: Day, absent: frozenset[str]) -> Problem:
    """The day's problem with the crews that go out alone, and the most visits of each.

    Where one of them cannot go, all others on duty may.
    """
    here = tuple(crew for crew in day.problem.crews if crew.crew_id not in absent)
    going = day.going
    if absent & going.keys():
        return replace(day.problem, crews=here)
    crews = tuple(
        replace(crew, max_visits=going[crew.crew_id]) for crew in here if crew.crew_id in going
    )
    return replace(day.problem, crews=crews or here)


def _in_weather(problem: Problem, slower: float) -> Problem:
    """The problem with rides that take so many times as long."""
    if slower == 1.0:
        return problem
    return replace(problem, seconds=ride_seconds_at(problem.seconds, 1 / slower))


def search_end(
    settings: Settings, seconds: float | None = None, iterations: int | None = None
) -> StopAfter:
    """When the search of a day ends."""
    if iterations is not None:
        return StopAfter(iterations=iterations)
    return StopAfter(seconds=settings.day.seconds if seconds is None else seconds)


def whole_plan(day: Day, solution: Solution, seed: int) -> DayPlan:
    """The day and its solution as one plan."""
    return DayPlan(
        station=day.station,
        date=day.date,
        crews=day.crews,
        visits=day.problem.visits + day.set_aside,
        routes=solution.routes,
        unassigned=solution.unassigned + day.reasons,
        seed=seed,
        learned=day.learned,
    )
