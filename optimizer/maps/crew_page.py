"""The map of one crew: a page with the route, the list of stops and the record of the day."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from optimizer.catalogue.escaping import clean
from optimizer.handouts.crew_files import file_mark
from optimizer.handouts.day_view import PHONE_SHOWN
from optimizer.handouts.navigation_links import APPS, navigation_link
from optimizer.maps.basemap import empty_map, image_hosts, point, surroundings
from optimizer.maps.html_page import LIVE, Parts, asset, page
from optimizer.maps.static_map import StaticMap, Way, static_map
from optimizer.records.entry import CATEGORIES
from optimizer.settings import clock_text
from optimizer.tables.phone_numbers import phone_numbers

if TYPE_CHECKING:
    from optimizer.drawing.route_map import MapSubject
    from optimizer.handouts.day_view import DayView
    from optimizer.model import Route, Stop, Visit

PIECES = ("fuse", "bulb", "rcd")
"""Things that a crew replaces on the spot, counted."""


HERE = "here"
"""A page that is served hands in where it comes from."""


def crew_page(day: DayView, route: Route, hand_in: str = "") -> str:
    """The page of one crew; `hand_in` is the address to which it hands in, or `HERE`."""
    subject = day.subject(route)
    most = max(12_000, 60_000 - 1_000 * len(subject.stops))
    still = static_map(day.drawing, subject, [Way("way", subject.legs)], most)
    return page(
        empty_map(day.plan.station.location, day.settings.phone),
        Parts(
            title=f"{day.texts('sheet.crew', crew=clean(route.crew_id, 20))} {day.plan.date}",
            lang="zh-CN" if day.texts.lang == "zh" else "en",
            html=_html(day, route, still),
            data=_data(day, route, subject, still) | {"hand_in": hand_in},
            start="startDay",
            styles=(asset("phone.css"),),
            scripts=(LIVE, *map(asset, ("ground.js", "qr.js", "photographs.js", "phone.js"))),
            image_hosts=image_hosts(day.settings.phone),
            connects=_origin(hand_in),
            mark=file_mark(day.plan, route.crew_id),
        ),
    )


def _origin(hand_in: str) -> str:
    """Whom the page may speak to."""
    parts = urlsplit(hand_in)
    return "'self'" if hand_in == HERE else f"{parts.scheme}://{parts.netloc}" if hand_in else ""


def _data(day: DayView, route: Route, subject: MapSubject, still: StaticMap) -> dict[str, Any]:
    plan = day.plan
    visits = day.visits(route)
    return {
        "station": plan.station.station_id,
        "date": plan.date.isoformat(),
        "crew": route.crew_id,
        "version": plan.version,
        "end": clock_text(route.end_s),
        "stops": [
            _stop(day, number, stop, visit)
            for number, (stop, visit) in enumerate(zip(route.stops, visits, strict=True), 1)
        ],
        "rest": _rest(day, route),
        "categories": CATEGORIES,
        "pieces": PIECES,
        **surroundings(day.drawing, subject, still, day.settings.phone),
        "words": _words(day),
    }


def _words(day: DayView) -> dict[str, str]:
    texts = day.texts
    words = texts.room("phone")
    rooms = {"kind": "kind", "result": "result", "finding": "category"}
    for prefix, room in rooms.items():
        words |= {f"{prefix}_{key}": text for key, text in texts.room(room).items()}
    words |= {f"piece_{name}": texts(f"tool.{name}") for name in PIECES}
    return words


def _stop(day: DayView, number: int, stop: Stop, visit: Visit) -> dict[str, Any]:
    place = visit.location
    return {
        "id": visit.visit_id,
        "row": number,
        "account": clean(visit.account_no, 20),
        "name": day.name(visit),
        "address": clean(visit.address, 120),
        "phone": day.phone(visit),
        "dial": [] if day.mask else _dial(visit.phone),
        "kind": str(visit.kind),
        "why": clean(visit.why, 120),
        "check": clean(visit.check, 120),
        "time": clock_text(stop.begin_s),
        **point(place),
        "links": None
        if place is None
        else {app: navigation_link(app, place, str(number)) for app in APPS},
    }


def _dial(phone: str) -> list[dict[str, str]]:
    """A link for each number that can be dialled."""
    numbers = phone_numbers(phone)
    if len(numbers) == 1:
        return [{"text": clean(phone, PHONE_SHOWN), "link": f"tel:{numbers[0].link}"}]
    return [
        {"text": clean(number.label, PHONE_SHOWN), "link": f"tel:{number.link}"}
        for number in numbers
    ]


def _rest(day: DayView, route: Route) -> dict[str, Any] | None:
    if route.rest is None:
        return None
    start = route.rest.start_s
    text = day.texts(
        "sheet.rest", start=clock_text(start), end=clock_text(start + route.rest.duration_s)
    )
    return {"after": route.rest.after, "text": text}


def _html(day: DayView, route: Route, still: StaticMap) -> str:
    """The page's frame, and all that shows where no script runs."""
    texts, crew = day.texts, day.crew(route.crew_id)
    members = escape(" ".join(clean(name, 20) for name in crew.members))
    head = escape(texts("sheet.crew", crew=clean(crew.crew_id, 20)))
    station = escape(clean(day.plan.station.name, 30))
    note = escape(clean(day.settings.campaign.note, 160))
    visits = day.visits(route)
    items = "".join(
        _item(day, number, stop, visit)
        for number, (stop, visit) in enumerate(zip(route.stops, visits, strict=True), 1)
    )
    return f"""
<header class="bar"><div class="who"><h1>{head} {members}</h1>
<p>{texts.short_date(day.plan.date)} {clock_text(route.start_s)}–{clock_text(route.end_s)}
 {texts.km(route.distance_m)}{escape(texts("sheet.km"))} {station}</p></div>
<button type="button" class="count" id="count"></button></header>
<div class="progress"><i id="bar"></i></div>
<p class="warn" id="renewed" role="alert" hidden></p>
<p class="handed" id="handed" role="status" hidden></p>
<p class="warn" id="unkept" hidden>{escape(texts("phone.unkept"))}</p>
<p class="warn" id="unphotographed" hidden>{escape(texts("phone.unphotographed"))}</p>
{f'<p class="note">{note}</p>' if note else ""}
<section class="still">{still.svg}<ol>{items}</ol></section>
<div id="wide"><div id="stage"><div class="tools" id="tools"></div></div>
<div id="app"><div class="list" id="list"></div></div></div>
"""


def _item(day: DayView, number: int, stop: Stop, visit: Visit) -> str:
    """One stop in the list that needs no script."""
    data = _stop(day, number, stop, visit)
    texts = day.texts
    phone = " ".join(
        [
            *([] if len(data["dial"]) == 1 else [escape(data["phone"])]),
            *(f'<a href="{escape(one["link"])}">{escape(one["text"])}</a>' for one in data["dial"]),
        ]
    )
    links = "".join(
        f'<a href="{escape(url)}">{escape(texts(f"phone.app_{app}"))}</a>'
        for app, url in (data["links"] or {}).items()
    )
    task = " · ".join(
        escape(part) for part in (data["why"], data["check"], data["account"]) if part
    )
    return (
        f'<li><div class="line"><span class="no">{number}</span>'
        f'<bdi class="name">{escape(data["name"])}</bdi><span>{data["time"]}</span></div>'
        f"<div>{escape(data['address'])}</div>"
        f'<div class="soft">{escape(texts(f"kind.{visit.kind}"))} · {task}</div>'
        f'<div class="links">{phone} {links}</div></li>'
    )
