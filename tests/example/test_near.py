"""Neighbours of points, held against all distances."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from optimizer.example.near import crowd, crowded, nearest, neighbours


@given(st.integers(0, 10_000), st.integers(1, 12), st.floats(50.0, 800.0))
def test_neighbours_are_those_of_all_distances(seed, count, reach_m):
    """Houses stand apart and lanes join the nearest road only if these answers are right."""
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(0, 1000, (2, count))
    px, py = rng.uniform(0, 1000, (2, 5))
    tree = crowd(x, y)
    metres = np.hypot(px[:, None] - x, py[:, None] - y)
    distance, index = nearest(tree, px, py, reach_m)
    near = metres.min(axis=1) < reach_m
    np.testing.assert_allclose(distance[near], metres.min(axis=1)[near])
    assert np.isinf(distance[~near]).all()
    assert index[near].tolist() == metres.argmin(axis=1)[near].tolist()
    order = np.argsort(metres, axis=1)[:, :3]
    assert neighbours(tree, px, py, 3).tolist() == order.tolist()
    apart = np.hypot(x[:, None] - x, y[:, None] - y)
    pairs = {(i, j) for i in range(count) for j in range(i + 1, count) if apart[i, j] < reach_m}
    assert {tuple(sorted(pair)) for pair in crowded(tree, reach_m).tolist()} == pairs
