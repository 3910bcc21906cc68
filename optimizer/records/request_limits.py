"""Visits spent on requests for a connection, and limits that were broken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.records.account_state import Request
from optimizer.records.derived_ledgers import read_histories
from optimizer.records.follow_up import valid_records
from optimizer.records.next_steps import request_visits

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection

    from optimizer.register import Register


def visits_spent(
    register: Register, accounts: Collection[str] | None = None
) -> list[tuple[Request, int]]:
    """Requests, of all or some accounts, each with the visits that were spent on it."""
    requests = [Request._make(row) for row in register.ledgers.rows("requests", accounts)]
    histories = {
        history.account_no: valid_records(history)
        for history in read_histories(register, {request.account_no for request in requests})
    }
    return [
        (request, len(request_visits(request, histories[request.account_no])))
        for request in requests
    ]


def breaches(register: Register, today: dt.date) -> list[dict[str, object]]:
    """Requests that spent too many visits or too much time; `visits` are those spent.

    One dict a request, with the columns of the ledger, visits, and breach ("visits", "time").
    """
    result: list[dict[str, object]] = []
    for request, visits in visits_spent(register):
        late = (request.closed_on or today.isoformat()) > request.deadline
        broken = [
            word
            for word, is_so in (("visits", visits > request.max_visits), ("time", late))
            if is_so and request.state != "withdrawn"
        ]
        if broken:
            result.append({**request._asdict(), "visits": visits, "breach": ",".join(broken)})
    return result
