"""Long work that somebody has asked for: `jobs.sqlite` beside the register."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from optimizer.register.side_book import SideBook
from optimizer.register.store import now_text

if TYPE_CHECKING:
    from pathlib import Path

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS jobs (
    number INTEGER PRIMARY KEY,
    what TEXT NOT NULL,
    station TEXT NOT NULL,
    date TEXT NOT NULL,
    who TEXT NOT NULL,
    state TEXT NOT NULL,
    asked_at TEXT NOT NULL,
    ended_at TEXT NOT NULL DEFAULT '',
    said TEXT NOT NULL DEFAULT ''
) STRICT;
"""
OPEN: Final = ("waiting", "running")


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One piece of long work; `said` is what became of it, in words."""

    number: int
    what: str
    station: str
    date: str
    who: str
    state: str
    asked_at: str
    ended_at: str
    said: str

    @property
    def is_open(self) -> bool:
        """Whether it still goes on."""
        return self.state in OPEN


class JobsBook:
    """The table of jobs; those that a dead server has left are told so."""

    def __init__(self, path: Path) -> None:
        self._book = SideBook(path, _SCHEMA)
        self._book.run(
            "UPDATE jobs SET state = 'interrupted', ended_at = ?"
            " WHERE state IN ('waiting', 'running')",
            (now_text(),),
        )

    def close(self) -> None:
        """Let go of the file."""
        self._book.close()

    def add(self, what: str, station: str, date: str, who: str) -> int:
        """Note that a job was asked for; tell its number."""
        with self._book.writing():
            self._book.run(
                "INSERT INTO jobs (what, station, date, who, state, asked_at)"
                " VALUES (?, ?, ?, ?, 'waiting', ?)",
                (what, station, date, who, now_text()),
            )
            (number,) = self._book.row("SELECT last_insert_rowid()") or (0,)
        return int(number)

    def set(self, number: int, state: str, said: str = "") -> None:
        """Note how far a job is."""
        ended = "" if state in OPEN else now_text()
        self._book.run(
            "UPDATE jobs SET state = ?, said = ?, ended_at = ? WHERE number = ?",
            (state, said, ended, number),
        )

    def job(self, number: int) -> Job | None:
        """A job by its number."""
        found = self._jobs("WHERE number = ?", (number,))
        return found[0] if found else None

    def latest(self, what: str, station: str, date: str) -> Job | None:
        """The latest job of a kind for a station's day."""
        found = self._jobs(
            "WHERE what = ? AND station = ? AND date = ? ORDER BY number DESC LIMIT 1",
            (what, station, date),
        )
        return found[0] if found else None

    def recent(self, most: int = 50) -> list[Job]:
        """The latest jobs."""
        return self._jobs("ORDER BY number DESC LIMIT ?", (most,))

    def _jobs(self, clause: str, values: tuple[object, ...]) -> list[Job]:
        rows = self._book.rows(
            "SELECT number, what, station, date, who, state, asked_at, ended_at, said"  # noqa: S608  (ours)
            f" FROM jobs {clause}",
            values,
        )
        names = Job.__slots__
        return [Job(**dict(zip(names, row, strict=True))) for row in rows]
