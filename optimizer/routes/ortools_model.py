"""OR-Tools' model of a station's day with every rule.

Each preferred time is a second node of its visit, lunch on the road is a break interval, lunch at a
place a node of its crew; setup once an address is a lower bound on the slack unless the stop before
is at the same address.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from ortools.constraint_solver import (  # noqa: TID251
    pywrapcp,
    routing_enums_pb2,
)

from optimizer.routes.problem_arrays import (
    ADDRESS,
    ANY,
    AREA,
    BALANCE,
    CAPACITY,
    COUNT0,
    END,
    FIRST,
    FOLLOW_PRICE,
    FOLLOWS,
    HOME_BY,
    IS_VISIT,
    LOAD,
    LUNCH_FROM,
    LUNCH_S,
    LUNCH_TO,
    MANY,
    MAX_TRAVEL,
    MAX_VISITS,
    MODES,
    NEEDS_LUNCH,
    OMITTED,
    OVERLAP,
    PACE,
    SERVICE,
    SETUP,
    SHIFT_END,
    SHIFT_START,
    SPEED,
    START,
    START_ADDRESS,
    UNPREFERRED,
    ProblemArrays,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray


SCALE = 100
"""Costs are whole numbers to OR-Tools: hundredths of a second."""
PATIENCE_S = 60.0
"""A descent without a time limit ends by itself; this is for emergencies."""


@dataclass(frozen=True, slots=True)
class _Node:
    """A task in one of its modes; a depot has task -1."""

    task: int
    mode: int
    place: int


@dataclass
class Model:
    """OR-Tools' model of a problem.

    Attributes
    ----------
    data, crews
        The problem's arrays, and the rows of the crews that are not pinned as they are.
    nodes
        OR-Tools' nodes: one a task and mode, then the places where crews start and end.
    """

    data: ProblemArrays
    crews: list[int]
    tasks: list[int]
    nodes: list[_Node] = field(init=False)
    manager: Any = field(init=False)
    routing: Any = field(init=False)

    def __post_init__(self) -> None:
        data = self.data
        self.nodes = [
            _Node(v, mode, v)
            for v in self.tasks
            for mode in range(int(data.task[v, MODES]))
            if data.task[v, COUNT0 + mode] and data.window[v, mode, 0, 0] <= self._horizon
        ]
        bases = sorted({int(data.crew[r, end]) for r in self.crews for end in (START, END)})
        row = {base: len(self.nodes) + k for k, base in enumerate(bases)}
        self.nodes += [_Node(-1, 0, base) for base in bases]
        self.manager = pywrapcp.RoutingIndexManager(
            len(self.nodes),
            len(self.crews),
            [row[int(data.crew[r, START])] for r in self.crews],
            [row[int(data.crew[r, END])] for r in self.crews],
        )
        self.routing = pywrapcp.RoutingModel(self.manager)
        self._price_rides()
        self._keep_time()
        self._choose_visits()
        self._keep_limits()

    @property
    def _horizon(self) -> int:
        """When the last crew is back."""
        return int(self.data.crew[self.crews, SHIFT_END].max())

    @property
    def _visits(self) -> Iterable[tuple[int, int, _Node]]:
        """Index, number and node of every task's node."""
        for number, node in enumerate(self.nodes):
            if node.task >= 0:
                yield self.manager.NodeToIndex(number), number, node

    def _rides(self, crew: int) -> NDArray[np.int64]:
        """Seconds between OR-Tools' nodes for a crew; who makes no visit stays where it is."""
        places = [node.place for node in self.nodes]
        page = self.data.time[self.data.crew[crew, SPEED]]
        rides: NDArray[np.int64] = page[np.ix_(places, places)].astype(np.int64)
        bases = sum(node.task < 0 for node in self.nodes)
        rides[-bases:, -bases:] = 0
        return rides

    def _price_rides(self) -> None:
        """A ride costs its seconds, and at its end the prices of crew, mode and order."""
        kept: dict[bytes, int] = {}
        tasks = [node.task for node in self.nodes]
        late = [
            self.data.penalty[node.task, UNPREFERRED]
            if node.task >= 0 and self._is_last_mode(node)
            else 0
            for node in self.nodes
        ]
        moved = self._misplaced()
        for vehicle, crew in enumerate(self.crews):
            entry = np.where(np.array(tasks) >= 0, self.data.crew_cost[tasks, crew], 0) + late
            costs = np.maximum(0, self._rides(crew) + entry[None, :] + moved) * SCALE
            key = costs.tobytes()
            if key not in kept:
                kept[key] = self.routing.RegisterTransitMatrix(costs.astype(np.int64).tolist())
            self.routing.SetArcCostEvaluatorOfVehicle(kept[key], vehicle)
            self.routing.SetFixedCostOfVehicle(int(self.data.fixed[crew] * SCALE), vehicle)

    def _misplaced(self) -> NDArray[np.int64]:
        """What it costs to go from node to node where another should come first."""
        task = np.array([node.task for node in self.nodes])
        table = self.data.task[task]
        wanted = np.where(task >= 0, table[:, FOLLOWS], ANY)
        before = np.where(task >= 0, task, FIRST)
        # who comes from lunch may come from anywhere
        from_lunch = (task >= 0) & (table[:, IS_VISIT] == 0)
        right = (before[:, None] == wanted[None, :]) | (wanted == ANY) | from_lunch[:, None]
        price: NDArray[np.int64] = np.where(right, 0, table[:, FOLLOW_PRICE])
        return price

    def _is_last_mode(self, node: _Node) -> bool:
        """Whether the node stands for ignoring the preferred times."""
        return bool(self.data.task[node.task, MODES] == 2 and node.mode == 1)

    def _shared_addresses(self) -> dict[int, list[int]]:
        """Nodes of each address that has more than one task, or a task and a crew's start."""
        found: dict[int, list[int]] = {}
        for _, number, node in self._visits:
            key = int(self.data.task[node.task, ADDRESS])
            if key:
                found.setdefault(key, []).append(number)
        return {
            key: numbers
            for key, numbers in found.items()
            if len({self.nodes[number].task for number in numbers}) > 1 or self._starts(key)
        }

    def _starts(self, address: int) -> list[int]:
        """OR-Tools' indices of where crews start that start at an address."""
        found = np.flatnonzero(self.data.crew[self.crews, START_ADDRESS] == address).tolist()
        return [self.routing.Start(vehicle) for vehicle in found]

    def _work(self, crew: int) -> NDArray[np.int64]:
        """Seconds of riding and service from node to node, the setup at the second one included."""
        task = np.array([node.task for node in self.nodes])
        table = self.data.task[task]
        real = (task >= 0) & (table[:, IS_VISIT] == 1)
        address = np.where(real, table[:, ADDRESS], 0)
        before = address.copy()
        before[[n.place == self.data.crew[crew, START] and n.task < 0 for n in self.nodes]] = (
            self.data.crew[crew, START_ADDRESS]
        )
        same_address = (before[:, None] == address[None, :]) & (address != 0)
        service = (table[:, SERVICE] * self.data.crew[crew, PACE] + 500) // 1000
        setup = np.where(same_address | ~real, 0, table[:, SETUP])
        work: NDArray[np.int64] = self._rides(crew) + np.where(real, service, 0)[:, None] + setup
        return work

    def _durations(self, crew: int) -> NDArray[np.int64]:
        """Seconds of a crew at each node, without the setup where others share its address."""
        sharing = {number for numbers in self._shared_addresses().values() for number in numbers}
        durations = np.zeros(len(self.nodes), dtype=np.int64)
        for _, number, node in self._visits:
            real, service = self.data.task[node.task, IS_VISIT], self.data.task[node.task, SERVICE]
            if real:
                pace = self.data.crew[crew, PACE]
                setup = 0 if number in sharing else self.data.task[node.task, SETUP]
                durations[number] = (service * pace + 500) // 1000 + setup
            else:
                durations[number] = service
        return durations

    def _keep_time(self) -> None:
        """Shifts, windows, setup once an address, lunch."""
        transits = self._transits(lambda crew: self._rides(crew) + self._durations(crew)[:, None])
        horizon = self._horizon
        self.routing.AddDimensionWithVehicleTransits(transits, horizon, horizon, False, "time")  # noqa: FBT003
        clock = self.routing.GetDimensionOrDie("time")
        for index, _, node in self._visits:
            self._open(clock.CumulVar(index), node)
        self._set_up(clock)
        for vehicle, crew in enumerate(self.crews):
            row = self.data.crew[crew]
            for index in (self.routing.Start(vehicle), self.routing.End(vehicle)):
                clock.CumulVar(index).SetRange(int(row[SHIFT_START]), int(row[SHIFT_END]))
            if row[NEEDS_LUNCH]:
                self._lunch(clock, vehicle, row, self._durations(crew))

    def _open(self, begin: Any, node: _Node) -> None:  # noqa: ANN401
        """Let service begin within the windows of a mode."""
        count = int(self.data.task[node.task, COUNT0 + node.mode])
        spans = self.data.window[node.task, node.mode, :count].tolist()
        begin.SetRange(spans[0][0], spans[-1][1])
        for (_, end), (start, _) in pairwise(spans):
            if end + 1 <= start - 1:
                begin.RemoveInterval(end + 1, start - 1)

    def _set_up(self, clock: Any) -> None:  # noqa: ANN401
        """Setup takes its time unless the stop before is at the same address."""
        solver, routing = self.routing.solver(), self.routing
        for address, numbers in self._shared_addresses().items():
            for number in numbers:
                index = self.manager.NodeToIndex(number)
                setup = int(self.data.task[self.nodes[number].task, SETUP])
                before = [
                    routing.NextVar(self.manager.NodeToIndex(other)) == index
                    for other in numbers
                    if self.nodes[other].task != self.nodes[number].task
                ]
                before += [routing.NextVar(start) == index for start in self._starts(address)]
                if setup:
                    done = solver.Sum(before)
                    solver.Add(clock.SlackVar(index) >= (routing.ActiveVar(index) - done) * setup)

    def _lunch(self, clock: Any, vehicle: int, row: NDArray[np.int64], durations: Any) -> None:  # noqa: ANN401
        """A break that may lie in a ride; who is back early enough needs none."""
        solver = self.routing.solver()
        span = solver.FixedDurationIntervalVar(
            int(row[LUNCH_FROM]),
            int(row[LUNCH_TO]),
            int(row[LUNCH_S]),
            True,  # noqa: FBT003  (whether it is needed is said below)
            f"lunch {vehicle}",
        )
        end = clock.CumulVar(self.routing.End(vehicle))
        without = (end <= int(row[HOME_BY])) + 1 - self.routing.ActiveVehicleVar(vehicle)
        solver.Add(span.PerformedExpr() + without >= 1)
        visits = [0] * self.routing.Size()
        for index, number, _ in self._visits:
            visits[index] = int(durations[number])
        clock.SetBreakIntervalsOfVehicle([span], vehicle, visits)

    def _choose_visits(self) -> None:
        """Who may go where, what leaving out costs, overlap of areas."""
        routing = self.routing
        nodes: dict[int, list[int]] = {}
        for index, _, node in self._visits:
            nodes.setdefault(node.task, []).append(index)
        areas: dict[int, list[int]] = {}
        for task, indices in nodes.items():
            may = [k for k, crew in enumerate(self.crews) if self.data.crew_cost[task, crew] >= 0]
            for index in indices if len(may) < len(self.crews) else ():
                routing.VehicleVar(index).SetValues([-1, *may])
            if self.data.task[task, IS_VISIT]:
                routing.AddDisjunction(indices, int(self.data.penalty[task, OMITTED] * SCALE))
                areas.setdefault(int(self.data.task[task, AREA]), []).extend(indices)
            else:
                self._lunch_at_place(indices[0], may[0])
        if self.data.weights[OVERLAP] > 0:
            for area, indices in areas.items():
                if area >= 0 and len(indices) > 1:
                    price = int(self.data.weights[OVERLAP] * SCALE)
                    routing.AddSoftSameVehicleConstraint(indices, price)

    def _lunch_at_place(self, index: int, vehicle: int) -> None:
        """The lunch of a crew is made if and only if the crew goes out."""
        self.routing.AddDisjunction([index], 0)
        self.routing.solver().Add(
            self.routing.ActiveVar(index) == self.routing.ActiveVehicleVar(vehicle)
        )

    def _keep_limits(self) -> None:
        """Most visits, longest travel, what a crew carries."""
        task, crew = self.data.task, self.data.crew
        for column, what, number in ((LOAD, CAPACITY, "load"), (IS_VISIT, MAX_VISITS, "stops")):
            most = crew[self.crews, what]
            if most.min() < MANY:
                amounts = [0 if n.task < 0 else int(task[n.task, column]) for n in self.nodes]
                unary = self.routing.RegisterUnaryTransitVector(amounts)
                self.routing.AddDimensionWithVehicleCapacity(unary, 0, most.tolist(), True, number)  # noqa: FBT003
        if crew[self.crews, MAX_TRAVEL].min() < MANY:
            self._dimension("travel", self._rides)
            rides = self.routing.GetDimensionOrDie("travel")
            for vehicle, most in enumerate(crew[self.crews, MAX_TRAVEL].tolist()):
                rides.CumulVar(self.routing.End(vehicle)).SetMax(most)

    def _dimension(self, name: str, seconds: Callable[[int], NDArray[np.int64]]) -> None:
        """Count a crew's seconds between nodes from the start."""
        transits = self._transits(seconds)
        self.routing.AddDimensionWithVehicleTransits(transits, 0, MANY, True, name)  # noqa: FBT003

    def _transits(self, seconds: Callable[[int], NDArray[np.int64]]) -> list[int]:
        """For each crew OR-Tools' number of its matrix; those alike share it."""
        pages: dict[tuple[int, ...], int] = {}
        numbers = []
        for crew in self.crews:
            like = tuple(map(int, self.data.crew[crew, [SPEED, PACE, START_ADDRESS]]))
            if like not in pages:
                pages[like] = self.routing.RegisterTransitMatrix(seconds(crew).tolist())
            numbers.append(pages[like])
        return numbers

    def balance(self, shortest: int) -> None:
        """Price the longest work, and keep the shortest from becoming shorter."""
        self._dimension("work", self._work)
        work = self.routing.GetDimensionOrDie("work")
        work.SetGlobalSpanCostCoefficient(max(1, round(self.data.weights[BALANCE] * SCALE)))
        for vehicle in range(len(self.crews)):
            work.CumulVar(self.routing.End(vehicle)).SetMin(shortest)

    def descend(self, routes: list[list[tuple[int, int]]], seconds: float | None) -> Any:  # noqa: ANN401
        """The best plan that OR-Tools finds from routes of (task, mode); None if it refuses."""
        number = {(node.task, node.mode): k for k, node in enumerate(self.nodes)}
        first = [
            [self.manager.NodeToIndex(number[stop]) for stop in route if stop in number]
            for route in routes
        ]
        search = pywrapcp.DefaultRoutingSearchParameters()
        search.local_search_metaheuristic = (
            routing_enums_pb2.LocalSearchMetaheuristic.GREEDY_DESCENT
        )
        search.time_limit.FromMilliseconds(int(1000 * (PATIENCE_S if seconds is None else seconds)))
        self.routing.CloseModelWithParameters(search)
        assignment = self.routing.ReadAssignmentFromRoutes(first, True)  # noqa: FBT003
        if assignment is None:
            return None
        return self.routing.SolveFromAssignmentWithParameters(assignment, search)

    def stops(self, solution: Any) -> list[list[tuple[int, int]]]:  # noqa: ANN401
        """Tasks and modes of each crew in a solution."""
        routes = []
        for vehicle in range(len(self.crews)):
            route = []
            index = solution.Value(self.routing.NextVar(self.routing.Start(vehicle)))
            while not self.routing.IsEnd(index):
                node = self.nodes[self.manager.IndexToNode(index)]
                route.append((node.task, node.mode))
                index = solution.Value(self.routing.NextVar(index))
            routes.append(route)
        return routes
