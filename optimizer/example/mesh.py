"""The lines along which roads may run: a triangulation of the ground, street grids in towns."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_array
from scipy.spatial import Delaunay

from optimizer.example.gazetteer import townships
from optimizer.example.near import crowd, nearest
from optimizer.example.terrain import CENTRE_LAT, CENTRE_LON, RIVER_M, to_xy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scipy.sparse import csr_array

    from optimizer.example.settlements import Ground, Place
    from optimizer.example.terrain import Bools, Floats, Ints, Land

CITY_BLOCK_M, TOWN_BLOCK_M = 140.0, 95.0
CITY_PER_BLOCK, TOWN_PER_BLOCK = 110.0, 26.0
BRIDGE_M = 2500.0
"""A crossing of the river costs as much as so many metres of road."""


@dataclass(frozen=True)
class Streets:
    """Crossings of street grids: position, township, grid row and column, and which are joined.

    `row` and `column` are unique over all grids; a street keeps its row or column number.
    """

    x: Floats
    y: Floats
    township: Ints
    first: Ints
    second: Ints
    street: Ints
    arterial: Bools


@dataclass(frozen=True)
class Mesh:
    """A planar graph to lay roads on.

    Attributes
    ----------
    x, y
        Nodes in metres.
    town
        Index of the township whose streets the node belongs to, -1 in the country.
    first, second, length, cost
        Edges; the cost is metres made dearer by hills and by the river.
    street
        Number of the street an edge belongs to, -1 in the country.
    arterial
        Whether that street is a main one.
    """

    x: Floats
    y: Floats
    town: Ints
    first: Ints
    second: Ints
    length: Floats
    cost: Floats
    street: Ints
    arterial: Bools

    def graph(self, cost: Floats) -> csr_array:
        """Symmetric matrix of edge costs, shape (nodes, nodes)."""
        size = len(self.x)
        rows = np.concatenate([self.first, self.second])
        columns = np.concatenate([self.second, self.first])
        return coo_array((np.concatenate([cost, cost]), (rows, columns)), (size, size)).tocsr()

    def edge_of(self, a: Ints, b: Ints) -> Ints:
        """Index of the edges between nodes, which must exist."""
        wanted = np.minimum(a, b) * len(self.x) + np.maximum(a, b)
        return np.searchsorted(self._keys, wanted)

    @cached_property
    def _keys(self) -> Ints:
        """Edges are sorted by these."""
        return self.first * len(self.x) + self.second

    def nearest(self, x: Floats, y: Floats, among: Ints | None = None) -> Ints:
        """Index of the node nearest to each point."""
        among = np.arange(len(self.x)) if among is None else among
        _, index = nearest(crowd(self.x[among], self.y[among]), x, y)
        return np.asarray(among[index])


def make_mesh(land: Land, ground: Ground, places: Sequence[Place], seed: int) -> Mesh:
    """Triangulate the ground around the street grids of the towns."""
    streets = _all_streets(land, places, seed)
    x, y, town = _nodes(ground, streets)
    first, second = _triangulate(x, y)
    length = np.hypot(x[first] - x[second], y[first] - y[second])
    keep = _country_edges(land, streets, x, y, first=first, second=second)
    keep &= length < 2.4 * max(ground.spacing_m, CITY_BLOCK_M)
    first = np.concatenate([streets.first, first[keep]])
    second = np.concatenate([streets.second, second[keep]])
    rest = np.full(int(keep.sum()), -1)
    street = np.concatenate([streets.street, rest])
    arterial = np.concatenate([streets.arterial, rest >= 0])
    order = np.argsort(first * len(x) + second)
    first, second, street, arterial = first[order], second[order], street[order], arterial[order]
    length = np.hypot(x[first] - x[second], y[first] - y[second])
    cost = _costs(land, x, y, first=first, second=second, length=length, seed=seed)
    cost[street >= 0] *= 0.5
    cost[arterial] *= 0.6
    return Mesh(x, y, town, first, second, length, cost, street, arterial)


def _nodes(ground: Ground, streets: Streets) -> tuple[Floats, Floats, Ints]:
    """Crossings first, then the points of the ground that are clear of them."""
    clear = np.ones(len(ground.x), dtype=bool)
    if len(streets.x):
        distance, _ = nearest(crowd(streets.x, streets.y), ground.x, ground.y)
        clear = distance > 0.75 * CITY_BLOCK_M
    town = np.concatenate([streets.township, np.full(int(clear.sum()), -1)])
    x = np.concatenate([streets.x, ground.x[clear]])
    return x, np.concatenate([streets.y, ground.y[clear]]), town


def _country_edges(
    land: Land, streets: Streets, x: Floats, y: Floats, *, first: Ints, second: Ints
) -> Bools:
    """Edges of the triangulation outside the grids; within them only bridges are left."""
    size = len(streets.x)
    joined = np.bincount(np.concatenate([streets.first, streets.second]), minlength=len(x)) > 0
    within = (first < size) & (second < size) & joined[first] & joined[second]
    north = land.north_of_river(x, y)
    return np.asarray(~within | (north[first] != north[second]))


def _triangulate(x: Floats, y: Floats) -> tuple[Ints, Ints]:
    corners = Delaunay(np.column_stack([x, y])).simplices.astype(np.int64)
    pairs = np.concatenate([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [2, 0]]])
    pairs.sort(axis=1)
    keys = np.unique(pairs[:, 0] * len(x) + pairs[:, 1])
    first, second = np.divmod(keys, len(x))
    return first, second


def _costs(
    land: Land, x: Floats, y: Floats, *, first: Ints, second: Ints, length: Floats, seed: int
) -> Floats:
    """Metres made dearer by height, climb, chance and the river."""
    rng = np.random.default_rng([seed, 6])
    height = land.height(x, y)
    climb = np.abs(height[first] - height[second]) / np.maximum(length, 1)
    middle = (height[first] + height[second]) / 2
    cost = length * (1 + 9 * climb + middle / 130) * rng.uniform(0.8, 1.3, len(length))
    north = land.north_of_river(x, y)
    return np.asarray(cost + BRIDGE_M * (north[first] != north[second]))


def _all_streets(land: Land, places: Sequence[Place], seed: int) -> Streets:
    """The street grids of the county town and of every seat with urban customers."""
    grids = [_city_streets(land, places, seed)]
    for index, township in enumerate(townships()):
        urban = _urban(places, index)
        if urban and not township.in_city:
            grids.append(_town_streets(land, index, urban, seed))
    return _without_bridges(land, _joined(grids))


def _without_bridges(land: Land, streets: Streets) -> Streets:
    """Streets that would cross the river end at it: bridges are rare."""
    north = land.north_of_river(streets.x, streets.y)
    dry = north[streets.first] == north[streets.second]
    return replace(
        streets,
        first=streets.first[dry],
        second=streets.second[dry],
        street=streets.street[dry],
        arterial=streets.arterial[dry],
    )


def _urban(places: Sequence[Place], index: int) -> int:
    return sum(p.urban for p in places if p.village.township is townships()[index])


def _joined(grids: Sequence[Streets]) -> Streets:
    """Several grids as one, renumbered."""
    nodes = np.cumsum([0, *(len(grid.x) for grid in grids)])
    names = np.cumsum([0, *(int(grid.street.max(initial=-1)) + 1 for grid in grids)])
    return Streets(
        np.concatenate([grid.x for grid in grids]),
        np.concatenate([grid.y for grid in grids]),
        np.concatenate([grid.township for grid in grids]),
        np.concatenate([grid.first + n for grid, n in zip(grids, nodes, strict=False)]),
        np.concatenate([grid.second + n for grid, n in zip(grids, nodes, strict=False)]),
        np.concatenate([grid.street + n for grid, n in zip(grids, names, strict=False)]),
        np.concatenate([grid.arterial for grid in grids]),
    )


def _city_streets(land: Land, places: Sequence[Place], seed: int) -> Streets:
    """The county town: one grid, of which each city township has the part nearest the centre."""
    rng = np.random.default_rng([seed, 7])
    centre = to_xy(CENTRE_LON, CENTRE_LAT)
    x, y, row, column = _lattice(centre, CITY_BLOCK_M, 45, 0.12, rng)
    owner = land.township_of(x, y)
    free = land.inside(x, y) & (land.river_m(x, y) > RIVER_M + 35)
    distance = np.hypot((x - centre[0]) * 0.8, y - centre[1])
    chosen = np.zeros(len(x), dtype=bool)
    for index, township in enumerate(townships()):
        urban = _urban(places, index)
        if township.in_city and urban:
            blocks = max(6, math.ceil(urban / CITY_PER_BLOCK))
            mine = np.flatnonzero(free & (owner == index))
            chosen[mine[np.argsort(distance[mine], kind="stable")[:blocks]]] = True
    return _grid(x, y, row, column, owner, chosen=chosen, rng=rng)


def _town_streets(land: Land, index: int, urban: int, seed: int) -> Streets:
    """A small town: a few streets around the seat."""
    rng = np.random.default_rng([seed, 8, index])
    seat = to_xy(townships()[index].lon, townships()[index].lat)
    x, y, row, column = _lattice(seat, TOWN_BLOCK_M, 16, rng.uniform(0, 3), rng)
    free = land.inside(x, y) & (land.river_m(x, y) > RIVER_M + 35)
    turn = rng.uniform(0, np.pi)
    along = (x - seat[0]) * math.cos(turn) + (y - seat[1]) * math.sin(turn)
    across = (y - seat[1]) * math.cos(turn) - (x - seat[0]) * math.sin(turn)
    order = np.argsort(np.where(free, np.hypot(along * 0.55, across), np.inf), kind="stable")
    chosen = np.zeros(len(x), dtype=bool)
    chosen[order[: max(6, math.ceil(urban / TOWN_PER_BLOCK))]] = True
    return _grid(x, y, row, column, np.full(len(x), index), chosen=chosen & free, rng=rng)


def _lattice(
    centre: tuple[Floats, Floats], block_m: float, half: int, turn: float, rng: np.random.Generator
) -> tuple[Floats, Floats, Ints, Ints]:
    """A turned and bent grid of (2 half + 1)² crossings with blocks of different depth."""
    steps = [np.cumsum(block_m * rng.uniform(0.75, 1.3, 2 * half + 1)) for _ in range(2)]
    lines = [step - step[half] for step in steps]
    row, column = (a.ravel() for a in np.indices((2 * half + 1, 2 * half + 1)))
    u, v = lines[0][column], lines[1][row]
    wave, phase = rng.uniform(1400, 2600, 2), rng.uniform(0, 2 * np.pi, 2)
    bend = 0.6 * block_m
    u, v = (
        u + bend * np.sin(v / wave[0] * 2 + phase[0]),
        v + bend * np.sin(u / wave[1] * 2 + phase[1]),
    )
    jitter = rng.normal(0, 0.06 * block_m, (2, len(u)))
    u, v = u + jitter[0], v + jitter[1]
    x = centre[0] + u * math.cos(turn) - v * math.sin(turn)
    return x, centre[1] + u * math.sin(turn) + v * math.cos(turn), row, column


def _grid(
    x: Floats,
    y: Floats,
    row: Ints,
    column: Ints,
    owner: Ints,
    *,
    chosen: Bools,
    rng: np.random.Generator,
) -> Streets:
    """Join neighbouring chosen crossings; some side streets are missing, some rows are main."""
    size = int(row.max()) + 1
    number = np.full(size * size, -1)
    number[chosen] = np.arange(int(chosen.sum()))
    where = number.reshape(size, size)
    pieces = []
    for axis, line in ((0, column), (1, row)):
        one = (where[:-1, :] if axis == 0 else where[:, :-1]).ravel()
        two = (where[1:, :] if axis == 0 else where[:, 1:]).ravel()
        both = (one >= 0) & (two >= 0)
        lines = line.reshape(size, size)
        street = (lines[:-1, :] if axis == 0 else lines[:, :-1]).ravel()
        pieces.append((one[both], two[both], street[both] + axis * size))
    first, second, street = (np.concatenate(part) for part in zip(*pieces, strict=True))
    main = rng.permutation(2 * size) % 4 == 0
    arterial = main[street]
    keep = arterial | (rng.random(len(first)) > 0.13)
    return Streets(
        x[chosen], y[chosen], owner[chosen], first[keep], second[keep], street[keep], arterial[keep]
    )
