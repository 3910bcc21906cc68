"""What follows from a call: the register's own rules, asked with made-up histories, as a table.

`records.follow_up.derive_state` is asked what comes after so many failed calls, after a refusal and
after a finding. So a forecast cannot follow other rules than the book.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from optimizer.records.account_state import AccountHistory, Record
from optimizer.records.follow_up import derive_state

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from optimizer.records.account_state import NextStep
    from optimizer.settings import FollowSettings

_DAY: Final = dt.date(2027, 6, 1)
"""A day far from any Spring Festival."""
_APART: Final = dt.timedelta(days=7)
STOPS: Final = ("telephone", "office")
"""Lists on which a customer waits until somebody in the office has done something."""
OWN, MISSED, ASKED, APPOINTED = "own", "missed", "asked", "appointed"
REQUEST: Final = "request"
REVISITS: Final = ("revisit", "revisit_away")
"""Checks of findings, of people who are there all year and of those who were met in the season."""


@dataclass(frozen=True, slots=True)
class Step:
    """A call that customers wait for, or a list on which they stay.

    Attributes
    ----------
    name
        `own` (a first visit on its block's day), `missed` (one whose day is past), `asked` (again
        after a refusal), `appointed`, `request`, or list and failed tries: `/2`, `season/3`,
        `evening/3`, `telephone/3`, `office/3`, `revisit/0`, `revisit_away/0`.
    list
        Of the register: "", season, evening, telephone, office.
    tries
        Failed calls so far.
    wait_days
        From the call before to the earliest day of this one.
    """

    name: str
    list: str
    tries: int
    wait_days: int

    @property
    def calls(self) -> bool:
        """Whether a crew comes; else somebody in the office has it."""
        return self.list not in STOPS

    @property
    def is_revisit(self) -> bool:
        """Whether a finding is checked; the customer himself was visited."""
        return self.name.partition("/")[0] in REVISITS

    @property
    def counts(self) -> bool:
        """Whether a customer is visited by it who was not before."""
        return self.calls and not self.is_revisit and self.name != REQUEST


@dataclass(frozen=True, slots=True)
class Chain:
    """All steps and the ways between them.

    Attributes
    ----------
    after_nobody
        float64 (steps, steps): where those go at whose door nobody was, by shares.
    refused
        Failed calls after a refusal before the office has it: here always one more asking.
    """

    steps: tuple[Step, ...]
    after_nobody: NDArray[np.float64]
    revisit_from_days: int
    revisit_span_days: int

    def row(self, name: str) -> int:
        """The row of a step."""
        return next(row for row, step in enumerate(self.steps) if step.name == name)

    def where(self, what: str) -> NDArray[np.int64]:
        """Rows of the steps of which something is true: season, evening, counts, calls, …."""
        found = [
            row
            for row, step in enumerate(self.steps)
            if (
                getattr(step, what)
                if what in {"calls", "counts", "is_revisit"}
                else step.list == what
            )
        ]
        return np.array(found, dtype=np.int64)


def call_chain(rules: FollowSettings, kinds: Mapping[str, float]) -> Chain:
    """The steps under a campaign's rules.

    Parameters
    ----------
    kinds
        Share of each kind of customer, which go to different lists.
    """
    ways: dict[tuple[str, str], float] = {}
    steps = {
        OWN: Step(OWN, "", 0, 0),
        MISSED: Step(MISSED, "", 0, 1),
        ASKED: Step(ASKED, "", 0, _ask_again(rules)),
        APPOINTED: Step(APPOINTED, "", 0, 7),
        REQUEST: Step(REQUEST, "", 0, 1),
    }
    for kind, part in kinds.items():
        before = OWN
        for fails in range(1, rules.max_tries + rules.list_tries + 1):
            step = _after(kind, fails, rules)
            steps[step.name] = step
            ways[before, step.name] = ways.get((before, step.name), 0.0) + part
            before = step.name
            if not step.calls:
                break
    last = next((step.name for step in steps.values() if step.list == "telephone"), "")
    steps |= _revisits(rules)
    return _as_chain(steps, ways, last, rules)


def _as_chain(
    steps: dict[str, Step], ways: dict[tuple[str, str], float], last: str, rules: FollowSettings
) -> Chain:
    names = list(steps)
    table = np.zeros((len(names), len(names)))
    for (before, after), share in ways.items():
        table[names.index(before), names.index(after)] += share
    table[names.index(MISSED)] = table[names.index(OWN)]
    for name in (ASKED, APPOINTED):
        table[names.index(name), names.index(last)] = 1.0
    revisits = [row for row, step in enumerate(steps.values()) if step.is_revisit]
    for row, following in pairwise(revisits):
        if list(steps.values())[following].tries:
            table[row, following] = 1.0
    total = table.sum(axis=1, keepdims=True)
    table = np.divide(table, total, out=table, where=total > 0)
    span = rules.revisit_by_days - rules.revisit_from_days
    return Chain(tuple(steps.values()), table, rules.revisit_from_days, span)


def _record(day: dt.date, result: str) -> Record:
    at = f"{day}T10:00:00"
    return Record(
        day.isoformat(),
        "1",
        None,
        None,
        day.isoformat(),
        None,
        "",
        "first",
        result,
        at,
        None,
        None,
        "[]",
        "",
        "[]",
        None,
    )


def _next(kind: str, results: list[str], rules: FollowSettings) -> tuple[NextStep, dt.date]:
    """What the register has to be done after some calls, and the day of the last."""
    days = [_DAY + number * _APART for number in range(len(results))]
    records = [_record(day, result) for day, result in zip(days, results, strict=True)]
    state = derive_state(AccountHistory(account_no="1", kind=kind, records=records), rules)
    return state.next_steps[0], days[-1]


def _after(kind: str, fails: int, rules: FollowSettings) -> Step:
    """The step after so many calls at which nobody was home."""
    step, last = _next(kind, ["nobody_home"] * fails, rules)
    wait = (dt.date.fromisoformat(step.not_before) - last).days
    if step.list == "season":  # it waits for its season, and within that as other retries do
        wait = rules.retry_after_days
    return Step(f"{step.list}/{fails}", step.list, fails, wait)


def _ask_again(rules: FollowSettings) -> int:
    step, last = _next("household", ["refused"], rules)
    return (dt.date.fromisoformat(step.not_before) - last).days


def _revisits(rules: FollowSettings) -> dict[str, Step]:
    """The calls that check a finding."""
    waits = [0] + [rules.retry_after_days] * rules.revisit_tries
    return {
        (name := f"{kind}/{fails}"): Step(name, "", fails, waits[fails])
        for kind in REVISITS
        for fails in range(rules.revisit_tries)
    }
