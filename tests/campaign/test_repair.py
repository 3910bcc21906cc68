"""Kept blocks repaired on generated stations: who stays keeps block and order, none is lost."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from optimizer.campaign.repair import _cheapest_position, _travel, repair
from optimizer.campaign.station_blocks import KeptBlocks, StationBlocks
from optimizer.travel import DoorNetwork, Doors, fill_door_matrices

BLOCKS, DOORS, AREAS = 4, 24, 6
SERVICE_S = 600


class PlaneTravel:
    """Roads as the crow flies between points of a plane, ten metres a second, nobody walks."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.points = rng.uniform(0, 5000, (DOORS + 1, 2))

    def doors(self, rows: Any) -> Doors:
        none = np.zeros(len(rows))
        return Doors(np.array(rows), none, none, *self.points[rows].T)

    def door_network(self, doors: Doors) -> DoorNetwork:
        away = self.points[doors.node]
        metres = np.hypot(*(away[:, None] - away).transpose(2, 0, 1)).astype(np.int64)
        rows = doors._replace(node=np.arange(len(away)))
        return DoorNetwork(rows, metres // 10, metres, 100.0, 1.0, 0.0)


class _Places:
    """All doors, none of them far from a road."""

    far = np.zeros(DOORS, dtype=bool)

    def take(self, rows: Any) -> Any:
        return rows


def _job(rng: np.random.Generator, limit_s: int, max_visits: int) -> Any:
    demand = SimpleNamespace(
        area=rng.integers(0, AREAS, DOORS).astype(np.int32),
        service_s=np.full(DOORS, SERVICE_S, dtype=np.int32),
        skilled=rng.random(DOORS) < 0.4,
        crew_skilled=np.array([False, True]),
    )
    limits = np.full(2, limit_s, dtype=np.int32)
    task = SimpleNamespace(demand=demand, limit_s=limits, max_visits=max_visits)
    return SimpleNamespace(task=task, doors=_Places(), depot=np.array([DOORS]))


def _kept(rng: np.random.Generator) -> KeptBlocks:
    """Two blocks of each of two crews in any order; a third of the doors has none."""
    block = rng.integers(0, BLOCKS, DOORS).astype(np.int32)
    block[rng.random(DOORS) < 0.3] = -1
    seq = np.full(DOORS, -1, dtype=np.int32)
    for b in range(BLOCKS):
        mine = rng.permutation(np.flatnonzero(block == b))
        seq[mine] = np.arange(len(mine))
    none = np.zeros(BLOCKS, dtype=np.int32)
    blocks = StationBlocks(
        block=block,
        seq=seq,
        crew=np.array([0, 0, 1, 1], dtype=np.int32),
        work_s=none,
        travel_s=none,
        distance_m=none,
        fewest_days=np.ones(AREAS, dtype=np.int32),
        target=np.arange(BLOCKS, dtype=float),
        kept=np.ones(BLOCKS, dtype=bool),
        pace=np.ones(BLOCKS),
    )
    return KeptBlocks(blocks, np.ones(BLOCKS, dtype=bool))


def _order(blocks: StationBlocks, number: int) -> list[int]:
    """Doors of a block in working order."""
    mine = np.flatnonzero(blocks.block == number)
    return mine[np.argsort(blocks.seq[mine])].tolist()


def _repaired(seed: int, limit_s: int, max_visits: int) -> Any:
    rng = np.random.default_rng(seed)
    job, kept, travel = _job(rng, limit_s, max_visits), _kept(rng), PlaneTravel(rng)
    return job, kept.blocks, repair(job, travel, kept), travel  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", range(10))
def test_with_room_for_all_kept_doors_keep_block_and_order(seed: int) -> None:
    """A household that was told its day may not lose it because a neighbour is new."""
    job, before, after, _ = _repaired(seed, 10**6, DOORS)
    for number in range(BLOCKS):
        old = _order(before, number)
        assert [door for door in _order(after, number) if door in old] == old
    area, skilled = job.task.demand.area, job.task.demand.skilled
    for door in np.flatnonzero(after.block < 0):
        there = (before.block >= 0) & (area == area[door])
        able = ~skilled[door] | job.task.demand.crew_skilled[before.crew[before.block[there]]]
        assert not able.any()


@pytest.mark.parametrize("seed", range(10))
def test_repaired_blocks_fit_a_day_and_are_measured_anew(seed: int) -> None:
    """Full blocks give up doors until they fit, and work, travel and places are what they are."""
    job, before, after, travel = _repaired(seed, 4500, 5)
    seconds, metres = fill_door_matrices(travel.door_network(travel.doors(np.arange(DOORS + 1))))
    assert (after.seq[after.block < 0] == -1).all()
    for number in range(BLOCKS):
        doors = _order(after, number)
        ring = [DOORS, *doors, DOORS]
        assert sorted(after.seq[doors].tolist()) == list(range(len(doors)))
        assert after.travel_s[number] == seconds[ring[:-1], ring[1:]].sum()
        assert after.distance_m[number] == metres[ring[:-1], ring[1:]].sum()
        assert after.work_s[number] == after.travel_s[number] + SERVICE_S * len(doors)
        assert len(doors) == 1 or (after.work_s[number] <= 4500 and len(doors) <= 5)
        stayed = [door for door in _order(before, number) if door in doors]
        assert stayed
    new = np.flatnonzero((after.block >= 0) & (before.block < 0))
    skilled = job.task.demand.skilled[new]
    assert job.task.demand.crew_skilled[after.crew[after.block[new]]][skilled].all()


@pytest.mark.parametrize("seed", range(10))
def test_insertion_is_the_best_of_all_positions(seed: int) -> None:
    """Each position is tried by driving the whole block: the cheapest is the one that is found."""
    rng = np.random.default_rng(seed)
    travel = PlaneTravel(rng)
    network = travel.door_network(travel.doors(np.arange(DOORS + 1)))
    rows, door = rng.permutation(DOORS - 1)[: seed + 1], DOORS - 1
    whole = [_travel(network, np.insert(rows, k, door))[0] for k in range(len(rows) + 1)]
    position, extra_s = _cheapest_position(network, rows, door)
    assert position == whole.index(min(whole))
    assert extra_s == min(whole) - _travel(network, rows)[0]
