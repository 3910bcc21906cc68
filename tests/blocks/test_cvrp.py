"""The router on capacity alone: tiny instances by brute force, known instances by their bars."""

from __future__ import annotations

import itertools
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.blocks.cvrp import CvrpParams, CvrpSolution, solve_cvrp
from optimizer.blocks.cvrp.instance import new_instance, new_routes, with_depots
from optimizer.blocks.cvrp.minimise_fleet import minimise_fleet
from optimizer.blocks.cvrp.savings import savings_routes
from optimizer.errors import ProblemError
from optimizer.search.stopping import StopAfter

World = tuple[np.ndarray, np.ndarray, np.ndarray]


def scattered(seed: int, count: int, most: int = 3) -> World:
    """Customers in a square of 1 km around the depot."""
    rng = np.random.default_rng(seed)
    x, y = rng.integers(0, 1000, (2, count + 1)).astype(float)
    x[-1] = y[-1] = 500
    return x, y, rng.integers(1, most + 1, count).astype(np.int32)


def length(x: np.ndarray, y: np.ndarray, route: list[int]) -> int:
    """Of a route from the depot and back, every link rounded."""
    ring = [-1, *route, -1]
    return int(np.floor(np.hypot(np.diff(x[ring]), np.diff(y[ring])) + 0.5).sum())


def check(world: World, capacity: int, solution: CvrpSolution) -> None:
    """Every customer once, capacity kept, cost as claimed."""
    x, y, demand = world
    visited = [int(customer) for route in solution.routes for customer in route]
    assert sorted(visited) == list(range(len(demand)))
    assert all(demand[route].sum() <= capacity for route in solution.routes)
    assert solution.cost == sum(length(x, y, list(route)) for route in solution.routes)


def brute_force(world: World, capacity: int) -> int:
    """Least cost over all orders of customers and all cuts of an order."""
    x, y, demand = world
    least = np.iinfo(np.int64).max
    for order in itertools.permutations(range(len(demand))):
        cheapest = [0]
        for end in range(1, len(order) + 1):
            cheapest.append(
                min(
                    cheapest[begin] + length(x, y, list(order[begin:end]))
                    for begin in range(end)
                    if demand[list(order[begin:end])].sum() <= capacity
                )
            )
        least = min(least, cheapest[-1])
    return least


@pytest.mark.parametrize("seed", range(4))
def test_tiny_instances_are_solved_to_the_optimum(seed: int) -> None:
    """Six customers have 720 orders: the search finds the best of them."""
    world = scattered(seed, 6)
    solution = solve_cvrp(*world, 5, StopAfter(iterations=3000), seed=1)
    check(world, 5, solution)
    assert solution.cost == brute_force(world, 5)


def test_two_villages_two_routes() -> None:
    """Three customers 100 m east, three 100 m west, capacity 3: out and back twice, 404 m."""
    x = np.array([100.0, 101, 102, -100, -101, -102, 0])
    solution = solve_cvrp(x, np.zeros(7), np.ones(6, np.int32), 3, StopAfter(iterations=500))
    assert sorted(sorted(map(int, route)) for route in solution.routes) == [[0, 1, 2], [3, 4, 5]]
    assert solution.cost == 204 + 204


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    count=st.integers(0, 90),
    capacity=st.integers(3, 30),
    near=st.integers(1, 40),
)
def test_rules_hold(seed: int, count: int, capacity: int, near: int) -> None:
    """Exactly once, within capacity, cost as claimed, whatever the instance; and again the same."""
    world = scattered(seed, count)
    params = CvrpParams(neighbours=near, window=50, window_iterations=300)
    solution = solve_cvrp(*world, capacity, StopAfter(iterations=1000), seed=seed, params=params)
    check(world, capacity, solution)
    again = solve_cvrp(*world, capacity, StopAfter(iterations=1000), seed=seed, params=params)
    assert [list(route) for route in again.routes] == [list(route) for route in solution.routes]


def test_customers_at_one_point() -> None:
    """Coordinates that are all the same break no neighbour list."""
    x, y, demand = np.ones(31), np.ones(31), np.ones(30, np.int32)
    solution = solve_cvrp(x, y, demand, 10, StopAfter(iterations=200))
    check((x, y, demand), 10, solution)
    assert solution.cost == 0


def test_the_fleet_reaches_the_fewest_routes() -> None:
    """Savings leave more routes than the demand needs; chains carry room to where it lacks."""
    x, y, demand = scattered(1, 600, most=1)
    instance, _ = new_instance(x, y, demand, 12, 60)
    first = savings_routes(instance)
    instance = with_depots(instance, len(first))
    routes = new_routes(instance, first)
    minimise_fleet(instance, routes, 50)
    assert len(first) > 50
    assert np.count_nonzero(routes.size) == 50
    assert routes.load.sum() == 600
    assert routes.load.max() == 12


def test_seconds_are_kept() -> None:
    """People stop it by the clock."""
    solution = solve_cvrp(*scattered(1, 200), 10, StopAfter(seconds=0.2))
    assert solution.iterations > 0


def test_progress_ends_at_the_whole() -> None:
    """The count rises to 1000 of 1000."""
    seen: list[tuple[int, int]] = []
    stop = StopAfter(iterations=25_000)
    solve_cvrp(*scattered(1, 50), 10, stop, progress=lambda *at: seen.append(at))
    assert seen == [(400, 1000), (800, 1000), (1000, 1000)]


def test_wrong_input_is_named() -> None:
    """A demand above the capacity, a missing depot and an endless search are sentences."""
    x, y, demand = scattered(1, 5)
    with pytest.raises(ProblemError, match=r"0 \.\. 2, the capacity"):
        solve_cvrp(x, y, demand + 2, 2, StopAfter(iterations=1))
    with pytest.raises(ProblemError, match="depot at the end"):
        solve_cvrp(x[1:], y, demand, 5, StopAfter(iterations=1))
    with pytest.raises(ProblemError, match="either seconds or iterations"):
        StopAfter()


def test_benchmark_script_writes_a_solution(tmp_path: Path) -> None:
    """The script says machine, cost and routes, and writes what others can read."""
    (tmp_path / "square.vrp").write_text(
        "NAME : square\nTYPE : CVRP\nDIMENSION : 5\nEDGE_WEIGHT_TYPE : EUC_2D\nCAPACITY : 2\n"
        "NODE_COORD_SECTION\n1 0 0\n2 100 0\n3 100 10\n4 -100 0\n5 -100 10\n"
        "DEMAND_SECTION\n1 0\n2 1\n3 1\n4 1\n5 1\nDEPOT_SECTION\n1\n-1\nEOF\n"
    )
    script = Path(__file__).parents[2] / "scripts" / "benchmarks" / "block_router.py"
    out = tmp_path / "square.sol"
    done = subprocess.run(
        [sys.executable, script, tmp_path / "square.vrp", "--seconds", "0.1", "-o", out],
        check=True,
        capture_output=True,
        text=True,
        cwd=script.parents[2],
        env={"PYTHONPATH": str(script.parents[2])},
    )
    assert "\n| square.vrp | 420 | 2 | " in done.stdout
    assert "numba" in done.stdout
    routes = out.read_text().splitlines()
    assert sorted(sorted(line.partition(": ")[2].split()) for line in routes[:2]) == [
        ["1", "2"],
        ["3", "4"],
    ]
    assert routes[2] == "Cost 420"


def test_bar_at_3600_customers(shared_data: Path) -> None:
    """2 million iterations, some four seconds, stay below what FILO2 reaches in four."""
    sys.path.insert(0, str(Path(__file__).parents[2] / "scripts" / "benchmarks"))
    from block_router import read_vrplib  # noqa: PLC0415

    instance = read_vrplib(shared_data / "vrp" / "liling-sub3600.vrp")
    world = (instance.x, instance.y, instance.demand)
    solution = solve_cvrp(*world, instance.capacity, StopAfter(iterations=2_000_000))
    check(world, instance.capacity, solution)
    assert solution.cost <= 1_326_000
