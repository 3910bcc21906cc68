"""`optimizer.dayplan`: a door is on one sheet, and whose turn it is."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from campaign_world import LAT, LON, STEP, crews, fill, grid_roads, stations

from optimizer.context import CampaignContext
from optimizer.dayplan import must_go_out, plan_day, read_day
from optimizer.dayplan.turns import in_turn, with_rank_in_price
from optimizer.records import add_request, take_records
from optimizer.records.duty_days import crew_to_send, days_held
from optimizer.records.entry import Entry
from optimizer.routes import Reason
from optimizer.settings import Settings

MONDAY = dt.date(2027, 1, 4)
FOUR_DAYS = [MONDAY + dt.timedelta(days=k) for k in range(4)]
SETTINGS = Settings.model_validate({"campaign": {"lang": "en"}, "blocks": {"max_visits": 15}})
ADDRESSES = 40


@pytest.fixture(scope="module")
def roads(tmp_path_factory):
    """The grid of village roads, a kilometre apart."""
    return grid_roads(tmp_path_factory.mktemp("grid"))


@pytest.fixture
def county(tmp_path):
    """Forty houses on a street, two crews, ten houses a block, a block a day for four days."""
    numbers = range(ADDRESSES)
    customers = pd.DataFrame(
        {
            "account_no": [f"{k:010d}" for k in numbers],
            "name": "户",
            "area": "TA1",
            "station": "ST00",
            "kind": "household",
            "lon": [LON + STEP * k / 10 for k in numbers],
            "lat": LAT,
        }
    )
    areas = pd.DataFrame({"area": ["TA1"], "station": ["ST00"], "lon": [LON], "lat": [LAT]})
    tables = {
        "stations": stations(1), "areas": areas, "customers": customers,
        "crews": crews("ST00", 2, duty_days="1,2,3,4"),
    }  # fmt: skip
    register = fill(tmp_path / "register.sqlite", tables)
    blocks = pd.DataFrame(
        {"block": ["B0", "B1", "B2", "B3"], "station": "ST00", "crew": ["ST00-C0", "ST00-C1"] * 2,
         "date": [day.isoformat() for day in FOUR_DAYS], "visits": 10, "work_s": 9000,
         "travel_s": 900, "distance_m": 4000, "pace": 1.0}
    )  # fmt: skip
    visits = pd.DataFrame(
        {"block": [f"B{k // 10}" for k in numbers], "seq": [k % 10 for k in numbers],
         "account_no": customers["account_no"]}
    )  # fmt: skip
    register.save_calendar(blocks, visits, visits.iloc[:0].assign(code="", reason=""))
    yield register
    register.close()


def on_sheets(plan):
    accounts = {visit.visit_id: visit.account_no for visit in plan.visits}
    return [accounts[stop.visit_id] for route in plan.routes for stop in route.stops]


def print_days(register, roads, days, today=MONDAY):
    """Plan and keep some days."""
    context = CampaignContext(register, roads, SETTINGS)
    return [
        register.save_day_plan(plan_day(context, "ST00", day, iterations=60, today=today))
        for day in days
    ]


def entries(plan, rows, result="done"):
    """What the first crew of a plan writes on so many rows of its sheet."""
    route = plan.routes[0]
    accounts = {visit.visit_id: visit.account_no for visit in plan.visits}
    return [
        Entry(
            id=f"{plan.date}-{row}", date=plan.date.isoformat(), station="ST00", result=result,
            account_no=accounts[stop.visit_id], crew=route.crew_id, row=row,
            visit_id=stop.visit_id, kind="first", at=f"{plan.date}T10:{row:02d}:00+08:00",
        )
        for row, stop in enumerate(route.stops[:rows], 1)
    ]  # fmt: skip


def test_four_days_printed_ahead_share_no_door(county, roads):
    """A chief prints until Thursday before a record is in: each day has its own block, whole."""
    plans = print_days(county, roads, FOUR_DAYS)
    doors = [on_sheets(plan) for plan in plans]
    assert sorted(account for some in doors for account in some) == [
        f"{k:010d}" for k in range(ADDRESSES)
    ]
    assert [set(some) for some in doors] == [
        {f"{k:010d}" for k in range(10 * n, 10 * n + 10)} for n in range(4)
    ]
    assert {one.code for one in plans[3].unassigned} == {Reason.ON_SHEET}
    out = county.sheets.crews_out("ST00", FOUR_DAYS[1], FOUR_DAYS[3])
    assert out == {"2027-01-05": 1, "2027-01-06": 1}
    assert "2027-01-0" in plans[3].unassigned[0].reason


def test_later_sheets_count_as_well(county, roads):
    """Thursday printed before Wednesday: what was missed on Monday goes to one of the two."""
    wednesday = FOUR_DAYS[2]
    (thursday,) = print_days(county, roads, [FOUR_DAYS[3]], wednesday)
    assert len(on_sheets(thursday)) == 15
    assert {f"{k:010d}" for k in range(20, 30)}.isdisjoint(on_sheets(thursday))
    (earlier,) = print_days(county, roads, [wednesday], wednesday)
    assert len(on_sheets(earlier)) == 15
    assert set(on_sheets(earlier)).isdisjoint(on_sheets(thursday))


def test_half_the_records_free_their_doors_alone(county, roads):
    """Five of ten rows are typed in, nobody home: the others may still be on the way."""
    (monday,) = print_days(county, roads, FOUR_DAYS[:1])
    take_records(county, SETTINGS, entries(monday, 5, "nobody_home"), "typed")
    out = county.sheets.doors_out(FOUR_DAYS[3], MONDAY)["account_no"]
    assert set(out) == set(on_sheets(monday)[5:])
    (thursday,) = print_days(county, roads, FOUR_DAYS[3:])
    assert set(on_sheets(monday)[:5]) <= set(on_sheets(thursday))
    assert set(on_sheets(monday)[5:]).isdisjoint(on_sheets(thursday))


def test_four_days_printed_ahead_with_a_crew_ill_share_no_door(county, roads):
    """Tuesday's crew is ill: the other takes its block, and no other day's doors."""
    plans = print_days(county, roads, FOUR_DAYS)
    context = CampaignContext(county, roads, SETTINGS)
    anew = plan_day(context, "ST00", FOUR_DAYS[1], iterations=60, today=MONDAY, absent={"ST00-C1"})
    plans[1] = county.save_day_plan(anew)
    assert {route.crew_id for route in plans[1].routes if route.stops} == {"ST00-C0"}
    doors = [on_sheets(plan) for plan in plans]
    assert len({account for some in doors for account in some}) == sum(map(len, doors))
    blocks = [{f"{k:010d}" for k in range(10 * n, 10 * n + 10)} for n in range(4)]
    own = [block & set(some) for block, some in zip(blocks, doors, strict=True)]
    assert sum(map(len, own)) >= 0.95 * ADDRESSES


def test_a_lost_sheet_is_given_up_by_hand_or_after_a_week(county, roads):
    """Until then it is named every morning; a plan made anew later is a sheet again."""
    (monday,) = print_days(county, roads, FOUR_DAYS[:1])
    assert county.sheets.missing(FOUR_DAYS[0], MONDAY).empty
    (missing,) = county.sheets.missing(FOUR_DAYS[1], MONDAY).to_dict("records")
    assert missing == {
        "station": "ST00", "date": "2027-01-04", "crew": "ST00-C0", "visits": 10,
    }  # fmt: skip
    later = MONDAY + dt.timedelta(days=7)
    assert len(county.sheets.doors_out(later, days_held(later, SETTINGS))) == 10
    later += dt.timedelta(days=1)
    assert county.sheets.doors_out(later, days_held(later, SETTINGS)).empty
    county.sheets.give_up("ST00", MONDAY, "ST00-C0", monday.version)
    assert county.sheets.doors_out(FOUR_DAYS[1], MONDAY).empty
    assert county.sheets.missing(FOUR_DAYS[1], MONDAY).empty
    again = county.save_day_plan(
        plan_day(CampaignContext(county, roads, SETTINGS), "ST00", MONDAY, iterations=50, seed=9)
    )
    assert again.version == 2
    assert len(county.sheets.doors_out(FOUR_DAYS[1], MONDAY)) == 10


def test_a_sheet_is_held_for_working_days():
    """What was printed for the last day before a long holiday is typed in after it."""
    before_the_festival = dt.date(2028, 1, 24)
    first_after, sixth_after = dt.date(2028, 2, 2), dt.date(2028, 2, 9)
    assert days_held(first_after, SETTINGS) < before_the_festival
    assert days_held(sixth_after, SETTINGS) > before_the_festival
    held = SETTINGS.model_copy(update={"day": SETTINGS.day.model_copy(update={"hold_days": 0})})
    assert days_held(first_after, held) == first_after


def test_a_replan_keeps_what_stands_on_its_own_sheets(county, roads):
    """A crew is ill: the day's own doors are not held back by themselves."""
    (monday,) = print_days(county, roads, FOUR_DAYS[:1])
    context = CampaignContext(county, roads, SETTINGS)
    day = read_day(context, "ST00", MONDAY, monday.visits)
    assert {visit.account_no for visit in day.problem.visits} >= set(on_sheets(monday))


def test_a_promise_breaks_through_a_sheet_that_does_not_know_of_it(county, roads):
    """A request that came after printing must be made tomorrow, whatever lies in the field."""
    print_days(county, roads, FOUR_DAYS[:1])
    asked = FOUR_DAYS[1]
    add_request(county, SETTINGS, account_no="0000000003", voltage="urban", asked_on=asked)
    (wednesday,) = print_days(county, roads, [FOUR_DAYS[2]])
    assert "0000000003" in on_sheets(wednesday)
    (thursday,) = print_days(county, roads, [FOUR_DAYS[3]])
    assert "0000000003" not in on_sheets(thursday)


def test_backlog_fills_the_own_block_up_to_its_size(county, roads):
    """Nothing of Monday and Tuesday was done: Wednesday has its ten and five of these."""
    (wednesday,) = print_days(county, roads, [FOUR_DAYS[2]], FOUR_DAYS[2])
    doors = on_sheets(wednesday)
    assert len(doors) == 15
    assert {f"{k:010d}" for k in range(20, 30)} <= set(doors)
    assert {crew.crew_id for crew in wednesday.crews} == {"ST00-C0", "ST00-C1"}
    assert [route.crew_id for route in wednesday.routes] == ["ST00-C0"]


def test_so_much_waits_that_another_crew_goes_out(county, roads):
    """A fortnight later forty doors wait: no day has a block, and both crews are sent."""
    later = dt.date(2027, 1, 25)
    context = CampaignContext(county, roads, SETTINGS)
    assert must_go_out(context, "ST00", later)
    assert not must_go_out(context, "ST00", later + dt.timedelta(days=4))  # nobody on duty
    plan = plan_day(context, "ST00", later, iterations=100)
    assert sorted(len(route.stops) for route in plan.routes) == [15, 15]
    never = Settings.model_validate({"day": {"backlog_visits": 0}})
    assert not must_go_out(CampaignContext(county, roads, never), "ST00", later)


def test_a_request_sends_somebody_out_on_a_day_off(county, roads):
    """Asked on Thursday, due on Friday, when nobody is on duty: the crew out longest ago goes."""
    print_days(county, roads, FOUR_DAYS[:1])
    friday = MONDAY + dt.timedelta(days=4)
    context = CampaignContext(county, roads, SETTINGS)
    assert not must_go_out(context, "ST00", friday)
    add_request(county, SETTINGS, account_no="0000000039", voltage="urban", asked_on=FOUR_DAYS[3])
    assert must_go_out(context, "ST00", friday)
    assert crew_to_send(county, "ST00", friday) == "ST00-C1"


def candidate(name, waited, east, **more):
    """A candidate worth two hours and as many minutes more as it has waited days, times four."""
    row = {
        "account_no": name, "mandatory": False, "list": "", "planned_on": "2026-12-01",
        "price_s": 7200 + 240 * waited, "lon": LON + STEP * east, "lat": LAT,
    }  # fmt: skip
    return row | more


def test_the_nearest_of_equals_and_the_oldest_of_neighbours_come_first():
    """Not the smallest number: near the block before far, but who waits long enough is next."""
    today = "2027-01-04"
    rows = [
        candidate("far", 10, 8),
        candidate("old and far", 90, 8),
        candidate("near", 10, 1),
        candidate("block", 0, 0, planned_on=today),
        candidate("season", 0, 0, list="season"),
        candidate("bound", 0, 5, mandatory=True),
    ]
    names = [row["account_no"] for row in in_turn(rows, today)]
    assert names == ["bound", "season", "block", "old and far", "far", "near"]
    rows[1]["price_s"] = 7200
    names = [row["account_no"] for row in in_turn(rows, today)]
    assert names == ["bound", "season", "block", "near", "far", "old and far"]
    worth = {row["account_no"]: row["price_s"] for row in with_rank_in_price(rows, today)}
    assert worth["season"] > worth["block"] > worth["far"]
