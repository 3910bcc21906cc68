"""The picture of a route on a phone: shown as it is without scripts, and the live map's source.

All geometry of a page is in the paths of this picture, once: whole units of the drawing's plane,
which the page's script turns back into degrees.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from optimizer.drawing.canvas import Canvas
from optimizer.drawing.frame import Frame
from optimizer.drawing.map_content import Rank
from optimizer.drawing.polylines import crop, path_data
from optimizer.drawing.route_map import labels
from optimizer.drawing.spatial_index import Cells

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from optimizer.drawing.frame import Line
    from optimizer.drawing.map_content import Drawing
    from optimizer.drawing.route_map import MapSubject

WIDTH_MM = 100.0

LEVELS = ((2.0, 4, 0.7), (4.0, 4, 0.5), (6.0, 2, 0.4), (9.0, 1, 0.3), (14.0, 0, 0.25), (22.0, 0, 0))
"""How roads are drawn, the finest first: tolerance in metres, how many cells from the route small
roads are drawn, and the share of their points that is left at least."""
CHARS_PER_POINT = 6
ROADS = (
    (Rank.TRACK, "r3", 1.2),
    (Rank.VILLAGE, "r2", 1.8),
    (Rank.COUNTY, "r1e", 3.6),
    (Rank.MAIN, "r0e", 4.6),
    (Rank.COUNTY, "r1", 2.4),
    (Rank.MAIN, "r0", 3.2),
)
"""Road, class of phone.css and width in pixels, the lowest first."""
SCREEN_PX = 390
"""Width of a usual phone."""


@dataclass(frozen=True, slots=True)
class StaticMap:
    """An SVG and the metres of one of its units."""

    svg: str
    unit_m: float


@dataclass(frozen=True, slots=True)
class Way:
    """A route to draw: the id of its path in the page, its legs, its colour if not the accent."""

    name: str
    legs: tuple[Line, ...]
    colour: str = ""


def static_map(drawing: Drawing, subject: MapSubject, ways: Sequence[Way], most: int) -> StaticMap:
    """Whole ways, from the station and back, with the stops' numbers or names.

    Parameters
    ----------
    most
        Characters that the roads may take; where they need more, they are coarser and fewer.
    """
    plane = drawing.plane
    legs = {way.name: [plane.xy(leg) for leg in way.legs if len(leg) > 1] for way in ways}
    every = [leg for own in legs.values() for leg in own]
    points = plane.xy(np.array([subject.station, *(place for _, place in subject.stops)]))
    frame = Frame.around(np.concatenate([points, *every]), margin=0.07, at_least=800).shaped(1.0)
    unit_m = 1.0 if frame.width < 20_000 else 2.0
    wide = frame.grown(0.5 * frame.width)
    around = Frame.around(points[1:] if len(points) > 1 else points, margin=0.05, at_least=300)
    paths = dict(_roads(drawing, [*every, around.sweep()], wide, unit_m, most))
    for name, own in legs.items():
        paths[name] = path_data(crop(own, frame, 2.0), (0, 0), unit_m)
    canvas = Canvas(plane, frame, WIDTH_MM, WIDTH_MM)
    return StaticMap(
        "".join(_svg(drawing, subject, canvas, paths=paths, ways=ways, unit_m=unit_m)), unit_m
    )


def _roads(
    drawing: Drawing, route: list[Line], frame: Frame, unit_m: float, most: int
) -> Iterable[tuple[str, str]]:
    """Ids and path data of the roads by rank, as fine as the page's size allows."""
    data = [""] * len(Rank)
    for tolerance_m, steps, share in LEVELS:
        cells = Cells.around(route, steps)
        near = [
            drawing.roads_near(rank, cells if rank > Rank.COUNTY else None, frame) for rank in Rank
        ]
        if sum(map(len, near)) * share * CHARS_PER_POINT > most:
            continue
        data = [path_data(roads.thinned(tolerance_m), (0, 0), unit_m) for roads in near]
        if sum(map(len, data)) <= most:
            break
    else:
        data[Rank.VILLAGE] = data[Rank.TRACK] = ""
    return ((f"road{rank}", data[rank]) for rank in Rank)


def _svg(
    drawing: Drawing,
    subject: MapSubject,
    canvas: Canvas,
    *,
    paths: Mapping[str, str],
    ways: Sequence[Way],
    unit_m: float,
) -> Iterable[str]:
    frame = canvas.frame
    left, top, size = (round(x / unit_m) for x in (frame.left, frame.top, frame.width))
    pixel = size / SCREEN_PX
    yield f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{left} {top} {size} {size}">'
    # Each path is in the page once; its casing and its filling use it.
    defs = "".join(f'<path id="{name}" d="{d}"/>' for name, d in paths.items())
    yield f"<defs>{defs}</defs>"
    for rank, look, width in ROADS:
        dash = f";stroke-dasharray:{4 * pixel:.1f}" if rank == Rank.TRACK else ""
        yield _use(f"road{rank}", look, f"stroke-width:{width * pixel:.1f}{dash}")
    for way in ways:
        yield _use(way.name, "lege", f"stroke-width:{6 * pixel:.1f}")
    for way in ways:
        colour = f";stroke:{way.colour}" if way.colour else ""
        yield _use(way.name, "leg", f"stroke-width:{3.2 * pixel:.1f}{colour}")
    yield f'<g transform="translate({left} {top}) scale({size / WIDTH_MM:.4f})">'
    yield from labels(drawing, subject, canvas)
    yield "</g></svg>"


def _use(name: str, look: str, style: str) -> str:
    return f'<use href="#{name}" class="{look}" style="{style}"/>'
