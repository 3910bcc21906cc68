"""A plan improved until its time is up: annealing in rounds, each in a window of the territory."""

# ruff: noqa: PLR0917  (a problem, a plan, when to stop, how hot, a seed)
from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

import numpy as np

from optimizer.blocks.plan import copied, recompute, total_cost
from optimizer.blocks.ruin_recreate import anneal
from optimizer.blocks.undo_log import new_undo_log
from optimizer.search.annealing import cooling_factor, temperature_at

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from optimizer.blocks.objective import Objective
    from optimizer.blocks.plan import Plan
    from optimizer.blocks.territory import Territory
    from optimizer.search.stopping import StopAfter

ROUND_ITERATIONS = 20_000
WINDOW_DOORS = 2000


def improve(
    territory: Territory,
    objective: Objective,
    plan: Plan,
    stop: StopAfter,
    temperatures: tuple[float, float],
    rng: NDArray[np.uint64],
    report: Callable[[float], None] | None = None,
) -> int:
    """Search from a plan, and make it the best that is found.

    Parameters
    ----------
    stop
        Its seconds are of the processor.
    temperatures
        Of annealing, at the first and the last iteration, in seconds of travel.
    report
        Called with the share of the search that is done, after rounds short enough for Ctrl-C.

    Returns
    -------
    int
        The iterations made.
    """
    begun_s = time.process_time()
    start, end_to_start = temperatures[0], temperatures[1] / temperatures[0]
    cooling = 1.0 if stop.iterations is None else cooling_factor(end_to_start, stop.iterations)
    best, log = copied(plan), new_undo_log(plan)
    costs = np.full(2, total_cost(territory, objective, plan))
    doors = len(territory.area)
    first, width = 0, min(WINDOW_DOORS, doors)
    iterations, share = 0, stop.share(0, 0.0)
    while share < 1.0:
        left = math.inf if stop.iterations is None else stop.iterations - iterations
        todo = int(min(ROUND_ITERATIONS, left))
        temperature, window = temperature_at(share, start, end_to_start), (first, width)
        anneal(
            territory, objective, plan, best, log, rng, costs, window, todo, temperature, cooling
        )
        iterations += todo
        first = (first + width) % doors
        share = stop.share(iterations, time.process_time() - begun_s)
        if report is not None:
            report(min(1.0, share))
    plan.rows[:], plan.size[:] = best.rows, best.size
    recompute(territory, plan)
    return iterations
