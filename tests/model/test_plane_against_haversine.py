"""Metres on the ground, held against the haversine formula on the sphere."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from optimizer.geometry import EARTH_M, Plane, segment_m

LON = st.floats(73.0, 135.0)
LAT = st.floats(18.0, 53.0)
OFFSET = st.floats(-0.3, 0.3)


def haversine_m(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """Great circles between successive points."""
    lon, lat = np.radians(lon), np.radians(lat)
    half = np.sin(np.diff(lat) / 2) ** 2
    half += np.cos(lat[1:]) * np.cos(lat[:-1]) * np.sin(np.diff(lon) / 2) ** 2
    return 2 * EARTH_M * np.arcsin(np.sqrt(half))


@given(LON, LAT, st.lists(st.tuples(OFFSET, OFFSET), min_size=1, max_size=8))
def test_plane_round_trip(lon, lat, offsets):
    """What is drawn on the flat map is found again on the ground."""
    plane = Plane(lon, lat)
    points = np.array(offsets) + np.array([lon, lat])
    there = plane.lonlat(*plane.xy(points[:, 0], points[:, 1]))
    np.testing.assert_allclose(np.column_stack(there), points, rtol=0, atol=1e-10)


@given(LON, LAT, st.lists(st.tuples(OFFSET, OFFSET), min_size=2, max_size=8))
def test_segments_are_great_circles(lon, lat, offsets):
    """A road's length does not depend on the flat map: it is right anywhere in the country."""
    points = np.array(offsets) * 0.03 + np.array([lon, lat])
    metres = segment_m(points[:, 0], points[:, 1])
    np.testing.assert_allclose(metres, haversine_m(points[:, 0], points[:, 1]), rtol=0, atol=1e-3)


@given(LON, LAT, OFFSET, OFFSET)
def test_plane_is_off_as_its_docstring_says(lon, lat, east, north):
    """Whoever measures on the flat map knows by how much it may be wrong."""
    x, y = Plane(lon, lat).xy(lon + east, lat + north)
    truth = haversine_m(np.array([lon, lon + east]), np.array([lat, lat + north]))[0]
    off = np.tan(np.radians(lat + abs(north))) * np.radians(abs(north)) + 1e-4
    assert abs(np.hypot(x, y) - truth) <= off * truth + 1e-3
