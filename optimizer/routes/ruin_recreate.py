"""Ruin and recreate in compiled code: slack induction by string removals, with every rule.

After Christiaens and Vanden Berghe (2020), "Slack induction by string removals for vehicle routing
problems": strings of stops are taken out of neighbouring routes and put back greedily, now and
then overlooking a place, under simulated annealing.
"""
# ruff: noqa: PLR0917  (compiled functions take their arguments by position)
# mypy: disable-error-code="no-any-return"

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimizer.compiled import compiled
from optimizer.routes.problem_arrays import (
    ADDRESS,
    AREA,
    CAPACITY,
    COUNT0,
    END,
    LIKE,
    LOAD,
    LUNCH_S,
    MODES,
    NEVER,
    REAL,
    SPEED,
    START,
    STOPS,
    TRAVEL,
)
from optimizer.routes.route_state import (
    ABSENT,
    CREW,
    EARLY0,
    EARLY1,
    EDGE,
    FEASIBLE,
    LENGTH,
    LOADED,
    LOCKED,
    MODE,
    OLD_LENGTH,
    REALS,
    RIDDEN,
    SLACK,
    SLOT,
    TOUCHED,
    TRIED,
    WORK,
    fits,
    mates,
    misplaced,
    put,
    refresh,
    set_present,
    stay,
    take_out,
    too_late,
    total_cost,
    uniform,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimizer.routes.problem_arrays import Arrays
    from optimizer.routes.route_state import State

    Ints = NDArray[np.int64]

BLINK = 0.01
REMOVED = 10
LONGEST_STRING = 10
SPLIT = 0.5
SPLIT_MORE = 0.01
OWED = 0.3
"""Share of moves that begin at what must be made, where any such task is left out."""
FREE = 1e-6
"""So much below a second that a visit on the way is made even if leaving it out costs nothing."""
CALLED_IN = 12
"""How many tasks left out so far are offered again in one move."""


@compiled
def anneal(
    data: Arrays, state: State, best: NDArray[np.int32], best_mode: Ints,
    figures: NDArray[np.float64], warm: float, cold: float, moves: int,
) -> None:  # fmt: skip
    """Make some moves while the temperature falls geometrically.

    `best` (m, q + 1) holds the best plan's tasks per crew, each row ended by -1; `figures` its
    cost at true prices, and that of the present plan with what is asked for leaving out.
    """
    cooling = (cold / warm) ** (1.0 / max(1, moves))
    temperature = warm
    batch = state.batch
    for _ in range(moves):
        seed = ruin(data, state)
        count = call_in(data, state, seed)
        sort_batch(data, state, count)
        for b in range(count):
            place(data, state, batch[b], BLINK)
        allowed = figures[1] - temperature * np.log(1.0 - uniform(state.random))
        cost = total_cost(data, state)
        if cost < allowed and sound(state):
            figures[1] = cost
            true_cost = cost - state.missing[0] + state.missing[1]
            if true_cost < figures[0] - 1e-6:
                figures[0] = true_cost
                keep(state, best, best_mode)
        else:
            restore(data, state)
        forget_touched(state)
        temperature *= cooling


@compiled
def raise_asked(
    data: Arrays, state: State, figures: NDArray[np.float64], steps: NDArray[np.float64]
) -> None:
    """Raise what is asked for each task that is left out now by its step, up to its price."""
    for a in range(state.absent[-1]):
        v = state.absent[a]
        more = min(steps[v], data.price[v, 0] - state.asked[v])
        state.asked[v] += more
        state.missing[0] += more
        figures[1] += more


@compiled
def build(data: Arrays, state: State) -> float:
    """Put every absent task where it is cheapest; the cost of the plan."""
    count = state.absent[-1]
    for a in range(count):
        state.batch[a] = state.absent[a]
    sort_batch(data, state, count)
    for real in range(2):  # lunches at places first: a route without its lunch is none
        for b in range(count):
            if data.task[state.batch[b], REAL] == real:
                place(data, state, state.batch[b], 0.0)
    forget_touched(state)
    return total_cost(data, state)


@compiled
def keep(state: State, best: NDArray[np.int32], best_mode: Ints) -> None:
    """Remember the routes."""
    for r in range(len(state.route)):
        n = state.route[r, LENGTH]
        for k in range(n):
            best[r, k] = state.seq[r, k + 1]
        best[r, n] = -1
    for v in range(len(best_mode)):
        best_mode[v] = state.task[v, MODE]


@compiled
def lay_out(data: Arrays, state: State, routes: NDArray[np.int32], modes: Ints) -> float:
    """Make the routes those given, rows of tasks ended by -1; all others are absent. Their cost."""
    for r in range(len(state.route)):
        take_out(data, state, r, 1, state.route[r, LENGTH])
    for v in range(len(modes)):
        state.task[v, MODE] = modes[v]
    for r in range(len(state.route)):
        n = 0
        while routes[r, n] >= 0:
            state.seq[r, n + 1] = routes[r, n]
            come(data, state, routes[r, n], r)
            n += 1
        state.seq[r, n + 1] = data.crew[r, END]
        state.route[r, LENGTH] = n
        refresh(data, state, r)
    return total_cost(data, state)


@compiled
def come(data: Arrays, state: State, v: int, r: int) -> None:
    """Count a task as one of a route."""
    if state.task[v, CREW] == ABSENT:
        set_present(data, state, v, r)
    state.task[v, CREW] = r
    if data.task[v, AREA] >= 0:
        state.area_count[data.task[v, AREA], r] += 1


@compiled
def sound(state: State) -> bool:
    """Whether every touched route can be driven (a matrix may break the triangle)."""
    for t in range(state.touched[-1]):  # noqa: SIM110  (a loop compiles faster)
        if state.route[state.touched[t], FEASIBLE] == 0:
            return False
    return True


@compiled
def touch(state: State, r: int) -> None:
    """Remember a route before the first change of a move."""
    if state.route[r, TOUCHED]:
        return
    state.route[r, TOUCHED] = 1
    state.touched[state.touched[-1]] = r
    state.touched[-1] += 1
    n = state.route[r, LENGTH]
    state.route[r, OLD_LENGTH] = n
    seq, old, task = state.seq[r], state.old[r], state.task
    for k in range(1, n + 1):
        old[k, 0] = seq[k]
        old[k, 1] = task[seq[k], MODE]


@compiled
def forget_touched(state: State) -> None:
    """End a move."""
    for t in range(state.touched[-1]):
        state.route[state.touched[t], TOUCHED] = 0
    state.touched[-1] = 0


@compiled
def restore(data: Arrays, state: State) -> None:
    """Undo a move."""
    for t in range(state.touched[-1]):
        r = state.touched[t]
        take_out(data, state, r, 1, state.route[r, LENGTH])
    for t in range(state.touched[-1]):
        r = state.touched[t]
        n = state.route[r, OLD_LENGTH]
        state.route[r, LENGTH] = n
        for k in range(1, n + 1):
            v = state.old[r, k, 0]
            state.seq[r, k] = v
            state.task[v, MODE] = state.old[r, k, 1]
            come(data, state, v, r)
        state.seq[r, n + 1] = data.crew[r, END]
        refresh(data, state, r)


@compiled
def ruin(data: Arrays, state: State) -> int:
    """Take strings of stops out of routes near a random task; that task."""
    tasks = len(data.task)
    seed = min(int(uniform(state.random) * tasks), tasks - 1)
    owed, longest_string = owing(data, state), LONGEST_STRING
    if owed >= 0:  # a long way or a long stay needs a long string
        seed, longest_string = owed, tasks
    used, stops = 0, 0
    for r in range(len(state.route)):
        if state.route[r, REALS] > 0:
            used += 1
            stops += state.route[r, LENGTH]
    if used == 0:
        return seed
    longest = min(float(longest_string), stops / used)
    strings = int(1.0 + uniform(state.random) * (4.0 * REMOVED / (1.0 + longest) - 1.0))
    done = 0
    for k in range(-1, data.near.shape[1]):
        v = seed
        if k >= 0:
            v = data.near[seed, k]
        r = state.task[v, CREW]
        barred = r >= 0 and owed >= 0 and data.crew_cost[owed, r] < 0.0
        if r < 0 or barred or state.route[r, TOUCHED] or state.route[r, LOCKED]:
            continue
        touch(state, r)
        take_string(data, state, r, v, min(float(state.route[r, LENGTH]), longest))
        refresh(data, state, r)
        done += 1
        if done >= strings:
            break
    if owed >= 0 and done == 0:
        make_way(data, state, owed, longest)
    return seed


@compiled
def owing(data: Arrays, state: State) -> int:
    """Now and then a task that must be made and is left out at its full price; else -1."""
    if state.missing[0] < data.weights[2] or uniform(state.random) >= OWED:
        return -1
    count = state.absent[-1]
    first = int(uniform(state.random) * count)
    for a in range(count):
        v = state.absent[(first + a) % count]
        if state.asked[v] >= data.weights[2]:
            return v
    return -1


@compiled
def make_way(data: Arrays, state: State, v: int, longest: float) -> None:
    """Take a string out of a route of some crew that may make a task, wherever it is."""
    first = int(uniform(state.random) * len(state.route))
    for a in range(len(state.route)):
        r = (first + a) % len(state.route)
        n = state.route[r, LENGTH]
        if n == 0 or state.route[r, LOCKED] or data.crew_cost[v, r] < 0.0:
            continue
        touch(state, r)
        at = 1 + min(int(uniform(state.random) * n), n - 1)
        take_string(data, state, r, state.seq[r, at], min(float(n), longest))
        refresh(data, state, r)
        return


@compiled
def take_string(data: Arrays, state: State, r: int, v: int, longest: float) -> None:
    """Take a string of stops that contains v out of its route, or one with a gap in it.

    The gap is nearly as long as the route allows. Christiaens and Vanden Berghe (2020) keep one or
    two stops; on days with time windows that costs 0.3 % (eight instances, two seeds, 60,000
    moves each).
    """
    n = state.route[r, LENGTH]
    at = 1
    while state.seq[r, at] != v:
        at += 1
    count = min(int(1.0 + uniform(state.random) * longest), n)
    gap = 0
    if count > 1 and count < n and uniform(state.random) < SPLIT:
        gap = 1
        while count + gap < n and uniform(state.random) > SPLIT_MORE:
            gap += 1
    whole = count + gap
    low, high = max(1, at - whole + 1), min(at, n - whole + 1)
    first = low + int(uniform(state.random) * (high - low + 1))
    if gap == 0:
        take_out(data, state, r, first, count)
        return
    head = 1 + int(uniform(state.random) * (count - 1))
    take_out(data, state, r, first + head + gap, count - head)
    take_out(data, state, r, first, head)


@compiled
def call_in(data: Arrays, state: State, seed: int) -> int:
    """Fill `batch` with what is to be placed: what was taken out, and some left out before."""
    absent, batch = state.absent, state.batch
    total = absent[-1]
    old = total
    for t in range(state.touched[-1]):
        r = state.touched[t]
        old -= state.route[r, OLD_LENGTH] - state.route[r, LENGTH]
    first = 0 if old <= CALLED_IN else old
    count = total - first
    for a in range(count):
        batch[a] = absent[first + a]
    if first == 0:
        return count
    limit = count + CALLED_IN
    if state.task[seed, CREW] == ABSENT and state.task[seed, SLOT] < old:
        batch[count] = seed
        count += 1
    for k in range(data.near.shape[1]):
        v = data.near[seed, k]
        if state.task[v, CREW] != ABSENT or state.task[v, SLOT] >= old:
            continue
        if uniform(state.random) < 0.5:
            batch[count] = v
            count += 1
            if count == limit:
                break
    return count


@compiled
def sort_batch(data: Arrays, state: State, count: int) -> None:
    """Put the batch into a random order, or by distance, windows, load or price."""
    choice = int(uniform(state.random) * 17.0)
    task, window, batch, keys = data.task, data.window, state.batch, state.keys
    random = state.random
    depot = data.crew[0, START]
    for b in range(count):
        v = batch[b]
        mode = task[v, MODES] - 1
        if choice < 5:
            keys[b] = uniform(random)
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
            keys[b] = -task[v, LOAD] + uniform(random)
        else:
            keys[b] = -data.price[v, 0] + uniform(random)
    sort_by_keys(batch, keys, count)


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
def place(data: Arrays, state: State, v: int, blink: float) -> None:
    """Put a task where it is cheapest, unless leaving it out is cheaper."""
    r, k, mode, _ = cheapest(data, state, v, -1, state.asked[v] + FREE, blink)
    if r >= 0:
        touch(state, r)
        put(data, state, v, r, k, mode)


@compiled
def cheapest(  # noqa: C901, PLR0912, PLR0915  (the heart of the search: calls would cost its speed)
    data: Arrays, state: State, v: int, only: int, bound: float, blink: float
) -> tuple[int, int, int, float]:
    """Crew, position, mode and extra cost of the cheapest insertion below a bound; crew -1: none.

    Each position is overlooked with probability `blink`; `only` one crew is tried, or all (-1).
    Who blinks overlooks, too, that a detour can be quicker than the direct way.
    """
    best, best_r, best_k, best_mode = bound, -1, -1, 0
    task, window, crew, modes = data.task, data.window, data.crew, state.task
    first, last = first_begin(task, window, v), last_begin(task, window, v)
    balanced, lonely = data.weights[0] > 0.0, task[v, ADDRESS] == 0
    ordered = data.weights[3] > 0.0 and task[v, REAL] == 1
    until_blink = next_blink(state.random, blink)
    for r in range(len(crew)):
        state.route[r, TRIED] = 0
    for r in range(len(crew)):
        figures = state.route[r]
        if data.crew_cost[v, r] < 0.0 or figures[LOCKED] or (only >= 0 and r != only):
            continue
        extra = entry_price(data, state, v, r)
        if extra >= best and not (balanced or ordered):
            continue
        if (
            figures[REALS] + task[v, REAL] > crew[r, STOPS]
            or figures[LOADED] + task[v, LOAD] > crew[r, CAPACITY]
        ):
            continue
        if figures[LENGTH] == 0 and only < 0:
            if state.route[crew[r, LIKE], TRIED] == 1:
                continue
            state.route[crew[r, LIKE], TRIED] = 1
        lunch_s = crew[r, LUNCH_S]
        if lonely and blink > 0.0 and stay(task, crew, r, len(task), v) > figures[SLACK]:
            continue
        row, column = data.time[crew[r, SPEED], v], data.back[crew[r, SPEED], v]
        seq, schedule = state.seq[r], state.schedule[r]
        idle = figures[REALS] == 0
        for k in range(figures[LENGTH] + 1):
            to_v, on = column[seq[k]], row[seq[k + 1]]
            ride = to_v + on - schedule[k, EDGE]
            if idle:
                ride = first_ride(schedule, figures[LENGTH], ride) if task[v, REAL] == 1 else 0
            delta = ride + extra
            if balanced:
                work = work_change(task, crew, r, seq[k], v, seq[k + 1])
                delta += balance_change(data.weights[0], state.route, r, ride + work)
            if ordered:
                delta += order_change(task, seq, k, v)
            if delta >= best:
                continue
            early = min(schedule[k, EARLY0], schedule[k, EARLY1])
            if early > last:
                break
            # a mate at the next door is spared its setup, and may be later than its schedule says
            if lonely or not mates(task, v, seq[k + 1]):
                rest = stay(task, crew, r, seq[k], v) + on
                if too_late(schedule, k, to_v, first, rest, lunch_s):
                    continue
            until_blink -= 1
            if until_blink == 0:
                until_blink = next_blink(state.random, blink)
                continue
            if figures[RIDDEN] + ride > crew[r, TRAVEL]:
                continue
            for mode in range(task[v, MODES]):
                dear = data.price[v, 1] if mode == 1 else 0.0
                if delta + dear < best and fits(
                    task, window, crew, modes, seq, schedule, r, k, v, mode, to_v, on
                ):
                    best, best_r, best_k, best_mode = delta + dear, r, k, mode
    return best_r, best_k, best_mode, best


@compiled
def next_blink(random: NDArray[np.uint64], blink: float) -> int:
    """After how many positions the next one is overlooked."""
    if blink <= 0.0:
        return -1
    return 1 + int(np.log(1.0 - uniform(random)) / np.log(1.0 - blink))


@compiled
def entry_price(data: Arrays, state: State, v: int, r: int) -> float:
    """What a task costs in a route wherever it stands there."""
    price = data.crew_cost[v, r]
    if state.route[r, REALS] == 0 and data.task[v, REAL] == 1:
        price += data.fixed[r]
    area = data.task[v, AREA]
    if data.weights[1] > 0.0 and area >= 0 and state.area_count[area, r] == 0:
        for other in range(len(state.route)):
            if state.area_count[area, other] > 0:
                return price + data.weights[1]
    return price


@compiled
def first_ride(schedule: Ints, n: int, detour: int) -> int:
    """Seconds of travel of a route that had no visit (lunch alone is not travelled to)."""
    ride = detour
    for k in range(n + 1):
        ride += schedule[k, EDGE]
    return ride


@compiled
def work_change(task: Ints, crew: Ints, r: int, before: int, v: int, after: int) -> int:
    """Seconds at doors that v adds between two nodes; the next door's setup may change."""
    work = stay(task, crew, r, before, v) * task[v, REAL]
    if after < len(task) and task[after, ADDRESS] != 0:
        work += stay(task, crew, r, v, after) - stay(task, crew, r, before, after)
    return work


@compiled
def order_change(task: Ints, seq: NDArray[np.int32], k: int, v: int) -> int:
    """How the price of what should follow what changes with v after the k-th node."""
    before, after = seq[k], seq[k + 1]
    if before < len(task) and task[before, REAL] == 0:
        before = seq[k - 1]
    if after < len(task) and task[after, REAL] == 0:
        after = seq[k + 2]
    change = misplaced(task, before, v)
    if after < len(task):
        change += misplaced(task, v, after) - misplaced(task, before, after)
    return change


@compiled
def balance_change(weight: float, route: Ints, r: int, more: int) -> float:
    """How the price of unequal work changes when a route gets more work."""
    longest, shortest, most, least = 0, NEVER, 0, NEVER
    for other in range(len(route)):
        work = route[other, WORK]
        longest = max(longest, work)
        shortest = min(shortest, work)
        if other == r:
            work += more
        most = max(most, work)
        least = min(least, work)
    return weight * ((most - least) - (longest - shortest))
