"""Seals over what is only ever added to: a digest of each table's new rows, day by day.

SQLite finds a broken page, but not a letter that a failing disk changed in a sound one. The first
who writes on a day seals the rows of the days before.
"""

# ruff: noqa: S608  (what is put into statements are names of our own tables and columns)

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final, Protocol

from optimizer.catalogue import Message

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class Store(Protocol):
    """What sealing needs of the register's store."""

    def value(self, statement: str, values: Sequence[object] = ()) -> Any:  # noqa: ANN401
        """The first value of the first row."""

    def rows(self, statement: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """All rows."""

    def each(self, statement: str, values: Sequence[object] = ()) -> Iterable[tuple[Any, ...]]:
        """Row after row."""

    def run(self, statement: str, values: Sequence[object] = ()) -> Any:  # noqa: ANN401
        """Run a statement."""


SEALED: Final = {
    "imports": ("import_id", "at < ?"),
    "changes": (
        "change_id",
        "import_id <= (SELECT max(import_id) FROM imports WHERE at < ?)",
    ),
    "events": ("event_id", "at < ?"),
    "records": ("record_id", "read_at < ?"),
    "day_plans": ("plan_id", "at < ?"),
}
"""Tables with the number by which their rows are counted, and how those before a day are known."""


def seal(store: Store, at: str) -> None:
    """Seal the rows of earlier days that have no seal yet, once a day; inside a transaction."""
    today = at[:10]
    if str(store.value("SELECT max(at) FROM seals") or "")[:10] == today:
        return
    for table, (key, before) in SEALED.items():
        first = 1 + int(
            store.value("SELECT coalesce(max(last), 0) FROM seals WHERE table_name = ?", (table,))
        )
        last = store.value(
            f"SELECT {key} FROM {table} WHERE {before} ORDER BY {key} DESC LIMIT 1", (today,)
        )
        if last is None or last < first:
            continue
        columns = ", ".join(
            name for (name,) in store.rows("SELECT name FROM pragma_table_info(?)", (table,))
        )
        digest = _digest(store, table, columns, first, last)
        store.run(
            "INSERT INTO seals VALUES (?, ?, ?, ?, ?, ?)",
            (table, first, last, at, columns, digest),
        )


def broken(store: Store) -> list[Message]:
    """Which sealed rows are not as they were."""
    seals = store.rows(
        "SELECT table_name, columns, first, last, at, digest FROM seals ORDER BY table_name, first"
    )
    return [
        Message("doctor.changed", table=table, first=first, last=last, day=at[:10])
        for table, columns, first, last, at, digest in seals
        if table not in SEALED or _digest(store, table, columns, first, last) != digest
    ]


def _digest(store: Store, table: str, columns: str, first: int, last: int) -> str:
    """The digest of some rows as they are written, whatever columns come later."""
    key, _ = SEALED[table]
    names = ", ".join(f'"{name}"' for name in columns.split(", "))
    found = hashlib.sha256()
    for row in store.each(
        f"SELECT {names} FROM {table} WHERE {key} BETWEEN ? AND ? ORDER BY {key}", (first, last)
    ):
        found.update(repr(row).encode())
    return found.hexdigest()
