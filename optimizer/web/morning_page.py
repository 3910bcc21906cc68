"""The chief's morning: what is due, who can go, one button that plans, one that prints."""

from __future__ import annotations

import datetime as dt
import pathlib
import re
from collections import Counter
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated, Final
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, HTTPException, Path, Request, Response
from fastapi.responses import FileResponse, JSONResponse, RedirectResponse

from optimizer.catalogue import Texts
from optimizer.desk import Person, day_of, is_rehearsed
from optimizer.errors import CampaignError
from optimizer.settings import clock
from optimizer.web.pages import Here, lang_of, note, page, served_of
from optimizer.web.rights import may
from optimizer.web.workers import Order

if TYPE_CHECKING:
    from optimizer.desk import Campaign, Outlook
    from optimizer.model import DayPlan

router = APIRouter(prefix="/s/{station}")
Seer = Annotated[Person, Depends(may("see a day"))]
Changer = Annotated[Person, Depends(may("change a day"))]
Number = Annotated[int, Path(ge=1, lt=2**31)]
WEATHER: Final = ("1.0", "1.2", "1.5")
"""How many times as long rides take: dry, light rain, heavy rain."""


def first_day(campaign: Campaign, now: dt.datetime) -> dt.date:
    """The day that a chief thinks of: today, or from the afternoon on tomorrow.

    A rehearsed day has no afternoon.
    """
    if is_rehearsed():
        return campaign.today
    later = now.hour * 3600 + now.minute * 60 >= clock(campaign.settings.serve.next_day_from)
    return campaign.today + dt.timedelta(days=1 if later else 0)


@router.get("/morning")
def morning(request: Request, station: str, campaign: Here, _: Seer, date: str = "") -> Response:
    """The start page of a chief."""
    when = day_of(date) if date else first_day(campaign, dt.datetime.now())  # noqa: DTZ005
    try:
        plan = campaign.day_plan(station, when)
    except CampaignError:
        plan = None
    jobs = served_of(request).jobs
    open_jobs = [jobs.latest(what, station, when.isoformat()) for what in ("plan", "replan")]
    facts = {
        "date": when,
        "plan": plan,
        "before": when - dt.timedelta(days=1),
        "after": when + dt.timedelta(days=1),
        "today": campaign.today,
        "weather": WEATHER,
        "draft": campaign.drafts.get(station, when) if plan else None,
        "missing": campaign.missing_sheets(campaign.today, station).to_dict("records"),
        "job": next((job for job in open_jobs if job and job.is_open), None),
        "reasons": _reasons(plan, Texts(lang_of(request))),
        **_figures(plan),
    }
    return page(request, "morning.html", facts)


def _reasons(plan: DayPlan | None, texts: Texts) -> list[tuple[str, int]]:
    """Why nobody is called on, the commonest first."""
    codes = Counter(one.code for one in plan.unassigned) if plan else Counter[str]()
    return [(texts(f"tray.{code}"), count) for code, count in codes.most_common()]


def _figures(plan: DayPlan | None) -> dict[str, object]:
    if plan is None:
        return {"absent": (), "slower": "1.0"}
    return {"absent": plan.absent, "slower": f"{1 / plan.speed_factor:.1f}"}


@router.get("/{date}/outlook")
def outlook(request: Request, station: str, date: str, campaign: Here, _: Seer) -> Response:
    """What is due and who is on duty: a piece of the morning that takes a second to count."""
    when = day_of(date)
    order = Order(method="outlook", values=(station, when.isoformat()), lang=lang_of(request))
    seen: Outlook = served_of(request).workers.do(order)
    planned = False
    absent: tuple[str, ...] = ()
    riding = {crew.crew_id: crew.members for crew in seen.crews}
    with suppress(CampaignError):
        made = campaign.day_plan(station, when)
        planned, absent = True, made.absent
        riding |= {crew.crew_id: crew.members for crew in made.crews}
    staff = sorted({name for crew in seen.crews for name in crew.members})
    facts = {
        "outlook": seen,
        "date": when,
        "planned": planned,
        "absent": absent,
        "riding": riding,
        "staff": staff,
    }
    return page(request, "outlook.html", facts)


@router.get("/{date}/live")
def live(request: Request, station: str, date: str, campaign: Here, _: Seer) -> Response:
    """Where each crew is in its day: a piece of the morning that is renewed each minute."""
    now = dt.datetime.now()  # noqa: DTZ005  (the desk's own clock)
    now_s = (now.hour * 60 + now.minute) * 60
    facts = {"date": day_of(date), "crews": campaign.crews_now(station, date, now_s)}
    return page(request, "live.html", facts)


@router.post("/{date}/plan")
def plan(
    request: Request,
    station: str,
    date: str,
    campaign: Here,
    person: Changer,
    slower: Annotated[str, Form()] = "1.0",
    crew: Annotated[list[str] | None, Form()] = None,
    on_duty: Annotated[list[str] | None, Form()] = None,
    members: Annotated[list[str] | None, Form(max_length=200)] = None,
) -> Response:
    """Plan the day, or plan the one that stands anew; the answer shows the job."""
    when = day_of(date)
    if slower not in WEATHER:
        raise CampaignError("board.weather", slower=slower)
    absent = tuple(sorted(set(on_duty or ()) - set(crew or ())))
    try:
        campaign.day_plan(station, when)
        what = "replan"
    except CampaignError:
        what = "plan"
    riding = zip(on_duty or (), members or (), strict=False)
    named = {one: tuple(_NAMES.split(who.strip())) for one, who in riding if one not in absent}
    facts = {"absent": absent, "slower": float(slower)}
    order = Order(
        method="change_riders",
        values=(station, when.isoformat(), named),
        who=person.name,
        lang=lang_of(request),
    )
    for news in served_of(request).workers.do(order):
        note(request, "riders", station, f"{when} {news}")
    if what == "replan":
        facts["name"] = Texts(lang_of(request))("step.replan")
    number = served_of(request).begin(
        what, station, when.isoformat(), person.name, lang_of(request), **facts
    )
    note(request, what, station, when.isoformat())
    return job(request, station, number, person)


@router.get("/jobs/{number}")
def job(request: Request, station: str, number: Number, _: Seer) -> Response:
    """How far a job is; when it is done, the page goes on by itself."""
    served = served_of(request)
    found = served.jobs.job(number)
    if found is None or found.station != station:
        return page(request, "said.html", {"said": ""}, status=404)
    progress = served.workers.progress(number)
    if "json" in request.headers.get("accept", ""):
        facts = {"number": number, "state": found.state, "open": found.is_open, "said": found.said}
        return JSONResponse(facts | {"share": progress.share, "visits": progress.visits})
    shown = {"job": found, "progress": progress, "base": f"/s/{station}"}
    answer = page(request, "job.html", shown)
    if found.state == "done":
        day = f"/s/{station}/morning?date={found.date}"
        to = day if found.what == "plan" else f"/s/{station}/{found.date}/difference"
        if found.what == "complete":
            to = f"/s/{station}/{found.date}/board"
        answer.headers["HX-Redirect"] = to
    return answer


@router.post("/jobs/{number}/stop")
def stop(request: Request, station: str, number: Number, person: Changer) -> Response:
    """End a search with the best plan so far."""
    served_of(request).workers.stop(number)
    return job(request, station, number, person)


@router.post("/{date}/give-up")
def give_up(
    request: Request,
    station: str,
    date: str,
    campaign: Here,
    _: Changer,
    crew: Annotated[str, Form()],
) -> Response:
    """Say that nothing more will come of a crew's sheet."""
    campaign.give_up(station, date, crew)
    note(request, "give_up", station, f"{date} {crew}")
    return RedirectResponse(f"/s/{station}/morning", 303)


@router.get("/{date}/paper.pdf")
def paper(request: Request, station: str, date: str, campaign: Here, _: Seer) -> Response:
    """The station's sheets in one file: chief's page, sheets, forms."""
    made = campaign.day_plan(station, date)
    folder = campaign.out(made.date, station) / f"v{made.version}"
    order = Order(
        method="print_station",
        values=(station, date),
        lang=lang_of(request),
        facts=(("forms", True), ("out", folder)),
    )
    pdf: pathlib.Path = served_of(request).workers.do(order)[0]
    note(request, "printed", station, f"{date} v{made.version}")
    name = f"{station}-{date}-v{made.version}.pdf"
    return FileResponse(
        pdf, media_type="application/pdf", filename=name, content_disposition_type="inline"
    )


@router.get("/{date}/handouts")
def handouts(request: Request, station: str, date: str, campaign: Here, _: Seer) -> Response:
    """What crews are given besides paper: files for map programs, a text for a chat."""
    made = campaign.day_plan(station, date)
    files = campaign.files_for_apps(made)
    crews = {name.removesuffix(".txt"): text for name, text in files.items() if ".txt" in name}
    facts = {"date": made.date, "crews": crews, "version": made.version}
    return page(request, "handouts.html", facts)


_NAMES: Final = re.compile(r"[\s、，,;；]+")
KINDS: Final = {
    "gpx": "application/gpx+xml",
    "kml": "application/vnd.google-earth.kml+xml",
    "ics": "text/calendar; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
}


@router.get("/{date}/files/{name}")
def handout(
    request: Request, station: str, date: str, name: str, campaign: Here, _: Seer
) -> Response:
    """One of these files."""
    files = campaign.files_for_apps(campaign.day_plan(station, date))
    if name not in files:
        raise HTTPException(404)
    note(request, "handed_out", station, f"{date} {name}")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
    kind = KINDS[name.rsplit(".", 1)[1]]
    return Response(files[name].encode(), media_type=kind, headers=headers)
