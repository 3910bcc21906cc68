"""The evidence of a bulletin: what was counted, one row a thing; every figure is a sum of it.

A door called at on a day counts once, with the result that stands at the end of that day. Records
that were undone or settled away do not count, nor do those that contradict each other until
somebody has settled them. What a ledger says is told as it stood at the end of the period.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import pandas as pd

from optimizer.records.account_state import Record, Request
from optimizer.records.decisions import PROJECT_STATES
from optimizer.records.derived_ledgers import read_histories
from optimizer.records.entry import PRAISE
from optimizer.records.field_words import form_answers
from optimizer.records.follow_up import derive_state, valid_records
from optimizer.records.next_steps import request_visits
from optimizer.records.opinions import opinion_ledger

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from optimizer.register import Register
    from optimizer.reports.period import Period
    from optimizer.settings import Settings

FIGURES: Final = {
    "call": "a door called at on a day; the category is the result",
    "first_visit": "a customer visited for the first time in a cycle",
    "helped": "a customer who was helped on the spot",
    "piece": "pieces used on the spot; the category is what",
    "repair": "a finding repaired on the spot",
    "opinion": "an opinion; solved, planned or open",
    "praise": "an opinion that asks for nothing",
    "form": "a question that was ticked on the form; the category is the question",
    "finding": "a finding; closed, rectified, dropped or open",
    "area": "a transformer area with low voltage, by the state of its works",
    "request": "a new connection: in_limit, late, withdrawn or open",
    "overdue": "a finding whose check was overdue at the end of the period",
    "conflict": "a day's records about a customer that contradict each other",
}
"""What is counted."""


class Fact(NamedTuple):
    """One thing that was counted: `source` names it in the register."""

    figure: str
    station: str
    category: str
    state: str
    source: str
    account_no: str
    date: str
    number: int = 1


def evidence_of(register: Register, settings: Settings, period: Period) -> pd.DataFrame:
    """Rows of `Fact`: everything that a period brought."""
    facts = [
        *_of_records(register, settings, period),
        *_of_opinions(register, period),
        *_of_findings(register, period),
        *_of_projects(register, period),
        *_of_requests(register, period),
    ]
    frame = pd.DataFrame(facts, columns=list(Fact._fields))
    texts = dict.fromkeys(Fact._fields[:-1], "str")
    return frame.astype({**texts, "number": np.int64})


def _of_records(register: Register, settings: Settings, period: Period) -> Iterator[Fact]:
    first, last = period.first.isoformat(), period.last.isoformat()
    here = register.ledgers.records(period.first, period.last, undone=True)
    accounts = sorted(set(here["account_no"]))
    station_of = {row[0]: row[3] for row in register.ledgers.facts_of(accounts)}
    for history in read_histories(register, accounts):
        state = derive_state(history, settings.follow)
        station = station_of.get(history.account_no, "")
        records = [record for record in valid_records(history) if first <= record.date <= last]
        for day in state.conflicts:
            if first <= day <= last:
                yield Fact("conflict", station, "", "", day, history.account_no, day)
        good = [record for record in records if record.date not in state.conflicts]
        visited = {state.visited_on, *(former.visited_on for former in state.former)}
        yield from _of_account(station, good, visited)


def _of_account(station: str, records: list[Record], visited_on: set[str]) -> Iterator[Fact]:
    calls: dict[str, Record] = {}
    helped: Record | None = None
    for record in records:
        if record.date not in calls or calls[record.date].result != "done":
            calls[record.date] = record
        pieces = {name: int(n) for name, n in json.loads(record.repaired).items() if n > 0}
        fixed = [item["category"] for item in json.loads(record.findings) if item["repaired"]]
        for name, number in pieces.items():
            yield Fact(
                "piece", station, name, "", record.id, record.account_no, record.date, number
            )
        for category in fixed:
            yield Fact("repair", station, category, "", record.id, record.account_no, record.date)
        if (pieces or fixed) and helped is None:
            helped = record
    for record in calls.values():
        yield Fact(
            "call", station, record.result, record.kind, record.id, record.account_no, record.date
        )
        if record.result == "done" and record.date in visited_on:
            yield Fact("first_visit", station, "", "", record.id, record.account_no, record.date)
        for question, answer in form_answers(record.opinion)[1].items():
            yield Fact("form", station, question, answer, record.id, record.account_no, record.date)
    if helped is not None:
        yield Fact("helped", station, "", "", helped.id, helped.account_no, helped.date)


def _of_opinions(register: Register, period: Period) -> Iterator[Fact]:
    """Opinions of the period; what was answered once is answered for all who said it."""
    first, last = period.first.isoformat(), period.last.isoformat()
    for row in _records(opinion_ledger(register)):
        if first <= row["date"] <= last:
            praise = row["category"] == PRAISE
            state = "" if praise else _opinion_state(row, last)
            what = row["station"], row["category"], state, row["opinion"], row["account_no"]
            yield Fact("praise" if praise else "opinion", *what, row["date"])


def _opinion_state(row: dict[str, Any], last: str) -> str:
    if _by(row["answered_on"], last) or _by(row["told_on"], last):
        return "solved"
    return "planned" if _by(row["sent_on"], last) else "open"


def _of_findings(register: Register, period: Period) -> Iterator[Fact]:
    first, last = period.first.isoformat(), period.last.isoformat()
    for row in _records(register.ledgers.until("findings", period.last)):
        state = _finding_state(row, last)
        what = row["station"], row["category"], state, row["finding"], row["account_no"]
        if row["found_on"] >= first:
            yield Fact("finding", *what, row["found_on"])
        if state in {"open", "rectified"} and row["check_by"] and row["check_by"] < last:
            yield Fact("overdue", *what, row["check_by"])


def _finding_state(row: dict[str, Any], last: str) -> str:
    if _by(row["closed_on"], last):
        return str(row["state"])
    return "rectified" if _by(row["rectified_on"], last) else "open"


def _of_projects(register: Register, period: Period) -> Iterator[Fact]:
    """Area findings that were open in the period, or checked in it."""
    first, last = period.first.isoformat(), period.last.isoformat()
    latest: dict[str, dict[str, Any]] = {}
    for text in register.events("project")["body"]:
        row = json.loads(text)
        if row["since"] <= last:
            latest[row["project"]] = row
    for row in latest.values():
        if row["state"] != PROJECT_STATES[-1] or row["since"] >= first:
            yield Fact(
                "area", row["station"], row["area"], row["state"], row["project"], "", row["since"]
            )


def _of_requests(register: Register, period: Period) -> Iterator[Fact]:
    """Requests that were open in the period: what became of them by its end."""
    first, last = period.first.isoformat(), period.last.isoformat()
    rows = [
        row
        for row in _records(register.ledgers.until("requests", period.last))
        if not row["closed_on"] or row["closed_on"] >= first
    ]
    histories = {
        history.account_no: history
        for history in read_histories(register, {r["account_no"] for r in rows})
    }
    for row in rows:
        request = Request(**{name: row[name] for name in Request._fields})
        spent = request_visits(request, valid_records(histories[request.account_no]))
        yield Fact(
            "request",
            row["station"],
            request.voltage,
            _request_state(request, spent, last),
            request.request,
            request.account_no,
            request.closed_on if _by(request.closed_on, last) else request.asked_on,
        )


def _request_state(request: Request, spent: Collection[str], last: str) -> str:
    if not _by(request.closed_on, last):
        return "open"
    if request.state != "connected":
        return request.state
    in_time = request.closed_on <= request.deadline and len(spent) <= request.max_visits
    return "in_limit" if in_time else "late"


def _by(day: str, last: str) -> bool:
    return bool(day) and day <= last


def _records(frame: pd.DataFrame) -> Iterable[dict[str, Any]]:
    return frame.to_dict("records")  # type: ignore[return-value]
