"""The certificate 覆盖证明: the account of a campaign, for machines and for people."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from optimizer.campaign.demand import FOLLOWED_UP, NOT_TO_PLAN, SETTLED
from optimizer.catalogue import sentences

if TYPE_CHECKING:
    from optimizer.campaign.model import CampaignPlan, Remedy, Shortage


@dataclass(frozen=True, slots=True, kw_only=True)
class StationAccount:
    """What the certificate says of one station.

    Attributes
    ----------
    customers, settled, planned
        All customers; those who need no visit any more; those with a day.
    follow_up
        How many are followed up by the records, by code of `unplanned.NEXT_STEPS`.
    unplanned
        How many have no day, by code. Settled, planned, followed up and unplanned are all.
    needed, available
        Crew-days: blocks of all its customers, and duty days of its crews.
    finish
        Day of its last block, None without one.
    slack_days
        Calendar days from then to the end of the horizon.
    crews, moved
        Crews; runs, or parts of them, that another crew than their territory's works.
    unwished
        Blocks on a day outside what was wished for, or that a season closes.
    mean_h, longest_h, shortest_h
        Hours of work, travel included, of its crews over the whole campaign.
    areas, whole
        Transformer areas, and how many are finished in one stretch, stragglers of a tenth aside.
    """

    station: str
    name: str
    customers: int
    settled: int
    planned: int
    follow_up: dict[str, int]
    unplanned: dict[str, int]
    needed: int
    available: int
    finish: dt.date | None
    slack_days: int | None
    crews: int
    moved: int
    unwished: int
    mean_h: float
    longest_h: float
    shortest_h: float
    areas: int
    whole: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """The account of a campaign; counts and shares as in `StationAccount`, for the county.

    Attributes
    ----------
    since
        Crew-days are counted from this day on: the first that is planned.
    months
        Work by month: month (YYYY-MM), blocks, visits, hours.
    longest_share
        The longest crew's work by its station's mean, less 1: the worst over stations and
        calendar years, crews compared that have equally many duty days in the year.
    travel_share
        Travel by work, travel included.
    forecast_from
        First day of the horizon whose working days nobody has published yet.
    forecast_blocks
        Blocks from that day on.
    shortages, remedies
        Stations whose crews cannot do their work in time, and what would help.
    """

    start: dt.date
    finish: dt.date
    since: dt.date
    customers: int
    settled: int
    planned: int
    follow_up: dict[str, int]
    unplanned: dict[str, int]
    needed: int
    available: int
    last_day: dt.date | None
    slack_days: int | None
    areas: int
    whole: int
    whole_share: float
    travel_share: float
    travel_h: float
    work_h: float
    distance_km: float
    longest_share: float
    unwished: int
    forecast_from: dt.date | None
    forecast_days: int
    forecast_blocks: int
    months: tuple[dict[str, Any], ...]
    stations: tuple[StationAccount, ...]
    shortages: tuple[Shortage, ...]
    remedies: tuple[Remedy, ...]

    def as_json(self) -> dict[str, Any]:
        """The same as plain values, dates as ISO text; next_steps says what `follow_up` means."""
        plain = {name: _plain(value) for name, value in asdict(self).items()}
        return plain | {
            "next_steps": {code: sentences()[f"follow_up.{code}"] for code in self.follow_up},
            "remedies": [remedy.as_json() for remedy in self.remedies],
        }


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, dt.date) else value


def certificate(campaign: CampaignPlan) -> Certificate:
    """Account for a campaign."""
    customers, blocks, areas = campaign.customers, campaign.blocks, campaign.areas
    dates = pd.to_datetime(blocks["date"])
    forecast = campaign.days[campaign.days["forecast"]]
    forecast_from = forecast["date"].iloc[0].date() if len(forecast) else None
    last_day = dates.max().date() if len(blocks) else None
    work_s, travel_s = int(blocks["work_s"].sum()), int(blocks["travel_s"].sum())
    whole = int(areas["whole"].sum())
    return Certificate(
        start=campaign.start,
        since=campaign.since,
        finish=campaign.finish,
        **_counts(customers),
        needed=int(campaign.stations["blocks"].sum()),
        available=int(campaign.crews["duty_days"].sum()),
        last_day=last_day,
        slack_days=_days_between(last_day, campaign.finish),
        areas=len(areas),
        whole=whole,
        whole_share=round(whole / max(1, len(areas)), 4),
        travel_share=round(travel_s / max(1, work_s), 4),
        travel_h=round(travel_s / 3600, 1),
        work_h=round(work_s / 3600, 1),
        distance_km=round(int(blocks["distance_m"].sum()) / 1000, 1),
        longest_share=round(longest_share(campaign), 4),
        unwished=int(campaign.stations["unwished"].sum()),
        forecast_from=forecast_from,
        forecast_days=int((forecast["working"]).sum()),
        forecast_blocks=int((dates >= pd.Timestamp(forecast_from)).sum()) if forecast_from else 0,
        months=_months(blocks),
        stations=tuple(_station_accounts(campaign)),
        shortages=campaign.shortage_report.shortages,
        remedies=campaign.shortage_report.remedies,
    )


def _counts(customers: pd.DataFrame) -> dict[str, Any]:
    """Customers, settled, planned; followed up and unplanned by code (most frequent first)."""
    codes = {str(code): int(number) for code, number in customers["code"].value_counts().items()}
    return {
        "customers": len(customers),
        "settled": codes.get(SETTLED, 0),
        "planned": codes.get("", 0),
        "follow_up": {code: number for code, number in codes.items() if code in FOLLOWED_UP},
        "unplanned": {
            code: number for code, number in codes.items() if code not in {"", *NOT_TO_PLAN}
        },
    }


def _days_between(first: dt.date | None, last: dt.date) -> int | None:
    return None if first is None else (last - first).days


def _months(blocks: pd.DataFrame) -> tuple[dict[str, Any], ...]:
    by_month = blocks.groupby(blocks["date"].str[:7]).agg(
        blocks=("block", "size"), visits=("visits", "sum"), work_s=("work_s", "sum")
    )
    return tuple(
        {
            "month": month,
            "blocks": int(row["blocks"]),
            "visits": int(row["visits"]),
            "hours": round(row["work_s"] / 3600, 1),
        }
        for month, row in by_month.iterrows()
    )


def longest_share(campaign: CampaignPlan) -> float:
    """How far the longest crew's year is above the mean, at worst; 0 is perfect balance.

    A crew is compared with those of its station that have as many duty days in the year, give or
    take one in twenty; one that is alone with its number has nobody to compare with. What it has
    more than their mean is measured by their usual year, the whole campaign's work by its years.
    What was done before the first day that is planned counts too.
    """
    crews = campaign.crews.reset_index(drop=True)
    years = campaign.days["date"].dt.year.to_numpy()
    row = pd.Series(crews.index, index=crews["crew"])
    block_year = campaign.blocks["date"].str[:4].astype("int64").to_numpy()
    block_crew = row.reindex(campaign.blocks["crew"]).to_numpy()
    seconds = campaign.blocks["work_s"].to_numpy()
    before_s = np.zeros(campaign.duty.shape)
    duty = campaign.duty
    if campaign.committed is not None:
        duty, before_s = campaign.committed.duty, campaign.committed.work_s
    whole_s = np.bincount(block_crew.astype(np.int64), seconds, len(crews)) + before_s.sum(axis=1)
    usual = whole_s / (len(years) / 365)
    worst = 0.0
    for year in np.unique(years):
        days = duty[:, years == year].sum(axis=1)
        inside = block_year == year
        work_s = np.bincount(block_crew[inside].astype(np.int64), seconds[inside], len(crews))
        work_s = work_s + before_s[:, years == year].sum(axis=1)
        for members in crews.groupby("station").indices.values():
            for crew in members:
                alike = members[np.abs(days[members] - days[crew]) <= 0.05 * days[crew]]
                if len(alike) > 1 and usual[alike].mean() > 0:
                    more = work_s[crew] - work_s[alike].mean()
                    worst = max(worst, float(more / usual[alike].mean()))
    return worst


def _station_accounts(campaign: CampaignPlan) -> list[StationAccount]:
    customers = dict(list(campaign.customers.groupby("station")))
    blocks = dict(list(campaign.blocks.groupby("station")))
    nobody, nothing = campaign.customers.iloc[:0], campaign.blocks.iloc[:0]
    names = campaign.stations.set_index("station")
    strays = sorted({str(station) for station in customers} - set(names.index))
    accounts = []
    for station in [*names.index, *strays]:
        known = station in names.index
        accounts.append(
            _account(
                campaign,
                station,
                names.loc[station] if known else None,
                customers.get(station, nobody),
                blocks.get(station, nothing),
            )
        )
    return accounts


def _account(
    campaign: CampaignPlan,
    station: str,
    facts: pd.Series | None,
    customers: pd.DataFrame,
    blocks: pd.DataFrame,
) -> StationAccount:
    crews = campaign.crews[campaign.crews["station"] == station]
    hours = blocks.groupby("crew")["work_s"].sum().reindex(crews["crew"], fill_value=0) / 3600
    areas = campaign.areas[campaign.areas["station"] == station]
    finish = dt.date.fromisoformat(blocks["date"].max()) if len(blocks) else None
    return StationAccount(
        station=station,
        name="" if facts is None else str(facts["name"]),
        **_counts(customers),
        needed=0 if facts is None else int(facts["blocks"]),
        available=int(crews["duty_days"].sum()),
        finish=finish,
        slack_days=_days_between(finish, campaign.finish),
        crews=len(crews),
        moved=0 if facts is None else int(facts["moved"]),
        unwished=0 if facts is None else int(facts["unwished"]),
        mean_h=round(float(hours.mean()), 1) if len(hours) else 0.0,
        longest_h=round(float(hours.max()), 1) if len(hours) else 0.0,
        shortest_h=round(float(hours.min()), 1) if len(hours) else 0.0,
        areas=len(areas),
        whole=int(areas["whole"].sum()),
    )
