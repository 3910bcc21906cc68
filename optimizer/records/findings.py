"""Findings: seen, repaired, decided about, checked, closed."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from typing import TYPE_CHECKING

from optimizer.records.account_state import OPEN, Case, FindingState, Project, Rec

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from optimizer.settings import FollowSettings


def findings_of(
    case: Case, records: list[Rec], conflicts: set[str], rules: FollowSettings
) -> list[FindingState]:
    """The ledger of an account's findings, from its records in their order."""
    found: dict[str, FindingState] = {}
    waiting = sorted(
        (
            (str(body.get("on", "")), str(body.get("finding", "")), body)
            for kind, body in case.decisions
            if kind == "finding"
        ),
        key=lambda decision: decision[0],
    )
    for rec in records:
        while waiting and waiting[0][0] < rec.date:
            _decide(found, *waiting.pop(0))
        seen = _seen(rec)
        checks = _is_check(rec, found.values()) and rec.date not in conflicts
        for category, (repaired, note) in seen.items():
            _see(case, found, rec, category, repaired=repaired, note=note, rules=rules,
                 checks=checks)  # fmt: skip
        if checks:
            _check(case, found, rec, set(seen))
    for on, name, body in waiting:
        _decide(found, on, name, body)
    return [_with_project(case, finding, rules) for finding in found.values()]


def _seen(rec: Rec) -> dict[str, tuple[bool, str]]:
    """What a record saw, a category once: repaired if all of it was."""
    if rec.findings == "[]":
        return {}
    seen: dict[str, tuple[bool, str]] = {}
    for item in json.loads(rec.findings):
        category = item["category"]
        repaired, note = seen.get(category, (True, ""))
        notes = "; ".join(text for text in (note, item["note"]) if text)
        seen[category] = (repaired and item["repaired"], notes)
    return seen


def _is_check(rec: Rec, known: Iterable[FindingState]) -> bool:
    """Whether a record is a check of what was found before it."""
    if rec.result != "done":
        return False
    pending = [f for f in known if f.state in OPEN and f.found_on < rec.date]
    if not pending or rec.kind in {"first", "retry"}:
        return False
    return rec.kind == "revisit" or any(f.check_from <= rec.date for f in pending)


def _see(
    case: Case,
    found: dict[str, FindingState],
    rec: Rec,
    category: str,
    *,
    repaired: bool,
    note: str,
    rules: FollowSettings,
    checks: bool,
) -> None:
    old = next((f for f in found.values() if f.category == category and f.state in OPEN), None)
    if old is None:
        finding = _new_finding(case, rec, category, repaired=repaired, note=note, rules=rules)
        found[finding.finding] = finding
        return
    if old.found_on == rec.date:
        found[old.finding] = replace(
            old, note=_joined(old.note, note), crew=old.crew or rec.crew or ""
        )
        return
    again = replace(old, note=_joined(old.note, note))
    if repaired:
        again = replace(again, repaired=True, state="rectified", rectified_on=rec.date)
    if checks:
        again = replace(
            again,
            state="rectified" if repaired else "open",
            rectified_on=rec.date if repaired else "",
            check_from=days_after(rec.date, rules.revisit_from_days),
            check_by=days_after(rec.date, rules.revisit_by_days),
        )
    found[old.finding] = again


def _new_finding(
    case: Case, rec: Rec, category: str, *, repaired: bool, note: str, rules: FollowSettings
) -> FindingState:
    done = repaired and category not in rules.recheck_repaired
    check_by = days_after(rec.date, rules.revisit_by_days)
    return FindingState(
        finding=f"{case.account_no}/{rec.date}/{category}",
        account_no=case.account_no,
        category=category,
        found_on=rec.date,
        crew=rec.crew or "",
        note=note,
        repaired=repaired,
        department=department_of(category, rules),
        due_on=min(days_after(rec.date, rules.rectify_days.get(category, 20)), check_by),
        state="closed" if done else "rectified" if repaired else "open",
        rectified_on=rec.date if repaired else "",
        check_from=days_after(rec.date, rules.revisit_from_days),
        check_by=check_by,
        closed_on=rec.date if done else "",
        closed_by=rec.id if done else "",
    )


def _check(case: Case, found: dict[str, FindingState], rec: Rec, seen: set[str]) -> None:
    """Close what a check did not see again; works that are not built cannot be checked."""
    for name, finding in found.items():
        if finding.state not in OPEN or finding.found_on >= rec.date or finding.category in seen:
            continue
        project = _project_of(case, finding)
        if project and project.opened_on <= rec.date and not _built(project, rec.date):
            continue
        if rec.kind != "revisit" and finding.check_from > rec.date:
            continue
        found[name] = replace(finding, state="closed", closed_on=rec.date, closed_by=rec.id)


def _built(project: Project, date: str) -> bool:
    return bool(project.built_on) and project.built_on < date


def _decide(found: dict[str, FindingState], on: str, name: str, body: Mapping[str, object]) -> None:
    finding = found.get(name)
    if finding is None or finding.state not in OPEN:
        return
    note = _joined(finding.note, str(body.get("note", "")))
    if body.get("state") == "rectified":
        found[name] = replace(finding, state="rectified", rectified_on=on, note=note)
    elif body.get("state") == "dropped":
        found[name] = replace(
            finding, state="dropped", closed_on=on, closed_by="decision", note=note
        )


def _project_of(case: Case, finding: FindingState) -> Project | None:
    """The area finding that a customer's low voltage belongs to."""
    if finding.category != "low_voltage":
        return None
    for project in case.projects:
        early = finding.closed_on and finding.closed_on < project.opened_on
        if not early and (not project.built_on or project.built_on >= finding.found_on):
            return project
    return None


def _with_project(case: Case, finding: FindingState, rules: FollowSettings) -> FindingState:
    project = _project_of(case, finding)
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
