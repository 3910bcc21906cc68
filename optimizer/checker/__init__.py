"""The checker: every rule of a day's plan recomputed from the inputs, one function a rule.

It trusts nobody: times, rides and limits follow from the problem's matrices, visits and crews
alone, never from what a solver says. It runs after every solve, on every plan that a human has
edited, and in every property test.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from optimizer.checker.insertion_proof import rooms
from optimizer.checker.plan_view import Plan, Violation, must, stay
from optimizer.model import NOON_S

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from optimizer.model import CrewDay, Problem, Route, Unassigned

__all__ = ["RULES", "Violation", "check"]

BY_CHOICE = {"outweighed", "waiting", "by_hand"}
"""Codes of reasons that are a matter of price or of will: no reasons for what is mandatory."""
RULES: dict[str, str] = {}
"""Every rule and its line in the README."""
_JUDGES: dict[str, Callable[[Plan], Iterator[Violation]]] = {}


def _rule(
    name: str, line: str
) -> Callable[[Callable[[Plan], Iterator[Violation]]], Callable[[Plan], Iterator[Violation]]]:
    """Put a function on the list of rules."""

    def listed(
        judge: Callable[[Plan], Iterator[Violation]],
    ) -> Callable[[Plan], Iterator[Violation]]:
        RULES[name], _JUDGES[name] = line, judge
        return judge

    return listed


def check(
    problem: Problem,
    routes: Iterable[Route],
    unassigned: Iterable[Unassigned] = (),
    *,
    begin_s: int = 0,
) -> list[Violation]:
    """Every rule that the plan breaks; empty for a plan that a crew can really do.

    Times are told from `begin_s` on, for problems whose second 0 is another moment of a document.
    """
    plan = Plan(
        problem,
        tuple(routes),
        tuple(unassigned),
        {visit.visit_id: visit for visit in problem.visits},
        {crew.crew_id: crew for crew in problem.crews},
        begin_s,
    )
    return [violation for judge in _JUDGES.values() for violation in judge(plan)]


@_rule("once", "every visit is in exactly one route, or unassigned with a reason")
def _once(plan: Plan) -> Iterator[Violation]:
    served = Counter(stop.visit_id for route in plan.routes for stop in route.stops)
    listed = Counter(one.visit_id for one in plan.unassigned)
    for name in plan.visits:
        times = served[name] + listed[name]
        if times != 1:
            yield Violation("once", "", name, f"is {served[name]} times in a route and "
                            f"{listed[name]} times unassigned")  # fmt: skip
    for name in sorted((served.keys() | listed.keys()) - plan.visits.keys()):
        yield Violation("once", "", name, "is not in the problem")
    for one in plan.unassigned:
        if not (one.code and one.reason and one.action):
            yield Violation("once", "", one.visit_id, "is unassigned without reason or action")


@_rule("crew", "every route belongs to a crew on duty, one route a crew")
def _crew(plan: Plan) -> Iterator[Violation]:
    for crew_id, times in Counter(route.crew_id for route in plan.routes).items():
        if crew_id not in plan.crews:
            yield Violation("crew", crew_id, "", "is not on duty")
        elif times > 1:
            yield Violation("crew", crew_id, "", f"has {times} routes")


@_rule("times", "rides, parking, walking and setup take the time the road matrix says")
def _times(plan: Plan) -> Iterator[Violation]:
    for crew, route in plan.known():
        here, ready, address = crew.start_place, route.start_s, crew.start_address
        for position, stop in enumerate(route.stops):
            visit = plan.visits.get(stop.visit_id)
            if visit is None:
                break
            here, ready, wrong = _past_rest(plan, crew, route, position, here, ready)
            if route.rest and route.rest.after == position and route.rest.place is not None:
                address = ""
            seconds, metres = plan.ride(crew, here, visit.place)
            expected = (ready + seconds, seconds, metres, stay(crew, address, visit))
            found = (stop.arrival_s, stop.travel_s, stop.distance_m, stop.service_s)
            if expected != found or stop.waiting_s < 0 or wrong:
                yield Violation("times", crew.crew_id, stop.visit_id, wrong or
                    f"arrival, travel, metres, service should be {expected}, are {found}, "
                    f"waiting {stop.waiting_s}")  # fmt: skip
            here, ready, address = visit.place, stop.departure_s, visit.address_key
        else:
            yield from _way_home(plan, crew, route, here, ready)


def _past_rest(  # noqa: PLR0917
    plan: Plan, crew: CrewDay, route: Route, position: int, here: int | None, ready: int
) -> tuple[int | None, int, str]:
    """Where and when the crew sets out after a rest at this position, and what is wrong with it."""
    rest = route.rest
    if rest is None or rest.after != position:
        return here, ready, ""
    if rest.place is None:
        # the ride may come before, after or around the rest: only its end is certain
        wrong = "rest begins before the last service ends" if rest.start_s < ready else ""
        return here, ready + rest.waiting_s + rest.duration_s, wrong
    seconds, metres = plan.ride(crew, here, rest.place)
    expected = (ready + seconds + rest.waiting_s, seconds, metres)
    found = (rest.start_s, rest.travel_s, rest.distance_m)
    wrong = "" if expected == found else f"rest should be {expected}, is {found}"
    return rest.place, rest.start_s + rest.duration_s, wrong


def _way_home(
    plan: Plan, crew: CrewDay, route: Route, here: int | None, ready: int
) -> Iterator[Violation]:
    here, ready, wrong = _past_rest(plan, crew, route, len(route.stops), here, ready)
    seconds, metres = plan.ride(crew, here, crew.end_place) if route.stops else (0, 0)
    expected = (ready + seconds, seconds, metres)
    found = (route.end_s, route.return_travel_s, route.return_distance_m)
    if route.stops and (expected != found or wrong):
        yield Violation("times", crew.crew_id, "", wrong or
            f"return, travel, metres should be {expected}, are {found}")  # fmt: skip


@_rule("shift", "a crew leaves not before its shift begins and is back before it ends")
def _shift(plan: Plan) -> Iterator[Violation]:
    for crew, route in plan.known():
        if route.stops and route.start_s < crew.shift.start_s:
            yield Violation("shift", crew.crew_id, "", f"leaves at {plan.clock(route.start_s)}, "
                            f"before {plan.clock(crew.shift.start_s)}")  # fmt: skip
        if route.stops and route.end_s > crew.shift.end_s:
            yield Violation("shift", crew.crew_id, "", f"is back at {plan.clock(route.end_s)}, "
                            f"after {plan.clock(crew.shift.end_s)}")  # fmt: skip


@_rule("lunch", "lunch lies in its window and has its length, on the road or at its place; "
       "who is back before the window closes, or leaves after it, eats at home")  # fmt: skip
def _lunch(plan: Plan) -> Iterator[Violation]:
    for crew, route in plan.known():
        lunch, rest = crew.lunch, route.rest
        if rest is None:
            if lunch and route.stops and not _eats_at_home(crew, route):
                yield Violation("lunch", crew.crew_id, "", "has no lunch break")
            continue
        if lunch is None:
            yield Violation("lunch", crew.crew_id, "", "has a lunch break that it is not due")
            continue
        if rest.start_s not in lunch.window:
            begins, first, last = map(
                plan.clock, (rest.start_s, lunch.window.start_s, lunch.window.end_s)
            )
            yield Violation(
                "lunch", crew.crew_id, "", f"lunch at {begins} is outside {first} to {last}"
            )
        if rest.duration_s != lunch.duration_s or rest.waiting_s < 0:
            yield Violation("lunch", crew.crew_id, "", f"lunch takes {rest.duration_s} s")
        if rest.place != lunch.at_place:
            yield Violation("lunch", crew.crew_id, "", f"lunch at place {rest.place}")
        if not 0 <= rest.after <= len(route.stops):
            yield Violation("lunch", crew.crew_id, "", f"lunch after stop {rest.after}")
        yield from _rest_in_gap(plan, crew, route)


def _eats_at_home(crew: CrewDay, route: Route) -> bool:
    """Whether a route without a rest begins late or ends early enough to do without."""
    lunch = crew.lunch
    if lunch is None or lunch.always:
        return lunch is None
    fed = route.start_s >= lunch.window.start_s + lunch.duration_s
    return fed or route.end_s <= lunch.window.end_s


def _rest_in_gap(plan: Plan, crew: CrewDay, route: Route) -> Iterator[Violation]:
    """A rest on the road lies between the service before it and the arrival after it."""
    rest = route.rest
    if rest is None or rest.place is not None or not 0 <= rest.after <= len(route.stops):
        return
    left = route.stops[rest.after - 1].departure_s if rest.after else route.start_s
    came = route.stops[rest.after].arrival_s if rest.after < len(route.stops) else route.end_s
    if rest.start_s < left or rest.start_s + rest.duration_s > came:
        yield Violation("lunch", crew.crew_id, "", f"lunch at {plan.clock(rest.start_s)} runs into "
                        "a visit")  # fmt: skip


@_rule("windows", "service begins within one of the visit's time windows")
def _windows(plan: Plan) -> Iterator[Violation]:
    for crew, _, stop, visit in plan.stops():
        if visit.windows and not any(stop.begin_s in window for window in visit.windows):
            text = f"begins at {plan.clock(stop.begin_s)}, outside its windows"
            yield Violation("windows", crew.crew_id, stop.visit_id, text)


@_rule("retry", "after a failed call in the morning we come in the afternoon, and the reverse")
def _retry(plan: Plan) -> Iterator[Violation]:
    for crew, _, stop, visit in plan.stops():
        if visit.failed_s is None:
            continue
        morning = visit.failed_s < NOON_S
        if stop.begin_s < NOON_S if morning else stop.begin_s > NOON_S:
            begins = f"begins at {plan.clock(stop.begin_s)}"
            text = f"{begins}, the same half of the day as the failed call"
            yield Violation("retry", crew.crew_id, stop.visit_id, text)


@_rule("days", "a visit is not made before the first day on which it counts")
def _days(plan: Plan) -> Iterator[Violation]:
    today = plan.problem.date
    for crew, _, stop, visit in plan.stops():
        if today and visit.not_before and today < visit.not_before:
            yield Violation("days", crew.crew_id, stop.visit_id, f"not before {visit.not_before}")


@_rule("mandatory", "what is mandatory or falls due today is left out only if nobody can make it: "
       "it is tried between all stops of all crews (but not in pinned routes, nor with "
       "who is home before lunch at its place)")  # fmt: skip
def _mandatory(plan: Plan) -> Iterator[Violation]:
    left = []
    for one in plan.unassigned:
        visit = plan.visits.get(one.visit_id)
        if visit is None or not must(plan.problem, visit):
            continue
        if one.code in BY_CHOICE:
            yield Violation("mandatory", "", one.visit_id, f"is left out: {one.code}")
        else:
            left.append(visit)
    for visit, crew_id, after in rooms(plan, left):
        yield Violation("mandatory", "", visit.visit_id,
                        f"is left out, but fits crew {crew_id} after {after} stops")  # fmt: skip


@_rule("skills", "the crew has every skill that the visit needs")
def _skills(plan: Plan) -> Iterator[Violation]:
    for crew, _, stop, visit in plan.stops():
        lacking = sorted(visit.skills - crew.skills)
        if lacking:
            yield Violation("skills", crew.crew_id, stop.visit_id, f"lacks {', '.join(lacking)}")


@_rule("forbidden", "no crew goes where it must not")
def _forbidden(plan: Plan) -> Iterator[Violation]:
    for crew, _, stop, visit in plan.stops():
        if crew.crew_id in visit.forbidden_crews:
            yield Violation("forbidden", crew.crew_id, stop.visit_id, "this crew must not go there")


@_rule("pins", "a chief's pins hold: crew, beginning, and whole routes")
def _pins(plan: Plan) -> Iterator[Violation]:
    for crew, _, stop, visit in plan.stops():
        if visit.pinned_crew not in {None, crew.crew_id}:
            yield Violation("pins", crew.crew_id, stop.visit_id, f"pinned to {visit.pinned_crew}")
        if visit.pinned_start_s not in {None, stop.begin_s}:
            yield Violation("pins", crew.crew_id, stop.visit_id,
                f"begins at {plan.clock(stop.begin_s)}, pinned to "
                f"{plan.clock(visit.pinned_start_s or 0)}")  # fmt: skip
    routes = {route.crew_id: tuple(stop.visit_id for stop in route.stops) for route in plan.routes}
    for crew_id, stops in plan.problem.pinned_routes:
        if routes.get(crew_id, ()) != tuple(stops):
            yield Violation("pins", crew_id, "", "its pinned route is changed")


@_rule("limits", "most visits, longest travel and what a motorcycle carries are kept")
def _limits(plan: Plan) -> Iterator[Violation]:
    for crew, route in plan.known():
        load = sum(plan.visits[s.visit_id].load for s in route.stops if s.visit_id in plan.visits)
        for what, value, most in (
            ("visits", len(route.stops), crew.max_visits),
            ("seconds of travel", route.travel_s, crew.max_travel_s),
            ("load", load, crew.capacity),
        ):
            if most is not None and value > most:
                yield Violation("limits", crew.crew_id, "", f"{value} {what}, at most {most}")
