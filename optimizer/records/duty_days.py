"""When crews of a station are on duty, and whom to ask where none is."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np

from optimizer.workdays import duty, working_days

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.register import Register
    from optimizer.settings import Settings

_ONE_DAY = dt.timedelta(days=1)
_AHEAD = 20


def next_day_out(
    register: Register,
    settings: Settings,
    station: str,
    date: dt.date,
    workdays: Path | None = None,
) -> dt.date:
    """The next day after another on which a crew is on duty; without one soon, a working day.

    Parameters
    ----------
    workdays
        The campaign's workdays.csv.
    """
    days = working_days(date + _ONE_DAY, date + _AHEAD * _ONE_DAY, workdays)
    on_duty = duty(register.crews(station), register.leave(), days, settings)
    out = np.asarray(on_duty.any(axis=0), dtype=bool)
    if not out.any():
        out = days["working"].to_numpy(dtype=bool)
    first = days["date"][out]
    return first.iloc[0].date() if len(first) else date + _ONE_DAY


def days_held(date: dt.date, settings: Settings, workdays: Path | None = None) -> dt.date:
    """The earliest day whose sheets still hold their doors when another is planned.

    Working days are counted: while everybody is off, nobody types a sheet in.
    """
    held = settings.day.hold_days
    days = working_days(date - (2 * held + _AHEAD) * _ONE_DAY, date - _ONE_DAY, workdays)
    worked = days["date"][days["working"]]
    return worked.iloc[-held].date() if 0 < held <= len(worked) else date


def on_duty_by(
    register: Register,
    settings: Settings,
    station: str,
    days: tuple[dt.date, dt.date],
    workdays: Path | None = None,
) -> bool:
    """Whether any crew of a station is on duty on one of some days, first and last included."""
    calendar = working_days(*days, workdays)
    return bool(duty(register.crews(station), register.leave(), calendar, settings).any())


def crew_to_send(register: Register, station: str, date: dt.date) -> str | None:
    """The crew to ask where none is on duty: of those not on leave, who was out longest ago."""
    day = date.isoformat()
    leave = register.leave()
    away = set(leave.loc[(leave["first"] <= day) & (day <= leave["last"]), "crew"])
    last_out = register.sheets.last_days_out(station, date)
    free = [str(crew) for crew in register.crews(station)["crew"] if crew not in away]
    return min(free, key=lambda crew: (last_out.get(crew, ""), crew), default=None)
