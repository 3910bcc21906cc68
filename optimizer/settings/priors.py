"""What a forecast takes for true of the field until records have taught better."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from optimizer.settings.section import Section

Share = Annotated[float, Field(ge=0, le=1)]


class ForecastSettings(Section):
    """What is taken for true of the field until records have taught better."""

    away_share: Share = 0.2
    """Share of households that are home only around Spring Festival."""
    home_share: Share = 0.65
    """Of the others: share of first calls at which somebody is home."""
    home_again_share: Share = 0.75
    """The same of later calls, which come at another half-day."""
    season_home_share: Share = 0.7
    """Share of calls in the season around Spring Festival at which those away are home."""
    telephone_share: Share = 0.5
    """Share of those on the telephone list who agree on an appointment."""
    refused_share: Share = 0.02
    """Share of those met who let nobody in."""
    gone_share: Share = 0.02
    """Share of first calls that find the customer moved, or the house gone."""
    checked_share: Share = 0.09
    """Findings that another visit has to check, by visits."""
    requests_share: float = Field(default=0.01, ge=0)
    """Wishes for a connection in a year, by customers."""
    lost_share: Share = 0.04
    """Share of planned crew-days that are not worked, or whose sheet never comes back."""
    lives: int = Field(default=40, ge=10)
    """The rest of the campaign is played so many times for a forecast."""
