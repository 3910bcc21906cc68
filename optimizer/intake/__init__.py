"""Files in: every fault of every file in one report, or all rows as clean tables.

`read_tables` is the door. It opens CSV and XLSX files (`files`), finds their headings (`grid`,
`columns`), cleans and parses the cells (`cells`), turns coordinates to WGS-84 (`places`), and
compares rows and files with each other (`rows`). What is wrong is collected (`faults`).
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from optimizer.atomic_files import whole_file
from optimizer.catalogue import Texts, shown
from optimizer.datum import Datum
from optimizer.errors import CampaignError, Fault, IntakeError
from optimizer.intake.columns import COLUMNS, KEYS, LAYOUTS, columns
from optimizer.intake.places import check_far, place_table
from optimizer.intake.rows import check_order, check_twice, known_before, known_of, resolve
from optimizer.tables.cell_values import NUMBERS, parse_table
from optimizer.tables.clean_text import inert
from optimizer.tables.column_types import TYPES, Column
from optimizer.tables.faults import Findings, Grid
from optimizer.tables.headings import choose_sheets, read_grid

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from optimizer.catalogue import Lang
    from optimizer.tables.files import Sheet

    Values = dict[str, NDArray[Any]]
    Progress = Callable[[int, int], None]

__all__ = ["COLUMNS", "TYPES", "Column", "Intake", "columns", "read_tables", "write_rejected"]


_NAMED = {column.reference for _, column in columns()}
_LON_LAT = {"lon": "经度/lon", "lat": "纬度/lat"}


@dataclass(frozen=True)
class Rejected:
    """Rows of one file that were left out.

    Attributes
    ----------
    headings
        Of the file.
    rows
        Row numbers as a spreadsheet shows them.
    cells
        For each row what stands in it.
    beyond
        For each row the cells beyond the headings.
    faults
        For each row what is wrong with it.
    """

    headings: list[str]
    rows: list[int]
    cells: list[list[str]]
    beyond: list[list[str]]
    faults: list[list[Fault]]

    def frame(self, lang: Lang) -> pd.DataFrame:
        """The rows as they stand in the file; the reason, then cells beyond the heading."""
        width = max(map(len, self.beyond), default=0)
        filled = [
            [*cells, "; ".join(_reason(fault, lang) for fault in faults), *more]
            + [""] * (width - len(more))
            for cells, faults, more in zip(self.cells, self.faults, self.beyond, strict=True)
        ]
        heading = Texts(lang)("intake.reason_heading")
        columns = pd.Index([*self.headings, heading, *[""] * width], dtype="str")
        index = pd.Index(self.rows, name="row")
        return pd.DataFrame(filled, columns=columns, index=index, dtype="str")


@dataclass(frozen=True)
class Intake:
    """What was read.

    Attributes
    ----------
    tables
        For each file that was given its good rows, with the columns of `COLUMNS`: text as pandas
        `str` ("" where empty), numbers as float64 (NaN where empty), coordinates in WGS-84.
    faults
        Of the rows that were left out; empty unless bad rows were to be skipped.
    rejected
        For each table with faulty rows: these rows as they stand in the file.
    warnings
        What the user should know.
    files
        Where each table came from.
    """

    tables: dict[str, pd.DataFrame]
    faults: tuple[Fault, ...] = ()
    rejected: dict[str, Rejected] = field(default_factory=dict)
    warnings: tuple[Fault, ...] = ()
    files: dict[str, Path] = field(default_factory=dict)


def read_tables(
    *,
    stations: Path | str | None = None,
    areas: Path | str | None = None,
    customers: Path | str | None = None,
    crews: Path | str | None = None,
    leave: Path | str | None = None,
    datum: Datum | str = "wgs84",
    skip_bad_rows: bool = False,
    known: Mapping[str, Mapping[str, str]] | None = None,
    progress: Progress | None = None,
) -> Intake:
    """Read customer files, all of them or, with `skip_bad_rows`, all good rows of them.

    Parameters
    ----------
    stations, areas, customers, crews, leave
        CSV or XLSX files; None for those that are in the register already.
    datum
        Of all coordinates in the files.
    skip_bad_rows
        Leave out rows with faults, and rows that refer to them, instead of refusing the files.
    known
        For each table what is in the register, id and name, for references to files not given.
    progress
        Told (rows read, rows in all files).

    Raises
    ------
    IntakeError
        With every fault of every file.
    """
    datum = Datum.parse(datum) if isinstance(datum, str) else datum
    given = {
        "stations": stations,
        "areas": areas,
        "crews": crews,
        "leave": leave,
        "customers": customers,
    }
    files = {table: Path(path) for table, path in given.items() if path is not None}
    findings = Findings()
    if not files:
        findings.file(Path("-"), "no_input")
    grids = _read_grids(files, findings, progress)
    values = {table: parse_table(grid, findings) for table, grid in grids.items()}
    _stations_by_sheet(grids, values, known or {})
    for table, grid in grids.items():
        place_table(grid, values[table], datum, findings)
        check_order(grid, values[table], findings)
        check_twice(grid, values[table], findings)
    check_far(grids, values, findings)
    _resolve_all(files, grids, values, known or {}, findings, reject=skip_bad_rows)
    _compare(grids, values, findings)
    faults = findings.report(list(COLUMNS), files)
    if findings.fatal or (faults and not skip_bad_rows):
        raise IntakeError(
            "intake.faults",
            faults,
            count=len(faults),
            files=len({fault.file for fault in faults}),
            of=len(files),
        )
    return _intake(files, grids, values, findings)


def _read_grids(
    files: dict[str, Path], findings: Findings, progress: Progress | None
) -> dict[str, Grid]:
    chosen: dict[str, list[Sheet]] = {}
    for table, path in files.items():
        sheets = choose_sheets(path, LAYOUTS[table], findings)
        if sheets:
            chosen[table] = sheets
    total = sum(sheet.total for sheets in chosen.values() for sheet in sheets)
    grids, before = {}, 0
    for table, sheets in chosen.items():

        def move(rows: int, before: int = before) -> None:
            if progress is not None:
                progress(min(before + rows, total), total)

        grid = read_grid(files[table], LAYOUTS[table], sheets, findings, move=move)
        before += sum(sheet.total for sheet in sheets)
        if grid is not None:
            grids[table] = grid
    if progress is not None and total:
        progress(total, total)
    return grids


def _stations_by_sheet(
    grids: dict[str, Grid],
    values: dict[str, Values],
    registered: Mapping[str, Mapping[str, str]],
) -> None:
    """Where a workbook has a sheet a station and no such column, its name is the station."""
    stations = values.get("stations")
    known = {*registered.get("stations", {}), *registered.get("stations", {}).values()}
    if stations is not None:
        known |= {*stations["station"], *stations["name"]}
    for table, grid in grids.items():
        named = grid.sheets and {*grid.sheets} <= known
        if named and "station" in values[table] and "station" not in grid.places:
            names = [grid.sheet(at) for at in range(len(grid))]
            grid.add("station", names)
            values[table]["station"] = np.array(names, dtype=object)


def _resolve_all(
    files: dict[str, Path],
    grids: dict[str, Grid],
    values: dict[str, Values],
    registered: Mapping[str, Mapping[str, str]],
    findings: Findings,
    *,
    reject: bool,
) -> None:
    """References of every table, each after those that it refers to."""
    known = {table: known_before(registered.get(table, {})) for table in KEYS if table not in files}
    for table in KEYS:
        if table in grids:
            grid = grids[table]
            resolve(grid, values[table], known, findings, reject=reject)
            if table in _NAMED:
                known[table] = known_of(grid, values[table], registered.get(table, {}))


def _compare(grids: dict[str, Grid], values: dict[str, Values], findings: Findings) -> None:
    """Warnings about what is odd, but possible."""
    customers, areas, crews = (values.get(name) for name in ("customers", "areas", "crews"))
    if customers is not None and not np.isfinite(customers["lon"]).any():
        findings.warn(grids["customers"].path, "no_coordinates", _LON_LAT)
    if customers is not None and areas is not None:
        station_of = dict(zip(areas["area"], areas["station"], strict=True))
        other = np.array(
            [
                station_of.get(area, "") not in {"", station} and station != ""
                for area, station in zip(customers["area"], customers["station"], strict=True)
            ],
            dtype=bool,
        )
        _warn_rows(grids["customers"], other, "other_station", "station", findings)
    if areas is not None and crews is not None:
        people = {"", *crews["crew"], *crews["member1"], *crews["member2"]}
        strangers = np.array([manager not in people for manager in areas["manager"]], dtype=bool)
        _warn_rows(grids["areas"], strangers, "unknown_manager", "manager", findings)


def _warn_rows(
    grid: Grid, where: NDArray[np.bool_], code: str, name: str, findings: Findings
) -> None:
    if where.any():
        row = int(grid.row[where][0])
        facts = {"count": int(where.sum()), "row": row}
        findings.warn(grid.path, code, facts, column=grid.heading(name))


def _intake(
    files: dict[str, Path],
    grids: dict[str, Grid],
    values: dict[str, Values],
    findings: Findings,
) -> Intake:
    rejected = {table: _rejected(grid) for table, grid in grids.items() if grid.bad.any()}
    return Intake(
        tables={table: _frame(table, values[table], ~grid.bad) for table, grid in grids.items()},
        faults=tuple(findings.rows),
        rejected=rejected,
        warnings=tuple(findings.warnings),
        files=files,
    )


def _frame(table: str, values: Values, good: NDArray[np.bool_]) -> pd.DataFrame:
    """The good rows with the documented dtypes; a missing name is the id."""
    ids = values[KEYS[table][0]]
    data: dict[str, Any] = {}
    for column in COLUMNS[table]:
        cells = values[column.name]
        if column.name == "name" and table != "customers":
            cells = np.where(cells == "", ids, cells)
        kept = cells[good]
        data[column.name] = kept if column.type in NUMBERS else pd.array(kept, dtype="str")
    return pd.DataFrame(data, index=pd.RangeIndex(int(good.sum())))


def _rejected(grid: Grid) -> Rejected:
    where = [int(at) for at in np.flatnonzero(grid.bad)]
    return Rejected(
        headings=grid.headings,
        rows=[int(grid.row[at]) for at in where],
        cells=[[str(cells[at]) for cells in grid.cells[: len(grid.headings)]] for at in where],
        beyond=[grid.overflow.get(at, []) for at in where],
        faults=[grid.reasons[at] for at in where],
    )


def _reason(fault: Fault, lang: Lang) -> str:
    column = "" if fault.column is None else f"[{shown(fault.column, lang)}] "
    return f"{column}{shown(fault.problem, lang)} → {shown(fault.action, lang)}"


def write_rejected(intake: Intake, lang: Lang = "en") -> list[Path]:
    """Write the rows that were left out next to their files, each with its reason.

    ``customers.xlsx`` gives ``customers.rejected.csv``: UTF-8 with a mark that Excel recognises.
    What would be a formula has a ' before it, which goes when the file is read again; other cells
    are written as they were: format the columns as text before correcting account numbers in Excel.

    Raises
    ------
    IntakeError
        If a file cannot be written.
    """
    written: list[Path] = []
    for table, rejected in intake.rejected.items():
        frame = rejected.frame(lang)
        source = intake.files[table]
        path = source.with_name(f"{source.stem}.rejected.csv")
        if path in written:
            path = source.with_name(f"{source.stem}.{table}.rejected.csv")
        try:
            _write_rows(path, frame)
        except CampaignError as error:
            raise IntakeError(error.code, **error.facts) from None
        written.append(path)
    return written


def _write_rows(path: Path, frame: pd.DataFrame) -> None:
    with (
        whole_file(path) as new,
        new.open("w", encoding="utf-8-sig", newline="", errors="replace") as file,
    ):
        writer = csv.writer(file)
        writer.writerow(frame.columns)
        for row in frame.itertuples(index=False, name=None):
            writer.writerow([inert(str(cell)) for cell in row])
