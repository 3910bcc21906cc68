"""Next steps: what is to be done about an account, from when, by when, and why."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from optimizer.records.account_state import (
    FAILED,
    OPEN,
    AccountHistory,
    AccountState,
    FindingState,
    NextStep,
    Record,
    Request,
    part_of_day,
)
from optimizer.records.findings import days_after
from optimizer.workdays import festival_season

if TYPE_CHECKING:
    from collections.abc import Iterable

    from optimizer.settings import FollowSettings

_LEFT: Final = frozenset({"moved", "demolished", "duplicate"})


def next_steps(
    history: AccountHistory, state: AccountState, counted: list[Record], rules: FollowSettings
) -> list[NextStep]:
    """All next steps of an account."""
    since = history.cycles[-1] if history.cycles else ""
    running = [record for record in counted if record.date >= since]
    return [
        *_first_steps(history, state, running, rules),
        *_revisit_steps(state, counted, rules),
        *_request_steps(history, counted),
        *_appointment_steps(history, counted),
    ]


def _first_steps(
    history: AccountHistory, state: AccountState, records: list[Record], rules: FollowSettings
) -> Iterable[NextStep]:
    """What follows from a first visit that was none."""
    if state.conflicts:
        yield NextStep(
            account_no=history.account_no,
            kind="office",
            subject="conflict",
            list="office",
            not_before=state.conflicts[0],
            reason="conflict",
            detail=",".join(state.conflicts),
        )
    if state.status == "nobody_home":
        yield _retry(history, state, records, rules)
    elif state.status == "refused":
        yield _ask_again(history, state, records, rules)
    elif state.status in _LEFT:
        yield NextStep(
            account_no=history.account_no,
            kind="office",
            subject=state.status,
            list="office",
            not_before=state.last_try,
            reason=state.status,
        )


def _retry(
    history: AccountHistory, state: AccountState, records: list[Record], rules: FollowSettings
) -> NextStep:
    tries = [record for record in records if record.result in FAILED]
    step = NextStep(
        account_no=history.account_no,
        kind="retry",
        not_before=days_after(state.last_try, rules.retry_after_days),
        failed_at=max((record.at or record.date for record in tries), default=""),
        tries=state.tries,
        crew=tries[-1].crew or "",
        reason="nobody_home",
        detail=",".join(sorted({part_of_day(record.at) for record in tries} - {""})),
    )
    if state.tries < rules.max_tries:
        return step
    listed = rules.after_tries.get(history.kind, "season")
    if state.tries >= rules.most_tries:
        listed = "telephone"
    if listed == "season":
        not_before = season_after(step.not_before, rules)
        return replace(step, list="season", not_before=not_before, reason="season")
    if listed == "evening":
        return replace(step, list="evening", window=rules.evening, reason="evening")
    broken = sum(record.kind == "appointment" for record in tries)
    if broken >= rules.appointment_tries:
        return replace(step, kind="office", list="office", reason="appointments_spent")
    return replace(step, list="telephone", reason="telephone")


def season_after(day: str, rules: FollowSettings) -> str:
    """The first day of the season on or after a day."""
    first, _ = festival_season(dt.date.fromisoformat(day), rules)
    return max(day, first.isoformat())


def _ask_again(
    history: AccountHistory, state: AccountState, records: list[Record], rules: FollowSettings
) -> NextStep:
    refusals = {record.date for record in records if record.result == "refused"}
    since = [r for r in records if r.result in FAILED and r.date > min(refusals)]
    over = len(refusals) > 1 or len(since) >= rules.max_tries
    over |= state.tries + len(refusals) >= rules.most_tries
    return NextStep(
        account_no=history.account_no,
        kind="office" if over else "retry",
        subject="refused",
        list="office" if over else "",
        not_before=days_after(state.last_try, rules.refused_after_days)
        if not over
        else state.last_try,
        tries=len(refusals),
        reason="refused",
    )


def _revisit_steps(
    state: AccountState, records: list[Record], rules: FollowSettings
) -> Iterable[NextStep]:
    for finding in state.findings:
        if finding.state not in OPEN:
            continue
        since = max(finding.found_on, finding.rectified_on)
        later = [record for record in records if record.date > since]
        fails = [record for record in later if record.result in FAILED]
        gone = state.status in {"demolished", "duplicate"}
        turned_away = any(record.result not in {*FAILED, "done"} for record in later)
        over = gone or turned_away or finding.unreported
        again = days_after(fails[-1].date, rules.retry_after_days) if fails else ""
        yield NextStep(
            account_no=state.account_no,
            kind="office" if over else "revisit",
            subject=finding.finding,
            list=_revisit_list(finding, len(fails), rules, over=over),
            not_before=max(finding.check_from or finding.found_on, again),
            deadline=finding.check_by,
            failed_at=max((record.at or record.date for record in fails), default=""),
            tries=len(fails),
            crew=finding.crew,
            reason="finding_of_gone"
            if gone
            else "finding_turned_away"
            if turned_away
            else "finding_not_reported"
            if finding.unreported
            else finding.category,
            detail=finding.note,
        )


def _revisit_list(finding: FindingState, fails: int, rules: FollowSettings, *, over: bool) -> str:
    """Who has the next step of a finding: the office, the works, the telephone; "" for a crew."""
    if over:
        return "office"
    if not finding.check_by:
        return "works"
    return "telephone" if fails >= rules.revisit_tries else ""


def _request_steps(history: AccountHistory, records: list[Record]) -> Iterable[NextStep]:
    for request in history.requests:
        if request.state != "open":
            continue
        spent = request_visits(request, records)
        if request.voltage == "urban" and any(
            record.result == "done" and record.date in spent and record.kind == "request"
            for record in records
        ):
            continue
        left = request.max_visits - len(spent)
        yield NextStep(
            account_no=history.account_no,
            kind="request",
            subject=request.request,
            list="" if left > 0 else "office",
            not_before=max([request.asked_on, *(days_after(day, 1) for day in spent)]),
            deadline=request.deadline,
            tries=len(spent),
            reason="request" if left > 1 else "request_last" if left == 1 else "request_spent",
            detail=request.matters,
        )


def request_visits(request: Request, records: Iterable[Record]) -> set[str]:
    """Days on which visits were spent on a request."""
    return {
        record.date
        for record in records
        if record.kind == "request"
        and record.date >= request.asked_on
        and (not request.closed_on or record.date <= request.closed_on)
    }


def _appointment_steps(history: AccountHistory, records: list[Record]) -> Iterable[NextStep]:
    for appointment in history.appointments:
        over = any(record.date >= appointment.date for record in records)
        if appointment.state == "open" and not over:
            yield NextStep(
                account_no=history.account_no,
                kind="appointment",
                subject=appointment.appointment,
                not_before=appointment.date,
                deadline=appointment.date,
                window=appointment.window,
                reason="appointment",
                detail=appointment.note,
            )
