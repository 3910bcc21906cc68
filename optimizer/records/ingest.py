"""Entries into the register: each finds its account, is stored once, and the ledgers follow."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from optimizer.records.account_state import Record
from optimizer.records.area_findings import open_area_findings
from optimizer.records.derived_ledgers import derive_accounts, derive_stale
from optimizer.records.entry import typed_id
from optimizer.records.entry_faults import entry_fault
from optimizer.records.follow_up import active_records
from optimizer.records.request_limits import visits_spent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from optimizer.errors import Fault
    from optimizer.records.entry import Entry
    from optimizer.register import Register
    from optimizer.settings import Settings

    Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class IngestResult:
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
) -> IngestResult:
    """Store entries and everything that follows from them, in one transaction.

    Entries with faults are told and left out; the others are stored. An entry whose id the
    register has is not stored again.

    Parameters
    ----------
    source
        The file's name or "typed", for the history.
    """
    taken = IngestResult()
    with register.store.writing():
        derive_stale(register, settings)
        entries = _with_ids(register, entries)
        fresh, known = _fresh(register, entries, source, taken)
        taken = replace(taken, known=known)
        resolved = _resolved(register, fresh, source, taken)
        if not resolved:
            return taken
        resolved = _corrections(register, resolved)
        register.ledgers.add_records([entry.values() for entry in resolved], source)
        accounts = sorted({entry.account_no for entry in resolved})
        states = derive_accounts(register, settings, accounts)
        projects = open_area_findings(register, settings, states)
        _tell_of_spent(register, resolved, source, taken)
    conflicts = [(s.account_no, day) for s in states for day in s.conflicts]
    return replace(taken, added=len(resolved), conflicts=conflicts, projects=projects)


def _corrected_anew(register: Register, entries: Sequence[Entry]) -> Sequence[Entry]:
    """The entries; a correction back to what was said before is a new one, with an id of its own.

    The last correction of a visit in a file counts: the file read again corrects nothing.
    """
    last = {(e.station, e.date, e.crew, e.row or e.account_no): e.id for e in entries}
    again = {entry.id for entry in entries if entry.corrects} & set(last.values())
    accounts = register.ledgers.accounts_of_records(again)
    records: dict[str, list[Record]] = defaultdict(list)
    for row in register.ledgers.records_of(accounts.values()) if accounts else ():
        records[row[1]].append(Record._make(row))
    names: dict[str, str] = {}
    for name, account in accounts.items():
        said = [r for r in records[account] if r.id.partition("~")[0] == name and r.result]
        standing = {record.id for record in active_records(records[account])}
        if not standing & {record.id for record in said}:
            names[name] = f"{name}~{len(said)}"
    return [replace(entry, id=names.get(entry.id, entry.id)) for entry in entries]


def _with_ids(register: Register, entries: Sequence[Entry]) -> list[Entry]:
    """The entries with the ids of stations and crews that people call by other names."""
    names = register.people_names()
    stations = {text: names.station(text) for text in {entry.station for entry in entries}}
    crews = {
        (station, text): names.crew(text, stations[station])
        for station, text in {(entry.station, entry.crew) for entry in entries}
    }
    found = []
    for entry in entries:
        station, crew = stations[entry.station], crews[entry.station, entry.crew]
        if (station, crew) != (entry.station, entry.crew):
            entry = replace(entry, station=station, crew=crew)  # noqa: PLW2901
            if entry.id.startswith("typed-"):
                entry = replace(entry, id=typed_id(entry))  # noqa: PLW2901
        found.append(entry)
    return found


def _fresh(
    register: Register, entries: Sequence[Entry], source: str, taken: IngestResult
) -> tuple[list[Entry], int]:
    entries = _corrected_anew(register, entries)
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


def _resolved(
    register: Register, entries: list[Entry], source: str, taken: IngestResult
) -> list[Entry]:
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


def _named(register: Register, entry: Entry, source: str, taken: IngestResult) -> Entry | None:
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
    register: Register, entries: list[Entry], source: str, taken: IngestResult
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
                Record._make(row)
                for row in register.ledgers.records_of([entry.account_no])
                if row[4] == entry.date
            ]
            old = [record.id for record in known if record.result]
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


def _tell_of_spent(
    register: Register, entries: list[Entry], source: str, taken: IngestResult
) -> None:
    """Tell of visits beyond those that a request may take."""
    calls = {entry.account_no: entry for entry in entries if entry.kind == "request"}
    for request, visits in visits_spent(register, calls) if calls else ():
        entry = calls[request.account_no]
        if request.state == "open" and visits > request.max_visits:
            fault = _fault(
                source, entry, ("account_no", entry.account_no), "visits_spent", "close_request",
                visits=visits, most=request.max_visits,
            )  # fmt: skip
            taken.remarks.append(fault)


def _fault(
    source: str, entry: Entry, cell: tuple[str, str], problem: str, action: str, **facts: object
) -> Fault:
    column, value = cell
    return entry_fault(source, entry.place, problem, action, column=column, value=value, **facts)
