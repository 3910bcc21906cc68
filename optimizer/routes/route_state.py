"""Routes under construction in compiled code: insertion, removal, cost, and an undo log.

The log holds each route as it was before the first change of an iteration, so that an iteration
that is not accepted costs no more than the routes that it changed.
"""
# ruff: noqa: PLR0917  (compiled functions take their arguments by position)
# mypy: disable-error-code="no-any-return"

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from optimizer.compiled import compiled
from optimizer.routes.problem_arrays import (
    AREA,
    BALANCE,
    CAPACITY,
    END,
    IS_VISIT,
    LOAD,
    LUNCH_S,
    MAX_TRAVEL,
    MAX_VISITS,
    MODES,
    NEVER,
    OMITTED,
    OVERLAP,
    SHIFT_END,
    SPEED,
    START,
    UNPREFERRED,
    ProblemArrays,
)
from optimizer.routes.schedule import (
    CREW,
    EDGE,
    MODE,
    SLOT,
    backward,
    duration,
    forward,
    order_penalty,
    slack,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]


ABSENT, OUT_OF_PLAY = -1, -2
"""In the column CREW: in no route; in none because no crew may go."""
(
    LENGTH,
    VISIT_COUNT,
    TOTAL_LOAD,
    TOTAL_TRAVEL,
    TOTAL_WORK,
    FEASIBLE,
    LOCKED,
    LOGGED,
    OLD_LENGTH,
    TRIED,
    SLACK,
) = range(11)
"""Columns of `RouteState.route`."""
SOFT, TRUE = range(2)
"""In `RouteState.left_out`."""


class RouteState(NamedTuple):
    """Routes and their schedules: m crews, q tasks, room for q stops in a route.

    Attributes
    ----------
    seq
        int32 (m, q + 2): where the crew starts, its tasks, where it ends.
    schedule
        int64 (m, q + 2, 5): one row a node of `seq`.
    route
        int64 (m, 11): LENGTH in tasks, VISIT_COUNT of them, total load, travel and work (travel
        and service), whether it is FEASIBLE, what an iteration notes, and the SLACK: the most
        seconds, detour included, for which one more stop can fit anywhere.
    cost
        float64 (m): of each route.
    task
        int64 (q, 3): CREW (ABSENT, or OUT_OF_PLAY where no crew may go), MODE, and the SLOT in
        `absent`.
    area_count
        int64 (areas, m): visits of the crew there.
    absent
        int64 (q + 1): tasks that are in no route; the last number counts them.
    undo
        int32 (m, q + 2, 2): stops and modes of logged routes before the iteration.
    logged
        int64 (m + 1): routes that the iteration changed; the last number counts them.
    rng
        uint64 (1): state of the random numbers.
    soft_penalty
        float64 (q): what the search pays for leaving a task out: its penalty, or less for a while.
    left_out
        float64 (2): sums of SOFT and TRUE penalties over all that is absent.
    batch, keys
        int64 (q), float64 (q): the tasks that an iteration inserts, and by what they are sorted.
    """

    seq: NDArray[np.int32]
    schedule: Ints
    route: Ints
    cost: NDArray[np.float64]
    task: Ints
    area_count: Ints
    absent: Ints
    undo: NDArray[np.int32]
    logged: Ints
    rng: NDArray[np.uint64]
    soft_penalty: NDArray[np.float64]
    left_out: NDArray[np.float64]
    batch: Ints
    keys: NDArray[np.float64]


def empty_state(data: ProblemArrays, seed: int) -> RouteState:
    """Routes without a visit; every task that some crew may make is absent."""
    m, q = len(data.crew), len(data.task)
    areas = int(data.task[:, AREA].max(initial=-1)) + 1
    start = (seed * 2654435761 + 0x9E3779B97F4A7C15) & ((1 << 64) - 1)
    state = RouteState(
        seq=np.zeros((m, q + 2), dtype=np.int32),
        schedule=np.zeros((m, q + 2, 5), dtype=np.int64),
        route=np.zeros((m, 11), dtype=np.int64),
        cost=np.zeros(m),
        task=np.full((q, 3), (OUT_OF_PLAY, 0, 0), dtype=np.int64),
        area_count=np.zeros((areas, m), dtype=np.int64),
        absent=np.zeros(q + 1, dtype=np.int64),
        undo=np.zeros((m, q + 2, 2), dtype=np.int32),
        logged=np.zeros(m + 1, dtype=np.int64),
        rng=np.array([start], dtype=np.uint64),
        soft_penalty=data.penalty[:, OMITTED].copy(),
        left_out=np.zeros(2),
        batch=np.zeros(q, dtype=np.int64),
        keys=np.zeros(q),
    )
    start_empty(data, state)
    return state


@compiled
def start_empty(data: ProblemArrays, state: RouteState) -> None:
    """Empty routes with their schedules; tasks that any crew may make become absent."""
    for r in range(len(data.crew)):
        state.seq[r, 0] = data.crew[r, START]
        state.seq[r, 1] = data.crew[r, END]
        refresh(data, state, r)
    for v in range(len(data.task)):
        for r in range(len(data.crew)):
            if data.crew_cost[v, r] >= 0.0:
                set_absent(data, state, v)
                break


@compiled
def set_absent(data: ProblemArrays, state: RouteState, v: int) -> None:
    """Put a task among those that are in no route."""
    absent = state.absent
    count = absent[-1]
    state.task[v, CREW] = ABSENT
    state.task[v, SLOT] = count
    absent[count] = v
    absent[-1] = count + 1
    state.left_out[SOFT] += state.soft_penalty[v]
    state.left_out[TRUE] += data.penalty[v, OMITTED]


@compiled
def set_present(data: ProblemArrays, state: RouteState, v: int, r: int) -> None:
    """Take a task from those that are in no route."""
    absent = state.absent
    absent[-1] -= 1
    last = absent[absent[-1]]
    hole = state.task[v, SLOT]
    absent[hole] = last
    state.task[last, SLOT] = hole
    state.task[v, CREW] = r
    state.left_out[SOFT] -= state.soft_penalty[v]
    state.left_out[TRUE] -= data.penalty[v, OMITTED]


@compiled
def refresh(data: ProblemArrays, state: RouteState, r: int) -> None:
    """Recompute a route's schedule, cost and limits from its sequence."""
    task, crew_cost, row = data.task, data.crew_cost, state.route[r]
    seq, schedule, time = state.seq[r], state.schedule[r], data.time[data.crew[r, SPEED]]
    n = row[LENGTH]
    travel, work, reals, load, cost = 0, 0, 0, 0, 0.0
    before = seq[0]
    call = before  # the visit before, whatever lunch there is between
    for k in range(1, n + 1):
        v = seq[k]
        ride = time[before, v]
        schedule[k - 1, EDGE] = ride
        travel += ride
        if task[v, IS_VISIT] == 1:
            work += duration(task, data.crew, r, before, v)
            reals += 1
            cost += order_penalty(task, call, v)
            call = v
        load += task[v, LOAD]
        cost += max(0.0, crew_cost[v, r])
        if task[v, MODES] == 2 and state.task[v, MODE] == 1:
            cost += data.penalty[v, UNPREFERRED]
        before = v
    schedule[n, EDGE] = time[before, seq[n + 1]]
    travel += schedule[n, EDGE]
    if reals == 0:
        travel = 0
    else:
        cost += data.fixed[r]
    state.cost[r] = cost + travel
    row[VISIT_COUNT], row[TOTAL_LOAD], row[TOTAL_TRAVEL], row[TOTAL_WORK] = (
        reals,
        load,
        travel,
        work + travel,
    )
    home = forward(task, data.window, data.crew, state.task, seq, schedule, r, n)
    backward(task, data.window, data.crew, state.task, seq, schedule, r, n)
    row[SLACK] = slack(schedule, n, data.crew[r, LUNCH_S])
    limits = data.crew[r]
    row[FEASIBLE] = reals == 0 or (
        home <= limits[SHIFT_END] and reals <= limits[MAX_VISITS]
        and load <= limits[CAPACITY] and travel <= limits[MAX_TRAVEL]
    )  # fmt: skip


@compiled
def insert(data: ProblemArrays, state: RouteState, v: int, r: int, k: int, mode: int) -> None:
    """Insert an absent task after the k-th node of a route."""
    set_present(data, state, v, r)
    seq = state.seq[r]
    n = state.route[r, LENGTH]
    for at in range(n + 1, k, -1):
        seq[at + 1] = seq[at]
    seq[k + 1] = v
    state.route[r, LENGTH] = n + 1
    state.task[v, MODE] = mode
    area = data.task[v, AREA]
    if area >= 0:
        state.area_count[area, r] += 1
    refresh(data, state, r)


@compiled
def remove(data: ProblemArrays, state: RouteState, r: int, first: int, count: int) -> None:
    """Make the stops first, first + 1, … of a route absent; its schedule is not refreshed."""
    seq = state.seq[r]
    n = state.route[r, LENGTH]
    for k in range(first, first + count):
        v = seq[k]
        area = data.task[v, AREA]
        if area >= 0:
            state.area_count[area, r] -= 1
        set_absent(data, state, v)
    for k in range(first + count, n + 2):
        seq[k - count] = seq[k]
    state.route[r, LENGTH] = n - count


@compiled
def total_cost(data: ProblemArrays, state: RouteState) -> float:
    """Cost of the whole plan, with the soft penalties of all that is left out."""
    cost = state.left_out[SOFT]
    longest, shortest = 0, NEVER
    for r in range(len(state.cost)):
        cost += state.cost[r]
        longest = max(longest, state.route[r, TOTAL_WORK])
        shortest = min(shortest, state.route[r, TOTAL_WORK])
    if data.weights[BALANCE] > 0.0:
        cost += data.weights[BALANCE] * (longest - shortest)
    if data.weights[OVERLAP] > 0.0:
        cost += data.weights[OVERLAP] * overlapping(state.area_count)
    return cost


@compiled
def overlapping(area_count: Ints) -> int:
    """Crews beyond the first, over all areas."""
    extra = 0
    for a in range(area_count.shape[0]):
        crews = 0
        for r in range(area_count.shape[1]):
            if area_count[a, r] > 0:
                crews += 1
        extra += max(0, crews - 1)
    return extra


@compiled
def save_best(state: RouteState, best: NDArray[np.int32], best_mode: Ints) -> None:
    """Save the routes as the best so far; see `ruin_recreate.anneal`."""
    for r in range(len(state.route)):
        n = state.route[r, LENGTH]
        for k in range(n):
            best[r, k] = state.seq[r, k + 1]
        best[r, n] = -1
    for v in range(len(best_mode)):
        best_mode[v] = state.task[v, MODE]


@compiled
def load_routes(
    data: ProblemArrays, state: RouteState, routes: NDArray[np.int32], modes: Ints
) -> float:
    """Make the routes those given, rows of tasks ended by -1; all others are absent. Their cost."""
    for r in range(len(state.route)):
        remove(data, state, r, 1, state.route[r, LENGTH])
    for v in range(len(modes)):
        state.task[v, MODE] = modes[v]
    for r in range(len(state.route)):
        n = 0
        while routes[r, n] >= 0:
            state.seq[r, n + 1] = routes[r, n]
            add_to_route(data, state, routes[r, n], r)
            n += 1
        state.seq[r, n + 1] = data.crew[r, END]
        state.route[r, LENGTH] = n
        refresh(data, state, r)
    return total_cost(data, state)


@compiled
def add_to_route(data: ProblemArrays, state: RouteState, v: int, r: int) -> None:
    """Count a task as one of a route."""
    if state.task[v, CREW] == ABSENT:
        set_present(data, state, v, r)
    state.task[v, CREW] = r
    if data.task[v, AREA] >= 0:
        state.area_count[data.task[v, AREA], r] += 1


@compiled
def is_feasible(state: RouteState) -> bool:
    """Whether every changed route can be driven (a matrix may break the triangle inequality)."""
    for t in range(state.logged[-1]):  # noqa: SIM110  (a loop compiles faster)
        if state.route[state.logged[t], FEASIBLE] == 0:
            return False
    return True


@compiled
def log_route(state: RouteState, r: int) -> None:
    """Note a route in the undo log before the first change of an iteration."""
    if state.route[r, LOGGED]:
        return
    state.route[r, LOGGED] = 1
    state.logged[state.logged[-1]] = r
    state.logged[-1] += 1
    n = state.route[r, LENGTH]
    state.route[r, OLD_LENGTH] = n
    seq, undo, task = state.seq[r], state.undo[r], state.task
    for k in range(1, n + 1):
        undo[k, 0] = seq[k]
        undo[k, 1] = task[seq[k], MODE]


@compiled
def clear_log(state: RouteState) -> None:
    """End an iteration."""
    for t in range(state.logged[-1]):
        state.route[state.logged[t], LOGGED] = 0
    state.logged[-1] = 0


@compiled
def roll_back(data: ProblemArrays, state: RouteState) -> None:
    """Undo an iteration."""
    for t in range(state.logged[-1]):
        r = state.logged[t]
        remove(data, state, r, 1, state.route[r, LENGTH])
    for t in range(state.logged[-1]):
        r = state.logged[t]
        n = state.route[r, OLD_LENGTH]
        state.route[r, LENGTH] = n
        for k in range(1, n + 1):
            v = state.undo[r, k, 0]
            state.seq[r, k] = v
            state.task[v, MODE] = state.undo[r, k, 1]
            add_to_route(data, state, v, r)
        state.seq[r, n + 1] = data.crew[r, END]
        refresh(data, state, r)
