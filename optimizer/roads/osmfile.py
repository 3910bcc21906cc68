"""OpenStreetMap files: the roads, in whatever order their objects stand, and the named places.

pyosmium reads `.osm.pbf`, `.osm`, `.osm.gz` and `.osm.bz2`. Ways are read first, and then the
positions of exactly their nodes, wherever those stand in the file; positions inside the ways
(Overpass ``out geom``, PBF with locations on ways) need no second reading.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import osmium

from optimizer.errors import RoadsError
from optimizer.roads.access import ACCESS_KEYS, direction, may_pass, may_ride, road_class
from optimizer.roads.lines import Place, Tags
from optimizer.roads.osmxml import Edits, edits
from optimizer.roads.ways import RoadData, Ways, sound_lines

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

SUFFIXES = (".osm.pbf", ".osm", ".osm.gz", ".osm.bz2")
PLACE_KINDS = frozenset(
    {"city", "town", "suburb", "quarter", "village", "neighbourhood", "hamlet", "isolated_dwelling"}
)
_NO_LEVEL = frozenset({"", "no"})


def tags_of(tags: Mapping[str, str]) -> Tags:
    """What is kept of a way's tags."""
    tunnel = tags.get("tunnel", "no") != "no"
    bridge = tags.get("bridge", "") not in _NO_LEVEL
    return Tags(
        road_class=road_class(tags),
        direction=direction(tags),
        name=tags.get("name") or tags.get("ref") or "",
        tunnel=tunnel,
        level=tags.get("layer") or str(int(bridge) - int(tunnel)),
    )


def read_osm(path: Path, classes: Collection[str]) -> RoadData:
    """Roads of the given classes, cut where they meet, and the named places of an OSM file.

    Raises
    ------
    RoadsError
        The file is broken or broken off, not OpenStreetMap, or has no usable road.
    """
    edited = edits(path)
    if edited.remark:
        raise RoadsError("roads.broken_off", path=path, remark=edited.remark)
    found = _Found(classes, edited)
    try:
        for one in _objects(path, edited):
            found.take(one)
        ways = found.ways(path)
    except (ValueError, osmium.InvalidLocationError) as error:
        raise RoadsError("roads.bad_number", path=path, value=_quoted(error)) from error
    except (RuntimeError, OSError) as error:
        raise RoadsError("roads.unreadable", path=path) from error
    if not ways.tags:
        raise RoadsError("roads.no_road", path=path)
    lines, repairs = sound_lines(ways)
    if not len(lines):
        raise RoadsError("roads.no_nodes", path=path, ways=len(ways.tags))
    return RoadData(lines, tuple(found.places), repairs._replace(ferries=found.ferries))


def _quoted(error: Exception) -> str:
    """The value that a library's sentence is about."""
    return f"{error}".partition("'")[2].rpartition("'")[0] or "–"


def _objects(path: Path, edited: Edits) -> Iterator[Any]:
    reader: Any = osmium.FileProcessor(str(path), osmium.osm.NODE | osmium.osm.WAY)
    # the newest version of a deleted object has no tags any more
    if not edited.has_deleted and not reader.header.has_multiple_object_versions:
        keys = ("highway", "route", "place", "barrier", *ACCESS_KEYS)
        reader = reader.with_filter(osmium.filter.KeyFilter(*keys))
    return iter(reader)


class _Way(NamedTuple):
    version: int
    tags: Tags | None  # None where it is deleted or no road (any more)
    refs: array[int]
    lon: array[float]
    lat: array[float]


@dataclass
class _Found:
    """What a first reading gathers: places, closed nodes, and ways by their id."""

    classes: Collection[str]
    edited: Edits
    places: list[Place] = field(default_factory=list)
    closed: set[int] = field(default_factory=set)
    ferries: int = 0
    _ways: dict[tuple[int, int], _Way] = field(default_factory=dict)

    def take(self, one: Any) -> None:  # noqa: ANN401  (pyosmium's objects are untyped)
        """A node or a way."""
        if one.is_node():
            self._take_node(one)
        else:
            self._take_way(one)

    def _take_node(self, node: Any) -> None:  # noqa: ANN401
        if node.deleted or node.id in self.edited.nodes:
            self.closed.discard(node.id)
            return
        tags = dict(node.tags)
        if tags.get("place") in PLACE_KINDS and "name" in tags and node.location.valid():
            self.places.append(Place(tags["name"], node.lon, node.lat, tags["place"]))
        if not may_pass(tags):
            self.closed.add(node.id)

    def _take_way(self, way: Any) -> None:  # noqa: ANN401
        is_gone = way.deleted or way.id in self.edited.ways
        tags = {} if is_gone else dict(way.tags)
        is_road = road_class(tags) in self.classes and may_ride(tags)
        if not is_road and road_class(tags) == "ferry":
            self.ferries += 1
        spots = [(node.ref, node.location) for node in way.nodes]
        new = _Way(
            way.version,
            tags_of(tags) if is_road else None,
            array("q", (ref for ref, _ in spots)),
            *_positions([spot for _, spot in spots]),
        )
        self._keep(way.id, new)

    def _keep(self, name: int, new: _Way) -> None:
        """A newer version takes the place of an older one; other ways under one id stay apart."""
        number = 0
        while (old := self._ways.get((name, number))) is not None:
            if old.version < new.version or old.refs == new.refs or new.tags is None:
                break
            if old.version > new.version:
                return
            number += 1
        if new.tags is not None or old is not None:
            self._ways[name, number] = new

    def ways(self, path: Path) -> Ways:
        """All roads with their nodes' positions."""
        roads = [way for way in self._ways.values() if way.tags is not None]
        nodes = _joined([way.refs for way in roads], np.int64)
        lon, lat = (_joined([way[i] for way in roads], np.float64) for i in (3, 4))
        unknown = np.isnan(lon)
        if unknown.any():
            lon[unknown], lat[unknown] = _looked_up(path, nodes[unknown], self.edited)
        # what has a position and no id meets others by its place
        nameless = (nodes == 0) & ~unknown
        nodes[nameless] = nodes.max(initial=0) + 1 + np.arange(int(nameless.sum()))
        return Ways(
            tags=[way.tags for way in roads if way.tags is not None],
            nodes=nodes,
            lon=lon,
            lat=lat,
            counts=np.array([len(way.refs) for way in roads], dtype=np.int64),
            closed=self.closed,
        )


def _positions(spots: list[Any]) -> tuple[array[float], array[float]]:
    """Longitudes and latitudes; NaN where a location is not known."""
    nan = float("nan")
    known = [spot.valid() for spot in spots]
    lon = (spot.lon if ok else nan for spot, ok in zip(spots, known, strict=True))
    lat = (spot.lat if ok else nan for spot, ok in zip(spots, known, strict=True))
    return array("d", lon), array("d", lat)


def _joined(parts: list[Any], kind: type) -> Any:  # noqa: ANN401
    return np.concatenate([np.array(part, dtype=kind) for part in parts] or [np.zeros(0, kind)])


def _looked_up(path: Path, refs: Ints, edited: Edits) -> tuple[Floats, Floats]:
    """The positions of some nodes, NaN where the file has none or has deleted them."""
    wanted = np.unique(refs)
    reader: Any = osmium.FileProcessor(str(path), osmium.osm.NODE)
    # pyosmium's filter knows no ids below zero, which editors give to what is new
    if wanted[0] >= 0:
        reader = reader.with_filter(osmium.filter.IdFilter(wanted.tolist()))
    lon = np.full(len(wanted), np.nan)
    lat = np.full(len(wanted), np.nan)
    row_of = {ref: row for row, ref in enumerate(wanted.tolist())}
    for node in reader:
        row = row_of.get(node.id)
        if row is None:
            continue
        is_known = node.location.valid() and not node.deleted and node.id not in edited.nodes
        lon[row], lat[row] = (node.lon, node.lat) if is_known else (np.nan, np.nan)
    place = np.searchsorted(wanted, refs)
    return lon[place], lat[place]
