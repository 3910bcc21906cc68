"""campaign.toml, typed: every setting has a default, a unit and a sentence."""

from optimizer.settings.file import load_settings, read_settings, settings_toml, with_values
from optimizer.settings.priors import ForecastSettings
from optimizer.settings.sections import (
    BlockSettings,
    CampaignSettings,
    DaySettings,
    FollowSettings,
    PaperSettings,
    PhoneSettings,
    ServeSettings,
    Settings,
    ShiftSettings,
    TerritorySettings,
    TravelSettings,
    VisitSettings,
)
from optimizer.settings.values import clock, clock_text, setting_text, windows

__all__ = [
    "BlockSettings",
    "CampaignSettings",
    "DaySettings",
    "FollowSettings",
    "ForecastSettings",
    "PaperSettings",
    "PhoneSettings",
    "ServeSettings",
    "Settings",
    "ShiftSettings",
    "TerritorySettings",
    "TravelSettings",
    "VisitSettings",
    "clock",
    "clock_text",
    "load_settings",
    "read_settings",
    "setting_text",
    "settings_toml",
    "windows",
    "with_values",
]
