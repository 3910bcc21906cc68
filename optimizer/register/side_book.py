"""A small SQLite file beside the register: what serves the work and is no part of the record."""

from __future__ import annotations

from contextlib import contextmanager
from threading import RLock
from typing import TYPE_CHECKING, Any, Final

from optimizer.atomic_files import make_private
from optimizer.errors import RegisterError
from optimizer.register.sqlite import sqlite3

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

BUSY_S: Final = 30.0
"""How long one process waits for another that writes."""


class SideBook:
    """One connection for all threads of a process, each statement or transaction by itself.

    Parameters
    ----------
    path
        The file; it is made when it is missing, for its owner alone.
    schema
        Statements that make what is missing.

    Raises
    ------
    RegisterError
        It cannot be opened or is no such file.
    """

    def __init__(self, path: Path, schema: str) -> None:
        self.path = path
        self._lock = RLock()
        if not path.exists():
            make_private(path)
        try:
            self._connection = sqlite3.connect(
                path, timeout=BUSY_S, isolation_level=None, check_same_thread=False
            )
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = FULL")
            self._connection.execute("PRAGMA foreign_keys = ON")
            self._connection.executescript(schema)
        except sqlite3.Error as error:
            raise RegisterError("register.side_book", path=path, error=error) from error

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        with self._lock:
            return self._connection.execute(sql, values).fetchall()

    def row(self, sql: str, values: Sequence[object] = ()) -> tuple[Any, ...] | None:
        """The first row of a query."""
        with self._lock:
            found: tuple[Any, ...] | None = self._connection.execute(sql, values).fetchone()
        return found

    def run(self, sql: str, values: Sequence[object] = ()) -> int:
        """Execute one statement and tell how many rows it changed."""
        with self._lock:
            return self._connection.execute(sql, values).rowcount

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Change the file: everything inside is kept, or nothing when it raises."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.commit()
            except BaseException:
                self._connection.rollback()
                raise
