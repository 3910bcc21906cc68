"""Signing in and out, one's own password and language, where each role begins."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import PlainTextResponse, RedirectResponse

from optimizer.desk import Person
from optimizer.errors import SignInError
from optimizer.web.pages import (
    LANG_COOKIE,
    Here,
    address_of,
    lang_of,
    note,
    page,
    served_of,
)
from optimizer.web.rights import may

router = APIRouter()
Mine = Annotated[Person, Depends(may("own account"))]


@router.get("/healthz")
def healthz(request: Request) -> PlainTextResponse:
    """For a watcher: whether the register answers."""
    with served_of(request).campaign("", "zh") as campaign:
        campaign.register.meta()
    return PlainTextResponse("ok")


@router.get("/sign-in")
def sign_in_page(request: Request) -> Response:
    """The page to sign in."""
    return page(request, "sign_in.html", {"said": "", "name": ""})


@router.post("/sign-in")
def sign_in(
    request: Request, name: Annotated[str, Form()] = "", password: Annotated[str, Form()] = ""
) -> Response:
    """Sign in and go to where one's role begins."""
    served = served_of(request)
    try:
        token = served.people.sign_in(name.strip()[:80], password[:200], address_of(request))
    except SignInError as error:
        facts = {"said": error.in_words(lang_of(request)), "name": name}
        return page(request, "sign_in.html", facts, status=403)
    return _signed_in(request, token)


def _signed_in(request: Request, token: str) -> Response:
    """To where one's role begins; over TLS the cookie is sent by TLS alone."""
    answer = RedirectResponse("/", 303)
    secure = request.url.scheme == "https"
    answer.set_cookie("zoufang", token, httponly=True, samesite="strict", secure=secure)
    return answer


@router.post("/sign-out")
def sign_out(request: Request, _: Mine) -> Response:
    """Sign out."""
    note(request, "signed_out")
    served_of(request).people.sign_out(request.cookies.get("zoufang", ""))
    answer = RedirectResponse("/sign-in", 303)
    answer.delete_cookie("zoufang")
    return answer


@router.get("/lang/{lang}")
def speak(request: Request, lang: Literal["zh", "en"], _: Mine) -> Response:
    """Speak another language from now on."""
    back = request.headers.get("referer", "/")
    answer = RedirectResponse(back if back.startswith(str(request.base_url)) else "/", 303)
    answer.set_cookie(LANG_COOKIE, lang, max_age=365 * 86400, samesite="strict")
    return answer


@router.get("/password")
def password_page(request: Request, person: Mine) -> Response:
    """The page to change one's password."""
    return page(request, "password.html", {"said": "", "first": person.must_change})


@router.post("/password")
def change_password(
    request: Request,
    person: Mine,
    old: Annotated[str, Form()] = "",
    new: Annotated[str, Form()] = "",
    again: Annotated[str, Form()] = "",
) -> Response:
    """Change one's password; the session goes on."""
    people = served_of(request).people
    try:
        if new != again:
            raise SignInError("person.not_twice")
        people.change_password(person.name, old[:200], new[:200])
    except SignInError as error:
        facts = {"said": error.in_words(lang_of(request)), "first": person.must_change}
        return page(request, "password.html", facts, status=422)
    note(request, "password_changed")
    return _signed_in(request, people.sign_in(person.name, new, address_of(request)))


@router.get("/")
def begin(request: Request, person: Mine, campaign: Here) -> Response:
    """Where each role begins."""
    if person.must_change:
        return RedirectResponse("/password", 303)
    if person.role == "administrator":
        return RedirectResponse("/people", 303)
    if person.role == "auditor":
        return RedirectResponse("/log", 303)
    if person.role == "planner":
        stations = campaign.register.stations().to_dict("records")
        return page(request, "stations.html", {"stations": stations})
    start = "evening" if person.role == "clerk" else "morning"
    return RedirectResponse(f"/s/{person.station}/{start}", 303)
