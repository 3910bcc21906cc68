"""Kept and new blocks put together: each door in the block that it had, crews in order of days."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from optimizer.campaign.station_blocks import UNREACHABLE, StationBlocks, merge_blocks

DOORS = 20


def _blocks(
    rng: np.random.Generator, number: int, inside: np.ndarray, *, kept: bool
) -> StationBlocks:
    """Blocks of two crews with the doors inside; each has a length of its own to be known by."""
    block = np.where(inside, rng.integers(0, number, DOORS), UNREACHABLE).astype(np.int32)
    own = np.arange(number, dtype=np.int32) + (100 if kept else 200)
    return StationBlocks(
        block=block,
        seq=np.where(inside, np.arange(DOORS), UNREACHABLE).astype(np.int32),
        crew=rng.integers(0, 2, number).astype(np.int32),
        work_s=own,
        travel_s=own,
        distance_m=own,
        fewest_days=np.ones(1, dtype=np.int32),
        target=rng.permutation(50)[:number].astype(float) if kept else np.full(number, np.nan),
        kept=np.full(number, kept),
        pace=np.ones(number),
    )


@pytest.mark.parametrize("seed", range(20))
def test_merged_blocks_hold_the_doors_that_each_had(seed: int) -> None:
    """Numbers change, blocks do not: nobody is lost, moved or in a block of nobody."""
    rng = np.random.default_rng(seed)
    owner = rng.integers(0, 3, DOORS)
    old, new = _blocks(rng, 5, owner == 0, kept=True), _blocks(rng, 4, owner == 1, kept=False)
    place = rng.uniform(0, 0.1, (2, DOORS))
    demand = SimpleNamespace(lat=28.0, door_lon=113 + place[0], door_lat=28 + place[1])
    merged = merge_blocks(demand, old, new)  # type: ignore[arg-type]
    for door in range(DOORS):
        part = (old, new, None)[owner[door]]
        if part is None:
            assert merged.block[door] == UNREACHABLE
            continue
        assert merged.work_s[merged.block[door]] == part.work_s[part.block[door]]
        assert merged.crew[merged.block[door]] == part.crew[part.block[door]]
        assert merged.seq[door] == part.seq[door]
    inside = merged.block[merged.block >= 0]
    assert set(inside.tolist()) == set(range(len(merged.crew)))
    target = np.nan_to_num(merged.target, nan=np.inf)
    assert np.lexsort((target, merged.crew)).tolist() == list(range(len(target)))
    assert set(target[~merged.kept].tolist()) <= {*old.target.tolist(), np.inf}
