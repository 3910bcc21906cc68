"""Roads as lines between junctions, before they become a network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


class Tags(NamedTuple):
    """What is kept of a road's tags.

    `direction` is 1 along the line only, -1 against it only, 0 both. Roads on different levels,
    such as a bridge and the road beneath it, do not meet where they cross.
    """

    road_class: str
    direction: int = 0
    name: str = ""
    tunnel: bool = False
    level: str = "0"


class Place(NamedTuple):
    """A named place, for labels."""

    name: str
    lon: float
    lat: float
    kind: str


@dataclass(frozen=True)
class Lines:
    """Roads that meet only at their ends.

    Line `i` has the points `first[i]:first[i + 1]` of `lon` and `lat`, and runs from node
    `start[i]` to node `end[i]`, which differ; nodes are named by any distinct numbers.
    """

    tags: Sequence[Tags]
    start: Ints
    end: Ints
    lon: Floats
    lat: Floats
    first: Ints

    def __len__(self) -> int:
        return len(self.tags)

    def nodes(self) -> tuple[Ints, Floats, Floats]:
        """Names (ascending), lon and lat of the ends of all lines."""
        names = np.concatenate([self.start, self.end])
        points = np.concatenate([self.first[:-1], self.first[1:] - 1])
        ids, where = np.unique(names, return_index=True)
        return ids, self.lon[points[where]], self.lat[points[where]]

    def take(self, chosen: Ints) -> Lines:
        """Only the chosen lines, in that order."""
        points = ranges(self.first[chosen], np.diff(self.first)[chosen])
        return Lines(
            tags=[self.tags[i] for i in chosen.tolist()],
            start=self.start[chosen],
            end=self.end[chosen],
            lon=self.lon[points],
            lat=self.lat[points],
            first=offsets(np.diff(self.first)[chosen]),
        )


def offsets(counts: Ints) -> Ints:
    """Where each run begins when runs of these lengths stand one after the other, and the end."""
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)


def ranges(starts: Ints, counts: Ints) -> Ints:
    """`starts[0], starts[0] + 1, … (counts[0] of them), starts[1], …` as one array."""
    before = np.repeat(starts - offsets(counts)[:-1], counts)
    result: Ints = before + np.arange(int(counts.sum()))
    return result


def cut_where_they_meet(
    tags: Sequence[Tags], nodes: Ints, lon: Floats, lat: Floats, counts: Ints
) -> Lines:
    """Lines between junctions, of ways that may cross, touch and close.

    Parameters
    ----------
    tags
        One for each way.
    nodes, lon, lat
        The ways' nodes one way after the other; no node twice in a row.
    counts
        Number of nodes of each way, at least 2.
    """
    way = np.repeat(np.arange(len(counts)), counts)
    ends = offsets(counts)
    _, inverse, uses = np.unique(nodes, return_inverse=True, return_counts=True)
    is_cut = uses[inverse] > 1
    is_cut[ends[:-1]] = is_cut[ends[1:] - 1] = True

    starts, stops = _between_cuts(is_cut, way)
    loops = nodes[starts] == nodes[stops]
    # a loop has no two ends: its middle becomes one
    is_cut[(starts[loops] + stops[loops]) // 2] = True
    starts, stops = _between_cuts(is_cut, way)

    points = ranges(starts, stops - starts + 1)
    return Lines(
        tags=[tags[i] for i in way[starts].tolist()],
        start=nodes[starts],
        end=nodes[stops],
        lon=lon[points],
        lat=lat[points],
        first=offsets(stops - starts + 1),
    )


def _between_cuts(is_cut: NDArray[np.bool_], way: Ints) -> tuple[Ints, Ints]:
    cuts = np.flatnonzero(is_cut)
    same_way = way[cuts[:-1]] == way[cuts[1:]]
    return cuts[:-1][same_way], cuts[1:][same_way]
