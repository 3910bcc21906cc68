"""The cheapest insertion of a task into the routes, with every rule and penalty."""
# ruff: noqa: PLR0917  (compiled functions take their arguments by position)
# mypy: disable-error-code="no-any-return"

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimizer.compiled import compiled
from optimizer.routes.problem_arrays import (
    ADDRESS,
    AREA,
    BALANCE,
    CAPACITY,
    COUNT0,
    GROUP,
    IS_VISIT,
    LOAD,
    LUNCH_S,
    MAX_TRAVEL,
    MAX_VISITS,
    MODES,
    NEVER,
    ORDER,
    OVERLAP,
    SPEED,
    UNPREFERRED,
    ProblemArrays,
)
from optimizer.routes.route_state import (
    LENGTH,
    LOCKED,
    SLACK,
    TOTAL_LOAD,
    TOTAL_TRAVEL,
    TOTAL_WORK,
    TRIED,
    VISIT_COUNT,
    RouteState,
)
from optimizer.routes.schedule import (
    EARLY0,
    EARLY1,
    EDGE,
    duration,
    fits,
    order_penalty,
    same_address,
    too_late,
)
from optimizer.search.rng import splitmix_uniform

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]


@compiled
def cheapest_insertion(  # noqa: C901, PLR0912, PLR0915  (calls would cost half its speed)
    data: ProblemArrays, state: RouteState, v: int, only: int, bound: float, blink_rate: float
) -> tuple[int, int, int, float]:
    """Crew, position, mode and extra cost of the cheapest insertion below a bound; crew -1: none.

    Lines 4 to 9 of the paper's Algorithm 3. Each position is overlooked with probability
    `blink_rate`; `only` one crew is tried, or all (-1). With blinks it is overlooked, too, that a
    detour can be quicker than the direct way.
    """
    best, best_r, best_k, best_mode = bound, -1, -1, 0
    task, window, crew, modes = data.task, data.window, data.crew, state.task
    first, last = first_begin(task, window, v), last_begin(task, window, v)
    balanced, alone = data.weights[BALANCE] > 0.0, task[v, ADDRESS] == 0
    ordered = data.weights[ORDER] > 0.0 and task[v, IS_VISIT] == 1
    until_blink = next_blink(state.rng, blink_rate)
    for r in range(len(crew)):
        state.route[r, TRIED] = 0
    for r in range(len(crew)):
        route = state.route[r]
        if data.crew_cost[v, r] < 0.0 or route[LOCKED] or (only >= 0 and r != only):
            continue
        extra = entry_cost(data, state, v, r)
        if extra >= best and not (balanced or ordered):
            continue
        if (
            route[VISIT_COUNT] + task[v, IS_VISIT] > crew[r, MAX_VISITS]
            or route[TOTAL_LOAD] + task[v, LOAD] > crew[r, CAPACITY]
        ):
            continue
        if route[LENGTH] == 0 and only < 0:
            if state.route[crew[r, GROUP], TRIED] == 1:
                continue
            state.route[crew[r, GROUP], TRIED] = 1
        lunch_s = crew[r, LUNCH_S]
        if alone and blink_rate > 0.0 and duration(task, crew, r, len(task), v) > route[SLACK]:
            continue
        row, column = data.time[crew[r, SPEED], v], data.back[crew[r, SPEED], v]
        seq, schedule = state.seq[r], state.schedule[r]
        idle = route[VISIT_COUNT] == 0
        for k in range(route[LENGTH] + 1):
            to_v, on = column[seq[k]], row[seq[k + 1]]
            ride = to_v + on - schedule[k, EDGE]
            if idle:
                ride = first_travel(schedule, route[LENGTH], ride) if task[v, IS_VISIT] == 1 else 0
            delta = ride + extra
            if balanced:
                work = work_change(task, crew, r, seq[k], v, seq[k + 1])
                delta += balance_change(data.weights[BALANCE], state.route, r, ride + work)
            if ordered:
                delta += order_change(task, seq, k, v)
            if delta >= best:
                continue
            early = min(schedule[k, EARLY0], schedule[k, EARLY1])
            if early > last:
                break
            # the next door at the same address is spared its setup, and may begin later
            if alone or not same_address(task, v, seq[k + 1]):
                rest = duration(task, crew, r, seq[k], v) + on
                if too_late(schedule, k, to_v, first, rest, lunch_s):
                    continue
            until_blink -= 1
            if until_blink == 0:
                until_blink = next_blink(state.rng, blink_rate)
                continue
            if route[TOTAL_TRAVEL] + ride > crew[r, MAX_TRAVEL]:
                continue
            for mode in range(task[v, MODES]):
                penalty = data.penalty[v, UNPREFERRED] if mode == 1 else 0.0
                if delta + penalty < best and fits(
                    task, window, crew, modes, seq, schedule, r, k, v, mode, to_v, on
                ):
                    best, best_r, best_k, best_mode = delta + penalty, r, k, mode
    return best_r, best_k, best_mode, best


@compiled
def next_blink(rng: NDArray[np.uint64], blink_rate: float) -> int:
    """After how many positions the next one is overlooked."""
    if blink_rate <= 0.0:
        return -1
    return 1 + int(np.log(1.0 - splitmix_uniform(rng)) / np.log(1.0 - blink_rate))


@compiled
def first_begin(task: Ints, window: Ints, v: int) -> int:
    """Earliest time at which any window of a task lets service begin."""
    return window[v, task[v, MODES] - 1, 0, 0]


@compiled
def last_begin(task: Ints, window: Ints, v: int) -> int:
    """Latest time at which any window of a task lets service begin."""
    mode = task[v, MODES] - 1
    count = task[v, COUNT0 + mode]
    return window[v, mode, count - 1, 1] if count else -1


@compiled
def entry_cost(data: ProblemArrays, state: RouteState, v: int, r: int) -> float:
    """What a task costs in a route wherever it stands there."""
    cost = data.crew_cost[v, r]
    if state.route[r, VISIT_COUNT] == 0 and data.task[v, IS_VISIT] == 1:
        cost += data.fixed[r]
    area = data.task[v, AREA]
    if data.weights[OVERLAP] > 0.0 and area >= 0 and state.area_count[area, r] == 0:
        for other in range(len(state.route)):
            if state.area_count[area, other] > 0:
                return cost + data.weights[OVERLAP]
    return cost


@compiled
def first_travel(schedule: Ints, n: int, detour: int) -> int:
    """Seconds of travel of a route that had no visit (lunch alone is not travelled to)."""
    ride = detour
    for k in range(n + 1):
        ride += schedule[k, EDGE]
    return ride


@compiled
def work_change(task: Ints, crew: Ints, r: int, before: int, v: int, after: int) -> int:
    """Seconds at doors that v adds between two nodes; the next door's setup may change."""
    work = duration(task, crew, r, before, v) * task[v, IS_VISIT]
    if after < len(task) and task[after, ADDRESS] != 0:
        work += duration(task, crew, r, v, after) - duration(task, crew, r, before, after)
    return work


@compiled
def order_change(task: Ints, seq: NDArray[np.int32], k: int, v: int) -> int:
    """How the penalties of order change with v after the k-th node."""
    before, after = seq[k], seq[k + 1]
    if before < len(task) and task[before, IS_VISIT] == 0:
        before = seq[k - 1]
    if after < len(task) and task[after, IS_VISIT] == 0:
        after = seq[k + 2]
    change = order_penalty(task, before, v)
    if after < len(task):
        change += order_penalty(task, v, after) - order_penalty(task, before, after)
    return change


@compiled
def balance_change(weight: float, route: Ints, r: int, more: int) -> float:
    """How the penalty of unequal work changes when a route gets more work."""
    longest, shortest, most, least = 0, NEVER, 0, NEVER
    for other in range(len(route)):
        work = route[other, TOTAL_WORK]
        longest = max(longest, work)
        shortest = min(shortest, work)
        if other == r:
            work += more
        most = max(most, work)
        least = min(least, work)
    return weight * ((most - least) - (longest - shortest))
