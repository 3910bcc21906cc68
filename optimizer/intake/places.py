"""Coordinates: what cannot be a place, what is a place exchanged or mistaken, and WGS-84."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from pyproj import CRS

from optimizer.datum import Datum, projection_hint, to_wgs84
from optimizer.geometry import metres_from
from optimizer.intake.columns import COLUMNS
from optimizer.tables.columns import PAIRS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimizer.tables.faults import Findings, Grid

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

NO_DEGREES: Final = 1000.0
"""Numbers above this cannot even be slips of the pen for degrees."""
FAR_KM: Final = 300.0
"""No county reaches so far from the middle of its customers."""
MARGIN_DEG: Final = 3.0
"""A projection may be used a little outside its zone."""
CHINA: Final = (73.0, 135.5, 15.0, 54.0)


@dataclass(slots=True)
class _Check:
    """The coordinates of one pair of columns, and which of them are still without a fault."""

    grid: Grid
    findings: Findings
    datum: Datum
    names: tuple[str, str]
    x: Floats
    y: Floats
    open: Flags

    def note(self, code: str, where: Flags, *, whole: str | None = None) -> None:
        """Note a fault in each row, or one for the file when more than half of the rows have it."""
        here = np.flatnonzero(self.open & where)
        self.open[here] = False
        total = int(self.open.sum()) + len(here)
        if whole is not None and len(here) >= 3 and 2 * len(here) > total:
            self._note_whole(whole, here, total)
            return
        self.findings.cells(self.grid, code, here, self.names[0], {"datum": self.datum})

    def _note_whole(self, code: str, here: NDArray[np.int64], total: int) -> None:
        x, y = float(self.x[here[0]]), float(self.y[here[0]])
        datum = projection_hint(x, y) if code == "all_projected" else self.datum
        headings = "/".join(self.grid.heading(name) for name in self.names)
        facts = {
            "count": len(here),
            "total": total,
            "example": f"{x:.10g}/{y:.10g}",
            "datum": datum,
        }
        self.findings.file(self.grid.path, code, facts, column=headings)


def place_table(
    grid: Grid, values: dict[str, NDArray[Any]], datum: Datum, findings: Findings
) -> None:
    """Check each pair of coordinates of a table and turn it to WGS-84, in place.

    What has a fault becomes NaN.
    """
    for names in PAIRS:
        if not all(name in grid.places for name in names):
            continue
        x, y = values[names[0]], values[names[1]]
        _check_pairs(grid, names, x, y, findings)
        known = np.isfinite(x) & np.isfinite(y)
        check = _Check(grid, findings, datum, names, x, y, known & ~grid.ragged)
        (_check_metres if datum.projected else _check_degrees)(check)
        lon, lat = to_wgs84(np.where(check.open, x, np.nan), np.where(check.open, y, np.nan), datum)
        values[names[0]], values[names[1]] = lon, lat


def _check_pairs(
    grid: Grid, names: tuple[str, str], x: Floats, y: Floats, findings: Findings
) -> None:
    """One coordinate without the other names no place; where both are required, it is empty."""
    if any(column.name in names and column.required for column in COLUMNS[grid.table]):
        return
    empty = [_empty(grid, name) for name in names]
    for mine, other in ((0, 1), (1, 0)):
        where = np.flatnonzero(empty[mine] & ~empty[other])
        facts = {"name": grid.heading(names[mine]), "other": grid.heading(names[other])}
        findings.cells(grid, "one_coordinate", where, names[other], facts)
    x[empty[1]] = np.nan
    y[empty[0]] = np.nan


def _empty(grid: Grid, name: str) -> Flags:
    cells = grid.cells[grid.places[name]]
    return np.fromiter((not cell.strip() for cell in cells), dtype=bool, count=len(cells))


def _check_degrees(check: _Check) -> None:
    x, y = check.x, check.y
    check.note("null_island", (x == 0) & (y == 0))
    check.note(
        "projected",
        (np.abs(x) > NO_DEGREES) & (np.abs(y) > NO_DEGREES),
        whole="all_projected",
    )
    off = (np.abs(x) > 180) | (np.abs(y) > 90)
    fits_exchanged = (np.abs(y) <= 180) & (np.abs(x) <= 90)
    exchanged = off & fits_exchanged | _in_china(y, x) & ~_in_china(x, y)
    check.note("swapped", exchanged, whole="all_swapped")
    check.note("off_globe", off)


def _in_china(lon: Floats, lat: Floats) -> Flags:
    west, east, south, north = CHINA
    inside: Flags = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    return inside


def _check_metres(check: _Check) -> None:
    x, y = check.x, check.y
    check.note("null_island", (x == 0) & (y == 0))
    outside = ~_in_zone(x, y, check.datum)
    check.note("swapped", outside & _in_zone(y, x, check.datum), whole="all_swapped")
    check.note("outside", outside, whole="all_outside")


def _in_zone(x: Floats, y: Floats, datum: Datum) -> Flags:
    lon, lat = to_wgs84(x, y, datum)
    area = CRS.from_user_input(datum.name).area_of_use
    if area is None:
        return np.isfinite(lon)
    inside: Flags = (
        (lon >= area.west - MARGIN_DEG)
        & (lon <= area.east + MARGIN_DEG)
        & (lat >= area.south - MARGIN_DEG)
        & (lat <= area.north + MARGIN_DEG)
    )
    return inside


def check_far(
    grids: dict[str, Grid], tables: dict[str, dict[str, NDArray[Any]]], findings: Findings
) -> None:
    """Points that lie nowhere near all others, of all files together."""
    parts = [
        (grids[table], names, values[names[0]], values[names[1]])
        for table, values in tables.items()
        for names in PAIRS
        if names[0] in values
    ]
    lons = np.concatenate([part[2] for part in parts]) if parts else np.zeros(0)
    lats = np.concatenate([part[3] for part in parts]) if parts else np.zeros(0)
    known = np.isfinite(lons) & np.isfinite(lats)
    if known.sum() < 3:
        return
    middle = float(np.median(lons[known])), float(np.median(lats[known]))
    for grid, names, lon, lat in parts:
        away_km, exchanged_km = _away_km(lon, lat, middle), _away_km(lat, lon, middle)
        far = away_km > FAR_KM
        swapped = far & (exchanged_km <= FAR_KM)
        findings.cells(grid, "swapped", np.flatnonzero(swapped), names[0])
        for at in np.flatnonzero(far & ~swapped):
            findings.cells(grid, "far_away", [int(at)], names[0], {"km": round(float(away_km[at]))})


def _away_km(lon: Floats, lat: Floats, middle: tuple[float, float]) -> Floats:
    return metres_from(*middle, lon, lat) / 1000
