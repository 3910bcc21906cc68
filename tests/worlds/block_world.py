"""Tables of a few blocks and crews, drawn from a seed: stations to schedule without any roads."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from optimizer.campaign.crew_assignment import BlockTable, CrewTable

DAYS = 40


def crew_table(rng: np.random.Generator, number: int) -> CrewTable:
    """Crews from 4 January 2027 that are on duty on about two days of three."""
    return CrewTable(
        duty=rng.random((number, DAYS)) < 0.65,
        skilled=np.arange(number) % 2 == 0,
        limit_s=np.full(number, 30_000, dtype=np.int32),
        dates=np.datetime64("2027-01-04") + np.arange(DAYS),
    )


def block_table(rng: np.random.Generator, number: int, crews: int) -> BlockTable:
    """New blocks in order of crews; each holds its own area and at times that of the one before."""
    shared = rng.random(number) < 0.3
    areas = [{b, b - 1} if b and shared[b] else {b} for b in range(number)]
    return BlockTable(
        crew=np.sort(rng.integers(0, crews, number)).astype(np.int32),
        work_s=rng.integers(10_000, 28_000, number).astype(np.int32),
        skilled=np.zeros(number, dtype=bool),
        x=rng.uniform(0, 9000, number),
        y=rng.uniform(0, 9000, number),
        areas=tuple(map(frozenset, areas)),
        doors=tuple(dict.fromkeys(some, 1) for some in areas),
        tier=np.zeros(number, dtype=np.int32),
        waiting=np.zeros(number),
        target=np.full(number, np.nan),
        kept=np.zeros(number, dtype=bool),
        earliest=np.zeros(number, dtype=np.int32),
        latest=np.full(number, DAYS, dtype=np.int32),
        season=np.zeros(number, dtype=np.int32),
        season_penalty=np.zeros((1, DAYS)),
    )


def keep(blocks: BlockTable, days: dict[int, int]) -> BlockTable:
    """The same blocks, some of them kept from an earlier plan on their days."""
    target, kept = blocks.target.copy(), blocks.kept.copy()
    for block, day in days.items():
        target[block], kept[block] = day, True
    return replace(blocks, target=target, kept=kept)
