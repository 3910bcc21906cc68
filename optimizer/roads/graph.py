"""OSMnx: directed graphs of lines, and the largest part in which every end reaches every other.

The ends of lines become the nodes of an OSMnx graph and a line becomes an edge that carries the
line's number as its `osmid`; the points between the ends stay with us, so that a county takes
seconds. GraphML files and downloads come as OSMnx graphs and are turned into lines first.
"""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from xml.etree.ElementTree import ParseError

import networkx as nx
import numpy as np
import osmnx  # noqa: TID251

from optimizer.errors import RoadsError
from optimizer.roads.lines import Lines, Place, Tags, cut_where_they_meet
from optimizer.roads.osmfile import PLACE_KINDS, may_ride, road_class, tags_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

_ONEWAY = {1: "yes", -1: "-1", 0: "no"}
_TAGS = [
    *("highway", "oneway", "junction", "area", "tunnel", "name", "ref"),
    *("access", "vehicle", "motor_vehicle", "motorcycle"),
]


class Directed(NamedTuple):
    """Which lines may be ridden in which direction, sorted by line."""

    line: NDArray[np.int64]
    forward: NDArray[np.bool_]


def largest_part(lines: Lines) -> Directed:
    """The directed lines of the largest strongly connected part of the network."""
    with tempfile.TemporaryDirectory() as folder:
        skeleton = Path(folder) / "skeleton.osm"
        _write_skeleton(lines, skeleton)
        graph = osmnx.graph_from_xml(skeleton, simplify=False, retain_all=True)
    graph = osmnx.truncate.largest_component(graph, strongly=True)
    edges = sorted((line, tail == lines.start[line]) for tail, _, line in graph.edges(data="osmid"))
    if not edges:
        raise RoadsError("roads.one_way")
    return Directed(
        np.array([line for line, _ in edges], dtype=np.int64),
        np.array([forward for _, forward in edges], dtype=bool),
    )


def _write_skeleton(lines: Lines, path: Path) -> None:
    ids, lon, lat = lines.nodes()
    with path.open("w", encoding="utf-8") as file:
        file.write('<osm version="0.6">\n')
        for node, x, y in zip(ids.tolist(), lon.tolist(), lat.tolist(), strict=True):
            file.write(f'<node id="{node}" lon="{x}" lat="{y}"/>\n')
        ends = zip(lines.tags, lines.start.tolist(), lines.end.tolist(), strict=True)
        for number, (tags, start, end) in enumerate(ends):
            file.write(
                f'<way id="{number}"><nd ref="{start}"/><nd ref="{end}"/>'
                f'<tag k="highway" v="road"/><tag k="oneway" v="{_ONEWAY[tags.direction]}"/>'
                "</way>\n"
            )
        file.write("</osm>\n")


def read_graphml(path: Path, speed_kph: Mapping[str, float]) -> Lines:
    """Lines of a GraphML file that OSMnx has saved.

    Raises
    ------
    RoadsError
        The file is no such file, or has no usable road.
    """
    try:
        graph = osmnx.load_graphml(path)
        if osmnx.projection.is_projected(graph.graph["crs"]):
            graph = osmnx.project_graph(graph, to_latlong=True)
    except (ParseError, ValueError, KeyError, OSError, nx.NetworkXException) as error:
        raise RoadsError(
            "roads.graphml", path=path, kind=type(error).__name__, error=error
        ) from None
    return _lines_of_graph(graph, speed_kph, str(path))


def download(place: str, speed_kph: Mapping[str, float]) -> tuple[Lines, tuple[Place, ...]]:
    """Lines and names of a place, from OpenStreetMap's servers.

    Raises
    ------
    RoadsError
        There is no network, the servers refuse, or they know no such place.
    """
    try:
        with _download_settings():
            graph = osmnx.graph_from_place(
                place, custom_filter='["highway"]["area"!~"yes"]', simplify=False, retain_all=True
            )
            found = osmnx.features_from_place(place, {"place": sorted(PLACE_KINDS)})
    except (OSError, ValueError, TypeError) as error:
        raise RoadsError("roads.no_download", place=place, error=error) from None
    graph = osmnx.simplify_graph(graph, edge_attrs_differ=["highway", "oneway", "tunnel"])
    named = found[found["name"].notna()] if "name" in found else found[:0]
    points = named.representative_point()
    places = tuple(
        Place(str(name), point.x, point.y, str(kind))
        for name, kind, point in zip(named["name"], named["place"], points, strict=True)
    )
    return _lines_of_graph(graph, speed_kph, place), places


@contextmanager
def _download_settings() -> Iterator[None]:
    """OSMnx keeps its settings in a module: ours hold for one download, and leave no cache."""
    ours = {"useful_tags_way": _TAGS, "use_cache": False, "requests_timeout": 60}
    before = {key: getattr(osmnx.settings, key) for key in ours}
    try:
        for key, value in ours.items():
            setattr(osmnx.settings, key, value)
        yield
    finally:
        for key, value in before.items():
            setattr(osmnx.settings, key, value)


class _Edge(NamedTuple):
    start: int
    end: int
    points: NDArray[np.float64]
    tags: Tags


def _lines_of_graph(graph: nx.MultiDiGraph, speed_kph: Mapping[str, float], source: str) -> Lines:
    found: dict[bytes, _Edge] = {}
    for start, end, data in graph.edges(data=True):
        tags = _single_tags(data, speed_kph)
        if not speed_kph.get(road_class(tags)) or not may_ride(tags):
            continue
        points = _points(graph, start, end, data)
        there, back = points.tobytes(), points[::-1].tobytes()
        if back in found and back != there:
            # the other direction of a line that we have: it goes both ways
            found[back] = found[back]._replace(tags=found[back].tags._replace(direction=0))
        elif there not in found:
            found[there] = _Edge(start, end, points, tags_of(tags)._replace(direction=1))
    if not found:
        raise RoadsError("roads.no_class", source=source)
    return _cut_lines(list(found.values()))


def _cut_lines(edges: list[_Edge]) -> Lines:
    counts = np.array([len(edge.points) for edge in edges])
    # points between the ends get names that no node has
    names = -1 - np.arange(int(counts.sum()), dtype=np.int64)
    stops = np.cumsum(counts)
    names[stops - counts] = [edge.start for edge in edges]
    names[stops - 1] = [edge.end for edge in edges]
    lonlat = np.concatenate([edge.points for edge in edges])
    tags = [edge.tags for edge in edges]
    return cut_where_they_meet(tags, names, lonlat[:, 0], lonlat[:, 1], counts)


def _points(graph: nx.MultiDiGraph, start: int, end: int, data: Any) -> NDArray[np.float64]:  # noqa: ANN401
    if "geometry" in data:
        return np.array(data["geometry"].coords)[:, :2]
    ends = [graph.nodes[node] for node in (start, end)]
    return np.array([(node["x"], node["y"]) for node in ends])


def _single_tags(data: Mapping[str, Any], speed_kph: Mapping[str, float]) -> dict[str, str]:
    """One value a tag: of several the slowest class, and a closure if there is one."""
    tags = {}
    for key in _TAGS:
        values = data.get(key)
        if isinstance(values, list):
            values = sorted(map(str, values))
            if key == "highway":
                values.sort(key=lambda value: speed_kph.get(value.removesuffix("_link"), 0))
            closed = [value for value in values if value in ("no", "private", "military")]
            tags[key] = (closed or values)[0]
        elif values is not None and key != "oneway":
            tags[key] = str(values)
    return tags
