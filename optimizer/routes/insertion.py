"""Where one more visit fits: each crew and moment, and what it costs there."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

from optimizer.routes.metrics import time_price
from optimizer.routes.route_labels import INFEASIBLE
from optimizer.routes.rules import crew_price, follow_price, may_go, too_early
from optimizer.routes.timing import Line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

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
    lines = _lines(problem, routes, visit)
    fits = (_fit(line, k, visit) for line in lines for k in range(len(line.visits) + 1))
    return sorted((fit for fit in fits if fit is not None), key=_rank)


def best_places(
    problem: Problem, routes: Iterable[Route], visit: Visit, most: int = 3
) -> list[Fit]:
    """The cheapest place at each of the cheapest crews; where few crews can go, more at each.

    Crews that cannot be among them are not looked at.
    """
    lines = _lines(problem, routes, visit)
    best: list[Fit] = []
    for least, k in sorted((min(_least_prices(line, visit)), k) for k, line in enumerate(lines)):
        if len(best) >= most and best[most - 1].price < least:
            break
        best = sorted([*best, *_cheapest(lines[k], visit)], key=_rank)
    if len(best) < most:
        others = [fit for fit in where_fits(problem, routes, visit) if fit not in best]
        best = sorted([*best, *others[: most - len(best)]], key=_rank)
    return best[:most]


def _lines(problem: Problem, routes: Iterable[Route], visit: Visit) -> list[Line]:
    """The routes, one a crew that may go there, also those without a stop yet."""
    made = {route.crew_id: route for route in routes}
    whole = {crew_id for crew_id, _ in problem.pinned_routes}
    visits = {one.visit_id: one for one in problem.visits}
    lines: list[Line] = []
    for crew in problem.crews:
        if crew.crew_id not in whole and may_go(crew, visit) and not too_early(problem, visit):
            route = made.get(crew.crew_id)
            stops = () if route is None else tuple(visits[stop.visit_id] for stop in route.stops)
            lines.append(Line(problem, crew, stops))
    return lines


def _rank(fit: Fit) -> tuple[float, str, int]:
    return fit.price, fit.crew_id, fit.after


def _least_prices(line: Line, visit: Visit) -> list[float]:
    """A visit costs no less in a route, after none of its stops, after the first, and so on.

    It may at best make all wishes come true that are paid for. What it saves on the way to a place
    of lunch is not known.
    """
    crew, stops = line.crew, line.visits
    if crew.lunch is not None and crew.lunch.at_place is not None:
        return [-math.inf] * (len(stops) + 1)
    times = sum(stop.preference_price for stop in stops if stop.preferred_windows)
    orders = sum(stop.follow_price for stop in stops if stop.follows is not None)
    own = crew_price(crew, visit) + visit.added_price + (0 if stops else crew.fixed_s)
    return [line.detour_s(k, visit) + own - times - orders for k in range(len(stops) + 1)]


def _cheapest(line: Line, visit: Visit) -> list[Fit]:
    """The cheapest place in a route, if there is any."""
    best: list[Fit] = []
    for least, after in sorted(zip(_least_prices(line, visit), count())):
        if best and best[0].price < least:
            break
        fit = _fit(line, after, visit)
        best = best if fit is None else sorted([*best, fit], key=_rank)[:1]
    return best


def _fit(line: Line, after: int, visit: Visit) -> Fit | None:
    """A visit in a route after so many stops, None if it cannot be."""
    crew, stops, before = line.crew, line.visits, line.as_it_is
    more = (*stops[:after], visit, *stops[after:])
    route = _with_visit(line, after, visit)
    if route is None or not _within_limits(crew, more, route):
        return None
    return Fit(
        crew_id=crew.crew_id,
        after=after,
        begin_s=route.stops[after].begin_s,
        extra_travel_s=route.travel_s - (before.travel_s if stops else 0),
        extra_m=route.distance_m - (before.distance_m if stops else 0),
        later_s=route.end_s - (before.end_s if stops else route.start_s),
        price=_price(crew, more, route) - _price(crew, stops, before),
    )


def _with_visit(line: Line, after: int, visit: Visit) -> Route | None:
    """A route with one more visit after so many stops, None if it cannot be.

    Where the stops before it and those behind it leave no time between, it is not timed.
    """
    longer = line.with_visit(after, visit)
    if after < len(line.visits) and not any(
        label.penalty < INFEASIBLE and label.leave_s <= line.latest[after + 1][label.lunched]
        for label in longer.labels(after + 2)
    ):
        return None
    end = longer.final()
    return longer.route(end) if end.penalty < INFEASIBLE else None


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
