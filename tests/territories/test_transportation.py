"""Areas to stations, held against every possible assignment."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.territories.transportation import assign_areas_to_stations, transportation

SEEDS = st.integers(0, 10_000)


def world(seed: int, areas: int = 5, stations: int = 3) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.integers(1, 40, areas), rng.uniform(60.0, 3600.0, (areas, stations))


def least_cost(size: np.ndarray, seconds: np.ndarray, room: np.ndarray) -> float:
    """The cheapest whole assignment within the room, of all there are."""
    areas, stations = seconds.shape
    costs = (
        float((seconds[np.arange(areas), choice] * size).sum())
        for choice in itertools.product(range(stations), repeat=areas)
        if (np.bincount(choice, weights=size, minlength=stations) <= room).all()
    )
    return min(costs, default=np.inf)


@settings(max_examples=40)
@given(SEEDS, st.floats(1.1, 2.0))
def test_shares_are_whole_within_room_and_a_lower_bound(seed, slack):
    """The linear program loses nobody, overfills no station, and costs at most the best whole."""
    size, seconds = world(seed)
    room = np.full(3, size.sum() / 3 * slack)
    shares = transportation(size.astype(float), seconds, room)
    np.testing.assert_allclose(shares.sum(axis=1), 1.0, atol=1e-7)
    assert shares.min() >= -1e-9
    assert (size @ shares <= room + 1e-5).all()
    assert ((shares * seconds).sum(axis=1) * size).sum() <= least_cost(size, seconds, room) + 1e-3
    assert ((shares > 1e-6).sum(axis=1) > 1).sum() < 3  # fewer split areas than stations


@settings(max_examples=40)
@given(SEEDS)
def test_unit_areas_reach_the_optimum(seed):
    """With areas of one customer each nothing is split: the answer is the best of all."""
    _, seconds = world(seed)
    size, room = np.ones(5, dtype=np.int64), np.array([2.0, 2.0, 1.0])
    choice = assign_areas_to_stations(size, seconds, room)
    assert (np.bincount(choice, minlength=3) <= room).all()
    cost = seconds[np.arange(5), choice].sum()
    assert abs(cost - least_cost(size, seconds, room)) < 1e-6


@given(SEEDS)
def test_no_limit_means_the_nearest(seed):
    """Without capacities every area belongs to the station nearest to it."""
    size, seconds = world(seed)
    choice = assign_areas_to_stations(size, seconds, np.full(3, np.inf))
    assert choice.tolist() == seconds.argmin(axis=1).tolist()
