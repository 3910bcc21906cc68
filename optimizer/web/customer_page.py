"""Finding a customer, and everything about him on one page."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse

from optimizer.desk import Person
from optimizer.errors import RecordError
from optimizer.web.pages import Here, note, page, served_of
from optimizer.web.rights import may

router = APIRouter(prefix="/s/{station}")
Seer = Annotated[Person, Depends(may("see customers"))]
Changer = Annotated[Person, Depends(may("change customers"))]


@router.get("/search")
def search(
    request: Request, station: str, campaign: Here, _: Seer, q: str = "", pick: bool = False
) -> Response:
    """Customers as they are typed; `pick` for the board, which adds the one that is chosen."""
    accounts = served_of(request).search.find(campaign, station, q[:60])
    rows = campaign.customers_named(accounts).to_dict("records") if accounts else []
    if "json" in request.headers.get("accept", ""):
        found = [
            {"account": row["account_no"], "name": row["name"], "address": row["address"]}
            for row in rows
        ]
        return JSONResponse({"found": found})
    return page(request, "found.html", {"rows": rows, "q": q, "pick": pick})


@router.get("/customers/{account}")
def customer(request: Request, station: str, account: str, campaign: Here, _: Seer) -> Response:
    """A customer's page; looking at it is logged."""
    file = campaign.customer_file(account)
    _refuse_strangers(station, file.account)
    note(request, "seen", account)
    return page(request, "customer.html", {"file": file, "today": campaign.today})


@router.get("/customers/{account}/photographs/{digest}.jpg")
def photograph(
    request: Request, station: str, account: str, digest: str, campaign: Here, _: Seer
) -> Response:
    """A photograph of one of his findings; looking at it is logged."""
    _refuse_strangers(station, campaign.customer_file(account).account)
    content = campaign.photograph(account, digest)
    note(request, "photograph_seen", account, digest[:12])
    return Response(content, media_type="image/jpeg")


@router.post("/customers/{account}/phone")
def phone(request: Request, station: str, account: str, campaign: Here, _: Seer) -> Response:
    """The whole phone number, which is logged."""
    file = campaign.customer_file(account)
    _refuse_strangers(station, file.account)
    note(request, "phone_seen", account)
    return page(request, "phone.html", {"phone": file.account["phone"]})


@router.post("/customers/{account}/appointment")
def appointment(
    request: Request,
    station: str,
    account: str,
    campaign: Here,
    _: Changer,
    date: Annotated[str, Form()] = "",
    window: Annotated[str, Form(max_length=40)] = "",
    text: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Promise to call on a day."""
    _refuse_strangers(station, campaign.customer_file(account).account)
    campaign.add_appointment(account, date, window, text)
    note(request, "appointment", account, f"{date} {window}")
    return RedirectResponse(f"/s/{station}/customers/{account}", 303)


@router.post("/customers/{account}/appointment/{name}/cancel")
def cancel(
    request: Request, station: str, account: str, name: str, campaign: Here, _: Changer
) -> Response:
    """Take a promise back."""
    _refuse_strangers(station, campaign.customer_file(account).account)
    campaign.cancel_appointment(name)
    note(request, "appointment_cancelled", account, name)
    return RedirectResponse(f"/s/{station}/customers/{account}", 303)


@router.post("/customers/{account}/note")
def add_note(
    request: Request,
    station: str,
    account: str,
    campaign: Here,
    _: Changer,
    text: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Write something down about him."""
    _refuse_strangers(station, campaign.customer_file(account).account)
    campaign.add_note(account, text)
    note(request, "note", account)
    return RedirectResponse(f"/s/{station}/customers/{account}", 303)


def _refuse_strangers(station: str, account: dict[str, object]) -> None:
    """Whose station is another is not there for this one."""
    if account["station"] != station:
        raise RecordError("account.unknown", account=account["account_no"])
