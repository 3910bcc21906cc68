"""Small maps of a county: what is written on them can be read."""

from __future__ import annotations

import re

import pytest

from optimizer.drawing.chart_parts import label
from optimizer.drawing.overview_map import station_mark


@pytest.mark.parametrize(("x", "anchor"), [(5, "start"), (60, "start"), (75, "end"), (95, "end")])
def test_a_stations_name_stays_on_the_map(x, anchor):
    """Nine letters of 2.6 mm need 23.4 mm: where they would pass the edge they go to the left."""
    marks = "".join(station_mark(x, 10, "醴陵市阳三石供电所", 96))
    assert set(re.findall(r'text-anchor="(\w+)"', marks)) == {anchor}


@pytest.mark.parametrize(("x", "anchor"), [(71, "start"), (72, "end")])
def test_a_dot_in_a_name_takes_a_letters_room(x, anchor):
    """Nine letters of 2.6 mm, the dot among them, end at 96 mm from 71.1 on: further, and left."""
    marks = "".join(station_mark(x, 10, "示例·阳三石供电所", 96))
    assert set(re.findall(r'text-anchor="(\w+)"', marks)) == {anchor}


def test_a_legend_is_written_whole():
    """Half a sentence explains nothing."""
    assert "visits a month (at most 120)" in label(0, 0, "visits a month (at most 120)")
