"""The chief's page of phones: a link and a code for each crew, or all pages as files."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Annotated, Final
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Request, Response

from optimizer.desk import Person, day_of
from optimizer.web.pages import Here, lang_of, note, page, served_of
from optimizer.web.rights import may
from optimizer.web.workers import Order

if TYPE_CHECKING:
    from optimizer.model import DayPlan

router = APIRouter(prefix="/s/{station}/{date}")
Seer = Annotated[Person, Depends(may("see a day"))]
LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


def address_of_server(request: Request) -> str:
    """How a phone reaches this server."""
    own = served_of(request).settings.serve.phone_address
    return own.rstrip("/") or str(request.base_url).rstrip("/")


def _links(request: Request, plan: DayPlan) -> dict[str, str]:
    """A new link for each crew that goes out: its secret part."""
    links, station = served_of(request).links, plan.station.station_id
    return {
        route.crew_id: links.make(station, plan.date, route.crew_id, plan.version)
        for route in plan.routes
    }


@router.get("/phones")
def phones(request: Request, station: str, date: str, campaign: Here, _: Seer) -> Response:
    """Links and codes of a day's crews."""
    plan = campaign.day_plan(station, date)
    server = address_of_server(request)
    crews = {crew.crew_id: crew for crew in plan.crews}
    rows = [
        {
            "crew": crew,
            "members": " ".join(crews[crew].members),
            "link": f"{server}/p/{token}",
            "code": campaign.link_code(f"{server}/p/{token}"),
        }
        for crew, token in _links(request, plan).items()
    ]
    note(request, "links", station, f"{date} v{plan.version}")
    facts = {
        "date": day_of(date),
        "plan": plan,
        "rows": rows,
        "here_only": urlsplit(server).hostname in LOOPBACK,
    }
    return page(request, "phones.html", facts)


@router.get("/phones.zip")
def phone_files(request: Request, station: str, date: str, campaign: Here, _: Seer) -> Response:
    """Every crew's phone page in one archive; each hands in by itself where it has a network."""
    plan = campaign.day_plan(station, date)
    server = address_of_server(request)
    where = {crew: f"{server}/hand-in/{token}" for crew, token in _links(request, plan).items()}
    order = Order(method="phone_pages", values=(station, date, where), lang=lang_of(request))
    pages: dict[str, str] = served_of(request).workers.do(order)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for crew, html in sorted(pages.items()):
            archive.writestr(campaign.page_name(crew), html)
    note(request, "phones", station, f"{date} v{plan.version}")
    name = f"{station}-{date}-v{plan.version}.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(packed.getvalue(), media_type="application/zip", headers=headers)
