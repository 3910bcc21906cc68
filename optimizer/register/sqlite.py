"""SQLite as the register needs it: sound with several writers, whatever the machine has.

SQLite 3.7.0 to 3.51.2 can damage a file in WAL mode when one connection writes a checkpoint while
another starts the log anew (sqlite.org/wal.html, "the WAL-reset bug"; mended in 3.51.3, 3.50.7
and 3.44.6). `pysqlite3` carries its own SQLite and the interface of the standard library's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import sqlite3
else:
    import pysqlite3.dbapi2 as sqlite3

__all__ = ["VERSION", "is_sound", "sqlite3"]

VERSION: Final[str] = sqlite3.sqlite_version
"""Of the SQLite that is in use."""

_MENDED: Final = {(3, 50): 7, (3, 44): 6}
"""Older lines that have the repair, from which release on."""


def is_sound(version: str) -> bool:
    """Whether this version of SQLite keeps a register whole that several processes write."""
    major, minor, release = (int(part) for part in version.split(".")[:3])
    if (major, minor) in _MENDED:
        return release >= _MENDED[major, minor]
    return (major, minor, release) >= (3, 51, 3)
