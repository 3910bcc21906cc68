"""`optimizer.handouts.other_apps`: a day for map programs, calendars and chats."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import gpxpy
import icalendar
import paper_world
import pytest
from fastkml import KML, Placemark
from fastkml.utils import find_all
from pygeoif.geometry import LineString, Point

from optimizer.handouts.other_apps import chat_text, gpx, ics, kml

MADE = dt.datetime(2027, 3, 1, 9, 30, tzinfo=dt.UTC)


@pytest.fixture
def plan():
    """Four stops, the second an appointment, of a customer whose name would break a file."""
    made = paper_world.valley(stops=4)
    visits = list(made.visits)
    visits[1] = replace(visits[1], kind=type(visits[1].kind)("appointment"), name="<b>王;五</b>")
    return replace(made, visits=tuple(visits))


def test_a_gpx_has_every_door_in_its_order(plan):
    """Gpxpy reads what the motorcycle's device will: the next door, and nobody's name."""
    route = plan.routes[0]
    (read,) = gpxpy.parse(gpx(plan, route, "zh")).routes
    placed = [stop for stop in route.stops if place_of(plan, stop.visit_id)]
    assert [point.name.split()[0] for point in read.points] == ["1", "2", "3", "4"][: len(placed)]
    for point, stop in zip(read.points, placed, strict=True):
        place = place_of(plan, stop.visit_id)
        assert (point.latitude, point.longitude) == pytest.approx((place.lat, place.lon), abs=1e-6)


def place_of(plan, name):
    return next(visit.location for visit in plan.visits if visit.visit_id == name)


def test_a_kml_has_pins_and_a_line(plan):
    """Fastkml reads what Google Earth and 奥维 will: the day at one look."""
    route = plan.routes[0]
    read = KML.from_string(kml(plan, route, "zh").encode())
    shapes = [mark.geometry for mark in find_all(read, of_type=Placemark)]
    pins = [shape for shape in shapes if isinstance(shape, Point)]
    (line,) = [shape for shape in shapes if isinstance(shape, LineString)]
    places = [place_of(plan, stop.visit_id) for stop in route.stops]
    wanted = [(place.lon, place.lat) for place in places]
    assert [(pin.x, pin.y) for pin in pins] == [pytest.approx(place, abs=1e-6) for place in wanted]
    assert [at[:2] for at in line.coords] == [pytest.approx(place, abs=1e-6) for place in wanted]


def test_a_calendar_has_the_promises_alone(plan):
    """Icalendar reads what a chief's phone will: when was promised, by the rules of RFC 5545."""
    text = ics(plan, "zh", MADE)
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    (event,) = icalendar.Calendar.from_ical(text).walk("VEVENT")
    assert not event.errors
    stop = next(
        stop
        for route in plan.routes
        for stop in route.stops
        if stop.visit_id == plan.visits[1].visit_id
    )
    midnight = dt.datetime.combine(plan.date, dt.time())
    assert event["DTSTART"].dt == midnight + dt.timedelta(seconds=stop.begin_s)
    assert event["DTEND"].dt == midnight + dt.timedelta(seconds=stop.departure_s)
    assert event["DTSTAMP"].dt == MADE
    assert "预约走访" in str(event["SUMMARY"])


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_nobodys_name_leaves_the_house(plan, lang):
    """A chat group is read by more people than the crew."""
    for route in plan.routes:
        texts = [gpx(plan, route, lang), kml(plan, route, lang), chat_text(plan, route, lang)]
        texts.append(ics(plan, lang, MADE))
        for visit in plan.visits:
            for text in texts:
                assert not visit.name or visit.name not in text
                assert not visit.phone or visit.phone not in text
        crew = next(crew for crew in plan.crews if crew.crew_id == route.crew_id)
        assert all(member not in texts[2] for member in crew.members if member)
