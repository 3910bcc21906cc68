"""The board: a day's plan changed by hand, judged before and after each change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse

from optimizer.desk import (
    Absence,
    Call,
    Lock,
    Move,
    MoveRoute,
    OpenBoard,
    Person,
    StaleBoardError,
    Weather,
    day_of,
)
from optimizer.errors import BoardError, CampaignError
from optimizer.web.board_view import as_json, preview_json, stale_json, step_name
from optimizer.web.board_wishes import Seen, Wish
from optimizer.web.pages import Here, Words, lang_of, note, page, served_of
from optimizer.web.rights import RIGHTS, may
from optimizer.web.workers import Order

if TYPE_CHECKING:
    from collections.abc import Callable

    from optimizer.desk import Edit
    from optimizer.web.served import ServedCampaign

router = APIRouter(prefix="/s/{station}/{date}")
Seer = Annotated[Person, Depends(may("see a day"))]
Changer = Annotated[Person, Depends(may("change a day"))]


def edit_of(wish: Wish, campaign: ServedCampaign, opened: OpenBoard) -> Edit:
    """The edit that is wished.

    Raises
    ------
    BoardError
        It names nobody.
    """
    makers: dict[str, tuple[object, Callable[[], Edit]]] = {
        "move": (wish.visits, lambda: _move(wish)),
        "route": (wish.crew and wish.to, lambda: MoveRoute(crew=wish.crew or "", to=wish.to or "")),
        "lock": (wish.name, lambda: Lock(what=wish.kind, name=wish.name, on=wish.on)),
        "absent": (wish.crew, lambda: Absence(crew=wish.crew or "", absent=wish.on)),
        "weather": (True, lambda: Weather(slower=wish.slower)),
        "call": (wish.account, lambda: _call(wish, campaign, opened)),
    }
    named, make = makers[wish.what]
    if not named:
        raise BoardError("board.nothing")
    return make()


def _move(wish: Wish) -> Move:
    return Move(visits=tuple(dict.fromkeys(wish.visits)), crew=wish.crew, after=wish.after)


def _call(wish: Wish, campaign: ServedCampaign, opened: OpenBoard) -> Edit:
    """One more customer: one who is on offer is moved, another is added."""
    visit = campaign.visit_of(opened.board.plan, wish.account)
    if visit in opened.board.plan.visits:
        return Move(visits=(visit.visit_id,), crew=wish.crew, after=wish.after)
    return Call(visit=visit, crew=wish.crew, after=wish.after)


@router.get("/board")
def board_page(request: Request, station: str, date: str, campaign: Here, person: Seer) -> Response:
    """The page; what it shows comes as JSON. A day without a plan is planned in the morning."""
    day = day_of(date)
    try:
        campaign.day_plan(station, day)
    except CampaignError:
        return RedirectResponse(f"/s/{station}/morning?date={day}", 303)
    job = served_of(request).jobs.latest("complete", station, day.isoformat())
    facts = {
        "date": day,
        "change": person.role in RIGHTS["change a day"],
        "job": job.number if job and job.is_open else None,
    }
    return page(request, "board.html", facts)


@router.get("/board.json")
def board_json(station: str, date: str, campaign: Here, texts: Words, _: Seer) -> JSONResponse:
    """The day as it is being worked on."""
    return JSONResponse(as_json(campaign.board(station, date), texts))


@router.get("/roads.json")
def roads(request: Request, station: str, date: str, campaign: Here, _: Seer) -> JSONResponse:
    """Roads about the doors, for the map; they change seldom."""
    order = Order(method="roads_of_day", values=(campaign.day_plan(station, date),))
    lines = served_of(request).workers.do(order)
    return JSONResponse({"lines": lines}, headers={"Cache-Control": "private, max-age=600"})


@router.post("/board/preview")
def preview(
    station: str, date: str, wish: Wish, campaign: Here, texts: Words, _: Changer
) -> JSONResponse:
    """What an edit would cost and break; nothing is changed."""
    opened = campaign.board(station, date)
    seen = campaign.preview_edit(opened, edit_of(wish, campaign, opened))
    return JSONResponse(preview_json(seen, opened, texts))


@router.post("/board/edit")
def edit(
    request: Request, station: str, date: str, wish: Wish, campaign: Here, texts: Words, _: Changer
) -> JSONResponse:
    """Make an edit."""
    opened = campaign.board(station, date)
    name = step_name(wish, opened, texts)
    try:
        wanted = edit_of(wish, campaign, opened)
        new = campaign.edit_board(station, date, wanted, revision=wish.revision, name=name)
    except StaleBoardError:
        return JSONResponse(stale_json(campaign.board(station, date), name, texts), 409)
    note(request, "edit", station, f"{date} {name}")
    return JSONResponse(as_json(new, texts))


@router.post("/board/{step}")
def step(
    request: Request,
    station: str,
    date: str,
    step: Literal["undo", "redo", "drop"],
    seen: Seen,
    campaign: Here,
    texts: Words,
    _: Changer,
) -> JSONResponse:
    """Take a step back, make it again, or go back to what is printed."""
    make: Any = {
        "undo": campaign.undo_edit,
        "redo": campaign.redo_edit,
        "drop": campaign.drop_draft,
    }[step]
    try:
        new: OpenBoard = make(station, date, revision=seen.revision)
    except StaleBoardError:
        return JSONResponse(stale_json(campaign.board(station, date), "", texts), 409)
    note(request, step, station, date)
    return JSONResponse(as_json(new, texts))


@router.post("/complete")
def complete(
    request: Request, station: str, date: str, seen: Seen, person: Changer, texts: Words
) -> JSONResponse:
    """Plan the rest around what the chief has done; tells the number of the job."""
    number = served_of(request).begin(
        "complete",
        station,
        day_of(date).isoformat(),
        person.name,
        lang_of(request),
        revision=seen.revision,
        name=texts("step.complete"),
    )
    note(request, "complete", station, date)
    return JSONResponse({"job": number})


@router.get("/places/{account}")
def places(
    station: str, date: str, account: str, campaign: Here, texts: Words, _: Changer
) -> JSONResponse:
    """The three best places for one more customer."""
    return JSONResponse(
        {
            "places": [
                {
                    "crew": fit.crew_id,
                    "after": fit.after,
                    "begin_s": fit.begin_s,
                    "minutes": round(fit.extra_travel_s / 60),
                    "later": round(fit.later_s / 60),
                }
                for fit in campaign.best_places(station, date, account)
            ],
            "none": texts("board_page.fits_nowhere"),
        }
    )


@router.get("/difference")
def difference(request: Request, station: str, date: str, campaign: Here, _: Seer) -> Response:
    """What the board changes in what is printed."""
    opened = campaign.board(station, date)
    visits = {visit.visit_id: visit for visit in opened.printed.visits}
    visits |= {visit.visit_id: visit for visit in opened.board.plan.visits}
    facts = {
        "date": day_of(date),
        "opened": opened,
        "visits": visits,
        "changes": {
            what: [one for one in opened.changes if one.what == what]
            for what in ("moved", "dropped", "added", "retimed")
        },
        "hard": opened.board.hard,
    }
    return page(request, "difference.html", facts)


@router.post("/take")
def take(
    request: Request,
    station: str,
    date: str,
    campaign: Here,
    _: Changer,
    revision: Annotated[int, Form(ge=-1, lt=2**31)],
    reason: Annotated[str, Form(max_length=200)] = "",
    over: Annotated[bool, Form()] = False,
) -> Response:
    """Make the board the version that is printed."""
    plan = campaign.take_board(station, date, revision=revision, reason=reason, over=over)
    note(request, "taken", station, f"{date} v{plan.version} {reason}".strip())
    return RedirectResponse(f"/s/{station}/morning?date={plan.date}", 303)


@router.post("/refuse")
def refuse(
    request: Request,
    station: str,
    date: str,
    campaign: Here,
    _: Changer,
    revision: Annotated[int, Form(ge=-1, lt=2**31)],
) -> Response:
    """Forget the board; what is printed stays."""
    campaign.drop_draft(station, date, revision=revision)
    note(request, "refused_board", station, date)
    return RedirectResponse(f"/s/{station}/morning?date={date}", 303)
