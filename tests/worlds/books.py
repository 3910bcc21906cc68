"""Workbooks as other programs than a spreadsheet's own library write them."""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

import xlsxwriter

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Rows = "Iterable[Sequence[object]]"
ODS = "application/vnd.oasis.opendocument.spreadsheet"


def book(path: Path, change: Callable | None = None, **sheets: Rows) -> Path:
    """A workbook of some sheets; `change` is given its sheets by name before it is written."""
    made = xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"})
    written = {}
    for name, rows in sheets.items():
        sheet = written[name] = made.add_worksheet(name)
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(number, column, cell) if cell else None
                else:
                    sheet.write(number, column, cell)
    if change is not None:
        change(written)
    made.close()
    return path


def renamed(path: Path, rename: Callable[[str], str], edit: Callable[[str], str] | None = None):
    """The same workbook with other names of its parts, and their XML edited."""
    content = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(content, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if edit is not None and name.endswith((".xml", ".rels")):
                data = edit(data.decode()).encode()
            new.writestr(rename(name), data)
    path.write_bytes(content.getvalue())
    return path


def without_places(path: Path) -> Path:
    """The same workbook whose cells do not say where they stand, as some exports have it."""
    return renamed(path, str, lambda xml: re.sub(r'(<(?:row|c)) r="[A-Z]*\d+"', r"\1", xml))


def ods(path: Path, rows: Rows) -> Path:
    """An OpenDocument spreadsheet of text, filled up to its last row as LibreOffice does."""
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    body = "".join(
        "<table:table-row>"
        + "".join(cell.format(escape(str(one))) for one in row)
        + "</table:table-row>"
        for row in rows
    )
    content = (
        '<?xml version="1.0" encoding="UTF-8"?><office:document-content'
        ' xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
        ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
        ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2">'
        f'<office:body><office:spreadsheet><table:table table:name="S">{body}'
        '<table:table-row table:number-rows-repeated="1048000">'
        '<table:table-cell table:number-columns-repeated="1024"/></table:table-row>'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    manifest = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{ODS}"/>'
        "</manifest:manifest>"
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", ODS)
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", manifest)
    return path
