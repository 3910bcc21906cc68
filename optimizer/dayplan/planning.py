"""The plan of a station's day: what is due, routed for the crews on duty, checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.dayplan.day import read_day
from optimizer.model import DayPlan
from optimizer.routes import Params, StopAfter, solve

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from optimizer.dayplan.day import Day
    from optimizer.register import Register
    from optimizer.roads import Roads
    from optimizer.routes import Solution
    from optimizer.settings import Settings


def plan_day(
    register: Register,
    roads: Roads,
    settings: Settings,
    station: str,
    date: dt.date,
    *,
    seconds: float | None = None,
    seed: int | None = None,
    iterations: int | None = None,
    workdays: Path | None = None,
) -> DayPlan:
    """The plan of one station's day.

    Parameters
    ----------
    seconds, iterations
        Time to search, by default that of the settings; or iterations of the search, for plans
        that are the same on every machine.
    workdays
        The campaign's own working days.

    Raises
    ------
    CampaignError
        There is no such station.
    """
    day = read_day(register, roads, settings, station, date, workdays)
    seed = settings.campaign.seed if seed is None else seed
    params = Params(lang=settings.campaign.lang)
    solution = solve(day.problem, limit(settings, seconds, iterations), seed, params)
    return written(day, solution, seed)


def limit(
    settings: Settings, seconds: float | None = None, iterations: int | None = None
) -> StopAfter:
    """When the search of a day ends."""
    if iterations is not None:
        return StopAfter(iterations=iterations)
    return StopAfter(seconds=settings.day.seconds if seconds is None else seconds)


def written(day: Day, solution: Solution, seed: int) -> DayPlan:
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
