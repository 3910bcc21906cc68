"""Transformer areas for customers whose files name none, clustered along the roads.

The tree of fastest paths from the station is walked from its leaves to its root. Customers collect
at the nodes and become an area where there are enough of them, so that an area is a piece of road
with its side roads. Customers left over at the root join the nearest area with room, or are an area
of their own.
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
        Areas have so many customers; fewer only where a station's whole tree, or what is left
        over at the station, has fewer.
    """
    if not len(node):
        return np.zeros(0, dtype=np.int32)
    by_node = np.argsort(node, kind="stable")
    first = np.searchsorted(node[by_node], np.arange(len(tree.before) + 1))
    order = np.argsort(-tree.tenths, kind="stable")
    area, leftover = _cluster(order, tree.before, first, by_node, sizes.least, sizes.most)
    return _merge_leftovers(area, leftover, tree.tenths[node], tree.source[node], sizes)


class _TreeWalk(NamedTuple):
    """The walk from the leaves of the tree to its roots; all arrays are changed in place.

    Attributes
    ----------
    head, tail, waiting
        int64 (nodes,): the customers that wait at a node are a chain from `head` to `tail`.
    after
        int64 (customers,): the next in the chain, -1 at its end.
    area
        int32 (customers,): -1 for none yet.
    leftover
        int32 (customers + 1,): 1 for areas of the customers left over at a root.
    areas
        int64 (1,): how many areas there are.
    """

    head: Longs
    tail: Longs
    waiting: Longs
    after: Longs
    area: Ints
    leftover: Ints
    areas: Longs


@allocating
def _cluster(  # noqa: PLR0917  (a kernel takes arrays one by one)
    order: Longs, before: Ints, first: Longs, by_node: Longs, least: int, most: int
) -> tuple[Ints, Ints]:
    """Areas of all customers, and which areas were left over at a root."""
    enough = (least + (least + most) // 2) // 2
    nodes, customers = len(before), len(by_node)
    walk = _TreeWalk(
        head=np.full(nodes, -1, np.int64),
        tail=np.full(nodes, -1, np.int64),
        waiting=np.zeros(nodes, np.int64),
        after=np.full(customers, -1, np.int64),
        area=np.full(customers, -1, np.int32),
        leftover=np.zeros(customers + 1, np.int32),
        areas=np.zeros(1, np.int64),
    )
    for v in order:
        _add_own_customers(walk, v, by_node[first[v] : first[v + 1]], least, most)
        if walk.waiting[v] == 0:
            continue
        p = before[v]
        if walk.waiting[v] >= enough or p < 0:
            if walk.waiting[v] < least:
                walk.leftover[walk.areas[0]] = 1
            _close_area(walk, v)
        elif walk.waiting[p] > 0 and walk.waiting[p] + walk.waiting[v] > most:
            _close_larger(walk, v, p, least)
        else:
            _pass_to_parent(walk, v, p)
            if walk.waiting[p] >= enough:
                _close_area(walk, p)
    return walk.area, np.flatnonzero(walk.leftover[: walk.areas[0]]).astype(np.int32)


@allocating
def _add_own_customers(walk: _TreeWalk, v: int, own: Longs, least: int, most: int) -> None:
    """A node's own customers join those collected there; too many become areas of equal size."""
    total = walk.waiting[v] + len(own)
    parts = max(2, round(total / ((least + most) // 2))) if total > most else 1
    part, placed = 1, walk.waiting[v]
    for customer in own:
        if walk.head[v] < 0:
            walk.head[v] = customer
        else:
            walk.after[walk.tail[v]] = customer
        walk.tail[v] = customer
        walk.waiting[v] += 1
        placed += 1
        if part < parts and placed * parts >= part * total:
            _close_area(walk, v)
            part += 1


@allocating
def _assign_first(walk: _TreeWalk, v: int) -> None:
    """Assign the first customer who waits at a node to the area that is being made."""
    walk.area[walk.head[v]] = walk.areas[0]
    walk.head[v] = walk.after[walk.head[v]]
    walk.waiting[v] -= 1


@allocating
def _close_area(walk: _TreeWalk, v: int) -> None:
    """All customers who wait at a node become an area."""
    while walk.head[v] >= 0:
        _assign_first(walk, v)
    walk.areas[0] += 1


@allocating
def _close_larger(walk: _TreeWalk, v: int, p: int, least: int) -> None:
    """The larger of a node's and its parent's groups becomes an area: together they are too many.

    Customers of the smaller fill it up to the least size; the rest of them wait at the parent `p`.
    """
    large, small = (p, v) if walk.waiting[p] >= walk.waiting[v] else (v, p)
    taken = walk.waiting[large]
    while walk.head[large] >= 0:
        _assign_first(walk, large)
    while taken < least:
        _assign_first(walk, small)
        taken += 1
    walk.areas[0] += 1
    walk.head[p], walk.tail[p] = walk.head[small], walk.tail[small]
    walk.waiting[p] = walk.waiting[small]


@allocating
def _pass_to_parent(walk: _TreeWalk, v: int, p: int) -> None:
    """Customers who wait at a node wait at its parent, the next node towards the station."""
    if walk.waiting[p] == 0:
        walk.head[p] = walk.head[v]
    else:
        walk.after[walk.tail[p]] = walk.head[v]
    walk.tail[p] = walk.tail[v]
    walk.waiting[p] += walk.waiting[v]


def _merge_leftovers(area: Ints, leftover: Ints, tenths: Longs, tree: Ints, sizes: Sizes) -> Ints:
    """Join the customers left over at a station to the nearest area of its tree.

    An area without room gives them its customers nearest to the station instead.
    """
    size = np.bincount(area)
    nearest = np.full(len(size), np.iinfo(np.int64).max)
    np.minimum.at(nearest, area, tenths)
    tree_of = np.zeros(len(size), dtype=np.int32)
    tree_of[area] = tree
    for number in leftover.tolist():
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
