"""The nearest of many points."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import cKDTree

if TYPE_CHECKING:
    from optimizer.example.terrain import Floats, Ints


def crowd(x: Floats, y: Floats) -> cKDTree:
    """Points in metres, ready to be asked for neighbours."""
    return cKDTree(np.column_stack([x, y]))


def nearest(tree: cKDTree, x: Floats, y: Floats, reach_m: float = np.inf) -> tuple[Floats, Ints]:
    """Metres from each point to the nearest of the tree, and its index.

    Beyond `reach_m` the metres are infinite and the index means nothing.
    """
    distance, index = tree.query(np.column_stack([x, y]), distance_upper_bound=reach_m)
    return np.asarray(distance, dtype=np.float64), np.asarray(index, dtype=np.int64)


def crowded(tree: cKDTree, apart_m: float) -> Ints:
    """Pairs of points of the tree that are closer than that, shape (pairs, 2)."""
    return np.asarray(tree.query_pairs(apart_m, output_type="ndarray"), dtype=np.int64)


def neighbours(tree: cKDTree, x: Floats, y: Floats, count: int) -> Ints:
    """The nearest so many points of the tree around each point, shape (points, count).

    A tree with fewer points gives them all.
    """
    _, index = tree.query(np.column_stack([x, y]), k=np.arange(1, min(count, tree.n) + 1))
    return np.asarray(index, dtype=np.int64)
