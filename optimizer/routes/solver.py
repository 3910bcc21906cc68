"""One station, one day, solved: the whole way from a problem to a plan."""

from __future__ import annotations

import math
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from optimizer.check import check
from optimizer.errors import ProblemError
from optimizer.model import CrewDay, Problem, TimeWindow, Visit
from optimizer.routes.metrics import plan_cost
from optimizer.routes.ortools_model import last_word
from optimizer.routes.problem_arrays import (
    MODES,
    REAL,
    SERVICE,
    SETUP,
    VISIT,
    arrays_of,
    leaving_out,
)
from optimizer.routes.reasons import explain
from optimizer.routes.route_state import (
    FEASIBLE,
    LENGTH,
    LOCKED,
    MODE,
    REALS,
    RIDDEN,
    empty_state,
    total_cost,
)
from optimizer.routes.ruin_recreate import anneal, build, cheapest, keep, lay_out, raise_asked
from optimizer.routes.timing import BROKEN, ride, timed, timed_price

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from optimizer.check import Violation
    from optimizer.model import Route, Unassigned
    from optimizer.routes.problem_arrays import Arrays
    from optimizer.routes.route_state import State

SECONDS_PER_TASK = 0.05
"""A search of fewer visits ends sooner than the time it is given."""
OPENING, OPENING_TOP, RISE = 0.2, 3.0, 100.0
"""Soft prices, in the time of a usual visit: of any visit at first, of the dearest optional one
on top of that, and by how much that one would rise if it were left out for the whole time."""
MANDATORY_WORTH = 2.0
"""Of a mandatory visit, where the dearest optional one is worth 1."""
MOST_TASKS = 800
"""OR-Tools' model of more visits in routes takes longer to build than it is worth."""


@dataclass(frozen=True, slots=True)
class Limit:
    """When to stop: after seconds, or after moves of the search (the same on every machine)."""

    seconds: float | None = None
    moves: int | None = None

    def __post_init__(self) -> None:
        if (self.seconds is None) == (self.moves is None):
            raise ValueError("give either seconds or moves")
        if self.seconds is not None and not 0 <= self.seconds < math.inf:
            raise ProblemError("option.seconds", seconds=self.seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """How to search.

    `starts` searches run side by side, each on a core of its own; `warm` and `cold` are the
    temperatures of annealing in mean rides; at most `chunk` moves are made between two looks at the
    clock; for `soft_share` of the time leaving out costs less at first than its price (see
    `_SoftPrices`); OR-Tools has `last_share` of the time, or with 0 no word at all; `lang` is the
    language of reasons.
    """

    starts: int = 2
    warm: float = 2.0
    cold: float = 0.02
    chunk: int = 200
    soft_share: float = 0.85
    last_share: float = 0.1
    lang: str = "zh"


@dataclass(frozen=True, slots=True)
class Solution:
    """A plan: routes in the order of the crews, what is left out and why, and its cost.

    `broken` are the rules that routes pinned as they are break: all else keeps every rule.
    """

    routes: tuple[Route, ...]
    unassigned: tuple[Unassigned, ...]
    cost: float
    broken: tuple[Violation, ...] = ()


def solve(
    problem: Problem,
    stop: Limit,
    seed: int = 1,
    params: Params | None = None,
    first: Mapping[str, Sequence[str]] | None = None,
) -> Solution:
    """The best plan that is found until `stop`; only routes pinned as they are may break rules.

    Parameters
    ----------
    first
        A plan to begin with: visits in their order by crew.

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
        return _written(problem, data, empty_state(data, seed), params.lang)
    clock = _Clock.of(stop, began, len(data.task), params)
    begin = _first_rows(problem, data, first or {})
    state = search(data, begin, clock, seed, params)
    if params.last_share > 0:
        _last_word(data, state, clock)
    return _written(problem, data, state, params.lang)


@cache
def compile_once() -> None:
    """Have the machine code ready before the clock runs; the first time ever it is compiled."""
    square = np.array([[0, 1], [1, 0]], dtype=np.int32)
    crew = CrewDay(crew_id="", start_place=0, end_place=0, shift=TimeWindow(0, 9))
    visit = Visit(visit_id="", place=1, service_s=1)
    data = arrays_of(Problem(visits=(visit,), crews=(crew,), seconds=square, metres=square))
    one = _Search(data, _no_rows(data), seed=0)
    one.anneal(1.0, 1)
    raise_asked(data, one.state, one.figures, np.zeros(len(data.task)))
    one.back_to_best()
    cheapest(data, one.state, 0, 0, 1.0, 0.0)


@dataclass(slots=True)
class _Clock:
    """How far the search is: by moves, or by time with some left for OR-Tools."""

    moves: int | None
    began: float = 0.0
    end: float = 0.0
    last_s: float | None = None

    @classmethod
    def of(cls, stop: Limit, began: float, tasks: int, params: Params) -> _Clock:
        """The clock of a search; few visits do not need all the time."""
        if stop.seconds is None:
            return cls(stop.moves)
        whole = min(stop.seconds, 1.0 + tasks * SECONDS_PER_TASK)
        last = max(0.1, whole * params.last_share) if params.last_share else 0.0
        return cls(None, began, began + max(0.0, whole - last), last)

    def chunk(self, params: Params) -> int:
        """Moves until the clock is looked at again; where they are few, each part has its share."""
        return params.chunk if self.moves is None else min(params.chunk, 1 + self.moves // 20)

    def share(self, moves: int) -> float:
        """Share of the search that is done after some moves."""
        if self.moves is not None:
            return moves / max(1, self.moves)
        now = time.monotonic()
        return 1.0 if now >= self.end else (now - self.began) / (self.end - self.began)


@dataclass(frozen=True, slots=True)
class _SoftPrices:
    """Prices of leaving out that are soft at first, and rise for what is left out.

    Where more visits are on offer than fit and prices are far above all travel, no visit of worth
    would ever give way for a moment, and the search is stuck with the first set that it met. So
    at first a visit costs some visits' time; the longer it is left out, the more is asked for it,
    in proportion to its price (as guided local search does: Voudouris and Tsang, 1999). The best
    plan is kept at true prices all the while.

    Attributes
    ----------
    opening, rise
        float64 (q): what is asked at first, and by how much more if left out all the time.
    """

    opening: NDArray[np.float64]
    rise: NDArray[np.float64]

    @classmethod
    def over(cls, data: Arrays, ride: float) -> _SoftPrices:
        """Where rides take so many seconds on average."""
        price, visit = data.price[:, 0], data.task[:, REAL] == 1
        stays = data.task[visit][:, [SERVICE, SETUP]].sum() / max(1, visit.sum())
        usual = ride + float(stays)
        optional = visit & (price < data.weights[2])
        dearest = max(1.0, price[optional].max(initial=0.0))
        worth = np.where(optional, price / dearest, MANDATORY_WORTH)
        opening = np.minimum(price, usual * (OPENING + OPENING_TOP * worth))
        return cls(np.where(visit, opening, price), usual * RISE * worth)


class _Search:
    """One search by ruin and recreate.

    `figures` are the cost of the best plan, at true prices, and that of the present one, with what
    is asked for leaving out.
    """

    def __init__(self, data: Arrays, begin: NDArray[np.int32], seed: int) -> None:
        self.data, self.moves = data, 0
        self.state = empty_state(data, seed)
        self.state.route[:, LOCKED] = begin[:, -1]
        loose = np.maximum(data.task[:, MODES] - 1, 0)
        lay_out(data, self.state, begin, loose)
        # a route of the first plan that cannot be driven any more is begun anew
        late = (self.state.route[:, FEASIBLE] == 0) & (begin[:, -1] == 0)
        begin[late, 0] = -1
        lay_out(data, self.state, begin, loose)
        cost = build(data, self.state)
        # nor can one in which no time is left for lunch at its place
        hungry = self._hungry()
        if hungry.any():
            keep(self.state, begin, loose)
            begin[hungry, 0] = -1
            lay_out(data, self.state, begin, loose)
            cost = build(data, self.state)
        self.best = _no_rows(data)
        self.modes = np.zeros(len(data.task), dtype=np.int64)
        keep(self.state, self.best, self.modes)
        self.figures = np.array([cost, cost])

    def anneal(self, heat: float, moves: int) -> None:
        """Some moves at one temperature."""
        anneal(self.data, self.state, self.best, self.modes, self.figures, heat, heat, moves)
        self.moves += moves

    def _hungry(self) -> NDArray[np.bool_]:
        """Crews that go out without the lunch at a place that they are due."""
        meals = self._absent()
        meals = meals[self.data.task[meals, REAL] == 0]
        without = (self.data.crew_cost[meals] >= 0).any(axis=0)
        loose = self.state.route[:, LOCKED] == 0
        hungry: NDArray[np.bool_] = without & loose & (self.state.route[:, REALS] > 0)
        return hungry

    def _absent(self) -> NDArray[np.int64]:
        """Tasks that are left out."""
        return self.state.absent[: self.state.absent[-1]]

    def run(
        self, clock: _Clock, heat: Callable[[float], float], soft: _SoftPrices, params: Params
    ) -> None:
        """Moves until the time is over, at soft prices and then at true ones."""
        left = self._absent()
        if (soft.opening[left] < self.data.price[left, 0]).any():
            self.ask(soft.opening)
            before = 0.0
            while (share := clock.share(self.moves)) < params.soft_share:
                raise_asked(self.data, self.state, self.figures, soft.rise * (share - before))
                self.anneal(heat(share), clock.chunk(params))
                before = share
            self.back_to_best()
        while (share := clock.share(self.moves)) < 1.0:
            self.anneal(heat(share), clock.chunk(params))

    def ask(self, prices: NDArray[np.float64]) -> None:
        """Ask these prices for leaving out."""
        self.state.asked[:] = prices
        self.state.missing[0] = prices[self._absent()].sum()
        self.figures[1] = total_cost(self.data, self.state)

    def back_to_best(self) -> None:
        """Make the best plan the present one at true prices, and put in whatever fits."""
        lay_out(self.data, self.state, self.best, self.modes)
        self.ask(self.data.price[:, 0])
        cost = build(self.data, self.state)
        self.figures[:] = cost
        keep(self.state, self.best, self.modes)


def search(
    data: Arrays, begin: NDArray[np.int32], clock: _Clock, seed: int, params: Params
) -> State:
    """The best plan of several searches."""
    searches = [_Search(data, begin.copy(), seed * 1000 + k) for k in range(params.starts)]
    ride = _mean_ride(searches[0].state)
    soft = _SoftPrices.over(data, ride)

    def heat(share: float) -> float:
        return float(ride * params.warm * (params.cold / params.warm) ** min(1.0, share))

    with ThreadPoolExecutor(params.starts) as pool:
        list(pool.map(lambda one: one.run(clock, heat, soft, params), searches))
    best = min(searches, key=lambda one: one.figures[0])
    best.back_to_best()
    return best.state


def _last_word(data: Arrays, state: State, clock: _Clock) -> None:
    """Let OR-Tools improve the plan; what it makes worse is not taken."""
    cost = total_cost(data, state)
    if not state.route[:, FEASIBLE].all() or len(data.task) - state.absent[-1] > MOST_TASKS:
        return
    found = last_word(data, state, clock.last_s)
    if found is None:
        return
    before, modes = _no_rows(data), np.zeros(len(data.task), dtype=np.int64)
    keep(state, before, modes)
    if lay_out(data, state, *found) > cost or not state.route[:, FEASIBLE].all():
        lay_out(data, state, before, modes)
    build(data, state)


def _no_rows(data: Arrays) -> NDArray[np.int32]:
    """Rows of tasks, one a crew, all empty."""
    return np.full((len(data.crew), len(data.task) + 2), -1, dtype=np.int32)


def _mean_ride(state: State) -> float:
    """Seconds of a ride in the present plan, on average."""
    travel = state.route[:, RIDDEN].sum()
    rides = state.route[:, REALS].sum() + (state.route[:, REALS] > 0).sum()
    return max(1.0, float(travel) / max(1, int(rides)))


def _first_rows(
    problem: Problem, data: Arrays, first: Mapping[str, Sequence[str]]
) -> NDArray[np.int32]:
    """Rows of tasks to begin with; the last column says which rows are pinned as they are.

    Of a first plan, what is not allowed any more is left out, and of a route that takes too long
    now as few visits as may be.
    """
    worth = leaving_out(problem)
    index = {visit.visit_id: k for k, visit in enumerate(problem.visits)}
    rows = _no_rows(data)
    pinned = dict(problem.pinned_routes)
    used: set[int] = set()
    for r, crew in enumerate(problem.crews):
        names = pinned.get(crew.crew_id, first.get(crew.crew_id, ()))
        tasks = [index[name] for name in names if name in index]
        if crew.crew_id not in pinned:
            tasks = [v for v in tasks if v not in used and data.crew_cost[v, r] >= 0]
            tasks = _drivable(problem, crew, tasks, worth)
        rows[r, : len(tasks)] = tasks
        rows[r, -1] = crew.crew_id in pinned
        used.update(tasks)
    return rows


def _drivable(
    problem: Problem, crew: CrewDay, tasks: list[int], worth: NDArray[np.float64]
) -> list[int]:
    """A route without those visits that are worth least for their time, until it can be driven."""
    row = [*tasks]
    while row and timed_price(problem, crew, [problem.visits[v] for v in row]) >= BROKEN:
        calls = [problem.visits[v] for v in row]
        places = [crew.start_place, *(visit.place for visit in calls), crew.end_place]
        saved_s = [
            visit.service_s + visit.setup_s + 1.0
            + ride(problem, crew, before, visit.place).seconds
            + ride(problem, crew, visit.place, after).seconds
            - ride(problem, crew, before, after).seconds
            for before, visit, after in zip(places, calls, places[2:], strict=False)
        ]  # fmt: skip
        row.pop(min(range(len(row)), key=lambda k: worth[row[k]] / max(1.0, saved_s[k])))
    return row


def _written(problem: Problem, data: Arrays, state: State, lang: str) -> Solution:
    """The plan in words: routes with their times, reasons for what is left out."""
    routes = _settled(problem, data, state)
    served = {stop.visit_id for route in routes for stop in route.stops}
    left = [visit for visit in problem.visits if visit.visit_id not in served]
    reasons = tuple(explain(problem, data, state, left, lang))
    broken = _of_pins(problem, check(problem, routes, reasons))
    return Solution(tuple(routes), reasons, plan_cost(problem, routes), broken)


def _settled(problem: Problem, data: Arrays, state: State) -> list[Route]:
    """The routes as they are timed; what still fits beside these is put in.

    The timing may have lunch at its place elsewhere than the search, and keep fewer preferred
    times: only beside the plan as it is written can a reason be proven.
    """
    while True:
        routes = [
            route for r in range(len(problem.crews)) if (route := _timed(problem, data, state, r))
        ]
        left = state.absent[-1]
        lay_out(data, state, *_as_timed(problem, data, state, routes))
        build(data, state)
        if state.absent[-1] == left:
            return routes


def _timed(problem: Problem, data: Arrays, state: State, crew: int) -> Route | None:
    """The route of a crew with its times; None for who stays.

    Where the cheapest lunch at a place is too far for the crew's travel, it stays where the search
    had it.
    """
    visits = _tasks_of(data, state, crew)
    calls = [problem.visits[k] for k in visits if k >= 0]
    if not calls:
        return None
    one = problem.crews[crew]
    route = timed(problem, one, calls)
    most = one.max_travel_s
    if -1 in visits and most is not None and route.travel_s > most:
        return timed(problem, one, calls, lunch_after=visits.index(-1))
    return route


def _tasks_of(data: Arrays, state: State, crew: int) -> list[int]:
    """Visits of a crew in their order; -1 is lunch at its place."""
    tasks = state.seq[crew, 1 : state.route[crew, LENGTH] + 1]
    return [int(visit) for visit in data.task[tasks, VISIT]]


def _as_timed(
    problem: Problem, data: Arrays, state: State, routes: list[Route]
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Rows of tasks and their modes in which the search sees the routes as they are timed."""
    rows, modes = _no_rows(data), state.task[:, MODE].copy()
    keep(state, rows, modes)
    crews = {crew.crew_id: r for r, crew in enumerate(problem.crews)}
    for route in routes:
        r = crews[route.crew_id]
        tasks = rows[r, : state.route[r, LENGTH]].tolist()
        calls = [v for v in tasks if data.task[v, REAL]]
        if len(calls) < len(tasks):
            if route.rest is None:
                continue  # home before lunch: the search has it at its place all the same
            meal = next(v for v in tasks if not data.task[v, REAL])
            rows[r, : len(tasks)] = [*calls[: route.rest.after], meal, *calls[route.rest.after :]]
        for v, stop in zip(calls, route.stops, strict=True):
            if data.task[v, MODES] == 2:
                wanted = problem.visits[data.task[v, VISIT]].preferred_windows
                modes[v] = not any(stop.begin_s in window for window in wanted)
    return rows, modes


def _of_pins(problem: Problem, wrong: list[Violation]) -> tuple[Violation, ...]:
    """What pinned routes break; that any other route breaks a rule is a bug, not a user's fault."""
    pinned = {crew for crew, _ in problem.pinned_routes}
    ours = [one for one in wrong if one.crew not in pinned]
    if ours:
        raise AssertionError(f"the plan breaks its own rules: {ours[:5]}")
    return tuple(wrong)
