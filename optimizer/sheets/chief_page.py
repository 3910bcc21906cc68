"""The station's day on one page: who goes where, when they are back, who was left out and why."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from optimizer.catalogue.escaping import breakable, clean
from optimizer.drawing.labels import em_width
from optimizer.drawing.route_map import draw_routes
from optimizer.handouts.villages import villages
from optimizer.model import VisitKind
from optimizer.settings import clock_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.handouts.day_view import DayView
    from optimizer.model import Route, Unassigned, Visit

PAGE_MM = 276.0
BETWEEN_MM = 46.0
"""Head, headings and a margin for lines that turn out longer than reckoned."""
MOST_MAP_MM = 150.0
"""A higher map would show no more."""
MOST_NAMES = 8


def chief_page(day: DayView) -> dict[str, Any]:
    """The part of a print job that its chief keeps."""
    plan, texts = day.plan, day.texts
    left = _left_out(day)
    visits = sum(len(route.stops) for route in plan.routes)
    crews = [_crew(day, route) for route in plan.routes]
    taken_mm = sum(map(_crew_mm, crews)) + sum(map(_group_mm, left)) + BETWEEN_MM
    map_mm = min(MOST_MAP_MM, PAGE_MM - taken_mm)
    return {
        "kind": "chief",
        "title": texts(
            "chief.title",
            campaign=clean(day.settings.campaign.name, 20),
            county=clean(day.settings.campaign.county, 20),
        ),
        "note": clean(day.settings.campaign.note, 160),
        "headline": clean(plan.station.name, 30),
        "subline": "  ·  ".join(
            [
                texts.date(plan.date),
                texts("chief.subline", crews=len(plan.crews), out=len(plan.routes)),
            ]
        ),
        "figures": [
            [str(visits), texts("sheet.visits")],
            [str(len(plan.routes)), texts("chief.crews")],
            [texts.km(sum(route.distance_m for route in plan.routes)), texts("sheet.km")],
            [str(len(plan.unassigned)), texts("chief.left_out")],
        ],
        "map": _map(day, map_mm) if map_mm >= 40 else "",
        "map_mm": map_mm,
        "crews": crews,
        "left": left,
        "left_title": texts("chief.left_title", count=len(plan.unassigned))
        if plan.unassigned
        else texts("chief.left_none"),
    }


def _map(day: DayView, height_mm: float) -> str:
    """All routes on one map: a dot at each door, a crew's name at the middle one of its own."""
    return draw_routes(day.drawing, day.station_subject(doors=True), 188, height_mm, whole=True)[0]


def _crew(day: DayView, route: Route) -> dict[str, Any]:
    crew, visits = day.crew(route.crew_id), day.visits(route)
    kinds: Counter[VisitKind] = Counter(visit.kind for visit in visits)
    kinds.pop(VisitKind.FIRST, None)
    return {
        "crew": clean(crew.crew_id, 20),
        "members": " ".join(clean(name, 12) for name in crew.members),
        "villages": breakable(villages(visits)),
        "visits": str(len(visits)),
        "kinds": " ".join(
            f"{day.texts(f'kind.{kind}')}{kinds[kind]}" for kind in VisitKind if kinds[kind]
        ),
        "start": clock_text(route.start_s),
        "end": clock_text(route.end_s),
        "km": day.texts.km(route.distance_m),
    }


def _crew_mm(crew: dict[str, Any]) -> float:
    """About how high the row of a crew will be."""
    wide = em_width(crew["villages"]) + em_width(crew["members"]) + 0.9 * em_width(crew["kinds"])
    return 6.0 + 4.3 * int(wide // 30)


def _group_mm(group: dict[str, str]) -> float:
    """About how high some who were left out for one reason will be."""
    lines = (em_width(group["reason"] + group["action"]) + 5, 0.9 * em_width(group["who"]))
    return 2.6 + 4.4 * sum(1 + int(width // 50) for width in lines)


def _left_out(day: DayView) -> list[dict[str, str]]:
    """Those who are not in the plan, by reason, the most frequent reason first."""
    visits = {visit.visit_id: visit for visit in day.plan.visits}
    groups: dict[tuple[str, str], list[Unassigned]] = {}
    for one in day.plan.unassigned:
        groups.setdefault((clean(one.reason, 100), clean(one.action, 80)), []).append(one)
    return [
        {
            "reason": reason,
            "action": action,
            "count": str(len(group)),
            "who": _who(day, [visits[one.visit_id] for one in group if one.visit_id in visits]),
        }
        for (reason, action), group in sorted(groups.items(), key=lambda item: -len(item[1]))
    ]


def _who(day: DayView, visits: Sequence[Visit]) -> str:
    names = "  ".join(
        f"{clean(visit.account_no, 20)} {day.name(visit)}" for visit in visits[:MOST_NAMES]
    )
    if len(visits) <= MOST_NAMES:
        return breakable(names)
    return breakable(day.texts("chief.and_more", names=names, count=len(visits)))
