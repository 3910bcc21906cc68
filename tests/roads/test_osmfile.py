"""Street files as they really come: out of order, half edited, broken off, converted."""

from __future__ import annotations

import itertools
import re

import networkx as nx
import numpy as np
import osmium
import osmnx  # noqa: TID251
import pytest
from grid_world import CROSSINGS, GRID, SETTINGS, point, way, write_osm
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from optimizer.errors import RoadsError
from optimizer.roads import read_roads
from optimizer.roads.ways import Repairs

WHOLE_KM = 10.8


def rows(path):
    """The lines of an OSM file: head, nodes and ways mixed, foot."""
    text = path.read_text(encoding="utf-8").splitlines()
    return text[:2], text[2:-1], text[-1:]


def written(path, *parts):
    """A file of some lines."""
    path.write_text("\n".join(row for part in parts for row in part), encoding="utf-8")
    return path


def inline(row):
    """A way with its positions inside, as Overpass writes them for `out geom`."""

    def nd(match):
        place = CROSSINGS[int(match[1])]
        return f'<nd ref="{match[1]}" lat="{place.lat:.7f}" lon="{place.lon:.7f}"/>'

    return re.sub(r'<nd ref="(\d+)"/>', nd, row)


def is_way(row):
    """Whether a line of the file is a way."""
    return row.startswith("<way")


# ---- order


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(order=st.permutations(range(15)))
def test_objects_may_stand_in_any_order(tmp_path, order):
    """Editors and Overpass write ways before their nodes: not a road may be lost by that."""
    head, body, foot = rows(write_osm(tmp_path / "a.osm", GRID))
    mixed = written(tmp_path / "b.osm", head, [body[i] for i in order], foot)
    roads = read_roads(mixed, SETTINGS)
    assert roads.report.km == pytest.approx(WHOLE_KM, abs=0.01)
    assert roads.report.repairs == Repairs()


def test_positions_inside_ways_are_used(tmp_path):
    """An answer of `out geom` has no nodes at all."""
    head, body, foot = rows(write_osm(tmp_path / "a.osm", GRID))
    ways = [inline(row) for row in body if is_way(row)]
    roads = read_roads(written(tmp_path / "b.osm", head, ways, foot), SETTINGS)
    assert (roads.report.lines, round(roads.report.km, 1)) == (12, WHOLE_KM)


def test_positions_without_ids_meet_by_their_place(tmp_path):
    """`out tags geom` leaves the nodes' ids out: the crossings are where positions agree."""
    head, body, foot = rows(write_osm(tmp_path / "a.osm", GRID))
    ways = [re.sub(r' ref="\d+"', "", inline(row)) for row in body if is_way(row)]
    roads = read_roads(written(tmp_path / "b.osm", head, ways, foot), SETTINGS)
    assert (roads.report.lines, round(roads.report.km, 1)) == (12, WHOLE_KM)


def test_a_pbf_with_locations_on_ways_is_read(tmp_path):
    """`osmium add-locations-to-ways` throws the nodes away."""
    source = write_osm(tmp_path / "a.osm", GRID)
    target = tmp_path / "b.osm.pbf"
    with osmium.SimpleWriter(
        osmium.io.File(str(target), "osm.pbf,locations_on_ways=true")
    ) as writer:
        for one in osmium.FileProcessor(str(source)).with_locations():
            if one.is_way():
                writer.add(one)
    roads = read_roads(target, SETTINGS)
    assert (roads.report.lines, round(roads.report.km, 1)) == (12, WHOLE_KM)


def test_roads_without_their_nodes_are_told(tmp_path):
    """Ways exported alone: the sentence names the nodes, not the tags, which are right."""
    head, body, foot = rows(write_osm(tmp_path / "a.osm", GRID))
    alone = written(tmp_path / "b.osm", head, [row for row in body if is_way(row)], foot)
    with pytest.raises(RoadsError, match="6 roads, but of none the positions"):
        read_roads(alone, SETTINGS)


def test_lost_and_incomplete_roads_are_counted(tmp_path):
    """One road has half of its nodes, one has none: both are said."""
    ways = [*GRID, way([3, 20, 777]), way([778, 779])]
    path = write_osm(tmp_path / "a.osm", ways, {20: point(2700, 0)})
    repairs = read_roads(path, SETTINGS).report.repairs
    assert (repairs.incomplete, repairs.lost) == (1, 1)


# ---- deleted, invisible, several versions


@pytest.mark.parametrize("mark", ['action="delete"', "action='delete'", 'visible="false"'])
def test_what_is_marked_as_gone_is_not_ridden(tmp_path, mark):
    """A bridge that fell into the river is deleted in the editor, and its way is still written."""
    path = write_osm(tmp_path / "a.osm", [*GRID, way([1, 5], "path")])
    text = path.read_text(encoding="utf-8").replace('<way id="7"', f'<way id="7" {mark}')
    path.write_text(text, encoding="utf-8")
    assert set(read_roads(path, SETTINGS).class_names) == {"tertiary"}


@pytest.mark.parametrize("mark", ['action="delete"', 'visible="false"'])
def test_a_node_that_is_gone_has_no_position(tmp_path, mark):
    """Its way is used as far as it goes."""
    path = write_osm(tmp_path / "a.osm", [*GRID, way([1, 20, 5], "path")], {20: point(400, 450)})
    text = path.read_text(encoding="utf-8").replace('<node id="20"', f'<node id="20" {mark}')
    path.write_text(text, encoding="utf-8")
    report = read_roads(path, SETTINGS).report
    assert (report.lines, report.repairs.lost + report.repairs.incomplete) == (12, 1)


def test_the_newest_version_counts(tmp_path):
    """A file with history has a road that became a path, and one that was deleted."""
    path = write_osm(tmp_path / "a.osm", [*GRID, way([1, 5]), way([5, 9])])
    history = (
        '<way id="7" version="2"><nd ref="1"/><nd ref="5"/><tag k="highway" v="path"/></way>'
        '<way id="8" version="2" visible="false"/></osm>'
    )
    path.write_text(path.read_text(encoding="utf-8").replace("</osm>", history), encoding="utf-8")
    roads = read_roads(path, SETTINGS)
    assert sorted(roads.class_names) == ["path", "tertiary"]
    assert roads.report.lines == 13


def test_the_same_way_twice_is_one_road(tmp_path):
    """Two extracts that overlap and were put together."""
    head, body, foot = rows(write_osm(tmp_path / "a.osm", GRID))
    roads = read_roads(written(tmp_path / "b.osm", head, body, body, foot), SETTINGS)
    assert roads.report.lines == 12


def test_different_roads_under_one_id_are_all_kept(tmp_path):
    """A converter that numbers nothing writes id 0 everywhere."""
    path = write_osm(tmp_path / "a.osm", GRID)
    text = re.sub(r'<way id="\d+"', '<way id="0"', path.read_text(encoding="utf-8"))
    path.write_text(text, encoding="utf-8")
    assert read_roads(path, SETTINGS).report.lines == 12


# ---- places that cannot be


@pytest.mark.parametrize("place", ['lat="0" lon="0"', 'lat="95.0" lon="113.5"', ""])
def test_a_node_without_a_sound_place_counts_as_missing(tmp_path, place):
    """0/0 lies in the sea off Africa: no road of a county leads there."""
    path = write_osm(tmp_path / "a.osm", [*GRID, way([1, 20, 5], "path")], {20: point(1, 1)})
    text = re.sub(
        r'<node id="20" lat="[^"]*" lon="[^"]*"|<node id="20" lon="[^"]*" lat="[^"]*"',
        f'<node id="20" {place}',
        path.read_text(encoding="utf-8"),
    )
    path.write_text(text, encoding="utf-8")
    report = read_roads(path, SETTINGS).report
    assert (report.lines, round(report.km, 1)) == (12, WHOLE_KM)
    assert report.repairs.incomplete + report.repairs.lost == 1


def test_a_leap_over_half_the_country_is_left_out_and_told(tmp_path):
    """One wrong figure in a longitude made a road of hundreds of kilometres."""
    far = {20: point(450, 450)._replace(lon=118.5)}
    path = write_osm(tmp_path / "a.osm", [*GRID, way([1, 20, 5], "path")], far)
    report = read_roads(path, SETTINGS).report
    assert (round(report.km, 1), report.repairs.leaps) == (WHOLE_KM, 2)


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        (r'lat="27\.65\d*"', 'lat="nan"'),
        (r'lat="27\.65\d*"', 'lat="27,65"'),
        (r'lat="27\.65\d*"', 'lat="north"'),
        (r'<node id="3"', '<node id="333333333333333333333"'),
        (r'<nd ref="3"', '<nd ref="x3"'),
        (r'version="1"', 'version="one"'),
    ],
)
def test_a_number_that_is_none_is_named(tmp_path, good, bad):
    """One sentence that shows the value, not a traceback."""
    path = write_osm(tmp_path / "a.osm", GRID)
    text = re.sub(good, bad, path.read_text(encoding="utf-8"), count=1)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RoadsError, match="number that is none"):
        read_roads(path, SETTINGS)


def test_an_answer_that_was_broken_off_is_refused(tmp_path):
    """Overpass closes its file properly when it runs out of time: half a county looks whole."""
    path = write_osm(tmp_path / "a.osm", GRID)
    remark = "<remark> runtime error: Query timed out in &quot;query&quot; </remark></osm>"
    path.write_text(path.read_text(encoding="utf-8").replace("</osm>", remark), encoding="utf-8")
    with pytest.raises(RoadsError, match=r"broke off.*timed out"):
        read_roads(path, SETTINGS)


# ---- crossings that a conversion has doubled


def apart(streets):
    """Every street with nodes of its own, at the crossings' places."""
    nodes, ways = {}, []
    for street in streets:
        refs = [100 + len(nodes) + i for i in range(len(street))]
        nodes |= {ref: CROSSINGS[one] for ref, one in zip(refs, street, strict=True)}
        ways.append(refs)
    return nodes, ways


def test_crossings_of_converted_shapes_are_joined(tmp_path):
    """Every shape had its own points: nothing met, and most roads were cut off unsaid."""
    nodes, refs = apart([refs for refs, _ in GRID])
    path = write_osm(tmp_path / "a.osm", [way(one) for one in refs], nodes)
    report = read_roads(path, SETTINGS).report
    assert (report.lines, report.cut_lines, report.repairs.joined) == (12, 0, 9)


def test_crossings_that_rounding_has_moved_are_joined(tmp_path):
    """A conversion writes each end with its own last figure: a hand's breadth is nothing."""
    nodes, refs = apart([refs for refs, _ in GRID])
    moved = {ref: (lon + ref % 3 * 4e-7, lat) for ref, (lon, lat) in nodes.items()}
    path = write_osm(tmp_path / "a.osm", [way(one) for one in refs], moved)
    report = read_roads(path, SETTINGS).report
    assert (report.lines, report.cut_lines, report.repairs.joined) == (12, 0, 9)


def test_a_bridge_is_not_joined_to_what_runs_beneath(tmp_path):
    """On another level the same place is another place."""
    over = {20: point(-450, 450), 21: CROSSINGS[5], 22: point(2250, 450)}
    ways = [*GRID, way([1, 20, 21, 22, 3], "path", bridge="yes", layer="1")]
    report = read_roads(write_osm(tmp_path / "a.osm", ways, over), SETTINGS).report
    assert (report.lines, report.repairs.joined) == (13, 0)


# ---- GraphML


def graph(tmp_path, *more):
    """The grid as OSMnx reads it."""
    path = write_osm(tmp_path / "g.osm", [*GRID, *more], {20: point(450, 400)})
    return osmnx.graph_from_xml(path, simplify=False, retain_all=True)


def total_m(path):
    """Metres of all directed edges."""
    return int(read_roads(path, SETTINGS).edge_m.sum())


def test_an_undirected_graph_goes_both_ways(tmp_path):
    """`to_undirected` keeps each street once; that does not make it one-way."""
    osmnx.save_graphml(osmnx.convert.to_undirected(graph(tmp_path)), tmp_path / "u.graphml")
    assert total_m(tmp_path / "u.graphml") == pytest.approx(2 * 10_800, abs=12)


def test_shapes_of_an_undirected_graph_may_run_either_way(tmp_path):
    """An edge without a direction is named from either end; its bends stay where they are."""
    simple = osmnx.simplify_graph(graph(tmp_path, way([1, 20, 5])))
    osmnx.save_graphml(osmnx.convert.to_undirected(simple), tmp_path / "u.graphml")
    report = read_roads(tmp_path / "u.graphml", SETTINGS).report
    diagonal = (np.hypot(450, 400) + np.hypot(450, 500)) / 1000
    # 2-3-6, 4-7-8 and 6-9-8 are one line each, and so is the diagonal
    assert (report.lines, report.repairs) == (10, Repairs())
    assert report.km == pytest.approx(WHOLE_KM + diagonal, abs=0.01)


def test_a_one_way_street_of_an_undirected_graph_keeps_its_direction(tmp_path):
    """OSMnx writes from where to where it went."""
    diagonal = graph(tmp_path, way([1, 20, 5], oneway="yes"))
    osmnx.save_graphml(osmnx.convert.to_undirected(diagonal), tmp_path / "u.graphml")
    along = np.hypot(450, 400) + np.hypot(450, 500)
    assert total_m(tmp_path / "u.graphml") == pytest.approx(2 * 10_800 + along, abs=15)


@pytest.mark.parametrize(("yes", "no"), [("yes", "no"), ("1", "0"), ("true", "false")])
def test_one_way_is_said_in_several_words(tmp_path, yes, no):
    """What another program has written into the column is read as it means."""
    osmnx.save_graphml(graph(tmp_path, way([1, 20, 5], oneway="yes")), tmp_path / "a.graphml")
    text = (tmp_path / "a.graphml").read_text(encoding="utf-8")
    text = text.replace(">False<", f">{no}<").replace(">True<", f">{yes}<")
    (tmp_path / "b.graphml").write_text(text, encoding="utf-8")
    assert total_m(tmp_path / "b.graphml") == total_m(tmp_path / "a.graphml")


def test_a_graph_that_networkx_wrote_is_read(tmp_path):
    """Typed values and names instead of ids for the nodes."""
    made = nx.MultiDiGraph(crs="epsg:4326")
    for ref, place in CROSSINGS.items():
        made.add_node(f"n{ref}", x=place.lon, y=place.lat)
    for refs, _ in GRID:
        for tail, head in itertools.pairwise(refs):
            made.add_edge(f"n{tail}", f"n{head}", highway="tertiary", oneway=False, lanes=2)
    nx.write_graphml(made, tmp_path / "a.graphml")
    assert total_m(tmp_path / "a.graphml") == pytest.approx(2 * 10_800, abs=12)


@pytest.mark.parametrize(
    ("good", "bad"), [(r">27\.65\d*<", ">27,65<"), (r">epsg:4326<", ">nowhere<")]
)
def test_a_graph_with_a_value_that_is_none_is_refused_kindly(tmp_path, good, bad):
    """One sentence, whatever the value broke."""
    osmnx.save_graphml(graph(tmp_path), tmp_path / "a.graphml")
    text = (tmp_path / "a.graphml").read_text(encoding="utf-8")
    (tmp_path / "b.graphml").write_text(re.sub(good, bad, text, count=1), encoding="utf-8")
    with pytest.raises(RoadsError, match="save_graphml"):
        read_roads(tmp_path / "b.graphml", SETTINGS)


def test_a_gate_in_a_graph_is_closed_too(tmp_path):
    """The other door into the house has the same rules."""
    made = graph(tmp_path, way([1, 20, 5]))
    made.nodes[20].update(barrier="gate", access="private")
    osmnx.save_graphml(made, tmp_path / "a.graphml")
    report = read_roads(tmp_path / "a.graphml", SETTINGS).report
    assert report.repairs.barriers == 1
    assert report.lines == 14
