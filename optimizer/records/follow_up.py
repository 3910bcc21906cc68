"""What follows for one account from its records and decisions: the rules of the evening.

A pure function of what is known, so that the order in which records arrive does not matter: late,
twice or out of order, the register ends in the same state.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from optimizer.records.account_state import (
    FAILED,
    Appointment,
    Case,
    FindingState,
    OpinionState,
    Project,
    Rec,
    Request,
    Standing,
    Task,
    part_of_day,
)
from optimizer.records.entry import CATEGORIES
from optimizer.records.findings import department_of, findings_of
from optimizer.records.next_steps import request_visits, season_after, steps_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from optimizer.settings import FollowSettings

__all__ = [
    "Appointment",
    "Case",
    "FindingState",
    "OpinionState",
    "Project",
    "Rec",
    "Request",
    "Standing",
    "Task",
    "counting",
    "reckon",
    "request_visits",
    "same_words",
    "season_after",
    "sort_opinion",
]


def reckon(case: Case, rules: FollowSettings) -> Standing:
    """Status, findings, opinions and next steps of one account."""
    settled = counting(case)
    conflicts = _conflicts(settled)
    counted = [rec for rec in settled if rec.date not in conflicts]
    standing = Standing(account_no=case.account_no, conflicts=sorted(conflicts))
    _count_tries(standing, counted)
    if conflicts and standing.status in {"open", "nobody_home"}:
        standing.status = "conflict"
    standing.findings = findings_of(case, settled, conflicts, rules)
    standing.opinions = _opinions(case, settled, rules)
    standing.tasks = steps_of(case, standing, counted, rules)
    return standing


# ---- which records count -----------------------------------------------------------------------


def counting(case: Case) -> list[Rec]:
    """An account's records without those that were undone or settled away."""
    return _settled(_active(case.records), case.decisions)


def _active(records: Sequence[Rec]) -> list[Rec]:
    """Records that no other active record undoes."""
    if not any(rec.undoes for rec in records):
        return list(records)
    undoers: dict[str, list[Rec]] = {}
    for rec in records:
        if rec.undoes:
            undoers.setdefault(rec.undoes, []).append(rec)

    def is_active(rec: Rec, above: frozenset[str] = frozenset()) -> bool:
        return not any(
            other.id not in above and is_active(other, above | {rec.id})
            for other in undoers.get(rec.id, ())
        )

    return [rec for rec in records if rec.result and is_active(rec)]


def _settled(
    records: list[Rec], decisions: Sequence[tuple[str, Mapping[str, object]]]
) -> list[Rec]:
    dropped = {
        name
        for kind, body in decisions
        if kind == "settle"
        for name in body.get("drop", ())  # type: ignore[attr-defined]
    }
    return [rec for rec in records if rec.id not in dropped] if dropped else records


def _conflicts(records: list[Rec]) -> set[str]:
    """Days on which records say things that cannot all be true."""
    by_day: dict[str, list[Rec]] = {}
    for rec in records:
        by_day.setdefault(rec.date, []).append(rec)
    return {day for day, some in by_day.items() if len(some) > 1 and _contradict(some)}


def _contradict(records: list[Rec]) -> bool:
    finals = {rec.result for rec in records} - FAILED
    failed = [rec for rec in records if rec.result in FAILED]
    if len(finals) > 1:
        return True
    return bool(finals and failed) and not all(rec.at for rec in records)


# ---- status ------------------------------------------------------------------------------------


def _count_tries(standing: Standing, records: list[Rec]) -> None:
    tried: set[tuple[str, str]] = set()
    for rec in records:
        if rec.result == "done":
            standing.status = "visited"
            standing.visited_on = standing.visited_on or rec.date
        elif standing.status == "visited":
            continue
        elif rec.result in FAILED:
            tried.add((rec.date, part_of_day(rec.at)))
            standing.last_try = rec.date
            if standing.status == "open":
                standing.status = "nobody_home"
        else:
            standing.status = rec.result
            standing.last_try = rec.date
    standing.tries = len(tried)


# ---- opinions ----------------------------------------------------------------------------------


def _opinions(case: Case, records: list[Rec], rules: FollowSettings) -> list[OpinionState]:
    ledger: dict[str, OpinionState] = {}
    for rec in records:
        if not rec.opinion:
            continue
        category = sort_opinion(rec.opinion, rules)
        digest = hashlib.sha256(same_words(rec.opinion).encode()).hexdigest()[:8]
        name = f"{case.account_no}/{rec.date}/{digest}"
        ledger[name] = OpinionState(
            opinion=name,
            account_no=case.account_no,
            date=rec.date,
            text=rec.opinion,
            category=category,
            department=department_of(category, rules),
        )
    for kind, body in case.decisions:
        name = str(body.get("opinion", ""))
        if kind == "opinion" and name in ledger:
            ledger[name] = _told(ledger[name], body)
    return list(ledger.values())


def _told(opinion: OpinionState, body: Mapping[str, object]) -> OpinionState:
    on, step = str(body.get("on", "")), body.get("state")
    if step == "merged":
        return replace(opinion, merged_into=str(body.get("into", "")))
    if step == "sorted":
        return replace(
            opinion,
            category=str(body.get("category", opinion.category)),
            department=str(body.get("department", opinion.department)),
        )
    if step == "sent":
        department = str(body.get("department") or opinion.department)
        return replace(opinion, state="sent", sent_on=on, department=department)
    if step == "answered":
        answer = str(body.get("answer", ""))
        return replace(opinion, state="answered", answered_on=on, answer=answer)
    return replace(opinion, state="told", told_on=on) if step == "told" else opinion


def sort_opinion(text: str, rules: FollowSettings) -> str:
    """The category of an opinion by the first of the settings' words that it has."""
    for category, words in rules.opinion_words.items():
        if category in CATEGORIES and any(word in text for word in words):
            return category
    return "other"


def same_words(text: str) -> str:
    """A text without spaces, signs and case: opinions are the same when this is."""
    return re.sub(r"[\W_]+", "", text).casefold()
