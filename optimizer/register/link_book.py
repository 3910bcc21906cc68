"""Which link belongs to which crew's day: `phones.sqlite` beside the register."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from optimizer.register.side_book import SideBook

if TYPE_CHECKING:
    from pathlib import Path

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS links (
    digest TEXT PRIMARY KEY,
    station TEXT NOT NULL,
    date TEXT NOT NULL,
    crew TEXT NOT NULL,
    version INTEGER NOT NULL,
    until_s REAL NOT NULL
) STRICT;
"""


class LinkBook:
    """The table of links; of each there is only a digest."""

    def __init__(self, path: Path) -> None:
        self._book = SideBook(path, _SCHEMA)

    def close(self) -> None:
        """Let go of the file."""
        self._book.close()

    def add(self, digest: str, sheet: tuple[str, str, str, int], until_s: float) -> None:
        """Remember a link to a crew's sheet: station, date, crew, version."""
        self._book.run("INSERT INTO links VALUES (?, ?, ?, ?, ?, ?)", (digest, *sheet, until_s))

    def find(self, digest: str, now_s: float) -> tuple[str, str, str, int] | None:
        """Station, date, crew and version of a link that has not ended."""
        return self._book.row(
            "SELECT station, date, crew, version FROM links WHERE digest = ? AND until_s > ?",
            (digest, now_s),
        )

    def forget(self, now_s: float) -> None:
        """Forget links that have ended."""
        self._book.run("DELETE FROM links WHERE until_s <= ?", (now_s,))
