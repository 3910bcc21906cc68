"""What if: the plan of the register scheduled anew under other circumstances.

Blocks stay as they are routed; only their crews and days are found anew, which takes seconds for a
county. Customers who have no day for lack of time or crews count as blocks of their station's mean
size.
"""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from optimizer.campaign.baseline import (
    Baseline,
    Outcome,
    StationCase,
    lend_crews,
    outcome,
    station_cases,
    with_duty_of,
)
from optimizer.campaign.change import Change, parse_change
from optimizer.campaign.demand import (
    horizon,
    read_campaign_tables,
    still_open,
)
from optimizer.campaign.station_schedule import spread_policy
from optimizer.errors import CampaignError
from optimizer.workdays import duty

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from optimizer.campaign.crew_assignment import CrewTable
    from optimizer.campaign.scheduling import SpreadPolicy
    from optimizer.register import Register
    from optimizer.settings import Settings


@dataclass(frozen=True, slots=True)
class WhatIf:
    """Stations as they are planned, and as they would be."""

    changes: tuple[Change, ...]
    before: tuple[Outcome, ...]
    after: tuple[Outcome, ...]

    def as_json(self) -> dict[str, Any]:
        """Plain values, dates as ISO text."""

        def plain(outcome: Outcome) -> dict[str, Any]:
            values = asdict(outcome)
            days = {name: values[name] for name in ("finish", "earliest")}
            return values | {name: day and day.isoformat() for name, day in days.items()}

        return {
            "changes": [str(change) for change in self.changes],
            "before": [plain(outcome) for outcome in self.before],
            "after": [plain(outcome) for outcome in self.after],
        }


def what_if(
    register: Register,
    settings: Settings,
    changes: Sequence[str],
    folder: Path | None = None,
    today: dt.date | None = None,
) -> WhatIf:
    """What would become of the plan in the register; nothing is changed.

    A station that a change touches is scheduled without regard to wishes and seasons; the others
    are reported as they are planned.

    Parameters
    ----------
    changes
        As `parse_change` reads them; all of them together.
    folder
        The campaign's folder, for its own workdays.csv.
    today
        The first day that is not over: past blocks are not scheduled again, and customers who were
        not visited on them wait for a day. None before the campaign.

    Raises
    ------
    CampaignError
        A change makes no sense, or there is no plan yet.
    """
    station_id = register.people_names().station
    wanted = tuple(parse_change(text, station_id) for text in changes)
    baseline = saved_baseline(register, settings, folder, today)
    _validate_changes(wanted, baseline, today)
    policy = spread_policy(settings)
    cases = station_cases(baseline)
    with ThreadPoolExecutor() as pool:
        before = tuple(pool.map(lambda case: _as_planned(case, baseline.blocks, policy), cases))
    changed = baseline
    for change in wanted:
        if change.kind == "finish" and change.day is not None:
            changed = changed.with_finish(change.day, folder)
    for change in wanted:
        if change.kind == "duty":
            changed = changed.with_more_duty(change.number, change.station)
    others = cases if changed is baseline else with_duty_of(cases, changed)
    for change in wanted:
        if change.kind == "lend":
            others = lend_crews(others, change)

    def anew(planned: Outcome, old: StationCase, new: StationCase) -> Outcome:
        return planned if _same_duty(old.crews, new.crews) else outcome(new, policy)

    with ThreadPoolExecutor() as pool:
        after = tuple(pool.map(anew, before, cases, others))
    return WhatIf(wanted, before, after)


def _same_duty(crews: CrewTable, others: CrewTable) -> bool:
    """Whether two tables have the same days of duty."""
    same_days = np.array_equal(crews.dates, others.dates)
    return same_days and np.array_equal(crews.duty, others.duty)


def _as_planned(case: StationCase, blocks: pd.DataFrame, policy: SpreadPolicy) -> Outcome:
    """A station's outcome as planned: last day and longest crew are those of the plan.

    It is scheduled for its earliest finish, and under the settings' policy only where customers
    wait for a day: unlike a schedule made here, the plan follows wishes and seasons.
    """
    own = blocks[blocks["station"] == case.station]
    waiting = len(own) < len(case.blocks)
    found = outcome(case, policy if waiting else replace(policy, pace="early", spare_share=0.0))
    if own.empty:
        return found
    longest_s = int(own.groupby("crew")["work_s"].sum().max())
    finish = dt.date.fromisoformat(str(own["date"].max()))
    return replace(found, finish=finish, longest_h=round(longest_s / 3600, 1))


def _validate_changes(changes: Sequence[Change], baseline: Baseline, today: dt.date | None) -> None:
    """Refuse unknown stations, a station that lends to itself, and a finish before the start."""
    known = set(baseline.tables.stations["station"])
    first = max(baseline.settings.campaign.start, today or dt.date.min)
    for change in changes:
        unknown = {name for name in (change.station, change.giver) if name} - known
        if unknown:
            names = ", ".join(sorted(known))
            raise CampaignError(
                "scenario.no_station", change=change.said(), station=min(unknown), known=names
            )
        if change.kind == "lend" and change.giver == change.station:
            raise CampaignError("scenario.to_itself", change=change.said(), station=change.station)
        if change.day is not None and change.day < first:
            raise CampaignError("scenario.too_early", change=change.said(), first=first)


def saved_baseline(
    register: Register, settings: Settings, folder: Path | None, today: dt.date | None = None
) -> Baseline:
    """The plan in the register, or what is left of it today, under the present settings.

    Raises
    ------
    CampaignError
        There is no plan yet.
    """
    with register.store.reading():
        tables, visits = read_campaign_tables(register), register.block_visits()
        blocks, unplanned = register.blocks(), register.unplanned()
    if blocks.empty and unplanned.empty:
        raise CampaignError("campaign.no_plan")
    days = horizon(settings, folder)
    on_duty = duty(tables.crews, tables.leave, days, settings)
    baseline = Baseline(tables, blocks, visits, unplanned, days, on_duty, settings)
    return baseline if today is None else _remaining_plan(baseline, today)


def _remaining_plan(baseline: Baseline, today: dt.date) -> Baseline:
    """A plan without its past blocks; customers not visited on them wait for a day."""
    ahead = baseline.blocks[baseline.blocks["date"] >= today.isoformat()]
    is_ahead = baseline.visits["block"].isin(ahead["block"])
    visits, past = baseline.visits[is_ahead], baseline.visits[~is_ahead]
    customers = baseline.tables.customers
    to_come = customers.loc[still_open(customers["status"]), "account_no"]
    late = past[past["account_no"].isin(to_come)].drop_duplicates("account_no")
    late = late[~late["account_no"].isin(visits["account_no"])]
    waiting = late[["account_no"]].assign(code="horizon_full")
    on_duty = baseline.duty.copy()
    on_duty[:, baseline.dates < np.datetime64(today)] = False
    return replace(
        baseline,
        blocks=ahead,
        visits=visits,
        unplanned=pd.concat([baseline.unplanned, waiting], join="inner", ignore_index=True),
        duty=on_duty,
    )
