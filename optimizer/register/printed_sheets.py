"""Printed sheets: whose door stands on one, which have not come back, which were given up."""

# ruff: noqa: S608  (what is put into statements are names of our own tables and columns)

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

from optimizer.register.events import add_event
from optimizer.register.frames import frame_of
from optimizer.register.plans import day_text

if TYPE_CHECKING:
    import pandas as pd

    from optimizer.register.store import Store

GIVEN_UP: Final = "give_up"
"""The kind of event by which a sheet is given up."""

_LATEST: Final = """latest AS MATERIALIZED (
    SELECT plan_id, station, date, version FROM day_plans AS plan
    WHERE date BETWEEN ?1 AND ?2 AND version = (
        SELECT max(version) FROM day_plans
        WHERE station = plan.station AND date = plan.date))"""
_NOT_GIVEN_UP: Final = f"""NOT EXISTS (
    SELECT 1 FROM events WHERE events.kind = '{GIVEN_UP}' AND events.date = latest.date
    AND events.station = latest.station AND events.crew = sheet_rows.crew
    AND json_extract(events.body, '$.version') >= latest.version)"""
_LAST_DAY: Final = "9999-12-31"


class PrintedSheets:
    """Queries over the sheets of the latest day plans; `Register.sheets` holds it."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def doors_out(self, planned: dt.date, since: dt.date) -> pd.DataFrame:
        """Doors on sheets of other days of which there is no record yet.

        Parameters
        ----------
        planned
            The day that is being planned: its own sheets do not count.
        since
            Sheets of earlier days do not count either.

        Returns
        -------
        pandas.DataFrame
            account_no (unique), date and crew of its latest sheet, kind of its visit there.
        """
        rows = self._store.rows(
            f"WITH {_LATEST} SELECT sheet_rows.account_no, latest.date, crew, sheet_rows.kind"
            " FROM latest JOIN sheet_rows USING (plan_id)"
            " WHERE latest.date <> ?3 AND sheet_rows.account_no IS NOT NULL AND NOT EXISTS ("
            " SELECT 1 FROM records WHERE records.account_no = sheet_rows.account_no"
            " AND records.date >= latest.date AND result <> '')"
            f" AND {_NOT_GIVEN_UP} ORDER BY sheet_rows.account_no, latest.date",
            (day_text(since), _LAST_DAY, day_text(planned)),
        )
        frame = frame_of(rows, ("account_no", "date", "crew", "kind"))
        return frame.drop_duplicates("account_no", keep="last", ignore_index=True)

    def missing(self, today: dt.date, since: dt.date, station: str | None = None) -> pd.DataFrame:
        """Sheets of past days of which nothing has come back: station, date, crew, visits.

        Those of days before `since` are given up by themselves.
        """
        last = today - dt.timedelta(days=1)
        rows = self._store.rows(
            f"WITH {_LATEST} SELECT latest.station, latest.date, crew, count(*)"
            " FROM latest JOIN sheet_rows USING (plan_id)"
            f" WHERE latest.station = COALESCE(?3, latest.station) AND {_NOT_GIVEN_UP}"
            " AND NOT EXISTS (SELECT 1 FROM records WHERE records.date = latest.date"
            " AND records.station = latest.station AND records.crew = sheet_rows.crew)"
            " GROUP BY 1, 2, 3 ORDER BY 2, 1, 3",
            (day_text(since), day_text(last), station),
        )
        return frame_of(rows, ("station", "date", "crew", "visits"), ints="visits")

    def latest_version(self, station: str, date: dt.date | str) -> int:
        """The latest version of a station's day; 0 without one."""
        found: int = self._store.value(
            "SELECT COALESCE(max(version), 0) FROM day_plans WHERE station = ? AND date = ?",
            (station, day_text(date)),
        )
        return found

    def accounts(
        self,
        station: str,
        date: dt.date | str,
        crew: str | None = None,
        version: int | None = None,
    ) -> set[str]:
        """Customers on the sheets of a station's day, of one crew or version or of all."""
        rows = self._store.rows(
            "SELECT DISTINCT account_no FROM day_plans JOIN sheet_rows USING (plan_id)"
            " WHERE station = ? AND date = ? AND crew = COALESCE(?, crew)"
            " AND version = COALESCE(?, version) AND account_no IS NOT NULL",
            (station, day_text(date), crew, version),
        )
        return {account for (account,) in rows}

    def give_up(self, station: str, date: dt.date, crew: str, version: int) -> None:
        """Note that nothing more will come of a crew's sheet of a version of a day's plan."""
        add_event(
            self._store, GIVEN_UP, {"version": version}, station=station, crew=crew, date=date
        )

    def crews_out(self, station: str, first: dt.date, before: dt.date) -> dict[str, int]:
        """How many crews of a station had a sheet, by day, from a day until before another."""
        rows = self._store.rows(
            "SELECT date, count(DISTINCT crew) FROM day_plans JOIN sheet_rows USING (plan_id)"
            " WHERE station = ? AND date >= ? AND date < ? GROUP BY date",
            (station, day_text(first), day_text(before)),
        )
        return dict(rows)

    def last_days_out(self, station: str, before: dt.date) -> dict[str, str]:
        """The latest day before another for which each crew of a station had a sheet."""
        rows = self._store.rows(
            "SELECT crew, max(date) FROM day_plans JOIN sheet_rows USING (plan_id)"
            " WHERE station = ? AND date BETWEEN ? AND ? GROUP BY crew",
            (station, day_text(before - dt.timedelta(days=365)),
             day_text(before - dt.timedelta(days=1))),
        )  # fmt: skip
        return dict(rows)
