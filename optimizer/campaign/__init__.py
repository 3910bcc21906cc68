"""The campaign: a crew and a day for every customer of the county, and the account of it."""

from optimizer.campaign.certificate import Certificate, StationAccount, certificate
from optimizer.campaign.check import Violation, check_campaign
from optimizer.campaign.cluster import Cluster
from optimizer.campaign.executors import Executor, InProcess, Processes
from optimizer.campaign.model import CampaignPlan
from optimizer.campaign.planning import plan_campaign
from optimizer.campaign.replan import Replan, StationChanges, replan
from optimizer.campaign.unplanned import REASONS
from optimizer.campaign.what_if import WhatIf, what_if

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
