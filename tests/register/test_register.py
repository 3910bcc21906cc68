"""The register: what goes in comes out, twice is once, and nothing is lost."""

from __future__ import annotations

import datetime as dt
import threading
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from register_files import dump

from optimizer.errors import RegisterError
from optimizer.model import (
    Crew,
    DayPlan,
    LonLat,
    Rest,
    Route,
    Station,
    Stop,
    TimeWindow,
    Unassigned,
    Visit,
    VisitKind,
)
from optimizer.register import TABLES, Register, TableCounts, campaign_calendar, store
from optimizer.register.frames import frame_of
from optimizer.register.schema import APPLICATION_ID, MIGRATIONS, PLACE, SCHEMA_VERSION
from optimizer.register.sqlite import is_sound, sqlite3

DAY = dt.date(2027, 3, 2)


def two_stations():
    return pd.DataFrame(
        {
            "station": ["ST01", "ST02"],
            "name": ["泗汾供电所", "白兔潭供电所"],
            "lon": [113.50, 113.60],
            "lat": [27.60, 27.70],
            "phone": ["0731-1", ""],
            "capacity": [20000.0, np.nan],
        }
    )


def three_areas():
    return pd.DataFrame(
        {
            "area": ["A1", "A2", "A3"],
            "name": ["塅上", "畋心", "姞家"],
            "station": ["ST01", "ST01", ""],
            "manager": ["张三", "", ""],
            "lon": [113.51, np.nan, np.nan],
            "lat": [27.61, np.nan, np.nan],
        }
    )


def two_crews():
    return pd.DataFrame(
        {"crew": ["C001", "C002"], "station": ["ST01", "ST02"], "member1": ["张三", "王五"]}
    )


def one_leave():
    return pd.DataFrame(
        {"crew": ["C001"], "first": ["2027-02-01"], "last": ["2027-02-12"], "reason": ["春节"]}
    )


def five_customers():
    return pd.DataFrame(
        {
            "account_no": ["0000000005", "0000000001", "0000000002", "0000000003", "0000000004"],
            "name": ["水厂", "甲", "乙", "丙", "丁"],
            "address": ["镇上1号", "1组1号", "1组2号", "2组1号", ""],
            "phone": ["07311", "13800000001", "", "", ""],
            "area": ["A3", "A1", "A1", "A2", ""],
            "station": ["ST02", "ST01", "ST01", "", ""],
            "kind": ["hv10kv", "household", "household", "business", "household"],
            "lon": [113.6, 113.5, 113.5, 113.52, np.nan],
            "lat": [27.7, 27.6, 27.6, 27.62, np.nan],
            "service_min": [90.0, np.nan, np.nan, np.nan, np.nan],
            "window": ["", "08:30-11:00;14:00-16:00", "", "", ""],
        }
    )


def small_county():
    return {
        "customers": five_customers(),
        "stations": two_stations(),
        "leave": one_leave(),
        "crews": two_crews(),
        "areas": three_areas(),
    }


@pytest.fixture
def empty(tmp_path):
    with Register.create(tmp_path / "register.sqlite", who="clerk") as register:
        yield register


@pytest.fixture
def county(empty):
    empty.take_in(small_county(), "county.xlsx", "wgs84")
    return empty


def test_what_goes_in_comes_out(county):
    """Text stays text (zeros in front), missing stays missing, and rows are in key order."""
    customers = county.customers()
    assert customers["account_no"].tolist() == [f"000000000{i}" for i in range(1, 6)]
    assert customers["status"].unique().tolist() == ["open"]
    assert customers.loc[3, "area"] == customers.loc[3, "station"] == customers.loc[3, "note"] == ""
    assert np.isnan(customers.loc[3, "lon"])
    assert customers.loc[0, "window"] == "08:30-11:00;14:00-16:00"
    assert {str(customers[column].dtype) for column in ("name", "phone", "area")} == {"str"}
    assert customers["service_min"].tolist()[4] == 90
    assert county.stations()["capacity"].tolist()[0] == 20000
    assert np.isnan(county.stations()["capacity"].tolist()[1])
    assert county.areas()["name"].tolist() == ["塅上", "畋心", "姞家"]
    assert county.crews()["duty_days"].tolist() == ["", ""]
    assert county.crews("ST02")["crew"].tolist() == ["C002"]
    assert county.leave()["reason"].tolist() == ["春节"]


def test_every_table_has_the_columns_of_its_contract(county):
    """Later stages rely on the columns and their order, also where a table is empty."""
    frames = {
        "stations": county.stations(),
        "areas": county.areas(),
        "crews": county.crews("nowhere"),
        "leave": county.leave(),
        "customers": county.customers("nowhere").drop(columns="status"),
    }
    assert {name: tuple(frame.columns) for name, frame in frames.items()} == {
        name: table.columns for name, table in TABLES.items()
    }
    assert str(frames["customers"]["account_no"].dtype) == "str"
    assert frames["customers"]["lon"].dtype == np.float64


def test_a_second_import_changes_nothing(county, tmp_path):
    """The same file twice leaves the file's content as it was, to the last row."""
    before = dump(tmp_path / "register.sqlite")
    shuffled = {
        name: frame.sample(frac=1, random_state=1) for name, frame in small_county().items()
    }
    summary = county.take_in(shuffled, "county.xlsx", "wgs84")
    assert summary.nothing
    assert summary.import_id is None
    assert summary.tables["customers"] == TableCounts(unchanged=5)
    assert dump(tmp_path / "register.sqlite") == before


def test_changed_rows_update_and_keep_their_history(county):
    """A new phone replaces the old one; who, when and what it was before can be looked up."""
    customers = five_customers()
    customers.loc[customers["account_no"] == "0000000002", ["phone", "lon"]] = [
        "13900000000",
        113.4,
    ]
    summary = county.take_in({"customers": customers}, "new.csv", "gcj02")
    assert summary.tables == {"customers": TableCounts(changed=1, unchanged=4)}
    assert county.customers().loc[1, "phone"] == "13900000000"
    (change,) = county.changes("0000000002").to_dict("records")
    assert change["what"] == "changed"
    assert (change["who"], change["source"]) == ("clerk", "new.csv")
    assert change["columns"] == '{"phone": ["", "13900000000"], "lon": [113.5, 113.4]}'
    assert county.imports()["datum"].tolist() == ["wgs84", "gcj02"]


def test_a_coordinate_may_come_and_go(county):
    """NaN against a number is a change in both directions, NaN against NaN is none."""
    without = five_customers().assign(lon=np.nan, lat=np.nan)
    assert county.take_in({"customers": without}, "f", "wgs84").tables["customers"].changed == 4
    assert county.customers()["lon"].isna().all()
    summary = county.take_in({"customers": five_customers()}, "f", "wgs84")
    assert summary.tables["customers"] == TableCounts(changed=4, unchanged=1)


def test_who_is_gone_is_marked_and_comes_back(county):
    """A customer missing from the file leaves the lists but not the register."""
    fewer = five_customers().query("account_no != '0000000003'")
    assert county.take_in({"customers": fewer}, "f", "wgs84").tables["customers"].gone == 1
    assert "0000000003" not in county.customers()["account_no"].tolist()
    assert county.customers(gone=True)["account_no"].tolist() == ["0000000003"]
    assert county.take_in({"customers": fewer}, "f", "wgs84").nothing
    summary = county.take_in({"customers": five_customers()}, "f", "wgs84")
    assert summary.tables["customers"] == TableCounts(back=1, unchanged=4)
    assert len(county.customers()) == 5
    assert county.changes("0000000003")["what"].tolist() == ["gone", "back"]


def test_a_part_of_the_customers_marks_nobody(county):
    """A station's own list must not mark the rest of the county as gone."""
    one = five_customers().head(1).assign(phone="1")
    summary = county.take_in({"customers": one}, "f", "wgs84", complete=False)
    assert summary.tables["customers"] == TableCounts(changed=1)
    assert len(county.customers()) == 5


def test_tables_can_come_one_after_the_other(empty):
    """Customers may be imported alone once the tables that they name are there."""
    county = small_county()
    with pytest.raises(RegisterError, match=r"customers 0000000005: area 'A3'.*import the areas"):
        empty.take_in({"customers": county["customers"]}, "f", "wgs84")
    for name in TABLES:
        assert empty.take_in({name: county[name]}, "f", "wgs84").tables[name].added
    assert len(empty.customers()) == 5


@pytest.mark.parametrize(
    ("cell", "value", "words"),
    [
        ("customers.station", "ST09", "'ST09' is not among the stations"),
        ("customers.kind", "shop", "CHECK"),
        ("customers.lat", 99.0, "CHECK"),
        ("customers.account_no", "", "has no account_no"),
        ("customers.surname", "x", "'surname' is unknown"),
        ("leave.last", "2027-01-01", "CHECK"),
        ("leave.first", "1.2.2027", "CHECK"),
        ("crews.station", "", "NOT NULL"),
    ],
)
def test_impossible_rows_are_refused(county, tmp_path, cell, value, words):
    """Whatever intake overlooks does not get past the schema, and leaves nothing behind."""
    before = dump(tmp_path / "register.sqlite")
    frames = small_county()
    frames["areas"].loc[0, "name"] = "changed as well"
    table, column = cell.split(".")
    frames[table].loc[frames[table].index[0], column] = value
    with pytest.raises(RegisterError, match=words):
        county.take_in(frames, "f", "wgs84")
    assert dump(tmp_path / "register.sqlite") == before


def test_the_same_account_twice_is_refused(county):
    """Two rows of one account in a file: nobody can say which is right."""
    twice = pd.concat([five_customers(), five_customers().head(1)])
    with pytest.raises(RegisterError, match="0000000005 is there twice"):
        county.take_in({"customers": twice}, "f", "wgs84")


def test_progress_is_told(empty):
    """A long import shows how far it is and ends at its total."""
    calls = []
    empty.take_in(
        small_county(), "f", "wgs84", progress=lambda done, total: calls.append((done, total))
    )
    assert calls[-1] == (13, 13)


accounts = st.dictionaries(
    st.integers(1, 6).map(lambda i: f"{i:010d}"), st.sampled_from(["1", "2"]), max_size=6
)


@settings(max_examples=25, deadline=None)
@given(st.lists(accounts, max_size=4))
def test_any_series_of_imports_ends_in_the_last_file(tmp_path_factory, files):
    """Whatever was imported before: the lists are the last file, everyone else is gone."""
    path = tmp_path_factory.mktemp("series") / "register.sqlite"
    with Register.create(path) as register:
        seen: set[str] = set()
        for file in files:
            frame = pd.DataFrame({"account_no": list(file), "phone": list(file.values())})
            summary = register.take_in({"customers": frame.assign(kind="household")}, "f", "wgs84")
            counts = summary.tables["customers"]
            seen |= set(file)
            customers = register.customers()
            assert dict(zip(customers["account_no"], customers["phone"], strict=True)) == file
            assert set(register.customers(gone=True)["account_no"]) == seen - set(file)
            assert (
                counts.unchanged
                <= len(file)
                <= counts.unchanged + counts.added + (counts.changed + counts.back)
            )
        assert register.doctor() == []


def placed():
    return pd.DataFrame(
        {
            "account_no": ["0000000001", "0000000003", "0000000004"],
            "area": ["A1", "NEW1", ""],
            "station": ["ST01", "ST02", ""],
            "lon": [113.5, 113.5, np.nan],
            "lat": [27.6, 27.6, np.nan],
            "located": ["given", "area", "none"],
        }
    )


def shared():
    return pd.DataFrame(
        {
            "area": ["A1", "NEW1"],
            "station": ["ST01", "ST02"],
            "crew": ["C001", ""],
            "lon": [113.5, np.nan],
            "lat": [27.6, np.nan],
        }
    )


def test_territories_are_written_and_replaced(county):
    """Write-then-read is identity, also a second time and with areas that no file has."""
    for _ in range(2):
        county.save_territories(placed(), shared())
        customers, areas = county.territories()
        pd.testing.assert_frame_equal(customers, placed(), check_dtype=False)
        pd.testing.assert_frame_equal(areas, shared(), check_dtype=False)


def test_a_stations_customers_are_those_of_its_territory(county):
    """The territories' word counts before the file's; without one the file's does."""
    assert county.customers("ST01")["account_no"].tolist() == ["0000000001", "0000000002"]
    county.save_territories(placed(), shared())
    assert county.customers("ST01")["account_no"].tolist() == ["0000000001", "0000000002"]
    assert county.customers("ST02")["account_no"].tolist() == ["0000000003", "0000000005"]


def two_blocks():
    return pd.DataFrame(
        {
            "block": ["B1", "B2"],
            "station": ["ST01", "ST02"],
            "crew": ["C001", "C002"],
            "date": ["2027-03-02", "2027-03-03"],
            "visits": [2, 1],
            "work_s": [7200, 3600],
            "travel_s": [600, 300],
            "distance_m": [9000, 4000],
            "pace": [1.0, 0.8],
        }
    )


def their_visits():
    return pd.DataFrame(
        {
            "block": ["B1", "B1", "B2"],
            "seq": [0, 1, 0],
            "account_no": ["0000000002", "0000000001", "0000000005"],
        }
    )


def left_out():
    return pd.DataFrame({"account_no": ["0000000004"], "code": ["place"], "reason": ["无坐标"]})


def test_the_calendar_is_written_read_and_replaced(county):
    """Blocks come back by station and day, with their visits in order."""
    for _ in range(2):
        county.save_calendar(two_blocks(), their_visits(), left_out())
    pd.testing.assert_frame_equal(county.blocks(), two_blocks(), check_dtype=False)
    assert county.blocks("ST01")["block"].tolist() == ["B1"]
    assert county.blocks(first=dt.date(2027, 3, 3))["block"].tolist() == ["B2"]
    assert county.blocks(last=dt.date(2027, 3, 1)).empty
    visits = county.block_visits("ST01", DAY, DAY)
    assert visits["account_no"].tolist() == ["0000000002", "0000000001"]
    assert visits.loc[0, ["crew", "date"]].tolist() == ["C001", "2027-03-02"]
    pd.testing.assert_frame_equal(county.unplanned(), left_out(), check_dtype=False)
    county.save_calendar(two_blocks().iloc[:0], their_visits().iloc[:0], left_out())
    assert county.blocks().empty
    assert county.block_visits().empty


def test_who_was_missed_is_kept_until_the_next_calendar(county):
    """A replan tells the next one whose day went by; a plan from the start has missed nobody."""
    missed = pd.DataFrame({"account_no": ["0000000001"], "date": ["2027-02-01"]})
    county.save_calendar(two_blocks(), their_visits(), left_out(), missed)
    pd.testing.assert_frame_equal(county.missed(), missed, check_dtype=False)
    county.save_calendar(two_blocks(), their_visits(), left_out())
    assert county.missed().empty


def test_former_calendars_are_kept(county, tmp_path):
    """Whatever a replan changes, each calendar can be read again; what stays is kept once."""
    second = two_blocks().assign(crew=["C001", "C001"], visits=[2, 2])
    swapped = their_visits().assign(account_no=["0000000002", "0000000001", "0000000003"])
    county.save_calendar(two_blocks(), their_visits(), left_out())
    county.save_calendar(two_blocks(), their_visits(), left_out())
    county.save_calendar(second, swapped, left_out().assign(code="crew"))
    county.save_calendar(second.head(1), swapped.head(2), left_out().head(0))
    kept = county.calendars()
    assert kept[["calendar", "blocks", "visits", "unplanned"]].to_numpy().tolist() == [
        [1, 2, 3, 1],
        [2, 2, 3, 1],
        [3, 1, 2, 0],
    ]
    assert set(kept["who"]) == {"clerk"}
    for number, (blocks, visits) in enumerate(
        [(two_blocks(), their_visits()), (second, swapped), (second.head(1), swapped.head(2))], 1
    ):
        found = county.calendar(number)
        pd.testing.assert_frame_equal(found[0], blocks, check_dtype=False)
        pd.testing.assert_frame_equal(found[1], visits, check_dtype=False)
    with pytest.raises(RegisterError, match="no calendar 4"):
        county.calendar(4)
    assert county.store.rows("SELECT until, block FROM former_blocks") == [(2, "B2"), (3, "B2")]
    assert county.store.rows("SELECT until, code FROM former_unplanned") == [
        (2, "place"),
        (3, "crew"),
    ]
    assert county.doctor() == []


def test_a_calendar_that_is_refused_leaves_no_version(county):
    """All of a calendar or nothing, its history too."""
    county.save_calendar(two_blocks(), their_visits(), left_out())
    with pytest.raises(RegisterError, match="blocks: B1 is there twice"):
        county.save_calendar(pd.concat([two_blocks()] * 2), their_visits(), left_out())
    stray = pd.concat([their_visits(), their_visits().head(1).assign(block="B9", account_no="1")])
    with pytest.raises(RegisterError, match="B9 is none of the blocks"):
        county.save_calendar(two_blocks(), stray, left_out())
    with pytest.raises(RegisterError, match="'seq' is missing"):
        county.save_calendar(two_blocks(), their_visits().drop(columns="seq"), left_out())
    assert len(county.calendars()) == 1
    assert len(county.block_visits()) == 3


def test_what_was_planned_outlives_replanning(county, monkeypatch):
    """A replan keeps of past blocks the visits made; what had been planned is still known."""
    for day, visits in (("2027-03-01", 2), ("2027-03-03", 1)):
        monkeypatch.setattr(campaign_calendar, "now_text", lambda day=day: f"{day}T18:00:00+08:00")
        blocks = two_blocks().assign(visits=[visits, visits + 5])
        county.save_calendar(blocks, their_visits(), left_out())
    # 2 March is told as the calendar of the 1st had it, the 3rd as that of the 3rd.
    assert county.planned().to_numpy().tolist() == [
        ["ST01", "2027-03-02", 2],
        ["ST02", "2027-03-03", 6],
    ]
    assert county.blocks()["visits"].tolist() == [1, 6]


@pytest.mark.parametrize("dates", [[DAY, DAY], pd.to_datetime(["2027-03-02", "2027-03-02"])])
def test_dates_may_be_dates_or_timestamps(county, dates):
    """A frame's dates go in as what pandas made of them, and come out as ISO text."""
    county.save_calendar(two_blocks().assign(date=dates), their_visits(), left_out())
    assert county.blocks()["date"].tolist() == ["2027-03-02", "2027-03-02"]


def test_nobody_is_planned_twice(county):
    """A calendar with an account in two blocks, or planned and unplanned, is refused whole."""
    county.save_calendar(two_blocks(), their_visits(), left_out())
    twice = their_visits().assign(account_no="0000000001")
    with pytest.raises(RegisterError, match="UNIQUE"):
        county.save_calendar(two_blocks(), twice, left_out())
    with pytest.raises(RegisterError, match="both planned and unplanned"):
        county.save_calendar(
            two_blocks(), their_visits(), left_out().assign(account_no="0000000001")
        )
    assert len(county.block_visits()) == 3


def day_of_two_stops():
    visits = (
        Visit(
            visit_id="first/0000000001",
            place=1,
            service_s=720,
            account_no="0000000001",
            location=LonLat(113.5, 27.6),
            windows=(TimeWindow(30600, 39600),),
            skills=frozenset({"hv10kv", "abc"}),
        ),
        Visit(visit_id="revisit/2", place=2, service_s=720, kind=VisitKind.REVISIT),
    )
    stops = tuple(
        Stop(
            visit_id=v.visit_id, arrival_s=t, waiting_s=0, service_s=720, travel_s=60, distance_m=9
        )
        for v, t in zip(reversed(visits), (31000, 33000), strict=True)
    )
    return DayPlan(
        station=Station(station_id="ST01", name="泗汾供电所", location=LonLat(113.5, 27.6)),
        date=DAY,
        crews=(Crew(crew_id="C001", station_id="ST01", members=("张三", "李四")),),
        visits=visits,
        routes=(
            Route(
                crew_id="C001",
                start_s=30000,
                end_s=36000,
                stops=stops,
                rest=Rest(start_s=34000, duration_s=600, after=2),
            ),
        ),
        unassigned=(Unassigned(visit_id="x", code="time", reason="满", action="改日"),),
        seed=3,
    )


def test_day_plans_are_kept_for_ever(county):
    """Every version that may have been printed can be read again, just as it was."""
    assert county.day_plan("ST01", DAY) is None
    first = county.save_day_plan(day_of_two_stops())
    assert first == replace(day_of_two_stops(), version=1)
    assert county.save_day_plan(day_of_two_stops()).version == 1
    second = county.save_day_plan(replace(day_of_two_stops(), seed=4))
    assert second.version == 2
    assert county.day_plan("ST01", DAY) == second
    assert county.day_plan("ST01", DAY, version=1) == first
    assert county.day_plan("ST02", DAY) is None


def test_facts_about_the_register(county):
    """Meta values can be set, and a change of one is an event."""
    county.set_meta(datum="wgs84", made_up="虚构")
    county.set_meta(datum="gcj02", made_up="虚构")
    assert county.meta() == {"datum": "gcj02", "made_up": "虚构"}
    (event,) = county.events("meta").to_dict("records")
    assert event["body"] == '{"key": "datum", "before": "wgs84", "after": "gcj02"}'
    assert event["who"] == "clerk"


def test_events_can_be_found(county):
    """Events are listed in their order, by kind, account and day."""
    county.record("a", {"x": 1}, account_no="0000000001", station="ST01", date=DAY)
    county.record("b", {"x": "二"}, account_no="0000000002", date=DAY + dt.timedelta(days=1))
    assert county.events()["kind"].tolist() == ["a", "b"]
    assert county.events("b")["body"].tolist() == ['{"x": "二"}']
    assert county.events(accounts=["0000000001"])["kind"].tolist() == ["a"]
    assert county.events(first=DAY, last=DAY)["kind"].tolist() == ["a"]
    with pytest.raises(RegisterError, match="FOREIGN KEY"):
        county.record("a", {}, account_no="nobody")


@pytest.mark.parametrize(
    "table",
    [
        "imports", "changes", "events", "day_plans", "sheet_rows", "calendars", "former_blocks",
        "former_unplanned",
    ],
)  # fmt: skip
@pytest.mark.parametrize("statement", ["DELETE FROM {}", "UPDATE {} SET rowid = 9"])
def test_history_cannot_be_changed(county, table, statement):
    """Neither a bug nor a curious hand can rewrite what happened."""
    county.take_in({"customers": five_customers().assign(phone="1")}, "f", "wgs84")
    county.record("a", {})
    county.save_day_plan(day_of_two_stops())
    county.save_calendar(two_blocks(), their_visits(), left_out())
    county.save_calendar(two_blocks().head(0), their_visits().head(0), left_out().head(0))
    column = {"sheet_rows": "row", "former_blocks": "until", "former_unplanned": "until"}
    statement = statement.replace("rowid", column.get(table, "rowid"))
    with pytest.raises(RegisterError, match="only ever added to"):
        county.store.run(statement.format(table))


# ---- the file --------------------------------------------------------------------------------


def test_a_missing_register_says_how_to_make_one(tmp_path):
    """Opening nothing must not leave an empty database behind."""
    with pytest.raises(RegisterError, match=r"does not exist.*zoufang init"):
        Register.open(tmp_path / "register.sqlite")
    assert list(tmp_path.iterdir()) == []


def test_an_existing_register_is_not_overwritten(county, tmp_path):
    """A second `init` in the same folder must not cost the first one's customers."""
    with pytest.raises(RegisterError, match="already there"):
        Register.create(tmp_path / "register.sqlite")
    assert len(county.customers()) == 5


def test_creating_in_a_folder_that_is_not_there(tmp_path):
    """A wrong path is a sentence."""
    with pytest.raises(RegisterError, match="is not a folder"):
        Register.create(tmp_path / "no" / "register.sqlite")


def foreign(path):
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE t (x)")


def newer(path):
    Register.create(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")


def text(path):
    path.write_text("户号,户名\n" * 1000, encoding="utf-8")


def cut_short(path):
    with Register.create(path) as register:
        register.take_in(small_county(), "f", "wgs84")
    path.write_bytes(path.read_bytes()[:5000])


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (foreign, "of another program"),
        (newer, "newer program"),
        (text, "is no register"),
        (lambda path: path.touch(), "is empty"),
        (lambda path: path.mkdir(), "does not exist"),
    ],
)
def test_strange_files_are_refused(tmp_path, make, words):
    """Each kind of wrong file has its own sentence."""
    make(tmp_path / "r.sqlite")
    with pytest.raises(RegisterError, match=words):
        Register.open(tmp_path / "r.sqlite")


def test_a_damaged_register_says_so(tmp_path):
    """Half a file either does not open or its doctor reports it; reading is never a traceback."""
    path = tmp_path / "r.sqlite"
    cut_short(path)

    def look():
        with Register.open(path) as register:
            assert register.doctor() != []
            register.customers()

    with pytest.raises(RegisterError, match=r"damaged|no register"):
        look()


def test_the_doctor_finds_strays(county, tmp_path):
    """A row that names nobody is reported, however it got in."""
    assert county.doctor() == []
    with sqlite3.connect(tmp_path / "register.sqlite") as connection:
        connection.execute("UPDATE customers SET area = 'A9' WHERE account_no = '0000000001'")
    assert county.doctor() != []


def test_backup_while_others_write(county, tmp_path):
    """A copy taken in the middle of work is whole and opens as a register."""
    stop = threading.Event()

    def work():
        with Register.open(tmp_path / "register.sqlite", who="other") as other:
            number = 0
            while not stop.is_set():
                number += 1
                with other.store.writing():
                    other.record("first", {"number": number})
                    other.record("second", {"number": number})

    thread = threading.Thread(target=work)
    thread.start()
    try:
        for number in range(5):
            copy = tmp_path / f"copy{number}.sqlite"
            county.backup(copy)
            with Register.open(copy) as register:
                assert register.doctor() == []
                assert len(register.customers()) == 5
                assert len(register.events("first")) == len(register.events("second"))
    finally:
        stop.set()
        thread.join()
    assert not [path for path in tmp_path.iterdir() if path.name.endswith(".new")]


def test_restore_keeps_the_former_register(county, tmp_path):
    """A restore can be undone: the former state lies beside it; an open register sees the new."""
    path, copy = tmp_path / "register.sqlite", tmp_path / "copy.sqlite"
    county.backup(copy)
    county.take_in({"customers": five_customers().head(2)}, "f", "wgs84")
    former = Register.restore(copy, path, who="chief")
    assert len(county.customers()) == 5
    assert county.events("restored")["who"].tolist() == ["chief"]
    with Register.open(former) as before:
        assert len(before.customers()) == 2
    assert county.doctor() == []


def test_restore_over_damage_and_over_nothing(county, tmp_path):
    """The usual reason to restore is that the register cannot be read any more, or is lost."""
    copy = tmp_path / "copy.sqlite"
    county.backup(copy)
    broken, lost = tmp_path / "broken.sqlite", tmp_path / "lost.sqlite"
    text(broken)
    former = Register.restore(copy, broken)
    assert former.read_text(encoding="utf-8").startswith("户号")
    assert Register.restore(copy, lost) is None
    for path in (broken, lost):
        with Register.open(path) as register:
            assert len(register.customers()) == 5
            assert register.doctor() == []


@pytest.mark.parametrize("failure", ["full", "no rights", "rename"])
def test_a_failed_safety_copy_ends_the_restore(county, tmp_path, monkeypatch, failure):
    """A sound register that cannot be copied stays the one that others have open."""
    path, copy = tmp_path / "register.sqlite", tmp_path / "copy.sqlite"
    county.backup(copy)

    def fail(*_, **__):
        raise RegisterError("the disk is full")

    def refuse(*_):
        raise PermissionError(13, "denied")

    connect = sqlite3.connect

    def read_only(name, *args, **more):
        if ".before-restore-" in str(name):
            raise sqlite3.OperationalError("unable to open database file")
        return connect(name, *args, **more)

    if failure == "full":
        monkeypatch.setattr(store.Store, "copy_to", fail)
    elif failure == "rename":
        monkeypatch.setattr(type(path), "replace", refuse)
    else:
        monkeypatch.setattr(store.sqlite3, "connect", read_only)
    with Register.open(path) as other:
        with pytest.raises(RegisterError, match=r"full|unable to open|cannot be written"):
            Register.restore(copy, path)
        other.record("entry", {})
    monkeypatch.undo()
    assert len(county.events("entry")) == 1
    assert county.events("restored").empty
    assert not list(tmp_path.glob("*before-restore*"))


def test_a_register_that_is_held_is_not_damaged(county, tmp_path, monkeypatch):
    """Somebody who keeps the file locked ends the restore; nothing is moved from under him."""
    path, copy = tmp_path / "register.sqlite", tmp_path / "copy.sqlite"
    county.backup(copy)
    monkeypatch.setattr(store, "BUSY_MS", 50)
    with sqlite3.connect(path, isolation_level=None) as holder:
        holder.execute("PRAGMA locking_mode = EXCLUSIVE")
        county.close()
        holder.execute("BEGIN EXCLUSIVE")
        with pytest.raises(RegisterError, match="another program has held it"):
            Register.restore(copy, path)
        holder.execute("ROLLBACK")
    holder.close()
    with Register.open(path) as register:
        assert len(register.customers()) == 5


def test_a_register_with_strays_is_kept_in_place(county, tmp_path):
    """Rows that name nobody are no reason to move a file that others have open."""
    path, copy = tmp_path / "register.sqlite", tmp_path / "copy.sqlite"
    county.backup(copy)
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE customers SET area = 'A9' WHERE account_no = '0000000001'")
    connection.close()
    with pytest.raises(RegisterError, match="not whole"):
        county.backup(tmp_path / "other.sqlite")
    former = Register.restore(copy, path)
    assert county.doctor() == []
    with Register.open(former) as before:
        assert before.doctor() != []


def test_a_bad_backup_changes_nothing(county, tmp_path):
    """Restoring from rubbish is refused before the register is touched."""
    before = dump(tmp_path / "register.sqlite")
    text(tmp_path / "rubbish")
    with pytest.raises(RegisterError, match="is no register"):
        Register.restore(tmp_path / "rubbish", tmp_path / "register.sqlite")
    assert dump(tmp_path / "register.sqlite") == before


def test_a_backup_takes_no_other_file_s_place(county, tmp_path):
    """One slip of a name must not cost the register, or somebody's table."""
    path = tmp_path / "register.sqlite"
    table = tmp_path / "customers.csv"
    table.write_text("account_no\n" + 30 * "0000000001\n", encoding="utf-8")
    with pytest.raises(RegisterError, match="is the register itself"):
        county.backup(path)
    with pytest.raises(RegisterError, match="is no copy of a register"):
        county.backup(table)
    with pytest.raises(RegisterError, match="nowhere is not a folder"):
        county.backup(tmp_path / "nowhere" / "copy.sqlite")
    assert table.read_text(encoding="utf-8").count("0000000001") == 30
    county.backup(tmp_path / "copy.sqlite")
    county.backup(tmp_path / "copy.sqlite")  # tomorrow's takes the place of today's
    assert county.doctor() == []


def test_restoring_leaves_the_backup_as_it_is(county, tmp_path):
    """A backup of an older program may have to serve that program again."""
    copy = tmp_path / "copy.sqlite"
    county.backup(copy)
    before = copy.read_bytes()
    Register.restore(copy, tmp_path / "register.sqlite")
    assert copy.read_bytes() == before
    assert not list(tmp_path.glob(".*"))


def test_two_writers_at_once(county, tmp_path):
    """Two clerks at once is normal: no lock errors, and nobody's entry is lost."""
    failures = []

    def write(who):
        try:
            for number in range(50):
                with Register.open(tmp_path / "register.sqlite", who=who) as register:
                    register.record("entry", {"number": number})
        except Exception as error:  # noqa: BLE001  (it is shown by the main thread)
            failures.append(error)

    threads = [threading.Thread(target=write, args=(f"clerk {i}",)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert county.events("entry")["who"].value_counts().tolist() == [50] * 4


def test_reading_sees_one_state(county, tmp_path):
    """Two queries of one answer must not straddle another's write."""
    with county.store.reading(), Register.open(tmp_path / "register.sqlite") as other:
        assert county.events().empty
        other.record("a", {})
        assert county.events().empty
    assert len(county.events()) == 1


@pytest.mark.parametrize("version", ["3.44.6", "3.50.7", "3.51.3", "3.53.4"])
def test_an_sqlite_with_the_repair_is_sound(version):
    """Two older lines got the repair of the WAL-reset bug too."""
    assert is_sound(version)


@pytest.mark.parametrize("version", ["3.40.1", "3.50.6", "3.51.2"])
def test_an_sqlite_that_damages_registers_is_known(version):
    """Before its repair SQLite could damage a register that several processes wrote."""
    assert not is_sound(version)


def test_the_register_brings_its_own_sqlite(county, monkeypatch):
    """What the machine has is older more often than not; doctor says where it is too old."""
    assert is_sound(sqlite3.sqlite_version)
    monkeypatch.setattr(store, "VERSION", "3.40.1")
    assert [fault.code for fault in county.doctor()] == ["doctor.sqlite"]


# ---- migrations --------------------------------------------------------------------------------


def of_version(path, version):
    """An empty register as an older program left it, with a station, an area and a customer."""
    with sqlite3.connect(path, isolation_level=None) as connection:
        for migration in MIGRATIONS[:version]:
            connection.executescript(migration)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {version}")
        connection.executescript("""
            PRAGMA journal_mode = WAL;
            INSERT INTO imports VALUES (1, '', '', '', '', '{}');
            INSERT INTO stations (station, name, phone, added_by) VALUES ('S1', '', '', 1);
            INSERT INTO areas (area, name, station, manager, added_by)
                VALUES ('A1', '', 'S1', '', 1);
            INSERT INTO customers (account_no, name, address, phone, area, station, kind, "window",
                note, added_by) VALUES ('1', '', '', '', 'A1', 'S1', 'household', '', '', 1);
            """)
        connection.executescript(PLACE if version >= 3 else "")
        connection.executescript("""
            INSERT INTO crews (crew, station, member1, member2, phone, motorcycle, skills,
                duty_days, shift_start, shift_end, added_by)
                VALUES ('C1', 'S1', '', '', '', '', '', '', '', '', 1);
            INSERT INTO blocks (block, station, crew, date, visits, work_s, travel_s, distance_m)
                VALUES ('B1', 'S1', 'C1', '2027-03-02', 1, 0, 0, 0);
            INSERT INTO block_visits VALUES ('B1', 0, '1');
            """)
        if version >= 5:
            connection.executescript("""
                INSERT INTO calendars VALUES (1, '', '', 1, 1, 0);
                UPDATE blocks SET since = 1;
                """)
    connection.close()


@pytest.mark.parametrize("version", range(1, SCHEMA_VERSION))
def test_an_older_register_is_brought_up_to_date(tmp_path, version):
    """Opening is enough; nothing of the old content is lost, and all of the new works."""
    path = tmp_path / "old.sqlite"
    of_version(path, version)
    with Register.open(path) as register:
        assert register.customers("S1")["account_no"].tolist() == ["1"]
        assert register.agenda.states()["accounts"].tolist() == [1]
        assert register.doctor() == []
        assert register.planned()["visits"].tolist() == [1]
        nothing = register.blocks().head(0), register.block_visits().head(0)
        register.save_calendar(*nothing, register.unplanned())
        assert register.calendar(1)[1]["account_no"].tolist() == ["1"]
        assert register.store.value("PRAGMA user_version") == SCHEMA_VERSION
    Register.create(tmp_path / "new.sqlite").close()
    schemas = []
    for name in ("old", "new"):
        with sqlite3.connect(tmp_path / f"{name}.sqlite") as connection:
            schemas.append(
                sorted(
                    connection.execute("SELECT name, sql FROM sqlite_master").fetchall(), key=repr
                )
            )
        connection.close()
    assert schemas[0] == schemas[1]


def test_a_migration_that_fails_leaves_the_old_register(tmp_path, monkeypatch):
    """A program that cannot migrate must not leave half a schema."""
    path = tmp_path / "old.sqlite"
    of_version(path, 1)
    before = dump(path)
    broken = (MIGRATIONS[0], "CREATE TABLE half (x);\nCREATE TABLE nonsense;")
    monkeypatch.setattr(store, "MIGRATIONS", broken)
    with pytest.raises(RegisterError, match=r"syntax error|incomplete"):
        Register.open(path)
    monkeypatch.undo()
    assert dump(path) == before
    Register.open(path).close()


def test_equal_texts_of_a_frame_are_one_object() -> None:
    """Station and status of 350,000 customers, each a text of its own, are a hundred megabytes."""
    rows = [(f"{n:010}", f"S{n % 3}", None if n % 2 else n / 4, n) for n in range(10_000)]
    frame = frame_of(iter(rows), ("account_no", "station", "lon", "seq"), floats="lon", ints="seq")
    assert frame["station"].map(id).nunique() == 3
    assert frame["account_no"].tolist() == [row[0] for row in rows]
    assert frame["station"].tolist() == [row[1] for row in rows]
    assert frame["seq"].tolist() == [row[3] for row in rows]
    assert frame["lon"].isna().sum() == 5000
    assert frame["lon"].sum() == sum(row[2] or 0 for row in rows)
