"""A plan as it stands, station by station, and scheduled anew under other circumstances."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from optimizer.campaign.crew_assignment import BlockTable, CrewTable
from optimizer.campaign.demand import SKILL, days_until, skilled_crews, work_limits
from optimizer.campaign.scheduling import SpreadPolicy, schedule_blocks_with
from optimizer.campaign.unplanned import LACK_OF_TIME
from optimizer.errors import CampaignError
from optimizer.geometry import DEGREE_M, parallel_degree_m
from optimizer.workdays import duty

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from optimizer.campaign.change import Change
    from optimizer.campaign.demand import CampaignTables
    from optimizer.settings import Settings


@dataclass(frozen=True, slots=True)
class StationCase:
    """A station's blocks and crews, ready to be scheduled again.

    `visits` is int64 (b,), those of each block; `crew_names` belong to the rows of `crews`.
    """

    station: str
    name: str
    lon: float
    lat: float
    blocks: BlockTable
    visits: NDArray[np.int64]
    crew_names: tuple[str, ...]
    crews: CrewTable


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a station's schedule comes to.

    Attributes
    ----------
    needed, available
        Crew-days.
    without_day
        Customers for whom there is no time or no crew.
    finish
        Day of the last block under the policy of the settings.
    earliest
        Day of the last block if all are worked as early as possible.
    longest_h
        Hours of the crew that works most.
    """

    station: str
    name: str
    crews: int
    needed: int
    available: int
    without_day: int
    finish: dt.date | None
    earliest: dt.date | None
    longest_h: float


@dataclass(frozen=True, slots=True)
class Baseline:
    """A plan and the circumstances to schedule it in.

    Attributes
    ----------
    blocks, visits, unplanned
        The plan's frames, as in `CampaignPlan` or as the register has them.
    days
        As of `workdays.working_days`.
    duty
        bool (crews, days), rows as `tables.crews`; days before the first on which anybody is on
        duty are past or printed, and stay closed whatever changes.
    """

    tables: CampaignTables
    blocks: pd.DataFrame
    visits: pd.DataFrame
    unplanned: pd.DataFrame
    days: pd.DataFrame
    duty: NDArray[np.bool_]
    settings: Settings

    @property
    def dates(self) -> NDArray[np.datetime64]:
        """The days as datetime64[D]."""
        return self.days["date"].to_numpy().astype("datetime64[D]")

    def with_finish(self, finish: dt.date, folder: Path | None) -> Baseline:
        """The same with another end of the horizon."""
        days = days_until(finish, self.settings, folder)
        on_duty = duty(self.tables.crews, self.tables.leave, days, self.settings)
        return self._with_duty(days, on_duty)

    def with_more_duty(self, number: int, station: str = "") -> Baseline:
        """The same with so many more duty days a week, at one station or everywhere."""
        rows = np.ones(len(self.tables.crews), dtype=bool)
        if station:
            rows = (self.tables.crews["station"] == station).to_numpy()
        return self._with_duty(self.days, add_duty_days(self.duty, rows, self.days, number))

    def _with_duty(self, days: pd.DataFrame, on_duty: NDArray[np.bool_]) -> Baseline:
        """The same with other duty days, none of them before the first of the present ones."""
        first = self.dates[self.duty.any(axis=0)][:1]
        if len(first):
            on_duty[:, days["date"].to_numpy().astype("datetime64[D]") < first] = False
        return replace(self, days=days, duty=on_duty)


def station_cases(baseline: Baseline) -> tuple[StationCase, ...]:
    """One case a station."""
    tables, settings = baseline.tables, baseline.settings
    customers = tables.customers.set_index("account_no")
    facts = customers[["area", "kind", "lon", "lat"]]
    visits = baseline.visits[["block", "account_no"]].join(facts, on="account_no")
    visits = visits.join(baseline.blocks.set_index("block")["station"], on="block")
    waiting = baseline.unplanned[baseline.unplanned["code"].isin(LACK_OF_TIME)][["account_no"]]
    waiting = waiting.join(facts.assign(station=customers["station"]), on="account_no")
    cases = []
    for row, station in enumerate(tables.stations["station"]):
        here = np.flatnonzero(tables.crews["station"] == station)
        staff = tables.crews.iloc[here]
        table, counts = _block_table(
            baseline.blocks[baseline.blocks["station"] == station],
            visits[visits["station"] == station],
            waiting[waiting["station"] == station],
            tuple(staff["crew"]),
            settings,
        )
        place = tables.stations.iloc[row]
        cases.append(
            StationCase(
                station=str(station),
                name=str(place["name"]),
                lon=float(place["lon"]),
                lat=float(place["lat"]),
                blocks=table,
                visits=counts,
                crew_names=tuple(staff["crew"]),
                crews=_crew_table(baseline, here),
            )
        )
    return tuple(cases)


def _crew_table(baseline: Baseline, rows: NDArray[np.int64]) -> CrewTable:
    """Crews of the baseline, by their rows, with their duty days."""
    staff = baseline.tables.crews.iloc[rows]
    limit_s = work_limits(staff, baseline.settings)
    return CrewTable(baseline.duty[rows], skilled_crews(staff), limit_s, baseline.dates)


def with_duty_of(cases: tuple[StationCase, ...], baseline: Baseline) -> tuple[StationCase, ...]:
    """The same cases with the duty days of another baseline."""
    where = baseline.tables.crews["station"].to_numpy()
    return tuple(
        replace(case, crews=_crew_table(baseline, np.flatnonzero(where == case.station)))
        for case in cases
    )


def _block_table(
    blocks: pd.DataFrame,
    doors: pd.DataFrame,
    waiting: pd.DataFrame,
    crews: tuple[str, ...],
    settings: Settings,
) -> tuple[BlockTable, NDArray[np.int64]]:
    """The station's blocks in working order, then those that waiting customers would need."""
    blocks = blocks.sort_values(["crew", "date"])
    usual = float(blocks["visits"].mean()) if len(blocks) else 0.9 * settings.blocks.max_visits
    work_s = float(blocks["work_s"].mean()) if len(blocks) else 20_000.0
    waiting = waiting.sort_values(["area", "account_no"])
    chunk = pd.Series(np.arange(len(waiting)) // max(1.0, usual), index=waiting.index)
    waiting = waiting.assign(block=[f"\0{int(number):06d}" for number in chunk])
    both = pd.concat([doors[["block", "area", "kind", "lon", "lat"]], waiting], join="inner")
    grouped = both.groupby("block")
    order = [*blocks["block"], *sorted(set(waiting["block"]))]
    counts = np.asarray(grouped.size().reindex(order), dtype=np.int64)
    middle = grouped[["lon", "lat"]].mean().reindex(order)
    skilled = (both["kind"] == SKILL).groupby(both["block"]).any().reindex(order)
    number = {area: index for index, area in enumerate(sorted(set(both["area"])))}
    doors_of: dict[str, dict[int, int]] = {block: {} for block in order}
    pairs = both.groupby(["block", "area"], sort=False).size()
    for (block, area), count in zip(pairs.index.tolist(), pairs.tolist(), strict=True):
        doors_of[block][number[area]] = count
    row_of = {crew: index for index, crew in enumerate(crews)}
    fresh = len(order) - len(blocks)
    size = len(order)
    east = parallel_degree_m(middle["lat"].mean() if size else 0.0)
    table = BlockTable(
        crew=np.array([row_of.get(c, 0) for c in blocks["crew"]] + [0] * fresh, dtype=np.int32),
        work_s=np.array([*blocks["work_s"], *[work_s] * fresh], dtype=np.int32),
        skilled=skilled.to_numpy(dtype=bool),
        x=middle["lon"].to_numpy(float) * east,
        y=middle["lat"].to_numpy(float) * DEGREE_M,
        areas=tuple(frozenset(some) for some in doors_of.values()),
        doors=tuple(doors_of.values()),
        tier=np.zeros(size, dtype=np.int32),
        waiting=np.zeros(size),
        target=np.full(size, np.nan),
        kept=np.zeros(size, dtype=bool),
        earliest=np.zeros(size, dtype=np.int32),
        latest=np.full(size, 2**30, dtype=np.int32),
        season=np.zeros(size, dtype=np.int32),
        season_penalty=np.zeros((1, 1)),
    )
    return table, counts


def outcome(case: StationCase, policy: SpreadPolicy) -> Outcome:
    """Schedule a case under a policy, and as early as possible."""
    if not len(case.crews.duty):
        blank = int(case.visits.sum())
        return Outcome(case.station, case.name, 0, len(case.blocks), 0, blank, None, None, 0.0)
    blocks = replace(case.blocks, season_penalty=np.zeros((1, len(case.crews.dates))))
    policies = [policy, replace(policy, pace="early", spare_share=0.0)]
    schedules = schedule_blocks_with(blocks, case.crews, policies)
    found, earliest = schedules[0], schedules[-1]
    dated = found.day >= 0
    work_s = np.bincount(found.crew[dated], case.blocks.work_s[dated], len(case.crews.duty))
    return Outcome(
        station=case.station,
        name=case.name,
        crews=int(case.crews.duty.any(axis=1).sum()),
        needed=len(case.blocks),
        available=int(case.crews.duty.sum()),
        without_day=int(case.visits[~dated].sum()),
        finish=_last_day(found.day, case.crews.dates),
        earliest=_last_day(earliest.day, case.crews.dates),
        longest_h=round(float(work_s.max(initial=0.0)) / 3600, 1),
    )


def _last_day(day: NDArray[np.int32], dates: NDArray[np.datetime64]) -> dt.date | None:
    last = int(day.max(initial=-1))
    return None if last < 0 else dt.date.fromisoformat(str(dates[last]))


def lend_crews(cases: tuple[StationCase, ...], change: Change) -> tuple[StationCase, ...]:
    """Move the crews of `change.giver` that work least to `change.station`, skilled ones last.

    Raises
    ------
    CampaignError
        The station has not so many crews.
    """
    by_name = {case.station: case for case in cases}
    giver, taker = by_name[change.giver], by_name[change.station]
    there = np.flatnonzero(giver.crews.duty.any(axis=1))
    if change.number > len(there) or giver is taker:
        raise CampaignError(
            "scenario.few_crews", change=change.said(), station=giver.station, number=len(there)
        )
    work = np.bincount(giver.blocks.crew, giver.blocks.work_s, len(giver.crews.duty))
    ranked = sorted(there.tolist(), key=lambda c: (giver.crews.skilled[c], work[c], c))
    gone = ranked[: change.number]
    left = giver.crews.duty.copy()
    left[gone] = False
    more = CrewTable(
        np.concatenate([taker.crews.duty, giver.crews.duty[gone]]),
        np.concatenate([taker.crews.skilled, giver.crews.skilled[gone]]),
        np.concatenate([taker.crews.limit_s, giver.crews.limit_s[gone]]),
        taker.crews.dates,
    )
    changed = {
        giver.station: replace(giver, crews=replace(giver.crews, duty=left)),
        taker.station: replace(
            taker,
            crews=more,
            crew_names=(*taker.crew_names, *(giver.crew_names[c] for c in gone)),
        ),
    }
    return tuple(changed.get(case.station, case) for case in cases)


def add_duty_days(
    on_duty: NDArray[np.bool_], rows: NDArray[np.bool_], days: pd.DataFrame, number: int
) -> NDArray[np.bool_]:
    """Duty days and `number` more a week for the crews of `rows`, on working days without duty.

    A week in which a crew has no duty day at all, as on leave, stays without.
    """
    more = on_duty.copy()
    dates = days["date"].to_numpy().astype("datetime64[D]")
    week = (dates - np.datetime64("1970-01-05")).astype(int) // 7
    working = days["working"].to_numpy()
    for this in np.unique(week):
        inside = np.flatnonzero((week == this) & working)
        for crew in np.flatnonzero(rows & on_duty[:, week == this].any(axis=1)):
            free = inside[~on_duty[crew, inside]]
            more[crew, free[:number]] = True
    return more
