"""The clerk's evening: the sheets that came back, typed in without a mouse."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse

from optimizer.desk import Person, day_of
from optimizer.web.evening_view import sheet_json, taken_json, totals
from optimizer.web.evening_wishes import RowsWish
from optimizer.web.pages import Here, Words, lang_of, note, page
from optimizer.web.rights import may

if TYPE_CHECKING:
    from optimizer.web.served import ServedCampaign

router = APIRouter(prefix="/s/{station}/evening")
Typer = Annotated[Person, Depends(may("type records"))]
Settler = Annotated[Person, Depends(may("move matters"))]
Version = Annotated[int | None, Query(ge=1, le=9999)]


@router.get("")
def evening(request: Request, station: str, campaign: Here, _: Typer, date: str = "") -> Response:
    """The start page of a clerk: the crews of a day and of the one before it."""
    when = day_of(date) if date else campaign.today
    days = [(day, campaign.crew_sheets(station, day)) for day in campaign.sheet_days(station, when)]
    missing = campaign.missing_sheets(campaign.today, station).to_dict("records")
    shown = {day.isoformat() for day, _ in days}
    facts = {
        "days": days,
        "date": when,
        "before": when - dt.timedelta(days=1),
        "after": when + dt.timedelta(days=1),
        "older": [row for row in missing if row["date"] not in shown],
        "totals": totals([sheet for _, sheets in days for sheet in sheets]),
    }
    return page(request, "evening.html", facts)


@router.get("/{date}/{crew}")
def sheet_page(
    request: Request,
    station: str,
    date: str,
    crew: str,
    campaign: Here,
    texts: Words,
    _: Typer,
    version: Version = None,
) -> Response:
    """A crew's sheet as it was printed, to be typed in."""
    sheet = _sheet(campaign, station, date, crew, version, texts)
    latest = campaign.day_plan(station, date).version
    note(request, "sheet_seen", station, f"{date} {crew}")
    facts = {
        "date": day_of(date),
        "crew": crew,
        "sheet": sheet,
        "versions": range(latest, 0, -1),
        "may_settle": request.state.person.role != "clerk",
    }
    return page(request, "evening_sheet.html", facts)


@router.get("/{date}/{crew}/rows.json")
def rows_json(
    station: str,
    date: str,
    crew: str,
    campaign: Here,
    texts: Words,
    _: Typer,
    version: Version = None,
) -> JSONResponse:
    """What others have reported meanwhile."""
    return JSONResponse(_sheet(campaign, station, date, crew, version, texts))


def _sheet(
    campaign: ServedCampaign,
    station: str,
    date: str,
    crew: str,
    version: int | None,
    texts: Words,
) -> dict[str, Any]:
    plan, rows = campaign.evening_rows(station, date, crew, version)
    return sheet_json(plan, crew, rows, texts)


@router.post("/{date}/{crew}/rows")
def type_rows(
    request: Request,
    station: str,
    date: str,
    crew: str,
    wish: RowsWish,
    campaign: Here,
    person: Typer,
) -> JSONResponse:
    """Store rows, each by itself; the answer says of each what became of it.

    What somebody typed before another signed in on the same browser waits for who typed it.
    """
    if wish.person not in {"", person.name}:
        return JSONResponse({"error": "another"}, 409)
    lang = lang_of(request)
    answers = []
    for row in wish.rows:
        taken = campaign.type_row(station, date, crew, row.version, row.typed())
        answers.append(taken_json(taken, lang) | {"version": row.version, "sent": row.number})
    return JSONResponse({"answers": answers})


@router.post("/{date}/{crew}/settle")
def settle(
    request: Request,
    station: str,
    date: str,
    crew: str,
    campaign: Here,
    _: Settler,
    account: Annotated[str, Form()],
    keep: Annotated[str, Form()],
) -> Response:
    """Of records that contradict each other keep the right one."""
    plan, rows = campaign.evening_rows(station, date, crew)
    if account in {row.visit.account_no for row in rows}:
        campaign.settle(account, plan.date, keep)
        note(request, "settled", account, date)
    return RedirectResponse(f"/s/{station}/evening/{date}/{crew}", 303)
