"""Forms, cards and notes that go along with a crew, filled in as far as we know."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from optimizer.catalogue.escaping import breakable, clean
from optimizer.records.field_words import QUESTIONS
from optimizer.sheets.tool_bag import tool_bag

if TYPE_CHECKING:
    from optimizer.catalogue import Texts
    from optimizer.handouts.day_view import DayView
    from optimizer.model import Route


def form_words(texts: Texts) -> dict[str, Any]:
    """The printed words of all forms."""
    return {
        **texts.room("form"),
        "questions": [
            [texts(f"form.question_{name}"), [texts(f"form.answer_{answer}") for answer in answers]]
            for name, answers in QUESTIONS
        ],
        "pieces": [texts(f"tool.{name}") for name in ("fuse", "bulb", "rcd")],
        "note_times": [texts(f"form.note_time{number}") for number in (1, 2, 3, 4)],
    }


def crew_forms(day: DayView, route: Route) -> list[dict[str, Any]]:
    """The parts of a print job that one crew takes along besides its sheet."""
    visits = day.visits(route)
    common = _common(day, route)
    people = [
        {
            **common,
            "account": clean(visit.account_no, 20),
            "name": breakable(day.name(visit)),
            "phone": day.phone(visit),
            "address": breakable(clean(visit.address, 60)),
            "kind": day.texts(f"customer.{visit.customer_kind}"),
        }
        for visit in visits
    ]
    notes = dict(tool_bag(visits, day.settings.paper)).get("note", 0)
    return [
        {"kind": "opinion-forms", "items": people},
        {"kind": "contact-cards", "items": people},
        {"kind": "absence-notes", "items": [common] * (-(-notes // 4) * 4)},
    ]


def _common(day: DayView, route: Route) -> dict[str, str]:
    crew, station, texts = day.crew(route.crew_id), day.plan.station, day.texts
    members = "  ".join(clean(name, 20) for name in crew.members)
    date = texts.date(day.plan.date)
    return {
        "crew": members,
        "members": members,
        "crew_phone": clean(crew.phone, 20),
        "station": clean(station.name, 20),
        "station_phone": clean(station.phone, 20),
        "hotline": clean(day.settings.paper.hotline, 20),
        "date": date,
        "text": texts("form.note_text", date=date),
    }
