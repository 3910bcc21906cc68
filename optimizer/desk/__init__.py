"""The desk: one call for each wish of a planner, chief, clerk or office, over one campaign.

It knows no terminal and no page: it answers with values and raises the errors of `errors`.
A face imports from here alone. Nothing is loaded before it is used, so that it answers at once.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from optimizer.campaign import Certificate, Replan, WhatIf
    from optimizer.campaign.baseline import Outcome
    from optimizer.checker import Violation
    from optimizer.dayplan import Difference
    from optimizer.desk.campaign import Campaign
    from optimizer.desk.days import ChangedDay
    from optimizer.desk.evening import Received, typed_finding, typed_reading
    from optimizer.desk.opened import day_of, time_of, today
    from optimizer.desk.pins import Pins, is_pinned
    from optimizer.desk.planning import PlannedCampaign, certificate_sentences
    from optimizer.desk.problems import route_file
    from optimizer.desk.sources import Imported, Placement, make_example
    from optimizer.records.coverage import Coverage
    from optimizer.records.entry import CATEGORIES
    from optimizer.records.next_cycle import FormerCycle
    from optimizer.register.agenda import MATTERS, STATES
    from optimizer.reports.period import Period
    from optimizer.routes import Figures, Fit

_ROOMS = {
    "CATEGORIES": "records.entry",
    "Campaign": "desk.campaign",
    "Certificate": "campaign",
    "ChangedDay": "desk.days",
    "Coverage": "records.coverage",
    "Difference": "dayplan",
    "Figures": "routes",
    "FormerCycle": "records.next_cycle",
    "Fit": "routes",
    "Imported": "desk.sources",
    "MATTERS": "register.agenda",
    "Outcome": "campaign.baseline",
    "Period": "reports.period",
    "Pins": "desk.pins",
    "Placement": "desk.sources",
    "PlannedCampaign": "desk.planning",
    "Received": "desk.evening",
    "Replan": "campaign",
    "STATES": "register.agenda",
    "Violation": "checker",
    "WhatIf": "campaign",
    "certificate_sentences": "desk.planning",
    "day_of": "desk.opened",
    "is_pinned": "desk.pins",
    "make_example": "desk.sources",
    "route_file": "desk.problems",
    "time_of": "desk.opened",
    "today": "desk.opened",
    "typed_finding": "desk.evening",
    "typed_reading": "desk.evening",
}

__all__ = [
    "CATEGORIES",
    "MATTERS",
    "STATES",
    "Campaign",
    "Certificate",
    "ChangedDay",
    "Coverage",
    "Difference",
    "Figures",
    "Fit",
    "FormerCycle",
    "Imported",
    "Outcome",
    "Period",
    "Pins",
    "Placement",
    "PlannedCampaign",
    "Received",
    "Replan",
    "Violation",
    "WhatIf",
    "certificate_sentences",
    "day_of",
    "is_pinned",
    "make_example",
    "route_file",
    "time_of",
    "today",
    "typed_finding",
    "typed_reading",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401  (any of the names above)
    if name not in _ROOMS:
        raise AttributeError(f"module 'optimizer.desk' has no attribute {name!r}")
    return getattr(import_module(f"optimizer.{_ROOMS[name]}"), name)
