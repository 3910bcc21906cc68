"""The rules by which an account's records and decisions give its state.

A pure function of what is known, so that the order in which records arrive does not matter: late,
twice or out of order, the register ends in the same state.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from optimizer.records.account_state import (
    FAILED,
    AccountHistory,
    AccountState,
    OpinionState,
    Record,
    Standing,
    part_of_day,
)
from optimizer.records.entry import CATEGORIES, PRAISE
from optimizer.records.field_words import to_answer
from optimizer.records.findings import department_of, findings_of
from optimizer.records.next_steps import next_steps

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from optimizer.settings import FollowSettings


_DOUBT: Final = re.compile(r"[不没无未差但可却希望建议？?]")


def derive_state(history: AccountHistory, rules: FollowSettings) -> AccountState:
    """Status, findings, opinions and next steps of one account."""
    settled = valid_records(history)
    conflicts = _conflicts(settled)
    counted = [record for record in settled if record.date not in conflicts]
    decided, decided_on = _decided(history)
    since = history.cycles[-1] if history.cycles else ""
    again_on = ""
    if decided == "again" and not any(r.result == "done" and r.date >= since for r in counted):
        again_on = decided_on
        counted = [record for record in counted if not since <= record.date <= again_on]
    state = _standings(history, counted, conflicts, again_on)
    state.findings = findings_of(history, settled, conflicts, rules)
    state.opinions = _opinions(history, settled, rules)
    state.next_steps = next_steps(history, state, counted, rules)
    if decided == "closed" and decided_on >= since and _is_last(decided_on, counted):
        state.closed = True
        state.next_steps = [s for s in state.next_steps if s.kind not in {"retry", "office"}]
    return state


def _is_last(decided_on: str, records: list[Record]) -> bool:
    return all(record.date <= decided_on for record in records)


def _decided(history: AccountHistory) -> tuple[str, str]:
    """What the office decided last about an account, and when; "" for nothing."""
    for kind, body in reversed(history.decisions):
        if kind == "account":
            return str(body.get("state", "")), str(body.get("on", ""))
    return "", ""


# ---- which records count -----------------------------------------------------------------------


def valid_records(history: AccountHistory) -> list[Record]:
    """An account's records without those that were undone or settled away."""
    return _settled(active_records(history.records), history.decisions)


def active_records(records: Sequence[Record]) -> list[Record]:
    """Records that no other active record undoes."""
    if not any(record.undoes for record in records):
        return list(records)
    undoers: dict[str, list[Record]] = {}
    for record in records:
        if record.undoes:
            undoers.setdefault(record.undoes, []).append(record)

    def is_active(record: Record, above: frozenset[str] = frozenset()) -> bool:
        return not any(
            other.id not in above and is_active(other, above | {record.id})
            for other in undoers.get(record.id, ())
        )

    return [record for record in records if record.result and is_active(record)]


def _settled(
    records: list[Record], decisions: Sequence[tuple[str, Mapping[str, object]]]
) -> list[Record]:
    dropped = {
        name
        for kind, body in decisions
        if kind == "settle"
        for name in body.get("drop", ())  # type: ignore[attr-defined]
    }
    return [record for record in records if record.id not in dropped] if dropped else records


def _conflicts(records: list[Record]) -> set[str]:
    """Days on which records say things that cannot all be true."""
    by_day: dict[str, list[Record]] = {}
    for record in records:
        by_day.setdefault(record.date, []).append(record)
    return {day for day, some in by_day.items() if len(some) > 1 and _contradict(some)}


def _contradict(records: list[Record]) -> bool:
    finals = {record.result for record in records} - FAILED
    failed = [record for record in records if record.result in FAILED]
    if len(finals) > 1:
        return True
    return bool(finals and failed) and not all(record.at for record in records)


# ---- status ------------------------------------------------------------------------------------


def _standings(
    history: AccountHistory, records: list[Record], conflicts: set[str], again_on: str
) -> AccountState:
    """Where the account stands in the running cycle, and where it stood in those before.

    `again_on` is the day on which the office began anew with it; "" for none.
    """
    state = AccountState(account_no=history.account_no, conflicts=sorted(conflicts))
    for first, until in pairwise(("", *history.cycles, "9")):
        if first:
            state.former.append(
                Standing(state.status, state.visited_on, state.tries, state.last_try)
            )
            _begin_again(state, anyhow=again_on >= first)
        _count_tries(state, [record for record in records if first <= record.date < until])
        if state.status in {"open", "nobody_home"} and any(
            first <= day < until for day in conflicts
        ):
            state.status = "conflict"
    return state


def _begin_again(state: AccountState, *, anyhow: bool) -> None:
    """What of a cycle goes on in the next: who is no customer any more, or is one twice."""
    if anyhow or state.status not in {"demolished", "duplicate"}:
        state.status, state.last_try = "open", ""
    state.visited_on, state.tries = "", 0


def _count_tries(state: AccountState, records: list[Record]) -> None:
    tried: set[tuple[str, str]] = set()
    for record in records:
        if record.result == "done":
            state.status = "visited"
            state.visited_on = state.visited_on or record.date
        elif state.status == "visited":
            continue
        elif record.result in FAILED:
            tried.add((record.date, part_of_day(record.at)))
            state.last_try = record.date
            if state.status == "open":
                state.status = "nobody_home"
        else:
            state.status = record.result
            state.last_try = record.date
    state.tries = len(tried)


# ---- opinions ----------------------------------------------------------------------------------


def _opinions(
    history: AccountHistory, records: list[Record], rules: FollowSettings
) -> list[OpinionState]:
    ledger: dict[str, OpinionState] = {}
    for record in records:
        text = to_answer(record.opinion)
        if not text:
            continue
        category = category_of_opinion(text, rules)
        digest = hashlib.sha256(normalised(text).encode()).hexdigest()[:8]
        name = f"{history.account_no}/{record.date}/{digest}"
        ledger[name] = OpinionState(
            opinion=name,
            account_no=history.account_no,
            date=record.date,
            text=text,
            category=category,
            department=department_of(category, rules),
        )
    for kind, body in history.decisions:
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


def category_of_opinion(text: str, rules: FollowSettings) -> str:
    """The category of an opinion by the first of the settings' words that it has.

    It is praise where it has a word of praise, speaks of nothing but the service, and has no
    "but" in it.
    """
    sorted_by_words = next(
        (
            category
            for category, words in rules.opinion_words.items()
            if category in CATEGORIES and any(word in text for word in words)
        ),
        "other",
    )
    praised = any(word in text for word in rules.praise_words)
    if praised and sorted_by_words in {"attitude", "other"} and not _DOUBT.search(text):
        return PRAISE
    return sorted_by_words


def normalised(text: str) -> str:
    """A text without spaces, signs and history: opinions are the same when this is."""
    return re.sub(r"[\W_]+", "", text).casefold()
