"""Hold a territory's blocks against PyVRP, which has the same legs and limits and no area in mind.

    PYTHONPATH=. python scripts/benchmarks/territory_peers.py [--seeds 1 2 3] [--times 1 100]

Territories are a crew's: 1,500 doors in twenty areas, on real road networks and made up. What is
compared is travel and 1,800 s for each block. PyVRP gets the processor's time of ours, so many
times; its plans are reckoned by us.
"""

from __future__ import annotations

import argparse
import datetime as dt
import importlib.metadata
import os
import platform
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyvrp

from optimizer.blocks import BlockLimits, Blocks, Doors, RouterParams, route_station
from optimizer.roads import read_roads
from optimizer.settings import Settings
from optimizer.travel import DoorNetwork, Travel, fill_door_matrices
from optimizer.travel import Doors as TravelDoors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

LIBRARIES = ("pyvrp", "numba", "numpy")
NETWORKS = ("heidelberg.osm.pbf", "north-bayreuth.osm.gz", "andorra.osm.pbf")
MADE_UP = {"valley": (8000, 250), "town": (3000, 300), "mountain": (30_000, 400)}
"""How large a made-up territory and how wide its villages are, in metres."""
DOORS, AREAS = 1500, 20
SERVICE_S = (600, 840, 1200)
LIMITS, PARAMS = BlockLimits(), RouterParams()
FREE = replace(PARAMS, underfull_penalty_s=0.0, split_penalty_s=0.0, gap_penalty_s=0.0)
"""The same without a thought of areas or of full blocks, as PyVRP."""
LONGER = replace(FREE, iterations_per_door=10 * FREE.iterations_per_door)


@dataclass(frozen=True)
class World:
    """What `route_station` is asked of: a territory."""

    node_s: NDArray[np.int32]
    node_m: NDArray[np.int32]
    depot_node: int
    doors: Doors


@dataclass(frozen=True)
class Found:
    """Travel and block costs of a plan, its blocks, and the seconds that it took."""

    cost: float
    blocks: int
    cpu_s: float
    whole: float = 0.0


def main() -> None:
    """Print a row for each territory."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--data", type=Path, default=Path(__file__).parents[3] / "shared" / "data")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--times", type=float, nargs="+", default=[1.0, 100.0])
    wanted = parser.parse_args()
    print_head(wanted.times)
    for name, world in worlds(wanted.data):
        ours(world, PARAMS, 1)  # what is compiled once is not counted
        print_row(name, world, wanted.seeds, wanted.times)


def print_head(times: list[float]) -> None:
    """What is needed to make the table again, and its head."""
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in LIBRARIES)
    day, cores = dt.datetime.now().astimezone().date(), os.cpu_count()
    print(f"{day}, {platform.machine()}, {cores} cores, Python {platform.python_version()},")
    print(f"{versions}")
    print(f"`python scripts/benchmarks/territory_peers.py {' '.join(sys.argv[1:])}`\n")
    peers = [f"PyVRP, {many:g} times the CPU s" for many in times]
    own = ["ours, in one stretch", "without areas", "ten times the iterations"]
    heads = ["territory", "doors", *own, *peers]
    print(f"| {' | '.join(heads)} |\n{'|---' * len(heads)}|", flush=True)


def print_row(name: str, world: World, seeds: list[int], times: list[float]) -> None:
    """Ours with and without areas, and PyVRP, each the mean over seeds."""
    areas = [ours(world, PARAMS, seed) for seed in seeds]
    free = [ours(world, FREE, seed) for seed in seeds]
    longer = [ours(world, LONGER, seed) for seed in seeds]
    whole = f", {np.mean([one.whole for one in areas]):.0%} whole"
    own = [cell(areas, areas) + whole, cell(free, areas), cell(longer, areas)]
    cells = [name, f"{len(world.doors):,}", *own]
    seconds = float(np.mean([one.cpu_s for one in free]))
    matrix = legs(world)
    for many in times:
        peers = [by_pyvrp(world, matrix, many * seconds, seed) for seed in seeds]
        cells.append(cell([peer for peer in peers if peer], areas))
    print(f"| {' | '.join(cells)} |", flush=True)


def cell(found: list[Found], against: list[Found]) -> str:
    """Mean cost, how it compares, blocks, and seconds."""
    if not found:
        return "no plan"
    cost, blocks, cpu_s = np.mean([(one.cost, one.blocks, one.cpu_s) for one in found], axis=0)
    more = cost / np.mean([one.cost for one in against]) - 1
    plans = "" if len(found) == len(against) else f", {len(found)} of {len(against)} plans"
    return f"{cost:,.0f} ({more:+.2%}) {blocks:.1f} blocks, {cpu_s:.1f} s{plans}"


# ---- territories --------------------------------------------------------------------------------


def worlds(data: Path) -> Iterator[tuple[str, World]]:
    """Territories by name."""
    for k, file in enumerate(NETWORKS):
        yield file.split(".")[0], on_roads(data / "osm" / file, k)
    for k, (name, (size, spread)) in enumerate(MADE_UP.items()):
        yield f"made-up {name}", made_up(k, size, spread)


def on_roads(file: Path, seed: int) -> World:
    """The hamlets nearest to one of them, on a real network."""
    rng = np.random.default_rng(seed)
    settings = Settings().travel
    roads = read_roads(file, settings)
    lon, lat = roads.node_lon, roads.node_lat
    hamlets = rng.choice(len(lon), 3 * AREAS, replace=False)
    apart = np.hypot(lon[hamlets] - lon[hamlets[0]], lat[hamlets] - lat[hamlets[0]])
    hamlets = hamlets[np.argsort(apart)[:AREAS]]
    area = np.sort(rng.integers(0, AREAS, DOORS))
    ends = roads.attach(
        np.append(lon[hamlets].mean(), lon[hamlets[area]] + rng.normal(0, 0.004, DOORS)),
        np.append(lat[hamlets].mean(), lat[hamlets[area]] + rng.normal(0, 0.003, DOORS)),
    )
    kept = np.append(0, 1 + np.flatnonzero(~ends.far[1:]))
    travel = Travel(roads, settings)
    network = travel.door_network(travel.doors(ends.take(kept)))
    at = network.doors
    doors = _doors(rng, at.node[1:], (at.x[1:], at.y[1:]), at.access_s[1:], area[kept[1:] - 1])
    return World(network.net_s, network.net_m, int(at.node[0]), doors)


def made_up(seed: int, size: float, spread: float) -> World:
    """Villages in a square, the station in its middle; every third door has a road node."""
    rng = np.random.default_rng(seed)
    area = np.sort(rng.integers(0, AREAS, DOORS))
    at = rng.uniform(0, size, (AREAS, 2))[area] + rng.normal(0, spread, (DOORS, 2))
    nodes = np.vstack([[size / 2, size / 2], at[rng.choice(DOORS, DOORS // 3, replace=False)]])
    crow = np.hypot(*(nodes[:, None] - nodes[None, :]).transpose(2, 0, 1))
    away = np.hypot(*(at[:, None] - nodes[None, :]).transpose(2, 0, 1))
    doors = _doors(rng, away.argmin(axis=1), (at[:, 0], at[:, 1]), away.min(axis=1) / 1.2, area)
    seconds = np.rint(crow / 5).astype(np.int32)  # 7 m/s on ways 1.4 times as long
    return World(seconds, np.rint(1.4 * crow).astype(np.int32), 0, doors)


def _doors(
    rng: np.random.Generator,
    node: NDArray[Any],
    at: tuple[NDArray[np.float64], NDArray[np.float64]],
    walk_s: NDArray[np.float64],
    area: NDArray[np.int64],
) -> Doors:
    count = len(node)
    return Doors(
        node=node.astype(np.int32),
        x=at[0],
        y=at[1],
        walk_s=walk_s.astype(np.float32),
        ride_s=np.zeros(count, dtype=np.float32),
        service_s=rng.choice(SERVICE_S, count).astype(np.int32),
        area=area.astype(np.int32),
        crew=np.zeros(count, dtype=np.int32),
    )


def legs(world: World) -> NDArray[np.int32]:
    """Seconds between the station, which comes first, and all doors: what our search pays."""
    doors, travel = world.doors, Settings().travel
    access_s = np.append(0.0, (doors.walk_s + doors.ride_s).astype(np.float64))
    places = TravelDoors(
        np.append(world.depot_node, doors.node).astype(np.int32),
        access_s,
        np.zeros(len(access_s)),
        np.append(np.inf, doors.x),
        np.append(np.inf, doors.y),
    )
    pace = travel.walk_detour * 3.6 / travel.walk_kph
    network = DoorNetwork(
        places, world.node_s, world.node_m, pace, travel.walk_detour, float(travel.parking_s)
    )
    return fill_door_matrices(network)[0]


# ---- solvers ------------------------------------------------------------------------------------


def ours(world: World, params: RouterParams, seed: int) -> Found:
    """The router as a campaign calls it."""
    began_s = time.process_time()
    blocks = route_station(
        world.node_s, world.node_m, world.depot_node, world.doors, LIMITS, params, seed
    )
    cost = float(blocks.travel_s.sum()) + PARAMS.block_cost_s * len(blocks)
    return Found(cost, len(blocks), time.process_time() - began_s, in_one_stretch(world, blocks))


def in_one_stretch(world: World, blocks: Blocks) -> float:
    """Share of areas done in blocks that follow one another, one more than are needed at most."""
    pairs = np.unique(np.column_stack((world.doors.area, blocks.block)), axis=0)
    area, start, days = np.unique(pairs[:, 0], return_index=True, return_counts=True)
    span = pairs[start + days - 1, 1] - pairs[start, 1] + 1
    return float(np.mean((span == days) & (days <= blocks.fewest_days[area] + 1)))


class ProcessorSeconds:
    """PyVRP's stop by the processor's time, whatever else the machine does."""

    def __init__(self, seconds: float) -> None:
        self.end_s = time.process_time() + seconds

    def __call__(self, best_cost: float) -> bool:
        """Whether the time is over."""
        del best_cost
        return time.process_time() >= self.end_s


def by_pyvrp(world: World, matrix: NDArray[np.int32], seconds: float, seed: int) -> Found | None:
    """PyVRP alone, one thread, as it comes; None where nothing it has found keeps the limits."""
    began_s = time.process_time()
    square: Any = matrix.astype(np.int64)
    service_s = world.doors.service_s
    clients = [
        pyvrp.Client(k + 1, delivery=[1], service_duration=int(stay_s))
        for k, stay_s in enumerate(service_s)
    ]
    crews = pyvrp.VehicleType(
        num_available=len(clients) // LIMITS.min_visits,
        capacity=[LIMITS.max_visits],
        fixed_cost=int(PARAMS.block_cost_s),
        shift_duration=LIMITS.work_s,
    )
    places = [pyvrp.Location(0, 0) for _ in matrix]
    data = pyvrp.ProblemData(places, clients, [pyvrp.Depot(0)], [crews], [square], [square])
    stop: Callable[[float], bool] = ProcessorSeconds(seconds)
    result = pyvrp.solve(data, stop, seed=seed, display=False)
    if not result.is_feasible():
        return None
    travel_s, rows = 0, []
    for route in result.best.routes():
        rows.append([one.idx for one in route if one.is_client()])
        ring = [0, *(k + 1 for k in rows[-1]), 0]
        way_s = int(matrix[ring[:-1], ring[1:]].sum())
        if len(rows[-1]) > LIMITS.max_visits or way_s + service_s[rows[-1]].sum() > LIMITS.work_s:
            raise SystemExit("wrong: a block of PyVRP's breaks the limits")
        travel_s += way_s
    if sorted(k for row in rows for k in row) != list(range(len(clients))):
        raise SystemExit("wrong: not every door exactly once")
    cost = travel_s + PARAMS.block_cost_s * len(rows)
    return Found(cost, len(rows), time.process_time() - began_s)


if __name__ == "__main__":
    main()
