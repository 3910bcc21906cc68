"""Runs of blocks shared out among generated crews: none lost, none beyond what a crew can do."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from block_world import block_table, crew_table

from optimizer.campaign.crew_assignment import assign_runs, broken_areas, cut_into_runs


@pytest.mark.parametrize("seed", range(12))
def test_every_block_has_one_crew_and_no_crew_more_than_its_days(seed: int) -> None:
    """All blocks start with crews at random: as long as there are days, each crew has enough."""
    rng = np.random.default_rng(seed)
    crews = crew_table(rng, 3)
    crews.duty[1, 12:] = False
    blocks = block_table(rng, 50, 3)
    runs = assign_runs(cut_into_runs(blocks), blocks, crews)
    assert sorted(b for run in runs for b in run.blocks) == list(range(50))
    days = [sum(run.days for run in runs if run.crew == crew) for crew in range(3)]
    assert (np.array(days) <= crews.duty.sum(axis=1)).all()
    assert all((blocks.crew[run.blocks] == run.home).all() for run in runs)


@pytest.mark.parametrize("seed", range(12))
def test_what_is_transferred_goes_to_crews_that_can_work_it(seed: int) -> None:
    """A crew with short days or without the skill takes nothing from others that needs them."""
    rng = np.random.default_rng(seed)
    crews, blocks = crew_table(rng, 3), block_table(rng, 45, 1)
    crews.limit_s[2] = 20_000
    blocks.skilled[:] = rng.random(45) < 0.2
    moved = [run for run in assign_runs(cut_into_runs(blocks), blocks, crews) if run.crew]
    assert moved
    for run in moved:
        assert blocks.work_s[run.blocks].max() <= crews.limit_s[run.crew]
        assert crews.skilled[run.crew] or not blocks.skilled[run.blocks].any()


@pytest.mark.parametrize("seed", range(6))
def test_broken_areas_counts_those_on_both_sides(seed: int) -> None:
    """Running counts against sums made anew at each place."""
    rng = np.random.default_rng(seed)
    blocks = block_table(rng, 12, 1)
    doors = tuple(
        {area: int(rng.integers(1, 30)) for area in range(b % 3, 5, 2)} for b in range(12)
    )
    row = rng.permutation(12)[:8].tolist()
    found = broken_areas(row, replace(blocks, doors=doors))
    for cut in range(1, 8):
        left = [sum(doors[b].get(area, 0) for b in row[:cut]) for area in range(5)]
        right = [sum(doors[b].get(area, 0) for b in row[cut:]) for area in range(5)]
        shares = [min(a, b) / max(1, a + b) for a, b in zip(left, right, strict=True)]
        assert found[cut - 1] == pytest.approx(sum(s if s <= 0.1 else 1 for s in shares))


def test_loads_are_balanced_where_an_area_leaves_only_stragglers_behind() -> None:
    """Areas broken for what a few doors of theirs could have bought are broken for nothing.

    One crew has eight blocks in one run, another four. Two blocks at once would even the loads, but
    halve an area; a block from either end leaves one door of its area behind at most.
    """
    rng = np.random.default_rng(1)
    blocks, crews = block_table(rng, 12, 2), crew_table(rng, 2)
    doors = [{b: 20} for b in range(12)]
    for b in range(7):  # area b goes on in the next block: half of it, or one door
        doors[b][b], doors[b + 1][b] = (10, 10) if b % 2 else (19, 1)
    blocks = replace(
        blocks,
        crew=np.repeat([0, 1], [8, 4]).astype(np.int32),
        work_s=np.full(12, 20_000, dtype=np.int32),
        x=np.arange(12.0),
        y=np.zeros(12),
        areas=tuple(map(frozenset, doors)),
        doors=tuple(doors),
    )
    crews.duty[:] = True
    runs = assign_runs(cut_into_runs(blocks), blocks, crews)
    crew = np.zeros(12, dtype=int)
    for run in runs:
        crew[run.blocks] = run.crew
    assert np.bincount(crew).tolist() == [6, 6]
    for area in range(12):
        held = [sum(doors[b].get(area, 0) for b in np.flatnonzero(crew == c)) for c in (0, 1)]
        assert min(held) <= 0.1 * sum(held)
