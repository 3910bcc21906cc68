"""A plan made anew after a change: what is done stays done, the rest stays if it can."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import chain
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from optimizer.model import DayPlan, Lunch, Rest, Route, TimeWindow
from optimizer.routes import Params, solve
from optimizer.routes.timing import ride

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from collections.abc import Set as AbstractSet

    from numpy.typing import NDArray

    from optimizer.checker import Violation
    from optimizer.dayplan.day import Day
    from optimizer.model import CrewDay, Problem, Stop, Visit
    from optimizer.routes import StopAfter
    from optimizer.settings import DaySettings, Settings

RETIMED_S = 15 * 60
"""A visit that moves by less than this within its crew has not changed."""
_NONE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True)
class Change:
    """What is different from when the plan was made.

    Attributes
    ----------
    now_s
        Time of day; what had begun by then stays as it is, and who was on the way to a door calls
        there. None: as in the old plan, and after what has been recorded of the day.
    absent
        Crews who cannot go on (ill, a broken motorcycle), besides those of whom the old plan knows.
    back
        Those of them who can go again: they start at their base.
    speed_factor
        Rides take this many times less long: 0.77 in rain that makes them 30 % longer. None: as in
        the old plan.
    crews, begins
        Pins of visits: to a crew, to a time of day.
    routes
        Pins of whole routes as they are: visits of a crew in their order.
    loose
        Visits and crews whose pins in the old plan are taken off; all others stand.
    """

    now_s: int | None = None
    absent: frozenset[str] = frozenset()
    back: frozenset[str] = frozenset()
    speed_factor: float | None = None
    crews: Mapping[str, str] = field(default_factory=lambda: _NONE)
    begins: Mapping[str, int] = field(default_factory=dict)
    routes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    loose: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """How a visit stands in the new plan compared with the old.

    `what` is "added", "dropped", "moved" (to another crew) or "retimed"; a crew is "" and a time
    None where the visit is in no route.
    """

    visit_id: str
    what: str
    old_crew: str = ""
    new_crew: str = ""
    old_begin_s: int | None = None
    new_begin_s: int | None = None


def replan(  # noqa: PLR0917
    day: Day, old: DayPlan, change: Change, stop: StopAfter, settings: Settings, seed: int = 1
) -> tuple[DayPlan, tuple[Difference, ...], tuple[Violation, ...]]:
    """A new plan that keeps as much of the old one as the settings `day.keep_…` ask for.

    Parameters
    ----------
    day
        What is known now (`read_day`): new visits in it are planned, visits of the old plan that
        are no longer due are left out.
    old
        The printed plan.

    Returns
    -------
    DayPlan, differences, broken
        The whole day with what was done before; every visit that changed; and the rules that the
        chief's own routes break.
    """
    change = with_what_stands(day, old, change)
    done = begun(day, old, change)
    problem = remaining(day, old, change, done, settings)
    first = {
        route.crew_id: [stop.visit_id for stop in route.stops if stop.visit_id not in done]
        for route in old.routes
    }
    solution = solve(problem, stop, seed, Params(lang=settings.campaign.lang), first)
    ahead = {route.crew_id: route for route in solution.routes}
    routes = tuple(stitched(day, old, done, ahead, change.now_s))
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


def with_what_stands(day: Day, old: DayPlan, change: Change) -> Change:
    """The change with what earlier ones have left: the rain, who is ill, and the pins.

    A new crew takes the place of the old one, a new time that of the old time, a whole route that
    of both, and both take a visit out of an old route. A pin to a crew that cannot go, or to a
    time that is past, ends by itself.
    """
    now_s = _by_now(day, old, change)
    absent = change.absent | (frozenset(old.absent) - change.back)
    here = {crew.crew_id for crew in day.problem.crews} - absent
    due = {visit.visit_id for visit in day.problem.visits}
    routed = set(chain.from_iterable(change.routes.values()))
    anew = {*change.crews, *change.begins} | routed
    off = anew | change.loose
    stand = [
        v for v in old.visits
        if v.visit_id in due and v.visit_id not in routed and v.visit_id not in change.loose
    ]  # fmt: skip
    crews = {v.visit_id: v.pinned_crew for v in stand if v.pinned_crew in here}
    begins = {
        v.visit_id: v.pinned_start_s
        for v in stand
        if v.pinned_start_s is not None and v.pinned_start_s >= (now_s or 0)
    }
    routes = {
        crew: tuple(name for name in stops if name in due and name not in off)
        for crew, stops in old.pinned_routes
        if crew in here and crew not in change.loose
    }
    faster = old.speed_factor if change.speed_factor is None else change.speed_factor
    return replace(
        change,
        now_s=now_s,
        absent=absent,
        speed_factor=faster,
        crews={name: crew for name, crew in crews.items() if crew} | {**change.crews},
        begins=begins | {**change.begins},
        routes=routes | {**change.routes},
    )


def _by_now(day: Day, old: DayPlan, change: Change) -> int | None:
    """The time that is said, else that of the old plan; not before what has been recorded.

    Crews go their own ways: of whom five visits are recorded, the first five on paper are past.
    """
    account = {visit.visit_id: visit.account_no for visit in old.visits}
    said_s = old.now_s if change.now_s is None else change.now_s
    times = [] if said_s is None else [said_s]
    for route in old.routes:
        made = sum(account.get(stop.visit_id) in day.recorded for stop in route.stops)
        times += [stop.departure_s for stop in route.stops[:made]]
    return max(times, default=None)


def begun(day: Day, plan: DayPlan, change: Change) -> set[str]:
    """Printed visits that are begun at the time of a change, or are due no more.

    A crew that is on its way to a door calls there, unless it cannot go on.
    """
    if change.now_s is None:
        return set()
    due = _due(day)
    found = set()
    for route in plan.routes:
        for k, one in enumerate(route.stops):
            on_the_way = route.crew_id not in change.absent and _set_out(route, k) < change.now_s
            if one.begin_s < change.now_s or on_the_way or one.visit_id not in due:
                found.add(one.visit_id)
    return found


def _due(day: Day) -> set[str]:
    """Ids of what is due today."""
    return {visit.visit_id for visit in day.problem.visits + day.set_aside}


def _set_out(route: Route, k: int) -> int:
    """When a crew sets out for its k-th stop: after the stop before, or the lunch there."""
    free_s = route.stops[k - 1].departure_s if k else route.start_s
    rest = route.rest
    if rest is None or rest.after != k or (rest.place is None and rest.start_s > free_s):
        return free_s
    return rest.start_s + rest.duration_s


def remaining(
    day: Day, old: DayPlan, change: Change, done: set[str], settings: Settings
) -> Problem:
    """The problem of the rest of the day."""
    problem = day.problem
    made = {route.crew_id: route for route in old.routes}
    here = {crew.crew_id for crew in problem.crews} - change.absent
    ahead = [visit for visit in problem.visits if visit.visit_id not in done]
    printed = _printed(old, here, {visit.visit_id for visit in ahead})
    came_back = change.back & frozenset(old.absent)
    # who comes back finds his visits off the sheets: adding them is what he comes for
    sheet_min = 0.0 if came_back else settings.day.keep_sheet_min
    keeping = settings.day.model_copy(update={"keep_sheet_min": sheet_min})
    return replace(
        problem,
        visits=tuple(_pinned(_kept(visit, printed, keeping), change) for visit in ahead),
        crews=tuple(
            _from_now(crew, made.get(crew.crew_id), change.now_s, done, day, came_back)
            for crew in problem.crews
            if crew.crew_id in here
        ),
        seconds=slower(problem.seconds, change.speed_factor or 1.0),
        pinned_routes=tuple(
            (crew, tuple(name for name in stops if name not in done))
            for crew, stops in change.routes.items()
        ),
    )


class _Printed(NamedTuple):
    """Where a visit stands on the sheets: its crew, and what comes before it ("" for nothing)."""

    crew: str
    follows: str


def _printed(old: DayPlan, here: set[str], ahead: set[str]) -> dict[str, _Printed | None]:
    """Where the visits ahead stand; None where the crew cannot go on."""
    found: dict[str, _Printed | None] = {}
    for route in old.routes:
        names = [stop.visit_id for stop in route.stops if stop.visit_id in ahead]
        for before, name in zip(["", *names], names, strict=False):
            found[name] = _Printed(route.crew_id, before) if route.crew_id in here else None
    return found


def _kept(visit: Visit, printed: Mapping[str, _Printed | None], settings: DaySettings) -> Visit:
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
    pinned = _with_pins(visit, change)
    other = pinned.pinned_crew is not None
    return replace(
        pinned,
        mandatory=True,
        added_price=0,
        crew_price=0 if other else visit.crew_price,
        follow_price=0 if other else visit.follow_price,
    )


def _with_pins(visit: Visit, change: Change) -> Visit:
    """A visit that says where and when it is pinned."""
    return replace(
        visit,
        pinned_crew=change.crews.get(visit.visit_id, visit.pinned_crew),
        pinned_start_s=change.begins.get(visit.visit_id, visit.pinned_start_s),
    )


def _from_now(  # noqa: PLR0917
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
    due = _due(day)
    begun_s = [s.departure_s for s in past if s.begin_s < now_s or s.visit_id in due]
    rest = _eaten(route, now_s, done & due)
    rested_s = [] if rest is None else [rest.start_s + rest.duration_s]
    at_base = crew.crew_id in came_back
    home_s = [route.end_s] if route is not None and at_base else []
    free_s = max(now_s, crew.shift.start_s, *begun_s[-1:], *rested_s, *home_s)
    return replace(
        crew,
        start_place=crew.start_place if at_base else _last_place(day, crew, past, rest),
        shift=TimeWindow(free_s, max(free_s, crew.shift.end_s)),
        lunch=None if rest is not None else _lunch_from(crew.lunch, route, now_s, free_s),
        max_visits=None if crew.max_visits is None else max(0, crew.max_visits - len(past)),
        max_travel_s=_left_travel(crew, past),
    )


def _eaten(route: Route | None, now_s: int | None, called: set[str]) -> Rest | None:
    """The lunch that has begun by a time of day, or lies before a door that is called at anyway.

    `called` are visits that are made, or on the way to which a crew is, and not recorded yet.
    """
    rest = None if route is None else route.rest
    if route is None or rest is None or now_s is None:
        return None
    before = any(stop.visit_id in called for stop in route.stops[rest.after :])
    return rest if rest.start_s < now_s or before else None


def _last_place(day: Day, crew: CrewDay, past: list[Stop], rest: Rest | None) -> int | None:
    """Where a crew goes on from: its last door, or the place of its lunch after that."""
    if rest is not None and rest.place is not None and rest.after >= len(past):
        return rest.place
    return _place_of(day, past[-1].visit_id, crew) if past else crew.start_place


def _place_of(day: Day, visit_id: str, crew: CrewDay) -> int | None:
    """Where a visit of today is; where the crew began if nobody knows."""
    known = (v.place for v in day.problem.visits + day.past if v.visit_id == visit_id)
    return next(known, crew.start_place)


def _left_travel(crew: CrewDay, done: list[Stop]) -> int | None:
    """Seconds of travel that a crew may still make."""
    if crew.max_travel_s is None:
        return None
    return max(0, crew.max_travel_s - sum(stop.travel_s for stop in done))


def _lunch_from(lunch: Lunch | None, route: Route | None, now_s: int, free_s: int) -> Lunch | None:
    """The lunch that is still to come; one that is late may begin at once."""
    if lunch is None:
        return None
    first, last = max(lunch.window.start_s, now_s), lunch.window.end_s
    if route is not None and route.rest is not None:
        # it was printed and has not begun: on the way to it, or late for it, it may still be had
        last = max(last, free_s + 3600)
    return None if last < free_s else replace(lunch, window=TimeWindow(min(first, last), last))


def slower(seconds: NDArray[np.int32], speed_factor: float) -> NDArray[np.int32]:
    """Rides at another speed, rounded up; a hole in the matrix stays one."""
    if speed_factor == 1.0:
        return seconds
    longest = np.iinfo(np.int32).max
    return np.minimum(np.ceil(seconds / speed_factor), longest).astype(np.int32)


def stitched(
    day: Day, old: DayPlan, done: set[str], ahead: Mapping[str, Route], now_s: int | None = None
) -> Iterator[Route]:
    """Whole routes: what was done as it was, then what is ahead."""
    crews = {crew.crew_id: crew for crew in day.problem.crews}
    made = {route.crew_id: route for route in old.routes}
    called = done & _due(day)
    for crew_id in [*crews, *(name for name in made if name not in crews)]:
        route, new = made.get(crew_id), ahead.get(crew_id)
        past = () if route is None else tuple(s for s in route.stops if s.visit_id in done)
        rest = _eaten(route, now_s, called)
        if route is None or not past:
            if new is not None:
                yield new
        elif new is not None:
            yield _joined(route, past, rest or _before(crews[crew_id].lunch, past, new), new)
        elif len(past) == len(route.stops):
            yield route
        else:
            yield _cut_short(day, crews.get(crew_id), route, past, rest)


def _before(lunch: Lunch | None, past: tuple[Stop, ...], new: Route) -> Rest | None:
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


def _joined(route: Route, past: tuple[Stop, ...], rest: Rest | None, new: Route) -> Route:
    """What was done, with a lunch that is eaten, and what is ahead of it."""
    if new.rest is not None:
        rest = replace(new.rest, after=new.rest.after + len(past))
    return replace(new, start_s=route.start_s, stops=past + new.stops, rest=rest)


def _cut_short(
    day: Day, crew: CrewDay | None, route: Route, past: tuple[Stop, ...], rest: Rest | None
) -> Route:
    """A route that ends after what was done; the way home is ridden if we know it."""
    free_s = past[-1].departure_s
    if rest is not None and rest.after >= len(past):
        free_s = rest.start_s + rest.duration_s
    travel_s = metres = 0
    if crew is not None:
        last = _last_place(day, crew, list(past), rest)
        travel_s, metres = ride(day.problem, crew, last, crew.end_place)
    return replace(
        route,
        stops=past,
        rest=rest,
        end_s=free_s + travel_s,
        return_travel_s=travel_s,
        return_distance_m=metres,
    )


def _all_visits(day: Day, old: DayPlan, done: set[str], change: Change) -> tuple[Visit, ...]:
    """The visits of the day with their pins, and those that are done and no longer due."""
    known = day.problem.visits + day.set_aside
    names = {visit.visit_id for visit in known}
    past = (v for v in old.visits if v.visit_id in done and v.visit_id not in names)
    return (*(_with_pins(visit, change) for visit in known), *past)


def differences(old: DayPlan, new: DayPlan) -> tuple[Difference, ...]:
    """Every visit that another crew makes, at another time, or that came or went."""
    before, after = _stops(old), _stops(new)
    found = []
    for name in sorted(before.keys() | after.keys()):
        old_crew, old_begin_s = before.get(name, ("", None))
        new_crew, new_begin_s = after.get(name, ("", None))
        what = _what(old_crew, new_crew, old_begin_s, new_begin_s)
        if what:
            found.append(
                Difference(
                    visit_id=name,
                    what=what,
                    old_crew=old_crew,
                    new_crew=new_crew,
                    old_begin_s=old_begin_s,
                    new_begin_s=new_begin_s,
                )
            )
    return tuple(found)


def _stops(plan: DayPlan) -> dict[str, tuple[str, int | None]]:
    return {
        stop.visit_id: (route.crew_id, stop.begin_s)
        for route in plan.routes
        for stop in route.stops
    }


def _what(old_crew: str, new_crew: str, old_s: int | None, new_s: int | None) -> str:
    if not old_crew:
        return "added"
    if not new_crew:
        return "dropped"
    if old_crew != new_crew:
        return "moved"
    return "retimed" if abs((old_s or 0) - (new_s or 0)) >= RETIMED_S else ""
