"""The campaign: a crew and a day for every customer of the county, and the account of it.

Nothing is loaded before it is used: worker processes need little of it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from optimizer.campaign.campaign_account import Certificate, StationAccount, certificate
    from optimizer.campaign.check import Violation, check_campaign
    from optimizer.campaign.cluster import Cluster
    from optimizer.campaign.executors import Executor, InProcess, Processes
    from optimizer.campaign.model import CampaignPlan
    from optimizer.campaign.planning import plan_campaign
    from optimizer.campaign.replanning import Replan, StationChanges, replan
    from optimizer.campaign.unplanned import REASONS
    from optimizer.campaign.what_if_answers import WhatIf, what_if

__all__ = [
    "REASONS",
    "CampaignPlan",
    "Certificate",
    "Cluster",
    "Executor",
    "InProcess",
    "Processes",
    "Replan",
    "StationAccount",
    "StationChanges",
    "Violation",
    "WhatIf",
    "certificate",
    "check_campaign",
    "plan_campaign",
    "replan",
    "what_if",
]

_MODULES = {
    "REASONS": "unplanned",
    "CampaignPlan": "model",
    "Certificate": "campaign_account",
    "Cluster": "cluster",
    "Executor": "executors",
    "InProcess": "executors",
    "Processes": "executors",
    "Replan": "replanning",
    "StationAccount": "campaign_account",
    "StationChanges": "replanning",
    "Violation": "check",
    "WhatIf": "what_if_answers",
    "certificate": "campaign_account",
    "check_campaign": "check",
    "plan_campaign": "planning",
    "replan": "replanning",
    "what_if": "what_if_answers",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401  (any of the names above)
    if name not in _MODULES:
        raise AttributeError(f"module 'optimizer.campaign' has no attribute {name!r}")
    return getattr(import_module(f"optimizer.campaign.{_MODULES[name]}"), name)
