"""What the register says is due, and how far the campaign is: the queries behind both."""

# ruff: noqa: S608  (what is put into statements are names of our own tables and columns)

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from optimizer.register.frames import frame_of
from optimizer.register.imports import STATUSES
from optimizer.register.ledgers import Ledgers

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    import pandas as pd

    from optimizer.register.store import Store

STATES: Final = (
    "visited",
    "gone",
    "demolished",
    "moved",
    "duplicate",
    "closed",
    "refused",
    "conflict",
    "nobody_home",
    "no_coordinates",
    "never_tried",
)
"""The states of an account, each account in the first that fits: who was visited stays visited
also when he leaves; gone are those that are no longer in the customer file, closed those whom the
office has taken off every list."""

TO_VISIT: Final = ("never_tried", "no_coordinates", "nobody_home", "conflict", "refused")
"""States of which a visit is still to come: who refused is asked again, and is not done before
the office has settled it."""
OVER: Final = ("visited", "gone", "demolished", "moved", "duplicate", "closed")
"""States after which nobody is sent any more; only the first of them is a visit."""
STATUSES_TO_VISIT: Final = ("open", *(state for state in TO_VISIT if state in STATUSES))
"""The same as `TO_VISIT`, in the words of the column `status` of customers."""

_OPEN: Final = "findings.state IN ('open', 'rectified')"
MATTERS: Final = {
    "overdue": ("findings", f"{_OPEN} AND check_by <> '' AND check_by < ?1"),
    "near_limit": (
        "tasks",
        """tasks.kind = 'request' AND (tasks.reason IN ('request_last', 'request_spent')
        OR tasks.deadline <= date(?1, '+3 days'))""",
    ),
    "open_findings": ("findings", _OPEN),
    "season": ("tasks", "tasks.list = 'season'"),
    "evening": ("tasks", "tasks.list = 'evening'"),
    "telephone": ("tasks", "tasks.list = 'telephone'"),
    "office": ("tasks", "tasks.list = 'office'"),
}
"""Open matters by name: the ledger that has them, and which of its rows; ?1 is today."""

_STATION: Final = "COALESCE(at_station, '')"
_AREA: Final = "COALESCE(at_area, '')"
_PLACED: Final = "LEFT JOIN territory_customers AS placed USING (account_no)"
_WHO: Final = f"""account_no, customers.name, address, customers.phone, customers.kind,
    {_AREA}, service_min, customers."window",
    COALESCE(placed.lon, customers.lon), COALESCE(placed.lat, customers.lat)"""
_WHO_COLUMNS: Final = (
    "account_no", "name", "address", "phone", "customer_kind", "area", "service_min", "window",
    "lon", "lat",
)  # fmt: skip
_LISTED: Final = """CASE WHEN tasks.list = 'telephone' AND tasks.kind = 'retry' AND tries < {}
    THEN 'season' ELSE tasks.list END"""
"""The list that crews see: who is telephoned to in vain is called on in the season as well."""
_TASK: Final = (
    "kind", "subject", "list", "not_before", "deadline", "hours", "failed_at", "tries", "crew",
    "reason", "detail",
)  # fmt: skip


class PlannedVisit(NamedTuple):
    """A first visit in the calendar: its day and crew, its place in the block, the block's size."""

    date: str
    crew: str
    place: int
    visits: int


class Agenda:
    """Queries over the whole register; `Register.agenda` holds it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._ledgers = Ledgers(store)

    def tasks(self, station: str, date: str, most_tries: int = 0) -> pd.DataFrame:
        """Next steps of a station's customers that may be done on a day, by a crew.

        Columns: those of the customer (account_no … lat), then kind, subject, list, not_before,
        deadline, hours, failed_at, tries, crew, reason, detail.

        Parameters
        ----------
        most_tries
            Who is on the telephone list with fewer tries is on the season's as well.
        """
        named = {"hours": 'tasks."window"', "list": _LISTED.format(int(most_tries))}
        columns = ", ".join(named.get(name, f"tasks.{name}") for name in _TASK)
        rows = self._store.rows(
            f"SELECT {_WHO}, {columns} FROM customers CROSS JOIN tasks USING (account_no)"
            f" {_PLACED} WHERE at_station = ? AND gone_by IS NULL"
            f" AND {named['list']} IN ('', 'season', 'evening') AND not_before <= ?"
            " ORDER BY account_no, tasks.kind, subject",
            (station, date),
        )
        return frame_of(rows, _WHO_COLUMNS + _TASK, floats="service_min lon lat", ints="tries")

    def waiting_long(self, today: str, station: str | None = None) -> pd.DataFrame:
        """Accounts that have been due for sixty days and on no sheet since, as `accounts`."""
        where = """gone_by IS NULL AND EXISTS (
            SELECT 1 FROM (
                SELECT not_before AS since FROM tasks
                WHERE tasks.account_no = customers.account_no AND list IN ('', 'evening')
                UNION ALL SELECT date FROM block_visits JOIN blocks USING (block)
                WHERE block_visits.account_no = customers.account_no AND status = 'open'
                    AND NOT closed)
            WHERE since <= date(?, '-60 days') AND NOT EXISTS (
                SELECT 1 FROM sheet_rows JOIN day_plans USING (plan_id)
                WHERE sheet_rows.account_no = customers.account_no AND day_plans.date >= since))"""
        return self.accounts(where, [today], station)

    def block_customers(self, station: str, first: str, last: str) -> pd.DataFrame:
        """Customers never tried whose block lies between two days: … lat, crew, date, seq."""
        rows = self._store.rows(
            f"SELECT {_WHO}, blocks.crew, blocks.date, seq FROM blocks"
            f" JOIN block_visits USING (block) JOIN customers USING (account_no) {_PLACED}"
            " WHERE blocks.station = ? AND blocks.date BETWEEN ? AND ? AND status = 'open'"
            " AND NOT closed AND gone_by IS NULL ORDER BY blocks.date, blocks.crew, seq",
            (station, first, last),
        )
        names = (*_WHO_COLUMNS, "crew", "date", "seq")
        return frame_of(rows, names, floats="service_min lon lat", ints="seq")

    def customer(self, account_no: str, station: str) -> dict[Hashable, Any] | None:
        """A customer of a station (account_no … lat) who is not gone; None if there is none."""
        rows = self._store.rows(
            f"SELECT {_WHO} FROM customers {_PLACED}"
            " WHERE account_no = ? AND at_station = ? AND gone_by IS NULL",
            (account_no, station),
        )
        found = frame_of(rows, _WHO_COLUMNS, floats="service_min lon lat").to_dict("records")
        return found[0] if found else None

    def planned_visit(self, account_no: str) -> PlannedVisit | None:
        """Where a customer's first visit stands in the calendar."""
        rows = self._store.rows(
            "SELECT blocks.date, blocks.crew, seq + 1, blocks.visits FROM block_visits"
            " JOIN blocks USING (block) WHERE account_no = ?",
            (account_no,),
        )
        return PlannedVisit(*rows[0]) if rows else None

    def sheets_of(self, account_no: str, most: int = 8) -> pd.DataFrame:
        """The latest sheets on which a customer stands: date, crew, row, version, kind."""
        rows = self._store.rows(
            "SELECT date, crew, row, version, kind FROM sheet_rows JOIN day_plans USING (plan_id)"
            " WHERE account_no = ? ORDER BY date DESC, version DESC LIMIT ?",
            (account_no, most),
        )
        return frame_of(rows, ("date", "crew", "row", "version", "kind"), ints="row version")

    def places(self) -> pd.DataFrame:
        """Where accounts are, by the territories and else by their file: account_no, lon, lat."""
        rows = self._store.rows(
            "SELECT account_no, COALESCE(placed.lon, customers.lon),"
            f" COALESCE(placed.lat, customers.lat) FROM customers {_PLACED} ORDER BY account_no"
        )
        return frame_of(rows, ("account_no", "lon", "lat"), floats="lon lat")

    def states(self) -> pd.DataFrame:
        """Accounts by station, area and state: station, area, state, accounts."""
        rows = self._store.rows(
            f"SELECT {_STATION}, {_AREA}, status, closed, count(*), count(gone_by),"
            " sum(gone_by IS NULL AND lon IS NULL) FROM customers"
            " GROUP BY at_station, at_area, status, closed"
        )
        counted: dict[tuple[str, str, str], int] = {}
        for station, area, status, closed, *numbers in rows:
            for state, accounts in _states_of(status, *numbers, closed=bool(closed)):
                key = (station, area, state)
                counted[key] = counted.get(key, 0) + accounts
        known = [(*key, accounts) for key, accounts in counted.items() if accounts]
        return frame_of(known, ("station", "area", "state", "accounts"), ints="accounts")

    def accounts_in(self, state: str, station: str | None = None) -> pd.DataFrame:
        """The accounts of one state, with the columns of `accounts`."""
        return self.accounts("state = ?", [state], station)

    def contradicted(self, station: str | None = None) -> pd.DataFrame:
        """Accounts with days whose records contradict each other, as `accounts`."""
        return self.accounts("COALESCE(conflicts, '') <> ''", [], station)

    def accounts(
        self, where: str = "TRUE", values: Sequence[object] = (), station: str | None = None
    ) -> pd.DataFrame:
        """Accounts that fit a condition, with what the field said about them.

        Columns: account_no, name, address, phone, area, station, state, visited_on, tries,
        last_try, conflicts.
        """
        if station is not None:
            where, values = f"({where}) AND at_station = ?", [*values, station]
        rows = self._store.rows(
            f"SELECT account_no, customers.name, address, customers.phone, {_AREA}, {_STATION},"
            " state, COALESCE(visited_on, ''), COALESCE(tries, 0), COALESCE(last_try, ''),"
            " COALESCE(conflicts, '') FROM customers"
            f" LEFT JOIN standings USING (account_no) WHERE {where} ORDER BY account_no",
            values,
        )
        columns = (
            "account_no", "name", "address", "phone", "area", "station", "state", "visited_on",
            "tries", "last_try", "conflicts",
        )  # fmt: skip
        return frame_of(rows, columns, ints="tries")

    def visited_by_day(self) -> dict[str, int]:
        """How many accounts were first visited on a day."""
        return dict(
            self._store.rows(
                "SELECT visited_on, count(*) FROM standings WHERE visited_on <> ''"
                " GROUP BY 1 ORDER BY 1"
            )
        )

    def found_by_day(self) -> dict[str, int]:
        """How many of the open findings were found on a day."""
        return dict(
            self._store.rows(
                f"SELECT found_on, count(*) FROM findings WHERE {_OPEN} GROUP BY 1 ORDER BY 1"
            )
        )

    def matters(self, what: str, today: str, station: str | None = None) -> pd.DataFrame:
        """The open matters of a name of `MATTERS`, as rows of their ledger."""
        table, where = MATTERS[what]
        return self._ledgers.frame(table, where, _today(where, today), station=station)

    def count(self, what: str, today: str, station: str) -> int:
        """How many open matters of a name of `MATTERS` a station has."""
        table, where = MATTERS[what]
        number = self._store.value(
            f"SELECT count(*) FROM {table} JOIN customers USING (account_no)"
            f" WHERE ({where}) AND at_station = ?",
            [*_today(where, today), station],
        )
        return int(number)

    def waiting_areas(self, since: str, station: str | None = None) -> pd.DataFrame:
        """Area findings that are where they are since before a day, as the ledger has them."""
        frame = self._ledgers.projects()
        waits = (frame["state"] != "checked") & (frame["since"] < since)
        if station is not None:
            waits &= frame["station"] == station
        return frame[waits].reset_index(drop=True)

    def counts(self, today: str, areas_since: str) -> dict[str, int]:
        """How many open matters there are, each also a list.

        Parameters
        ----------
        areas_since
            Area findings that have not moved since before this day are overdue.
        """
        counted = {
            name: int(
                self._store.value(
                    f"SELECT count(*) FROM {table} WHERE {where}", _today(where, today)
                )
            )
            for name, (table, where) in MATTERS.items()
        }
        said = self._store.value("SELECT count(*) FROM standings WHERE conflicts <> ''")
        return {
            "overdue": counted.pop("overdue"),
            "overdue_areas": len(self.waiting_areas(areas_since)),
            "conflicts": int(said),
            **counted,
        }


def _today(where: str, today: str) -> list[str]:
    return [today] if "?1" in where else []


def _states_of(
    status: str, number: int, gone: int, lost: int, *, closed: bool
) -> list[tuple[str, int]]:
    """How many of the accounts of one status are in which state; as the column `state` has it."""
    if status == "visited":
        return [("visited", number)]
    if closed and status not in OVER:
        return [("gone", gone), ("closed", number - gone)]
    if status != "open":
        return [("gone", gone), (status, number - gone)]
    return [("gone", gone), ("no_coordinates", lost), ("never_tried", number - gone - lost)]
