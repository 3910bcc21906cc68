"""Records and what follows from them: the ledgers of the register.

Records are only ever added. Findings, opinions, tasks and standings follow from the records and
decisions of an account alone, and are replaced account by account; `optimizer.records` knows the
rules. Area findings, requests and appointments are changed by people; each change is an event.
"""

# ruff: noqa: S608  (what is put into statements are names of our own tables and columns)

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from optimizer.register.events import CHANGED, TAKEN_BACK, change_of, standing
from optimizer.register.frames import frame_of
from optimizer.register.plans import day_text
from optimizer.register.store import now_text

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterable, Mapping, Sequence

    import pandas as pd

    from optimizer.register.store import Row, Store

COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    name: tuple(columns.split())
    for name, columns in {
        "records": "id account_no station crew date row visit_id kind result at lon lat findings"
        " opinion repaired undoes",
        "findings": "finding account_no category found_on crew note repaired department due_on"
        " state rectified_on check_from check_by closed_on closed_by project",
        "opinions": "opinion account_no date text category department state merged_into sent_on"
        " answered_on answer told_on",
        "tasks": "account_no kind subject list not_before deadline window failed_at tries crew"
        " reason detail",
        "standings": "account_no visited_on tries last_try conflicts",
        "projects": "project area station department opened_on state since built_on customers",
        "requests": "request account_no voltage asked_on max_visits deadline matters state"
        " closed_on",
        "appointments": "appointment account_no date window note state",
    }.items()
}
"""The columns of the ledgers, in the order of their frames and rows."""

DERIVED: Final = ("findings", "opinions", "tasks", "standings")
DECISIONS: Final = ("settle", "finding", "opinion", "account")
_STATION: Final = "COALESCE(at_station, '')"
_AREA: Final = "COALESCE(at_area, '')"


class Ledgers:
    """The ledgers of one register; `Register.ledgers` holds it."""

    def __init__(self, store: Store) -> None:
        self._store = store

    # ---- records ------------------------------------------------------------------------------

    def known(self, ids: Iterable[str]) -> set[str]:
        """Those of some record ids that the register has."""
        rows = self._store.rows(f"SELECT id FROM records WHERE id IN {_LISTED}", [_listed(ids)])
        return {name for (name,) in rows}

    def typed_of(self, prefix: str) -> dict[int, int]:
        """How many records with ids of the form prefix/row/number a row has, by row."""
        rows = self._store.rows(
            "SELECT id FROM records WHERE id >= ?1 AND id < ?1 || char(1114111)", (prefix,)
        )
        tails = [name.removeprefix(prefix).split("/") for (name,) in rows]
        return dict(Counter(int(tail[0]) for tail in tails if len(tail) == 2))

    def add_records(self, rows: Iterable[Sequence[object]], source: str) -> None:
        """Append records, as rows of `COLUMNS["records"]`; ids that are known are an error."""
        columns = COLUMNS["records"]
        self._store.run_many(
            f"INSERT INTO records ({_quoted(columns)}, read_at, who, source)"
            f" VALUES ({', '.join('?' * (len(columns) + 3))})",
            ((*row, now_text(), self._store.who, source) for row in rows),
        )

    def records_of(self, accounts: Collection[str] | None = None) -> list[Row]:
        """Records by account in the order of their happening, as `COLUMNS["records"]`."""
        where, values = _among("account_no", accounts)
        return self._store.rows(
            f"SELECT {_quoted(COLUMNS['records'])} FROM records {where}"
            " ORDER BY account_no, date, at, id",
            values,
        )

    def records(
        self,
        first: dt.date | None = None,
        last: dt.date | None = None,
        *,
        station: str | None = None,
        account_no: str | None = None,
        undone: bool = False,
    ) -> pd.DataFrame:
        """Records of a span of days; with `undone` also those that another one undoes.

        Columns as `COLUMNS["records"]`, and read_at, who, source; row is 0 where there is none.
        """
        clauses, values = _span("date", first, last)
        if station is not None:
            clauses.append("station = ?")
            values.append(station)
        if account_no is not None:
            clauses.append("account_no = ?")
            values.append(account_no)
        if not undone:
            clauses.append("id NOT IN (SELECT undoes FROM records WHERE undoes IS NOT NULL)")
            clauses.append("result <> ''")
        where = " AND ".join(clauses) or "TRUE"
        names = COLUMNS["records"]
        texts = {"station", "crew", "undoes"}
        select = ", ".join(
            f"COALESCE({n}, '')" if n in texts else "COALESCE(row, 0)" if n == "row" else n
            for n in names
        )
        rows = self._store.rows(
            f"SELECT {select}, read_at, who, source FROM records WHERE {where} ORDER BY record_id",
            values,
        )
        return frame_of(rows, (*names, "read_at", "who", "source"), floats="lon lat", ints="row")

    def sheet_row(
        self, station: str, date: dt.date | str, crew: str, row: int
    ) -> list[tuple[int, str, str, str]]:
        """What a row of a printed sheet means: (version, visit_id, account_no, kind), latest first.

        One entry a version of the plan in which the crew's sheet has that row.
        """
        return self._store.rows(
            "SELECT version, visit_id, COALESCE(sheet_rows.account_no, ''), sheet_rows.kind"
            " FROM day_plans JOIN sheet_rows USING (plan_id)"
            " WHERE station = ? AND date = ? AND crew = ? AND row = ? ORDER BY version DESC",
            (station, day_text(date), crew, row),
        )

    def sheet(self, station: str, date: dt.date) -> pd.DataFrame:
        """Rows of the latest sheets of a station and day: crew, row, visit_id, account_no, kind."""
        rows = self._store.rows(
            "SELECT crew, row, visit_id, COALESCE(account_no, ''), kind FROM sheet_rows"
            " WHERE plan_id = (SELECT plan_id FROM day_plans WHERE station = ? AND date = ?"
            " ORDER BY version DESC LIMIT 1) ORDER BY crew, row",
            (station, day_text(date)),
        )
        return frame_of(rows, ("crew", "row", "visit_id", "account_no", "kind"), ints="row")

    def visit_kinds(self, date: dt.date | str, accounts: Collection[str]) -> dict[str, str]:
        """The kind of visit that the day's sheets give to accounts, by account."""
        rows = self._store.rows(
            "SELECT account_no, sheet_rows.kind FROM day_plans JOIN sheet_rows USING (plan_id)"
            f" WHERE date = ? AND account_no IN {_LISTED} ORDER BY version",
            (day_text(date), _listed(accounts)),
        )
        return dict(rows)

    # ---- what follows -------------------------------------------------------------------------

    def decisions_of(self, accounts: Collection[str] | None = None) -> list[Row]:
        """Decisions about accounts that stand: (account_no, kind, date, body as a dict)."""
        where, values = _among("account_no", accounts)
        rows = self._store.rows(
            f"SELECT {CHANGED} FROM events {where}"
            f" {'AND' if where else 'WHERE'} account_no IS NOT NULL"
            f" AND kind IN {(*DECISIONS, TAKEN_BACK)} ORDER BY event_id",
            values,
        )
        return [
            (one.account_no, one.kind, one.date, one.body) for one in standing(map(change_of, rows))
        ]

    def facts_of(self, accounts: Collection[str] | None = None) -> list[Row]:
        """(account_no, kind, area, station) of accounts, as the territories have them."""
        where, values = _among("account_no", accounts)
        return self._store.rows(
            f"SELECT account_no, kind, {_AREA}, {_STATION} FROM customers {where}"
            " ORDER BY account_no",
            values,
        )

    def recorded_accounts(self) -> list[str]:
        """Accounts that have records, requests or appointments, or that the office decided on."""
        rows = self._store.rows(
            "SELECT account_no FROM records UNION SELECT account_no FROM requests"
            " UNION SELECT account_no FROM appointments UNION SELECT account_no FROM events"
            " WHERE kind = 'account' AND account_no IS NOT NULL ORDER BY account_no"
        )
        return [account for (account,) in rows]

    def stale_accounts(self) -> list[str]:
        """Accounts whose area or kind has changed since their ledgers were derived."""
        return [name for (name,) in self._store.rows("SELECT account_no FROM stale ORDER BY 1")]

    def replace_derived(
        self, accounts: Collection[str], derived: Mapping[str, Iterable[Sequence[object]]]
    ) -> None:
        """Replace all that follows for some accounts: rows by table, as in `COLUMNS`."""
        with self._store.writing():
            self._store.run(f"DELETE FROM stale WHERE account_no IN {_LISTED}", [_listed(accounts)])
            for table in DERIVED:
                self._store.run(
                    f"DELETE FROM {table} WHERE account_no IN {_LISTED}", [_listed(accounts)]
                )
                columns = COLUMNS[table]
                self._store.run_many(
                    f"INSERT INTO {table} ({_quoted(columns)})"
                    f" VALUES ({', '.join('?' * len(columns))})",
                    derived[table],
                )
            self._store.run_many(
                "UPDATE customers SET status = ?1, closed = ?2 WHERE account_no = ?3"
                " AND (status <> ?1 OR closed <> ?2)",
                derived["statuses"],
            )

    def rows(self, table: str, accounts: Collection[str] | None = None) -> list[Row]:
        """Rows of a ledger as they are kept, of all or some accounts."""
        columns = COLUMNS[table]
        where, values = _among("account_no", accounts)
        return self._store.rows(
            f"SELECT {_quoted(columns)} FROM {table} {where} ORDER BY {_quoted(columns[:3])}",
            values,
        )

    def one(self, table: str, name: str) -> dict[str, Any] | None:
        """The row of a ledger that has a name, by column; None without it."""
        columns = COLUMNS[table]
        rows = self._store.rows(
            f"SELECT {_quoted(columns)} FROM {table} WHERE {columns[0]} = ?", (name,)
        )
        return dict(zip(columns, rows[0], strict=True)) if rows else None

    def accounts_of_records(self, ids: Iterable[str]) -> dict[str, str]:
        """The account of each of some record ids that the register has."""
        return dict(
            self._store.rows(
                f"SELECT id, account_no FROM records WHERE id IN {_LISTED}", [_listed(ids)]
            )
        )

    def known_names(self) -> tuple[set[str], set[str]]:
        """Ids of all stations and crews, also of those that are gone."""
        stations = self._store.rows("SELECT station FROM stations")
        crews = self._store.rows("SELECT crew FROM crews")
        return {name for (name,) in stations}, {name for (name,) in crews}

    def open_in_project(self, project: str) -> int:
        """How many customers of an area finding still await their check."""
        count: int = self._store.value(
            "SELECT count(DISTINCT account_no) FROM findings"
            " WHERE project = ? AND state IN ('open', 'rectified')",
            (project,),
        )
        return count

    def low_voltage(self, area: str) -> list[Row]:
        """Open low voltage of an area without a project: (finding, account_no, found_on)."""
        return self._store.rows(
            "SELECT finding, account_no, found_on"
            " FROM customers CROSS JOIN findings USING (account_no)"
            " WHERE at_area = ? AND category = 'low_voltage' AND project = ''"
            " AND findings.state IN ('open', 'rectified') ORDER BY found_on, finding",
            (area,),
        )

    def accounts_of_area(self, area: str) -> list[str]:
        """Accounts of an area about which there are findings."""
        rows = self._store.rows(
            "SELECT DISTINCT account_no FROM customers CROSS JOIN findings USING (account_no)"
            " WHERE at_area = ? ORDER BY account_no",
            (area,),
        )
        return [account for (account,) in rows]

    # ---- what people keep ---------------------------------------------------------------------

    def put(self, table: str, row: Mapping[str, object]) -> None:
        """Add or change a project, request or appointment; the event keeps what it became."""
        columns = COLUMNS[table]
        account = row.get("account_no")
        with self._store.writing():
            changes = ", ".join(f"{_quoted((c,))} = excluded.{_quoted((c,))}" for c in columns[1:])
            self._store.run(
                f"INSERT INTO {table} ({_quoted(columns)}) VALUES"
                f" ({', '.join('?' * len(columns))})"
                f" ON CONFLICT ({columns[0]}) DO UPDATE SET {changes}",
                [row[column] for column in columns],
            )
            self._store.run(
                "INSERT INTO events (at, who, kind, account_no, date, body)"
                " VALUES (?, ?, ?, ?, NULL, ?)",
                (
                    now_text(),
                    self._store.who,
                    table.removesuffix("s"),
                    account,
                    json.dumps(dict(row), ensure_ascii=False),
                ),
            )

    # ---- frames -------------------------------------------------------------------------------

    def frame(
        self,
        table: str,
        where: str = "TRUE",
        values: Sequence[object] = (),
        *,
        station: str | None = None,
    ) -> pd.DataFrame:
        """A ledger of accounts with name, area and station beside its columns.

        Parameters
        ----------
        table
            findings, opinions, tasks, standings, requests or appointments.
        where, values
            A condition on its columns.
        """
        columns = COLUMNS[table]
        listed = ", ".join(f'{table}."{column}"' for column in columns)
        if station is not None:
            where = f"({where}) AND {_STATION} = ?"
            values = [*values, station]
        rows = self._store.rows(
            f"SELECT {listed}, customers.name, {_AREA}, {_STATION} FROM {table}"
            " JOIN customers USING (account_no)"
            f" WHERE {where} ORDER BY {_numbered(3)}",
            values,
        )
        ints = " ".join(name for name in ("repaired", "tries", "max_visits") if name in columns)
        names = (*columns, "name", *(n for n in ("area", "station")))
        return frame_of(rows, names, ints=ints)

    def until(self, table: str, last: dt.date) -> pd.DataFrame:
        """Findings that were found, or requests that were asked for, by a day; as `frame`."""
        began = {"findings": "found_on", "requests": "asked_on"}[table]
        return self.frame(table, f"{began} <= ?", [day_text(last)])

    def projects(self) -> pd.DataFrame:
        """All area findings."""
        rows = self._store.rows(
            f"SELECT {_quoted(COLUMNS['projects'])} FROM projects ORDER BY opened_on, project"
        )
        return frame_of(rows, COLUMNS["projects"], ints="customers")


_LISTED: Final = "(SELECT value FROM json_each(?))"


def _listed(names: Iterable[str]) -> str:
    return json.dumps(list(names), ensure_ascii=False)


def _among(column: str, names: Collection[str] | None) -> tuple[str, list[Any]]:
    return ("", []) if names is None else (f"WHERE {column} IN {_LISTED}", [_listed(names)])


def _span(column: str, first: dt.date | None, last: dt.date | None) -> tuple[list[str], list[Any]]:
    wishes = [(f"{column} >= ?", first), (f"{column} <= ?", last)]
    wanted = [(clause, day_text(day)) for clause, day in wishes if day is not None]
    return [clause for clause, _ in wanted], [value for _, value in wanted]


def _quoted(columns: Sequence[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)


def _numbered(count: int) -> str:
    return ", ".join(str(number) for number in range(1, count + 1))
