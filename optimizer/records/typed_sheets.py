"""A sheet that somebody typed in: a table with one line a row of the printed sheet.

Station, date and crew hold for the rows below, as a clerk leaves them out or merges their cells;
what the table does not say, whoever hands it in may say for all of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from optimizer.catalogue import Message
from optimizer.model import YEARS
from optimizer.records.entry import CATEGORIES, Entry, Finding, in_words, typed_id
from optimizer.records.entry_faults import entry_fault
from optimizer.records.field_words import (
    ASKED,
    PIECES,
    answer_of,
    categories_of,
    form_opinion,
    pieces_of,
    repaired_of,
    tick_of,
    word_of,
)
from optimizer.tables.column_types import Column, Layout, column
from optimizer.tables.table_rows import TableReading, TableRow, read_rows

if TYPE_CHECKING:
    from optimizer.errors import Fault

_MEANINGS: Final = (
    (
        "station",
        "id",
        "供电所 供电所编号 供电所名称 供电所名 所属供电所",
        "its station, id or name",
    ),
    ("date", "date", "日期 走访日期 走访日 走访时间", "the day of the visit"),
    (
        "crew",
        "id",
        "小组 走访小组 组 组别 组名 班组 班组名称 走访人 走访人员",
        "its crew, id or a member's name",
    ),
    ("row", "count", "序号 顺序号 行号 行次 编号 no", "row of the printed sheet"),
    ("version", "count", "版次 版本", "version printed on the sheet; the latest without"),
    ("time", "text", "到达 到达时间", "as printed; not read"),
    ("name", "text", "户名 客户名称 客户 姓名 用户名称", "as printed; not read"),
    ("account_no", "account", "户号 用户编号 客户编号 account", "instead of a row, or to check it"),
    ("kind", "text", "类别 走访类别 走访类型", "kind of visit; that of the sheet without"),
    ("result", "text", "结果 走访结果 走访情况 状态", "what came of the call"),
    (
        "category",
        "text",
        "问题 问题类别 发现问题 问题代码 问题类型 存在问题 finding findings",
        "words or codes of findings",
    ),
    (
        "fixed",
        "text",
        "已处理 当场处理 当场修好 是否处理 处理情况 repaired",
        "repaired at once",
    ),
    (
        "note",
        "text",
        "问题说明 问题描述 备注 说明 描述 情况说明 notes remark",
        "findings in words",
    ),
    ("opinion", "text", "意见 意见建议 客户意见 意见和建议 建议 诉求", "what the customer said"),
    ("fuse", "text", "保险丝 换保险丝 更换保险丝 熔丝 fuses", "fuses used"),
    ("bulb", "text", "灯泡 换灯泡 更换灯泡 bulbs", "bulbs used"),
    ("rcd", "text", "漏保 漏电保护器 换漏保 更换漏保 rcds", "breakers used"),
    ("supply", "text", ASKED["supply"], "the form's tick: 满意, 一般 or 不满意"),
    ("service", "text", ASKED["service"], "the form's tick"),
    ("repair", "text", ASKED["repair"], "the form's tick"),
    ("billing", "text", ASKED["billing"], "the form's tick"),
    ("safety", "text", ASKED["safety"], "the form's tick: 合格 or 有隐患"),
    ("corrects", "text", "更正 correct", "replaces all that is known of that visit"),
)
COLUMNS: Final[tuple[Column, ...]] = tuple(
    column(name, headings, kind, meaning)  # type: ignore[arg-type]
    for name, kind, headings, meaning in _MEANINGS
)
"""Columns of a typed sheet."""

LAYOUT: Final = Layout("typed", COLUMNS, by_hand=True)
_HELD: Final = ("station", "date", "crew")
_CONTENT: Final = ("category", "fixed", "note", "opinion", *PIECES, *ASKED, "corrects")
_WORD: Final = 6
"""What is longer, and no word of a list, was meant as a description."""

_NAMED: Final = re.compile(r"\s*([^:：(（]+?)\s*[:：(（]\s*(.+?)[)）]?\s*")
"""A word of the list and more about it: 其他：门坏, 线路（进户线）."""


@dataclass(frozen=True, slots=True)
class Given:
    """What somebody says for all rows of a sheet that do not say it themselves.

    Attributes
    ----------
    station, date, crew
        Where and when the visits were; "" unsaid.
    rest
        The result of rows that have none; "" for none.
    """

    station: str = ""
    date: str = ""
    crew: str = ""
    rest: str = ""


@dataclass(slots=True)
class _Sheet:
    """A table on its way to entries."""

    table: TableReading
    given: Given
    entries: list[Entry] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    remarks: list[Fault] = field(default_factory=list)
    blank: list[TableRow] = field(default_factory=list)
    held: list[TableRow] = field(default_factory=list)

    def wrong(
        self, row: TableRow, name: str, problem: str, action: str, **facts: object
    ) -> list[Fault]:
        """A fault of a cell, as a list."""
        said = (
            Message(f"record_problem.{problem}", **facts),
            Message(f"record_action.{action}", **facts),
        )
        return [self.table.fault(row, name, *said)]


def read_typed(
    content: bytes, name: str, given: Given | None = None
) -> tuple[list[Entry], list[Fault], list[Fault]]:
    """Entries, faults and remarks of a typed sheet."""
    table = read_rows(content, LAYOUT, name)
    sheet = _Sheet(table, given or Given())
    sheet.faults += table.faults
    if not table.faults and not _has_columns(sheet):
        headings = [*table.headings.values(), *(one.column for one in table.remarks if one.column)]
        sheet.faults.append(
            entry_fault(name, None, "no_columns", "columns", headings=headings or ["–"])
        )
        return [], sheet.faults, [*table.remarks]
    before: dict[str, str] = {}
    for row in table.rows:
        before = _take(sheet, row, before)
    return sheet.entries, sheet.faults, [*table.remarks, *sheet.remarks, *_summed(sheet)]


def _has_columns(sheet: _Sheet) -> bool:
    names = sheet.table.headings
    return ("result" in names or bool(sheet.given.rest)) and bool({"row", "account_no"} & {*names})


def _take(sheet: _Sheet, row: TableRow, before: dict[str, str]) -> dict[str, str]:
    """One row taken, and what holds for the row below it."""
    cells = dict(row.cells)
    given = {name: getattr(sheet.given, name) for name in _HELD}
    spoilt = {fault.column for fault in row.faults}
    held = [
        name
        for name in _HELD
        if not cells[name]
        and before.get(name)
        and sheet.table.headings.get(name) not in spoilt
        and _goes_on(row, before)
    ]
    for name in _HELD:
        cells[name] = cells[name] or (before[name] if name in held else given[name])
    has_content = any(cells[name] for name in _CONTENT)
    if not cells["result"] and not has_content and not row.faults and not sheet.given.rest:
        sheet.blank.append(row)
    else:
        sheet.held += [row] if held else []
        _take_entry(sheet, row, cells)
    here = {"row": row.cells["row"], "sheet": row.sheet}
    return here | {name: row.cells[name] or before.get(name, "") for name in _HELD if
                   sheet.table.headings.get(name) not in spoilt}  # fmt: skip


def _goes_on(row: TableRow, before: dict[str, str]) -> bool:
    """Whether a row is one more of the sheet above it: its numbers go up."""
    if before["sheet"] != row.sheet:
        return False
    here, above = row.cells["row"], before["row"]
    return not (here and above) or int(here) > int(above)


def _take_entry(sheet: _Sheet, row: TableRow, cells: dict[str, str]) -> None:
    faults = [*row.faults]
    cells["result"] = cells["result"] or sheet.given.rest
    result = word_of("result", cells["result"])
    if not cells["result"] and sheet.table.headings.get("result") in {one.column for one in faults}:
        pass  # told already
    elif not cells["result"]:
        faults += sheet.wrong(row, "result", "no_result", "results")
    elif result is None:
        faults += sheet.wrong(row, "result", "not_a_result", "results")
    kind = word_of("kind", cells["kind"]) if cells["kind"] else ""
    if kind is None:
        faults += sheet.wrong(row, "kind", "not_a_kind", "kinds")
    faults += _lacking(sheet, row, cells)
    findings, wrong = _findings(sheet, row, cells)
    faults += wrong
    pieces = {name: pieces_of(cells[name]) for name in PIECES}
    for name in (name for name, count in pieces.items() if count is None):
        faults += sheet.wrong(row, name, "not_a_number", "how_many")
    opinion, wrong = _opinion(sheet, row, cells)
    faults += wrong
    corrects = tick_of(cells["corrects"])
    if corrects is None:
        faults += sheet.wrong(row, "corrects", "not_a_tick", "tick")
    sheet.faults += faults
    if faults:
        return
    words: dict[str, Any] = {name: cells[name] for name in (*_HELD, "account_no")}
    words["opinion"] = opinion
    words |= {name: int(cells[name]) for name in ("row", "version") if cells[name]}
    entry = Entry(
        id="",
        **words,
        kind=kind or "",
        result=result or "",
        findings=findings,
        repaired={name: count for name, count in pieces.items() if count},
        corrects=bool(corrects),
        place=row.number,
    )
    sheet.entries.append(replace(entry, id=typed_id(entry)))


def _lacking(sheet: _Sheet, row: TableRow, cells: dict[str, str]) -> list[Fault]:
    """What a row does not say: who it is about, and when and where that was."""
    spoilt = {fault.column for fault in row.faults}
    headings = sheet.table.headings
    faults: list[Fault] = []
    if not cells["row"] and not cells["account_no"] and not spoilt & {
        headings.get("row"), headings.get("account_no")
    }:  # fmt: skip
        faults += sheet.wrong(row, "row", "empty", "give_row")
    needed = _HELD if cells["row"] and not cells["account_no"] else ("date",)
    for name in needed:
        if not cells[name] and headings.get(name, name) not in spoilt:
            faults += sheet.wrong(row, name, "empty", f"give_{name}")
    if cells["date"] and int(cells["date"][:4]) not in YEARS:
        faults += sheet.wrong(row, "date", "not_a_date", "date_form")
    return faults


def _findings(
    sheet: _Sheet, row: TableRow, cells: dict[str, str]
) -> tuple[tuple[Finding, ...], list[Fault]]:
    """Findings of a row; whatever it says of one, without a category it is "other"."""
    text, note = cells["category"], cells["note"]
    found = categories_of(text)
    if found is None and (named := _NAMED.fullmatch(text)) and categories_of(named[1]):
        found, note = categories_of(named[1]), "；".join(filter(None, (named[2], note)))
    if found is None and len(text) <= _WORD:
        known = in_words("category", CATEGORIES)
        return (), sheet.wrong(row, "category", "not_a_category", "one_of", known=known)
    if found is None:
        sheet.remarks += sheet.wrong(row, "category", "taken_as_other", "look")
        found, note = ("other",), "；".join(filter(None, (text, note)))
    repaired = repaired_of(cells["fixed"])
    if repaired is None:
        sheet.remarks += sheet.wrong(row, "fixed", "repair_unclear", "look")
    if tick_of(cells["fixed"]) is None:
        note = "；".join(filter(None, (note, cells["fixed"])))
    if not found and (note or repaired):
        found = ("other",)
    return tuple(Finding(category=one, repaired=bool(repaired), note=note) for one in found), []


def _opinion(sheet: _Sheet, row: TableRow, cells: dict[str, str]) -> tuple[str, list[Fault]]:
    """What the customer said and what was ticked on the form."""
    answers, faults = {}, []
    for name in (name for name in ASKED if cells[name]):
        answer = answer_of(name, cells[name])
        if answer is None:
            faults += sheet.wrong(row, name, "not_an_answer", "answers")
        else:
            answers[name] = answer
    return form_opinion(cells["opinion"], answers), faults


def _summed(sheet: _Sheet) -> list[Fault]:
    """Remarks about many rows at once."""
    said: list[Any] = []
    for rows, problem, action in (
        (sheet.blank, "rows_without_result", "type_or_rest"),
        (sheet.held, "rows_held", "look"),
    ):
        if rows:
            name, first = sheet.table.path, rows[0].number
            said.append(entry_fault(name, None, problem, action, count=len(rows), row=first))
    return said
