"""A small table read row by row: typed sheets, wishes, workdays, seasons.

The rules are those of customer files; a fault is of its row, and every row is given with what
could be read of it, so that all its faults can be told together.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from optimizer.errors import Fault
from optimizer.tables.cell_values import parse_table
from optimizer.tables.faults import Findings, Grid, shown
from optimizer.tables.files import UnreadableError, open_sheets, sheets_of
from optimizer.tables.headings import read_grid, sheets_alike

if TYPE_CHECKING:
    from optimizer.catalogue import Message
    from optimizer.tables.column_types import Layout


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row.

    Attributes
    ----------
    number, sheet
        As a spreadsheet shows them; the sheet is "" where the file has only one.
    cells
        For each column of the layout its cell, clean, numbers in plain digits; "" where it is
        empty, has a fault, or the file lacks the column.
    faults
        What is wrong with its cells by themselves.
    """

    number: int
    sheet: str
    cells: dict[str, str]
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class TableReading:
    """A table.

    Attributes
    ----------
    path
        Of the file, as faults name it.
    headings
        Heading in the file of each column that it has.
    rows
        All of them, those with faults too.
    faults
        What makes the whole file unreadable.
    remarks
        What the user should know.
    names
        The customary heading of each column.
    """

    path: str
    headings: dict[str, str] = field(default_factory=dict)
    rows: list[TableRow] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    remarks: list[Fault] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)

    def fault(
        self,
        row: TableRow,
        column: str,
        problem: str | Message,
        action: str | Message,
        *,
        value: str | None = None,
    ) -> Fault:
        """A fault of a row's cell, told as the reader of cells tells its own."""
        text = row.cells.get(column, "") if value is None else value
        heading = self.headings.get(column) or self.names.get(column, column)
        place = (self.path, row.number, heading, shown(text) or None)
        return Fault(*place, problem, action, row.sheet)


def read_rows(source: Path | bytes, layout: Layout, name: str | None = None) -> TableReading:
    """The rows of a file, or of its content, with the columns of a layout.

    Parameters
    ----------
    name
        Of the file in faults; its path without it.
    """
    findings = Findings()
    path = Path(name) if name is not None else Path("-") if isinstance(source, bytes) else source
    grid = _grid(source, path, layout, findings)
    told = (findings.fatal, findings.warnings, {one.name: one.heading for one in layout.columns})
    if grid is None:
        return TableReading(str(path), {}, [], *told)
    values = parse_table(grid, findings)
    cells = {name: [_text(value) for value in column] for name, column in values.items()}
    rows = [
        TableRow(
            int(grid.row[at]),
            grid.sheet(at),
            {name: column[at] for name, column in cells.items()},
            tuple(grid.reasons.get(at, ())),
        )
        for at in range(len(grid))
    ]
    headings = {name: grid.heading(name) for name in grid.places}
    return TableReading(str(path), headings, rows, *told)


def _grid(source: Path | bytes, path: Path, layout: Layout, findings: Findings) -> Grid | None:
    try:
        everything = sheets_of(source) if isinstance(source, bytes) else open_sheets(source)
    except UnreadableError as error:
        findings.file(path, error.code, error.facts, row=error.row)
        return None
    sheets = sheets_alike(path, everything, layout, findings)
    return read_grid(path, layout, sheets, findings) if sheets else None


def _text(value: object) -> str:
    """A value as text: whole numbers without decimals."""
    if isinstance(value, str):
        return value
    number = float(value)  # type: ignore[arg-type]
    return "" if np.isnan(number) else f"{number:g}" if number % 1 else str(int(number))
