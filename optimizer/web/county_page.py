"""The planner's wall: the county at a glance, what if, the plan renewed, downloads."""

from __future__ import annotations

import pathlib
import tempfile
import zipfile
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Form, Path, Request, Response
from fastapi.responses import FileResponse
from starlette.background import BackgroundTask

from optimizer.desk import Period, Person, day_of
from optimizer.errors import CampaignError
from optimizer.web.pages import Here, Words, lang_of, note, page, served_of
from optimizer.web.rights import may
from optimizer.web.uploads_page import TABLES
from optimizer.web.workers import Order

if TYPE_CHECKING:
    from optimizer.desk import Wall, WhatIf

router = APIRouter(prefix="/county")
Seer = Annotated[Person, Depends(may("see the county"))]
Changer = Annotated[Person, Depends(may("change the county"))]


@router.get("")
def county(request: Request, campaign: Here, _: Seer) -> Response:
    """The wall; its figures come in pieces, for they take a second to count."""
    stations = campaign.register.stations().to_dict("records")
    job = served_of(request).jobs.latest("campaign", "", "")
    facts = {
        "stations": stations,
        "settings": campaign.settings,
        "tables": TABLES,
        "job": job if job and job.is_open else None,
        "running": campaign.is_running,
        "today": campaign.today,
    }
    return page(request, "county.html", facts)


@router.get("/figures")
def figures(request: Request, _: Seer) -> Response:
    """Coverage and forecast of county and stations."""
    wall: Wall
    wall, ago_s = served_of(request).as_it_was("wall", lang_of(request))
    told = wall.forecast
    stations = {one.station: one for one in told.stations} if told else {}
    facts = {
        "wall": wall,
        "coverage": wall.coverage,
        "prospects": stations,
        "rows": wall.coverage.stations.to_dict("records"),
        "names": served_of(request).station_names(),
        "minutes": round(ago_s / 60),
    }
    return page(request, "county_figures.html", facts)


@router.get("/map.svg")
def area_map(request: Request, _: Seer) -> Response:
    """Every area as a dot, darker the more of it is visited."""
    areas = served_of(request).as_it_was("area_shares", lang_of(request))[0]
    return Response(_dots(areas), media_type="image/svg+xml")


def _dots(areas: object) -> str:
    """The map: 100 units wide, north up."""
    rows = list(areas.itertuples())  # type: ignore[attr-defined]
    if not rows:
        return '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 60"/>'
    left, right = min(r.lon for r in rows), max(r.lon for r in rows)
    low, high = min(r.lat for r in rows), max(r.lat for r in rows)
    scale = 96 / max(right - left, 1e-6)
    tall = max(30.0, (high - low) * scale * 1.13)
    parts = [
        f'<circle cx="{2 + (r.lon - left) * scale:.2f}"'
        f' cy="{2 + (high - r.lat) * scale * 1.13:.2f}" r=".55" fill="{_shade(r.share)}"/>'
        for r in rows
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 {tall + 4:.1f}">'
        f"{''.join(parts)}</svg>"
    )


def _shade(share: float) -> str:
    """From a light grey for nobody to the green of the pages for everybody."""
    light, dark = (205, 212, 209), (0, 106, 85)
    red, green, blue = (
        round(a + (b - a) * min(1.0, share)) for a, b in zip(light, dark, strict=True)
    )
    return f"#{red:02x}{green:02x}{blue:02x}"


@router.post("/what-if")
def what_if(
    request: Request,
    _: Seer,
    lender: Annotated[str, Form(max_length=40)] = "",
    borrower: Annotated[str, Form(max_length=40)] = "",
    crews: Annotated[int, Form(ge=0, le=20)] = 0,
    duty: Annotated[int, Form(ge=0, le=3)] = 0,
    finish: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """The plan under other circumstances beside the one that stands; nothing is changed."""
    changes = []
    if lender and borrower and crews:
        changes.append(f"lend={lender}:{borrower}:{crews}")
    if duty:
        changes.append(f"duty+{duty}")
    if finish:
        changes.append(f"finish={day_of(finish)}")
    if not changes:
        raise CampaignError("scenario.nothing")
    order = Order(method="what_if", values=(tuple(changes),), lang=lang_of(request), lane="county")
    answer: WhatIf = served_of(request).workers.do(order)
    rows = list(zip(answer.before, answer.after, strict=True))
    changed = [(old, new) for old, new in rows if old != new]
    said = [change.said().in_words(lang_of(request)) for change in answer.changes]
    facts = {"rows": changed or rows, "changes": said, "all": len(rows)}
    return page(request, "what_if.html", facts)


@router.post("/campaign")
def renew(
    request: Request,
    person: Changer,
    campaign: Here,
    start: Annotated[str, Form(max_length=10)] = "",
    finish: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """Plan the campaign, or the rest of one that is running; the answer shows the job."""
    facts = {"start": start or None, "finish": finish or None, "replan": campaign.is_running}
    number = served_of(request).begin("campaign", "", "", person.name, lang_of(request), **facts)
    note(request, "campaign", "", f"{start} {finish}".strip())
    return job(request, number, person)


@router.get("/jobs/{number}")
def job(request: Request, number: Annotated[int, Path(ge=1, lt=2**31)], _: Seer) -> Response:
    """How far the county's plan is."""
    served = served_of(request)
    found = served.jobs.job(number)
    if found is None or found.station:
        return page(request, "said.html", {"said": ""}, status=404)
    facts = {"job": found, "progress": served.workers.progress(number), "base": "/county"}
    return page(request, "job.html", facts)


@router.post("/jobs/{number}/stop")
def stop(
    request: Request, number: Annotated[int, Path(ge=1, lt=2**31)], person: Changer
) -> Response:
    """End the planning; nothing is stored."""
    served_of(request).workers.stop(number)
    return job(request, number, person)


@router.get("/bulletin.zip")
def bulletin(
    request: Request, _: Seer, campaign: Here, first: str = "", last: str = ""
) -> Response:
    """The bulletin of some days: PDF, XLSX and JSON."""
    end = day_of(last) if last else campaign.today
    begin = day_of(first) if first else min(campaign.settings.campaign.start, end)
    period = Period.days(begin, end)
    with tempfile.TemporaryDirectory() as folder:
        order = Order(
            method="write_bulletin", values=(period, folder), lang=lang_of(request), lane="county"
        )
        served_of(request).workers.do(order)
        content = _zipped(pathlib.Path(folder))
    note(request, "bulletin", "", f"{period}")
    return _as_zip(content, f"bulletin-{end}.zip")


@router.get("/ledgers.zip")
def ledgers(request: Request, _: Changer, campaign: Here) -> Response:
    """The ledgers as workbooks, the register as a GeoPackage: personal data of everybody."""
    with tempfile.TemporaryDirectory() as folder:
        order = Order(
            method="write_ledgers", values=(folder,), lang=lang_of(request), lane="county"
        )
        served_of(request).workers.do(order)
        content = _zipped(pathlib.Path(folder))
    note(request, "ledgers", "")
    return _as_zip(content, f"ledgers-{campaign.today}.zip")


@router.post("/backup")
def backup(
    request: Request,
    _: Changer,
    campaign: Here,
    passphrase: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """The whole register, verified; with a passphrase only it opens the copy."""
    folder = tempfile.TemporaryDirectory()
    path = pathlib.Path(folder.name) / "register.sqlite"
    values: tuple[str, ...] = (str(path),)
    if passphrase:
        phrase = path.with_name("passphrase")  # in a folder that is the server's alone
        phrase.write_text(f"{passphrase}\n", encoding="utf-8")
        values += (str(phrase),)
    served_of(request).workers.do(
        Order(method="backup", values=values, lang=lang_of(request), lane="days")
    )
    note(request, "backup", "")
    return FileResponse(
        path,
        media_type="application/octet-stream",
        filename=f"register-{campaign.today}.sqlite",
        background=BackgroundTask(folder.cleanup),
    )


@router.get("/certificate.pdf")
def certificate(request: Request, _: Seer, words: Words) -> Response:
    """The certificate of the plan that stands."""
    path = served_of(request).folder / "out" / "certificate.pdf"
    if not path.is_file():
        return page(request, "refused.html", {"said": words("county.no_certificate")}, 404)
    note(request, "certificate", "")
    return FileResponse(path, media_type="application/pdf", filename="certificate.pdf")


def _zipped(folder: pathlib.Path) -> bytes:
    packed = folder / "all.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path != packed:
                archive.write(path, str(path.relative_to(folder)))
    return packed.read_bytes()


def _as_zip(content: bytes, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type="application/zip", headers=headers)
