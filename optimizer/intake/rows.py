"""Checks of rows against each other: the same twice, references, order of dates and times."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from optimizer.intake.columns import COLUMNS, KEYS
from optimizer.tables.clean_text import narrow, station_stem

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from numpy.typing import NDArray

    from optimizer.tables.column_types import Column
    from optimizer.tables.faults import Findings, Grid

    Values = dict[str, NDArray[Any]]


@dataclass(slots=True)
class Known:
    """The ids of one table that others may name.

    Attributes
    ----------
    ids
        All of them: of the file, or of the register if there is no file.
    rejected
        Those of the file whose row has a fault, and that the register does not have either.
    by_name
        Id of each name that only one row bears.
    ambiguous
        Names that several rows bear.
    by_stem
        The id of each short name that only one row has, such as 泗汾 of 泗汾供电所.
    """

    ids: frozenset[str] = frozenset()
    rejected: frozenset[str] = frozenset()
    by_name: dict[str, str] = field(default_factory=dict)
    ambiguous: frozenset[str] = frozenset()
    by_stem: dict[str, str] = field(default_factory=dict)


def known_of(grid: Grid, values: Values, registered: Collection[str]) -> Known:
    """What the rows of a file that has been checked offer to those who refer to it."""
    ids = values[KEYS[grid.table][0]]
    rejected = frozenset(ids) - frozenset(ids[~grid.bad]) - frozenset(registered) - {""}
    return _known(ids, values.get("name", ids), rejected)


def known_before(registered: Mapping[str, str]) -> Known:
    """The same of a table that is in the register: ids with their names."""
    return _known(list(registered), list(registered.values()))


def _known(
    ids: Iterable[str], names: Iterable[str], rejected: frozenset[str] = frozenset()
) -> Known:
    everything = frozenset(ids) - {""}
    pairs = pd.DataFrame({"name": list(map(narrow, names)), "id": list(ids)}).drop_duplicates()
    pairs = pairs[(pairs["name"] != "") & (pairs["id"] != "")]
    unclear = pairs["name"].duplicated(keep=False)
    single = pairs[~unclear]
    short = pairs.assign(name=[station_stem(name) for name in pairs["name"]]).drop_duplicates()
    short = short[~short["name"].duplicated(keep=False)]
    return Known(
        everything,
        rejected,
        dict(zip(single["name"], single["id"], strict=True)),
        frozenset(pairs.loc[unclear, "name"]) - everything,
        dict(zip(short["name"], short["id"], strict=True)),
    )


def check_twice(grid: Grid, values: Values, findings: Findings) -> None:
    """No two rows share their key; of rows that are equal throughout, the first is good."""
    name = KEYS[grid.table][0]
    keys = pd.DataFrame({name: values[name] for name in KEYS[grid.table]})
    filled = (keys != "").all(axis=1) & ~grid.ragged
    suspects = np.flatnonzero(filled & keys.duplicated(keep=False))
    content = pd.DataFrame({name: column[suspects] for name, column in values.items()})
    equal = content.duplicated(keep="first").to_numpy()
    different: dict[tuple[Any, ...], list[int]] = {}
    shared = keys.iloc[suspects].itertuples(index=False, name=None)
    for at, same, key in zip(map(int, suspects), equal, shared, strict=True):
        rows = different.setdefault(key, [])
        if same:
            findings.cells(grid, "twice", [at], name, {"row": grid.number(rows[0])})
        else:
            rows.append(at)
    for first, *others in different.values():
        for at in (first, *others) if others else ():
            other = others[0] if at == first else first
            facts = {"name": grid.heading(name), "row": grid.number(other)}
            findings.cells(grid, "same_key", [at], name, facts)


def check_order(grid: Grid, values: Values, findings: Findings) -> None:
    """What begins must begin before it ends."""
    for start, end, code in (
        ("first", "last", "date_order"),
        ("shift_start", "shift_end", "shift_order"),
    ):
        if start not in values or end not in grid.places:
            continue
        begins, ends = values[start].astype(str), values[end].astype(str)
        wrong = (begins != "") & (ends != "")
        wrong &= ends < begins if code == "date_order" else ends <= begins
        findings.cells(grid, code, np.flatnonzero(wrong), end)


def resolve(
    grid: Grid,
    values: Values,
    known: dict[str, Known],
    findings: Findings,
    *,
    reject: bool,
) -> None:
    """Turn references into ids of the tables that they name, in place; note what is not there.

    Parameters
    ----------
    known
        By table; a table that is missing here could not be read, and is not asked.
    reject
        Whether a reference to a row that was rejected is itself a fault.
    """
    for column in COLUMNS[grid.table]:
        if column.reference in known and column.name in grid.places:
            target = known[column.reference]
            _resolve_column(grid, values, column, target, findings)
            if reject:
                refused = np.isin(values[column.name], list(target.rejected))
                table = {"table": column.reference}
                where = np.flatnonzero(refused)
                findings.cells(grid, "rejected_reference", where, column.name, table)


def _resolve_column(
    grid: Grid, values: Values, column: Column, target: Known, findings: Findings
) -> None:
    name = column.name
    codes, different = pd.factorize(values[name])
    stems = target.by_stem if column.reference == "stations" else {}
    found = [_id_of(text, target, stems) for text in different]
    resolved = np.array(found, dtype=object)[codes]
    unknown = np.flatnonzero((values[name] != "") & (resolved == ""))
    if not target.ids and len(unknown):
        findings.file(
            grid.path, "no_reference", {"table": column.reference}, column=grid.heading(name)
        )
        return
    for at in map(int, unknown):
        text = values[name][at]
        code = "ambiguous_name" if text in target.ambiguous else "unknown_reference"
        facts = {"table": column.reference, "value": text}
        findings.cells(grid, code, [at], name, facts)
    values[name] = resolved


def _id_of(text: str, target: Known, stems: Mapping[str, str]) -> str:
    if text in target.ids or not text:
        return text
    return target.by_name.get(text, "") or stems.get(station_stem(text), "")
