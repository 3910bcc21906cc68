"""A station's doors into blocks: each crew's territory routed by itself.

A territory gets a first plan that finishes an area before the next (`tour`), then ruin and
recreate under the same objective (`ruin_recreate`).
"""

# ruff: noqa: PLR0917  (the matrices and the doors go through many hands)
from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from optimizer.blocks.improvement import WINDOW_DOORS, improve
from optimizer.blocks.objective import Objective
from optimizer.blocks.plan import new_plan
from optimizer.blocks.territory import Territory, row_sums, with_neighbours
from optimizer.blocks.tour import giant_tour, hilbert_index, nearest_points, split_tour
from optimizer.errors import ProblemError
from optimizer.search.rng import new_rng
from optimizer.search.stopping import StopAfter
from optimizer.settings import TravelSettings

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

NO_BLOCK = -1


@dataclass(frozen=True, kw_only=True)
class Doors:
    """What is to be visited; one row a door.

    Attributes
    ----------
    node
        int32 (n,): row of the door's road node in the matrices; -1 for a door that no road
        reaches.
    x, y
        float64 (n,): local metres.
    walk_s, ride_s
        float32 (n,): from the door to the nearest road, and along it to the node.
    service_s
        int32 (n,): seconds at the door.
    area
        int32 (n,): dense index of the transformer area.
    crew
        int32 (n,): dense index of the territory's crew, -1 for any.
    access_m
        float32 (n,): metres from the door to the node, walked and ridden; None for 0.
    """

    node: NDArray[np.int32]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    walk_s: NDArray[np.float32]
    ride_s: NDArray[np.float32]
    service_s: NDArray[np.int32]
    area: NDArray[np.int32]
    crew: NDArray[np.int32]
    access_m: NDArray[np.float32] | None = None

    def __len__(self) -> int:
        return len(self.node)


@dataclass(frozen=True, kw_only=True)
class BlockLimits:
    """What a crew can do in a day: `work_s` is service and travel, station to station."""

    max_visits: int = 25
    min_visits: int = 15
    work_s: int = 26_000

    def __post_init__(self) -> None:
        if self.max_visits < 1 or self.work_s < 1:
            raise ProblemError(
                f"a block of {self.max_visits} visits in {self.work_s} s: both must be positive"
            )


@dataclass(frozen=True, kw_only=True)
class RouterParams:
    """How blocks are judged, and how long they are improved.

    Attributes
    ----------
    travel
        Parking, walking speed and detour.
    iterations_per_door
        Of ruin and recreate.
    start_temperature_s, end_temperature_s
        Of annealing, in seconds of travel.
    neighbours
        How many neighbours of a door are looked at.
    block_cost_s, underfull_penalty_s, split_penalty_s, gap_penalty_s
        In seconds of travel: of a block; of each visit that a block with time left has too few;
        of an area's first day more than its work needs; of each day beyond that or between its
        days.
    """

    travel: TravelSettings = field(default_factory=TravelSettings)
    iterations_per_door: int = 120
    start_temperature_s: float = 100.0
    end_temperature_s: float = 1.0
    neighbours: int = 40
    block_cost_s: float = 1800.0
    underfull_penalty_s: float = 120.0
    split_penalty_s: float = 300.0
    gap_penalty_s: float = 14_400.0


@dataclass(frozen=True, kw_only=True)
class Blocks:
    """Crew-days of a station.

    Attributes
    ----------
    block, seq
        int32 (n,): each door's block and its place in it from 0; -1 where no road reaches it.
    crew
        int32 (b,): the crew whose territory it is, -1 for any. A crew's blocks are consecutive
        and in the order in which they are best worked off.
    work_s, travel_s, distance_m
        int32 (b,): service and travel; travel; metres.
    over
        bool (b,): a single door whose work alone exceeds the limit.
    fewest_days
        int32 (areas,): blocks that the area's work needs at least, summed over crews.
    """

    block: NDArray[np.int32]
    seq: NDArray[np.int32]
    crew: NDArray[np.int32]
    work_s: NDArray[np.int32]
    travel_s: NDArray[np.int32]
    distance_m: NDArray[np.int32]
    over: NDArray[np.bool_]
    fewest_days: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.crew)


def route_station(
    node_s: NDArray[np.int32],
    node_m: NDArray[np.int32],
    depot_node: int,
    doors: Doors,
    limits: BlockLimits,
    params: RouterParams | None = None,
    seed: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> Blocks:
    """Route all doors of a station into crew-days.

    Parameters
    ----------
    node_s, node_m
        int32 (k, k): seconds and metres between road nodes.
    depot_node
        The station's row in them.
    doors
        n doors; n may be 0.
    progress
        Called with doors whose territory is routed, and all doors.

    Returns
    -------
    Blocks
        Every door that a road reaches is in exactly one block.

    Raises
    ------
    ProblemError
        If an array has the wrong length or points outside the matrices.

    Notes
    -----
    The same arguments give the same blocks: it stops by iterations, not by the clock.
    """
    params = params or RouterParams()
    _check(node_s, node_m, depot_node, doors)
    reached = doors.node >= 0
    plans = []
    done = int(np.count_nonzero(~reached))
    for crew in np.unique(doors.crew[reached]):
        members = _members(doors, reached & (doors.crew == crew))
        territory = _territory(node_s, node_m, depot_node, doors, members, limits, params)
        report = None if progress is None else _shares(progress, done, len(members), len(doors))
        plan = _route_territory(territory, limits, params, new_rng(seed, int(crew) + 1), report)
        plans.append((int(crew), members, territory, plan))
        done += len(members)
    return _collect(doors, limits, plans)


def _members(doors: Doors, own: NDArray[np.bool_]) -> NDArray[np.int32]:
    """The doors of a territory, of a large one along a curve, for the search's windows."""
    members = np.flatnonzero(own).astype(np.int32)
    if len(members) <= WINDOW_DOORS:
        return members
    return members[np.argsort(hilbert_index(doors.x[members], doors.y[members]), kind="stable")]


def _shares(
    progress: Callable[[int, int], None], done: int, doors: int, total: int
) -> Callable[[float], None]:
    return lambda share: progress(done + int(share * doors), total)


def _check(
    node_s: NDArray[np.int32], node_m: NDArray[np.int32], depot_node: int, doors: Doors
) -> None:
    for name, array in vars(doors).items():
        if array is not None and len(array) != len(doors):
            raise ProblemError(f"doors.{name} has {len(array)} rows, doors.node {len(doors)}")
    nodes = len(node_s)
    if node_s.shape != (nodes, nodes) or node_m.shape != (nodes, nodes):
        raise ProblemError(f"node_s {node_s.shape} and node_m {node_m.shape} are not square")
    if not 0 <= depot_node < nodes:
        raise ProblemError(f"depot_node {depot_node} of {nodes}")
    if len(doors) and not -1 <= int(doors.node.min()) <= int(doors.node.max()) < nodes:
        raise ProblemError(f"doors.node has a node outside -1 .. {nodes - 1}")
    if len(doors) and int(doors.area.min()) < 0:
        raise ProblemError("doors.area: every door needs an area, 0 or more")


def _territory(
    node_s: NDArray[np.int32],
    node_m: NDArray[np.int32],
    depot_node: int,
    doors: Doors,
    members: NDArray[np.int32],
    limits: BlockLimits,
    params: RouterParams,
) -> Territory:
    """The territory of `members`, its nodes and areas numbered anew."""
    travel = params.travel
    nodes, node = np.unique(np.append(doors.node[members], depot_node), return_inverse=True)
    areas, area = np.unique(doors.area[members], return_inverse=True)
    access_s = doors.walk_s[members] + doors.ride_s[members]
    access_m = np.zeros(len(members)) if doors.access_m is None else doors.access_m[members]
    x, y = doors.x[members].astype(np.float64), doors.y[members].astype(np.float64)
    territory = Territory(
        node_s=np.ascontiguousarray(node_s[np.ix_(nodes, nodes)], dtype=np.int32),
        node_m=np.ascontiguousarray(node_m[np.ix_(nodes, nodes)], dtype=np.int32),
        node=node.astype(np.int32),
        x=np.append(x, np.inf),
        y=np.append(y, np.inf),
        access_s=np.append(access_s, 0.0).astype(np.float64),
        access_m=np.append(access_m, 0.0).astype(np.float64),
        parking_s=float(travel.parking_s),
        walk_s_per_m=travel.walk_detour * 3.6 / travel.walk_kph,
        walk_detour=float(travel.walk_detour),
        service_s=np.append(doors.service_s[members], 0).astype(np.int32),
        area=area.astype(np.int32),
        min_days=np.ones(len(areas), dtype=np.int32),
        near=np.empty((0, 0), dtype=np.int32),
        near_s=np.empty((0, 0), dtype=np.float32),
        to_near_s=np.empty((0, 0), dtype=np.float32),
        from_near_s=np.empty((0, 0), dtype=np.float32),
        to_depot_s=np.empty(0),
        from_depot_s=np.empty(0),
    )
    territory = with_neighbours(territory, nearest_points(x, y, params.neighbours))
    return territory._replace(min_days=_fewest_days(territory, limits))


def _fewest_days(territory: Territory, limits: BlockLimits) -> NDArray[np.int32]:
    """How many blocks each area's work needs, riding there and back once a block."""
    areas = len(territory.min_days)
    ride_s = np.full(areas, np.inf)
    np.minimum.at(ride_s, territory.area, territory.from_depot_s + territory.to_depot_s)
    service_s = np.bincount(territory.area, territory.service_s[:-1], areas).astype(np.float64)
    visits = np.bincount(territory.area, minlength=areas)
    return fewest_blocks(service_s, visits, ride_s, limits.work_s, limits.max_visits)


def fewest_blocks(
    service_s: NDArray[np.float64],
    visits: NDArray[np.int64],
    ride_s: NDArray[np.float64],
    work_s: NDArray[np.float64] | float,
    max_visits: int,
) -> NDArray[np.int32]:
    """How many blocks the work of each area needs at least.

    Parameters
    ----------
    service_s, visits
        float64 and int64 (areas,): what there is to do, at how many doors.
    ride_s
        float64 (areas,): the shortest way there and back, once a block.
    work_s
        Service and travel that fit a block, of each area or of all.
    """
    by_time = service_s / np.maximum(work_s - ride_s, 1.0)
    fewest = np.ceil(np.maximum(by_time, visits / max_visits))
    within: NDArray[np.float64] = np.clip(fewest, 1, np.maximum(visits, 1))
    return within.astype(np.int32)


def _route_territory(
    territory: Territory,
    limits: BlockLimits,
    params: RouterParams,
    rng: NDArray[np.uint64],
    report: Callable[[float], None] | None,
) -> list[NDArray[np.int32]]:
    """Blocks of one territory in working order, each the doors in order."""
    objective = _objective(territory, limits, params)
    tour = giant_tour(territory)
    bounds = split_tour(territory, objective, tour)
    rows = [tour[begin:end] for begin, end in pairwise(bounds)]
    plan = new_plan(territory, limits.max_visits, rows)
    stop = StopAfter(iterations=params.iterations_per_door * len(tour))
    temperatures = (params.start_temperature_s, params.end_temperature_s)
    improve(territory, objective, plan, stop, temperatures, rng, report)
    return [plan.rows[b, : plan.size[b]] for b in range(len(plan.size)) if plan.size[b]]


def _objective(territory: Territory, limits: BlockLimits, params: RouterParams) -> Objective:
    return Objective(
        work_s=float(limits.work_s),
        max_visits=limits.max_visits,
        min_visits=limits.min_visits,
        underfull_penalty_s=params.underfull_penalty_s,
        block_cost_s=params.block_cost_s,
        split_penalty_s=params.split_penalty_s,
        gap_penalty_s=params.gap_penalty_s,
        service_s=max(1.0, float(territory.service_s[:-1].mean())),
    )


def _collect(
    doors: Doors,
    limits: BlockLimits,
    plans: list[tuple[int, NDArray[np.int32], Territory, list[NDArray[np.int32]]]],
) -> Blocks:
    """Number the blocks of all territories and add up their legs."""
    block, seq = np.full((2, len(doors)), NO_BLOCK, dtype=np.int32)
    fewest = np.zeros(int(doors.area.max(initial=-1)) + 1, dtype=np.int32)
    sums: list[tuple[int, int, int, int]] = []
    for crew, members, territory, rows in plans:
        np.add.at(fewest, np.unique(doors.area[members]), territory.min_days)
        for row in rows:
            block[members[row]] = len(sums)
            seq[members[row]] = np.arange(len(row))
            sums.append((crew, *_add_up(territory, row)))
    crews, work_s, travel_s, distance_m = np.array(sums, dtype=np.int32).reshape(-1, 4).T
    return Blocks(
        block=block,
        seq=seq,
        crew=crews,
        work_s=work_s,
        travel_s=travel_s,
        distance_m=distance_m,
        over=work_s > limits.work_s,
        fewest_days=fewest,
    )


def _add_up(territory: Territory, row: NDArray[np.int32]) -> tuple[int, int, int]:
    """Work, travel and metres of one block."""
    travel_s, distance_m = row_sums(territory, row)
    return int(territory.service_s[row].sum()) + round(travel_s), round(travel_s), round(distance_m)
