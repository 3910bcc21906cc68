"""Warm worker processes: long work leaves the server's own thread to the pages."""

from __future__ import annotations

import os
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any, Final, Literal

from optimizer.desk import Campaign

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future
    from multiprocessing.process import BaseProcess
    from pathlib import Path

    from optimizer.catalogue import Lang

SLOTS: Final = 512
"""So many jobs can be stopped at a time."""
TOGETHER_S: Final = 10.0
"""Searches that wait for each other share about so much time, whatever the settings allow one."""
LEAST_S: Final = 1.25
"""No search has less."""
Lane = Literal["questions", "days", "county"]
"""Who waits for whom: a page for no plan of a day, and neither for the county's long work."""
NICENESS: Final[dict[Lane, int]] = {"questions": 0, "days": 5, "county": 10}
"""Pages come before plans, and these before the county's long work."""
_here: dict[str, Any] = {}
"""In a worker: what it was started with, and the campaign that it keeps open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Call a method of the campaign, in somebody's name and language."""

    method: str
    values: tuple[Any, ...] = ()
    facts: tuple[tuple[str, Any], ...] = ()
    who: str = ""
    lang: Lang = "zh"
    job: int = 0
    """Shown while it goes on, if it is the number of a job."""
    lane: Lane = "questions"
    searches: bool = False
    """Whether it searches for a plan: then for less long while others wait for theirs."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is.

    Attributes
    ----------
    begun
        Whether a worker is at it.
    before
        So many jobs come first.
    share
        Of the job that is done, in percent.
    visits
        Of its best plan.
    """

    begun: bool
    before: int
    share: int
    visits: int


@dataclass(frozen=True, slots=True)
class Shared:
    """What the server and its workers share.

    Attributes
    ----------
    folder
        The campaign's.
    shown
        Where workers say how far a job is.
    stops
        Jobs that are to end, each in its slot.
    searches
        How many searches go on or wait.
    workers
        How many search at a time.
    """

    folder: str
    shown: Any
    stops: Any
    searches: Any
    workers: int


class _Pool(ProcessPoolExecutor):
    """A pool that, once it is closed, begins no process in place of one that has ended.

    It can end all that it has begun: one that is ending itself, too, which the library lets go.
    """

    def __init__(self, *arguments: Any, **facts: Any) -> None:  # noqa: ANN401
        self._begun: set[BaseProcess] = set()
        super().__init__(*arguments, **facts)

    def _adjust_process_count(self) -> None:
        if self._processes is not None:
            super()._adjust_process_count()
            ended = {process for process in self._begun if not process.is_alive()}
            self._begun = {*self._processes.values()} | self._begun - ended

    def end(self) -> None:
        """Let no process live."""
        self.shutdown(wait=False, cancel_futures=True)
        for process in self._begun:
            process.kill()


class Workers:
    """Processes that have the campaign open, a pool for each lane.

    Parameters
    ----------
    folder
        The campaign's.
    number
        So many for the plans of days and as many for questions; the county's work has one that
        ends with it.
    """

    def __init__(self, folder: Path, number: int) -> None:
        self._folder, self._number = folder, number
        self._context = get_context("spawn")
        self._stops = self._context.Array("q", SLOTS)
        self._searches = self._context.Value("q", 0)
        self._shown = self._context.SimpleQueue()
        self._progress: dict[int, tuple[float, int]] = {}
        self._line: dict[int, Lane] = {}
        self._lock = threading.Lock()
        self._pools = {lane: self._new_pool(lane) for lane in NICENESS}
        threading.Thread(target=self._listen, daemon=True).start()

    def _new_pool(self, lane: Lane) -> _Pool:
        shared = Shared(str(self._folder), self._shown, self._stops, self._searches, self._number)
        return _Pool(
            1 if lane == "county" else self._number,
            mp_context=self._context,
            initializer=_begin,
            initargs=(shared, os.getpid(), NICENESS[lane]),
            max_tasks_per_child=1 if lane == "county" else None,
        )

    def warm(self) -> None:
        """Have every worker load what the first plan needs."""
        for _ in range(self._number):
            self.submit(Order(method="make_ready", lane="days"))
            self.submit(Order(method="make_ready"))

    def submit(self, order: Order) -> Future[Any]:
        """Have an order done; a pool whose process has died is begun anew."""
        with self._lock:
            try:
                done = self._pools[order.lane].submit(_do, order)
            except BrokenProcessPool:
                self._pools[order.lane] = self._new_pool(order.lane)
                done = self._pools[order.lane].submit(_do, order)
            if order.job:
                self._line[order.job] = order.lane
        if order.searches:
            self._count_searches(1)
            done.add_done_callback(lambda _: self._count_searches(-1))
        return done

    def _count_searches(self, more: int) -> None:
        with self._searches.get_lock():
            self._searches.value += more

    def do(self, order: Order) -> Any:  # noqa: ANN401  (what the method gives)
        """Have an order done and wait for it."""
        return self.submit(order).result()

    def progress(self, job: int) -> Progress:
        """How far a job is."""
        with self._lock:
            line = [*self._line]
        before = 0
        if job in line and job not in self._progress:
            before = sum(self._line.get(one) == self._line[job] for one in line[: line.index(job)])
        share, visits = self._progress.get(job, (0.0, 0))
        return Progress(job in self._progress, before, round(100 * share), visits)

    def stop(self, job: int) -> None:
        """End a job's search with the best plan so far."""
        self._stops[job % SLOTS] = job

    def forget(self, job: int) -> None:
        """A job is over."""
        with self._lock:
            self._line.pop(job, None)
        self._progress.pop(job, None)

    def close(self) -> None:
        """End all work at once; what is stored stays stored."""
        for pool in self._pools.values():
            pool.end()
        with suppress(OSError, ValueError):
            self._shown.put(None)

    def _listen(self) -> None:
        while True:
            try:
                shown = self._shown.get()
            except (OSError, EOFError):
                return
            if shown is None:
                return
            job, share, visits = shown
            self._progress[job] = (share, visits)


def _begin(shared: Shared, server: int, niceness: int) -> None:
    """In a worker: remember what it was started with; end when the server is gone."""
    _here["shared"] = shared
    with suppress(OSError, AttributeError):
        os.nice(niceness)
    threading.Thread(target=_end_with, args=(server,), daemon=True).start()


def _end_with(server: int) -> None:
    while os.getppid() == server:
        time.sleep(1.0)
    os._exit(1)


def _do(order: Order) -> Any:  # noqa: ANN401
    """In a worker: do an order."""
    campaign = _campaign(order)
    facts = dict(order.facts)
    if order.job:
        facts["watch"] = _watch(order.job)
        facts["watch"](0.0, 0)
    if order.searches:
        facts["seconds"] = search_seconds(campaign.settings.day.seconds, *_waiting())
    return getattr(campaign, order.method)(*order.values, **facts)


def search_seconds(most_s: float, searches: int, workers: int) -> float:
    """How long one of several searches may take that so many workers have to do."""
    return min(most_s, max(LEAST_S, TOGETHER_S * workers / max(1, searches)))


def _waiting() -> tuple[int, int]:
    shared: Shared = _here["shared"]
    return shared.searches.value, shared.workers


def _campaign(order: Order) -> Campaign:
    """The campaign as it is now: settings and roads are read anew when they have changed."""
    folder = _here["shared"].folder
    probe = Campaign(folder)
    stamp = tuple(
        path.stat().st_mtime_ns if path.exists() else 0
        for path in (probe.settings_path, probe.roads_path)
    )
    kept = _here.get("campaign")
    if kept is None or _here["stamp"] != (stamp, order.lang):
        if kept is not None:
            kept.close()
        kept = _here["campaign"] = Campaign(folder, lang=order.lang)
        _here["stamp"] = (stamp, order.lang)
    kept.act_for(order.who)
    return kept


def _watch(job: int) -> Callable[[float, int], bool]:
    def watch(share: float, visits: int) -> bool:
        shared: Shared = _here["shared"]
        shared.shown.put((job, share, visits))
        return bool(shared.stops[job % SLOTS] == job)

    return watch
