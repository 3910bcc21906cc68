"""Open matters as lists: looked through, moved on by a click, several at once."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response

from optimizer.desk import LISTS, NAMES, Moved, Person
from optimizer.errors import CampaignError
from optimizer.web.pages import Here, note, page
from optimizer.web.rights import may

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
    "conflicts": "account_no name address area conflicts",
    "office": "account_no name area tries reason detail not_before",
    "telephone": "account_no name area tries reason not_before",
    "season": "account_no name area tries not_before",
    "evening": "account_no name area tries not_before",
}
"""What each list shows."""
NOTED = {"dropped", "closed", "answered", "sent", "rectified"}
"""States that are said with a note."""


@router.get("/matters")
def matters(
    request: Request, station: str, campaign: Here, _: Seer, which: str = "", q: str = ""
) -> Response:
    """One list, with the numbers of all."""
    counts = campaign.matter_counts(station)
    first = next((name for name, count in counts.items() if count), "findings")
    return _list(request, campaign, station, which or first, q, counts)


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
    own = set(campaign.matter_list(which, station)[NAMES.get(which, "account_no")])
    chosen = [one for one in dict.fromkeys(name or ()) if one in own]
    moved = campaign.move_matters(which, chosen, state, text)
    for one in chosen:
        note(request, "matter_moved", one, f"{which} {state} {text}".strip())
    counts = campaign.matter_counts(station)
    return _list(request, campaign, station, which, "", counts, moved)


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
    request: Request, station: str, account: str, date: str, campaign: Here, _: Seer
) -> Response:
    """Records of one day that contradict each other, side by side."""
    rows = campaign.records_of(account, date)
    rows = rows[rows["station"].isin([station, ""])]
    facts = {"rows": rows.to_dict("records"), "account": account, "date": date}
    return page(request, "settle.html", facts)


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
    campaign.settle(account, date, keep)
    note(request, "settled", account, f"{date} {keep}")
    return matters(request, station, campaign, _, "conflicts")


def _list(
    request: Request,
    campaign: Here,
    station: str,
    which: str,
    q: str,
    counts: dict[str, int],
    moved: Moved | None = None,
) -> Response:
    rows = campaign.matter_list(which, station)
    wanted = q.strip().casefold()
    if wanted and len(rows):
        whole = rows.astype(str).agg(" ".join, axis=1).str.casefold()
        rows = rows[whole.str.contains(wanted, regex=False)]
    due = "check_by" if which == "overdue" else "due_on" if which == "findings" else None
    if due:
        rows = rows.sort_values(due, key=lambda column: column.where(column != "", "9"))
    facts = {
        "which": which,
        "counts": counts,
        "q": q,
        "states": LISTS[which],
        "moved": moved,
        "key": NAMES.get(which, "account_no"),
        "columns": COLUMNS[which].split(),
        "rows": rows.head(SHOWN).to_dict("records"),
        "count": len(rows),
        "shown": SHOWN,
        "today": campaign.today.isoformat(),
        "noted": NOTED,
    }
    return page(request, "matters.html", facts)
