"""From a file on the disk to rows of cells: CSV in UTF-8 or GB18030, and XLSX.

What a file is, is read from its content, not from its name.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
import zlib
from dataclasses import dataclass
from functools import partial
from typing import IO, TYPE_CHECKING, Any, Final

from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

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
    b"<html": "HTML",
    b"<!doctype": "HTML",
    b"<table": "HTML",
    b"<?xml": "XML",
    b"{\\rtf": "RTF",
}
"""How files begin that are text, or nearly, and are often named .xls or .csv."""
_UNSUITABLE: Final = (
    zipfile.BadZipFile,
    zlib.error,
    OSError,
    EOFError,
    ValueError,
    RuntimeError,
    NotImplementedError,
)


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
    """

    name: str
    rows: Callable[[], Iterator[Row]]
    total: int
    by_signs: bool


def open_sheets(path: Path) -> list[Sheet]:
    """The sheets of a workbook that a reader would see, or a CSV file in its possible cuts.

    Raises
    ------
    UnreadableError
        Whatever is wrong with the file.
    """
    try:
        if path.is_dir():
            raise UnreadableError("folder")
        with path.open("rb") as file:
            head = file.read(8)
        if head.startswith(b"PK"):
            return _workbook(path)
        data = path.read_bytes()
    except FileNotFoundError:
        raise UnreadableError("missing_file") from None
    except OSError as error:
        raise UnreadableError("unreadable", why=error.strerror or f"{error}") from None
    except ValueError:  # a NUL in the name
        raise UnreadableError("missing_file") from None
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise UnreadableError("old_excel")
    for sign, what in _FOREIGN.items():
        if data[:100].lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(sign):
            raise UnreadableError("not_a_table", why=what)
    if not data.strip(b" \t\r\n\0\xef\xbb\xbf"):
        raise UnreadableError("empty_file")
    return _text_table(_decoded(data))


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnreadableError("utf16")
    if b"\0" in data:
        raise UnreadableError("not_a_table", why="NUL")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        broken = _line_of(data, error.start)
    # GB18030 would read the sound half of a broken UTF-8 file as nonsense, and not complain.
    lenient = data.decode("utf-8", errors="replace")
    foreign = len(lenient) - len(lenient.encode("ascii", errors="ignore"))
    if foreign >= 4 * lenient.count("\ufffd"):
        raise UnreadableError("broken_utf8", line=broken)
    try:
        return data.decode("gb18030")
    except UnicodeDecodeError as error:
        raise UnreadableError("encoding", line=_line_of(data, error.start)) from None


def _line_of(data: bytes, position: int) -> int:
    return data.count(b"\n", 0, position) + 1


def _text_table(text: str) -> list[Sheet]:
    """One sheet for each sign that may separate the cells; the headings will tell which."""
    total = text.count("\n") + text.count("\r") - text.count("\r\n") + 1
    head = text[:10_000]
    signs = [sign for sign in ",\t;" if sign in head] or [","]
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
        raise UnreadableError("quotes", why=f"{error}", row=sound + 1) from None


def _workbook(path: Path) -> list[Sheet]:
    try:
        with zipfile.ZipFile(path) as archive:
            _check_archive(archive)
    except UnreadableError:
        raise
    except _UNSUITABLE as error:
        raise UnreadableError("damaged", why=_why(error)) from None
    with _guarded():
        workbook = CalamineWorkbook.from_path(path)
        seen = [
            sheet.name
            for sheet in workbook.sheets_metadata
            if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible
        ]
        sheets = [workbook.get_sheet_by_name(name) for name in seen]
    found = [
        Sheet(
            sheet.name,
            partial(_sheet_rows, sheet),
            sheet.total_height + 1,
            by_signs=False,
        )
        for sheet in sheets
        if sheet.start is not None
    ]
    if not found:
        raise UnreadableError("no_sheet")
    return found


def _sheet_rows(sheet: CalamineSheet) -> Iterator[Row]:
    margin = [""] * (sheet.start or (0, 0))[1]
    with _guarded():
        for row in sheet.iter_rows():
            yield margin + row if margin else row


class _guarded:  # noqa: N801  (a context manager that reads like a word)
    """Turns what calamine raises on a damaged workbook, its panics included, into a fault."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if error is None or isinstance(error, UnreadableError):
            return
        if isinstance(error, Exception) or type(error).__name__ == "PanicException":
            raise UnreadableError("damaged", why=_why(error)) from None


def _why(error: BaseException) -> str:
    return " ".join(str(error).split())[:80] or type(error).__name__


def _check_archive(archive: zipfile.ZipFile) -> None:
    """Refuse what calamine would take for more memory than there is, or not understand."""
    names = archive.namelist()
    if "xl/workbook.xml" not in names:
        raise UnreadableError("not_a_table", why="ZIP")
    if sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED:
        raise UnreadableError("damaged", why="ZIP > 2 GB")
    for name in names:
        with archive.open(name) as part:
            _check_extent(part)


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
                widest = max(widest, (_column_number(letters), letters.decode()))
        tail = text[-120:]
    if widest[0] * lowest > MAX_CELLS:
        raise UnreadableError("too_wide", column=widest[1], last=lowest)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
