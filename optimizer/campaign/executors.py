"""Where stations are planned: in this process, or in processes beside it.

Stations are independent, and a job with what all jobs share is everything that it needs, so that it
can run anywhere and gives the same answer everywhere.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from joblib import Parallel, delayed
from joblib.externals.loky import get_reusable_executor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_WATCH_S: Final = 0.5
Job = TypeVar("Job")
Shared = TypeVar("Shared")
Answer = TypeVar("Answer")


class Executor(Protocol):
    """Something that applies a function to jobs and yields (index of the job, answer).

    `shared` is what all jobs need, the same for each; it is handed over once where that can be.
    """

    def run(
        self, function: Callable[[Job, Shared], Answer], jobs: Sequence[Job], shared: Shared
    ) -> Iterator[tuple[int, Answer]]:
        """Yield each job's index and answer as they come, in any order."""
        ...


class InProcess:
    """One job after the other, here."""

    def run(
        self, function: Callable[[Job, Shared], Answer], jobs: Sequence[Job], shared: Shared
    ) -> Iterator[tuple[int, Answer]]:
        """Yield each job's index and answer."""
        for index, job in enumerate(jobs):
            yield index, function(job, shared)


@dataclass(frozen=True)
class Processes:
    """Local processes, one a processor unless `number` says otherwise."""

    number: int | None = None

    def run(
        self, function: Callable[[Job, Shared], Answer], jobs: Sequence[Job], shared: Shared
    ) -> Iterator[tuple[int, Answer]]:
        """Yield each job's index and answer as they come."""
        number = min(self.number or os.cpu_count() or 1, len(jobs))
        if number <= 1:
            yield from InProcess().run(function, jobs, shared)
            return
        parallel = Parallel(
            n_jobs=number,
            backend="loky",
            return_as="generator_unordered",
            pre_dispatch=number,
            initializer=_follow,
            initargs=(os.getpid(),),
        )
        try:
            yield from parallel(
                delayed(_numbered)(function, index, job, shared) for index, job in enumerate(jobs)
            )
        finally:  # idle ones would keep their memory for minutes, and whoever waits for their end
            get_reusable_executor(number, reuse=True).shutdown(kill_workers=True)


def _follow(planner: int) -> None:
    """Leave interrupts to the process that plans, and end when it ends.

    Ctrl-C reaches all processes of a terminal: the first ends the others, without a word. Where it
    is killed, nobody else would.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if os.name != "nt":
        threading.Thread(target=_end_with, args=(planner,), daemon=True).start()


def _end_with(planner: int) -> None:
    while os.getppid() == planner:
        time.sleep(_WATCH_S)
    os._exit(1)


def _numbered(
    function: Callable[[Job, Shared], Answer], index: int, job: Job, shared: Shared
) -> tuple[int, Answer]:
    return index, function(job, shared)
