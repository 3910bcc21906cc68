"""All open matters as lists of one shape: looked through, moved on several at once, handed out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from optimizer.desk.matters import Matters
from optimizer.desk.photographs import Photographs
from optimizer.errors import RecordError, ZoufangError
from optimizer.register.agenda import MATTERS
from optimizer.register.events import newest_change, read_changes

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Hashable, Sequence
    from pathlib import Path

    import pandas as pd

    from optimizer.catalogue import Message

LISTS: Final[dict[str, tuple[str, ...]]] = {
    "overdue": ("rectified", "dropped"),
    "findings": ("rectified", "dropped"),
    "areas": ("on_site_check", "approved", "built", "checked"),
    "opinions": ("sent", "answered", "told"),
    "requests": ("connected", "withdrawn"),
    "appointments": ("cancelled",),
    "conflicts": (),
    "office": ("closed", "again"),
    "telephone": ("closed", "again"),
    "season": (),
    "evening": (),
}
"""Every list, the most pressing first, and the states to which its matters can be moved."""
NAMES: Final = {
    "overdue": "finding",
    "findings": "finding",
    "areas": "project",
    "opinions": "opinion",
    "requests": "request",
    "appointments": "appointment",
}
"""The column that names a matter; in the other lists it is the account."""
_KINDS: Final = NAMES | {"conflicts": "settle", "office": "account", "telephone": "account"}
"""The kind of event that moves a list's matters on."""
ENDING: Final = frozenset(
    {"dropped", "checked", "told", "connected", "withdrawn", "cancelled", "closed"}
)
"""States that end a matter."""


@dataclass(frozen=True, slots=True)
class Moved:
    """What became of matters that were to be moved on: how many were, and why others were not.

    `events` are those of the moved ones, by which they can be taken back.
    """

    done: int
    refused: tuple[tuple[str, Message], ...]
    events: tuple[int, ...] = ()


def _kind(which: str) -> str:
    if which not in _KINDS:
        raise RecordError("option.no_list", which=which, known=list(_KINDS))
    return _KINDS[which]


class MatterLists(Matters, Photographs):
    """Wishes of who works through the lists."""

    def matter_list(self, which: str, station: str | None = None) -> pd.DataFrame:
        """The open matters of a list; its first column names them.

        Findings have a column beside those of the ledger: how many photographs there are.

        Raises
        ------
        RecordError
            There is no such list.
        """
        if which not in LISTS:
            raise RecordError("option.no_list", which=which, known=list(LISTS))
        if which == "findings":
            return self._with_photographs(self.findings(None, station))
        calls = {
            "areas": self.area_works,
            "opinions": self.opinions,
            "requests": self.requests,
            "appointments": self.appointments,
        }
        if which in calls:
            return calls[which](None, station)
        if which == "conflicts":
            return self.register.agenda.contradicted(station)
        rows = self.register.agenda.matters(which, self.today.isoformat(), station)
        return self._with_photographs(rows) if which == "overdue" else rows

    def _with_photographs(self, findings: pd.DataFrame) -> pd.DataFrame:
        taken = self.photographs(set(findings["account_no"]))
        days: dict[tuple[str, str], list[str]] = {}
        for one in taken:
            days.setdefault((one.account_no, one.category), []).append(one.date)
        names = zip(
            *(findings[name] for name in ("account_no", "category", "found_on")), strict=True
        )
        counts = [
            sum(day >= found_on for day in days.get((account, category), ()))
            for account, category, found_on in names
        ]
        return findings.assign(photographs=counts)

    def matter_counts(self, station: str) -> dict[str, int]:
        """How many matters of a station are open in each list."""
        agenda, today = self.register.agenda, self.today.isoformat()
        counted = {"findings": "open_findings"} | {name: name for name in MATTERS}
        return {
            which: agenda.count(counted[which], today, station)
            if which in counted
            else len(self.matter_list(which, station))
            for which in LISTS
        }

    def move_matters(self, which: str, names: Sequence[str], state: str, note: str = "") -> Moved:
        """Move matters on, each by itself: one that cannot be moved holds no other back.

        Parameters
        ----------
        note
            How, why, or the answer; for opinions that are sent, the department.

        Raises
        ------
        RecordError
            There is no such list, or it knows no such state.
        """
        if state not in LISTS.get(which, ()):
            raise RecordError("option.no_step", which=which, state=state)
        events, refused = [], []
        for name in names:
            try:
                with self.register.store.writing():
                    self._move(which, name, state, note)
                    events.append(newest_change(self.register.store, _KINDS[which]))
            except ZoufangError as error:
                refused.append((name, error))
        return Moved(len(events), tuple(refused), tuple(events))

    def take_matters_back(self, which: str, events: Sequence[int], station: str) -> Moved:
        """Take moves of a station's matters back by their events, each by itself.

        Raises
        ------
        RecordError
            Nothing can be moved in such a list.
        """
        from optimizer.records import take_back

        kind = _kind(which)
        store = self.register.store
        named = {one.event: one.name for one in read_changes(store, kind, station=station)}
        done, refused = [], []
        for event in events:
            try:
                if event not in named:
                    raise RecordError("change.gone")
                take_back(self.register, self.settings, kind, event)
                done.append(event)
            except ZoufangError as error:
                refused.append((named.get(event, ""), error))
        return Moved(len(done), tuple(refused), tuple(done))

    def closed_matters(self, which: str, station: str) -> list[dict[Hashable, Any]]:
        """What somebody closed in the last 90 days, the latest first: by column, with its event.

        Raises
        ------
        RecordError
            Nothing can be closed in such a list.
        """
        from optimizer.records import closing_changes

        kind = _kind(which)
        changes = closing_changes(self.register, kind, station)[::-1]
        listed = json.dumps([change.account_no for change in changes])
        where = "account_no IN (SELECT value FROM json_each(?))"
        accounts = self.register.agenda.accounts(where, [listed])
        names = dict(zip(accounts["account_no"], accounts["name"], strict=True))
        rows: list[dict[Hashable, Any]] = []
        for change in changes:
            ledger = NAMES.get(which) and self.register.ledgers.one(f"{kind}s", change.name)
            facts = {"account_no": change.account_no, "date": change.date}
            said = {
                "event": change.event,
                "at": change.moment[:16].replace("T", " "),
                "by": change.who,
            }
            name = names.get(change.account_no, "")
            rows.append(facts | change.body | (ledger or {}) | said | {"name": name})
        return rows

    def _move(self, which: str, name: str, state: str, note: str) -> None:
        if which in {"overdue", "findings"}:
            self.decide_finding(name, state, note=note)
        elif which == "areas":
            self.advance_area_work(name, state)
        elif which == "opinions":
            given = {"sent": {"department": note}, "answered": {"answer": note}}.get(state, {})
            self.decide_opinion(name, state, **{k: text for k, text in given.items() if text})
        elif which == "requests":
            self.close_request(name, state)
        elif which == "appointments":
            self.cancel_appointment(name)
        else:
            self.decide_account(name, state, note=note)

    def write_department_lists(
        self, path: Path, station: str | None = None, today: dt.date | None = None
    ) -> Path:
        """Write what each department has to do as a workbook, a sheet a department; tell its path.

        Overdue findings come first.
        """
        import pandas as pd

        from optimizer.catalogue import Texts
        from optimizer.reports.worksheets import add_sheets, open_workbook

        on = (today or self.today).isoformat()
        findings = self.matter_list("findings", station)
        findings = findings[findings["state"] == "open"]
        findings = findings.assign(overdue=findings["due_on"].between("0", on, inclusive="left"))
        findings = findings.sort_values(["overdue", "due_on"], ascending=[False, True])
        opinions = self.opinions(None, station).assign(photographs=0)
        works = pd.concat(
            [
                findings[
                    [
                        "department",
                        "finding",
                        "account_no",
                        "name",
                        "area",
                        "category",
                        "found_on",
                        "due_on",
                        "photographs",
                        "note",
                    ]
                ],
                opinions.rename(columns={"opinion": "finding", "date": "found_on", "text": "note"})[
                    [
                        "department",
                        "finding",
                        "account_no",
                        "name",
                        "area",
                        "category",
                        "found_on",
                        "photographs",
                        "note",
                    ]
                ],
            ]
        ).fillna("")
        texts = Texts(self.lang)
        with open_workbook(path) as book:
            for department, rows in works.groupby("department", sort=True):
                shown = rows.drop(columns="department")
                shown = shown.assign(
                    category=[texts.named("category", name) for name in shown["category"]]
                )
                add_sheets(book, str(department), shown, texts)
            if works.empty:
                add_sheets(book, "-", works, texts)
        return path
