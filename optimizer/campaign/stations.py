"""One station's doors into blocks: measured over the roads and routed; runs in any process."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from optimizer import blocks as router
from optimizer.campaign.survey import Measured, Survey, measure, survey
from optimizer.travel import Travel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from optimizer.campaign.muster import StationRoll
    from optimizer.roads import Attachment, Roads
    from optimizer.settings import Settings

UNREACHABLE: Final = -1
TOO_LONG: Final = -2


@dataclass(frozen=True, slots=True)
class StationJob:
    """Everything that is needed to route one station, wherever that happens.

    Attributes
    ----------
    doors, depot
        Where the roll's doors and the station meet the roads.
    patience
        Times the router's usual steps: what more time would bring is measured with it.
    """

    roll: StationRoll
    doors: Attachment
    depot: Attachment
    roads: Roads
    settings: Settings
    patience: int = 1


@dataclass(frozen=True, slots=True)
class StationBlocks:
    """The blocks of one station, those of a crew one after the other in working order.

    Attributes
    ----------
    block, seq
        int32 (n,): each door's block and place in it; `UNREACHABLE` or `TOO_LONG` for none.
    crew, work_s, travel_s, distance_m
        int32 (b,): crew of the territory; service and travel; travel; metres.
    fewest_days
        int32 (areas,): blocks that an area's work needs.
    target
        float64 (b,): the day of the horizon on which it should be, NaN for any.
    """

    block: NDArray[np.int32]
    seq: NDArray[np.int32]
    crew: NDArray[np.int32]
    work_s: NDArray[np.int32]
    travel_s: NDArray[np.int32]
    distance_m: NDArray[np.int32]
    fewest_days: NDArray[np.int32]
    target: NDArray[np.float64]


def station_jobs(rolls: Sequence[tuple[StationRoll, Settings]], roads: Roads) -> list[StationJob]:
    """Attach every roll's doors to the roads."""
    bare = replace(roads)  # without what has been computed from it: smaller to send
    jobs = []
    for roll, settings in rolls:
        doors = roads.attach(roll.door_lon, roll.door_lat)
        depot = roads.attach([roll.lon], [roll.lat])
        jobs.append(StationJob(roll, doors, depot, bare, settings))
    return jobs


def route_job(job: StationJob) -> StationBlocks:
    """Route each territory of a station by itself, with its own crew's day."""
    travel = Travel(job.roads, job.settings.travel)
    number = len(job.doors.node)
    block = np.full(number, UNREACHABLE, dtype=np.int32)
    seq = np.full(number, -1, dtype=np.int32)
    fewest = np.zeros(int(job.roll.area.max(initial=-1)) + 1, dtype=np.int32)
    parts: list[tuple[int, Measured]] = []
    done = 0
    for crew in np.unique(job.roll.crew):
        members = np.flatnonzero((job.roll.crew == crew) & ~job.doors.far)
        if not len(members):
            continue
        ground = survey(travel, job.doors.take(members), job.depot)
        routed = _route(job, ground, int(crew), members)
        service_s, limit_s = job.roll.service_s[members], float(job.roll.work_s[crew])
        measured = measure(ground, routed.block, routed.seq, service_s, limit_s)
        block[members] = measured.block + done
        seq[members] = measured.seq
        fewest[: len(routed.fewest_days)] += routed.fewest_days
        parts.append((int(crew), measured))
        done += len(measured.work_s)
    whole = _put_together(parts, block, seq, fewest)
    return _without_too_long(whole, job.roll.work_s)


def _route(job: StationJob, ground: Survey, crew: int, members: NDArray[np.intp]) -> router.Blocks:
    """Blocks of one territory's doors, `members`."""
    roll, settings, at = job.roll, job.settings, ground.doors
    doors = router.Doors(
        node=at.node[:-1],
        x=at.x[:-1],
        y=at.y[:-1],
        walk_s=at.access_s[:-1].astype(np.float32),
        ride_s=np.zeros(len(members), dtype=np.float32),
        service_s=roll.service_s[members],
        area=roll.area[members],
        crew=np.zeros(len(members), dtype=np.int32),
        access_m=at.access_m[:-1].astype(np.float32),
    )
    # the way out of the station's yard, and a second of rounding a leg
    margin_s = 2 * at.access_s[-1] + settings.blocks.max_visits + 1
    limits = router.BlockLimits(
        max_visits=settings.blocks.max_visits,
        min_visits=settings.blocks.min_visits,
        work_s=max(1, int(roll.work_s[crew] - margin_s)),
    )
    usual = router.RouterParams(travel=settings.travel)
    return router.route_station(
        ground.node_s,
        ground.node_m,
        int(at.node[-1]),
        doors,
        limits,
        replace(usual, steps_per_door=usual.steps_per_door * job.patience),
        roll.seed(crew, settings.campaign.seed),
    )


def _put_together(
    parts: list[tuple[int, Measured]],
    block: NDArray[np.int32],
    seq: NDArray[np.int32],
    fewest: NDArray[np.int32],
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
    )
