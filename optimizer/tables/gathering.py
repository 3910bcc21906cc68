"""Rows of one or several sheets gathered into columns."""

from __future__ import annotations

import datetime as dt
from collections import deque
from typing import TYPE_CHECKING, Final

import numpy as np

from optimizer.tables.column_types import Layout, bare
from optimizer.tables.faults import DATE, NUMBER, TEXT, UNREAD, Grid, objects
from optimizer.tables.files import Unread

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.tables.files import Row, Sheet
    from optimizer.tables.package import CellAt

_KINDS: Final = {float: NUMBER, int: NUMBER, dt.date: DATE, dt.datetime: DATE, Unread: UNREAD}


class Gathered:
    """Columns that grow row by row, sheet after sheet."""

    def __init__(self, headings: list[str], *, by_signs: bool) -> None:
        self.headings = headings
        self.by_signs = by_signs
        self.columns: list[list[str]] = [[] for _ in headings]
        self.kinds: list[list[int]] = [[] for _ in headings]
        self.numbers: list[int] = []
        self.overflow: dict[int, list[str]] = {}
        self.repeated = 0
        self.across: list[int] = []
        self.down: list[int] = []
        self.sheets: list[str] = []
        self.first: list[int] = []
        self._names = headings
        self._order: list[int] | None = None
        self._merged: deque[tuple[CellAt, CellAt]] = deque()
        self._blocks: dict[int, tuple[int, object]] = {}

    def begin(self, sheet: Sheet, header_row: int, names: list[str]) -> None:
        """Go on with the rows below the headings of another sheet."""
        self.sheets.append(sheet.name)
        self.first.append(len(self.numbers))
        self._names = names
        place = {bare(name): i for i, name in reversed(list(enumerate(self.headings)))}
        same = [*map(bare, names)] == [*map(bare, self.headings)]
        self._order = None if same else [place.get(bare(name), -1) for name in names]
        self._merged = deque(
            sorted(block for block in sheet.merged if header_row <= block[0][0] < block[1][0])
        )
        self._blocks = {}
        self.down += [first[0] + 1 for first, _ in self._merged]
        self.across += [
            first[0] + 1
            for first, last in sheet.merged
            if first[0] >= header_row and 0 < last[1] - first[1] < len(names) - 1
        ]

    def add(self, chunk: list[tuple[int, Row]]) -> None:
        """Append rows with their numbers; blank ones and repeated headings are left out."""
        rows = []
        for number, given in chunk:
            if _blank(given):
                continue
            row = self._filled(number - 1, given) if self._merged or self._blocks else given
            if row[0] == self._names[0] and self._is_heading(row):
                self.repeated += 1
                continue
            rows.append(self._fitted(row))
            self.numbers.append(number)
        for place, cells in enumerate(zip(*rows, strict=True)):
            if {*map(type, cells)} == {str}:
                self.columns[place] += cells
                self.kinds[place] += [TEXT] * len(cells)
            else:
                self.columns[place] += [c if type(c) is str else cell_text(c) for c in cells]
                self.kinds[place] += [_KINDS.get(type(c), TEXT) for c in cells]

    def _is_heading(self, row: Row) -> bool:
        """Whether a row repeats the headings, as each page of a printed list does."""
        return len(row) >= len(self._names) and row[: len(self._names)] == self._names

    def _filled(self, at: int, row: Row) -> Row:
        """A row with the values of the merged blocks that reach into it from above."""
        while self._merged and self._merged[0][0][0] <= at:
            (top, column), (bottom, _) = self._merged.popleft()
            if top == at:
                self._blocks[column] = bottom, row[column] if column < len(row) else ""
        for column, (bottom, value) in [*self._blocks.items()]:
            if bottom < at:
                del self._blocks[column]
            elif column >= len(row) or row[column] == "":
                row = [*row, *[""] * (column + 1 - len(row))]
                row[column] = value
        return row

    def _fitted(self, row: Row) -> Row:
        """A row cut or filled up to the width of the heading, and note of what does not fit."""
        width = len(self._names)
        if len(row) != width:
            beyond = [cell_text(cell) for cell in row[width:]]
            if self.by_signs or len(row) < width or any(map(str.strip, beyond)):
                self.overflow[len(self.numbers)] = beyond
            row = [*row[:width], *[""] * (width - len(row))]
        if self._order is None:
            return row
        moved: Row = [""] * len(self.headings)
        for place, cell in zip(self._order, row, strict=True):
            if place >= 0 and moved[place] == "":
                moved[place] = cell
        return moved

    def forgive_margin(self, *, short: bool) -> None:
        """Blank cells on the right are a habit of the program that wrote most rows with them.

        In few rows of a text file they are the trace of a comma too many, and rows that end early
        have lost something, except where people write by hand (`short`).
        """
        if short:
            self.overflow = {
                at: cells for at, cells in self.overflow.items() if any(map(str.strip, cells))
            }
        blank = [
            at for at, cells in self.overflow.items() if cells and not any(map(str.strip, cells))
        ]
        if 2 * len(blank) >= len(self.numbers):
            for at in blank:
                del self.overflow[at]

    def grid(self, path: Path, layout: Layout, at: dict[str, int]) -> Grid:
        """All that was appended."""
        return Grid(
            layout=layout,
            path=path,
            headings=self.headings,
            cells=[objects(column) for column in self.columns],
            kinds=[np.array(kinds, dtype=np.int8) for kinds in self.kinds],
            row=np.array(self.numbers, dtype=np.int64),
            sheets=self.sheets if len(self.sheets) > 1 else [],
            first=self.first,
            overflow=self.overflow,
            places=at,
        )


def _blank(row: Row) -> bool:
    if row and row[0] != "" and not (type(row[0]) is str and row[0].isspace()):
        return False
    return all(cell == "" or (type(cell) is str and cell.isspace()) for cell in row)


def cell_text(cell: object) -> str:
    """A cell of a workbook as text: whole numbers as digits, dates and times as ISO."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell)) if abs(cell) < 1e21 else repr(cell)
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat(" ")
    if isinstance(cell, dt.time):
        return cell.isoformat("minutes" if cell.second == 0 else "seconds")
    return str(cell)
