"""The auditor's page: who did what, when, from where, on whom."""

from __future__ import annotations

import csv
import datetime as dt
import io
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from optimizer.desk import Person, day_of
from optimizer.web.pages import page, served_of
from optimizer.web.rights import may

router = APIRouter(prefix="/log")
Auditor = Annotated[Person, Depends(may("log"))]
SHOWN = 500


@router.get("")
def log(request: Request, _: Auditor, first: str = "", last: str = "", who: str = "") -> Response:
    """The latest rows of a span of days."""
    begin, end = _span(first, last)
    rows = served_of(request).people.log(begin, end, who, SHOWN)
    facts = {"rows": rows, "first": begin, "last": end, "who": who, "most": SHOWN}
    return page(request, "log.html", facts)


@router.get(".csv")
def as_csv(
    request: Request, _: Auditor, first: str = "", last: str = "", who: str = ""
) -> Response:
    """All rows of a span of days, for a spreadsheet."""
    begin, end = _span(first, last)
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(["at", "who", "address", "what", "whom", "detail"])
    for row in served_of(request).people.log(begin, end, who):
        table.writerow([_harmless(value) for value in row])
    headers = {"Content-Disposition": f'attachment; filename="log-{begin}-{end}.csv"'}
    content = "\ufeff" + text.getvalue()
    return Response(content.encode(), media_type="text/csv; charset=utf-8", headers=headers)


def _span(first: str, last: str) -> tuple[dt.date, dt.date]:
    # entries have the clock's own day, also where a campaign is rehearsed on another
    end = day_of(last) if last else dt.date.today()  # noqa: DTZ011
    return (day_of(first) if first else end - dt.timedelta(days=30)), end


def _harmless(value: str) -> str:
    """No formula for a spreadsheet."""
    return f"'{value}" if value[:1] in {"=", "+", "-", "@", "\t", "\r"} else value
