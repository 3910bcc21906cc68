"""From a file to rows of cells: CSV in UTF-8, UTF-16 or GB18030, XLSX and ODS.

What a file is, is read from its content, not from its name.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import zipfile
import zlib
from dataclasses import dataclass, field
from functools import partial
from typing import IO, TYPE_CHECKING, Any, Final

from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from optimizer.tables.open_document import document_notes
from optimizer.tables.package import (
    CellAt,
    NoWorkbookError,
    SheetNotes,
    column_number,
    customary,
    notes_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from python_calamine import CalamineSheet

Row = list[Any]
"""Cells of a row: str, or what Excel held: float, bool, date, time, ..."""

MAX_CELLS: Final = 30_000_000
"""A sheet's rectangle is held in memory at 32 bytes a cell."""
MAX_UNPACKED: Final = 2 << 30
"""Bytes that a workbook may unpack to; 350,000 rows need 0.2 GB."""
_FOREIGN: Final = {
    b"%pdf": "PDF",
    b"<?xml": "XML",
    b"{\\rtf": "RTF",
}
"""How files begin that are text, or nearly, and are often named .xls or .csv."""
_ODS: Final = b"application/vnd.oasis.opendocument.spreadsheet"
_UNSUITABLE: Final = (
    zipfile.BadZipFile,
    zlib.error,
    OSError,
    EOFError,
    ValueError,
    RuntimeError,
    NotImplementedError,
    KeyError,
)


class Unread(str):
    """What a spreadsheet shows in a cell that has no value: an error, or a formula."""

    __slots__ = ()


class UnreadableError(Exception):
    """A file cannot be read any further: a code of `sentences` with its facts."""

    def __init__(self, code: str, *, row: int | None = None, **facts: str | int) -> None:
        super().__init__(code)
        self.code, self.row, self.facts = code, row, facts


@dataclass(slots=True)
class Sheet:
    """Rows of one sheet, from the first row on.

    Attributes
    ----------
    rows
        Gives the rows anew at each call; reading them may raise `UnreadableError`.
    total
        About how many there are.
    by_signs
        Whether cells are parted by signs, so that a stray sign moves those behind it.
    merged
        First and last cell of each merged block: only the first has a value.
    hidden
        A reader does not see the sheet.
    hidden_rows
        How many rows a reader does not see.
    """

    name: str
    rows: Callable[[], Iterator[Row]]
    total: int
    by_signs: bool
    merged: list[tuple[CellAt, CellAt]] = field(default_factory=list)
    hidden: bool = False
    hidden_rows: int = 0


def open_sheets(path: Path) -> list[Sheet]:
    """The sheets of a workbook, or a CSV file in its possible cuts.

    Raises
    ------
    UnreadableError
        Whatever is wrong with the file.
    """
    try:
        if path.is_dir():
            raise UnreadableError("folder")
        data = path.read_bytes()
    except FileNotFoundError:
        raise UnreadableError("missing_file") from None
    except OSError as error:
        raise UnreadableError("unreadable", why=error.strerror or f"{error}") from None
    except ValueError:  # a NUL in the name
        raise UnreadableError("missing_file") from None
    return sheets_of(data)


def sheets_of(data: bytes) -> list[Sheet]:
    """The same of a file's content.

    Raises
    ------
    UnreadableError
        Whatever is wrong with the file.
    """
    if data.startswith(b"PK"):
        return _workbook(io.BytesIO(data))
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise UnreadableError("old_excel")
    if _is_page(data[:2000]):
        raise UnreadableError("web_page")
    for sign, what in _FOREIGN.items():
        if data[:100].lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(sign):
            raise UnreadableError("not_a_table", why=what)
    if not data.strip(b" \t\r\n\0\xef\xbb\xbf"):
        raise UnreadableError("empty_file")
    return _text_table(_decoded(data))


def _is_page(head: bytes) -> bool:
    """Whether it is a web page that a billing system calls .xls."""
    text = head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    return text.startswith((b"<html", b"<!doctype", b"<table", b"<meta", b"mime-version")) or (
        text.startswith(b"<?xml") and b"<html" in text
    )


def _decoded(data: bytes) -> str:
    if b"\0" in data or data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _wide(data)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        broken = _line_of(data, error.start)
        if data.startswith(codecs.BOM_UTF8):
            raise UnreadableError("broken_utf8", line=broken) from None
    # GB18030 would read the sound half of a broken UTF-8 file as nonsense, and not complain.
    lenient = data.decode("utf-8", errors="replace")
    foreign = len(lenient) - len(lenient.encode("ascii", errors="ignore"))
    if foreign >= 4 * lenient.count("\ufffd"):
        raise UnreadableError("broken_utf8", line=broken)
    try:
        return data.decode("gb18030")
    except UnicodeDecodeError as error:
        raise UnreadableError("encoding", line=_line_of(data, error.start)) from None


def _wide(data: bytes) -> str:
    """UTF-16, which is how Excel saves "Unicode text"."""
    zeros = [data[start:4096:2].count(0) for start in (0, 1)]
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        order = "utf-16"
    elif 0 in zeros:
        order = "utf-16-le" if zeros[1] else "utf-16-be"
    else:
        raise UnreadableError("not_a_table", why="NUL")
    try:
        text = data.decode(order)
    except UnicodeDecodeError:
        raise UnreadableError("utf16") from None
    if "\0" in text:
        raise UnreadableError("not_a_table", why="NUL")
    return text


def _line_of(data: bytes, position: int) -> int:
    return data.count(b"\n", 0, position) + 1


def _text_table(text: str) -> list[Sheet]:
    """One sheet for each sign that may separate the cells; the headings will tell which."""
    total = text.count("\n") + text.count("\r") - text.count("\r\n") + 1
    if not text.strip():
        raise UnreadableError("empty_file")
    if named := re.match(r"\s*\"?sep=(.)\"?[ \t]*(?=[\r\n])", text):
        # Excel's own way to name the sign; the line counts, but has no cells
        return [Sheet("", partial(_text_rows, text[named.end() :], named[1]), total, by_signs=True)]
    head = text[:10_000]
    signs = [sign for sign in ",\t;|，" if sign in head] or [","]
    return [Sheet("", partial(_text_rows, text, sign), total, by_signs=True) for sign in signs]


def _text_rows(text: str, sign: str) -> Iterator[Row]:
    lines = io.StringIO(text, newline=None)  # as Windows, Unix and old Macs end them
    reader = csv.reader(lines, delimiter=sign, strict=True)
    sound = 0
    try:
        for row in reader:
            sound += 1
            yield row
    except csv.Error as error:  # tells the line where the file ends; wrong is where a row begins
        raise UnreadableError("quotes", row=sound + 1) from error


def _workbook(data: io.BytesIO) -> list[Sheet]:
    try:
        with zipfile.ZipFile(data) as archive:
            data, notes = _checked(archive, data)
    except (UnreadableError, NoWorkbookError) as error:
        if isinstance(error, UnreadableError):
            raise
        raise UnreadableError("not_a_table", why="ZIP") from None
    except _UNSUITABLE as error:
        raise UnreadableError("damaged") from error
    with _guarded():
        data.seek(0)
        workbook = CalamineWorkbook.from_filelike(data)
        found = [
            _sheet(workbook, meta.name, notes.get(meta.name, SheetNotes()), meta.visible)
            for meta in workbook.sheets_metadata
            if meta.typ == SheetTypeEnum.WorkSheet
        ]
    sheets = [sheet for sheet in found if sheet is not None]
    if not any(not sheet.hidden for sheet in sheets):
        raise UnreadableError("no_sheet")
    return sheets


def _checked(
    archive: zipfile.ZipFile, data: io.BytesIO
) -> tuple[io.BytesIO, dict[str, SheetNotes]]:
    """The workbook as its reader understands it, and what the reader would not tell."""
    if sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED:
        raise UnreadableError("too_much_unpacked")
    for name in archive.namelist():
        with archive.open(name) as part:
            _check_extent(part)
    if "content.xml" in archive.namelist():
        if not archive.read("mimetype").startswith(_ODS):
            raise UnreadableError("not_a_table", why="ZIP")
        return data, document_notes(archive.read("content.xml"))
    moved = customary(archive)
    if moved is None:
        return data, notes_of(archive)
    with zipfile.ZipFile(moved) as mended:
        return moved, notes_of(mended)


def _sheet(
    workbook: CalamineWorkbook, name: str, notes: SheetNotes, visible: SheetVisibleEnum
) -> Sheet | None:
    """A sheet with something in it."""
    sheet = workbook.get_sheet_by_name(name)
    if sheet.start is None:
        return None
    return Sheet(
        name,
        partial(_sheet_rows, sheet, notes.unread),
        sheet.total_height + 1,
        by_signs=False,
        merged=[*(sheet.merged_cell_ranges or ()), *notes.merged],
        hidden=visible != SheetVisibleEnum.Visible,
        hidden_rows=notes.hidden_rows,
    )


def _sheet_rows(sheet: CalamineSheet, unread: dict[CellAt, str]) -> Iterator[Row]:
    margin = [""] * (sheet.start or (0, 0))[1]
    by_row: dict[int, list[tuple[int, str]]] = {}
    for (row, column), text in unread.items():
        by_row.setdefault(row, []).append((column, text))
    with _guarded():
        for number, cells in enumerate(sheet.iter_rows()):
            whole: Row = [*margin, *cells] if margin or number in by_row else cells
            for column, text in by_row.get(number, ()):
                whole += [""] * (column + 1 - len(whole))
                whole[column] = Unread(text)
            yield whole


class _guarded:  # noqa: N801  (a context manager that reads like a word)
    """Turns what calamine raises on a damaged workbook, its panics included, into a fault."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if error is None or isinstance(error, UnreadableError):
            return
        if isinstance(error, Exception) or type(error).__name__ == "PanicException":
            raise UnreadableError("damaged") from error


_EXTENT: Final = re.compile(rb'r="([A-Z]{2,3})(\d{1,7})"|<row [^>]{0,100}?r="(\d{1,7})"')
"""Cells beyond column Z, and rows: of the many cells in between nothing need be known."""


def _check_extent(part: IO[bytes]) -> None:
    """Read a part to its end, which checks its sum, and look how far its cells reach.

    Cells far out on the right and below make a rectangle that no memory holds.
    """
    widest, lowest, tail = (26, "Z"), 0, b""
    while piece := part.read(1 << 20):
        text = tail + piece
        for letters, cell_row, row in _EXTENT.findall(text):
            lowest = max(lowest, int(cell_row or row))
            if letters:
                widest = max(widest, (column_number(letters), letters.decode()))
        tail = text[-120:]
    if widest[0] * lowest > MAX_CELLS:
        raise UnreadableError("too_wide", column=widest[1], last=lowest)
