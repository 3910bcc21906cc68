"""The previous plan in a replan: what the records say of it, and which of its blocks are kept.

The pace is that of crew-days with records. A crew-day without any is a sheet that is not typed in
yet, or a day that was not worked, and says nothing of the pace.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pandas as pd

from optimizer.campaign.demand import still_open
from optimizer.campaign.station_blocks import KeptBlocks, StationBlocks
from optimizer.errors import CampaignError
from optimizer.model import VisitKind

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimizer.campaign.demand import CampaignTables
    from optimizer.campaign.model import CampaignPlan
    from optimizer.campaign.routing_task import RoutingTask
    from optimizer.campaign.station_demand import StationDemand
    from optimizer.campaign.station_schedule import PlanningContext
    from optimizer.register import Register

ENOUGH_VISITS: Final = 80
"""Fewest planned visits from which a station's pace is estimated."""
RECENT_DAYS: Final = 90
"""Days before today that count for the pace, and for crew-days without records."""
PACE_TOLERANCE: Final = 0.05
"""Least change of the pace for which blocks are routed anew; more where chance explains more."""
LOWEST_PACE: Final = 0.5
"""Blocks are routed for no lower pace."""
PLANNED_KINDS: Final = ("", VisitKind.FIRST.value, VisitKind.APPOINTMENT.value)
"""Kinds of visit, in records, that blocks consist of; other kinds have a share of each day free."""


class StationPace(NamedTuple):
    """`share`, at most 1, of the `visits` that usual days would hold which are recorded."""

    share: float
    visits: float


@dataclass(frozen=True, slots=True)
class PreviousPlan:
    """The calendar in the register, and what the records say of it today.

    Attributes
    ----------
    blocks, past_blocks
        As in the register, all and those before today.
    visits
        block, seq, account_no, crew, date, station; and open, past, frozen, fixed (bool: `fixed`
        is frozen, with a crew that is still there).
    missed
        account_no, date: open customers whose day is past, and the first such day.
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
    unrecorded: pd.DataFrame
    paces: dict[str, StationPace]

    def followed_by(self, campaign: CampaignPlan) -> PreviousPlan:
        """The same with the coming blocks and visits of a campaign that was planned from it."""
        days = campaign.blocks[["block", "station", "crew", "date"]]
        visits = campaign.visits.merge(days, on="block")
        coming = visits.assign(open=True, past=False, frozen=False, fixed=False)
        return replace(self, blocks=campaign.blocks, visits=coming)

    def next_number(self) -> int:
        """A block number above all that are in use."""
        numbers = self.blocks["block"].str.extract(r"(\d+)$")[0]
        return int(numbers.fillna("0").astype(int).max()) + 1

    def pace_to_plan(self, station: str) -> float:
        """The pace of a station's last blocks, or the actual one if that differs from it."""
        blocks = self.blocks[self.blocks["station"] == station].sort_values(["date", "block"])
        routed_for = float(blocks["pace"].iloc[-1]) if len(blocks) else 1.0
        if station not in self.paces:
            return routed_for
        actual, visits = self.paces[station]
        chance = 2 * float(np.sqrt(actual * (1 - actual) / visits))
        actual = max(LOWEST_PACE, actual)
        return actual if abs(actual - routed_for) > max(PACE_TOLERANCE, chance) else routed_for

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
    """Row and column of each block in an array of crews by days, and whether it is inside."""
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
    """Read the calendar and what is recorded of it.

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
    return PreviousPlan(blocks, past, visits, missed, unrecorded, _paces(recent, made, records))


def _unrecorded_days(
    worked: pd.DataFrame, made: pd.DataFrame, records: pd.DataFrame
) -> pd.DataFrame:
    """See `PreviousPlan.unrecorded`; `worked` are the recent blocks whose crews were on duty."""
    waiting = worked["block"].map(made["block"].value_counts()).fillna(0) < worked["visits"]
    recorded = _crew_has_record(worked, records) | (_visits_recorded(worked, made, records) > 0)
    return worked.loc[waiting & ~recorded, ["station", "crew", "date"]]


def _crew_has_record(blocks: pd.DataFrame, records: pd.DataFrame) -> pd.Series[bool]:
    """Whether the crew of each block has a record of its day."""
    days = pd.MultiIndex.from_frame(blocks[["crew", "date"]])
    there = days.isin(pd.MultiIndex.from_frame(records[["crew", "date"]]))
    return pd.Series(there, index=blocks.index)


def _visits_recorded(
    blocks: pd.DataFrame, made: pd.DataFrame, records: pd.DataFrame
) -> pd.Series[int]:
    """How many visits of each block are recorded on its day, by any crew."""
    there = made.merge(records[["account_no", "date"]].drop_duplicates(), on=["account_no", "date"])
    return blocks["block"].map(there["block"].value_counts()).fillna(0).astype(int)


def _paces(
    recent: pd.DataFrame, made: pd.DataFrame, records: pd.DataFrame
) -> dict[str, StationPace]:
    """See `PreviousPlan.paces`.

    A block counts if its crew has a record of a planned visit on its day, or others have made at
    least half of it; all that the station has recorded on that day is then compared with it.
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


def with_kept_blocks(
    context: PlanningContext, previous: PreviousPlan, task: RoutingTask
) -> RoutingTask:
    """The task with the coming blocks that stay, each with its day as target.

    Who is not to be visited any more is taken out of his block; a block goes only with its crew,
    with the crew's skill that it needs, or where it was made for another pace: a station that does
    a quarter less a day is laid out anew, for blocks that all give up some doors would leave
    every area in parts.
    """
    demand = task.demand
    accounts = context.tables.customers["account_no"].to_numpy()[demand.customer]
    door = pd.Series(np.arange(len(accounts)), index=accounts)
    coming = previous.visits[~previous.visits["past"] & ~previous.visits["frozen"]]
    coming = coming[(coming["station"] == demand.station) & coming["crew"].isin(demand.crews)]
    coming = coming.assign(row=coming["account_no"].map(door))
    size = coming.groupby("block").size()
    coming = coming.dropna(subset="row").astype({"row": "int64"}).sort_values(["block", "seq"])
    blocks = previous.blocks[previous.blocks["block"].isin(coming["block"])]
    at_pace = np.isclose(blocks["pace"], task.pace)
    blocks = blocks[_able(demand, blocks, coming) & at_pace].sort_values(["crew", "date"])
    coming = coming[coming["block"].isin(blocks["block"])]
    number = pd.Series(np.arange(len(blocks)), index=blocks["block"])
    row = coming["row"].to_numpy()
    nothing = _no_blocks(demand)
    block, seq = nothing.block.copy(), nothing.seq.copy()
    block[row] = coming["block"].map(number)
    seq[row] = coming.groupby("block").cumcount()
    crew = {name: index for index, name in enumerate(demand.crews)}
    target = pd.to_datetime(blocks["date"]).to_numpy().astype("datetime64[D]") - context.dates[0]
    kept = replace(
        nothing,
        block=block,
        seq=seq,
        crew=np.array([crew[name] for name in blocks["crew"]], dtype=np.int32),
        work_s=blocks["work_s"].to_numpy(dtype=np.int32),
        travel_s=blocks["travel_s"].to_numpy(dtype=np.int32),
        distance_m=blocks["distance_m"].to_numpy(dtype=np.int32),
        target=target.astype(float),
        kept=np.ones(len(blocks), dtype=bool),
        pace=np.full(len(blocks), task.pace),
    )
    left = coming.groupby("block").size().reindex(blocks["block"])
    changed = left.to_numpy() < size.reindex(blocks["block"]).to_numpy()
    return replace(task, kept=KeptBlocks(kept, changed), fresh=block < 0)


def _no_blocks(demand: StationDemand) -> StationBlocks:
    """No block is kept."""
    nothing, number = np.zeros(0, dtype=np.int32), len(demand.customer)
    return StationBlocks(
        block=np.full(number, -1, dtype=np.int32),
        seq=np.full(number, -1, dtype=np.int32),
        crew=nothing,
        work_s=nothing,
        travel_s=nothing,
        distance_m=nothing,
        fewest_days=nothing,
        target=np.zeros(0),
        kept=np.zeros(0, dtype=bool),
        pace=np.zeros(0),
    )


def _able(demand: StationDemand, blocks: pd.DataFrame, visits: pd.DataFrame) -> pd.Series[bool]:
    """Which blocks still have a crew with the skill that they need."""
    skilled = dict(zip(demand.crews, demand.crew_skilled.tolist(), strict=True))
    needs = set(visits["block"].to_numpy()[demand.skilled[visits["row"].to_numpy()]])
    return blocks["crew"].map(skilled) | ~blocks["block"].isin(needs)
