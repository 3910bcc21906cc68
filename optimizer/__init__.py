"""Planning and routing of visits to every customer of a county.

The front door: nouns and verbs that stay. What stands behind them is loaded when it is used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from optimizer.campaign import CampaignPlan, Certificate, check_campaign, plan_campaign
    from optimizer.campaign.campaign_account import certificate
    from optimizer.checker import Violation, check
    from optimizer.context import CampaignContext
    from optimizer.dayplan import plan_day
    from optimizer.desk import Campaign, make_example
    from optimizer.errors import ZoufangError
    from optimizer.intake import read_tables
    from optimizer.maps import write_maps
    from optimizer.model import (
        Crew,
        CrewDay,
        DayPlan,
        LonLat,
        Lunch,
        Problem,
        Route,
        Station,
        Stop,
        TimeWindow,
        Unassigned,
        Visit,
        VisitKind,
    )
    from optimizer.records import take_records
    from optimizer.register import Register
    from optimizer.roads import Roads, read_roads
    from optimizer.routes import Figures, Fit, Params, Solution, figures, solve, where_fits
    from optimizer.search.stopping import StopAfter
    from optimizer.settings import Settings, load_settings
    from optimizer.sheets import write_sheets
    from optimizer.travel import Travel
    from optimizer.vroom_json import route_json

_ROOMS = {
    "Campaign": "desk",
    "CampaignContext": "context",
    "CampaignPlan": "campaign",
    "Certificate": "campaign",
    "Crew": "model",
    "CrewDay": "model",
    "DayPlan": "model",
    "Figures": "routes",
    "Fit": "routes",
    "LonLat": "model",
    "Lunch": "model",
    "Params": "routes",
    "Problem": "model",
    "Register": "register",
    "Roads": "roads",
    "Route": "model",
    "Settings": "settings",
    "Solution": "routes",
    "Station": "model",
    "Stop": "model",
    "StopAfter": "search.stopping",
    "TimeWindow": "model",
    "Travel": "travel",
    "Unassigned": "model",
    "Violation": "checker",
    "Visit": "model",
    "VisitKind": "model",
    "ZoufangError": "errors",
    "certificate": "campaign",
    "check": "checker",
    "check_campaign": "campaign",
    "figures": "routes",
    "load_settings": "settings",
    "make_example": "desk",
    "plan_campaign": "campaign",
    "plan_day": "dayplan",
    "read_roads": "roads",
    "read_tables": "intake",
    "route_json": "vroom_json",
    "solve": "routes",
    "take_records": "records",
    "where_fits": "routes",
    "write_maps": "maps",
    "write_sheets": "sheets",
}

__all__ = [
    "Campaign",
    "CampaignContext",
    "CampaignPlan",
    "Certificate",
    "Crew",
    "CrewDay",
    "DayPlan",
    "Figures",
    "Fit",
    "LonLat",
    "Lunch",
    "Params",
    "Problem",
    "Register",
    "Roads",
    "Route",
    "Settings",
    "Solution",
    "Station",
    "Stop",
    "StopAfter",
    "TimeWindow",
    "Travel",
    "Unassigned",
    "Violation",
    "Visit",
    "VisitKind",
    "ZoufangError",
    "__version__",
    "certificate",
    "check",
    "check_campaign",
    "figures",
    "load_settings",
    "make_example",
    "plan_campaign",
    "plan_day",
    "read_roads",
    "read_tables",
    "route_json",
    "solve",
    "take_records",
    "where_fits",
    "write_maps",
    "write_sheets",
]

__version__: str


def __getattr__(name: str) -> Any:  # noqa: ANN401  (any of the names above)
    if name == "__version__":
        return import_module("importlib.metadata").version("zoufang")
    if name not in _ROOMS:
        raise AttributeError(f"module 'optimizer' has no attribute {name!r}")
    return getattr(import_module(f"optimizer.{_ROOMS[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
