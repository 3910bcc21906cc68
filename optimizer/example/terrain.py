"""The lie of the land: metres around the county town, boundary, hills, the river, townships.

The land depends on the seed alone, not on the number of customers: a bigger example shows more of
the same county.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.interpolate import PchipInterpolator
from scipy.ndimage import gaussian_filter, map_coordinates

from optimizer.example.gazetteer import table, townships

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

CENTRE_LON, CENTRE_LAT = 113.5, 27.667
METRES_PER_LAT = 110_830.0
METRES_PER_LON = 111_320.0 * float(np.cos(np.radians(CENTRE_LAT)))
"""A degree there as the ellipsoid has it, so that the county's houses stay where they are."""
HALF_M = 40_000.0
CELL_M = 250.0
RIVER_M = 45.0
"""Half the width of the river with its banks."""


def to_xy(lon: Floats | float, lat: Floats | float) -> tuple[Floats, Floats]:
    """Metres east and north of the county town's centre."""
    x = (np.asarray(lon, dtype=float) - CENTRE_LON) * METRES_PER_LON
    return x, (np.asarray(lat, dtype=float) - CENTRE_LAT) * METRES_PER_LAT


def to_lonlat(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Degrees of points in metres, rounded to a tenth of a metre as a survey has them."""
    lon = np.round(np.asarray(x) / METRES_PER_LON + CENTRE_LON, 6)
    return lon, np.round(np.asarray(y) / METRES_PER_LAT + CENTRE_LAT, 6)


def _columns(name: str) -> tuple[Floats, Floats]:
    rows = table(name)
    return to_xy(
        np.array([float(row["lon"]) for row in rows]), np.array([float(row["lat"]) for row in rows])
    )


@dataclass(frozen=True)
class Land:
    """Hills, valleys, river and boundary of the county of one seed.

    `hills` is a square grid of heights in metres, `sway` two grids that make borders wander.
    """

    boundary: shapely.Polygon
    river: PchipInterpolator
    hills: Floats
    sway: tuple[Floats, Floats]

    def inside(self, x: Floats, y: Floats) -> Bools:
        """Whether points lie in the county."""
        shapely.prepare(self.boundary)
        return np.asarray(shapely.contains_xy(self.boundary, x, y))

    def height(self, x: Floats, y: Floats) -> Floats:
        """Metres above the river."""
        return _sample(self.hills, x, y)

    def north_of_river(self, x: Floats, y: Floats) -> Bools:
        """On which bank points lie."""
        return np.asarray(y > self.river(x))

    def river_m(self, x: Floats, y: Floats) -> Floats:
        """Metres to the middle of the river."""
        slope = self.river.derivative()(x)
        return np.asarray(np.abs(y - self.river(x)) / np.sqrt(1 + slope**2))

    def river_line(self) -> tuple[Floats, Floats]:
        """The river as a line within the county, for drawing."""
        x = np.linspace(-32_500, 16_000, 900)
        y = np.asarray(self.river(x))
        keep = self.inside(x, y)
        return x[keep], y[keep]

    def township_of(self, x: Floats, y: Floats) -> Ints:
        """Index into `facts.townships()` of the township each point belongs to."""
        wander_x, wander_y = x + _sample(self.sway[0], x, y), y + _sample(self.sway[1], x, y)
        north = self.north_of_river(x, y)
        best = np.full(len(x), np.inf)
        owner = np.zeros(len(x), dtype=np.int64)
        for index, township in enumerate(townships()):
            seat_x, seat_y = to_xy(township.lon, township.lat)
            reach = np.sqrt(township.km2 * (2.0 if township.in_city else 1.0))
            distance = np.hypot(wander_x - seat_x, wander_y - seat_y) / reach
            if township.in_city:
                distance = distance + 150 * (north != (seat_y > self.river(seat_x)))
            closer = distance < best
            best[closer], owner[closer] = distance[closer], index
        return owner


def _sample(grid: Floats, x: Floats, y: Floats) -> Floats:
    rows = (np.asarray(y) + HALF_M) / CELL_M
    columns = (np.asarray(x) + HALF_M) / CELL_M
    return np.asarray(map_coordinates(grid, [rows, columns], order=1, mode="nearest"))


def _noise(rng: np.random.Generator, wave_m: float) -> Floats:
    """Smooth noise with deviation one whose bumps are about `wave_m` apart."""
    size = int(2 * HALF_M / CELL_M) + 1
    noise = gaussian_filter(rng.standard_normal((size, size)), wave_m / CELL_M / 4, mode="wrap")
    return np.asarray(noise / noise.std())


def make_land(seed: int) -> Land:
    """The land of a seed: valleys wind through it, hills rise away from the river."""
    rng = np.random.default_rng([seed, 1])
    river_x, river_y = _columns("river")
    order = np.argsort(river_x)
    river = PchipInterpolator(river_x[order], river_y[order], extrapolate=True)
    folds = 0.55 * np.abs(_noise(rng, 9000)) + 0.35 * np.abs(_noise(rng, 3600))
    folds = folds + 0.12 * _noise(rng, 1500)
    side = np.arange(folds.shape[0]) * CELL_M - HALF_M
    from_river = np.abs(side[:, None] - river(np.clip(side, -32_000, 16_000))[None, :])
    relief = 0.25 + 0.75 * (1 - np.exp(-from_river / 9000))
    hills = np.maximum(0, 260 * relief * folds)
    boundary = shapely.Polygon(np.column_stack(_columns("boundary")))
    return Land(boundary, river, hills, (500 * _noise(rng, 3000), 500 * _noise(rng, 3000)))
