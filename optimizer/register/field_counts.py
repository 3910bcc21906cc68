"""Counts by station of what the field has said and of what is waiting: what a forecast reads.

Each query reads a table once and answers with some hundred rows, so that it stays quick at a
million customers.
"""

# ruff: noqa: S608  (what is put into statements are names of our own tables and columns)

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from optimizer.register.frames import frame_of

if TYPE_CHECKING:
    import pandas as pd

    from optimizer.register.store import Store

_STATION: Final = "COALESCE(at_station, '')"
_TRIED: Final = ("station", "status", "tries", "accounts")
_WAITING: Final = (
    "station",
    "kind",
    "list",
    "tries",
    "reason",
    "not_before",
    "deadline",
    "accounts",
)
_CREW_DAYS: Final = (
    "station",
    "crew",
    "date",
    "calls",
    "done",
    "minutes",
    "first",
)


class FieldCounts:
    """Queries over the whole register; `Register.field` holds it."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def tried(self) -> pd.DataFrame:
        """Customers by station, status and failed tries: station, status, tries, accounts.

        Who is no longer in the customer file, or closed by the office, counts only if visited.
        """
        counted = "status = 'visited' OR (gone_by IS NULL AND NOT closed)"
        rows = self._store.rows(
            f"SELECT {_STATION}, status, 0, count(*) FROM customers WHERE {counted} GROUP BY 1, 2"
        )
        whole = {(station, status): number for station, status, _, number in rows}
        failed = self._store.rows(
            f"SELECT {_STATION}, status, tries, count(*) FROM standings"
            f" JOIN customers USING (account_no) WHERE tries > 0 AND ({counted})"
            " GROUP BY 1, 2, 3"
        )
        for station, status, _, number in failed:
            whole[station, status] -= number
        first = [(*key, 0, number) for key, number in whole.items()]
        return frame_of([*first, *failed], _TRIED, ints="tries accounts")

    def kinds(self) -> dict[str, int]:
        """How many customers there are of each kind."""
        return dict(self._store.rows("SELECT kind, count(*) FROM customers GROUP BY 1"))

    def tried_before(self) -> pd.DataFrame:
        """The same of the cycle before the running one, as it ended."""
        rows = self._store.rows(
            "SELECT station, state, tries, count(*) FROM former_standings"
            " WHERE cycle = (SELECT max(cycle) FROM former_cycles) GROUP BY 1, 2, 3"
        )
        return frame_of(rows, _TRIED, ints="tries accounts")

    def unplanned(self) -> pd.DataFrame:
        """Customers never tried that have no block: station, code, accounts."""
        rows = self._store.rows(
            f"SELECT {_STATION}, code, count(*) FROM unplanned JOIN customers USING (account_no)"
            " WHERE status = 'open' AND gone_by IS NULL AND NOT closed GROUP BY 1, 2"
        )
        return frame_of(rows, ("station", "code", "accounts"), ints="accounts")

    def waiting(self, today: str) -> pd.DataFrame:
        """Next steps: station, kind, list, tries, reason, not_before, deadline, accounts.

        `reason` is "refused" or "", `not_before` today or later, as is the `deadline` of revisits;
        both are "" on lists that wait for something else than a day.
        """
        rows = self._store.rows(
            f"SELECT {_STATION}, tasks.kind, list, tries, iif(reason = 'refused', reason, ''),"
            " iif(list IN ('', 'evening'), max(not_before, ?), ''),"
            " iif(tasks.kind = 'revisit' AND list = '', max(deadline, ?), ''), count(*)"
            " FROM tasks JOIN customers USING (account_no)"
            " WHERE gone_by IS NULL GROUP BY 1, 2, 3, 4, 5, 6, 7",
            (today, today),
        )
        return frame_of(rows, _WAITING, ints="tries accounts")

    def crew_days(self, first: str, before: str) -> pd.DataFrame:
        """Crew-days with records between two days, the second not included.

        Returns
        -------
        pandas.DataFrame
            station, crew, date, calls, done, minutes (from the first record to the last; NaN
            without times), first (minute of the day of the first record).
        """
        minute = "(substr(at, 12, 2) * 60 + substr(at, 15, 2))"
        timed = f"CASE WHEN length(at) >= 16 THEN {minute} END"
        rows = self._store.rows(
            f"SELECT station, crew, date, count(*), sum(result = 'done'),"
            f" max({timed}) - min({timed}), min({timed}) FROM records"
            " WHERE date >= ? AND date < ? AND result <> '' AND station IS NOT NULL"
            " AND crew IS NOT NULL GROUP BY station, crew, date",
            (first, before),
        )
        return frame_of(rows, _CREW_DAYS, ints="calls done", floats="minutes first")

    def sheets(self, first: str, before: str) -> pd.DataFrame:
        """Sheets of days between two, the second not included: station, crew, date, visits."""
        rows = self._store.rows(
            "SELECT station, crew, date, count(*) FROM day_plans AS plan"
            " JOIN sheet_rows USING (plan_id) WHERE date >= ? AND date < ? AND version = ("
            " SELECT max(version) FROM day_plans"
            " WHERE station = plan.station AND date = plan.date) GROUP BY 1, 2, 3",
            (first, before),
        )
        return frame_of(rows, ("station", "crew", "date", "visits"), ints="visits")

    def crew_days_by_day(self) -> dict[str, int]:
        """How many crew-days have records, by day."""
        return dict(
            self._store.rows(
                "SELECT date, count(DISTINCT crew) FROM records WHERE crew IS NOT NULL GROUP BY 1"
            )
        )

    def findings_to_check(self, since: str) -> pd.DataFrame:
        """Findings since a day that another visit had or has to check: station, accounts."""
        rows = self._store.rows(
            f"SELECT {_STATION}, count(DISTINCT account_no || found_on) FROM findings"
            " JOIN customers USING (account_no) WHERE check_by <> '' AND"
            " (findings.state IN ('open', 'rectified') OR repaired = 0) AND found_on >= ?"
            " GROUP BY 1",
            (since,),
        )
        return frame_of(rows, ("station", "accounts"), ints="accounts")

    def revisits(self, tries: int, first: str) -> pd.DataFrame:
        """Checks since a day of those met before so many failed calls: station, calls, done."""
        rows = self._store.rows(
            "SELECT station, count(*), sum(result = 'done') FROM records"
            " JOIN standings USING (account_no)"
            " WHERE date >= ? AND kind = 'revisit' AND result <> '' AND station IS NOT NULL"
            " AND tries < ? GROUP BY 1",
            (first, tries),
        )
        return frame_of(rows, ("station", "calls", "done"), ints="calls done")

    def asked_again(self) -> pd.DataFrame:
        """Those met again after a refusal: station, calls, done."""
        rows = self._store.rows(
            "SELECT again.station, count(*), sum(again.result = 'done')"
            " FROM records AS before JOIN records AS again USING (account_no)"
            " WHERE before.result = 'refused' AND again.date > before.date"
            " AND again.result IN ('done', 'refused')"
            " AND again.kind NOT IN ('revisit', 'request') AND again.station IS NOT NULL"
            " GROUP BY 1"
        )
        return frame_of(rows, ("station", "calls", "done"), ints="calls done")

    def requests(self, first: str, before: str) -> pd.DataFrame:
        """Wishes for connections between two days: station, accounts."""
        rows = self._store.rows(
            f"SELECT {_STATION}, count(*) FROM requests JOIN customers USING (account_no)"
            " WHERE asked_on >= ? AND asked_on < ? GROUP BY 1",
            (first, before),
        )
        return frame_of(rows, ("station", "accounts"), ints="accounts")
