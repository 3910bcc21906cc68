"""The grid of what is near a route, against distances measured one by one."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from optimizer.drawing.spatial_index import CELL_M, Cells


@pytest.mark.parametrize("seed", range(10))
def test_all_that_is_near_is_found_and_nothing_far(seed: int) -> None:
    """A house beside the route may not fall off the map; one far from it may not fill it."""
    rng = np.random.default_rng(seed)
    line = rng.uniform(-2000, 2000, (4, 2))
    points = rng.uniform(-4000, 4000, (300, 2))
    share = np.linspace(0, 1, 2001)[:, None]
    dense = np.concatenate([a + (b - a) * share for a, b in pairwise(line)])
    away = np.array([np.hypot(*(dense - point).T).min() for point in points])
    held = Cells.around([line], 2).hold(points)
    assert held[away < CELL_M].all()
    assert not held[away > 3 * np.sqrt(2) * CELL_M + 1].any()
