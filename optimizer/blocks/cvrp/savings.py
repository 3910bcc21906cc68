"""First routes: Clarke and Wright (1964), with savings between near neighbours only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimizer.compiled import allocating

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimizer.blocks.cvrp.instance import Instance


def savings_routes(instance: Instance) -> list[NDArray[np.int32]]:
    """Routes within capacity, each the customers in order."""
    from_, to, saved = _pairs(instance)
    order = np.argsort(-saved, kind="stable")
    row, starts = _merge(instance, from_[order], to[order])
    return np.split(row, starts[1:])


@allocating
def _pairs(instance: Instance) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
    """Every pair of neighbours once, and what serving one after the other saves."""
    count, width = instance.near.shape
    pairs = np.empty((3, count * width), np.int32)
    found = 0
    for i in range(count):
        for k in range(width):
            j = instance.near[i, k]
            if (
                j < i
                and instance.near_m[i, k] <= instance.near_m[j, width - 1]
                and _has(instance, j, i)
            ):
                continue
            saved = instance.home_m[i] + instance.home_m[j] - instance.near_m[i, k]
            pairs[0, found], pairs[1, found], pairs[2, found] = i, j, saved
            found += 1
    return pairs[0, :found].copy(), pairs[1, :found].copy(), pairs[2, :found].copy()


@allocating
def _has(instance: Instance, i: int, j: int) -> bool:
    for k in range(instance.near.shape[1]):  # noqa: SIM110  (a loop compiles faster)
        if instance.near[i, k] == j:
            return True
    return False


@allocating
def _merge(
    instance: Instance, from_: NDArray[np.int32], to: NDArray[np.int32]
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Join route ends in the given order of pairs.

    Returns
    -------
    int32 (n,), int32 (routes,)
        Customers route after route, and where each route begins.
    """
    count = instance.customers
    beside = np.full((count, 2), -1, np.int32)
    parent = np.arange(count).astype(np.int32)
    load = instance.demand.copy()
    for k in range(len(from_)):
        i, j = from_[k], to[k]
        if beside[i, 1] >= 0 or beside[j, 1] >= 0:
            continue
        a, b = _root(parent, i), _root(parent, j)
        if a == b or load[a] + load[b] > instance.capacity:
            continue
        parent[b] = a
        load[a] += load[b]
        beside[i, 1 if beside[i, 0] >= 0 else 0] = j
        beside[j, 1 if beside[j, 0] >= 0 else 0] = i
    return _unroll(beside)


@allocating
def _root(parent: NDArray[np.int32], i: int) -> int:
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = parent[i]
    return i


@allocating
def _unroll(beside: NDArray[np.int32]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Follow every chain of neighbours from an end."""
    count = len(beside)
    row, starts = np.empty(count, np.int32), np.empty(count, np.int32)
    seen = np.zeros(count, np.bool_)
    done, routes = 0, 0
    for end in range(count):
        if seen[end] or beside[end, 1] >= 0:
            continue
        starts[routes] = done
        routes += 1
        previous, at = -1, end
        while at >= 0:
            seen[at] = True
            row[done] = at
            done += 1
            onward = beside[at, 0] if beside[at, 0] != previous else beside[at, 1]
            previous, at = at, onward
    return row, starts[:routes].copy()
