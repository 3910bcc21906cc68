"""Findings: seen, repaired, decided about, checked, closed."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from typing import TYPE_CHECKING

from optimizer.records.account_state import OPEN, AccountHistory, FindingState, Project, Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from optimizer.settings import FollowSettings


def findings_of(
    history: AccountHistory, records: list[Record], conflicts: set[str], rules: FollowSettings
) -> list[FindingState]:
    """The ledger of an account's findings, from its records in their order."""
    found: dict[str, FindingState] = {}
    waiting = sorted(
        (
            (str(body.get("on", "")), str(body.get("finding", "")), body)
            for kind, body in history.decisions
            if kind == "finding"
        ),
        key=lambda decision: decision[0],
    )
    for record in records:
        while waiting and waiting[0][0] < record.date:
            _decide(found, *waiting.pop(0))
        seen = _seen(record)
        checks = _is_check(record, found.values()) and record.date not in conflicts
        for category, (repaired, note) in seen.items():
            _see(history, found, record, category, repaired=repaired, note=note, rules=rules,
                 checks=checks)  # fmt: skip
        if checks:
            _check(history, found, record, set(seen))
    for on, name, body in waiting:
        _decide(found, on, name, body)
    return [_with_project(history, finding, rules) for finding in found.values()]


def _seen(record: Record) -> dict[str, tuple[bool, str]]:
    """What a record saw, a category once: repaired if all of it was."""
    if record.findings == "[]":
        return {}
    seen: dict[str, tuple[bool, str]] = {}
    for item in json.loads(record.findings):
        category = item["category"]
        repaired, note = seen.get(category, (True, ""))
        notes = "; ".join(text for text in (note, item["note"]) if text)
        seen[category] = (repaired and item["repaired"], notes)
    return seen


def _is_check(record: Record, known: Iterable[FindingState]) -> bool:
    """Whether a record is a check of what was found before it."""
    if record.result != "done":
        return False
    pending = [f for f in known if f.state in OPEN and f.found_on < record.date]
    if not pending or record.kind in {"first", "retry"}:
        return False
    return record.kind == "revisit" or any(f.check_from <= record.date for f in pending)


def _see(
    history: AccountHistory,
    found: dict[str, FindingState],
    record: Record,
    category: str,
    *,
    repaired: bool,
    note: str,
    rules: FollowSettings,
    checks: bool,
) -> None:
    old = next((f for f in found.values() if f.category == category and f.state in OPEN), None)
    if old is None:
        finding = _new_finding(history, record, category, repaired=repaired, note=note, rules=rules)
        found[finding.finding] = finding
        return
    if old.found_on == record.date:
        found[old.finding] = replace(
            old, note=_joined(old.note, note), crew=old.crew or record.crew or ""
        )
        return
    again = replace(old, note=_joined(old.note, note), unreported=False)
    if repaired:
        again = replace(again, repaired=True, state="rectified", rectified_on=record.date)
    if checks:
        again = replace(
            again,
            state="rectified" if repaired else "open",
            rectified_on=record.date if repaired else "",
            check_from=days_after(record.date, rules.revisit_from_days),
            check_by=days_after(record.date, rules.revisit_by_days),
        )
    found[old.finding] = again


def _new_finding(
    history: AccountHistory,
    record: Record,
    category: str,
    *,
    repaired: bool,
    note: str,
    rules: FollowSettings,
) -> FindingState:
    done = repaired and category not in rules.recheck_repaired
    check_by = days_after(record.date, rules.revisit_by_days)
    return FindingState(
        finding=f"{history.account_no}/{record.date}/{category}",
        account_no=history.account_no,
        category=category,
        found_on=record.date,
        crew=record.crew or "",
        note=note,
        repaired=repaired,
        department=department_of(category, rules),
        due_on=min(days_after(record.date, rules.rectify_days.get(category, 20)), check_by),
        state="closed" if done else "rectified" if repaired else "open",
        rectified_on=record.date if repaired else "",
        check_from=days_after(record.date, rules.revisit_from_days),
        check_by=check_by,
        closed_on=record.date if done else "",
        closed_by=record.id if done else "",
    )


def _check(
    history: AccountHistory, found: dict[str, FindingState], record: Record, seen: set[str]
) -> None:
    """Close what a check did not see again; works that are not built cannot be checked.

    What nobody has reported as repaired stays open: not to be seen is not to be repaired.
    """
    for name, finding in found.items():
        if finding.state not in OPEN or finding.found_on >= record.date or finding.category in seen:
            continue
        project = _project_of(history, finding)
        if project and project.opened_on <= record.date and not _built(project, record.date):
            continue
        if record.kind != "revisit" and finding.check_from > record.date:
            continue
        if finding.state == "open" and not (project and _built(project, record.date)):
            found[name] = replace(finding, unreported=True)
            continue
        found[name] = replace(finding, state="closed", closed_on=record.date, closed_by=record.id)


def _built(project: Project, date: str) -> bool:
    return bool(project.built_on) and project.built_on < date


def _decide(found: dict[str, FindingState], on: str, name: str, body: Mapping[str, object]) -> None:
    finding = found.get(name)
    if finding is None or finding.state not in OPEN:
        return
    note = _joined(finding.note, str(body.get("note", "")))
    if body.get("state") == "rectified":
        found[name] = replace(
            finding, state="rectified", rectified_on=on, note=note, unreported=False
        )
    elif body.get("state") == "dropped":
        found[name] = replace(
            finding, state="dropped", closed_on=on, closed_by="decision", note=note
        )


def _project_of(history: AccountHistory, finding: FindingState) -> Project | None:
    """The area finding that a customer's low voltage belongs to."""
    if finding.category != "low_voltage":
        return None
    for project in history.projects:
        early = finding.closed_on and finding.closed_on < project.opened_on
        if not early and (not project.built_on or project.built_on >= finding.found_on):
            return project
    return None


def _with_project(
    history: AccountHistory, finding: FindingState, rules: FollowSettings
) -> FindingState:
    project = _project_of(history, finding)
    if project is None:
        return finding
    finding = replace(finding, project=project.project)
    if finding.state not in OPEN:
        return finding
    if not project.built_on:
        return replace(finding, check_from="", check_by="")
    return replace(
        finding,
        check_from=max(finding.check_from, days_after(project.built_on, rules.revisit_from_days)),
        check_by=max(finding.check_by, days_after(project.built_on, rules.revisit_by_days)),
    )


def department_of(category: str, rules: FollowSettings) -> str:
    """Who owns findings and opinions of a category."""
    return rules.department.get(category) or rules.department.get("other") or "供电所"


def _joined(first: str, second: str) -> str:
    if not second or second in first:
        return first
    return f"{first}; {second}" if first else second


def days_after(day: str, days: int) -> str:
    """ISO text of a day so many days later."""
    return (dt.date.fromisoformat(day) + dt.timedelta(days=days)).isoformat()
