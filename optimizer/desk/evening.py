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
    from optimizer.records import Coverage, Finding, Given, IngestResult, Reading
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
        self,
        files: Iterable[str | os.PathLike[str]] = (),
        texts: Iterable[str] = (),
        given: Given | None = None,
    ) -> list[tuple[str, Reading]]:
        """What phones exported, tables that were typed, pasted texts; nothing is stored yet.

        Parameters
        ----------
        given
            What holds for rows of typed tables that do not say it themselves.

        Raises
        ------
        RecordError
            There is no such file.
        """
        from optimizer.records import read_together

        paths = [Path(file) for file in files]
        missing = [str(path) for path in paths if not path.is_file()]
        if missing:
            raise RecordError("record.no_files", files=missing)
        return read_together(paths, list(texts), given)

    def take_records(self, readings: Iterable[tuple[str, Reading]]) -> Iterator[Received]:
        """Store what was read, one after the other; each is safe when it is given back."""
        from optimizer.desk.record_days import on_possible_days
        from optimizer.records import check_projects, take_records

        for source, given in readings:
            reading = on_possible_days(source, given, self.first_day, self.today)
            taken = take_records(self.register, self.settings, reading.entries, source)
            last = max((entry.date for entry in reading.entries), default=None)
            checked: list[str] = []
            if taken.added and last is not None:
                on = dt.date.fromisoformat(last)
                checked = check_projects(self.register, self.settings, on)
            yield Received(source, reading, taken, tuple(checked))

    def rest_of_day(
        self, station: str, date: dt.date | str, result: str, crew: str | None = None
    ) -> Reading:
        """An entry for every row of a day's sheets, or of one crew's, that nobody has reported.

        Raises
        ------
        RecordError
            There is no such result, or no sheet.
        """
        from optimizer.records import RESULTS, Reading, typed_entry
        from optimizer.records.entry import in_words
        from optimizer.records.field_words import word_of
        from optimizer.records.reconciling import reconcile

        name = word_of("result", result)
        if name is None:
            raise RecordError("record.result", result=result, known=in_words("result", RESULTS))
        when = self.past_day(date)
        _, rows = reconcile(self.register, station, when)
        rows = rows[(rows["row"] > 0) & (crew is None or rows["crew"] == crew)]
        if rows.empty:
            raise RecordError("record.no_sheet", station=station, date=when, crew=crew or "–")
        entries = [
            typed_entry(
                station=station,
                date=when.isoformat(),
                crew=str(row["crew"]),
                row=int(row["row"]),
                account_no=str(row["account_no"]),
                result=name,
            )
            for row in rows[rows["result"] == ""].to_dict("records")
        ]
        return Reading(entries=entries)

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
            self.station_id(station),
            self.settings.follow,
            area=self.area_id(area),
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
        row, version, account_no, kind, result, findings, opinion, repaired, corrects: those of an
        entry, in the words of a sheet.

    Raises
    ------
    RecordError
        It names nobody, or says too little.
    """
    from optimizer.records import Reading, typed_entry
    from optimizer.records.entry import KINDS, in_words
    from optimizer.records.field_words import word_of

    if fields["row"] is None and fields["account_no"] is None:
        raise RecordError("record.nobody")
    if fields["row"] is not None and None in {station, date, crew, fields["result"]}:
        raise RecordError("record.row_alone")
    if date is None or fields["result"] is None:
        raise RecordError("record.account_alone")
    kind = "" if fields["kind"] is None else word_of("kind", fields["kind"])
    if kind is None:
        raise RecordError("option.kind", kind=fields["kind"], known=in_words("kind", KINDS))
    result = word_of("result", fields["result"]) or fields["result"]
    entry = typed_entry(
        **{**fields, "account_no": fields["account_no"] or "", "kind": kind, "result": result},
        station=station or "",
        date=date,
        crew=crew or "",
    )
    return Reading(entries=[entry])


def typed_finding(text: str) -> Finding:
    """A finding as CATEGORY[:repaired][:note], in the words or codes of a sheet."""
    from optimizer.records import Finding
    from optimizer.records.field_words import tick_of, word_of

    category, _, rest = text.replace("：", ":").partition(":")
    word, _, note = rest.partition(":")
    repaired = word == "repaired" or (tick_of(word) or False)
    name = word_of("category", category) or category
    return Finding(category=name, repaired=repaired, note=note if repaired else rest)


def typed_pieces(texts: Iterable[str]) -> dict[str, int]:
    """Pieces that were used, each as NAME=NUMBER: fuse=2, 灯泡=1.

    Raises
    ------
    RecordError
        There is no such piece, or no number.
    """
    from optimizer.records.field_words import PIECES, piece_of, pieces_of

    used: dict[str, int] = {}
    for text in texts:
        word, _, number = text.replace("＝", "=").partition("=")
        name, count = piece_of(word), pieces_of(number)
        if name is None or not count:
            raise RecordError("option.used", text=text, known=PIECES)
        used[name] = used.get(name, 0) + count
    return used
