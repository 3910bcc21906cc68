"""Templates, languages, and what every endpoint takes from its request."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from optimizer.catalogue import Texts
from optimizer.settings import clock_text
from optimizer.web.served import Served, ServedCampaign

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.catalogue import Lang
    from optimizer.desk import Person

LANG_COOKIE: Final = "lang"


def served_of(request: Request) -> Served:
    """What the server keeps."""
    served: Served = request.app.state.served
    return served


def lang_of(request: Request) -> Lang:
    """The language of the reader's cookie, else the campaign's."""
    wanted = request.cookies.get(LANG_COOKIE)
    if wanted in {"zh", "en"}:
        return wanted  # type: ignore[return-value]
    return served_of(request).settings.campaign.lang


def address_of(request: Request) -> str:
    """Where a request comes from."""
    return request.client.host if request.client else ""


def note(request: Request, what: str, whom: str = "", detail: str = "") -> None:
    """Add what somebody has done or looked at to the log."""
    person: Person = request.state.person
    served_of(request).people.note(person.name, address_of(request), what, whom, detail)


def campaign_of(request: Request) -> Iterator[ServedCampaign]:
    """The campaign in the name of who asks, for one request."""
    person: Person | None = request.state.person
    with served_of(request).campaign(person.name if person else "", lang_of(request)) as campaign:
        yield campaign


def texts_of(request: Request) -> Texts:
    """The catalogue in the reader's language."""
    return Texts(lang_of(request))


Here = Annotated[ServedCampaign, Depends(campaign_of)]
Words = Annotated[Texts, Depends(texts_of)]


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("optimizer.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(clock=clock_text, masked=masked)
    environment.globals.update(
        worded=worded,
        zip_weather=lambda factors: zip(factors, ("dry", "rain", "heavy"), strict=True),
    )
    return environment


def page(
    request: Request, template: str, facts: dict[str, Any] | None = None, status: int = 200
) -> HTMLResponse:
    """A page or a piece of one in the reader's language."""
    texts = texts_of(request)
    person: Person | None = request.state.person
    station = request.path_params.get("station") or (person.station if person else "")
    text = (
        _environment()
        .get_template(template)
        .render(
            t=texts,
            lang=texts.lang,
            person=person,
            station=station,
            station_name=_station_name(request, station),
            path=request.url.path,
            **(facts or {}),
        )
    )
    return HTMLResponse(text, status)


def _station_name(request: Request, station: str) -> str:
    return served_of(request).station_names().get(station, station) if station else ""


def masked(phone: object) -> str:
    """A phone number of which only beginning and end are shown: 138****5678."""
    text = str(phone or "")
    return text if len(text) < 8 else f"{text[:3]}****{text[-4:]}"


WORDED: Final = {
    "state": "state",
    "kind": "kind",
    "result": "result",
    "category": "category",
    "voltage": "voltage",
    "reason": "category",
}
"""Columns whose values the catalogue has words for, and in which room."""


def worded(texts: Texts, column: str, value: object) -> str:
    """A value of a table in the reader's words."""
    text = "" if value is None else str(value)
    if column not in WORDED or not text:
        return text
    said = texts.named(WORDED[column], text)
    return texts.named("status", text) if said == text and column == "state" else said
