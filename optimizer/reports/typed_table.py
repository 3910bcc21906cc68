"""The table of a day that a clerk fills in: prefilled as printed, with lists to choose from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from optimizer.records.entry import CATEGORIES, RESULTS
from optimizer.records.field_words import QUESTIONS
from optimizer.records.typed_sheets import COLUMNS
from optimizer.reports.worksheets import open_workbook
from optimizer.settings import clock_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import pandas as pd

    from optimizer.catalogue import Texts
    from optimizer.model import DayPlan

_WIDTHS: Final = {"date": 11, "name": 14, "account_no": 13, "note": 28, "opinion": 28, "result": 10}
_WIDTH: Final = 8
_TO_FILL: Final = ("result", "category", "fixed", "note", "opinion", "fuse", "bulb", "rcd")


def write_typed_table(
    plan: DayPlan,
    customers: pd.DataFrame,
    path: Path,
    texts: Texts,
    crew: str | None = None,
) -> Path:
    """Write the table of a planned day; `zoufang record` reads it as it is.

    Parameters
    ----------
    customers
        account_no and name.
    crew
        Only this crew's rows.
    """
    names = dict(zip(customers["account_no"], customers["name"], strict=True))
    rows = list(_rows(plan, names, texts, crew))
    columns = [column for column in COLUMNS if column.name != "corrects"]
    with open_workbook(path) as book:
        sheet = book.add_worksheet(texts("typed.sheet"))
        formats = {
            "head": book.add_format({"bold": True, "bottom": 1, "text_wrap": True}),
            "text": book.add_format({"num_format": "@"}),
        }
        sheet.freeze_panes(1, 0)
        lists = _lists(texts)
        for place, column in enumerate(columns):
            fill = column.name in (*_TO_FILL, *(name for name, _ in QUESTIONS))
            width = _WIDTHS.get(column.name, _WIDTH)
            sheet.set_column(place, place, width, formats["text"])
            if fill and rows and column.name in lists:
                sheet.data_validation(1, place, len(rows), place, lists[column.name])
        for place, column in enumerate(columns):
            heading = column.heading if texts.lang == "zh" else column.name
            sheet.write_string(0, place, heading, formats["head"])
        for number, row in enumerate(rows, start=1):
            for place, column in enumerate(columns):
                if text := row.get(column.name, ""):
                    sheet.write_string(number, place, text, formats["text"])
    return path


def _rows(
    plan: DayPlan, names: Mapping[str, str], texts: Texts, crew: str | None
) -> Iterator[dict[str, str]]:
    """What is printed of each stop, by column."""
    visits = {visit.visit_id: visit for visit in plan.visits}
    for route in plan.routes:
        if crew not in {None, route.crew_id}:
            continue
        for number, stop in enumerate(route.stops, start=1):
            visit = visits[stop.visit_id]
            yield {
                "station": plan.station.station_id,
                "date": plan.date.isoformat(),
                "crew": route.crew_id,
                "row": str(number),
                "version": str(plan.version or ""),
                "time": clock_text(stop.begin_s),
                "name": names.get(visit.account_no, ""),
                "account_no": visit.account_no,
                "kind": texts(f"kind.{visit.kind}"),
            }


def _lists(texts: Texts) -> dict[str, dict[str, Any]]:
    """For each column that has one the words to choose from, of which others may be typed."""
    words = {
        "result": [texts(f"result.{name}") for name in RESULTS],
        "category": [
            f"{number} {texts(f'category.{name}')}" for number, name in enumerate(CATEGORIES, 1)
        ],
        "fixed": [texts("typed.yes"), texts("typed.no")],
        **{
            name: [texts(f"form.answer_{answer}") for answer in answers]
            for name, answers in QUESTIONS
        },
    }
    told = {"error_type": "information", "input_message": texts("typed.choose")}
    return {name: {"validate": "list", "source": some, **told} for name, some in words.items()}
