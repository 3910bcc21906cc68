"""What a territory's blocks are judged by, besides their limits: all in seconds of travel."""

from __future__ import annotations

from typing import NamedTuple

from optimizer.compiled import inlined


class Objective(NamedTuple):
    """What a territory's blocks are judged by, in seconds of travel, and their limits.

    Attributes
    ----------
    work_s, max_visits
        Limits of a block.
    min_visits, underfull_penalty_s
        Each visit that a block with time left has too few has the penalty.
    block_cost_s
        Of each block.
    split_penalty_s
        Of a day more than an area's work needs; the first such day is allowed.
    gap_penalty_s
        Of every further day, and of every day between that does nothing for the area.
    service_s
        Mean seconds at a door: what "time left" is measured by.
    """

    work_s: float
    max_visits: int
    min_visits: int
    underfull_penalty_s: float
    block_cost_s: float
    split_penalty_s: float
    gap_penalty_s: float
    service_s: float


@inlined
def block_cost(objective: Objective, size: int, work_s: float) -> float:
    """Work and penalties of one block."""
    return work_s + block_penalty(objective, size, work_s)


@inlined
def block_penalty(objective: Objective, visits: int, work_s: float) -> float:
    """What a block costs besides its travel."""
    if visits == 0:
        return 0.0
    return objective.block_cost_s + shortness(objective, visits, work_s)


@inlined
def shortness(objective: Objective, visits: int, work_s: float) -> float:
    """What the visits cost that a block with time left has too few."""
    room = (objective.work_s - work_s) // objective.service_s
    return objective.underfull_penalty_s * max(0.0, min(objective.min_visits - visits, room))


@inlined
def area_penalty(objective: Objective, least: int, first: int, last: int, used: int) -> float:
    """What it costs that an area takes the days from `first` to `last` and `used` of them."""
    if used == 0:
        return 0.0
    span = last - first + 1
    over = span - least
    penalty = objective.gap_penalty_s * (span - used)
    if over > 0:
        penalty += objective.split_penalty_s + objective.gap_penalty_s * (over - 1)
    return penalty
