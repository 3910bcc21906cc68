"""A problem as arrays, the form in which compiled code searches.

Tasks are the visits and, for crews who lunch at a place, one task for that lunch. Nodes are the
tasks, then the places where crews start and end. Every rule that looks at one visit alone (pins,
preferred times, the half of the day after a failed call) is folded into the task's windows here,
every rule about who may go into `crew_cost`. What the rules mean is `rules`'.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from optimizer.model import TimeWindow, intersect_windows
from optimizer.routes.rules import (
    check_names,
    crew_price,
    mandatory_penalty,
    may_go,
    omission_penalties,
    thousandths,
    too_early,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimizer.model import CrewDay, Lunch, Problem, Visit

NEVER = 1 << 40
"""Later than any time."""
NOT_ALLOWED = -1.0
"""In `crew_cost`: this crew may not."""
MANY = 1 << 30
"""More than any limit."""

START, END, SPEED, SHIFT_START, SHIFT_END, MAX_VISITS, MAX_TRAVEL, CAPACITY = range(8)
NEEDS_LUNCH, LUNCH_FROM, LUNCH_TO, LUNCH_S, HOME_BY, GROUP, PACE, START_ADDRESS = range(8, 16)
"""Columns of `ProblemArrays.crew`."""
SERVICE, SETUP, ADDRESS, LOAD, AREA, IS_VISIT, MODES, COUNT0, COUNT1, VISIT = range(10)
FOLLOWS, FOLLOW_PRICE = range(10, 12)
"""Columns of `ProblemArrays.task`."""
OMITTED, UNPREFERRED = range(2)
"""Columns of `ProblemArrays.penalty`: of leaving a task out, and of mode 1."""
BALANCE, OVERLAP, MANDATORY, ORDER = range(4)
"""In `ProblemArrays.weights`."""
FIRST, ANY = -2, -1
"""In the column FOLLOWS: no task should come before; any may."""


class ProblemArrays(NamedTuple):
    """What the search reads: q tasks, m crews, N nodes, P speeds, W windows at most.

    Few wide arrays, because compiled functions pay for each array that they are handed.

    Attributes
    ----------
    time, back
        int32 (P, N, N): seconds from row to column; `back` is the transpose.
    crew
        int64 (m, 16): nodes of START and END, page of `time` (SPEED), SHIFT_START and SHIFT_END,
        MAX_VISITS, MAX_TRAVEL and CAPACITY, NEEDS_LUNCH 1 if lunch is a break on the road, when
        it may begin and how long it is, HOME_BY the latest return without lunch (-1: never
        without), GROUP equal for interchangeable crews, PACE thousandths by which service is
        multiplied, START_ADDRESS the ADDRESS where it starts (0 where no task has it).
    task
        int64 (q, 12): SERVICE and SETUP seconds, ADDRESS (0 where neither another task nor a
        crew's start has the same),
        LOAD, AREA (-1 is none), IS_VISIT 1 for a visit and 0 for a lunch, MODES, windows in mode 0
        and 1, VISIT's index, the task that it FOLLOWS at best and the FOLLOW_PRICE of another.
    window
        int64 (q, 2, W, 2): when service may begin with the preferred times kept (mode 0) and,
        where MODES is 2, without.
    penalty
        float64 (q, 2): of leaving the task out (OMITTED), and of mode 1 (UNPREFERRED).
    fixed
        float64 (m): cost of using the crew at all.
    crew_cost
        float64 (q, m): cost of making it and of sending this crew, NOT_ALLOWED if it may not.
    near
        int32 (q, K): the other tasks, nearest first.
    weights
        float64 (4): penalties of unequal work (BALANCE), of OVERLAP, and of leaving out what is
        MANDATORY; ORDER is above 0 if any task has a FOLLOW_PRICE.
    """

    time: NDArray[np.int32]
    back: NDArray[np.int32]
    crew: NDArray[np.int64]
    task: NDArray[np.int64]
    window: NDArray[np.int64]
    penalty: NDArray[np.float64]
    fixed: NDArray[np.float64]
    crew_cost: NDArray[np.float64]
    near: NDArray[np.int32]
    weights: NDArray[np.float64]


def ridden(seconds: NDArray[np.int32], speed_factor: float) -> NDArray[np.int32]:
    """Seconds of rides at a crew's own speed, rounded to whole seconds."""
    if speed_factor == 1.0:
        return seconds
    return np.minimum(np.floor(seconds / speed_factor + 0.5), MANY).astype(np.int32)


def arrays_of(problem: Problem) -> ProblemArrays:
    """The problem in the form in which compiled code searches.

    Raises
    ------
    ProblemError
        When a pin or a wished order names a crew or visit that does not exist.
    """
    check_names(problem)
    problem = replace(
        problem, crews=tuple(_without_needless_lunch(problem, crew) for crew in problem.crews)
    )
    crews, visits = problem.crews, problem.visits
    meals = [(k, crew.lunch) for k, crew in enumerate(crews) if crew.lunch and not on_road(crew)]
    tasks, nowhere = len(visits) + len(meals), len(problem.seconds)
    depots: dict[int, int] = {}
    for crew in crews:
        for place in (crew.start_place, crew.end_place):
            depots.setdefault(nowhere if place is None else place, tasks + len(depots))
    places = [v.place for v in visits] + [lunch.at_place or 0 for _, lunch in meals] + list(depots)
    speeds = sorted({crew.speed_factor for crew in crews})
    time = _node_times(problem.seconds, places, speeds)
    cost = _crew_costs(problem, [k for k, _ in meals])
    task, window = _tasks(problem, [lunch for _, lunch in meals])
    return ProblemArrays(
        time=time,
        back=np.ascontiguousarray(time.transpose(0, 2, 1)),
        crew=_crews(problem, depots, speeds, _groups(problem, cost)),
        task=task,
        window=window,
        penalty=_penalties(problem, len(meals)),
        fixed=np.array([crew.fixed_s for crew in crews], dtype=np.float64),
        crew_cost=cost,
        near=_neighbours(time[0], tasks),
        weights=_weights(problem),
    )


def _weights(problem: Problem) -> NDArray[np.float64]:
    """See `ProblemArrays.weights`."""
    ordered = max((visit.follow_price for visit in problem.visits), default=0)
    return np.array(
        [problem.balance, problem.overlap, mandatory_penalty(problem), ordered], dtype=np.float64
    )


def _without_needless_lunch(problem: Problem, crew: CrewDay) -> CrewDay:
    """The crew without a lunch that it does not need, or cannot have at its place.

    Who is always home in time for lunch needs none; who cannot reach the place of lunch must be
    home in time, or must stay if lunch is `always` to be had.
    """
    lunch, shift = crew.lunch, crew.shift
    if lunch is None:
        return crew
    needless = shift.end_s <= lunch.window.end_s
    needless |= shift.start_s >= lunch.window.start_s + lunch.duration_s
    if needless and not lunch.always:
        return replace(crew, lunch=None)
    if lunch.at_place is None or _reaches_lunch(problem, crew, lunch):
        return crew
    if lunch.always or lunch.window.end_s < shift.start_s:
        return replace(crew, lunch=None, max_visits=0)
    return replace(crew, lunch=None, shift=TimeWindow(shift.start_s, lunch.window.end_s))


def _reaches_lunch(problem: Problem, crew: CrewDay, lunch: Lunch) -> bool:
    """Whether a crew that makes no visit can lunch at the place within its shift."""
    to, on = (
        0 if start is None or end is None
        else int(ridden(problem.seconds[start : start + 1, end], crew.speed_factor)[0])
        for start, end in ((crew.start_place, lunch.at_place), (lunch.at_place, crew.end_place))
    )  # fmt: skip
    begin = max(crew.shift.start_s + to, lunch.window.start_s)
    back = begin + lunch.duration_s + on
    most = MANY if crew.max_travel_s is None else crew.max_travel_s
    return begin <= lunch.window.end_s and back <= crew.shift.end_s and to + on <= most


def on_road(crew: CrewDay) -> bool:
    """Whether the crew lunches wherever it is."""
    return crew.lunch is not None and crew.lunch.at_place is None


def _node_times(
    seconds: NDArray[np.int32], places: list[int], speeds: list[float]
) -> NDArray[np.int32]:
    """Seconds between nodes, one page a speed; rides to and from nowhere take no time."""
    wide = np.zeros((len(seconds) + 1, len(seconds) + 1), dtype=np.int32)
    wide[:-1, :-1] = np.minimum(seconds, MANY)
    nodes = wide[np.ix_(places, places)]
    return np.ascontiguousarray(np.stack([ridden(nodes, speed) for speed in speeds or [1.0]]))


def _crews(
    problem: Problem, depots: dict[int, int], speeds: list[float], like: list[int]
) -> NDArray[np.int64]:
    """The table of crews."""
    table = np.zeros((len(problem.crews), 16), dtype=np.int64)
    keys = _addresses(problem)
    for k, crew in enumerate(problem.crews):
        nodes = [
            depots[len(problem.seconds) if place is None else place]
            for place in (crew.start_place, crew.end_place)
        ]
        limits = [
            MANY if most is None else most
            for most in (crew.max_visits, crew.max_travel_s, crew.capacity)
        ]
        shift, lunch = crew.shift, crew.lunch
        table[k, :NEEDS_LUNCH] = [
            *nodes, speeds.index(crew.speed_factor), shift.start_s, shift.end_s, *limits
        ]  # fmt: skip
        table[k, GROUP] = like[k]
        table[k, PACE] = thousandths(crew.service_factor)
        table[k, START_ADDRESS] = keys.get(crew.start_address, 0)
        if lunch and on_road(crew):
            home_by = -1 if lunch.always else min(lunch.window.end_s, shift.end_s)
            table[k, NEEDS_LUNCH:GROUP] = [
                1, lunch.window.start_s, lunch.window.end_s, lunch.duration_s, home_by
            ]  # fmt: skip
    return table


def _penalties(problem: Problem, meals: int) -> NDArray[np.float64]:
    """See `ProblemArrays.penalty`; a lunch is dearer than all visits together."""
    out = omission_penalties(problem)
    beyond = 1.0 + out.sum() + sum(crew.shift.end_s for crew in problem.crews)
    unwanted = [visit.preference_price for visit in problem.visits]
    table = np.zeros((len(out) + meals, 2))
    table[: len(out)] = np.stack([out, np.array(unwanted, dtype=np.float64)], axis=1)
    table[len(out) :, 0] = beyond
    return table


def _tasks(problem: Problem, meals: list[Lunch]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The table of tasks, and their windows."""
    visits = problem.visits
    keys = _addresses(problem)
    areas = {name: k for k, name in enumerate(sorted({v.area for v in visits} - {""}))}
    choices = [_choices(visit) for visit in visits] + [[(lunch.window,)] for lunch in meals]
    table = np.zeros((len(choices), 12), dtype=np.int64)
    table[:, FOLLOWS] = ANY
    number = {v.visit_id: task for task, v in enumerate(visits)} | {"": FIRST}
    most = max([1, *(len(windows) for choice in choices for windows in choice)])
    window = np.full((len(choices), 2, most, 2), -1, dtype=np.int64)
    for task, choice in enumerate(choices):
        table[task, MODES] = len(choice)
        for mode, windows in enumerate(choice):
            table[task, COUNT0 + mode] = len(windows)
            for k, one in enumerate(windows):
                window[task, mode, k] = one.start_s, one.end_s
    for task, v in enumerate(visits):
        table[task, :MODES] = [
            v.service_s, v.setup_s, keys.get(v.address_key, 0), v.load, areas.get(v.area, -1), 1
        ]  # fmt: skip
        table[task, VISIT] = task
        if v.follows is not None:
            table[task, FOLLOWS:] = number[v.follows], v.follow_price
    for task, lunch in enumerate(meals, start=len(visits)):
        table[task, :MODES] = [lunch.duration_s, 0, 0, 0, -1, 0]
        table[task, VISIT] = -1
    return table, window


def _addresses(problem: Problem) -> dict[str, int]:
    """A number from 1 for each address that two visits share, or a visit and a crew's start."""
    uses = Counter(visit.address_key for visit in problem.visits)
    uses.update({crew.start_address for crew in problem.crews} & uses.keys())
    shared = sorted(key for key, count in uses.items() if key and count > 1)
    return {key: k for k, key in enumerate(shared, start=1)}


def _choices(visit: Visit) -> list[tuple[TimeWindow, ...]]:
    """The windows with the preferred times kept, then those without if they are wider."""
    hard = visit.hard_windows
    if not visit.preferred_windows:
        return [hard]
    wanted = intersect_windows(hard, visit.preferred_windows)
    return [hard] if wanted == hard else [wanted, hard]


def _crew_costs(problem: Problem, meal_crews: list[int]) -> NDArray[np.float64]:
    """(q, m) costs of crews, NOT_ALLOWED where rules forbid or the crew's route is pinned."""
    fixed = {crew_id for crew_id, _ in problem.pinned_routes}
    settled = {visit_id for _, stops in problem.pinned_routes for visit_id in stops}
    cost = np.full((len(problem.visits) + len(meal_crews), len(problem.crews)), NOT_ALLOWED)
    for k, visit in enumerate(problem.visits):
        if visit.visit_id in settled or too_early(problem, visit):
            continue
        for c, crew in enumerate(problem.crews):
            if crew.crew_id not in fixed and may_go(crew, visit):
                cost[k, c] = crew_price(crew, visit) + visit.added_price
    for k, c in enumerate(meal_crews):
        cost[len(problem.visits) + k, c] = 0.0
    return cost


def _groups(problem: Problem, cost: NDArray[np.float64]) -> list[int]:
    """Numbers that are equal for crews that differ in nothing."""
    seen: dict[object, int] = {}
    out = []
    for k, crew in enumerate(problem.crews):
        key = (
            crew.start_place, crew.end_place, crew.shift, crew.lunch, crew.max_visits,
            crew.max_travel_s, crew.speed_factor, crew.service_factor, crew.capacity, crew.fixed_s,
            crew.start_address, cost[:, k].tobytes(),
        )  # fmt: skip
        out.append(seen.setdefault(key, k))
    return out


def _neighbours(time: NDArray[np.int32], tasks: int, most: int = 400) -> NDArray[np.int32]:
    """(q, K) the other tasks by travel there and back, nearest first."""
    save_best = max(0, min(tasks - 1, most))
    near = np.zeros((tasks, save_best), dtype=np.int32)
    for task in range(tasks):
        both = time[task, :tasks].astype(np.int64) + time[:tasks, task]
        both[task] = -1
        near[task] = np.argsort(both, kind="stable")[1 : save_best + 1]
    return near
