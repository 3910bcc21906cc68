"""What is inside a workbook's ZIP and its reader does not tell.

Excel opens packages whose names have backslashes or other capitals, and whose main part lies
elsewhere than customary; the reader does not. And it gives "" for cells that have no value to
give: errors, and formulas that nobody has computed. Here such cells are found in the XML.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from collections.abc import Iterator

CellAt = tuple[int, int]
"""Row and column of a cell, from 0."""

MAIN: Final = "xl/workbook.xml"
_RELATIONS: Final = "xl/_rels/workbook.xml.rels"
_NAMING: Final = frozenset({"_rels/.rels", "[Content_Types].xml"})
_OFFICE: Final = "/officeDocument"


class NoWorkbookError(Exception):
    """The archive has no workbook in it."""


@dataclass(slots=True)
class SheetNotes:
    """What the XML of a sheet says beyond its values.

    Attributes
    ----------
    unread
        Cells that have no value: what stands in their place, `#N/A` or the formula.
    hidden_rows
        How many rows are hidden.
    """

    unread: dict[CellAt, str] = field(default_factory=dict)
    hidden_rows: int = 0


def customary(archive: zipfile.ZipFile) -> io.BytesIO | None:
    """The package with the names that readers expect; None where it has them already.

    Raises
    ------
    NoWorkbookError
        Nothing in it is a workbook.
    """
    plain = {name: name.replace("\\", "/").lstrip("/") for name in archive.namelist()}
    lower = {new.lower(): old for old, new in plain.items()}
    main = _main_part(archive, lower)
    if main == MAIN and all(old == new for old, new in plain.items()):
        return None
    folder, file = posixpath.split(main)
    renamed = {main.lower(): MAIN, f"{folder}/_rels/{file}.rels".lstrip("/").lower(): _RELATIONS}
    moved = io.BytesIO()
    with zipfile.ZipFile(moved, "w", zipfile.ZIP_DEFLATED) as target:
        for old, new in plain.items():
            within = bool(folder) and new.lower().startswith(f"{folder.lower()}/")
            name = renamed.get(new.lower(), f"xl/{new[len(folder) + 1 :]}" if within else new)
            content = archive.read(old)
            if name == _RELATIONS:
                content = _relative(content, folder)
            elif name in _NAMING:
                content = content.replace(main.encode(), MAIN.encode())
            target.writestr(name, content)
    moved.seek(0)
    return moved


def _main_part(archive: zipfile.ZipFile, lower: dict[str, str]) -> str:
    """Where the package says that its workbook lies, as it is written in the archive."""
    if "_rels/.rels" in lower:
        for relation in _relations(archive.read(lower["_rels/.rels"])):
            if relation.get("Type", "").endswith(_OFFICE):
                part = relation.get("Target", "").replace("\\", "/").lstrip("/")
                if part.lower() in lower:
                    return lower[part.lower()].replace("\\", "/").lstrip("/")
    if MAIN in lower:
        return lower[MAIN].replace("\\", "/").lstrip("/")
    raise NoWorkbookError


def _relations(content: bytes) -> list[dict[str, str]]:
    try:
        return [dict(each.attrib) for each in ET.fromstring(content)]  # noqa: S314
    except ET.ParseError:
        return []


def _relative(content: bytes, folder: str) -> bytes:
    """Targets without the folder that the main part had."""
    pattern = rb'(Target=["\'])/?' + re.escape(folder.encode()) + rb"/"
    return re.sub(pattern, rb"\1", content, flags=re.IGNORECASE) if folder else content


def notes_of(archive: zipfile.ZipFile) -> dict[str, SheetNotes]:
    """By a sheet's name what its XML says; of a package with customary names."""
    names = {name.lower(): name for name in archive.namelist()}
    if MAIN not in names or _RELATIONS.lower() not in names:
        return {}
    relations = _relations(archive.read(names[_RELATIONS.lower()]))
    target = {each.get("Id"): each.get("Target", "") for each in relations}
    found = {}
    for sheet, relation in _sheets(archive.read(names[MAIN])):
        path = target.get(relation, "").replace("\\", "/")
        part = path.lstrip("/") if path.startswith("/") else posixpath.normpath(f"xl/{path}")
        if part.lower() in names:
            with archive.open(names[part.lower()]) as content:
                found[sheet] = _notes(content)
    return found


def _sheets(content: bytes) -> Iterator[tuple[str, str]]:
    try:
        tree = ET.fromstring(content)  # noqa: S314
    except ET.ParseError:
        return
    for each in tree.iter():
        if each.tag.rsplit("}", 1)[-1] == "sheet":
            ids = [value for key, value in each.attrib.items() if key.endswith("}id")]
            yield each.get("name", ""), (ids or [""])[0]


_NOTEWORTHY: Final = re.compile(rb"""\st=["']e["']|<(?:\w+:)?f[\s>/]""")
_HIDDEN: Final = re.compile(rb"""<(?:\w+:)?row\b[^>]*?\shidden=["'](?:1|true)["']""")
_PIECE: Final = re.compile(
    rb"<(?:\w+:)?row\b(?P<row>[^>]*)>"
    rb"|<(?:\w+:)?c\b(?P<cell>[^>]*?)(?:/>|>(?P<inside>.*?)</(?:\w+:)?c>)",
    re.DOTALL,
)
_ROW_BEGINS: Final = re.compile(rb"<(?:\w+:)?row\b")
_ROW_NUMBER: Final = re.compile(rb"""<(?:\w+:)?row\b[^>]*?\sr=["'](\d+)["']""")
_ROW: Final = re.compile(rb"""\br=["'](\d+)["']""")
_CELL: Final = re.compile(rb"""\br=["']([A-Z]+)(\d+)["']""")
_KIND: Final = re.compile(rb"""\bt=["'](\w+)["']""")
_FORMULA: Final = re.compile(rb"<(?:\w+:)?f\b[^>]*?(?:/>|>(.*?)</(?:\w+:)?f>)", re.DOTALL)
_VALUE: Final = re.compile(rb"<(?:\w+:)?v\b[^>]*>([^<]+)</")


def _notes(part: IO[bytes]) -> SheetNotes:
    notes, row = SheetNotes(), -1
    for rows in _whole_rows(part):
        notes.hidden_rows += len(_HIDDEN.findall(rows))
        if _NOTEWORTHY.search(rows):
            for at, text in _unread(rows, row):
                notes.unread[at] = text
        numbers = _ROW_NUMBER.findall(rows)
        row = int(numbers[-1]) - 1 if numbers else row + len(_ROW_BEGINS.findall(rows))
    return notes


def _whole_rows(part: IO[bytes]) -> Iterator[bytes]:
    """The XML in pieces that end where a row ends."""
    tail = b""
    while piece := part.read(1 << 20):
        text = tail + piece
        end = text.rfind(b"row>") + 4
        if end > 3:
            yield text[:end]
            text = text[end:]
        tail = text
    yield tail


def _unread(content: bytes, row: int) -> Iterator[tuple[CellAt, str]]:
    """Cells with an error, and formulas without a stored value, after the row of a number."""
    column = -1
    for piece in _PIECE.finditer(content):
        if piece["row"] is not None:
            number = _ROW.search(piece["row"])
            row, column = (int(number[1]) - 1 if number else row + 1), -1
            continue
        at = _CELL.search(piece["cell"])
        column = column_number(at[1]) - 1 if at else column + 1
        kind, inside = _KIND.search(piece["cell"]), piece["inside"] or b""
        value = _VALUE.search(inside)
        if kind and kind[1] == b"e":
            yield (row, column), value[1].decode() if value else "#N/A"
        elif value is None and (not kind or kind[1] != b"str"):
            formula = _FORMULA.search(inside)
            if formula:
                yield (row, column), "=" + (formula[1] or b"").decode("utf-8", "replace")


def column_number(letters: bytes) -> int:
    """Number of a column from its letters; A is 1."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
