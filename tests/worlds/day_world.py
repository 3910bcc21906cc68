"""A village street in which every sum can be done in the head, and problems made at random."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
from hypothesis import strategies as st

from optimizer.model import CrewDay, Lunch, Problem, TimeWindow, Visit

HOUR = 3600
EIGHT, NOON, FIVE = 8 * HOUR, 12 * HOUR, 17 * HOUR


def street(*places_min):
    """Places along one street, by minutes from the station at 0; a minute is 500 m."""
    at = np.array([0, *places_min], dtype=np.int64)
    minutes = np.abs(at[:, None] - at[None, :])
    return {"seconds": (minutes * 60).astype(np.int32), "metres": (minutes * 500).astype(np.int32)}


def visit(place, **more):
    """A call of ten minutes at a place of the street."""
    values = {"visit_id": f"v{place}", "place": place, "service_s": 600, "mandatory": True}
    return Visit(**(values | more))


def crew(name="c1", **more):
    """A crew from eight to five, from the station and back, without lunch."""
    values = {"crew_id": name, "start_place": 0, "end_place": 0, "shift": TimeWindow(EIGHT, FIVE)}
    return CrewDay(**(values | more))


def problem(visits, crews, places=(10, 20, 30, 40, 50, 60), **more):
    """A problem on the street."""
    return Problem(visits=tuple(visits), crews=tuple(crews), **street(*places), **more)


def noon_lunch(**more):
    """An hour that begins between half past eleven and one."""
    return Lunch(window=TimeWindow(11 * HOUR + 1800, 13 * HOUR), duration_s=HOUR, **more)


@st.composite
def windows(draw):
    """One to three windows of a day."""
    starts = draw(st.lists(st.integers(7 * 60, 17 * 60), min_size=1, max_size=3))
    return tuple(
        TimeWindow(start * 60, start * 60 + draw(st.integers(0, 180)) * 60) for start in starts
    )


@st.composite
def visits(draw, number, places, crew_ids):
    """A visit with any of the rules."""
    skills = draw(st.sampled_from([(), (), (), ("hv10kv",), ("hv10kv", "ladder")]))
    some_crew = st.sampled_from([None, None, *crew_ids])
    return Visit(
        visit_id=f"v{number}",
        place=draw(st.integers(0, places - 1)),
        service_s=draw(st.integers(0, 60)) * 60,
        setup_s=draw(st.sampled_from([0, 0, 120, 600])),
        address_key=draw(st.sampled_from(["", "", "a", "b"])),
        area=draw(st.sampled_from(["", "A", "B"])),
        windows=draw(st.one_of(st.just(()), windows())),
        preferred_windows=draw(st.one_of(st.just(()), st.just(()), windows())),
        preference_price=draw(st.sampled_from([0, 300, 3000])),
        skills=frozenset(skills),
        preferred_crew=draw(some_crew),
        crew_price=draw(st.sampled_from([0, 300, 3000])),
        added_price=draw(st.sampled_from([0, 0, 900])),
        forbidden_crews=frozenset(draw(st.sets(st.sampled_from(crew_ids), max_size=1))),
        mandatory=draw(st.booleans()),
        price=draw(st.sampled_from([0, 600, 7200])),
        pinned_crew=draw(st.one_of(st.none(), st.none(), some_crew)),
        pinned_start_s=draw(st.one_of(st.none(), st.none(), st.just(10 * HOUR))),
        failed_s=draw(st.sampled_from([None, None, 9 * HOUR, 15 * HOUR])),
        not_before=draw(st.sampled_from([None, None, dt.date(2027, 3, 1), dt.date(2027, 3, 9)])),
        deadline=draw(st.sampled_from([None, None, dt.date(2027, 3, 3), dt.date(2027, 3, 9)])),
        load=draw(st.integers(0, 3)),
    )


@st.composite
def crew_days(draw, name, places):
    """A crew with any of the rules."""
    start = draw(st.integers(6, 10)) * HOUR
    place = st.one_of(st.integers(0, places - 1), st.none())
    lunch = None
    if draw(st.booleans()):
        opens = draw(st.integers(10 * 60, 13 * 60)) * 60
        lunch = Lunch(
            window=TimeWindow(opens, opens + draw(st.integers(0, 120)) * 60),
            duration_s=draw(st.integers(10, 90)) * 60,
            at_place=draw(place),
            always=draw(st.booleans()),
        )
    return CrewDay(
        crew_id=name,
        start_place=draw(place),
        end_place=draw(place),
        shift=TimeWindow(start, start + draw(st.integers(1, 10)) * HOUR),
        lunch=lunch,
        skills=frozenset(draw(st.sampled_from([(), ("hv10kv",), ("hv10kv", "ladder")]))),
        max_visits=draw(st.sampled_from([None, None, 1, 3])),
        max_travel_s=draw(st.sampled_from([None, None, 1800, 2 * HOUR])),
        speed_factor=draw(st.sampled_from([1.0, 1.0, 0.7, 1.5])),
        service_factor=draw(st.sampled_from([1.0, 1.0, 0.8, 1.333])),
        capacity=draw(st.sampled_from([None, None, 0, 4])),
        fixed_s=draw(st.sampled_from([0, 0, 1800])),
        start_address=draw(st.sampled_from(["", "", "a"])),
    )


@st.composite
def problems(draw, most_visits=10, most_crews=3):
    """A problem with all rules in any mixture, on any matrix (not even a triangle holds)."""
    places = draw(st.integers(1, 6))
    flat = draw(st.lists(st.integers(0, 90), min_size=places**2, max_size=places**2))
    seconds = np.array(flat, dtype=np.int32).reshape(places, places) * 60
    np.fill_diagonal(seconds, 0)
    names = [f"c{k}" for k in range(draw(st.integers(1, most_crews)))]
    count = draw(st.integers(0, most_visits))
    follows = st.sampled_from([None, None, "", *(f"v{k}" for k in range(count))])
    calls = tuple(
        replace(
            draw(visits(k, places, names)),
            follows=draw(follows),
            follow_price=draw(st.sampled_from([0, 300, 3000])),
        )
        for k in range(count)
    )
    pinned = ()
    if calls and draw(st.integers(0, 5)) == 0:
        chosen = draw(st.lists(st.sampled_from([v.visit_id for v in calls]), unique=True))
        pinned = ((names[0], tuple(chosen)),)
    return Problem(
        visits=calls,
        crews=tuple(draw(crew_days(name, places)) for name in names),
        seconds=seconds,
        metres=seconds * 8,
        balance=draw(st.sampled_from([0.0, 0.0, 0.3])),
        overlap=draw(st.sampled_from([0, 0, 600])),
        pinned_routes=pinned,
        date=dt.date(2027, 3, 3),
    )
