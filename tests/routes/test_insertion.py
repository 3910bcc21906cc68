"""`optimizer.routes.insertion`: where one more visit fits."""

from __future__ import annotations

from dataclasses import replace

from day_world import problems
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from optimizer.routes import best_places, timed, where_fits
from optimizer.routes.route_labels import INFEASIBLE
from optimizer.routes.rules import may_go, too_early
from optimizer.routes.timing import timing_penalty


def places_by_trying(day, routes, visit):
    """Crew, stops before, beginning, return and travel, of every place that keeps all rules."""
    known = {one.visit_id: one for one in day.visits}
    for crew in day.crews:
        stops = [known[stop.visit_id] for stop in routes[crew.crew_id].stops]
        for after in range(len(stops) + 1):
            more = [*stops[:after], visit, *stops[after:]]
            route = timed(day, crew, more)
            if (
                may_go(crew, visit)
                and not too_early(day, visit)
                and timing_penalty(day, crew, more) < INFEASIBLE
                and len(more) <= (crew.max_visits or len(more))
                and route.travel_s <= (crew.max_travel_s or route.travel_s)
                and sum(v.load for v in more) <= (99 if crew.capacity is None else crew.capacity)
            ):
                begin_s, before = route.stops[after].begin_s, routes[crew.crew_id]
                later_s = route.end_s - (before.end_s if stops else route.start_s)
                extra_s = route.travel_s - (before.travel_s if stops else 0)
                yield crew.crew_id, after, begin_s, later_s, extra_s


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(problems(), st.data())
def test_a_visit_fits_where_trying_every_place_says_so(day, data):
    """Looking at a route from both its ends finds neither fewer places than trying, nor more.

    Whatever the order of the stops, also one that breaks rules, with lunch anywhere.
    """
    day = replace(day, pinned_routes=())
    if not day.visits:
        return
    *others, visit = data.draw(st.permutations(day.visits))
    crews = [data.draw(st.sampled_from(day.crews)).crew_id for _ in others]
    routes = {
        crew.crew_id: timed(
            day, crew, [v for v, name in zip(others, crews, strict=True) if name == crew.crew_id]
        )
        for crew in day.crews
    }
    fits = where_fits(day, [route for route in routes.values() if route.stops], visit)
    found = [(f.crew_id, f.after, f.begin_s, f.later_s, f.extra_travel_s) for f in fits]
    assert sorted(found) == sorted(places_by_trying(day, routes, visit))


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(problems(most_visits=12, most_crews=5))
def test_the_three_best_places_are_the_first_of_all_at_different_crews(day):
    """Crews that are not looked at, because they cannot be cheaper, would not have been either."""
    day = replace(day, pinned_routes=())
    if not day.visits:
        return
    *others, visit = day.visits
    rows = [others[k :: len(day.crews)] for k in range(len(day.crews))]
    routes = [timed(day, crew, row) for crew, row in zip(day.crews, rows, strict=True) if row]
    every = where_fits(day, routes, visit)
    by_crew = {fit.crew_id: fit for fit in reversed(every)}
    first = [fit for fit in every if fit is by_crew[fit.crew_id]]
    chosen = [*first, *(fit for fit in every if fit not in first)][:3]
    assert best_places(day, routes, visit) == [fit for fit in every if fit in chosen]
