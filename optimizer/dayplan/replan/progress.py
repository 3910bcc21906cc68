"""How far the crews have come with a printed plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from optimizer.dayplan.day import Day
    from optimizer.dayplan.replan.changes import Change
    from optimizer.model import CrewDay, DayPlan, Rest, Route, Stop


def begun_visits(day: Day, plan: DayPlan, change: Change) -> set[str]:
    """Printed visits that are begun at the time of a change, or are due no more.

    A crew that is on its way to a door calls there, unless it cannot go on.
    """
    if change.now_s is None:
        return set()
    due = due_visits(day)
    found = set()
    for route in plan.routes:
        for k, one in enumerate(route.stops):
            on_the_way = route.crew_id not in change.absent and _sets_out_s(route, k) < change.now_s
            if one.begin_s < change.now_s or on_the_way or one.visit_id not in due:
                found.add(one.visit_id)
    return found


def due_visits(day: Day) -> set[str]:
    """Ids of what is due today."""
    return {visit.visit_id for visit in day.problem.visits + day.set_aside}


def _sets_out_s(route: Route, k: int) -> int:
    """When a crew sets out for its k-th stop: after the stop before, or the lunch there."""
    free_s = route.stops[k - 1].departure_s if k else route.start_s
    rest = route.rest
    if rest is None or rest.after != k or (rest.place is None and rest.start_s > free_s):
        return free_s
    return rest.start_s + rest.duration_s


def begun_lunch(route: Route | None, now_s: int | None, called: set[str]) -> Rest | None:
    """The lunch that has begun by a time of day, or lies before a door that is called at anyway.

    `called` are visits that are made, or on the way to which a crew is, and not recorded yet.
    """
    rest = None if route is None else route.rest
    if route is None or rest is None or now_s is None:
        return None
    before = any(stop.visit_id in called for stop in route.stops[rest.after :])
    return rest if rest.start_s < now_s or before else None


def current_place(day: Day, crew: CrewDay, past: list[Stop], rest: Rest | None) -> int | None:
    """Where a crew goes on from: its last door, or the place of its lunch after that."""
    if rest is not None and rest.place is not None and rest.after >= len(past):
        return rest.place
    return _place_of_visit(day, past[-1].visit_id, crew) if past else crew.start_place


def _place_of_visit(day: Day, visit_id: str, crew: CrewDay) -> int | None:
    """Where a visit of today is; where the crew began if nobody knows."""
    known = (v.place for v in day.problem.visits + day.past if v.visit_id == visit_id)
    return next(known, crew.start_place)
