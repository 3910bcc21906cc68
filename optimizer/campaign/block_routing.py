"""Routing one station's doors into blocks over the roads; runs in any process."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from optimizer import blocks as router
from optimizer.campaign.block_metrics import BlockMetrics, measure_blocks
from optimizer.campaign.repair import repair
from optimizer.campaign.routing_task import RoutingTask, StationJob
from optimizer.campaign.station_blocks import (
    NOT_IN_TIME,
    TOO_LONG,
    UNREACHABLE,
    StationBlocks,
    merge_blocks,
)
from optimizer.campaign.time_windows import left_out, never_in_time
from optimizer.travel import Travel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from optimizer.roads import Roads
    from optimizer.travel import DoorNetwork


def station_jobs(tasks: Sequence[RoutingTask], roads: Roads) -> list[StationJob]:
    """Attach every station's doors to the roads."""
    return [
        StationJob(
            task,
            roads.attach(task.demand.door_lon, task.demand.door_lat),
            roads.attach([task.demand.lon], [task.demand.lat]),
        )
        for task in tasks
    ]


def route_job(job: StationJob, roads: Roads) -> StationBlocks:
    """Blocks of a whole station: the kept ones repaired, all other doors in new ones."""
    travel = Travel(roads, job.task.settings.travel)
    never = never_in_time(job, travel)
    found = _route(left_out(job, never), travel)
    return replace(found, block=np.where(never, np.int32(NOT_IN_TIME), found.block))


def _route(job: StationJob, travel: Travel) -> StationBlocks:
    if job.task.kept is None:
        return _route_doors(job, travel)
    kept = repair(job, travel, job.task.kept)
    rest = replace(job, task=replace(job.task, fresh=kept.block < 0))
    return merge_blocks(job.task.demand, kept, _route_doors(rest, travel))


def _route_doors(job: StationJob, travel: Travel) -> StationBlocks:
    """Route the fresh doors of each territory by itself, with its own crew's day."""
    task = job.task
    number = len(job.doors.node)
    block = np.full(number, UNREACHABLE, dtype=np.int32)
    seq = np.full(number, -1, dtype=np.int32)
    parts: list[tuple[int, BlockMetrics]] = []
    done = 0
    for crew in np.unique(task.demand.crew):
        members = np.flatnonzero((task.demand.crew == crew) & task.fresh & ~job.doors.far)
        if not len(members):
            continue
        places = travel.doors(job.doors.take(members))
        network = travel.door_network(places.joined(travel.doors(job.depot)))
        routed = _route_territory(job, network, int(crew), members)
        service_s, limit_s = task.demand.service_s[members], float(task.limit_s[crew])
        measured = measure_blocks(network, routed.block, routed.seq, service_s, limit_s)
        block[members] = measured.block + done
        seq[members] = measured.seq
        parts.append((int(crew), measured))
        done += len(measured.work_s)
    whole = _concatenate(parts, block, seq, _fewest_days(job, travel), task.pace)
    return _without_too_long(whole, task.demand.limit_s)


def _route_territory(
    job: StationJob, network: DoorNetwork, crew: int, members: NDArray[np.intp]
) -> router.Blocks:
    """Blocks of one territory's doors, `members`."""
    task, at = job.task, network.doors
    demand, settings = task.demand, task.settings
    doors = router.Doors(
        node=at.node[:-1],
        x=at.x[:-1],
        y=at.y[:-1],
        walk_s=at.access_s[:-1].astype(np.float32),
        ride_s=np.zeros(len(members), dtype=np.float32),
        service_s=demand.service_s[members],
        area=demand.area[members],
        crew=np.zeros(len(members), dtype=np.int32),
        access_m=at.access_m[:-1].astype(np.float32),
    )
    # the way out of the station's yard, and a second of rounding a leg
    margin_s = 2 * at.access_s[-1] + settings.blocks.max_visits + 1
    limits = router.BlockLimits(
        max_visits=task.max_visits,
        min_visits=min(task.max_visits, settings.blocks.min_visits),
        work_s=max(1, int(task.limit_s[crew] - margin_s)),
    )
    usual = router.RouterParams(travel=settings.travel)
    return router.route_station(
        network.net_s,
        network.net_m,
        int(at.node[-1]),
        doors,
        limits,
        replace(usual, iterations_per_door=usual.iterations_per_door * job.iteration_factor),
        demand.seed(crew, settings.campaign.seed),
    )


def _fewest_days(job: StationJob, travel: Travel) -> NDArray[np.int32]:
    """The fewest blocks that hold the work of each area, with the ride there and back for each."""
    demand, number = job.task.demand, int(job.task.demand.area.max(initial=-1)) + 1
    if not number:
        return np.zeros(0, dtype=np.int32)
    doors, depot = travel.doors(job.doors), travel.doors(job.depot)
    node, row = np.unique(doors.node, return_inverse=True)
    there = travel.node_seconds(depot.node, node)[0]
    back = travel.node_seconds(node, depot.node)[:, 0]
    ends_s = doors.access_s + depot.access_s[0] + travel.settings.parking_s
    ride_s = np.full(number, np.inf)
    np.minimum.at(ride_s, demand.area, (there + back)[row] + 2 * ends_s)
    work_s = np.zeros(number)
    np.maximum.at(work_s, demand.area, job.task.limit_s[demand.crew])
    service_s = np.bincount(demand.area, demand.service_s, number).astype(np.float64)
    visits = np.bincount(demand.area, minlength=number)
    return router.fewest_blocks(service_s, visits, ride_s, work_s, job.task.max_visits)


def _concatenate(
    parts: list[tuple[int, BlockMetrics]],
    block: NDArray[np.int32],
    seq: NDArray[np.int32],
    fewest: NDArray[np.int32],
    pace: float,
) -> StationBlocks:
    def column(name: str) -> NDArray[np.int32]:
        columns = [getattr(part, name) for _, part in parts]
        return np.concatenate([np.zeros(0, dtype=np.int32), *columns]).astype(np.int32)

    crews = np.repeat([crew for crew, _ in parts], [len(part.work_s) for _, part in parts])
    return StationBlocks(
        block,
        seq,
        crews.astype(np.int32),
        column("work_s"),
        column("travel_s"),
        column("distance_m"),
        fewest,
        np.full(len(crews), np.nan),
        np.zeros(len(crews), dtype=bool),
        np.full(len(crews), pace),
    )


def _without_too_long(blocks: StationBlocks, limit_s: NDArray[np.int32]) -> StationBlocks:
    """Leave out the single doors that no day of their crew holds."""
    over = blocks.work_s > limit_s[blocks.crew]
    doors = np.bincount(blocks.block[blocks.block >= 0], minlength=len(over))
    drop = over & (doors == 1)
    if not drop.any():
        return blocks
    number = np.where(drop, TOO_LONG, np.cumsum(~drop) - 1).astype(np.int32)
    placed = blocks.block >= 0
    block = blocks.block.copy()
    block[placed] = number[blocks.block[placed]]
    return replace(
        blocks,
        block=block,
        crew=blocks.crew[~drop],
        work_s=blocks.work_s[~drop],
        travel_s=blocks.travel_s[~drop],
        distance_m=blocks.distance_m[~drop],
        target=blocks.target[~drop],
        kept=blocks.kept[~drop],
        pace=blocks.pace[~drop],
    )
