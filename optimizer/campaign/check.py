"""The rules of a campaign, checked against register and roads without trusting the planner.

One function a rule; a feasible campaign has no violations.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from optimizer.campaign.demand import (
    DONE,
    FOLLOWED_UP,
    SETTLED,
    SKILL,
    read_campaign_tables,
    skilled_crews,
    work_limits,
)
from optimizer.campaign.unplanned import REASONS
from optimizer.territories.workload import service_seconds
from optimizer.travel import Travel
from optimizer.workdays import duty

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from optimizer.campaign.demand import CampaignTables
    from optimizer.campaign.model import CampaignPlan
    from optimizer.register import Register
    from optimizer.roads import Roads
    from optimizer.settings import Settings

ROUNDING_S: Final = 2
"""Seconds by which a leg may differ for rounding."""


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule that a campaign breaks, and where, in words."""

    rule: str
    text: str


def check_campaign(
    campaign: CampaignPlan, register: Register, roads: Roads, settings: Settings
) -> list[Violation]:
    """All violations of all rules, as the register and the settings are now."""
    tables = read_campaign_tables(register)
    return [
        *_county_violations(campaign, tables),
        *_block_violations(campaign, tables, settings),
        *work_fits(campaign, _visits_with_customers(campaign, tables), tables, roads, settings),
    ]


def raise_on_violation(
    campaign: CampaignPlan,
    tables: CampaignTables,
    settings: Settings,
    printed_until: dt.date | None = None,
) -> CampaignPlan:
    """The campaign itself, if it keeps every rule that can be checked without the roads.

    Parameters
    ----------
    printed_until
        Blocks until this day stay as they were printed: what has happened since to their crews,
        their customers and the settings cannot be held against them.

    Raises
    ------
    AssertionError
        It breaks one, so that the planner has a bug.
    """
    planned = campaign
    if printed_until is not None:
        blocks = campaign.blocks[campaign.blocks["date"] > printed_until.isoformat()]
        visits = campaign.visits[campaign.visits["block"].isin(blocks["block"])]
        planned = replace(campaign, blocks=blocks, visits=visits)
    violations = [
        *_county_violations(campaign, tables),
        *_block_violations(planned, tables, settings),
    ]
    if violations:
        first = "; ".join(f"{violation.rule}: {violation.text}" for violation in violations[:5])
        raise AssertionError(f"the plan breaks its own rules {len(violations)} times: {first}")
    return campaign


def _county_violations(campaign: CampaignPlan, tables: CampaignTables) -> Iterator[Violation]:
    """Rules of customers and crews over all days."""
    yield from everybody_once(campaign, tables)
    yield from codes_as_recorded(campaign, tables)
    yield from reasons_known(campaign)
    yield from one_block_a_day(campaign)


def _block_violations(
    campaign: CampaignPlan, tables: CampaignTables, settings: Settings
) -> Iterator[Violation]:
    """Rules of single blocks that need no roads."""
    visits = _visits_with_customers(campaign, tables)
    yield from crews_of_their_station(visits, tables)
    yield from skills(visits, tables)
    yield from duty_days(campaign, tables, settings)
    yield from visits_in_order(campaign, settings)


def _visits_with_customers(campaign: CampaignPlan, tables: CampaignTables) -> pd.DataFrame:
    """One row a visit, with its block and what the register says of its customer."""
    visits = campaign.visits.merge(campaign.blocks, on="block", how="left")
    return visits.merge(tables.customers, on="account_no", how="left", suffixes=("", "_home"))


def everybody_once(campaign: CampaignPlan, tables: CampaignTables) -> Iterator[Violation]:
    """Every open customer is either in one block or has one reason."""
    planned = campaign.visits["account_no"].value_counts()
    for account in planned[planned > 1].index:
        yield Violation("once", f"{account} is planned {planned[account]} times")
    reasons = campaign.unplanned["account_no"].value_counts()
    for account in reasons[reasons > 1].index:
        yield Violation("once", f"{account} has {reasons[account]} reasons")
    customers = tables.customers
    is_open = ~customers["status"].isin([*DONE, *FOLLOWED_UP])
    wanted = pd.Index(customers.loc[is_open, "account_no"])
    told = planned.index.append(reasons.index)
    for account in sorted(reasons.index[reasons.index.isin(planned.index)]):
        yield Violation("once", f"{account} is planned and has a reason not to be")
    for account in sorted(wanted[~wanted.isin(told)]):
        yield Violation("once", f"{account} is neither planned nor explained")
    for account in sorted(planned.index[~planned.index.isin(customers["account_no"])]):
        yield Violation("once", f"{account} is no customer")
    for account in sorted(reasons.index[~reasons.index.isin(wanted)]):
        yield Violation("once", f"{account} has a reason, but is not to be visited")


def codes_as_recorded(campaign: CampaignPlan, tables: CampaignTables) -> Iterator[Violation]:
    """The plan lists each customer once, with the right code: settled, followed up, or why not."""
    listed = campaign.customers
    status = tables.customers.set_index("account_no")["status"]
    reason = campaign.unplanned.drop_duplicates("account_no").set_index("account_no")["code"]
    names = pd.Index(listed["account_no"])
    if names.has_duplicates or len(names) != len(status) or not names.isin(status.index).all():
        yield Violation("told", f"{len(listed)} are told of, once each should be {len(status)}")
        return
    status, reason = status.reindex(names), reason.reindex(names)
    planned = names.isin(campaign.visits["account_no"])
    expected = np.select(
        [status.isin(DONE), status.isin(FOLLOWED_UP), planned],
        [np.full(len(names), SETTLED, dtype=object), status.to_numpy(dtype=object), ""],
        default=reason.to_numpy(dtype=object),
    )
    wrong = np.flatnonzero(listed["code"].to_numpy(dtype=object) != expected)
    for row in wrong:
        yield Violation(
            "told", f"{names[row]} is {expected[row]!r}, not {listed['code'].iloc[row]!r}"
        )


def reasons_known(campaign: CampaignPlan) -> Iterator[Violation]:
    """Every reason has a code of the list and a sentence."""
    for row in campaign.unplanned.itertuples():
        if row.code not in REASONS or not row.reason:
            yield Violation("reason", f"{row.account_no}: {row.code!r} {row.reason!r}")


def crews_of_their_station(visits: pd.DataFrame, tables: CampaignTables) -> Iterator[Violation]:
    """A customer is visited by a crew of his own station."""
    station_of = dict(zip(tables.crews["crew"], tables.crews["station"], strict=True))
    stray = (visits["station"] != visits["station_home"]) | (
        visits["station"] != visits["crew"].map(station_of)
    )
    for row in visits[stray].itertuples():
        yield Violation("station", f"{row.account_no} of {row.station_home} is with {row.crew}")


def skills(visits: pd.DataFrame, tables: CampaignTables) -> Iterator[Violation]:
    """10 kV customers are visited by skilled crews."""
    able = set(tables.crews["crew"][skilled_crews(tables.crews)])
    for row in visits[visits["kind"] == SKILL].itertuples():
        if row.crew not in able:
            yield Violation("skill", f"{row.account_no} needs a skilled crew, {row.crew} is none")


def duty_days(
    campaign: CampaignPlan, tables: CampaignTables, settings: Settings
) -> Iterator[Violation]:
    """Crews go out on duty days within the horizon only."""
    on_duty = duty(tables.crews, tables.leave, campaign.days, settings)
    row = {crew: i for i, crew in enumerate(tables.crews["crew"])}
    iso = campaign.days["date"].dt.strftime("%Y-%m-%d")
    column = {day: i for i, day in enumerate(iso)}
    for block in campaign.blocks.itertuples():
        day = column.get(str(block.date))
        if day is None:
            yield Violation("horizon", f"{block.block} is on {block.date}")
        elif block.crew not in row or not on_duty[row[block.crew], day]:
            yield Violation("duty", f"{block.block}: {block.crew} is not on duty on {block.date}")


def one_block_a_day(campaign: CampaignPlan) -> Iterator[Violation]:
    """A crew has one block a day."""
    twice = campaign.blocks[campaign.blocks.duplicated(["crew", "date"])]
    for block in twice.itertuples():
        yield Violation("one a day", f"{block.block} is the second of {block.crew} on {block.date}")


def visits_in_order(campaign: CampaignPlan, settings: Settings) -> Iterator[Violation]:
    """Visits of a block count from 1 to its `visits`, no more than the setting allows."""
    counted = campaign.visits.groupby("block")["seq"].agg(["size", "min", "max", "nunique"])
    for name in sorted(set(counted.index) - set(campaign.blocks["block"])):
        yield Violation("order", f"visits of {name}, which is no block")
    says = campaign.blocks.set_index("block")["visits"]
    found = counted.reindex(says.index, fill_value=0)
    whole = (found["min"] == 1) & (found["max"] == says) & (found["nunique"] == says)
    for name in says.index[~(whole & (found["size"] == says))]:
        yield Violation("order", f"{name}: visits do not count from 1 to {says[name]}")
    for name in says.index[found["size"] > settings.blocks.max_visits]:
        yield Violation("most", f"{name} has {says[name]} visits")


def work_fits(
    campaign: CampaignPlan,
    visits: pd.DataFrame,
    tables: CampaignTables,
    roads: Roads,
    settings: Settings,
) -> Iterator[Violation]:
    """Service and travel over the roads are what the block says, and fit its crew's day."""
    travel = Travel(roads, settings.travel)
    limit_s = dict(zip(tables.crews["crew"], work_limits(tables.crews, settings), strict=True))
    home = tables.stations.set_index("station")
    visits = visits.assign(service_s=service_seconds(visits, settings))
    blocks = campaign.blocks.set_index("block")
    for name, stops in visits.sort_values("seq").groupby("block"):
        block = blocks.loc[str(name)]
        start = home.loc[block["station"]]
        lon = np.append(stops["lon"].to_numpy(float), start["lon"])
        lat = np.append(stops["lat"].to_numpy(float), start["lat"])
        seconds, _ = travel.door_matrix(lon, lat)
        number = len(stops)
        tour = np.append(np.arange(-1, number), -1)
        travel_s = int(seconds[tour[:-1], tour[1:]].sum())
        work_s = travel_s + int(stops["service_s"].sum())
        slip_s = ROUNDING_S * (number + 1)
        if travel_s > block["travel_s"] + slip_s or work_s > block["work_s"] + slip_s:
            text = f"{name}: says {block['work_s']} s, takes {work_s} s"
            yield Violation("work", text)
        if work_s > limit_s.get(block["crew"], 0) + slip_s:
            yield Violation("too long", f"{name}: {work_s} s do not fit the day of {block['crew']}")
