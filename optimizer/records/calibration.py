"""What the field's clocks say about the planner's times.

A phone stamps each record. Between two stops that follow each other on a sheet lie one ride and
one service, which the plan has in seconds; the medians of how long it really took correct both.
Medians, because lunch, chats and forgotten taps make any mean worthless. Each factor is drawn
towards 1 by as many observations as it needs at least: a first month corrects by half, a year
by nearly all. Plans made with corrected times say so, and are read as if they had not been, so
that learning from them neither doubles a correction nor forgets it.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from optimizer.model import Learned, VisitKind
from optimizer.records.account_state import FAILED
from optimizer.records.season_days import still_at_home
from optimizer.workdays import festival_season

if TYPE_CHECKING:
    from optimizer.model import DayPlan, Route
    from optimizer.register import Register
    from optimizer.settings import Settings

COLUMNS: Final = ("crew", "area", "kind", "interval_s", "travel_s", "service_s")
LOWEST, HIGHEST = 0.5, 2.0
"""Limits of the factors of kinds and rides."""
CALM_LOWEST, CALM_HIGHEST = 0.8, 1.25
"""Limits of those of crews and areas, which come on top."""
DAYS: Final = 60
"""How far back to look."""
_ROUNDS: Final = 10
_LOWEST_HOME: Final = 0.1
_AT_SEASONS_END: Final = 0.5
"""Of those who are home for Spring Festival, how many are when its season begins and ends."""
_SHORT_RIDE_S: Final = 120
_LONGEST_S: Final = 3 * 3600


def calibrate(
    register: Register, settings: Settings, today: dt.date, station: str | None = None
) -> Learned:
    """Corrections from the sheets and records of the last days, of all stations or of one."""
    first, least = today - dt.timedelta(days=DAYS), settings.follow.learn_min
    observed = observe(register, first, today, station, settings.absent_s)
    home = shares_at_home(register, first, today, least, station)
    return replace(fit(observed, least), home=home)


def shares_at_home(
    register: Register, first: dt.date, last: dt.date, least: int, station: str | None = None
) -> dict[str, float]:
    """Share of calls at which somebody was home, by kind of visit.

    A station's share is drawn to the county's, and that to 1, by `least` calls each.
    """
    records = register.ledgers.records(first, last)
    home = ~records["result"].isin(FAILED)
    county = home.groupby(records["kind"]).agg(["sum", "size"])
    shares = (county["sum"] + least) / (county["size"] + least)
    if station is not None:
        own = home[records["station"] == station].groupby(records["kind"]).agg(["sum", "size"])
        own = own.reindex(shares.index, fill_value=0)
        shares = (own["sum"] + least * shares) / (own["size"] + least)
    return {str(kind): float(max(share, _LOWEST_HOME)) for kind, share in shares.items() if kind}


def calibration_for(register: Register, settings: Settings, date: dt.date, station: str) -> Learned:
    """What corrects the times of a station's plan of a day: all from before that day.

    Nothing where `follow.learn` is off.
    """
    if not settings.follow.learn:
        return Learned()
    learned = calibrate(register, settings, date - dt.timedelta(days=1), station)
    return _at_home_for_the_festival(learned, settings, date)


def _at_home_for_the_festival(learned: Learned, settings: Settings, date: dt.date) -> Learned:
    """The same with more at home in the season: as many calls as in June would not be done."""
    if date < festival_season(date, settings.follow)[0]:
        return learned
    days = np.array([date], dtype="datetime64[D]")
    share = float(still_at_home(days, settings.follow, np.array([_AT_SEASONS_END]))[0, 0])
    retry = VisitKind.RETRY.value
    return replace(learned, home={**learned.home, retry: max(learned.home.get(retry, 1.0), share)})


def observe(
    register: Register,
    first: dt.date,
    last: dt.date,
    station: str | None = None,
    absent_s: float = 0,
) -> pd.DataFrame:
    """Time between records of neighbouring stops, one row a pair.

    Returns
    -------
    pandas.DataFrame
        crew, area, kind (of customer), interval_s (really), travel_s and service_s (as planned
        without any correction).
    """
    records = register.ledgers.records(first, last, station=station)
    records = records[(records["at"] != "") & (records["station"] != "")]
    rows: list[tuple[object, ...]] = []
    for (name, date), group in records.groupby(["station", "date"]):
        plan = register.day_plan(str(name), dt.date.fromisoformat(str(date)))
        if plan is not None:
            at = {
                (str(row.crew), str(row.account_no)): (
                    dt.datetime.fromisoformat(str(row.at)),
                    str(row.result),
                )
                for row in group.itertuples()
            }
            for route in plan.routes:
                rows.extend(_pairs(plan, route, at, absent_s))
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    return frame.astype({name: "float64" for name in COLUMNS if name.endswith("_s")})


def _pairs(
    plan: DayPlan,
    route: Route,
    at: dict[tuple[str, str], tuple[dt.datetime, str]],
    absent_s: float,
) -> list[tuple[object, ...]]:
    visits = {visit.visit_id: visit for visit in plan.visits}
    crew = plan.learned.crews.get(route.crew_id, 1.0)
    pairs: list[tuple[object, ...]] = []
    for number, (before, stop) in enumerate(zip(route.stops, route.stops[1:], strict=False), 1):
        visit = visits[stop.visit_id]
        first = at.get((route.crew_id, visits[before.visit_id].account_no))
        second = at.get((route.crew_id, visit.account_no))
        rested = route.rest is not None and route.rest.after == number
        if first is None or second is None or second[1] != "done" or rested or stop.waiting_s:
            continue
        interval = (second[0] - first[0]).total_seconds()
        door = plan.learned.at_door(visit.customer_kind.value, visit.area)
        full_s = plan.learned.full_s(visit.kind.value, visit.service_s, absent_s)
        if 0 < interval < _LONGEST_S:
            pairs.append(
                (
                    route.crew_id,
                    visit.area,
                    visit.customer_kind.value,
                    interval,
                    stop.travel_s / (crew * plan.learned.travel),
                    stop.service_s - visit.service_s * crew + full_s / door,
                )
            )
    return pairs


def fit(observed: pd.DataFrame, least: int) -> Learned:
    """Factors by alternating medians: service given the rides, then rides given the service.

    What then is left is the crews', and what is left of that the areas'.

    Parameters
    ----------
    observed
        As `observe` gives it.
    least
        Observations without which there is no factor.
    """
    rides = observed[observed["travel_s"] >= _SHORT_RIDE_S]
    kinds, travel = _medians(observed["interval_s"], observed["kind"], least), 1.0
    for _ in range(_ROUNDS):
        rest = observed["interval_s"] - travel * observed["travel_s"]
        kinds = _medians(rest / observed["service_s"], observed["kind"], least)
        if len(rides) >= least:
            at_door = rides["service_s"] * _by(kinds, rides["kind"])
            ratio = (rides["interval_s"] - at_door) / rides["travel_s"]
            travel = min(max(float(ratio.median()), LOWEST), HIGHEST)
    ridden = observed["travel_s"] * travel
    at_door = observed["service_s"] * _by(kinds, observed["kind"])
    crews = _medians(observed["interval_s"] / (at_door + ridden), observed["crew"], least)
    pace = _by(crews, observed["crew"])
    areas = _medians((observed["interval_s"] / pace - ridden) / at_door, observed["area"], least)
    return Learned(
        service=_calm(kinds, least, LOWEST, HIGHEST),
        travel=_calmed(travel, len(rides), least),
        crews=_calm(crews, least, CALM_LOWEST, CALM_HIGHEST),
        areas=_calm(areas, least, CALM_LOWEST, CALM_HIGHEST),
        observations=len(observed),
    )


def _by(table: pd.DataFrame, names: pd.Series[str]) -> pd.Series[float]:
    """The median of each row's name, 1 for who has none."""
    return names.map(table["median"]).fillna(1.0).astype("float64")


def _medians(ratio: pd.Series[float], groups: pd.Series[str], least: int) -> pd.DataFrame:
    """Median (within limits) and size of each group with a name that is large enough."""
    known = ratio.replace([np.inf, -np.inf], np.nan).dropna()
    table = known.groupby(groups.astype("str")).agg(["median", "size"])
    table = table[(table["size"] >= least) & (table.index != "")]
    return table.assign(median=table["median"].clip(LOWEST, HIGHEST))


def _calm(table: pd.DataFrame, least: int, lowest: float, highest: float) -> dict[str, float]:
    """Factors of the groups, drawn towards 1 and within limits."""
    groups = zip(table.index, table["median"].tolist(), table["size"].tolist(), strict=True)
    return {
        str(name): min(max(_calmed(median, size, least), lowest), highest)
        for name, median, size in groups
    }


def _calmed(factor: float, count: int, least: int) -> float:
    """A factor drawn towards 1 as if `least` observations more had said 1."""
    return round(math.exp(math.log(factor) * count / (count + least)), 3)
