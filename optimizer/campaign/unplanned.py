"""Why a customer has no day of the campaign, and what can be or will be done about it.

The catalogue says each code: in its room unplanned the reasons, in follow_up the next steps.
"""

from __future__ import annotations

from typing import Final

from optimizer.register import campaign_calendar

REASONS: Final = (
    "no_territory",
    "no_station",
    "no_crew",
    "no_location",
    "unreachable",
    "no_skilled_crew",
    "too_long",
    "not_in_time",
    "no_duty_days",
    "horizon_full",
)
"""Codes of reasons."""

LACK_OF_TIME: Final = campaign_calendar.LACK_OF_TIME
"""Reasons that more time or more crews would end."""

NEXT_STEPS: Final = ("nobody_home", "conflict", "refused")
"""Codes of what happens to customers who were tried and still need something."""
