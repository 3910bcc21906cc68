"""When the work does not fit the horizon: by how much, and the smallest remedies.

Each remedy is found by counting crew-days and confirmed by scheduling with it.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

from ortools.sat.python import cp_model  # noqa: TID251  (remedies are a small model of their own)

from optimizer.campaign.baseline import Baseline, StationCase, lend_crews, outcome, station_cases
from optimizer.campaign.change import Change
from optimizer.campaign.model import Remedy, Shortage, ShortageReport
from optimizer.campaign.scheduling import SpreadPolicy
from optimizer.campaign.unplanned import LACK_OF_TIME
from optimizer.geometry import metres_from

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pandas as pd


MOST_DUTY: Final = 5
MOST_LATER: Final = dt.timedelta(days=3 * 366)


def find_remedies(
    baseline: Baseline, folder: Path | None, needed: Mapping[str, int]
) -> ShortageReport:
    """Shortages of a plan, and for each kind of remedy the smallest one that ends them all.

    Parameters
    ----------
    needed
        Blocks by station, dated or not; 0 where there were no crews to route, whose blocks are
        estimated.
    """
    cases = station_cases(baseline)
    dated = baseline.blocks["station"].value_counts()
    waiting = _without_day(baseline)
    short = [
        Shortage(
            station=name,
            needed=(number := needed.get(name, 0) or len(case.blocks)),
            available=int(case.crews.duty.sum()),
            lacking=max(1, number - int(dated.get(name, 0))),
            customers=int(waiting[name]),
        )
        for case in cases
        if (name := case.station) in waiting and not _all_have_days(cases, [name])
    ]
    if not short:
        return ShortageReport()
    stations = [shortage.station for shortage in short]
    remedies = [
        _lend_remedy(cases, short),
        _duty_remedy(baseline, stations),
        _finish_remedy(baseline, folder, stations),
    ]
    return ShortageReport(tuple(short), tuple(remedy for remedy in remedies if remedy is not None))


def _without_day(baseline: Baseline) -> pd.Series[int]:
    """By station, how many customers have no day for want of time or crews."""
    home = baseline.tables.customers.set_index("account_no")["station"]
    rows = baseline.unplanned[baseline.unplanned["code"].isin(LACK_OF_TIME)]
    return rows["account_no"].map(home).value_counts()


def _all_have_days(cases: tuple[StationCase, ...], stations: list[str]) -> bool:
    return not any(
        outcome(case, SpreadPolicy("early")).without_day
        for case in cases
        if case.station in stations
    )


def _lend_remedy(cases: tuple[StationCase, ...], short: list[Shortage]) -> Remedy | None:
    """The fewest crews that other stations can spare, from the nearest."""
    margin = 0
    while margin < 3:
        changes = _fewest_crews(cases, short, margin)
        if changes is None:
            return None
        lent = cases
        for change in changes:
            lent = lend_crews(lent, change)
        touched = [shortage.station for shortage in short] + [change.giver for change in changes]
        if _all_have_days(lent, touched):
            return Remedy("lend", tuple(changes))
        margin += 1
    return None


def _fewest_crews(
    cases: tuple[StationCase, ...], short: list[Shortage], margin: int
) -> list[Change] | None:
    """A transportation problem in whole crews; each short station gets `margin` crews more."""
    by_name = {case.station: case for case in cases}
    givers = [
        case
        for case in cases
        if case.crews.duty.any() and case.station not in {s.station for s in short}
    ]
    model = cp_model.CpModel()
    lent = {}
    for giver in givers:
        crews = giver.crews.duty.any(axis=1)
        mean = max(1, int(giver.crews.duty[crews].sum() / crews.sum()))
        spare = int(giver.crews.duty.sum()) - len(giver.blocks)
        most = min(max(0, spare // mean), int(crews.sum()) - (len(giver.blocks) > 0))
        row = [model.new_int_var(0, most, "") for _ in short]
        model.add(sum(row) <= most)
        lent[giver.station] = (mean, row)
    for t, shortage in enumerate(short):
        gained = sum(mean * row[t] for mean, row in lent.values())
        extra = margin * max((mean for mean, _ in lent.values()), default=0)
        model.add(gained >= shortage.lacking + extra)
    model.minimize(
        sum(
            row[t] * (1_000_000 + _metres(by_name[giver], by_name[shortage.station]))
            for giver, (_, row) in lent.items()
            for t, shortage in enumerate(short)
        )
    )
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.max_deterministic_time = 10
    if solver.solve(model) not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
        return None
    return [
        Change("lend", station=shortage.station, giver=giver, number=int(solver.value(row[t])))
        for giver, (_, row) in lent.items()
        for t, shortage in enumerate(short)
        if solver.value(row[t])
    ]


def _metres(a: StationCase, b: StationCase) -> int:
    return int(metres_from(a.lon, a.lat, b.lon, b.lat))


def _duty_remedy(baseline: Baseline, stations: list[str]) -> Remedy | None:
    """The fewest more duty days a week at each short station."""
    changes = []
    for station in stations:
        for number in range(1, MOST_DUTY + 1):
            cases = station_cases(baseline.with_more_duty(number, station))
            if _all_have_days(cases, [station]):
                changes.append(Change("duty", station=station, number=number))
                break
        else:
            return None
    return Remedy("duty", tuple(changes))


def _finish_remedy(baseline: Baseline, folder: Path | None, stations: list[str]) -> Remedy | None:
    """The earliest later finish that holds everything."""
    finish = baseline.settings.campaign.finish
    longer = baseline.with_finish(finish + MOST_LATER, folder)
    soon = [
        outcome(case, SpreadPolicy("early"))
        for case in station_cases(longer)
        if case.station in stations
    ]
    if any(found.without_day for found in soon):
        return None
    day = max(found.earliest or finish for found in soon)
    return Remedy("finish", (Change("finish", day=max(day, finish)),))
