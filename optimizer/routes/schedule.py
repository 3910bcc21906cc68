"""The schedule of a route, and whether one more stop fits it, in constant time.

A schedule is four numbers a stop. With lunch still to come, EARLY0 is the earliest departure and
LATE0 the latest arrival from which the rest of the route can be made; EARLY1 and LATE1 are the same
with lunch over. Who has no lunch on the road starts the day with lunch over. An earlier arrival
never hurts (one can wait), so these numbers decide in constant time whether a stop fits between two
others, whatever the windows (after Vidal et al. 2014, "A unified solution framework for
multi-attribute vehicle routing problems").
"""
# ruff: noqa: PLR0917  (compiled functions take their arguments by position)
# mypy: disable-error-code="no-any-return"

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.compiled import compiled
from optimizer.routes.problem_arrays import (
    ADDRESS,
    ANY,
    COUNT0,
    FIRST,
    FOLLOW_PRICE,
    FOLLOWS,
    HOME_BY,
    IS_VISIT,
    LUNCH_FROM,
    LUNCH_S,
    LUNCH_TO,
    NEEDS_LUNCH,
    NEVER,
    PACE,
    SERVICE,
    SETUP,
    SHIFT_END,
    SHIFT_START,
    START_ADDRESS,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

EARLY0, EARLY1, LATE0, LATE1, EDGE = range(5)
"""Columns of `RouteState.schedule`; EDGE is the ride to the next node."""
CREW, MODE, SLOT = range(3)
"""Columns of `RouteState.task`."""


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
def duration(task: Ints, crew: Ints, r: int, before: int, v: int) -> int:
    """Seconds of a crew at a door, coming from a node: service, and setup at a new address."""
    service = task[v, SERVICE]
    if crew[r, PACE] != 1000 and task[v, IS_VISIT] == 1:
        service = (service * crew[r, PACE] + 500) // 1000
    if before >= len(task):
        is_there = task[v, ADDRESS] != 0 and task[v, ADDRESS] == crew[r, START_ADDRESS]
    else:
        is_there = same_address(task, v, before)
    return service if is_there else service + task[v, SETUP]


@compiled
def same_address(task: Ints, v: int, node: int) -> bool:
    """Whether a task and a node, which may be a depot, are doors of one address."""
    key = task[v, ADDRESS]
    return key != 0 and node < len(task) and key == task[node, ADDRESS]


@compiled
def order_penalty(task: Ints, before: int, v: int) -> int:
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
def forward(
    task: Ints, window: Ints, crew: Ints, modes: Ints, seq: Ints, schedule: Ints, r: int, n: int
) -> int:
    """Earliest departures, lunch to come and lunch over; earliest return that is allowed."""
    needs_lunch = crew[r, NEEDS_LUNCH] == 1
    early0 = crew[r, SHIFT_START] if needs_lunch else NEVER
    early1 = NEVER if needs_lunch else crew[r, SHIFT_START]
    schedule[0, EARLY0] = early0
    schedule[0, EARLY1] = early1
    for k in range(1, n + 1):
        v, ride = seq[k], schedule[k - 1, EDGE]
        mode = modes[v, MODE]
        length = duration(task, crew, r, seq[k - 1], v)
        lunched = early1 + ride
        if early0 < NEVER:
            lunched = min(lunched, after_lunch(crew, r, early0, ride))
            begin = begin_from(task, window, v, mode, early0 + ride)
            early0 = begin + length if begin < NEVER else NEVER
        begin = begin_from(task, window, v, mode, lunched) if lunched < NEVER else NEVER
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
    needs_lunch = crew[r, NEEDS_LUNCH] == 1
    late0 = crew[r, HOME_BY] if needs_lunch else -1
    late1 = crew[r, SHIFT_END]
    schedule[n + 1, LATE0] = late0
    schedule[n + 1, LATE1] = late1
    for k in range(n, 0, -1):
        v, ride = seq[k], schedule[k, EDGE]
        mode = modes[v, MODE]
        length = duration(task, crew, r, seq[k - 1], v)
        if needs_lunch:
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
        lunched = late1 - min(schedule[k, EARLY1], early0 + lunch_s)
        most = max(most, max(lunched, schedule[k + 1, LATE0] - early0) - schedule[k, EDGE])
    return most


@compiled
def too_late(schedule: Ints, k: int, to_v: int, first: int, rest: int, lunch_s: int) -> bool:
    """Whether a stop after the k-th makes the next, at another address, too late whenever lunch is.

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

    `modes` is `RouteState.task`; `seq` and `schedule` are the route's; rides take `to_v` and `on`.
    """
    length = duration(task, crew, r, seq[k], v)
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
    r: int, k: int, v: int, arrival: int, lunched: int,
) -> bool:  # fmt: skip
    """Whether coming from v one can arrive so at the stop after the k-th and finish the route."""
    late = schedule[k + 1, LATE1] if lunched else schedule[k + 1, LATE0]
    j = seq[k + 1]
    if j >= len(task) or task[j, ADDRESS] == 0:
        return arrival <= late
    old, new = duration(task, crew, r, seq[k], j), duration(task, crew, r, v, j)
    if old == new:
        return arrival <= late
    ride = schedule[k + 1, EDGE]
    leave = schedule[k + 2, LATE1] - ride
    if not lunched:
        leave = max(
            schedule[k + 2, LATE0] - ride, before_lunch(crew, r, schedule[k + 2, LATE1], ride)
        )
    begin = begin_from(task, window, j, modes[j, MODE], arrival)
    return begin < NEVER and begin + new <= leave
