"""From lines to the network: cut to the spacing, number, report what was left out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import routingkit_cch
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from optimizer.errors import RoadsError
from optimizer.geometry import metres_from, segment_m
from optimizer.roads.graph import Directed, download, largest_part, read_graphml
from optimizer.roads.lines import Lines, Place, offsets
from optimizer.roads.network import UNATTACHED_CLASSES, CutOff, Roads, RoadsReport
from optimizer.roads.osmfile import SUFFIXES, read_osm

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from optimizer.roads.ways import RoadData
    from optimizer.settings import TravelSettings

    Progress = Callable[[int, int], None]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

_STEPS = 4
_CUT_SAMPLES = 5


def read_roads(path: Path, settings: TravelSettings, progress: Progress | None = None) -> Roads:
    """The network of an OpenStreetMap or GraphML file.

    Raises
    ------
    RoadsError
        The file is missing, of another kind, broken, or has no usable road.
    """
    if not path.exists():
        raise RoadsError("roads.missing", path=path)
    speeds = _ridden(settings)
    name = path.name.lower()
    if name.endswith(".graphml"):
        return build(read_graphml(path, speeds), settings, str(path), progress)
    if name.endswith((*SUFFIXES, ".pbf")):
        return build(read_osm(path, speeds), settings, str(path), progress)
    raise RoadsError("roads.kind", path=path, known=SUFFIXES)


def download_roads(place: str, settings: TravelSettings, progress: Progress | None = None) -> Roads:
    """The network of a named place, from OpenStreetMap's servers.

    Raises
    ------
    RoadsError
        There is no network or no such place; the message tells how to use a file.
    """
    return build(download(place, _ridden(settings)), settings, place, progress)


def _ridden(settings: TravelSettings) -> dict[str, float]:
    return {name: kph for name, kph in settings.speed_kph.items() if kph > 0}


def build(
    found: RoadData,
    settings: TravelSettings,
    source: str,
    progress: Progress | None = None,
) -> Roads:
    """The network of some lines."""
    lines, places, repairs = found
    tick = progress or (lambda _done, _total: None)
    tick(1, _STEPS)
    directed = largest_part(lines)
    tick(2, _STEPS)
    kept, number = np.unique(directed.line, return_inverse=True)
    report = replace(_report(lines, kept, places, source), repairs=repairs)
    used = lines.take(kept)
    roads = _network(used, Directed(number, directed.forward), places, settings, report)
    tick(_STEPS, _STEPS)
    return roads


def _network(
    lines: Lines,
    directed: Directed,
    places: Sequence[Place],
    settings: TravelSettings,
    report: RoadsReport,
) -> Roads:
    pieces = _cut(lines, settings.spacing_m)
    ids, node_lon, node_lat = lines.nodes()
    node_lon = np.concatenate([node_lon, pieces.cut_lon])
    node_lat = np.concatenate([node_lat, pieces.cut_lat])
    piece_from, piece_to = _piece_ends(lines, pieces, ids)

    # each directed line becomes the directed pieces of that line
    counts = pieces.counts[directed.line]
    edge_piece = np.repeat(offsets(pieces.counts)[directed.line], counts) + (
        np.arange(int(counts.sum())) - np.repeat(offsets(counts)[:-1], counts)
    )
    forward = np.repeat(directed.forward, counts)
    tail = np.where(forward, piece_from[edge_piece], piece_to[edge_piece])
    head = np.where(forward, piece_to[edge_piece], piece_from[edge_piece])

    class_names, class_of = np.unique([tags.road_class for tags in lines.tags], return_inverse=True)
    names, name_of = np.unique(["", *(tags.name for tags in lines.tags)], return_inverse=True)
    return Roads(
        node_lon=node_lon,
        node_lat=node_lat,
        edge_from=tail.astype(np.int32),
        edge_to=head.astype(np.int32),
        edge_m=pieces.whole_m[edge_piece].astype(np.int32),
        edge_class=class_of[pieces.line[edge_piece]].astype(np.uint8),
        edge_piece=edge_piece.astype(np.int32),
        edge_forward=forward,
        piece_from=piece_from.astype(np.int32),
        piece_to=piece_to.astype(np.int32),
        piece_m=pieces.metres,
        piece_line=pieces.line.astype(np.int32),
        piece_first=pieces.first.astype(np.int32),
        piece_last=pieces.last.astype(np.int32),
        point_lon=pieces.lon,
        point_lat=pieces.lat,
        line_first=pieces.first[offsets(pieces.counts)[:-1]].astype(np.int32),
        line_last=pieces.last[offsets(pieces.counts)[1:] - 1].astype(np.int32),
        line_class=class_of.astype(np.uint8),
        line_name=name_of[1:].astype(np.int32),
        line_attach=np.array(
            [tags.road_class not in UNATTACHED_CLASSES and not tags.tunnel for tags in lines.tags]
        ),
        order=_contraction_order(tail, head, node_lon, node_lat),
        class_names=tuple(class_names.tolist()),
        class_kph=tuple(settings.speed_kph[name] for name in class_names.tolist()),
        names=tuple(names.tolist()),
        places=tuple(places),
        report=report,
        spacing_m=settings.spacing_m,
        max_walk_m=settings.max_walk_m,
    )


def _contraction_order(tail: Ints, head: Ints, lon: Floats, lat: Floats) -> NDArray[np.int32]:
    order = routingkit_cch.compute_order_inertial(
        len(lon), tail.tolist(), head.tolist(), lat.tolist(), lon.tolist()
    )
    return np.array(order, dtype=np.int32)


class _Pieces(NamedTuple):
    """Lines cut into equal pieces; all points in one array, pieces share their end points."""

    counts: Ints  # pieces of each line
    line: Ints
    first: Ints
    last: Ints
    metres: Floats
    whole_m: Ints
    lon: Floats
    lat: Floats
    cut_lon: Floats
    cut_lat: Floats


def _cut(lines: Lines, spacing_m: int) -> _Pieces:
    """Cut every line into the fewest equal pieces that are not longer than the spacing."""
    run = _running_m(lines)
    start_m, end_m = run[lines.first[:-1]], run[lines.first[1:] - 1]
    length_m = end_m - start_m
    count = np.maximum(1, np.ceil(length_m / spacing_m)).astype(np.int64)
    line = np.repeat(np.arange(len(lines)), count)
    place = np.arange(len(line)) - np.repeat(offsets(count)[:-1], count)

    inner = place > 0
    cut_m = start_m[line[inner]] + (length_m / count)[line[inner]] * place[inner]
    cut_lon, cut_lat = (np.interp(cut_m, run, values) for values in (lines.lon, lines.lat))

    # a cut is put among the points by its place on the running length
    order = np.argsort(np.concatenate([run, cut_m]), kind="stable")
    where = np.empty_like(order)
    where[order] = np.arange(len(order))
    first, last = where[lines.first[:-1]][line], where[lines.first[1:] - 1][line]
    first[inner] = where[len(run) :]
    last[np.flatnonzero(inner) - 1] = where[len(run) :]

    # rounded along the line, so that the pieces' whole metres add up to the line's
    ends_m = np.rint((length_m / count)[line] * (place + 1))
    begins_m = np.rint((length_m / count)[line] * place)
    return _Pieces(
        counts=count,
        line=line,
        first=first,
        last=last,
        metres=(length_m / count)[line],
        whole_m=np.maximum(1, ends_m - begins_m).astype(np.int64),
        lon=np.concatenate([lines.lon, cut_lon])[order],
        lat=np.concatenate([lines.lat, cut_lat])[order],
        cut_lon=cut_lon,
        cut_lat=cut_lat,
    )


def _running_m(lines: Lines) -> Floats:
    """Metres from the first point of the first line; a metre lies between two lines."""
    steps = segment_m(lines.lon, lines.lat)
    steps[lines.first[1:-1] - 1] = 1.0
    return np.concatenate([[0.0], np.cumsum(steps)])


def _piece_ends(lines: Lines, pieces: _Pieces, ids: Ints) -> tuple[Ints, Ints]:
    """Node numbers at both ends: first the lines' ends, then the cuts in order."""
    place = np.arange(len(pieces.line)) - np.repeat(offsets(pieces.counts)[:-1], pieces.counts)
    inner = np.flatnonzero(place > 0)
    cuts = len(ids) + np.arange(len(inner))
    piece_from = np.searchsorted(ids, lines.start)[pieces.line]
    piece_to = np.searchsorted(ids, lines.end)[pieces.line]
    piece_from[inner] = cuts
    piece_to[inner - 1] = cuts
    return piece_from, piece_to


def _report(lines: Lines, kept: Ints, places: Sequence[Place], source: str) -> RoadsReport:
    run = _running_m(lines)
    length_km = (run[lines.first[1:] - 1] - run[lines.first[:-1]]) / 1000
    is_kept = np.zeros(len(lines), dtype=bool)
    is_kept[kept] = True
    cut = np.flatnonzero(~is_kept)
    return RoadsReport(
        source=source,
        lines=len(kept),
        km=float(length_km[kept].sum()),
        cut_lines=len(cut),
        cut_km=float(length_km[cut].sum()),
        largest_cut=_largest_cut(lines.take(cut), length_km[cut], places) if len(cut) else (),
    )


def _largest_cut(lines: Lines, length_km: Floats, places: Sequence[Place]) -> tuple[CutOff, ...]:
    ids, lon, lat = lines.nodes()
    start, end = np.searchsorted(ids, lines.start), np.searchsorted(ids, lines.end)
    links = coo_array((np.ones(len(start)), (start, end)), shape=(len(ids), len(ids)))
    _, part = connected_components(links, directed=False)
    km = np.bincount(part[start], weights=length_km)
    largest = np.argsort(-km, kind="stable")[:_CUT_SAMPLES]
    middles = [(lon[part == number].mean(), lat[part == number].mean()) for number in largest]
    return tuple(
        CutOff(float(km[number]), float(x), float(y), _nearest_place(x, y, places))
        for number, (x, y) in zip(largest, middles, strict=True)
    )


def _nearest_place(lon: float, lat: float, places: Sequence[Place]) -> str:
    if not places:
        return ""
    away = metres_from(lon, lat, [place.lon for place in places], [place.lat for place in places])
    return places[int(np.argmin(away))].name
