"""Levelling on calendars so small that every choice of starts can be tried."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from block_world import block_table

from optimizer.campaign.levelling import (
    MONTH_PENALTY,
    YEAR_PENALTY,
    YEAR_TOLERANCE,
    WorkStretch,
    level_stretches,
)
from optimizer.campaign.load_targets import LoadTargets

DAYS = 8


def _penalty(starts, stretches, targets, work_s) -> float:
    """The whole penalty of some starts, added up from nothing."""
    blocks, done = np.zeros(2), np.zeros(1)
    total = 0.0
    for start, stretch in zip(starts, stretches, strict=True):
        total += stretch.penalty[start]
        done += work_s[stretch.blocks].sum()
        for k in range(len(stretch.blocks)):
            blocks[targets.month[start + k]] += 1
    total += MONTH_PENALTY / targets.mean_month * np.square(blocks - targets.blocks).sum()
    off = np.abs(done - targets.work_s[0]) / targets.mean_year_s[0]
    return total + YEAR_PENALTY * float(np.maximum(0, off - YEAR_TOLERANCE)[0]) ** 2


def _all_starts(lengths):
    """Starts of all stretches, in any order, that do not overlap and fit the days."""
    for days in permutations(range(DAYS), len(lengths)):
        taken = [d + k for d, n in zip(days, lengths, strict=True) for k in range(n)]
        if len(set(taken)) == len(taken) and max(taken) < DAYS:
            yield days


@pytest.mark.parametrize("seed", range(10))
def test_levelled_starts_are_the_best_of_all(seed: int) -> None:
    """Annealing adds changes up step by step: a wrong one would lead it astray."""
    rng = np.random.default_rng(seed)
    blocks = block_table(rng, 5, 1)
    rows = [[0], [1, 2], [3, 4]]
    penalty = [
        np.where(np.arange(DAYS) + len(r) <= DAYS, rng.integers(0, 40, DAYS), np.inf) for r in rows
    ]
    stretches = [
        WorkStretch(row, start, price.astype(float), tier=0, fixed=False)
        for row, start, price in zip(rows, (0, 1, 3), penalty, strict=True)
    ]
    month = (np.arange(DAYS) >= 4).astype(np.int64)
    work = blocks.work_s.astype(float)
    targets = LoadTargets(
        month,
        np.zeros(DAYS, dtype=np.int64),
        np.array([2.0, 3.0]),
        work.sum().reshape(1, 1),
        np.array([DAYS - 1]),
        2.5,
        np.array([work.sum()]),
    )
    price = {s: _penalty(s, stretches, targets, work) for s in _all_starts([1, 2, 2])}
    level_stretches([stretches], [np.arange(DAYS)], targets, blocks, seed=1)
    found = tuple(stretch.start for stretch in stretches)
    assert price[found] == pytest.approx(min(price.values()))


def test_fixed_stretches_stay() -> None:
    """What a previous plan has dated is not levelled away, however much its day would cost."""
    blocks = block_table(np.random.default_rng(1), 2, 1)
    price = np.arange(DAYS, 0, -1).astype(float)
    stretches = [
        WorkStretch([b], start, price, tier=0, fixed=b == 0) for b, start in ((0, 2), (1, 3))
    ]
    work = blocks.work_s.sum().astype(float)
    flat = np.zeros(DAYS, dtype=np.int64)
    targets = LoadTargets(
        flat, flat, np.array([2.0]), work.reshape(1, 1), np.array([DAYS - 1]), 2.0, np.array([work])
    )
    level_stretches([stretches], [np.arange(DAYS)], targets, blocks, seed=1)
    assert [stretch.start for stretch in stretches] == [2, DAYS - 1]
