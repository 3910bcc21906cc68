"""What each rule costs: the same day solved without it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from optimizer.model import LAST_S, TimeWindow
from optimizer.routes.multistart import Params
from optimizer.routes.solver import solve

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from optimizer.model import Problem, Route
    from optimizer.search.stopping import StopAfter

LATER_S = 2 * 3600


def price_of_rules(
    problem: Problem, routes: Sequence[Route], stop: StopAfter, seed: int = 1
) -> dict[str, float]:
    """Seconds of travel that the plan would save without each rule; rules that cost nothing lack.

    Both with and without the rule the search goes on from the plan for the same number of
    iterations,
    so that a rule is not blamed for what mere patience would find.

    Parameters
    ----------
    stop
        How long to search for each rule.
    """
    initial = {route.crew_id: [one.visit_id for one in route.stops] for route in routes}
    params = Params(start_temperature=0.1, ortools_share=0.0, soft_penalty_share=0.0)
    cost = solve(problem, stop, seed, params, initial).cost
    prices = {}
    for rule, relaxed in RELAXED.items():
        without = relaxed(problem)
        if without is not problem:
            saved = cost - solve(without, stop, seed, params, initial).cost
            if saved > 0.5:
                prices[rule] = saved
    return prices


def _each_visit(problem: Problem, **change: object) -> Problem:
    visits = tuple(replace(visit, **change) for visit in problem.visits)  # type: ignore[arg-type]
    return problem if visits == problem.visits else replace(problem, visits=visits)


def _each_crew(problem: Problem, **change: object) -> Problem:
    crews = tuple(replace(crew, **change) for crew in problem.crews)  # type: ignore[arg-type]
    return problem if crews == problem.crews else replace(problem, crews=crews)


def _longer_shifts(problem: Problem) -> Problem:
    """Everybody stays two hours longer."""
    crews = tuple(
        replace(
            crew,
            shift=TimeWindow(crew.shift.start_s, min(LAST_S, crew.shift.end_s + LATER_S)),
        )
        for crew in problem.crews
    )
    return replace(problem, crews=crews)


RELAXED: dict[str, Callable[[Problem], Problem]] = {
    "windows": lambda day: _each_visit(day, windows=(), pinned_start_s=None),
    "retry": lambda day: _each_visit(day, failed_s=None),
    "preferred_times": lambda day: _each_visit(day, preferred_windows=()),
    "skills": lambda day: _each_visit(day, skills=frozenset()),
    "crews": lambda day: _each_visit(
        day, preferred_crew=None, forbidden_crews=frozenset(), pinned_crew=None
    ),
    "lunch": lambda day: _each_crew(day, lunch=None),
    "limits": lambda day: _each_crew(day, max_visits=None, max_travel_s=None, capacity=None),
    "shift": _longer_shifts,
    "pinned_routes": lambda day: replace(day, pinned_routes=()) if day.pinned_routes else day,
    "balance": lambda day: replace(day, balance=0.0) if day.balance else day,
    "overlap": lambda day: replace(day, overlap=0) if day.overlap else day,
}
"""What each rule's absence means."""
