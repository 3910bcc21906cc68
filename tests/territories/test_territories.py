"""Territories: everybody has one area, one station and a crew, or a reason."""

from __future__ import annotations

import time

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from grid_world import CROSSINGS, SETTINGS, grid, node_at, point
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.errors import CampaignError
from optimizer.example import write_example
from optimizer.intake import read_tables
from optimizer.roads import read_roads
from optimizer.settings import Settings, TerritorySettings
from optimizer.territories import assign, keep_previous, suggest
from optimizer.territories.clustering import Sizes, form_areas
from optimizer.territories.districting import (
    DistrictingProblem,
    assign_areas,
    fair_loads,
    neighbour_lists,
)
from optimizer.territories.local_search import least_loaded, parts_of
from optimizer.territories.outlines import outlines, write_outlines
from optimizer.territories.transportation import assign_areas_to_stations
from optimizer.territories.workload import medians
from optimizer.travel import Travel

COUNTY = Settings(travel=SETTINGS)


@pytest.fixture(scope="module")
def roads(tmp_path_factory):
    """Nine crossings 900 m apart."""
    return grid(tmp_path_factory.mktemp("grid"))


def frame(rows: list[dict], *texts: str, **numbers: float) -> pd.DataFrame:
    """A table of rows, "" and NaN where they say nothing."""
    columns = {name: pd.Series([row.get(name, "") for row in rows], dtype="str") for name in texts}
    columns |= {
        name: pd.Series([row.get(name, value) for row in rows], dtype=float)
        for name, value in numbers.items()
    }
    return pd.DataFrame(columns)


def at(x: float, y: float) -> dict[str, float]:
    """Coordinates of a place given in metres."""
    return point(x, y)._asdict()


def stations_at(*rows: dict) -> pd.DataFrame:
    nan = float("nan")
    return frame(list(rows), "station", "name", "phone", lon=nan, lat=nan, capacity=nan)


def areas_of(*rows: dict) -> pd.DataFrame:
    nan = float("nan")
    return frame(list(rows), "area", "name", "station", "manager", lon=nan, lat=nan)


def crews_of(*rows: dict) -> pd.DataFrame:
    columns = "crew station member1 member2 phone motorcycle skills duty_days shift_start shift_end"
    return frame(list(rows), *columns.split())


def customers_at(*rows: dict) -> pd.DataFrame:
    nan = float("nan")
    texts = ("account_no", "name", "area", "station", "kind")
    numbered = [
        {"account_no": f"{i:010d}", "kind": "household"} | row for i, row in enumerate(rows)
    ]
    return frame(numbered, *texts, lon=nan, lat=nan, service_min=nan)


WEST = {"station": "W", **at(0, 900)}
EAST = {"station": "E", **at(1800, 900)}


def drawn(roads, customers, areas=None, stations=None, *, crews=None, county=COUNTY):
    """Territories of some customers between the stations West and East."""
    return assign(
        customers,
        areas_of() if areas is None else areas,
        stations_at(WEST, EAST) if stations is None else stations,
        crews_of() if crews is None else crews,
        roads,
        county,
    )


def street(number: int, x: float, y: float, **more: str) -> list[dict]:
    """Houses 2 m apart along a street from west to east."""
    return [{**at(x + 2 * i, y + 5), **more} for i in range(number)]


# ---- stations


def test_the_nearest_station_by_road_serves_a_customer(roads):
    """Two houses on either side of the middle go to either side."""
    result = drawn(roads, customers_at(at(800, 5), at(1000, 5)))
    assert result.customers["station"].tolist() == ["W", "E"]
    assert result.customers["located"].tolist() == ["given", "given"]
    assert result.summary.stationed == 2
    assert result.unplaced.empty


def test_a_full_station_passes_on_what_costs_least(roads):
    """West has room for 70 only: of its two hamlets of 70 the one nearer to East goes there."""
    houses = customers_at(*street(70, 10, 900), *street(70, 500, 900))
    full = stations_at(WEST | {"capacity": 70}, EAST)
    result = drawn(roads, houses, stations=full)
    assert (result.customers["station"][:70] == "W").all()
    assert (result.customers["station"][70:] == "E").all()
    assert result.summary.over_capacity == ()


def test_where_all_are_full_it_is_said(roads):
    """Nobody is dropped because stations are too small: the planner is told."""
    full = stations_at(WEST | {"capacity": 40}, EAST | {"capacity": 30})
    result = drawn(roads, customers_at(*street(140, 10, 900)), stations=full)
    assert result.unplaced.empty
    assert sum(over.customers for over in result.summary.over_capacity) >= 70
    assert "capacity" in str(result.summary)


def test_an_area_without_a_station_goes_whole_to_one(roads):
    """A transformer area is never split between stations, though the middle runs through it."""
    houses = customers_at(*street(60, 840, 900, area="T1"))
    result = drawn(roads, houses, areas_of({"area": "T1"}))
    assert len(set(result.customers["station"])) == 1


def test_an_areas_station_holds_before_a_customers_own(roads):
    """Two files that contradict each other: the area's word counts, and the count is told."""
    houses = customers_at({"area": "T1", "station": "E", **at(10, 5)})
    result = drawn(roads, houses, areas_of({"area": "T1", "station": "W"}))
    assert result.customers["station"].tolist() == ["W"]
    assert result.summary.moved == 1


def test_an_area_without_a_station_follows_its_manager_then_its_customers(roads):
    """What is known of an area is used before anything is measured."""
    houses = customers_at(
        {"area": "T1", **at(10, 5)},
        {"area": "T2", "station": "E", **at(20, 5)},
        {"area": "T2", "station": "E", **at(30, 5)},
        {"area": "T2", "station": "W", **at(40, 5)},
    )
    crews = crews_of({"crew": "C1", "station": "E", "member1": "王芳"})
    result = drawn(
        roads, houses, areas_of({"area": "T1", "manager": "王芳"}, {"area": "T2"}), crews=crews
    )
    assert result.areas.set_index("area")["station"].to_dict() == {"T1": "E", "T2": "E"}


def test_a_station_without_coordinates_stands_among_its_customers(roads):
    """A station file without positions is common and no reason to stop."""
    houses = customers_at(
        {"station": "W", "area": "T1", **at(10, 5)}, at(100, 5), {"area": "T2", **at(1700, 1800)}
    )
    result = drawn(roads, houses, stations=stations_at({"station": "W"}, EAST))
    assert result.customers["station"].tolist() == ["W", "W", "E"]


def test_without_any_place_of_a_station_there_is_no_nearest(roads):
    """The message says which column to fill."""
    with pytest.raises(CampaignError, match="经度"):
        drawn(roads, customers_at(at(10, 5)), stations=stations_at({"station": "W"}))
    with pytest.raises(CampaignError, match="--stations"):
        drawn(roads, customers_at(at(10, 5)), stations=stations_at())


@settings(max_examples=50, deadline=None)
@given(
    size=st.lists(st.integers(1, 40), min_size=1, max_size=12),
    room=st.lists(st.integers(0, 150), min_size=1, max_size=4),
    seed=st.integers(0, 99),
)
def test_capacity_is_held_or_cannot_be(size, room, seed):
    """Sharing out overflows no station while another could take the smallest area too many."""
    seconds = np.random.default_rng(seed).integers(1, 900, (len(size), len(room))).astype(float)
    sizes = np.array(size)
    choice = assign_areas_to_stations(sizes, seconds, np.array(room, dtype=float))
    assert ((choice >= 0) & (choice < len(room))).all()
    load = np.bincount(choice, weights=sizes, minlength=len(room))
    left = np.array(room) - load
    if (left < 0).any():
        # areas are whole: what overflows has no station where all of it would fit
        assert sum(size) > sum(room) - max(size) * len(room)


# ---- areas


def test_customers_without_coordinates_stand_at_their_areas_centre(roads):
    """The median of the others, flagged; else the area's own place; else nowhere, with a reason."""
    houses = customers_at(
        {"area": "T1", **at(100, 0)},
        {"area": "T1", **at(200, 0)},
        {"area": "T1", **at(900, 0)},
        {"area": "T1"},
        {"area": "T2"},
        {"area": "T3", "station": "E"},
        {"station": "W"},
        {},
    )
    areas = areas_of({"area": "T2", "station": "W", **at(0, 900)})
    result = drawn(roads, houses, areas)
    rows = result.customers
    assert rows["located"].tolist()[3:] == ["area", "area", "none", "none", "none"]
    assert rows["lon"][3] == pytest.approx(point(200, 0).lon)
    assert (rows["lon"][4], rows["lat"][4]) == pytest.approx(point(0, 900))
    assert rows["station"].tolist()[3:] == ["W", "W", "E", "W", ""]
    assert rows["lon"][5:].isna().all()
    assert dict(zip(result.unplaced["account_no"], result.unplaced["code"], strict=True)) == {
        "0000000005": "no_location",
        "0000000006": "no_area",
        "0000000007": "no_station",
    }


def test_a_customer_without_an_area_joins_the_neighbours(roads):
    """The house between houses of T1 belongs to T1, not to an area of its own."""
    houses = customers_at(*street(5, 10, 0, area="T1", station="W"), at(13, 5))
    result = drawn(roads, houses, areas_of({"area": "T1", "station": "W"}))
    assert result.customers["area"].tolist() == ["T1"] * 6
    assert result.summary.joined == 1


def test_nobody_joins_a_full_area_or_another_stations(roads):
    """An area of 100 is full; and a customer of East does not join an area of West."""
    crowd = street(100, 10, 0, area="T1", station="W")
    houses = customers_at(*crowd, at(13, 5), {"station": "E", **at(15, 5)})
    result = drawn(roads, houses, areas_of({"area": "T1", "station": "W"}))
    assert (result.customers["area"][:100] == "T1").all()
    assert result.customers["area"][100] != "T1"
    assert result.customers["station"][101] == "E"
    assert result.customers["area"][101] not in ("", "T1")


def test_new_areas_are_stretches_of_road(roads):
    """300 houses along a street become areas of 60 to 100, each in one stretch."""
    houses = customers_at(*street(300, 10, 0))
    result = drawn(roads, houses, stations=stations_at(WEST))
    names = result.customers["area"].to_numpy()
    sizes = pd.Series(names).value_counts()
    assert sizes.between(60, 100).all()
    assert np.count_nonzero(names[1:] != names[:-1]) == len(sizes) - 1
    assert set(names) == set(result.areas["area"])
    assert all(name.startswith("W-A") for name in names)


def test_formed_areas_keep_their_name_when_newcomers_come(roads):
    """Printed sheets and wishes name areas: W-A001 must not mean other houses in March.

    Of 70 newcomers at the far end some find room in an old area, the others get a new one; drawn
    from nothing, they would have been W-A001 and the old areas W-A002 and on.
    """
    old = customers_at(*street(170, 10, 0))
    before = drawn(roads, old, stations=stations_at(WEST))
    houses = customers_at(*street(170, 10, 0), *street(70, 1000, 1800))
    again = drawn(
        roads,
        *keep_previous(houses, areas_of(), (before.customers, before.areas)),
        stations=stations_at(WEST),
    )
    assert again.customers["area"][:170].tolist() == before.customers["area"].tolist()
    assert set(again.customers["area"][170:]) - set(before.areas["area"]) == {"W-A003"}
    fresh = drawn(roads, houses, stations=stations_at(WEST))
    assert fresh.customers["area"][:170].tolist() != before.customers["area"].tolist()


def test_a_former_area_holds_nobody_who_moved(roads):
    """Who is in another area or at another station by the new file goes there."""
    houses = customers_at(*street(140, 10, 0))
    before = drawn(roads, houses, stations=stations_at(WEST, EAST))
    files = houses.assign(area="", station="")
    files.loc[0, "station"] = "E"
    files.loc[1, "area"] = "T1"
    now = areas_of({"area": "T1"})
    customers, areas = keep_previous(files, now, (before.customers, before.areas))
    assert customers["area"][0] == ""
    assert customers["area"][1] == "T1"
    assert customers["area"][2:].tolist() == before.customers["area"][2:].tolist()
    assert set(areas["area"]) == {"T1", *before.areas["area"]}


def test_new_areas_take_no_name_that_is_taken(roads):
    """A file that already has an area W-A001 keeps it to itself."""
    houses = customers_at(*street(70, 10, 0), {"area": "W-A001", **at(1700, 1800)})
    result = drawn(roads, houses, areas_of({"area": "W-A001", "station": "E"}))
    assert result.customers["area"].nunique() == 2
    assert result.customers["area"].value_counts()["W-A001"] == 1


@settings(max_examples=60, deadline=None)
@given(
    counts=st.lists(st.integers(0, 260), min_size=1, max_size=30),
    least=st.integers(1, 60),
    seed=st.integers(0, 99),
)
def test_formed_areas_have_their_size(roads, counts, least, seed):
    """However houses are heaped: nobody is left out, no area is too large, few are too small."""
    rng = np.random.default_rng(seed)
    nodes = rng.choice(len(roads.node_lon), len(counts), replace=False)
    node = np.repeat(nodes, counts).astype(np.int32)
    roots = [node_at(roads, CROSSINGS[1]), node_at(roads, CROSSINGS[9])]
    tree = Travel(roads, SETTINGS).nearest(roots)
    area = form_areas(tree, node, Sizes(least, 2 * least))
    assert len(area) == len(node)
    if not len(node):
        return
    size = np.bincount(area)
    assert size.min() > 0
    assert size.max() <= 2 * least
    # one remainder for each station's tree, where its other areas could not spare anybody
    assert (size < least).sum() <= len(np.unique(tree.source[node]))
    for number in range(len(size)):
        assert len(np.unique(tree.source[node[area == number]])) == 1


@given(st.lists(st.tuples(st.integers(0, 5), st.floats(-9, 9)), max_size=40))
def test_medians_are_those_of_each_group(pairs):
    """All groups at once give what each gives by itself."""
    group = np.array([g for g, _ in pairs], dtype=np.int64)
    values = np.array([v for _, v in pairs], dtype=float)
    found = medians(group, 6, values)
    for number in range(6):
        own = values[group == number]
        assert np.isnan(found[number]) if not len(own) else found[number] == np.median(own)


def test_sizes_that_cannot_be_met_are_refused():
    """An area of 60 to 70 customers cannot always be cut from a village of 110."""
    with pytest.raises(ValueError, match="most_customers"):
        TerritorySettings(least_customers=60, most_customers=70)


# ---- crews


def hamlets(*places: tuple[float, float], houses: int = 20, **more: str):
    """Areas T0, T1, … of so many houses each around some places, and their customers."""
    areas = [{"area": f"T{i}", "station": "W"} for i in range(len(places))]
    people = [
        {"area": f"T{i}", **at(x + 3 * k, y + 4), **more}
        for i, (x, y) in enumerate(places)
        for k in range(houses)
    ]
    return areas, people


def team(number: int, **more: str) -> list[dict]:
    """Crews C0, C1, … of West."""
    return [{"crew": f"C{i}", "station": "W", "member1": f"甲{i}", **more} for i in range(number)]


CORNERS = ((50, 0), (300, 0), (50, 1800), (300, 1800))


def test_neighbouring_areas_go_to_one_crew(roads):
    """Two hamlets in the south and two in the north: a crew for either, not one hamlet of each."""
    areas, people = hamlets(*CORNERS)
    result = drawn(roads, customers_at(*people), areas_of(*areas), crews=crews_of(*team(2)))
    crew = result.areas.set_index("area")["crew"]
    assert crew["T0"] == crew["T1"] != crew["T2"] == crew["T3"]
    (balance,) = result.summary.balance
    assert (balance.areas, balance.crews, balance.apart) == (4, 2, 0)
    assert 0.95 < balance.least <= 1 <= balance.most < 1.05


def test_a_managers_areas_stay_with_his_crew(roads):
    """By name or by crew id, whatever balance and distance would say."""
    areas, people = hamlets(*CORNERS)
    areas[0]["manager"], areas[3]["manager"] = "甲1", "C1"
    result = drawn(roads, customers_at(*people), areas_of(*areas), crews=crews_of(*team(2)))
    crew = result.areas.set_index("area")["crew"]
    assert crew["T0"] == crew["T3"] == "C1"
    assert crew["T1"] == crew["T2"] == "C0"
    assert result.summary.managed == 2


def test_a_manager_of_another_station_is_told(roads):
    """An area cannot go to a crew of another station: its manager is listed as unknown."""
    areas, people = hamlets(*CORNERS)
    areas[0]["manager"], areas[1]["manager"] = "李四", "C9"
    crews = crews_of(*team(1), {"crew": "C9", "station": "E", "member1": "李四"})
    result = drawn(roads, customers_at(*people), areas_of(*areas), crews=crews)
    assert result.summary.unknown_managers == ("T0", "T1")
    assert (result.areas["crew"] == "C0").all()


def test_who_is_on_duty_less_gets_less(roads):
    """A crew that goes out one day a week takes a sixth of the work of one that goes out five."""
    places = [(60 * i, 0) for i in range(24)]
    areas, people = hamlets(*places, houses=12)
    crews = team(2)
    crews[0]["duty_days"], crews[1]["duty_days"] = "3", "1,2,3,4,5"
    result = drawn(roads, customers_at(*people), areas_of(*areas), crews=crews_of(*crews))
    assert (result.areas["crew"] == "C0").sum() == pytest.approx(4, abs=1)


def test_a_crew_that_is_never_on_duty_gets_nothing_but_its_own(roads):
    """No duty days are no division by zero."""
    areas, people = hamlets(*CORNERS)
    areas[2]["manager"] = "C0"
    crews = team(2)
    crews[0]["duty_days"] = "2031-01-01"
    result = drawn(roads, customers_at(*people), areas_of(*areas), crews=crews_of(*crews))
    assert result.areas["crew"].tolist() == ["C1", "C1", "C0", "C1"]


def test_a_station_without_crews_is_told(roads):
    """Its customers keep their area and station; the planner sees the station's name."""
    areas, people = hamlets(*CORNERS)
    result = drawn(roads, customers_at(*people), areas_of(*areas))
    assert (result.areas["crew"] == "").all()
    assert result.summary.no_crews == ("W",)
    assert "no crew" in str(result.summary)


def test_an_unreadable_shift_is_the_crew_files_fault(roads):
    """The message names the crew, not a stack of functions."""
    areas, people = hamlets(*CORNERS)
    crews = crews_of(*team(1, shift_start="early"))
    with pytest.raises(CampaignError, match="crew C0"):
        drawn(roads, customers_at(*people), areas_of(*areas), crews=crews)


def test_progress_is_told(roads):
    """A county takes a minute: the bar moves and arrives."""
    steps = []
    assign(
        customers_at(at(10, 5)),
        areas_of(),
        stations_at(WEST),
        crews_of(),
        roads,
        COUNTY,
        progress=lambda done, total: steps.append((done, total)),
    )
    assert steps[-1][0] == steps[-1][1]
    assert steps == sorted(steps)


# ---- sharing by itself


@st.composite
def shares(draw):
    """Areas on a plain, neighbours within reach, some with managers."""
    number = draw(st.integers(1, 40))
    crews = draw(st.integers(1, 6))
    rng = np.random.default_rng(draw(st.integers(0, 999)))
    xy = rng.uniform(-5000, 5000, (number, 2))
    apart = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1))
    near = np.argwhere(np.triu(apart < 2500, 1))
    fixed = np.where(rng.random(number) < draw(st.sampled_from([0, 0.2])), 0, -1)
    duty_hours = draw(st.lists(st.sampled_from([0.0, 50.0, 100.0]), min_size=crews, max_size=crews))
    return DistrictingProblem(
        work=rng.uniform(1, 3, number),
        node=np.arange(number),
        xy=xy,
        borders=near.reshape(-1, 2),
        fixed=fixed.astype(np.int64),
        duty_hours=np.array(duty_hours),
    )


@settings(max_examples=30, deadline=None)
@given(shares())
def test_sharing_gives_every_area_to_one_crew(share):
    """Managers keep theirs, nobody off duty gets more, and the same again is the same."""
    apart = np.hypot(*(share.xy[:, None] - share.xy[None]).transpose(2, 0, 1)) / 8
    crew = assign_areas(share, lambda nodes: apart[np.ix_(nodes, nodes)])
    assert ((crew >= 0) & (crew < len(share.duty_hours))).all()
    own = share.fixed >= 0
    assert (crew[own] == share.fixed[own]).all()
    if share.duty_hours.any() and len(share.duty_hours) > 1:
        assert not np.isin(crew[~own], np.flatnonzero(share.duty_hours == 0)).any()
    again = assign_areas(share, lambda nodes: apart[np.ix_(nodes, nodes)])
    assert np.array_equal(crew, again)


@given(shares())
def test_fair_goals_add_up(share):
    """All work is somebody's goal, and nobody's own areas are more than his goal."""
    goal = fair_loads(share)
    assert goal.sum() == pytest.approx(share.work.sum())
    own = np.bincount(
        share.fixed[share.fixed >= 0],
        weights=share.work[share.fixed >= 0],
        minlength=len(goal),
    )
    assert (own <= goal + 1e-6).all()


def plain_share(side: int, crews: int) -> DistrictingProblem:
    """A square of so many areas a side, each a neighbour of those around it."""
    x, y = (axis.ravel() for axis in np.meshgrid(np.arange(side), np.arange(side)))
    number = np.arange(side * side)
    east, north = number[x < side - 1], number[y < side - 1]
    borders = np.column_stack([np.append(east, north), np.append(east + 1, north + side)])
    return DistrictingProblem(
        work=np.ones(side * side),
        node=number,
        xy=1000.0 * np.column_stack([x - side / 2, y - side / 2]),
        borders=borders,
        fixed=np.full(side * side, -1),
        duty_hours=np.ones(crews),
    )


@pytest.mark.parametrize(("side", "crews"), [(12, 6), (16, 15), (45, 20)])
def test_on_a_plain_shares_are_even_and_connected(side, crews):
    """Where nothing stands in the way, crews have like work in one part; the largest by halves."""
    share = plain_share(side, crews)

    def apart_s(nodes):
        x, y = share.xy[nodes].T
        return np.hypot(x[:, None] - x, y[:, None] - y)

    crew = assign_areas(share, apart_s)
    load = np.bincount(crew, minlength=crews) / (side * side / crews)
    assert load.max() < 1.1
    assert load.min() > 0.85
    borders = neighbour_lists(share)
    assert sum(parts_of(crew, number, *borders) for number in range(crews)) <= crews + 1


def test_the_crew_that_lacks_most_is_one_on_duty():
    """A crew on leave for the whole campaign has no work and must not hide who is short of it."""
    load, goal = np.array([0.0, 8.0, 5.0]), np.array([1e-9, 10.0, 10.0])
    assert least_loaded(load, goal, np.array([False, True, True])) == 2


# ---- the whole county


@st.composite
def counties(draw):
    """Customers with holes of every kind around the grid, and files that know more or less."""
    rng = np.random.default_rng(draw(st.integers(0, 9999)))
    number = draw(st.integers(1, 250))
    names = [f"T{i}" for i in range(draw(st.integers(0, 5)))]
    places = rng.uniform(-300, 2100, (number, 2))
    people = []
    for x, y in places:
        row: dict = at(x, y) if rng.random() < 0.9 else {}
        if names and rng.random() < 0.6:
            row["area"] = str(rng.choice(names))
        if rng.random() < 0.3:
            row["station"] = str(rng.choice(["W", "E"]))
        people.append(row)
    areas = [
        {
            "area": name,
            "station": str(rng.choice(["W", "E", ""])),
            "manager": str(rng.choice(["C0", "甲1", "谁", ""])),
        }
        for name in names
    ]
    capacity = draw(st.sampled_from([np.nan, 50, 400]))
    stations = stations_at(WEST | {"capacity": capacity}, EAST | {"capacity": capacity})
    return customers_at(*people), areas_of(*areas), stations


@settings(max_examples=40, deadline=None)
@given(counties())
def test_everybody_has_one_place_or_a_reason(roads, county):
    """Whatever is missing in the files, nobody vanishes and nothing contradicts itself."""
    customers, areas, stations = county
    crews = crews_of(*team(2))
    result = drawn(roads, customers, areas, stations, crews=crews)
    rows = result.customers
    assert rows["account_no"].tolist() == customers["account_no"].tolist()
    explained = rows["account_no"].isin(result.unplaced["account_no"])
    complete = (rows["area"] != "") & (rows["station"] != "") & (rows["located"] != "none")
    assert (complete != explained).all()
    assert rows.loc[rows["located"] != "none", ["lon", "lat"]].notna().all(axis=None)
    assert (rows.loc[customers["lon"].notna(), "located"] == "given").all()

    assert result.areas["area"].is_unique
    station_of = result.areas.set_index("area")["station"]
    inside = rows[(rows["area"] != "") & (rows["station"] != "")]
    assert (inside["station"] == station_of[inside["area"]].to_numpy()).all()
    assert set(areas["area"]) <= set(result.areas["area"])

    of_crew = dict(zip(crews["crew"], crews["station"], strict=True))
    for crew, station in zip(result.areas["crew"], result.areas["station"], strict=True):
        assert crew == "" or of_crew[crew] == station
    wanted = areas.merge(result.areas, on="area", suffixes=("_file", ""))
    own = wanted[wanted["manager"].isin(["C0", "甲1"]) & (wanted["station"] == "W")]
    assert (own["crew"] == own["manager"].map({"C0": "C0", "甲1": "C1"})).all()

    held = rows["station"].value_counts()
    for name, capacity in zip(stations["station"], stations["capacity"], strict=True):
        told = [over.station for over in result.summary.over_capacity]
        assert (held.get(name, 0) > capacity) == (name in told)


@settings(max_examples=10, deadline=None)
@given(counties())
def test_the_same_files_give_the_same_territories(roads, county):
    """Nothing is left to chance: drawn again, everything is where it was."""
    customers, areas, stations = county
    one = drawn(roads, customers, areas, stations, crews=crews_of(*team(3)))
    other = drawn(roads, customers, areas, stations, crews=crews_of(*team(3)))
    pd.testing.assert_frame_equal(one.customers, other.customers)
    pd.testing.assert_frame_equal(one.areas, other.areas)
    assert one.summary == other.summary


def test_a_county_without_customers_has_territories(roads):
    """The first day of a campaign: areas are known, customers are not."""
    result = drawn(roads, customers_at(), areas_of({"area": "T1", "station": "W"}))
    assert result.areas["area"].tolist() == ["T1"]
    assert result.customers.empty


# ---- suggestions and outlines


def test_a_badly_drawn_area_is_suggested_to_its_neighbour(roads):
    """T3 lies at East's door but belongs to West; T0 and T1 are where they should be.

    West is 1,800 m = 180 s away from T3, East next to it: each of T3's days saves about 2 x 180 s.
    """
    areas, people = hamlets((20, 900), (700, 900), (1200, 900), (1700, 900), houses=80)
    areas.append({"area": "T4", "station": "E"})
    people += [{"area": "T4", **at(1750 + 3 * i, 890)} for i in range(10)]
    customers = customers_at(*people)
    stations = stations_at(WEST, EAST)
    result = drawn(roads, customers, areas_of(*areas), stations)
    found = suggest(result.customers, result.areas, customers, stations, roads, COUNTY)
    assert found["area"].tolist()[0] == "T3"
    assert set(found["better"]) == {"E"}
    assert set(found["area"]) <= {"T2", "T3"}
    best = found.iloc[0]
    assert best["customers"] == 80
    saved_s = 2 * best["crew_days"] * (best["ride_s"] - best["better_ride_s"])
    assert best["saved_h"] * 3600 == pytest.approx(saved_s, rel=0.1)
    full = stations_at(WEST, EAST | {"capacity": 11})
    assert suggest(result.customers, result.areas, customers, full, roads, COUNTY).empty


def test_what_was_drawn_by_travel_needs_no_suggestion(roads):
    """Areas that went to the nearest station stay there."""
    customers = customers_at(*street(300, 10, 0), *street(300, 1000, 1800))
    result = drawn(roads, customers)
    again = suggest(
        result.customers, result.areas, customers, stations_at(WEST, EAST), roads, COUNTY
    )
    assert again.empty
    assert list(again.columns)[-1] == "saved_h"


def test_outlines_hold_their_houses(roads, tmp_path):
    """Three layers for any GIS; every house lies inside its area, crew and station."""
    areas, people = hamlets(*CORNERS)
    areas.append({"area": "T9", "station": "E"})
    people += [{"area": "T9", **at(1500, 900)}, {"area": "T9"}, {}]
    result = drawn(roads, customers_at(*people), areas_of(*areas), crews=crews_of(*team(2)))
    shapes = outlines(result.customers, result.areas, roads)
    write_outlines(shapes, tmp_path / "out" / "territories.gpkg")
    write_outlines(shapes, tmp_path / "out" / "territories.gpkg")
    layers = {
        name: gpd.read_file(tmp_path / "out" / "territories.gpkg", layer=name)
        for name in ("areas", "crews", "stations")
    }
    assert [len(layer) for layer in layers.values()] == [5, 2, 2]
    assert layers["areas"].crs == "EPSG:4326"
    assert layers["areas"]["customers"].sum() == 82
    full = result.customers.merge(result.areas[["area", "crew"]], on="area")
    for name, key in (("areas", "area"), ("crews", "crew"), ("stations", "station")):
        by_name = layers[name].set_index(key).geometry
        rows = full[full[key].isin(by_name.index) & full["lon"].notna()]
        houses = gpd.points_from_xy(rows["lon"], rows["lat"])
        assert (
            by_name[rows[key]].reset_index(drop=True).covers(gpd.GeoSeries(houses, crs=4326)).all()
        )


# ---- a real network


def test_a_town_on_real_roads(shared_data):
    """20,000 customers without areas on mountain roads: sizes, balance and seconds."""
    county = Settings()
    roads = read_roads(shared_data / "osm" / "andorra.osm.pbf", county.travel)
    rng = np.random.default_rng(1)
    node = rng.integers(0, len(roads.node_lon), 20_000)
    customers = customers_at(*({} for _ in node))
    customers["lon"] = roads.node_lon[node] + rng.normal(0, 0.0003, len(node))
    customers["lat"] = roads.node_lat[node] + rng.normal(0, 0.0003, len(node))
    places = rng.integers(0, len(roads.node_lon), 2)
    stations = stations_at(
        *(
            {"station": f"S{i}", "lon": roads.node_lon[n], "lat": roads.node_lat[n]}
            for i, n in enumerate(places)
        )
    )
    crews = crews_of(*({"crew": f"S{i % 2}-{i:02d}", "station": f"S{i % 2}"} for i in range(16)))
    start = time.process_time()
    result = assign(customers, areas_of(), stations, crews, roads, county)
    assert time.process_time() - start < 30
    sizes = result.customers["area"].value_counts()
    assert sizes.between(60, 100).mean() > 0.99
    for balance in result.summary.balance:
        # with a handful of areas a crew, whole areas cannot be shared evenly
        if balance.areas > 8 * balance.crews:
            assert balance.most < 1.1
            assert balance.apart <= 1


def test_the_example_county_with_and_without_its_files(tmp_path):
    """What a user brings, and what is left when he brings customers and stations alone."""
    write_example(tmp_path, customers=1500, seed=2)
    files = {
        name: tmp_path / "input" / f"{name}.csv"
        for name in ("stations", "areas", "customers", "crews", "leave")
    }
    tables = read_tables(**files, datum="wgs84").tables
    roads = read_roads(tmp_path / "input" / "roads.osm.pbf", Settings().travel)
    customers, areas = tables["customers"], tables["areas"]
    rest = tables["stations"], tables["crews"], roads, Settings()
    result = assign(customers, areas, *rest, leave=tables["leave"])
    named = areas[areas["manager"] != ""].merge(result.areas, on="area")
    crews = tables["crews"].set_index("crew")
    for manager, crew in zip(named["manager"], named["crew"], strict=True):
        assert manager in (crew, crews["member1"][crew], crews["member2"][crew])

    bare = customers.assign(area="", station="")
    formed = assign(bare, areas.iloc[:0], *rest)
    located = bare["lon"].notna()
    assert (formed.customers.loc[located, "area"] != "").all()
    assert formed.customers.loc[located, "area"].value_counts().between(60, 100).all()
    assert len(formed.unplaced) == (~located).sum()
