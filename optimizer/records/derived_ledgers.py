"""The ledgers that follow from the records: derived account by account, stored and verified."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

from optimizer.catalogue import Message, word
from optimizer.records.account_state import (
    AccountHistory,
    AccountState,
    Appointment,
    Project,
    Record,
    Request,
)
from optimizer.records.follow_up import derive_state
from optimizer.register.ledgers import COLUMNS, DERIVED

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from optimizer.register import Register
    from optimizer.settings import Settings

    Progress = Callable[[int, int], None]

_CHUNK: Final = 5_000
_finding_row, _opinion_row, _step_row = (
    attrgetter(*COLUMNS[ledger]) for ledger in ("findings", "opinions", "tasks")
)


def derive_all(register: Register, settings: Settings, progress: Progress | None = None) -> None:
    """Derive the ledgers of every account, as after a change of the rules."""
    accounts = register.ledgers.recorded_accounts()
    with register.store.writing():
        for first in range(0, len(accounts), _CHUNK):
            derive_accounts(register, settings, accounts[first : first + _CHUNK])
            if progress is not None:
                progress(min(first + _CHUNK, len(accounts)), len(accounts))
        register.set_meta(rules=_rules_digest(settings))


def verify(register: Register, settings: Settings) -> list[Message]:
    """Accounts whose stored state is not what their records say; empty when all is right.

    One message for each account, at most a hundred; `derive_all` puts them right.
    """
    wrong: list[Message] = []
    accounts = register.ledgers.recorded_accounts()
    with register.store.reading():
        for first in range(0, len(accounts), _CHUNK):
            some = accounts[first : first + _CHUNK]
            stored = {
                table: sorted(register.ledgers.rows(table, some), key=repr) for table in DERIVED
            }
            histories = read_histories(register, some)
            derived = _derived([derive_state(history, settings.follow) for history in histories])
            for table in DERIVED:
                fresh = sorted(map(_as_stored, derived[table]), key=repr)
                place = 0 if table in {"tasks", "standings"} else 1
                differing = {str(row[place]) for row in {*fresh} ^ {*stored[table]}}
                wrong += [
                    Message("doctor.stale", table=word(table), account=name)
                    for name in sorted(differing)
                ]
    return wrong[:100]


def _as_stored(row: Sequence[object]) -> tuple[object, ...]:
    return tuple(int(value) if isinstance(value, bool) else value for value in row)


def derive_accounts(
    register: Register, settings: Settings, accounts: Collection[str]
) -> list[AccountState]:
    """Derive the ledgers of some accounts from their records and store them."""
    states = [
        derive_state(history, settings.follow) for history in read_histories(register, accounts)
    ]
    register.ledgers.replace_derived(accounts, _derived(states))
    register.cycles.renew(
        (cycle, s.account_no, f.status, f.visited_on, f.tries, f.last_try)
        for s in states
        for cycle, f in enumerate(s.former, start=1)
    )
    return states


def _derived(states: Sequence[AccountState]) -> dict[str, list[tuple[object, ...]]]:
    """The rows of the ledgers that follow from the records."""
    return {
        "findings": [_finding_row(f) for s in states for f in s.findings],
        "opinions": [_opinion_row(o) for s in states for o in s.opinions],
        "tasks": [_step_row(step) for s in states for step in s.next_steps],
        "standings": [
            (s.account_no, s.visited_on, s.tries, s.last_try, ",".join(s.conflicts)) for s in states
        ],
        "statuses": [(s.status, s.closed, s.account_no) for s in states],
    }


def read_histories(register: Register, accounts: Collection[str]) -> list[AccountHistory]:
    """All that the register knows about some accounts."""
    ledgers = register.ledgers
    records: dict[str, list[Record]] = defaultdict(list)
    for row in ledgers.records_of(accounts):
        records[row[1]].append(Record._make(row))
    decisions: dict[str, list[Any]] = defaultdict(list)
    for account, kind, _, body in ledgers.decisions_of(accounts):
        decisions[account].append((kind, body))
    requests: dict[str, list[Request]] = defaultdict(list)
    for row in ledgers.rows("requests", accounts):
        requests[row[1]].append(Request._make(row))
    appointments: dict[str, list[Appointment]] = defaultdict(list)
    for row in ledgers.rows("appointments", accounts):
        appointments[row[1]].append(Appointment._make(row))
    projects: dict[str, list[Project]] = defaultdict(list)
    for row in sorted(ledgers.rows("projects"), key=lambda row: (row[4], row[0])):
        projects[row[1]].append(Project(row[0], row[4], row[7]))
    cycles = register.cycles.first_days()
    return [
        AccountHistory(
            account_no=account,
            kind=kind,
            records=records.get(account, ()),
            decisions=decisions.get(account, ()),
            requests=requests.get(account, ()),
            appointments=appointments.get(account, ()),
            projects=projects.get(area, ()) if area else (),
            cycles=cycles,
        )
        for account, kind, area, _ in ledgers.facts_of(accounts)
    ]


def derive_stale(register: Register, settings: Settings) -> None:
    """Derive what changed rules, or customers who moved to another area, have made stale."""
    if register.meta().get("rules") != _rules_digest(settings):
        derive_all(register, settings)
    moved = register.ledgers.stale_accounts()
    for first in range(0, len(moved), _CHUNK):
        derive_accounts(register, settings, moved[first : first + _CHUNK])


def _rules_digest(settings: Settings) -> str:
    return hashlib.sha256(settings.follow.model_dump_json().encode()).hexdigest()[:16]
