"""What a plan amounts to: cost, and the figures that a chief looks at."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizer.model import intersect_windows
from optimizer.routes.rules import (
    crew_price,
    follow_price,
    omission_penalties,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from optimizer.model import Problem, Route, Stop, Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class CrewFigures:
    """One crew's day: seconds, metres, doors and the end of work."""

    crew_id: str
    visits: int
    doors: int
    travel_s: int
    walk_m: int
    service_s: int
    waiting_s: int
    lunch_s: int
    distance_m: int
    start_s: int
    end_s: int

    @property
    def work_s(self) -> int:
        """Travel and service, what balance compares."""
        return self.travel_s + self.service_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The whole plan's.

    `prices` says what each soft rule costs in this plan, in seconds of travel; `shared_areas`
    counts areas with more than one crew, `overlap` the crews beyond the first in them.
    """

    crews: tuple[CrewFigures, ...]
    visits: int
    unassigned: int
    travel_s: int
    walk_m: int
    service_s: int
    waiting_s: int
    distance_m: int
    longest_work_s: int
    shortest_work_s: int
    shared_areas: int
    overlap: int
    prices: dict[str, float]

    @property
    def cost(self) -> float:
        """What the search minimises: travel and all prices."""
        return self.travel_s + sum(self.prices.values())


def figures(problem: Problem, routes: Iterable[Route]) -> Figures:
    """The figures of a plan."""
    routes = [route for route in routes if route.stops]
    visits = {visit.visit_id: visit for visit in problem.visits}
    crews = tuple(_crew_figures(route, visits) for route in routes)
    served = {stop.visit_id for route in routes for stop in route.stops}
    idle = len(problem.crews) - len(routes)
    work = [crew.work_s for crew in crews] + [0] * max(0, idle)
    areas = _areas(routes, visits)
    return Figures(
        crews=crews,
        visits=len(served),
        unassigned=len(problem.visits) - len(served),
        travel_s=sum(crew.travel_s for crew in crews),
        walk_m=sum(crew.walk_m for crew in crews),
        service_s=sum(crew.service_s for crew in crews),
        waiting_s=sum(crew.waiting_s for crew in crews),
        distance_m=sum(crew.distance_m for crew in crews),
        longest_work_s=max(work, default=0),
        shortest_work_s=min(work, default=0),
        shared_areas=sum(len(there) > 1 for there in areas.values()),
        overlap=sum(len(there) - 1 for there in areas.values()),
        prices=_penalties(problem, routes, visits),
    )


def plan_cost(problem: Problem, routes: Iterable[Route]) -> float:
    """What the search minimises, in seconds of travel."""
    return figures(problem, routes).cost


def _crew_figures(route: Route, visits: Mapping[str, Visit]) -> CrewFigures:
    made = [visits[stop.visit_id] for stop in route.stops]
    return CrewFigures(
        crew_id=route.crew_id,
        visits=len(made),
        doors=len({visit.address_key or visit.visit_id for visit in made}),
        travel_s=route.travel_s,
        walk_m=2 * sum(visit.walk_m for visit in made),
        service_s=route.service_s,
        waiting_s=route.waiting_s,
        lunch_s=route.rest.duration_s if route.rest else 0,
        distance_m=route.distance_m,
        start_s=route.start_s,
        end_s=route.end_s,
    )


def _areas(routes: Sequence[Route], visits: Mapping[str, Visit]) -> dict[str, Counter[str]]:
    """Visits of each crew in each area."""
    areas: dict[str, Counter[str]] = defaultdict(Counter)
    for route in routes:
        for stop in route.stops:
            area = visits[stop.visit_id].area
            if area:
                areas[area][route.crew_id] += 1
    return dict(areas)


def _penalties(
    problem: Problem, routes: Sequence[Route], visits: Mapping[str, Visit]
) -> dict[str, float]:
    crews = {crew.crew_id: crew for crew in problem.crews}
    made = [(crews[r.crew_id], stop, visits[stop.visit_id]) for r in routes for stop in r.stops]
    calls = [[visits[stop.visit_id] for stop in route.stops] for route in routes]
    out_of_order = [
        follow_price(before, visit)
        for row in calls
        for before, visit in zip([None, *row], row, strict=False)
    ]
    served = {stop.visit_id for _, stop, _ in made}
    work = [route.travel_s + route.service_s for route in routes]
    work += [0] * (len(problem.crews) - len(routes))
    left_out = zip(problem.visits, omission_penalties(problem), strict=True)
    overlap = sum(len(there) - 1 for there in _areas(routes, visits).values())
    return {
        "unassigned": float(sum(p for visit, p in left_out if visit.visit_id not in served)),
        "other_crew": float(sum(crew_price(crew, visit) for crew, _, visit in made)),
        "other_time": float(sum(time_price(stop, visit) for _, stop, visit in made)),
        "other_order": float(sum(out_of_order)),
        "added": float(sum(visit.added_price for _, _, visit in made)),
        "crews": float(sum(crews[route.crew_id].fixed_s for route in routes)),
        "balance": problem.balance * (max(work, default=0) - min(work, default=0)),
        "overlap": float(problem.overlap * overlap),
    }


def time_price(stop: Stop, visit: Visit) -> int:
    """Price of a beginning outside the preferred times."""
    if not visit.preferred_windows:
        return 0
    wanted = intersect_windows(visit.hard_windows, visit.preferred_windows)
    return 0 if any(stop.begin_s in window for window in wanted) else visit.preference_price
