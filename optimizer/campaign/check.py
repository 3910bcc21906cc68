"""Every promise of a campaign, recomputed from the register and the roads; trusts no planner.

One function a rule. A campaign that is sound has no breaches.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from optimizer.campaign.demand import (
    DONE,
    FOLLOWED,
    SETTLED,
    SKILL,
    read_book,
    service_seconds,
    skilled_crews,
    work_limits,
)
from optimizer.campaign.unplanned import REASONS
from optimizer.travel import Travel
from optimizer.workdays import duty

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from optimizer.campaign.demand import Book
    from optimizer.campaign.planning import CampaignPlan
    from optimizer.register import Register
    from optimizer.roads import Roads
    from optimizer.settings import Settings

ROUNDING_S: Final = 2
"""Seconds by which a leg may differ for rounding."""


@dataclass(frozen=True, slots=True)
class Breach:
    """A promise that a campaign breaks: the rule, and where, in words."""

    rule: str
    text: str


def check_campaign(
    campaign: CampaignPlan, register: Register, roads: Roads, settings: Settings
) -> list[Breach]:
    """All breaches of all rules, as the register and the settings are now."""
    book = read_book(register)
    return [
        *_of_the_whole(campaign, book),
        *_of_blocks(campaign, book, settings),
        *work_fits(campaign, _with_homes(campaign, book), book, roads, settings),
    ]


def make_sure(
    campaign: CampaignPlan, book: Book, settings: Settings, printed_until: dt.date | None = None
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
    breaches = [*_of_the_whole(campaign, book), *_of_blocks(planned, book, settings)]
    if breaches:
        first = "; ".join(f"{breach.rule}: {breach.text}" for breach in breaches[:5])
        raise AssertionError(f"the plan breaks its own rules {len(breaches)} times: {first}")
    return campaign


def _of_the_whole(campaign: CampaignPlan, book: Book) -> Iterator[Breach]:
    """Rules of customers and crews over all days."""
    yield from everybody_once(campaign, book)
    yield from told_as_it_is(campaign, book)
    yield from reasons_known(campaign)
    yield from one_block_a_day(campaign)


def _of_blocks(campaign: CampaignPlan, book: Book, settings: Settings) -> Iterator[Breach]:
    """Rules of single blocks that need no roads."""
    visits = _with_homes(campaign, book)
    yield from crews_of_their_station(visits, book)
    yield from skills(visits, book)
    yield from duty_days(campaign, book, settings)
    yield from visits_in_order(campaign, settings)


def _with_homes(campaign: CampaignPlan, book: Book) -> pd.DataFrame:
    """One row a visit, with its block and what the register says of its customer."""
    visits = campaign.visits.merge(campaign.blocks, on="block", how="left")
    return visits.merge(book.customers, on="account_no", how="left", suffixes=("", "_home"))


def everybody_once(campaign: CampaignPlan, book: Book) -> Iterator[Breach]:
    """Every open customer is in one block, or has a reason; nobody is in both or in none."""
    planned = campaign.visits["account_no"].value_counts()
    for account in planned[planned > 1].index:
        yield Breach("once", f"{account} is planned {planned[account]} times")
    reasons = campaign.unplanned["account_no"].value_counts()
    for account in reasons[reasons > 1].index:
        yield Breach("once", f"{account} has {reasons[account]} reasons")
    customers = book.customers
    is_open = ~customers["status"].isin([*DONE, *FOLLOWED])
    wanted = set(customers.loc[is_open, "account_no"])
    for account in sorted(set(planned.index) & set(reasons.index)):
        yield Breach("once", f"{account} is planned and has a reason not to be")
    for account in sorted(wanted - set(planned.index) - set(reasons.index)):
        yield Breach("once", f"{account} is neither planned nor explained")
    for account in sorted(set(planned.index) - set(customers["account_no"])):
        yield Breach("once", f"{account} is no customer")
    for account in sorted(set(reasons.index) - wanted):
        yield Breach("once", f"{account} has a reason, but is not to be visited")


def told_as_it_is(campaign: CampaignPlan, book: Book) -> Iterator[Breach]:
    """The roll says of everybody, once, what is so: done, followed up, planned, or why not."""
    roll = campaign.roll
    status = book.customers.set_index("account_no")["status"]
    reason = campaign.unplanned.drop_duplicates("account_no").set_index("account_no")["code"]
    names = pd.Index(roll["account_no"])
    if names.has_duplicates or set(names) != set(status.index):
        yield Breach("told", f"{len(roll)} are told of, once each should be {len(status)}")
        return
    status, reason = status.reindex(names), reason.reindex(names)
    planned = names.isin(campaign.visits["account_no"])
    told = np.select(
        [status.isin(DONE), status.isin(FOLLOWED), planned],
        [np.full(len(names), SETTLED, dtype=object), status.to_numpy(dtype=object), ""],
        default=reason.to_numpy(dtype=object),
    )
    wrong = np.flatnonzero(roll["code"].to_numpy(dtype=object) != told)
    for row in wrong:
        yield Breach("told", f"{names[row]} is {told[row]!r}, not {roll['code'].iloc[row]!r}")


def reasons_known(campaign: CampaignPlan) -> Iterator[Breach]:
    """Every reason has a code of the list and a sentence."""
    for row in campaign.unplanned.itertuples():
        if row.code not in REASONS or not row.reason:
            yield Breach("reason", f"{row.account_no}: {row.code!r} {row.reason!r}")


def crews_of_their_station(visits: pd.DataFrame, book: Book) -> Iterator[Breach]:
    """A customer is visited by a crew of his own station."""
    station_of = dict(zip(book.crews["crew"], book.crews["station"], strict=True))
    stray = (visits["station"] != visits["station_home"]) | (
        visits["station"] != visits["crew"].map(station_of)
    )
    for row in visits[stray].itertuples():
        yield Breach("station", f"{row.account_no} of {row.station_home} is with {row.crew}")


def skills(visits: pd.DataFrame, book: Book) -> Iterator[Breach]:
    """10 kV customers are visited by skilled crews."""
    able = set(book.crews["crew"][skilled_crews(book.crews)])
    for row in visits[visits["kind"] == SKILL].itertuples():
        if row.crew not in able:
            yield Breach("skill", f"{row.account_no} needs a skilled crew, {row.crew} is none")


def duty_days(campaign: CampaignPlan, book: Book, settings: Settings) -> Iterator[Breach]:
    """Crews go out on duty days within the horizon only."""
    on_duty = duty(book.crews, book.leave, campaign.days, settings)
    row = {crew: i for i, crew in enumerate(book.crews["crew"])}
    iso = campaign.days["date"].dt.strftime("%Y-%m-%d")
    column = {day: i for i, day in enumerate(iso)}
    for block in campaign.blocks.itertuples():
        day = column.get(str(block.date))
        if day is None:
            yield Breach("horizon", f"{block.block} is on {block.date}")
        elif block.crew not in row or not on_duty[row[block.crew], day]:
            yield Breach("duty", f"{block.block}: {block.crew} is not on duty on {block.date}")


def one_block_a_day(campaign: CampaignPlan) -> Iterator[Breach]:
    """A crew has one block a day."""
    twice = campaign.blocks[campaign.blocks.duplicated(["crew", "date"])]
    for block in twice.itertuples():
        yield Breach("one a day", f"{block.block} is the second of {block.crew} on {block.date}")


def visits_in_order(campaign: CampaignPlan, settings: Settings) -> Iterator[Breach]:
    """Visits of a block count from 1 to its `visits`, no more than the setting allows."""
    counted = campaign.visits.groupby("block")["seq"].agg(["size", "min", "max", "nunique"])
    for name in sorted(set(counted.index) - set(campaign.blocks["block"])):
        yield Breach("order", f"visits of {name}, which is no block")
    says = campaign.blocks.set_index("block")["visits"]
    found = counted.reindex(says.index, fill_value=0)
    whole = (found["min"] == 1) & (found["max"] == says) & (found["nunique"] == says)
    for name in says.index[~(whole & (found["size"] == says))]:
        yield Breach("order", f"{name}: visits do not count from 1 to {says[name]}")
    for name in says.index[found["size"] > settings.blocks.max_visits]:
        yield Breach("most", f"{name} has {says[name]} visits")


def work_fits(
    campaign: CampaignPlan, visits: pd.DataFrame, book: Book, roads: Roads, settings: Settings
) -> Iterator[Breach]:
    """Service and travel over the roads are what the block says, and fit its crew's day."""
    travel = Travel(roads, settings.travel)
    limit_s = dict(zip(book.crews["crew"], work_limits(book.crews, settings), strict=True))
    home = book.stations.set_index("station")
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
            yield Breach("work", text)
        if work_s > limit_s.get(block["crew"], 0) + slip_s:
            yield Breach("too long", f"{name}: {work_s} s do not fit the day of {block['crew']}")
