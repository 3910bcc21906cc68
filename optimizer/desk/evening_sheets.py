"""The clerk's desk: a day's sheets as they were printed, typed in row by row."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from optimizer.desk.opened import OpenCampaign, day_of
from optimizer.errors import RecordError

if TYPE_CHECKING:
    from collections.abc import Collection

    from optimizer.model import DayPlan, Route, Visit
    from optimizer.records.account_state import Record
    from optimizer.records.typed_rows import RowTaken, SheetName, TypedRow

LOOK_BACK_DAYS = 14
"""The working day before another lies within so many days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CrewSheet:
    """How much of a crew's sheet has come back.

    Attributes
    ----------
    rows, reported
        Of the latest version of the day; by phone or paper.
    counts
        Results and how often they came.
    conflicts
        Rows whose records contradict each other.
    unplanned
        Customers whom the crew reports and who are on no sheet of the day.
    """

    date: dt.date
    crew: str
    version: int
    rows: int
    reported: int
    counts: dict[str, int]
    conflicts: int
    unplanned: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RowRecord:
    """A record that counts for a row; `typed` says whether it is from paper, `at` when it was."""

    id: str
    result: str
    typed: bool
    at: str
    who: str
    findings: tuple[dict[str, Any], ...]
    opinion: str
    repaired: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class EveningRow:
    """A row of a sheet as it was printed, and what has come back of it.

    Attributes
    ----------
    records
        Those that count, in the order of their coming.
    number
        How many records have been typed of this row of this version.
    conflict
        Whether the records contradict each other and wait for somebody to settle.
    """

    row: int
    visit: Visit
    records: tuple[RowRecord, ...]
    number: int
    conflict: bool


class EveningSheets(OpenCampaign):
    """Wishes of a clerk with a pile of paper."""

    def sheet_days(self, station: str, date: dt.date | str) -> list[dt.date]:
        """A day, and the last one before it that has sheets."""
        when = day_of(date)
        out = self.register.sheets.last_days_out(station, when)
        before = max(out.values(), default="")
        recent = (when - dt.timedelta(days=LOOK_BACK_DAYS)).isoformat()
        return [when, dt.date.fromisoformat(before)] if before >= recent else [when]

    def crew_sheets(self, station: str, date: dt.date | str) -> list[CrewSheet]:
        """How much of each crew's sheet of a day has come back; crews in their order."""
        when = day_of(date)
        plan = self.register.day_plan(station, when)
        if plan is None:
            return []
        sheet = self.register.ledgers.sheet(station, when)
        records = self.register.ledgers.records(when, when)
        accounts = list(sheet["account_no"])
        live = self._records(when, accounts)
        last = {account: some[-1].result for account, some in live.items() if some}
        conflicts = self._conflicts(when, accounts)
        own = records[records["station"] == station]
        strange = own[~own["account_no"].isin(sheet["account_no"])]
        sheets = []
        for crew, rows in sheet.groupby("crew"):
            results = [last[account] for account in rows["account_no"] if account in last]
            sheets.append(
                CrewSheet(
                    date=when,
                    crew=str(crew),
                    version=plan.version,
                    rows=len(rows),
                    reported=len(results),
                    counts={name: results.count(name) for name in dict.fromkeys(results)},
                    conflicts=len(conflicts.intersection(rows["account_no"])),
                    unplanned=strange[strange["crew"] == crew]["account_no"].nunique(),
                )
            )
        return sheets

    def evening_rows(
        self, station: str, date: dt.date | str, crew: str, version: int | None = None
    ) -> tuple[DayPlan, list[EveningRow]]:
        """A crew's sheet as a version of the day printed it, the latest by default.

        Raises
        ------
        RecordError
            The crew has no sheet in it.
        """
        when = day_of(date)
        plan = self.register.day_plan(station, when, version)
        route = _route(plan, crew)
        if plan is None or route is None:
            raise RecordError("record.no_sheet", station=station, date=when, crew=crew)
        visits = {visit.visit_id: visit for visit in plan.visits}
        ours = [visits[stop.visit_id] for stop in route.stops]
        accounts = [visit.account_no for visit in ours]
        conflicts = self._conflicts(when, accounts)
        live = self._records(when, accounts)
        typed = self.register.ledgers.typed_of(_sheet(plan, crew).prefix)
        return plan, [
            EveningRow(
                row=row,
                visit=visit,
                records=tuple(live.get(visit.account_no, ())),
                number=typed.get(row, 0),
                conflict=visit.account_no in conflicts,
            )
            for row, visit in enumerate(ours, start=1)
        ]

    def type_row(
        self, station: str, date: dt.date | str, crew: str, version: int, typed: TypedRow
    ) -> RowTaken:
        """Store what a clerk has typed of one row, in one transaction; tell what became of it.

        The same row sent again is counted once; a correction has the next number.
        """
        from optimizer.desk.record_days import day_fault
        from optimizer.records import check_projects
        from optimizer.records.typed_rows import RowTaken, SheetName, take_row

        when = day_of(date)
        sheet = SheetName(station=station, date=when.isoformat(), crew=crew, version=version)
        wrong = day_fault(when, self.first_day, self.today)
        if wrong is not None:
            return RowTaken(row=typed.row, state="refused", number=typed.number, why=wrong)
        with self.register.store.writing():
            taken = take_row(self.register, self.settings, sheet, typed)
            if taken.state == "stored":
                check_projects(self.register, self.settings, when)
        return taken

    def _conflicts(self, date: dt.date, accounts: Collection[str]) -> set[str]:
        rows = self.register.ledgers.rows("standings", accounts)
        return {row[0] for row in rows if date.isoformat() in row[4].split(",")}

    def _records(self, date: dt.date, accounts: Collection[str]) -> dict[str, list[RowRecord]]:
        """By account the records of a day that count."""
        from optimizer.records.derived_ledgers import read_histories
        from optimizer.records.follow_up import valid_records

        day = date.isoformat()
        frame = self.register.ledgers.records(date, date)
        who = dict(zip(frame["id"], frame["who"], strict=True))
        histories = read_histories(self.register, accounts)
        return {
            history.account_no: [
                _record(record, who.get(record.id, ""))
                for record in valid_records(history)
                if record.date == day
            ]
            for history in histories
        }


def _sheet(plan: DayPlan, crew: str) -> SheetName:
    from optimizer.records.typed_rows import SheetName

    return SheetName(
        station=plan.station.station_id,
        date=plan.date.isoformat(),
        crew=crew,
        version=plan.version,
    )


def _route(plan: DayPlan | None, crew: str) -> Route | None:
    routes = () if plan is None else plan.routes
    return next((route for route in routes if route.crew_id == crew), None)


def _record(record: Record, who: str) -> RowRecord:
    return RowRecord(
        id=record.id,
        result=record.result,
        typed=record.id.startswith("typed-"),
        at=record.at,
        who=who,
        findings=tuple(json.loads(record.findings)),
        opinion=record.opinion,
        repaired=json.loads(record.repaired),
    )
