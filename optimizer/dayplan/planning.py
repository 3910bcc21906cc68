"""The plan of a station's day: what is due, routed for the crews on duty, checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.dayplan.day import read_day
from optimizer.model import DayPlan
from optimizer.routes import Params, StopAfter, solve

if TYPE_CHECKING:
    import datetime as dt

    from optimizer.context import CampaignContext
    from optimizer.dayplan.day import Day
    from optimizer.routes import Solution
    from optimizer.settings import Settings


def plan_day(
    context: CampaignContext,
    station: str,
    date: dt.date,
    *,
    seconds: float | None = None,
    seed: int | None = None,
    iterations: int | None = None,
) -> DayPlan:
    """The plan of one station's day.

    Parameters
    ----------
    seconds, iterations
        Time to search, by default that of the settings; or iterations of the search, for plans
        that are the same on every machine.

    Raises
    ------
    CampaignError
        There is no such station.
    """
    settings = context.settings
    day = read_day(context, station, date)
    seed = settings.campaign.seed if seed is None else seed
    params = Params(lang=settings.campaign.lang)
    solution = solve(day.problem, search_end(settings, seconds, iterations), seed, params)
    return whole_plan(day, solution, seed)


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
