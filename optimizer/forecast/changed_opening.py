"""The opening of a campaign's rest under other circumstances: what if."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from optimizer.campaign.baseline import add_duty_days
from optimizer.errors import CampaignError
from optimizer.forecast.opening import read_opening
from optimizer.workdays import working_days

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence
    from pathlib import Path

    from optimizer.campaign.change import Change
    from optimizer.forecast.opening import Opening
    from optimizer.register import Register
    from optimizer.settings import Settings


def changed_opening(
    register: Register,
    settings: Settings,
    today: dt.date,
    workdays: Path | None,
    changes: Sequence[Change],
) -> Opening:
    """Where the campaign stands today, with other duty days, crews or another last day.

    Blocks stay on their days and with their stations: what more crews and days are good for is
    what waits.

    Raises
    ------
    CampaignError
        A change names a station that there is not, a day that is past, or too many crews.
    """
    for change in changes:
        if change.kind == "finish" and change.day is not None:
            if change.day < today:
                raise CampaignError("scenario.too_early", change=change, first=today)
            horizon = settings.campaign.model_copy(update={"finish": change.day})
            settings = settings.model_copy(update={"campaign": horizon})
    opening = read_opening(register, settings, today, workdays)
    for change in changes:
        if change.kind != "finish":
            opening = _with_roster(opening, change, workdays)
    return opening


def _with_roster(opening: Opening, change: Change, workdays: Path | None) -> Opening:
    """The opening with lent crews or more duty days; blocks stay with their stations."""
    row = {name: number for number, name in enumerate(opening.stations)}
    for name in filter(None, (change.station, change.giver)):
        if name not in row:
            known = ", ".join(opening.stations)
            raise CampaignError("scenario.no_station", change=change, station=name, known=known)
    on_duty, home = opening.roster.duty, opening.roster.station.copy()
    if change.kind == "duty":
        rows = home == row[change.station] if change.station else home >= 0
        first, last = (opening.dates[place].astype(object) for place in (0, -1))
        on_duty = add_duty_days(on_duty, rows, working_days(first, last, workdays), change.number)
    else:
        there = np.flatnonzero((home == row[change.giver]) & on_duty.any(axis=1))
        if change.number > len(there) or change.giver == change.station:
            facts = {"station": change.giver, "number": len(there)}
            raise CampaignError("scenario.few_crews", change=change, **facts)
        home[there[len(there) - change.number :]] = row[change.station]
    roster = replace(opening.roster, duty=on_duty, station=home)
    count = np.maximum(roster.count(len(opening.stations)), opening.blocks)
    return replace(opening, roster=roster, duty=count)
