"""Routes under construction, in compiled code: schedules and the test of an insertion.

A route's schedule is kept as four numbers a stop. With lunch still to come, EARLY0 is the
earliest departure and LATE0 the latest arrival from which the rest of the route can be made;
EARLY1 and LATE1 are the same with lunch over. Who has no lunch on the road starts the day
with lunch over. An earlier arrival never hurts (one can wait), so these numbers decide in
constant time whether a visit fits between two stops, whatever the windows (after Vidal et al.
2014, "A unified solution framework for multi-attribute vehicle routing problems").
"""
# ruff: noqa: PLR0917  (compiled functions take their arguments by position)
# mypy: disable-error-code="no-any-return"

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import numpy as np

from optimizer.compiled import compiled
from optimizer.routes.problem_arrays import (
    ADDRESS,
    ANY,
    AREA,
    BACK,
    CAPACITY,
    COUNT0,
    END,
    FIRST,
    FOLLOW_PRICE,
    FOLLOWS,
    HOME_BY,
    HUNGRY,
    LEAVE,
    LOAD,
    LUNCH_FROM,
    LUNCH_S,
    LUNCH_TO,
    MODES,
    NEVER,
    PACE,
    REAL,
    SERVICE,
    SETUP,
    SPEED,
    START,
    STOPS,
    TRAVEL,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from optimizer.routes.problem_arrays import Arrays

    Ints = NDArray[np.int64]


ABSENT, OUT_OF_PLAY = -1, -2
EARLY0, EARLY1, LATE0, LATE1, EDGE = range(5)
"""Columns of `State.schedule`; EDGE is the ride to the next node."""
LENGTH, REALS, LOADED, RIDDEN, WORK, FEASIBLE, LOCKED, TOUCHED, OLD_LENGTH, TRIED, SLACK = range(11)
"""Columns of `State.route`."""
CREW, MODE, SLOT = range(3)
"""Columns of `State.task`."""


F = TypeVar("F", bound="Callable[..., Any]")


class State(NamedTuple):
    """Routes and their schedules: m crews, q tasks, room for q stops in a route.

    Attributes
    ----------
    seq
        int32 (m, q + 2): where the crew starts, its tasks, where it ends.
    schedule
        int64 (m, q + 2, 5): one row a node of `seq`.
    route
        int64 (m, 11): LENGTH in tasks, REALS the visits of them, load, travel, work (travel and
        service), whether all limits hold, what a move needs to know, and the SLACK: the most
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
    old
        int32 (m, q + 2, 2): stops and modes of touched routes before the move.
    touched
        int64 (m + 1): routes that the move changed; the last number counts them.
    random
        uint64 (1): state of the random numbers.
    asked
        float64 (q): what the search pays for leaving a task out: its price, or less for a while.
    missing
        float64 (2): of all that is absent, what is asked, and the price.
    batch, keys
        int64 (q), float64 (q): scratch paper.
    """

    seq: NDArray[np.int32]
    schedule: Ints
    route: Ints
    cost: NDArray[np.float64]
    task: Ints
    area_count: Ints
    absent: Ints
    old: NDArray[np.int32]
    touched: Ints
    random: NDArray[np.uint64]
    asked: NDArray[np.float64]
    missing: NDArray[np.float64]
    batch: Ints
    keys: NDArray[np.float64]


def empty_state(data: Arrays, seed: int) -> State:
    """Routes without a visit; every task that some crew may make is absent."""
    m, q = len(data.crew), len(data.task)
    areas = int(data.task[:, AREA].max(initial=-1)) + 1
    start = (seed * 2654435761 + 0x9E3779B97F4A7C15) & ((1 << 64) - 1)
    state = State(
        seq=np.zeros((m, q + 2), dtype=np.int32),
        schedule=np.zeros((m, q + 2, 5), dtype=np.int64),
        route=np.zeros((m, 11), dtype=np.int64),
        cost=np.zeros(m),
        task=np.full((q, 3), (OUT_OF_PLAY, 0, 0), dtype=np.int64),
        area_count=np.zeros((areas, m), dtype=np.int64),
        absent=np.zeros(q + 1, dtype=np.int64),
        old=np.zeros((m, q + 2, 2), dtype=np.int32),
        touched=np.zeros(m + 1, dtype=np.int64),
        random=np.array([start], dtype=np.uint64),
        asked=data.price[:, 0].copy(),
        missing=np.zeros(2),
        batch=np.zeros(q, dtype=np.int64),
        keys=np.zeros(q),
    )
    prepare(data, state)
    return state


@compiled
def prepare(data: Arrays, state: State) -> None:
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
def uniform(random: NDArray[np.uint64]) -> float:
    """A number in [0, 1), by splitmix64."""
    random[0] += np.uint64(0x9E3779B97F4A7C15)
    z = random[0]
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    return np.float64(z >> np.uint64(11)) * (1.0 / 9007199254740992.0)


@compiled
def set_absent(data: Arrays, state: State, v: int) -> None:
    """Put a task among those that are in no route."""
    absent = state.absent
    count = absent[-1]
    state.task[v, CREW] = ABSENT
    state.task[v, SLOT] = count
    absent[count] = v
    absent[-1] = count + 1
    state.missing[0] += state.asked[v]
    state.missing[1] += data.price[v, 0]


@compiled
def set_present(data: Arrays, state: State, v: int, r: int) -> None:
    """Take a task from those that are in no route."""
    absent = state.absent
    absent[-1] -= 1
    last = absent[absent[-1]]
    hole = state.task[v, SLOT]
    absent[hole] = last
    state.task[last, SLOT] = hole
    state.task[v, CREW] = r
    state.missing[0] -= state.asked[v]
    state.missing[1] -= data.price[v, 0]


@compiled
def begin_from(task: Ints, window: Ints, v: int, mode: int, arrival: int) -> int:
    """Earliest beginning of service at or after an arrival; NEVER if windows are over."""
    for k in range(task[v, COUNT0 + mode]):
        if arrival <= window[v, mode, k, 1]:
            return max(arrival, window[v, mode, k, 0])
    return NEVER


@compiled
def begin_until(task: Ints, window: Ints, v: int, mode: int, latest: int) -> int:
    """Latest beginning of service not after a time; -1 if windows open later."""
    for k in range(task[v, COUNT0 + mode] - 1, -1, -1):
        if latest >= window[v, mode, k, 0]:
            return min(latest, window[v, mode, k, 1])
    return -1


@compiled
def stay(task: Ints, crew: Ints, r: int, before: int, v: int) -> int:
    """Seconds of a crew at a door, coming from a node: service, and setup unless a mate's."""
    service = task[v, SERVICE]
    if crew[r, PACE] != 1000 and task[v, REAL] == 1:
        service = (service * crew[r, PACE] + 500) // 1000
    if mates(task, v, before):
        return service
    return service + task[v, SETUP]


@compiled
def mates(task: Ints, v: int, node: int) -> bool:
    """Whether a task and a node, which may be a depot, are doors of one address."""
    key = task[v, ADDRESS]
    return key != 0 and node < len(task) and key == task[node, ADDRESS]


@compiled
def misplaced(task: Ints, before: int, v: int) -> int:
    """What it costs that v comes right after a node, which may be where the crew starts."""
    wanted = task[v, FOLLOWS]
    if wanted == ANY:
        return 0
    if before >= len(task):
        before = FIRST
    return 0 if before == wanted else task[v, FOLLOW_PRICE]


@compiled
def after_lunch(crew: Ints, r: int, departure: int, ride: int) -> int:
    """Arrival when lunch is taken on a ride; NEVER if it is too late for lunch."""
    if departure > crew[r, LUNCH_TO]:
        return NEVER
    return max(departure + ride, crew[r, LUNCH_FROM]) + crew[r, LUNCH_S]


@compiled
def before_lunch(crew: Ints, r: int, latest: int, ride: int) -> int:
    """Latest departure on a ride with lunch in it that arrives by a time; -1 if impossible."""
    if crew[r, LUNCH_FROM] + crew[r, LUNCH_S] > latest:
        return -1
    return min(crew[r, LUNCH_TO], latest - crew[r, LUNCH_S] - ride)


@compiled
def refresh(data: Arrays, state: State, r: int) -> None:
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
        if task[v, REAL] == 1:
            work += stay(task, data.crew, r, before, v)
            reals += 1
            cost += misplaced(task, call, v)
            call = v
        load += task[v, LOAD]
        cost += max(0.0, crew_cost[v, r])
        if task[v, MODES] == 2 and state.task[v, MODE] == 1:
            cost += data.price[v, 1]
        before = v
    schedule[n, EDGE] = time[before, seq[n + 1]]
    travel += schedule[n, EDGE]
    if reals == 0:
        travel = 0
    else:
        cost += data.fixed[r]
    state.cost[r] = cost + travel
    row[REALS], row[LOADED], row[RIDDEN], row[WORK] = reals, load, travel, work + travel
    home = forward(task, data.window, data.crew, state.task, seq, schedule, r, n)
    backward(task, data.window, data.crew, state.task, seq, schedule, r, n)
    row[SLACK] = slack(schedule, n, data.crew[r, LUNCH_S])
    limits = data.crew[r]
    row[FEASIBLE] = reals == 0 or (
        home <= limits[BACK] and reals <= limits[STOPS]
        and load <= limits[CAPACITY] and travel <= limits[TRAVEL]
    )  # fmt: skip


@compiled
def forward(
    task: Ints, window: Ints, crew: Ints, modes: Ints, seq: Ints, schedule: Ints, r: int, n: int
) -> int:
    """Earliest departures, lunch to come and lunch over; earliest return that is allowed."""
    hungry = crew[r, HUNGRY] == 1
    early0 = crew[r, LEAVE] if hungry else NEVER
    early1 = NEVER if hungry else crew[r, LEAVE]
    schedule[0, EARLY0] = early0
    schedule[0, EARLY1] = early1
    for k in range(1, n + 1):
        v, ride = seq[k], schedule[k - 1, EDGE]
        mode = modes[v, MODE]
        length = stay(task, crew, r, seq[k - 1], v)
        fed = early1 + ride
        if early0 < NEVER:
            fed = min(fed, after_lunch(crew, r, early0, ride))
            begin = begin_from(task, window, v, mode, early0 + ride)
            early0 = begin + length if begin < NEVER else NEVER
        begin = begin_from(task, window, v, mode, fed) if fed < NEVER else NEVER
        early1 = begin + length if begin < NEVER else NEVER
        schedule[k, EARLY0] = early0
        schedule[k, EARLY1] = early1
    ride = schedule[n, EDGE]
    home = early1 + ride
    if early0 < NEVER:
        home = min(home, after_lunch(crew, r, early0, ride))
        if early0 + ride <= crew[r, HOME_BY]:
            home = min(home, early0 + ride)
    return home


@compiled
def backward(
    task: Ints, window: Ints, crew: Ints, modes: Ints, seq: Ints, schedule: Ints, r: int, n: int
) -> None:
    """Latest arrivals, lunch to come and lunch over."""
    hungry = crew[r, HUNGRY] == 1
    late0 = crew[r, HOME_BY] if hungry else -1
    late1 = crew[r, BACK]
    schedule[n + 1, LATE0] = late0
    schedule[n + 1, LATE1] = late1
    for k in range(n, 0, -1):
        v, ride = seq[k], schedule[k, EDGE]
        mode = modes[v, MODE]
        length = stay(task, crew, r, seq[k - 1], v)
        if hungry:
            leave = max(late0 - ride, before_lunch(crew, r, late1, ride))
            late0 = begin_until(task, window, v, mode, leave - length)
        late1 = begin_until(task, window, v, mode, late1 - ride - length)
        schedule[k, LATE0] = late0
        schedule[k, LATE1] = late1


@compiled
def slack(schedule: Ints, n: int, lunch_s: int) -> int:
    """Most seconds, detour included, for which one more stop can fit anywhere in a route."""
    most = -NEVER
    for k in range(n + 1):
        early0, late1 = schedule[k, EARLY0], schedule[k + 1, LATE1]
        fed = late1 - min(schedule[k, EARLY1], early0 + lunch_s)
        most = max(most, max(fed, schedule[k + 1, LATE0] - early0) - schedule[k, EDGE])
    return most


@compiled
def too_late(schedule: Ints, k: int, to_v: int, first: int, rest: int, lunch_s: int) -> bool:
    """Whether a stop after the k-th makes the next one, no mate of it, too late whenever lunch is.

    It begins not before `first` and takes `rest` seconds to the next stop. What is not too late
    may not fit all the same: `fits` knows windows and the time of lunch.
    """
    early0, late1 = schedule[k, EARLY0], schedule[k + 1, LATE1]
    if max(schedule[k, EARLY1] + to_v, first) + rest <= late1:
        return False
    if max(early0 + to_v, first) + rest <= schedule[k + 1, LATE0]:
        return False
    return max(early0 + to_v + lunch_s, first) + rest > late1


@compiled
def fits(
    task: Ints, window: Ints, crew: Ints, modes: Ints, seq: NDArray[np.int32], schedule: Ints,
    r: int, k: int, v: int, mode: int, to_v: int, on: int,
) -> bool:  # fmt: skip
    """Whether the schedule allows v between the k-th and the next node of a route.

    `modes` is `State.task`; `seq` and `schedule` are the route's; rides take `to_v` and `on`.
    """
    length = stay(task, crew, r, seq[k], v)
    early = schedule[k, EARLY1]
    if early < NEVER:
        begin = begin_from(task, window, v, mode, early + to_v)
        if begin < NEVER and in_time(
            task, window, crew, modes, seq, schedule, r, k, v, begin + length + on, 1
        ):
            return True
    early = schedule[k, EARLY0]
    if early == NEVER:
        return False
    begin = begin_from(task, window, v, mode, early + to_v)
    if begin < NEVER:
        leave = begin + length
        if in_time(task, window, crew, modes, seq, schedule, r, k, v, leave + on, 0):
            return True
        arrival = after_lunch(crew, r, leave, on)
        if arrival < NEVER and in_time(
            task, window, crew, modes, seq, schedule, r, k, v, arrival, 1
        ):
            return True
    arrival = after_lunch(crew, r, early, to_v)
    if arrival == NEVER:
        return False
    begin = begin_from(task, window, v, mode, arrival)
    return begin < NEVER and in_time(
        task, window, crew, modes, seq, schedule, r, k, v, begin + length + on, 1
    )


@compiled
def in_time(
    task: Ints, window: Ints, crew: Ints, modes: Ints, seq: NDArray[np.int32], schedule: Ints,
    r: int, k: int, v: int, arrival: int, fed: int,
) -> bool:  # fmt: skip
    """Whether coming from v one can arrive so at the stop after the k-th and finish the route."""
    late = schedule[k + 1, LATE1] if fed else schedule[k + 1, LATE0]
    j = seq[k + 1]
    if j >= len(task) or task[j, ADDRESS] == 0:
        return arrival <= late
    old, new = stay(task, crew, r, seq[k], j), stay(task, crew, r, v, j)
    if old == new:
        return arrival <= late
    ride = schedule[k + 1, EDGE]
    leave = schedule[k + 2, LATE1] - ride
    if not fed:
        leave = max(
            schedule[k + 2, LATE0] - ride, before_lunch(crew, r, schedule[k + 2, LATE1], ride)
        )
    begin = begin_from(task, window, j, modes[j, MODE], arrival)
    return begin < NEVER and begin + new <= leave


@compiled
def put(data: Arrays, state: State, v: int, r: int, k: int, mode: int) -> None:
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
def take_out(data: Arrays, state: State, r: int, first: int, count: int) -> None:
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
def total_cost(data: Arrays, state: State) -> float:
    """Cost of the whole plan, with what is asked for all that is left out."""
    cost = state.missing[0]
    longest, shortest = 0, NEVER
    for r in range(len(state.cost)):
        cost += state.cost[r]
        longest = max(longest, state.route[r, WORK])
        shortest = min(shortest, state.route[r, WORK])
    if data.weights[0] > 0.0:
        cost += data.weights[0] * (longest - shortest)
    if data.weights[1] > 0.0:
        cost += data.weights[1] * overlapping(state.area_count)
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
