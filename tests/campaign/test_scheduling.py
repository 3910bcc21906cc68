"""Days for blocks: the dynamic programme against all choices, and what every calendar keeps."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, pairwise

import numpy as np
import pytest
from block_world import block_table, crew_table

from optimizer.campaign.crew_assignment import cut_into_runs
from optimizer.campaign.scheduling import (
    SpreadPolicy,
    _cheapest_starts,
    schedule_blocks,
    work_stretches,
)


def _all_starts(lengths, days):
    for starts in combinations(range(days), len(lengths)):
        ends = [s + n for s, n in zip(starts, lengths, strict=True)]
        if ends[-1] <= days and all(e <= s for e, s in zip(ends, starts[1:], strict=False)):
            yield starts


@pytest.mark.parametrize("seed", range(20))
def test_cheapest_starts_are_the_best_of_all(seed: int) -> None:
    """The programme may skip no choice: on nine days every one of them can be tried."""
    rng = np.random.default_rng(seed)
    lengths, days = rng.integers(1, 4, 3), 9
    penalty = rng.integers(0, 50, (3, days)).astype(float)
    for row, length in zip(penalty, lengths, strict=True):
        row[days - length + 1 :] = np.inf
    starts = _cheapest_starts(penalty, lengths)
    price = {s: penalty[range(3), s].sum() for s in _all_starts(lengths.tolist(), days)}
    assert price[tuple(starts)] == min(price.values())


@pytest.mark.parametrize("pace", ["even", "early"])
@pytest.mark.parametrize("seed", range(5))
def test_a_crew_has_one_block_a_day_and_only_on_duty(seed: int, pace: str) -> None:
    """Levelling shifts and swaps stretches: it may lay none over another or on leave."""
    rng = np.random.default_rng(seed)
    crews, blocks = crew_table(rng, 2), block_table(rng, 12 + 12 * seed, 2)
    found = schedule_blocks(blocks, crews, SpreadPolicy(pace=pace, stretch=3))
    dated = np.flatnonzero(found.day >= 0)
    pairs = list(zip(found.crew[dated].tolist(), found.day[dated].tolist(), strict=True))
    assert len(set(pairs)) == len(pairs)
    assert crews.duty[found.crew[dated], found.day[dated]].all()
    assert len(dated) == min(len(blocks), crews.duty.sum())


@pytest.mark.parametrize("seed", range(5))
def test_who_waits_longest_is_worked_first(seed: int) -> None:
    """A next cycle begins where the last one came latest or never, whatever the way."""
    rng = np.random.default_rng(seed)
    crews, blocks = crew_table(rng, 1), block_table(rng, 12, 1)
    waiting = np.where(np.arange(12) < 6, 200.0, 900.0)
    areas, doors = tuple(frozenset({b}) for b in range(12)), tuple({b: 1} for b in range(12))
    blocks = replace(blocks, waiting=waiting, areas=areas, doors=doors)
    day = schedule_blocks(blocks, crews, SpreadPolicy(stretch=3)).day
    assert day[6:].max() < day[:6].min()


@pytest.mark.parametrize("seed", range(8))
def test_runs_and_stretches_lose_no_block_and_split_no_area(seed: int) -> None:
    """A hamlet lies in one run of a crew, and stretches hold all blocks in working order."""
    rng = np.random.default_rng(seed)
    blocks = block_table(rng, 20, 2)
    runs = cut_into_runs(blocks)
    assert [b for run in runs for b in run.blocks] == list(range(20))
    for one, other in pairwise(runs):
        if one.crew == other.crew:
            assert not blocks.areas[one.blocks[-1]] & blocks.areas[other.blocks[0]]
    groups = work_stretches(runs, 4, blocks)
    assert [b for group in groups for b in group] == list(range(20))
    assert all(len(group) <= 8 for group in groups)
