"""The map of a station's day: all crews on one page, a layer each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from optimizer.catalogue.escaping import clean
from optimizer.handouts.villages import villages
from optimizer.maps.basemap import point
from optimizer.maps.layered_page import layered_page
from optimizer.maps.static_map import Way
from optimizer.settings import clock_text

if TYPE_CHECKING:
    from optimizer.handouts.day_view import DayView
    from optimizer.model import Route

COLOURS = (
    "#00695c",
    "#c2410c",
    "#1d4ed8",
    "#a21caf",
    "#4d7c0f",
    "#b91c1c",
    "#0e7490",
    "#92400e",
    "#6d28d9",
    "#be185d",
    "#3f6212",
    "#334155",
)
"""Colours of crews, as far apart as they go; they begin anew after the last."""
JOINED = "\u2060"
"""No line ends beside it: a span of time stays whole."""


def day_map(day: DayView) -> str:
    """All crews of a station and day on one map, one layer a crew."""
    plan, texts = day.plan, day.texts
    ways = [
        Way(f"way{number}", day.subject(route).legs, COLOURS[number % len(COLOURS)])
        for number, route in enumerate(plan.routes)
    ]
    layers = [_crew_layer(day, route, way) for route, way in zip(plan.routes, ways, strict=True)]
    visits = sum(len(route.stops) for route in plan.routes)
    summary = texts("overview.day", crews=len(plan.routes), visits=visits)
    return layered_page(
        day.drawing,
        day.station_subject(),
        ways,
        layers,
        settings=day.settings,
        texts=texts,
        title=f"{clean(plan.station.name, 30)} {texts.date(plan.date)}",
        summary=summary,
    )


def _crew_layer(day: DayView, route: Route, way: Way) -> dict[str, Any]:
    crew, visits, texts = day.crew(route.crew_id), day.visits(route), day.texts
    return {
        "label": texts("sheet.crew", crew=clean(route.crew_id, 20)),
        "detail": " ".join(clean(name, 12) for name in crew.members),
        "more": " · ".join(
            [
                villages(visits),
                f"{len(visits)} {texts('sheet.visits')}",
                f"{clock_text(route.start_s)}{JOINED}–{JOINED}{clock_text(route.end_s)}",
                f"{texts.km(route.distance_m)} {texts('sheet.km')}",
            ]
        ),
        "colour": way.colour,
        "path": way.name,
        "stops": [
            {
                **point(visit.location),
                "row": number,
                "title": f"{number}  {day.name(visit)}  {clock_text(stop.begin_s)}",
                "text": " · ".join(
                    part
                    for part in (
                        texts(f"kind.{visit.kind}"),
                        clean(visit.address, 80),
                        clean(visit.why, 80),
                    )
                    if part
                ),
            }
            for number, (stop, visit) in enumerate(zip(route.stops, visits, strict=True), 1)
            if visit.location is not None
        ],
        "areas": [],
    }
