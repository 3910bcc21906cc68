"""What an iteration has touched, as it was: to roll it back, and to know what it changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from optimizer.compiled import inlined

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimizer.blocks.cvrp.instance import Routes

MOST_REMOVED = 512
"""More customers are never removed in one iteration."""
ROWS, TOUCHED, REMOVED, CHANGED, ITERATION, SEARCHES = range(6)
"""Columns of `UndoLog.counts`."""


class UndoLog(NamedTuple):
    """What an iteration has touched, as it was; marks hold the number of what set them.

    Attributes
    ----------
    counts
        int64 (6,): ROWS and routes that are TOUCHED, REMOVED customers, rows that are CHANGED, the
        ITERATION's number, and how many SEARCHES for an insertion there have been.
    row, links, route, load, size
        Touched rows of links and touched routes, as they were.
    row_mark, route_mark, ruin_mark, searched_mark
        int64, for each row of links or each route: the last iteration that logged it, that removed
        a string from it, and the last search that looked at its ends.
    removed, key
        Customers that are removed, and by what they are sorted.
    changed, is_changed
        Rows that differ from the best solution.
    empty
        int32: a stack of empty routes; `empty[-1]` is how many.
    """

    counts: NDArray[np.int64]
    row: NDArray[np.int32]
    links: NDArray[np.int32]
    route: NDArray[np.int32]
    load: NDArray[np.int32]
    size: NDArray[np.int32]
    row_mark: NDArray[np.int64]
    route_mark: NDArray[np.int64]
    ruin_mark: NDArray[np.int64]
    searched_mark: NDArray[np.int64]
    removed: NDArray[np.int32]
    key: NDArray[np.float64]
    changed: NDArray[np.int32]
    is_changed: NDArray[np.bool_]
    empty: NDArray[np.int32]


def new_undo_log(routes: Routes) -> UndoLog:
    """A log for solutions with as many rows and routes as this one."""
    rows, count = len(routes.links), len(routes.load)
    empty = np.zeros(count + 1, np.int32)
    spare = np.flatnonzero(routes.size == 0)
    empty[: len(spare)], empty[-1] = spare, len(spare)
    return UndoLog(
        counts=np.zeros(6, np.int64),
        row=np.empty(rows, np.int32),
        links=np.empty((rows, 4), np.int32),
        route=np.empty(count, np.int32),
        load=np.empty(count, np.int32),
        size=np.empty(count, np.int32),
        row_mark=np.zeros(rows, np.int64),
        route_mark=np.zeros(count, np.int64),
        ruin_mark=np.zeros(count, np.int64),
        searched_mark=np.zeros(count, np.int64),
        removed=np.empty(MOST_REMOVED, np.int32),
        key=np.empty(MOST_REMOVED),
        changed=np.empty(rows, np.int32),
        is_changed=np.zeros(rows, np.bool_),
        empty=empty,
    )


@inlined
def log_row(routes: Routes, log: UndoLog, i: int) -> None:
    """Note a row of links before its first change."""
    if log.row_mark[i] == log.counts[ITERATION]:
        return
    log.row_mark[i] = log.counts[ITERATION]
    k = log.counts[ROWS]
    log.counts[ROWS] += 1
    log.row[k] = i
    for column in range(4):
        log.links[k, column] = routes.links[i, column]


@inlined
def log_route(routes: Routes, log: UndoLog, route: int) -> None:
    """Note a route before its first change."""
    if log.route_mark[route] == log.counts[ITERATION]:
        return
    log.route_mark[route] = log.counts[ITERATION]
    k = log.counts[TOUCHED]
    log.counts[TOUCHED] += 1
    log.route[k] = route
    log.load[k] = routes.load[route]
    log.size[k] = routes.size[route]


@inlined
def roll_back(routes: Routes, log: UndoLog) -> None:
    """Undo the iteration."""
    for k in range(log.counts[ROWS]):
        for column in range(4):
            routes.links[log.row[k], column] = log.links[k, column]
    for k in range(log.counts[TOUCHED]):
        routes.load[log.route[k]] = log.load[k]
        routes.size[log.route[k]] = log.size[k]


@inlined
def note_changes(routes: Routes, log: UndoLog) -> None:
    """Note which rows now differ from the best solution, and which routes are empty."""
    for k in range(log.counts[ROWS]):
        i = log.row[k]
        if not log.is_changed[i]:
            log.is_changed[i] = True
            log.changed[log.counts[CHANGED]] = i
            log.counts[CHANGED] += 1
    for k in range(log.counts[TOUCHED]):
        route = log.route[k]
        if log.size[k] > 0 and routes.size[route] == 0:
            log.empty[log.empty[-1]] = route
            log.empty[-1] += 1
        elif log.size[k] == 0 and routes.size[route] > 0:
            _drop_empty(log, route)


@inlined
def _drop_empty(log: UndoLog, route: int) -> None:
    for k in range(log.empty[-1]):
        if log.empty[k] == route:
            log.empty[-1] -= 1
            log.empty[k] = log.empty[log.empty[-1]]
            return


@inlined
def copy_changes(routes: Routes, best: NDArray[np.int32], log: UndoLog) -> None:
    """Make the best solution the present one."""
    for k in range(log.counts[CHANGED]):
        i = log.changed[k]
        log.is_changed[i] = False
        for column in range(4):
            best[i, column] = routes.links[i, column]
    log.counts[CHANGED] = 0
