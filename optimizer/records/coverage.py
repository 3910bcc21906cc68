"""How far the campaign is, honestly: every account in one state, every figure with its list."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from optimizer.catalogue import Message
from optimizer.errors import RecordError
from optimizer.register.agenda import MATTERS, STATES
from optimizer.settings import FollowSettings
from optimizer.workdays import working_days

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from optimizer.register import Register

LISTS: Final = (*STATES, "overdue_areas", "conflicts", *MATTERS, "waiting_long")
"""What `account_list` can list."""

_USUAL: Final = FollowSettings()
_TOWN = re.compile(r"(?:^|市|县)([^市县]{2,8}?(?:街道|镇|乡|开发区))")
_PACE_DAYS: Final = 20
_AGES: Final = ((7, "0-7"), (30, "8-30"), (60, "31-60"), (10**6, "61-"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """The state of the campaign on one day.

    Attributes
    ----------
    accounts
        All accounts of the register; the sum of `states`.
    states
        Accounts by state, with all of `STATES`.
    stations, areas
        The same by station and by transformer area: a column a state, and `accounts`.
    counts
        Open matters by name: overdue, overdue_areas, conflicts, near_limit, open_findings and
        the lists.
    ages
        Open findings by the days since they were found.
    pace
        Accounts visited a working day, of the last twenty; NaN where nobody was visited.
    waiting_long
        Accounts that have been due for sixty days and on no sheet since.
    """

    today: dt.date
    accounts: int
    states: dict[str, int]
    stations: pd.DataFrame
    areas: pd.DataFrame
    counts: dict[str, int]
    ages: dict[str, int]
    pace: float
    waiting_long: int = 0


def coverage(
    register: Register,
    today: dt.date,
    workdays: Path | None = None,
    rules: FollowSettings = _USUAL,
) -> Coverage:
    """Count every account of the register once.

    Parameters
    ----------
    workdays
        The campaign's workdays.csv, for the pace.
    rules
        When an area finding is overdue.
    """
    with register.store.reading():
        grouped = register.agenda.states()
        days = register.agenda.visited_by_day()
        counts = register.agenda.counts(today.isoformat(), _areas_since(today, rules))
        found = register.agenda.found_by_day()
        waiting = len(register.agenda.waiting_long(today.isoformat()))
    totals = grouped.groupby("state")["accounts"].sum()
    states = {state: int(totals.get(state, 0)) for state in STATES}
    return Coverage(
        today=today,
        accounts=int(grouped["accounts"].sum()),
        states=states,
        stations=_by(grouped, ["station"]),
        areas=_by(grouped, ["station", "area"]),
        counts=counts,
        ages=_ages(found, today),
        pace=_pace(days, today, workdays),
        waiting_long=waiting,
    )


def coverage_by_town(register: Register) -> pd.DataFrame:
    """Accounts by town, as their addresses name it: town, a column a state, accounts."""
    frame = register.agenda.accounts()
    names = {text: _town(text) for text in frame["address"].unique()}
    frame["town"] = frame["address"].map(names)
    counted = frame.groupby(["town", "state"]).size().rename("accounts").reset_index()
    return _by(counted, ["town"])


def account_list(
    register: Register,
    what: str,
    today: dt.date,
    station: str | None = None,
    rules: FollowSettings = _USUAL,
    *,
    area: str | None = None,
    town: str | None = None,
) -> pd.DataFrame:
    """The accounts behind a figure, of the whole county or of a station, area or town.

    Parameters
    ----------
    what
        One of `LISTS`: a state, overdue (revisits), overdue_areas (area findings), open_findings,
        near_limit (requests), conflicts, waiting_long (due for sixty days and on no sheet since),
        or the season, evening, telephone and office lists.
    rules
        When an area finding is overdue.

    Raises
    ------
    RecordError
        `what` is another word.
    """
    agenda = register.agenda
    if what in STATES:
        rows = agenda.accounts_in(what, station)
    elif what in MATTERS:
        rows = agenda.matters(what, today.isoformat(), station)
    elif what == "waiting_long":
        rows = agenda.waiting_long(today.isoformat(), station)
    elif what == "conflicts":
        rows = agenda.contradicted(station)
    elif what == "overdue_areas":
        rows = agenda.waiting_areas(_areas_since(today, rules), station)
    else:
        known = [Message(f"status.{name}") for name in LISTS]
        raise RecordError("record.no_list", what=what, known=known)
    if area is not None:
        rows = rows[rows["area"] == area]
    return rows if town is None else rows[_in_town(register, rows, town)]


def _in_town(register: Register, rows: pd.DataFrame, town: str) -> pd.Series[bool]:
    """Which rows are of a town: by the account's address, area findings by any of its area's."""
    accounts = register.agenda.accounts()
    there = accounts[accounts["address"].map(_town) == town]
    key = "account_no" if "account_no" in rows else "area"
    return rows[key].isin(there[key])


def _areas_since(today: dt.date, rules: FollowSettings) -> str:
    return (today - dt.timedelta(days=rules.area_step_days)).isoformat()


def _by(grouped: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    table = grouped.pivot_table(
        index=keys, columns="state", values="accounts", aggfunc="sum", fill_value=0
    ).reindex(columns=list(STATES), fill_value=0)
    table["accounts"] = table.sum(axis=1)
    table.columns.name = None
    return table.reset_index()


def _town(address: str) -> str:
    found = _TOWN.search(address)
    return found[1] if found else ""


def _ages(found: dict[str, int], today: dt.date) -> dict[str, int]:
    result = dict.fromkeys((name for _, name in _AGES), 0)
    for day, count in found.items():
        age = (today - dt.date.fromisoformat(day)).days
        result[next(name for upper, name in _AGES if age <= upper)] += count
    return result


def _pace(days: dict[str, int], today: dt.date, override: Path | None) -> float:
    """Accounts a working day, of the last since the campaign went out."""
    before = {day: count for day, count in days.items() if day <= today.isoformat()}
    if not before:
        return np.nan
    first = max(dt.date.fromisoformat(min(before)), today - dt.timedelta(days=60))
    calendar = working_days(first, today, override)
    worked = [day.date().isoformat() for day in calendar.loc[calendar["working"], "date"]]
    counts = [before.get(day, 0) for day in worked[-_PACE_DAYS:]]
    return float(np.mean(counts)) if any(counts) else np.nan
