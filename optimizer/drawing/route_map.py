"""The map of a route, on paper and on phones: it reads in black and white.

Roads are thin and grey, the route is thick, every stop carries its number.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from optimizer.drawing.canvas import ACCENT, FONT, INK, Canvas, Stroke
from optimizer.drawing.frame import Frame
from optimizer.drawing.label_placement import place_names, push_apart, scale_bar, stop_labels
from optimizer.drawing.labels import station_mark
from optimizer.drawing.map_content import PLACE_RANK, Rank

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from optimizer.drawing.frame import Line, PicturePlane
    from optimizer.drawing.labels import Box
    from optimizer.drawing.map_content import Drawing
    from optimizer.model import LonLat

FEW = 3
"""So many stops or fewer are shown with more of what lies around them."""

ROADS = {
    Rank.TRACK: (Stroke("#8a8a8a", 0.22, (1.0, 0.7)),),
    Rank.VILLAGE: (Stroke("#9a9a9a", 0.38),),
    Rank.COUNTY: (Stroke("#7d7d7d", 1.15), Stroke("#ffffff", 0.75)),
    Rank.MAIN: (Stroke("#5a5a5a", 1.8), Stroke("#e4e4e4", 1.25)),
}
"""Strokes of each road, the lowest first."""


@dataclass(frozen=True, slots=True)
class MapSubject:
    """What a map must show: stops (number or name, place), the station, the way.

    Attributes
    ----------
    doors
        Places that get a dot and no label.
    """

    stops: tuple[tuple[int | str, LonLat], ...]
    station: LonLat
    legs: tuple[Line, ...]
    doors: tuple[LonLat, ...] = ()


def frame_of(
    subject: MapSubject, plane: PicturePlane, ratio: float, *, whole: bool = False
) -> Frame:
    """What the main map shows: the stops, and the station where it is near."""
    stops = plane.xy(np.array([place for _, place in subject.stops]))
    # A lone door says little without the roads around it.
    own = Frame.around(stops, margin=0.1, at_least=500 if len(stops) > FEW else 1500).shaped(ratio)
    everything = [stops, plane.at(subject.station)[None, :], *map(plane.xy, subject.legs)]
    both = Frame.around(np.concatenate(everything), margin=0.06).shaped(ratio)
    return both if whole or both.width < 1.5 * own.width else own


def draw_routes(
    drawing: Drawing, subject: MapSubject, width_mm: float, height_mm: float, *, whole: bool = False
) -> tuple[str, str]:
    """The map of a crew's stops and, where the station is not on it, a smaller one of the way.

    Parameters
    ----------
    whole
        One map, with the station on it however far it is.

    Returns
    -------
    The main map and the smaller one as SVG; the second is empty where it is not needed, and both
    are where no stop has a position.
    """
    if not subject.stops:
        return "", ""
    plane = drawing.plane
    frame = frame_of(subject, plane, width_mm / height_mm, whole=whole)
    if frame.holds(plane.at(subject.station)):
        return _main_map(drawing, subject, Canvas(plane, frame, width_mm, height_mm)), ""
    narrow_mm = round(width_mm * 0.27, 1)
    wide_mm = width_mm - narrow_mm - 2
    main = Canvas(plane, frame_of(subject, plane, wide_mm / height_mm), wide_mm, height_mm)
    return _main_map(drawing, subject, main), _way_map(drawing, subject, main, narrow_mm)


def _main_map(drawing: Drawing, subject: MapSubject, canvas: Canvas) -> str:
    return _svg(
        canvas,
        [
            *_roads(drawing, canvas),
            *_route(subject.legs, canvas, 1.05, arrows=not subject.doors),
            *_dots(subject.doors, canvas),
            *labels(drawing, subject, canvas, scale=True),
        ],
    )


def labels(
    drawing: Drawing, subject: MapSubject, canvas: Canvas, *, scale: bool = False
) -> Iterable[str]:
    """Everything with letters: names of places, the station, numbers of stops, maybe a scale."""
    stops = push_apart(stop_labels(subject.stops, canvas), canvas)
    taken = [stop.box for stop in stops]
    station = canvas.mm(subject.station)
    shows_station = canvas.frame.holds(canvas.plane.at(subject.station))
    if shows_station:
        taken.append((*(station - 3), *(station + 3)))
    if scale:
        yield from scale_bar(canvas, taken)
    yield from place_names(drawing.places, canvas, taken)
    if shows_station:
        yield from station_mark(station)
    for stop in stops:
        yield from stop.leader()
    for stop in stops:
        yield from stop.marks()


def _way_map(drawing: Drawing, subject: MapSubject, main: Canvas, width_mm: float) -> str:
    plane = main.plane
    way = plane.xy(np.concatenate([leg for leg in subject.legs if len(leg)]))
    points = np.concatenate([way, main.frame.corners])
    frame = Frame.around(points, margin=0.12).shaped(width_mm / main.height_mm)
    canvas = Canvas(plane, frame, width_mm, main.height_mm)
    ranks = (Rank.MAIN, Rank.COUNTY, *([Rank.VILLAGE] if frame.width < 6000 else []))
    places = [place for place in drawing.places if PLACE_RANK.get(place.kind, 3) < 2]
    (left, top), (right, bottom) = canvas.to_mm(main.frame.corners).tolist()
    station = canvas.mm(subject.station)
    box = (
        f'<rect x="{left:.1f}" y="{top:.1f}" width="{right - left:.1f}" '
        f'height="{bottom - top:.1f}" fill="none" stroke="{INK}" stroke-width=".35"/>'
    )
    taken: list[Box] = [(*(station - 3), *(station + 3)), (left, top, right, bottom)]
    scale = scale_bar(canvas, taken)
    return _svg(
        canvas,
        [
            *_roads(drawing, canvas, ranks),
            *_route(subject.legs, canvas, 0.7),
            box,
            *place_names(places, canvas, taken, most=5),
            *station_mark(station),
            *scale,
        ],
    )


def _svg(canvas: Canvas, marks: Iterable[str]) -> str:
    width, height = canvas.width_mm, canvas.height_mm
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}mm" height="{height}mm" '
        f'viewBox="0 0 {width} {height}" font-family="{FONT}" stroke-linejoin="round">'
        f'<clipPath id="paper"><rect width="{width}" height="{height}" rx="1"/></clipPath>'
        f'<g clip-path="url(#paper)">{"".join(marks)}</g>'
        f'<rect x=".1" y=".1" width="{width - 0.2}" height="{height - 0.2}" rx="1" fill="none" '
        f'stroke="#8a8a8a" stroke-width=".2"/></svg>'
    )


def _roads(drawing: Drawing, canvas: Canvas, ranks: Iterable[Rank] = tuple(Rank)) -> Iterable[str]:
    data = {rank: canvas.road(drawing, rank) for rank in sorted(ranks, reverse=True)}
    for layer in (0, 1):
        for rank, path in data.items():
            if path and layer < len(ROADS[rank]):
                yield ROADS[rank][layer].path(path)


def _route(
    legs: Sequence[Line], canvas: Canvas, width: float, *, arrows: bool = True
) -> Iterable[str]:
    data = canvas.way(legs)
    if data:
        yield Stroke("#ffffff", width + 0.9).path(data)
        yield Stroke(ACCENT, width).path(data)
        if arrows:
            yield from (_arrow(at, toward, width) for at, toward in _arrow_places(legs, canvas))


def _dots(places: Sequence[LonLat], canvas: Canvas) -> Iterable[str]:
    for place in places:
        x, y = canvas.mm(place).tolist()
        yield (
            f'<circle cx="{x:.2f}" cy="{y:.2f}" r=".8" fill="{INK}" stroke="#fff" '
            f'stroke-width=".25"/>'
        )


def _arrow_places(
    legs: Sequence[Line], canvas: Canvas, every_mm: float = 30
) -> Iterable[tuple[Line, Line]]:
    """Points of the way, one each so many millimetres, and the direction of travel there."""
    points = [canvas.to_mm(canvas.plane.xy(leg)) for leg in legs if len(leg) > 1]
    if not points:
        return
    way = np.concatenate(points)
    steps = np.diff(way, axis=0)
    lengths = np.hypot(steps[:, 0], steps[:, 1])
    ends = np.cumsum(lengths)
    for mark in np.arange(every_mm / 2, ends[-1], every_mm).tolist():
        index = int(np.searchsorted(ends, mark))
        if lengths[index] > 0:
            share = 1 - (ends[index] - mark) / lengths[index]
            yield way[index] + steps[index] * share, steps[index] / lengths[index]


def _arrow(at: Line, toward: Line, width: float) -> str:
    size = 1.15 + width
    side = np.array([-toward[1], toward[0]])
    # One rides on the right: arrows of the way back lie beside those of the way out.
    at = at + side * size * 0.4
    tip, tail = at + toward * size * 0.75, at - toward * size * 0.6
    corners = (tip, tail + side * size * 0.62, at - toward * size * 0.25, tail - side * size * 0.62)
    points = " ".join(f"{x:.2f},{y:.2f}" for x, y in corners)
    return f'<polygon points="{points}" fill="{ACCENT}" stroke="#fff" stroke-width=".3"/>'
