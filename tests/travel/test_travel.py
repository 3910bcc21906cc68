"""Travel times: sums by hand, two engines that agree, and plans that can be carried out."""

from __future__ import annotations

import math
import time
from dataclasses import replace

import numpy as np
import pytest
from grid_world import CROSSINGS, SETTINGS, grid, node_at, point, way
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from optimizer.errors import RoadsError
from optimizer.geometry import segment_m
from optimizer.model import LonLat
from optimizer.roads import read_roads
from optimizer.settings import TravelSettings
from optimizer.travel import DoorNetwork, Doors, Travel, door_seconds, fill_door_matrices
from optimizer.travel.engines import Contraction, Dijkstra, Network

NETWORKS = ["north-bayreuth.osm.gz", "andorra.osm.pbf"]


@pytest.fixture(scope="module")
def roads(tmp_path_factory):
    """Nine crossings and a slow path from 1 to 5."""
    return grid(tmp_path_factory.mktemp("grid"), way([1, 5], "path"))


@pytest.fixture(params=["cch", "scipy"])
def travel(roads, request):
    """The grid's travel times by each engine."""
    return Travel(roads, SETTINGS, engine=request.param)


def doors_at(travel, *places):
    """Matrices between places given in metres."""
    return travel.door_matrix(*np.array([point(*place) for place in places]).T)


# ---- between crossings


def test_seconds_and_metres_add_up(travel):
    """From 1 to 9 are four streets: 4 x 90 s and 4 x 900 m; there is no way around."""
    one, five, nine = (node_at(travel.roads, CROSSINGS[i]) for i in (1, 5, 9))
    seconds, metres = travel.node_matrix([one, five], [one, five, nine])
    assert seconds.tolist() == [[0, 180, 360], [180, 0, 180]]
    assert metres.tolist() == [[0, 1800, 3600], [1800, 0, 1800]]
    assert seconds.dtype == metres.dtype == np.int32


def test_of_two_equally_fast_ways_the_shorter_one_counts(tmp_path):
    """Metres are those of the fastest way; where two are as fast, of the shorter."""
    # 1 → 5 around the corner: 1,800 m at 36 km/h are 180 s; straight: 1,273 m at 25.45 km/h too
    fast = {"path": 1272.66 / 180 * 3.6}
    speeds = SETTINGS.model_copy(update={"speed_kph": SETTINGS.speed_kph | fast, "spacing_m": 2000})
    roads = grid(tmp_path, way([1, 5], "path"), settings=speeds)
    for engine in ("cch", "scipy"):
        pair = [node_at(roads, CROSSINGS[i]) for i in (1, 5)]
        seconds, metres = Travel(roads, speeds, engine=engine).node_matrix(pair, pair)
        assert seconds[0, 1] == 180
        assert metres[0, 1] == pytest.approx(1273, abs=1)


def test_rain_makes_everything_longer(travel):
    """With 0.5 of the speed a street takes 180 s; the dry network is as it was."""
    pair = [node_at(travel.roads, CROSSINGS[i]) for i in (1, 2)]
    wet = replace(travel, settings=SETTINGS.model_copy(update={"speed_factor": 0.5}))
    assert wet.node_matrix(pair, pair).seconds[0, 1] == 180
    assert wet.node_matrix(pair, pair).metres[0, 1] == 900
    assert travel.node_matrix(pair, pair).seconds[0, 1] == 90
    assert wet.nearest(pair[:1]).seconds[pair[1]] == 180
    dry = replace(wet, settings=SETTINGS.model_copy(update={"speed_factor": 1}))
    assert dry.node_matrix(pair, pair).seconds[0, 1] == 90


def test_seconds_alone_are_those_of_the_matrix(travel):
    """Who needs no metres gets the same seconds."""
    nodes = np.arange(0, len(travel.roads.node_lon), 7)
    seconds = travel.node_matrix(nodes, nodes[:3]).seconds
    assert np.array_equal(travel.node_seconds(nodes, nodes[:3]), seconds)
    assert np.array_equal(travel.seconds_from(nodes)[:, nodes[:3]], seconds)


def test_nearest_of_several(travel):
    """Every node goes to the corner that reaches it first, in that corner's seconds."""
    corners = [node_at(travel.roads, CROSSINGS[i]) for i in (1, 9, 3)]
    found = travel.nearest(corners)
    everywhere = travel.seconds_from(corners)
    assert np.array_equal(found.seconds, everywhere.min(axis=0))
    nodes = np.arange(len(found.source))
    assert np.array_equal(everywhere[found.source, nodes], found.seconds)
    assert found.source[corners].tolist() == [0, 1, 2]


def test_a_speed_that_was_taken_away_is_an_error(roads):
    """Roads built with paths cannot be ridden under settings that know no paths."""
    speeds = {name: kph for name, kph in SETTINGS.speed_kph.items() if name != "path"}
    without = SETTINGS.model_copy(update={"speed_kph": speeds})
    with pytest.raises(RoadsError, match="class path"):
        Travel(roads, without).node_matrix([0], [1])


# ---- from door to door


def test_riding_to_a_far_door_adds_up(travel):
    """20 m from the street at crossing 1 to 20 m from it at crossing 3.

    Walk 20 m x 1.5 at 1 m/s = 30 s, 1,800 m at 10 m/s = 180 s, parking 60 s, walk 30 s: 300 s;
    30 + 1,800 + 30 m.
    """
    seconds, metres = doors_at(travel, (0, -20), (1800, -20))
    assert seconds[0, 1] == seconds[1, 0] == pytest.approx(300, abs=1)
    assert metres[0, 1] == pytest.approx(1860, abs=1)


def test_walking_to_a_near_door_adds_up(travel):
    """Two doors 20 m apart: there and back 2 x 20 m x 1.5 = 60 m in 60 s, less than parking."""
    seconds, metres = doors_at(travel, (0, -20), (20, -20))
    # riding from 20 m beside the node: 4 s more to the motorcycle at 18 km/h
    assert seconds[0, 1] == pytest.approx(60, abs=1)
    assert seconds[1, 0] == pytest.approx(64, abs=1)
    assert metres[0, 1] == metres[1, 0] == pytest.approx(60, abs=1)


def test_a_wall_of_distance_is_not_walked_through_for_free(travel):
    """Back to back across a block, the walk must not save the ride around it.

    Doors 20 m apart in the middle between streets 4-5 and 7-8, each nearest to another street:
    both would be walked between in 60 s; but the motorcycle stays on the first one's street, and
    riding on from there may cost up to the way around.
    """
    seconds, _ = doors_at(travel, (450, 1340), (450, 1360))
    ride_around = 45 + 90 + 45 + 2 * 440 * 1.5 + 60
    assert 60 + 170 - 2 < seconds[0, 1] < ride_around


def test_doors_of_one_building_cost_nothing(travel):
    """The same place twice is 0 s and 0 m, and so is every door to itself."""
    seconds, metres = doors_at(travel, (30, -20), (30, -20), (950, 10))
    assert seconds[:2, :2].tolist() == metres[:2, :2].tolist() == [[0, 0], [0, 0]]
    assert seconds[2, 2] == 0
    assert (seconds[:2, 2] > 0).all()


def test_an_attachment_will_do_for_places(travel):
    """What has been attached once is not searched for again."""
    places = travel.roads.attach(*np.array([point(5, 5), point(1200, -40), point(900, 400)]).T)
    assert np.array_equal(
        travel.door_matrix(places).seconds, travel.door_matrix(places.lon, places.lat).seconds
    )
    with pytest.raises(TypeError):
        travel.door_matrix(places.lon)


def test_one_more_door_changes_no_other(roads):
    """Of a day that was asked before only the new door is looked up; the answers are the same."""
    places = np.array([point(110 * k, 40 * (k % 3)) for k in range(20)]).T
    kept = Travel(roads, SETTINGS)
    kept.door_matrix(*places[:, 1:])
    for some in (places, places[:, ::-1], places[:, 2:]):
        found, fresh = kept.door_matrix(*some), Travel(roads, SETTINGS).door_matrix(*some)
        assert np.array_equal(found.seconds, fresh.seconds)
        assert np.array_equal(found.metres, fresh.metres)


def test_a_place_without_coordinates_is_refused(travel):
    """A house that is nowhere has no travel time."""
    with pytest.raises(RoadsError, match="place 1 has no coordinates"):
        travel.door_matrix([113.5, math.nan], [27.65, 27.65])


door = st.tuples(st.floats(-200, 2000), st.floats(-200, 2000))


@settings(max_examples=60, deadline=None)
@given(places=st.lists(door, min_size=3, max_size=6))
def test_a_plan_priced_door_to_door_can_be_carried_out(roads, places):
    """A crew that leaves its motorcycle and walks on is never later than the matrix says.

    The legs are acted out: riding takes the motorcycle along; walking leaves it, and before the
    next ride the crew walks back to it.
    """
    travel = Travel(roads, SETTINGS)
    attached = roads.attach(*np.array([point(*place) for place in places]).T)
    doors = travel.doors(attached)
    net = travel.node_matrix(attached.node, attached.node).seconds
    priced = travel.door_matrix(attached).seconds

    def walk_s(i, j):
        crow_m = math.hypot(doors.x[i] - doors.x[j], doors.y[i] - doors.y[j])
        return crow_m * travel.walk_s_per_m

    def ride_s(i, j):
        return doors.access_s[i] + net[i, j] + SETTINGS.parking_s + doors.access_s[j]

    clock_s = planned_s = 0.0
    left_at = 0
    for i in range(len(places) - 1):
        planned_s += priced[i, i + 1]
        back_s = walk_s(i, left_at)
        if priced[i, i + 1] >= math.ceil(ride_s(i, i + 1)):
            clock_s += back_s + ride_s(left_at, i + 1)
            left_at = i + 1
        else:
            clock_s += walk_s(i, i + 1)
        assert clock_s <= planned_s + 1e-6
    assert clock_s + walk_s(len(places) - 1, left_at) <= planned_s + 1e-6


@settings(max_examples=30, deadline=None)
@given(places=st.lists(door, min_size=2, max_size=8))
def test_the_kernel_of_one_leg_is_the_matrix(roads, places):
    """Routers that price leg by leg see what the matrix shows."""
    travel = Travel(roads, SETTINGS)
    attached = roads.attach(*np.array([point(*place) for place in places]).T)
    doors = travel.doors(attached)
    seconds = travel.door_matrix(attached).seconds
    net = travel.node_matrix(attached.node, attached.node).seconds
    for i, j in np.ndindex(*seconds.shape):
        crow_s = np.hypot(doors.x[i] - doors.x[j], doors.y[i] - doors.y[j]) * travel.walk_s_per_m
        leg = door_seconds(net[i, j], doors.access_s[i], doors.access_s[j], crow_s, 60.0)
        assert leg == seconds[i, j] or i == j


def test_matrices_of_no_doors():
    """A day without visits is a day, too."""
    none = np.zeros(0)
    doors = Doors(none.astype(np.int32), none, none, none, none)
    empty = np.zeros((0, 0), dtype=np.int32)
    seconds, metres = fill_door_matrices(DoorNetwork(doors, empty, empty, 1.0, 1.3, 60.0))
    assert seconds.shape == metres.shape == (0, 0)


# ---- the way


def test_the_line_of_a_ride(travel):
    """From 20 m south of crossing 1 to 20 m south of crossing 2: door, road, door."""
    line = travel.path(point(0, -20), point(900, -20))
    assert line[0] == point(0, -20)
    assert line[-1] == point(900, -20)
    x, y = travel.roads.plane.xy(*np.array(line).T)
    x0, y0 = travel.roads.plane.xy(*CROSSINGS[1])
    assert (x - x0)[1:-1] == pytest.approx(np.arange(0, 901, 100), abs=1)
    assert (y - y0)[1:-1] == pytest.approx(0, abs=1)


def test_the_line_of_a_walk_is_straight(travel):
    """A walk is drawn as the crow flies: nobody knows the path behind the houses."""
    assert travel.path(point(0, -20), point(15, -20)) == [point(0, -20), point(15, -20)]


def test_the_line_between_doors_of_one_piece_does_not_turn_back(travel):
    """Two far doors at the same hundred metres of road meet it where they stand."""
    line = travel.path(point(410, 300), point(490, 300))
    x, _ = travel.roads.plane.xy(*np.array(line).T)
    assert (np.diff(x) >= -0.5).all()


def test_a_line_begins_and_ends_at_its_node_when_they_are_the_same(travel):
    """No ride is no line."""
    assert len(travel.node_path(3, 3)) == 1


# ---- both engines


@st.composite
def graphs(draw):
    """Strongly connected graphs with parallel edges, ties and small and large weights."""
    nodes = draw(st.integers(2, 12))
    ring = [(i, (i + 1) % nodes) for i in range(nodes)]
    one = st.integers(0, nodes - 1)
    more = draw(st.lists(st.tuples(one, one), max_size=25))
    edges = ring + [(a, b) for a, b in more if a != b]
    size = len(edges)
    tenths = draw(st.lists(st.sampled_from([1, 2, 3, 50, 4000]), min_size=size, max_size=size))
    metres = draw(st.lists(st.integers(1, 9000), min_size=size, max_size=size))
    return Network(
        nodes=nodes,
        tail=np.array([a for a, _ in edges]),
        head=np.array([b for _, b in edges]),
        tenths=np.array(tenths),
        metres=np.array(metres),
        order=np.array(draw(st.permutations(range(nodes)))),
    )


@settings(max_examples=200, deadline=None)
@given(graphs())
def test_engines_agree_on_any_graph(network):
    """The fast engine is young: whatever the graph, scipy must say the same."""
    fast, slow = Contraction(network), Dijkstra(network)
    every = np.arange(network.nodes)
    for mixed in (False, True):
        assert np.array_equal(
            fast.sums(every, every, mixed=mixed), slow.sums(every, every, mixed=mixed)
        )
    for target in every.tolist():
        for engine in (fast, slow):
            path = engine.edges(0, target)
            walked = [0, *network.head[path].tolist()]
            assert walked[:-1] == network.tail[path].tolist()
            assert walked[-1] == target
            best = slow.sums(every[:1], every[target : target + 1], mixed=True)
            assert network.mixed[path].sum() == best[0, 0]


@settings(max_examples=80, deadline=None)
@given(graphs())
def test_metres_are_those_of_a_fastest_path(network):
    """Time first, then length, as far as a tenth of a second is worth more than any detour."""
    every = np.arange(network.nodes)
    assume(network.metres.sum() < network.scale)
    slow = Dijkstra(network)
    tenths = slow.sums(every, every, mixed=False)
    metres = slow.sums(every, every, mixed=True) - tenths * network.scale
    for target in every.tolist():
        path = slow.edges(0, target)
        assert network.tenths[path].sum() == tenths[0, target]
        assert network.metres[path].sum() == metres[0, target]


def test_the_scale_shrinks_where_a_network_is_large():
    """Sums stay below what the fast engine can hold, and both engines shrink alike."""
    size = 40
    ring = np.arange(size)
    network = Network(
        nodes=size,
        tail=np.concatenate([ring, (ring + 1) % size]),
        head=np.concatenate([(ring + 1) % size, ring]),
        tenths=np.full(2 * size, 30_000),
        metres=np.full(2 * size, 5_000),
        order=ring,
    )
    assert network.scale < 8192
    assert network.mixed.max() * size // 2 < 2**31
    fast, slow = Contraction(network), Dijkstra(network)
    assert np.array_equal(fast.sums(ring, ring, mixed=True), slow.sums(ring, ring, mixed=True))
    metres = fast.sums(ring, ring, mixed=True) - fast.sums(ring, ring, mixed=False) * network.scale
    assert metres[0, 10] == 50_000


# ---- real networks


@pytest.fixture(scope="module", params=NETWORKS)
def real(request, shared_data):
    """A small real network."""
    return read_roads(shared_data / "osm" / request.param, TravelSettings())


def test_engines_agree_on_real_networks(real):
    """Seconds and metres are equal, to the last one, and so is the length of paths."""
    rng = np.random.default_rng(1)
    sources, targets = rng.integers(0, len(real.node_lon), (2, 60))
    fast, slow = (Travel(real, TravelSettings(), engine=name) for name in ("cch", "scipy"))
    for one, other in zip(
        fast.node_matrix(sources, targets), slow.node_matrix(sources, targets), strict=True
    ):
        assert np.array_equal(one, other)
    metres = fast.node_matrix(sources[:9], targets[:9]).metres.diagonal()
    for row, (source, target) in enumerate(zip(sources[:9], targets[:9], strict=True)):
        for travel in (fast, slow):
            line = np.array(travel.node_path(int(source), int(target)))
            drawn_m = segment_m(*line.T).sum()
            assert drawn_m == pytest.approx(metres[row], rel=0.01, abs=30)


def test_no_detour_is_shorter_on_real_networks(real):
    """The triangle inequality survives rounding: routers rely on it."""
    rng = np.random.default_rng(2)
    nodes = rng.integers(0, len(real.node_lon), 25)
    seconds = Travel(real, TravelSettings()).node_matrix(nodes, nodes).seconds
    via = (seconds[:, :, None] + seconds[None, :, :]).min(axis=1)
    assert (seconds <= via).all()
    assert (seconds.diagonal() == 0).all()


def test_a_days_matrix_takes_no_time(real):
    """300 doors: the morning must not wait for it."""
    rng = np.random.default_rng(3)
    rows = rng.integers(0, len(real.node_lon), 300)
    lon = real.node_lon[rows] + rng.normal(0, 0.0005, 300)
    lat = real.node_lat[rows] + rng.normal(0, 0.0005, 300)
    travel = Travel(real, TravelSettings())
    travel.door_matrix(lon[:2], lat[:2])
    start = time.process_time()
    seconds, metres = travel.door_matrix(lon, lat)
    assert time.process_time() - start < 0.5
    assert seconds.shape == metres.shape == (300, 300)
    assert seconds.min() == 0
    line = travel.path(LonLat(lon[0], lat[0]), LonLat(lon[1], lat[1]))
    assert line[0] == (lon[0], lat[0])
