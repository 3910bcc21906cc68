"""Boards that chiefs work on: each step of a station's day, to be undone and done again."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pydantic import TypeAdapter

from optimizer.model import DayPlan
from optimizer.register.plans import unpacked
from optimizer.register.side_book import SideBook
from optimizer.register.store import now_text

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS drafts (
    station TEXT NOT NULL,
    date TEXT NOT NULL,
    base INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    step INTEGER NOT NULL,
    PRIMARY KEY (station, date)
) STRICT;
CREATE TABLE IF NOT EXISTS steps (
    station TEXT NOT NULL,
    date TEXT NOT NULL,
    step INTEGER NOT NULL,
    name TEXT NOT NULL,
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    plan BLOB NOT NULL,
    PRIMARY KEY (station, date, step),
    FOREIGN KEY (station, date) REFERENCES drafts ON DELETE CASCADE
) STRICT;
"""
_PLANS: Final = TypeAdapter(DayPlan)


@dataclass(frozen=True, slots=True)
class Step:
    """One edit: what it is called, when it was made, by whom."""

    number: int
    name: str
    at: str
    who: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A station's day as it is being worked on.

    Attributes
    ----------
    plan
        After the latest step that is not undone.
    base
        The version of the register's plan that it began with.
    revision
        Counts everything that happened to it: who knows another has not seen the latest.
    done, undone
        The steps, the latest first; what was undone, the next first.
    """

    plan: DayPlan
    base: int
    revision: int
    done: tuple[Step, ...] = ()
    undone: tuple[Step, ...] = ()


class Drafts:
    """The drafts of a campaign, in a file beside its register."""

    def __init__(self, path: Path) -> None:
        self._book = SideBook(path, _SCHEMA)

    def close(self) -> None:
        """Let go of the file."""
        self._book.close()

    def get(self, station: str, date: dt.date) -> Draft | None:
        """The draft of a day, None without one."""
        key = (station, date.isoformat())
        with self._book.writing():  # one state of both tables
            head = self._book.row(
                "SELECT base, revision, step FROM drafts WHERE station = ? AND date = ?", key
            )
            if head is None:
                return None
            packed = self._book.row(
                "SELECT plan FROM steps WHERE station = ? AND date = ? AND step = ?",
                (*key, head[2]),
            )
            steps = [
                Step(*row)
                for row in self._book.rows(
                    "SELECT step, name, at, who FROM steps WHERE station = ? AND date = ?"
                    " AND step > 0 ORDER BY step",
                    key,
                )
            ]
        assert packed is not None  # noqa: S101  (the foreign key holds it)
        return Draft(
            plan=unpacked(packed[0]),
            base=head[0],
            revision=head[1],
            done=tuple(step for step in reversed(steps) if step.number <= head[2]),
            undone=tuple(step for step in steps if step.number > head[2]),
        )

    def begin(self, plan: DayPlan, who: str) -> None:
        """Begin a draft with the register's plan, in place of any that is there."""
        key = (plan.station.station_id, plan.date.isoformat())
        with self._book.writing():
            self._book.run("DELETE FROM drafts WHERE station = ? AND date = ?", key)
            self._book.run("INSERT INTO drafts VALUES (?, ?, ?, 0, 0)", (*key, plan.version))
            self._insert(key, 0, "", who, plan)

    def add(self, plan: DayPlan, revision: int, name: str, who: str) -> bool:
        """Add a step; False if the draft is no longer at this revision, and nothing is changed."""
        key = (plan.station.station_id, plan.date.isoformat())
        with self._book.writing():
            if not self._advance(key, revision, "step + 1"):
                return False
            (step,) = self._book.row(
                "SELECT step FROM drafts WHERE station = ? AND date = ?", key
            ) or (0,)
            self._book.run(
                "DELETE FROM steps WHERE station = ? AND date = ? AND step >= ?", (*key, step)
            )
            self._insert(key, step, name, who, plan)
        return True

    def undo(self, station: str, date: dt.date, revision: int) -> bool:
        """Step back; False if there is no step, or the draft is at another revision."""
        return self._advance((station, date.isoformat()), revision, "step - 1", "step > 0")

    def redo(self, station: str, date: dt.date, revision: int) -> bool:
        """Step forward again; False if there is no step, or the draft is at another revision."""
        ahead = (
            "EXISTS (SELECT 1 FROM steps WHERE steps.station = drafts.station"
            " AND steps.date = drafts.date AND steps.step = drafts.step + 1)"
        )
        return self._advance((station, date.isoformat()), revision, "step + 1", ahead)

    def drop(self, station: str, date: dt.date, revision: int) -> bool:
        """Forget a draft; False if it is at another revision."""
        gone = self._book.run(
            "DELETE FROM drafts WHERE station = ? AND date = ? AND revision = ?",
            (station, date.isoformat(), revision),
        )
        return gone > 0

    def _advance(self, key: tuple[str, str], revision: int, step: str, when: str = "TRUE") -> bool:
        changed = self._book.run(
            f"UPDATE drafts SET step = {step}, revision = revision + 1"  # noqa: S608  (ours)
            f" WHERE station = ? AND date = ? AND revision = ? AND {when}",
            (*key, revision),
        )
        return changed > 0

    def _insert(self, key: tuple[str, str], step: int, name: str, who: str, plan: DayPlan) -> None:
        packed = zlib.compress(_PLANS.dump_json(plan), 1)
        self._book.run(
            "INSERT INTO steps VALUES (?, ?, ?, ?, ?, ?, ?)",
            (*key, step, name, now_text(), who, packed),
        )
