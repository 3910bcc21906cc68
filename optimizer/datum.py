"""Where on the globe a pair of numbers is: WGS-84 inside, everything else at the door.

Chinese maps shift WGS-84 by some 300 to 700 m. GCJ-02 (国测局坐标, AMap and Tencent) adds a
smooth distortion, BD-09 (百度坐标) adds a second one on top of it. Neither is published; the
formulas here are those that are in common use, as in *eviltransform* (C. Dong and contributors,
2015) and *gcoord* (J. Hu, 2016), over the ellipsoid of Krasovsky (1940). Both leave points outside
a box around China alone. The inverses are found by fixed-point steps: the distortion hardly changes
from one end of itself to the other, so that a few steps leave an error below 0.1 mm, where the
customary single subtraction errs by metres.

CGCS2000 (国家大地坐标系) differs from WGS-84 by centimetres and is taken as equal. Projected
coordinates (a Gauss-Krüger zone such as EPSG:4547) go through PROJ.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from optimizer.catalogue import Message
from optimizer.errors import IntakeError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

    from optimizer.catalogue import Lang

    Floats = NDArray[np.float64]
    Shift = Callable[[Floats, Floats], tuple[Floats, Floats]]

NAMED = ("wgs84", "gcj02", "bd09", "cgcs2000")

_AXIS_M = 6378245.0
_ECCENTRICITY2 = 0.00669342162296594323
_BAIDU = np.pi * 3000 / 180
_WEST, _EAST, _SOUTH, _NORTH = 72.004, 137.8347, 0.8293, 55.8271
_STEPS = 5


@dataclass(frozen=True, slots=True)
class Datum:
    """How two numbers name a place: one of `NAMED`, or a code of the EPSG register."""

    name: str

    @classmethod
    def parse(cls, text: str) -> Datum:
        """Datum written as wgs84, gcj02, bd09, cgcs2000 or EPSG:n, in any case.

        Raises
        ------
        IntakeError
            If there is no such datum, or if it is not one of two flat or angular coordinates.
        """
        name = re.sub(r"[\s_-]", "", text).casefold()
        if name in NAMED:
            return cls(name)
        code = re.fullmatch(r"epsg:?(\d{4,6})", name)
        if code is None:
            raise IntakeError("datum.unknown", text=text, known=NAMED)
        _epsg(int(code[1]))
        return cls(f"EPSG:{code[1]}")

    @property
    def epsg(self) -> int | None:
        """Number in the EPSG register, or None for a named datum."""
        return int(self.name[5:]) if self.name.startswith("EPSG:") else None

    @property
    def projected(self) -> bool:
        """Whether the numbers are metres east and north, not degrees."""
        return self.epsg is not None and _epsg(self.epsg).is_projected

    def __str__(self) -> str:
        return self.name


def _epsg(code: int) -> CRS:
    try:
        crs = CRS.from_epsg(code)
    except CRSError:
        raise IntakeError("datum.no_epsg", code=code) from None
    if not (crs.is_projected or (crs.is_geographic and len(crs.axis_info) == 2)):
        raise IntakeError("datum.no_plane", code=code, name=crs.name)
    return crs


def to_wgs84(x: ArrayLike, y: ArrayLike, datum: Datum | str) -> tuple[Floats, Floats]:
    """WGS-84 longitude and latitude of coordinates in a datum.

    Parameters
    ----------
    x, y
        Longitude and latitude in degrees, or metres east and north for a projected datum; any
        shape, NaN where unknown.
    datum
        What they are in.

    Returns
    -------
    lon, lat
        Degrees, of the same shape; NaN where unknown or where the projection has no answer.
    """
    datum = Datum.parse(datum) if isinstance(datum, str) else datum
    x, y = _finite(x), _finite(y)
    if datum.epsg is not None:
        return _transform(x, y, _epsg(datum.epsg), CRS.from_epsg(4326))
    if datum.name == "gcj02":
        return _inverse(_wgs84_to_gcj02, x, y)
    if datum.name == "bd09":
        return _inverse(_wgs84_to_gcj02, *_inverse(_gcj02_to_bd09, x, y))
    return x, y


def from_wgs84(lon: ArrayLike, lat: ArrayLike, datum: Datum | str) -> tuple[Floats, Floats]:
    """Coordinates in a datum of WGS-84 longitude and latitude; the inverse of `to_wgs84`."""
    datum = Datum.parse(datum) if isinstance(datum, str) else datum
    lon, lat = _finite(lon), _finite(lat)
    if datum.epsg is not None:
        return _transform(lon, lat, CRS.from_epsg(4326), _epsg(datum.epsg))
    if datum.name == "gcj02":
        return _wgs84_to_gcj02(lon, lat)
    if datum.name == "bd09":
        return _gcj02_to_bd09(*_wgs84_to_gcj02(lon, lat))
    return lon, lat


def _finite(numbers: ArrayLike) -> Floats:
    values = np.asarray(numbers, float)
    return np.where(np.isfinite(values), values, np.nan)


def in_shifted_box(lon: Floats, lat: Floats) -> NDArray[np.bool_]:
    """Where the Chinese datums differ from WGS-84: a box around China."""
    inside: NDArray[np.bool_] = (lon > _WEST) & (lon < _EAST) & (lat > _SOUTH) & (lat < _NORTH)
    return inside


def _transform(x: Floats, y: Floats, source: CRS, target: CRS) -> tuple[Floats, Floats]:
    transformer = Transformer.from_crs(source, target, always_xy=True)
    east, north = transformer.transform(x, y)
    unknown = ~(np.isfinite(east) & np.isfinite(north))
    return np.where(unknown, np.nan, east), np.where(unknown, np.nan, north)


def _inverse(shift: Shift, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    lon, lat = x, y
    for _ in range(_STEPS):
        shifted_lon, shifted_lat = shift(lon, lat)
        lon, lat = lon + (x - shifted_lon), lat + (y - shifted_lat)
    return lon, lat


def _wgs84_to_gcj02(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    inside = in_shifted_box(lon, lat)
    x, y = np.where(inside, lon - 105.0, 0.0), np.where(inside, lat - 35.0, 0.0)
    east_m, north_m = _gcj02_metres(x, y)
    phi = np.radians(y + 35.0)
    squeeze = 1 - _ECCENTRICITY2 * np.sin(phi) ** 2
    east_m_per_rad = _AXIS_M / np.sqrt(squeeze) * np.cos(phi)
    north_m_per_rad = _AXIS_M * (1 - _ECCENTRICITY2) / squeeze**1.5
    return (
        np.where(inside, lon + np.degrees(east_m / east_m_per_rad), lon),
        np.where(inside, lat + np.degrees(north_m / north_m_per_rad), lat),
    )


def _gcj02_metres(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """How far GCJ-02 moves a point that lies x and y degrees from 105°E 35°N."""
    root, pi = np.sqrt(np.abs(x)), np.pi
    common = (20 * np.sin(6 * pi * x) + 20 * np.sin(2 * pi * x)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x**2 + 0.1 * x * y + 0.1 * root + common
    east += (20 * np.sin(pi * x) + 40 * np.sin(pi * x / 3)) * 2 / 3
    east += (150 * np.sin(pi * x / 12) + 300 * np.sin(pi * x / 30)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y**2 + 0.1 * x * y + 0.2 * root + common
    north += (20 * np.sin(pi * y) + 40 * np.sin(pi * y / 3)) * 2 / 3
    north += (160 * np.sin(pi * y / 12) + 320 * np.sin(pi * y / 30)) * 2 / 3
    return east, north


def _gcj02_to_bd09(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    inside = in_shifted_box(lon, lat)
    x, y = np.where(inside, lon, 0.0), np.where(inside, lat, 0.0)
    radius = np.hypot(x, y) + 0.00002 * np.sin(y * _BAIDU)
    angle = np.arctan2(y, x) + 0.000003 * np.cos(x * _BAIDU)
    return (
        np.where(inside, radius * np.cos(angle) + 0.0065, lon),
        np.where(inside, radius * np.sin(angle) + 0.006, lat),
    )


@dataclass(frozen=True, slots=True)
class DatumDoubt:
    """Coordinates lie so much nearer to the roads under another datum that it must be meant."""

    declared: Datum
    likelier: Datum
    declared_m: float
    likelier_m: float

    def __str__(self) -> str:
        return self.in_words("en")

    def in_words(self, lang: Lang) -> str:
        """The doubt as a warning."""
        return Message(
            "datum.doubt",
            declared=self.declared,
            declared_m=round(self.declared_m),
            likelier=self.likelier,
            likelier_m=round(self.likelier_m),
        ).in_words(lang)


SAMPLE = 2000
FEWEST = 20
"""Fewer points than this say nothing: by chance they stand near a road under any datum."""
_TIMES_FARTHER = 1.5
_METRES_FARTHER = 15.0


def likelier_datum(
    lon: ArrayLike,
    lat: ArrayLike,
    declared: Datum | str,
    distance_to_roads: Callable[[Floats, Floats], ArrayLike],
) -> DatumDoubt | None:
    """Whether the roads speak for another datum than the declared one.

    Houses stand along roads. The median distance of (at most `SAMPLE`) points to the nearest road
    is therefore smallest under the datum that the coordinates are really in. A shift of 500 m
    about doubles it where houses stand densely, and makes it far larger elsewhere.

    Parameters
    ----------
    lon, lat
        WGS-84 as it came out of `to_wgs84` with the declared datum; NaN is left out.
    distance_to_roads
        Metres from points in WGS-84 to the nearest road.

    Returns
    -------
    The doubt, or None where the declared datum is as good as any other, where it is projected,
    and where there are fewer than `FEWEST` points.
    """
    declared = Datum.parse(declared) if isinstance(declared, str) else declared
    lon, lat = np.ravel(np.asarray(lon, float)), np.ravel(np.asarray(lat, float))
    known = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat))
    if declared.projected or known.size < FEWEST:
        return None
    some = known[np.linspace(0, known.size - 1, min(known.size, SAMPLE)).astype(int)]
    x, y = from_wgs84(lon[some], lat[some], declared)

    def median_m(datum: Datum) -> float:
        return float(np.median(np.asarray(distance_to_roads(*to_wgs84(x, y, datum)), float)))

    declared_m = median_m(declared)
    rivals = {Datum(name): median_m(Datum(name)) for name in ("wgs84", "gcj02", "bd09")}
    likelier = min(rivals, key=lambda datum: rivals[datum])
    likelier_m = rivals[likelier]
    if declared_m < max(_TIMES_FARTHER * likelier_m, likelier_m + _METRES_FARTHER):
        return None
    return DatumDoubt(declared, likelier, declared_m, likelier_m)


def projection_hint(x: float, y: float) -> str:
    """What to declare for numbers far too large to be degrees, by their magnitude.

    CGCS2000 eastings of eight digits begin with the number of their Gauss-Krüger zone: 25 to 45
    for 3-degree zones (EPSG:4513 to 4533), 13 to 23 for 6-degree zones (EPSG:4491 to 4501).
    """
    east = max(abs(x), abs(y))
    zone = int(east // 1_000_000)
    if 25 <= zone <= 45:
        return f"EPSG:{4513 + zone - 25}"
    if 13 <= zone <= 23:
        return f"EPSG:{4491 + zone - 13}"
    return "EPSG:n"
