"""Events: what happened, appended and never changed."""

# ruff: noqa: S608  (what is put into statements are names of our own tables and columns)

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from optimizer.register.frames import frame_of
from optimizer.register.plans import day_text
from optimizer.register.store import now_text

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterable, Mapping

    import pandas as pd

    from optimizer.register.store import Row, Store

COLUMNS: Final = (
    "event_id", "at", "who", "kind", "account_no", "station", "crew", "date", "body",
)  # fmt: skip
CHANGED: Final = "event_id, at, who, kind, COALESCE(account_no, ''), COALESCE(date, ''), body"
"""The columns that a `Change` is made of."""
_OF_STATION: Final = """at >= date('now', '-90 days') AND (
    account_no IN (SELECT account_no FROM customers WHERE at_station = ?3)
    OR account_no IS NULL AND json_extract(body, '$.station') = ?3)"""
TAKEN_BACK: Final = "taken_back"
"""An event that takes back the decision that stands last about what it names."""


class Change(NamedTuple):
    """An event by which somebody has moved a matter on."""

    event: int
    moment: str
    who: str
    kind: str
    account_no: str
    date: str
    body: dict[str, Any]

    @property
    def name(self) -> str:
        """The matter that was moved; of an account's closing the account, of records the day."""
        if self.kind == "settle":
            return f"{self.account_no}/{self.date}"
        return str(self.body.get(self.kind, self.account_no))


def add_event(
    store: Store,
    kind: str,
    body: Mapping[str, object],
    *,
    account_no: str | None = None,
    station: str | None = None,
    crew: str | None = None,
    date: dt.date | None = None,
) -> int:
    """See `optimizer.register.Register.record`."""
    with store.writing():
        return store.run(
            "INSERT INTO events (at, who, kind, account_no, station, crew, date, body)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                now_text(),
                store.who,
                kind,
                account_no or None,
                station or None,
                crew or None,
                None if date is None else day_text(date),
                json.dumps(body, ensure_ascii=False),
            ),
        )


def read_events(
    store: Store,
    kind: str | None,
    accounts: Collection[str] | None,
    first: dt.date | None,
    last: dt.date | None,
) -> pd.DataFrame:
    """See `optimizer.register.Register.events`."""
    wishes = [
        ("kind = ?", kind),
        (
            "account_no IN (SELECT value FROM json_each(?))",
            None if accounts is None else json.dumps(list(accounts)),
        ),
        ("date >= ?", None if first is None else day_text(first)),
        ("date <= ?", None if last is None else day_text(last)),
    ]
    wanted = [(clause, value) for clause, value in wishes if value is not None]
    where = " AND ".join(clause for clause, _ in wanted) or "TRUE"
    rows = store.rows(
        "SELECT event_id, at, who, kind, COALESCE(account_no, ''), COALESCE(station, ''),"
        f" COALESCE(crew, ''), COALESCE(date, ''), body FROM events WHERE {where}"
        " ORDER BY event_id",
        [value for _, value in wanted],
    )
    return frame_of(rows, COLUMNS, ints="event_id")


def standing(changes: Iterable[Change]) -> list[Change]:
    """Those of changes, in the order of their events, that were not taken back."""
    kept: list[Change] = []
    for change in changes:
        if change.kind != TAKEN_BACK:
            kept.append(change)
            continue
        wanted = change.body["of"], change.body["name"]
        places = [i for i, one in enumerate(kept) if (one.kind, one.name) == wanted]
        if places:
            del kept[places[-1]]
    return kept


def read_changes(store: Store, kind: str, *, event: int = 0, station: str = "") -> list[Change]:
    """Changes of a kind that stand, in their order.

    Parameters
    ----------
    event
        Those of the account of this event; where it has none, those of no account.
    station
        Else those of the last 90 days about this station's accounts and areas.
    """
    if event:
        where = "account_no IS (SELECT account_no FROM events WHERE event_id = ?3)"
    else:
        where = _OF_STATION
    rows = store.rows(
        f"SELECT {CHANGED} FROM events WHERE kind IN (?1, ?2) AND {where} ORDER BY event_id",
        (kind, TAKEN_BACK, event or station),
    )
    return standing(map(change_of, rows))


def changes_of(store: Store, kind: str, name: str) -> list[Change]:
    """Changes of a matter that stand, in their order."""
    event = store.value(
        "SELECT max(event_id) FROM events WHERE kind = ?1 AND ?2 = CASE ?1"
        " WHEN 'account' THEN account_no WHEN 'settle' THEN account_no || '/' || date"
        " ELSE json_extract(body, '$.' || ?1) END",
        (kind, name),
    )
    if event is None:
        return []
    return [change for change in read_changes(store, kind, event=event) if change.name == name]


def newest_change(store: Store, kind: str) -> int:
    """The latest event of a kind; after a change inside of `writing` that change's own."""
    number: int = store.value(  # the plus: from the end, not through all of a kind
        "SELECT event_id FROM events WHERE +kind = ? ORDER BY event_id DESC LIMIT 1", (kind,)
    )
    return number


def change_of(row: Row) -> Change:
    """The change of a row of `CHANGED`."""
    return Change._make((*row[:-1], json.loads(row[-1])))
