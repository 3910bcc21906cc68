"""Workbooks: frames as sheets with headings in the reader's language, filters and fixed heads."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, Final

import xlsxwriter

from optimizer.atomic_files import whole_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pandas as pd

    from optimizer.catalogue import Texts

MAX_ROWS: Final = 1_000_000
"""Rows below the heading; a longer ledger goes on on another sheet."""
_WIDEST, _NARROWEST, _JUDGED = 46, 7, 200


@contextlib.contextmanager
def open_workbook(path: Path) -> Iterator[xlsxwriter.Workbook]:
    """A workbook that appears whole or not at all; text stays text, whatever it begins with.

    Raises
    ------
    CampaignError
        The file cannot be written.
    """
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with whole_file(path) as new:
        book = xlsxwriter.Workbook(new, options)
        yield book
        try:
            book.close()
        except xlsxwriter.exceptions.FileCreateError as error:
            raise OSError(error) from error


def add_sheets(book: xlsxwriter.Workbook, title: str, frame: pd.DataFrame, texts: Texts) -> None:
    """Add a frame; its columns are messages of the room heading, or shown as they are."""
    for number, first in enumerate(range(0, max(len(frame), 1), MAX_ROWS), start=1):
        name = title if number == 1 else f"{title} {number}"
        _add_sheet(book, name, frame.iloc[first : first + MAX_ROWS], texts)


def _add_sheet(book: xlsxwriter.Workbook, title: str, frame: pd.DataFrame, texts: Texts) -> None:
    sheet = book.add_worksheet(title[:31])
    bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    headings = [texts.named("heading", str(column)) for column in frame.columns]
    for place, (column, heading) in enumerate(zip(frame.columns, headings, strict=True)):
        sheet.set_column(place, place, _width(frame[column], heading))
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(len(frame), 1), max(len(headings) - 1, 0))
    for place, heading in enumerate(headings):
        sheet.write_string(0, place, heading, bold)
    columns = [frame[column].tolist() for column in frame.columns]
    for row, cells in enumerate(zip(*columns, strict=True), start=1):
        for place, cell in enumerate(cells):
            _write(sheet, row, place, cell)


def _write(sheet: Any, row: int, place: int, cell: object) -> None:  # noqa: ANN401
    if isinstance(cell, str):
        if cell:
            sheet.write_string(row, place, cell)
    elif cell == cell:  # noqa: PLR0124  (a missing number is not equal to itself)
        sheet.write_number(row, place, cell)


def _width(column: pd.Series[Any], heading: str) -> float:
    """Characters that a column needs: those of Chinese count twice."""
    shown = [heading, *map(str, column.head(_JUDGED))]
    widest = max(sum(2 if letter > "\u2e7f" else 1 for letter in text) for text in shown)
    return min(max(widest + 2, _NARROWEST), _WIDEST)
