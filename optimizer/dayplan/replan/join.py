"""Whole routes of a day: what was done as it was, then what is ahead."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from optimizer.dayplan.replan.progress import begun_lunch, current_place, due_visits
from optimizer.model import Rest
from optimizer.routes.route_labels import ride

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from optimizer.dayplan.day import Day
    from optimizer.model import CrewDay, DayPlan, Lunch, Route, Stop


def join_routes(
    day: Day, old: DayPlan, done: set[str], ahead: Mapping[str, Route], now_s: int | None = None
) -> Iterator[Route]:
    """Whole routes: what was done as it was, then what is ahead."""
    crews = {crew.crew_id: crew for crew in day.problem.crews}
    made = {route.crew_id: route for route in old.routes}
    called = done & due_visits(day)
    for crew_id in [*crews, *(name for name in made if name not in crews)]:
        route, new = made.get(crew_id), ahead.get(crew_id)
        past = () if route is None else tuple(s for s in route.stops if s.visit_id in done)
        rest = begun_lunch(route, now_s, called)
        if route is None or not past:
            if new is not None:
                yield new
        elif new is not None:
            yield _joined_route(
                route, past, rest or _lunch_before(crews[crew_id].lunch, past, new), new
            )
        elif len(past) == len(route.stops):
            yield route
        else:
            yield _shortened_route(day, crews.get(crew_id), route, past, rest)


def _lunch_before(lunch: Lunch | None, past: tuple[Stop, ...], new: Route) -> Rest | None:
    """The lunch that a crew has where it is before it goes on, if that leaves it the time."""
    if lunch is None or new.rest is not None or not new.stops:
        return None
    begin_s = min(lunch.window.end_s, new.start_s - lunch.duration_s)
    if begin_s < max(past[-1].departure_s, lunch.window.start_s):
        return None
    return Rest(
        start_s=begin_s,
        duration_s=lunch.duration_s,
        after=len(past),
        waiting_s=begin_s - past[-1].departure_s,
    )


def _joined_route(route: Route, past: tuple[Stop, ...], rest: Rest | None, new: Route) -> Route:
    """What was done, with a lunch that is eaten, and what is ahead of it."""
    if new.rest is not None:
        rest = replace(new.rest, after=new.rest.after + len(past))
    return replace(new, start_s=route.start_s, stops=past + new.stops, rest=rest)


def _shortened_route(
    day: Day, crew: CrewDay | None, route: Route, past: tuple[Stop, ...], rest: Rest | None
) -> Route:
    """A route that ends after what was done; the way home is ridden if we know it."""
    free_s = past[-1].departure_s
    if rest is not None and rest.after >= len(past):
        free_s = rest.start_s + rest.duration_s
    travel_s = metres = 0
    if crew is not None:
        last = current_place(day, crew, list(past), rest)
        travel_s, metres = ride(day.problem, crew, last, crew.end_place)
    return replace(
        route,
        stops=past,
        rest=rest,
        end_s=free_s + travel_s,
        return_travel_s=travel_s,
        return_distance_m=metres,
    )
