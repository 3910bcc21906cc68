"""A bulletin's figures: what a period brought, the one before it, and how far the campaign is."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from optimizer.forecast import told_and_came
from optimizer.reports.evidence import evidence_of
from optimizer.reports.visited_by_day import area_coverage, course_of_coverage, station_coverage

if TYPE_CHECKING:
    import pandas as pd

    from optimizer.forecast import ToldAndCame
    from optimizer.register import Register
    from optimizer.reports.period import Period
    from optimizer.settings import Settings


@dataclass(frozen=True)
class Bulletin:
    """What a period brought, and the one before it.

    Attributes
    ----------
    evidence, evidence_before
        Rows of `Fact`: every figure is the sum of `number` over some of them.
    stations
        station, name, accounts, visited and visited_before (at the ends of the periods), planned
        and planned_before (visits in the calendar that stood on their day).
    areas
        area, lon, lat, accounts, visited.
    course
        date, visited, planned: accounts so far, a row a day on which either grew.
    told
        Forecasts of the campaign that were kept until the period's end, and what came of them.
    """

    period: Period
    evidence: pd.DataFrame
    evidence_before: pd.DataFrame
    stations: pd.DataFrame
    areas: pd.DataFrame
    course: pd.DataFrame
    told: list[ToldAndCame]

    def count(
        self,
        figure: str,
        *,
        category: str | None = None,
        state: str | None = None,
        station: str | None = None,
        before: bool = False,
    ) -> int:
        """A figure: all of it, or of a category, state or station."""
        facts = self.evidence_before if before else self.evidence
        wanted = facts["figure"] == figure
        for column, value in (("category", category), ("state", state), ("station", station)):
            if value is not None:
                wanted &= facts[column] == value
        return int(facts.loc[wanted, "number"].sum())

    def categories(self, figure: str) -> list[str]:
        """Categories that a figure has in either period, the most frequent first."""
        found: set[str] = set()
        for facts in (self.evidence, self.evidence_before):
            found |= set(facts.loc[facts["figure"] == figure, "category"])
        return sorted(found, key=lambda name: (-self.count(figure, category=name), name))

    @property
    def accounts(self) -> int:
        """Accounts to be visited: all but those whose matter is over without a visit."""
        return int(self.stations["accounts"].sum())

    @property
    def visited(self) -> int:
        """Accounts visited by the end of the period."""
        return int(self.stations["visited"].sum())

    @property
    def by_plan(self) -> bool:
        """Whether the calendar planned visits in the period, so that stations are judged by it."""
        return bool((self.stations["planned"] > 0).any())

    def share(self, station: str) -> float:
        """What a station is judged by; NaN where there is nothing to judge it by.

        First visits of the period (retries and revisits are not in the calendar) as a share of
        those planned in it, or, where it planned nothing anywhere, of the station's accounts.
        """
        column = "planned" if self.by_plan else "accounts"
        of = int(self.stations.loc[self.stations["station"] == station, column].sum())
        return self.count("first_visit", station=station) / of if of else np.nan

    def ranking(self) -> list[str]:
        """Stations that can be judged, from best to worst."""
        shares = {str(name): self.share(str(name)) for name in self.stations["station"] if name}
        judged = [name for name, share in shares.items() if np.isfinite(share)]
        return sorted(judged, key=lambda name: (-shares[name], name))


def bulletin(register: Register, settings: Settings, period: Period) -> Bulletin:
    """Count what a period brought, from the records, ledgers and calendar of the register.

    How far the campaign is, is said of the cycle in which the period ends.
    """
    with register.store.reading():
        accounts, blocks = _of_cycle(register, register.cycles.of(period.last))
        evidence = evidence_of(register, settings, period)
        before = evidence_of(register, settings, period.before)
        stations = station_coverage(register, accounts, blocks, period)
        areas = area_coverage(register, accounts, period)
        told = told_and_came(register, period.last + dt.timedelta(days=1))
    return Bulletin(
        period=period,
        evidence=evidence,
        evidence_before=before,
        stations=stations,
        areas=areas,
        course=course_of_coverage(accounts, blocks),
        told=told,
    )


def _of_cycle(register: Register, cycle: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Where everybody stands in a cycle, and the visits planned by day and station in it."""
    days = ("", *register.cycles.first_days(), "9")
    blocks = register.planned()
    inside = (blocks["date"] >= days[cycle - 1]) & (blocks["date"] < days[cycle])
    is_running = cycle == register.cycles.running
    accounts = register.agenda.accounts() if is_running else register.cycles.accounts(cycle)
    return accounts, blocks[inside].reset_index(drop=True)
