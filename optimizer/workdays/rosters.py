"""Which crews go out on which days: weekdays, dates, turns, and leave."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

import numpy as np

from optimizer.errors import CampaignError, SettingsError
from optimizer.workdays.calendar import MONDAY
from optimizer.workdays.seasons import seasons_of_a_list

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from optimizer.settings import Settings


def parse_duty_days(text: str) -> tuple[frozenset[int], frozenset[dt.date]]:
    """Weekdays (Monday is 1) and single dates of a crew's `duty_days`, such as "1,3,5".

    Raises
    ------
    ValueError
        Naming the part that is neither a weekday nor a date.
    """
    weekdays, dates = set[int](), set[dt.date]()
    for part in filter(None, re.split(r"[\s,;，；、]+", text)):
        if part in {"1", "2", "3", "4", "5", "6", "7"}:
            weekdays.add(int(part))
        else:
            try:
                dates.add(dt.date.fromisoformat(part))
            except ValueError:
                raise SettingsError("value.duty_day", text=part) from None
    return frozenset(weekdays), frozenset(dates)


def duty(
    crews: pd.DataFrame, leave: pd.DataFrame, days: pd.DataFrame, settings: Settings
) -> NDArray[np.bool_]:
    """On which days each crew goes out.

    A crew with dates goes out on them; with weekdays, on those of them that are working days
    (a weekend day that is named counts unless it is a holiday); with nothing, every n-th working
    day (`shift.duty_every`), the crews of a station taking turns. With `follow.season_every_day`
    they go out on each working day of a season with a list, too. Nobody goes out on leave.

    Parameters
    ----------
    crews
        The register's crews. Turns are by order within the station, so pass whole stations.
    leave
        The register's leave: crew, first, last (ISO dates, both included).
    days
        As of `working_days`; any excerpt of it gives the same answer.

    Returns
    -------
    numpy.ndarray
        bool, shape (crews, days).

    Raises
    ------
    CampaignError
        A crew's duty days cannot be read.
    """
    dates = days["date"].to_numpy().astype("datetime64[D]")
    on_duty = np.zeros((len(crews), len(days)), dtype=bool)
    turns = crews.groupby("station").cumcount().to_numpy() if len(crews) else np.zeros(0, int)
    for row, (crew, text) in enumerate(zip(crews["crew"], crews["duty_days"], strict=True)):
        try:
            weekdays, single = parse_duty_days(text)
        except ValueError as error:
            raise CampaignError("crew.duty_days", crew=crew, text=text, error=error) from None
        if single or weekdays:
            on_duty[row] = _named_days(weekdays, single, days)
        else:
            on_duty[row] = _turn_days(int(turns[row]), days, settings)
    if settings.follow.season_every_day:
        for first, last in seasons_of_a_list(settings):
            inside = (dates >= np.datetime64(first)) & (dates <= np.datetime64(last))
            on_duty |= inside & days["working"].to_numpy(dtype=bool)
    _take_leave(on_duty, crews, leave, dates)
    return on_duty


def _named_days(
    weekdays: frozenset[int], single: frozenset[dt.date], days: pd.DataFrame
) -> NDArray[np.bool_]:
    weekday = days["date"].dt.day_of_week.to_numpy() + 1
    working, holiday = days["working"].to_numpy(), days["holiday"].to_numpy()
    usable = working | ((weekday >= 6) & ~holiday)
    by_date = np.isin(
        days["date"].to_numpy().astype("datetime64[D]"),
        np.array(sorted(single), dtype="datetime64[D]"),
    )
    named: NDArray[np.bool_] = (usable & np.isin(weekday, sorted(weekdays))) | by_date
    return named


def _turn_days(turn: int, days: pd.DataFrame, settings: Settings) -> NDArray[np.bool_]:
    """Every n-th working day, by counting the weekdays of all weeks.

    The count does not stop at holidays, so one date's answer needs no other date; a make-up day
    counts with the last weekday before it.
    """
    weekdays = np.array(sorted(set(settings.shift.weekdays)))
    weekday = days["date"].dt.day_of_week.to_numpy() + 1
    week = (days["date"].to_numpy().astype("datetime64[D]") - np.datetime64(MONDAY)).astype(int)
    position = np.maximum(np.searchsorted(weekdays, weekday, side="right") - 1, 0)
    count = week // 7 * len(weekdays) + position
    named = np.isin(weekday, weekdays)
    working, holiday = days["working"].to_numpy(), days["holiday"].to_numpy()
    weekend = weekday >= 6
    usable = np.where(weekend, working | (named & ~holiday), working & named)
    every = settings.shift.duty_every
    turns: NDArray[np.bool_] = usable & (count % every == turn % every)
    return turns


def _take_leave(
    on_duty: NDArray[np.bool_],
    crews: pd.DataFrame,
    leave: pd.DataFrame,
    dates: NDArray[np.datetime64],
) -> None:
    absent = {crew: row for row, crew in enumerate(crews["crew"])}
    for crew, first, last in zip(leave["crew"], leave["first"], leave["last"], strict=True):
        if crew in absent:
            away = (dates >= np.datetime64(first)) & (dates <= np.datetime64(last))
            on_duty[absent[crew], away] = False
