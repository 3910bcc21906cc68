"""Planning and routing of visits to every customer of a county.

The front door: a dozen names that stay. What stands behind them is loaded when it is used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from optimizer.campaign import plan_campaign
    from optimizer.campaign.certificate import certificate
    from optimizer.checker import check
    from optimizer.dayplan import plan_day
    from optimizer.folder import CampaignFolder
    from optimizer.intake import read_tables
    from optimizer.maps import write_maps
    from optimizer.records import take_records
    from optimizer.register import Register
    from optimizer.roads import read_roads
    from optimizer.routes import solve
    from optimizer.sheets import write_sheets

_ROOMS = {
    "CampaignFolder": "folder",
    "Register": "register",
    "certificate": "campaign",
    "check": "checker",
    "plan_campaign": "campaign",
    "plan_day": "dayplan",
    "read_roads": "roads",
    "read_tables": "intake",
    "solve": "routes",
    "take_records": "records",
    "write_maps": "maps",
    "write_sheets": "sheets",
}

__all__ = [
    "CampaignFolder",
    "Register",
    "certificate",
    "check",
    "plan_campaign",
    "plan_day",
    "read_roads",
    "read_tables",
    "solve",
    "take_records",
    "write_maps",
    "write_sheets",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401  (any of the names above)
    if name not in _ROOMS:
        raise AttributeError(f"module 'optimizer' has no attribute {name!r}")
    return getattr(import_module(f"optimizer.{_ROOMS[name]}"), name)
