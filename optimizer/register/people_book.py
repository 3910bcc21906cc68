"""Who may sign in, who is signed in, and who did what: `people.sqlite` beside the register."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from optimizer.register.side_book import SideBook

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS people (
    name TEXT PRIMARY KEY,
    role TEXT NOT NULL,
    station TEXT NOT NULL,
    password TEXT NOT NULL,
    initial INTEGER NOT NULL,
    disabled INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE IF NOT EXISTS former_passwords (
    name TEXT NOT NULL REFERENCES people,
    number INTEGER NOT NULL,
    password TEXT NOT NULL,
    PRIMARY KEY (name, number)
) STRICT;
CREATE TABLE IF NOT EXISTS sessions (
    token TEXT PRIMARY KEY,
    name TEXT NOT NULL REFERENCES people,
    begun_s REAL NOT NULL,
    seen_s REAL NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS failures (key TEXT NOT NULL, at_s REAL NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS log (
    number INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    address TEXT NOT NULL,
    what TEXT NOT NULL,
    whom TEXT NOT NULL,
    detail TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS log_at ON log (at);
CREATE TRIGGER IF NOT EXISTS log_is_kept BEFORE UPDATE ON log
BEGIN SELECT RAISE(ABORT, 'the log is only added to'); END;
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A row of `people`; `station` is "" for who works for the whole county."""

    name: str
    role: str
    station: str
    password: str
    initial: bool
    disabled: bool


class PeopleBook:
    """The tables of people, sessions, failed sign-ins and the log."""

    def __init__(self, path: Path) -> None:
        self._book = SideBook(path, _SCHEMA)

    def close(self) -> None:
        """Let go of the file."""
        self._book.close()

    # ---- people -------------------------------------------------------------------------------

    def account(self, name: str) -> Account | None:
        """Somebody's account."""
        found = self._accounts("WHERE name = ?", (name,))
        return found[0] if found else None

    def accounts(self) -> list[Account]:
        """All accounts by name."""
        return self._accounts("ORDER BY name", ())

    def _accounts(self, clause: str, values: Sequence[object]) -> list[Account]:
        rows = self._book.rows(
            f"SELECT name, role, station, password, initial, disabled FROM people {clause}",  # noqa: S608  (ours)
            values,
        )
        return [
            Account(
                name=name,
                role=role,
                station=station,
                password=password,
                initial=bool(initial),
                disabled=bool(disabled),
            )
            for name, role, station, password, initial, disabled in rows
        ]

    def add(
        self, name: str, role: str, station: str, password: str, *, initial: bool = True
    ) -> None:
        """Add an account; an initial password is to be changed at the first sign-in."""
        self._book.run(
            "INSERT INTO people VALUES (?, ?, ?, ?, ?, 0)",
            (name, role, station, password, int(initial)),
        )

    def set_password(self, name: str, password: str, *, initial: bool, keep: int) -> None:
        """Set a password; so many former ones stay known."""
        with self._book.writing():
            (number,) = self._book.row(
                "SELECT COALESCE(max(number), 0) + 1 FROM former_passwords WHERE name = ?",
                (name,),
            ) or (1,)
            self._book.run(
                "INSERT INTO former_passwords SELECT name, ?, password FROM people WHERE name = ?",
                (number, name),
            )
            self._book.run(
                "DELETE FROM former_passwords WHERE name = ? AND number <= ?",
                (name, number - keep),
            )
            self._book.run(
                "UPDATE people SET password = ?, initial = ? WHERE name = ?",
                (password, int(initial), name),
            )
            self._book.run("DELETE FROM sessions WHERE name = ?", (name,))

    def former_passwords(self, name: str) -> list[str]:
        """The present password's hash and those before it."""
        now = self._book.rows("SELECT password FROM people WHERE name = ?", (name,))
        old = self._book.rows("SELECT password FROM former_passwords WHERE name = ?", (name,))
        return [password for (password,) in [*now, *old]]

    def set_disabled(self, name: str, *, disabled: bool) -> None:
        """Let somebody in no more, or again; who is signed in is signed out."""
        with self._book.writing():
            self._book.run("UPDATE people SET disabled = ? WHERE name = ?", (int(disabled), name))
            self._book.run("DELETE FROM sessions WHERE name = ?", (name,))

    # ---- sessions -----------------------------------------------------------------------------

    def begin_session(self, token: str, name: str, now_s: float) -> None:
        """Remember that somebody is signed in."""
        self._book.run("INSERT INTO sessions VALUES (?, ?, ?, ?)", (token, name, now_s, now_s))

    def session(self, token: str) -> tuple[str, float, float] | None:
        """Name, begin and last use of a session."""
        return self._book.row(
            "SELECT name, begun_s, seen_s FROM sessions WHERE token = ?", (token,)
        )

    def see_session(self, token: str, now_s: float) -> None:
        """Remember that a session is in use."""
        self._book.run("UPDATE sessions SET seen_s = ? WHERE token = ?", (now_s, token))

    def end_session(self, token: str) -> None:
        """Sign somebody out."""
        self._book.run("DELETE FROM sessions WHERE token = ?", (token,))

    # ---- failed sign-ins ----------------------------------------------------------------------

    def add_failures(self, keys: Sequence[str], at_s: float, since_s: float) -> None:
        """Remember a failed sign-in of a name and an address; forget those before `since_s`."""
        with self._book.writing():
            self._book.run("DELETE FROM failures WHERE at_s < ?", (since_s,))
            for key in keys:
                self._book.run("INSERT INTO failures VALUES (?, ?)", (key, at_s))

    def failures(self, key: str, since_s: float) -> int:
        """How many sign-ins of a name or from an address have failed since a moment."""
        row = self._book.row(
            "SELECT count(*) FROM failures WHERE key = ? AND at_s >= ?", (key, since_s)
        )
        return int(row[0]) if row else 0

    def forget_failures(self, key: str) -> None:
        """Begin to count anew."""
        self._book.run("DELETE FROM failures WHERE key = ?", (key,))

    # ---- the log ------------------------------------------------------------------------------

    def note(self, row: Sequence[object]) -> None:
        """Add a row to the log: at, who, address, what, whom, detail."""
        self._book.run(
            "INSERT INTO log (at, who, address, what, whom, detail) VALUES (?, ?, ?, ?, ?, ?)", row
        )

    def log(
        self, first: str, last: str, who: str = "", most: int = 1_000_000
    ) -> list[tuple[Any, ...]]:
        """Rows of the log between two days, the latest first."""
        return self._book.rows(
            "SELECT at, who, address, what, whom, detail FROM log"
            " WHERE at >= ? AND at < ? AND (? = '' OR who = ?) ORDER BY number DESC LIMIT ?",
            (first, f"{last}T99", who, who, most),
        )

    def thin_log(self, before: str) -> None:
        """Forget the log before a day."""
        self._book.run("DELETE FROM log WHERE at < ?", (before,))
