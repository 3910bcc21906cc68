"""Cycles: everybody is visited once in each; where everybody stood at the end of each is kept.

The running cycle is that of the customers' status and of the standings. When the next one is
opened, each account's state is kept in `former_standings`; a late record changes it there.
"""

# ruff: noqa: S608  (what is put into statements are names of our own tables and columns)

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Final

from optimizer.register.frames import frame_of
from optimizer.register.plans import day_text
from optimizer.register.store import now_text

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    import pandas as pd

    from optimizer.register.store import Store

_STATE: Final = """CASE
    WHEN ?3 = 'visited' THEN 'visited'
    WHEN state IN ('gone', 'closed') THEN state
    WHEN ?3 <> 'open' THEN ?3
    WHEN state = 'no_coordinates' THEN state
    ELSE 'never_tried' END"""


class Cycles:
    """The cycles of one register; `Register.cycles` holds it."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def former(self) -> pd.DataFrame:
        """The cycles that are over: cycle, start, finish (as planned), until (the next's start)."""
        columns = ("cycle", "start", "finish", "until")
        rows = self._store.rows(
            "SELECT cycle, start, finish, until FROM former_cycles ORDER BY cycle"
        )
        return frame_of(rows, columns, ints="cycle")

    def first_days(self) -> tuple[str, ...]:
        """The first days of all cycles but the first, as ISO text."""
        rows = self._store.rows("SELECT until FROM former_cycles ORDER BY cycle")
        return tuple(day for (day,) in rows)

    @property
    def running(self) -> int:
        """The number of the running cycle, from 1."""
        return len(self.first_days()) + 1

    def of(self, date: dt.date) -> int:
        """The cycle in which a day lies."""
        return bisect_right(self.first_days(), day_text(date)) + 1

    def open_next(self, start: dt.date, finish: dt.date, until: dt.date) -> None:
        """End the running cycle: keep where everybody stands in it.

        Parameters
        ----------
        start, finish
            Of the cycle that ends.
        until
            The first day of the next.
        """
        number = self.running
        with self._store.writing():
            self._store.run(
                "INSERT INTO former_cycles VALUES (?, ?, ?, ?, ?, ?)",
                (number, *map(day_text, (start, finish, until)), now_text(), self._store.who),
            )
            self._store.run(
                "INSERT INTO former_standings"
                " SELECT ?, account_no, COALESCE(at_station, ''), COALESCE(at_area, ''), state,"
                " COALESCE(visited_on, ''), COALESCE(tries, 0), COALESCE(last_try, '')"
                " FROM customers LEFT JOIN standings USING (account_no)",
                (number,),
            )

    def renew(self, rows: Iterable[tuple[int, str, str, str, int, str]]) -> None:
        """Take over what records say of former cycles.

        Parameters
        ----------
        rows
            cycle, account_no, status, visited_on, tries, last_try.
        """
        self._store.run_many(
            f"UPDATE former_standings SET state = {_STATE}, visited_on = ?4, tries = ?5,"
            " last_try = ?6 WHERE cycle = ?1 AND account_no = ?2",
            rows,
        )

    def accounts(self, cycle: int) -> pd.DataFrame:
        """Where everybody stood in a former cycle, with the columns of `Agenda.accounts`."""
        rows = self._store.rows(
            "SELECT account_no, name, address, phone, s.area, s.station, s.state, s.visited_on,"
            " s.tries, s.last_try, '' FROM former_standings AS s JOIN customers USING (account_no)"
            " WHERE cycle = ? ORDER BY account_no",
            (cycle,),
        )
        columns = (
            "account_no", "name", "address", "phone", "area", "station", "state", "visited_on",
            "tries", "last_try", "conflicts",
        )  # fmt: skip
        return frame_of(rows, columns, ints="tries")

    def last_reached(self) -> pd.DataFrame:
        """When accounts that records speak of were last visited, in whatever cycle; "" for never.

        Columns: account_no, date.
        """
        rows = self._store.each(
            "SELECT account_no, max(visited_on) FROM (SELECT account_no, visited_on FROM standings"
            " UNION ALL SELECT account_no, visited_on FROM former_standings) GROUP BY account_no"
        )
        return frame_of(rows, ("account_no", "date"))
