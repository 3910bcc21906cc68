"""Customer files into the register: what is new, what changed, who is gone, in one transaction."""

# ruff: noqa: S608  (what is put into statements are names of our own tables and columns)

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Final

import pandas as pd

from optimizer.errors import RegisterError
from optimizer.register.frames import TABLES, Table, cells, conform, frame_of
from optimizer.register.schema import PLACE
from optimizer.register.store import now_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from optimizer.register.store import Store

    Progress = Callable[[int, int], None]

STATUSES: Final = (
    "open",
    "visited",
    "nobody_home",
    "refused",
    "moved",
    "demolished",
    "duplicate",
    "conflict",
    "closed",
)
"""What the field has said about a customer: `open` has never been tried, `visited` is done,
`nobody_home` is to be tried again, `conflict` has records that contradict each other; `closed`
are those unvisited whom the office has taken off every list."""

_STATUS: Final = """CASE
    WHEN closed AND status NOT IN ('visited', 'demolished', 'moved', 'duplicate') THEN 'closed'
    ELSE status END"""

_CHUNK: Final = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class TableCounts:
    """What one table's import did; `back` counts rows that were gone and are there again."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    gone: int = 0
    back: int = 0

    @property
    def nothing(self) -> bool:
        """Whether the register already said all of this."""
        return not (self.added or self.changed or self.gone or self.back)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportSummary:
    """What an import did, by table; `import_id` is None where it changed nothing."""

    source: str
    datum: str
    import_id: int | None = None
    tables: dict[str, TableCounts] = field(default_factory=dict)

    @property
    def nothing(self) -> bool:
        """Whether the register is as it was."""
        return all(counts.nothing for counts in self.tables.values())


@dataclass(frozen=True, slots=True)
class _Difference:
    table: Table
    added: pd.DataFrame
    changed: pd.DataFrame
    before: pd.DataFrame
    gone: pd.DataFrame
    back: pd.DataFrame
    unchanged: int

    @property
    def counts(self) -> TableCounts:
        return TableCounts(
            added=len(self.added),
            changed=len(self.changed),
            unchanged=self.unchanged,
            gone=len(self.gone),
            back=len(self.back),
        )


def read_table(
    store: Store, name: str, where: str = "gone_by IS NULL", *values: object
) -> pd.DataFrame:
    """Rows of one table of the customer files, in the order of their keys."""
    table = TABLES[name]
    rows = store.rows(
        f"SELECT {_select(table)} FROM {name} WHERE {where} ORDER BY {', '.join(table.key)}",
        values,
    )
    return frame_of(rows, table.columns, floats=" ".join(table.numbers))


def read_customers(
    store: Store, station: str | None, *, gone: bool, columns: Sequence[str] | None = None
) -> pd.DataFrame:
    """See `optimizer.register.Register.customers`."""
    table = TABLES["customers"]
    names = table.columns if columns is None else tuple(columns)
    where = f"gone_by IS {'NOT ' if gone else ''}NULL"
    if station is not None:
        where += " AND at_station = ?"
    rows = store.each(
        f"SELECT {_select(table, names)}, {_STATUS} FROM customers WHERE {where}"
        " ORDER BY account_no",
        () if station is None else (station,),
    )
    return frame_of(rows, (*names, "status"), floats=" ".join(table.numbers))


def read_changes(store: Store, table: str, key: str | None) -> pd.DataFrame:
    """See `optimizer.register.Register.changes`."""
    rows = store.rows(
        "SELECT at, who, source, table_name, key, what, columns FROM changes"
        " JOIN imports USING (import_id)"
        " WHERE table_name = ? AND key = COALESCE(?, key) ORDER BY change_id",
        (table, key),
    )
    return frame_of(rows, ("at", "who", "source", "table", "key", "what", "columns"))


def read_changed(
    store: Store, import_id: int, table: str, most: int
) -> list[tuple[str, dict[str, list[object]]]]:
    """See `optimizer.register.Register.changed_by`."""
    rows = store.rows(
        "SELECT key, columns FROM changes WHERE import_id = ? AND table_name = ?"
        " AND what = 'changed' ORDER BY change_id LIMIT ?",
        (import_id, table, most),
    )
    return [(key, json.loads(columns)) for key, columns in rows]


def take_in(
    store: Store,
    tables: Mapping[str, pd.DataFrame],
    *,
    source: str,
    datum: str,
    complete: bool = True,
    progress: Progress | None = None,
) -> ImportSummary:
    """See `optimizer.register.Register.take_in`."""
    strange = [name for name in tables if name not in TABLES]
    if strange:
        raise RegisterError("table.unknown", table=strange[0], known=TABLES)
    frames = {name: conform(tables[name], TABLES[name]) for name in TABLES if name in tables}
    with store.writing():
        differences = [_difference(store, TABLES[name], frame) for name, frame in frames.items()]
        if not complete:
            differences = [_without_gone(difference) for difference in differences]
        summary = ImportSummary(
            source=source,
            datum=datum,
            tables={difference.table.name: difference.counts for difference in differences},
        )
        if summary.nothing:
            return summary
        _check_references(store, frames)
        return _write(store, summary, differences, progress or (lambda _done, _total: None))


def _difference(store: Store, table: Table, new: pd.DataFrame) -> _Difference:
    old = read_table(store, table.name, "TRUE")
    gone_before = _keys(
        frame_of(
            store.rows(
                f"SELECT {', '.join(table.key)} FROM {table.name} WHERE gone_by IS NOT NULL"
            ),
            table.key,
        ),
        table,
    )
    old.index, new.index = _keys(old, table), _keys(new, table)
    new = new.sort_index()
    common = new.index.intersection(old.index, sort=False)
    new_common, old_common = new.loc[common], old.loc[common]
    differs = _differing(new_common, old_common, table).any(axis=1)
    missing = old.index.difference(new.index, sort=False).difference(gone_before, sort=False)
    return _Difference(
        table=table,
        added=new.loc[new.index.difference(old.index, sort=False)],
        changed=new_common[differs],
        before=old_common[differs],
        gone=old.loc[missing],
        back=new.loc[new.index.intersection(gone_before, sort=False)],
        unchanged=int((~differs & ~new_common.index.isin(gone_before)).sum()),
    )


def _without_gone(difference: _Difference) -> _Difference:
    return _Difference(
        table=difference.table,
        added=difference.added,
        changed=difference.changed,
        before=difference.before,
        gone=difference.gone.iloc[:0],
        back=difference.back,
        unchanged=difference.unchanged,
    )


def _keys(frame: pd.DataFrame, table: Table) -> pd.Index[str]:
    """One text a row that names it; several key columns are joined by a character of no file."""
    first, *others = table.key
    key = frame[first].str.cat(frame[others], sep="\x1f") if others else frame[first]
    return pd.Index(key, name="key")


def _differing(new: pd.DataFrame, old: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Which cells of two frames of the same rows are not the same."""
    return pd.DataFrame(
        {
            column: (new[column] != old[column]) & ~(new[column].isna() & old[column].isna())
            for column in table.facts
        },
        index=new.index,
    )


def _check_references(store: Store, frames: Mapping[str, pd.DataFrame]) -> None:
    for name, frame in frames.items():
        for column, parent in TABLES[name].references.items():
            (key,) = TABLES[parent].key
            known = {row[0] for row in store.rows(f"SELECT {key} FROM {parent}")}
            if parent in frames:
                known.update(frames[parent][key])
            needed = [text for text in frame[column].unique() if text and text not in known]
            if needed:
                row = "/".join(
                    frame.loc[frame[column] == needed[0], list(TABLES[name].key)].iloc[0]
                )
                raise RegisterError(
                    "table.no_parent",
                    table=name,
                    row=row,
                    column=column,
                    name=needed[0],
                    parent=parent,
                )


def _write(
    store: Store, summary: ImportSummary, differences: list[_Difference], progress: Progress
) -> ImportSummary:
    import_id = store.run(
        "INSERT INTO imports (at, who, source, datum, summary) VALUES (?, ?, ?, ?, ?)",
        (
            now_text(),
            store.who,
            summary.source,
            summary.datum,
            json.dumps({name: asdict(counts) for name, counts in summary.tables.items()}),
        ),
    )
    total = sum(len(d.added) + len(d.changed) for d in differences)
    done = 0
    for difference in differences:
        for rows, write in ((difference.added, _insert), (difference.changed, _update)):
            for first in range(0, len(rows), _CHUNK):
                chunk = rows.iloc[first : first + _CHUNK]
                write(store, difference.table, chunk, import_id)
                done += len(chunk)
                progress(done, total)
        if difference.table.name == "customers":
            store.run(PLACE)
        _note_changes(store, difference, import_id)
        _mark(store, difference, import_id)
    return ImportSummary(
        source=summary.source, datum=summary.datum, import_id=import_id, tables=summary.tables
    )


def _insert(store: Store, table: Table, rows: pd.DataFrame, import_id: int) -> None:
    places = [f"?{number}" for number in range(1, len(table.columns) + 1)]
    columns = _quoted(table.columns)
    if table.name == "customers":
        columns += ", at_station, at_area"
        places += [places[table.columns.index(name)] for name in ("station", "area")]
    store.run_many(
        f"INSERT INTO {table.name} ({columns}, added_by) VALUES ({', '.join(places)}, {import_id})",
        cells(rows, table.columns, _nullable(table)),
    )


def _update(store: Store, table: Table, rows: pd.DataFrame, import_id: int) -> None:
    settings = ", ".join(f'"{column}" = ?' for column in table.facts)
    store.run_many(
        f"UPDATE {table.name} SET {settings}, changed_by = {import_id} WHERE {_is_key(table)}",
        cells(rows, table.facts + table.key, _nullable(table)),
    )


def _note_changes(store: Store, difference: _Difference, import_id: int) -> None:
    table = difference.table
    differing = _differing(difference.changed, difference.before, table)
    pairs: list[dict[str, list[object]]] = [{} for _ in range(len(differing))]
    for column in table.facts:
        old, new = difference.before[column].tolist(), difference.changed[column].tolist()
        for place in differing[column].to_numpy().nonzero()[0]:
            pairs[place][column] = [_plain(old[place]), _plain(new[place])]
    _add_changes(
        store, table, import_id, "changed", zip(difference.changed.index, pairs, strict=True)
    )


def _mark(store: Store, difference: _Difference, import_id: int) -> None:
    table = difference.table
    for rows, what, value in (
        (difference.gone, "gone", str(import_id)),
        (difference.back, "back", "NULL"),
    ):
        store.run_many(
            f"UPDATE {table.name} SET gone_by = {value} WHERE {_is_key(table)}",
            cells(rows, table.key),
        )
        _add_changes(store, table, import_id, what, ((key, {}) for key in rows.index))


def _add_changes(
    store: Store, table: Table, import_id: int, what: str, rows: Iterable[tuple[str, object]]
) -> None:
    store.run_many(
        "INSERT INTO changes (import_id, table_name, key, what, columns) VALUES (?, ?, ?, ?, ?)",
        (
            (
                import_id,
                table.name,
                key.replace("\x1f", "/"),
                what,
                json.dumps(columns, ensure_ascii=False),
            )
            for key, columns in rows
        ),
    )


def _plain(value: object) -> object:
    return None if value != value else value  # noqa: PLR0124  (NaN is what is not itself)


def _nullable(table: Table) -> frozenset[str]:
    return frozenset(table.references) - frozenset(table.key)


def _quoted(columns: tuple[str, ...]) -> str:
    return ", ".join(f'"{column}"' for column in columns)


def _select(table: Table, columns: Sequence[str] | None = None) -> str:
    nullable = _nullable(table)
    return ", ".join(
        f"COALESCE({column}, '')" if column in nullable else f'"{column}"'
        for column in columns or table.columns
    )


def _is_key(table: Table) -> str:
    return " AND ".join(f"{column} = ?" for column in table.key)
