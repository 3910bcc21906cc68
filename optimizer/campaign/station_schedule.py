"""One station's share of the campaign: blocks with dates, visits, areas, as frames."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from optimizer.campaign.crew_assignment import (
    STRAGGLERS,
    BlockTable,
    CommittedWork,
    CrewTable,
)
from optimizer.campaign.demand import KINDS, NEVER_REACHED_DAYS
from optimizer.campaign.rescheduling import schedule_around_kept
from optimizer.campaign.scheduling import SpreadPolicy, schedule_blocks
from optimizer.campaign.station_blocks import NOT_IN_TIME, TOO_LONG, UNREACHABLE
from optimizer.campaign.wishes import CLOSED_PENALTY, block_wishes
from optimizer.geometry import DEGREE_M, parallel_degree_m
from optimizer.workdays import festival_seasons

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimizer.campaign.demand import CampaignTables
    from optimizer.campaign.scheduling import Schedule
    from optimizer.campaign.station_blocks import StationBlocks
    from optimizer.campaign.station_demand import StationDemand
    from optimizer.campaign.wishes import Wishes
    from optimizer.settings import Settings

LAST_SEASON_SHARE: Final = 0.2
"""So much of the horizon at most is left free for the campaign's last season and what follows."""
LISTED_BEFORE: Final = dt.timedelta(days=21)
"""So long before that season the last block comes: three calls make somebody one of its list."""
AREA_COLUMNS: Final = ["area", "station", "fewest_days", "whole"]
BLOCK_COLUMNS: Final = [
    "block", "station", "crew", "date", "visits", "work_s", "travel_s", "distance_m", "pace",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class PlanningContext:
    """What the plans of all stations have in common.

    Attributes
    ----------
    duty
        bool (crews, days), rows as `tables.crews`, columns as `days`.
    first_block_number
        Number of the first block of each station.
    committed
        In a replan: all duty days, and the work whose days are past or printed, rows as
        `tables.crews`.
    """

    tables: CampaignTables
    days: pd.DataFrame
    duty: NDArray[np.bool_]
    settings: Settings
    wishes: Wishes
    first_block_number: int = 1
    committed: CommittedWork | None = None

    @property
    def dates(self) -> NDArray[np.datetime64]:
        """The days as datetime64[D]."""
        return self.days["date"].to_numpy().astype("datetime64[D]")


@dataclass(frozen=True, slots=True)
class StationPlan:
    """A station's share of the frames of `CampaignPlan`.

    `needed` counts blocks, dated or not; `moved` runs, or parts of them, that another
    crew than their territory's works; `unwished`
    blocks on a day outside what was wished for, or closed by a season.
    """

    blocks: pd.DataFrame
    visits: pd.DataFrame
    areas: pd.DataFrame
    needed: int
    moved: int
    unwished: int


def plan_station(
    context: PlanningContext, demand: StationDemand, found: StationBlocks, code: NDArray[np.object_]
) -> StationPlan:
    """Schedule a station's blocks; the codes of customers without a day are written into `code`."""
    tables = context.tables
    crew_days = context.duty[_crew_rows(context, demand)]
    table = block_table(context, demand, found)
    committed = None
    if context.committed is not None:
        rows = _crew_rows(context, demand)
        committed = CommittedWork(context.committed.duty[rows], context.committed.work_s[rows])
    crews = CrewTable(crew_days, demand.crew_skilled, demand.limit_s, context.dates, committed)
    if table.kept.any():
        schedule = schedule_around_kept(table, crews)
    else:
        schedule = schedule_blocks(table, crews, spread_policy(context.settings))
    dated = found.block >= 0
    dated[dated] = schedule.day[found.block[dated]] >= 0
    late = "horizon_full" if crew_days.any() else "no_duty_days"
    reason = np.select(
        [dated, *(found.block == none for none in (UNREACHABLE, TOO_LONG, NOT_IN_TIME))],
        ["", "unreachable", "too_long", "not_in_time"],
        default=late,
    )
    code[demand.customer] = reason
    blocks, number = _block_frame(context, demand, found, schedule)
    inside = np.flatnonzero(dated)
    visits = pd.DataFrame(
        {
            "block": blocks["block"].to_numpy()[number[found.block[inside]]],
            "seq": found.seq[inside].astype(np.int64) + 1,
            "account_no": tables.customers["account_no"].to_numpy()[demand.customer[inside]],
        }
    )
    return StationPlan(
        blocks,
        visits.sort_values(["block", "seq"], ignore_index=True),
        _area_frame(tables, demand, found, schedule, crew_days),
        needed=len(found.crew),
        moved=schedule.moved,
        unwished=unwished_blocks(table, schedule),
    )


def _crew_rows(context: PlanningContext, demand: StationDemand) -> NDArray[np.int64]:
    """Where a station's crews stand in `tables.crews`, in the order of `demand.crews`."""
    row = pd.Series(np.arange(len(context.tables.crews)), index=context.tables.crews["crew"])
    rows: NDArray[np.int64] = row.loc[list(demand.crews)].to_numpy()
    return rows


def spread_policy(settings: Settings) -> SpreadPolicy:
    """How blocks are spread by the settings.

    At most `LAST_SEASON_SHARE` of the days are left free so that the last Spring Festival of the
    campaign finds everybody called on before: who is away all the year is met then or never.
    """
    campaign = settings.campaign
    spare = campaign.spare_share
    seasons = festival_seasons(campaign.start, campaign.finish, settings.follow)
    if campaign.season_free and seasons:
        after = campaign.finish - seasons[-1][0] + LISTED_BEFORE
        share = after / max(dt.timedelta(days=1), campaign.finish - campaign.start)
        spare = max(spare, share if share <= LAST_SEASON_SHARE else 0.0)
    return SpreadPolicy(campaign.pace, spare, campaign.stretch_days, campaign.seed)


def unwished_blocks(table: BlockTable, schedule: Schedule) -> int:
    """Blocks on a day outside what was wished for, or that a season closes."""
    rows = np.flatnonzero(schedule.day >= 0)
    day = schedule.day[rows]
    outside = (day < table.earliest[rows]) | (day > table.latest[rows])
    closed = table.season_penalty[table.season[rows], day] >= CLOSED_PENALTY
    return int((outside | closed).sum())


def block_table(
    context: PlanningContext, demand: StationDemand, found: StationBlocks
) -> BlockTable:
    """The blocks as scheduling wants them."""
    number = len(found.crew)
    inside = np.flatnonzero(found.block >= 0)
    block = found.block[inside]
    doors = np.maximum(np.bincount(block, minlength=number), 1)
    east = parallel_degree_m(demand.lat)
    names = context.tables.customers["area"].to_numpy()[demand.customer]
    doors_of = _doors_by_area(demand.area[inside], block, number)
    wished = block_wishes(
        context.wishes,
        demand.station,
        _values_by_block(names[inside], block, number),
        _commonest_kinds(demand.kind[inside], block, number),
        context.dates,
    )
    return BlockTable(
        crew=found.crew,
        work_s=found.work_s,
        skilled=np.bincount(block, demand.skilled[inside], number) > 0,
        x=np.bincount(block, demand.door_lon[inside] * east, number) / doors,
        y=np.bincount(block, demand.door_lat[inside] * DEGREE_M, number) / doors,
        areas=tuple(map(frozenset, doors_of)),
        doors=tuple(doors_of),
        tier=wished.tier,
        waiting=np.bincount(block, _days_waiting(context, demand)[inside], number) / doors,
        target=found.target,
        kept=found.kept,
        earliest=wished.earliest,
        latest=wished.latest,
        season=wished.season,
        season_penalty=wished.season_penalty,
    )


def _days_waiting(context: PlanningContext, demand: StationDemand) -> NDArray[np.float64]:
    """Days since each customer was last visited."""
    reached = context.tables.customers["reached"].to_numpy()[demand.customer].astype(object)
    days = np.full(len(reached), float(NEVER_REACHED_DAYS))
    known = reached != ""
    start = np.datetime64(context.settings.campaign.start)
    days[known] = (start - reached[known].astype("datetime64[D]")).astype(float)
    return days


def _values_by_block(
    values: NDArray[Any], block: NDArray[np.int32], number: int
) -> list[frozenset[Any]]:
    """The different values in each block."""
    found: list[set[Any]] = [set() for _ in range(number)]
    for b, value in zip(block.tolist(), values.tolist(), strict=True):
        found[b].add(value)
    return [frozenset(some) for some in found]


def _doors_by_area(
    areas: NDArray[np.int32], block: NDArray[np.int32], number: int
) -> list[dict[int, int]]:
    """How many doors of each area are in each block."""
    found: list[dict[int, int]] = [{} for _ in range(number)]
    pairs, counts = np.unique(np.stack([block, areas]), axis=1, return_counts=True)
    for b, area, doors in zip(*pairs.tolist(), counts.tolist(), strict=True):
        found[b][area] = doors
    return found


def _commonest_kinds(kind: NDArray[np.int8], block: NDArray[np.int32], number: int) -> list[str]:
    counts = np.zeros((number, len(KINDS)), dtype=np.int64)
    np.add.at(counts, (block, kind), 1)
    return [KINDS[k] for k in counts.argmax(axis=1)]


def _block_frame(
    context: PlanningContext, demand: StationDemand, found: StationBlocks, schedule: Schedule
) -> tuple[pd.DataFrame, NDArray[np.int64]]:
    """The dated blocks by date and crew, and the row of each block in it (-1 for undated ones)."""
    order = np.lexsort((schedule.crew, schedule.day))
    order = order[schedule.day[order] >= 0]
    number = np.full(len(schedule.day), -1, dtype=np.int64)
    number[order] = np.arange(len(order))
    visits = np.bincount(found.block[found.block >= 0], minlength=len(number))
    first = context.first_block_number
    iso = context.days["date"].dt.strftime("%Y-%m-%d").to_numpy()
    blocks = pd.DataFrame(
        {
            "block": [f"{demand.station}-{n:04d}" for n in range(first, first + len(order))],
            "station": demand.station,
            "crew": np.array(demand.crews, dtype=object)[schedule.crew[order]],
            "date": iso[schedule.day[order]],
            "visits": visits[order],
            "work_s": found.work_s[order].astype(np.int64),
            "travel_s": found.travel_s[order].astype(np.int64),
            "distance_m": found.distance_m[order].astype(np.int64),
            "pace": found.pace[order],
        },
        columns=BLOCK_COLUMNS,
    )
    text = dict.fromkeys(["block", "station", "crew", "date"], "str")
    return blocks.astype(text), number


def _area_frame(
    tables: CampaignTables,
    demand: StationDemand,
    found: StationBlocks,
    schedule: Schedule,
    crew_days: NDArray[np.bool_],
) -> pd.DataFrame:
    """Whether each transformer area that is planned completely is finished in one stretch.

    Stragglers of a tenth are set aside.
    """
    names = tables.customers["area"].to_numpy()[demand.customer]
    kept = np.flatnonzero((found.block >= 0) & ~demand.separate)
    turn = np.cumsum(crew_days, axis=1)  # numbers each crew's duty days
    block = found.block[kept]
    visits = pd.DataFrame(
        {
            "area": names[kept],
            "crew": schedule.crew[block],
            "turn": turn[schedule.crew[block], schedule.day[block]],
            "dated": schedule.day[block] >= 0,
            "fewest_days": found.fewest_days[demand.area[kept]],
        }
    )
    whole = _in_one_stretch(visits) | _in_one_stretch(visits[~_stragglers(visits)])
    columns = whole.rename("whole").rename_axis("area").reset_index().assign(station=demand.station)
    fewest = visits.groupby("area")["fewest_days"].max()
    return columns.assign(fewest_days=columns["area"].map(fewest))[AREA_COLUMNS]


def _stragglers(visits: pd.DataFrame) -> pd.Series[bool]:
    """The doors of each area's smallest blocks, together no more than a tenth of its doors."""
    doors = visits.groupby(["area", "crew", "turn"]).size().rename("doors").reset_index()
    doors = doors.sort_values(["area", "doors"], kind="stable", ignore_index=True)
    few = doors.groupby("area")["doors"].cumsum()
    doors["straggler"] = few <= STRAGGLERS * doors.groupby("area")["doors"].transform("sum")
    marked = visits.merge(doors, on=["area", "crew", "turn"], how="left")["straggler"]
    return marked.set_axis(visits.index)


def _in_one_stretch(visits: pd.DataFrame) -> pd.Series[bool]:
    """Whether each area's doors are one crew's on duty days in a row, a day more than needed."""
    by_area = visits.groupby("area", sort=True).agg(
        crews=("crew", "nunique"),
        days=("turn", "nunique"),
        first=("turn", "min"),
        last=("turn", "max"),
        dated=("dated", "all"),
        fewest_days=("fewest_days", "max"),
    )
    in_a_row = (by_area["crews"] == 1) & (by_area["last"] - by_area["first"] + 1 == by_area["days"])
    few = by_area["days"] <= by_area["fewest_days"] + 1
    return in_a_row & few & by_area["dated"]
