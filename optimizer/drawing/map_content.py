"""What a map shows: the roads and places around a station, and the legs of its day.

A `Drawing` has them in WGS-84 degrees; it finds the roads of a frame quickly, thinned as the map's
scale wants them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum
from functools import cached_property
from itertools import starmap
from typing import TYPE_CHECKING

import numpy as np
import shapely

from optimizer.drawing.frame import Frame, PicturePlane
from optimizer.drawing.legs import route_legs
from optimizer.drawing.polylines import Lines, cut, merged
from optimizer.model import LonLat
from optimizer.travel import Travel

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from optimizer.drawing.frame import Line
    from optimizer.drawing.spatial_index import Cells
    from optimizer.model import DayPlan
    from optimizer.roads import Roads
    from optimizer.settings import Settings


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
    def plane(self) -> PicturePlane:
        """The flat map that it is drawn on."""
        return PicturePlane(self.centre)

    @cached_property
    def _trees(self) -> dict[Rank, shapely.STRtree]:
        by_rank: dict[Rank, list[Line]] = {rank: [] for rank in Rank}
        for line in self.lines:
            if len(line.points) > 1:
                by_rank[line.rank].append(self.plane.xy(line.points))
        return {rank: shapely.STRtree(merged(lines)) for rank, lines in by_rank.items()}

    @cached_property
    def _points(self) -> dict[Rank, Lines]:
        """The points of each tree's lines."""
        return {
            rank: Lines(*shapely.get_coordinates(tree.geometries, return_index=True))
            for rank, tree in self._trees.items()
        }

    def roads_near(self, rank: Rank, cells: Cells | None, frame: Frame) -> NearRoads:
        """Roads of a rank that touch a frame, or with `cells` only those that touch these."""
        tree = self._trees[rank]
        if cells is None:
            found = np.sort(tree.query(frame.box()))
        else:
            points = self._points[rank]
            found = np.unique(points.owner[cells.hold(points.points)])
        return NearRoads(tree.geometries.take(found), frame)

    def roads(self, rank: Rank, frame: Frame, tolerance_m: float) -> Lines:
        """Roads of a rank within a frame, in metres of the plane, thinned to a tolerance."""
        return self.roads_near(rank, None, frame).thinned(tolerance_m)


@dataclass(frozen=True, slots=True)
class NearRoads:
    """Some roads and the frame that they will be cut to."""

    strings: NDArray[np.object_]
    frame: Frame

    def __len__(self) -> int:
        """How many points they have."""
        return int(shapely.get_num_coordinates(self.strings).sum())

    def thinned(self, tolerance_m: float) -> Lines:
        """Their parts within the frame, in metres, thinned to a tolerance."""
        return cut(self.strings, self.frame, tolerance_m)


def draw_day(plan: DayPlan, roads: Roads, settings: Settings) -> Drawing:
    """The drawing of a station's day on real roads."""
    travel = Travel(roads, settings.travel)
    located = [visit.location for visit in plan.visits if visit.location is not None]
    points = np.array([plan.station.location, *located], dtype=np.float64)
    return replace(
        drawing_around(roads, plan.station.location, points), legs=route_legs(plan, travel.path)
    )


def drawing_around(roads: Roads, centre: LonLat, points: Line) -> Drawing:
    """Roads and names around some points, shape (n, 2), without legs."""
    plane = PicturePlane(centre)
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
