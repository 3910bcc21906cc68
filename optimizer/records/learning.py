"""What the field's clocks say about the planner's times.

A phone stamps each record. Between two stops that follow each other on a sheet lie one ride and
one service, which the plan has in seconds; the medians of how long it really took correct both.
Medians, because lunch, chats and forgotten taps make any mean worthless.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from optimizer.model import DayPlan, Route
    from optimizer.register import Register
    from optimizer.settings import Settings

COLUMNS: Final = ("crew", "area", "kind", "interval_s", "travel_s", "service_s")
LOWEST: Final = 0.5
HIGHEST: Final = 2.0
_ROUNDS: Final = 10
_SHORT_RIDE_S: Final = 120
_LONGEST_S: Final = 3 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """Corrections of the planner's times; 1 is as planned, 1.2 takes a fifth longer.

    Only what has at least `learn_min` observations is there.

    Attributes
    ----------
    service
        By kind of customer.
    travel
        Of all rides; None with too few observations.
    crews, areas
        Of all of a crew's, or an area's, time between records, beside the above.
    observations
        How many pairs of records there were.
    """

    service: dict[str, float]
    travel: float | None
    crews: dict[str, float]
    areas: dict[str, float]
    observations: int


def learn(register: Register, settings: Settings, today: dt.date, days: int = 60) -> Learned:
    """Corrections from the sheets and records of the last days.

    Parameters
    ----------
    days
        How far back to look.
    """
    return fit(observe(register, today - dt.timedelta(days=days), today), settings.follow.learn_min)


def observe(register: Register, first: dt.date, last: dt.date) -> pd.DataFrame:
    """Time between records of neighbouring stops, one row a pair.

    Returns
    -------
    pandas.DataFrame
        crew, area, kind (of customer), interval_s (really), travel_s and service_s (planned).
    """
    records = register.ledgers.records(first, last)
    records = records[(records["at"] != "") & (records["station"] != "")]
    rows: list[tuple[object, ...]] = []
    for (station, date), group in records.groupby(["station", "date"]):
        plan = register.day_plan(str(station), dt.date.fromisoformat(str(date)))
        if plan is not None:
            at = {
                (str(row.crew), str(row.account_no)): (
                    dt.datetime.fromisoformat(str(row.at)),
                    str(row.result),
                )
                for row in group.itertuples()
            }
            for route in plan.routes:
                rows.extend(_pairs(plan, route, at))
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    return frame.astype({name: "float64" for name in COLUMNS if name.endswith("_s")})


def _pairs(
    plan: DayPlan, route: Route, at: dict[tuple[str, str], tuple[dt.datetime, str]]
) -> list[tuple[object, ...]]:
    visits = {visit.visit_id: visit for visit in plan.visits}
    pairs: list[tuple[object, ...]] = []
    for number, (before, stop) in enumerate(zip(route.stops, route.stops[1:], strict=False), 1):
        visit = visits[stop.visit_id]
        first = at.get((route.crew_id, visits[before.visit_id].account_no))
        second = at.get((route.crew_id, visit.account_no))
        rested = route.rest is not None and route.rest.after == number
        if first is None or second is None or second[1] != "done" or rested or stop.waiting_s:
            continue
        interval = (second[0] - first[0]).total_seconds()
        if 0 < interval < _LONGEST_S:
            pairs.append(
                (
                    route.crew_id,
                    visit.area,
                    visit.customer_kind.value,
                    interval,
                    stop.travel_s,
                    stop.service_s,
                )
            )
    return pairs


def fit(observed: pd.DataFrame, least: int) -> Learned:
    """Factors by alternating medians: service given the rides, then rides given the service.

    Parameters
    ----------
    observed
        As `observe` gives it.
    least
        Observations without which there is no factor.
    """
    service: dict[str, float] = {}
    travel = 1.0
    rides = observed[observed["travel_s"] >= _SHORT_RIDE_S]
    for _ in range(_ROUNDS):
        rest = observed["interval_s"] - travel * observed["travel_s"]
        service = _medians(rest / observed["service_s"], observed["kind"], least)
        if len(rides) >= least:
            at_door = rides["service_s"] * rides["kind"].map(service).fillna(1.0)
            travel = _bounded(float(((rides["interval_s"] - at_door) / rides["travel_s"]).median()))
    expected = (
        observed["service_s"] * observed["kind"].map(service).fillna(1.0)
        + observed["travel_s"] * travel
    )
    ratio = observed["interval_s"] / expected
    return Learned(
        service=service,
        travel=travel if len(rides) >= least else None,
        crews=_medians(ratio, observed["crew"], least),
        areas=_medians(ratio, observed["area"], least),
        observations=len(observed),
    )


def _medians(ratio: pd.Series[float], groups: pd.Series[str], least: int) -> dict[str, float]:
    table = (
        ratio.replace([np.inf, -np.inf], np.nan).dropna().groupby(groups).agg(["median", "size"])
    )
    enough = table[table["size"] >= least]
    return {str(name): _bounded(float(value)) for name, value in enough["median"].items() if name}


def _bounded(factor: float) -> float:
    return min(max(factor, LOWEST), HIGHEST)


def corrected(settings: Settings, learned: Learned) -> Settings:
    """The settings with the times of the field, or as they are where `follow.learn` is off."""
    if not settings.follow.learn:
        return settings
    minutes = {
        kind: round(value * learned.service.get(kind, 1.0), 2)
        for kind, value in settings.visit.service_min.items()
    }
    speed = min(settings.travel.speed_factor / (learned.travel or 1.0), 2.0)
    return settings.model_copy(
        update={
            "visit": settings.visit.model_copy(update={"service_min": minutes}),
            "travel": settings.travel.model_copy(update={"speed_factor": speed}),
        }
    )
