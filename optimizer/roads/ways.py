"""From ways as a file has them to lines that hold together.

A way may lack positions, leap over half the Earth, lead through a locked gate, or cross another
at a place that a conversion has written twice. What can be mended is mended, and counted so that
it can be told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from optimizer.geometry import EARTH_M, segment_m
from optimizer.roads.lines import Lines, Place, cut_where_they_meet

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray

    from optimizer.roads.lines import Tags

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

LONGEST_LEG_M = 50_000
"""No road runs so far without a bend: a node is at a wrong place."""
SAME_PLACE_M = 0.15
"""What a conversion rounds to six decimals of a degree lies within it."""


class Ways(NamedTuple):
    """Ways as they were read.

    Attributes
    ----------
    tags
        One for each way.
    nodes, lon, lat
        The ways' nodes one way after the other; NaN or 0/0 where a position is unknown.
    counts
        Number of nodes of each way.
    closed
        Nodes that a motorcycle may not pass.
    """

    tags: Sequence[Tags]
    nodes: Ints
    lon: Floats
    lat: Floats
    counts: Ints
    closed: Collection[int] = ()


class Repairs(NamedTuple):
    """How much of a file's ways had to be mended.

    Attributes
    ----------
    incomplete
        Ways that lack the positions of some nodes; they are used as far as they go.
    lost
        Ways that lack so many that nothing is left.
    leaps
        Legs longer than `LONGEST_LEG_M`, which are left out.
    joined
        Nodes that lay at the place of another under an id of their own.
    barriers
        Places where a way is cut because no motorcycle may pass.
    ferries
        Ferries that are not ridden because their class has no speed.
    """

    incomplete: int = 0
    lost: int = 0
    leaps: int = 0
    joined: int = 0
    barriers: int = 0
    ferries: int = 0


class RoadData(NamedTuple):
    """What a source of roads has: lines that hold together, named places, what was mended."""

    lines: Lines
    places: tuple[Place, ...]
    repairs: Repairs


def sound_lines(ways: Ways) -> tuple[Lines, Repairs]:
    """Lines between junctions, and what was mended; no lines where nothing is left."""
    located = np.isfinite(ways.lon) & np.isfinite(ways.lat) & ((ways.lon != 0) | (ways.lat != 0))
    located &= (np.abs(ways.lon) <= 180) & (np.abs(ways.lat) <= 90)
    way = np.repeat(np.arange(len(ways.counts)), ways.counts)
    nodes, joined = _joined(ways, located, way)
    closed = np.isin(nodes, nodes[np.isin(ways.nodes, list(ways.closed))])

    # a node written twice in a row is a slip of the mapper
    fresh = np.concatenate([[True], (nodes[1:] != nodes[:-1]) | (way[1:] != way[:-1])])[: len(way)]
    places = np.flatnonzero(fresh)
    used = np.flatnonzero(located[places])
    kept = places[used]
    lon, lat = ways.lon[kept], ways.lat[kept]
    linked = (np.diff(used) == 1) & (way[kept][1:] == way[kept][:-1])
    leaps = linked & (segment_m(lon, lat) > LONGEST_LEG_M)
    run = _Points(nodes[kept], lon, lat, way[kept]).parted(linked & ~leaps, closed[kept])

    repairs = Repairs(
        incomplete=len(np.unique(way[~located])),
        lost=len(np.setdiff1d(way[~located], run.way)),
        leaps=int(leaps.sum()),
        joined=joined,
        barriers=len(np.unique(nodes[kept][closed[kept]])),
    )
    tags = [ways.tags[number] for number in run.way[run.first].tolist()]
    counts = np.diff(np.append(run.first, len(run.way)))
    lines = cut_where_they_meet(tags, run.nodes, run.lon, run.lat, counts)
    return lines, repairs._replace(incomplete=repairs.incomplete - repairs.lost)


class _Runs(NamedTuple):
    nodes: Ints
    lon: Floats
    lat: Floats
    way: Ints
    first: Ints


class _Points(NamedTuple):
    nodes: Ints
    lon: Floats
    lat: Floats
    way: Ints

    def parted(self, linked: Bools, closed: Bools) -> _Runs:
        """Runs of linked points; a closed point ends one run and begins another, unconnected."""
        inner = np.zeros(len(closed), dtype=bool)
        inner[1:-1] = closed[1:-1] & linked[1:] & linked[:-1]
        times = 1 + inner
        point = np.repeat(np.arange(len(times)), times)
        goes_on = np.zeros(len(point), dtype=bool)
        goes_on[(np.cumsum(times) - 1)[:-1]] = linked
        begins = np.concatenate([[True], ~goes_on[:-1]])[: len(point)]

        nodes = self.nodes[point]
        shut = closed[point]
        nodes[shut] = nodes.max(initial=0) + 1 + np.arange(int(shut.sum()))

        run = np.cumsum(begins) - 1
        long_enough = np.bincount(run, minlength=1)[run] > 1
        first = np.flatnonzero(begins[long_enough])
        chosen = point[long_enough]
        return _Runs(
            nodes[long_enough], self.lon[chosen], self.lat[chosen], self.way[chosen], first
        )


def _joined(ways: Ways, located: Bools, way: Ints) -> tuple[Ints, int]:
    """The nodes, those at one place and on one level under one name; how many lost theirs."""
    ids, first, number = np.unique(ways.nodes, return_index=True, return_inverse=True)
    sound = np.flatnonzero(located[first])
    spot = np.arange(len(ids))
    spot[sound] = sound[_spots(ways.lon[first[sound]], ways.lat[first[sound]])]
    twins = np.bincount(spot, minlength=len(ids))[spot] > 1
    if not twins.any():
        return ways.nodes, 0
    places = np.flatnonzero(twins[number])
    levels = {level: i for i, level in enumerate(sorted({tags.level for tags in ways.tags}))}
    level = np.array([levels[tags.level] for tags in ways.tags])[way[places]]
    _, group = np.unique(spot[number[places]] * len(levels) + level, return_inverse=True)
    return _under_one_name(ids, number, places, group)


def _spots(lon: Floats, lat: Floats) -> Ints:
    """For each point the first of those that lie at the same place, to a hand's breadth."""
    if not len(lon):
        return np.zeros(0, dtype=np.int64)
    east = np.radians(lon) * np.cos(np.radians(lat.mean()))
    tree = cKDTree(np.column_stack([east, np.radians(lat)]) * EARTH_M)
    pairs = tree.query_pairs(SAME_PLACE_M, output_type="ndarray")
    links = (np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1]))
    _, part = connected_components(coo_array(links, shape=(len(lon), len(lon))), directed=False)
    _, leader, own = np.unique(part, return_index=True, return_inverse=True)
    spots: Ints = leader[own]
    return spots


def _under_one_name(ids: Ints, number: Ints, places: Ints, group: Ints) -> tuple[Ints, int]:
    size = len(ids) + int(group.max()) + 1
    links = (np.ones(len(places)), (number[places], len(ids) + group))
    _, part = connected_components(coo_array(links, shape=(size, size)), directed=False)
    _, leader, own = np.unique(part[: len(ids)], return_index=True, return_inverse=True)
    names = ids[leader[own]]
    result: Ints = names[number]
    return result, int((names != ids).sum())
