"""The columns of the register's tables, and the way between data frames and rows.

Text columns have pandas' `str` dtype and "" where there is nothing; number columns are float64
with NaN. In the file a missing number, and a missing name of a station, area or crew, is NULL.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from optimizer.errors import RegisterError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

ROWS_AT_ONCE: Final = 4096
"""Rows of a query that are in memory beside the frame they go into."""
MOST_DIFFERENT: Final = 0.5
"""Texts of a column are compared while no larger share of them differs."""


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the customer files.

    Attributes
    ----------
    name
        In the register and as key of `take_in`.
    key
        Columns that name a row.
    columns
        All columns, in the order of the frames.
    numbers
        Those of them that are numbers.
    references
        Columns that name a row of another table, and that table.
    """

    name: str
    key: tuple[str, ...]
    columns: tuple[str, ...]
    numbers: frozenset[str]
    references: dict[str, str]

    @property
    def facts(self) -> tuple[str, ...]:
        """The columns that are not the key."""
        return tuple(column for column in self.columns if column not in self.key)


def _table(name: str, key: str, columns: str, numbers: str, **references: str) -> Table:
    return Table(
        name=name,
        key=tuple(key.split()),
        columns=tuple(columns.split()),
        numbers=frozenset(numbers.split()),
        references=references,
    )


TABLES: Final[dict[str, Table]] = {
    table.name: table
    for table in (
        _table("stations", "station", "station name lon lat phone capacity", "lon lat capacity"),
        _table("areas", "area", "area name station manager lon lat", "lon lat", station="stations"),
        _table(
            "crews",
            "crew",
            "crew station member1 member2 phone motorcycle skills duty_days shift_start shift_end"
            " home_lon home_lat",
            "home_lon home_lat",
            station="stations",
        ),
        _table("leave", "crew first last", "crew first last reason", "", crew="crews"),
        _table(
            "customers",
            "account_no",
            "account_no name address phone area station kind lon lat service_min window note",
            "lon lat service_min",
            area="areas",
            station="stations",
        ),
    )
}
"""The tables of the customer files, each after those that it refers to."""


def conform(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """`frame` with exactly the columns and dtypes of `table`; a missing column is empty.

    Raises
    ------
    RegisterError
        A column that the table does not have, an empty key, or the same key twice.
    """
    unknown = [str(column) for column in frame.columns if column not in table.columns]
    if unknown:
        raise RegisterError(
            "table.strange_column", table=table.name, column=unknown[0], known=table.columns
        )
    columns = {
        name: _numbers(frame, name) if name in table.numbers else _texts(frame, name)
        for name in table.columns
    }
    tidy = pd.DataFrame(columns, index=pd.RangeIndex(len(frame)))
    for column in table.key:
        if (tidy[column] == "").any():
            raise RegisterError("table.no_value", table=table.name, column=column)
    twice = tidy.duplicated(list(table.key))
    if twice.any():
        key = "/".join(tidy.loc[twice, list(table.key)].iloc[0])
        raise RegisterError("table.keep_one", table=table.name, key=key)
    return tidy


def _numbers(frame: pd.DataFrame, name: str) -> np.ndarray[Any, np.dtype[np.float64]]:
    if name not in frame:
        return np.full(len(frame), np.nan)
    return frame[name].to_numpy(dtype=np.float64, na_value=np.nan)


def _texts(frame: pd.DataFrame, name: str) -> pd.api.extensions.ExtensionArray:
    if name not in frame:
        return pd.array([""] * len(frame), dtype="str")
    return frame[name].fillna("").astype("str").array


def cells(
    frame: pd.DataFrame, columns: Sequence[str], nullable: frozenset[str] = frozenset()
) -> Iterator[tuple[object, ...]]:
    """The rows of some columns as SQLite wants them: "" of a `nullable` column is NULL."""
    lists: list[list[object]] = []
    for column in columns:
        values = frame[column].tolist()
        lists.append([value or None for value in values] if column in nullable else values)
    return zip(*lists, strict=True)


def frame_of(
    rows: Iterable[tuple[object, ...]], columns: Sequence[str], *, floats: str = "", ints: str = ""
) -> pd.DataFrame:
    """A frame of query rows: text (`str`) columns, but for those named floats or ints.

    Rows are read a few thousand at a time, and equal texts become one: of hundreds of thousands of
    rows the names of their stations alone would be tens of megabytes.
    """
    kinds: dict[str, Any] = {
        **dict.fromkeys(columns),
        **dict.fromkeys(floats.split(), np.float64),
        **dict.fromkeys(ints.split(), np.int64),
    }
    texts = {name: _Texts() for name in columns if kinds[name] is None}
    numbers = {
        name: [np.zeros(0, dtype=kinds[name])] for name in columns if kinds[name] is not None
    }
    left = iter(rows)
    while some := list(islice(left, ROWS_AT_ONCE)):
        for name, values in zip(columns, zip(*some, strict=True), strict=True):
            if name in texts:
                texts[name].add(values)
            else:
                numbers[name].append(np.array(values, dtype=kinds[name]))
    data = {
        name: pd.array(texts[name].values, dtype="str")
        if name in texts
        else np.concatenate(numbers[name])
        for name in columns
    }
    length = len(next(iter(data.values()))) if data else 0
    return pd.DataFrame(data, columns=list(columns), index=pd.RangeIndex(length))


class _Texts:
    """A column of text, equal ones one object while few of them differ."""

    def __init__(self) -> None:
        self.values: list[Any] = []
        self._known: dict[Any, Any] | None = {}

    def add(self, values: Sequence[Any]) -> None:
        if self._known is not None:
            values = list(map(self._known.setdefault, values, values))
        self.values += values
        if self._known is not None and len(self._known) > MOST_DIFFERENT * len(self.values):
            self._known = None
