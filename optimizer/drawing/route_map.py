"""The map on a sheet: a drawing in millimetres that reads in black and white.

Roads are thin and grey, the route is thick, every stop carries its number. Stops that would lie
on top of each other share a label (``3-5``), labels push each other aside and keep a thin line
to their place.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from optimizer.catalogue.escaping import clean
from optimizer.drawing.picture import PLACE_RANK, Frame, Rank, crop, path_data

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from optimizer.drawing.picture import Drawing, Line, Lines, Place, Plane
    from optimizer.model import LonLat

UNIT_MM = 0.05
INK = "#1a1a1a"
ACCENT = "#00594f"
FONT = "Noto Sans SC"
FEW = 3
"""So many stops or fewer are shown with more of what lies around them."""


@dataclass(frozen=True, slots=True)
class Stroke:
    """A line of so many millimetres; dash and gap in millimetres too."""

    colour: str
    width: float
    dash: tuple[float, float] | None = None

    def path(self, data: str) -> str:
        """An SVG path of data in units of `UNIT_MM`."""
        dash = (
            ""
            if self.dash is None
            else f' stroke-dasharray="{self.dash[0] / UNIT_MM:g} {self.dash[1] / UNIT_MM:g}"'
        )
        return (
            f'<path d="{data}" fill="none" transform="scale({UNIT_MM})" stroke="{self.colour}" '
            f'stroke-width="{self.width / UNIT_MM:g}"{dash}/>'
        )


ROADS = {
    Rank.TRACK: (Stroke("#8a8a8a", 0.22, (1.0, 0.7)),),
    Rank.VILLAGE: (Stroke("#9a9a9a", 0.38),),
    Rank.COUNTY: (Stroke("#7d7d7d", 1.15), Stroke("#ffffff", 0.75)),
    Rank.MAIN: (Stroke("#5a5a5a", 1.8), Stroke("#e4e4e4", 1.25)),
}
"""Strokes of each road, the lowest first."""


@dataclass(frozen=True, slots=True)
class Sight:
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


@dataclass(frozen=True, slots=True)
class Canvas:
    """A frame of a plane on a piece of paper of so many millimetres."""

    plane: Plane
    frame: Frame
    width_mm: float
    height_mm: float

    @property
    def mm_per_m(self) -> float:
        """The scale."""
        return self.width_mm / self.frame.width

    def mm(self, point: LonLat) -> Line:
        """Millimetres from the left and from the top, shape (2,)."""
        return self.to_mm(self.plane.at(point))

    def to_mm(self, xy: Line) -> Line:
        """Metres of the plane → millimetres on the paper."""
        mm: Line = (xy - np.array([self.frame.left, self.frame.top])) * self.mm_per_m
        return mm

    def data(self, lines: Lines) -> str:
        """Path data of lines in metres, in units of `UNIT_MM`."""
        return path_data(lines, (self.frame.left, self.frame.top), UNIT_MM / self.mm_per_m)

    def road(self, drawing: Drawing, rank: Rank) -> str:
        """Path data of all roads of a rank."""
        return self.data(drawing.roads(rank, self._seen, 0.12 / self.mm_per_m))

    def way(self, legs: Sequence[Line]) -> str:
        """Path data of legs in degrees."""
        metres = [self.plane.xy(leg) for leg in legs]
        return self.data(crop(metres, self._seen, 0.08 / self.mm_per_m))

    @property
    def _seen(self) -> Frame:
        """A little more than the frame, so that no cut end shows."""
        return self.frame.grown(3 / self.mm_per_m)


def frame_of(sight: Sight, plane: Plane, ratio: float, *, whole: bool = False) -> Frame:
    """What the main map shows: the stops, and the station where it is near."""
    stops = plane.xy(np.array([place for _, place in sight.stops]))
    # A lone door says little without the roads around it.
    own = Frame.around(stops, margin=0.1, at_least=500 if len(stops) > FEW else 1500).shaped(ratio)
    everything = [stops, plane.at(sight.station)[None, :], *map(plane.xy, sight.legs)]
    both = Frame.around(np.concatenate(everything), margin=0.06).shaped(ratio)
    return both if whole or both.width < 1.5 * own.width else own


def overview(
    drawing: Drawing, sight: Sight, width_mm: float, height_mm: float, *, whole: bool = False
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
    if not sight.stops:
        return "", ""
    plane = drawing.plane
    frame = frame_of(sight, plane, width_mm / height_mm, whole=whole)
    if frame.holds(plane.at(sight.station)):
        return _main_map(drawing, sight, Canvas(plane, frame, width_mm, height_mm)), ""
    narrow_mm = round(width_mm * 0.27, 1)
    wide_mm = width_mm - narrow_mm - 2
    main = Canvas(plane, frame_of(sight, plane, wide_mm / height_mm), wide_mm, height_mm)
    return _main_map(drawing, sight, main), _way_map(drawing, sight, main, narrow_mm)


def _main_map(drawing: Drawing, sight: Sight, canvas: Canvas) -> str:
    return _svg(
        canvas,
        [
            *_roads(drawing, canvas),
            *_route(sight.legs, canvas, 1.05, arrows=not sight.doors),
            *_dots(sight.doors, canvas),
            *labels(drawing, sight, canvas, scale=True),
        ],
    )


def labels(drawing: Drawing, sight: Sight, canvas: Canvas, *, scale: bool = False) -> Iterable[str]:
    """Everything with letters: names of places, the station, numbers of stops, maybe a scale."""
    stops = _settle(_stop_labels(sight, canvas), canvas)
    taken = [stop.box for stop in stops]
    station = canvas.mm(sight.station)
    shows_station = canvas.frame.holds(canvas.plane.at(sight.station))
    if shows_station:
        taken.append((*(station - 3), *(station + 3)))
    if scale:
        yield from _scale_bar(canvas, taken)
    yield from _names(drawing.places, canvas, taken)
    if shows_station:
        yield from _station(station)
    for stop in stops:
        yield from stop.leader()
    for stop in stops:
        yield from stop.marks()


def _way_map(drawing: Drawing, sight: Sight, main: Canvas, width_mm: float) -> str:
    plane = main.plane
    way = plane.xy(np.concatenate([leg for leg in sight.legs if len(leg)]))
    points = np.concatenate([way, main.frame.corners])
    frame = Frame.around(points, margin=0.12).shaped(width_mm / main.height_mm)
    canvas = Canvas(plane, frame, width_mm, main.height_mm)
    ranks = (Rank.MAIN, Rank.COUNTY, *([Rank.VILLAGE] if frame.width < 6000 else []))
    places = [place for place in drawing.places if PLACE_RANK.get(place.kind, 3) < 2]
    (left, top), (right, bottom) = canvas.to_mm(main.frame.corners).tolist()
    station = canvas.mm(sight.station)
    box = (
        f'<rect x="{left:.1f}" y="{top:.1f}" width="{right - left:.1f}" '
        f'height="{bottom - top:.1f}" fill="none" stroke="{INK}" stroke-width=".35"/>'
    )
    taken: list[Box] = [(*(station - 3), *(station + 3)), (left, top, right, bottom)]
    scale = _scale_bar(canvas, taken)
    return _svg(
        canvas,
        [
            *_roads(drawing, canvas, ranks),
            *_route(sight.legs, canvas, 0.7),
            box,
            *_names(places, canvas, taken, most=5),
            *_station(station),
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


Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Label:
    """A stop's number, or those of several, at `at`; the stop itself is at `anchor`."""

    text: str
    anchor: Line
    at: Line

    @property
    def width(self) -> float:
        """Millimetres."""
        return max(4.8, 1.9 + 1.75 * len(self.text))

    @property
    def box(self) -> Box:
        """Left, top, right, bottom."""
        half = np.array([self.width / 2, 2.4])
        return (*(self.at - half), *(self.at + half))

    def leader(self) -> Iterable[str]:
        """The thin line to the stop, where the label had to move away."""
        if np.hypot(*(self.at - self.anchor)) > 2.2:
            (x, y), (u, v) = self.anchor, self.at
            yield (
                f'<path d="M{x:.2f} {y:.2f}L{u:.2f} {v:.2f}" stroke="{INK}" stroke-width=".25"/>'
                f'<circle cx="{x:.2f}" cy="{y:.2f}" r=".7" fill="{INK}"/>'
            )

    def marks(self) -> Iterable[str]:
        """The pill and its text."""
        left, top, _, _ = self.box
        yield (
            f'<rect x="{left:.2f}" y="{top:.2f}" width="{self.width:.2f}" height="4.8" rx="2.4" '
            f'fill="{INK}" stroke="#fff" stroke-width=".35"/>'
        )
        yield (
            f'<text x="{self.at[0]:.2f}" y="{self.at[1] + 1.12:.2f}" font-size="3.1" '
            f'text-anchor="middle" fill="#fff" stroke="#fff" stroke-width=".09">{self.text}</text>'
        )


def _stop_labels(sight: Sight, canvas: Canvas, near_mm: float = 1.7) -> list[Label]:
    """One label a stop; stops in a row that are nearer to each other share one."""
    groups: list[tuple[list[int | str], list[Line]]] = []
    for number, place in sight.stops:
        at = canvas.mm(place)
        if groups:
            numbers, places = groups[-1]
            last = numbers[-1]
            follows = isinstance(number, int) and isinstance(last, int) and number == last + 1
            if follows and np.hypot(*(at - np.mean(places, axis=0))) < near_mm:
                numbers.append(number)
                places.append(at)
                continue
        groups.append(([number], [at]))
    return [
        Label(_span(numbers), np.mean(places, axis=0), np.mean(places, axis=0))
        for numbers, places in groups
    ]


def _span(numbers: list[int | str]) -> str:
    return escape(str(numbers[0])) if len(numbers) == 1 else f"{numbers[0]}–{numbers[-1]}"


def _settle(labels: list[Label], canvas: Canvas) -> list[Label]:
    """Labels moved apart until none covers another, each as near to its stop as it can be."""
    anchors = np.array([label.anchor for label in labels])
    half = np.array([[label.width / 2 + 0.15, 2.55] for label in labels])
    low, high = half + 0.4, np.array([canvas.width_mm, canvas.height_mm]) - half - 0.4
    # A tiny turn for each label, so that labels on one spot have somewhere to go.
    turn = np.arange(len(labels)) * 2.4
    at = anchors + 0.05 * np.column_stack([np.cos(turn), np.sin(turn)])
    at = np.clip(at, low, high)
    order = np.arange(len(labels), dtype=np.float64)
    tie = 1e-6 * (order[:, None] - order[None, :])[..., None]
    for step in range(300):
        gap = at[:, None] - at[None, :] + tie
        depth = half[:, None] + half[None, :] - np.abs(gap)
        touching = np.all(depth > 0, axis=2) & ~np.eye(len(labels), dtype=bool)
        if not touching.any():
            break
        axis = (depth[..., 1] < depth[..., 0]).astype(int)
        push = np.zeros_like(gap)
        rows, columns = np.nonzero(touching)
        along = axis[rows, columns]
        amount = depth[rows, columns, along] * np.sign(gap[rows, columns, along])
        push[rows, columns, along] = amount
        at = at + 0.45 * push.sum(axis=1) + (0.02 if step < 40 else 0) * (anchors - at)
        at = np.clip(at, low, high)
    return [replace(label, at=place) for label, place in zip(labels, at, strict=True)]


def _names(
    places: Sequence[Place], canvas: Canvas, taken: Sequence[Box], most: int = 14
) -> Iterable[str]:
    """Names of places where they cover nothing, towns first."""
    boxes = list(taken)
    written = 0
    for place in sorted(places, key=lambda place: PLACE_RANK.get(place.kind, 3)):
        name = clean(place.name, 16)
        size = 3.6 if PLACE_RANK.get(place.kind, 3) == 0 else 3.0
        middle = canvas.mm(place.at)
        half = np.array([em_width(name) * size / 2 + 0.4, size * 0.6])
        for shift in (0.0, -4.0, 4.0, -7.0, 7.0):
            at = middle + np.array([0, shift])
            box = (*(at - half), *(at + half))
            if _inside(box, canvas) and not any(_overlap(box, other) for other in boxes):
                boxes.append(box)
                written += 1
                yield _halo_text(name, at, size)
                break
        if written == most:
            return


def em_width(text: str) -> float:
    """Width in ems: Chinese characters are one wide, others about half of that."""
    return sum(1.0 if ord(char) > 0x2E7F else 0.56 for char in text)


def _inside(box: Box, canvas: Canvas) -> bool:
    left, top, right, bottom = box
    return left > 1 and top > 1 and right < canvas.width_mm - 1 and bottom < canvas.height_mm - 1


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _halo_text(text: str, at: Line, size: float) -> str:
    place = f'x="{at[0]:.2f}" y="{at[1] + size * 0.36:.2f}" font-size="{size}" text-anchor="middle"'
    halo = 'paint-order="stroke" stroke="#fff" stroke-width=".9"'
    return f'<text {place} {halo} fill="#444">{escape(text)}</text>'


def _station(at: Line) -> Iterable[str]:
    x, y = at.tolist()
    yield (
        f'<rect x="{x - 2.7:.2f}" y="{y - 2.7:.2f}" width="5.4" height="5.4" fill="{INK}" '
        f'stroke="#fff" stroke-width=".4"/>'
        f'<text x="{x:.2f}" y="{y + 1.35:.2f}" font-size="3.7" text-anchor="middle" '
        f'fill="#fff">所</text>'
    )


def _scale_bar(canvas: Canvas, taken: list[Box]) -> list[str]:
    """A scale in the first corner that has room for it, which is then taken."""
    longest_m = min(30.0, canvas.width_mm / 3) / canvas.mm_per_m
    metres = max(
        step * 10**power
        for step in (1, 2, 5)
        for power in range(1, 6)
        if step * 10**power <= longest_m or (step, power) == (1, 1)
    )
    length = metres * canvas.mm_per_m
    boxes: list[Box] = [
        (left - 1, bottom - 4.4, left + length + 1, bottom + 1)
        for bottom in (canvas.height_mm - 2.2, 5.4)
        for left in (2.5, canvas.width_mm - 2.5 - length)
    ]
    free = [box for box in boxes if not any(_overlap(box, other) for other in taken)]
    box = next(iter(free), boxes[0])
    taken.append(box)
    left, bottom = box[0] + 1, box[3] - 1
    text = f"{metres // 1000} km" if metres >= 1000 else f"{metres} m"
    bar = f"M{left:.2f} {bottom - 1.1:.2f}v1.1h{length:.2f}v-1.1"
    return [
        *(
            f'<path d="{bar}" fill="none" stroke="{colour}" stroke-width="{width}"/>'
            for colour, width in (("#fff", 1.1), (INK, 0.3))
        ),
        _halo_text(text, np.array([left + length / 2, bottom - 2.1]), 2.6),
    ]
