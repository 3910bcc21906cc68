"""The campaign: a crew and a day for every customer of the county, and the account of it."""

from optimizer.campaign.audit import Breach, check_campaign
from optimizer.campaign.certificate import Certificate, StationAccount, certificate
from optimizer.campaign.cluster import Cluster
from optimizer.campaign.executors import Executor, InProcess, Processes
from optimizer.campaign.plan import Campaign, plan_campaign
from optimizer.campaign.reasons import REASONS
from optimizer.campaign.rendering import render, render_replan, render_what_if
from optimizer.campaign.replan import Replan, StationNews, replan
from optimizer.campaign.scenario import WhatIf, what_if

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
