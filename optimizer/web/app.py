"""The application: routes, what stands before every one of them, its life span."""

from __future__ import annotations

from contextlib import asynccontextmanager, suppress
from importlib import resources
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from fastapi import FastAPI, Request, Response
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.responses import JSONResponse, PlainTextResponse, RedirectResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from xstatic.pkg import leaflet

from optimizer.catalogue import Texts
from optimizer.desk import StaleBoardError
from optimizer.errors import SignInError, ZoufangError
from optimizer.web import (
    board_page,
    county_page,
    customer_page,
    evening_page,
    hand_in_page,
    log_page,
    matters_page,
    morning_page,
    people_page,
    phones_page,
    session_pages,
    settings_page,
    uploads_page,
)
from optimizer.web.backups import Backups
from optimizer.web.pages import lang_of, page

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from optimizer.web.served import Served

COOKIE: Final = "zoufang"
HAND_IN: Final = "/hand-in/"
"""Where phones hand in, from whatever page: by a secret in the address and no cookie."""
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
MOST_BYTES: Final = 64 * 1024 * 1024
"""No upload is larger."""
OPEN_PATHS: Final = ("/static/", "/healthz", "/sign-in", "/p/", HAND_IN)
"""Reached without signing in."""
WORDED: Final = frozenset({401, 403, 404, 405})
"""Refusals that have a sentence of their own."""
BY_HAND: Final = {"day.no_plan": "web.no_day_plan", "campaign.no_plan": "web.no_calendar"}
"""What a page says where the desk's sentence names a command."""
HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:;"
        " connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none';"
        " frame-ancestors 'none'; manifest-src 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(self), microphone=()",
}
ROUTERS: Final = (
    session_pages.router,
    morning_page.router,
    board_page.router,
    evening_page.router,
    hand_in_page.router,
    phones_page.router,
    customer_page.router,
    county_page.router,
    uploads_page.router,
    settings_page.router,
    people_page.router,
    log_page.router,
    matters_page.router,
)


def create_app(served: Served) -> FastAPI:
    """The application over what the server keeps."""
    backups = Backups(served)

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        served.make_ready()
        backups.start()
        yield
        backups.stop()
        served.close()

    app = FastAPI(title="zoufang", lifespan=life, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.served = served
    for router in ROUTERS:
        app.include_router(router)
    static = resources.files("optimizer.web") / "static"
    app.mount("/static/leaflet", StaticFiles(directory=leaflet.BASE_DIR), name="leaflet")
    app.mount("/static", StaticFiles(directory=str(static)), name="static")
    app.middleware("http")(_before_all)
    app.add_middleware(GZipMiddleware, minimum_size=1000, compresslevel=5)
    app.exception_handler(ZoufangError)(_refused)
    app.exception_handler(HTTPException)(_not_allowed)
    return app


async def _before_all(
    request: Request, go_on: Callable[[Request], Awaitable[Response]]
) -> Response:
    """Who it is, whether the request comes from our own pages, and what every answer says."""
    request.state.person = None
    served: Served = request.app.state.served
    path = request.url.path
    if _too_large(request):
        return PlainTextResponse("too large", 413, headers=HEADERS)
    if not (request.method in SAFE or path.startswith(HAND_IN) or _is_ours(request)):
        return PlainTextResponse("wrong origin", 403, headers=HEADERS)
    token = request.cookies.get(COOKIE, "")
    if token and not path.startswith("/static/"):
        request.state.person = served.people.who(token)
    if request.state.person is None and not path.startswith(OPEN_PATHS):
        return _to_sign_in(request)
    answer = await go_on(request)
    for name, value in HEADERS.items():
        answer.headers.setdefault(name, value)
    answer.headers.setdefault(
        "Cache-Control",
        "public, max-age=3600" if path.startswith("/static/") else "no-store",
    )
    if request.url.scheme == "https":
        answer.headers["Strict-Transport-Security"] = "max-age=31536000"
    return answer


def _too_large(request: Request) -> bool:
    length = "0"
    with suppress(ValueError):
        length = request.headers.get("content-length", "0")
        return int(length) > MOST_BYTES
    return True


def _is_ours(request: Request) -> bool:
    """Whether a changing request comes from a page of this server."""
    origin = request.headers.get("origin")
    if origin is None:
        return request.headers.get("sec-fetch-site", "same-origin") == "same-origin"
    return urlsplit(origin).netloc == request.headers.get("host", "")


def _to_sign_in(request: Request) -> Response:
    if request.headers.get("hx-request"):
        return Response(status_code=401, headers={**HEADERS, "HX-Redirect": "/sign-in"})
    if request.method not in SAFE or "json" in request.headers.get("accept", ""):
        return JSONResponse({"error": "signed out"}, 401, headers=HEADERS)
    return RedirectResponse("/sign-in", 303, headers=HEADERS)


def _refused(request: Request, error: Exception) -> Response:
    """An error in words: to a form as a piece of page, to a script as JSON."""
    assert isinstance(error, ZoufangError)  # noqa: S101  (it is registered for these alone)
    lang = lang_of(request)
    said = Texts(lang)(BY_HAND[error.code]) if error.code in BY_HAND else error.in_words(lang)
    status = 409 if isinstance(error, StaleBoardError) else 422
    if isinstance(error, SignInError):
        status = 403
    if "json" in request.headers.get("accept", ""):
        return JSONResponse({"error": said}, status)
    if request.headers.get("hx-request"):
        return page(request, "said.html", {"said": said}, status=200)
    return page(request, "refused.html", {"said": said}, status=status)


def _not_allowed(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101  (it is registered for these alone)
    if error.detail == "must_change" and request.method in SAFE:
        return RedirectResponse("/password", 303)
    if "json" in request.headers.get("accept", ""):
        return JSONResponse({"error": str(error.detail)}, error.status_code)
    person = request.state.person
    if error.status_code == 403 and person is not None:
        served: Served = request.app.state.served
        served.people.note(
            person.name, _address(request), "forbidden", detail=str(request.url.path)[:200]
        )
    code = f"web.status_{error.status_code if error.status_code in WORDED else 404}"
    return page(request, "refused.html", {"code": code}, status=error.status_code)


def _address(request: Request) -> str:
    return request.client.host if request.client else ""
