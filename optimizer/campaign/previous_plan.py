"""The calendar as it is when the rest is planned anew, and what the records say of it.

Pace is what crews get done on days of which there are records: a crew-day without any is a sheet
that nobody has typed in, or a day not worked, and no slow crew.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pandas as pd

from optimizer.campaign.demand import still_open
from optimizer.campaign.unplanned import LACK_OF_TIME
from optimizer.errors import CampaignError
from optimizer.model import VisitKind

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimizer.campaign.demand import CampaignTables
    from optimizer.register import Register

ENOUGH_VISITS: Final = 80
"""Planned visits from which on a station's pace is believed."""
RECENT_DAYS: Final = 90
"""Days before today from which the pace is taken, and for which sheets are missed."""
PACE_TOLERANCE: Final = 0.05
"""By so much at least the pace differs from the one that blocks were made for before they are made
anew; by more where chance alone could make more of it."""
LOWEST_PACE: Final = 0.5
"""No blocks are made for a lower pace."""
PLANNED_KINDS: Final = ("", VisitKind.FIRST.value, VisitKind.APPOINTMENT.value)
"""Kinds of visit that blocks are made of, as records name them; for the others a share of each
day is kept free."""


class StationPace(NamedTuple):
    """Visits recorded by visits that usual days hold, at most 1; and the latter's number."""

    share: float
    visits: float


@dataclass(frozen=True, slots=True)
class PreviousPlan:
    """The calendar as it is, one row a visit, and what is known of it today.

    Attributes
    ----------
    blocks, past_blocks
        As in the register, all and those before today.
    visits
        block, seq, account_no, crew, date, station; and open, past, frozen, fixed (bool: `fixed`
        is frozen, with a crew that is still there).
    missed
        account_no, date: open customers whose day is past, and the first such day.
    waiting
        Accounts that have no day for want of time.
    unrecorded
        station, crew, date: recent crew-days that were to be worked, with visits still to be made
        and without any record.
    paces
        By station, where there are enough records.
    """

    blocks: pd.DataFrame
    past_blocks: pd.DataFrame
    visits: pd.DataFrame
    missed: pd.DataFrame
    waiting: list[str]
    unrecorded: pd.DataFrame
    paces: dict[str, StationPace]

    def next_number(self) -> int:
        """A number that no block has, at any station."""
        numbers = self.blocks["block"].str.extract(r"(\d+)$")[0]
        return int(numbers.fillna("0").astype(int).max()) + 1

    def pace_to_plan(self, station: str) -> float:
        """The pace that a station's last blocks were made for, or the actual one if it differs."""
        blocks = self.blocks[self.blocks["station"] == station].sort_values(["date", "block"])
        made_for = float(blocks["pace"].iloc[-1]) if len(blocks) else 1.0
        if station not in self.paces:
            return made_for
        actual, visits = self.paces[station]
        chance = 2 * float(np.sqrt(actual * (1 - actual) / visits))
        actual = max(LOWEST_PACE, actual)
        return actual if abs(actual - made_for) > max(PACE_TOLERANCE, chance) else made_for

    def committed_s(
        self, tables: CampaignTables, dates: NDArray[np.datetime64]
    ) -> NDArray[np.float64]:
        """Seconds of work of the past blocks and the printed ones that stay, crews by days."""
        stay = set(self.past_blocks["block"]) | set(self.visits.loc[self.visits["fixed"], "block"])
        blocks = self.blocks[self.blocks["block"].isin(stay)]
        crew, day, known = _crew_day_cells(blocks, tables, dates)
        work_s = np.zeros((len(tables.crews), len(dates)))
        work_s[crew[known], day[known]] = blocks["work_s"].to_numpy()[known]
        return work_s


def _crew_day_cells(
    blocks: pd.DataFrame, tables: CampaignTables, dates: NDArray[np.datetime64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    """Rows and columns of blocks in a table of crews by days, and which of them are in it."""
    row = {crew: k for k, crew in enumerate(tables.crews["crew"])}
    crew = blocks["crew"].map(row).fillna(-1).to_numpy().astype(np.int64)
    day = (pd.to_datetime(blocks["date"]).to_numpy().astype("datetime64[D]") - dates[0]).astype(int)
    return crew, day, (crew >= 0) & (day >= 0) & (day < len(dates))


def read_previous_plan(  # noqa: PLR0917
    register: Register,
    tables: CampaignTables,
    duty: NDArray[np.bool_],
    dates: NDArray[np.datetime64],
    today: dt.date,
    frozen_until: dt.date,
) -> PreviousPlan:
    """Read the calendar and what has been recorded of it.

    Parameters
    ----------
    duty
        bool (crews, days), rows as `tables.crews`, columns as `dates`: who was to go out.

    Raises
    ------
    CampaignError
        There is no plan yet.
    """
    blocks = register.blocks()
    if blocks.empty:
        raise CampaignError("campaign.no_plan")
    past = blocks[blocks["date"] < today.isoformat()]
    visits = register.block_visits().join(blocks.set_index("block")["station"], on="block")
    status = tables.customers.set_index("account_no")["status"]
    visits["open"] = still_open(visits["account_no"].map(status))
    visits["past"] = visits["block"].isin(past["block"])
    visits["frozen"] = ~visits["past"] & (visits["date"] <= frozen_until.isoformat())
    home = tables.customers.set_index("account_no")["station"]
    crew_home = tables.crews.set_index("crew")["station"]
    stays = visits["account_no"].map(home) == visits["crew"].map(crew_home)
    visits["fixed"] = visits["frozen"] & visits["account_no"].isin(status.index) & stays
    late = visits.loc[visits["past"] & visits["open"], ["account_no", "date"]]
    missed = pd.concat([register.missed(), late], ignore_index=True)
    missed = missed[still_open(missed["account_no"].map(status))]
    missed = missed.sort_values("date").drop_duplicates("account_no")
    recent = past[past["date"] >= (today - dt.timedelta(days=RECENT_DAYS)).isoformat()]
    records = register.ledgers.records(last=today - dt.timedelta(days=1))
    made = visits[visits["past"] & ~visits["open"]]
    crew, day, known = _crew_day_cells(recent, tables, dates)
    worked = recent[known][duty[crew[known], day[known]]]
    unrecorded = _unrecorded_days(worked, made, records)
    unplanned = register.unplanned()
    waiting = unplanned.loc[unplanned["code"].isin(LACK_OF_TIME), "account_no"].tolist()
    return PreviousPlan(
        blocks, past, visits, missed, waiting, unrecorded, _paces(recent, made, records)
    )


def _unrecorded_days(
    worked: pd.DataFrame, made: pd.DataFrame, records: pd.DataFrame
) -> pd.DataFrame:
    """See `PreviousPlan.unrecorded`; `worked` are the recent blocks whose crews were on duty."""
    waiting = worked["block"].map(made["block"].value_counts()).fillna(0) < worked["visits"]
    told = _crew_has_record(worked, records) | (_visits_recorded(worked, made, records) > 0)
    return worked.loc[waiting & ~told, ["station", "crew", "date"]]


def _crew_has_record(blocks: pd.DataFrame, records: pd.DataFrame) -> pd.Series[bool]:
    """Whether the crew of each block has a record of its day."""
    days = pd.MultiIndex.from_frame(blocks[["crew", "date"]])
    there = days.isin(pd.MultiIndex.from_frame(records[["crew", "date"]]))
    return pd.Series(there, index=blocks.index)


def _visits_recorded(
    blocks: pd.DataFrame, made: pd.DataFrame, records: pd.DataFrame
) -> pd.Series[int]:
    """How many visits of each block are recorded on its day, whoever made them."""
    there = made.merge(records[["account_no", "date"]].drop_duplicates(), on=["account_no", "date"])
    return blocks["block"].map(there["block"].value_counts()).fillna(0).astype(int)


def _paces(
    recent: pd.DataFrame, made: pd.DataFrame, records: pd.DataFrame
) -> dict[str, StationPace]:
    """See `PreviousPlan.paces`.

    A block counts if its crew has a record of a planned visit on its day, or others have made at
    least half of it; then all that the station has recorded on that day is held against it.
    """
    planned = records[records["kind"].isin(PLANNED_KINDS)]
    half = 2 * _visits_recorded(recent, made, planned) >= recent["visits"].clip(lower=1)
    judged = recent[_crew_has_record(recent, planned) | half]
    full = (judged["visits"] / judged["pace"]).groupby(judged["station"]).sum()
    days = judged[["station", "date"]].drop_duplicates()
    done = planned.drop_duplicates(["account_no", "date"]).merge(days, on=["station", "date"])
    recorded = done["station"].value_counts()
    return {
        str(station): StationPace(min(1.0, float(recorded.get(station, 0) / visits)), float(visits))
        for station, visits in full.items()
        if visits >= ENOUGH_VISITS
    }
