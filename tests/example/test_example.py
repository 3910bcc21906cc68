"""The made-up county: the same for a seed, believable, and fit to go in through the front door."""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import osmium
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from optimizer.errors import CampaignError
from optimizer.example import HEADINGS, ExampleSummary, write_example
from optimizer.example.areas import bundle
from optimizer.example.county import County, make_county
from optimizer.example.gazetteer import (
    served_townships,
    station_count,
    townships,
    villages,
)
from optimizer.example.hamlets import make_hamlets
from optimizer.example.houses import Doors
from optimizer.example.mesh import Mesh
from optimizer.example.settlements import Place, make_ground, place_villages
from optimizer.example.terrain import make_land, to_lonlat, to_xy
from optimizer.intake import read_tables
from optimizer.intake.columns import COLUMNS

TABLES = ("stations", "areas", "customers", "crews", "leave")
DATA = Path(__file__).parents[2] / "data"


@dataclass(frozen=True)
class Written:
    """An example as it lies on the disk, read as text."""

    folder: Path
    summary: ExampleSummary
    tables: dict[str, pd.DataFrame]

    def __getattr__(self, name: str) -> pd.DataFrame:
        return self.tables[name]


def write(folder: Path, customers: int, seed: int = 1) -> Written:
    """Write an example and read its tables back as text."""
    summary = write_example(folder, customers, seed)
    read = {
        name: pd.read_csv(
            folder / "input" / f"{name}.csv", dtype=str, keep_default_na=False, encoding="utf-8-sig"
        ).rename(columns={heading: column for column, heading in HEADINGS[name].items()})
        for name in TABLES
    }
    return Written(folder, summary, read)


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> Written:
    """An example of the default size."""
    return write(tmp_path_factory.mktemp("usual"), 20_000)


@pytest.fixture(scope="module")
def county() -> County:
    """The same in memory, seed and size as `usual`."""
    return make_county(20_000, 1, lambda: None)


def digests(folder: Path) -> dict[str, str]:
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (folder / "input").iterdir()
    }


def test_same_seed_same_bytes_and_another_seed_another_county(tmp_path):
    """Bug reports and documentation speak of one county, whoever makes it."""
    first, second, other = (tmp_path / name for name in ("first", "second", "other"))
    write_example(first, 400, 7)
    write_example(second, 400, 7)
    write_example(other, 400, 8)
    assert digests(first) == digests(second)
    assert all(digests(first)[name] != digests(other)[name] for name in digests(first))


@pytest.mark.parametrize("customers", [20, 50, 333, 1000, 2500])
def test_any_size_has_exactly_so_many_customers_and_goes_in_without_a_fault(tmp_path, customers):
    """Whoever asks for 50 customers to try something gets 50, through the same door as anyone."""
    made = write(tmp_path, customers, seed=3)
    intake = read_tables(
        **{name: tmp_path / "input" / f"{name}.csv" for name in TABLES}, datum="wgs84"
    )
    assert len(made.customers) == len(intake.tables["customers"]) == customers
    assert {name: len(frame) for name, frame in intake.tables.items()} == {
        name: len(made.tables[name]) for name in TABLES
    }


def test_the_usual_county_goes_in_without_a_fault_or_a_warning(usual):
    """The demo must not begin with a complaint about our own data."""
    intake = read_tables(
        **{name: usual.folder / "input" / f"{name}.csv" for name in TABLES}, datum="wgs84"
    )
    assert len(intake.tables["customers"]) == 20_000
    assert not intake.warnings


@settings(max_examples=8, deadline=None)
@given(customers=st.integers(20, 700), seed=st.integers(0, 2**40))
def test_any_seed_makes_a_whole_county(customers, seed):
    """Every door has a village, an area and a road network that hangs together around it."""
    county = make_county(customers, seed, lambda: None)
    doors, ways = county.doors, county.ways
    assert len(doors.x) == len(county.area) == customers
    assert sum(place.urban + place.rural for place in county.places) == customers
    assert np.bincount(doors.place, minlength=len(county.places)).tolist() == [
        place.urban + place.rural for place in county.places
    ]
    assert county.area.min() == 0
    assert np.isfinite(doors.x).all()
    first, second, _ = ways.segments()
    size = len(ways.x)
    graph = coo_array((np.ones(len(first)), (first, second)), (size, size))
    assert connected_components(graph, directed=False)[0] == 1


@pytest.mark.parametrize("customers", [-1, 0, 19])
def test_too_few_customers_are_refused_in_one_sentence(tmp_path, customers):
    """A county of three houses has no stations to speak of."""
    with pytest.raises(CampaignError, match="at least 20"):
        write_example(tmp_path, customers)
    assert not (tmp_path / "input").exists()


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    """The user learns which path it was, not which line of ours."""
    (tmp_path / "input").write_text("in the way", encoding="utf-8")
    with pytest.raises(CampaignError, match="input"):
        write_example(tmp_path, 20)


def test_progress_reaches_its_total_step_by_step(tmp_path):
    """A bar that stops at nine tenths looks like a hang."""
    calls: list[tuple[int, int]] = []
    write_example(tmp_path, 20, progress=lambda done, total: calls.append((done, total)))
    total = calls[-1][1]
    assert calls == [(done, total) for done in range(1, total + 1)]


def test_the_folder_and_the_stations_say_that_they_are_made_up(usual):
    """Nobody may take an invented household for a real one."""
    text = (usual.folder / "input" / "README.txt").read_text(encoding="utf-8")
    assert "全部虚构" in text
    assert "Made-up" in text
    assert str(usual.summary) in text
    assert usual.stations["name"].str.startswith("示例·").all()


def test_headings_are_the_customary_ones_of_the_intake():
    """An example that a user copies must show the headings that our documentation lists."""
    for name, columns in HEADINGS.items():
        assert list(columns) == [column.name for column in COLUMNS[name]]
        for column in COLUMNS[name]:
            assert columns[column.name] in (*column.headings, *column.fallback)


def test_facts_are_complete_and_names_are_in_their_townships():
    """25 township units and 272 villages, as the national list of 2023 has them."""
    assert len(townships()) == 25
    assert len(villages()) == 272
    assert len({village.code for village in villages()}) == 272
    assert all(village.code.startswith(village.township.code) for village in villages())
    seats = {township.name: township for township in townships()}
    assert all(township.served_from in seats for township in townships())
    assert {township.stem for township in townships() if township.in_city} == {
        "阳三石", "来龙门", "国瓷", "经开区", "仙岳山", "长庆",
    }  # fmt: skip


def test_facts_agree_with_the_official_list(shared_data):
    """The typed tables have no slip of the pen."""
    with (shared_data / "liling" / "villages.csv").open(encoding="utf-8-sig") as file:
        official = {(row["code"], row["name"]) for row in csv.DictReader(file)}
    assert {(village.code, village.name) for village in villages()} == official
    with (shared_data / "liling" / "towns.csv").open(encoding="utf-8-sig") as file:
        official = {(row["code"], row["name"]) for row in csv.DictReader(file)}
    assert {(township.code, township.name) for township in townships()} == official


def test_the_land_has_the_size_of_the_county():
    """2,157 km², and every township's seat within it and within its own realm."""
    land = make_land(1)
    assert land.boundary.area / 1e6 == pytest.approx(2157, rel=0.02)
    x, y = to_xy(
        np.array([township.lon for township in townships()]),
        np.array([township.lat for township in townships()]),
    )
    assert land.inside(x, y).all()
    lon, lat = to_lonlat(x, y)
    assert np.allclose(lon, [township.lon for township in townships()], atol=1e-6)
    assert np.allclose(lat, [township.lat for township in townships()], atol=1e-6)


def test_a_bigger_example_takes_in_more_townships_and_stations():
    """The full county has all 25 and about 20 stations; a small one is a part of it."""
    assert [station_count(n) for n in (50, 1000, 20_000, 350_000, 1_000_000)] == [2, 2, 5, 20, 20]
    sizes = [len(served_townships(n)) for n in (50, 20_000, 50_000, 100_000, 350_000)]
    assert sizes == sorted(sizes)
    assert sizes[-1] == 25
    for customers in (50, 20_000, 100_000):
        served = {township.name for township in served_townships(customers)}
        assert all(t.served_from in served for t in served_townships(customers))


def test_the_full_county_has_customers_in_every_village():
    """350,000 customers live in all 272 villages, a third as many only in a part of them."""
    land = make_land(1)
    places = place_villages(land, make_ground(land, 350_000, 1), 350_000, 1)
    assert {place.village for place in places} == set(villages())
    assert all(place.urban + place.rural > 0 for place in places)
    assert sum(place.urban + place.rural for place in places) == 350_000
    fewer = place_villages(land, make_ground(land, 100_000, 1), 100_000, 1)
    assert 0 < sum(place.urban + place.rural > 0 for place in fewer) < 150


def test_ids_are_unique_and_account_numbers_have_ten_digits(usual):
    """The register refuses anything else; some account numbers begin with zero, as real ones do."""
    assert usual.customers["account_no"].is_unique
    assert usual.customers["account_no"].str.fullmatch(r"\d{10}").all()
    assert 0.1 < usual.customers["account_no"].str.startswith("0").mean() < 0.6
    for name, column in (("stations", "station"), ("areas", "area"), ("crews", "crew")):
        assert usual.tables[name][column].is_unique
    assert usual.crews["motorcycle"].is_unique
    assert not usual.leave.duplicated(["crew", "first", "last"]).any()


def test_telephone_numbers_have_eleven_digits_and_an_exchange_that_nobody_has(usual):
    """A sheet of the example must never ring at somebody's."""
    phones = pd.concat([usual.customers["phone"], usual.crews["phone"]])
    assert phones[phones != ""].str.fullmatch(r"1390000\d{4}").all()
    assert usual.stations["phone"].str.fullmatch(r"0733-0000\d{3}").all()


def test_references_lead_somewhere(usual):
    """Every named area, station and crew exists, and an area's customers have its station."""
    stations, areas = set(usual.stations["station"]), usual.areas.set_index("area")["station"]
    assert set(usual.customers["station"]) - {""} <= stations
    assert set(usual.customers["area"]) - {""} <= set(areas.index)
    assert set(areas) == set(usual.crews["station"]) == stations
    assert set(usual.leave["crew"]) <= set(usual.crews["crew"])
    both = usual.customers[(usual.customers["area"] != "") & (usual.customers["station"] != "")]
    assert (both["area"].map(areas) == both["station"]).all()


def test_managers_are_of_a_crew_of_their_station(usual):
    """A manager from elsewhere could never keep his own areas."""
    people = {
        station: {*own["crew"], *own["member1"], *own["member2"]}
        for station, own in usual.crews.groupby("station")
    }
    named = usual.areas[usual.areas["manager"] != ""]
    assert 0.8 < len(named) / len(usual.areas) < 1
    assert all(
        manager in people[station]
        for manager, station in zip(named["manager"], named["station"], strict=True)
    )
    names = pd.concat([usual.crews["member1"], usual.crews["member2"]])
    assert names.is_unique


def test_proportions_are_those_of_the_place(usual):
    """2 % businesses, 0.3 % 10 kV, 1 % without coordinates, some without area or station."""
    customers = usual.customers
    share = customers["kind"].value_counts(normalize=True)
    assert share["商业"] == pytest.approx(0.02, abs=0.001)
    assert share["10kV"] == pytest.approx(0.003, abs=0.0002)
    unknown = customers["lon"] == ""
    assert unknown.mean() == pytest.approx(0.01, abs=0.003)
    assert ((customers["lat"] == "") == unknown).all()
    assert 0.005 < (customers["area"] == "").mean() < 0.03
    assert 0.005 < (customers["station"] == "").mean() < 0.03
    assert (unknown & (customers["area"] == "")).any()
    assert (customers.loc[customers["kind"] == "商业", "window"] != "").mean() > 0.6


def test_transformer_areas_have_60_to_100_customers(county):
    """Larger ones than a crew finishes in some days, or tiny ones, would be no test."""
    sizes = np.bincount(county.area)
    assert len(county.area) == 20_000
    assert np.mean((sizes >= 60) & (sizes <= 100)) > 0.95
    assert sizes.max() <= 110
    assert (county.doors.place[np.argsort(county.area, kind="stable")] >= 0).all()


def test_transformer_areas_keep_neighbours_together():
    """Three rows of houses far apart become three areas, each one row."""
    row = np.repeat(np.arange(3), 80)
    zeros = np.zeros(240, dtype=np.int64)
    doors = Doors(
        np.tile(np.arange(80) * 20.0, 3), row * 5000.0, zeros, zeros, zeros, zeros, zeros, zeros
    )
    area = bundle(doors, 1)
    assert sorted(set(zip(row.tolist(), area.tolist(), strict=True))) == sorted(
        {(int(r), int(area[80 * r])) for r in range(3)}
    )
    assert len(set(area.tolist())) == 3


def test_hamlets_have_26_to_33_houses(county):
    """As the villages around have, however the customers divide."""
    houses = county.hamlets.houses
    assert ((houses >= 26) & (houses <= 33)).mean() > 0.95
    placed = np.bincount(county.doors.hamlet[county.doors.hamlet >= 0])
    assert (placed == houses).all()


def test_a_village_that_a_town_has_swallowed_keeps_its_hamlets_nearby():
    """At some seeds the county town covers a whole village; its people still live somewhere."""
    land = make_land(1)
    x, y = (grid.ravel() * 100.0 + 3000 for grid in np.indices((10, 10)))
    town = np.where(np.hypot(x - 3000, y - 3000) < 400, 0, -1)
    first = np.arange(99)
    ones = np.ones(99)
    none = np.full(99, -1)
    mesh = Mesh(x, y, town, first, first + 1, ones, ones, none, none >= 0)
    place = Place(villages()[0], 3000.0, 3000.0, urban=0, rural=60)
    hamlets = make_hamlets(land, mesh, [place], np.where(town == 0, 0, -1), seed=1)
    assert hamlets.houses.tolist() == [30, 30]
    assert (mesh.town[hamlets.node] < 0).all()


def test_houses_stand_beside_roads_and_a_few_far_from_any(county):
    """5 to 40 m from the road; the walk of 300 m is there too, and noted as such."""
    x, y, _ = county.ways.sampled(4.0)
    distance, _ = cKDTree(np.column_stack([x, y])).query(
        np.column_stack([county.doors.x, county.doors.y])
    )
    lonely = county.doors.way < 0
    assert distance[~lonely].min() > 4
    assert np.quantile(distance[~lonely], 0.999) < 42
    assert lonely.sum() > 10
    assert ((distance[lonely] > 230) & (distance[lonely] < 370)).all()


def test_flats_share_one_building_and_only_in_towns(county):
    """Several customers at one address are what setup time once an address is for."""
    doors = county.doors
    flats = doors.flat > 0
    assert (doors.hamlet[flats] < 0).all()
    sizes = np.bincount(doors.building[flats])
    assert sizes.max() >= 12
    _, first, building = np.unique(doors.building, return_index=True, return_inverse=True)
    assert (doors.x == doors.x[first[building]]).all()
    assert (doors.y == doors.y[first[building]]).all()


def test_addresses_name_real_villages_and_tell_neighbours_apart(usual):
    """镇 + 村 + N组 + N号 in the country, street and number in town; two doors rarely share one."""
    heads = tuple(
        f"{village.township.name.removeprefix('湖南醴陵')}{village.short}" for village in villages()
    )
    addresses = usual.customers["address"]
    assert addresses.str.startswith(heads).all()
    assert addresses.str.fullmatch(r".+?(\d+组\d+号|\d+号(\d+单元\d+室)?)").all()
    assert addresses.duplicated().mean() < 0.05


def test_everybody_is_within_the_county(usual):
    """Houses over the border, or in the river, would show on the first map."""
    known = usual.customers[usual.customers["lon"] != ""]
    land = make_land(1)
    x, y = to_xy(known["lon"].astype(float).to_numpy(), known["lat"].astype(float).to_numpy())
    assert land.inside(x, y).mean() > 0.999
    assert land.river_m(x, y).min() > 40


def test_crews_can_visit_everybody_in_time(usual):
    """Nineteen visits a day on fixed weekdays of two and a half years, a quarter to spare."""
    weekdays = usual.crews["duty_days"].str.count(",") + 1
    customers = usual.customers["station"].value_counts()
    for station, own in usual.crews.groupby("station"):
        assert len(own) >= 2
        assert (own["skills"] == "hv10kv").any()
        days = weekdays[own.index].sum() * 110
        assert days * 19 * 0.75 > customers[station]


def test_leave_is_within_the_campaign_and_does_not_overlap(usual):
    """ISO dates, the first not after the last, one absence at a time."""
    leave = usual.leave.sort_values(["crew", "first"])
    assert (leave["first"] <= leave["last"]).all()
    assert leave["first"].min() >= "2027-01-04"
    assert leave["first"].max() <= "2029-06-29"
    same = leave["crew"].to_numpy()[1:] == leave["crew"].to_numpy()[:-1]
    assert (leave["first"].to_numpy()[1:][same] > leave["last"].to_numpy()[:-1][same]).all()


@dataclass(frozen=True)
class Map:
    """Nodes, ways and places of a road file."""

    nodes: dict[int, tuple[float, float]]
    ways: list[tuple[dict[str, str], list[int]]]
    places: list[dict[str, str]]


def read_map(folder: Path) -> Map:
    nodes, ways, places = {}, [], []
    for thing in osmium.FileProcessor(folder / "input" / "roads.osm.pbf"):
        tags = {tag.k: tag.v for tag in thing.tags}
        if thing.is_node():
            nodes[thing.id] = (thing.location.lon, thing.location.lat)
            places += [tags] if "place" in tags else []
        elif thing.is_way() and "highway" in tags:
            ways.append((tags, [node.ref for node in thing.nodes]))
    return Map(nodes, ways, places)


@pytest.fixture(scope="module")
def road_map(usual) -> Map:
    """The road file of the usual county."""
    return read_map(usual.folder)


def test_every_road_can_be_reached_from_every_other_and_back(road_map):
    """One-ways and private roads left out, nothing is cut off when the network is read."""
    heads, tails = [], []
    for tags, nodes in road_map.ways:
        if tags.get("access") == "private":
            continue
        heads += nodes[:-1]
        tails += nodes[1:]
        if tags.get("oneway") != "yes":
            heads += nodes[1:]
            tails += nodes[:-1]
    used, flat = np.unique([*heads, *tails], return_inverse=True)
    pairs = flat.reshape(2, -1)
    graph = coo_array((np.ones(len(heads)), (pairs[0], pairs[1])), (len(used), len(used)))
    count, _ = connected_components(graph.tocsr(), connection="strong")
    assert count == 1


def test_roads_are_of_all_sorts(road_map):
    """From the national road to the footpath, some private, some one-way, most with bends."""
    kinds = {tags["highway"] for tags, _ in road_map.ways}
    assert kinds >= {
        "trunk", "secondary", "tertiary", "unclassified", "residential", "track", "path", "footway",
    }  # fmt: skip
    assert {tags.get("ref") for tags, _ in road_map.ways} >= {"G106", "G320"}
    assert any(tags.get("access") == "private" for tags, _ in road_map.ways)
    assert any(tags.get("oneway") == "yes" for tags, _ in road_map.ways)
    long = [nodes for _, nodes in road_map.ways if len(nodes) > 8]
    bent = [nodes for nodes in long if detour(road_map, nodes) > 1.01]
    assert len(bent) > 0.5 * len(long)


def detour(road_map: Map, nodes: list[int]) -> float:
    """Length of a way over the distance of its ends."""
    x, y = to_xy(*np.array([road_map.nodes[node] for node in nodes]).T)
    length = np.hypot(np.diff(x), np.diff(y)).sum()
    return float(length / max(1.0, np.hypot(x[-1] - x[0], y[-1] - y[0])))


def test_places_have_the_real_names(road_map):
    """The map shows the villages by the names that their people use."""
    named = {place["name"] for place in road_map.places if place["place"] == "village"}
    assert named
    assert named <= {village.name for village in villages()}
    towns = {place["name"] for place in road_map.places if place["place"] in {"town", "suburb"}}
    assert towns == {township.name for township in served_townships(20_000)}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_tables_in_data_go_in_as_they_are(lang):
    """They are what a new user copies, so they must be right."""
    intake = read_tables(**{name: DATA / f"{name}.{lang}.csv" for name in TABLES}, datum="wgs84")
    assert len(intake.tables["customers"]) == 12
    assert len(intake.tables["stations"]) == 2
    assert not intake.warnings


def test_the_tables_in_data_say_the_same_in_both_languages():
    """Two versions that drift apart teach two formats."""
    read = {
        lang: read_tables(**{name: DATA / f"{name}.{lang}.csv" for name in TABLES}).tables
        for lang in ("zh", "en")
    }
    for column in ("account_no", "area", "station", "kind", "lon", "lat", "service_min", "window"):
        pd.testing.assert_series_equal(
            read["zh"]["customers"][column], read["en"]["customers"][column]
        )
    for column in ("crew", "station", "skills", "duty_days", "home_lon"):
        pd.testing.assert_series_equal(read["zh"]["crews"][column], read["en"]["crews"][column])
