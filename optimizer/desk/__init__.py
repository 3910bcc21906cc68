"""The desk: one call for each wish of a planner, chief, clerk or office, over one campaign.

It knows no terminal and no page: it answers with values and raises the errors of `errors`.
Nothing is loaded before it is used, so that a face answers at once.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from optimizer.desk.campaign import Campaign
from optimizer.desk.days import ChangedDay
from optimizer.desk.evening import Received, typed_finding, typed_reading
from optimizer.desk.opened import day_of, time_of, today
from optimizer.desk.pins import Pins, is_pinned
from optimizer.desk.planning import (
    Imported,
    Placement,
    PlannedCampaign,
    certificate_sentences,
    make_example,
)
from optimizer.desk.problems import route_file

if TYPE_CHECKING:
    from optimizer.records import CATEGORIES, Coverage
    from optimizer.register.agenda import MATTERS, STATES
    from optimizer.reports import Period

_LAZY = {
    "CATEGORIES": "records.entry",
    "Coverage": "records.coverage",
    "MATTERS": "register.agenda",
    "Period": "reports.period",
    "STATES": "register.agenda",
}

__all__ = [
    "CATEGORIES",
    "MATTERS",
    "STATES",
    "Campaign",
    "ChangedDay",
    "Coverage",
    "Imported",
    "Period",
    "Pins",
    "Placement",
    "PlannedCampaign",
    "Received",
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
    if name not in _LAZY:
        raise AttributeError(f"module 'optimizer.desk' has no attribute {name!r}")
    return getattr(import_module(f"optimizer.{_LAZY[name]}"), name)
