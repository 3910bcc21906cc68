"""Maps of a whole station in layers: the day by crews, the campaign by states of its areas."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from optimizer.catalogue.escaping import clean
from optimizer.drawing.day_view import sight, villages
from optimizer.drawing.route_map import Sight
from optimizer.maps.basemap import empty_map, image_hosts, point, surroundings
from optimizer.maps.html_page import LIVE, Parts, asset, page
from optimizer.maps.static_map import Way, still_picture
from optimizer.settings import clock_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.catalogue import Texts
    from optimizer.drawing.day_view import Day
    from optimizer.drawing.picture import Drawing
    from optimizer.maps.static_map import Still
    from optimizer.model import Route
    from optimizer.settings import Settings

COLOURS = (
    "#00695c", "#c2410c", "#1d4ed8", "#a21caf", "#4d7c0f", "#b91c1c",
    "#0e7490", "#92400e", "#6d28d9", "#be185d", "#3f6212", "#334155",
)  # fmt: skip
"""Colours of crews, as far apart as they go; they begin anew after the last."""
MOST_ROADS = 90_000
JOINED = "\u2060"
"""No line ends beside it: a span of time stays whole."""


def day_overview(day: Day) -> str:
    """All crews of a station and day on one map, one layer a crew."""
    plan, texts = day.plan, day.texts
    sights = [sight(day, route) for route in plan.routes]
    ways = [
        Way(f"way{number}", seen.legs, COLOURS[number % len(COLOURS)])
        for number, seen in enumerate(sights)
    ]
    places = Sight(
        stops=tuple(
            (clean(route.crew_id, 8), place)
            for route, seen in zip(plan.routes, sights, strict=True)
            for _, place in seen.stops[len(seen.stops) // 2 :][:1]
        ),
        station=plan.station.location,
        legs=tuple(leg for seen in sights for leg in seen.legs),
    )
    layers = [_crew_layer(day, route, way) for route, way in zip(plan.routes, ways, strict=True)]
    visits = sum(len(route.stops) for route in plan.routes)
    summary = texts("overview.day", crews=len(plan.routes), visits=visits)
    return layered_page(
        day.drawing,
        places,
        ways,
        layers,
        settings=day.settings,
        texts=texts,
        title=f"{clean(plan.station.name, 30)} {texts.date(plan.date)}",
        summary=summary,
    )


def _crew_layer(day: Day, route: Route, way: Way) -> dict[str, Any]:
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


def layered_page(
    drawing: Drawing,
    places: Sight,
    ways: Sequence[Way],
    layers: Sequence[dict[str, Any]],
    *,
    settings: Settings,
    texts: Texts,
    title: str,
    summary: str,
) -> str:
    """A page with a map and a list of layers that can be switched."""
    still = still_picture(drawing, places, ways, MOST_ROADS)
    data = {
        **surroundings(drawing, places, still, settings.phone),
        "layers": layers,
        "words": texts.room("phone") | texts.room("overview"),
    }
    return page(
        empty_map(places.station, settings.phone),
        Parts(
            title=title,
            lang="zh-CN" if texts.lang == "zh" else "en",
            html=_html(title, summary, clean(settings.campaign.note, 160), layers, still),
            data=data,
            start="startLayers",
            styles=(asset("phone.css"), asset("layers.css")),
            scripts=(LIVE, asset("ground.js"), asset("layers.js")),
            image_hosts=image_hosts(settings.phone),
        ),
    )


def _html(
    title: str, summary: str, note: str, layers: Sequence[dict[str, Any]], still: Still
) -> str:
    items = "".join(
        f'<li><div class="line"><span class="no" style="color:{layer["colour"]}">■</span>'
        f'<bdi class="name">{escape(layer["label"])}</bdi></div>'
        f'<div>{escape(layer["detail"])}</div><div class="soft">{escape(layer["more"])}</div></li>'
        for layer in layers
    )
    return f"""
<header class="bar"><div class="who"><h1>{escape(title)}</h1><p>{escape(summary)}</p></div></header>
{f'<p class="note">{escape(note)}</p>' if note else ""}
<section class="still">{still.svg}<ol>{items}</ol></section>
<div id="wide"><div id="stage"></div><div id="app"><div class="list" id="list"></div></div></div>
"""
