"""From rows of cells to a grid: the headings found and recognised, the cells as text."""

from __future__ import annotations

import difflib
from itertools import islice, zip_longest
from typing import TYPE_CHECKING, Final

from optimizer.catalogue import sentences
from optimizer.tables.column_types import (
    PARTNERS,
    PLACE,
    TOGETHER,
    UNITS,
    Column,
    Layout,
    bare,
    without_datum,
    without_unit,
)
from optimizer.tables.faults import Findings, Grid, shown
from optimizer.tables.files import Row, Sheet, UnreadableError, open_sheets
from optimizer.tables.gathering import Gathered, cell_text
from optimizer.tables.one_column import split_columns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


HEAD_ROWS: Final = 15
"""The headings stand in one of the first rows."""
CHUNK_ROWS: Final = 20_000
ALIKE: Final = 2
"""Sheets are parts of one table if no more headings than these are on one of them only."""


def choose_sheets(path: Path, layout: Layout, findings: Findings) -> list[Sheet]:
    """The sheets of a file whose headings are those of a table; none after noting a fault."""
    try:
        everything = open_sheets(path)
    except UnreadableError as error:
        findings.file(path, error.code, error.facts, row=error.row)
        return []
    return sheets_alike(path, everything, layout, findings)


def sheets_alike(
    path: Path, everything: list[Sheet], layout: Layout, findings: Findings
) -> list[Sheet]:
    """Of all sheets of a file those of a table: the best, and those with the same headings."""
    try:
        sheets, known = _readable([one for one in everything if not one.hidden], layout)
    except UnreadableError as error:
        findings.file(path, error.code, error.facts, row=error.row)
        return []
    best = max(range(len(sheets)), key=lambda i: len(known[i]))
    chosen = [sheets[best]]
    if not sheets[best].by_signs and known[best]:
        needed = {column.name for column in layout.columns if column.required} & known[best]
        chosen = [
            sheet
            for sheet, names in zip(sheets, known, strict=True)
            if names >= needed and _alike(sheet, sheets[best], layout)
        ]
    hidden = [
        sheet.name
        for sheet in everything
        if sheet.hidden and len(_known_columns(sheet, layout)) >= max(1, len(known[best]))
    ]
    if hidden:
        findings.warn(path, "hidden_sheets", {"sheets": hidden})
    hidden_rows = sum(sheet.hidden_rows for sheet in chosen)
    if hidden_rows:
        findings.warn(path, "hidden_rows", {"count": hidden_rows})
    return chosen


def _alike(sheet: Sheet, other: Sheet, layout: Layout) -> bool:
    headings = ({*map(bare, _headings(each, layout)[1])} - {""} for each in (sheet, other))
    one, two = headings
    return len(one ^ two) <= ALIKE and len(one & two) > len(one ^ two)


def _known_columns(sheet: Sheet, layout: Layout) -> set[str]:
    try:
        return {*recognised(_headings(sheet, layout)[1], layout)}
    except UnreadableError:
        return set()


def _readable(sheets: list[Sheet], layout: Layout) -> tuple[list[Sheet], list[set[str]]]:
    """Those sheets whose first rows can be read, and which columns they have."""
    readable, known = [], []
    failure = UnreadableError("no_sheet")
    for sheet in sheets:
        try:
            known.append({*recognised(_headings(sheet, layout)[1], layout)})
        except UnreadableError as error:
            failure = error
        else:
            readable.append(sheet)
    if not readable or (failure.code == "quotes" and not any(known)):
        raise failure
    return readable, known


def read_grid(
    path: Path,
    layout: Layout,
    sheets: list[Sheet],
    findings: Findings,
    *,
    move: Callable[[int], None] = lambda _rows: None,
) -> Grid | None:
    """All rows of the sheets; None after noting a fault that spoils the whole of them.

    `move` is told how many rows have been read.
    """
    before = len(findings.fatal)
    heads: list[tuple[int, list[str]]] = []
    try:
        heads = [_headings(sheet, layout) for sheet in sheets]
        headings = _united([names for _, names in heads])
        if heads[0][0] > 1:
            findings.warn(path, "header_below", {"row": heads[0][0]})
        at = recognised(headings, layout)
        split = _in_one_column(headings, layout, at)
        _check_headings(path, layout, headings, at | split, findings)
        gathered = Gathered(headings, by_signs=sheets[0].by_signs)
        done = 0
        for sheet, (header_row, names) in zip(sheets, heads, strict=True):
            gathered.begin(sheet, header_row, names)
            for chunk in _chunks(islice(enumerate(sheet.rows(), 1), header_row, None)):
                gathered.add(chunk)
                move(done + chunk[-1][0])
            done += sheet.total
    except UnreadableError as error:
        findings.file(path, error.code, error.facts, row=error.row)
        return None
    gathered.forgive_margin(short=layout.by_hand)
    grid = gathered.grid(path, layout, at)
    split_columns(grid, split)
    if gathered.repeated:
        findings.warn(path, "repeated_headings", {"count": gathered.repeated})
    if gathered.across:
        facts = {"count": len(gathered.across), "row": min(gathered.across)}
        findings.warn(path, "merged_across", facts)
    if gathered.down and not layout.by_hand:
        facts = {"count": len(gathered.down), "row": min(gathered.down)}
        findings.warn(path, "merged_down", facts)
    if len(grid) == 0 and not layout.by_hand:
        findings.file(path, "no_rows")
    if sheets[0].by_signs:
        _check_ragged(grid, findings)
    _check_unnamed(grid, findings)
    return grid if len(findings.fatal) == before else None


def _united(lists: list[list[str]]) -> list[str]:
    """The headings of the first sheet, and those that only others have."""
    united = list(lists[0])
    known = {*map(bare, united)}
    for heading in (name for names in lists[1:] for name in names):
        if bare(heading) not in known:
            known.add(bare(heading))
            united.append(heading)
    return united


def _in_one_column(headings: list[str], layout: Layout, at: dict[str, int]) -> dict[str, int]:
    """Where both coordinates stand in one cell: the names of the two columns, and that column."""
    names = {column.name for column in layout.columns}
    for place, heading in enumerate(headings):
        if bare(heading) in TOGETHER and {*PLACE} <= names and not {*PLACE} & at.keys():
            return dict.fromkeys(PLACE, place)
    return {}


def _headings(sheet: Sheet, layout: Layout) -> tuple[int, list[str]]:
    """Row number and headings: of the first rows the one that has the most known headings."""
    head = [[cell_text(cell) for cell in row] for row in islice(sheet.rows(), HEAD_ROWS)]
    filled = [i for i, row in enumerate(head) if any(cell.strip() for cell in row)]
    if not filled:
        raise UnreadableError("empty_file")
    best = max(filled, key=lambda i: _likeness(head[i], layout))
    row = head[best]
    if best + 1 < len(head) and _completes(head[best + 1], row, layout):
        best += 1
        row = [below if below.strip() else above for above, below in _paired(row, head[best])]
    while row and not row[-1].strip():
        row.pop()
    return best + 1, row


def _likeness(row: list[str], layout: Layout) -> tuple[int, int]:
    """How much a row looks like headings: by those that are known, then by those that are not."""
    known = len(recognised(row, layout))
    return known, known - sum(1 for cell in row if cell.strip())


def _completes(below: list[str], above: list[str], layout: Layout) -> bool:
    """Whether a row holds the rest of the headings: 经度 and 纬度 below a merged 坐标."""
    pairs = [(over, under) for over, under in _paired(above, below) if under.strip()]
    return bool(pairs) and all(
        recognised([under], layout) and not recognised([over], layout) for over, under in pairs
    )


def _paired(above: list[str], below: list[str]) -> list[tuple[str, str]]:
    return list(zip_longest(above, below, fillvalue=""))


def recognised(headings: list[str], layout: Layout) -> dict[str, int]:
    """Position of each column of the table; the first that bears one of its headings."""
    places: dict[str, int] = {}
    for place, heading in reversed(list(enumerate(headings))):
        places[bare(heading)] = place
    found = {}
    for column in layout.columns:
        for names in ((column.name, *column.headings), column.fallback):
            here = [places[bare(name)] for name in names if bare(name) in places]
            if column.type in UNITS and not here:
                units = [without_unit(heading, column.type) for heading in headings]
                here = [i for i, text in enumerate(units) if text in {*map(bare, names)}]
            if not here and column.type in {"lon", "lat"}:
                plain = [without_datum(heading) for heading in headings]
                here = [i for i, text in enumerate(plain) if text in {*map(bare, names)}]
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
    read = {*at.values()}
    ignored = {bare(heading) for heading in sentences()["intake.reason_heading"].values()}
    strangers = []
    for place, heading in enumerate(headings):
        if place in read or not heading.strip() or bare(heading) in ignored:
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


def _chunks(rows: Iterator[tuple[int, Row]]) -> Iterator[list[tuple[int, Row]]]:
    while chunk := list(islice(rows, CHUNK_ROWS)):
        yield chunk


def _check_ragged(grid: Grid, findings: Findings) -> None:
    """In a text file a cell too many or too few means that all behind it have moved."""
    width = len(grid.headings)

    def facts(at: int) -> dict[str, object]:
        filled = [column[at] for column in grid.cells[:width]] + grid.overflow[at]
        return {"cells": len(filled) if grid.overflow[at] else f"< {width}", "headings": width}

    findings.cells(grid, "ragged", list(grid.overflow), facts=facts)
    grid.ragged[list(grid.overflow)] = True


def _check_unnamed(grid: Grid, findings: Findings) -> None:
    """Cells below no heading are not read; in a text file they have been noted already."""
    count = 0 if grid.ragged.any() else sum(map(len, grid.overflow.values()))
    for heading, cells in zip(grid.headings, grid.cells, strict=False):
        if not heading.strip():
            count += sum(1 for cell in cells if cell.strip())
    if count:
        findings.warn(grid.path, "unnamed_column", {"count": count})
