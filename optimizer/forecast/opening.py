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
from optimizer.register.campaign_calendar import LACK_OF_TIME
from optimizer.register.imports import STATUSES
from optimizer.workdays import duty, festival_seasons, working_days

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
class Roster:
    """Crews on duty: bool (crews, days) and the row of each crew's station (-1 for none)."""

    duty: NDArray[np.bool_]
    station: Counts

    def count(self, stations: int) -> Counts:
        """Crews on duty by day and station."""
        count = np.zeros((self.duty.shape[1], stations), dtype=np.int64)
        for crew, station in enumerate(self.station):
            if station >= 0:
                count[:, station] += self.duty[crew]
        return count


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
    roster
        Which crews are on duty when, for asking what others would do.
    working, season
        bool (days,): season only where its days come within the campaign.
    due
        step, station, day (0 is today), accounts: who waits for a call, and from when.
    revisits_by
        station, day, accounts: open revisits by the day from which they can wait no more.
    listed
        int64 (steps, stations): who is on the lists of the office.
    unplanned
        By code and station: who has no block, for another reason than lack of time.
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
    roster: Roster
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
        tried, waiting = register.field.tried(), register.field.waiting(today.isoformat())
        unplanned, blocks = register.field.unplanned(), register.blocks(first=today)
        known, crews, leave = register.stations(), register.crews(), register.leave()
        chain = call_chain(settings.follow, _kinds(register))
        stations = tuple(known["station"].astype(str))
        shares = learned_shares(register, settings, chain, today, tried)
    finish = max(settings.campaign.finish, today)
    days = working_days(today, finish + BEYOND, workdays)
    dates = days["date"].to_numpy().astype("datetime64[D]")
    place = {name: row for row, name in enumerate(stations)}
    own, count = _calendar(blocks, place, dates)
    without = _without_block(unplanned, place)
    status = _by_status(tried, place)
    missed = status["open"] - own.sum(axis=0) - sum(without.values(), np.zeros_like(status["open"]))
    steps = _steps(chain, waiting, place)
    out = duty(crews, leave, days, settings)
    out[:, dates < np.datetime64(settings.campaign.start)] = False
    home = np.array([place.get(name, -1) for name in crews["station"]], dtype=np.int64)
    roster = Roster(out, home)
    return Opening(
        stations=stations,
        names=tuple(known["name"].astype(str)),
        dates=dates,
        horizon=(finish - today).days + 1,
        own=own,
        blocks=count,
        duty=np.maximum(roster.count(len(stations)), count),
        roster=roster,
        working=days["working"].to_numpy(dtype=bool),
        season=_season(today, finish, dates, settings),
        due=_due(chain, steps, today, np.maximum(missed, 0)),
        listed=_listed(chain, steps, len(stations)),
        unplanned=without,
        visited=status["visited"],
        customers=_of(tried, place),
        refused=_of(_refused_twice(waiting), place),
        gone=status["moved"] + status["demolished"] + status["duplicate"],
        ride_min=_rides(blocks, place),
        chain=chain,
        shares=shares,
        settings=settings,
    )


def _kinds(register: Register) -> dict[str, float]:
    """Share of each kind of customer."""
    kinds = register.field.kinds() or {CustomerKind.HOUSEHOLD.value: 1}
    return {kind: number / sum(kinds.values()) for kind, number in kinds.items()}


def _by_status(tried: pd.DataFrame, place: dict[str, int]) -> dict[str, Counts]:
    """Accounts by status and station."""
    return {name: _of(tried[tried["status"] == name], place) for name in STATUSES}


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
    """Who has no block, by code; who only lacks time waits to be called on when there is some."""
    return {
        str(code): _of(rows, place)
        for code, rows in unplanned.groupby("code")
        if code not in LACK_OF_TIME
    }


def _season(
    today: dt.date, finish: dt.date, dates: NDArray[np.datetime64], settings: Settings
) -> NDArray[np.bool_]:
    """Days around Spring Festival that still belong to the campaign."""
    inside = np.zeros(len(dates), dtype=bool)
    for first, last in festival_seasons(today, finish, settings.follow):
        inside |= (dates >= np.datetime64(first)) & (dates <= np.datetime64(min(last, finish)))
    return inside


def _rides(blocks: pd.DataFrame, place: dict[str, int]) -> NDArray[np.float64]:
    """Minutes of riding a visit, by the coming blocks."""
    sums = blocks.groupby("station")[["travel_s", "visits"]].sum().reindex(list(place))
    ride = (sums["travel_s"] / sums["visits"].clip(lower=1) / 60).fillna(RIDE_MIN)
    return ride.to_numpy(dtype=float)


def _steps(chain: Chain, waiting: pd.DataFrame, place: dict[str, int]) -> pd.DataFrame:
    """The next steps of known stations that are steps of the chain, with columns step, row."""
    names = [step.name for step in chain.steps]
    keys = ["kind", "list", "tries", "reason"]
    kinds = waiting[keys].drop_duplicates()
    kinds["step"] = [_step_of(names, *key) for key in kinds.itertuples(index=False)]
    steps = waiting.merge(kinds, on=keys).assign(row=waiting["station"].map(place).fillna(-1))
    return steps[(steps["step"] >= 0) & (steps["row"] >= 0)].astype(
        {"row": "int64", "step": "int64"}
    )


def _step_of(names: list[str], kind: str, listed: str, tries: int, reason: str) -> int:
    """The step of the chain that a next step of the register is; -1 if there is none."""
    if reason == "refused":
        name = ASKED if kind == "retry" else ""
    elif kind == "revisit":
        name = "" if listed else f"revisit/{tries}"
    elif kind in {"request", "appointment"}:
        name = {"request": REQUEST, "appointment": APPOINTED}[kind] if not listed else ""
    else:
        name = f"{listed}/{tries}"
    return names.index(name) if name in names else -1


def _due(chain: Chain, steps: pd.DataFrame, today: dt.date, missed: Counts) -> pd.DataFrame:
    """Who waits for a crew's call: step, station, day, by_day (of revisits), accounts."""
    calls = steps[np.array([step.calls for step in chain.steps])[steps["step"]]]
    day = _days_from(today, calls["not_before"])
    last = day + chain.revisit_span_days
    by_day = np.where(calls["deadline"] != "", _days_from(today, calls["deadline"]), last)
    row = chain.row(MISSED)
    late = [(row, station, 0, 0, number) for station, number in enumerate(missed) if number]
    columns = ["step", "station", "day", "by_day", "accounts"]
    figures = (calls["step"], calls["row"], day, by_day, calls["accounts"])
    known = pd.DataFrame(dict(zip(columns, figures, strict=True)))
    both = pd.concat([pd.DataFrame(late, columns=columns), known]).astype("int64")
    return both.groupby(columns[:-1]).sum().reset_index()


def _days_from(today: dt.date, dates: pd.Series[str]) -> Counts:
    """Days from today to some dates, 0 for those that are past or none."""
    days = pd.to_datetime(dates.where(dates != "", today.isoformat())).to_numpy()
    return np.maximum((days.astype("datetime64[D]") - np.datetime64(today)).astype(np.int64), 0)


def _refused_twice(waiting: pd.DataFrame) -> pd.DataFrame:
    return waiting[(waiting["reason"] == "refused") & (waiting["kind"] == "office")]


def _listed(chain: Chain, steps: pd.DataFrame, stations: int) -> Counts:
    """Who is on the telephone and office lists, by step."""
    table = np.zeros((len(chain.steps), stations), dtype=np.int64)
    np.add.at(table, (steps["step"].to_numpy(), steps["row"].to_numpy()), steps["accounts"])
    table[chain.where("calls")] = 0
    return table
