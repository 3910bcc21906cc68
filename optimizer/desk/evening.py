"""The clerk's desk: what came back from the field, and how far the campaign is."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optimizer.desk.opened import OpenCampaign, day_of
from optimizer.errors import RecordError

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Iterator, Mapping

    import pandas as pd

    from optimizer.catalogue import Lang
    from optimizer.model import Learned
    from optimizer.records import Coverage, Finding, IngestResult, Reading
    from optimizer.records.next_cycle import FormerCycle


@dataclass(frozen=True, slots=True)
class Received:
    """What became of one file, text or typed entry.

    Attributes
    ----------
    source
        Its name.
    reading
        What could be read, with faults and remarks.
    taken
        What the register made of it.
    checked
        Area findings that are over because every door has been checked.
    """

    source: str
    reading: Reading
    taken: IngestResult
    checked: tuple[str, ...]

    @property
    def faulty(self) -> bool:
        """Whether something in it could not be taken."""
        return bool(self.reading.faults or self.taken.faults)

    def in_words(self, lang: Lang) -> tuple[list[str], list[str]]:
        """Remarks and faults, of the reading and of the taking, a sentence each."""
        remarks = (*self.reading.remarks, *self.taken.remarks)
        faults = (*self.reading.faults, *self.taken.faults)
        said, wrong = ([one.in_words(lang) for one in some] for some in (remarks, faults))
        return said, wrong


class Evening(OpenCampaign):
    """Wishes of a clerk."""

    def read_records(
        self, files: Iterable[str | os.PathLike[str]] = (), texts: Iterable[str] = ()
    ) -> list[tuple[str, Reading]]:
        """What phones exported, tables that were typed, pasted texts; nothing is stored yet.

        Raises
        ------
        RecordError
            A file cannot be read at all.
        """
        from optimizer.records import read_together

        return read_together([Path(file) for file in files], list(texts))

    def take_records(self, readings: Iterable[tuple[str, Reading]]) -> Iterator[Received]:
        """Store what was read, one after the other; each is safe when it is given back."""
        from optimizer.records import check_projects, take_records

        for source, reading in readings:
            taken = take_records(self.register, self.settings, reading.entries, source)
            last = max((entry.date for entry in reading.entries), default=None)
            checked: list[str] = []
            if taken.added and last is not None:
                on = dt.date.fromisoformat(last)
                checked = check_projects(self.register, self.settings, on)
            yield Received(source, reading, taken, tuple(checked))

    def balance(self, station: str, date: dt.date | str) -> pd.DataFrame:
        """What was printed for a station's day beside what came back, a row a crew."""
        from optimizer.records.reconciling import reconcile

        summary, _ = reconcile(self.register, station, day_of(date))
        return summary

    def coverage(self, date: dt.date | str | None = None) -> Coverage:
        """How far the campaign is: every account in exactly one state, pace and forecast."""
        from optimizer.records.coverage import coverage

        return coverage(self.register, self.day(date), self.workdays, rules=self.settings.follow)

    def former_cycle(self, cycle: int) -> FormerCycle:
        """What came of a cycle that is over.

        Raises
        ------
        RecordError
            There is none of that number, or it is not over.
        """
        from optimizer.records.next_cycle import former_cycle

        return former_cycle(self.register, cycle)

    def coverage_by_town(self) -> pd.DataFrame:
        """Accounts by town, as their addresses name it, and by state."""
        from optimizer.records.coverage import coverage_by_town

        return coverage_by_town(self.register)

    def accounts(
        self,
        which: str,
        date: dt.date | str | None = None,
        *,
        station: str | None = None,
        area: str | None = None,
        town: str | None = None,
    ) -> pd.DataFrame:
        """The accounts behind a figure of the coverage, such as overdue.

        Raises
        ------
        RecordError
            There is no such figure.
        """
        from optimizer.records.coverage import account_list

        return account_list(
            self.register,
            which,
            self.day(date),
            station,
            self.settings.follow,
            area=area,
            town=town,
        )

    def learned(self, date: dt.date | str | None = None, station: str | None = None) -> Learned:
        """What the field's clocks correct in the planner's times."""
        from optimizer.records import calibrate

        return calibrate(self.register, self.settings, self.day(date), station)


def typed_reading(
    fields: Mapping[str, Any], *, station: str | None, date: str | None, crew: str | None
) -> Reading:
    """One visit as somebody types it; of a row of a printed sheet the register knows who it is.

    Parameters
    ----------
    fields
        row, version, account_no, kind, result, findings, opinion, corrects: those of an entry.

    Raises
    ------
    RecordError
        It names nobody, or says too little.
    """
    from optimizer.records import Reading, typed_entry
    from optimizer.records.entry import KINDS

    if fields["row"] is None and fields["account_no"] is None:
        raise RecordError("record.nobody")
    if fields["row"] is not None and None in {station, date, crew, fields["result"]}:
        raise RecordError("record.row_alone")
    if date is None or fields["result"] is None:
        raise RecordError("record.account_alone")
    if fields["kind"] not in {None, *KINDS}:
        raise RecordError("option.kind", kind=fields["kind"], known=KINDS)
    words = ("account_no", "kind")
    entry = typed_entry(
        **{**fields, **{name: fields[name] or "" for name in words}},
        station=station or "",
        date=date,
        crew=crew or "",
    )
    return Reading(entries=[entry])


def typed_finding(text: str) -> Finding:
    """A finding as CATEGORY[:repaired][:note]."""
    from optimizer.records import Finding

    category, _, rest = text.partition(":")
    word, _, note = rest.partition(":")
    repaired = word == "repaired"
    return Finding(category=category, repaired=repaired, note=note if repaired else rest)
