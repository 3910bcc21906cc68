"""A sheet that somebody typed in: CSV or XLSX with one line a row of the printed sheet."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import python_calamine as calamine

from optimizer.records.entry import CATEGORIES, KINDS, RESULTS, Entry, Finding, iso_date, typed_id
from optimizer.records.entry_faults import entry_fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from optimizer.errors import Fault

HEADINGS: Final[dict[str, tuple[str, ...]]] = {
    "station": ("供电所", "station"),
    "date": ("日期", "走访日期", "date"),
    "crew": ("小组", "走访小组", "crew"),
    "row": ("序号", "行号", "row"),
    "version": ("版次", "version"),
    "account_no": ("户号", "account_no"),
    "kind": ("类别", "走访类别", "kind"),
    "result": ("结果", "走访结果", "result"),
    "category": ("问题", "问题类别", "category", "finding"),
    "fixed": ("已处理", "当场处理", "fixed"),
    "note": ("问题说明", "备注", "note"),
    "opinion": ("意见", "意见建议", "opinion"),
    "fuse": ("保险丝", "fuse"),
    "bulb": ("灯泡", "bulb"),
    "rcd": ("漏保", "漏电保护器", "rcd"),
    "corrects": ("更正", "corrects"),
}
"""Columns of a typed-in sheet, by their headings in Chinese and English."""

_RESULTS: Final = {
    "完成": "done", "已访": "done", "已走访": "done", "√": "done", "✓": "done",
    "无人": "nobody_home", "没人": "nobody_home", "家中无人": "nobody_home",
    "拒访": "refused", "拒绝": "refused", "拆除": "demolished", "已拆": "demolished",
    "搬迁": "moved", "搬走": "moved", "重复": "duplicate", "重户": "duplicate", "其他": "other",
}  # fmt: skip
_CATEGORIES: Final = {
    "低电压": "low_voltage", "线路": "wiring", "接线": "wiring", "漏保": "rcd",
    "漏电保护器": "rcd", "电表": "meter", "计量": "meter", "电费": "billing", "停电": "outage",
    "树障": "tree", "树": "tree", "电杆": "pole", "服务": "attitude", "态度": "attitude",
    "其他": "other",
}  # fmt: skip
_KINDS: Final = {
    "首访": "first", "补访": "retry", "回访": "revisit", "业扩": "request", "预约": "appointment",
}  # fmt: skip
_YES: Final = {"1", "是", "y", "yes", "true", "√", "✓", "已处理", "1.0"}
_WHY_SHOWN: Final = 104
_PIECES: Final = ("fuse", "bulb", "rcd")

Cells = list[str]


def read_typed(content: bytes, name: str) -> tuple[list[Entry], list[Fault]]:
    """Entries and faults of a typed-in sheet."""
    try:
        lines = _spreadsheet(content) if content[:1] in {b"P", b"\xd0"} else _csv(content)
    except Exception as error:  # noqa: BLE001  (the reader's errors have no common base)
        return [], [
            entry_fault(name, None, "unreadable", "save_again", why=str(error)[:_WHY_SHOWN])
        ]
    header = next((place for place, line in enumerate(lines) if any(line)), None)
    if header is None:
        return [], [entry_fault(name, None, "empty", "right_file")]
    columns = _columns(lines[header])
    if "result" not in columns or not {"row", "account_no"} & set(columns):
        return [], [entry_fault(name, header + 1, "no_columns", "columns")]
    entries: list[Entry] = []
    faults: list[Fault] = []
    for number, line in enumerate(lines[header + 1 :], start=header + 2):
        cells = {key: line[place] if place < len(line) else "" for key, place in columns.items()}
        if not cells["result"] and not cells.get("account_no"):
            continue
        entry, wrong = _entry(cells, name, number)
        faults.extend(wrong)
        if entry is not None:
            entries.append(entry)
    return entries, faults


def _columns(heading: Cells) -> dict[str, int]:
    known = {text: key for key, texts in HEADINGS.items() for text in texts}
    found: dict[str, int] = {}
    for place, text in enumerate(heading):
        key = known.get(text.strip().lower().replace(" ", ""))
        if key is not None:
            found.setdefault(key, place)
    return found


def _entry(cells: dict[str, str], name: str, number: int) -> tuple[Entry | None, list[Fault]]:
    faults: list[Fault] = []

    def checked(
        key: str, convert: Callable[[str], object], problem: str, action: str, **facts: object
    ) -> object:
        value = cells.get(key, "")
        if not value:
            return None
        try:
            return convert(value)
        except (ValueError, KeyError):
            faults.append(
                entry_fault(name, number, problem, action, column=key, value=value, **facts)
            )
            return None

    result = checked("result", lambda t: _word(t, _RESULTS, RESULTS), "not_a_result", "results")
    date = checked("date", iso_date, "not_a_date", "date_form")
    row = checked("row", _whole, "not_a_row_number", "row_number")
    version = checked("version", _whole, "not_a_number", "version_number")
    kind = checked("kind", lambda t: _word(t, _KINDS, KINDS), "not_a_kind", "kinds")
    found = checked("category", _found, "not_a_category", "one_of", known=", ".join(CATEGORIES))
    pieces = {key: checked(key, _count, "not_a_number", "how_many") for key in _PIECES}
    if not cells["result"]:
        faults.append(entry_fault(name, number, "empty", "results", column="result"))
    if row is None and not cells.get("account_no") and not cells.get("row"):
        faults.append(entry_fault(name, number, "empty", "give_row", column="row"))
    if faults:
        return None, faults
    fixed = cells.get("fixed", "").lower() in _YES
    entry = Entry(
        id="",
        date=str(date or ""),
        account_no=cells.get("account_no", ""),
        station=cells.get("station", ""),
        crew=cells.get("crew", ""),
        row=row,  # type: ignore[arg-type]
        version=version,  # type: ignore[arg-type]
        kind=str(kind or ""),
        result=str(result),
        findings=tuple(
            Finding(category=c, repaired=fixed, note=cells.get("note", ""))
            for c in found or ()  # type: ignore[attr-defined]
        ),
        opinion=cells.get("opinion", "")[:2000],
        repaired={key: count for key, count in pieces.items() if count},  # type: ignore[misc]
        corrects=cells.get("corrects", "").lower() in _YES,
        place=number,
    )
    return replace(entry, id=typed_id(entry)), []


def _word(text: str, words: dict[str, str], known: Iterable[str]) -> str:
    return text.lower() if text.lower() in known else words[text]


def _found(text: str) -> tuple[str, ...]:
    parts = [part for part in re.split(r"[,;，；、\s]+", text) if part]
    return tuple(_word(part, _CATEGORIES, CATEGORIES) for part in parts)


def _whole(text: str) -> int:
    number = int(text.removesuffix(".0"))
    if not 0 < number < 10**6:
        raise ValueError(text)
    return number


def _count(text: str) -> int:
    number = int(text.removesuffix(".0"))
    if not 0 <= number <= 1000:
        raise ValueError(text)
    return number


def _csv(content: bytes) -> list[Cells]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise ValueError("neither UTF-8 nor GB18030")
    first = text.lstrip().split("\n", 1)[0]
    delimiter = max(",\t;", key=first.count)
    lines = csv.reader(io.StringIO(text.replace("\x00", ""), newline=""), delimiter=delimiter)
    return [[cell.strip() for cell in line] for line in lines]


def _spreadsheet(content: bytes) -> list[Cells]:
    sheet = calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
    return [[_cell(cell) for cell in line] for line in sheet.to_python(skip_empty_area=False)]


def _cell(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()
