"""One station, one day, solved: the whole way from a problem to a plan."""

from __future__ import annotations

import time
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from optimizer.model import CrewDay, Problem, TimeWindow, Visit
from optimizer.routes.initial_routes import empty_routes, initial_routes
from optimizer.routes.insertion_cost import cheapest_insertion
from optimizer.routes.multistart import Clock, Params, Search, finish_with_ortools, search
from optimizer.routes.problem_arrays import arrays_of
from optimizer.routes.route_state import empty_state
from optimizer.routes.ruin_recreate import raise_penalties
from optimizer.routes.solution import Solution, written

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from optimizer.routes.multistart import Watch
    from optimizer.search.stopping import StopAfter


def solve(
    problem: Problem,
    stop: StopAfter,
    seed: int = 1,
    params: Params | None = None,
    initial: Mapping[str, Sequence[str]] | None = None,
    *,
    watch: Watch | None = None,
) -> Solution:
    """The best plan that is found until `stop`; only routes pinned as they are may break rules.

    Parameters
    ----------
    initial
        A plan to begin with: visits in their order by crew.
    watch
        Shown how far the search is a few times a second; it may end it with the best plan so far.

    Raises
    ------
    ProblemError
        The problem contradicts itself.
    AssertionError
        The checker finds fault with the plan: a bug.
    """
    compile_once()
    params = params or Params()
    began = time.monotonic()
    data = arrays_of(problem)
    if not len(data.task) or not problem.crews:
        return written(problem, data, empty_state(data, seed), params.lang)
    clock = Clock.of(stop, began, len(data.task), params, watch)
    begin = initial_routes(problem, data, initial or {})
    state = search(data, begin, clock, seed, params)
    if params.ortools_share > 0 and not clock.stopped:
        finish_with_ortools(data, state, clock)
    return written(problem, data, state, params.lang)


@cache
def compile_once() -> None:
    """Have the machine code ready before the clock runs; the first time ever it is compiled."""
    square = np.array([[0, 1], [1, 0]], dtype=np.int32)
    crew = CrewDay(crew_id="", start_place=0, end_place=0, shift=TimeWindow(0, 9))
    visit = Visit(visit_id="", place=1, service_s=1)
    data = arrays_of(Problem(visits=(visit,), crews=(crew,), seconds=square, metres=square))
    one = Search(data, empty_routes(data), seed=0)
    one.anneal(1.0, 1)
    raise_penalties(data, one.state, one.costs, np.zeros(len(data.task)))
    one.back_to_best()
    cheapest_insertion(data, one.state, 0, 0, 1.0, 0.0)
