"""Where a motorcycle may ride: every line of the table in docs/roads.md is a test."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from grid_world import GRID, SETTINGS, grid, point, way, write_osm

from optimizer.roads import read_roads
from optimizer.roads.access import direction, may_pass, may_ride, road_class

PAGE = Path(__file__).resolve().parents[2] / "docs" / "roads.md"
RIDDEN = {1: "along", -1: "against", 0: "both ways"}


def table(heading: str) -> list[tuple[dict[str, str], str]]:
    """The lines of the page's table under a heading: tags, and what they mean."""
    rows = PAGE.read_text(encoding="utf-8").split(heading)[1].split("\n\n")[0].splitlines()[2:]
    cells = [row.strip("| ").split(" | ") for row in rows]
    return [(dict(re.findall(r"`([^`=]+)=([^`]*)`", tags)), told) for tags, told in cells]


@pytest.mark.parametrize(("tags", "told"), table("| a way of a ridden class with |"))
def test_a_way_is_ridden_as_the_page_says(tags, told):
    """A shortcut through a private yard is none, and a closed way must not cut off a village."""
    tags = {"highway": "tertiary", **tags}
    is_ridden = road_class(tags) in SETTINGS.speed_kph and may_ride(tags)
    assert (RIDDEN[direction(tags)] if is_ridden else "no") == told


@pytest.mark.parametrize(("tags", "told"), table("| a node with |"))
def test_a_node_is_passed_as_the_page_says(tags, told):
    """A gate is opened, unless it says who may; a concrete block lets nobody through."""
    assert ("yes" if may_pass(tags) else "no") == told


def test_the_page_has_its_lines():
    """A table that a slip of the pen has emptied would test nothing."""
    assert len(table("| a way of a ridden class with |")) > 50
    assert len(table("| a node with |")) > 25


@pytest.mark.parametrize(
    ("tags", "open_"),
    [
        ({"access": "Private"}, False),
        ({"access": " no "}, False),
        ({"access": ""}, True),
        ({"access": "private;agricultural", "motorcycle": ""}, False),
        ({"access": "something new"}, True),
        ({"motorcycle:forward": "no", "motorcycle:backward": "no"}, False),
    ],
)
def test_words_are_read_as_people_write_them(tags, open_):
    """Capitals, blanks and empty values stand in real files."""
    assert may_ride({"highway": "track", **tags}) is open_


def with_nodes(path, tags):
    """The file with tags at some of its nodes."""
    text = path.read_text(encoding="utf-8")
    for ref, pairs in tags.items():
        inner = "".join(f'<tag k="{key}" v="{value}"/>' for key, value in pairs.items())
        text = re.sub(rf'(<node id="{ref}"[^>]*)/>', rf"\1>{inner}</node>", text)
    path.write_text(text, encoding="utf-8")
    return path


def test_a_way_is_cut_at_a_closed_gate(tmp_path):
    """The street from 1 to 2 leads up to the gate in its middle from either side, not through."""
    nodes = {20: point(450, 0)}
    ways = [way([1, 20, 2, 3]), *GRID[1:]]
    closed = with_nodes(
        write_osm(tmp_path / "a.osm", ways, nodes), {20: {"barrier": "gate", "access": "no"}}
    )
    roads = read_roads(closed, SETTINGS)
    assert roads.report.km == pytest.approx(10.8, abs=0.01)
    assert roads.report.repairs.barriers == 1
    x, y = roads.node_xy.T
    at_gate = np.hypot(x - (x.min() + 450), y - y.min()) < 1
    assert at_gate.sum() == 2, "two ends at the gate, one on each side"
    assert (np.bincount(roads.edge_to)[at_gate] == 1).all()


def test_a_block_on_a_crossing_closes_all_four_arms(tmp_path):
    """What stands on a junction stands in everybody's way; the ring around it stays."""
    path = with_nodes(write_osm(tmp_path / "a.osm", GRID), {5: {"barrier": "block"}})
    roads = read_roads(path, SETTINGS)
    assert roads.report.km == pytest.approx(10.8, abs=0.01)
    open_ = grid(tmp_path)
    assert len(roads.node_lon) == len(open_.node_lon) + 3


def test_a_gate_that_may_be_passed_changes_nothing(tmp_path):
    """Farm gates stand open or are opened."""
    path = with_nodes(write_osm(tmp_path / "a.osm", GRID), {5: {"barrier": "gate"}})
    roads = read_roads(path, SETTINGS)
    assert (roads.report.lines, roads.report.repairs.barriers) == (12, 0)


def test_a_ferry_is_told_and_ridden_only_when_it_has_a_speed(tmp_path):
    """Nobody waits at a river by surprise, and who knows the ferry can open it."""
    nodes = {20: point(2700, 0), 21: point(2700, 900)}
    ways = [*GRID, way([20, 21]), ([3, 20], {"route": "ferry"}), ([6, 21], {"route": "ferry"})]
    path = write_osm(tmp_path / "a.osm", ways, nodes)
    without = read_roads(path, SETTINGS)
    assert (without.report.repairs.ferries, without.report.lines) == (2, 12)
    speeds = {**SETTINGS.speed_kph, "ferry": 6}
    with_it = read_roads(path, SETTINGS.model_copy(update={"speed_kph": speeds}))
    assert (with_it.report.repairs.ferries, with_it.report.lines) == (0, 15)
