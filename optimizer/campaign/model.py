"""The plan of a whole campaign: blocks, visits and accounts as tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import datetime as dt

    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from optimizer.campaign.change import Change
    from optimizer.campaign.crew_assignment import CommittedWork


@dataclass(frozen=True, slots=True)
class Shortage:
    """A station whose crews cannot do its work in time.

    `needed`, `available` and `lacking` are crew-days; `customers` have no day.
    """

    station: str
    needed: int
    available: int
    lacking: int
    customers: int


@dataclass(frozen=True, slots=True)
class Remedy:
    """The fewest changes of one kind that together would give all customers a day."""

    kind: str
    changes: tuple[Change, ...]

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {"kind": self.kind, "changes": [str(change) for change in self.changes]}


@dataclass(frozen=True, slots=True)
class ShortageReport:
    """What is short, and the remedies that were found."""

    shortages: tuple[Shortage, ...] = ()
    remedies: tuple[Remedy, ...] = ()


VISIT_COLUMNS = ["block", "seq", "account_no"]


@dataclass(frozen=True, kw_only=True)
class CampaignPlan:
    """A plan of the whole campaign, and what its certificate is made from.

    Attributes
    ----------
    start, finish
        The horizon, both days included.
    since
        The first day that is planned: blocks and duty days are counted from it.
    blocks
        block, station, crew, date (ISO), visits, work_s, travel_s, distance_m, pace (share of a
        usual day's visits that it was made for).
    visits
        block, seq (from 1), account_no.
    unplanned
        account_no, code, reason.
    customers
        All customers who are to be visited or have been: account_no, station, area, kind, code
        ("" planned, "settled", how the records follow it up, or why not).
    areas
        area, station, fewest_days (fewest blocks that hold its work), whole (finished in one
        stretch in at most a day more, stragglers of a tenth aside).
    stations
        station, name, blocks (with a date or without), moved (runs, or parts of them, that another
        crew than their territory's works), unwished (blocks outside wishes and open seasons).
    crews
        crew, station, duty_days (within the horizon).
    duty
        bool (crews, days), rows as `crews`.
    days
        As of `workdays.working_days`.
    committed
        After a replan: all duty days, and the work of past blocks.
    shortage_report
        Which stations are short where the work does not fit the horizon, and what would help.
    """

    start: dt.date
    finish: dt.date
    since: dt.date
    blocks: pd.DataFrame = field(repr=False)
    visits: pd.DataFrame = field(repr=False)
    unplanned: pd.DataFrame = field(repr=False)
    customers: pd.DataFrame = field(repr=False)
    areas: pd.DataFrame = field(repr=False)
    stations: pd.DataFrame = field(repr=False)
    crews: pd.DataFrame = field(repr=False)
    duty: NDArray[np.bool_] = field(repr=False)
    days: pd.DataFrame = field(repr=False)
    committed: CommittedWork | None = field(default=None, repr=False)
    shortage_report: ShortageReport = field(default=ShortageReport(), repr=False)
