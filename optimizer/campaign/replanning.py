"""Replanning on a rolling horizon: visits made and days printed stay, the rest is planned anew.

Later blocks keep their visits and stay near their day, unless something has changed in one of their
areas or the station's crews do more or less a day than the blocks were made for; only those are
routed anew. The same replan again changes nothing. Customers whose day has passed without a visit
are carried on from replan to replan.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from optimizer.campaign.check import raise_on_violation
from optimizer.campaign.crew_assignment import CommittedWork
from optimizer.campaign.demand import NOT_TO_PLAN, gather_demand, horizon, read_campaign_tables
from optimizer.campaign.executors import Processes
from optimizer.campaign.model import VISIT_COLUMNS, CampaignPlan
from optimizer.campaign.planning import assemble, route_stations, with_remedies
from optimizer.campaign.previous_plan import read_previous_plan, with_kept_blocks
from optimizer.campaign.routing_task import RoutingTask
from optimizer.campaign.station_schedule import PlanningContext
from optimizer.campaign.wishes import read_wishes
from optimizer.workdays import duty

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

    from numpy.typing import NDArray

    from optimizer.campaign.executors import Executor
    from optimizer.campaign.previous_plan import PreviousPlan
    from optimizer.campaign.station_blocks import StationBlocks
    from optimizer.register import Register
    from optimizer.roads import Roads
    from optimizer.settings import Settings
    from optimizer.territories import Territories


@dataclass(frozen=True, slots=True)
class StationChanges:
    """What a replan has found and changed at one station.

    Attributes
    ----------
    overdue, since
        Customers whose day is past and who were not visited, also those to whom an earlier replan
        has given a new one, and the first such day.
    unrecorded, unrecorded_since
        Recent crew-days that were to be worked, with visits still to be made and without any
        record, and the first.
    pace
        Visits recorded by visits that a usual day holds, of the crew-days with records; None
        while there are too few to tell.
    kept, same, moved, entered, left
        Customers whose day is printed; who keep crew and day; who get another crew or day; who
        have a day for the first time; who had one and have none any more.
    finish_before, finish_after
        Day of the last block.
    """

    station: str
    overdue: int
    since: dt.date | None
    unrecorded: int
    unrecorded_since: dt.date | None
    pace: float | None
    kept: int
    same: int
    moved: int
    entered: int
    left: int
    finish_before: dt.date | None
    finish_after: dt.date | None


@dataclass(frozen=True, kw_only=True)
class Replan:
    """A campaign planned anew from today, and what has changed at each station.

    Attributes
    ----------
    campaign
        From today on; printed blocks are in it as they were.
    past_blocks, past_visits
        Blocks before today as they were planned, and the visits that were made in them.
    missed
        account_no, date: open customers whose day is past, and the first such day.
    frozen_until
        Last day that stays as printed.
    """

    campaign: CampaignPlan
    past_blocks: pd.DataFrame = field(repr=False)
    past_visits: pd.DataFrame = field(repr=False)
    missed: pd.DataFrame = field(repr=False)
    today: dt.date
    frozen_until: dt.date
    stations: tuple[StationChanges, ...]

    @property
    def blocks(self) -> pd.DataFrame:
        """Past and coming blocks, for the register."""
        return _stack(self.past_blocks, self.campaign.blocks)

    @property
    def visits(self) -> pd.DataFrame:
        """Past and coming visits, for the register."""
        return _stack(self.past_visits, self.campaign.visits)

    def as_json(self) -> dict[str, Any]:
        """What has changed, as plain values."""

        def plain(changes: StationChanges) -> dict[str, Any]:
            return {
                name: value.isoformat() if isinstance(value, dt.date) else value
                for name, value in asdict(changes).items()
            }

        return {
            "today": self.today.isoformat(),
            "frozen_until": self.frozen_until.isoformat(),
            "stations": [plain(changes) for changes in self.stations],
        }


def _stack(first: pd.DataFrame, second: pd.DataFrame) -> pd.DataFrame:
    some = [rows for rows in (first, second) if len(rows)]
    return pd.concat(some, ignore_index=True) if some else second


def replan(
    register: Register,
    roads: Roads,
    settings: Settings,
    today: dt.date,
    *,
    folder: Path | None = None,
    territories: Territories | None = None,
    executor: Executor | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Replan:
    """Plan the rest of a campaign from the register as it is; nothing is written.

    Parameters
    ----------
    today
        The first day that is not over.
    folder, territories, executor, progress
        As in `plan_campaign`.

    Raises
    ------
    CampaignError
        There is no plan yet, or the horizon is past.
    AssertionError
        The plan breaks a rule of `campaign.check`: a bug.
    """
    frozen_until = today + dt.timedelta(days=settings.campaign.freeze_days)
    days = horizon(settings, folder, today)
    dates = days["date"].to_numpy().astype("datetime64[D]")
    with register.store.reading():
        tables = read_campaign_tables(register, territories)
        whole = duty(tables.crews, tables.leave, days, settings)
        previous = read_previous_plan(register, tables, whole, dates, today, frozen_until)
    on_duty = whole.copy()
    on_duty[:, dates < np.datetime64(today)] = False
    free = on_duty & (dates > np.datetime64(frozen_until))
    wishes = read_wishes(folder, register, settings, tables)
    committed = CommittedWork(whole, previous.committed_s(tables, dates))
    context = PlanningContext(
        tables, days, free, settings, wishes, previous.next_number(), committed
    )
    router = partial(
        route_stations, roads=roads, executor=executor or Processes(), progress=progress
    )
    rest = with_remedies(_plan_rest(context, previous, router), context, folder)
    campaign = raise_on_violation(
        _with_printed_blocks(rest, previous, on_duty), tables, settings, frozen_until
    )
    past = CommittedWork(whole, np.where(dates < np.datetime64(today), committed.work_s, 0.0))
    made = previous.visits[previous.visits["past"] & ~previous.visits["open"]]
    return Replan(
        campaign=replace(campaign, committed=past, since=max(today, settings.campaign.start)),
        past_blocks=previous.past_blocks,
        past_visits=made[VISIT_COLUMNS],
        missed=previous.missed,
        today=today,
        frozen_until=frozen_until,
        stations=_station_changes(previous, campaign),
    )


def _plan_rest(
    context: PlanningContext,
    previous: PreviousPlan,
    router: Callable[[list[RoutingTask]], list[StationBlocks]],
) -> CampaignPlan:
    """Plan all customers without a printed day.

    Where the horizon is full, who has no day is offered to the blocks that have one until nobody
    more finds room: else the same replan again would find some.
    """
    settings, tables = context.settings, context.tables
    fixed = set(previous.visits.loc[previous.visits["fixed"], "account_no"])
    county = gather_demand(tables, settings)
    is_fixed = tables.customers["account_no"].isin(fixed).to_numpy()
    code = county.code.copy()
    code[is_fixed & ~np.isin(code.astype(str), NOT_TO_PLAN)] = ""
    rest = [demand.take(~is_fixed[demand.customer]) for demand in county.stations]
    planned: dict[str, StationBlocks] = {}

    def plan(latest: PreviousPlan, stations: Collection[str]) -> CampaignPlan:
        """The campaign with these stations routed, from the plan before."""
        paces = [previous.pace_to_plan(demand.station) for demand in rest]
        tasks = [
            RoutingTask.all_doors(demand, settings, pace)
            for demand, pace in zip(rest, paces, strict=True)
        ]
        at_pace = [replace(task.demand, limit_s=task.limit_s) for task in tasks]
        chosen = [task for task in tasks if task.demand.station in stations]
        found = router([with_kept_blocks(context, latest, task) for task in chosen])
        names = [task.demand.station for task in chosen]
        planned.update(zip(names, found, strict=True))
        return assemble(context, replace(county, stations=tuple(at_pace), code=code), planned)

    campaign = plan(previous, {demand.station for demand in rest})
    while short := _short_stations(campaign):
        more = plan(previous.followed_by(campaign), short)
        if len(more.visits) <= len(campaign.visits):
            break
        campaign = more
    return campaign


def _short_stations(campaign: CampaignPlan) -> set[str]:
    """Stations where somebody has no day because all are taken."""
    full = campaign.customers["code"] == "horizon_full"
    return set(campaign.customers.loc[full, "station"])


def _with_printed_blocks(
    campaign: CampaignPlan, previous: PreviousPlan, on_duty: NDArray[np.bool_]
) -> CampaignPlan:
    """The campaign with the printed blocks, as far as their customers are still there."""
    visits = previous.visits[previous.visits["fixed"]].sort_values(
        ["block", "seq"], ignore_index=True
    )
    visits = visits.assign(seq=visits.groupby("block").cumcount() + 1)[VISIT_COLUMNS]
    counts = visits["block"].value_counts()
    blocks = previous.blocks[previous.blocks["block"].isin(counts.index)].reset_index(drop=True)
    blocks = blocks.assign(visits=blocks["block"].map(counts).astype("int64"))
    printed = blocks["station"].value_counts()
    stations = campaign.stations.assign(
        blocks=campaign.stations["blocks"]
        + campaign.stations["station"].map(printed).fillna(0).astype(int)
    )
    # a printed day without a block is not available
    held = campaign.crews["crew"].map(blocks["crew"].value_counts()).fillna(0).astype(int)
    crews = campaign.crews.assign(duty_days=campaign.crews["duty_days"] + held)
    available = crews.groupby("station")["duty_days"].sum()
    shortages = tuple(
        replace(
            short,
            needed=short.needed + int(printed.get(short.station, 0)),
            available=int(available.get(short.station, 0)),
        )
        for short in campaign.shortage_report.shortages
    )
    return replace(
        campaign,
        blocks=_stack(blocks, campaign.blocks),
        visits=_stack(visits, campaign.visits),
        stations=stations,
        crews=crews,
        duty=on_duty,
        shortage_report=replace(campaign.shortage_report, shortages=shortages),
    )


def _station_changes(previous: PreviousPlan, campaign: CampaignPlan) -> tuple[StationChanges, ...]:
    """What has changed, station by station."""
    before = previous.visits[previous.visits["open"]].set_index("account_no")
    missed = previous.missed.set_index("account_no")["date"].rename("missed")
    after = campaign.visits.merge(campaign.blocks, on="block").set_index("account_no")
    customers = campaign.customers[~campaign.customers["code"].isin(NOT_TO_PLAN)].set_index(
        "account_no"
    )
    now = after[["crew", "date"]].rename(columns={"crew": "crew_new", "date": "date_new"})
    both = customers[["station"]].join(before[["crew", "date", "fixed"]]).join(now).join(missed)
    had, has = both["date"].notna(), both["date_new"].notna()
    same = had & has & (both["crew"] == both["crew_new"]) & (both["date"] == both["date_new"])
    fixed = both["fixed"].fillna(False).astype(bool)  # noqa: FBT003
    marks = pd.DataFrame(
        {
            "station": both["station"],
            "overdue": both["missed"].notna(),
            "kept": fixed,
            "same": same & ~fixed,
            "moved": had & has & ~same,
            "entered": ~had & has,
            "left": had & ~has,
        }
    )
    known = sorted({*campaign.stations["station"], *marks["station"]})
    counts = marks.groupby("station").sum().reindex(known, fill_value=0)
    since = both.groupby("station")["missed"].min()
    unrecorded = previous.unrecorded.groupby("station")["date"].agg(["size", "min"])
    first = previous.blocks.groupby("station")["date"].max()
    last = campaign.blocks.groupby("station")["date"].max()
    return tuple(
        StationChanges(
            station=str(station),
            **{name: int(row[name]) for name in counts.columns},
            since=_day(since.get(station)),
            unrecorded=int(unrecorded["size"].get(station, 0)),
            unrecorded_since=_day(unrecorded["min"].get(station)),
            pace=round(pace.share, 3) if (pace := previous.paces.get(str(station))) else None,
            finish_before=_day(first.get(station)),
            finish_after=_day(last.get(station)),
        )
        for station, row in counts.iterrows()
    )


def _day(text: object) -> dt.date | None:
    return dt.date.fromisoformat(text) if isinstance(text, str) else None
