"""Days that records may be of, and phones whose clocks are far off."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from optimizer.records.entry_faults import entry_fault

if TYPE_CHECKING:
    from optimizer.errors import Fault
    from optimizer.records import Entry, Reading

FAR_OFF: Final = dt.timedelta(days=1)
"""A crew may come home after midnight; a clock that differs by more is wrong."""


def on_possible_days(source: str, reading: Reading, first: dt.date, today: dt.date) -> Reading:
    """A reading without records of days on which nobody can have visited, each told as a fault.

    Parameters
    ----------
    source
        The file's name, for faults.
    first, today
        The campaign's first day, and the last that can have been.
    """
    entries, faults = [], [*reading.faults]
    for entry in reading.entries:
        day = dt.date.fromisoformat(entry.date)
        if first <= day <= today:
            entries.append(entry)
        elif day > today:
            faults.append(_wrong(source, entry, "day_ahead", today))
        else:
            faults.append(_wrong(source, entry, "day_before", first))
    return replace(
        reading,
        entries=entries,
        faults=faults,
        remarks=[*reading.remarks, *_wrong_clocks(source, entries)],
    )


def day_fault(day: dt.date, first: dt.date, today: dt.date) -> Fault | None:
    """What is wrong with a day that is typed in; None for one on which there can be visits."""
    if first <= day <= today:
        return None
    problem, limit = ("day_ahead", today) if day > today else ("day_before", first)
    return entry_fault("", None, problem, "correct_day", value=day, limit=limit)


def _wrong(source: str, entry: Entry, problem: str, limit: dt.date) -> Fault:
    return entry_fault(
        source, entry.place, problem, "correct_day", column="date", value=entry.date, limit=limit
    )


def _wrong_clocks(source: str, entries: list[Entry]) -> list[Fault]:
    """One remark about all records whose phone told another day than their sheet has."""
    off = [
        entry
        for entry in entries
        if entry.at
        and abs(dt.datetime.fromisoformat(entry.at).date() - dt.date.fromisoformat(entry.date))
        > FAR_OFF
    ]
    if not off:
        return []
    first = off[0]
    return [
        entry_fault(
            source, first.place, "clock_off", "set_clock",
            column="at", value=first.at, count=len(off), date=first.date,
        )
    ]  # fmt: skip
