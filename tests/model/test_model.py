"""The nouns refuse to exist when they make no sense."""

from __future__ import annotations

import re

import numpy as np
import pytest

from optimizer.errors import ProblemError
from optimizer.model import CrewDay, Problem, Stop, TimeWindow, Visit

DAY = TimeWindow(8 * 3600, 17 * 3600)


def square(*rows):
    """A matrix of whole numbers."""
    return np.array(rows, dtype=np.int32)


TWO = square([0, 60], [60, 0])


def crew(name="C1", place=0):
    """A crew that starts and ends at a place."""
    return CrewDay(crew_id=name, start_place=place, end_place=place, shift=DAY)


def test_a_window_that_ends_before_it_starts_is_refused():
    """Two swapped times would make a visit that nobody can serve, for no visible reason."""
    with pytest.raises(ProblemError, match=re.escape("36000..32400")):
        TimeWindow(10 * 3600, 9 * 3600)


def test_a_window_holds_both_its_ends():
    """A customer who says from nine to ten is content with ten sharp."""
    window = TimeWindow(9 * 3600, 10 * 3600)
    assert 9 * 3600 in window
    assert 10 * 3600 in window
    assert 10 * 3600 + 1 not in window


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"seconds": np.zeros((2, 3), np.int32)}, "(2, 3)"),
        ({"seconds": square([0, -60], [60, 0])}, "row 0, column 1 is -60"),
        ({"seconds": np.zeros((2, 2))}, "float64"),
        ({"metres": square([0])}, "(1, 1)"),
        ({"visits": (Visit(visit_id="V1", place=2, service_s=0),)}, "V1: place 2 of 2"),
        ({"crews": (crew(place=9),)}, "C1: place 9 of 2"),
        ({"crews": (crew(), crew())}, "C1 is there twice"),
    ],
)
def test_a_problem_that_contradicts_itself_names_the_place(changes, named):
    """A solver fed nonsense answers nonsense: the fault must show before, with its place."""
    sound = {"visits": (), "crews": (crew(),), "seconds": TWO, "metres": TWO}
    with pytest.raises(ProblemError) as error:
        Problem(**(sound | changes))
    assert named in str(error.value)


def test_a_visit_cannot_take_negative_time():
    """Negative service would let a crew travel back in time."""
    with pytest.raises(ProblemError, match="V1"):
        Visit(visit_id="V1", place=0, service_s=-1)


def test_a_stop_adds_up():
    """Arrival 9:00, ten minutes of waiting, a quarter of an hour of service: leaves at 9:25."""
    stop = Stop(
        visit_id="V1", arrival_s=32400, waiting_s=600, service_s=900, travel_s=0, distance_m=0
    )
    assert stop.begin_s == 33000
    assert stop.departure_s == 33900
