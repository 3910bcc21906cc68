"""Crew-days for a station: small worlds on a straight road, and invariants on generated ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from optimizer.blocks import BlockLimits, Blocks, Doors, RouterParams, route_station, router
from optimizer.blocks.plan import copied, new_plan, recompute, total_cost
from optimizer.blocks.ruin_recreate import anneal
from optimizer.blocks.tour import giant_tour
from optimizer.blocks.undo_log import new_undo_log
from optimizer.errors import ProblemError
from optimizer.search.rng import new_rng
from optimizer.settings import TravelSettings
from optimizer.travel import DoorNetwork, fill_door_matrices
from optimizer.travel import Doors as TravelDoors

SHORT = RouterParams(iterations_per_door=20)


def straight_road(
    places_m: list[float], areas: list[int], **columns: list[int]
) -> dict[str, object]:
    """Doors along a road on which 10 m take a second; the station is at 0 m.

    Parking takes 60 s, walking 0.9 m/s; each visit 600 s.
    """
    at_m = np.array([0.0, *places_m])
    metres = np.abs(at_m[:, None] - at_m[None, :])
    count = len(places_m)
    doors = Doors(
        node=np.arange(1, count + 1, dtype=np.int32),
        x=at_m[1:],
        y=np.zeros(count),
        walk_s=np.zeros(count, dtype=np.float32),
        ride_s=np.zeros(count, dtype=np.float32),
        service_s=np.array(columns.get("service_s", [600] * count), dtype=np.int32),
        area=np.array(areas, dtype=np.int32),
        crew=np.array(columns.get("crew", [0] * count), dtype=np.int32),
    )
    return {
        "node_s": np.rint(metres / 10).astype(np.int32),
        "node_m": np.rint(metres).astype(np.int32),
        "depot_node": 0,
        "doors": doors,
        "params": SHORT,
    }


@dataclass(frozen=True, kw_only=True)
class Stretches:
    """How whole the areas stay; one row an area that has doors.

    Attributes
    ----------
    area
        int32: dense index.
    days, fewest_days, span
        int32: blocks it is in, blocks its work needs, and last block less first plus 1.
    whole
        bool: at most one day more than the fewest, all in a row, by one crew.
    """

    area: np.ndarray
    days: np.ndarray
    fewest_days: np.ndarray
    span: np.ndarray
    whole: np.ndarray


def stretches(doors: Doors, blocks: Blocks) -> Stretches:
    """How whole each area stays in a station's blocks."""
    placed = blocks.block >= 0
    pairs = np.unique(np.column_stack((doors.area[placed], blocks.block[placed])), axis=0)
    area, start, days = np.unique(pairs[:, 0], return_index=True, return_counts=True)
    first = pairs[start, 1]
    last = pairs[start + days - 1, 1]
    fewest = blocks.fewest_days[area]
    span = last - first + 1
    whole = (span == days) & (days <= fewest + 1) & (blocks.crew[first] == blocks.crew[last])
    return Stretches(
        area=area.astype(np.int32),
        days=days.astype(np.int32),
        fewest_days=fewest,
        span=span.astype(np.int32),
        whole=whole,
    )


def visits_by_block(blocks: Blocks) -> list[list[int]]:
    """Doors of each block in order."""
    order = np.lexsort((blocks.seq, blocks.block))
    return [[int(i) for i in order if blocks.block[i] == b] for b in range(len(blocks))]


def check(doors: Doors, blocks: Blocks, limits: BlockLimits) -> None:
    """Every rule of a block, from the outside."""
    reached = doors.node >= 0
    assert ((blocks.block >= 0) == reached).all()
    for block, visits in enumerate(visits_by_block(blocks)):
        assert list(blocks.seq[visits]) == list(range(len(visits)))
        assert 1 <= len(visits) <= limits.max_visits
        assert set(doors.crew[visits]) == {blocks.crew[block]}
        assert blocks.work_s[block] == blocks.travel_s[block] + doors.service_s[visits].sum()
        assert bool(blocks.over[block]) == bool(blocks.work_s[block] > limits.work_s)
        assert len(visits) == 1 or not blocks.over[block]


def test_sum_of_one_block() -> None:
    """A block's seconds and metres are those that a reader adds up."""
    # out to 1 km: 100 + 60 s; 1 km further: 160 s; home: 200 + 60 s: 580 s, 4 km
    world = straight_road([1000, 2000], [0, 0])
    blocks = route_station(**world, limits=BlockLimits(work_s=7200))
    assert list(blocks.travel_s) == [580]
    assert list(blocks.work_s) == [580 + 1200]
    assert list(blocks.distance_m) == [4000]


def test_walks_where_that_is_shorter() -> None:
    """Ten metres are walked there and back; riding on from 1 s farther back costs 1 s more."""
    world = straight_road([1000, 1010], [0, 0])
    blocks = route_station(**world, limits=BlockLimits(work_s=7200))
    # 2 x 13 m at 4.3 km/h are 21.8 s, and 1 s: rounded up 23 s
    assert blocks.travel_s[0] == 160 + 23 + 161
    assert blocks.distance_m[0] == 1000 + 26 + 1010


def test_prices_are_those_of_the_door_matrix() -> None:
    """A block's travel is the sum over the matrix that the day plan and the checker use."""
    world = generated(9, 40, 3, 1)
    doors, travel = world["doors"], TravelSettings()
    node = np.append(np.maximum(doors.node, 0), 0).astype(np.int32)
    access_s = np.append((doors.walk_s + doors.ride_s).astype(float), 0.0)
    network = DoorNetwork(
        TravelDoors(node, access_s, 0 * access_s, np.append(doors.x, 1e9), np.append(doors.y, 1e9)),
        world["node_s"],
        world["node_m"],
        travel.walk_detour * 3.6 / travel.walk_kph,
        travel.walk_detour,
        travel.parking_s,
    )
    seconds, _ = fill_door_matrices(network)
    blocks = route_station(**world, limits=BlockLimits(work_s=40_000))
    for block, visits in enumerate(visits_by_block(blocks)):
        ring = [40, *visits, 40]
        assert blocks.travel_s[block] == seconds[ring[:-1], ring[1:]].sum()


def test_two_villages_are_two_days() -> None:
    """Villages of three doors at opposite ends are not mixed when a day holds three visits."""
    world = straight_road([5000, -5000, 5100, -5100, 5200, -5200], [0, 1, 0, 1, 0, 1])
    blocks = route_station(**world, limits=BlockLimits(max_visits=3))
    assert sorted(map(sorted, visits_by_block(blocks))) == [[0, 2, 4], [1, 3, 5]]


def test_area_stays_in_one_stretch() -> None:
    """Five areas of seven doors in days of four: two or three days each, in a row."""
    rng = np.random.default_rng(3)
    world = straight_road(list(rng.uniform(0, 5000, 35)), [i % 5 for i in range(35)])
    blocks = route_station(**world, limits=BlockLimits(max_visits=4))
    result = stretches(world["doors"], blocks)
    assert list(result.fewest_days) == [2] * 5
    assert result.whole.all()


def test_territories_are_kept_apart() -> None:
    """Doors of different crews never share a block, even next door to each other."""
    world = straight_road([100, 110, 120, 130], [0, 0, 1, 1], crew=[0, 1, -1, 1])
    blocks = route_station(**world, limits=BlockLimits())
    assert sorted(blocks.crew) == [-1, 0, 1]
    check(world["doors"], blocks, BlockLimits())


@pytest.mark.parametrize("count", [0, 1])
def test_hardly_any_doors(count: int) -> None:
    """A station without customers, or with one, is no special case for the caller."""
    world = straight_road([500.0] * count, [0] * count)
    blocks = route_station(**world, limits=BlockLimits())
    assert len(blocks) == count
    assert list(blocks.travel_s) == [220] * count


def test_door_that_fills_more_than_a_day_is_flagged() -> None:
    """Work that no day holds still gets a block, alone and flagged."""
    world = straight_road([100, 200, 300], [0, 0, 0], service_s=[600, 40_000, 600])
    blocks = route_station(**world, limits=BlockLimits(work_s=20_000))
    assert blocks.over.sum() == 1
    assert blocks.block[1] == int(np.flatnonzero(blocks.over)[0])
    check(world["doors"], blocks, BlockLimits(work_s=20_000))


def test_unreached_door_is_reported() -> None:
    """A door without a node is in no block, and the others are planned."""
    world = straight_road([100, 200], [0, 0])
    world["doors"].node[0] = -1
    blocks = route_station(**world, limits=BlockLimits())
    assert list(blocks.block) == [-1, 0]


def test_same_place_many_doors() -> None:
    """A building of 60 flats has no distances at all, and is three full days."""
    world = straight_road([1000.0] * 60, [0] * 60)
    blocks = route_station(**world, limits=BlockLimits(max_visits=20, work_s=26_000))
    assert [len(visits) for visits in visits_by_block(blocks)] == [20, 20, 20]
    assert list(blocks.travel_s) == [320] * 3


def test_one_huge_area() -> None:
    """An area of 5,000 customers comes out as days in a row."""
    rng = np.random.default_rng(1)
    world = straight_road(list(rng.uniform(0, 3000, 400)), [0] * 400)
    world["doors"] = Doors(
        **{
            name: np.resize(column, 5000)
            for name, column in vars(world["doors"]).items()
            if column is not None
        }
    )
    world["params"] = RouterParams(iterations_per_door=1)
    blocks = route_station(**world, limits=BlockLimits())
    check(world["doors"], blocks, BlockLimits())
    assert stretches(world["doors"], blocks).span[0] == len(blocks)


def test_progress_reaches_the_end() -> None:
    """The count rises to all doors, unreached ones included."""
    world = straight_road([100, 200, 300], [0, 0, 0], crew=[0, 1, 1])
    world["doors"].node[0] = -1
    seen: list[tuple[int, int]] = []
    route_station(**world, limits=BlockLimits(), progress=lambda *at: seen.append(at))
    assert seen == sorted(seen)
    assert seen[-1] == (3, 3)


def test_wrong_arrays_are_named() -> None:
    """A caller's mistake is a sentence, not memory overwritten by compiled code."""
    world = straight_road([100, 200], [0, 0])
    with pytest.raises(ProblemError, match="depot_node 9 of 3"):
        route_station(**{**world, "depot_node": 9}, limits=BlockLimits())
    world["doors"].node[0] = 7
    with pytest.raises(ProblemError, match=r"outside -1 \.\. 2"):
        route_station(**world, limits=BlockLimits())
    with pytest.raises(ProblemError, match="must be positive"):
        BlockLimits(max_visits=0)


def generated(seed: int, count: int, areas: int, crews: int) -> dict[str, object]:
    """Doors in a square with one-way delays, some unreached, some with very long service."""
    rng = np.random.default_rng(seed)
    nodes = rng.uniform(0, 4000, (max(2, count // 3), 2))
    crow = np.hypot(*(nodes[:, None] - nodes[None, :]).transpose(2, 0, 1))
    node_s = np.rint(crow / 8 * rng.uniform(1, 1.3, crow.shape)).astype(np.int32)
    node = rng.integers(0, len(nodes), count)
    area = rng.integers(0, areas, count).astype(np.int32)
    doors = Doors(
        node=np.where(rng.random(count) < 0.03, -1, node).astype(np.int32),
        x=nodes[node, 0] + rng.normal(0, 60, count),
        y=nodes[node, 1] + rng.normal(0, 60, count),
        walk_s=rng.uniform(0, 90, count).astype(np.float32),
        ride_s=rng.uniform(0, 20, count).astype(np.float32),
        service_s=rng.choice([300, 720, 3600, 30_000], count, p=[0.4, 0.5, 0.07, 0.03]).astype(
            np.int32
        ),
        area=area,
        crew=(area % crews - 1).astype(np.int32),
    )
    return {
        "node_s": node_s,
        "node_m": np.rint(crow).astype(np.int32),
        "depot_node": 0,
        "doors": doors,
    }


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    seed=st.integers(0, 10_000),
    count=st.integers(1, 120),
    areas=st.integers(1, 12),
    crews=st.integers(1, 3),
    max_visits=st.integers(1, 12),
    work_s=st.integers(3000, 20_000),
)
def test_rules_hold_on_generated_stations(  # noqa: PLR0917
    seed: int, count: int, areas: int, crews: int, max_visits: int, work_s: int
) -> None:
    """Exactly once, limits kept, territories kept, whatever the station; and again the same."""
    world = generated(seed, count, areas, crews)
    limits = BlockLimits(max_visits=max_visits, min_visits=1, work_s=work_s)
    params = RouterParams(iterations_per_door=10, travel=TravelSettings(parking_s=30))
    blocks = route_station(**world, limits=limits, params=params, seed=seed)
    check(world["doors"], blocks, limits)
    again = route_station(**world, limits=limits, params=params, seed=seed)
    assert (again.block == blocks.block).all()
    assert (again.seq == blocks.seq).all()


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 10_000), count=st.integers(20, 200), areas=st.integers(1, 8))
def test_the_search_keeps_its_books(seed: int, count: int, areas: int) -> None:
    """What it adds up door by door is, to the second, what the rows of its blocks amount to."""
    world = generated(seed, count, areas, 1)
    limits, params = BlockLimits(max_visits=10, work_s=20_000), RouterParams()
    members = np.flatnonzero(world["doors"].node >= 0).astype(np.int32)
    territory = router._territory(*world.values(), members, limits, params)
    rules = router._objective(territory, limits, params)
    rows = np.array_split(giant_tour(territory), max(1, len(members) // 5))
    plan = new_plan(territory, limits.max_visits, rows)
    best, log, costs = copied(plan), new_undo_log(plan), np.zeros(2)
    costs[:] = total_cost(territory, rules, plan)
    window = (len(members) // 2, len(members) - len(members) // 3)  # beyond the last door, too
    anneal(territory, rules, plan, best, log, new_rng(seed), costs, window, 2000, 50.0, 0.999)
    again = copied(plan)
    recompute(territory, again)
    for name in ("work_s", "block", "place", "next_s", "visits", "first", "last", "used"):
        np.testing.assert_array_equal(getattr(plan, name), getattr(again, name), name)
    assert costs[0] == total_cost(territory, rules, again)
    recompute(territory, best)
    assert costs[1] == total_cost(territory, rules, best)


def test_areas_are_whole_in_a_generated_station() -> None:
    """At least 95 % of areas in one stretch, in days that are mostly full."""
    world = generated(5, 1500, 20, 3)
    limits = BlockLimits(max_visits=25, min_visits=15, work_s=30_000)
    doors = world["doors"]
    doors.service_s[:] = 720
    blocks = route_station(**world, limits=limits, params=SHORT)
    check(doors, blocks, limits)
    assert stretches(doors, blocks).whole.mean() >= 0.95
    assert (np.bincount(blocks.block[blocks.block >= 0]) >= 15).mean() > 0.9


def test_more_iterations_are_not_worse() -> None:
    """Ruin and recreate shortens what the first plan leaves."""
    world = generated(6, 800, 10, 2)
    work = [
        route_station(
            **world, limits=BlockLimits(), params=RouterParams(iterations_per_door=iterations)
        ).travel_s.sum()
        for iterations in (0, 50)
    ]
    assert work[1] < 0.97 * work[0]
