"""Small tables that a chief writes by hand beside campaign.toml."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from optimizer.errors import Fault, IntakeError
from optimizer.tables.table_rows import TableReading, read_rows

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from optimizer.tables.column_types import Layout

_ENDINGS: Final = ("csv", "xlsx", "ods")


def own_table(folder: Path | None, name: str) -> Path | None:
    """The campaign's table of that name, as CSV or as a workbook; None where it has none."""
    if folder is None:
        return None
    paths = (folder / f"{name}.{ending}" for ending in _ENDINGS)
    return next((path for path in paths if path.exists()), None)


def small_table(path: Path, layout: Layout) -> TableReading:
    """Rows of a table that a chief writes by hand; each has its own faults.

    Raises
    ------
    IntakeError
        The file cannot be read, or lacks a column that it must have.
    """
    table = read_rows(path, layout, path.name)
    near = [one for one in table.remarks if one.problem_code == "unknown_column_near"]
    if table.faults or near:
        raise IntakeError("file.unreadable", [*table.faults, *near], path=path)
    return table


def refuse(path: Path, faults: Iterable[Fault]) -> None:
    """Raise all faults of a table together, if there are any."""
    found = sorted(faults, key=lambda fault: fault.row or 0)
    if found:
        raise IntakeError("file.faults", found, path=path, count=len(found))
