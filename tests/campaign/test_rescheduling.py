"""New blocks among kept ones, on generated calendars: what stands stays."""

from __future__ import annotations

import numpy as np
import pytest
from block_world import DAYS, block_table, crew_table, keep

from optimizer.campaign.rescheduling import schedule_around_kept


def _kept_on_duty(rng, blocks, crews):
    """Every other block kept on a duty day of its crew that no other has."""
    free = [rng.permutation(np.flatnonzero(duty)).tolist() for duty in crews.duty]
    return {b: free[blocks.crew[b]].pop() for b in range(0, len(blocks), 2)}


@pytest.mark.parametrize("seed", range(12))
def test_nobody_kept_moves_while_his_crew_is_on_duty(seed: int) -> None:
    """A household that was told its day is visited on it, by the crew that it was told."""
    rng = np.random.default_rng(seed)
    crews, blocks = crew_table(rng, 3), block_table(rng, 14, 3)
    days = _kept_on_duty(rng, blocks, crews)
    found = schedule_around_kept(keep(blocks, days), crews)
    assert {b: int(found.day[b]) for b in days} == days
    assert [found.crew[b] for b in days] == [blocks.crew[b] for b in days]


@pytest.mark.parametrize("seed", range(12))
def test_a_crew_has_one_block_a_day_and_only_on_duty(seed: int) -> None:
    """More blocks than days must leave blocks without a day, never two on one or one on leave."""
    rng = np.random.default_rng(seed)
    crews, blocks = crew_table(rng, 2), block_table(rng, 10 + 6 * seed, 2)
    found = schedule_around_kept(blocks, crews)
    dated = np.flatnonzero(found.day >= 0)
    pairs = list(zip(found.crew[dated].tolist(), found.day[dated].tolist(), strict=True))
    assert len(set(pairs)) == len(pairs)
    assert crews.duty[found.crew[dated], found.day[dated]].all()
    assert len(dated) == min(len(blocks), crews.duty.sum())


def test_kept_blocks_on_leave_or_beyond_the_horizon_get_another_day() -> None:
    """A crew's new leave, or a horizon cut short, may not lose the block that lay there."""
    rng = np.random.default_rng(5)
    crews, blocks = crew_table(rng, 1), block_table(rng, 2, 1)
    leave = int(np.flatnonzero(~crews.duty[0])[0])
    found = schedule_around_kept(keep(blocks, {0: leave, 1: DAYS + 3}), crews)
    assert crews.duty[0, found.day].all()
    assert found.day[0] != found.day[1]


def test_skilled_blocks_go_to_skilled_crews_only() -> None:
    """Where only an unskilled crew has days left, the block waits without one."""
    rng = np.random.default_rng(2)
    crews, blocks = crew_table(rng, 2), block_table(rng, 4, 2)
    blocks.skilled[:] = True
    assert set(schedule_around_kept(blocks, crews).crew.tolist()) == {0}
    crews.duty[0] = False
    assert (schedule_around_kept(blocks, crews).day == -1).all()
