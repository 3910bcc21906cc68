"""What people decide in the evening; each is stored as an event, and the ledgers follow."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

from optimizer.catalogue import word
from optimizer.errors import RecordError
from optimizer.records.derived_ledgers import derive_accounts
from optimizer.settings import windows
from optimizer.workdays import working_days

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from optimizer.register import Register
    from optimizer.settings import Settings

PROJECT_STATES: Final = ("reported", "on_site_check", "approved", "built", "checked")
"""The states of an area finding, in their order."""
SETTLED_BY_OFFICE: Final = frozenset(
    {"refused", "moved", "demolished", "duplicate", "nobody_home", "closed"}
)
"""States of accounts that the office may close or begin anew with."""
NEVER_TRIED: Final = frozenset({"never_tried", "no_coordinates"})
"""States of accounts that the office may close, without anybody having been there."""


def settle(
    register: Register, settings: Settings, account_no: str, date: dt.date, keep: str
) -> None:
    """Of records of one day that contradict each other, keep one; the others stay, uncounted.

    Parameters
    ----------
    keep
        Id of the record that is right.

    Raises
    ------
    RecordError
        There is no such record of that account and day.
    """
    with register.store.writing():
        ids = [
            row[0]
            for row in register.ledgers.records_of([account_no])
            if row[4] == date.isoformat()
        ]
        if not ids:
            raise RecordError("record.none", account=account_no, date=date)
        if keep not in ids:
            raise RecordError(
                "record.not_there", account=account_no, keep=keep, date=date, known=ids
            )
        drop = [name for name in ids if name != keep]
        register.record("settle", {"keep": keep, "drop": drop}, account_no=account_no, date=date)
        derive_accounts(register, settings, [account_no])


def decide_account(
    register: Register,
    settings: Settings,
    account_no: str,
    state: str,
    *,
    on: dt.date,
    note: str = "",
) -> None:
    """Take an account off every list ("closed"), or begin anew with it ("again").

    Records after that day count as always.

    Raises
    ------
    RecordError
        There is no such account; `state` is another word; it is closed without a note; or it is
        visited or contradicted, or is to begin anew and was never tried: nothing is to be settled.
    """
    if state not in {"closed", "again"}:
        raise RecordError("account.state", state=state)
    if state == "closed" and not note:
        raise RecordError("account.no_note")
    with register.store.writing():
        now = register.agenda.accounts("account_no = ?", [account_no])["state"]
        if now.empty:
            raise RecordError("register.no_such", what=word("account"), name=account_no)
        if now.iloc[0] not in SETTLED_BY_OFFICE | (NEVER_TRIED if state == "closed" else set()):
            raise RecordError("account.not_settled", now=word(now.iloc[0]))
        body = {"state": state, "on": on.isoformat(), "note": note}
        _decide(register, settings, "account", account_no, on=on, body=body)


def decide_finding(
    register: Register,
    settings: Settings,
    finding: str,
    state: str,
    *,
    on: dt.date,
    note: str = "",
) -> None:
    """Say that a finding is rectified (it still awaits its check), or dropped for a reason.

    Raises
    ------
    RecordError
        There is no such finding, or it is closed; `state` is neither "rectified" nor "dropped";
        or it is dropped without a note.
    """
    if state not in {"rectified", "dropped"}:
        raise RecordError("finding.state", state=state)
    if state == "dropped" and not note:
        raise RecordError("finding.no_note")
    body = {"finding": finding, "state": state, "on": on.isoformat(), "note": note}
    with register.store.writing():
        row = _one(register, "findings", finding)
        if row["state"] not in {"open", "rectified"}:
            raise RecordError(
                "finding.closed",
                state=word(str(row["state"])),
                since=row["closed_on"],
            )
        _decide(register, settings, "finding", str(row["account_no"]), on=on, body=body)


def decide_opinion(
    register: Register,
    settings: Settings,
    opinion: str,
    state: str,
    *,
    on: dt.date,
    **more: str,
) -> None:
    """Move an opinion on.

    The steps are sorted (with category, department), sent (department), answered (answer), told
    and merged (into).

    Raises
    ------
    RecordError
        There is no such opinion or step.
    """
    if state not in {"sorted", "sent", "answered", "told", "merged"}:
        raise RecordError("opinion.state", state=state)
    if state == "answered" and not more.get("answer"):
        raise RecordError("opinion.no_answer")
    body = {"opinion": opinion, "state": state, "on": on.isoformat(), **more}
    with register.store.writing():
        row = _one(register, "opinions", opinion)
        if state == "merged":
            _one(register, "opinions", more.get("into", ""))
        _decide(register, settings, "opinion", str(row["account_no"]), on=on, body=body)


def advance_project(
    register: Register, settings: Settings, project: str, state: str, on: dt.date
) -> None:
    """Move an area finding a step on, or back; once it is built its customers are revisited.

    Raises
    ------
    RecordError
        There is no such project or state, a step would be left out, or it is called checked
        before its customers were revisited, or is checked already.
    """
    with register.store.writing():
        row = register.ledgers.one("projects", project)
        if row is None:
            raise RecordError("project.unknown", project=project)
        _check_step(register, row, state)
        built = {"built_on": _built_on(row, state, on)}
        register.ledgers.put("projects", {**row, "state": state, "since": on.isoformat(), **built})
        of_area = register.ledgers.accounts_of_area(str(row["area"]))
        derive_accounts(register, settings, of_area)


def _check_step(register: Register, row: Mapping[str, object], state: str) -> None:
    """Refuse what is neither the next step of an area finding nor one before it."""
    project, before = str(row["project"]), str(row["state"])
    here = PROJECT_STATES.index(before)
    steps = PROJECT_STATES[: here + 2] if before != PROJECT_STATES[-1] else ()
    if state == before or state not in steps:
        next_step = word(PROJECT_STATES[here + 1]) if steps else "–"
        said = word(state) if state in PROJECT_STATES else state
        raise RecordError("project.order", before=word(before), state=said, next=next_step)
    if state == "checked" and (left := register.ledgers.open_in_project(project)):
        raise RecordError("project.open", left=left)


def _built_on(row: Mapping[str, object], state: str, on: dt.date) -> str:
    """When the works were built: nothing is built any more where they went back."""
    if state == "built":
        return on.isoformat()
    return str(row["built_on"]) if state == "checked" else ""


def check_projects(register: Register, settings: Settings, on: dt.date) -> list[str]:
    """Call those area findings checked whose customers have all been revisited after the works."""
    done = []
    with register.store.writing():
        for project, *_, state, _, _, _ in register.ledgers.rows("projects"):
            if state == "built" and not register.ledgers.open_in_project(project):
                advance_project(register, settings, project, "checked", on)
                done.append(project)
    return done


def add_request(
    register: Register,
    settings: Settings,
    *,
    account_no: str,
    voltage: str,
    asked_on: dt.date,
    matters: str = "",
    workdays: Path | None = None,
) -> str:
    """Enter a wish for a new connection and tell its id.

    Parameters
    ----------
    voltage
        "urban" or "hv10kv": it sets how many visits and days there are.
    matters
        What is to be settled on the way, so that one trip does as much as it can.
    workdays
        The campaign's workdays.csv.

    Raises
    ------
    RecordError
        The account is not in the register, or the voltage is unknown.
    """
    if voltage not in {"urban", "hv10kv"}:
        raise RecordError("request.voltage", voltage=voltage)
    rules = settings.follow
    urban = voltage == "urban"
    limit = (
        _workday_after(asked_on, rules.urban_workdays, workdays)
        if urban
        else asked_on + dt.timedelta(days=rules.hv_days)
    )
    name = f"{account_no}/{asked_on.isoformat()}"
    row: dict[str, object] = {
        "request": name,
        "account_no": account_no,
        "voltage": voltage,
        "asked_on": asked_on.isoformat(),
        "max_visits": rules.urban_visits if urban else rules.hv_visits,
        "deadline": limit.isoformat(),
        "matters": matters,
        "state": "open",
        "closed_on": "",
    }
    with register.store.writing():
        if not register.ledgers.facts_of([account_no]):
            raise RecordError("request.no_account", account=account_no)
        if register.ledgers.one("requests", name) is None:
            _put(register, settings, "requests", row)
    return name


def _workday_after(day: dt.date, number: int, override: Path | None) -> dt.date:
    first, last = day + dt.timedelta(days=1), day + dt.timedelta(days=15 + 2 * number)
    days = working_days(first, last, override)
    worked = days.loc[days["working"], "date"]
    return worked.iloc[number - 1].date()  # type: ignore[no-any-return]


def close_request(
    register: Register, settings: Settings, request: str, state: str, on: dt.date
) -> None:
    """Say that a request is connected or withdrawn.

    Raises
    ------
    RecordError
        There is no such request, it is closed, or `state` is another word.
    """
    if state not in {"connected", "withdrawn"}:
        raise RecordError("request.state", state=state)
    with register.store.writing():
        row = _one(register, "requests", request)
        if row["state"] != "open":
            raise RecordError(
                "request.closed",
                state=word(str(row["state"])),
                since=row["closed_on"],
            )
        _put(register, settings, "requests", {**row, "state": state, "closed_on": on.isoformat()})


def add_appointment(
    register: Register,
    settings: Settings,
    *,
    account_no: str,
    date: dt.date,
    window: str = "",
    note: str = "",
) -> str:
    """Promise a customer a day, and perhaps hours ("14:00-16:00"); tell the promise's id.

    Raises
    ------
    RecordError
        The account is not in the register, or the hours cannot be read.
    """
    try:
        windows(window)
    except ValueError as error:
        raise RecordError("appointment.hours", account=account_no, error=error) from None
    name = f"{account_no}/{date.isoformat()}"
    row: dict[str, object] = {
        "appointment": name,
        "account_no": account_no,
        "date": date.isoformat(),
        "window": window,
        "note": note,
        "state": "open",
    }
    with register.store.writing():
        if not register.ledgers.facts_of([account_no]):
            raise RecordError("appointment.no_account", account=account_no)
        _put(register, settings, "appointments", row)
    return name


def cancel_appointment(register: Register, settings: Settings, appointment: str) -> None:
    """Take a promise back.

    Raises
    ------
    RecordError
        There is no such promise, or it was taken back already.
    """
    with register.store.writing():
        row = _one(register, "appointments", appointment)
        if row["state"] != "open":
            raise RecordError("appointment.closed", state=word(str(row["state"])))
        _put(register, settings, "appointments", {**row, "state": "cancelled"})


def _one(register: Register, table: str, name: str) -> dict[str, object]:
    row = register.ledgers.one(table, name)
    if row is None:
        raise RecordError("register.no_such", what=word(table.removesuffix("s")), name=name)
    return row


def _put(register: Register, settings: Settings, table: str, row: Mapping[str, object]) -> None:
    """Keep a row and what follows from it, inside of `writing`."""
    register.ledgers.put(table, row)
    derive_accounts(register, settings, [str(row["account_no"])])


def _decide(
    register: Register,
    settings: Settings,
    kind: str,
    account_no: str,
    *,
    on: dt.date,
    body: Mapping[str, object],
) -> None:
    """Keep a decision and what follows from it, inside of `writing`."""
    register.record(kind, body, account_no=account_no, date=on)
    derive_accounts(register, settings, [account_no])
