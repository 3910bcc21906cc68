"""Where one more visit fits: each crew and moment, and what it costs there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizer.routes.metrics import time_price
from optimizer.routes.rules import crew_price, follow_price, may_go, too_early
from optimizer.routes.timing import feasible, timed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from optimizer.model import CrewDay, Problem, Route, Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """One place for a visit in a plan.

    Attributes
    ----------
    crew_id, after
        The crew, and how many of its stops come before.
    begin_s
        When service would begin.
    extra_travel_s, extra_m
        What the crew would ride more.
    later_s
        How much later the crew would be back.
    price
        What the search would pay: extra travel and the change of all prices of the route.
    """

    crew_id: str
    after: int
    begin_s: int
    extra_travel_s: int
    extra_m: int
    later_s: int
    price: float


def where_fits(problem: Problem, routes: Iterable[Route], visit: Visit) -> list[Fit]:
    """Every place where a visit fits a plan without breaking a rule, the cheapest first.

    Parameters
    ----------
    routes
        The plan; crews without a route are free all day.
    visit
        Need not be among the problem's visits; its place is one of the problem's places.
    """
    made = {route.crew_id: route for route in routes}
    whole = {crew_id for crew_id, _ in problem.pinned_routes}
    visits = {one.visit_id: one for one in problem.visits}
    fits: list[Fit] = []
    for crew in problem.crews:
        if crew.crew_id not in whole and may_go(crew, visit) and not too_early(problem, visit):
            route = made.get(crew.crew_id)
            stops = [] if route is None else [visits[stop.visit_id] for stop in route.stops]
            fits += _fits(problem, crew, stops, visit)
    return sorted(fits, key=lambda fit: (fit.price, fit.crew_id, fit.after))


def _fits(problem: Problem, crew: CrewDay, stops: Sequence[Visit], visit: Visit) -> Iterator[Fit]:
    """The places for a visit in the route of one crew."""
    before = timed(problem, crew, stops)
    paid = _price(crew, stops, before)
    for after in range(len(stops) + 1):
        more = [*stops[:after], visit, *stops[after:]]
        route = feasible(problem, crew, more)
        if route is not None and _within_limits(crew, more, route):
            yield Fit(
                crew_id=crew.crew_id,
                after=after,
                begin_s=route.stops[after].begin_s,
                extra_travel_s=route.travel_s - (before.travel_s if stops else 0),
                extra_m=route.distance_m - (before.distance_m if stops else 0),
                later_s=route.end_s - (before.end_s if stops else route.start_s),
                price=_price(crew, more, route) - paid,
            )


def _price(crew: CrewDay, stops: Sequence[Visit], route: Route) -> float:
    """What a route costs by itself."""
    if not stops:
        return 0.0
    others = sum(crew_price(crew, visit) + visit.added_price for visit in stops)
    others += sum(map(follow_price, [None, *stops], stops))
    wishes = sum(map(time_price, route.stops, stops))
    return float(route.travel_s + others + crew.fixed_s + wishes)


def _within_limits(crew: CrewDay, stops: Sequence[Visit], route: Route) -> bool:
    """Whether number, travel and load stay within what the crew may."""
    return all(
        most is None or value <= most
        for value, most in (
            (len(stops), crew.max_visits),
            (route.travel_s, crew.max_travel_s),
            (sum(visit.load for visit in stops), crew.capacity),
        )
    )
