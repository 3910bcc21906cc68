"""Runs of blocks shared out among generated crews: none lost, none beyond what a crew can do."""

from __future__ import annotations

import numpy as np
import pytest
from block_world import block_table, crew_table

from optimizer.campaign.crew_assignment import areas_across, assign_runs, cut_into_runs


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
def test_areas_across_counts_those_on_both_sides(seed: int) -> None:
    """Running counts against sets made anew at each place."""
    rng = np.random.default_rng(seed)
    blocks = block_table(rng, 12, 1)
    row = rng.permutation(12)[:8].tolist()
    held = [blocks.areas[b] for b in row]
    sides = [(set().union(*held[:k]), set().union(*held[k:])) for k in range(1, 8)]
    assert areas_across(row, blocks) == [len(left & right) for left, right in sides]
