"""`optimizer.handouts.other_apps`: a day for map programs, calendars and chats."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from xml.etree import ElementTree as ET

import paper_world
import pytest

from optimizer.handouts.other_apps import chat_text, gpx, ics, kml

GPX = "{http://www.topografix.com/GPX/1/1}"
KML = "{http://www.opengis.net/kml/2.2}"
MADE = dt.datetime(2027, 3, 1, 9, 30, tzinfo=dt.UTC)


@pytest.fixture
def plan():
    """Four stops, the second an appointment, of a customer whose name would break a file."""
    made = paper_world.valley(stops=4)
    visits = list(made.visits)
    visits[1] = replace(visits[1], kind=type(visits[1].kind)("appointment"), name="<b>王;五</b>")
    return replace(made, visits=tuple(visits))


def test_a_gpx_has_every_door_in_its_order(plan):
    """The motorcycle's device says the next door, and nobody's name."""
    route = plan.routes[0]
    root = ET.fromstring(gpx(plan, route, "zh"))  # noqa: S314  (our own)
    names = [point.find(f"{GPX}name").text for point in root.iter(f"{GPX}rtept")]
    placed = [stop for stop in route.stops if place_of(plan, stop.visit_id)]
    assert len(names) == len(placed)
    assert [name.split()[0] for name in names] == sorted(name.split()[0] for name in names)
    first = next(root.iter(f"{GPX}rtept"))
    place = place_of(plan, placed[0].visit_id)
    assert float(first.get("lat")) == pytest.approx(place.lat, abs=1e-6)
    assert float(first.get("lon")) == pytest.approx(place.lon, abs=1e-6)


def place_of(plan, name):
    return next(visit.location for visit in plan.visits if visit.visit_id == name)


def test_a_kml_has_pins_and_a_line(plan):
    """Google Earth and 奥维 show the day at one look."""
    root = ET.fromstring(kml(plan, plan.routes[0], "zh"))  # noqa: S314
    assert len(list(root.iter(f"{KML}Point"))) == len(plan.routes[0].stops)
    (line,) = root.iter(f"{KML}LineString")
    assert len(line.find(f"{KML}coordinates").text.split()) == len(plan.routes[0].stops)


def test_a_calendar_has_the_promises_alone(plan):
    """A chief's phone reminds him of what was promised, by the rules of RFC 5545."""
    text = ics(plan, "zh", MADE)
    assert text.count("BEGIN:VEVENT") == 1
    assert text.endswith("END:VCALENDAR\r\n")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    begin = re.search(r"DTSTART:(\d{8}T\d{6})", text)[1]
    stop = next(
        stop
        for route in plan.routes
        for stop in route.stops
        if stop.visit_id == plan.visits[1].visit_id
    )
    clock = f"{stop.begin_s // 3600:02d}{stop.begin_s // 60 % 60:02d}{stop.begin_s % 60:02d}"
    assert begin == f"{plan.date:%Y%m%d}T{clock}"


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
