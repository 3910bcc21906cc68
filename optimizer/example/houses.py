"""Where houses stand: along the roads of hamlets, in the streets of towns, a few far from any."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from optimizer.example.gazetteer import townships
from optimizer.example.mesh import CITY_BLOCK_M
from optimizer.example.near import crowd, crowded, nearest, neighbours
from optimizer.example.road_network import TRUNK
from optimizer.example.terrain import CENTRE_LAT, CENTRE_LON, RIVER_M, to_xy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scipy.spatial import cKDTree

    from optimizer.example.curves import Ways
    from optimizer.example.hamlets import Hamlets
    from optimizer.example.mesh import Mesh
    from optimizer.example.settlements import Place
    from optimizer.example.terrain import Bools, Floats, Ints, Land

APART_M = 9.0
LONELY = 1 / 150
"""Share of hamlets' houses that stand by themselves."""
LARGEST_BLOCK = 36
PLOTS_PER_CROSSING = 10


@dataclass(frozen=True, slots=True)
class Plots:
    """Spots to build on, one row each: position, the way it faces and how far along it."""

    x: Floats
    y: Floats
    way: Ints
    along: Floats
    left: Bools

    def __getitem__(self, which: Ints | Bools) -> Plots:
        return Plots(
            self.x[which], self.y[which], self.way[which], self.along[which], self.left[which]
        )


@dataclass(frozen=True)
class Doors:
    """Customers, one row each.

    Attributes
    ----------
    x, y
        Position of the building.
    place
        Index of the village.
    hamlet
        Index of the hamlet, -1 in towns.
    number
        House number, in its hamlet or its street.
    way
        The way that the house faces, -1 for a lonely one.
    flat
        Number of the flat in its building, 0 for a house.
    building
        Customers with the same number share a building.
    """

    x: Floats
    y: Floats
    place: Ints
    hamlet: Ints
    number: Ints
    way: Ints
    flat: Ints
    building: Ints


def build_houses(
    land: Land,
    mesh: Mesh,
    places: Sequence[Place],
    hamlets: Hamlets,
    ways: Ways,
    *,
    seed: int,
) -> Doors:
    """A door for every customer of every village."""
    rng = np.random.default_rng([seed, 14])
    x, y, _ = ways.sampled(6.0)
    roads = crowd(x, y)
    plots = _free_plots(land, ways, roads, rng)
    town = _town_of(mesh, plots)
    rural = _rural(mesh, hamlets, plots[town < 0], rng)
    urban = _urban(places, plots[town >= 0], town[town >= 0], rng)
    doors = _together([rural, urban])
    return _lonely(land, mesh, hamlets, doors, roads, rng=rng)


def _free_plots(land: Land, ways: Ways, roads: cKDTree, rng: np.random.Generator) -> Plots:
    """Plots on both sides of all roads that are clear of roads, of the river and of each other."""
    plots = _along(ways, rng)
    clear = nearest(roads, plots.x, plots.y)[0] >= 5.0
    clear &= (land.river_m(plots.x, plots.y) > RIVER_M + 15) & ~ways.private[plots.way]
    plots = plots[clear]
    pairs = crowded(crowd(plots.x, plots.y), APART_M)
    keep = np.ones(len(plots.x), dtype=bool)
    if len(pairs):
        keep[pairs.max(axis=1)] = False
    return plots[keep]


def _along(ways: Ways, rng: np.random.Generator) -> Plots:
    """Plots along both sides of all roads, closer together in streets."""
    first, second, way = ways.segments()
    length = np.hypot(ways.x[second] - ways.x[first], ways.y[second] - ways.y[first])
    density = np.where(ways.town[way] >= 0, 2.0, 1.0)
    grown = np.concatenate([[0], np.cumsum(length * density)])
    begin = np.concatenate([[0], np.cumsum(length)])
    parts = []
    for left in (True, False):
        gaps = 20 + rng.gamma(2.0, 8.0, int(grown[-1] / 30) + 50)
        spot = np.cumsum(gaps)
        spot = spot[spot < grown[-1]]
        piece = np.searchsorted(grown, spot, side="right") - 1
        share = (spot - grown[piece]) / np.maximum(grown[piece + 1] - grown[piece], 1e-9)
        side = np.where(left, 1.0, -1.0)
        wide = np.where(ways.kind[way[piece]] <= TRUNK + 1, 6.0, 0.0)
        far = side * np.minimum(39.0, 5.5 + wide + rng.gamma(2.2, 3.8, len(spot)))
        unit_x = (ways.x[second] - ways.x[first])[piece] / np.maximum(length[piece], 1e-9)
        unit_y = (ways.y[second] - ways.y[first])[piece] / np.maximum(length[piece], 1e-9)
        x = ways.x[first][piece] + share * length[piece] * unit_x - far * unit_y
        y = ways.y[first][piece] + share * length[piece] * unit_y + far * unit_x
        along = begin[piece] + share * length[piece]
        parts.append(Plots(x, y, way[piece], along, np.full(len(spot), left)))
    return Plots(*(np.concatenate([getattr(p, f) for p in parts]) for f in Plots.__slots__))


def _town_of(mesh: Mesh, plots: Plots) -> Ints:
    """Township in whose streets a plot lies, -1 in the country."""
    crossings = np.flatnonzero(mesh.town >= 0)
    if not len(crossings):
        return np.full(len(plots.x), -1)
    tree = crowd(mesh.x[crossings], mesh.y[crossings])
    distance, index = nearest(tree, plots.x, plots.y)
    town = np.where(distance < 0.62 * CITY_BLOCK_M, mesh.town[crossings[index]], -1)
    for township in np.setdiff1d(mesh.town[crossings], town):
        _squeeze_in(mesh, plots, town, township)
    return town


def _squeeze_in(mesh: Mesh, plots: Plots, town: Ints, township: int) -> None:
    """Give a town without a street of its own the country plots nearest to it; updates `town`.

    The few crossings of a tiny town may lie along a boundary, no two of them neighbours.
    """
    own, free = np.flatnonzero(mesh.town == township), np.flatnonzero(town < 0)
    middle = mesh.x[own].mean(), mesh.y[own].mean()
    distance = np.hypot(plots.x[free] - middle[0], plots.y[free] - middle[1])
    town[free[np.argsort(distance, kind="stable")[: PLOTS_PER_CROSSING * len(own)]]] = township


def _rural(mesh: Mesh, hamlets: Hamlets, plots: Plots, rng: np.random.Generator) -> Doors:
    """The plots nearest to each hamlet; where they do not suffice, two households share one."""
    if not len(hamlets.node):
        return _none()
    centres = (mesh.x[hamlets.node], mesh.y[hamlets.node])
    hamlet_of = np.full(len(plots.x), -1)
    missing = hamlets.houses.copy()
    for reach_m in (420.0, 800.0, 1600.0):
        _settle(plots, centres, missing, hamlet_of, reach_m=reach_m, rng=rng)
    chosen = np.flatnonzero(hamlet_of >= 0)
    shared, poor = _shared(plots, centres, missing, rng)
    hamlet = np.concatenate([hamlet_of[chosen], poor])
    chosen = np.concatenate([chosen, shared])
    order = np.lexsort((plots.left[chosen], plots.along[chosen], plots.way[chosen], hamlet))
    chosen, hamlet = chosen[order], hamlet[order]
    building, number = _numbered(chosen, hamlet)
    zeros = np.zeros(len(chosen), dtype=np.int64)
    return Doors(
        plots.x[chosen],
        plots.y[chosen],
        hamlets.place[hamlet],
        hamlet,
        number,
        plots.way[chosen],
        zeros,
        building,
    )


def _settle(
    plots: Plots,
    centres: tuple[Floats, Floats],
    missing: Ints,
    hamlet_of: Ints,
    *,
    reach_m: float,
    rng: np.random.Generator,
) -> None:
    """Give free plots to the nearest hamlet that lacks houses; updates the last two arrays."""
    poor, free = np.flatnonzero(missing), np.flatnonzero(hamlet_of < 0)
    if not len(poor) or not len(free):
        return
    tree = crowd(centres[0][poor], centres[1][poor])
    distance, index = nearest(tree, plots.x[free], plots.y[free], reach_m)
    near = np.flatnonzero(np.isfinite(distance))
    hamlet = poor[index[near]]
    order = np.lexsort((distance[near] * rng.uniform(0.6, 1.4, len(near)), hamlet))
    taken = order[_rank(hamlet[order]) < missing[hamlet[order]]]
    hamlet_of[free[near[taken]]] = hamlet[taken]
    missing -= np.bincount(hamlet[taken], minlength=len(missing))


def _rank(sorted_group: Ints) -> Ints:
    """Position of each row within its group; the groups stand together."""
    if not len(sorted_group):
        return np.zeros(0, dtype=np.int64)
    starts = np.flatnonzero(np.r_[True, sorted_group[1:] != sorted_group[:-1]])
    return np.arange(len(sorted_group)) - np.repeat(
        starts, np.diff(np.r_[starts, len(sorted_group)])
    )


def _shared(
    plots: Plots, centres: tuple[Floats, Floats], missing: Ints, rng: np.random.Generator
) -> tuple[Ints, Ints]:
    """Plots around hamlets that lack houses, for second households; and their hamlets."""
    poor = np.repeat(np.arange(len(missing)), missing)
    around = neighbours(crowd(plots.x, plots.y), centres[0][poor], centres[1][poor], 40)
    pick = rng.integers(0, around.shape[1], len(poor))
    return around[np.arange(len(poor)), pick], poor


def _numbered(plot: Ints, group: Ints) -> tuple[Ints, Ints]:
    """A number for each building, and house numbers that count the buildings of a group.

    Rows of a group stand together, and so do those of a building.
    """
    fresh = np.r_[True, (plot[1:] != plot[:-1]) | (group[1:] != group[:-1])]
    building = np.cumsum(fresh) - 1
    first = np.flatnonzero(np.r_[True, group[1:] != group[:-1]])
    base = np.repeat(building[first], np.diff(np.r_[first, len(group)]))
    return building, building - base + 1


def _urban(places: Sequence[Place], plots: Plots, town: Ints, rng: np.random.Generator) -> Doors:
    """Buildings along streets: communities are sectors of a town, flats come several to a house."""
    parts = []
    for index, township in enumerate(townships()):
        own = [
            k
            for k, place in enumerate(places)
            if place.village.township is township and place.urban
        ]
        if own:
            here = np.flatnonzero(town == index)
            sectors = _sectors(
                plots, here, [places[k].urban for k in own], in_city=township.in_city
            )
            for k, sector in zip(own, sectors, strict=True):
                parts.append(
                    _community(plots[sector], k, places[k].urban, rng, in_city=township.in_city)
                )
    return _together(parts) if parts else _none()


def _sectors(plots: Plots, here: Ints, customers: list[int], *, in_city: bool) -> list[Ints]:
    """Cut the plots of a town into sectors around its middle, in proportion to customers."""
    x, y = plots.x[here], plots.y[here]
    centre = to_xy(CENTRE_LON, CENTRE_LAT) if in_city else (x.mean(), y.mean())
    angle = np.arctan2(y - centre[1], x - centre[0])
    turn = np.sort(angle)
    gap = np.diff(np.r_[turn, turn[0] + 2 * np.pi])
    begin = turn[(int(np.argmax(gap)) + 1) % len(turn)]
    order = here[np.argsort((angle - begin) % (2 * np.pi), kind="stable")]
    cuts = np.cumsum(customers)[:-1] / sum(customers) * len(order)
    return np.split(order, cuts.astype(int))


def _community(
    plots: Plots, place: int, customers: int, rng: np.random.Generator, *, in_city: bool
) -> Doors:
    """Fill the plots of one community with houses and flats until it has its customers."""
    size = _building_sizes(len(plots.x), rng, in_city=in_city)
    order = rng.permutation(len(size))
    before = np.cumsum(size[order]) - size[order]
    size[order] = np.clip(customers - before, 0, size[order])
    lacking = customers - int(size.sum())
    size += np.bincount(rng.integers(0, len(size), lacking), minlength=len(size))
    used = np.flatnonzero(size)
    used = used[np.lexsort((plots.left[used], plots.along[used], plots.way[used]))]
    row = np.repeat(used, size[used])
    flat = np.arange(len(row)) - np.repeat(np.cumsum(size[used]) - size[used], size[used]) + 1
    flat[size[row] < 3] = 0
    building, _ = _numbered(row, plots.way[row])
    return Doors(
        plots.x[row],
        plots.y[row],
        np.full(len(row), place),
        np.full(len(row), -1),
        np.zeros(len(row), dtype=np.int64),
        plots.way[row],
        flat,
        building,
    )


def _building_sizes(count: int, rng: np.random.Generator, *, in_city: bool) -> Ints:
    """Customers in each building: mostly one, in the city often a block of flats."""
    share = np.array([0.6, 0.18, 0.22]) if in_city else np.array([0.72, 0.22, 0.06])
    sort = rng.choice(3, count, p=share)
    small = rng.integers(2, 6, count)
    block = 6 * rng.integers(2, LARGEST_BLOCK // 6 + 1, count)
    return np.where(sort == 0, 1, np.where(sort == 1, small, block))


def _together(parts: list[Doors]) -> Doors:
    """Several sets of doors as one, buildings renumbered."""
    base = np.cumsum([0, *(int(part.building.max(initial=-1)) + 1 for part in parts)])
    columns = {
        field: np.concatenate([getattr(part, field) for part in parts])
        for field in Doors.__dataclass_fields__
    }
    columns["building"] = np.concatenate(
        [part.building + b for part, b in zip(parts, base, strict=False)]
    )
    return Doors(**columns)


def _none() -> Doors:
    zeros = np.zeros(0, dtype=np.int64)
    return Doors(np.zeros(0), np.zeros(0), zeros, zeros, zeros, zeros, zeros, zeros)


def _lonely(
    land: Land,
    mesh: Mesh,
    hamlets: Hamlets,
    doors: Doors,
    roads: cKDTree,
    *,
    rng: np.random.Generator,
) -> Doors:
    """Move a few houses some 300 m away from all roads."""
    rows = np.flatnonzero((doors.hamlet >= 0) & (rng.random(len(doors.x)) < LONELY))
    node = hamlets.node[doors.hamlet[rows]]
    x, y, way, building = doors.x.copy(), doors.y.copy(), doors.way.copy(), doors.building.copy()
    placed = np.zeros(len(rows), dtype=bool)
    for _ in range(16):
        turn, far = rng.uniform(0, 2 * np.pi, len(rows)), rng.uniform(280, 900, len(rows))
        try_x, try_y = mesh.x[node] + far * np.cos(turn), mesh.y[node] + far * np.sin(turn)
        distance, _ = nearest(roads, try_x, try_y)
        good = ~placed & (distance > 240) & (distance < 360) & land.inside(try_x, try_y)
        good &= land.river_m(try_x, try_y) > 2 * RIVER_M
        x[rows[good]], y[rows[good]], way[rows[good]] = try_x[good], try_y[good], -1
        building[rows[good]] = building.max(initial=0) + 1 + np.arange(int(good.sum()))
        placed |= good
    return Doors(x, y, doors.place, doors.hamlet, doors.number, way, doors.flat, building)
