"""On which days of the season around Spring Festival its list is called on.

Who works elsewhere comes home for the festival: the nearer a day lies to it, the surer somebody
opens. So the list waits for as long as the crews on duty can call on all of it on better days.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from optimizer.records.duty_days import days_held
from optimizer.workdays import duty, festival_season, working_days

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Hashable, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from optimizer.register import Register
    from optimizer.settings import FollowSettings, Settings

ROOM: Final = 1.2
"""What a crew-day of the list is relied on for, by the most visits of a block: where nobody opens
the call is short."""


def days_to_festival(day: dt.date, rules: FollowSettings) -> int:
    """Days from a day of a season to the festival; 0 where a season's days are fixed."""
    if rules.season_first and rules.season_last:
        return 0
    first, _ = festival_season(day, rules)
    return rules.season_before_days - (day - first).days


def far_from_festival(day: dt.date, rules: FollowSettings) -> float:
    """How far a day of a season is from the festival, 0, as a share of the way to its end, 1."""
    first, last = festival_season(day, rules)
    left = days_to_festival(day, rules)
    whole = days_to_festival(first, rules) if left > 0 else days_to_festival(last, rules)
    return abs(left) / max(1, abs(whole))


def still_at_home(
    dates: NDArray[np.datetime64], rules: FollowSettings, at_its_end: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Of those who are home for the festival, how many are on each day: from half the way on fewer.

    Parameters
    ----------
    at_its_end
        float64 (lives,): how many are when a season ends, and when it begins.

    Returns
    -------
    numpy.ndarray
        float64 (days, lives): 1 outside a season, and where its days are fixed.
    """
    late = np.zeros(len(dates))
    days: list[dt.date] = dates.tolist()
    for row, day in enumerate(days):
        if day >= festival_season(day, rules)[0]:
            late[row] = max(0.0, far_from_festival(day, rules) - 0.5) / 0.5
    share: NDArray[np.float64] = 1 - late[:, None] * (1 - at_its_end)
    return share


def room_on_better_days(
    dates: NDArray[np.datetime64], out: NDArray[np.int64], settings: Settings
) -> NDArray[np.int64]:
    """How many visits can be made later in the season of a day, on days nearer to the festival.

    Parameters
    ----------
    dates
        datetime64[D] (days,): ascending.
    out
        int64 (days, stations): crew-days of the campaign.
    """
    room = np.zeros_like(out)
    days: list[dt.date] = dates.tolist()
    visits = ROOM * settings.blocks.max_visits
    for row, day in enumerate(days):
        first, last = festival_season(day, settings.follow)
        if day < first:
            continue
        far = far_from_festival(day, settings.follow)
        better = [
            later
            for later in range(row + 1, min(len(days), row + 1 + (last - day).days))
            if far_from_festival(days[later], settings.follow) < far
        ]
        room[row] = (visits * out[better].sum(axis=0)).astype(np.int64)
    return room


def called_in_season(
    tasks: Sequence[Mapping[Hashable, Any]],
    register: Register,
    settings: Settings,
    station: str,
    date: dt.date,
    *,
    workdays: Path | None = None,
) -> set[str]:
    """Accounts that the season's list of a station has for a day: all once, and only then again.

    A door on a sheet that is out is being called on: a late sheet does not keep all others waiting
    until the season is over. So many wait as the crews on duty can call on on days nearer to the
    festival. Who was missed
    most often has the surest days: he comes last while days get better and first when they get
    worse; among equals neighbours come together.

    Parameters
    ----------
    tasks
        Next steps of the station's customers, as `Agenda.tasks` has them.
    """
    first, last = festival_season(date, settings.follow)
    listed = [row for row in tasks if row["list"] == "season"]
    if first > date or not listed:
        return set()
    out = register.sheets.doors_out(date, days_held(date, settings, workdays))
    on_sheets = set(out["account_no"])
    begun = first.isoformat()
    uncalled = {row["account_no"] for row in listed if row["not_before"] <= begun} - on_sheets
    again = not any(row["account_no"] in uncalled and not math.isnan(row["lon"]) for row in listed)
    better = 1 if days_to_festival(date, settings.follow) > 0 else -1
    turn = [
        (better * int(row["tries"]), str(row["area"]), str(row["account_no"]))
        for row in listed
        if row["account_no"] not in on_sheets and (again or row["not_before"] <= begun)
    ]
    days = working_days(date, min(last, max(date, settings.campaign.finish)), workdays)
    duties = duty(register.crews(station), register.leave(), days, settings).sum(axis=0)
    dates = days["date"].to_numpy().astype("datetime64[D]")
    room = room_on_better_days(dates, duties.astype(np.int64)[:, None], settings)
    printed = register.sheets.accounts(station, date)
    first_of = max(0, len(turn) - int(room[0, 0]))
    chosen = {account for *_, account in sorted(turn)[:first_of]}
    return chosen | {account for *_, account in turn if account in printed}
