"""What a route is drawn on, and the geometry to draw it: for paper and phones alike.

A `Drawing` holds roads, places and the legs of a day in WGS-84 degrees. A `Plane` turns degrees
into metres (x to the east, y to the south, as pictures have it), a `Frame` is the part of it that
is shown, and `crop` cuts and thins lines to a frame.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import cached_property
from itertools import starmap
from typing import TYPE_CHECKING

import numpy as np
import shapely

from optimizer.model import LonLat
from optimizer.travel import Travel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from optimizer.drawing.spatial_index import Cells
    from optimizer.model import DayPlan, Route
    from optimizer.roads import Roads
    from optimizer.settings import Settings

    Line = NDArray[np.float64]

EARTH_M = 6_378_137.0


class Rank(IntEnum):
    """How strongly a road is drawn."""

    MAIN = 0
    COUNTY = 1
    VILLAGE = 2
    TRACK = 3


RANK_OF_CLASS = {
    "motorway": Rank.MAIN,
    "trunk": Rank.MAIN,
    "primary": Rank.MAIN,
    "secondary": Rank.COUNTY,
    "tertiary": Rank.COUNTY,
    "unclassified": Rank.VILLAGE,
    "residential": Rank.VILLAGE,
    "living_street": Rank.VILLAGE,
    "service": Rank.VILLAGE,
    "road": Rank.VILLAGE,
}
"""Classes of OpenStreetMap; what is missing here is drawn as a track."""

PLACE_RANK = {"city": 0, "town": 0, "suburb": 1, "village": 1, "hamlet": 2}
"""Which names come first where not all have room; what is missing here comes last."""


@dataclass(frozen=True, slots=True)
class RoadLine:
    """A stretch of road; `points` has the shape (n, 2): longitude, latitude."""

    rank: Rank
    name: str
    points: Line


@dataclass(frozen=True, slots=True)
class Place:
    """A name on the map."""

    name: str
    at: LonLat
    kind: str = "village"


@dataclass(frozen=True)
class Drawing:
    """Everything a station's day is drawn from.

    Attributes
    ----------
    centre
        The middle of the plane on which it is drawn.
    lines, places
        The backdrop.
    legs
        By crew: one line of shape (n, 2) before each stop and one home after the last. A leg to a
        stop without a position is empty.
    """

    centre: LonLat
    lines: tuple[RoadLine, ...]
    places: tuple[Place, ...]
    legs: Mapping[str, tuple[Line, ...]]

    @cached_property
    def plane(self) -> Plane:
        """The flat map that it is drawn on."""
        return Plane(self.centre)

    @cached_property
    def _trees(self) -> dict[Rank, shapely.STRtree]:
        by_rank: dict[Rank, list[Line]] = {rank: [] for rank in Rank}
        for line in self.lines:
            if len(line.points) > 1:
                by_rank[line.rank].append(self.plane.xy(line.points))
        return {rank: shapely.STRtree(_merged(lines)) for rank, lines in by_rank.items()}

    @cached_property
    def _points(self) -> dict[Rank, Lines]:
        """The points of each tree's lines."""
        return {
            rank: Lines(*shapely.get_coordinates(tree.geometries, return_index=True))
            for rank, tree in self._trees.items()
        }

    def roads_near(self, rank: Rank, cells: Cells | None, frame: Frame) -> Nearby:
        """Roads of a rank that touch a frame, or with `cells` only those that touch these."""
        tree = self._trees[rank]
        if cells is None:
            found = np.sort(tree.query(frame.box()))
        else:
            points = self._points[rank]
            found = np.unique(points.owner[cells.hold(points.points)])
        return Nearby(tree.geometries.take(found), frame)

    def roads(self, rank: Rank, frame: Frame, tolerance_m: float) -> Lines:
        """Roads of a rank within a frame, in metres of the plane, thinned to a tolerance."""
        return self.roads_near(rank, None, frame).thinned(tolerance_m)


@dataclass(frozen=True, slots=True)
class Nearby:
    """Some roads and the frame that they will be cut to."""

    strings: NDArray[np.object_]
    frame: Frame

    def __len__(self) -> int:
        """How many points they have."""
        return int(shapely.get_num_coordinates(self.strings).sum())

    def thinned(self, tolerance_m: float) -> Lines:
        """Their parts within the frame, in metres, thinned to a tolerance."""
        return _cut(self.strings, self.frame, tolerance_m)


def draw_day(plan: DayPlan, roads: Roads, settings: Settings) -> Drawing:
    """The drawing of a station's day on real roads."""
    travel = Travel(roads, settings.travel)
    located = [visit.location for visit in plan.visits if visit.location is not None]
    points = np.array([plan.station.location, *located], dtype=np.float64)
    return replace(
        surveyed(roads, plan.station.location, points), legs=route_legs(plan, travel.path)
    )


def surveyed(roads: Roads, centre: LonLat, points: Line) -> Drawing:
    """Roads and names around some points, shape (n, 2), without legs."""
    plane = Plane(centre)
    box = Frame.around(plane.xy(points), margin=0.4, at_least=3000).bounds(plane)
    lines = (
        (RANK_OF_CLASS.get(road.removesuffix("_link"), Rank.TRACK), name, np.array(line))
        for road, line, name in roads.named_lines(box)
    )
    places = tuple(
        Place(place.name, LonLat(place.lon, place.lat), place.kind)
        for place in roads.places
        if box[0] <= place.lon <= box[2] and box[1] <= place.lat <= box[3]
    )
    return Drawing(centre, tuple(starmap(RoadLine, lines)), places, {})


NO_LINE: Line = np.empty((0, 2))


def straight_legs(plan: DayPlan) -> dict[str, tuple[Line, ...]]:
    """Legs as the crow flies, for plans without roads."""
    return route_legs(plan, lambda start, end: [start, end])


def route_legs(
    plan: DayPlan, path: Callable[[LonLat, LonLat], Sequence[LonLat]]
) -> dict[str, tuple[Line, ...]]:
    """Legs of every route of a plan.

    Parameters
    ----------
    path
        Called with two points, gives the points of the way between them.
    """
    visits = {visit.visit_id: visit for visit in plan.visits}

    def legs(route: Route) -> Iterable[Line]:
        here = plan.station.location
        for there in (*(visits[stop.visit_id].location for stop in route.stops), here):
            if there is None:
                yield NO_LINE
            else:
                yield np.asarray(path(here, there), dtype=np.float64).reshape(-1, 2)
                here = there

    return {route.crew_id: tuple(legs(route)) for route in plan.routes}


@dataclass(frozen=True, slots=True)
class Plane:
    """A flat map of the surroundings of one point: Mercator, true to scale there."""

    centre: LonLat

    def xy(self, points: Line) -> Line:
        """Metres east and south of the centre, shape (n, 2), of degrees of the same shape."""
        lon, lat = points[:, 0], points[:, 1]
        scale = EARTH_M * math.cos(math.radians(self.centre.lat))
        north = np.arcsinh(np.tan(np.radians(lat))) - math.asinh(
            math.tan(math.radians(self.centre.lat))
        )
        return np.column_stack([np.radians(lon - self.centre.lon) * scale, -north * scale])

    def at(self, point: LonLat) -> Line:
        """Metres east and south of one point, shape (2,)."""
        xy: Line = self.xy(np.asarray([point], dtype=np.float64))[0]
        return xy

    def degrees(self, xy: Line) -> Line:
        """Longitude and latitude, shape (n, 2), of metres of the same shape."""
        scale = EARTH_M * math.cos(math.radians(self.centre.lat))
        north = math.asinh(math.tan(math.radians(self.centre.lat))) - xy[:, 1] / scale
        lon = self.centre.lon + np.degrees(xy[:, 0] / scale)
        return np.column_stack([lon, np.degrees(np.arctan(np.sinh(north)))])


@dataclass(frozen=True, slots=True)
class Frame:
    """A rectangle of a plane, in metres."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """Metres from left to right."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Metres from top to bottom."""
        return self.bottom - self.top

    @property
    def corners(self) -> Line:
        """Left and top, right and bottom, shape (2, 2)."""
        return np.array([[self.left, self.top], [self.right, self.bottom]])

    @classmethod
    def around(cls, xy: Line, *, margin: float = 0.08, at_least: float = 400) -> Frame:
        """The smallest frame around points, with a margin (share of its size) on each side."""
        (left, top), (right, bottom) = xy.min(axis=0), xy.max(axis=0)
        centre_x, centre_y = (left + right) / 2, (top + bottom) / 2
        half_x = max(right - left, at_least) * (0.5 + margin)
        half_y = max(bottom - top, at_least) * (0.5 + margin)
        return cls(centre_x - half_x, centre_y - half_y, centre_x + half_x, centre_y + half_y)

    def shaped(self, ratio: float) -> Frame:
        """The same frame, widened or heightened until width is `ratio` times height."""
        extra_x = max(0.0, self.height * ratio - self.width) / 2
        extra_y = max(0.0, self.width / ratio - self.height) / 2
        return Frame(
            self.left - extra_x, self.top - extra_y, self.right + extra_x, self.bottom + extra_y
        )

    def holds(self, xy: Line) -> bool:
        """Whether a point lies inside."""
        return bool(self.left <= xy[0] <= self.right and self.top <= xy[1] <= self.bottom)

    def grown(self, by_m: float) -> Frame:
        """The same frame with so many metres more on each side."""
        return Frame(self.left - by_m, self.top - by_m, self.right + by_m, self.bottom + by_m)

    def sweep(self) -> Line:
        """A line that sweeps over the whole rectangle, row by row."""
        rows = np.linspace(self.top, self.bottom, max(2, int(self.height // 200) + 1))
        return np.array([point for y in rows for point in ((self.left, y), (self.right, y))])

    def box(self) -> shapely.Polygon:
        """The rectangle as geometry."""
        return shapely.box(self.left, self.top, self.right, self.bottom)

    def bounds(self, plane: Plane) -> tuple[float, float, float, float]:
        """West, south, east and north in degrees."""
        corners = plane.degrees(np.array([[self.left, self.bottom], [self.right, self.top]]))
        (west, south), (east, north) = corners.tolist()
        return west, south, east, north


@dataclass(frozen=True, slots=True)
class Lines:
    """Many lines in two arrays: points of shape (n, 2) in metres, and which line each is of."""

    points: Line
    owner: NDArray[np.int64]


def crop(lines: Sequence[Line], frame: Frame, tolerance_m: float) -> Lines:
    """Lines in metres → their parts within a frame, thinned to a tolerance."""
    return _cut(_strings([line for line in lines if len(line) > 1]), frame, tolerance_m)


def _merged(lines: Sequence[Line]) -> NDArray[np.object_]:
    """Geometries of lines, those that follow one another joined where no third one begins."""
    whole = shapely.line_merge(shapely.multilinestrings(_strings(lines)))
    return np.asarray(shapely.get_parts(whole), dtype=object)


def _strings(lines: Sequence[Line]) -> NDArray[np.object_]:
    if not lines:
        return np.empty(0, dtype=object)
    owner = np.repeat(np.arange(len(lines)), [len(line) for line in lines])
    return np.asarray(shapely.linestrings(np.concatenate(lines), indices=owner))


def _cut(strings: NDArray[np.object_], frame: Frame, tolerance_m: float) -> Lines:
    cut = shapely.clip_by_rect(strings, frame.left, frame.top, frame.right, frame.bottom)
    parts = shapely.get_parts(shapely.simplify(cut, tolerance_m))
    kept = parts[
        (shapely.get_type_id(parts) == shapely.GeometryType.LINESTRING) & ~shapely.is_empty(parts)
    ]
    points, owner = shapely.get_coordinates(kept, return_index=True)
    return Lines(points, owner)


def path_data(lines: Lines, origin: tuple[float, float], unit_m: float) -> str:
    """The ``d`` of an SVG path: whole units from an origin, each point relative to the last."""
    units = np.rint((lines.points - np.asarray(origin)) / unit_m).astype(np.int64)
    first = np.diff(lines.owner, prepend=-1) != 0
    moved = np.ones(len(units), dtype=bool)
    moved[1:] = first[1:] | np.any(units[1:] != units[:-1], axis=1)
    units, first = units[moved], first[moved]
    steps = np.diff(units, axis=0, prepend=np.zeros((1, 2), dtype=np.int64))
    steps[first] = units[first]
    # A line whose points all fell on one unit is a lone beginning, and draws nothing.
    lone = first & np.append(first[1:], True)
    pieces = [
        f"M{x} {y}l" if start else f"{x} {y} "
        for (x, y), start, skip in zip(steps.tolist(), first.tolist(), lone.tolist(), strict=True)
        if not skip
    ]
    return "".join(pieces).replace(" M", "M").replace(" -", "-").rstrip()
