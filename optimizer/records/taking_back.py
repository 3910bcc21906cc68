"""What people decided, taken back: by an event of its own, so that the history keeps both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from optimizer.errors import RecordError
from optimizer.records.derived_ledgers import derive_accounts
from optimizer.register.events import TAKEN_BACK, Change, changes_of, read_changes
from optimizer.register.ledgers import DECISIONS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.register import Register
    from optimizer.settings import Settings

ENDS: Final = {
    "finding": frozenset({"dropped"}),
    "project": frozenset({"checked"}),
    "opinion": frozenset({"told", "merged"}),
    "request": frozenset({"connected", "withdrawn"}),
    "appointment": frozenset({"cancelled"}),
    "account": frozenset({"closed", "again"}),
    "settle": frozenset({""}),
}
"""The states, by kind of matter, with which it leaves its list because somebody said so."""
_MOVED: Final = ("state", "since", "built_on", "closed_on")


def closing_changes(register: Register, kind: str, station: str) -> list[Change]:
    """What closed the matters of a station in the last 90 days and are closed still; latest last.

    Not those that a record closed: a finding by its check, an appointment by the visit.
    """
    last = {change.name: change for change in read_changes(register.store, kind, station=station)}
    changes = sorted(last.values(), key=lambda change: change.event)
    return [change for change in changes if str(change.body.get("state", "")) in ENDS[kind]]


def last_decision(register: Register, kind: str, name: str) -> int:
    """The event of the last decision about a matter that stands.

    Raises
    ------
    RecordError
        There is none.
    """
    changes = _in_force(changes_of(register.store, kind, name))
    if not changes:
        raise RecordError("change.gone")
    return changes[-1].event


def take_back(register: Register, settings: Settings, kind: str, event: int) -> None:
    """Take the last decision about a matter back: it is in the state before, as if never moved.

    Raises
    ------
    RecordError
        There is no such decision, it was taken back already, or a later one has followed it.
    """
    with register.store.writing():
        changes = read_changes(register.store, kind, event=event)
        name = next((change.name for change in changes if change.event == event), None)
        if name is None:
            raise RecordError("change.gone")
        same = _in_force([change for change in changes if change.name == name])
        if same[-1].event != event:
            raise RecordError(
                "change.followed", who=same[-1].who, at=same[-1].moment[:16].replace("T", " ")
            )
        if kind in DECISIONS:
            account = same[-1].account_no
            register.record(TAKEN_BACK, {"of": kind, "name": name}, account_no=account)
            derive_accounts(register, settings, [account])
            if kind == "finding":
                _open_project(register, settings, name)
        elif len(same) == 1:
            raise RecordError("change.first")
        else:
            _put_back(register, settings, f"{kind}s", name, same[-2])


def _in_force(changes: Sequence[Change]) -> list[Change]:
    """The steps of a matter without those that were taken back: the row is as it was before."""
    steps: list[Change] = []
    for change in changes:
        states = [] if change.kind in DECISIONS else [_state(step) for step in steps[-2:]]
        if len(states) > 1 and _state(change) == states[0]:
            steps.pop()
        elif _state(change) not in states[-1:]:
            steps.append(change)
    return steps


def _state(change: Change) -> dict[str, object]:
    return {name: change.body[name] for name in _MOVED if name in change.body}


def _put_back(
    register: Register, settings: Settings, table: str, name: str, before: Change
) -> None:
    row = {**(register.ledgers.one(table, name) or before.body), **_state(before)}
    register.ledgers.put(table, row)
    accounts = (
        register.ledgers.accounts_of_area(str(row["area"]))
        if table == "projects"
        else [str(row["account_no"])]
    )
    derive_accounts(register, settings, accounts)


def _open_project(register: Register, settings: Settings, finding: str) -> None:
    """Take back that an area finding is checked whose customer is to be revisited after all."""
    row = register.ledgers.one("findings", finding) or {}
    project = register.ledgers.one("projects", str(row.get("project", ""))) or {}
    if project.get("state") == "checked" and register.ledgers.open_in_project(project["project"]):
        event = last_decision(register, "project", project["project"])
        take_back(register, settings, "project", event)
