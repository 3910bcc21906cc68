"""From rows of cells to a grid: the headings found and recognised, the cells as text."""

from __future__ import annotations

import datetime as dt
import difflib
from itertools import islice, zip_longest
from typing import TYPE_CHECKING, Final

import numpy as np

from optimizer.catalogue import sentences
from optimizer.tables.columns import PARTNERS, Column, Layout, bare
from optimizer.tables.faults import Findings, Grid, shown
from optimizer.tables.files import Row, Sheet, UnreadableError, open_sheets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from optimizer.tables.faults import Texts

HEAD_ROWS: Final = 10
"""The headings stand in one of the first rows."""
CHUNK_ROWS: Final = 20_000


def choose_sheet(path: Path, layout: Layout, findings: Findings) -> Sheet | None:
    """The sheet of a file whose headings are those of a table; None after noting a fault."""
    try:
        sheets, known = _readable(open_sheets(path), layout)
    except UnreadableError as error:
        findings.file(path, error.code, error.facts, row=error.row)
        return None
    best = max(range(len(sheets)), key=lambda i: len(known[i]))
    alike = [
        sheet.name
        for sheet, names in zip(sheets, known, strict=True)
        if names and names == known[best] and not sheet.by_signs
    ]
    if len(alike) > 1:
        facts = {"sheets": ", ".join(alike), "table": layout.name}
        findings.file(path, "several_sheets", facts)
        return None
    return sheets[best]


def _readable(sheets: list[Sheet], layout: Layout) -> tuple[list[Sheet], list[set[str]]]:
    """Those sheets whose first rows can be read, and which columns they have."""
    readable, known = [], []
    failure = UnreadableError("no_sheet")
    for sheet in sheets:
        try:
            known.append({*_recognised(_headings(sheet, layout)[1], layout)})
        except UnreadableError as error:
            failure = error
        else:
            readable.append(sheet)
    if not readable or (failure.code == "quotes" and not any(known)):
        raise failure
    return readable, known


def read_grid(
    path: Path, layout: Layout, sheet: Sheet, findings: Findings, *, move: Callable[[int], None]
) -> Grid | None:
    """All rows of a sheet; None after noting a fault that spoils the whole of it.

    `move` is told how many rows have been read.
    """
    before = len(findings.fatal)
    try:
        header_row, headings = _headings(sheet, layout)
        if header_row > 1:
            findings.warn(path, "header_below", {"row": header_row})
        at = _recognised(headings, layout)
        _check_headings(path, layout, headings, at, findings)
        gathered = _Gathered(headings, by_signs=sheet.by_signs)
        for chunk in _chunks(islice(enumerate(sheet.rows(), 1), header_row, None)):
            gathered.add(chunk)
            move(chunk[-1][0])
    except UnreadableError as error:
        findings.file(path, error.code, error.facts, row=error.row)
        return None
    gathered.forgive_margin()
    grid = gathered.grid(path, layout, at)
    if len(grid) == 0:
        findings.file(path, "no_rows")
    if sheet.by_signs:
        _check_ragged(grid, findings)
    _check_unnamed(grid, findings)
    return grid if len(findings.fatal) == before else None


def _headings(sheet: Sheet, layout: Layout) -> tuple[int, list[str]]:
    """Row number and headings: of the first rows the one that has the most known headings."""
    head = [[_text(cell) for cell in row] for row in islice(sheet.rows(), HEAD_ROWS)]
    filled = [i for i, row in enumerate(head) if any(cell.strip() for cell in row)]
    if not filled:
        raise UnreadableError("empty_file")
    best = max(filled, key=lambda i: (len(_recognised(head[i], layout)), -i))
    row = head[best]
    if best + 1 < len(head) and _completes(head[best + 1], row, layout):
        best += 1
        row = [below if below.strip() else above for above, below in _paired(row, head[best])]
    while row and not row[-1].strip():
        row.pop()
    return best + 1, row


def _completes(below: list[str], above: list[str], layout: Layout) -> bool:
    """Whether a row holds the rest of the headings: 经度 and 纬度 below a merged 坐标."""
    pairs = [(over, under) for over, under in _paired(above, below) if under.strip()]
    return bool(pairs) and all(
        _recognised([under], layout) and not _recognised([over], layout) for over, under in pairs
    )


def _paired(above: list[str], below: list[str]) -> list[tuple[str, str]]:
    return list(zip_longest(above, below, fillvalue=""))


def _recognised(headings: list[str], layout: Layout) -> dict[str, int]:
    """Position of each column of the table; the first that bears one of its headings."""
    places: dict[str, int] = {}
    for place, heading in reversed(list(enumerate(headings))):
        places[bare(heading)] = place
    found = {}
    for column in layout.columns:
        for names in ((column.name, *column.headings), column.fallback):
            here = [places[bare(name)] for name in names if bare(name) in places]
            if here and column.name not in found:
                found[column.name] = min(here)
    return _each_once(found)


def _each_once(found: dict[str, int]) -> dict[str, int]:
    """A heading that two columns would take by falling back belongs to the first of them."""
    taken: set[int] = set()
    mine = {}
    for name, place in found.items():
        if place not in taken:
            mine[name] = place
            taken.add(place)
    return mine


def _check_headings(
    path: Path, layout: Layout, headings: list[str], at: dict[str, int], findings: Findings
) -> None:
    ignored = {bare(heading) for heading in sentences()["intake.reason_heading"].values()}
    strangers = []
    for place, heading in enumerate(headings):
        if place in at.values() or not heading.strip() or bare(heading) in ignored:
            continue
        twin = _twin(heading, layout, at)
        if twin is None:
            strangers.append(heading)
            continue
        first = shown(headings[at[twin]])
        facts = {"first": first, "second": shown(heading), "name": twin}
        findings.file(path, "same_column", facts, column=shown(heading))
    absent = [column for column in layout.columns if column.name not in at]
    for column in absent:
        if column.required or PARTNERS.get(column.name) in at:
            _missing(path, column, headings, strangers, findings)
    for heading in strangers:
        likely = next((column for column in absent if _near(heading, column)), None)
        if likely is None:
            findings.warn(path, "unknown_column", column=shown(heading))
        else:
            facts = {"heading": likely.heading}
            findings.warn(path, "unknown_column_near", facts, column=shown(heading))


def _twin(heading: str, layout: Layout, at: dict[str, int]) -> str | None:
    """The column that already has another heading than this one, which means the same."""
    for column in layout.columns:
        names = (column.name, *column.headings)
        if column.name in at and bare(heading) in {bare(name) for name in names}:
            return column.name
    return None


def _missing(
    path: Path, column: Column, headings: list[str], strangers: list[str], findings: Findings
) -> None:
    label = f"{column.heading}/{column.name}"
    near = next((name for name in strangers if _near(name, column)), None)
    if near is not None:
        facts = {"name": label, "near": shown(near), "heading": column.heading}
        findings.file(path, "missing_column_near", facts)
        return
    listed = ", ".join(shown(heading) for heading in headings[:20]) or "-"
    findings.file(path, "missing_column", {"name": label, "headings": listed})


def _near(heading: str, column: Column) -> bool:
    """Whether a heading is probably meant for a column: a slip of the pen, or a word more."""
    text = bare(heading)
    names = [bare(name) for name in (column.name, *column.headings)]
    cutoff = 0.5 if len(text) <= 2 else 0.75
    return bool(difflib.get_close_matches(text, names, n=1, cutoff=cutoff))


class _Gathered:
    """Columns that grow row by row."""

    def __init__(self, headings: list[str], *, by_signs: bool) -> None:
        self.headings = headings
        self.by_signs = by_signs
        self.columns: list[list[str]] = [[] for _ in headings]
        self.numeric: list[list[bool]] = [[] for _ in headings]
        self.numbers: list[int] = []
        self.overflow: dict[int, list[str]] = {}

    def add(self, chunk: list[tuple[int, Row]]) -> None:
        """Append rows with their numbers; blank ones are left out."""
        rows = []
        for number, row in chunk:
            if not _blank(row):
                rows.append(self._fitted(row))
                self.numbers.append(number)
        for place, cells in enumerate(zip(*rows, strict=True)):
            if {*map(type, cells)} == {str}:
                self.columns[place] += cells
                self.numeric[place] += [False] * len(cells)
            else:
                self.columns[place] += [c if type(c) is str else _text(c) for c in cells]
                self.numeric[place] += [type(c) is float or type(c) is int for c in cells]

    def _fitted(self, row: Row) -> Row:
        """A row cut or filled up to the width of the heading, and note of what does not fit."""
        width = len(self.headings)
        if len(row) == width:
            return row
        beyond = [_text(cell) for cell in row[width:]]
        if self.by_signs or len(row) < width or any(map(str.strip, beyond)):
            self.overflow[len(self.numbers)] = beyond
        return [*row[:width], *[""] * (width - len(row))]

    def forgive_margin(self) -> None:
        """Blank cells on the right are a habit of the program that wrote most rows with them.

        In few rows of a text file they are the trace of a comma too many.
        """
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
            cells=[_objects(column) for column in self.columns],
            numeric=[np.array(mask, dtype=bool) for mask in self.numeric],
            row=np.array(self.numbers, dtype=np.int64),
            overflow=self.overflow,
            places=at,
        )


def _chunks(rows: Iterator[tuple[int, Row]]) -> Iterator[list[tuple[int, Row]]]:
    while chunk := list(islice(rows, CHUNK_ROWS)):
        yield chunk


def _check_ragged(grid: Grid, findings: Findings) -> None:
    """In a text file a cell too many or too few means that all behind it have moved."""
    width = len(grid.headings)

    def facts(at: int) -> dict[str, object]:
        filled = [column[at] for column in grid.cells] + grid.overflow[at]
        return {"cells": len(filled) if grid.overflow[at] else f"< {width}", "headings": width}

    findings.cells(grid, "ragged", list(grid.overflow), facts=facts)
    grid.ragged[list(grid.overflow)] = True


def _check_unnamed(grid: Grid, findings: Findings) -> None:
    """Cells below no heading are not read; in a text file they have been noted already."""
    count = 0 if grid.ragged.any() else sum(map(len, grid.overflow.values()))
    for heading, cells in zip(grid.headings, grid.cells, strict=True):
        if not heading.strip():
            count += sum(1 for cell in cells if cell.strip())
    if count:
        findings.warn(grid.path, "unnamed_column", {"count": count})


def _objects(texts: list[str]) -> Texts:
    array = np.empty(len(texts), dtype=object)
    array[:] = texts
    return array


def _blank(row: Row) -> bool:
    if row and row[0] != "" and not (type(row[0]) is str and row[0].isspace()):
        return False
    return all(cell == "" or (type(cell) is str and cell.isspace()) for cell in row)


def _text(cell: object) -> str:
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
