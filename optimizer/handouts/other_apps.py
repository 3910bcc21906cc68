"""A crew's day for other programs: GPX and KML for maps, ICS for calendars, a text for a chat.

Places are WGS-84, which OsmAnd, Organic Maps, 奥维 and Google Earth expect. These files leave the
company's hands: a stop is named by its number, village and kind, never by a customer's name.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from optimizer.catalogue import Texts
from optimizer.handouts.villages import village, villages
from optimizer.settings import clock_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.catalogue import Lang
    from optimizer.model import DayPlan, Route, Stop, Visit

ICS_LINE = 73
"""Octets of a line of a calendar, without its end (RFC 5545, 3.1)."""


def gpx(plan: DayPlan, route: Route, lang: Lang) -> str:
    """The crew's day as GPX 1.1: a route of its doors in their order, with arrival times."""
    name = _title(plan, route, lang)
    points = "".join(
        f'<rtept lat="{visit.location.lat:.6f}" lon="{visit.location.lon:.6f}">'
        f"<name>{escape(label)}</name><desc>{clock_text(stop.arrival_s)}</desc></rtept>"
        for stop, visit, label in _stops(plan, route, lang)
        if visit.location is not None
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<gpx version="1.1" creator="zoufang" xmlns="http://www.topografix.com/GPX/1/1">'
        f"<rte><name>{escape(name)}</name>{points}</rte></gpx>\n"
    )


def kml(plan: DayPlan, route: Route, lang: Lang) -> str:
    """The crew's day as KML 2.2: a pin a door, and the line from one to the next."""
    pins, line = [], []
    for stop, visit, label in _stops(plan, route, lang):
        if visit.location is None:
            continue
        place = f"{visit.location.lon:.6f},{visit.location.lat:.6f}"
        line.append(place)
        pins.append(
            f"<Placemark><name>{escape(label)}</name>"
            f"<description>{clock_text(stop.arrival_s)}</description>"
            f"<Point><coordinates>{place}</coordinates></Point></Placemark>"
        )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
        f"<name>{escape(_title(plan, route, lang))}</name>{''.join(pins)}"
        f"<Placemark><name>{escape(route.crew_id)}</name><LineString><tessellate>1</tessellate>"
        f"<coordinates>{' '.join(line)}</coordinates></LineString></Placemark>"
        "</Document></kml>\n"
    )


def ics(plan: DayPlan, lang: Lang, made: dt.datetime) -> str:
    """The promises of a station's day as a calendar: one entry an appointment, in local time.

    Parameters
    ----------
    made
        The moment that the calendar says of itself, in UTC.
    """
    texts = Texts(lang)
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//zoufang//day//ZH", "CALSCALE:GREGORIAN"]
    for route in plan.routes:
        for stop, visit, label in _stops(plan, route, lang):
            if visit.kind != "appointment":
                continue
            begin, end = _moments(plan.date, stop)
            lines += [
                "BEGIN:VEVENT",
                f"UID:{visit.visit_id}@zoufang",
                f"DTSTAMP:{made:%Y%m%dT%H%M%SZ}",
                f"DTSTART:{begin:%Y%m%dT%H%M%S}",
                f"DTEND:{end:%Y%m%dT%H%M%S}",
                f"SUMMARY:{_ics_text(texts('app.appointment', stop=label, crew=route.crew_id))}",
                f"LOCATION:{_ics_text(village(visit))}",
                "END:VEVENT",
            ]
    lines.append("END:VCALENDAR")
    return "".join(f"{folded}\r\n" for line in lines for folded in _folded(line))


def chat_text(plan: DayPlan, route: Route, lang: Lang) -> str:
    """The crew's day as a text for a chat: villages and times, first names of the crew alone."""
    texts = Texts(lang)
    crew = next(crew for crew in plan.crews if crew.crew_id == route.crew_id)
    made = [visit for _, visit, _ in _stops(plan, route, lang)]
    head = texts(
        "app.chat_head",
        date=texts.short_date(plan.date),
        crew=route.crew_id,
        members=texts("cli.and").join(map(_first_name, filter(None, crew.members))),
        count=len(made),
        km=texts.km(route.distance_m),
        start=clock_text(route.start_s),
        end=clock_text(route.end_s),
        villages=villages(made),
    )
    rows = [f"{clock_text(stop.arrival_s)} {label}" for stop, _, label in _stops(plan, route, lang)]
    return "\n".join([head, *rows]) + "\n"


def _title(plan: DayPlan, route: Route, lang: Lang) -> str:
    return f"{plan.station.name} {Texts(lang).short_date(plan.date)} {route.crew_id}"


def _stops(plan: DayPlan, route: Route, lang: Lang) -> Iterator[tuple[Stop, Visit, str]]:
    """Each stop with its visit, and what it may be called outside."""
    texts = Texts(lang)
    visits = {visit.visit_id: visit for visit in plan.visits}
    for row, stop in enumerate(route.stops, 1):
        visit = visits[stop.visit_id]
        where = village(visit)
        yield stop, visit, f"{row} {texts(f'kind.{visit.kind}')} {where}".strip()


def _first_name(member: str) -> str:
    """A member as a chat may have him: of a Chinese name what stands after the family name."""
    name = member.strip()
    return name[1:] if 2 <= len(name) <= 4 and name[0] > "\u2e7f" else name.split()[0]


def _moments(date: dt.date, stop: Stop) -> tuple[dt.datetime, dt.datetime]:
    midnight = dt.datetime.combine(date, dt.time())
    return (
        midnight + dt.timedelta(seconds=stop.begin_s),
        midnight + dt.timedelta(seconds=stop.departure_s),
    )


def _ics_text(text: str) -> str:
    for sign in ("\\", ";", ","):
        text = text.replace(sign, f"\\{sign}")
    return text.replace("\n", "\\n").replace("\r", "")


def _folded(line: str) -> Iterator[str]:
    """A line in pieces of at most 75 octets, each but the first after a blank."""
    piece, octets = "", 0
    for sign in line:
        size = len(sign.encode())
        if octets + size > ICS_LINE:
            yield piece
            piece, octets = " ", 1
        piece, octets = piece + sign, octets + size
    yield piece
