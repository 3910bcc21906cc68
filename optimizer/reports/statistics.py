"""The figures of a bulletin, each the sum of evidence: what was counted, one row a thing.

A door called at on a day counts once, with the result that stands at the end of that day. Records
that were undone or settled away do not count, nor do those that contradict each other until
somebody has settled them. What a ledger says is told as it stood at the end of the period.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import pandas as pd

from optimizer.records.account_state import Record, Request
from optimizer.records.decisions import PROJECT_STATES
from optimizer.records.derived_ledgers import read_histories
from optimizer.records.follow_up import derive_state, valid_records
from optimizer.records.next_steps import request_visits
from optimizer.records.opinions import opinion_ledger
from optimizer.register.agenda import TO_VISIT

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from optimizer.register import Register
    from optimizer.reports.period import Period
    from optimizer.settings import Settings

FIGURES: Final = {
    "call": "a door called at on a day; the category is the result",
    "first_visit": "a customer visited for the first time",
    "helped": "a customer who was helped on the spot",
    "piece": "pieces used on the spot; the category is what",
    "repair": "a finding repaired on the spot",
    "opinion": "an opinion; solved, planned or open",
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


@dataclass(frozen=True)
class Bulletin:
    """What a period brought, and the one before it.

    Attributes
    ----------
    evidence, evidence_before
        Rows of `Fact`: every figure is the sum of `number` over some of them.
    stations
        station, name, accounts, visited and visited_before (at the ends of the periods), planned
        and planned_before (visits in the calendar that stood on their day).
    areas
        area, lon, lat, accounts, visited.
    course
        date, visited, planned: accounts so far, a row a day on which either grew.
    """

    period: Period
    evidence: pd.DataFrame
    evidence_before: pd.DataFrame
    stations: pd.DataFrame
    areas: pd.DataFrame
    course: pd.DataFrame

    def count(
        self,
        figure: str,
        *,
        category: str | None = None,
        state: str | None = None,
        station: str | None = None,
        before: bool = False,
    ) -> int:
        """A figure: all of it, or of a category, state or station."""
        facts = self.evidence_before if before else self.evidence
        wanted = facts["figure"] == figure
        for column, value in (("category", category), ("state", state), ("station", station)):
            if value is not None:
                wanted &= facts[column] == value
        return int(facts.loc[wanted, "number"].sum())

    def categories(self, figure: str) -> list[str]:
        """Categories that a figure has in either period, the most frequent first."""
        found: set[str] = set()
        for facts in (self.evidence, self.evidence_before):
            found |= set(facts.loc[facts["figure"] == figure, "category"])
        return sorted(found, key=lambda name: (-self.count(figure, category=name), name))

    @property
    def accounts(self) -> int:
        """Accounts to be visited: all but those whose matter is over without a visit."""
        return int(self.stations["accounts"].sum())

    @property
    def visited(self) -> int:
        """Accounts visited by the end of the period."""
        return int(self.stations["visited"].sum())

    @property
    def by_plan(self) -> bool:
        """Whether the calendar planned visits in the period, so that stations are judged by it."""
        return bool((self.stations["planned"] > 0).any())

    def share(self, station: str) -> float:
        """What a station is judged by; NaN where there is nothing to judge it by.

        First visits of the period (retries and revisits are not in the calendar) as a share of
        those planned in it, or, where it planned nothing anywhere, of the station's accounts.
        """
        column = "planned" if self.by_plan else "accounts"
        of = int(self.stations.loc[self.stations["station"] == station, column].sum())
        return self.count("first_visit", station=station) / of if of else np.nan

    def ranking(self) -> list[str]:
        """Stations that can be judged, from best to worst."""
        shares = {str(name): self.share(str(name)) for name in self.stations["station"] if name}
        judged = [name for name, share in shares.items() if np.isfinite(share)]
        return sorted(judged, key=lambda name: (-shares[name], name))


def bulletin(register: Register, settings: Settings, period: Period) -> Bulletin:
    """Count what a period brought, from the records, ledgers and calendar of the register."""
    with register.store.reading():
        accounts = register.agenda.accounts()
        blocks = register.planned()
        evidence = _evidence(register, settings, period)
        before = _evidence(register, settings, period.before)
        stations = _stations(register, accounts, blocks, period)
        areas = _areas(register, accounts, period)
    return Bulletin(
        period=period,
        evidence=evidence,
        evidence_before=before,
        stations=stations,
        areas=areas,
        course=_course(accounts, blocks),
    )


# ---- evidence ----------------------------------------------------------------------------------


def _evidence(register: Register, settings: Settings, period: Period) -> pd.DataFrame:
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
        yield from _of_account(station, good, state.visited_on)


def _of_account(station: str, records: list[Record], visited_on: str) -> Iterator[Fact]:
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
        if record.result == "done" and record.date == visited_on:
            yield Fact("first_visit", station, "", "", record.id, record.account_no, record.date)
    if helped is not None:
        yield Fact("helped", station, "", "", helped.id, helped.account_no, helped.date)


def _of_opinions(register: Register, period: Period) -> Iterator[Fact]:
    """Opinions of the period; what was answered once is answered for all who said it."""
    first, last = period.first.isoformat(), period.last.isoformat()
    for row in _records(opinion_ledger(register)):
        if first <= row["date"] <= last:
            state = _opinion_state(row, last)
            what = row["station"], row["category"], state, row["opinion"], row["account_no"]
            yield Fact("opinion", *what, row["date"])


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


# ---- coverage ----------------------------------------------------------------------------------


def _to_visit(accounts: pd.DataFrame) -> pd.DataFrame:
    """Who was visited or still is to be: not who left, moved or was listed twice, unvisited."""
    return accounts[accounts["state"].isin(["visited", *TO_VISIT])]


def _stations(
    register: Register, accounts: pd.DataFrame, blocks: pd.DataFrame, period: Period
) -> pd.DataFrame:
    listed = _to_visit(accounts)
    groups = listed.groupby("station")
    table = pd.DataFrame({"accounts": groups.size()})
    for column, last in (("visited", period.last), ("visited_before", period.before.last)):
        done = listed[(listed["visited_on"] != "") & (listed["visited_on"] <= last.isoformat())]
        table[column] = done.groupby("station").size()
    for column, span in (("planned", period), ("planned_before", period.before)):
        dates = blocks["date"]
        inside = (dates >= span.first.isoformat()) & (dates <= span.last.isoformat())
        table[column] = blocks[inside].groupby("station")["visits"].sum()
    names = register.stations().set_index("station")["name"]
    every = table.index.union(names.index)
    table = table.reindex(every).fillna(0).astype(np.int64)
    table.insert(0, "name", names.reindex(every).fillna("").astype("str"))
    return table.rename_axis("station").reset_index()


def _areas(register: Register, accounts: pd.DataFrame, period: Period) -> pd.DataFrame:
    listed = _to_visit(accounts)
    done = (listed["visited_on"] != "") & (listed["visited_on"] <= period.last.isoformat())
    table = listed.assign(visited=done).groupby("area")["visited"].agg(["size", "sum"])
    table = table.set_axis(["accounts", "visited"], axis=1).astype(np.int64)
    _, placed = register.territories()
    given = register.areas()
    places = pd.concat([placed[["area", "lon", "lat"]], given[["area", "lon", "lat"]]])
    places = places.dropna().drop_duplicates("area").set_index("area")
    return table.join(places, how="left").rename_axis("area").reset_index()


def _course(accounts: pd.DataFrame, blocks: pd.DataFrame) -> pd.DataFrame:
    listed = _to_visit(accounts)
    days = listed.loc[listed["visited_on"] != "", "visited_on"]
    table = pd.DataFrame(
        {
            "visited": days.groupby(days).size(),
            "planned": blocks.groupby("date")["visits"].sum(),
        }
    )
    table = table.fillna(0).astype(np.int64).sort_index().cumsum()
    return table.rename_axis("date").reset_index()
