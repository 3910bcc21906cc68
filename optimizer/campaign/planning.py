"""The campaign: every customer of the county gets a crew and a day, or a reason."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from optimizer.blocks.ruin_recreate import anneal
from optimizer.campaign.block_routing import Task, route_job, station_jobs
from optimizer.campaign.check import make_sure
from optimizer.campaign.demand import AT_REST, horizon, muster, read_book
from optimizer.campaign.executors import Processes
from optimizer.campaign.remedies import Help, find_help
from optimizer.campaign.station_schedule import AREA_COLUMNS, BLOCK_COLUMNS, Frame, plan_station
from optimizer.campaign.unplanned import REASONS
from optimizer.campaign.what_if import FOR_WANT_OF_TIME, Scene
from optimizer.campaign.wishes import read_wishes
from optimizer.compiled import is_compiled, tell_of_compiling
from optimizer.workdays import duty

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from optimizer.campaign.block_routing import StationBlocks
    from optimizer.campaign.crew_assignment import Before
    from optimizer.campaign.demand import Book, Muster
    from optimizer.campaign.executors import Executor
    from optimizer.campaign.station_schedule import StationPlan
    from optimizer.register import Register
    from optimizer.roads import Roads
    from optimizer.settings import Settings
    from optimizer.territories import Territories

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
    roll
        Everybody who is to be visited or has been: account_no, station, area, kind, code
        ("" planned, "settled", how the records follow him up, or why not).
    areas
        area, station, fewest_days (blocks that its work needs), whole (finished in one stretch in
        at most a day more).
    stations
        station, name, blocks (all that its work needs, with a date or without), moved (parts
        handed from crew to crew), unwished (blocks outside wishes and open seasons).
    crews
        crew, station, duty_days (within the horizon).
    duty
        bool (crews, days), rows as `crews`.
    days
        As of `workdays.working_days`.
    before
        When only the rest is planned: all duty days, and the work of past blocks.
    help
        What is short where the horizon cannot hold everybody, and what would help.
    """

    start: dt.date
    finish: dt.date
    since: dt.date
    blocks: pd.DataFrame = field(repr=False)
    visits: pd.DataFrame = field(repr=False)
    unplanned: pd.DataFrame = field(repr=False)
    roll: pd.DataFrame = field(repr=False)
    areas: pd.DataFrame = field(repr=False)
    stations: pd.DataFrame = field(repr=False)
    crews: pd.DataFrame = field(repr=False)
    duty: NDArray[np.bool_] = field(repr=False)
    days: pd.DataFrame = field(repr=False)
    before: Before | None = field(default=None, repr=False)
    help: Help = field(default=Help(), repr=False)


def plan_campaign(
    register: Register,
    roads: Roads,
    settings: Settings,
    *,
    folder: Path | None = None,
    today: dt.date | None = None,
    drawn: Territories | None = None,
    executor: Executor | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> CampaignPlan:
    """Plan everybody who is to be visited within the horizon; nothing is written.

    Parameters
    ----------
    folder
        The campaign's folder, for its own workdays.csv, wishes.csv and seasons.csv; None for none.
    today
        Nothing is planned before this day; None for no such limit.
    drawn
        Territories that are not in the register yet; without them those that are.
    executor
        Where stations are planned; local processes by default.
    progress
        Called with the customers whose station is planned, and all customers.

    Raises
    ------
    CampaignError
        The horizon is empty or past, there are no territories, or a shift or duty days cannot be
        read.
    AssertionError
        The plan breaks a rule of `audit`: a bug.
    """
    book = read_book(register, drawn)
    days = horizon(settings, folder, today)
    crew_days = duty(book.crews, book.leave, days, settings)
    if today is not None:
        crew_days[:, (days["date"] < pd.Timestamp(today)).to_numpy()] = False
    wishes = read_wishes(folder, register, settings, book)
    frame = Frame(book, days, crew_days, settings, wishes)
    lists = muster(book, settings)
    tasks = [Task.whole(roll, settings) for roll in lists.rolls]
    found = route_rolls(tasks, roads, executor or Processes(), progress)
    planned = {roll.station: blocks for roll, blocks in zip(lists.rolls, found, strict=True)}
    campaign = make_sure(assemble(frame, lists, planned), book, settings)
    campaign = replace(campaign, since=max(today or campaign.start, campaign.start))
    return with_help(campaign, frame, folder)


def with_help(campaign: CampaignPlan, frame: Frame, folder: Path | None) -> CampaignPlan:
    """The campaign with remedies, where somebody has no day for want of time or crews."""
    if not campaign.unplanned["code"].isin(FOR_WANT_OF_TIME).any():
        return campaign
    scene = Scene(
        frame.book,
        campaign.blocks,
        campaign.visits,
        campaign.unplanned,
        frame.days,
        frame.duty,
        frame.settings,
    )
    stations = campaign.stations
    routed = dict(zip(stations["station"], stations["blocks"].tolist(), strict=True))
    found = find_help(scene, folder, routed)
    needed = routed | {short.station: short.needed for short in found.shortages}
    stations = stations.assign(blocks=stations["station"].map(needed))
    return replace(campaign, stations=stations, help=found)


def route_rolls(
    tasks: Sequence[Task],
    roads: Roads,
    executor: Executor,
    progress: Callable[[int, int], None] | None,
) -> list[StationBlocks]:
    """The blocks of each task; the largest goes first, so that none is waited for at the end."""
    size = [int(task.fresh.sum()) for task in tasks]
    order = sorted(range(len(tasks)), key=lambda i: (-size[i], i))
    jobs = station_jobs([tasks[i] for i in order], roads)
    found: dict[int, StationBlocks] = {}
    if not is_compiled(anneal):
        tell_of_compiling()  # workers compile in silence
    done = 0
    for index, answer in executor.run(route_job, jobs):
        found[order[index]] = answer
        done += size[order[index]]
        if progress is not None:
            progress(done, sum(size))
    return [found[i] for i in range(len(tasks))]


def assemble(frame: Frame, lists: Muster, planned: dict[str, StationBlocks]) -> CampaignPlan:
    """Dates for all blocks, and everything of the campaign in frames."""
    book, days = frame.book, frame.days
    code = lists.code.copy()
    plans = {
        roll.station: plan_station(frame, roll, planned[roll.station], code) for roll in lists.rolls
    }
    dates = days["date"].dt.date
    return CampaignPlan(
        start=dates.iloc[0],
        finish=dates.iloc[-1],
        since=dates.iloc[0],
        blocks=_stacked((plan.blocks for plan in plans.values()), BLOCK_COLUMNS),
        visits=_stacked((plan.visits for plan in plans.values()), VISIT_COLUMNS),
        unplanned=_unplanned(book, code, frame.settings),
        roll=book.customers[["account_no", "station", "area", "kind"]].assign(
            code=pd.array(code, dtype="str")
        ),
        areas=_stacked((plan.areas for plan in plans.values()), AREA_COLUMNS),
        stations=book.stations[["station", "name"]].assign(
            blocks=[_of(plans, station, "needed") for station in book.stations["station"]],
            moved=[_of(plans, station, "moved") for station in book.stations["station"]],
            unwished=[_of(plans, station, "unwished") for station in book.stations["station"]],
        ),
        crews=book.crews[["crew", "station"]].assign(duty_days=frame.duty.sum(axis=1)),
        duty=frame.duty,
        days=days,
    )


def _of(plans: dict[str, StationPlan], station: str, name: str) -> int:
    return int(getattr(plans[station], name)) if station in plans else 0


def _stacked(frames: Iterator[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    some = [frame for frame in frames if len(frame)]
    return pd.concat(some, ignore_index=True) if some else pd.DataFrame(columns=columns)


def _unplanned(book: Book, code: NDArray[np.object_], settings: Settings) -> pd.DataFrame:
    """Whoever has no day, with the reason in the campaign's language."""
    rows = np.flatnonzero((code != "") & ~np.isin(code.astype(str), AT_REST))
    lang = settings.campaign.lang
    sentences = [REASONS[name].sentence(lang) for name in code[rows]]
    return pd.DataFrame(
        {
            "account_no": book.customers["account_no"].to_numpy()[rows],
            "code": pd.array(code[rows], dtype="str"),
            "reason": pd.array(sentences, dtype="str"),
        }
    )
