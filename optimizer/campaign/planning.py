"""The campaign: every customer of the county gets a crew and a day, or a reason."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from optimizer.blocks.ruin_recreate import anneal
from optimizer.campaign.baseline import Baseline
from optimizer.campaign.block_routing import route_job, station_jobs
from optimizer.campaign.check import raise_on_violation
from optimizer.campaign.demand import NOT_TO_PLAN, gather_demand, horizon, read_campaign_tables
from optimizer.campaign.executors import Processes
from optimizer.campaign.model import VISIT_COLUMNS, CampaignPlan
from optimizer.campaign.routing_task import RoutingTask
from optimizer.campaign.station_schedule import (
    AREA_COLUMNS,
    BLOCK_COLUMNS,
    PlanningContext,
    plan_station,
)
from optimizer.campaign.unplanned import LACK_OF_TIME
from optimizer.campaign.wishes import read_wishes
from optimizer.catalogue import Texts
from optimizer.compiled import is_compiled, tell_of_compiling
from optimizer.workdays import duty

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from optimizer.campaign.demand import CampaignTables, CountyDemand
    from optimizer.campaign.executors import Executor
    from optimizer.campaign.station_blocks import StationBlocks
    from optimizer.campaign.station_demand import StationDemand
    from optimizer.campaign.station_schedule import StationPlan
    from optimizer.register import Register
    from optimizer.roads import Roads
    from optimizer.settings import Settings
    from optimizer.territories import Territories


def plan_campaign(
    register: Register,
    roads: Roads,
    settings: Settings,
    *,
    folder: Path | None = None,
    today: dt.date | None = None,
    territories: Territories | None = None,
    executor: Executor | None = None,
    progress: Callable[[int, int], None] | None = None,
    next_cycle: bool = False,
) -> CampaignPlan:
    """Plan everybody who is to be visited within the horizon; nothing is written.

    Parameters
    ----------
    folder
        The campaign's folder, for its own workdays.csv, wishes.csv and seasons.csv; None for none.
    today
        Nothing is planned before this day; None for no such limit.
    territories
        Territories that are not in the register yet; without them those that are.
    executor
        Where stations are planned; local processes by default.
    progress
        Called with the customers whose station is planned, and all customers.
    next_cycle
        Plan everybody again, also who has been visited.

    Raises
    ------
    CampaignError
        The horizon is empty or past, there are no territories, or a shift or duty days cannot be
        read.
    AssertionError
        The plan breaks a rule of `campaign.check`: a bug.
    """
    tables = read_campaign_tables(register, territories, next_cycle=next_cycle)
    days = horizon(settings, folder, today)
    crew_days = duty(tables.crews, tables.leave, days, settings)
    if today is not None:
        crew_days[:, (days["date"] < pd.Timestamp(today)).to_numpy()] = False
    wishes = read_wishes(folder, register, settings, tables)
    context = PlanningContext(tables, days, crew_days, settings, wishes)
    county = gather_demand(tables, settings)
    tasks = [RoutingTask.all_doors(demand, settings) for demand in county.stations]
    found = route_stations(tasks, roads, executor or Processes(), progress)
    planned = {
        demand.station: blocks for demand, blocks in zip(county.stations, found, strict=True)
    }
    campaign = raise_on_violation(assemble(context, county, planned), tables, settings)
    campaign = replace(campaign, since=max(today or campaign.start, campaign.start))
    return with_remedies(campaign, context, folder)


def with_remedies(
    campaign: CampaignPlan, context: PlanningContext, folder: Path | None
) -> CampaignPlan:
    """The campaign with remedies, where customers have no day for lack of time or crews."""
    if not campaign.unplanned["code"].isin(LACK_OF_TIME).any():
        return campaign
    # OR-Tools, which these alone need, is large
    from optimizer.campaign.remedies import find_remedies  # noqa: PLC0415

    baseline = Baseline(
        context.tables,
        campaign.blocks,
        campaign.visits,
        campaign.unplanned,
        context.days,
        context.duty,
        context.settings,
    )
    stations = campaign.stations
    routed = dict(zip(stations["station"], stations["blocks"].tolist(), strict=True))
    found = find_remedies(baseline, folder, routed)
    needed = routed | {short.station: short.needed for short in found.shortages}
    stations = stations.assign(blocks=stations["station"].map(needed))
    return replace(campaign, stations=stations, shortage_report=found)


def route_stations(
    tasks: Sequence[RoutingTask],
    roads: Roads,
    executor: Executor,
    progress: Callable[[int, int], None] | None,
) -> list[StationBlocks]:
    """The blocks of each task; the largest tasks go first, so that no worker ends with one."""
    size = [int(task.fresh.sum()) for task in tasks]
    order = sorted(range(len(tasks)), key=lambda i: (-size[i], i))
    # a copy of its own, with which what attaching computes is let go
    jobs = station_jobs([tasks[i] for i in order], replace(roads))
    found: dict[int, StationBlocks] = {}
    if not is_compiled(anneal):
        tell_of_compiling()  # workers compile in silence
    done = 0
    bare = replace(roads)  # without what has been computed from it: smaller to send
    for index, answer in executor.run(route_job, jobs, bare):
        found[order[index]] = answer
        done += size[order[index]]
        if progress is not None:
            progress(done, sum(size))
    return [found[i] for i in range(len(tasks))]


def assemble(
    context: PlanningContext, county: CountyDemand, planned: dict[str, StationBlocks]
) -> CampaignPlan:
    """The campaign's plan: all stations scheduled, in one table of each kind."""
    tables, days = context.tables, context.days
    code = county.code.copy()

    def plan(demand: StationDemand) -> StationPlan:
        return plan_station(context, demand, planned[demand.station], code)

    with ThreadPoolExecutor() as pool:  # levelling, which takes most of the time, holds no lock
        names = [demand.station for demand in county.stations]
        plans = dict(zip(names, pool.map(plan, county.stations), strict=True))
    dates = days["date"].dt.date
    return CampaignPlan(
        start=dates.iloc[0],
        finish=dates.iloc[-1],
        since=dates.iloc[0],
        blocks=_stack((plan.blocks for plan in plans.values()), BLOCK_COLUMNS),
        visits=_stack((plan.visits for plan in plans.values()), VISIT_COLUMNS),
        unplanned=_unplanned(tables, code, context.settings),
        customers=tables.customers[["account_no", "station", "area", "kind"]].assign(
            code=pd.array(code, dtype="str")
        ),
        areas=_stack((plan.areas for plan in plans.values()), AREA_COLUMNS),
        stations=tables.stations[["station", "name"]].assign(
            blocks=[_of(plans, station, "needed") for station in tables.stations["station"]],
            moved=[_of(plans, station, "moved") for station in tables.stations["station"]],
            unwished=[_of(plans, station, "unwished") for station in tables.stations["station"]],
        ),
        crews=tables.crews[["crew", "station"]].assign(duty_days=context.duty.sum(axis=1)),
        duty=context.duty,
        days=days,
    )


def _of(plans: dict[str, StationPlan], station: str, name: str) -> int:
    return int(getattr(plans[station], name)) if station in plans else 0


def _stack(frames: Iterator[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    some = [rows for rows in frames if len(rows)]
    return pd.concat(some, ignore_index=True) if some else pd.DataFrame(columns=columns)


def _unplanned(
    tables: CampaignTables, code: NDArray[np.object_], settings: Settings
) -> pd.DataFrame:
    """Customers without a day, with the reason in the campaign's language."""
    rows = np.flatnonzero((code != "") & ~np.isin(code.astype(str), NOT_TO_PLAN))
    texts = Texts(settings.campaign.lang)
    reasons = [texts(f"unplanned.{name}") for name in code[rows]]
    return pd.DataFrame(
        {
            "account_no": tables.customers["account_no"].to_numpy()[rows],
            "code": pd.array(code[rows], dtype="str"),
            "reason": pd.array(reasons, dtype="str"),
        }
    )
