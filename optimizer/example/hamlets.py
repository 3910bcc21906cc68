"""Hamlets (村民小组): which spots of a village are built on, and how many houses each has."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from optimizer.example.near import crowd, neighbours

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.example.mesh import Mesh
    from optimizer.example.settlements import Place
    from optimizer.example.terrain import Bools, Floats, Ints, Land

HOUSES = 29.5
FEWEST, MOST = 26, 33
KM2_A_HAMLET = 0.19


@dataclass(frozen=True)
class Hamlets:
    """One row a hamlet: its node of the mesh, its village, its number there, its houses."""

    node: Ints
    place: Ints
    group: Ints
    houses: Ints


def make_hamlets(
    land: Land, mesh: Mesh, places: Sequence[Place], owner: Ints, seed: int
) -> Hamlets:
    """Choose spots for the rural customers of every village.

    `owner` is the index of the village that each node of the mesh belongs to, -1 for none.
    """
    rng = np.random.default_rng([seed, 10])
    height = land.height(mesh.x, mesh.y)
    start, neighbour = _neighbours(mesh)
    taken = mesh.town >= 0
    by_owner = np.argsort(owner, kind="stable")
    bounds = np.searchsorted(owner[by_owner], np.arange(len(places) + 1))
    parts = []
    for index, place in enumerate(places):
        if not place.rural:
            continue
        houses = _sizes(place.rural, rng)
        own = by_owner[bounds[index] : bounds[index + 1]]
        own = _countryside(mesh, own, place, 4 * len(houses))
        ordered = own[np.argsort(_reluctance(mesh, height, own, place, count=len(houses), rng=rng))]
        spots = _apart(ordered, len(houses), taken, start, neighbour)
        houses = _squeezed(houses, len(spots))
        parts.append((spots, np.full(len(spots), index), _numbers(mesh, spots, place), houses))
    columns = [np.concatenate(part) for part in zip(*parts, strict=True)] if parts else None
    return Hamlets(*(columns or [np.zeros(0, dtype=np.int64)] * 4))


def _countryside(mesh: Mesh, own: Ints, place: Place, wanted: int) -> Ints:
    """Nodes of a village outside towns; where a town fills it, the nearest ones beyond."""
    own = own[mesh.town[own] < 0]
    if len(own) >= wanted:
        return own
    country = np.flatnonzero(mesh.town < 0)
    tree = crowd(mesh.x[country], mesh.y[country])
    around = neighbours(tree, np.array([place.x]), np.array([place.y]), wanted)
    return np.asarray(country[around[0]])


def _sizes(customers: int, rng: np.random.Generator) -> Ints:
    """Houses of each hamlet: 26 to 33 as far as the sum allows."""
    count = max(1, round(customers / HOUSES))
    sizes = np.full(count, customers // count)
    sizes[: customers % count] += 1
    for _ in range(2 * count):
        giver, taker = rng.integers(0, count, 2)
        if sizes[giver] > FEWEST and sizes[taker] < MOST:
            sizes[giver] -= 1
            sizes[taker] += 1
    return sizes


def _reluctance(
    mesh: Mesh, height: Floats, own: Ints, place: Place, *, count: int, rng: np.random.Generator
) -> Floats:
    """Small for spots to build on first: low, and not too far from the village."""
    reach = 1.3 * math.sqrt(count * KM2_A_HAMLET * 1e6 / math.pi)
    far = np.hypot(mesh.x[own] - place.x, mesh.y[own] - place.y) / reach
    weight = np.exp(-height[own] / 100 - far**2) + 1e-9
    return np.asarray(rng.exponential(1, len(own)) / weight)


def _apart(ordered: Ints, count: int, taken: Bools, start: Ints, neighbour: Ints) -> Ints:
    """The first `count` spots of which no two are neighbours, as far as there are so many."""
    spots: list[int] = []
    for strict in (True, False):
        for node in ordered.tolist():
            if len(spots) == count:
                break
            if taken[node] and (strict or node in spots):
                continue
            spots.append(node)
            taken[node] = True
            taken[neighbour[start[node] : start[node + 1]]] = True
    return np.array(spots, dtype=np.int64)


def _squeezed(houses: Ints, spots: int) -> Ints:
    """The same number of houses in fewer hamlets."""
    squeezed = houses[:spots].copy()
    for extra in range(int(houses.sum() - squeezed.sum())):
        squeezed[extra % spots] += 1
    return squeezed


def _numbers(mesh: Mesh, spots: Ints, place: Place) -> Ints:
    """Groups are numbered around the village's centre."""
    angle = np.arctan2(mesh.y[spots] - place.y, mesh.x[spots] - place.x)
    return np.argsort(np.argsort(angle, kind="stable"), kind="stable") + 1


def _neighbours(mesh: Mesh) -> tuple[Ints, Ints]:
    graph = mesh.graph(np.ones(len(mesh.first)))
    return graph.indptr.astype(np.int64), graph.indices.astype(np.int64)
