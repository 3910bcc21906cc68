"""The register's front door."""

# ruff: noqa: S608  (what is put into statements are names of our own tables and columns)

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Self

from optimizer.atomic_files import remove_leftovers
from optimizer.register import campaign_calendar, imports, plans, restoring
from optimizer.register.agenda import Agenda
from optimizer.register.cycles import Cycles
from optimizer.register.events import add_event, read_events
from optimizer.register.field_counts import FieldCounts
from optimizer.register.frames import frame_of
from optimizer.register.ledgers import Ledgers
from optimizer.register.people_names import PeopleNames
from optimizer.register.printed_sheets import PrintedSheets
from optimizer.register.salvage import Salvaged, salvage
from optimizer.register.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from pathlib import Path

    import pandas as pd

    from optimizer.catalogue import Message
    from optimizer.model import DayPlan
    from optimizer.register.imports import ImportSummary
    from optimizer.register.restoring import BackupContent


class Register:
    """The book of a campaign: who is to be visited, what is planned, what happened.

    Open it with `Register.open`, or make one with `Register.create`; both are context managers.
    Several people and programs may have it open at once. Frames have the columns of the customer
    files: text as pandas `str` with "" for nothing, numbers as float64 with NaN for nothing,
    dates as ISO text, coordinates WGS-84.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self.ledgers = Ledgers(store)
        self.agenda = Agenda(store)
        self.cycles = Cycles(store)
        self.sheets = PrintedSheets(store)
        self.field = FieldCounts(store)

    @classmethod
    def create(cls, path: Path, *, who: str | None = None) -> Self:
        """Make an empty register at `path`.

        Raises
        ------
        RegisterError
            There is something already, or the folder cannot be written.
        """
        return cls(Store.create(path, who=who))

    @classmethod
    def open(cls, path: Path, *, who: str | None = None) -> Self:
        """Open the register at `path`, and bring it up to this program's schema.

        Raises
        ------
        RegisterError
            It is missing, no register, damaged, or of a newer program.
        """
        remove_leftovers(path.parent)
        return cls(Store(path, who=who))

    def close(self) -> None:
        """Let go of the file."""
        self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # ---- the customer files -------------------------------------------------------------------

    def take_in(
        self,
        tables: Mapping[str, pd.DataFrame],
        source: str,
        datum: str,
        *,
        complete: bool = True,
        progress: Callable[[int, int], None] | None = None,
    ) -> ImportSummary:
        """Take in tables of the customer files: all of it, or nothing when it fails.

        Rows that are new are added, rows that differ are updated (their former values go to the
        history), rows that are missing are marked as gone, and come back when they reappear.
        Tables that are not given stay as they are.

        Parameters
        ----------
        tables
            By name: stations, areas, crews, leave, customers; coordinates already WGS-84.
        source
            Where it came from, for the history: file names.
        datum
            The datum in which the files had their coordinates, for the history.
        complete
            False where the files list only a part: then nobody is marked as gone.
        progress
            Called with the rows written so far and the rows to write.

        Raises
        ------
        RegisterError
            A row refers to a station, area or crew that is not there, or a value is impossible.
        """
        return imports.take_in(
            self.store, tables, source=source, datum=datum, complete=complete, progress=progress
        )

    def stations(self) -> pd.DataFrame:
        """Stations: station, name, lon, lat, phone, capacity."""
        return imports.read_table(self.store, "stations")

    def areas(self) -> pd.DataFrame:
        """Transformer areas of the files: area, name, station, manager, lon, lat."""
        return imports.read_table(self.store, "areas")

    def crews(self, station: str | None = None) -> pd.DataFrame:
        """Crews, all or those of a station, with the columns of the crew file."""
        if station is None:
            return imports.read_table(self.store, "crews")
        return imports.read_table(self.store, "crews", "gone_by IS NULL AND station = ?", station)

    def people_names(self) -> PeopleNames:
        """What people call the stations and crews."""
        return PeopleNames(self.stations(), self.crews())

    def leave(self) -> pd.DataFrame:
        """Leave: crew, first, last, reason."""
        return imports.read_table(self.store, "leave")

    def customers(
        self,
        station: str | None = None,
        *,
        gone: bool = False,
        columns: Sequence[str] | None = None,
    ) -> pd.DataFrame:
        """Customers with the columns of the customer file, and `status` (see `STATUSES`).

        Parameters
        ----------
        station
            Only those that the territories, or without territories the file, give to it.
        gone
            Those who are no longer in the customer file, instead of those who are.
        columns
            Only these of the customer file's, and `status`.
        """
        return imports.read_customers(self.store, station, gone=gone, columns=columns)

    def changes(self, key: str | None = None, table: str = "customers") -> pd.DataFrame:
        """What imports changed: at, who, source, table, key, what, columns (JSON: old and new).

        Parameters
        ----------
        key
            One account number, or another table's key; None for all.
        """
        return imports.read_changes(self.store, table, key)

    def changed_by(
        self, import_id: int, table: str, most: int
    ) -> list[tuple[str, dict[str, list[object]]]]:
        """The first rows that an import changed: their keys, by column the old and new value."""
        return imports.read_changed(self.store, import_id, table, most)

    # ---- what is planned ----------------------------------------------------------------------

    def save_territories(self, customers: pd.DataFrame, areas: pd.DataFrame) -> None:
        """Replace the territories.

        Parameters
        ----------
        customers
            account_no, area, station, lon, lat, located ("given", "area" for the centre of its
            area, "none").
        areas
            area, station, crew, lon, lat; also areas that are in no file.
        """
        plans.save_territories(self.store, customers, areas)

    def territories(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """The territories as they were saved: customers and areas."""
        return plans.territories(self.store)

    def save_calendar(
        self,
        blocks: pd.DataFrame,
        visits: pd.DataFrame,
        unplanned: pd.DataFrame,
        missed: pd.DataFrame | None = None,
    ) -> None:
        """Replace the campaign's calendar; what changes in it is kept with the former ones.

        A calendar that is the same as the present one is not kept twice.

        Parameters
        ----------
        blocks
            block, station, crew, date, visits, work_s, travel_s, distance_m, pace.
        visits
            block, seq, account_no; an account is in one block, or unplanned.
        unplanned
            account_no, code, reason.
        missed
            account_no, date: whose day is past without a visit, and the first such day; none
            for a plan from the start.
        """
        campaign_calendar.save_calendar(self.store, blocks, visits, unplanned, missed)

    def blocks(
        self,
        station: str | None = None,
        first: dt.date | None = None,
        last: dt.date | None = None,
    ) -> pd.DataFrame:
        """Blocks of a station (or all) between two days, both included.

        Columns as of `save_calendar`. A past block's `visits` are those that were planned, also
        where only some of them, which it still holds, were made.
        """
        return campaign_calendar.blocks(self.store, station, first, last)

    def block_visits(
        self,
        station: str | None = None,
        first: dt.date | None = None,
        last: dt.date | None = None,
    ) -> pd.DataFrame:
        """Visits of such blocks: block, seq, account_no, crew, date."""
        return campaign_calendar.block_visits(self.store, station, first, last)

    def missed(self) -> pd.DataFrame:
        """Whose day was past without a visit when the calendar was made: account_no, date."""
        return campaign_calendar.missed(self.store)

    def unplanned(self) -> pd.DataFrame:
        """Accounts without a block: account_no, code, reason."""
        return campaign_calendar.unplanned(self.store)

    def calendars(self) -> pd.DataFrame:
        """All calendars so far: calendar (from 1), at, who, blocks, visits, unplanned (counts)."""
        return campaign_calendar.calendars(self.store)

    def calendar(self, number: int) -> tuple[pd.DataFrame, pd.DataFrame]:
        """The blocks and visits (block, seq from 0, account_no) of one calendar.

        Raises
        ------
        RegisterError
            There has been none of that number.
        """
        return campaign_calendar.calendar(self.store, number)

    def planned(self) -> pd.DataFrame:
        """Visits planned by day and station: station, date, visits.

        Each day as the last calendar saved by that day had it, so that replanning afterwards does
        not change what was planned; days before the first calendar as the first had them.
        """
        return campaign_calendar.planned(self.store)

    def save_day_plan(self, plan: DayPlan) -> DayPlan:
        """Keep a day plan for ever, and tell it with its `version`.

        The versions of a station and date are counted from 1; a plan that is the same as the
        latest is not kept twice. The stops of a route are the rows of its sheet, from 1.
        """
        return plans.save_day_plan(self.store, plan)

    def day_plan(self, station: str, date: dt.date, version: int | None = None) -> DayPlan | None:
        """The latest day plan of a station and date (or a certain version); None without one."""
        return plans.day_plan(self.store, station, date, version)

    # ---- what happened ------------------------------------------------------------------------

    def record(
        self,
        kind: str,
        body: Mapping[str, object],
        *,
        account_no: str | None = None,
        station: str | None = None,
        crew: str | None = None,
        date: dt.date | None = None,
    ) -> int:
        """Append an event and tell its id; events are neither changed nor deleted."""
        return add_event(
            self.store, kind, body, account_no=account_no, station=station, crew=crew, date=date
        )

    def events(
        self,
        kind: str | None = None,
        *,
        accounts: Collection[str] | None = None,
        first: dt.date | None = None,
        last: dt.date | None = None,
    ) -> pd.DataFrame:
        """Events in their order: event_id, at, who, kind, account_no, station, crew, date, body."""
        return read_events(self.store, kind, accounts, first, last)

    def notes(self, account_no: str) -> pd.DataFrame:
        """What the desk has written down about a customer: at, who, text."""
        events = self.events("note", accounts=[account_no])
        events["text"] = [json.loads(body)["text"] for body in events["body"]]
        return events[["at", "who", "text"]]

    # ---- the book itself ----------------------------------------------------------------------

    def meta(self) -> dict[str, str]:
        """Facts about the whole register, such as its datum or that it is made up."""
        return dict(self.store.rows("SELECT key, value FROM meta ORDER BY key"))

    def set_meta(self, **facts: str) -> None:
        """Set some of these facts; the former value of one that changes becomes an event."""
        with self.store.writing():
            known = self.meta()
            for key, value in facts.items():
                if known.get(key) == value:
                    continue
                self.store.run("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))
                if key in known:
                    self.record("meta", {"key": key, "before": known[key], "after": value})

    def promise_horizon(self, start: dt.date, finish: dt.date) -> None:
        """Note the campaign's days, which the settings are to take over, beside its calendar.

        Whoever opens the campaign after a power cut in between then knows of them.
        """
        days = f"{start.isoformat()} {finish.isoformat()}"
        self.store.run("INSERT OR REPLACE INTO meta VALUES ('horizon', ?)", (days,))

    def promised_horizon(self) -> tuple[dt.date, dt.date] | None:
        """The first and the last day that the settings have not taken over yet."""
        days = self.store.value("SELECT value FROM meta WHERE key = 'horizon'")
        if days is None:
            return None
        start, finish = map(dt.date.fromisoformat, days.split())
        return start, finish

    def fulfil_horizon(self) -> None:
        """Note that the settings have the campaign's days."""
        with self.store.writing():
            self.store.run("DELETE FROM meta WHERE key = 'horizon'")

    @property
    def is_unused(self) -> bool:
        """Whether nothing has ever been written into it."""
        used = "SELECT EXISTS (SELECT 1 FROM imports) OR EXISTS (SELECT 1 FROM events)"
        return not self.store.value(used)

    def imports(self) -> pd.DataFrame:
        """All imports that changed something: import_id, at, who, source, datum, summary."""
        columns = ("import_id", "at", "who", "source", "datum", "summary")
        rows = self.store.rows(f"SELECT {', '.join(columns)} FROM imports ORDER BY import_id")
        return frame_of(rows, columns, ints="import_id")

    def doctor(self) -> list[Message]:
        """What is wrong with the register, a sentence each; empty when it is whole."""
        return self.store.faults()

    def backup(self, path: Path, passphrase: bytes | None = None) -> None:
        """Write a consistent copy to `path`, while others may work; the copy is verified.

        With a passphrase only it opens the copy.
        """
        restoring.back_up(self.store, path, passphrase)

    @staticmethod
    def check_backup(backup: Path, path: Path, passphrase: bytes | None = None) -> BackupContent:
        """What a backup would bring back to `path`; nothing is changed.

        Raises
        ------
        RegisterError
            It cannot be restored: it is no register, damaged, or opens with another passphrase.
        """
        return restoring.check(backup, path, passphrase)

    @classmethod
    def restore(
        cls,
        backup: Path,
        path: Path,
        *,
        who: str | None = None,
        passphrase: bytes | None = None,
    ) -> Path | None:
        """Put a backup in the place of the register; tell where the former one was kept.

        A register that can still be read is first copied to a file beside it and then replaced
        in one transaction, so that others may have it open; a damaged one is moved aside.

        Raises
        ------
        RegisterError
            The backup is no register, or is damaged; or the register is in order and cannot be
            copied, because the disk is full, it is busy, or the rights are missing: nothing is
            changed.
        """
        return restoring.restore(backup, path, who, passphrase)

    def salvage(self, former: Path) -> Salvaged:
        """Add records, events and day plans of a former register that this one has not.

        What cannot be read there is left out and counted. What follows from records has to be
        reckoned anew.
        """
        return salvage(self.store, former)
