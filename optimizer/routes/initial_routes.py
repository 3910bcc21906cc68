"""The routes with which a search begins."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimizer.routes.route_labels import INFEASIBLE, ride
from optimizer.routes.rules import omission_penalties
from optimizer.routes.timing import timing_penalty

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from optimizer.model import CrewDay, Problem
    from optimizer.routes.problem_arrays import ProblemArrays


def empty_routes(data: ProblemArrays) -> NDArray[np.int32]:
    """Rows of tasks, one a crew, all empty."""
    return np.full((len(data.crew), len(data.task) + 2), -1, dtype=np.int32)


def initial_routes(
    problem: Problem, data: ProblemArrays, initial: Mapping[str, Sequence[str]]
) -> NDArray[np.int32]:
    """Rows of tasks to begin with; the last column says which rows are pinned as they are.

    What is not allowed any more is left out, and of a route that takes too long now as few visits
    as may be.
    """
    prize = omission_penalties(problem)
    index = {visit.visit_id: k for k, visit in enumerate(problem.visits)}
    rows = empty_routes(data)
    pinned = dict(problem.pinned_routes)
    used: set[int] = set()
    for r, crew in enumerate(problem.crews):
        names = pinned.get(crew.crew_id, initial.get(crew.crew_id, ()))
        tasks = [index[name] for name in names if name in index]
        if crew.crew_id not in pinned:
            tasks = [v for v in tasks if v not in used and data.crew_cost[v, r] >= 0]
            tasks = _thin_out(problem, crew, tasks, prize)
        rows[r, : len(tasks)] = tasks
        rows[r, -1] = crew.crew_id in pinned
        used.update(tasks)
    return rows


def _thin_out(
    problem: Problem, crew: CrewDay, tasks: list[int], prize: NDArray[np.float64]
) -> list[int]:
    """A route without those visits whose prize is least for their time, until it is feasible."""
    row = [*tasks]
    while row and timing_penalty(problem, crew, [problem.visits[v] for v in row]) >= INFEASIBLE:
        calls = [problem.visits[v] for v in row]
        places = [crew.start_place, *(visit.place for visit in calls), crew.end_place]
        saved_s = [
            visit.service_s + visit.setup_s + 1.0
            + ride(problem, crew, before, visit.place).seconds
            + ride(problem, crew, visit.place, after).seconds
            - ride(problem, crew, before, after).seconds
            for before, visit, after in zip(places, calls, places[2:], strict=False)
        ]  # fmt: skip
        row.pop(min(range(len(row)), key=lambda k: prize[row[k]] / max(1.0, saved_s[k])))
    return row
