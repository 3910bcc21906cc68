"""What a crew's sheet says, as plain data for the template."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from optimizer.catalogue.escaping import breakable, clean
from optimizer.drawing.qr import qr_svg
from optimizer.drawing.route_map import draw_routes
from optimizer.handouts.navigation_links import navigation_link
from optimizer.model import VisitKind
from optimizer.records.entry import CATEGORIES
from optimizer.settings import clock_text
from optimizer.sheets.tool_bag import tool_bag

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from optimizer.handouts.day_view import DayView
    from optimizer.model import Route, Stop, Visit

MAP_WIDTH_MM = 136
TICK_BOXES = ("done", "nobody_home", "refused", "moved", "demolished", "other")
"""Results that have a box to tick, in this order."""
PAGE_MM = 266.5
"""Room for rows on a page."""
TOP_MM = 20.0
"""Room that the head of the first page takes, without the map."""
REST_MM = 5.5
"""Height of the line that says lunch."""


def crew_sheet(day: DayView, route: Route) -> dict[str, Any]:
    """Everything on the route sheet of one crew."""
    crew, plan, texts = day.crew(route.crew_id), day.plan, day.texts
    visits = day.visits(route)
    rows = [
        stop_row(day, number, stop, visit)
        for number, (stop, visit) in enumerate(zip(route.stops, visits, strict=True), 1)
    ]
    heights = [row_mm(row) for row in rows]
    if route.rest is not None and route.rest.after < len(heights):
        heights[route.rest.after] += REST_MM
    map_mm = map_height_mm(heights)
    main, way = draw_routes(day.drawing, day.subject(route), MAP_WIDTH_MM, map_mm)
    members = "  ".join(clean(name, 20) for name in crew.members)
    name = texts("sheet.crew", crew=clean(crew.crew_id, 20))
    short = name if not plan.version else f"{name}  {texts('sheet.version', number=plan.version)}"
    return {
        "kind": "sheet",
        "key": crew.crew_id,
        "title": _title(day),
        "headline": f"{name}  {members}",
        "sublines": [
            _dotted(texts.date(plan.date), clean(plan.station.name, 30)),
            _dotted(clean(crew.motorcycle, 20), clean(crew.phone, 20)),
        ],
        "short": short,
        "running": _dotted(texts.date(plan.date), clean(plan.station.name, 30), members),
        "figures": [
            [str(len(visits)), texts("sheet.visits")],
            [clock_text(route.start_s), texts("sheet.start")],
            [clock_text(route.end_s), texts("sheet.end")],
            [texts.km(route.distance_m), texts("sheet.km")],
        ],
        "weather": clean(day.weather, 80),
        "note": clean(day.settings.campaign.note, 160),
        "map": main,
        "way": way,
        "map_mm": map_mm,
        "map_qr": _map_code(day, crew.crew_id),
        "bag": [
            [clean(texts.named("tool", name), 30), str(count)]
            for name, count in tool_bag(visits, day.settings.paper)
        ],
        "legend": texts("sheet.legend")
        + "  ".join(f"{i} {texts(f'category.{name}')}" for i, name in enumerate(CATEGORIES, 1)),
        "stops": rows,
        "rest": ""
        if route.rest is None
        else texts(
            "sheet.rest",
            start=clock_text(route.rest.start_s),
            end=clock_text(route.rest.start_s + route.rest.duration_s),
        ),
        "rest_after": -1 if route.rest is None else route.rest.after,
    }


def _dotted(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def _title(day: DayView) -> str:
    campaign = day.settings.campaign
    return day.texts(
        "sheet.title",
        campaign=clean(campaign.name, 20),
        county=clean(campaign.county, 20),
    )


def map_height_mm(rows: Sequence[float]) -> float:
    """The highest map with which rows of such heights take the fewest pages."""
    heights = range(100, 59, -4)
    return float(min(heights, key=lambda height: (_pages(rows, height), -height)))


def _pages(rows: Sequence[float], map_mm: float) -> int:
    pages, left = 1, PAGE_MM - TOP_MM - map_mm
    for row in rows:
        if row > left:
            pages, left = pages + 1, PAGE_MM
        left -= row
    return pages


def row_mm(row: Mapping[str, Any]) -> float:
    """About how high a row will be, a little too much rather than too little."""
    account = _width_pt(row["account"]) + 6
    first = 1.2 * _width_pt(row["name"]) + _width_pt(row["phone"]) + 40
    rooms = (
        (first, 254 - account),
        (_width_pt(row["address"]), 254),
        (_width_pt(row["task"]), 254),
    )
    lines = sum(max(1, math.ceil(width / room)) for width, room in rooms)
    return 16.7 + max(0.0, 4.2 * (lines - 3) - 1.4)


def _width_pt(text: str) -> float:
    return sum(10.05 if ord(char) > 0x2E7F else 5.6 for char in text)


def _map_code(day: DayView, crew_id: str) -> str:
    url = day.settings.paper.map_url
    if not url:
        return ""
    station = quote(day.plan.station.station_id, safe="")
    where = {"date": day.plan.date.isoformat(), "station": station, "crew": quote(crew_id, safe="")}
    return qr_svg(url.format(**where))


def stop_row(day: DayView, number: int, stop: Stop, visit: Visit) -> dict[str, Any]:
    """One row of the table."""
    app = day.settings.paper.qr
    place = visit.location
    return {
        "no": str(number),
        "time": clock_text(stop.begin_s),
        "name": breakable(day.name(visit)),
        "phone": day.phone(visit),
        "address": breakable(clean(visit.address, 120)),
        "account": clean(visit.account_no, 20),
        "kind": day.texts(f"kind.{visit.kind}"),
        "kind_shown": visit.kind != VisitKind.FIRST,
        "task": breakable(day.task(visit)),
        "qr": "" if place is None or app == "none" else qr_svg(navigation_link(app, place)),
    }
