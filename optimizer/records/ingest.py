"""Entries into the register: rows become accounts, twice is once, and what follows is reckoned."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass, field, fields, replace
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

from optimizer.catalogue import Message, word
from optimizer.records.entry_faults import entry_fault
from optimizer.records.follow_up import (
    Appointment,
    Case,
    FindingState,
    OpinionState,
    Project,
    Rec,
    Request,
    Standing,
    Task,
    reckon,
)
from optimizer.register.ledgers import DERIVED

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from optimizer.errors import Fault
    from optimizer.records.entry import Entry
    from optimizer.register import Register
    from optimizer.settings import Settings

    Progress = Callable[[int, int], None]

_CHUNK: Final = 5_000
_finding_row, _opinion_row, _task_row = (
    attrgetter(*(column.name for column in fields(kind)))
    for kind in (FindingState, OpinionState, Task)
)


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of some entries.

    Attributes
    ----------
    added, known
        How many records are new, and how many the register had already.
    faults
        Entries that were not taken, each with its reason.
    remarks
        Entries that were taken, but that somebody should look at.
    conflicts
        (account_no, day) of records that contradict each other and wait for a human.
    projects
        Area findings that these records opened.
    """

    added: int = 0
    known: int = 0
    faults: list[Fault] = field(default_factory=list)
    remarks: list[Fault] = field(default_factory=list)
    conflicts: list[tuple[str, str]] = field(default_factory=list)
    projects: list[str] = field(default_factory=list)


def take_records(
    register: Register, settings: Settings, entries: Sequence[Entry], source: str
) -> Taken:
    """Store entries and everything that follows from them, in one transaction.

    Entries with faults are told and left out; the others are stored. An entry whose id the
    register has is not stored again.

    Parameters
    ----------
    source
        The file's name or "typed", for the history.
    """
    taken = Taken()
    with register.store.writing():
        _keep_rules(register, settings)
        fresh, known = _fresh(register, entries, source, taken)
        taken = replace(taken, known=known)
        resolved = _resolved(register, fresh, source, taken)
        if not resolved:
            return taken
        resolved = _corrections(register, resolved)
        register.ledgers.add_records([entry.values() for entry in resolved], source)
        accounts = sorted({entry.account_no for entry in resolved})
        standings = reckon_accounts(register, settings, accounts)
        projects = _open_projects(register, settings, standings)
    conflicts = [(s.account_no, day) for s in standings for day in s.conflicts]
    return replace(taken, added=len(resolved), conflicts=conflicts, projects=projects)


def reckon_all(register: Register, settings: Settings, progress: Progress | None = None) -> None:
    """Reckon every account anew, as after a change of the rules."""
    accounts = register.ledgers.recorded_accounts()
    with register.store.writing():
        for first in range(0, len(accounts), _CHUNK):
            reckon_accounts(register, settings, accounts[first : first + _CHUNK])
            if progress is not None:
                progress(min(first + _CHUNK, len(accounts)), len(accounts))
        register.set_meta(rules=_rules_digest(settings))


def verify(register: Register, settings: Settings) -> list[Message]:
    """Accounts whose stored state is not what their records say; empty when the book is right.

    A sentence an account, at most a hundred; `reckon_all` puts them right.
    """
    wrong: list[Message] = []
    accounts = register.ledgers.recorded_accounts()
    with register.store.reading():
        for first in range(0, len(accounts), _CHUNK):
            some = accounts[first : first + _CHUNK]
            stored = {
                table: sorted(register.ledgers.rows(table, some), key=repr) for table in DERIVED
            }
            cases = read_cases(register, some)
            derived = _derived([reckon(case, settings.follow) for case in cases])
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


def reckon_accounts(
    register: Register, settings: Settings, accounts: Collection[str]
) -> list[Standing]:
    """Reckon some accounts anew and store what follows for them."""
    standings = [reckon(case, settings.follow) for case in read_cases(register, accounts)]
    register.ledgers.replace_derived(accounts, _derived(standings))
    return standings


def _derived(standings: Sequence[Standing]) -> dict[str, list[tuple[object, ...]]]:
    """The rows of the ledgers that follow from the records."""
    return {
        "findings": [_finding_row(f) for s in standings for f in s.findings],
        "opinions": [_opinion_row(o) for s in standings for o in s.opinions],
        "tasks": [_task_row(t) for s in standings for t in s.tasks],
        "standings": [
            (s.account_no, s.visited_on, s.tries, s.last_try, ",".join(s.conflicts))
            for s in standings
        ],
        "statuses": [(s.status, s.account_no) for s in standings],
    }


def read_cases(register: Register, accounts: Collection[str]) -> list[Case]:
    """All that the register knows about some accounts, ready to be reckoned."""
    ledgers = register.ledgers
    records: dict[str, list[Rec]] = defaultdict(list)
    for row in ledgers.records_of(accounts):
        records[row[1]].append(Rec._make(row))
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
    return [
        Case(
            account_no=account,
            kind=kind,
            records=records.get(account, ()),
            decisions=decisions.get(account, ()),
            requests=requests.get(account, ()),
            appointments=appointments.get(account, ()),
            projects=projects.get(area, ()) if area else (),
        )
        for account, kind, area, _ in ledgers.facts_of(accounts)
    ]


def _keep_rules(register: Register, settings: Settings) -> None:
    """Reckon what changed rules, or customers who moved to another area, have made stale."""
    if register.meta().get("rules") != _rules_digest(settings):
        reckon_all(register, settings)
    moved = register.ledgers.stale_accounts()
    for first in range(0, len(moved), _CHUNK):
        reckon_accounts(register, settings, moved[first : first + _CHUNK])


def _rules_digest(settings: Settings) -> str:
    return hashlib.sha256(settings.follow.model_dump_json().encode()).hexdigest()[:16]


# ---- which entries are new, and whom they mean -------------------------------------------------


def _fresh(
    register: Register, entries: Sequence[Entry], source: str, taken: Taken
) -> tuple[list[Entry], int]:
    known = register.ledgers.known({entry.id for entry in entries})
    fresh: dict[str, Entry] = {}
    doubles = 0
    for entry in entries:
        if entry.id in known or fresh.get(entry.id) == entry:
            doubles += 1
        elif entry.id in fresh:
            same = replace(entry, place=fresh[entry.id].place) == fresh[entry.id]
            doubles += same
            if not same:
                taken.faults.append(
                    _fault(source, entry, ("id", entry.id), "used_twice", "by_hand")
                )
        else:
            fresh[entry.id] = entry
    return list(fresh.values()), doubles


def _resolved(register: Register, entries: list[Entry], source: str, taken: Taken) -> list[Entry]:
    """Entries with an account, a kind, and a station and crew that the register knows."""
    stations, crews = register.ledgers.known_names()
    named = [_named(register, entry, source, taken) for entry in entries]
    found = [entry for entry in named if entry is not None]
    accounts = {row[0] for row in register.ledgers.facts_of({e.account_no for e in found})}
    kinds = _kinds(register, found)
    good = []
    for entry in found:
        if entry.account_no not in accounts:
            taken.faults.append(
                _fault(source, entry, ("account_no", entry.account_no),
                    "unknown_account", "check_account",
                )
            )  # fmt: skip
            continue
        for column, value, known in (
            ("station", entry.station, stations),
            ("crew", entry.crew, crews),
        ):
            if value and value not in known:
                taken.remarks.append(
                    _fault(source, entry, (column, value), "unknown_and_left_out", "look")
                )
                entry = replace(entry, **{column: ""})  # type: ignore[arg-type]  # noqa: PLW2901
        good.append(
            replace(entry, kind=entry.kind or kinds.get((entry.date, entry.account_no), ""))
        )
    return _same_account(register, good, source, taken)


def _kinds(register: Register, entries: Iterable[Entry]) -> dict[tuple[str, str], str]:
    """The kind of visit that the sheets gave, by day and account."""
    by_day: dict[str, set[str]] = defaultdict(set)
    for entry in entries:
        by_day[entry.date].add(entry.account_no)
    return {
        (day, account): kind
        for day, accounts in by_day.items()
        for account, kind in register.ledgers.visit_kinds(day, accounts).items()
    }


def _named(register: Register, entry: Entry, source: str, taken: Taken) -> Entry | None:
    """The entry with its account number, looked up by the row of the sheet where it has none."""
    if entry.row is None or (entry.account_no and not entry.id.startswith("typed-")):
        return entry
    rows = register.ledgers.sheet_row(entry.station, entry.date, entry.crew, entry.row)
    if entry.version is not None:
        rows = [row for row in rows if row[0] == entry.version]
    accounts = list(dict.fromkeys(row[2] for row in rows if row[2]))
    if not accounts:
        if entry.account_no:
            return entry
        where = f"{entry.station} {entry.date} {entry.crew}"
        taken.faults.append(
            _fault(source, entry, ("row", str(entry.row)),
                   "no_sheet", "check_place", sheet=where)
        )  # fmt: skip
        return None
    if entry.account_no:
        if entry.account_no in accounts:
            return entry
        taken.faults.append(
            _fault(source, entry, ("account_no", entry.account_no),
                   "other_row", "correct_one", row=entry.row, account=accounts[0])
        )  # fmt: skip
        return None
    if len(accounts) > 1:
        taken.remarks.append(
            _fault(source, entry, ("row", str(entry.row)),
                "earlier_sheet", "give_version", account=accounts[0], earlier=accounts[1],
            )
        )  # fmt: skip
    return replace(entry, account_no=accounts[0], visit_id=entry.visit_id or rows[0][1])


def _same_account(
    register: Register, entries: list[Entry], source: str, taken: Taken
) -> list[Entry]:
    """Entries that undo a record of their own account, or one that is not there yet."""
    here = {entry.id: entry.account_no for entry in entries}
    targets = {entry.undoes for entry in entries if entry.undoes} - here.keys()
    if targets:
        here |= register.ledgers.accounts_of_records(targets)
    good = []
    for entry in entries:
        if entry.undoes and here.get(entry.undoes, entry.account_no) != entry.account_no:
            taken.faults.append(
                _fault(source, entry, ("undoes", entry.undoes),
                       "other_account", "by_hand")
            )  # fmt: skip
        else:
            good.append(entry)
    return good


def _corrections(register: Register, entries: list[Entry]) -> list[Entry]:
    """Entries, and before a correcting one what undoes all that is known of its visit."""
    result = []
    for entry in entries:
        if entry.corrects:
            known = [
                Rec._make(row)
                for row in register.ledgers.records_of([entry.account_no])
                if row[4] == entry.date
            ]
            undone = {rec.undoes for rec in known}
            old = [rec.id for rec in known if rec.result and rec.id not in undone]
            result += [
                replace(
                    entry, id=f"{entry.id}/{number}", result="", findings=(), opinion="",
                    repaired={}, undoes=name,
                )
                for number, name in enumerate(old[1:], start=1)
            ]  # fmt: skip
            entry = replace(entry, undoes=old[0] if old else None)  # noqa: PLW2901
        result.append(entry)
    return result


# ---- area findings -----------------------------------------------------------------------------


def _open_projects(
    register: Register, settings: Settings, standings: Sequence[Standing]
) -> list[str]:
    """Make an area finding of each area in which low voltage has become common."""
    rules = settings.follow
    low = [
        s.account_no
        for s in standings
        if any(
            f.category == "low_voltage" and not f.project and not f.closed_on for f in s.findings
        )
    ]
    opened = []
    areas = {
        (area, station): None
        for _, _, area, station in (register.ledgers.facts_of(low) if low else ())
        if area
    }
    for area, station in areas:
        findings = register.ledgers.low_voltage(area)
        since: dict[str, str] = {}
        for _, account, found_on in findings:
            since.setdefault(account, found_on)
        if len(since) < rules.low_voltage_customers:
            continue
        opened_on = sorted(since.values())[rules.low_voltage_customers - 1]
        opened.append(
            _open_project(
                register,
                settings,
                area=area,
                station=station,
                opened_on=opened_on,
                customers=len(since),
            )
        )
        reckon_accounts(register, settings, register.ledgers.accounts_of_area(area))
    return opened


def _open_project(
    register: Register,
    settings: Settings,
    *,
    area: str,
    station: str,
    opened_on: str,
    customers: int,
) -> str:
    name = f"{area}/{opened_on}"
    register.ledgers.put(
        "projects",
        {
            "project": name,
            "area": area,
            "station": station,
            "department": settings.follow.department.get("low_voltage") or "供电所",
            "opened_on": opened_on,
            "state": "reported",
            "since": opened_on,
            "built_on": "",
            "customers": customers,
        },
    )
    return name


def _fault(
    source: str, entry: Entry, cell: tuple[str, str], problem: str, action: str, **facts: object
) -> Fault:
    column, value = cell
    return entry_fault(source, entry.place, problem, action, column=column, value=value, **facts)
