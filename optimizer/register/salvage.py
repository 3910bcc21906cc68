"""What a damaged register holds beyond its backup: row by row, as far as it can be read."""

# ruff: noqa: S608  (what is put into statements are names of our own tables and columns)

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from optimizer.register.sqlite import sqlite3

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from optimizer.register.store import Store

_TABLES: Final = {"day_plans": "plan_id", "records": "record_id", "events": "event_id"}
_UNREADABLE: Final = (sqlite3.DatabaseError, UnicodeDecodeError)
_MISSES: Final = 2_000
"""Where even the last row's number cannot be read, so many in vain are taken for the end."""


@dataclass(frozen=True, slots=True)
class Salvaged:
    """What came back from a damaged register.

    Attributes
    ----------
    rows
        Records, events and day plans that were not in the backup.
    lost
        Those that could not be read, or no longer make sense.
    """

    rows: int
    lost: int


def salvage(store: Store, former: Path) -> Salvaged:
    """Add what a former register holds beyond this one; all of it that can be read, or nothing."""
    rows = lost = 0
    if not former.is_file():
        return Salvaged(0, 0)
    with closing(sqlite3.connect(f"{former.absolute().as_uri()}?mode=ro", uri=True)) as source:
        source.isolation_level = None
        with store.writing():
            for table, key in _TABLES.items():
                restored = table == "events"  # the restore itself is one
                last = int(store.value(f"SELECT coalesce(max({key}), 0) FROM {table}")) - restored
                for row in _rows_after(source, table, key, last):
                    added = row is not None and _added(store, table, key, row)
                    rows, lost = rows + added, lost + (not added)
    return Salvaged(rows, lost)


def _rows_after(
    source: sqlite3.Connection, table: str, key: str, last: int
) -> Iterator[dict[str, Any] | None]:
    """Rows with greater numbers, None for one that cannot be read."""
    end, missed = _last(source, table, key), 0
    number = last
    while number < end if end is not None else missed < _MISSES:
        number += 1
        try:
            found = source.execute(f"SELECT * FROM {table} WHERE {key} = ?", (number,))
            values = found.fetchone()
        except _UNREADABLE:
            missed += 1
            if end is not None:
                yield None
            continue
        missed = 0 if values is not None else missed + 1
        if values is not None:
            names = [column[0] for column in found.description]
            yield dict(zip(names, values, strict=True))


def _last(source: sqlite3.Connection, table: str, key: str) -> int | None:
    try:
        return int(source.execute(f"SELECT coalesce(max({key}), 0) FROM {table}").fetchone()[0])
    except _UNREADABLE:
        return None


def _added(store: Store, table: str, key: str, row: dict[str, Any]) -> bool:
    """Whether a row makes sense here; events get new numbers, for one of theirs is taken."""
    values = {name: value for name, value in row.items() if (table, name) != ("events", key)}
    names = ", ".join(f'"{name}"' for name in values)
    return store.attempt(
        f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(values))})",
        list(values.values()),
    )
