"""All open matters as lists of one shape: looked through, moved on several at once, handed out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from optimizer.desk.matters import Matters
from optimizer.desk.photographs import Photographs
from optimizer.errors import RecordError, ZoufangError
from optimizer.register.agenda import MATTERS

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence
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


@dataclass(frozen=True, slots=True)
class Moved:
    """What became of matters that were to be moved on: how many were, and why others were not."""

    done: int
    refused: tuple[tuple[str, Message], ...]


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
        done, refused = 0, []
        for name in names:
            try:
                self._move(which, name, state, note)
                done += 1
            except ZoufangError as error:
                refused.append((name, error))
        return Moved(done, tuple(refused))

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
