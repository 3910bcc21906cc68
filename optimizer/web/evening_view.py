"""A sheet as the clerk's page works on it, in plain JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from optimizer.desk import CATEGORIES, QUESTIONS, RESULT_KEYS, form_answers
from optimizer.settings import clock_text

if TYPE_CHECKING:
    from optimizer.catalogue import Lang, Texts
    from optimizer.desk import CrewSheet, EveningRow, RowTaken
    from optimizer.desk.evening_sheets import RowRecord
    from optimizer.model import DayPlan

PIECES: Final = ("fuse", "bulb", "rcd")


def sheet_json(plan: DayPlan, crew: str, rows: list[EveningRow], texts: Texts) -> dict[str, Any]:
    """A crew's sheet: its rows and the words for them."""
    route = next(route for route in plan.routes if route.crew_id == crew)
    times = [clock_text(stop.begin_s) for stop in route.stops]
    return {
        "version": plan.version,
        "rows": [row_json(row, time, texts) for row, time in zip(rows, times, strict=True)],
        "results": [texts(f"result.{name}") for name in RESULT_KEYS],
        "categories": [texts(f"category.{name}") for name in CATEGORIES],
        "asked": [
            {
                "word": texts.named("asked", name),
                "answers": [texts(f"form.answer_{one}") for one in answers],
            }
            for name, answers in QUESTIONS
        ],
        "pieces": [{"name": name, "word": texts(f"tool.{name}")} for name in PIECES],
        "words": texts.room("evening"),
    }


def row_json(row: EveningRow, time: str, texts: Texts) -> dict[str, Any]:
    """One row: what was printed, and each record that counts."""
    visit = row.visit
    return {
        "row": row.row,
        "time": time,
        "account": visit.account_no,
        "name": visit.name,
        "address": visit.address,
        "kind": texts(f"kind.{visit.kind}"),
        "task": visit.why,
        "number": row.number,
        "conflict": row.conflict,
        "records": [_record(record) for record in row.records],
    }


def _record(record: RowRecord) -> dict[str, Any]:
    opinion, answers = form_answers(record.opinion)
    found = [one for one in record.findings if one["category"] in CATEGORIES]
    return {
        "id": record.id,
        "result": RESULT_KEYS.index(record.result) + 1,
        "typed": record.typed,
        "who": record.who,
        "codes": [CATEGORIES.index(one["category"]) + 1 for one in found],
        "repaired": [CATEGORIES.index(one["category"]) + 1 for one in found if one["repaired"]],
        "note": next((one["note"] for one in found if one["note"]), ""),
        "opinion": opinion,
        "ticks": _ticks(answers),
        "pieces": record.repaired,
    }


def _ticks(answers: dict[str, str]) -> str:
    """The form's ticks as they are typed, a digit a question."""
    digits = [
        str(given.index(answers[name]) + 1) if name in answers else "0" for name, given in QUESTIONS
    ]
    return "".join(digits).rstrip("0")


def taken_json(taken: RowTaken, lang: Lang) -> dict[str, Any]:
    """What became of a row."""
    return {
        "row": taken.row,
        "state": taken.state,
        "number": taken.number,
        "conflict": taken.conflict,
        "said": taken.in_words(lang),
    }


def totals(sheets: list[CrewSheet]) -> dict[str, int]:
    """The balance of some sheets: rows = done + not_done + missing."""
    rows = sum(sheet.rows for sheet in sheets)
    reported = sum(sheet.reported for sheet in sheets)
    done = sum(sheet.counts.get("done", 0) for sheet in sheets)
    return {
        "rows": rows,
        "done": done,
        "not_done": reported - done,
        "missing": rows - reported,
        "conflicts": sum(sheet.conflicts for sheet in sheets),
        "unplanned": sum(sheet.unplanned for sheet in sheets),
    }
