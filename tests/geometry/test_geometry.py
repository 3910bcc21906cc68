"""The one plane and the one Earth, against the sphere's own arithmetic."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.drawing.frame import PicturePlane
from optimizer.geometry import EARTH_M, Plane, metres_from, parallel_degree_m
from optimizer.model import LonLat

CENTRE = LonLat(113.5, 27.66)
near_lon = st.floats(CENTRE.lon - 0.4, CENTRE.lon + 0.4)
near_lat = st.floats(CENTRE.lat - 0.4, CENTRE.lat + 0.4)


def haversine_m(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Metres on the sphere, by the textbook."""
    (lon_a, lat_a), (lon_b, lat_b) = (tuple(map(math.radians, point)) for point in (a, b))
    half = math.sin((lat_b - lat_a) / 2) ** 2
    half += math.cos(lat_a) * math.cos(lat_b) * math.sin((lon_b - lon_a) / 2) ** 2
    return 2 * EARTH_M * math.asin(math.sqrt(half))


@given(near_lon, near_lat)
def test_a_crow_flies_as_far_as_on_the_sphere(lon, lat):
    """Searches compare distances of a county: one in a hundred is what they may be off."""
    flown = metres_from(*CENTRE, lon, lat)
    assert float(flown) == pytest.approx(haversine_m(CENTRE, (lon, lat)), rel=0.01, abs=1e-3)


def test_many_points_are_measured_at_once():
    """A degree of latitude is 111 km anywhere, one of longitude shrinks to the pole."""
    away = metres_from(113.5, 60.0, [113.5, 114.5], [61.0, 60.0])
    assert away.tolist() == pytest.approx([111_195.08, 55_597.54], abs=0.01)
    assert parallel_degree_m(60.0) == pytest.approx(55_597.54, abs=0.01)


@given(near_lon, near_lat)
def test_the_plane_leads_back(lon, lat):
    """What is drawn at a place must be recorded at that place."""
    plane = Plane(*CENTRE)
    back = plane.lonlat(*plane.xy(lon, lat))
    assert [float(x) for x in back] == pytest.approx([lon, lat], abs=1e-9)


@given(near_lon, near_lat)
def test_pictures_grow_to_the_south(lon, lat):
    """A picture's y points down: it is the plane's own y turned over, and nothing else."""
    x, y = Plane(*CENTRE).xy(lon, lat)
    picture = PicturePlane(CENTRE)
    assert picture.at(LonLat(lon, lat)).tolist() == pytest.approx([float(x), -float(y)])
    there = picture.degrees(picture.xy(np.array([[lon, lat]])))[0]
    assert there.tolist() == pytest.approx([lon, lat], abs=1e-9)
