"""What is known about an account (`AccountHistory`) and what follows from it (`AccountState`)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FAILED: Final = frozenset({"nobody_home", "other"})
"""Results after which the same visit is tried again."""
OPEN: Final = frozenset({"open", "rectified"})
"""States of findings that still await their check."""


class Record(NamedTuple):
    """A record as the register keeps it."""

    id: str
    account_no: str
    station: str | None
    crew: str | None
    date: str
    row: int | None
    visit_id: str
    kind: str
    result: str
    at: str
    lon: float | None
    lat: float | None
    findings: str
    opinion: str
    repaired: str
    undoes: str | None


class Project(NamedTuple):
    """An area finding, as far as its customers' findings depend on it."""

    project: str
    opened_on: str
    built_on: str


class Request(NamedTuple):
    """A wish for a new connection."""

    request: str
    account_no: str
    voltage: str
    asked_on: str
    max_visits: int
    deadline: str
    matters: str
    state: str
    closed_on: str


class Appointment(NamedTuple):
    """A day, and perhaps an hour, that a customer was promised."""

    appointment: str
    account_no: str
    date: str
    window: str
    note: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountHistory:
    """All that is known about one account.

    `cycles` are the first days of all cycles but the first.
    """

    account_no: str
    kind: str = "household"
    records: Sequence[Record] = ()
    decisions: Sequence[tuple[str, Mapping[str, object]]] = ()
    requests: Sequence[Request] = ()
    appointments: Sequence[Appointment] = ()
    projects: Sequence[Project] = ()
    cycles: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingState:
    """A row of the ledger of findings.

    `check_from` and `check_by` are empty while works on the transformer area are waited for.
    `unreported` is one that a check has not seen again, though nobody has reported its repair.
    """

    finding: str
    account_no: str
    category: str
    found_on: str
    crew: str
    note: str
    repaired: bool
    department: str
    due_on: str
    state: str
    rectified_on: str
    check_from: str
    check_by: str
    closed_on: str = ""
    closed_by: str = ""
    project: str = ""
    unreported: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OpinionState:
    """A row of the ledger of opinions."""

    opinion: str
    account_no: str
    date: str
    text: str
    category: str
    department: str
    state: str = "received"
    merged_into: str = ""
    sent_on: str = ""
    answered_on: str = ""
    answer: str = ""
    told_on: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStep:
    """A next step for one account."""

    account_no: str
    kind: str
    subject: str = ""
    list: str = ""
    not_before: str
    deadline: str = ""
    window: str = ""
    failed_at: str = ""
    tries: int = 0
    crew: str = ""
    reason: str
    detail: str = ""


@dataclass(slots=True)
class Standing:
    """What an account's records of one cycle say."""

    status: str = "open"
    visited_on: str = ""
    tries: int = 0
    last_try: str = ""


@dataclass(slots=True)
class AccountState(Standing):
    """Status, ledgers and next steps that follow from an account's history.

    The status, and what stands beside it, is that of the running cycle; `former` has those of the
    cycles before it. `closed` says whether the office has closed the account in this cycle.
    """

    account_no: str = ""
    closed: bool = False
    former: list[Standing] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)
    findings: list[FindingState] = field(default_factory=list)
    opinions: list[OpinionState] = field(default_factory=list)
    next_steps: list[NextStep] = field(default_factory=list)


def part_of_day(at: str) -> str:
    """The part of the day of an ISO moment; "" when it is not known."""
    if len(at) < 13:
        return ""
    hour = int(at[11:13])
    return "morning" if hour < 12 else "afternoon" if hour < 17 else "evening"
