"""Next steps: what is to be done about an account, from when, by when, and why."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from optimizer.records.account_state import (
    FAILED,
    OPEN,
    Case,
    Rec,
    Request,
    Standing,
    Task,
    part_of_day,
)
from optimizer.records.findings import days_after

if TYPE_CHECKING:
    from collections.abc import Iterable

    from optimizer.settings import FollowSettings

_LEFT: Final = frozenset({"moved", "demolished", "duplicate"})


def steps_of(
    case: Case, standing: Standing, counted: list[Rec], rules: FollowSettings
) -> list[Task]:
    """All next steps of an account."""
    return [
        *_first_tasks(case, standing, counted, rules),
        *_revisit_tasks(standing, counted, rules),
        *_request_tasks(case, counted),
        *_appointment_tasks(case, counted),
    ]


def _first_tasks(
    case: Case, standing: Standing, records: list[Rec], rules: FollowSettings
) -> Iterable[Task]:
    """What follows from a first visit that was none."""
    if standing.conflicts:
        yield Task(
            account_no=case.account_no,
            kind="office",
            subject="conflict",
            list="office",
            not_before=standing.conflicts[0],
            reason="conflict",
            detail=",".join(standing.conflicts),
        )
    if standing.status == "nobody_home":
        yield _retry(case, standing, records, rules)
    elif standing.status == "refused":
        yield _ask_again(case, standing, records, rules)
    elif standing.status in _LEFT:
        yield Task(
            account_no=case.account_no,
            kind="office",
            subject=standing.status,
            list="office",
            not_before=standing.last_try,
            reason=standing.status,
        )


def _retry(case: Case, standing: Standing, records: list[Rec], rules: FollowSettings) -> Task:
    tries = [rec for rec in records if rec.result in FAILED]
    task = Task(
        account_no=case.account_no,
        kind="retry",
        not_before=days_after(standing.last_try, rules.retry_after_days),
        failed_at=max((rec.at for rec in tries), default=""),
        tries=standing.tries,
        crew=tries[-1].crew or "",
        reason="nobody_home",
        detail=",".join(sorted({part_of_day(rec.at) for rec in tries} - {""})),
    )
    if standing.tries < rules.max_tries:
        return task
    listed = rules.after_tries.get(case.kind, "season")
    if listed == "season":
        not_before = season_after(task.not_before, rules)
        return replace(task, list="season", not_before=not_before, reason="season")
    if listed == "evening":
        return replace(task, list="evening", window=rules.evening, reason="evening")
    return replace(task, list="telephone", reason="telephone")


def season_after(day: str, rules: FollowSettings) -> str:
    """The first day of the season on or after a day."""
    first, last = rules.season_first, rules.season_last
    month_day = day[5:]
    inside = first <= month_day <= last if first <= last else not last < month_day < first
    if inside:
        return day
    year = int(day[:4]) + (month_day > first)
    month, number = map(int, first.split("-"))
    return (dt.date(year, month, 1) + dt.timedelta(days=number - 1)).isoformat()


def _ask_again(case: Case, standing: Standing, records: list[Rec], rules: FollowSettings) -> Task:
    refusals = {rec.date for rec in records if rec.result == "refused"}
    twice = len(refusals) > 1
    return Task(
        account_no=case.account_no,
        kind="office" if twice else "retry",
        subject="refused",
        list="office" if twice else "",
        not_before=days_after(standing.last_try, rules.refused_after_days)
        if not twice
        else standing.last_try,
        tries=len(refusals),
        reason="refused",
    )


def _revisit_tasks(standing: Standing, records: list[Rec], rules: FollowSettings) -> Iterable[Task]:
    for finding in standing.findings:
        if finding.state not in OPEN:
            continue
        gone = standing.status in {"demolished", "duplicate"}
        works = not finding.check_by
        fails = [
            rec
            for rec in records
            if rec.result in FAILED and rec.date > max(finding.found_on, finding.rectified_on)
        ]
        again = days_after(fails[-1].date, rules.retry_after_days) if fails else ""
        yield Task(
            account_no=standing.account_no,
            kind="office" if gone else "revisit",
            subject=finding.finding,
            list="office" if gone else "works" if works else "",
            not_before=max(finding.check_from or finding.found_on, again),
            deadline=finding.check_by,
            failed_at=max((rec.at for rec in fails), default=""),
            tries=len(fails),
            crew=finding.crew,
            reason="finding_of_gone" if gone else finding.category,
            detail=finding.note,
        )


def _request_tasks(case: Case, records: list[Rec]) -> Iterable[Task]:
    for request in case.requests:
        if request.state != "open":
            continue
        spent = request_visits(request, records)
        if request.voltage == "urban" and any(
            rec.result == "done" and rec.date in spent and rec.kind == "request" for rec in records
        ):
            continue
        left = request.max_visits - len(spent)
        yield Task(
            account_no=case.account_no,
            kind="request",
            subject=request.request,
            not_before=max([request.asked_on, *(days_after(day, 1) for day in spent)]),
            deadline=request.deadline,
            tries=len(spent),
            reason="request" if left > 1 else "request_last" if left == 1 else "request_spent",
            detail=request.matters,
        )


def request_visits(request: Request, records: Iterable[Rec]) -> set[str]:
    """Days on which visits were spent on a request."""
    return {
        rec.date
        for rec in records
        if rec.kind == "request"
        and rec.date >= request.asked_on
        and (not request.closed_on or rec.date <= request.closed_on)
    }


def _appointment_tasks(case: Case, records: list[Rec]) -> Iterable[Task]:
    for appointment in case.appointments:
        over = any(rec.date >= appointment.date for rec in records)
        if appointment.state == "open" and not over:
            yield Task(
                account_no=case.account_no,
                kind="appointment",
                subject=appointment.appointment,
                not_before=appointment.date,
                deadline=appointment.date,
                window=appointment.window,
                reason="appointment",
                detail=appointment.note,
            )
