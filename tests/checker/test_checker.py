"""`optimizer.checker`: one test a rule; each breaks a good plan in one place."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from day_world import EIGHT, HOUR, NOON, crew, noon_lunch, problem, problems, visit
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from optimizer.catalogue import sentences
from optimizer.checker import RULES, check
from optimizer.checker.insertion_proof import rooms
from optimizer.checker.plan_view import Plan
from optimizer.model import Rest, TimeWindow, Unassigned
from optimizer.routes import Params, StopAfter, solve
from optimizer.routes.route_labels import INFEASIBLE
from optimizer.routes.timing import timed, timing_penalty


def line(crews, *visits, **more):
    """A problem and the timed route in which its first crew makes all visits in their order."""
    day = problem(visits, crews, **more)
    return day, timed(day, day.crews[0], visits)


def rules(day, *routes, left=()):
    """Names of the rules that are broken."""
    return {one.rule for one in check(day, routes, left)}


@pytest.fixture
def two_doors():
    """Houses at 10 and 30 minutes, one crew: 60 minutes of travel, 20 at doors."""
    return line([crew()], visit(1), visit(3))


def test_a_good_plan_breaks_nothing(two_doors):
    """The sum: 10 + 10 + 20 + 10 + 30 minutes from eight is 9:20."""
    day, route = two_doors
    assert rules(day, route) == set()
    assert route.end_s == EIGHT + 80 * 60


def test_once(two_doors):
    """A visit that is missing, doubled, foreign, or left out without a word."""
    day, route = two_doors
    assert rules(day) == {"once"}
    left = Unassigned(visit_id="v1", code="day_full", reason="full", action="wait")
    assert "once" in rules(day, route, left=[left])
    assert "once" in rules(replace(day, visits=day.visits[:1]), route)
    silent = replace(left, action="")
    day = replace(day, visits=(replace(day.visits[0], mandatory=False), day.visits[1]))
    alone = timed(day, day.crews[0], day.visits[1:])
    assert rules(day, alone, left=[left]) == set()
    assert rules(day, alone, left=[silent]) == {"once"}


def test_crew(two_doors):
    """A route of a crew that is not on duty, and two routes of one crew."""
    day, route = two_doors
    assert "crew" in rules(day, replace(route, crew_id="c9"))
    assert "crew" in rules(day, *(timed(day, day.crews[0], (v,)) for v in day.visits))


@pytest.mark.parametrize(
    "change",
    [{"arrival_s": EIGHT}, {"travel_s": 1}, {"distance_m": 1}, {"service_s": 1}, {"waiting_s": -1}],
)
def test_times_of_stops(two_doors, change):
    """Every time of a stop follows from the matrix, whatever the plan says."""
    day, route = two_doors
    wrong = replace(route, stops=(replace(route.stops[0], **change), route.stops[1]))
    assert "times" in rules(day, wrong)


@pytest.mark.parametrize(
    "change", [{"end_s": NOON}, {"return_travel_s": 1}, {"return_distance_m": 1}]
)
def test_times_of_the_return(two_doors, change):
    """The way home is a ride, too."""
    day, route = two_doors
    assert rules(day, replace(route, **change)) == {"times"}


def test_setup_is_paid_once_an_address():
    """Mates one after the other share it; a stranger between them makes it due again."""
    flats = [visit(1, visit_id=name, setup_s=600, address_key="x") for name in ("a", "b")]
    day, route = line([crew()], *flats)
    assert rules(day, route) == set()
    assert route.service_s == 1800
    both = replace(route, stops=tuple(replace(s, service_s=1200) for s in route.stops))
    assert rules(day, both) == {"times"}


def test_shift():
    """Too early and too late."""
    day, route = line([crew()], visit(1))
    late = replace(day, crews=(crew(shift=replace(day.crews[0].shift, start_s=9 * HOUR)),))
    assert rules(late, route) == {"shift"}
    short = replace(day, crews=(crew(shift=replace(day.crews[0].shift, end_s=EIGHT + HOUR // 3)),))
    assert rules(short, route) == {"shift"}


def test_lunch():
    """Left out, at a wrong time, too short, in a visit, elsewhere, or not due at all."""
    long = visit(1, service_s=3 * HOUR, visit_id="long")
    day, route = line([crew(lunch=noon_lunch())], long, visit(2, service_s=2 * HOUR))
    assert rules(day, route) == set()
    assert "lunch" in rules(day, replace(route, rest=None))
    rest = route.rest
    for wrong in (
        replace(rest, start_s=14 * HOUR),
        replace(rest, duration_s=60),
        replace(rest, place=0),
        replace(rest, after=9),
        replace(rest, after=2),
    ):
        assert "lunch" in rules(day, replace(route, rest=wrong))
    assert "lunch" in rules(replace(day, crews=(crew(),)), route)


def test_lunch_at_a_place():
    """The ride to the place of lunch is checked like any other."""
    calls = [visit(1, pinned_start_s=11 * HOUR), visit(2, pinned_start_s=15 * HOUR)]
    day, route = line([crew(lunch=noon_lunch(at_place=0))], *calls)
    assert rules(day, route) == set()
    moved = replace(route, rest=replace(route.rest, travel_s=0))
    assert "times" in rules(day, moved)


def test_lunch_is_not_needed_by_who_is_home():
    """Back at 8:30, or leaving after one: no break; but with `always` there is one."""
    day, route = line([crew(lunch=noon_lunch())], visit(1))
    assert route.rest is None
    assert rules(day, route) == set()
    always = replace(day, crews=(crew(lunch=noon_lunch(always=True)),))
    assert rules(always, route) == {"lunch"}


def test_windows(two_doors):
    """Service outside every window."""
    day, route = two_doors
    window = replace(day.crews[0].shift, start_s=10 * HOUR)
    assert rules(replace(day, visits=(visit(1, windows=(window,)), visit(3))), route) == {"windows"}


def test_retry(two_doors):
    """The failed call was in the morning, too."""
    day, route = two_doors
    assert rules(replace(day, visits=(visit(1, failed_s=9 * HOUR), visit(3))), route) == {"retry"}
    assert rules(replace(day, visits=(visit(1, failed_s=15 * HOUR), visit(3))), route) == set()


def test_days(two_doors):
    """Not before the day on which it counts."""
    day, route = two_doors
    early = visit(1, not_before=dt.date(2027, 3, 9))
    assert rules(replace(day, visits=(early, visit(3)), date=dt.date(2027, 3, 3)), route) == {
        "days"
    }


def test_mandatory(two_doors):
    """What falls due today is not left out because it is dear."""
    day, _ = two_doors
    alone = timed(day, day.crews[0], day.visits[1:])
    dear = Unassigned(visit_id="v1", code="outweighed", reason="too dear", action="wait")
    assert rules(day, alone, left=[dear]) == {"mandatory"}
    due = replace(day.visits[0], mandatory=False, deadline=dt.date(2027, 3, 3))
    today = replace(day, visits=(due, day.visits[1]), date=dt.date(2027, 3, 3))
    assert rules(today, alone, left=[dear]) == {"mandatory"}
    assert rules(replace(today, date=dt.date(2027, 3, 2)), alone, left=[dear]) == set()


LEFT_OUT = Unassigned(visit_id="v1", code="day_full", reason="full", action="wait")


def room_beside(one, *made, extra=None):
    """What the checker says of v1 being left out beside the visits that are made."""
    day = problem([extra or visit(1), *made], [one])
    routes = [timed(day, one, made)] if made else []
    return [(wrong.rule, wrong.text) for wrong in check(day, routes, [LEFT_OUT])]


def test_mandatory_is_tried_between_all_stops():
    """On the way to the far house there is room for ten minutes more, whatever the solver says.

    The crew rides 60 minutes and stays for 7:50, so that 10 minutes of its 9 hours are left.
    """
    long = visit(3, service_s=470 * 60)
    found = [("mandatory", "is left out, but fits crew c1 after 0 stops")]
    assert room_beside(crew(), long) == found
    assert room_beside(crew(), visit(3, service_s=470 * 60 + 1)) == []
    assert room_beside(crew()) == found
    assert room_beside(crew(max_visits=1), long) == []
    farther = visit(4, visit_id="v1")
    assert bool(room_beside(crew(max_travel_s=4800), visit(3), extra=farther))
    assert room_beside(crew(max_travel_s=4799), visit(3), extra=farther) == []
    assert room_beside(crew(speed_factor=0.5), visit(3, service_s=420 * 60)) == []
    assert room_beside(crew(capacity=0), long, extra=visit(1, load=1)) == []


def test_mandatory_is_tried_only_where_it_may_go():
    """Skills, prohibitions, pins, days and windows close the same place."""
    day, route = line([crew()], visit(3))
    for closed in (
        {"skills": frozenset({"hv10kv"})},
        {"forbidden_crews": frozenset({"c1"})},
        {"pinned_crew": "c2"},
        {"not_before": dt.date(2027, 3, 9)},
        {"pinned_start_s": EIGHT},
        {"windows": (TimeWindow(EIGHT, EIGHT + 599),)},
        {"failed_s": 9 * HOUR, "windows": (TimeWindow(EIGHT, NOON - 1),)},
    ):
        both = replace(day, visits=(visit(1, **closed), *day.visits), date=dt.date(2027, 3, 3))
        assert rules(both, route, left=[LEFT_OUT]) == set(), closed
    both = replace(day, visits=(visit(1, failed_s=9 * HOUR), *day.visits))
    assert rules(both, route, left=[LEFT_OUT]) == {"mandatory"}
    pinned = replace(both, pinned_routes=(("c1", ("v3",)),))
    assert rules(pinned, route, left=[LEFT_OUT]) == set()


@pytest.mark.parametrize("place", [None, 0])
def test_mandatory_leaves_time_for_lunch(place):
    """Of 9 hours, 60 minutes are ridden, 60 are lunch: 7 hours and a second are too much.

    Lunch at the station takes 30 minutes more: 20 on the way and 10 until it may begin.
    """
    one = crew(lunch=noon_lunch(at_place=place))
    morning = visit(1, visit_id="morning", service_s=3 * HOUR)
    for service_s, room in ((3600, True), (3601, False)):
        far = visit(3, service_s=3 * HOUR - (1800 if place == 0 else 0))
        said = room_beside(one, morning, far, extra=visit(3, visit_id="v1", service_s=service_s))
        assert bool(said) == room, said


def test_mandatory_keeps_preferred_times_that_are_kept():
    """Twenty minutes before it would push a call out of the time that its customer asked for."""
    asked = visit(3, preferred_windows=(TimeWindow(EIGHT, EIGHT + 2400),), preference_price=600)
    assert room_beside(crew(), asked, extra=visit(1, service_s=1200)) == [
        ("mandatory", "is left out, but fits crew c1 after 1 stops")
    ]


def test_setup_is_due_again_after_lunch_at_a_place():
    """Who rides to the station to eat and comes back to the same house parks there again."""
    one = crew(lunch=noon_lunch(at_place=0))
    flats = [visit(1, visit_id=name, setup_s=600, address_key="x", service_s=3 * HOUR)
             for name in ("a", "b")]  # fmt: skip
    day, route = line([one], *flats)
    assert rules(day, route) == set()
    assert route.rest.after == 1
    assert route.service_s == 6 * HOUR + 1200


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(problems(), st.data())
def test_the_place_that_a_visit_is_taken_from_is_found_again(day, data):
    """No proof without completeness: what was in a good plan fits where it was; all room is real.

    Crews who lunch at a place are left to the tests above: their lunch may lie elsewhere.
    """
    crews = [replace(one, lunch=one.lunch and replace(one.lunch, at_place=None))
             for one in day.crews]  # fmt: skip
    day = replace(day, pinned_routes=(), crews=tuple(crews))
    made = solve(day, StopAfter(iterations=50), 1, Params(starts=1, ortools_share=0.0)).routes
    if not made:
        return
    whole = data.draw(st.sampled_from(made))
    at = data.draw(st.integers(0, len(whole.stops) - 1))
    rest = whole.rest
    if rest is not None and rest.after > at:
        rest = replace(rest, after=rest.after - 1)
    less = replace(whole, stops=whole.stops[:at] + whole.stops[at + 1 :], rest=rest)
    routes = {one.crew_id: less if one is whole else one for one in made}
    visits = {one.visit_id: one for one in day.visits}
    plan = Plan(day, tuple(routes.values()), (), visits, {one.crew_id: one for one in day.crews})
    made_still = {stop.visit_id for one in routes.values() for stop in one.stops}
    found = list(rooms(plan, [one for one in day.visits if one.visit_id not in made_still]))
    assert whole.stops[at].visit_id in {one.visit_id for one, _, _ in found}
    for one, crew_id, after in found:
        stops = (
            [visits[stop.visit_id] for stop in routes[crew_id].stops] if crew_id in routes else []
        )
        stops.insert(after, one)
        new = timed(day, plan.crews[crew_id], stops)
        wrong = check(replace(day, visits=tuple(stops)), [new])
        assert timing_penalty(day, plan.crews[crew_id], stops) < INFEASIBLE
        assert not [one for one in wrong if one.rule != "once"]


def test_skills(two_doors):
    """A crew without the certificate."""
    day, route = two_doors
    hv = visit(1, skills=frozenset({"hv10kv"}))
    assert rules(replace(day, visits=(hv, visit(3))), route) == {"skills"}


def test_forbidden(two_doors):
    """A crew that must not go there."""
    day, route = two_doors
    shut = visit(1, forbidden_crews=frozenset({"c1"}))
    assert rules(replace(day, visits=(shut, visit(3))), route) == {"forbidden"}


def test_pins(two_doors):
    """Another crew, another time, another order than the chief has pinned."""
    day, route = two_doors
    for pinned in (visit(1, pinned_crew="c2"), visit(1, pinned_start_s=9 * HOUR)):
        assert rules(replace(day, visits=(pinned, visit(3))), route) == {"pins"}
    assert rules(replace(day, pinned_routes=(("c1", ("v3", "v1")),)), route) == {"pins"}
    assert rules(replace(day, pinned_routes=(("c1", ("v1", "v3")),)), route) == set()


def test_limits(two_doors):
    """Too many visits, too much travel, too much load."""
    day, route = two_doors
    for limit in ({"max_visits": 1}, {"max_travel_s": 600}, {"capacity": 0}):
        heavy = replace(day, crews=(crew(**limit),), visits=(visit(1, load=1), visit(3)))
        assert rules(heavy, route) == {"limits"}


def test_every_rule_has_a_test_and_a_line():
    """A rule that nobody breaks here may be no rule."""
    tested = {name.removeprefix("test_") for name in globals() if name.startswith("test_")}
    tested |= {"times"}
    assert set(RULES) <= tested
    assert all(RULES.values())


def test_a_rest_that_is_made_up_is_found(two_doors):
    """A break that is written into a route without one."""
    day, route = two_doors
    assert "lunch" in rules(day, replace(route, rest=Rest(start_s=NOON, duration_s=60, after=1)))


def test_every_rule_has_words_for_a_chief_whose_own_hand_breaks_it():
    """A route pinned as it is stays, and so does a move on the board: what they break is told.

    The two wishes are no rules of the checker; the board tells them beside these.
    """
    told = {m.removeprefix("broken.") for m in sentences() if m.startswith("broken.")}
    assert told == RULES.keys() | {"other_crew", "other_time"}
