"""Areas along the roads, for customers whose files know none.

A tree of fastest paths from the station is walked from its tips inwards. Customers gather at the
nodes; where enough have come together they become an area, so an area is a stretch of road with
its side roads. What reaches the station unformed joins the nearest area with room, or is an area
of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from optimizer.compiled import allocating

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimizer.travel import Nearest

    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]


class Sizes(NamedTuple):
    """How many customers an area has at least and at most."""

    least: int
    most: int


def form_areas(tree: Nearest, node: Ints, sizes: Sizes) -> Ints:
    """Number of the area of each customer; areas with low numbers are far out.

    Parameters
    ----------
    tree
        Fastest paths from the stations.
    node
        Node of each customer, int32, shape (customers,).
    sizes
        Areas have so many customers; fewer only where a station's whole tree, or what is left at
        the station, has fewer.
    """
    if not len(node):
        return np.zeros(0, dtype=np.int32)
    by_node = np.argsort(node, kind="stable")
    first = np.searchsorted(node[by_node], np.arange(len(tree.before) + 1))
    order = np.argsort(-tree.tenths, kind="stable")
    area, left = _gather(order, tree.before, first, by_node, sizes.least, sizes.most)
    return _settle(area, left, tree.tenths[node], tree.source[node], sizes)


@allocating
def _gather(  # noqa: C901, PLR0912, PLR0915, PLR0917  (one walk; numba wants it in one piece)
    order: Longs, before: Ints, first: Longs, by_node: Longs, least: int, most: int
) -> tuple[Ints, Ints]:
    """Areas of all customers, and which areas are what was left over at a root."""
    middle = (least + most) // 2
    enough = (least + middle) // 2
    nodes = len(before)
    after = np.full(len(by_node), -1, np.int64)  # customers waiting at a node form a chain
    head = np.full(nodes, -1, np.int64)
    tail = np.full(nodes, -1, np.int64)
    waiting = np.zeros(nodes, np.int64)
    area = np.full(len(by_node), -1, np.int32)
    left = np.zeros(len(by_node) + 1, np.int32)
    areas = 0

    for v in order:
        own = first[v + 1] - first[v]
        total = waiting[v] + own
        parts = 1
        if total > most:
            parts = max(2, round(total / middle))
        part = 1
        placed = waiting[v]
        for k in range(first[v], first[v + 1]):
            c = by_node[k]
            if head[v] < 0:
                head[v] = c
            else:
                after[tail[v]] = c
            tail[v] = c
            waiting[v] += 1
            placed += 1
            if part < parts and placed * parts >= part * total:
                while head[v] >= 0:
                    area[head[v]] = areas
                    head[v] = after[head[v]]
                waiting[v] = 0
                areas += 1
                part += 1
        if waiting[v] == 0:
            continue
        p = before[v]
        if waiting[v] >= enough or p < 0:
            if waiting[v] < least:
                left[areas] = 1
            while head[v] >= 0:
                area[head[v]] = areas
                head[v] = after[head[v]]
            areas += 1
            continue
        if waiting[p] > 0 and waiting[p] + waiting[v] > most:
            # too many for one: the larger party becomes an area, with a part of the smaller one
            # where it is too small by itself
            large, small = (p, v) if waiting[p] >= waiting[v] else (v, p)
            taken = 0
            while head[large] >= 0:
                area[head[large]] = areas
                head[large] = after[head[large]]
                taken += 1
            while taken < least:
                area[head[small]] = areas
                head[small] = after[head[small]]
                waiting[small] -= 1
                taken += 1
            areas += 1
            waiting[large] = 0
            head[p], tail[p], waiting[p] = head[small], tail[small], waiting[small]
            continue
        if waiting[p] == 0:
            head[p] = head[v]
        else:
            after[tail[p]] = head[v]
        tail[p] = tail[v]
        waiting[p] += waiting[v]
        if waiting[p] >= enough:
            while head[p] >= 0:
                area[head[p]] = areas
                head[p] = after[head[p]]
            waiting[p] = 0
            areas += 1
    return area, np.flatnonzero(left[:areas]).astype(np.int32)


def _settle(area: Ints, left: Ints, tenths: Longs, tree: Ints, sizes: Sizes) -> Ints:
    """Let what is left at a station join the nearest area of its tree.

    Where that has no room, it gives the customers that lie nearest to the station instead.
    """
    size = np.bincount(area)
    nearest = np.full(len(size), np.iinfo(np.int64).max)
    np.minimum.at(nearest, area, tenths)
    tree_of = np.zeros(len(size), dtype=np.int32)
    tree_of[area] = tree
    for number in left.tolist():
        others = (tree_of == tree_of[number]) & (size > 0)
        others[number] = False
        lacking = sizes.least - size[number]
        fits = (size + size[number] <= sizes.most) | (size - lacking >= sizes.least)
        candidates = np.flatnonzero(others & fits)
        if not len(candidates):
            continue
        chosen = candidates[np.argmin(nearest[candidates])]
        members = np.flatnonzero(area == chosen)
        if size[chosen] + size[number] <= sizes.most:
            area[area == number] = chosen
        else:
            area[members[np.argsort(tenths[members], kind="stable")[:lacking]]] = number
        size = np.bincount(area, minlength=len(size))
    return np.unique(area, return_inverse=True)[1].astype(np.int32)
