"""What is to be expected of the rest of a campaign: one answer for all who ask.

The rest is played many times, day by day (`lives`), from what the register holds today (`opening`),
by the register's own rules (`call_chain`, `records.crews_out`) and by what records have taught of
the field (`learned_shares`). `forecast` is the middle of these lives and their range.
"""

from optimizer.forecast.county_forecast import (
    REASONS,
    DayRange,
    Forecast,
    MonthProspect,
    Prospect,
    Range,
    forecast,
)
from optimizer.forecast.forecast_sentences import forecast_sentences
from optimizer.forecast.kept_answers import ToldAndCame, is_kept, keep, told_and_came

__all__ = [
    "REASONS",
    "DayRange",
    "Forecast",
    "MonthProspect",
    "Prospect",
    "Range",
    "ToldAndCame",
    "forecast",
    "forecast_sentences",
    "is_kept",
    "keep",
    "told_and_came",
]
