"""OR-Tools' last word on a plan.

Left alone OR-Tools is a tenth behind, so it is given the best plan of the search and descends from
it under the full model, where all rules are looked at together.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

from optimizer.routes.ortools_model import Model
from optimizer.routes.problem_arrays import BALANCE, IS_VISIT, OMITTED, ProblemArrays
from optimizer.routes.route_state import LENGTH, LOCKED, TOTAL_WORK, VISIT_COUNT, RouteState
from optimizer.routes.schedule import CREW, MODE

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST_ABSENT = 100
"""How many of the absent tasks are in the model."""
LEAST_S = 0.05
"""A descent has this time even if the building of the model took all that there was."""


def improve_with_ortools(
    data: ProblemArrays, state: RouteState, seconds: float | None
) -> tuple[NDArray[np.int32], NDArray[np.int64]] | None:
    """Rows of tasks and modes of a plan that OR-Tools makes of this one, or None.

    Parameters
    ----------
    state
        A plan that keeps all rules.
    seconds
        At most so long with the building of the model; None until it finds nothing better.
    """
    began = time.monotonic()
    crews = [r for r in range(len(data.crew)) if not state.route[r, LOCKED]]
    tasks = _tasks(data, state, crews)
    if not crews or not tasks:
        return None
    model = Model(data, crews, tasks)
    if data.weights[BALANCE] > 0:
        model.balance(int(state.route[crews, TOTAL_WORK].min()))
    routes = [
        [(int(v), int(state.task[v, MODE])) for v in state.seq[r, 1 : state.route[r, LENGTH] + 1]]
        if state.route[r, VISIT_COUNT]
        else []
        for r in crews
    ]
    left_s = None if seconds is None else max(LEAST_S, seconds - (time.monotonic() - began))
    solution = model.descend(routes, left_s)
    if solution is None:
        return None
    rows = np.full((len(data.crew), len(data.task) + 2), -1, dtype=np.int32)
    modes = state.task[:, MODE].copy()
    for r in range(len(data.crew)):
        if state.route[r, LOCKED]:
            n = state.route[r, LENGTH]
            rows[r, :n] = state.seq[r, 1 : n + 1]
    for r, route in zip(crews, model.stops(solution), strict=True):
        for k, (task, mode) in enumerate(route or _only_lunch(data, r)):
            rows[r, k], modes[task] = task, mode
    return rows, modes


def _only_lunch(data: ProblemArrays, crew: int) -> list[tuple[int, int]]:
    """What the search has in the route of a crew that stays: its lunch at a place, if any."""
    meals = np.flatnonzero((data.task[:, IS_VISIT] == 0) & (data.crew_cost[:, crew] >= 0))
    return [(int(meal), 0) for meal in meals]


def _tasks(data: ProblemArrays, state: RouteState, crews: list[int]) -> list[int]:
    """Tasks in routes, and the dearest of those that are left out."""
    may = (data.crew_cost[:, crews] >= 0).any(axis=1)
    inside = np.flatnonzero(may & (state.task[:, CREW] >= 0))
    outside = np.flatnonzero(may & (state.task[:, CREW] < 0))
    dearest = outside[np.argsort(-data.penalty[outside, OMITTED], kind="stable")][:MOST_ABSENT]
    return sorted([*inside.tolist(), *dearest.tolist()])
