"""The rest of a day as a problem: crews from where they are, visits that would rather stay."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from optimizer.dayplan.replan.progress import begun_lunch, current_place, due_visits
from optimizer.model import Lunch, TimeWindow

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet

    from numpy.typing import NDArray

    from optimizer.dayplan.day import Day
    from optimizer.dayplan.replan.changes import Change
    from optimizer.model import CrewDay, DayPlan, Problem, Route, Stop, Visit
    from optimizer.settings import DaySettings, Settings


def rest_of_day(
    day: Day, old: DayPlan, change: Change, done: set[str], settings: Settings
) -> Problem:
    """The problem of the rest of the day."""
    problem = day.problem
    made = {route.crew_id: route for route in old.routes}
    here = {crew.crew_id for crew in problem.crews} - change.absent
    ahead = [visit for visit in problem.visits if visit.visit_id not in done]
    printed = _printed_places(old, here, {visit.visit_id for visit in ahead})
    came_back = change.back & frozenset(old.absent)
    # who comes back finds his visits off the sheets: adding them is what he comes for
    sheet_min = 0.0 if came_back else settings.day.keep_sheet_min
    keeping = settings.day.model_copy(update={"keep_sheet_min": sheet_min})
    return replace(
        problem,
        visits=tuple(
            _pinned(_preferring_its_place(visit, printed, keeping), change) for visit in ahead
        ),
        crews=tuple(
            _crew_from_now(crew, made.get(crew.crew_id), change.now_s, done, day, came_back)
            for crew in problem.crews
            if crew.crew_id in here
        ),
        seconds=ride_seconds_at(problem.seconds, change.speed_factor or 1.0),
        pinned_routes=tuple(
            (crew, tuple(name for name in stops if name not in done))
            for crew, stops in change.routes.items()
        ),
    )


class _PrintedPlace(NamedTuple):
    """Where a visit stands on the sheets: its crew, and what comes before it ("" for nothing)."""

    crew: str
    follows: str


def _printed_places(
    old: DayPlan, here: set[str], ahead: set[str]
) -> dict[str, _PrintedPlace | None]:
    """Where the visits ahead stand; None where the crew cannot go on."""
    found: dict[str, _PrintedPlace | None] = {}
    for route in old.routes:
        names = [stop.visit_id for stop in route.stops if stop.visit_id in ahead]
        for before, name in zip(["", *names], names, strict=False):
            found[name] = _PrintedPlace(route.crew_id, before) if route.crew_id in here else None
    return found


def _preferring_its_place(
    visit: Visit, printed: Mapping[str, _PrintedPlace | None], settings: DaySettings
) -> Visit:
    """A visit that would rather stay where it is printed.

    That is on the sheets or off them, with its crew, and right after what it is printed after. One
    whose crew cannot go on has lost its place: it goes where it fits.
    """
    sheet_s = round(settings.keep_sheet_min * 60)
    if visit.visit_id not in printed:
        return visit if visit.mandatory else replace(visit, added_price=sheet_s)
    stands = printed[visit.visit_id]
    if stands is None:
        return visit
    own = visit.crew_price if visit.preferred_crew == stands.crew else 0
    return replace(
        visit,
        price=visit.price + sheet_s,
        preferred_crew=stands.crew,
        crew_price=round(settings.keep_min * 60) + own,
        follows=stands.follows,
        follow_price=round(settings.keep_order_min * 60),
    )


def _pinned(visit: Visit, change: Change) -> Visit:
    """A visit with the chief's pins; what he pins is to be made, and by nobody else."""
    if visit.visit_id not in {*change.crews, *change.begins}:
        return visit
    pinned = with_pins(visit, change)
    other = pinned.pinned_crew is not None
    return replace(
        pinned,
        mandatory=True,
        added_price=0,
        crew_price=0 if other else visit.crew_price,
        follow_price=0 if other else visit.follow_price,
    )


def with_pins(visit: Visit, change: Change) -> Visit:
    """A visit that says where and when it is pinned."""
    return replace(
        visit,
        pinned_crew=change.crews.get(visit.visit_id, visit.pinned_crew),
        pinned_start_s=change.begins.get(visit.visit_id, visit.pinned_start_s),
    )


def _crew_from_now(  # noqa: PLR0917
    crew: CrewDay,
    route: Route | None,
    now_s: int | None,
    done: set[str],
    day: Day,
    came_back: AbstractSet[str],
) -> CrewDay:
    """A crew from where it is: at the last door that it has called at, or at its base again."""
    if now_s is None:
        return crew
    past = [] if route is None else [stop for stop in route.stops if stop.visit_id in done]
    due = due_visits(day)
    begun_s = [s.departure_s for s in past if s.begin_s < now_s or s.visit_id in due]
    rest = begun_lunch(route, now_s, done & due)
    rested_s = [] if rest is None else [rest.start_s + rest.duration_s]
    at_base = crew.crew_id in came_back
    home_s = [route.end_s] if route is not None and at_base else []
    free_s = max(now_s, crew.shift.start_s, *begun_s[-1:], *rested_s, *home_s)
    return replace(
        crew,
        start_place=crew.start_place if at_base else current_place(day, crew, past, rest),
        shift=TimeWindow(free_s, max(free_s, crew.shift.end_s)),
        lunch=None if rest is not None else _lunch_ahead(crew.lunch, route, now_s, free_s),
        max_visits=None if crew.max_visits is None else max(0, crew.max_visits - len(past)),
        max_travel_s=_travel_left_s(crew, past),
    )


def _travel_left_s(crew: CrewDay, done: list[Stop]) -> int | None:
    """Seconds of travel that a crew may still make."""
    if crew.max_travel_s is None:
        return None
    return max(0, crew.max_travel_s - sum(stop.travel_s for stop in done))


def _lunch_ahead(lunch: Lunch | None, route: Route | None, now_s: int, free_s: int) -> Lunch | None:
    """The lunch that is still to come; one that is late may begin at once."""
    if lunch is None:
        return None
    first, last = max(lunch.window.start_s, now_s), lunch.window.end_s
    if route is not None and route.rest is not None:
        # it was printed and has not begun: on the way to it, or late for it, it may still be had
        last = max(last, free_s + 3600)
    return None if last < free_s else replace(lunch, window=TimeWindow(min(first, last), last))


def ride_seconds_at(seconds: NDArray[np.int32], speed_factor: float) -> NDArray[np.int32]:
    """Rides at another speed, rounded up; a hole in the matrix stays one."""
    if speed_factor == 1.0:
        return seconds
    longest = np.iinfo(np.int32).max
    return np.minimum(np.ceil(seconds / speed_factor), longest).astype(np.int32)
