"""The campaign's calendar, and every calendar before it.

A calendar that replaces another leaves the blocks that stay alone; those that change or go are
kept in `former_blocks`, each with the first calendar that had it and the first that had it no
more, and their accounts packed: some 120 bytes a block that changed.
"""

# ruff: noqa: S608  (what is put into statements are names of our own tables and columns)

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any, Final

from optimizer.errors import RegisterError
from optimizer.register.frames import cells, frame_of
from optimizer.register.plans import day_text, insert
from optimizer.register.store import now_text

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterable

    import pandas as pd

    from optimizer.register.store import Row, Store

    Visits = tuple[tuple[int, str], ...]
    Blocks = dict[str, tuple[Row, Visits]]

_BLOCKS: Final = (
    "block", "station", "crew", "date", "visits", "work_s", "travel_s", "distance_m", "pace",
)  # fmt: skip
_NUMBERS: Final = "visits work_s travel_s distance_m"
_BLOCK_VISITS: Final = ("block", "seq", "account_no")
_MISSED: Final = ("account_no", "date")
_UNPLANNED: Final = ("account_no", "code", "reason")
LACK_OF_TIME: Final = frozenset({"horizon_full", "no_duty_days", "no_crew"})
"""Codes of `unplanned` that more time or more crews would end."""
_CALENDARS: Final = ("calendar", "at", "who", "blocks", "visits", "unplanned")


def save_calendar(
    store: Store,
    blocks: pd.DataFrame,
    visits: pd.DataFrame,
    unplanned: pd.DataFrame,
    missed: pd.DataFrame | None,
) -> None:
    """See `optimizer.register.Register.save_calendar`."""
    _check(blocks, visits, unplanned)
    dated = blocks.assign(date=[day_text(date) for date in blocks["date"]])
    with store.writing():
        store.run("DELETE FROM missed")
        if missed is not None:
            insert(store, "missed", missed, _MISSED)
        before, after = _kept_blocks(store), _given_blocks(dated, visits)
        idle, given = _kept_unplanned(store), {str(r[0]): r for r in cells(unplanned, _UNPLANNED)}
        if (before, idle) == (after, given):
            return
        number = _new_calendar(store, blocks=len(blocks), visits=len(visits), left=len(unplanned))
        stays = {block for block, row in before.items() if after.get(block) == row}
        same = {account for account, row in idle.items() if given.get(account) == row}
        _archive(store, number, {block: before[block] for block in before.keys() - stays})
        _archive_unplanned(store, number, sorted(idle.keys() - same))
        new = dated[~dated["block"].isin(stays)].assign(since=number)
        insert(store, "blocks", new, (*_BLOCKS, "since"))
        insert(store, "block_visits", visits[~visits["block"].isin(stays)], _BLOCK_VISITS)
        insert(store, "unplanned", unplanned[~unplanned["account_no"].isin(same)], _UNPLANNED)
        _check_once(store)


def _check(blocks: pd.DataFrame, visits: pd.DataFrame, unplanned: pd.DataFrame) -> None:
    for table, frame, key, columns in (
        ("blocks", blocks, ["block"], _BLOCKS),
        ("block_visits", visits, ["block", "seq"], _BLOCK_VISITS),
        ("unplanned", unplanned, ["account_no"], _UNPLANNED),
    ):
        for column in columns:
            if column not in frame:
                raise RegisterError("table.no_column", table=table, column=column)
        twice = frame.duplicated(key)
        if twice.any():
            name = "/".join(str(value) for value in frame.loc[twice, key].iloc[0])
            raise RegisterError("table.twice", table=table, name=name)
    strays = visits.loc[~visits["block"].isin(blocks["block"]), "block"]
    if len(strays):
        raise RegisterError("table.stray_block", block=strays.iloc[0])


def _kept_unplanned(store: Store) -> dict[str, Row]:
    return {row[0]: row for row in store.rows(f"SELECT {', '.join(_UNPLANNED)} FROM unplanned")}


def _kept_blocks(store: Store) -> Blocks:
    rows = store.rows(f"SELECT {', '.join(_BLOCKS)} FROM blocks")
    visits = store.rows("SELECT block, seq, account_no FROM block_visits ORDER BY block, seq")
    return _by_block(rows, visits)


def _given_blocks(blocks: pd.DataFrame, visits: pd.DataFrame) -> Blocks:
    return _by_block(list(cells(blocks, _BLOCKS)), sorted(cells(visits, _BLOCK_VISITS)))


def _by_block(rows: list[Row], visits: list[Row]) -> Blocks:
    """Blocks by name, each with its visits in order."""
    found: dict[str, list[tuple[int, str]]] = {}
    for block, seq, account in visits:
        found.setdefault(block, []).append((seq, account))
    return {row[0]: (row, tuple(found.get(row[0], ()))) for row in rows}


def _new_calendar(store: Store, *, blocks: int, visits: int, left: int) -> int:
    return store.run(
        "INSERT INTO calendars (at, who, blocks, visits, unplanned) VALUES (?, ?, ?, ?, ?)",
        (now_text(), store.who, blocks, visits, left),
    )


def _archive(store: Store, number: int, former: Blocks) -> None:
    """Move blocks out of the calendar, from calendar `number` on."""
    since: dict[str, int] = dict(store.rows("SELECT block, since FROM blocks"))
    store.run_many(
        f"INSERT INTO former_blocks (until, since, {', '.join(_BLOCKS)}, accounts)"
        f" VALUES ({', '.join('?' * (len(_BLOCKS) + 3))})",
        (
            (number, since[block], *row, _packed(account for _, account in visits))
            for block, (row, visits) in sorted(former.items())
        ),
    )
    for table in ("block_visits", "blocks"):
        store.run_many(f"DELETE FROM {table} WHERE block = ?", ((block,) for block in former))


def _archive_unplanned(store: Store, number: int, accounts: Collection[str]) -> None:
    names = [(account,) for account in accounts]
    store.run_many(
        f"INSERT INTO former_unplanned SELECT {number}, {', '.join(_UNPLANNED)} FROM unplanned"
        " WHERE account_no = ?",
        names,
    )
    store.run_many("DELETE FROM unplanned WHERE account_no = ?", names)


def _packed(accounts: Iterable[str]) -> bytes:
    return zlib.compress("\n".join(accounts).encode(), 9)


def _check_once(store: Store) -> None:
    both = store.value(
        "SELECT account_no FROM unplanned WHERE account_no IN (SELECT account_no FROM block_visits)"
    )
    if both is not None:
        raise RegisterError("table.both", account=both)


def blocks(
    store: Store, station: str | None, first: dt.date | None, last: dt.date | None
) -> pd.DataFrame:
    """See `optimizer.register.Register.blocks`."""
    where, values = _span(station, first, last)
    rows = store.rows(
        f"SELECT {', '.join(_BLOCKS)} FROM blocks {where} ORDER BY date, station, crew", values
    )
    return frame_of(rows, _BLOCKS, ints=_NUMBERS, floats="pace")


def block_visits(
    store: Store, station: str | None, first: dt.date | None, last: dt.date | None
) -> pd.DataFrame:
    """See `optimizer.register.Register.block_visits`."""
    where, values = _span(station, first, last)
    rows = store.each(
        "SELECT block, seq, account_no, crew, date FROM blocks JOIN block_visits USING (block)"
        f" {where} ORDER BY date, station, crew, seq",
        values,
    )
    return frame_of(rows, (*_BLOCK_VISITS, "crew", "date"), ints="seq")


def missed(store: Store) -> pd.DataFrame:
    """See `optimizer.register.Register.missed`."""
    rows = store.rows(f"SELECT {', '.join(_MISSED)} FROM missed ORDER BY account_no")
    return frame_of(rows, _MISSED)


def unplanned(store: Store) -> pd.DataFrame:
    """See `optimizer.register.Register.unplanned`."""
    rows = store.rows(f"SELECT {', '.join(_UNPLANNED)} FROM unplanned ORDER BY account_no")
    return frame_of(rows, _UNPLANNED)


# ---- former calendars --------------------------------------------------------------------------

_EVER: Final = f"""(
    SELECT {", ".join(_BLOCKS)}, since, 9223372036854775807 AS until FROM blocks
    UNION ALL SELECT {", ".join(_BLOCKS)}, since, until FROM former_blocks)"""


def calendars(store: Store) -> pd.DataFrame:
    """See `optimizer.register.Register.calendars`."""
    rows = store.rows(f"SELECT {', '.join(_CALENDARS)} FROM calendars ORDER BY calendar")
    return frame_of(rows, _CALENDARS, ints="calendar blocks visits unplanned")


def planned(store: Store) -> pd.DataFrame:
    """See `optimizer.register.Register.planned`."""
    rows = store.rows(f"""
        WITH ever AS MATERIALIZED {_EVER}, days AS MATERIALIZED (
            SELECT date, COALESCE(
                (SELECT max(calendar) FROM calendars WHERE substr(at, 1, 10) <= date),
                (SELECT min(calendar) FROM calendars)) AS calendar
            FROM (SELECT DISTINCT date FROM ever))
        SELECT station, date, sum(visits) FROM ever JOIN days USING (date)
        WHERE since <= calendar AND calendar < until
        GROUP BY date, station ORDER BY date, station""")
    return frame_of(rows, ("station", "date", "visits"), ints="visits")


def calendar(store: Store, number: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """See `optimizer.register.Register.calendar`."""
    with store.reading():
        if store.value("SELECT 1 FROM calendars WHERE calendar = ?", (number,)) is None:
            raise RegisterError("table.no_calendar", number=number)
        rows = store.rows(
            f"SELECT {', '.join(_BLOCKS)} FROM {_EVER} WHERE since <= ?1 AND ?1 < until"
            " ORDER BY date, station, crew",
            (number,),
        )
        found = store.rows(
            "SELECT block, account_no FROM blocks JOIN block_visits USING (block)"
            " WHERE since <= ? ORDER BY block, seq",
            (number,),
        )
        packed = store.rows(
            "SELECT block, accounts FROM former_blocks WHERE since <= ?1 AND ?1 < until"
            " ORDER BY block",
            (number,),
        )
    found += [
        (block, account)
        for block, accounts in packed
        for account in zlib.decompress(accounts).decode().split("\n")
        if account
    ]
    visits = frame_of(found, ("block", "account_no"))
    visits.insert(1, "seq", visits.groupby("block").cumcount())
    return frame_of(rows, _BLOCKS, ints=_NUMBERS, floats="pace"), visits


def _span(
    station: str | None, first: dt.date | None, last: dt.date | None
) -> tuple[str, list[object]]:
    wishes: list[tuple[str, Any]] = [
        ("station = ?", station),
        ("date >= ?", None if first is None else day_text(first)),
        ("date <= ?", None if last is None else day_text(last)),
    ]
    wanted = [(clause, value) for clause, value in wishes if value is not None]
    where = " AND ".join(clause for clause, _ in wanted)
    return f"WHERE {where}" if where else "", [value for _, value in wanted]
