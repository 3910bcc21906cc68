"""A plan made anew after a change: what is done stays done, the rest stays if it can."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from optimizer.dayplan.replan.changes import Change, Difference, differences, with_standing_changes
from optimizer.dayplan.replan.join import join_routes
from optimizer.dayplan.replan.progress import begun_visits
from optimizer.dayplan.replan.rest import rest_of_day, ride_seconds_at, with_pins
from optimizer.routes import Params, solve

if TYPE_CHECKING:
    from optimizer.checker import Violation
    from optimizer.dayplan.day import Day
    from optimizer.model import DayPlan, Visit
    from optimizer.routes import StopAfter
    from optimizer.routes.multistart import Watch
    from optimizer.settings import Settings

__all__ = [
    "Change",
    "Difference",
    "begun_visits",
    "differences",
    "replan",
    "rest_of_day",
    "ride_seconds_at",
    "with_standing_changes",
]


def replan(  # noqa: PLR0917
    day: Day,
    old: DayPlan,
    change: Change,
    stop: StopAfter,
    settings: Settings,
    seed: int = 1,
    *,
    watch: Watch | None = None,
) -> tuple[DayPlan, tuple[Difference, ...], tuple[Violation, ...]]:
    """A new plan that keeps as much of the old one as the settings `day.keep_…` ask for.

    Parameters
    ----------
    day
        What is known now (`read_day`): new visits in it are planned, visits of the old plan that
        are no longer due are left out.
    old
        The printed plan.
    watch
        As in `solve`.

    Returns
    -------
    DayPlan, differences, broken
        The whole day with what was done before; every visit that changed; and the rules that the
        chief's own routes break.
    """
    change = with_standing_changes(day, old, change)
    done = begun_visits(day, old, change)
    problem = rest_of_day(day, old, change, done, settings)
    first = {
        route.crew_id: [stop.visit_id for stop in route.stops if stop.visit_id not in done]
        for route in old.routes
    }
    solution = solve(problem, stop, seed, Params(lang=settings.campaign.lang), first, watch=watch)
    ahead = {route.crew_id: route for route in solution.routes}
    routes = tuple(join_routes(day, old, done, ahead, change.now_s))
    plan = replace(
        old,
        crews=day.crews,
        visits=_all_visits(day, old, done, change),
        routes=routes,
        pinned_routes=tuple(change.routes.items()),
        absent=tuple(sorted(change.absent)),
        now_s=change.now_s,
        speed_factor=change.speed_factor or 1.0,
        unassigned=solution.unassigned + day.reasons,
        seed=seed,
        learned=day.learned,
    )
    return plan, differences(old, plan), solution.violations


def _all_visits(day: Day, old: DayPlan, done: set[str], change: Change) -> tuple[Visit, ...]:
    """The visits of the day with their pins, and those that are done and no longer due."""
    known = day.problem.visits + day.set_aside
    names = {visit.visit_id for visit in known}
    past = (v for v in old.visits if v.visit_id in done and v.visit_id not in names)
    return (*(with_pins(visit, change) for visit in known), *past)
