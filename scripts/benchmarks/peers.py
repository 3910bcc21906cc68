"""The peers of the day's solver, each as its own documentation would have it, on a `Problem`.

They answer with the visits of each crew in their order; cost and rules are reckoned by us. PyVRP
and OR-Tools in tutorial settings know shifts, one window a visit and capacity; VROOM knows all
that `optimizer.vroom_json` does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyvrp
import vroom
from ortools.constraint_solver import pywrapcp, routing_enums_pb2  # noqa: TID251
from pyvrp.stop import MaxRuntime

from optimizer.model import LAST_S, TimeWindow, merge_windows

if TYPE_CHECKING:
    from optimizer.model import Problem

    Plan = dict[str, list[str]]

FULL_EXPLORATION = 5


@dataclass(frozen=True, slots=True)
class Plain:
    """A problem as peers without our rules see it: each visit has one window."""

    problem: Problem

    def window(self, k: int) -> TimeWindow:
        """The window of a visit."""
        windows = self.problem.visits[k].windows
        if len(windows) > 1:
            raise ValueError("this peer knows one window a visit")
        return windows[0] if windows else TimeWindow(0, LAST_S)

    def stay_s(self, k: int) -> int:
        """Seconds at a door."""
        return self.problem.visits[k].service_s + self.problem.visits[k].setup_s

    def capacity(self) -> int | None:
        """What each crew carries."""
        return self.problem.crews[0].capacity


def by_pyvrp(problem: Problem, seconds: float, seed: int) -> Plan:
    """PyVRP alone, one thread, as it comes."""
    plain, one = Plain(problem), problem.crews[0]
    capacity = plain.capacity()
    places = [one.start_place or 0, *(visit.place for visit in problem.visits)]
    matrix: Any = problem.seconds[np.ix_(places, places)].astype(np.int64)
    clients = [
        pyvrp.Client(
            k + 1,
            delivery=[visit.load] if capacity is not None else [],
            service_duration=plain.stay_s(k),
            tw_early=plain.window(k).start_s,
            tw_late=plain.window(k).end_s,
        )
        for k, visit in enumerate(problem.visits)
    ]
    crews = pyvrp.VehicleType(
        num_available=len(problem.crews),
        capacity=[] if capacity is None else [capacity],
        tw_early=one.shift.start_s,
        tw_late=one.shift.end_s,
    )
    data = pyvrp.ProblemData(
        [pyvrp.Location(0, 0) for _ in places],
        clients,
        [pyvrp.Depot(0)],
        [crews],
        [matrix],
        [matrix],
    )
    found = pyvrp.solve(data, MaxRuntime(seconds), seed=seed, display=False)
    plan: Plan = {}
    for crew, route in zip(problem.crews, found.best.routes(), strict=False):
        stops = [stop.idx for stop in route if stop.is_client()]
        plan[crew.crew_id] = [problem.visits[k].visit_id for k in stops]
    return plan


def by_vroom(problem: Problem, threads: int = 2) -> Plan:
    """VROOM in full exploration, until it is finished."""
    engine = vroom.Input()
    engine.set_durations_matrix("car", problem.seconds.astype(np.uint32))
    skills = sorted({skill for visit in problem.visits for skill in visit.skills})
    number = {skill: k for k, skill in enumerate(skills)}
    for k, crew in enumerate(problem.crews):
        breaks = []
        if crew.lunch is not None:
            span = vroom.TimeWindow(crew.lunch.window.start_s, crew.lunch.window.end_s)
            breaks = [vroom.Break(k, [span], crew.lunch.duration_s)]
        engine.add_vehicle(
            vroom.Vehicle(
                k,
                start=crew.start_place,
                end=crew.end_place,
                capacity=[] if crew.capacity is None else [crew.capacity],
                skills={number[skill] for skill in crew.skills if skill in number},
                time_window=vroom.TimeWindow(crew.shift.start_s, crew.shift.end_s),
                breaks=breaks,
            )
        )
    for k, visit in enumerate(problem.visits):
        engine.add_job(
            vroom.Job(
                k,
                visit.place,
                default_setup=visit.setup_s,
                default_service=visit.service_s,
                delivery=[] if problem.crews[0].capacity is None else [visit.load],
                skills={number[skill] for skill in visit.skills},
                priority=visit.price % 101,
                time_windows=[
                    vroom.TimeWindow(w.start_s, w.end_s) for w in merge_windows(visit.windows)
                ],
            )
        )
    frame = engine.solve(exploration_level=FULL_EXPLORATION, nb_threads=threads).routes
    jobs = frame[frame["type"] == "job"]
    return {
        problem.crews[int(r)].crew_id: [problem.visits[int(k)].visit_id for k in rows["id"]]
        for r, rows in jobs.groupby("vehicle_id")
    }


def by_ortools(problem: Problem, seconds: float) -> Plan:
    """OR-Tools alone in the settings of its tutorials: cheapest insertion, guided local search."""
    plain, one = Plain(problem), problem.crews[0]
    places = [one.start_place or 0, *(visit.place for visit in problem.visits)]
    matrix = problem.seconds[np.ix_(places, places)].astype(np.int64)
    manager = pywrapcp.RoutingIndexManager(len(places), len(problem.crews), 0)
    routing = pywrapcp.RoutingModel(manager)
    routing.SetArcCostEvaluatorOfAllVehicles(routing.RegisterTransitMatrix(matrix.tolist()))
    stays = np.array([0, *(plain.stay_s(k) for k in range(len(problem.visits)))])
    ride = routing.RegisterTransitMatrix((matrix + stays[:, None]).tolist())
    end_s = one.shift.end_s
    routing.AddDimension(ride, end_s, end_s, False, "time")  # noqa: FBT003
    clock = routing.GetDimensionOrDie("time")
    for k in range(len(problem.visits)):
        window = plain.window(k)
        index = manager.NodeToIndex(k + 1)
        clock.CumulVar(index).SetRange(window.start_s, min(window.end_s, end_s))
    for vehicle in range(len(problem.crews)):
        clock.CumulVar(routing.Start(vehicle)).SetMin(one.shift.start_s)
    if plain.capacity() is not None:
        loads = routing.RegisterUnaryTransitVector([0, *(v.load for v in problem.visits)])
        routing.AddDimension(loads, 0, plain.capacity(), True, "load")  # noqa: FBT003
    search = pywrapcp.DefaultRoutingSearchParameters()
    enums: Any = routing_enums_pb2
    search.first_solution_strategy = enums.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    search.local_search_metaheuristic = enums.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    search.time_limit.FromMilliseconds(int(1000 * seconds))
    found = routing.SolveWithParameters(search)
    plan: Plan = {}
    for vehicle in range(len(problem.crews)) if found else ():
        index = found.Value(routing.NextVar(routing.Start(vehicle)))
        stops = plan.setdefault(problem.crews[vehicle].crew_id, [])
        while not routing.IsEnd(index):
            stops.append(problem.visits[manager.IndexToNode(index) - 1].visit_id)
            index = found.Value(routing.NextVar(index))
    return plan
