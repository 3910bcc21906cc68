"""Small CSV files that a chief writes by hand."""

from __future__ import annotations

import codecs
import csv
import io
from typing import TYPE_CHECKING

from optimizer.catalogue import Message, os_reason
from optimizer.errors import Fault, IntakeError

if TYPE_CHECKING:
    from pathlib import Path


def small_table(
    path: Path, headings: dict[str, str], required: tuple[str, ...]
) -> list[tuple[int, dict[str, str]]]:
    """Rows of a CSV that a chief writes by hand, with their numbers in the file.

    Parameters
    ----------
    headings
        Chinese heading to column; a column's own name is a heading too.
    required
        Columns that must be there. Rows without anything are left out.

    Raises
    ------
    IntakeError
        The file cannot be read, is neither UTF-8 nor GB18030, or a required column is missing.
    """
    reader = csv.DictReader(io.StringIO(_text_of(path), newline=""))
    names = {name: headings.get(name.strip(), name.strip()) for name in reader.fieldnames or []}
    missing = [column for column in required if column not in names.values()]
    if missing:
        problem = Message("row.no_column", columns=missing)
        action = Message("row.write_headings", known=",".join(dict.fromkeys(headings.values())))
        raise _unreadable(path, 1, problem, action)
    rows = []
    try:
        for cells in reader:
            row = {names[key]: (text or "").strip() for key, text in cells.items() if key in names}
            if any(row.values()):
                rows.append((reader.line_num, row))
    except csv.Error as error:
        raise _unreadable(path, reader.line_num, str(error), Message("row.save_csv")) from None
    return rows


def _text_of(path: Path) -> str:
    """The text of a file in one of the two encodings that spreadsheets in China write."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise _unreadable(path, None, os_reason(error), Message("row.allow")) from None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        broken = error
    if not content.startswith(codecs.BOM_UTF8):
        try:
            return content.decode("gb18030")
        except UnicodeDecodeError as error:
            broken = max(broken, error, key=lambda some: some.start)
    row = content.count(b"\n", 0, broken.start) + 1
    raise _unreadable(path, row, Message("row.encoding"), Message("row.save_utf8"))


def _unreadable(
    path: Path, row: int | None, problem: str | Message, action: Message
) -> IntakeError:
    return IntakeError(
        "file.unreadable", [Fault(path.name, row, None, None, problem, action)], path=path
    )
