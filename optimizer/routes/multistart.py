"""Several searches side by side, each by ruin and recreate; OR-Tools has the last word."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from optimizer.routes.initial_routes import empty_routes
from optimizer.routes.problem_arrays import (
    IS_VISIT,
    MANDATORY,
    MODES,
    OMITTED,
    SERVICE,
    SETUP,
    ProblemArrays,
)
from optimizer.routes.route_state import (
    FEASIBLE,
    LOCKED,
    SOFT,
    TOTAL_TRAVEL,
    VISIT_COUNT,
    RouteState,
    empty_state,
    load_routes,
    save_best,
    total_cost,
)
from optimizer.routes.ruin_recreate import anneal, insert_all, raise_penalties
from optimizer.search.annealing import temperature_at

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimizer.catalogue import Lang
    from optimizer.search.stopping import StopAfter


SECONDS_PER_TASK = 0.05
"""A search of fewer visits ends sooner than the time it is given."""
OPENING, OPENING_TOP, RISE = 0.2, 3.0, 100.0
"""Soft penalties, in the time of a usual visit: of any visit at first, of the dearest optional one
on top of that, and by how much that one's would rise if it were left out for the whole time."""
MANDATORY_PRIZE = 2.0
"""Of a mandatory visit, where the dearest optional one has 1."""
EXCHANGES = (0.3, 0.5, 0.7)
"""After these shares of the time all searches go on from the best plan of any."""
SHOWN_EVERY_S = 0.25
"""Who watches a search is told so often."""
SHORTEST_S = 0.05
"""OR-Tools has so long at least."""
MOST_TASKS = 800
"""OR-Tools' model of more visits in routes takes longer to build than it is worth."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """How to search.

    Attributes
    ----------
    starts
        So many searches run side by side, each on a core of its own.
    start_temperature, end_temperature
        Of annealing, in mean rides.
    clock_interval
        At most so many iterations are made between two looks at the clock.
    soft_penalty_share
        For this share of the time leaving out costs less than its penalty (see `SoftPenalties`).
    ortools_share
        OR-Tools has this share of the time, or with 0 no word at all.
    lang
        Language of reasons.
    """

    starts: int = 2
    start_temperature: float = 2.0
    end_temperature: float = 0.02
    clock_interval: int = 200
    soft_penalty_share: float = 0.85
    ortools_share: float = 0.01
    lang: Lang = "zh"


class Watch(Protocol):
    """Looks on while a search goes on, and may end it."""

    def __call__(self, share: float, visits: int) -> bool:
        """Told the share that is done and the visits of the best plan; True ends the search."""


def search(
    data: ProblemArrays, begin: NDArray[np.int32], clock: Clock, seed: int, params: Params
) -> RouteState:
    """The best plan of several searches."""
    searches = [Search(data, begin.copy(), seed * 1000 + k) for k in range(params.starts)]
    ride_s = _mean_ride(searches[0].state)
    soft = SoftPenalties.over(data, ride_s)
    with ThreadPoolExecutor(params.starts) as pool:
        for until in (*EXCHANGES, 1.0):
            list(pool.map(lambda one: one.run(clock, until, ride_s, soft, params), searches))  # noqa: B023
            best = min(searches, key=lambda one: one.costs[0])
            for other in searches:
                if other is not best and until < 1.0:
                    other.take_over(best)
    best.back_to_best()
    return best.state


class Search:
    """One search by ruin and recreate.

    `costs` are the cost of the best plan at true penalties, and that of the present one at soft
    ones.
    """

    def __init__(self, data: ProblemArrays, begin: NDArray[np.int32], seed: int) -> None:
        self.data, self.iterations = data, 0
        self.is_soft, self.raised = False, 0.0
        self.state = empty_state(data, seed)
        self.state.route[:, LOCKED] = begin[:, -1]
        loose = np.maximum(data.task[:, MODES] - 1, 0)
        load_routes(data, self.state, begin, loose)
        # an initial route that cannot be driven any more is begun anew
        late = (self.state.route[:, FEASIBLE] == 0) & (begin[:, -1] == 0)
        begin[late, 0] = -1
        load_routes(data, self.state, begin, loose)
        cost = insert_all(data, self.state)
        # nor can one in which no time is left for lunch at its place
        lacking = self._lacking_lunch()
        if lacking.any():
            save_best(self.state, begin, loose)
            begin[lacking, 0] = -1
            load_routes(data, self.state, begin, loose)
            cost = insert_all(data, self.state)
        self.best = empty_routes(data)
        self.modes = np.zeros(len(data.task), dtype=np.int64)
        save_best(self.state, self.best, self.modes)
        self.costs = np.array([cost, cost])

    def anneal(self, temperature: float, iterations: int) -> None:
        """Some iterations at one temperature."""
        anneal(self.data, self.state, self.best, self.modes, self.costs, temperature, iterations)
        self.iterations += iterations

    def _lacking_lunch(self) -> NDArray[np.bool_]:
        """Crews that go out without the lunch at a place that they are due."""
        meals = self._absent()
        meals = meals[self.data.task[meals, IS_VISIT] == 0]
        without = (self.data.crew_cost[meals] >= 0).any(axis=0)
        loose = self.state.route[:, LOCKED] == 0
        lacking: NDArray[np.bool_] = without & loose & (self.state.route[:, VISIT_COUNT] > 0)
        return lacking

    def _absent(self) -> NDArray[np.int64]:
        """Tasks that are left out."""
        return self.state.absent[: self.state.absent[-1]]

    def run(
        self, clock: Clock, until: float, ride_s: float, soft: SoftPenalties, params: Params
    ) -> None:
        """Iterations until a share of the time is over, at soft penalties and then at true ones."""
        start = ride_s * params.start_temperature
        end_to_start = params.end_temperature / params.start_temperature
        if not self.iterations and params.soft_penalty_share > 0:
            left = self._absent()
            self.is_soft = bool((soft.opening[left] < self.data.penalty[left, OMITTED]).any())
            if self.is_soft:
                self.charge(soft.opening)
        while (share := clock.share(self.iterations)) < until:
            if self.is_soft and share >= params.soft_penalty_share:
                self.is_soft = False
                self.back_to_best()
            if self.is_soft:
                more = soft.rise * (share - self.raised)
                raise_penalties(self.data, self.state, self.costs, more)
                self.raised = share
            self.anneal(temperature_at(share, start, end_to_start), clock.interval(params))
            clock.show(share, self)

    def take_over(self, other: Search) -> None:
        """Go on from another search's best plan, at the penalties that this one has."""
        soft_penalty = self.state.soft_penalty.copy()
        self.best[:], self.modes[:] = other.best, other.modes
        self.costs[0] = other.costs[0]
        load_routes(self.data, self.state, self.best, self.modes)
        self.charge(soft_penalty)

    def visits(self) -> int:
        """How many visits the best plan makes."""
        tasks = self.best[:, :-1]
        return int(self.data.task[tasks[tasks >= 0], IS_VISIT].sum())

    def charge(self, penalties: NDArray[np.float64]) -> None:
        """Make these the soft penalties."""
        self.state.soft_penalty[:] = penalties
        self.state.left_out[SOFT] = penalties[self._absent()].sum()
        self.costs[1] = total_cost(self.data, self.state)

    def back_to_best(self) -> None:
        """Make the best plan the present one at true penalties, and insert whatever fits."""
        load_routes(self.data, self.state, self.best, self.modes)
        self.charge(self.data.penalty[:, OMITTED])
        cost = insert_all(self.data, self.state)
        self.costs[:] = cost
        save_best(self.state, self.best, self.modes)


@dataclass(frozen=True, slots=True)
class SoftPenalties:
    """Penalties of leaving out that are soft at first, and rise for what is left out.

    Where more visits are on offer than fit and penalties are far above all travel, no visit of
    any prize would give way for a moment, and the search is stuck with the first set that it met.
    So at first a visit costs some visits' time; the longer it is left out, the higher its penalty,
    in proportion to its prize (as guided local search does: Voudouris and Tsang 1999). The best
    plan is judged at true penalties all the while.

    Attributes
    ----------
    opening, rise
        float64 (q): the penalty at first, and how much higher it is if left out all the time.
    """

    opening: NDArray[np.float64]
    rise: NDArray[np.float64]

    @classmethod
    def over(cls, data: ProblemArrays, ride_s: float) -> SoftPenalties:
        """Where rides take so many seconds on average."""
        penalty, visit = data.penalty[:, OMITTED], data.task[:, IS_VISIT] == 1
        doors = data.task[visit][:, [SERVICE, SETUP]].sum() / max(1, visit.sum())
        usual = ride_s + float(doors)
        optional = visit & (penalty < data.weights[MANDATORY])
        dearest = max(1.0, penalty[optional].max(initial=0.0))
        prize = np.where(optional, penalty / dearest, MANDATORY_PRIZE)
        opening = np.minimum(penalty, usual * (OPENING + OPENING_TOP * prize))
        return cls(np.where(visit, opening, penalty), usual * RISE * prize)


@dataclass(slots=True)
class Clock:
    """How far the search is: by iterations, or by time with some left for OR-Tools."""

    iterations: int | None
    began: float = 0.0
    end: float = 0.0
    ortools_s: float | None = None
    watch: Watch | None = None
    shown: float = 0.0
    stopped: bool = False

    @classmethod
    def of(
        cls,
        stop: StopAfter,
        began: float,
        tasks: int,
        params: Params,
        watch: Watch | None = None,
    ) -> Clock:
        """The clock of a search; few visits do not need all the time."""
        if stop.seconds is None:
            return cls(stop.iterations, watch=watch)
        whole = min(stop.seconds, 1.0 + tasks * SECONDS_PER_TASK)
        ortools = max(SHORTEST_S, whole * params.ortools_share) if params.ortools_share else 0.0
        return cls(None, began, began + max(0.0, whole - ortools), ortools, watch)

    def interval(self, params: Params) -> int:
        """Iterations until the next look at the clock; of few, each look has its share."""
        if self.iterations is None:
            return params.clock_interval
        return min(params.clock_interval, 1 + self.iterations // 20)

    def show(self, share: float, search: Search) -> None:
        """Show who watches how far the search is, now and then."""
        now = time.monotonic()
        if self.watch is not None and now - self.shown > SHOWN_EVERY_S:
            self.shown = now
            self.stopped = self.watch(share, search.visits()) or self.stopped

    def share(self, iterations: int) -> float:
        """Share of the search that is done after some iterations."""
        if self.stopped:
            return 1.0
        if self.iterations is not None:
            return iterations / max(1, self.iterations)
        now = time.monotonic()
        return 1.0 if now >= self.end else (now - self.began) / (self.end - self.began)


def finish_with_ortools(data: ProblemArrays, state: RouteState, clock: Clock) -> None:
    """Let OR-Tools improve the plan; what it makes worse is not taken."""
    cost = total_cost(data, state)
    if not state.route[:, FEASIBLE].all() or len(data.task) - state.absent[-1] > MOST_TASKS:
        return
    from optimizer.routes.ortools_improvement import (  # noqa: PLC0415  (questions need none)
        improve_with_ortools,
    )

    found = improve_with_ortools(data, state, clock.ortools_s)
    if found is None:
        return
    before, modes = empty_routes(data), np.zeros(len(data.task), dtype=np.int64)
    save_best(state, before, modes)
    if load_routes(data, state, *found) > cost or not state.route[:, FEASIBLE].all():
        load_routes(data, state, before, modes)
    insert_all(data, state)


def _mean_ride(state: RouteState) -> float:
    """Seconds of a ride in the present plan, on average."""
    travel = state.route[:, TOTAL_TRAVEL].sum()
    rides = state.route[:, VISIT_COUNT].sum() + (state.route[:, VISIT_COUNT] > 0).sum()
    return max(1.0, float(travel) / max(1, int(rides)))
