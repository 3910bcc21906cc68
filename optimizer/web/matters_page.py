"""Open matters as lists: looked through, moved on by a click, several at once."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Form, HTTPException, Request, Response

from optimizer.desk import ENDING, LISTS, NAMES, Person
from optimizer.errors import CampaignError
from optimizer.web.pages import Here, lang_of, note, page, texts_of
from optimizer.web.rights import may

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

router = APIRouter(prefix="/s/{station}")
Seer = Annotated[Person, Depends(may("see matters"))]
Mover = Annotated[Person, Depends(may("move matters"))]
MOST_EXPORTED = 500
"""More customers than that leave the house by a planner's hand alone."""
SHOWN = 300
"""So many rows of a list are shown at a time; a filter finds the others."""
COLUMNS = {
    "overdue": "account_no name category note photographs department found_on check_by state",
    "findings": "account_no name category note photographs department found_on due_on check_by"
    " state",
    "areas": "area department state since customers",
    "opinions": "account_no name date text category department state",
    "requests": "account_no name voltage asked_on deadline matters state",
    "appointments": "account_no name date window note",
    "conflicts": "account_no name address area days",
    "office": "account_no name area tries reason detail not_before",
    "telephone": "account_no name area tries reason not_before",
    "season": "account_no name area tries not_before",
    "evening": "account_no name area tries not_before",
}
"""What each list shows."""
CLOSED_COLUMNS = {
    "findings": "account_no name category state note at by",
    "areas": "area department state at by",
    "opinions": "account_no name text state answer at by",
    "requests": "account_no name voltage state at by",
    "appointments": "account_no name date window state at by",
    "conflicts": "account_no name date at by",
    "office": "account_no name state note at by",
}
"""What each list shows of what is closed; those that are not here have nothing of their own."""


@router.get("/matters")
def matters(
    request: Request,
    station: str,
    campaign: Here,
    _: Seer,
    which: str = "",
    q: str = "",
    over: bool = False,
) -> Response:
    """One list, with the numbers of all."""
    counts = campaign.matter_counts(station)
    first = which or next((name for name, count in counts.items() if count), "findings")
    return _list(request, campaign, station, first, counts=counts, q=q, over=over)


@router.post("/matters/{which}")
def move(
    request: Request,
    station: str,
    which: str,
    campaign: Here,
    _: Mover,
    state: Annotated[str, Form(max_length=40)] = "",
    text: Annotated[str, Form(max_length=500)] = "",
    name: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Move the chosen matters on."""
    own = _own(campaign, which, station)
    chosen = [one for one in dict.fromkeys(name or ()) if one in own]
    moved = campaign.move_matters(which, chosen, state, text)
    refused = {one for one, _ in moved.refused}
    for one in chosen:
        if one not in refused:
            note(request, "matter_moved", one, f"{which} {state} {text}".strip())
    facts = {"moved": moved, "whose": _whose(own), "text": text if refused else ""}
    return _list(request, campaign, station, which, said=facts)


@router.post("/matters/{which}/back")
def take_back(
    request: Request,
    station: str,
    which: str,
    campaign: Here,
    _: Mover,
    name: Annotated[list[int] | None, Form()] = None,
) -> Response:
    """Take moves back, by their events."""
    back = campaign.take_matters_back(which, list(dict.fromkeys(name or ())), station)
    for event in back.events:
        note(request, "matter_back", str(event), which)
    whose = _whose(_own(campaign, which, station)) if back.refused else {}
    return _list(request, campaign, station, which, said={"back": back, "whose": whose})


@router.get("/departments.xlsx")
def departments(request: Request, station: str, campaign: Here, person: Seer) -> Response:
    """What each department has to do, a sheet each."""
    count = len(campaign.matter_list("findings", station))
    count += len(campaign.matter_list("opinions", station))
    if count > MOST_EXPORTED and person.role != "planner":
        raise CampaignError("serve.many", count=count, most=MOST_EXPORTED)
    with tempfile.TemporaryDirectory() as folder:
        path = campaign.write_department_lists(Path(folder) / "departments.xlsx", station)
        content = path.read_bytes()
    note(request, "departments", station)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    headers = {"Content-Disposition": f'attachment; filename="{station}-departments.xlsx"'}
    return Response(content, media_type=kind, headers=headers)


@router.get("/settle/{account}/{date}")
def conflict(
    request: Request, station: str, account: str, date: str, campaign: Here, _seer: Seer
) -> Response:
    """Records of one day that contradict each other, side by side."""
    words = texts_of(request)
    rows = _records(campaign, station, account, date)
    for row in rows:
        source, _, crew = row["source"].partition(" ")
        if source == "phone":
            row["source"] = words("matters.from_phone", crew=crew)
        elif source == "typed":
            row["source"] = words("matters.from_desk")
    return page(request, "settle.html", {"rows": rows, "account": account, "date": date})


@router.post("/settle/{account}/{date}")
def settle(
    request: Request,
    station: str,
    account: str,
    date: str,
    campaign: Here,
    _: Mover,
    keep: Annotated[str, Form(max_length=80)] = "",
) -> Response:
    """Keep the right one."""
    _records(campaign, station, account, date)
    campaign.settle(account, date, keep)
    note(request, "settled", account, f"{date} {keep}")
    return matters(request, station, campaign, _, "conflicts")


def _records(campaign: Here, station: str, account: str, date: str) -> list[dict[Hashable, Any]]:
    """A day's records of a customer of the station; not found where there are none."""
    rows = campaign.records_of(account, date)
    rows = rows[rows["station"].isin([station, ""])]
    if rows.empty:
        raise HTTPException(404)
    return rows.to_dict("records")


def _list(
    request: Request,
    campaign: Here,
    station: str,
    which: str,
    *,
    counts: dict[str, int] | None = None,
    q: str = "",
    over: bool = False,
    said: Mapping[str, object] | None = None,
) -> Response:
    """A list's page; `said` is what became of those that were moved or taken back."""
    closed = over and which in CLOSED_COLUMNS
    rows = campaign.closed_matters(which, station) if closed else _open(campaign, which, station)
    wanted = q.strip().casefold()
    rows = [row for row in rows if wanted in " ".join(map(str, row.values())).casefold()]
    facts = {
        "which": which,
        "counts": campaign.matter_counts(station) if counts is None else counts,
        "q": q,
        "over": closed,
        "can_be_over": which in CLOSED_COLUMNS,
        "states": LISTS[which],
        "ending": ENDING,
        "key": "event" if closed else NAMES.get(which, "account_no"),
        "columns": (CLOSED_COLUMNS if closed else COLUMNS)[which].split(),
        "rows": rows[:SHOWN],
        "count": len(rows),
        "shown": SHOWN,
        "today": campaign.today.isoformat(),
        "moved": None,
        "back": None,
        "whose": {},
        "text": "",
    }
    facts |= said or {}
    return page(request, "matters.html", facts | {"refusals": _refusals(request, facts)})


def _refusals(request: Request, facts: Mapping[str, Any]) -> dict[str, list[str]]:
    """Why something was not moved, each reason once with the customers whom it holds for."""
    moved, whose = facts["moved"] or facts["back"], facts["whose"]
    refusals: dict[str, list[str]] = {}
    for name, why in moved.refused if moved else ():
        refusals.setdefault(why.in_words(lang_of(request)), []).append(str(whose.get(name, name)))
    return refusals


def _own(campaign: Here, which: str, station: str) -> dict[str, dict[Hashable, Any]]:
    """The open matters of a station's list by their names."""
    rows = campaign.matter_list(which, station)
    return {row[NAMES.get(which, "account_no")]: row for row in rows.to_dict("records")}


def _whose(rows: Mapping[str, Mapping[Hashable, Any]]) -> dict[str, str]:
    """Whose each matter is: the customer, or the area."""
    return {name: row.get("name") or row["area"] for name, row in rows.items()}


def _open(campaign: Here, which: str, station: str) -> list[dict[Hashable, Any]]:
    """The open matters of a list, what is due first before what is due later."""
    rows = campaign.matter_list(which, station)
    due = {"overdue": "check_by", "findings": "due_on"}.get(which)
    if due:
        rows = rows.sort_values(due, key=lambda column: column.where(column != "", "9"))
    return rows.rename(columns={"conflicts": "days"}).to_dict("records")
