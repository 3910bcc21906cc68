"""The administrator's page: who may sign in, and as what."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response

from optimizer.desk import OF_STATION, ROLES, Person
from optimizer.errors import SignInError
from optimizer.web.pages import lang_of, note, page, served_of
from optimizer.web.rights import may

router = APIRouter(prefix="/people")
Administrator = Annotated[Person, Depends(may("people"))]


@router.get("")
def people(request: Request, _: Administrator) -> Response:
    """All people."""
    return _list(request)


@router.post("")
def add(
    request: Request,
    _: Administrator,
    name: Annotated[str, Form(max_length=80)] = "",
    role: Annotated[str, Form(max_length=20)] = "",
    of: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    """Add somebody; the answer shows the first password, once."""
    stations = served_of(request).station_names()
    station = of if role in OF_STATION else ""
    try:
        if station and station not in stations:
            raise SignInError("person.station", station=station)
        first = served_of(request).people.add(name, role, station)
    except SignInError as error:
        return _list(request, said=error.in_words(lang_of(request)), status=422)
    note(request, "person_added", name, f"{role} {station}")
    return _list(request, name=name, first=first)


@router.post("/{name}/{what}")
def change(request: Request, name: str, what: str, person: Administrator) -> Response:
    """Let somebody in no more, or again, or give him a new first password."""
    book = served_of(request).people
    first = ""
    try:
        if what == "reset":
            first = book.reset(name)
        elif what in {"disable", "enable"} and name != person.name:
            book.disable(name, disabled=what == "disable")
        else:
            raise SignInError("person.not_oneself")
    except SignInError as error:
        return _list(request, said=error.in_words(lang_of(request)), status=422)
    note(request, f"person_{what}", name)
    return _list(request, name=name, first=first)


def _list(
    request: Request, said: str = "", name: str = "", first: str = "", status: int = 200
) -> Response:
    served = served_of(request)
    facts = {
        "people": served.people.all(),
        "roles": ROLES,
        "stations": served.station_names(),
        "said": said,
        "name": name,
        "first": first,
    }
    return page(request, "people.html", facts, status)
