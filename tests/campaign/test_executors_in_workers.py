"""Stations planned in processes, by a process that was itself begun by a server."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from optimizer.campaign.executors import Processes

ENDS_S = 120.0
"""Long for a process to end; workers that idle end after five minutes by themselves."""


def _times(number: int, factor: int) -> int:
    return factor * number


def _plan(stations: int) -> list[int]:
    answers = Processes(2).run(_times, range(stations), 2)
    return sorted(answer for _, answer in answers)


def test_a_process_that_has_planned_makes_room_for_the_next():
    """A server has one plan after the other: the second must not wait for the first one's end."""
    lane = ProcessPoolExecutor(1, mp_context=get_context("spawn"), max_tasks_per_child=1)
    with lane:
        for _ in range(2):
            assert lane.submit(_plan, 3).result(ENDS_S) == [0, 2, 4]
