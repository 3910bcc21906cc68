"""The campaign: a crew and a day for every customer of the county, and the account of it."""

from optimizer.campaign.certificate import Certificate, StationAccount, certificate
from optimizer.campaign.check import Breach, check_campaign
from optimizer.campaign.cluster import Cluster
from optimizer.campaign.console_tables import render, render_replan, render_what_if
from optimizer.campaign.executors import Executor, InProcess, Processes
from optimizer.campaign.planning import Campaign, plan_campaign
from optimizer.campaign.replan import Replan, StationNews, replan
from optimizer.campaign.unplanned import REASONS
from optimizer.campaign.what_if import WhatIf, what_if

__all__ = [
    "REASONS",
    "Breach",
    "Campaign",
    "Certificate",
    "Cluster",
    "Executor",
    "InProcess",
    "Processes",
    "Replan",
    "StationAccount",
    "StationNews",
    "WhatIf",
    "certificate",
    "check_campaign",
    "plan_campaign",
    "render",
    "render_replan",
    "render_what_if",
    "replan",
    "what_if",
]
