"""The first plan of a territory: one tour that finishes an area before the next, cut into days.

Route first, cluster second (Beasley 1983), with the optimal cut by dynamic programming
(Prins 2004): as the tour never returns to an area, an area's blocks follow one another.
"""

# ruff: noqa: PLR0917  (compiled functions take their arguments by position)
from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import cKDTree

from optimizer.blocks.objective import Objective, block_penalty
from optimizer.blocks.territory import Territory, crow_metres, leg_seconds
from optimizer.compiled import allocating

if TYPE_CHECKING:
    from numpy.typing import NDArray


def giant_tour(territory: Territory) -> NDArray[np.int32]:
    """All doors, area after area.

    Parameters
    ----------
    territory
        A territory with at least one door.

    Returns
    -------
    int32 (n,)
    """
    doors_x, doors_y = territory.x[:-1], territory.y[:-1]
    members = np.bincount(territory.area, minlength=len(territory.min_days))
    centre_x = np.bincount(territory.area, doors_x, len(members)) / members
    centre_y = np.bincount(territory.area, doors_y, len(members)) / members
    order = short_tour(centre_x, centre_y)
    by_area = np.argsort(territory.area, kind="stable").astype(np.int32)
    starts = np.concatenate(([0], np.cumsum(members))).astype(np.int32)
    tour = np.empty(len(territory.area), dtype=np.int32)
    nearest_neighbour_tour(territory, order, by_area, starts, tour)
    return tour


def short_tour(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.int32]:
    """A short closed tour of points: along a space-filling curve, then 2-opt.

    Returns
    -------
    int32 (n,), a permutation
    """
    order = np.argsort(hilbert_index(x, y), kind="stable").astype(np.int32)
    if len(order) < 5:
        return order
    two_opt(x, y, nearest_points(x, y, 8), order)
    return order


def nearest_points(x: NDArray[np.float64], y: NDArray[np.float64], near: int) -> NDArray[np.int32]:
    """The nearest other points of each, nearest first.

    Returns
    -------
    int32 (n, min(near, n - 1))
    """
    points = np.column_stack((x, y))
    count = min(near, len(points) - 1)
    if count <= 0:
        return np.empty((len(points), 0), dtype=np.int32)
    found = np.asarray(cKDTree(points).query(points, k=count + 1)[1])
    itself = found == np.arange(len(points))[:, None]
    itself[~itself.any(axis=1), -1] = True
    others: NDArray[np.int32] = found[~itself].reshape(len(points), count).astype(np.int32)
    return others


def hilbert_index(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.int64]:
    """Position of each point along Hilbert's curve through the square around them (16 levels)."""
    side = max(np.ptp(x), np.ptp(y)) + 1.0
    column = ((x - x.min()) / side * 65536).astype(np.int64)
    row = ((y - y.min()) / side * 65536).astype(np.int64)
    place = np.zeros(len(x), dtype=np.int64)
    for level in range(15, -1, -1):
        right, up = (column >> level) & 1, (row >> level) & 1
        place += ((3 * right) ^ up) << (2 * level)
        flip = (up == 0) & (right == 1)
        column = np.where(flip, (1 << level) - 1 - column, column)
        row = np.where(flip, (1 << level) - 1 - row, row)
        column, row = np.where(up == 0, row, column), np.where(up == 0, column, row)
        column &= (1 << level) - 1
        row &= (1 << level) - 1
    return place


@allocating
def two_opt(
    x: NDArray[np.float64], y: NDArray[np.float64], near: NDArray[np.int32], tour: NDArray[np.int32]
) -> None:
    """2-opt with neighbour lists on a closed tour, in place."""
    count = len(tour)
    place = np.empty(count, np.int32)
    for i in range(count):
        place[tour[i]] = i
    better = True
    while better:
        better = False
        for a in range(count):
            for j in range(near.shape[1]):
                gain = _try_reversal(x, y, tour, place, a, near[a, j])
                better = better or gain


@allocating
def _try_reversal(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    tour: NDArray[np.int32],
    place: NDArray[np.int32],
    a: int,
    b: int,
) -> bool:
    """Join `a` with `b` and their successors with each other, if that is shorter."""
    count = len(tour)
    after_a, after_b = tour[(place[a] + 1) % count], tour[(place[b] + 1) % count]
    if after_a == b or after_b == a:
        return False
    new = np.hypot(x[a] - x[b], y[a] - y[b])
    old = np.hypot(x[a] - x[after_a], y[a] - y[after_a])
    if new >= old:
        return False
    new += np.hypot(x[after_a] - x[after_b], y[after_a] - y[after_b])
    old += np.hypot(x[b] - x[after_b], y[b] - y[after_b])
    if new >= old - 1e-7:
        return False
    low, high = min(place[a], place[b]) + 1, max(place[a], place[b])
    tour[low : high + 1] = tour[low : high + 1][::-1].copy()
    for i in range(low, high + 1):
        place[tour[i]] = i
    return True


@allocating
def nearest_neighbour_tour(
    territory: Territory,
    order: NDArray[np.int32],
    by_area: NDArray[np.int32],
    starts: NDArray[np.int32],
    tour: NDArray[np.int32],
) -> None:
    """Fill `tour`: area after area, inside each always to the nearest door that is left."""
    done = 0
    for area in order:
        left = by_area[starts[area] : starts[area + 1]].copy()
        for remaining in range(len(left), 0, -1):
            best, best_s = 0, np.inf
            for i in range(remaining):
                leg_s = _leg_with_tie_break(territory, tour, done, left[i])
                if leg_s < best_s:
                    best, best_s = i, leg_s
            tour[done] = left[best]
            left[best] = left[remaining - 1]
            done += 1


@allocating
def _leg_with_tie_break(
    territory: Territory, tour: NDArray[np.int32], done: int, door: int
) -> float:
    """From the tour's last door to `door`, by road or foot, then as the crow flies."""
    if done == 0:
        return leg_seconds(territory, len(territory.area), door)
    last = tour[done - 1]
    return leg_seconds(territory, last, door) + 0.01 * crow_metres(territory, last, door)


@allocating
def split_tour(
    territory: Territory, objective: Objective, tour: NDArray[np.int32]
) -> NDArray[np.int32]:
    """Cut a tour into blocks so that travel and penalties are least: Prins's Split.

    A door whose work alone exceeds a block's gets a block of its own.

    Returns
    -------
    int32 (blocks + 1,), where each block begins in the tour, and the tour's length
    """
    count = len(tour)
    cheapest = np.full(count + 1, np.inf)
    cheapest[0] = 0.0
    begin = np.zeros(count + 1, np.int32)
    for i in range(count):
        _split_from(territory, objective, tour, i, cheapest, begin)
    blocks = 0
    at = count
    while at > 0:
        blocks += 1
        at = begin[at]
    bounds = np.empty(blocks + 1, np.int32)
    at = count
    for block in range(blocks, -1, -1):
        bounds[block] = at
        at = begin[at]
    return bounds


@allocating
def _split_from(
    territory: Territory,
    objective: Objective,
    tour: NDArray[np.int32],
    i: int,
    cheapest: NDArray[np.float64],
    begin: NDArray[np.int32],
) -> None:
    """Try every block that begins with the tour's `i`-th door."""
    depot = len(tour)
    out_s, service_s, areas = 0.0, 0.0, 1
    for j in range(i, min(len(tour), i + objective.max_visits)):
        service_s += territory.service_s[tour[j]]
        if j == i:
            out_s = leg_seconds(territory, depot, tour[j])
        else:
            out_s += leg_seconds(territory, tour[j - 1], tour[j])
            areas += territory.area[tour[j]] != territory.area[tour[j - 1]]
        travel_s = out_s + leg_seconds(territory, tour[j], depot)
        work_s = service_s + travel_s
        if j > i and work_s > objective.work_s:
            if service_s + out_s > objective.work_s:
                return
            continue
        cost = block_penalty(objective, j - i + 1, work_s) + objective.split_penalty_s * areas
        if cheapest[i] + travel_s + cost < cheapest[j + 1]:
            cheapest[j + 1] = cheapest[i] + travel_s + cost
            begin[j + 1] = i
