"""Hold the day's solver against VROOM, PyVRP and OR-Tools alone, on the same inputs in one run.

    python scripts/benchmarks/day_solver.py plain rules vrptw change county --data ../shared/data

plain: 300 visits, 16 crews, a quarter with windows of two hours, on real road networks;
rules: the same with lunch, skills, several windows, and more visits than fit;
vrptw: Solomon and Gehring-Homberger instances, with the mean gaps of each family;
change: a crew is ill, it rains, or nothing; county: the day of twenty stations.
Every plan is timed and checked by us; tables are printed in Markdown.
"""

from __future__ import annotations

import argparse
import datetime as dt
import importlib.metadata
import json
import math
import os
import platform
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from peers import by_ortools, by_pyvrp, by_vroom

from optimizer.checker import check
from optimizer.dayplan import Change, Day, replan
from optimizer.model import (
    CrewDay,
    DayPlan,
    LonLat,
    Lunch,
    Problem,
    Station,
    TimeWindow,
    Visit,
)
from optimizer.roads import read_roads
from optimizer.routes import StopAfter, solve, timed
from optimizer.routes.solver import compile_once
from optimizer.settings import DaySettings, Settings
from optimizer.travel import Travel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from optimizer.model import Route
    from optimizer.roads import Roads

    Plan = dict[str, list[str]]
    Solver = Callable[[Problem, int], Plan]

NETWORKS = {"heidelberg.osm.pbf": 4, "north-bayreuth.osm.gz": 3, "andorra.osm.pbf": 3}
LIBRARIES = ("ortools", "pyvrp", "pyvroom", "numba", "numpy")
HOUR = 3600
SHIFT = TimeWindow(8 * HOUR, 17 * HOUR)
HUNDREDTHS = 100
PEERS = ("VROOM", "PyVRP", "OR-Tools")
SAME = "ours, told to make VROOM's visits"
STATION_DAYS = 10
SOLOMON_SIZE = 100


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a solver made of an instance."""

    cost: float
    seconds: float
    left_out: int
    priority: int
    violations: int


def main() -> None:
    """Run the parts that are asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("parts", nargs="+", choices=PARTS)
    parser.add_argument("--data", type=Path, default=Path(__file__).parents[3] / "shared" / "data")
    parser.add_argument("--seconds", type=float, help="time of each run; by default the bar's")
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--instances", type=int, help="at most so many a part; else 10, vrptw all")
    parser.add_argument("--peers", nargs="+", choices=PEERS, default=PEERS, metavar="PEER",
                        help=f"of station days: {', '.join(PEERS)}")  # fmt: skip
    wanted = parser.parse_args()
    print_head()
    compile_once()
    for part in wanted.parts:
        print(f"## {part}\n")
        PARTS[part](wanted)
        print()


def print_head() -> None:
    """Date, machine, versions and command of the tables below."""
    now = dt.datetime.now().astimezone().isoformat(" ", "minutes")
    load = ", ".join(f"{mean:.1f}" for mean in os.getloadavg())
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in LIBRARIES)
    print(f"{now}, {processor()}, {os.cpu_count()} cores, load {load} before the start")
    print(f"{platform.platform()}, Python {platform.python_version()}, {versions}")
    command = f"python scripts/benchmarks/{Path(sys.argv[0]).name} {' '.join(sys.argv[1:])}"
    print(f"`{command}`\n", flush=True)


def processor() -> str:
    """The processor's name where the system tells it."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


# ---- station days on real roads -----------------------------------------------------------------


def days(data: Path, most: int, *, rules: bool) -> Iterator[tuple[str, Problem]]:
    """Instances on the networks in turn, with their names."""
    made = 0
    for file, count in NETWORKS.items():
        share = min(math.ceil(most * count / sum(NETWORKS.values())), most - made)
        if share < 1:
            continue
        settings = Settings().travel
        roads = read_roads(data / "osm" / file, settings)
        for number in range(share):
            made += 1
            yield f"{file.split('.')[0]} {number + 1}", day(roads, number, rules=rules)


def day(roads: Roads, seed: int, *, rules: bool, visits: int = 300, crews: int = 16) -> Problem:
    """A station in the middle of a network, visits in hamlets around it."""
    rng = np.random.default_rng(seed)
    hamlets = rng.choice(len(roads.node_lon), 40)
    at = hamlets[rng.integers(0, len(hamlets), visits)]
    lon = roads.node_lon[at] + rng.normal(0, 0.004, visits)
    lat = roads.node_lat[at] + rng.normal(0, 0.003, visits)
    centre = np.median(roads.node_lon), np.median(roads.node_lat)
    ends = roads.attach(np.append(centre[0], lon), np.append(centre[1], lat))
    seconds, metres = Travel(roads, Settings().travel).door_matrix(ends)
    lunch = Lunch(window=TimeWindow(41400, 46800), duration_s=HOUR, always=True)
    return Problem(
        visits=tuple(call(rng, k + 1, rules=rules) for k in range(visits)),
        crews=tuple(
            CrewDay(
                crew_id=f"c{k}",
                start_place=0,
                end_place=0,
                shift=SHIFT,
                lunch=lunch if rules else None,
                skills=frozenset({"hv10kv"} if rules and k < crews // 4 else ()),
            )
            for k in range(crews - (5 if rules else 0))
        ),
        seconds=seconds,
        metres=metres,
    )


def call(rng: np.random.Generator, place: int, *, rules: bool) -> Visit:
    """A visit of twelve minutes and two to introduce oneself; a quarter have windows."""
    windows: tuple[TimeWindow, ...] = ()
    if rng.random() < 0.25:
        starts = (rng.integers(8, 16) * HOUR, rng.integers(8, 17) * HOUR)
        windows = (TimeWindow(int(starts[0]), int(starts[0]) + 2 * HOUR),)
        if rules and rng.random() < 0.5:
            windows += (TimeWindow(int(starts[1]), int(starts[1]) + HOUR),)
    priority = int(rng.integers(0, 4)) if rules else 0
    skilled = rules and rng.random() < 0.05
    return Visit(
        visit_id=f"v{place}",
        place=place,
        service_s=720,
        setup_s=120,
        windows=windows,
        skills=frozenset({"hv10kv"} if skilled else ()),
        mandatory=not rules,
        price=(1 + priority * 400) * 101_000_000 + priority if rules else 0,
    )


def ours(seconds: float) -> Solver:
    """The day's solver for some seconds."""

    def run(problem: Problem, seed: int) -> Plan:
        found = solve(problem, StopAfter(seconds=seconds), seed)
        return {route.crew_id: [stop.visit_id for stop in route.stops] for route in found.routes}

    return run


class SameVisits:
    """VROOM, and our solver told to make the visits that VROOM makes and no others."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.made: set[str] = set()

    def vroom(self, problem: Problem, _: int) -> Plan:
        """VROOM's plan; what it serves is remembered."""
        plan = by_vroom(problem)
        self.made = {name for stops in plan.values() for name in stops}
        return plan

    def ours(self, problem: Problem, seed: int) -> Plan:
        """Our plan of those visits, all mandatory."""
        visits = (replace(v, mandatory=True) for v in problem.visits if v.visit_id in self.made)
        return ours(self.seconds)(replace(problem, visits=tuple(visits)), seed)


def judged(problem: Problem, solver: Solver, seed: int) -> Outcome:
    """Run a solver, time its routes and check them."""
    began = time.perf_counter()
    plan = solver(problem, seed)
    seconds = time.perf_counter() - began
    visits = {visit.visit_id: visit for visit in problem.visits}
    crews = {crew.crew_id: crew for crew in problem.crews}
    routes: list[Route] = [
        timed(problem, crews[name], [visits[stop] for stop in stops])
        for name, stops in plan.items()
        if stops
    ]
    served = {stop.visit_id for route in routes for stop in route.stops}
    wrong = [one for one in check(problem, routes, ()) if one.rule != "once"]
    return Outcome(
        cost=float(sum(route.travel_s for route in routes)),
        seconds=seconds,
        left_out=len(problem.visits) - len(served),
        priority=sum(visit.price % 101 for visit in problem.visits if visit.visit_id in served),
        violations=len(wrong),
    )


def station_days(wanted: argparse.Namespace, *, rules: bool) -> None:
    """The table of station days: rows are instances, columns solvers."""
    seconds = wanted.seconds or 10.0
    solvers: dict[str, Solver] = {"ours": ours(seconds)}
    if "VROOM" in wanted.peers:
        both = SameVisits(seconds)
        solvers["VROOM"] = both.vroom
        if rules:
            solvers[SAME] = both.ours
    if "PyVRP" in wanted.peers and not rules:
        solvers["PyVRP"] = lambda problem, seed: by_pyvrp(problem, seconds, seed)
    if "OR-Tools" in wanted.peers and not rules:
        solvers["OR-Tools alone"] = lambda problem, _: by_ortools(problem, seconds)
    chance = set(solvers) - {"VROOM", "OR-Tools alone"}
    print("| instance | " + " | ".join(f"{name}: cost (s), left out" for name in solvers) + " |")
    print("|---|" + "---|" * len(solvers))
    sums: dict[str, list[Outcome]] = {name: [] for name in solvers}
    for title, problem in days(wanted.data, wanted.instances or STATION_DAYS, rules=rules):
        cells = []
        for name, solver in solvers.items():
            seeds = range(1, wanted.seeds + 1) if name in chance else [1]
            found = [judged(problem, solver, seed) for seed in seeds]
            sums[name].append(mean_of(found))
            cells.append(cell(sums[name][-1]))
        print(f"| {title} | " + " | ".join(cells) + " |", flush=True)
    print("| mean | " + " | ".join(cell(mean_of(found)) for found in sums.values()) + " |")
    mine = SAME if SAME in sums else "ours"
    against = [versus(found, sums[mine]) for found in sums.values()]
    print(f"| against {mine}, where it leaves out no more | " + " | ".join(against) + " |")


def versus(theirs: list[Outcome], ours: list[Outcome]) -> str:
    """How much more a solver costs than we, over instances of which it leaves out no more."""
    pairs = [(a, b) for a, b in zip(theirs, ours, strict=True) if a.left_out <= b.left_out]
    if not pairs:
        return "–"
    more = sum(a.cost for a, _ in pairs) / sum(b.cost for _, b in pairs) - 1
    return f"{more:+.2%} ({len(pairs)} of {len(ours)})"


def mean_of(found: list[Outcome]) -> Outcome:
    """Means of costs and times; sums of what is left out and violations."""
    return Outcome(
        cost=float(np.mean([one.cost for one in found])),
        seconds=float(np.mean([one.seconds for one in found])),
        left_out=round(np.mean([one.left_out for one in found])),
        priority=round(np.mean([one.priority for one in found])),
        violations=sum(one.violations for one in found),
    )


def cell(one: Outcome) -> str:
    """One cell of a table."""
    text = f"{one.cost:,.0f} ({one.seconds:.1f})"
    if one.left_out:
        text += f" {one.left_out} left, priority {one.priority}"
    return text + (f" **{one.violations} violations**" if one.violations else "")


# ---- instances of the literature ----------------------------------------------------------------


def read_vrptw(path: Path) -> Problem:
    """A Solomon or Gehring-Homberger instance in hundredths of a unit."""
    lines = [line.split() for line in path.read_text().splitlines()]
    numbers = [[int(cell) for cell in line] for line in lines if line and line[0].isdigit()]
    (vehicles, capacity), rows = numbers[0], np.array(numbers[1:])
    x, y = rows[:, 1], rows[:, 2]
    distance = np.hypot(x[:, None] - x[None, :], y[:, None] - y[None, :])
    matrix = np.rint(distance * HUNDREDTHS).astype(np.int32)
    ready, due, service = (rows[:, column] * HUNDREDTHS for column in (4, 5, 6))
    return Problem(
        visits=tuple(
            Visit(
                visit_id=f"v{k}",
                place=k,
                service_s=int(service[k]),
                windows=(TimeWindow(int(ready[k]), int(due[k])),),
                load=int(rows[k, 3]),
                mandatory=True,
            )
            for k in range(1, len(rows))
        ),
        crews=tuple(
            CrewDay(
                crew_id=f"c{k}",
                start_place=0,
                end_place=0,
                shift=TimeWindow(0, int(due[0])),
                capacity=capacity,
            )
            for k in range(vehicles)
        ),
        seconds=matrix,
        metres=matrix,
    )


@dataclass(frozen=True, slots=True)
class Gap:
    """How far a plan is from the best known value and from PyVRP's, as shares."""

    family: str
    to_best: float
    peer_to_best: float
    to_peer: float


def literature(wanted: argparse.Namespace) -> None:
    """Distance with vehicles free, against the best known and PyVRP; mean gaps by family.

    Best values of Gehring and Homberger's are for the fewest vehicles: distance may be below.
    """
    folder = wanted.data / "vrp" / "vrptw"
    best = json.loads((folder / "best-known.json").read_text())
    print("| instance | best known | ours | gap | PyVRP | gap | ours to PyVRP |")
    print("|---|---|---|---|---|---|---|")
    paths = [path for path in sorted(folder.glob("*.txt")) if path.name in best]
    gaps = [
        literature_row(path, best_distance(path, best[path.name]), wanted)
        for path in paths[: wanted.instances]
    ]
    print("\n| family | instances | ours to best known | PyVRP to best known | ours to PyVRP |")
    print("|---|---|---|---|---|")
    for family in sorted({gap.family for gap in gaps}):
        of = [gap for gap in gaps if gap.family == family]
        means = np.mean([(gap.to_best, gap.peer_to_best, gap.to_peer) for gap in of], axis=0)
        print(f"| {family} | {len(of)} | " + " | ".join(f"{mean:+.2%}" for mean in means) + " |")


def best_distance(path: Path, known: dict[str, float]) -> float:
    """The best known distance with vehicles free, or else that with the fewest."""
    upper = path.stem.upper()
    return next(known[n] for n in (f"{upper}_distance", path.stem, upper) if n in known)


def literature_row(path: Path, target: float, wanted: argparse.Namespace) -> Gap:
    """One instance solved by us and by PyVRP; a row of the table."""
    seconds = wanted.seconds or 30.0
    problem = read_vrptw(path)

    def peer(problem: Problem, seed: int) -> Plan:
        return by_pyvrp(problem, seconds, seed)

    mine, theirs = (
        mean_of([judged(problem, solver, seed) for seed in range(1, wanted.seeds + 1)])
        for solver in (ours(seconds), peer)
    )
    shown = [cell(replace(one, cost=one.cost / HUNDREDTHS)) for one in (mine, theirs)]
    family = "Solomon" if len(problem.visits) == SOLOMON_SIZE else "Gehring-Homberger"
    gap = Gap(
        family,
        mine.cost / HUNDREDTHS / target - 1,
        theirs.cost / HUNDREDTHS / target - 1,
        mine.cost / theirs.cost - 1,
    )
    print(
        f"| {path.stem} | {target} | {shown[0]} | {gap.to_best:+.2%} | {shown[1]} | "
        f"{gap.peer_to_best:+.2%} | {gap.to_peer:+.2%} |",
        flush=True,
    )
    return gap


# ---- a change, and a county ---------------------------------------------------------------------


def change(wanted: argparse.Namespace) -> None:
    """A crew is ill, it rains, or nothing at all: new plans in three seconds, and what they keep.

    Each is made with what is printed at its price, and at none.
    """
    _, problem = next(iter(days(wanted.data, 1, rules=True)))
    first = solve(problem, StopAfter(seconds=wanted.seconds or 10.0), 1)
    station = Station(station_id="S", name="S", location=LonLat(0, 0))
    known = Day(station=station, date=dt.date(2027, 1, 4), crews=(), problem=problem,
                set_aside=(), reasons=())  # fmt: skip
    printed = DayPlan(station=station, date=known.date, crews=(), visits=problem.visits,
                      routes=first.routes, unassigned=first.unassigned)  # fmt: skip
    changes = {
        "nothing": Change(),
        "a crew is ill": Change(absent=frozenset({problem.crews[0].crew_id})),
        "rides 1.3 times as long": Change(speed_factor=1 / 1.3),
    }
    free = DaySettings(keep_min=0, keep_order_min=0, keep_sheet_min=0)
    kinds = ("retimed", "moved", "dropped", "added")
    print(f"| change | printed | {' | '.join(kinds)} | visits | km | s |")
    print("|---" * (len(kinds) + 5) + "|")
    for name, one in changes.items():
        for word, prices in (("at its price", DaySettings()), ("at no price", free)):
            settings = Settings(day=prices)
            began = time.perf_counter()
            plan, found, _ = replan(known, printed, one, StopAfter(seconds=2.5), settings)
            seconds = time.perf_counter() - began
            counts = [str(sum(f.what == kind for f in found)) for kind in kinds]
            visits = sum(len(route.stops) for route in plan.routes)
            km = sum(route.distance_m for route in plan.routes) / 1000
            cells = [name, word, *counts, str(visits), f"{km:.0f}", f"{seconds:.2f}"]
            print(f"| {' | '.join(cells)} |")


def county(wanted: argparse.Namespace) -> None:
    """Twenty stations of 300 visits and 15 crews, one after the other on all cores."""
    roads = read_roads(wanted.data / "osm" / "heidelberg.osm.pbf", Settings().travel)
    began = time.perf_counter()
    served = 0
    for station in range(20):
        problem = day(roads, 100 + station, rules=False, crews=15)
        plan = solve(problem, StopAfter(seconds=wanted.seconds or 10.0), 1)
        served += sum(len(route.stops) for route in plan.routes)
    print(f"20 stations, {served} visits: {time.perf_counter() - began:.0f} s")


PARTS: dict[str, Callable[[argparse.Namespace], None]] = {
    "plain": lambda wanted: station_days(wanted, rules=False),
    "rules": lambda wanted: station_days(wanted, rules=True),
    "vrptw": literature,
    "change": change,
    "county": county,
}

if __name__ == "__main__":
    main()
