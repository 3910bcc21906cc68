"""Workload levelling: work stretches shifted until months and crews' years have an even load.

`scheduling.place_stretches` has dated each crew's stretches as if it were alone. Here simulated
annealing shifts them, over all crews of a station, to the least total penalty: uneven months of the
station, uneven years of its crews, and starts away from what a stretch would prefer. A stretch is
shifted between its neighbours, or swapped with the next one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from optimizer.compiled import compiled, inlined
from optimizer.search.annealing import threshold
from optimizer.search.rng import below, new_rng, uniform

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimizer.campaign.crew_assignment import BlockTable
    from optimizer.campaign.load_targets import LoadTargets

# Penalties are in days, as those of `WorkStretch.penalty`.
MONTH_PENALTY: Final = 60.0
"""Times the square of a month's blocks off target, in mean months: the penalty of the month."""
YEAR_PENALTY: Final = 400_000.0
"""Times the square of a crew's work off target in a calendar year, in its mean years."""
YEAR_TOLERANCE: Final = 0.03
"""So much of a mean year's work off target is not penalised."""
START_TEMPERATURE, END_TEMPERATURE = 100.0, 0.3
"""In days of penalty; falls geometrically from one to the other."""
IDLE_DAYS: Final = 42
"""Days without a block between two, or after the last, that a crew may have."""
FIRST_DAYS: Final = 50
"""Days before its first block that a crew may have."""
IDLE_PENALTY: Final = 0.3
"""Of each day more; squares count."""
FIRST_PAUSE: Final = 4.0
"""The pause before a crew's first day counts so many times."""
ITERATIONS_PER_STRETCH: Final = 8000
"""Annealing iterations for each stretch."""


@dataclass(slots=True)
class WorkStretch:
    """Blocks that a crew works on consecutive duty days: a work stretch of rostering.

    Attributes
    ----------
    blocks
        Rows of the block table, in working order.
    start
        The first block's position among the crew's duty days.
    penalty
        float64 (duty days,): of each start, infinite where too few duty days are left.
    tier
        Smaller ones are worked first; only those of one tier change places.
    fixed
        Its days are those of the previous plan and stay.
    """

    blocks: list[int]
    start: int
    penalty: NDArray[np.float64]
    tier: int
    fixed: bool

    @property
    def end(self) -> int:
        """The position after its last block."""
        return self.start + len(self.blocks)


def level_stretches(
    stretches: list[list[WorkStretch]],
    duty_days: list[NDArray[np.int64]],
    targets: LoadTargets,
    blocks: BlockTable,
    seed: int,
) -> None:
    """Set `start` of all stretches, given in order for each crew, to the least penalty found."""
    flat = [stretch for some in stretches for stretch in some]
    if not flat:
        return
    problem = _levelling_problem(stretches, duty_days, targets, blocks)
    start = np.array([stretch.start for stretch in flat])
    best = start.copy()
    state = _State(
        np.arange(len(flat)), start, np.zeros_like(targets.blocks), np.zeros_like(targets.work_s)
    )
    # the default seed, 1, has to level as campaigns that are under way were levelled: with 0
    _anneal(problem, state, best, new_rng((seed ^ 1) % 2**32), ITERATIONS_PER_STRETCH * len(flat))
    for stretch, position in zip(flat, best.tolist(), strict=True):
        stretch.start = position


class _LevellingProblem(NamedTuple):
    """What the annealing reads.

    Stretches are numbered crew by crew. `length`, `tier`, `crew` and `fixed` have one value for
    each stretch, `penalty` one row. `work_s` has one for each block; a stretch's begin at
    `first_block`. A crew's stretches begin at `first_slot`, which has one value more for the end.
    `day_month` and `day_year` have one value for each duty day of each crew; a crew's begin at
    `first_day`; `day` are the calendar days themselves. `idle` and `end` have one value for each
    crew: the longest pause without penalty, and the last day that is to be used.
    """

    length: NDArray[np.int64]
    tier: NDArray[np.int64]
    crew: NDArray[np.int64]
    fixed: NDArray[np.bool_]
    penalty: NDArray[np.float64]
    work_s: NDArray[np.float64]
    first_block: NDArray[np.int64]
    first_slot: NDArray[np.int64]
    first_day: NDArray[np.int64]
    day: NDArray[np.int64]
    idle: NDArray[np.float64]
    end: NDArray[np.int64]
    day_month: NDArray[np.int64]
    day_year: NDArray[np.int64]
    target_blocks: NDArray[np.float64]
    target_s: NDArray[np.float64]
    mean_year_s: NDArray[np.float64]
    month_penalty: float


class _State(NamedTuple):
    """What the annealing changes.

    `order` is the stretch in each slot: a crew's slots are its stretches by the order of days.
    `start` has one value for each stretch. `blocks` counts by month, `work_s` by crew and year.
    """

    order: NDArray[np.int64]
    start: NDArray[np.int64]
    blocks: NDArray[np.float64]
    work_s: NDArray[np.float64]


def _levelling_problem(
    stretches: list[list[WorkStretch]],
    duty_days: list[NDArray[np.int64]],
    targets: LoadTargets,
    blocks: BlockTable,
) -> _LevellingProblem:
    flat = [stretch for some in stretches for stretch in some]
    length = np.array([len(stretch.blocks) for stretch in flat])
    penalty = np.full((len(flat), max(map(len, duty_days))), np.inf)
    for row, stretch in zip(penalty, flat, strict=True):
        row[: len(stretch.penalty)] = stretch.penalty
    days = np.concatenate(duty_days)
    return _LevellingProblem(
        length=length,
        tier=np.array([stretch.tier for stretch in flat]),
        crew=np.repeat(np.arange(len(stretches)), list(map(len, stretches))),
        fixed=np.array([stretch.fixed for stretch in flat]),
        penalty=penalty,
        work_s=blocks.work_s[[b for stretch in flat for b in stretch.blocks]].astype(float),
        first_block=np.cumsum(length) - length,
        first_slot=np.cumsum([0, *map(len, stretches)]),
        first_day=np.cumsum([0, *map(len, duty_days)]),
        day=days.astype(np.int64),
        idle=_usual_pauses(stretches, duty_days, targets.end),
        end=targets.end,
        day_month=targets.month[days],
        day_year=targets.year[days],
        target_blocks=targets.blocks,
        target_s=targets.work_s,
        mean_year_s=targets.mean_year_s,
        month_penalty=MONTH_PENALTY / max(1e-9, targets.mean_month),
    )


def _usual_pauses(
    stretches: list[list[WorkStretch]],
    duty_days: list[NDArray[np.int64]],
    end: NDArray[np.int64],
) -> NDArray[np.float64]:
    """The pause of each crew that cannot be shorter on the mean, but at least `IDLE_DAYS`."""
    pauses = np.full(len(stretches), float(IDLE_DAYS))
    for crew, (some, days) in enumerate(zip(stretches, duty_days, strict=True)):
        if some:
            out = sum(int(days[stretch.end - 1] - days[stretch.start]) for stretch in some)
            pauses[crew] = max(IDLE_DAYS, (end[crew] - out) / len(some))
    return pauses


@compiled
def _anneal(
    problem: _LevellingProblem,
    state: _State,
    best: NDArray[np.int64],
    rng: NDArray[np.uint64],
    iterations: int,
) -> None:
    """Simulated annealing; `best` becomes the starts of the least penalty."""
    order, start = state.order, state.start
    for g in range(len(start)):
        _change_load(problem, state, g, start[g], 1.0)
    penalty, best_penalty = 0.0, 0.0
    for iteration in range(iterations):
        temperature = START_TEMPERATURE * (END_TEMPERATURE / START_TEMPERATURE) ** (
            iteration / iterations
        )
        most = threshold(temperature, 1.0 - uniform(rng))
        slot = below(rng, len(order))
        if uniform(rng) < 0.25:
            change = _try_swap(problem, state, slot, most)
        else:
            change = _try_start(problem, state, slot, most, rng)
        penalty += change
        if penalty < best_penalty - 1e-6:
            best_penalty = penalty
            for g in range(len(start)):
                best[g] = start[g]


@inlined
def _try_start(
    problem: _LevellingProblem,
    state: _State,
    slot: int,
    most: float,
    rng: NDArray[np.uint64],
) -> float:
    """Try another start, any or a near one, for a slot's stretch; the change of the penalty."""
    g = state.order[slot]
    if problem.fixed[g]:
        return 0.0
    first, end = _free_positions(problem, state, slot)
    last = end - problem.length[g]
    old = state.start[g]
    idle = _idle_penalty(problem, state, slot)
    if uniform(rng) < 0.5:
        first, last = max(first, old - 3), min(last, old + 3)
    new = first + below(rng, last - first + 1)
    change = _change_load(problem, state, g, old, -1.0) + _change_load(problem, state, g, new, 1.0)
    state.start[g] = new
    change += _idle_penalty(problem, state, slot) - idle
    if change <= most:
        return change
    state.start[g] = old
    _shift_load(problem, state, g, new, -1.0)
    _shift_load(problem, state, g, old, 1.0)
    return 0.0


@inlined
def _try_swap(problem: _LevellingProblem, state: _State, slot: int, most: float) -> float:
    """Try the stretches of a slot and the next in the other order; the change of the penalty."""
    order, start = state.order, state.start
    if slot + 1 == problem.first_slot[problem.crew[order[slot]] + 1]:
        return 0.0
    early, late = order[slot], order[slot + 1]
    if problem.fixed[early] or problem.fixed[late] or problem.tier[early] != problem.tier[late]:
        return 0.0
    old_early, old_late = start[early], start[late]
    new_late = old_early
    new_early = old_late + problem.length[late] - problem.length[early]
    idle = _idle_between(problem, early, old_early, old_late)
    change = _idle_between(problem, late, new_late, new_early) - idle
    change += _change_load(problem, state, early, old_early, -1.0)
    change += _change_load(problem, state, late, old_late, -1.0)
    change += _change_load(problem, state, early, new_early, 1.0)
    change += _change_load(problem, state, late, new_late, 1.0)
    if change <= most:
        order[slot], order[slot + 1] = late, early
        start[early], start[late] = new_early, new_late
        return change
    _shift_load(problem, state, early, new_early, -1.0)
    _shift_load(problem, state, late, new_late, -1.0)
    _shift_load(problem, state, early, old_early, 1.0)
    _shift_load(problem, state, late, old_late, 1.0)
    return 0.0


@inlined
def _free_positions(problem: _LevellingProblem, state: _State, slot: int) -> tuple[int, int]:
    """First and end of the positions between the stretches before and after a slot."""
    order, start = state.order, state.start
    crew = problem.crew[order[slot]]
    first, end = 0, problem.first_day[crew + 1] - problem.first_day[crew]
    if slot > problem.first_slot[crew]:
        before = order[slot - 1]
        first = start[before] + problem.length[before]
    if slot + 1 < problem.first_slot[crew + 1]:
        end = start[order[slot + 1]]
    return first, end


@inlined
def _idle_penalty(problem: _LevellingProblem, state: _State, slot: int) -> float:
    """What the pauses before and after a slot's stretch cost."""
    order, start = state.order, state.start
    g = order[slot]
    crew = problem.crew[g]
    if slot > problem.first_slot[crew]:
        before = order[slot - 1]
        penalty = _idle_between(problem, before, start[before], start[g])
    else:
        days = problem.day[problem.first_day[crew] + start[g]]
        penalty = FIRST_PAUSE * IDLE_PENALTY * max(0.0, days - FIRST_DAYS) ** 2
    if slot + 1 < problem.first_slot[crew + 1]:
        penalty += _idle_between(problem, g, start[g], start[order[slot + 1]])
    else:
        last = problem.day[problem.first_day[crew] + start[g] + problem.length[g] - 1]
        penalty += _too_idle(problem, crew, problem.end[crew] - last)
    return penalty


@inlined
def _idle_between(problem: _LevellingProblem, g: int, start: int, following: int) -> float:
    """What the pause costs between a stretch and the next one of its crew."""
    crew = problem.crew[g]
    day = problem.first_day[crew]
    last = problem.day[day + start + problem.length[g] - 1]
    return _too_idle(problem, crew, problem.day[day + following] - last)


@inlined
def _too_idle(problem: _LevellingProblem, crew: int, days: int) -> float:
    return float(IDLE_PENALTY * max(0.0, days - problem.idle[crew]) ** 2)


@inlined
def _change_load(
    problem: _LevellingProblem, state: _State, g: int, start: int, sign: float
) -> float:
    """Add a stretch to the load (sign 1) or take it off (-1); the change of the penalty."""
    crew = problem.crew[g]
    penalty = sign * problem.penalty[g, start] - _year_penalty(problem, state, crew)
    day = problem.first_day[crew] + start
    block = problem.first_block[g]
    for k in range(problem.length[g]):
        month = problem.day_month[day + k]
        over = state.blocks[month] - problem.target_blocks[month]
        penalty += problem.month_penalty * (2.0 * sign * over + 1.0)
        state.blocks[month] += sign
        state.work_s[crew, problem.day_year[day + k]] += sign * problem.work_s[block + k]
    return float(penalty + _year_penalty(problem, state, crew))


@inlined
def _shift_load(problem: _LevellingProblem, state: _State, g: int, start: int, sign: float) -> None:
    """The same where nobody asks for the penalty."""
    crew = problem.crew[g]
    day = problem.first_day[crew] + start
    block = problem.first_block[g]
    for k in range(problem.length[g]):
        state.blocks[problem.day_month[day + k]] += sign
        state.work_s[crew, problem.day_year[day + k]] += sign * problem.work_s[block + k]


@inlined
def _year_penalty(problem: _LevellingProblem, state: _State, crew: int) -> float:
    penalty = 0.0
    usual_s = problem.mean_year_s[crew]
    for year in range(problem.target_s.shape[1]):
        off = abs(state.work_s[crew, year] - problem.target_s[crew, year]) / usual_s
        penalty += YEAR_PENALTY * max(0.0, off - YEAR_TOLERANCE) ** 2
    return penalty
