"""A row of a printed sheet as a clerk types it: stored once, corrected by a new record.

The record of a row has its id from the sheet and the row, with a number that counts its
corrections: whatever is sent twice is the same record, and two clerks cannot both be first.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, Literal

from optimizer.catalogue import Message, shown
from optimizer.errors import Fault
from optimizer.records.account_state import Record
from optimizer.records.entry import CATEGORIES, RESULTS, Entry, Finding
from optimizer.records.ingest import take_records

if TYPE_CHECKING:
    from optimizer.catalogue import Lang
    from optimizer.register import Register
    from optimizer.settings import Settings

SOURCE: Final = "evening"
"""The source of what a clerk types row by row."""
MOST_CORRECTIONS: Final = 99


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetName:
    """One crew's sheet of a day, as a version of the day's plan printed it."""

    station: str
    date: str
    crew: str
    version: int

    @property
    def prefix(self) -> str:
        """How the ids of all records of its rows begin."""
        return f"typed-{self.station}/{self.date}/{self.crew}/v{self.version}/"

    def row_id(self, row: int, number: int) -> str:
        """The id of the record of a row; corrections count from 1."""
        return f"{self.prefix}{row}/{number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedRow:
    """What somebody types of a row.

    Attributes
    ----------
    number
        0 for the first time, then that of the correction.
    result
        One of `RESULTS`; "" takes back what was typed.
    repaired
        Pieces used, by name.
    """

    row: int
    number: int = 0
    result: str = ""
    findings: tuple[Finding, ...] = ()
    opinion: str = ""
    repaired: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowTaken:
    """What became of a typed row.

    Attributes
    ----------
    state
        stored; known: it was there already; differs: another has typed something else with this
        number; refused.
    number
        How many records of the row there are: the number of the next correction.
    conflict
        Whether it contradicts another record of the account's day.
    why
        Why it was refused.
    """

    row: int
    state: Literal["stored", "known", "differs", "refused"]
    number: int
    conflict: bool = False
    why: Message | Fault | None = None

    def in_words(self, lang: Lang) -> str:
        """Why it was refused; "" if it was not."""
        if isinstance(self.why, Fault):
            return f"{shown(self.why.problem, lang)}: {shown(self.why.action, lang)}"
        return "" if self.why is None else self.why.in_words(lang)


def take_row(register: Register, settings: Settings, sheet: SheetName, typed: TypedRow) -> RowTaken:
    """Store one row, in one transaction, and tell what became of it."""
    wrong = _wrong(typed)
    if wrong is not None:
        return RowTaken(row=typed.row, state="refused", number=typed.number, why=wrong)
    with register.store.writing():
        account = _account(register, sheet, typed.row)
        if account is None:
            why = Message("record.no_row", row=typed.row, crew=sheet.crew, version=sheet.version)
            return RowTaken(row=typed.row, state="refused", number=typed.number, why=why)
        before = typed_before(register, sheet, typed.row, account)
        if typed.number < len(before) or _says(typed, before[-1:]):
            at = min(typed.number, len(before) - 1)
            state: Literal["known", "differs"] = "known"
            if not _says(typed, before[at : at + 1]):
                state = "differs"
            return RowTaken(row=typed.row, state=state, number=len(before))
        if typed.number > len(before) or (not before and not typed.result):
            return RowTaken(row=typed.row, state="differs", number=len(before))
        return _stored(register, settings, _entries(sheet, typed, account, before), typed)


def typed_before(register: Register, sheet: SheetName, row: int, account: str) -> list[Record]:
    """What has been typed of a row, the first record and its corrections in their order."""
    known = {name[0]: Record._make(name) for name in register.ledgers.records_of([account])}
    ids = (sheet.row_id(row, number) for number in range(MOST_CORRECTIONS + 1))
    return [known[name] for name in ids if name in known]


def _wrong(typed: TypedRow) -> Message | None:
    """What is wrong with a row in itself."""
    if typed.result and typed.result not in RESULTS:
        return Message("record.result", result=typed.result, known=RESULTS)
    strange = [f.category for f in typed.findings if f.category not in CATEGORIES]
    if strange:
        return Message("record.category", category=strange[0], known=CATEGORIES)
    if typed.number > MOST_CORRECTIONS:
        return Message("record.too_often", row=typed.row)
    return None


def _account(register: Register, sheet: SheetName, row: int) -> str | None:
    """Whose row it is on that version of the sheet."""
    rows = register.ledgers.sheet_row(sheet.station, sheet.date, sheet.crew, row)
    return next((one[2] for one in rows if one[0] == sheet.version and one[2]), None)


def _says(typed: TypedRow, records: list[Record]) -> bool:
    """Whether the record, if there is one, says the same."""
    same = Entry(
        id="",
        date="",
        result=typed.result,
        findings=typed.findings,
        opinion=typed.opinion,
        repaired=typed.repaired,
    ).values()
    shown = [(r.result, json.loads(r.findings), r.opinion, r.repaired) for r in records]
    return shown == [(same[8], json.loads(str(same[12])), same[13], same[14])]


def _entries(sheet: SheetName, typed: TypedRow, account: str, before: list[Record]) -> list[Entry]:
    """The entry, and what takes back the last but one, which would count again without it."""
    standing = [record.id for record in before if record.result]
    entry = Entry(
        id=sheet.row_id(typed.row, typed.number),
        date=sheet.date,
        account_no=account,
        station=sheet.station,
        crew=sheet.crew,
        row=typed.row,
        version=sheet.version,
        result=typed.result,
        findings=typed.findings,
        opinion=typed.opinion,
        repaired=typed.repaired,
        undoes=standing[-1] if standing else None,
    )
    nothing = replace(entry, result="", findings=(), opinion="", repaired={})
    older = [
        replace(nothing, id=f"{entry.id}/{place}", undoes=name)
        for place, name in enumerate(standing[-2:-1], start=1)
    ]
    return [*older, entry]


def _stored(
    register: Register, settings: Settings, entries: list[Entry], typed: TypedRow
) -> RowTaken:
    taken = take_records(register, settings, entries, SOURCE)
    if taken.faults:
        return RowTaken(row=typed.row, state="refused", number=typed.number, why=taken.faults[0])
    conflict = any(day == entries[-1].date for _, day in taken.conflicts)
    return RowTaken(row=typed.row, state="stored", number=typed.number + 1, conflict=conflict)
