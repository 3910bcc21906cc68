"""Coordinates: what cannot be a place, what is a place exchanged or mistaken, and WGS-84."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from pyproj import CRS

from optimizer.datum import NAMED, Datum, projection_hint, to_wgs84
from optimizer.geometry import metres_from
from optimizer.intake.columns import COLUMNS
from optimizer.tables.column_types import PAIRS, bare, datum_of

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
FEWEST_COARSE: Final = 3
ROUNDING: Final = 1e-7
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

    def note(
        self,
        code: str,
        where: Flags,
        *,
        second: Flags | None = None,
        whole: str | None = None,
    ) -> None:
        """Note a fault in each row, or one for the file when more than half of the rows have it.

        `second` tells where it is the second coordinate that is at fault, not the first.
        """
        here = np.flatnonzero(self.open & where)
        self.open[here] = False
        total = int(self.open.sum()) + len(here)
        if whole is not None and len(here) >= 3 and 2 * len(here) > total:
            self._note_whole(whole, here, total)
            return
        of_second = np.zeros(len(here), dtype=bool) if second is None else second[here]
        for name, rows in zip(self.names, (here[~of_second], here[of_second]), strict=True):
            self.findings.cells(self.grid, code, rows, name, {"datum": self.datum})

    def _note_whole(self, code: str, here: NDArray[np.int64], total: int) -> None:
        x, y = float(self.x[here[0]]), float(self.y[here[0]])
        datum = projection_hint(x, y) if code == "all_projected" else self.datum
        headings = _headings(self.grid, self.names)
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
        _check_named_datum(grid, names, datum, findings)
        x, y = values[names[0]], values[names[1]]
        _check_pairs(grid, names, x, y, findings)
        if _x_is_north(grid, names, x, y, datum):
            x, y = y, x
            findings.warn(grid.path, "x_is_north", column=_headings(grid, names))
            grid.places |= {names[0]: grid.places[names[1]], names[1]: grid.places[names[0]]}
        known = np.isfinite(x) & np.isfinite(y)
        if not datum.projected and is_coarse(x[known], y[known]):
            facts = {"total": int(known.sum()), "example": f"{x[known][0]:.10g}/{y[known][0]:.10g}"}
            findings.warn(grid.path, "coarse", facts, column=_headings(grid, names))
        check = _Check(grid, findings, datum, names, x, y, known & ~grid.ragged)
        (_check_metres if datum.projected else _check_degrees)(check)
        lon, lat = to_wgs84(np.where(check.open, x, np.nan), np.where(check.open, y, np.nan), datum)
        values[names[0]], values[names[1]] = lon, lat


def _headings(grid: Grid, names: tuple[str, str]) -> str:
    return "/".join(dict.fromkeys(grid.heading(name) for name in names))


def _check_named_datum(
    grid: Grid, names: tuple[str, str], datum: Datum, findings: Findings
) -> None:
    """A heading that names another datum than the one the coordinates are said to be in."""
    here = _headings(grid, names)
    named = datum_of(here)
    one, other = (_EQUAL.get(name, name) for name in (named, datum.name))
    if not named or datum.projected or one == other:
        return
    code = "heading_datum" if named in NAMED else "old_datum"
    findings.file(grid.path, code, {"named": named, "datum": datum}, column=here)


_EQUAL: Final = {"cgcs2000": "wgs84"}
_XY: Final = frozenset(map(bare, ("x", "y", "X坐标", "Y坐标")))


def _x_is_north(grid: Grid, names: tuple[str, str], x: Floats, y: Floats, datum: Datum) -> bool:
    """Whether columns called X and Y are north and east, as surveyors in China call them."""
    if not all(bare(grid.heading(name)) in _XY for name in names):
        return False
    known = np.isfinite(x) & np.isfinite(y)
    here = _in_zone if datum.projected else _in_degrees
    fits, fits_exchanged = (here(a[known], b[known], datum) for a, b in ((x, y), (y, x)))
    return bool(known.any()) and bool((fits_exchanged & ~fits).sum() * 2 > known.sum())


def _in_degrees(x: Floats, y: Floats, _datum: Datum) -> Flags:
    return _in_china(x, y)


def is_coarse(lon: Floats, lat: Floats) -> bool:
    """Whether most places are known to a kilometre only: by two decimals of a degree."""
    if len(lon) < FEWEST_COARSE:
        return False
    cut = (np.abs(np.round(lon, 2) - lon) < ROUNDING) & (np.abs(np.round(lat, 2) - lat) < ROUNDING)
    return bool(cut.mean() > 0.5)


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
    check.note("off_globe", off, second=np.abs(x) <= 180)


def _in_china(lon: Floats, lat: Floats) -> Flags:
    west, east, south, north = CHINA
    inside: Flags = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    return inside


def _check_metres(check: _Check) -> None:
    x, y = check.x, check.y
    check.note("null_island", (x == 0) & (y == 0))
    outside = ~_in_zone(x, y, check.datum)
    check.note("swapped", outside & _in_zone(y, x, check.datum), whole="all_swapped")
    good = check.open & ~outside
    usual = np.full(len(y), np.median(y[good]) if good.any() else np.nan)
    check.note("outside", outside, second=_in_zone(x, usual, check.datum), whole="all_outside")


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
        lon_fits = _away_km(lon, np.full(len(lat), middle[1]), middle) <= FAR_KM
        lat_fits = _away_km(np.full(len(lon), middle[0]), lat, middle) <= FAR_KM
        for at in map(int, np.flatnonzero(far & ~swapped)):
            name = names[1] if lon_fits[at] and not lat_fits[at] else names[0]
            findings.cells(grid, "far_away", [at], name, {"km": round(float(away_km[at]))})


def _away_km(lon: Floats, lat: Floats, middle: tuple[float, float]) -> Floats:
    return metres_from(*middle, lon, lat) / 1000
