"""Whose hands the office's work goes through: the program's calls, or the pages of its server."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Protocol

from optimizer.records import add_appointment, close_request, decide_finding, take_records

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from optimizer.desk import Campaign
    from optimizer.model import DayPlan
    from optimizer.records import Entry

ITERATIONS: Final = 300


class Hands(Protocol):
    """What planner, chief and clerk do on a day."""

    def plan_day(self, station: str, day: dt.date) -> DayPlan:
        """Plan and store a station's day."""

    def take(self, entries: Sequence[Entry]) -> None:
        """Take a crew's sheet in."""

    def give_up(self, station: str, day: dt.date, crew: str) -> None:
        """Note that no more will come of a sheet."""

    def rectify(self, finding: str, account: str, day: dt.date) -> None:
        """Note that a department has mended what was found."""

    def connect(self, request: str, account: str, day: dt.date) -> None:
        """Note that a request is connected."""

    def promise(self, account: str, day: dt.date, window: str) -> None:
        """Note an appointment."""

    def close(self) -> None:
        """End what was begun for this."""


@dataclass
class Calls:
    """The program's calls.

    Parameters
    ----------
    paper
        Crews whose sheets come back as paper, which has no clock and one word for all findings.
    """

    folder: Campaign
    paper: frozenset[str] = frozenset()

    def plan_day(self, station: str, day: dt.date) -> DayPlan:
        """As in `Hands`."""
        return self.folder.plan_day(station, day, iterations=ITERATIONS)

    def take(self, entries: Sequence[Entry]) -> None:
        """As in `Hands`."""
        written = [on_paper(entry) if entry.crew in self.paper else entry for entry in entries]
        take_records(self.folder.register, self.folder.settings, written, "field")

    def give_up(self, station: str, day: dt.date, crew: str) -> None:
        """As in `Hands`."""
        self.folder.give_up(station, day, crew)

    def rectify(self, finding: str, account: str, day: dt.date) -> None:  # noqa: ARG002
        """As in `Hands`."""
        decide_finding(self.folder.register, self.folder.settings, finding, "rectified", on=day)

    def connect(self, request: str, account: str, day: dt.date) -> None:  # noqa: ARG002
        """As in `Hands`."""
        close_request(self.folder.register, self.folder.settings, request, "connected", day)

    def promise(self, account: str, day: dt.date, window: str) -> None:
        """As in `Hands`."""
        add_appointment(
            self.folder.register, self.folder.settings,
            account_no=account, date=day, window=window,
        )  # fmt: skip

    def close(self) -> None:
        """As in `Hands`."""


def on_paper(entry: Entry) -> Entry:
    """What of an entry stands on paper."""
    repaired = bool(entry.findings) and all(finding.repaired for finding in entry.findings)
    findings = tuple(replace(finding, repaired=repaired) for finding in entry.findings)
    return replace(entry, at="", findings=findings)
