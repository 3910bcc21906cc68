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
_RELATIONSHIPS: Final = "http://schemas.openxmlformats.org/package/2006/relationships"


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
    merged
        First and last cell of merged blocks that the reader does not tell.
    """

    unread: dict[CellAt, str] = field(default_factory=dict)
    hidden_rows: int = 0
    merged: list[tuple[CellAt, CellAt]] = field(default_factory=list)


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
    folder, file = posixpath.split(main)
    relations_part = posixpath.join(folder, "_rels", f"{file}.rels")
    relations = _relations(_content(archive, lower, relations_part))
    parts = {part: name for name, part, _ in _placed(relations, folder)}
    targets = [each.get("Target", "") for each in relations]
    if (
        main == MAIN
        and all(old == new for old, new in plain.items())
        and all("\\" not in target and "./" not in target for target in targets)
        and all(part in plain or part.lower() not in lower for part in parts)
        and all(name == part for part, name in parts.items() if name in _FIXED.values())
    ):
        return None
    renamed = {part.lower(): name for part, name in parts.items()}
    renamed |= {main.lower(): MAIN, relations_part.lower(): _RELATIONS}
    moved = io.BytesIO()
    with zipfile.ZipFile(moved, "w", zipfile.ZIP_DEFLATED) as target:
        for old, new in plain.items():
            name = renamed.get(new.lower(), new)
            content = archive.read(old)
            if name == _RELATIONS:
                content = _written(_placed(relations, folder))
            elif name in _NAMING:
                content = content.replace(main.encode(), MAIN.encode())
            if name not in target.namelist():
                target.writestr(name, content)
    moved.seek(0)
    return moved


_FIXED: Final = {"sharedStrings": "xl/sharedStrings.xml", "styles": "xl/styles.xml"}
"""Parts that readers look for by their name, not by their relation."""


def _placed(relations: list[dict[str, str]], folder: str) -> list[tuple[str, str, dict[str, str]]]:
    """For each part of a workbook its new name, where it lies, and its relation."""
    placed = []
    for number, relation in enumerate(relations, start=1):
        if relation.get("TargetMode") == "External":
            continue
        target = relation.get("Target", "").replace("\\", "/")
        part = posixpath.normpath(posixpath.join(f"/{folder}", target)).lstrip("/")
        kind = relation.get("Type", "").rpartition("/")[2]
        usual = part if part.startswith("xl/") else f"xl/{kind}{number}.xml"
        placed.append((_FIXED.get(kind, usual), part, relation))
    return placed


def _written(placed: list[tuple[str, str, dict[str, str]]]) -> bytes:
    """Relations with the new names."""
    root = ET.Element("Relationships", xmlns=_RELATIONSHIPS)
    for name, _, relation in placed:
        target = name.removeprefix("xl/")
        ET.SubElement(root, "Relationship", {**relation, "Target": target})
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def _content(archive: zipfile.ZipFile, lower: dict[str, str], part: str) -> bytes:
    """A part, whatever its capitals; nothing where it is missing."""
    return archive.read(lower[part.lower()]) if part.lower() in lower else b""


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
