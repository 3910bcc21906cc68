"""OpenStreetMap files: which ways a motorcycle may use, and where the places are.

pyosmium reads `.osm.pbf`, `.osm`, `.osm.gz` and `.osm.bz2`. What is kept of a way is its class
(links count as the class they lead to), its direction, its name, and whether it is a tunnel.
"""

from __future__ import annotations

from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np
import osmium

from optimizer.errors import RoadsError
from optimizer.roads.lines import Lines, Place, Tags, cut_where_they_meet

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

SUFFIXES = (".osm.pbf", ".osm", ".osm.gz", ".osm.bz2")
PLACE_KINDS = frozenset(
    {"city", "town", "suburb", "quarter", "village", "neighbourhood", "hamlet", "isolated_dwelling"}
)
_ACCESS_KEYS = ("motorcycle", "motor_vehicle", "vehicle", "access")
_CLOSED = frozenset({"no", "private", "military"})
_ONEWAY = frozenset({"yes", "true", "1"})
_REVERSED = frozenset({"-1", "reverse"})

_Spot = tuple[int, float, float]
"""A node: its id, longitude and latitude."""


def road_class(tags: Mapping[str, str]) -> str:
    """The `highway` value, with `trunk_link` counted as `trunk` and so on."""
    return tags.get("highway", "").removesuffix("_link")


def may_ride(tags: Mapping[str, str]) -> bool:
    """Whether a motorcycle may use a way: the most specific access tag decides.

    `access=private` with `motorcycle=yes` is open, `motor_vehicle=no` is closed. Areas (squares)
    are not roads.
    """
    if tags.get("area") == "yes":
        return False
    decisive = next((tags[key] for key in _ACCESS_KEYS if key in tags), "yes")
    return decisive not in _CLOSED


def direction(tags: Mapping[str, str]) -> int:
    """1: only along the way, -1: only against it, 0: both."""
    oneway = tags.get("oneway", "")
    if oneway in _ONEWAY:
        return 1
    if oneway in _REVERSED:
        return -1
    implied = tags.get("junction") in ("roundabout", "circular") or road_class(tags) == "motorway"
    return 1 if implied and oneway != "no" else 0


def tags_of(tags: Mapping[str, str]) -> Tags:
    """What is kept of a way's tags."""
    return Tags(
        road_class=road_class(tags),
        direction=direction(tags),
        name=tags.get("name") or tags.get("ref") or "",
        tunnel=tags.get("tunnel", "no") != "no",
    )


def read_lines(path: Path, classes: Collection[str]) -> tuple[Lines, tuple[Place, ...]]:
    """Roads of the given classes, cut where they meet, and the named places of an OSM file.

    Raises
    ------
    RoadsError
        The file is broken, not OpenStreetMap, or has no usable road.
    """
    places: list[Place] = []
    tags: list[Tags] = []
    points: list[_Spot] = []
    counts: list[int] = []
    drawn = _DrawnNodes(path)
    try:
        for found in _objects(path):
            if found.is_node():
                places.extend(_place(found))
            else:
                for run in _usable_runs(found, classes, drawn):
                    tags.append(tags_of(dict(found.tags)))
                    points.extend(run)
                    counts.append(len(run))
    except (RuntimeError, OSError) as error:
        raise RoadsError("roads.unreadable", path=path, error=error) from None
    if not tags:
        raise RoadsError("roads.no_road", path=path)
    nodes = np.array([point[0] for point in points], dtype=np.int64)
    lonlat = np.array([point[1:] for point in points])
    return (
        cut_where_they_meet(tags, nodes, lonlat[:, 0], lonlat[:, 1], np.array(counts)),
        tuple(places),
    )


def _objects(path: Path) -> Iterator[Any]:
    wanted = osmium.osm.NODE | osmium.osm.WAY
    reader = osmium.FileProcessor(str(path), wanted).with_locations()
    return iter(reader.with_filter(osmium.filter.KeyFilter("highway", "place")))


def _place(node: Any) -> Iterator[Place]:  # noqa: ANN401  (pyosmium's objects are untyped)
    if node.tags.get("place") in PLACE_KINDS and "name" in node.tags:
        yield Place(node.tags["name"], node.lon, node.lat, node.tags["place"])


def _usable_runs(
    way: Any,  # noqa: ANN401
    classes: Collection[str],
    drawn: _DrawnNodes,
) -> Iterator[list[_Spot]]:
    """The way's nodes as (id, lon, lat), in several runs where the file lacks some."""
    tags = dict(way.tags)
    if road_class(tags) not in classes or not may_ride(tags):
        return
    # a node written twice in a row is a slip of the mapper
    spots = [spot for spot, _ in groupby(_spot(node, drawn) for node in way.nodes)]
    for is_missing, found in groupby(spots, key=lambda spot: spot is None):
        run = [spot for spot in found if spot is not None]
        if not is_missing and len(run) > 1:
            yield run


def _spot(node: Any, drawn: _DrawnNodes) -> _Spot | None:  # noqa: ANN401
    if node.location.valid():
        return node.ref, node.lon, node.lat
    return drawn.spots.get(node.ref) if node.ref < 0 else None


class _DrawnNodes:
    """Nodes that somebody drew and has not uploaded: editors number them below zero.

    pyosmium finds no coordinates for those, so they are looked up when the first is met.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    @cached_property
    def spots(self) -> dict[int, _Spot]:
        nodes: Any = osmium.FileProcessor(str(self._path), osmium.osm.NODE)
        return {node.id: (node.id, node.lon, node.lat) for node in nodes if node.id < 0}
