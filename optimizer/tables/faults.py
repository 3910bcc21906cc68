"""What was found while reading: faults of rows, faults of whole files, warnings."""

from __future__ import annotations

import bisect
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from optimizer.catalogue import Message
from optimizer.errors import Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from optimizer.tables.column_types import Layout

    Facts = Mapping[str, object]
    Texts = NDArray[np.object_]
    Rows = NDArray[np.int64]

VALUE_SHOWN = 40
TEXT, NUMBER, DATE, UNREAD = range(4)
"""How a spreadsheet holds a cell."""


@dataclass(slots=True)
class Grid:
    """A file's table as it stands there, before anything is understood.

    Attributes
    ----------
    headings
        As written, one a column.
    cells
        For each column an object array of str: what was written, numbers in plain digits.
    kinds
        For each column, which cells a spreadsheet holds as NUMBER or DATE, which it cannot show
        (UNREAD); others are TEXT.
    row
        Row numbers as a spreadsheet shows them.
    sheets, first
        Names of the sheets where there are several, and the position of the first row of each.
    origin
        Columns that are a part of one of the file: which.
    overflow
        For rows (by position) that have fewer cells than the heading, or more: the cells beyond.
    ragged
        Rows whose cells have moved, so that no cell of them is judged.
    places
        Position of each recognised column.
    bad
        Rows that have a fault.
    reasons
        For a bad row (by position) its faults.
    """

    layout: Layout
    path: Path
    headings: list[str]
    cells: list[Texts]
    kinds: list[NDArray[np.int8]]
    row: Rows
    sheets: list[str] = field(default_factory=list)
    first: list[int] = field(default_factory=list)
    origin: dict[int, int] = field(default_factory=dict)
    overflow: dict[int, list[str]] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)
    ragged: NDArray[np.bool_] = field(init=False)
    bad: NDArray[np.bool_] = field(init=False)
    reasons: dict[int, list[Fault]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.ragged = np.zeros(len(self.row), dtype=bool)
        self.bad = np.zeros(len(self.row), dtype=bool)

    def __len__(self) -> int:
        return len(self.row)

    @property
    def table(self) -> str:
        """Name of the layout."""
        return self.layout.name

    def heading(self, name: str) -> str:
        """Heading in the file of a recognised column."""
        place = self.places[name]
        return self.headings[self.origin.get(place, place)]

    def add(self, name: str, texts: list[str], place: int = 0) -> None:
        """A column that is not in the file; faults in it are told in the heading at a place."""
        self.places[name] = len(self.cells)
        self.origin[len(self.cells)] = place
        self.cells.append(objects(texts))
        self.kinds.append(np.zeros(len(texts), dtype=np.int8))

    def sheet(self, at: int) -> str:
        """Name of the sheet of a row by position; "" where the file has only one."""
        return self.sheets[bisect.bisect(self.first, at) - 1] if self.sheets else ""

    def number(self, at: int) -> str:
        """A row's number, with its sheet where there are several."""
        sheet = self.sheet(at)
        return f"{sheet}!{self.row[at]}" if sheet else str(self.row[at])


def objects(texts: list[str]) -> Texts:
    """Texts as a column."""
    array = np.empty(len(texts), dtype=object)
    array[:] = texts
    return array


def shown(text: str) -> str:
    """A value as a fault shows it: one line of at most 40 characters."""
    plain = "".join(letter if letter.isprintable() else " " for letter in text[: VALUE_SHOWN + 1])
    return plain if len(plain) <= VALUE_SHOWN else plain[: VALUE_SHOWN - 1] + "…"


@dataclass(slots=True)
class Findings:
    """Collects everything that is wrong.

    A code is the key of two sentences of the catalogue: what is wrong in the room intake_problem,
    what to do in intake_action.
    """

    fatal: list[Fault] = field(default_factory=list)
    rows: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)

    def file(
        self,
        path: Path,
        code: str,
        facts: Facts | None = None,
        *,
        row: int | None = None,
        column: str | None = None,
    ) -> None:
        """Note a fault that concerns a whole file or column: nothing of it can be taken."""
        self.fatal.append(self._fault((path, row, column, None), code, facts or {}))

    def warn(
        self, path: Path, code: str, facts: Facts | None = None, *, column: str | None = None
    ) -> None:
        """Note what the user should know, and what does not prevent the import."""
        self.warnings.append(self._fault((path, None, column, None), code, facts or {}))

    def cells(
        self,
        grid: Grid,
        code: str,
        where: Rows | Sequence[int],
        name: str | None = None,
        facts: Callable[[int], Facts] | Facts | None = None,
    ) -> None:
        """Note a fault in the rows at the positions `where`, in the column `name`.

        `facts` are what the sentence names, the same for all rows or by position.
        """
        if not len(where):
            return
        column = None if name is None else grid.heading(name)
        for at in map(int, where):
            if grid.ragged[at]:
                continue
            value = None if name is None else shown(grid.cells[grid.places[name]][at]) or None
            given = facts(at) if callable(facts) else facts or {}
            place = (grid.path, int(grid.row[at]), column, value)
            fault = replace(self._fault(place, code, given), sheet=grid.sheet(at))
            self.rows.append(fault)
            grid.bad[at] = True
            grid.reasons.setdefault(at, []).append(fault)

    def _fault(
        self, place: tuple[Path, int | None, str | None, str | None], code: str, facts: Facts
    ) -> Fault:
        path, row, column, value = place
        if "table" in facts:
            facts = {**facts, "table": Message(f"table_name.{facts['table']}")}
        problem = Message(f"intake_problem.{code}", **facts)
        action = Message(f"intake_action.{code}", **facts)
        return Fault(str(path), row, column, value, problem, action)

    def report(self, tables: Sequence[str], files: dict[str, Path]) -> list[Fault]:
        """All faults: of files first, then of rows in the order of the files and of their rows."""
        order = {str(files[table]): i for i, table in enumerate(tables) if table in files}
        self.rows.sort(key=lambda fault: (order.get(fault.file, 0), fault.row or 0))
        return self.fatal + self.rows
