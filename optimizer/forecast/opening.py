"""Where the rest of a campaign begins: the calendar, duty days and queues of today, by station."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from optimizer.forecast.call_chain import APPOINTED, ASKED, MISSED, REQUEST, call_chain
from optimizer.forecast.learned_shares import RIDE_MIN, learned_shares
from optimizer.model import CustomerKind
from optimizer.workdays import duty, festival_season, working_days

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from optimizer.forecast.call_chain import Chain
    from optimizer.forecast.learned_shares import Shares
    from optimizer.register import Register
    from optimizer.settings import Settings

    Counts = NDArray[np.int64]

BEYOND: Final = dt.timedelta(days=366)
"""So long after the campaign's last day crews are taken to go on with what is left."""


@dataclass(frozen=True, slots=True)
class Opening:
    """Everything that the lives of the rest of a campaign begin with.

    Attributes
    ----------
    stations
        Ids, in the order of the last axes below.
    dates
        datetime64[D] (days,): from today on, past the campaign's end.
    horizon
        How many of them lie within the campaign.
    own, blocks, duty
        int64 (days, stations): first visits of the blocks of a day, blocks, and crews on duty.
    working, season
        bool (days,): season only where its days come within the campaign.
    due
        step, station, day (0 is today), accounts: who waits for a call, and from when.
    revisits_by
        station, day, accounts: open revisits by the day from which they can wait no more.
    listed
        int64 (steps, stations): who is on the lists of the office.
    unplanned
        By code and station: who has no block.
    visited, customers
        int64 (stations,).
    refused
        int64 (stations,): those with the office after a second refusal.
    """

    stations: tuple[str, ...]
    names: tuple[str, ...]
    dates: NDArray[np.datetime64]
    horizon: int
    own: Counts
    blocks: Counts
    duty: Counts
    working: NDArray[np.bool_]
    season: NDArray[np.bool_]
    due: pd.DataFrame
    listed: Counts
    unplanned: dict[str, Counts]
    visited: Counts
    customers: Counts
    refused: Counts
    gone: Counts
    ride_min: NDArray[np.float64]
    chain: Chain
    shares: Shares
    settings: Settings


def read_opening(
    register: Register, settings: Settings, today: dt.date, workdays: Path | None = None
) -> Opening:
    """Read where the campaign stands at the beginning of a day.

    Parameters
    ----------
    workdays
        The campaign's workdays.csv.
    """
    with register.store.reading():
        tried, waiting = register.field.tried(), register.field.waiting()
        unplanned, blocks = register.field.unplanned(), register.blocks(first=today)
        known, crews, leave = register.stations(), register.crews(), register.leave()
        kinds = tried.groupby("kind")["accounts"].sum()
        mix = {str(kind): float(n / kinds.sum()) for kind, n in kinds.items()}
        chain = call_chain(settings.follow, mix or {CustomerKind.HOUSEHOLD.value: 1.0})
        stations = tuple(known["station"].astype(str))
        shares = learned_shares(register, settings, chain, stations, today)
    finish = max(settings.campaign.finish, today)
    days = working_days(today, finish + BEYOND, workdays)
    dates = days["date"].to_numpy().astype("datetime64[D]")
    place = {name: row for row, name in enumerate(stations)}
    own, count = _calendar(blocks, place, dates)
    without = _without_block(unplanned, place)
    status = {name: _of(tried[tried["status"] == name], place) for name in set(tried["status"])}
    none = np.zeros(len(stations), dtype=np.int64)
    missed = status.get("open", none) - own.sum(axis=0) - sum(without.values(), none)
    gone = sum((status.get(name, none) for name in ("moved", "demolished", "duplicate")), none)
    begin = max(settings.campaign.start, today)
    on_duty = _on_duty(crews, leave, days, settings, place)
    on_duty[dates < np.datetime64(begin)] = 0
    return Opening(
        stations=stations,
        names=tuple(known["name"].astype(str)),
        dates=dates,
        horizon=(finish - today).days + 1,
        own=own,
        blocks=count,
        duty=np.maximum(on_duty, count),
        working=days["working"].to_numpy(dtype=bool),
        season=_season(today, finish, dates, settings),
        due=_due(chain, waiting, place, today, np.maximum(missed, 0)),
        listed=_listed(chain, waiting, place),
        unplanned=without,
        visited=status.get("visited", none),
        customers=_of(tried, place),
        refused=_of(_refused_twice(waiting), place),
        gone=gone,
        ride_min=_rides(blocks, place),
        chain=chain,
        shares=shares,
        settings=settings,
    )


def _of(frame: pd.DataFrame, place: dict[str, int]) -> Counts:
    """Accounts of a frame by station."""
    row = frame["station"].map(place)
    known = row.notna().to_numpy()
    weights = frame["accounts"].to_numpy()[known]
    return np.bincount(row[known].astype(int), weights, len(place)).astype(np.int64)


def _calendar(
    blocks: pd.DataFrame, place: dict[str, int], dates: NDArray[np.datetime64]
) -> tuple[Counts, Counts]:
    """First visits and blocks by day and station; what lies past the days is of the last."""
    own = np.zeros((len(dates), len(place)), dtype=np.int64)
    count = np.zeros_like(own)
    day = (pd.to_datetime(blocks["date"]).to_numpy().astype("datetime64[D]") - dates[0]).astype(int)
    row = blocks["station"].map(place).to_numpy(dtype=int)
    day = np.minimum(day, len(dates) - 1)
    np.add.at(own, (day, row), blocks["visits"].to_numpy())
    np.add.at(count, (day, row), 1)
    return own, count


def _without_block(unplanned: pd.DataFrame, place: dict[str, int]) -> dict[str, Counts]:
    return {str(code): _of(rows, place) for code, rows in unplanned.groupby("code")}


def _on_duty(
    crews: pd.DataFrame,
    leave: pd.DataFrame,
    days: pd.DataFrame,
    settings: Settings,
    place: dict[str, int],
) -> Counts:
    """Crews on duty by day and station."""
    out = duty(crews, leave, days, settings)
    count = np.zeros((len(days), len(place)), dtype=np.int64)
    for crew, station in enumerate(crews["station"]):
        if station in place:
            count[:, place[station]] += out[crew]
    return count


def _season(
    today: dt.date, finish: dt.date, dates: NDArray[np.datetime64], settings: Settings
) -> NDArray[np.bool_]:
    """Days around Spring Festival that still belong to the campaign."""
    inside = np.zeros(len(dates), dtype=bool)
    day = today
    while day <= finish:
        first, last = festival_season(day, settings.follow)
        if first <= finish:
            inside |= (dates >= np.datetime64(first)) & (dates <= np.datetime64(min(last, finish)))
        day = max(last, day) + dt.timedelta(days=1)
    return inside


def _rides(blocks: pd.DataFrame, place: dict[str, int]) -> NDArray[np.float64]:
    """Minutes of riding a visit, by the coming blocks."""
    sums = blocks.groupby("station")[["travel_s", "visits"]].sum().reindex(list(place))
    ride = (sums["travel_s"] / sums["visits"].clip(lower=1) / 60).fillna(RIDE_MIN)
    return ride.to_numpy(dtype=float)


def _due(
    chain: Chain, waiting: pd.DataFrame, place: dict[str, int], today: dt.date, missed: Counts
) -> pd.DataFrame:
    """Who waits for a crew's call: step, station, day, by_day (of revisits), accounts."""
    names = [step.name for step in chain.steps]
    rows = [(names.index(MISSED), station, 0, 0, int(n)) for station, n in enumerate(missed) if n]
    for task in waiting.itertuples():
        step, station = _step_of(task, names), place.get(str(task.station))
        if step is None or station is None or not chain.steps[step].calls:
            continue
        day = max(0, (dt.date.fromisoformat(str(task.not_before)) - today).days)
        by_day = day + chain.revisit_span_days
        if task.deadline:
            by_day = (dt.date.fromisoformat(str(task.deadline)) - today).days
        rows.append((step, station, day, by_day, int(str(task.accounts))))
    columns = ["step", "station", "day", "by_day", "accounts"]
    return pd.DataFrame(rows, columns=columns).astype("int64")


def _step_of(task: object, names: list[str]) -> int | None:
    """The step of the chain that a next step of the register is; None if there is none."""
    kind, listed = task.kind, task.list  # type: ignore[attr-defined]
    tries, reason = task.tries, task.reason  # type: ignore[attr-defined]
    if reason == "refused":
        name = ASKED if kind == "retry" else ""
    elif kind == "revisit":
        name = "telephoned" if listed else f"revisit/{tries}"
    elif kind in {"request", "appointment"}:
        name = {"request": REQUEST, "appointment": APPOINTED}[kind] if not listed else ""
    else:
        name = f"{listed}/{tries}"
    return names.index(name) if name in names else None


def _refused_twice(waiting: pd.DataFrame) -> pd.DataFrame:
    return waiting[(waiting["reason"] == "refused") & (waiting["kind"] == "office")]


def _listed(chain: Chain, waiting: pd.DataFrame, place: dict[str, int]) -> Counts:
    """Who is on the telephone and office lists, by step."""
    names = [step.name for step in chain.steps]
    table = np.zeros((len(names), len(place)), dtype=np.int64)
    retries = waiting[waiting["kind"].isin(["retry", "office"])]
    for task in retries.itertuples():
        step, station = _step_of(task, names), place.get(str(task.station))
        if step is not None and station is not None and not chain.steps[step].calls:
            table[step, station] += int(str(task.accounts))
    return table
