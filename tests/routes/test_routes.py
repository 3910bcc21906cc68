"""`optimizer.routes`: the solver under every rule."""

from __future__ import annotations

import itertools
import time
from dataclasses import replace

import numpy as np
import pytest
from day_world import EIGHT, HOUR, NOON, crew, noon_lunch, problem, problems, street, visit
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from optimizer.checker import check
from optimizer.errors import ProblemError
from optimizer.model import Problem, TimeWindow
from optimizer.routes import Params, Reason, StopAfter, plan_cost, solve
from optimizer.routes.insertion_cost import cheapest_insertion
from optimizer.routes.ortools_improvement import improve_with_ortools
from optimizer.routes.problem_arrays import MODES, OMITTED, arrays_of
from optimizer.routes.route_labels import INFEASIBLE
from optimizer.routes.route_state import ABSENT, FEASIBLE, LENGTH, empty_state, load_routes
from optimizer.routes.ruin_recreate import insert_all, sort_batch
from optimizer.routes.schedule import CREW, MODE
from optimizer.routes.timing import timed, timing_penalty

QUICK = StopAfter(iterations=400)
ONE = Params(starts=1, lang="en")
ALONE = replace(ONE, ortools_share=0.0)
"""The search without OR-Tools, which would make good what the search misses."""
ANY = {"deadline": None, "suppress_health_check": list(HealthCheck)}


def plan(day, params=ONE, **more):
    """The plan of a problem, quickly; the checker has seen it."""
    solution = solve(day, QUICK, 1, params, **more)
    assert not check(day, solution.routes, solution.unassigned)
    return solution


def order(solution):
    """Visits of each route in their order, by crew."""
    return {route.crew_id: [stop.visit_id for stop in route.stops] for route in solution.routes}


def codes(solution):
    """Why each visit is left out."""
    return {one.visit_id: one.code for one in solution.unassigned}


# ---- all rules at once --------------------------------------------------------------------------


@settings(max_examples=60, **ANY)
@given(problems())
def test_no_plan_breaks_a_rule(day):
    """Whatever the rules and the matrix: the checker is silent but about pinned routes."""
    solution = solve(day, QUICK, 1, ONE)
    pinned = {name for name, _ in day.pinned_routes}
    wrong = [one for one in check(day, solution.routes, solution.unassigned)
             if one.crew not in pinned]  # fmt: skip
    assert not wrong
    assert solution.cost == pytest.approx(plan_cost(day, solution.routes))


def best_by_trying(day):
    """Cost of the best of all plans, found by trying them all."""
    best = plan_cost(day, [])
    for crews in itertools.product([None, *day.crews], repeat=len(day.visits)):
        groups = {
            one.crew_id: [v for v, c in zip(day.visits, crews, strict=True) if c is one]
            for one in day.crews
        }
        for orders in itertools.product(*(itertools.permutations(g) for g in groups.values())):
            routes = [
                timed(day, one, stops)
                for one, stops in zip(day.crews, orders, strict=True)
                if stops
            ]
            left = [v for v, c in zip(day.visits, crews, strict=True) if c is None]
            if not [w for w in check(day, routes, []) if w.rule != "once"] or left == day.visits:
                best = min(best, plan_cost(day, routes))
    return best


@settings(max_examples=40, **ANY)
@given(problems(most_visits=4, most_crews=2))
def test_small_days_are_solved_to_the_optimum(day):
    """Four visits can be tried in every way: what must be served is, and nothing costs more.

    A crew that lunches at a place is sent there whenever it can be, even if it could be home first.
    """
    crews = [replace(c, lunch=replace(c.lunch, always=True)) if c.lunch and c.lunch.at_place
             is not None else c for c in day.crews]  # fmt: skip
    day = replace(day, pinned_routes=(), crews=tuple(crews))
    assert solve(day, QUICK, 1, ONE).cost <= best_by_trying(day) + 1e-6


@settings(max_examples=50, **ANY)
@given(problems())
def test_the_model_of_ortools_agrees_with_ours(day):
    """It takes every plan of ours, and what it makes of it keeps all rules and costs no more."""
    day = replace(day, pinned_routes=())
    data = arrays_of(day)
    if not len(data.task):
        return
    state = empty_state(data, 1)
    before = insert_all(data, state)
    if (data.crew_cost < 0).all():
        return
    rows = improve_with_ortools(data, state, None)
    assert rows is not None
    after = load_routes(data, state, *rows)
    same_address = any(v.address_key for v in day.visits) and any(c.lunch for c in day.crews)
    assert state.route[:, FEASIBLE].all() or same_address
    assert after <= before + 1e-6 or not state.route[:, FEASIBLE].all()


@settings(max_examples=15, **ANY)
@given(problems(), st.integers(0, 99))
def test_same_seed_and_iterations_same_plan(day, seed):
    """A plan that cannot be made again cannot be argued about."""
    params = Params(starts=2)
    assert solve(day, QUICK, seed, params) == solve(day, QUICK, seed, params)


@settings(max_examples=50, **ANY)
@given(problems(most_visits=5, most_crews=1))
def test_compiled_schedules_agree_with_the_timing(day):
    """Two ways to time a route, one verdict: whether it can be driven."""
    day = replace(day, pinned_routes=(), crews=(replace(day.crews[0], lunch=None),))
    one = day.crews[0]
    stops = [k for k, v in enumerate(day.visits) if not v.preferred_windows]
    data = arrays_of(replace(day))
    rows = np.full((1, len(day.visits) + 2), -1, dtype=np.int32)
    rows[0, : len(stops)] = stops
    state = empty_state(data, 1)
    load_routes(data, state, rows, np.zeros(len(day.visits), dtype=np.int64))
    made = [day.visits[k] for k in stops]
    route = timed(day, one, made)
    limits = (
        len(made) <= (one.max_visits or len(made))
        and route.travel_s <= (one.max_travel_s or route.travel_s)
        and sum(v.load for v in made) <= (99 if one.capacity is None else one.capacity)
    )
    possible = timing_penalty(day, one, made) < INFEASIBLE and limits
    assert bool(state.route[0, FEASIBLE]) == possible or not made


def half_done(day):
    """Arrays and state of a day of which every second task has its place, and the others none."""
    data = arrays_of(replace(day, pinned_routes=()))
    state = empty_state(data, 1)
    state.soft_penalty[1::2] = -1.0
    insert_all(data, state)
    state.soft_penalty[:] = data.penalty[:, OMITTED]
    return data, state


def cheapest_by_trying(data, state, v):
    """The least extra cost of a task anywhere, found by laying out every route that has it."""
    size = len(data.task)
    modes = state.task[:, MODE].copy()
    rows = np.full((len(data.crew), size + 2), -1, dtype=np.int32)
    for r in range(len(data.crew)):
        n = state.route[r, LENGTH]
        rows[r, :n] = state.seq[r, 1 : n + 1]
    trial = empty_state(data, 1)
    before = load_routes(data, trial, rows, modes) - data.penalty[v, OMITTED]
    best = np.inf
    for r in range(len(data.crew)):
        n = state.route[r, LENGTH]
        for k, mode in itertools.product(range(n + 1), range(data.task[v, MODES])):
            more = rows.copy()
            more[r, : n + 1] = np.insert(rows[r, :n], k, v)
            cost = load_routes(data, trial, more, np.where(np.arange(size) == v, mode, modes))
            if trial.route[r, FEASIBLE] and data.crew_cost[v, r] >= 0:
                best = min(best, cost - before)
    return best


@settings(max_examples=80, **ANY)
@given(problems())
def test_the_cheapest_place_is_the_cheapest_of_all_places(day):
    """What the search skips without a look, too late or too dear, could not have been taken."""
    data, state = half_done(day)
    absent = np.flatnonzero(state.task[:, CREW] == ABSENT)
    assume(len(absent) and state.route[:, FEASIBLE].all())
    for v in absent:
        crew_row, _, _, cost = cheapest_insertion(data, state, v, -1, 1e12, 0.0)
        found = cost if crew_row >= 0 else np.inf
        assert found == pytest.approx(cheapest_by_trying(data, state, v), abs=1e-3)


def test_a_neighbour_spared_its_setup_may_be_in_time_for_a_later_window():
    """Who stands in a route from 8 to 10, for want of time after 14, goes there as a neighbour.

    Ten minutes of setup and five of service from 14 on end too late to be home at 14:20; five of
    service alone do not. So three hours next door fit before it.
    """
    spans = (TimeWindow(EIGHT, 10 * HOUR), TimeWindow(14 * HOUR, 15 * HOUR))
    neighbour = visit(1, windows=spans, service_s=300, setup_s=600, address_key="a")
    first = (TimeWindow(EIGHT + 600, EIGHT + 600),)
    long = visit(1, visit_id="long", windows=first, service_s=3 * HOUR, setup_s=600,
                 address_key="a")  # fmt: skip
    one = crew(shift=TimeWindow(EIGHT, 14 * HOUR + 20 * 60))
    data = arrays_of(problem([neighbour, long], [one]))
    state = empty_state(data, 1)
    load_routes(
        data, state, np.array([[0, -1, -1, -1]], dtype=np.int32), np.zeros(2, dtype=np.int64)
    )
    assert cheapest_insertion(data, state, 1, -1, 1e12, 0.0)[:2] == (0, 0)


# ---- one rule at a time -------------------------------------------------------------------------


def test_the_shortest_way_is_found():
    """Stations at 10 to 60 minutes: out and home is 120 minutes of travel, whatever the order."""
    solution = plan(problem([visit(k) for k in (3, 1, 6, 2, 5, 4)], [crew()]))
    assert solution.routes[0].travel_s == 120 * 60
    assert solution.cost == 120 * 60


def test_a_shift_ends_in_time():
    """Three hours are not enough for 120 minutes of travel and six visits of 10 minutes + 1 s."""
    day = problem([visit(k, service_s=601) for k in range(1, 7)],
                  [crew(shift=TimeWindow(EIGHT, EIGHT + 3 * HOUR))])  # fmt: skip
    assert len(plan(day).unassigned) == 1
    assert not plan(
        replace(day, visits=tuple(replace(v, service_s=600) for v in day.visits))
    ).unassigned


def test_what_must_be_made_is_made_however_much_is_on_offer():
    """Four hundred optional calls on the doorstep, and one that only the second crew may make.

    Few iterations are left for it after the choice among the others, and it lies far from them all.
    """
    near = [visit(1, visit_id=f"o{k}", mandatory=False, price=9000) for k in range(400)]
    pinned = visit(6, visit_id="must", pinned_crew="c2", service_s=HOUR)
    day = problem([*near, pinned], [crew(), crew("c2")])
    solution = solve(day, StopAfter(iterations=300), 1, ALONE)
    assert "must" in order(solution)["c2"]


def test_crews_may_begin_and_end_elsewhere():
    """From the member's home at 60 minutes to the station nothing is ridden twice."""
    solution = plan(problem([visit(3)], [crew(start_place=6)]))
    assert solution.routes[0].travel_s == 60 * 60
    nowhere = plan(problem([visit(3)], [crew(start_place=None, end_place=None)]))
    assert nowhere.routes[0].travel_s == 0


def test_service_begins_within_one_of_several_windows():
    """At 8:30 the first window is over for a house at 40 minutes: the second is waited for."""
    windows = (TimeWindow(EIGHT, EIGHT + 1800), TimeWindow(10 * HOUR, 11 * HOUR))
    stop = plan(problem([visit(4, windows=windows)], [crew()])).routes[0].stops[0]
    assert stop.begin_s == 10 * HOUR


def test_a_crew_leaves_late_rather_than_waits():
    """The window opens at ten, the ride takes 40 minutes: 9:20 is soon enough."""
    route = plan(problem([visit(4, windows=(TimeWindow(10 * HOUR, NOON),))], [crew()])).routes[0]
    assert (route.start_s, route.waiting_s) == (9 * HOUR + 20 * 60, 0)


def test_lunch_at_a_place_is_not_sought_beyond_the_limit_of_travel():
    """Lunch at 60 minutes before the call at 10 keeps its wish, and 220 minutes are ridden.

    With lunch after that call, in the morning, 120 are; where at most 130 may be, the wish is not
    kept. The call at 60 minutes is late in the afternoon.
    """
    wish = visit(1, preferred_windows=(TimeWindow(14 * HOUR, 15 * HOUR),), preference_price=30_000)
    late = visit(6, windows=(TimeWindow(17 * HOUR, 17 * HOUR),))
    one = crew(lunch=noon_lunch(at_place=6, always=True), shift=TimeWindow(EIGHT, 20 * HOUR))
    ridden = [
        plan(problem([wish, late], [replace(one, max_travel_s=most * 60)])).routes[0].travel_s
        for most in (230, 130)
    ]
    assert ridden == [220 * 60, 120 * 60]


def test_a_plan_without_time_for_lunch_is_not_begun_with():
    """Even if there is no time to search: who is due lunch at the station cannot work through."""
    calls = [visit(1, service_s=8 * HOUR + 1200), visit(2)]
    day = problem(calls, [crew(lunch=noon_lunch(at_place=0))])
    solution = solve(day, StopAfter(iterations=0), 1, ALONE, {"c1": ["v1"]})
    assert order(solution) == {"c1": ["v2"]}
    assert codes(solution) == {"v1": Reason.TOO_FAR}


def test_lunch_on_the_road_may_interrupt_a_ride():
    """A ride of three hours spans the window of lunch; the hour is spent at its roadside."""
    far = problem([visit(1)], [crew(lunch=noon_lunch(), shift=TimeWindow(10 * HOUR, 20 * HOUR))],
                  places=(180,))  # fmt: skip
    route = plan(far).routes[0]
    assert route.rest is not None
    assert 11 * HOUR + 1800 <= route.rest.start_s <= 13 * HOUR
    assert route.end_s - route.start_s == (180 + 60 + 10 + 180) * 60


@pytest.mark.parametrize(
    ("end_min", "window", "service_min"),
    [
        pytest.param(13 * 60 + 30, (), 250, id="lunch after the visit"),
        pytest.param(14 * 60 + 20, (TimeWindow(13 * HOUR, 13 * HOUR),), 70, id="lunch before it"),
    ],
)
def test_a_day_may_be_full_to_the_minute(end_min, window, service_min):
    """Ten minutes out and ten home, the visit and an hour's lunch leave nothing of the shift."""
    one = crew(shift=TimeWindow(EIGHT, end_min * 60), lunch=noon_lunch(always=True))
    full = visit(1, windows=window, service_s=service_min * 60)
    assert not plan(problem([full], [one]), ALONE).unassigned
    assert plan(problem([replace(full, service_s=full.service_s + 1)], [one])).unassigned


def test_lunch_at_a_place_is_ridden_to():
    """From the house at 60 minutes to lunch at 10 minutes and on to 50: 200 minutes of travel."""
    day = problem([visit(6, pinned_start_s=11 * HOUR), visit(5, pinned_start_s=15 * HOUR)],
                  [crew(lunch=noon_lunch(at_place=1))])  # fmt: skip
    route = plan(day).routes[0]
    assert (route.rest.place, route.rest.travel_s) == (1, 50 * 60)
    assert route.travel_s == (60 + 50 + 40 + 50) * 60


def test_who_is_back_by_noon_eats_at_home():
    """A morning's work needs no lunch break on the road."""
    assert plan(problem([visit(1)], [crew(lunch=noon_lunch())])).routes[0].rest is None
    always = problem([visit(1)], [crew(lunch=noon_lunch(always=True))])
    assert plan(always).routes[0].rest is not None


def test_setup_is_once_an_address():
    """Ten flats in one building are one ride and ten doors: 20 min of setup, not 200."""
    flats = [visit(1, visit_id=f"flat{k}", setup_s=1200, address_key="block 7") for k in range(10)]
    assert plan(problem(flats, [crew()])).routes[0].service_s == 1200 + 10 * 600


def test_skills_send_the_crew_that_has_them():
    """Only crew 2 has the 10 kV certificate."""
    day = problem([visit(1, skills=frozenset({"hv10kv"}))],
                  [crew(), crew("c2", skills=frozenset({"hv10kv"}))])  # fmt: skip
    assert order(plan(day)) == {"c2": ["v1"]}


def test_a_preferred_crew_is_worth_its_price():
    """Sending a second crew 30 minutes out and home pays against 61 minutes, not against 59."""
    calls = [visit(5, pinned_crew="c1"), visit(3, preferred_crew="c2", crew_price=61 * 60)]
    crews = [crew(), crew("c2")]
    assert order(plan(problem(calls, crews)))["c2"] == ["v3"]
    calls[1] = replace(calls[1], crew_price=59 * 60)
    assert len(order(plan(problem(calls, crews)))) == 1


def test_an_order_is_worth_its_price():
    """As printed: 30 minutes out, back to 10, out to 20, home, 20 minutes more than need be.

    Every shorter order has two visits that follow another than on the sheet.
    """
    printed = {"v3": "", "v1": "v3", "v2": "v1"}
    for price_min, cost_min in ((11, 80), (9, 60 + 2 * 9)):
        calls = [visit(k, follows=printed[f"v{k}"], follow_price=price_min * 60) for k in (1, 2, 3)]
        made = plan(problem(calls, [crew()]))
        assert made.cost == cost_min * 60
        assert (order(made)["c1"] == ["v3", "v1", "v2"]) == (price_min == 11)


def test_what_is_on_no_sheet_costs_to_be_added():
    """A house at 60 minutes is worth 121: enough for the ride, not for two minutes more."""
    house = visit(6, mandatory=False, price=121 * 60)
    assert not plan(problem([house], [crew()])).unassigned
    assert plan(problem([replace(house, added_price=120)], [crew()])).unassigned


def test_a_forbidden_crew_stays_away():
    """The household asked for somebody else."""
    day = problem([visit(1, forbidden_crews=frozenset({"c1"}))], [crew(), crew("c2")])
    assert order(plan(day)) == {"c2": ["v1"]}


def test_preferred_times_have_a_price():
    """Waiting costs nothing, so the afternoon is kept; against a fixed lunch hour it is not."""
    wish = visit(2, preferred_windows=(TimeWindow(14 * HOUR, 15 * HOUR),), preference_price=600)
    kept = plan(problem([wish], [crew()]))
    assert 14 * HOUR <= kept.routes[0].stops[0].begin_s <= 15 * HOUR
    early = plan(problem([wish], [crew(shift=TimeWindow(EIGHT, NOON))]))
    assert early.cost == 40 * 60 + 600


def test_what_is_left_out_costs_its_price():
    """A house at 60 minutes is worth the ride of 120 minutes, or it is not."""
    assert not plan(problem([visit(6, mandatory=False, price=121 * 60)], [crew()])).unassigned
    left = plan(problem([visit(6, mandatory=False, price=119 * 60)], [crew()]))
    assert codes(left) == {"v6": Reason.OUTWEIGHED}
    assert "120 min" in left.unassigned[0].reason


def test_a_visit_on_the_way_is_made_for_nothing():
    """A crew passes the door and has time: it calls there though nobody priced the visit."""
    on_the_way = visit(1, mandatory=False, price=0)
    assert not plan(problem([visit(2), on_the_way], [crew()])).unassigned


def test_the_dearest_visits_are_chosen():
    """Two of three fit: those of the highest price."""
    calls = [visit(6, visit_id=f"v{k}", mandatory=False, price=k * 3600, service_s=HOUR)
             for k in (1, 2, 3)]  # fmt: skip
    day = problem(calls, [crew(shift=TimeWindow(EIGHT, NOON))])
    assert codes(plan(day)) == {"v1": Reason.DAY_FULL}


def test_cheap_visits_give_way_to_a_dear_one_for_all_that_prices_are_huge():
    """One house at 60 minutes or five at 10: 139 minutes hold 120 of travel and one visit.

    The dear one is worth more than all others; a search that starts with the others finds it.
    """
    cheap = [visit(1, visit_id=f"near {k}", mandatory=False, price=10**9) for k in range(5)]
    far = visit(6, mandatory=False, price=6 * 10**9)
    day = problem([*cheap, far], [crew(shift=TimeWindow(EIGHT, EIGHT + 139 * 60))])
    near = {"c1": [one.visit_id for one in cheap]}
    assert order(plan(day, ALONE, initial=near)) == {"c1": ["v6"]}


def test_what_is_dear_to_leave_out_mostly_goes_first():
    """Of twice the price is first in most orders, a tenth more makes no difference."""
    prices = {1: 3600, 2: 3960, 3: 7200}
    calls = [visit(place, mandatory=False, price=price) for place, price in prices.items()]
    data = arrays_of(problem(calls, [crew()]))
    state, first = empty_state(data, 1), []
    for _ in range(1000):
        state.batch[:3] = range(3)
        sort_batch(data, state, 3)
        first.append(prices[1 + int(state.batch[0])])
    assert first.count(7200) > 700  # 0.7 of the orders, and a share of the others
    assert min(first.count(3600), first.count(3960)) > 20


def test_a_retry_comes_in_the_other_half_of_the_day():
    """Nobody was home at nine: after noon; nobody at three: before."""
    calls = [visit(1, failed_s=9 * HOUR), visit(2, failed_s=15 * HOUR)]
    begins = {s.visit_id: s.begin_s for s in plan(problem(calls, [crew()])).routes[0].stops}
    assert begins["v1"] >= NOON
    assert begins["v2"] <= NOON


def test_pins_hold():
    """A crew, a beginning and a whole route, as the chief wants them."""
    day = problem([visit(1, pinned_crew="c2"), visit(2, pinned_start_s=15 * HOUR)],
                  [crew(), crew("c2")])  # fmt: skip
    solution = plan(day)
    assert "v1" in order(solution)["c2"]
    zigzag = problem([visit(k) for k in (1, 2, 3, 4)], [crew(), crew("c2")],
                     pinned_routes=(("c1", ("v1", "v4", "v2")),))  # fmt: skip
    assert order(plan(zigzag)) == {"c1": ["v1", "v4", "v2"], "c2": ["v3"]}


def test_a_pinned_route_that_cannot_be_driven_is_shown_as_it_is():
    """The chief sees how late it gets, and the checker says so."""
    day = problem([visit(6, windows=(TimeWindow(EIGHT, EIGHT + 600),))], [crew()],
                  pinned_routes=(("c1", ("v6",)),))  # fmt: skip
    solution = solve(day, QUICK, 1, ONE)
    assert order(solution) == {"c1": ["v6"]}
    assert [one.rule for one in check(day, solution.routes, ())] == ["windows"]


def test_limits_of_visits_travel_and_load():
    """Each limit leaves one of two visits to the other crew."""
    calls = [visit(2, load=2), visit(3, load=2)]
    for limit in ({"max_visits": 1}, {"capacity": 2}):
        assert len(order(plan(problem(calls, [crew(**limit), crew("c2", **limit)])))) == 2
    near = crew("c2", max_travel_s=40 * 60)
    assert order(plan(problem(calls, [near]))) == {"c2": ["v2"]}


def test_balance_shares_the_work():
    """One crew could do it all with less travel; the price of unequal work sends both."""
    day = problem([visit(k) for k in (1, 2)], [crew(), crew("c2")])
    assert len(plan(day).routes) == 1
    assert len(plan(replace(day, balance=1.0)).routes) == 2


def test_an_area_is_left_to_one_crew():
    """Two crews start at either end; with a price on overlap one of them does the area."""
    calls = [visit(2, area="A"), visit(5, area="A")]
    crews = [crew(), crew("c2", start_place=6, end_place=6)]
    assert len(plan(problem(calls, crews)).routes) == 2
    assert len(plan(problem(calls, crews, overlap=3600)).routes) == 1


def test_an_idle_crew_costs_nothing_but_its_fixed_price():
    """A second crew is sent only if it saves more than it costs."""
    calls = [visit(2), visit(5)]
    crews = [crew(), crew("c2", start_place=6, end_place=6, fixed_s=3600)]
    assert len(plan(problem(calls, crews)).routes) == 1


def test_a_slow_crew_takes_longer():
    """Rain or a loaded motorcycle: at half the speed 10 minutes are 20."""
    assert plan(problem([visit(1)], [crew(speed_factor=0.5)])).routes[0].travel_s == 40 * 60


def test_a_first_plan_that_takes_too_long_loses_what_is_worth_least():
    """Four calls of an hour in 4 h 30: the cheapest goes, the others keep their order."""
    prices = {1: 3000, 2: 900, 3: 3000, 4: 3000}
    calls = [visit(k, service_s=HOUR, mandatory=False, price=price) for k, price in prices.items()]
    day = problem(calls, [crew(shift=TimeWindow(EIGHT, EIGHT + 4 * HOUR + 1800))])
    first = {"c1": ["v4", "v2", "v3", "v1"]}
    found = solve(day, StopAfter(iterations=1), 1, Params(starts=1, ortools_share=0.0), first)
    assert order(found) == {"c1": ["v4", "v3", "v1"]}


def test_a_first_plan_is_gone_on_from():
    """With no iterations left, the plan is the one that was given."""
    day = problem([visit(1), visit(2)], [crew(), crew("c2")])
    begin = {"c1": ["v2"], "c2": ["v1"]}
    solution = solve(day, StopAfter(iterations=0), 1, ONE, initial=begin)
    assert solution.cost <= (20 + 40) * 60


# ---- reasons ------------------------------------------------------------------------------------

IMPOSSIBLE = {
    Reason.NO_SKILL: ({"skills": frozenset({"diving"})}, {}),
    Reason.FORBIDDEN: ({"forbidden_crews": frozenset({"c1"})}, {}),
    Reason.NO_WINDOW: ({"windows": (TimeWindow(0, HOUR),), "pinned_start_s": NOON}, {}),
    Reason.NOT_IN_TIME: ({"windows": (TimeWindow(EIGHT, EIGHT + 60),)}, {}),
    Reason.TOO_FAR: ({"service_s": 8 * HOUR}, {}),
    Reason.OVER_LIMIT: ({}, {"max_travel_s": 600}),
    Reason.PINNED: (
        {"pinned_crew": "c1", "skills": frozenset({"diving"})},
        {"second": frozenset({"diving"})},
    ),
}


@pytest.mark.parametrize("reason", IMPOSSIBLE)
def test_each_impossible_visit_has_its_reason(reason):
    """Nothing is dropped silently: code, sentence and action, in both languages."""
    of_visit, of_crew = IMPOSSIBLE[reason]
    crews = [crew(**{k: v for k, v in of_crew.items() if k != "second"})]
    crews += [crew("c2", skills=of_crew["second"])] if "second" in of_crew else []
    day = problem([visit(6, **of_visit)], crews)
    assert codes(plan(day)) == {"v6": reason}
    chinese = solve(day, QUICK, 1, Params(starts=1, lang="zh")).unassigned[0]
    assert chinese.reason
    assert chinese.reason != plan(day).unassigned[0].reason


def test_no_crew_is_a_reason():
    """A day on which everybody is on leave is planned, too."""
    assert codes(plan(problem([visit(1)], []))) == {"v1": Reason.NO_CREW}


def test_a_day_without_visits_is_a_plan():
    """Nothing is due: nobody goes out."""
    assert not plan(problem([], [crew()])).routes


# ---- bad input ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"visits": (visit(1), visit(1))}, "v1"),
        ({"visits": (visit(7),)}, "v7"),
        ({"visits": (visit(1, pinned_crew="c9"),)}, "c9"),
        ({"pinned_routes": (("c9", ()),)}, "c9"),
        ({"pinned_routes": (("c1", ("v8",)),)}, "v8"),
        ({"pinned_routes": (("c1", ("v1", "v1")),)}, "v1"),
        ({"seconds": np.zeros((2, 3), dtype=np.int32)}, "square"),
        ({"seconds": np.full((7, 7), -1, dtype=np.int32)}, "row 0"),
        ({"seconds": np.zeros((7, 7))}, "int32"),
        ({"metres": np.zeros((2, 2), dtype=np.int32)}, "same"),
    ],
)
def test_a_contradictory_problem_is_refused_by_its_place(change, place):
    """The message names what is wrong, so that it can be mended."""
    day = problem([visit(1)], [crew()])
    with pytest.raises(ProblemError, match=place):
        solve(replace(day, **change), QUICK)


def test_ten_times_too_many_visits_end_in_time():
    """A backlog of a thousand candidates is a plan with a thousand reasons, in time."""
    rng = np.random.default_rng(1)
    seconds = rng.integers(60, 3600, (1001, 1001)).astype(np.int32)
    calls = tuple(visit(k, mandatory=bool(k % 3)) for k in range(1, 1001))
    day = Problem(visits=calls, crews=(crew(), crew("c2")), seconds=seconds, metres=seconds)
    solve(problem([visit(1)], [crew()]), QUICK)
    began = time.monotonic()
    solution = solve(day, StopAfter(seconds=1), 1, ONE)
    assert time.monotonic() - began < 3
    assert not check(day, solution.routes, solution.unassigned)
    assert len(solution.unassigned) > 900


def test_holes_in_the_matrix_are_roads_that_nobody_takes():
    """An unreachable house is left out with a reason."""
    seconds = street(10, 20)["seconds"].copy()
    seconds[:, 2] = seconds[2, :] = np.iinfo(np.int32).max
    day = Problem(visits=(visit(1), visit(2)), crews=(crew(),), seconds=seconds, metres=seconds)
    assert codes(plan(day)) == {"v2": Reason.TOO_FAR}


def test_a_search_stops_after_seconds_or_iterations():
    """Neither or both would leave the end open."""
    for wrong in ({}, {"seconds": 1, "iterations": 1}):
        with pytest.raises(ValueError, match="either"):
            StopAfter(**wrong)
    for endless in (float("nan"), float("inf"), -1.0):
        with pytest.raises(ProblemError, match="seconds"):
            StopAfter(seconds=endless)
