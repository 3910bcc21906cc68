"""Datums: published pairs of coordinates, round trips, and the doubt that the roads raise."""

from __future__ import annotations

import gzip
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import cKDTree

from optimizer.datum import (
    Datum,
    from_wgs84,
    in_shifted_box,
    likelier_datum,
    projection_hint,
    to_wgs84,
)
from optimizer.errors import IntakeError

if TYPE_CHECKING:
    from pathlib import Path

CHINESE = ["wgs84", "gcj02", "bd09", "cgcs2000", "EPSG:4547", "EPSG:4526"]
LILING = (113.4962, 27.6468)


def metres(lon_a, lat_a, lon_b, lat_b):
    """Metres between near points, good to a thousandth."""
    east = (np.asarray(lon_a) - lon_b) * np.cos(np.radians(lat_b))
    return 111_200 * np.hypot(east, np.asarray(lat_a) - lat_b)


@pytest.mark.parametrize(
    ("datum", "lon", "lat"),
    [("gcj02", 116.4102445, 39.9164043), ("bd09", 116.4166272, 39.9226996)],
)
def test_published_pair(datum, lon, lat):
    """Tiananmen as the open libraries for these datums (gcoord, eviltransform) shift it."""
    assert from_wgs84(116.404, 39.915, datum) == pytest.approx((lon, lat), abs=1e-7)


def test_shift_at_liling_is_as_measured():
    """A map that is off by 664 m there is off by exactly this shift."""
    lon, lat = from_wgs84(*LILING, "gcj02")
    assert metres(lon, lat, *LILING) == pytest.approx(664, abs=4)


def test_cgcs2000_is_wgs84():
    """They differ by centimetres, which no crew can see."""
    assert to_wgs84(*LILING, "cgcs2000") == pytest.approx(LILING)


def test_projected_coordinates_of_a_known_meridian():
    """On its central meridian a Gauss-Krüger zone has its false easting, and no other."""
    east, north = from_wgs84(114.0, 27.6468, "EPSG:4547")
    assert east == pytest.approx(500_000, abs=0.01)
    assert north == pytest.approx(3_059_000, abs=2000)
    assert from_wgs84(114.0, 27.6468, "EPSG:4526")[0] == pytest.approx(38_500_000, abs=0.01)


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(112.6, 115.4), st.floats(20.0, 53.0)),
        min_size=1,
        max_size=50,
    ),
    st.sampled_from(CHINESE),
)
def test_there_and_back_is_the_same_place(points, datum):
    """A house must not wander when a map is written for a phone and read again."""
    lon, lat = np.array(points).T
    back = to_wgs84(*from_wgs84(lon, lat, datum), datum)
    assert metres(*back, lon, lat).max() < 0.0001


@settings(deadline=None)
@given(st.floats(-180, 180), st.floats(-90, 90), st.sampled_from(CHINESE[:4]))
def test_the_rest_of_the_world_is_not_shifted(lon, lat, datum):
    """The real networks of the tests lie in Europe, and must stay there."""
    if not in_shifted_box(np.array(lon), np.array(lat)):
        assert to_wgs84(lon, lat, datum) == (lon, lat)
        assert from_wgs84(lon, lat, datum) == (lon, lat)


def test_unknown_places_stay_unknown_and_shapes_stay():
    """Tables have holes; the arithmetic must neither fill them nor warn about them."""
    x = np.array([[LILING[0], np.nan], [np.inf, 200.0]])
    y = np.array([[LILING[1], 27.0], [27.0, np.nan]])
    for datum in CHINESE:
        lon, lat = to_wgs84(x, y, datum)
        assert lon.shape == lat.shape == (2, 2)
        assert np.isnan(lon[0, 1]) or np.isnan(lat[1, 1])
        assert not np.isinf(lon).any()


@pytest.mark.parametrize(
    ("text", "name"),
    [("WGS84", "wgs84"), ("gcj-02", "gcj02"), (" BD09 ", "bd09"), ("epsg:4547", "EPSG:4547")],
)
def test_datum_is_read_as_people_write_it(text, name):
    """Nobody remembers where the hyphen goes."""
    assert Datum.parse(text) == Datum(name)
    assert Datum.parse(str(Datum(name))) == Datum(name)


@pytest.mark.parametrize("text", ["", "wgs", "EPSG:4", "EPSG:99999", "EPSG:4978", "火星坐标"])
def test_datum_that_is_none_is_refused_with_advice(text):
    """The message must let the user go on without a search."""
    with pytest.raises(IntakeError, match="→"):
        Datum.parse(text)


def test_projected_is_told_from_degrees():
    """EPSG:4490 is CGCS2000 in degrees, 4547 the same in metres."""
    assert Datum.parse("EPSG:4547").projected
    assert not Datum.parse("EPSG:4490").projected
    assert not Datum.parse("gcj02").projected


@pytest.mark.parametrize(
    ("x", "y", "hint"),
    [
        (38_449_673, 3_059_759, "EPSG:4526"),
        (3_059_759, 38_449_673, "EPSG:4526"),
        (19_744_000, 3_059_000, "EPSG:4497"),
        (449_673, 3_059_759, "EPSG:n"),
    ],
)
def test_zone_shows_by_its_magnitude(x, y, hint):
    """An easting of eight digits begins with the number of its zone, so we can name it."""
    assert projection_hint(x, y) == hint


def street(lon, _lat):
    """Metres to the only road, the meridian of Liling."""
    return metres(lon, LILING[1], LILING[0], LILING[1])


@pytest.mark.parametrize("true", ["wgs84", "gcj02", "bd09"])
@pytest.mark.parametrize("declared", ["wgs84", "gcj02", "bd09"])
def test_doubt_names_the_datum_under_which_houses_stand_at_the_road(true, declared):
    """Houses 20 m from one road, written in one datum and declared as another."""
    lat = np.linspace(27.60, 27.70, 50)
    lon = LILING[0] + np.where(np.arange(50) % 2, 1, -1) * 20 / 98_500
    written = from_wgs84(lon, lat, true)
    doubt = likelier_datum(*to_wgs84(*written, declared), declared, street)
    if true == declared:
        assert doubt is None
    else:
        assert doubt is not None
        assert doubt.likelier == Datum(true)
        assert doubt.likelier_m == pytest.approx(20, abs=1)
        assert f"--datum {true}" in str(doubt)


def test_no_doubt_without_places():
    """A file without coordinates has no wrong ones, and a few of them prove nothing."""
    assert likelier_datum([113.4] * 19, [27.6] * 19, "wgs84", street) is None
    assert likelier_datum([], [], "wgs84", street) is None
    assert likelier_datum([np.nan], [np.nan], "wgs84", street) is None


def test_doubt_on_a_real_network_moved_to_china(shared_data: Path):
    """Real buildings and real roads: only there do we see what far and near mean."""
    nodes, roads, houses = real_village(shared_data / "osm" / "north-bayreuth.osm.gz")
    move = np.array(LILING) - nodes.mean(axis=0)
    scale = np.array([98_500.0, 111_200.0])
    tree = cKDTree((along(nodes, roads) + move) * scale)

    def distance_m(lon, lat):
        return tree.query(np.column_stack([lon, lat]) * scale)[0]

    lon, lat = (np.array([nodes[way].mean(axis=0) for way in houses]) + move).T
    for true in ("wgs84", "gcj02", "bd09"):
        written = from_wgs84(lon, lat, true)
        for declared in ("wgs84", "gcj02", "bd09"):
            doubt = likelier_datum(*to_wgs84(*written, declared), declared, distance_m)
            assert (doubt and doubt.likelier.name) == (None if declared == true else true)


def real_village(path):
    """Node positions, and for each road and each building the numbers of its nodes."""
    number, places, roads, houses = {}, [], [], []
    with gzip.open(path) as file:
        for _, item in ET.iterparse(file):  # noqa: S314  (our own test data)
            if item.tag == "node":
                number[item.get("id")] = len(places)
                places.append((float(item.get("lon")), float(item.get("lat"))))
            elif item.tag == "way":
                tags = {tag.get("k") for tag in item.iter("tag")}
                way = [number[ref.get("ref")] for ref in item.iter("nd")]
                if tags & {"highway", "building"}:
                    (roads if "highway" in tags else houses).append(way)
    return np.array(places), roads, houses


def along(nodes, roads):
    """Points every 20 m or so along all roads."""
    pieces = []
    for road in roads:
        for start, end in zip(nodes[road[:-1]], nodes[road[1:]], strict=True):
            steps = max(2, int(np.hypot(*(end - start)) * 90_000 / 20))
            pieces.append(np.linspace(start, end, steps))
    return np.concatenate(pieces)
