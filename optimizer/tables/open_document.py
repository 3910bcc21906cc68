"""What an OpenDocument spreadsheet says of its cells and its reader does not tell."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

from optimizer.tables.package import SheetNotes

if TYPE_CHECKING:
    from collections.abc import Iterator

_TABLE: Final = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE: Final = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_NOTEWORTHY: Final = (b":number-rows-spanned", b":formula", b":visibility")


def document_notes(content: bytes) -> dict[str, SheetNotes]:
    """By a sheet's name its merged cells, formulas without a value, and hidden rows.

    Parameters
    ----------
    content
        The document's content.xml.
    """
    found: dict[str, SheetNotes] = {}
    if not any(sign in content for sign in _NOTEWORTHY):
        return found
    notes, row = SheetNotes(), 0
    try:
        for event, element in ET.iterparse(io.BytesIO(content), ("start", "end")):  # noqa: S314
            if event == "start" and element.tag == f"{_TABLE}table":
                notes = found[element.get(f"{_TABLE}name", "")] = SheetNotes()
                row = 0
            elif event == "end" and element.tag == f"{_TABLE}table-row":
                _take_row(notes, row, element)
                row += _number(element, "number-rows-repeated")
                element.clear()
    except ET.ParseError:  # the reader will say so
        return {}
    return found


def _take_row(notes: SheetNotes, row: int, element: ET.Element) -> None:
    if element.get(f"{_TABLE}visibility") in {"collapse", "filter"}:
        notes.hidden_rows += 1
    for column, cell in _cells(element):
        rows, columns = (_number(cell, f"number-{what}-spanned") for what in ("rows", "columns"))
        if rows > 1 or columns > 1:
            notes.merged.append(((row, column), (row + rows - 1, column + columns - 1)))
        formula = cell.get(f"{_TABLE}formula")
        if formula and cell.get(f"{_OFFICE}value-type") is None and not "".join(cell.itertext()):
            notes.unread[row, column] = "=" + formula.partition("=")[2]


def _cells(element: ET.Element) -> Iterator[tuple[int, ET.Element]]:
    """The cells of a row with the columns in which they begin."""
    column = 0
    for cell in element:
        yield column, cell
        column += _number(cell, "number-columns-repeated")


def _number(element: ET.Element, name: str) -> int:
    text = element.get(f"{_TABLE}{name}", "1")
    return int(text) if text.isdecimal() else 1
