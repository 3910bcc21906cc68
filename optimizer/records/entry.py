"""One entry of the field: what a crew says about one door."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from optimizer.catalogue import Message
from optimizer.errors import RecordError
from optimizer.model import YEARS
from optimizer.tables.clean_text import narrow
from optimizer.tables.hours import day_of

if TYPE_CHECKING:
    from collections.abc import Iterable

RESULTS: Final = (
    "done", "nobody_home", "refused", "demolished", "moved", "duplicate", "other",
)  # fmt: skip
"""What can come of a call at a door; only `done` is a visit."""

RESULT_KEYS: Final = (
    "done",
    "nobody_home",
    "refused",
    "moved",
    "demolished",
    "other",
    "duplicate",
)
"""Results by the number of their box on paper; the last has none."""

CATEGORIES: Final = (
    "low_voltage", "wiring", "rcd", "meter", "billing", "outage", "tree", "pole", "attitude",
    "other",
)  # fmt: skip
"""Categories of findings and opinions."""

PRAISE: Final = "praise"
"""The category of an opinion that asks for nothing: it is no open matter."""

KINDS: Final = ("first", "retry", "revisit", "request", "appointment")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something wrong that a crew saw."""

    category: str
    repaired: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One record as it was read, before the register has seen it.

    Attributes
    ----------
    id
        Unique for ever: the same id read again is the same record.
    station, crew, date, row
        Where the record was written; a row of a printed sheet names the account without one.
    version
        Which plan of that day the sheet was printed from; None for the latest.
    kind
        Kind of visit; "" where only the register can tell.
    result
        One of `RESULTS`, or "" for a record that only undoes another.
    at
        ISO time of the tap; "" from paper.
    repaired
        Pieces used on the spot, by name: fuse, bulb, rcd and others.
    undoes
        Id of the record that this one replaces.
    corrects
        Whether it replaces all that is known of this account on that day.
    place
        Where it stands in its file, for faults.
    """

    id: str
    date: str
    account_no: str = ""
    station: str = ""
    crew: str = ""
    row: int | None = None
    version: int | None = None
    visit_id: str = ""
    kind: str = ""
    result: str = ""
    at: str = ""
    lon: float | None = None
    lat: float | None = None
    findings: tuple[Finding, ...] = ()
    opinion: str = ""
    repaired: dict[str, int] = field(default_factory=dict)
    undoes: str | None = None
    corrects: bool = False
    place: int | None = None

    def values(self) -> tuple[object, ...]:
        """The row of the register's table of records."""
        return (
            self.id,
            self.account_no,
            self.station or None,
            self.crew or None,
            self.date,
            self.row,
            self.visit_id,
            self.kind,
            self.result,
            self.at,
            self.lon,
            self.lat,
            json.dumps(
                [
                    {"category": f.category, "repaired": f.repaired, "note": f.note}
                    for f in self.findings
                ],
                ensure_ascii=False,
            ),
            self.opinion,
            json.dumps(self.repaired, sort_keys=True),
            self.undoes,
        )


def typed_id(entry: Entry) -> str:
    """The id of an entry that was typed in: the same words about the same door are the same."""
    words = [
        entry.station,
        entry.date,
        entry.crew,
        entry.row if entry.row is not None else entry.account_no,
        entry.version,
        entry.kind,
        entry.result,
        entry.at,
        [(f.category, f.repaired, f.note) for f in entry.findings],
        entry.opinion,
        sorted(entry.repaired.items()),
        entry.undoes,
        entry.corrects,
    ]
    digest = hashlib.sha256(json.dumps(words, ensure_ascii=False).encode()).hexdigest()
    return f"typed-{digest[:24]}"


def typed_entry(**fields: Any) -> Entry:  # noqa: ANN401
    """An entry as somebody types it at the station, checked, with its id.

    Parameters
    ----------
    **fields
        Those of `Entry` but for id and place.

    Raises
    ------
    RecordError
        The result, a category or the date is no such thing, or it names nobody.
    """
    entry = Entry(id="", **fields)
    if entry.result not in RESULTS:
        raise RecordError("record.result", result=entry.result, known=in_words("result", RESULTS))
    strange = [f.category for f in entry.findings if f.category not in CATEGORIES]
    if strange:
        known = in_words("category", CATEGORIES)
        raise RecordError("record.category", category=strange[0], known=known)
    if entry.row is None and not entry.account_no:
        raise RecordError("record.no_customer")
    try:
        entry = replace(entry, date=iso_date(entry.date))
    except ValueError:
        raise RecordError("record.date", date=entry.date) from None
    return replace(entry, id=typed_id(entry))


def in_words(room: str, names: Iterable[str]) -> list[Message]:
    """What people call some names; `room` is that of the catalogue."""
    return [Message(f"{room}.{name}") for name in names]


def iso_date(text: str) -> str:
    """ISO text of a date as people and spreadsheets write it.

    Raises
    ------
    ValueError
        It is no date, or one in which nobody has visited or will.
    """
    day = day_of(narrow(text))
    if day is None or day.year not in YEARS:
        raise ValueError(text)
    return day.isoformat()


def iso_time(text: str) -> str:
    """ISO text of a moment, to the second.

    Raises
    ------
    ValueError
        It is no moment.
    """
    return dt.datetime.fromisoformat(text.strip()).isoformat(timespec="seconds")
