"""OSMnx: directed graphs of lines, and the largest part in which every end reaches every other.

The ends of lines become the nodes of an OSMnx graph and a line becomes an edge that carries the
line's number as its `osmid`; the points between the ends stay with us, so that a county takes
seconds. GraphML files and downloads come as OSMnx graphs and are turned into lines first.
"""

from __future__ import annotations

import ast
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from xml.etree.ElementTree import ParseError

import networkx as nx
import numpy as np
import osmnx  # noqa: TID251
import pyproj
import shapely

from optimizer.errors import RoadsError
from optimizer.roads.access import ACCESS_KEYS, WAY_KEYS, may_pass, may_ride, road_class
from optimizer.roads.lines import Place
from optimizer.roads.osmfile import PLACE_KINDS, tags_of
from optimizer.roads.ways import RoadData, Ways, sound_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from optimizer.roads.lines import Lines, Tags

_ONEWAY = {1: "yes", -1: "-1", 0: "no"}
_TAGS = [*WAY_KEYS, "tunnel", "bridge", "layer", "name", "ref"]
_BOTH_WAYS = frozenset({"no", "false", "0"})
_ONE_WAY = frozenset({"yes", "true", "1"})
_MALFORMED = (
    *(ParseError, ValueError, KeyError, TypeError, OSError, AttributeError, IndexError),
    *(nx.NetworkXException, shapely.errors.ShapelyError, pyproj.exceptions.ProjError),
)


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


def read_graphml(path: Path, speed_kph: Mapping[str, float]) -> RoadData:
    """Lines of a GraphML file as OSMnx saves it, directed or not, in degrees or projected.

    Raises
    ------
    RoadsError
        The file is no such file, or has no usable road.
    """
    try:
        graph = nx.read_graphml(path, node_type=str, force_multigraph=True)
        return _read_graph(graph, speed_kph, str(path))
    except _MALFORMED as error:
        raise RoadsError(
            "roads.graphml", path=path, kind=type(error).__name__, error=error
        ) from None


def download(place: str, speed_kph: Mapping[str, float]) -> RoadData:
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
    graph = osmnx.simplify_graph(
        graph,
        node_attrs_include=["barrier"],
        edge_attrs_differ=["highway", "oneway", "tunnel", "bridge", "layer", *ACCESS_KEYS],
    )
    named = found[found["name"].notna()] if "name" in found else found[:0]
    points = named.representative_point()
    places = tuple(
        Place(str(name), point.x, point.y, str(kind))
        for name, kind, point in zip(named["name"], named["place"], points, strict=True)
    )
    return _read_graph(graph, speed_kph, place)._replace(places=places)


@contextmanager
def _download_settings() -> Iterator[None]:
    """OSMnx keeps its settings in a module: ours hold for one download, and leave no cache."""
    ours = {
        "useful_tags_way": _TAGS,
        "useful_tags_node": [*osmnx.settings.useful_tags_node, "barrier", "locked", *ACCESS_KEYS],
        "use_cache": False,
        "requests_timeout": 60,
    }
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


def _read_graph(graph: nx.MultiGraph, speed_kph: Mapping[str, float], source: str) -> RoadData:
    system = pyproj.CRS.from_user_input(graph.graph["crs"])
    number = {node: i for i, node in enumerate(graph)}
    found: dict[bytes, _Edge] = {}
    for start, end, data in graph.edges(data=True):
        tags = _single_tags(data, speed_kph)
        if not speed_kph.get(road_class(tags)) or not may_ride(tags):
            continue
        points = _points(graph, start, end, data)
        kept = tags_of(tags)._replace(direction=_direction(graph, start, end, data))
        there, back = points.tobytes(), points[::-1].tobytes()
        if back in found and back != there:
            # the other direction of a line that we have: it goes both ways
            found[back] = found[back]._replace(tags=found[back].tags._replace(direction=0))
        elif there not in found:
            found[there] = _Edge(number[start], number[end], points, kept)
    if not found:
        raise RoadsError("roads.no_class", source=source)
    closed = [number[node] for node, data in graph.nodes(data=True) if not may_pass(_words(data))]
    lines, repairs = sound_lines(_ways(list(found.values()), closed, system))
    if not len(lines):
        raise RoadsError("roads.no_nodes", path=source, ways=len(found))
    return RoadData(lines, (), repairs)


def _direction(graph: nx.MultiGraph, start: Any, end: Any, data: Mapping[str, Any]) -> int:  # noqa: ANN401
    """Of an edge: as the graph is directed, unless the edge itself says that it goes both ways."""
    oneway = _listed(data.get("oneway"))
    if data.get("oneway:motorcycle") == "no" or (oneway and not {*oneway} - _BOTH_WAYS):
        return 0
    if graph.is_directed():
        return 1
    if not {*oneway} & _ONE_WAY:
        return 0
    # OSMnx keeps from where to where a one-way street went when it lost its direction
    ends = {str(start): 1, str(end): -1}
    return ends.get(str(data.get("from")), 0)


def _ways(edges: list[_Edge], closed: list[int], system: pyproj.CRS) -> Ways:
    counts = np.array([len(edge.points) for edge in edges])
    # points between the ends get names that no node has
    names = -1 - np.arange(int(counts.sum()), dtype=np.int64)
    stops = np.cumsum(counts)
    names[stops - counts] = [edge.start for edge in edges]
    names[stops - 1] = [edge.end for edge in edges]
    lon, lat = np.concatenate([edge.points for edge in edges]).T
    if system.is_projected:
        transform = pyproj.Transformer.from_crs(system, "EPSG:4326", always_xy=True)
        lon, lat = transform.transform(lon, lat)
    return Ways([edge.tags for edge in edges], names, lon, lat, counts, closed)


def _points(graph: nx.MultiGraph, start: Any, end: Any, data: Any) -> NDArray[np.float64]:  # noqa: ANN401
    """From start to end; the shape of an undirected edge may run the other way."""
    ends = np.array(
        [(float(graph.nodes[node]["x"]), float(graph.nodes[node]["y"])) for node in (start, end)]
    )
    shape = data.get("geometry")
    if shape is None:
        return ends
    points = shapely.get_coordinates(shapely.from_wkt(shape) if isinstance(shape, str) else shape)
    from_start, from_end = np.hypot(*(points[0] - ends).T)
    return points[::-1] if from_end < from_start else points


def _single_tags(data: Mapping[str, Any], speed_kph: Mapping[str, float]) -> dict[str, str]:
    """One value a tag: of several the slowest class, and a closure if there is one."""
    tags = {}
    for key in _TAGS:
        values = sorted(map(str, _values(data.get(key))))
        if not values or key == "oneway":
            continue
        if key == "highway":
            values.sort(key=lambda value: speed_kph.get(value.removesuffix("_link"), 0))
        closed = [value for value in values if not may_ride({key: value})]
        tags[key] = (closed or values)[0]
    return tags


def _values(value: Any) -> list[Any]:  # noqa: ANN401
    """One value or several; a file has a list as Python writes it."""
    if isinstance(value, str) and value.startswith("["):
        with suppress(SyntaxError, ValueError):
            value = ast.literal_eval(value)
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]


def _listed(value: Any) -> list[str]:  # noqa: ANN401
    return [str(one).strip().lower() for one in _values(value)]


def _words(data: Mapping[str, Any]) -> dict[str, str]:
    return {key: str(value) for key, value in data.items()}
