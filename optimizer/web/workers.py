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
from typing import TYPE_CHECKING, Any

from optimizer.desk import Campaign

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future
    from pathlib import Path

    from optimizer.catalogue import Lang

SLOTS = 512
"""So many jobs can be stopped at a time."""
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


class Workers:
    """A pool of processes that have the campaign open.

    Parameters
    ----------
    folder
        The campaign's.
    number
        How many.
    """

    def __init__(self, folder: Path, number: int) -> None:
        self._folder, self._number = folder, number
        self._context = get_context("spawn")
        self._stops = self._context.Array("q", SLOTS)
        self._shown = self._context.SimpleQueue()
        self._progress: dict[int, tuple[float, int]] = {}
        self._lock = threading.Lock()
        self._pool = self._new_pool()
        threading.Thread(target=self._listen, daemon=True).start()

    def _new_pool(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(
            self._number,
            mp_context=self._context,
            initializer=_begin,
            initargs=(str(self._folder), self._shown, self._stops, os.getpid()),
        )

    def warm(self) -> None:
        """Have every worker load what the first plan needs."""
        for _ in range(self._number):
            self.submit(Order(method="warm"))

    def submit(self, order: Order) -> Future[Any]:
        """Have an order done; a pool whose process has died is begun anew."""
        with self._lock:
            try:
                return self._pool.submit(_do, order)
            except BrokenProcessPool:
                self._pool = self._new_pool()
                return self._pool.submit(_do, order)

    def do(self, order: Order) -> Any:  # noqa: ANN401  (what the method gives)
        """Have an order done and wait for it."""
        return self.submit(order).result()

    def progress(self, job: int) -> tuple[float, int]:
        """The share of a job that is done, and the visits of its best plan."""
        return self._progress.get(job, (0.0, 0))

    def stop(self, job: int) -> None:
        """End a job's search with the best plan so far."""
        self._stops[job % SLOTS] = job

    def forget(self, job: int) -> None:
        """A job is over."""
        self._progress.pop(job, None)

    def close(self) -> None:
        """End all work at once; what is stored stays stored."""
        processes = list((getattr(self._pool, "_processes", None) or {}).values())
        self._pool.shutdown(wait=False, cancel_futures=True)
        for process in processes:
            process.kill()
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


def _begin(folder: str, shown: Any, stops: Any, server: int) -> None:  # noqa: ANN401
    """In a worker: remember what it was started with; end when the server is gone."""
    _here.update(folder=folder, shown=shown, stops=stops)
    with suppress(OSError, AttributeError):
        os.nice(5)  # pages come before plans
    threading.Thread(target=_end_with, args=(server,), daemon=True).start()


def _end_with(server: int) -> None:
    while os.getppid() == server:
        time.sleep(1.0)
    os._exit(1)


def _do(order: Order) -> Any:  # noqa: ANN401
    """In a worker: do an order."""
    if order.method == "warm":
        return _warm()
    campaign = _campaign(order)
    facts = dict(order.facts)
    if order.job:
        facts["watch"] = _watch(order.job)
    return getattr(campaign, order.method)(*order.values, **facts)


def _campaign(order: Order) -> Campaign:
    """The campaign as it is now: settings and roads are read anew when they have changed."""
    folder = _here["folder"]
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


def _warm() -> None:
    _campaign(Order(method="warm")).make_ready()


def _watch(job: int) -> Callable[[float, int], bool]:
    def watch(share: float, visits: int) -> bool:
        _here["shown"].put((job, share, visits))
        return bool(_here["stops"][job % SLOTS] == job)

    return watch
