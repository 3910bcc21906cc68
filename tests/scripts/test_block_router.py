"""`scripts/benchmarks/block_router.py`: the literature's instances through the router of blocks."""

from __future__ import annotations

import itertools
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.search.stopping import StopAfter

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts" / "benchmarks"))
import block_router
from capacity_routing import (
    Instance,
    made_up,
    read_vrplib,
    solve,
    start_temperature,
    territory_of,
    verify,
)
from savings import first_routes

SQUARE = (
    "NAME : square\nTYPE : CVRP\nDIMENSION : 5\nEDGE_WEIGHT_TYPE : EUC_2D\nCAPACITY : 2\n"
    "NODE_COORD_SECTION\n1 0 0\n2 100 0\n3 100 10\n4 -100 0\n5 -100 10\n"
    "DEMAND_SECTION\n1 0\n2 1\n3 1\n4 1\n5 1\nDEPOT_SECTION\n1\n-1\nEOF\n"
)


def scattered(seed: int, count: int, capacity: int) -> Instance:
    """Customers who demand 1 to 3, in a square of 1 km around the depot."""
    rng = np.random.default_rng(seed)
    x, y = rng.integers(0, 1000, (2, count + 1)).astype(float)
    x[-1] = y[-1] = 500
    demand = rng.integers(1, 4, count).astype(np.int32)
    return Instance(x, y, demand, capacity, np.arange(count + 1))


def brute_force(instance: Instance) -> int:
    """Least cost over all orders of customers and all cuts of an order."""
    least = np.iinfo(np.int64).max
    for order in itertools.permutations(range(len(instance.demand))):
        for cuts in itertools.product([False, True], repeat=len(order) - 1):
            bounds = [0, *(k + 1 for k, cut in enumerate(cuts) if cut), len(order)]
            routes = [np.array(order[a:b]) for a, b in itertools.pairwise(bounds)]
            if all(instance.demand[r].sum() <= instance.capacity for r in routes):
                least = min(least, verify(instance, routes))
    return least


@pytest.mark.parametrize("seed", range(3))
def test_tiny_instances_are_solved_to_the_optimum(seed: int) -> None:
    """Five customers have 120 orders: the adapter hands over the distances that it means."""
    instance = scattered(seed, 5, 5)
    found = solve(instance, StopAfter(iterations=3000), 1)
    assert verify(instance, found.routes) == brute_force(instance)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000), count=st.integers(1, 90), capacity=st.integers(3, 30))
def test_rules_hold(seed: int, count: int, capacity: int) -> None:
    """Every customer once and within capacity, whatever the instance; and again the same."""
    instance = scattered(seed, count, capacity)
    once, again = (solve(instance, StopAfter(iterations=1000), seed) for _ in range(2))
    verify(instance, once.routes)
    assert [list(route) for route in again.routes] == [list(route) for route in once.routes]


def test_customers_at_one_point() -> None:
    """Where nothing is far from anything no temperature is divided by nothing."""
    instance = Instance(np.ones(31), np.ones(31), np.ones(30, np.int32), 10, np.arange(31))
    assert verify(instance, solve(instance, StopAfter(iterations=200), 1).routes) == 0


def test_a_wrong_solution_is_refused() -> None:
    """What the table says of a solution is reckoned from the file."""
    instance = scattered(1, 4, 3)
    with pytest.raises(SystemExit, match="exactly once"):
        verify(instance, [np.array([0, 1]), np.array([1, 2])])
    with pytest.raises(SystemExit, match="over capacity"):
        verify(instance, [np.arange(4)])


def test_the_script_writes_a_solution(tmp_path, monkeypatch, capsys) -> None:
    """The script says machine, cost and routes, and writes what others can read."""
    file, out = tmp_path / "square.vrp", tmp_path / "square.sol"
    file.write_text(SQUARE)
    command = ["block_router.py", str(file), "--seconds", "0.05", "--seeds", "1", "2"]
    monkeypatch.setattr(sys, "argv", [*command, "-o", str(out)])
    block_router.main()
    printed = capsys.readouterr().out
    assert "| 1, 2 | 420 / 420 | – | 2 / 2 |" in printed
    assert "numba" in printed
    routes = out.read_text().splitlines()
    assert sorted(sorted(line.partition(": ")[2].split()) for line in routes[:2]) == [
        ["1", "2"],
        ["3", "4"],
    ]
    assert routes[2] == "Cost 420"


def test_made_up_stations_are_the_same_again() -> None:
    """Who reads a figure can make its instance."""
    one, again = block_router.read_instance("made-up:50:3"), made_up(50, 3)
    assert (one.x == again.x).all()
    assert len(one.demand) == 50
    assert one.x[-1] == one.y[-1] == 0


def test_bar_at_3600_customers(shared_data: Path) -> None:
    """Two million iterations, some four seconds, in windows; FILO2 has 1,325,607 by then."""
    instance = read_vrplib(shared_data / "vrp" / "liling-sub3600.vrp")
    found = solve(instance, StopAfter(iterations=2_000_000), 1)
    assert verify(instance, found.routes) <= 1_324_000


def test_first_routes_are_as_few_as_full_routes_need() -> None:
    """Twenty routes full to the last visit: savings alone leave more, chains carry them off."""
    instance = made_up(400, 3)
    territory = territory_of(instance, np.arange(400))
    rows = first_routes(territory, instance.demand.astype(np.int64), instance.capacity)
    assert [len(row) for row in rows] == [20] * 20
    verify(instance, rows)


def test_more_time_for_a_customer_begins_hotter() -> None:
    """Seconds and iterations say the same of it, between a coolest and a hottest beginning."""
    shares = [start_temperature(StopAfter(seconds=s), 1000) for s in (1.0, 10.0, 1000.0)]
    assert shares[0] < shares[1] < shares[2]
    assert shares[1] == start_temperature(StopAfter(iterations=6_500_000), 1000)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_full_routes_leave_no_seed_behind(seed: int) -> None:
    """Where each route must be full to the last visit, seeds once ended 1.2 % apart."""
    instance = made_up(400, 1)
    found = solve(instance, StopAfter(iterations=200_000), seed)
    assert verify(instance, found.routes) <= 1.004 * 294_744
