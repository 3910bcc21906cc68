"""Events: what happened, appended and never changed."""

# ruff: noqa: S608  (what is put into statements are names of our own tables and columns)

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from optimizer.register.frames import frame_of
from optimizer.register.plans import day_text
from optimizer.register.store import now_text

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Mapping

    import pandas as pd

    from optimizer.register.store import Store

COLUMNS: Final = (
    "event_id", "at", "who", "kind", "account_no", "station", "crew", "date", "body",
)  # fmt: skip


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
