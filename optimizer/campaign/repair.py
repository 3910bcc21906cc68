"""Blocks of an earlier plan repaired over the roads: who is gone is taken out, who is new put in.

A repair changes the least: all other doors keep block, crew and day.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from optimizer.compiled import allocating
from optimizer.travel import door_leg

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimizer.campaign.routing_task import StationJob
    from optimizer.campaign.station_blocks import KeptBlocks, StationBlocks
    from optimizer.travel import DoorNetwork, Travel

    Ints = NDArray[np.int64]


@dataclass(slots=True)
class _Block:
    """A kept block while it is repaired; doors are rows of the demand, in working order."""

    number: int
    doors: list[int]
    areas: frozenset[int]
    service_s: int = 0
    travel_s: int = 0
    distance_m: int = 0

    @property
    def work_s(self) -> int:
        """Service and travel."""
        return self.service_s + self.travel_s


@dataclass(frozen=True, slots=True)
class _Territory:
    """Blocks of one crew that are repaired together, and the roads between all their doors."""

    job: StationJob
    network: DoorNetwork
    row: dict[int, int]
    limit_s: int

    def rows(self, doors: list[int]) -> Ints:
        """Where doors stand in the network."""
        return np.array([self.row[door] for door in doors], dtype=np.int64)

    def measure(self, block: _Block) -> bool:
        """Add a block up; tell whether it fits a day of today."""
        demand, task = self.job.task.demand, self.job.task
        block.travel_s, block.distance_m = _travel(self.network, self.rows(block.doors))
        block.service_s = int(demand.service_s[block.doors].sum())
        return block.work_s <= self.limit_s and len(block.doors) <= task.max_visits


def repair(job: StationJob, travel: Travel, kept: KeptBlocks) -> StationBlocks:
    """Kept blocks with new doors put in where there is room, and what changed measured anew.

    A door is offered to the blocks that hold its area already, and goes where it adds least
    travel; what finds no room keeps the block -1. A block that is too full for today's pace gives
    up its last doors.
    """
    blocks = kept.blocks
    block, seq = blocks.block.copy(), blocks.seq.copy()
    metrics = [column.copy() for column in (blocks.work_s, blocks.travel_s, blocks.distance_m)]
    for crew in np.unique(blocks.crew).tolist():
        touched = _touched(job, kept, block, seq, crew)
        loose = _loose(job, block, crew, touched)
        if not touched:
            continue
        doors = sorted({*loose, *(door for some in touched for door in some.doors)})
        places = travel.doors(job.doors.take(np.array(doors)))
        network = travel.door_network(places.joined(travel.doors(job.depot)))
        row = {door: k for k, door in enumerate(doors)}
        territory = _Territory(job, network, row, int(job.task.limit_s[crew]))
        given_up = [door for some in touched for door in _trim(territory, some)]
        for door in sorted({*loose, *given_up}):
            block[door], seq[door] = -1, -1
            _insert(territory, touched, door)
        for some in touched:
            block[some.doors] = some.number
            seq[some.doors] = np.arange(len(some.doors))
            _write(territory, some, metrics)
    work_s, travel_s, distance_m = metrics
    return replace(
        blocks, block=block, seq=seq, work_s=work_s, travel_s=travel_s, distance_m=distance_m
    )


def _touched(
    job: StationJob, kept: KeptBlocks, block: NDArray[np.int32], seq: NDArray[np.int32], crew: int
) -> list[_Block]:
    """Blocks of a crew that have lost doors, hold the area of a loose one, or are too full."""
    blocks, task = kept.blocks, job.task
    area = task.demand.area
    inside = np.flatnonzero(block >= 0)
    loose = np.flatnonzero((block < 0) & ~job.doors.far)
    size = np.bincount(block[inside], minlength=len(blocks.crew))
    asked = kept.changed | (size > task.max_visits) | (blocks.work_s > task.limit_s[blocks.crew])
    asked[block[inside[np.isin(area[inside], area[loose])]]] = True
    found = []
    for number in np.flatnonzero(asked & (blocks.crew == crew) & (size > 0)).tolist():
        doors = inside[block[inside] == number]
        doors = doors[np.argsort(seq[doors], kind="stable")].tolist()
        found.append(_Block(number, doors, frozenset(area[doors].tolist())))
    return found


def _loose(
    job: StationJob, block: NDArray[np.int32], crew: int, touched: list[_Block]
) -> list[int]:
    """Doors without a block, in areas of these blocks, whom the crew can serve."""
    demand = job.task.demand
    areas = sorted({area for some in touched for area in some.areas})
    able = ~demand.skilled | demand.crew_skilled[crew]
    there = (block < 0) & ~job.doors.far & able & np.isin(demand.area, areas)
    return np.flatnonzero(there).tolist()


def _trim(territory: _Territory, block: _Block) -> list[int]:
    """Let a block that no day of today holds give up its last doors."""
    given_up = []
    while not territory.measure(block) and len(block.doors) > 1:
        given_up.append(block.doors.pop())
    return given_up


def _insert(territory: _Territory, blocks: list[_Block], door: int) -> None:
    """Put a door into the block of its area where it adds least travel, if one has room."""
    demand, task = territory.job.task.demand, territory.job.task
    service_s = int(demand.service_s[door])
    best: tuple[int, _Block, int] | None = None
    for block in blocks:
        if demand.area[door] not in block.areas or len(block.doors) >= task.max_visits:
            continue
        rows, here = territory.rows(block.doors), territory.row[door]
        position, extra_s = _cheapest_position(territory.network, rows, here)
        fits = block.work_s + extra_s + service_s <= territory.limit_s
        if fits and (best is None or extra_s < best[0]):
            best = (extra_s, block, position)
    if best is not None:
        extra_s, block, position = best
        block.doors.insert(position, door)
        block.travel_s += extra_s
        block.service_s += service_s


def _write(territory: _Territory, block: _Block, metrics: list[NDArray[np.int32]]) -> None:
    """Work, travel and metres of a repaired block."""
    work_s, travel_s, distance_m = metrics
    territory.measure(block)
    work_s[block.number], travel_s[block.number] = block.work_s, block.travel_s
    distance_m[block.number] = block.distance_m


@allocating
def _travel(network: DoorNetwork, rows: Ints) -> tuple[int, int]:
    """Seconds and metres of one block, from the station and back."""
    depot = len(network.doors.node) - 1
    here, seconds, metres = depot, 0, 0
    for row in rows:
        leg_s, leg_m = door_leg(network, here, row)
        seconds, metres, here = seconds + leg_s, metres + leg_m, row
    leg_s, leg_m = door_leg(network, here, depot)
    return seconds + leg_s, metres + leg_m


@allocating
def _cheapest_position(network: DoorNetwork, rows: Ints, door: int) -> tuple[int, int]:
    """Before which stop of a block a door adds least travel, and how much."""
    depot = len(network.doors.node) - 1
    best, best_s = 0, 1 << 30
    for k in range(len(rows) + 1):
        before = depot if k == 0 else rows[k - 1]
        after = depot if k == len(rows) else rows[k]
        extra_s = door_leg(network, before, door)[0] + door_leg(network, door, after)[0]
        extra_s -= door_leg(network, before, after)[0]
        if extra_s < best_s:
            best, best_s = k, extra_s
    return best, best_s
