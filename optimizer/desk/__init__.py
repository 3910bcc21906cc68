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
    from optimizer.dayplan.board import (
        SOFT,
        Absence,
        Call,
        Edit,
        Lock,
        Move,
        MoveRoute,
        Preview,
        Weather,
    )
    from optimizer.desk.boards import OpenBoard, StaleBoardError
    from optimizer.desk.campaign import Campaign
    from optimizer.desk.chosen_settings import ChosenSetting
    from optimizer.desk.county_wall import ImportPreview, RoadsPreview, Wall
    from optimizer.desk.days import ChangedDay, Outlook
    from optimizer.desk.evening import Received, typed_finding, typed_pieces, typed_reading
    from optimizer.desk.evening_sheets import CrewSheet, EveningRow
    from optimizer.desk.hand_in import HandedIn
    from optimizer.desk.kept_doors import KeptDoors
    from optimizer.desk.live_day import CrewNow
    from optimizer.desk.matter_lists import ENDING, LISTS, NAMES, Moved
    from optimizer.desk.opened import day_of, is_rehearsed, time_of, today
    from optimizer.desk.phone_links import PhoneLink, PhoneLinks
    from optimizer.desk.photographs import Photograph, PhotographName, Receipt
    from optimizer.desk.pins import Pins, is_pinned
    from optimizer.desk.planning import PlannedCampaign, certificate_sentences
    from optimizer.desk.problems import route_file
    from optimizer.desk.sign_in import OF_STATION, ROLES, People, Person
    from optimizer.desk.sources import Imported, Placement, make_example
    from optimizer.forecast import Forecast, ToldAndCame
    from optimizer.forecast.rehearsal import Rehearsal
    from optimizer.records.coverage import Coverage
    from optimizer.records.entry import CATEGORIES, Finding
    from optimizer.records.field_words import QUESTIONS, form_answers, form_opinion
    from optimizer.records.next_cycle import FormerCycle
    from optimizer.records.parsing import Reading
    from optimizer.records.typed_rows import RowTaken, TypedRow
    from optimizer.records.typed_sheets import Given
    from optimizer.register.agenda import MATTERS, STATES
    from optimizer.register.jobs_book import Job, JobsBook
    from optimizer.reports.period import Period
    from optimizer.routes import Figures, Fit

_ROOMS = {
    "QUESTIONS": "records.field_words",
    "form_answers": "records.field_words",
    "form_opinion": "records.field_words",
    "Absence": "dayplan.board",
    "CATEGORIES": "records.entry",
    "Call": "dayplan.board",
    "Campaign": "desk.campaign",
    "ChosenSetting": "desk.chosen_settings",
    "ImportPreview": "desk.county_wall",
    "RoadsPreview": "desk.county_wall",
    "Wall": "desk.county_wall",
    "Certificate": "campaign",
    "ChangedDay": "desk.days",
    "Coverage": "records.coverage",
    "CrewNow": "desk.live_day",
    "CrewSheet": "desk.evening_sheets",
    "Difference": "dayplan",
    "Edit": "dayplan.board",
    "ENDING": "desk.matter_lists",
    "EveningRow": "desk.evening_sheets",
    "Figures": "routes",
    "Finding": "records.entry",
    "FormerCycle": "records.next_cycle",
    "Fit": "routes",
    "Forecast": "forecast",
    "Given": "records.typed_sheets",
    "HandedIn": "desk.hand_in",
    "Imported": "desk.sources",
    "Job": "register.jobs_book",
    "JobsBook": "register.jobs_book",
    "KeptDoors": "desk.kept_doors",
    "LISTS": "desk.matter_lists",
    "Lock": "dayplan.board",
    "Moved": "desk.matter_lists",
    "NAMES": "desk.matter_lists",
    "MATTERS": "register.agenda",
    "Move": "dayplan.board",
    "MoveRoute": "dayplan.board",
    "OF_STATION": "desk.sign_in",
    "OpenBoard": "desk.boards",
    "Outcome": "campaign.baseline",
    "Outlook": "desk.days",
    "People": "desk.sign_in",
    "Period": "reports.period",
    "Person": "desk.sign_in",
    "PhoneLink": "desk.phone_links",
    "PhoneLinks": "desk.phone_links",
    "Photograph": "desk.photographs",
    "PhotographName": "desk.photographs",
    "Pins": "desk.pins",
    "Placement": "desk.sources",
    "PlannedCampaign": "desk.planning",
    "Preview": "dayplan.board",
    "RESULT_KEYS": "records.entry",
    "ROLES": "desk.sign_in",
    "Reading": "records.parsing",
    "Receipt": "desk.photographs",
    "Received": "desk.evening",
    "Rehearsal": "forecast.rehearsal",
    "Replan": "campaign",
    "RowTaken": "records.typed_rows",
    "SOFT": "dayplan.board",
    "STATES": "register.agenda",
    "StaleBoardError": "desk.boards",
    "ToldAndCame": "forecast",
    "TypedRow": "records.typed_rows",
    "Violation": "checker",
    "Weather": "dayplan.board",
    "WhatIf": "campaign",
    "certificate_sentences": "desk.planning",
    "day_of": "desk.opened",
    "is_pinned": "desk.pins",
    "make_example": "desk.sources",
    "route_file": "desk.problems",
    "time_of": "desk.opened",
    "is_rehearsed": "desk.opened",
    "today": "desk.opened",
    "typed_finding": "desk.evening",
    "typed_pieces": "desk.evening",
    "typed_reading": "desk.evening",
}

__all__ = [
    "CATEGORIES",
    "ENDING",
    "LISTS",
    "MATTERS",
    "NAMES",
    "OF_STATION",
    "QUESTIONS",
    "RESULT_KEYS",
    "ROLES",
    "SOFT",
    "STATES",
    "Absence",
    "Call",
    "Campaign",
    "Certificate",
    "ChangedDay",
    "ChosenSetting",
    "Coverage",
    "CrewNow",
    "CrewSheet",
    "Difference",
    "Edit",
    "EveningRow",
    "Figures",
    "Finding",
    "Fit",
    "Forecast",
    "FormerCycle",
    "Given",
    "HandedIn",
    "ImportPreview",
    "Imported",
    "Job",
    "JobsBook",
    "KeptDoors",
    "Lock",
    "Move",
    "MoveRoute",
    "Moved",
    "OpenBoard",
    "Outcome",
    "Outlook",
    "People",
    "Period",
    "Person",
    "PhoneLink",
    "PhoneLinks",
    "Photograph",
    "PhotographName",
    "Pins",
    "Placement",
    "PlannedCampaign",
    "Preview",
    "Reading",
    "Receipt",
    "Received",
    "Rehearsal",
    "Replan",
    "RoadsPreview",
    "RowTaken",
    "StaleBoardError",
    "ToldAndCame",
    "TypedRow",
    "Violation",
    "Wall",
    "Weather",
    "WhatIf",
    "certificate_sentences",
    "day_of",
    "form_answers",
    "form_opinion",
    "is_pinned",
    "is_rehearsed",
    "make_example",
    "route_file",
    "time_of",
    "today",
    "typed_finding",
    "typed_pieces",
    "typed_reading",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401  (any of the names above)
    if name not in _ROOMS:
        raise AttributeError(f"module 'optimizer.desk' has no attribute {name!r}")
    return getattr(import_module(f"optimizer.{_ROOMS[name]}"), name)
