"""The one Earth and the one plane: metres on the ground for roads, searches and pictures alike.

The flat map is an equirectangular projection around the network's centre. Its scale is exact
along the centre's parallel; `d` degrees north or south of it lengths from east to west are off by
about `tan(lat) * d * pi / 180`: 0.3 % at the edge of a county of 70 km at 28 degrees north.
Lengths of roads do not use it: they are measured segment by segment.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

EARTH_M = 6_371_008.8
"""Mean radius of the Earth."""
DEGREE_M = EARTH_M * float(np.radians(1.0))
"""Metres of a degree from south to north."""


def parallel_degree_m(lat: float) -> float:
    """Metres of a degree from west to east at a latitude."""
    return float(DEGREE_M * np.cos(np.radians(lat)))


def metres_from(lon: float, lat: float, to_lon: ArrayLike, to_lat: ArrayLike) -> Floats:
    """Metres from a point to others as the crow flies, good to 1 % within a county."""
    east = (np.asarray(to_lon, dtype=float) - lon) * np.cos(np.radians(lat))
    metres: Floats = DEGREE_M * np.hypot(east, np.asarray(to_lat, dtype=float) - lat)
    return metres


class Plane(NamedTuple):
    """A flat map around a centre, in metres."""

    lon: float
    lat: float

    def xy(self, lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
        """Metres east and north of the centre."""
        x = np.radians(np.asarray(lon, dtype=float) - self.lon) * self._parallel_m
        y = np.radians(np.asarray(lat, dtype=float) - self.lat) * EARTH_M
        return x, y

    def lonlat(self, x: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats]:
        """Degrees of points given in metres."""
        lon = self.lon + np.degrees(np.asarray(x, dtype=float) / self._parallel_m)
        lat = self.lat + np.degrees(np.asarray(y, dtype=float) / EARTH_M)
        return lon, lat

    @property
    def _parallel_m(self) -> float:
        return float(EARTH_M * np.cos(np.radians(self.lat)))


def segment_m(lon: Floats, lat: Floats) -> Floats:
    """Metres between successive points, shape (n - 1,), good to a millimetre at road lengths."""
    middle = np.radians((lat[1:] + lat[:-1]) / 2)
    east = np.radians(np.diff(lon)) * np.cos(middle)
    north = np.radians(np.diff(lat))
    metres: Floats = EARTH_M * np.hypot(east, north)
    return metres
