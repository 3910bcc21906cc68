"""Where a picture lies: the plane of pictures, in metres, and the rectangle of it that is shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from optimizer.geometry import Plane

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimizer.model import LonLat

    Line = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PicturePlane:
    """The plane around a centre as pictures have it: y grows to the south, a row a point."""

    centre: LonLat

    def xy(self, points: Line) -> Line:
        """Metres east and south of the centre, shape (n, 2), of degrees of the same shape."""
        x, y = Plane(*self.centre).xy(points[:, 0], points[:, 1])
        return np.column_stack([x, -y])

    def at(self, point: LonLat) -> Line:
        """Metres east and south of one point, shape (2,)."""
        xy: Line = self.xy(np.asarray([point], dtype=np.float64))[0]
        return xy

    def degrees(self, xy: Line) -> Line:
        """Longitude and latitude, shape (n, 2), of metres of the same shape."""
        return np.column_stack(Plane(*self.centre).lonlat(xy[:, 0], -xy[:, 1]))


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

    def bounds(self, plane: PicturePlane) -> tuple[float, float, float, float]:
        """West, south, east and north in degrees."""
        corners = plane.degrees(np.array([[self.left, self.bottom], [self.right, self.top]]))
        (west, south), (east, north) = corners.tolist()
        return west, south, east, north
