"""Ruin and recreate in compiled code: slack induction by string removals, with every rule.

Parameters and equations: `optimizer.search.sisr`. What differs from the paper, since a day has more
visits on offer than fit, time windows and rules about who may go:

- Tasks may stay absent, each at a penalty; an iteration offers some of those near its seed again.
- Where a mandatory task is absent, some iterations begin at it and may remove whole routes.
- The stops that stay in a split string are many rather than few.
- Tasks are put back in the order of their windows, loads or penalties, too; mostly those that are
  dear to leave out come before the others, whatever the order.
- Blinks are drawn as the number of positions until the next one: one logarithm for a hundred
  positions instead of a random number for each.
"""
# ruff: noqa: PLR0917  (compiled functions take their arguments by position)
# mypy: disable-error-code="no-any-return"

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from optimizer.compiled import compiled
from optimizer.routes.insertion_cost import cheapest_insertion, last_begin
from optimizer.routes.problem_arrays import (
    COUNT0,
    IS_VISIT,
    LOAD,
    MANDATORY,
    MODES,
    OMITTED,
    START,
    ProblemArrays,
)
from optimizer.routes.route_state import (
    ABSENT,
    LENGTH,
    LOCKED,
    LOGGED,
    OLD_LENGTH,
    SOFT,
    TRUE,
    VISIT_COUNT,
    RouteState,
    clear_log,
    insert,
    is_feasible,
    log_route,
    refresh,
    remove,
    roll_back,
    save_best,
    total_cost,
)
from optimizer.routes.schedule import CREW, SLOT
from optimizer.search.annealing import threshold
from optimizer.search.rng import splitmix_uniform
from optimizer.search.sisr import (
    AVERAGE_REMOVED,
    BLINK_RATE,
    LONGEST_STRING,
    SPLIT_RATE,
    longest_string,
    most_strings,
    whole_between_one_and,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

SPLIT_END = 0.01
"""How likely no more stops stay in a split string than so far."""
MANDATORY_SHARE = 0.3
"""Share of iterations that begin at a mandatory task, where any is absent."""
MARGIN = 1e-6
"""By so much a penalty of nothing exceeds a detour of nothing: a visit on the way is made."""
DEAR_FIRST = 0.7
"""How often what is dear to leave out is inserted before the rest."""
CLASSES_A_DOUBLING = 2.0
"""So many classes of penalties lie between one and twice as much; in one all are equally dear."""
CLASS_KEY = 1e7
"""More than two keys of an order can differ by: a class of penalties goes before every key."""
MOST_REOFFERED = 12
"""How many tasks that were absent before are offered again in one iteration."""


@compiled
def anneal(
    data: ProblemArrays, state: RouteState, best: NDArray[np.int32], best_mode: Ints,
    costs: NDArray[np.float64], temperature: float, iterations: int,
) -> None:  # fmt: skip
    """Algorithm 1 for some iterations at one temperature.

    `best` (m, q + 1) holds the best plan's tasks by crew, each row ended by -1; `costs` its cost at
    true penalties, and that of the present plan at soft ones.
    """
    batch = state.batch
    for _ in range(iterations):
        seed = ruin(data, state)
        count = collect_insertions(data, state, seed)
        sort_batch(data, state, count)
        for b in range(count):
            insert_cheapest(data, state, batch[b], BLINK_RATE)
        allowed = costs[1] + threshold(temperature, 1.0 - splitmix_uniform(state.rng))
        cost = total_cost(data, state)
        if cost < allowed and is_feasible(state):
            costs[1] = cost
            true_cost = cost - state.left_out[SOFT] + state.left_out[TRUE]
            if true_cost < costs[0] - 1e-6:
                costs[0] = true_cost
                save_best(state, best, best_mode)
        else:
            roll_back(data, state)
        clear_log(state)


@compiled
def raise_penalties(
    data: ProblemArrays, state: RouteState, costs: NDArray[np.float64], steps: NDArray[np.float64]
) -> None:
    """Raise the soft penalty of each absent task by its step, up to its true one."""
    for a in range(state.absent[-1]):
        v = state.absent[a]
        more = min(steps[v], data.penalty[v, OMITTED] - state.soft_penalty[v])
        state.soft_penalty[v] += more
        state.left_out[SOFT] += more
        costs[1] += more


@compiled
def insert_all(data: ProblemArrays, state: RouteState) -> float:
    """Insert every absent task where it is cheapest; the cost of the plan."""
    count = state.absent[-1]
    for a in range(count):
        state.batch[a] = state.absent[a]
    sort_batch(data, state, count)
    for real in range(2):  # lunches at places first: a route without its lunch is none
        for b in range(count):
            if data.task[state.batch[b], IS_VISIT] == real:
                insert_cheapest(data, state, state.batch[b], 0.0)
    clear_log(state)
    return total_cost(data, state)


@compiled
def ruin(data: ProblemArrays, state: RouteState) -> int:
    """Algorithm 2: remove strings of stops from routes near a seed, a random task; the seed."""
    tasks = len(data.task)
    seed = min(int(splitmix_uniform(state.rng) * tasks), tasks - 1)
    mandatory, limit = pick_mandatory(data, state), LONGEST_STRING
    if mandatory >= 0:  # a long way or a long stay needs a long string
        seed, limit = mandatory, tasks
    used, stops = 0, 0
    for r in range(len(state.route)):
        if state.route[r, VISIT_COUNT] > 0:
            used += 1
            stops += state.route[r, LENGTH]
    if used == 0:
        return seed
    longest = longest_string(float(limit), stops / used)
    strings = whole_between_one_and(
        most_strings(AVERAGE_REMOVED, longest), splitmix_uniform(state.rng)
    )
    done = 0
    for k in range(-1, data.near.shape[1]):
        v = seed
        if k >= 0:
            v = data.near[seed, k]
        r = state.task[v, CREW]
        barred = r >= 0 and mandatory >= 0 and data.crew_cost[mandatory, r] < 0.0
        if r < 0 or barred or state.route[r, LOGGED] or state.route[r, LOCKED]:
            continue
        log_route(state, r)
        remove_string(data, state, r, v, min(float(state.route[r, LENGTH]), longest))
        refresh(data, state, r)
        done += 1
        if done >= strings:
            break
    if mandatory >= 0 and done == 0:
        remove_string_for(data, state, mandatory, longest)
    return seed


@compiled
def pick_mandatory(data: ProblemArrays, state: RouteState) -> int:
    """Now and then a mandatory task that is absent, at its true penalty; else -1."""
    if (
        state.left_out[SOFT] < data.weights[MANDATORY]
        or splitmix_uniform(state.rng) >= MANDATORY_SHARE
    ):
        return -1
    count = state.absent[-1]
    first = int(splitmix_uniform(state.rng) * count)
    for a in range(count):
        v = state.absent[(first + a) % count]
        if state.soft_penalty[v] >= data.weights[MANDATORY]:
            return v
    return -1


@compiled
def remove_string_for(data: ProblemArrays, state: RouteState, v: int, longest: float) -> None:
    """Remove a string from a route of some crew that may make a task, wherever it is."""
    first = int(splitmix_uniform(state.rng) * len(state.route))
    for a in range(len(state.route)):
        r = (first + a) % len(state.route)
        n = state.route[r, LENGTH]
        if n == 0 or state.route[r, LOCKED] or data.crew_cost[v, r] < 0.0:
            continue
        log_route(state, r)
        at = 1 + min(int(splitmix_uniform(state.rng) * n), n - 1)
        remove_string(data, state, r, state.seq[r, at], min(float(n), longest))
        refresh(data, state, r)
        return


@compiled
def remove_string(data: ProblemArrays, state: RouteState, r: int, v: int, longest: float) -> None:
    """Remove a string of stops that contains v from its route, or one that is split.

    `longest` is the paper's l_t^max (equation 8). Of a split string nearly as many stops stay as
    the route allows, where the paper keeps one or two: on days with time windows that costs 0.3 %
    (eight instances, two seeds, 60,000 iterations each).
    """
    n = state.route[r, LENGTH]
    at = 1
    while state.seq[r, at] != v:
        at += 1
    count = min(whole_between_one_and(longest, splitmix_uniform(state.rng)), n)
    staying = 0
    if count > 1 and count < n and splitmix_uniform(state.rng) < SPLIT_RATE:
        staying = 1
        while count + staying < n and splitmix_uniform(state.rng) > SPLIT_END:
            staying += 1
    whole = count + staying
    low, high = max(1, at - whole + 1), min(at, n - whole + 1)
    first = low + int(splitmix_uniform(state.rng) * (high - low + 1))
    if staying == 0:
        remove(data, state, r, first, count)
        return
    head = 1 + int(splitmix_uniform(state.rng) * (count - 1))
    remove(data, state, r, first + head + staying, count - head)
    remove(data, state, r, first, head)


@compiled
def collect_insertions(data: ProblemArrays, state: RouteState, seed: int) -> int:
    """Fill `batch` with what is to be inserted: what was removed, and some of what was absent."""
    absent, batch = state.absent, state.batch
    total = absent[-1]
    old = total
    for t in range(state.logged[-1]):
        r = state.logged[t]
        old -= state.route[r, OLD_LENGTH] - state.route[r, LENGTH]
    first = 0 if old <= MOST_REOFFERED else old
    count = total - first
    for a in range(count):
        batch[a] = absent[first + a]
    if first == 0:
        return count
    limit = count + MOST_REOFFERED
    if state.task[seed, CREW] == ABSENT and state.task[seed, SLOT] < old:
        batch[count] = seed
        count += 1
    for k in range(data.near.shape[1]):
        v = data.near[seed, k]
        if state.task[v, CREW] != ABSENT or state.task[v, SLOT] >= old:
            continue
        if splitmix_uniform(state.rng) < 0.5:
            batch[count] = v
            count += 1
            if count == limit:
                break
    return count


@compiled
def sort_batch(data: ProblemArrays, state: RouteState, count: int) -> None:
    """Sort the batch at random, by distance, windows, load or penalty (the paper's `sort`).

    The paper draws random, demand, far and close with weights 4, 4, 2 and 1; here windows and
    penalties have their share. Mostly classes of penalties go first and the order is that inside a
    class: what is cheap to leave out takes no room that something dear has just left.
    """
    choice = int(splitmix_uniform(state.rng) * 17.0)
    task, window, batch, keys = data.task, data.window, state.batch, state.keys
    rng = state.rng
    depot = data.crew[0, START]
    for b in range(count):
        v = batch[b]
        mode = task[v, MODES] - 1
        if choice < 5:
            keys[b] = splitmix_uniform(rng)
        elif choice < 7:
            keys[b] = -data.time[0, depot, v]
        elif choice < 8:
            keys[b] = data.time[0, depot, v]
        elif choice < 10:
            keys[b] = window_width(task, window, v)
        elif choice < 12:
            keys[b] = window[v, mode, 0, 0]
        elif choice < 14:
            keys[b] = -last_begin(task, window, v)
        elif choice < 15:
            keys[b] = -task[v, LOAD] + splitmix_uniform(rng)
        else:
            keys[b] = -data.penalty[v, OMITTED] + splitmix_uniform(rng)
    if choice < 15 and splitmix_uniform(rng) < DEAR_FIRST:
        put_dear_first(data, batch, keys, count)
    sort_by_keys(batch, keys, count)


@compiled
def put_dear_first(data: ProblemArrays, batch: Ints, keys: NDArray[np.float64], count: int) -> None:
    """Lower the keys by classes of penalties, so that a class comes before what is cheaper."""
    for b in range(count):
        doublings = math.log2(1.0 + data.penalty[batch[b], OMITTED])
        keys[b] -= CLASS_KEY * int(CLASSES_A_DOUBLING * doublings)


@compiled
def sort_by_keys(batch: Ints, keys: NDArray[np.float64], count: int) -> None:
    """Sort the first numbers of `batch` by `keys` (Shell's method: nothing is allocated)."""
    gap = 1
    while gap < count // 3:
        gap = 3 * gap + 1
    while gap > 0:
        for b in range(gap, count):
            v, key = batch[b], keys[b]
            a = b
            while a >= gap and keys[a - gap] > key:
                keys[a], batch[a] = keys[a - gap], batch[a - gap]
                a -= gap
            keys[a], batch[a] = key, v
        gap //= 3


@compiled
def window_width(task: Ints, window: Ints, v: int) -> int:
    """Seconds of all windows of a task."""
    mode = task[v, MODES] - 1
    width = 0
    for k in range(task[v, COUNT0 + mode]):
        width += window[v, mode, k, 1] - window[v, mode, k, 0]
    return width


@compiled
def insert_cheapest(data: ProblemArrays, state: RouteState, v: int, blink_rate: float) -> None:
    """Put a task where it is cheapest, unless leaving it out is cheaper."""
    r, k, mode, _ = cheapest_insertion(
        data, state, v, -1, state.soft_penalty[v] + MARGIN, blink_rate
    )
    if r >= 0:
        log_route(state, r)
        insert(data, state, v, r, k, mode)
