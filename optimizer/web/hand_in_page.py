"""Phones: a crew's page by its link, and what it hands in by itself."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import APIRouter, HTTPException, Query, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from optimizer.catalogue import Texts
from optimizer.desk import PhotographName
from optimizer.errors import RecordError
from optimizer.web.pages import Words, address_of, lang_of, page, served_of
from optimizer.web.throttle import Throttle

if TYPE_CHECKING:
    from optimizer.desk import PhoneLink
    from optimizer.web.served import Served, ServedCampaign

router = APIRouter()
MOST_BYTES: Final = 512 * 1024
"""A crew's day has some 20 kB, a photograph 200."""
BY_LINK, BY_STRANGER = Throttle(60), Throttle(60)
"""A phone hands in after each door; who has no link guesses at most so often a minute."""
GONE: Final = 410
WORKER: Final = """\
self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
self.addEventListener('fetch', (event) => {
  if (event.request.method !== 'GET') return;
  const keep = async () => {
    const kept = await caches.open('zoufang');
    try {
      const reply = await fetch(event.request);
      if (reply.ok) await kept.put(event.request, reply.clone());
      return reply.ok ? reply : (await kept.match(event.request)) || reply;
    } catch (error) {
      const old = await kept.match(event.request);
      if (old) return old;
      throw error;
    }
  };
  event.respondWith(keep());
});
"""
"""Keeps a crew's page on the phone, so that it opens without a network as a file does."""


def link_of(request: Request, token: str) -> PhoneLink:
    """Whose link it is.

    Raises
    ------
    HTTPException
        429 when it is used too often, 404 when there is none such, or it has ended.
    """
    known = served_of(request).links.find(token[:100])
    gate, key = (BY_LINK, token) if known else (BY_STRANGER, address_of(request))
    if not gate.admits(key):
        raise HTTPException(429)
    if known is None:
        raise HTTPException(404)
    return known


async def _content(request: Request) -> bytes:
    """What is sent, if it is no more than a day has."""
    content = b""
    try:
        async for part in request.stream():
            content += part
            if len(content) > MOST_BYTES:
                raise HTTPException(413)
    except ClientDisconnect:  # the network is gone, and nobody there to be answered
        raise HTTPException(400) from None
    return content


def _cors(request: Request) -> dict[str, str]:
    """A page that was opened as a file has the origin null, and may read the answer."""
    if request.headers.get("origin") != "null":
        return {"Vary": "Origin"}
    return {
        "Vary": "Origin",
        "Access-Control-Allow-Origin": "null",
        "Access-Control-Allow-Methods": "POST",
        "Access-Control-Allow-Headers": "content-type",
        "Access-Control-Allow-Private-Network": "true",
        "Access-Control-Max-Age": "600",
    }


@router.options("/hand-in/{token}")
@router.options("/hand-in/{token}/photographs")
def may_hand_in(request: Request, token: str) -> Response:  # noqa: ARG001  (any may ask)
    """What a browser asks before it lets a file's page hand in."""
    return Response(status_code=204, headers=_cors(request))


@router.post("/hand-in/{token}")
async def hand_in(request: Request, token: str) -> JSONResponse:
    """Take records from a phone; a receipt for each, and the day's latest version."""
    try:
        content = await _content(request)
        status, said = await run_in_threadpool(_hand_in, request, token, content)
    except HTTPException as error:
        status, said = error.status_code, {"said": ""}
    return JSONResponse(said, status, headers=_cors(request))


def _hand_in(request: Request, token: str, content: bytes) -> tuple[int, dict[str, Any]]:
    served, link = served_of(request), link_of(request, token)
    lang = served.settings.campaign.lang
    with served.campaign(f"phone {link.crew}", lang) as campaign:
        latest = campaign.latest_version(link.station, link.date)
        if latest != link.version:
            return GONE, _renewed(campaign, link, latest, served)
        try:
            handed = campaign.hand_in(link, content.decode("utf-8", "replace"))
        except RecordError as error:
            return 422, {"said": error.in_words(lang)}
        receipts = {
            name: {"state": one.state, "said": one.in_words(lang)}
            for name, one in handed.receipts.items()
        }
    return 200, {"version": latest, "receipts": receipts}


@router.post("/hand-in/{token}/photographs")
async def hand_in_photograph(
    request: Request,
    token: str,
    name: Annotated[str, Query(alias="id", max_length=100)],
    account: Annotated[str, Query(max_length=40)],
    category: Annotated[str, Query(max_length=40)],
) -> JSONResponse:
    """Take a photograph of a finding from a phone; the answer says what became of it."""
    photograph = PhotographName(id=name, account_no=account, category=category)
    try:
        content = await _content(request)
        take = _hand_in_photograph
        status, said = await run_in_threadpool(take, request, token, photograph, content)
    except HTTPException as error:
        status, said = error.status_code, {"said": ""}
    return JSONResponse(said, status, headers=_cors(request))


def _hand_in_photograph(
    request: Request, token: str, name: PhotographName, content: bytes
) -> tuple[int, dict[str, Any]]:
    served, link = served_of(request), link_of(request, token)
    lang = served.settings.campaign.lang
    with served.campaign(f"phone {link.crew}", lang) as campaign:
        latest = campaign.latest_version(link.station, link.date)
        if latest != link.version:
            return GONE, _renewed(campaign, link, latest, served)
        receipt = campaign.hand_in_photograph(link, name, content)
    return 200, {"state": receipt.state, "said": receipt.in_words(lang)}


def _renewed(
    campaign: ServedCampaign, link: PhoneLink, latest: int, served: Served
) -> dict[str, Any]:
    texts = Texts(served.settings.campaign.lang)
    return {"version": latest, "said": _what_changed(campaign, link, latest, texts)}


def _what_changed(campaign: ServedCampaign, link: PhoneLink, latest: int, texts: Texts) -> str:
    """What a newer version of the day brings a crew."""
    more, fewer = campaign.changed_since(link)
    if not more and not fewer:
        return texts("phone.moved", version=latest)
    return texts("phone.renewed", version=latest, more=more, fewer=fewer)


@router.get("/p/worker.js")
def worker() -> Response:
    """The script that keeps a page on the phone."""
    return Response(WORKER, media_type="text/javascript")


@router.get("/p/{token}")
def phone_page(request: Request, token: str, texts: Words) -> Response:
    """A crew's page."""
    link = link_of(request, token)
    served = served_of(request)
    with served.campaign(f"phone {link.crew}", lang_of(request)) as campaign:
        latest = campaign.latest_version(link.station, link.date)
        said = "" if latest == link.version else _what_changed(campaign, link, latest, texts)
    if said:
        return page(request, "refused.html", {"said": said}, status=GONE)
    html = served.phone_page(link, lang_of(request))
    headers = {"Content-Security-Policy": policy(html), "Referrer-Policy": "no-referrer"}
    return HTMLResponse(html, headers=headers)


def policy(html: str) -> str:
    """The policy of a page whose scripts and styles are inside it: these and no others.

    Pictures are tiles from where the page itself allows them.
    """
    scripts = _digests(html, r"<script>(.*?)</script>")
    styles = _digests(html, r"<style>(.*?)</style>|<use [^>]* style=\"([^\"]*)\"")
    own = re.search(r'Content-Security-Policy" content="[^"]*?(img-src [^;"]*)', html)
    pictures = own[1] if own else "img-src data: blob:"
    return (
        f"default-src 'none'; script-src {scripts}; style-src 'unsafe-hashes' {styles}; {pictures};"
        " connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none';"
        " frame-ancestors 'none'"
    )


def _digests(html: str, element: str) -> str:
    found = (match[match.lastindex or 0] for match in re.finditer(element, html, re.DOTALL))
    sums = (hashlib.sha256(text.encode()).digest() for text in found)
    return " ".join(dict.fromkeys(f"'sha256-{base64.b64encode(one).decode()}'" for one in sums))
