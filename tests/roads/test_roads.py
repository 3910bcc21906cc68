"""The street network: what is read, what is refused, where houses meet it, and the way back."""

from __future__ import annotations

import gzip
import os
import time
from dataclasses import fields, replace
from typing import TYPE_CHECKING

import numpy as np
import osmnx  # noqa: TID251
import pytest
import shapely
from grid_world import CROSSINGS, GRID, SETTINGS, grid, node_at, point, way, write_osm
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from optimizer.errors import CampaignError, RoadsError
from optimizer.geometry import segment_m
from optimizer.roads import Plane, download_roads, load_roads, read_roads
from optimizer.roads.access import direction, may_ride
from optimizer.roads.lines import Tags, cut_where_they_meet
from optimizer.settings import TravelSettings

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.roads import Roads

REAL = {"north-bayreuth.osm.gz": 9_000, "andorra.osm.pbf": 12_000, "heidelberg.osm.pbf": 60_000}


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """Nine crossings, twelve streets of 900 m."""
    return grid(tmp_path_factory.mktemp("plain"))


def parts(roads: Roads) -> int:
    """Number of strongly connected parts."""
    size = len(roads.node_lon)
    links = (np.ones(len(roads.edge_from)), (roads.edge_from, roads.edge_to))
    number, _ = connected_components(coo_array(links, shape=(size, size)), connection="strong")
    return int(number)


def drawn(roads: Roads, road_class: str) -> int:
    """Number of lines of a class."""
    return len(list(roads.lines(classes={road_class})))


# ---- what is read


def test_the_grid_adds_up(plain):
    """Twelve streets of 900 m in nine pieces each, both ways: the sum a reader can do."""
    assert len(plain.node_lon) == 9 + 12 * 8
    assert len(plain.edge_from) == 12 * 9 * 2
    assert plain.edge_m.sum() == 2 * 12 * 900
    assert plain.report.km == pytest.approx(10.8, abs=0.01)
    assert (plain.report.lines, plain.report.cut_lines, plain.report.cut_share) == (12, 0, 0)


@pytest.mark.parametrize("spacing_m", [20, 100, 899, 901, 5000])
def test_nodes_are_as_close_as_the_setting_says(tmp_path, spacing_m):
    """Houses are at most half the spacing from a node, whatever the spacing is."""
    roads = grid(tmp_path, settings=SETTINGS.model_copy(update={"spacing_m": spacing_m}))
    assert roads.piece_m.max() <= spacing_m
    assert len(roads.piece_m) == 12 * -(-900 // spacing_m)
    assert roads.edge_m.sum() == 2 * 12 * 900


def test_one_way_streets_are_honoured(tmp_path):
    """Along, against, and round about: a crew is never sent against the arrow."""
    nodes = {20: point(-900, 0), 21: point(-900, 900)}
    roads = grid(
        tmp_path,
        way([1, 20], oneway="yes"),
        way([21, 20], oneway="-1"),
        way([21, 4], junction="roundabout"),
        nodes=nodes,
    )
    ends = {name: node_at(roads, place) for name, place in {**CROSSINGS, **nodes}.items()}
    heads = dict(zip(roads.edge_from.tolist(), roads.edge_to.tolist(), strict=True))
    assert parts(roads) == 1
    x, y = roads.node_xy.T
    assert y[heads[ends[20]]] > y[ends[20]]
    assert x[heads[ends[21]]] > x[ends[21]]
    assert np.sum(roads.edge_from == ends[20]) == np.sum(roads.edge_to == ends[20]) == 1


def test_a_closed_way_is_cut_in_its_middle(tmp_path):
    """A loop with one junction has no two ends, but can be ridden around both ways."""
    nodes = {20: point(2100, 0), 21: point(2100, -300), 22: point(1800, -300)}
    roads = grid(tmp_path, way([3, 20, 21, 22, 3]), nodes=nodes)
    assert roads.report.km == pytest.approx(10.8 + 1.2, abs=0.01)
    assert parts(roads) == 1


@pytest.mark.parametrize(
    ("tags", "open_"),
    [
        ({}, True),
        ({"access": "private"}, False),
        ({"access": "no"}, False),
        ({"access": "private", "motorcycle": "yes"}, True),
        ({"access": "no", "motor_vehicle": "destination"}, True),
        ({"motor_vehicle": "no"}, False),
        ({"motor_vehicle": "no", "motorcycle": "designated"}, True),
        ({"motorcycle": "no"}, False),
        ({"access": "permissive"}, True),
        ({"area": "yes"}, False),
    ],
)
def test_the_most_specific_access_decides(tags, open_):
    """Private yards are not shortcuts, unless motorcycles are let in by name."""
    assert may_ride({"highway": "track", **tags}) is open_


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({}, 0),
        ({"oneway": "yes"}, 1),
        ({"oneway": "true"}, 1),
        ({"oneway": "-1"}, -1),
        ({"oneway": "reversible"}, 0),
        ({"junction": "roundabout"}, 1),
        ({"junction": "circular"}, 1),
        ({"junction": "roundabout", "oneway": "no"}, 0),
        ({"highway": "motorway_link"}, 1),
    ],
)
def test_direction_of_a_way(tags, expected):
    """OpenStreetMap says one-way in many words."""
    assert direction({"highway": "tertiary", **tags}) == expected


def test_classes_without_a_speed_and_private_roads_are_left_out(tmp_path):
    """What may not be ridden is not in the network at all; tracks and paths are."""
    nodes = {20: point(450, 450), 21: point(1350, 450), 22: point(450, 1350)}
    roads = grid(
        tmp_path,
        way([1, 20, 5], "steps"),
        way([2, 21, 6], access="private"),
        way([4, 22, 8], "path"),
        way([4, 20], "track"),
        nodes=nodes,
    )
    assert set(roads.class_names) == {"tertiary", "path", "track"}
    assert roads.report.lines == 14


def test_links_count_as_the_class_they_lead_to(tmp_path):
    """A slip road has the speed of its road, so that no class is forgotten."""
    roads = grid(tmp_path, way([1, 5], "tertiary_link"))
    assert roads.class_names == ("tertiary",)
    assert roads.report.lines == 13


def test_what_is_cut_off_is_told(tmp_path):
    """Nobody should wonder why a valley is not reached: length and place are named."""
    nodes = {20: point(5000, 5000), 21: point(5000, 6000), 22: point(9000, 0), 23: point(9000, 200)}
    path = write_osm(
        tmp_path / "x.osm",
        [*GRID, way([20, 21]), way([22, 23])],
        nodes,
        places={"石门村": point(5000, 5400), "河口村": point(9100, 0)},
    )
    roads = read_roads(path, SETTINGS)
    report = roads.report
    assert (report.cut_lines, round(report.cut_km, 2)) == (2, 1.2)
    assert [(round(cut.km, 2), cut.near) for cut in report.largest_cut] == [
        (1.0, "石门村"),
        (0.2, "河口村"),
    ]
    assert report.cut_share == pytest.approx(0.1, rel=0.001)
    assert "石门村" in str(report)
    assert {place.name for place in roads.places} == {"石门村", "河口村"}


def test_a_way_whose_nodes_are_missing_is_used_as_far_as_it_goes(tmp_path):
    """Extracts are cut at a border: half a road is better than none, and no jump across a gap."""
    nodes = {20: point(2700, 0), 21: point(2700, 900)}
    roads = grid(tmp_path, way([3, 20, 777, 778, 21, 6]), nodes=nodes)
    assert roads.report.lines == 14
    assert roads.report.km == pytest.approx(10.8 + 1.8, abs=0.01)


def test_roads_that_somebody_drew_himself_are_read(tmp_path):
    """A map editor numbers new nodes and ways below zero until they are uploaded."""
    roads = grid(tmp_path, way([3, -1, 6]), nodes={-1: point(2700, 450)})
    assert roads.report.km == pytest.approx(10.8 + 2 * np.hypot(900, 450) / 1000, abs=0.01)


def test_two_streets_between_the_same_crossings_stay_two(tmp_path):
    """A short cut beside the main road is not lost because it joins the same crossings."""
    roads = grid(tmp_path, way([1, 20, 2], "path"), nodes={20: point(450, 200)})
    assert drawn(roads, "path") == 1
    assert roads.report.lines == 13


def test_file_kinds_give_the_same_network(tmp_path, plain):
    """Compressed or not, and through OSMnx's own format, the streets are the same."""
    text = write_osm(tmp_path / "a.osm", GRID).read_bytes()
    (tmp_path / "a.osm.gz").write_bytes(gzip.compress(text))
    graph = osmnx.graph_from_xml(tmp_path / "a.osm", simplify=False, retain_all=True)
    osmnx.save_graphml(graph, tmp_path / "raw.graphml")
    simple = osmnx.simplify_graph(graph, node_attrs_include=["kept"])
    osmnx.save_graphml(simple, tmp_path / "simple.graphml")
    osmnx.save_graphml(osmnx.project_graph(simple), tmp_path / "projected.graphml")
    for name in ("a.osm", "a.osm.gz", "raw.graphml", "simple.graphml", "projected.graphml"):
        roads = read_roads(tmp_path / name, SETTINGS)
        assert roads.edge_m.sum() == pytest.approx(plain.edge_m.sum(), abs=12), name
        assert roads.bounds == pytest.approx(plain.bounds, abs=1e-6), name


def test_graphml_keeps_one_ways_and_drops_private_roads(tmp_path):
    """The other door into the house has the same rules."""
    ways = [*GRID, way([1, 20, 5], oneway="yes"), way([2, 21, 6], access="private")]
    nodes = {20: point(450, 400), 21: point(1350, 400)}
    path = write_osm(tmp_path / "a.osm", ways, nodes)
    graph = osmnx.graph_from_xml(path, simplify=False, retain_all=True)
    graph = osmnx.simplify_graph(graph)
    osmnx.save_graphml(graph, tmp_path / "a.graphml")
    roads = read_roads(tmp_path / "a.graphml", SETTINGS)
    diagonal = 2 * np.hypot(450, 400) + np.hypot(450, 500) - np.hypot(450, 400)
    assert roads.edge_m.sum() == pytest.approx(2 * 10_800 + diagonal, abs=15)


# ---- what is refused


def broken(folder: Path, name: str) -> Path:
    """A file that is no street network, each in its own way; the missing one is not made."""
    path = folder / name
    whole = write_osm(folder / "whole.osm", GRID).read_bytes()
    ways = {
        "no-roads.osm": ([1, 2], {"building": "yes"}),
        "steps-only.osm": way([1, 2], "steps"),
        "one-way-only.osm": way([1, 2, 3], oneway="yes"),
    }
    content = {
        "empty.osm": b"",
        "words.osm.pbf": b"this is no map" * 40,
        "cut.osm": whole[: len(whole) // 2],
        "cut.osm.gz": gzip.compress(whole)[:200],
        "other.graphml": b"<graphml><graph/></graphml>",
        "words.graphml": b"no map at all",
        "map.shp": b"{}",
        "map.geojson": b"{}",
    }
    if name in ways:
        write_osm(path, [ways[name]])
    elif name in content:
        path.write_bytes(content[name])
    elif name == "folder.osm":
        path.mkdir()
    return path


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("missing.osm.pbf", "does not exist"),
        ("empty.osm", "cannot be read"),
        ("words.osm.pbf", "cannot be read"),
        ("cut.osm", "cut short"),
        ("cut.osm.gz", "cut short"),
        ("no-roads.osm", "highway"),
        ("steps-only.osm", "speed_kph"),
        ("one-way-only.osm", "one-way"),
        ("other.graphml", "save_graphml"),
        ("words.graphml", "save_graphml"),
        ("map.shp", ".osm.pbf"),
        ("map.geojson", ".osm.pbf"),
        ("folder.osm", "cannot be read"),
    ],
)
def test_a_file_that_is_no_street_network_is_refused_kindly(tmp_path, name, hint):
    """Every wrong file ends in one sentence that says what to do."""
    with pytest.raises(RoadsError, match=hint) as caught:
        read_roads(broken(tmp_path, name), SETTINGS)
    assert name in str(caught.value) or name == "one-way-only.osm"


def test_a_download_without_a_network_tells_how_to_use_a_file(monkeypatch):
    """In a county office there may be no way out: the message must help."""

    def offline(*_args, **_kwargs):
        raise ConnectionError("Name or service not known")

    monkeypatch.setattr(osmnx, "graph_from_place", offline)
    with pytest.raises(RoadsError, match=r"--file COUNTY\.osm\.pbf"):
        download_roads("Liling, Hunan, China", SETTINGS)
    assert osmnx.settings.use_cache is True


def test_a_download_becomes_a_network(tmp_path, monkeypatch, plain):
    """What OSMnx brings from the servers goes the same way as a file, names and all."""
    path = write_osm(tmp_path / "a.osm", GRID)

    def graph(*_args, **_kwargs):
        return osmnx.graph_from_xml(path, simplify=False, retain_all=True)

    def features(*_args, **_kwargs):
        import geopandas as gpd  # noqa: PLC0415

        shapes = [shapely.Point(CROSSINGS[5]), shapely.Point(CROSSINGS[1])]
        rows = {"name": ["中心村", None], "place": ["village", "hamlet"]}
        return gpd.GeoDataFrame(rows, geometry=shapes, crs="EPSG:4326")

    monkeypatch.setattr(osmnx, "graph_from_place", graph)
    monkeypatch.setattr(osmnx, "features_from_place", features)
    roads = download_roads("Somewhere", SETTINGS)
    assert roads.edge_m.sum() == pytest.approx(plain.edge_m.sum(), abs=12)
    assert [place.name for place in roads.places] == ["中心村"]


# ---- houses


def test_a_house_beside_a_street(plain):
    """70 m east of crossing 1 and 30 m north: walked 30 m, and 30 m along to the node at 100."""
    attached = plain.attach(*zip(point(70, 30), strict=True))
    assert attached.walk_m[0] == pytest.approx(30, abs=0.1)
    assert attached.ride_m[0] == pytest.approx(30, abs=0.1)
    assert attached.node[0] == node_at(plain, point(100, 0))
    assert not attached.far[0]


def test_a_house_far_from_all_roads_is_flagged(plain):
    """1,200 m are too far to walk here, but the house still has a nearest road."""
    attached = plain.attach(*zip(point(-1200, 0), point(-900, 0), strict=True))
    assert attached.far.tolist() == [True, False]
    assert attached.walk_m == pytest.approx([1200, 900], rel=0.001)
    assert attached.node[0] == node_at(plain, CROSSINGS[1])


def test_a_house_without_coordinates_is_far_and_nowhere(plain):
    """Unknown places travel along as such and disturb nobody else's row."""
    lon, lat = point(70, 30)
    attached = plain.attach([np.nan, lon], [lat, lat])
    assert attached.node.tolist()[0] == -1
    assert attached.far.tolist() == [True, False]
    assert attached.take(attached.node >= 0).walk_m == pytest.approx([30], abs=0.1)
    assert len(plain.attach([], []).node) == 0


def test_nobody_lives_on_a_motorway_or_in_a_tunnel(tmp_path):
    """A house beside the motorway is reached from the village road, however far that is."""
    nodes = {20: point(0, -300), 21: point(1800, -300), 22: point(0, 2100), 23: point(1800, 2100)}
    roads = grid(
        tmp_path,
        way([1, 20]),
        way([20, 21], "motorway", oneway="no"),
        way([21, 3]),
        way([7, 22]),
        way([22, 23], tunnel="yes"),
        way([23, 9]),
        nodes=nodes,
    )
    attached = roads.attach(*zip(point(900, -290), point(900, 2090), strict=True))
    assert attached.walk_m == pytest.approx([290, 290], abs=1)


finite = st.floats(-1500, 3300)


@settings(max_examples=40, deadline=None)
@given(places=arrays(float, st.tuples(st.integers(1, 30), st.just(2)), elements=finite))
def test_attaching_finds_the_nearest_road(plain, places):
    """The tree search agrees with measuring every street by hand."""
    attached = plain.attach(*np.array([point(x, y) for x, y in places]).T)
    streets = shapely.MultiLineString(
        [[(0, 900 * i), (1800, 900 * i)] for i in range(3)]
        + [[(900 * i, 0), (900 * i, 1800)] for i in range(3)]
    )
    expected = shapely.distance(shapely.points(places), streets)
    assert attached.walk_m == pytest.approx(expected, rel=0.001, abs=0.2)
    assert (attached.ride_m <= 50.01).all()
    assert (attached.far == (attached.walk_m > 1000)).all()


# ---- drawing


def test_lines_are_whole_roads_within_a_box(plain):
    """Sheets want few long lines, not hundred-metre pieces, and only those of their map."""
    corner = (*point(-10, -10), *point(10, 10))
    lines = list(plain.lines(corner))
    assert len(lines) == 2
    assert len(list(plain.lines())) == 12
    assert not list(plain.lines(classes={"path"}))
    for road_class, line in lines:
        assert road_class == "tertiary"
        assert line[0] in [pytest.approx(CROSSINGS[i], abs=1e-6) for i in (1, 2, 4)]


def test_lines_know_their_names(tmp_path):
    """A map without names is half a map; a road's number stands in for its name."""
    named = [way([1, 5], name="醴茶路"), way([2, 6], ref="X021"), way([3, 5])]
    roads = grid(tmp_path, *named)
    names = {name for _, _, name in roads.named_lines()}
    assert names == {"", "醴茶路", "X021"}


def test_lines_keep_their_bends(tmp_path):
    """Cutting must neither straighten a road nor lose a point of it."""
    bend = {20: point(30, -400), 21: point(870, -400)}
    roads = grid(tmp_path, way([1, 20, 21, 2], "path"), nodes=bend)
    ((_, line),) = roads.lines(classes={"path"})
    for place in bend.values():
        assert any(point == pytest.approx(place, abs=1e-6) for point in line)


# ---- cutting where ways meet


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(st.integers(0, 7), min_size=2, max_size=9), min_size=1, max_size=6),
)
def test_cutting_keeps_every_step_once(ways):
    """Whatever ways cross, touch or close: the same steps, and lines that meet at ends only."""
    ways = [[a for i, a in enumerate(w) if i == 0 or a != w[i - 1]] for w in ways]
    ways = [w for w in ways if len(w) > 1]
    if not ways:
        return
    flat = np.concatenate(ways)
    lines = cut_where_they_meet(
        [Tags("road", name=str(i)) for i in range(len(ways))],
        flat,
        flat.astype(float),
        np.zeros(len(flat)),
        np.array([len(w) for w in ways]),
    )
    steps = sorted((str(i), a, b) for i, w in enumerate(ways) for a, b in zip(w, w[1:]))  # noqa: B905, RUF007
    found, inner = [], []
    for i in range(len(lines)):
        path = lines.lon[lines.first[i] : lines.first[i + 1]].astype(int).tolist()
        assert (path[0], path[-1]) == (lines.start[i], lines.end[i])
        assert path[0] != path[-1]
        found += [(lines.tags[i].name, a, b) for a, b in zip(path, path[1:])]  # noqa: B905, RUF007
        inner += path[1:-1]
    assert sorted(found) == steps
    assert len(set(inner)) == len(inner)
    assert not set(inner) & {*lines.start.tolist(), *lines.end.tolist()}


# ---- keeping


def test_saving_and_loading_gives_the_same_network(tmp_path, plain):
    """The folder's network is the one that was read, to the last number."""
    plain.save(tmp_path / "roads")
    again = load_roads(tmp_path / "roads")
    for item in fields(plain):
        one, other = getattr(plain, item.name), getattr(again, item.name)
        if isinstance(one, np.ndarray):
            assert one.dtype == other.dtype
            assert np.array_equal(one, other), item.name
        else:
            assert one == other, item.name
    assert [path.name for path in (tmp_path / "roads").iterdir()] == ["roads.npz"]


def test_loading_follows_the_settings_of_today(tmp_path, plain):
    """Who changes the longest walk need not read the roads again."""
    plain.save(tmp_path)
    shorter = load_roads(tmp_path, SETTINGS.model_copy(update={"max_walk_m": 100}))
    house = list(zip(point(0, -150), strict=True))
    assert shorter.attach(*house).far.all()
    assert not load_roads(tmp_path).attach(*house).far.any()


def test_loading_what_is_not_there_or_broken(tmp_path, plain):
    """Each says to read the roads again, none shows a traceback."""
    with pytest.raises(RoadsError, match="zoufang roads"):
        load_roads(tmp_path / "nowhere")
    plain.save(tmp_path)
    file = tmp_path / "roads.npz"
    whole = file.read_bytes()
    for damage in (b"", b"no archive", whole[: len(whole) // 2], whole[:100]):
        file.write_bytes(damage)
        with pytest.raises(RoadsError, match="broken"):
            load_roads(tmp_path)


def test_the_same_file_gives_the_same_network(tmp_path):
    """Nothing depends on chance: a plan can be repeated on another machine."""
    path = write_osm(tmp_path / "a.osm", [*GRID, way([1, 5], "path"), way([5, 9], "track")])
    one, other = read_roads(path, SETTINGS), read_roads(path, SETTINGS)
    for item in fields(one):
        assert np.array_equal(getattr(one, item.name), getattr(other, item.name)), item.name


# ---- the flat map


def test_lengths_agree_with_the_great_circle():
    """Segment lengths are good to a millimetre in a kilometre."""
    lon, lat = np.array([113.5, 113.505, 113.505]), np.array([27.6, 27.6, 27.607])
    expected = osmnx.distance.great_circle(lat[:-1], lon[:-1], lat[1:], lon[1:])
    assert segment_m(lon, lat) == pytest.approx(expected, rel=1e-6)


@given(st.floats(-35_000, 35_000), st.floats(-35_000, 35_000))
def test_the_flat_map_goes_there_and_back(x, y):
    """Metres to degrees and back is where it was; its error at a county's edge is below 0.4 %."""
    plane = Plane(113.5, 27.6)
    lon, lat = plane.lonlat(x, y)
    assert np.array(plane.xy(lon, lat)) == pytest.approx([x, y], abs=1e-4)
    east_m = segment_m(np.array([lon, lon + 0.01]), np.array([lat, lat]))[0]
    assert plane.xy(lon + 0.01, lat)[0] - x == pytest.approx(east_m, rel=0.004)


# ---- real networks


@pytest.fixture(scope="module", params=list(REAL))
def real(request, shared_data, tmp_path_factory):
    """A real network, and the seconds that reading it took."""
    start = time.process_time()
    roads = read_roads(shared_data / "osm" / request.param, TravelSettings())
    return roads, request.param, time.process_time() - start


def test_real_networks_hold_together(real):
    """On real data: one part, positive weights, pieces within the spacing, few roads lost."""
    roads, name, seconds = real
    assert parts(roads) == 1
    assert roads.edge_m.min() >= 1
    assert roads.piece_m.max() <= 100
    assert len(roads.node_lon) < REAL[name]
    assert roads.report.cut_share < 0.06
    assert seconds < 60


def test_real_pieces_follow_their_points(real):
    """Every piece's length is that of its points, and its ends are its nodes."""
    roads, _, _ = real
    for piece in range(0, len(roads.piece_m), 997):
        points = slice(roads.piece_first[piece], roads.piece_last[piece] + 1)
        lon, lat = roads.point_lon[points], roads.point_lat[points]
        assert segment_m(lon, lat).sum() == pytest.approx(roads.piece_m[piece], abs=0.05)
        start = roads.piece_from[piece]
        assert (lon[0], lat[0]) == (roads.node_lon[start], roads.node_lat[start])


def test_real_networks_reload_fast(real, tmp_path):
    """A command must not wait for its roads."""
    roads, _, _ = real
    roads.save(tmp_path)
    start = time.perf_counter()
    load_roads(tmp_path)
    assert time.perf_counter() - start < 1


def test_a_truncated_download_is_told(shared_data, tmp_path):
    """Half a .osm.pbf is an error, not half a county."""
    whole = (shared_data / "osm" / "andorra.osm.pbf").read_bytes()
    (tmp_path / "half.osm.pbf").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(RoadsError, match="cut short"):
        read_roads(tmp_path / "half.osm.pbf", TravelSettings())


def test_a_saved_network_is_replaced_in_one_step(tmp_path, plain, monkeypatch):
    """A power cut while saving leaves the old network, not half of the new one."""
    plain.save(tmp_path)

    def fail(*_args, **_kwargs):
        raise OSError("no space left")

    monkeypatch.setattr(np, "savez", fail)
    with pytest.raises(CampaignError, match="no space left"):
        replace(plain, spacing_m=50).save(tmp_path)
    monkeypatch.undo()
    assert load_roads(tmp_path).spacing_m == 100
    assert os.listdir(tmp_path) == ["roads.npz"]  # noqa: PTH208
