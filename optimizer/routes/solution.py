"""A finished search written as a plan: routes with their times, reasons for what is left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizer.checker import Violation, check
from optimizer.routes.initial_routes import empty_routes
from optimizer.routes.metrics import plan_cost
from optimizer.routes.problem_arrays import IS_VISIT, MODES, VISIT, ProblemArrays
from optimizer.routes.reasons import explain
from optimizer.routes.route_state import LENGTH, RouteState, load_routes, save_best
from optimizer.routes.ruin_recreate import insert_all
from optimizer.routes.schedule import MODE
from optimizer.routes.timing import timed

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from optimizer.catalogue import Lang
    from optimizer.model import Problem, Route, Unassigned


@dataclass(frozen=True, slots=True)
class Solution:
    """A plan: routes in the order of the crews, what is left out and why, and its cost.

    `violations` are of routes pinned as they are: all else keeps every rule.
    """

    routes: tuple[Route, ...]
    unassigned: tuple[Unassigned, ...]
    cost: float
    violations: tuple[Violation, ...] = ()


def written(problem: Problem, data: ProblemArrays, state: RouteState, lang: Lang) -> Solution:
    """The plan in words: routes with their times, reasons for what is left out."""
    routes = _settled(problem, data, state)
    served = {stop.visit_id for route in routes for stop in route.stops}
    left = [visit for visit in problem.visits if visit.visit_id not in served]
    reasons = tuple(explain(problem, data, state, left, lang))
    violations = _of_pins(problem, check(problem, routes, reasons))
    return Solution(tuple(routes), reasons, plan_cost(problem, routes), violations)


def _settled(problem: Problem, data: ProblemArrays, state: RouteState) -> list[Route]:
    """The routes as they are timed; what still fits beside these is inserted.

    The timing may have lunch at its place elsewhere than the search, and keep fewer preferred
    times: only beside the plan as it is written can a reason be proven.
    """
    while True:
        routes = [
            route for r in range(len(problem.crews)) if (route := _timed(problem, data, state, r))
        ]
        left = state.absent[-1]
        load_routes(data, state, *_as_timed(problem, data, state, routes))
        insert_all(data, state)
        if state.absent[-1] == left:
            return routes


def _timed(problem: Problem, data: ProblemArrays, state: RouteState, crew: int) -> Route | None:
    """The route of a crew with its times; None for who stays.

    Where the cheapest lunch at a place is too far for the crew's travel, it stays where the search
    had it.
    """
    visits = _tasks_of(data, state, crew)
    calls = [problem.visits[k] for k in visits if k >= 0]
    if not calls:
        return None
    one = problem.crews[crew]
    route = timed(problem, one, calls)
    most = one.max_travel_s
    if -1 in visits and most is not None and route.travel_s > most:
        return timed(problem, one, calls, lunch_after=visits.index(-1))
    return route


def _tasks_of(data: ProblemArrays, state: RouteState, crew: int) -> list[int]:
    """Visits of a crew in their order; -1 is lunch at its place."""
    tasks = state.seq[crew, 1 : state.route[crew, LENGTH] + 1]
    return [int(visit) for visit in data.task[tasks, VISIT]]


def _as_timed(
    problem: Problem, data: ProblemArrays, state: RouteState, routes: list[Route]
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Rows of tasks and their modes in which the search sees the routes as they are timed."""
    rows, modes = empty_routes(data), state.task[:, MODE].copy()
    save_best(state, rows, modes)
    crews = {crew.crew_id: r for r, crew in enumerate(problem.crews)}
    for route in routes:
        r = crews[route.crew_id]
        tasks = rows[r, : state.route[r, LENGTH]].tolist()
        calls = [v for v in tasks if data.task[v, IS_VISIT]]
        if len(calls) < len(tasks):
            if route.rest is None:
                continue  # home before lunch: the search has it at its place all the same
            meal = next(v for v in tasks if not data.task[v, IS_VISIT])
            rows[r, : len(tasks)] = [*calls[: route.rest.after], meal, *calls[route.rest.after :]]
        for v, stop in zip(calls, route.stops, strict=True):
            if data.task[v, MODES] == 2:
                wanted = problem.visits[data.task[v, VISIT]].preferred_windows
                modes[v] = not any(stop.begin_s in window for window in wanted)
    return rows, modes


def _of_pins(problem: Problem, wrong: list[Violation]) -> tuple[Violation, ...]:
    """What pinned routes break; that any other route breaks a rule is a bug, not a user's fault."""
    pinned = {crew for crew, _ in problem.pinned_routes}
    ours = [one for one in wrong if one.crew not in pinned]
    if ours:
        raise AssertionError(f"the plan breaks its own rules: {ours[:5]}")
    return tuple(wrong)
