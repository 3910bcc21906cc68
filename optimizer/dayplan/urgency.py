"""Whether a station should send anybody out on a day for which it has no block."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimizer.dayplan.day import candidates, crews_on_duty
from optimizer.dayplan.held_doors import held_back
from optimizer.dayplan.pulse import read_pulse
from optimizer.dayplan.turns import enough_waits

if TYPE_CHECKING:
    import datetime as dt

    from optimizer.context import CampaignContext


def must_go_out(
    context: CampaignContext, station: str, date: dt.date, today: dt.date | None = None
) -> bool:
    """Whether something cannot wait, or so much waits that a crew on duty should go out for it."""
    crews = crews_on_duty(context, station, date)
    rows = [row for row in candidates(context, station, date) if not np.isnan(row["lon"])]
    held = held_back(context, station, date, rows, crews, today=today)
    free = [row for row in rows if row["visit_id"] not in held]
    if any(row["mandatory"] for row in free):
        return True
    if not crews:
        return False
    pulse, day = read_pulse(context, station, date), date.isoformat()
    least = min(pulse.least_waiting(row["crew"], day, context.settings) for row in crews)
    return enough_waits(free, day, context.settings, least)
