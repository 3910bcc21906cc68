"""The campaign: calendar, certificate, and the checker of both, on a county one can count."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from campaign_world import (
    LAT,
    LON,
    crews,
    fill,
    grid_roads,
    hamlets,
    short_settings,
    stations,
)
from rich.console import Console

from optimizer.campaign import (
    CampaignPlan,
    InProcess,
    Processes,
    certificate,
    check_campaign,
    plan_campaign,
    what_if,
)
from optimizer.campaign.block_metrics import measure_blocks
from optimizer.campaign.crew_assignment import (
    BlockTable,
    CrewTable,
    Run,
    cut_into_runs,
    working_order,
)
from optimizer.campaign.demand import DONE, FOLLOWED_UP, OPEN, read_campaign_tables
from optimizer.campaign.planning import assemble
from optimizer.campaign.scheduling import (
    Schedule,
    SpreadPolicy,
    place_stretches,
    schedule_blocks,
    work_stretches,
)
from optimizer.campaign.station_schedule import spread_policy
from optimizer.cli.campaign_tables import render_certificate, render_what_if
from optimizer.errors import CampaignError
from optimizer.register import Register
from optimizer.register.agenda import STATUSES_TO_VISIT
from optimizer.register.imports import STATUSES
from optimizer.settings import Settings
from optimizer.territories.workload import service_seconds
from optimizer.travel import Travel

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray
    from rich.console import RenderableType

    from optimizer.roads import Roads

SETTINGS = short_settings()
FOUR_WEEKS = dt.date(2027, 1, 31)
SHORT = short_settings(finish=FOUR_WEEKS)


@pytest.fixture(scope="session")
def roads(tmp_path_factory: pytest.TempPathFactory) -> Roads:
    return grid_roads(tmp_path_factory.mktemp("grid"))


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Register:
    """Two stations: ST00 with 6 areas of 70 and 2 crews, ST01 with 4 of 40 and 1 crew on 1,3,5."""
    rng = np.random.default_rng(3)
    areas, customers = hamlets("ST00", 6, 70, rng)
    more_areas, more = hamlets("ST01", 4, 40, rng, first=500)
    tables = {
        "stations": stations(2),
        "areas": pd.concat([areas, more_areas]),
        "customers": pd.concat([customers, more]),
        "crews": pd.concat([crews("ST00", 2), crews("ST01", 1, duty_days="1,3,5")]),
    }
    return fill(tmp_path_factory.mktemp("county") / "register.sqlite", tables)


@pytest.fixture(scope="module")
def campaign(county: Register, roads: Roads) -> CampaignPlan:
    return plan_campaign(county, roads, SETTINGS, executor=InProcess())


# ---- the whole line -----------------------------------------------------------------------------


def test_everybody_gets_a_day_and_every_promise_holds(
    campaign: CampaignPlan, county: Register, roads: Roads
) -> None:
    """580 customers with roads, crews and time enough: all planned, the checker silent."""
    assert len(campaign.visits) == 420 + 160
    assert campaign.unplanned.empty
    assert check_campaign(campaign, county, roads, SETTINGS) == []


def test_certificate_adds_up(campaign: CampaignPlan) -> None:
    """Counts that a chief can verify by hand against the register's own."""
    account = certificate(campaign)
    assert (account.customers, account.planned, account.unplanned) == (580, 580, {})
    assert account.needed == len(campaign.blocks) == sum(s.needed for s in account.stations)
    assert sum(month["visits"] for month in account.months) == 580
    assert [s.customers for s in account.stations] == [420, 160]
    last = dt.date.fromisoformat(campaign.blocks["date"].max())
    assert account.last_day == last == max(s.finish for s in account.stations)
    assert account.slack_days == (dt.date(2027, 3, 26) - last).days
    # 4 January to 26 March are 60 weekdays less 6 of Spring Festival; 1,3,5 are 36 less 4
    assert [s.available for s in account.stations] == [2 * 54, 32]


def test_areas_stay_in_one_stretch(campaign: CampaignPlan) -> None:
    """Ten areas of a few days each: a crew that begins one finishes it before another."""
    assert certificate(campaign).whole_share >= 0.95


def test_certificate_as_json_is_plain(campaign: CampaignPlan) -> None:
    """Machines get dates as text and nothing that JSON does not know."""
    plain = certificate(campaign).as_json()
    assert plain["start"] == "2027-01-04"
    assert plain["stations"][1]["station"] == "ST01"
    assert isinstance(plain["stations"][0]["finish"], str)


@pytest.mark.parametrize(("lang", "word"), [("zh", "覆盖证明"), ("en", "Certificate of coverage")])
def test_certificate_reads_in_both_languages(campaign: CampaignPlan, lang: Any, word: str) -> None:
    """What the command prints names the stations and the totals."""
    console = Console(width=200, record=True, file=None, quiet=False)
    with console.capture() as shown:
        console.print(render_certificate(certificate(campaign), lang))
    assert word in shown.get()
    assert "580" in shown.get()
    assert "ST01 所1" in shown.get()


def test_same_seed_same_plan_in_one_process_and_in_two(
    campaign: CampaignPlan, county: Register, roads: Roads
) -> None:
    """Where stations are planned must not show in the plan."""
    again = plan_campaign(county, roads, SETTINGS, executor=Processes(2))
    pd.testing.assert_frame_equal(again.blocks, campaign.blocks)
    pd.testing.assert_frame_equal(again.visits, campaign.visits)


def test_calendar_goes_through_the_register_unchanged(
    campaign: CampaignPlan, county: Register
) -> None:
    """What the day's plan will read is what the campaign wrote."""
    county.save_calendar(campaign.blocks, campaign.visits, campaign.unplanned)
    stored = county.blocks().sort_values("block", ignore_index=True)
    pd.testing.assert_frame_equal(stored, campaign.blocks.sort_values("block", ignore_index=True))
    assert len(county.block_visits(station="ST01")) == 160


def test_progress_counts_customers(county: Register, roads: Roads) -> None:
    """The bar moves station by station and ends at all customers."""
    seen: list[tuple[int, int]] = []
    plan_campaign(
        county, roads, SETTINGS, executor=InProcess(), progress=lambda *step: seen.append(step)
    )
    assert seen == [(420, 580), (580, 580)]


# ---- who has no day, and why --------------------------------------------------------------------


def codes(campaign: CampaignPlan) -> dict[str, str]:
    return dict(zip(campaign.unplanned["account_no"], campaign.unplanned["code"], strict=True))


def holes(path: Path) -> Register:
    """One customer for each hole, and one without."""
    lonlat = {"lon": LON + 0.012, "lat": LAT + 0.012}
    rows = [
        {"account_no": "good", "station": "ST00", **lonlat},
        {"account_no": "nowhere", "station": "ST00", "lon": np.nan, "lat": np.nan},
        {"account_no": "stationless", "station": "", **lonlat},
        {"account_no": "crewless", "station": "ST01", **lonlat},
        {"account_no": "far", "station": "ST00", "lon": LON - 0.05, "lat": LAT},
        {"account_no": "hv", "station": "ST00", "kind": "hv10kv", **lonlat},
        {"account_no": "endless", "station": "ST00", "service_min": 600.0, **lonlat},
    ]
    customers = pd.DataFrame(rows).assign(name="户")
    customers["kind"] = customers["kind"].fillna("household")
    areas = pd.DataFrame(columns=["area", "station", "lon", "lat"]).astype({"lon": float})
    tables = {
        "stations": stations(2),
        "areas": areas.astype({"lat": float}),
        "customers": customers,
        "crews": crews("ST00", 1),
    }
    return fill(path, tables)


def test_each_hole_has_its_reason(tmp_path: Path, roads: Roads) -> None:
    """Nobody vanishes: who cannot be planned is listed with a code and a sentence."""
    register = holes(tmp_path / "register.sqlite")
    campaign = plan_campaign(register, roads, SETTINGS, executor=InProcess())
    assert codes(campaign) == {
        "nowhere": "no_location",
        "stationless": "no_station",
        "crewless": "no_crew",
        "far": "unreachable",
        "hv": "no_skilled_crew",
        "endless": "too_long",
    }
    assert campaign.visits["account_no"].tolist() == ["good"]
    assert campaign.unplanned["reason"].str.contains(":").all()
    assert check_campaign(campaign, register, roads, SETTINGS) == []
    account = certificate(campaign)
    assert account.planned == 1
    assert sum(account.unplanned.values()) == 6
    assert {s.station for s in account.stations} == {"ST00", "ST01", ""}


FIELD = ["visited", "moved", "demolished", "duplicate", "nobody_home", "conflict", "refused"]
"""What the field can have said."""


@pytest.fixture(scope="module")
def tried(tmp_path_factory: pytest.TempPathFactory, roads: Roads) -> tuple[Register, CampaignPlan]:
    """Twenty customers, of whom seven were tried, each with another result."""
    areas, customers = hamlets("ST00", 1, 20, np.random.default_rng(1))
    tables = {"stations": stations(1), "areas": areas, "customers": customers}
    path = tmp_path_factory.mktemp("tried") / "register.sqlite"
    register = fill(path, tables | {"crews": crews("ST00", 1)})
    register.store.run_many(
        "UPDATE customers SET status = ? WHERE account_no = ?",
        [(status, f"{row:010d}") for row, status in enumerate(FIELD)],
    )
    return register, plan_campaign(register, roads, SETTINGS, executor=InProcess())


def test_who_was_tried_in_vain_is_not_done(
    tried: tuple[Register, CampaignPlan], roads: Roads
) -> None:
    """Four need no visit any more; three are followed up, and are told apart with what comes."""
    register, campaign = tried
    account = certificate(campaign)
    assert (account.planned, account.settled, account.unplanned) == (13, 4, {})
    assert account.follow_up == {"nobody_home": 1, "conflict": 1, "refused": 1}
    assert account.customers == 13 + 4 + 3 == 20
    assert account.stations[0].follow_up == account.follow_up
    assert check_campaign(campaign, register, roads, SETTINGS) == []
    steps = account.as_json()["next_steps"]
    assert set(steps) == set(account.follow_up)
    assert "asked once more" in steps["refused"]["en"]


def test_campaign_and_register_mean_the_same_by_done() -> None:
    """The certificate and the map of the county must not differ in who is still to be visited."""
    assert {OPEN, *FOLLOWED_UP} == set(STATUSES_TO_VISIT)
    assert {OPEN, *FOLLOWED_UP, *DONE} == set(STATUSES)


@pytest.mark.parametrize(
    ("lang", "words"),
    [("zh", ["已完成 4", "跟进中 3", "1: 客户拒访"]), ("en", ["4 done, 3 in follow-up"])],
)
def test_certificate_prints_who_is_followed_up(
    tried: tuple[Register, CampaignPlan], lang: Any, words: list[str]
) -> None:
    """A refusal that prints as done would be a false certificate."""
    console = Console(width=200)
    with console.capture() as shown:
        console.print(render_certificate(certificate(tried[1]), lang))
    assert all(word in shown.get() for word in words)


def test_ten_kv_customers_go_to_the_skilled_crew(tmp_path: Path, roads: Roads) -> None:
    """A crew without the skill keeps its area, the 10 kV customer in it is another's."""
    areas, customers = hamlets("ST00", 2, 20, np.random.default_rng(1))
    customers.loc[customers["account_no"].isin(["0000000003", "0000000023"]), "kind"] = "hv10kv"
    staff = crews("ST00", 2).assign(skills=["", "repair;hv10kv"])
    register = fill(
        tmp_path / "register.sqlite",
        {"stations": stations(1), "areas": areas, "customers": customers, "crews": staff},
        territory={"TA000": "ST00-C0", "TA001": "ST00-C1"},
    )
    campaign = plan_campaign(register, roads, SETTINGS, executor=InProcess())
    assert check_campaign(campaign, register, roads, SETTINGS) == []
    crew = campaign.visits.merge(campaign.blocks, on="block").set_index("account_no")["crew"]
    assert crew["0000000003"] == crew["0000000023"] == "ST00-C1"
    assert crew["0000000002"] == "ST00-C0"
    assert certificate(campaign).areas == 2


def test_full_horizon_lists_who_does_not_fit(tmp_path: Path, roads: Roads) -> None:
    """Two days for 160 customers: two blocks are planned, the others say why not."""
    areas, customers = hamlets("ST00", 4, 40, np.random.default_rng(1))
    tables = {"stations": stations(1), "areas": areas, "customers": customers}
    register = fill(tmp_path / "register.sqlite", tables | {"crews": crews("ST00", 1)})
    settings = short_settings(finish=dt.date(2027, 1, 5))
    campaign = plan_campaign(register, roads, settings, executor=InProcess())
    assert campaign.blocks["date"].tolist() == ["2027-01-04", "2027-01-05"]
    assert set(campaign.unplanned["code"]) == {"horizon_full"}
    assert len(campaign.visits) + len(campaign.unplanned) == 160
    account = certificate(campaign)
    assert account.needed > account.available == 2
    assert check_campaign(campaign, register, roads, settings) == []


def test_horizon_without_duty_days_says_so(tmp_path: Path, roads: Roads) -> None:
    """A crew that is only on duty on Sundays of another year."""
    areas, customers = hamlets("ST00", 1, 20, np.random.default_rng(1))
    staff = crews("ST00", 1, duty_days="2020-01-05")
    tables = {"stations": stations(1), "areas": areas, "customers": customers, "crews": staff}
    register = fill(tmp_path / "register.sqlite", tables)
    campaign = plan_campaign(register, roads, SETTINGS, executor=InProcess())
    assert set(campaign.unplanned["code"]) == {"no_duty_days"}
    assert certificate(campaign).last_day is None


@pytest.mark.parametrize(
    ("finish", "told"),
    [(dt.date(2027, 1, 3), "before it starts"), (dt.date(9999, 12, 31), "more than 10 years")],
)
def test_horizon_that_is_a_slip_of_the_pen_is_an_error(
    county: Register, roads: Roads, finish: dt.date, told: str
) -> None:
    """It is told, not planned: a calendar of millennia would fill the memory."""
    horizon = SETTINGS.campaign.model_copy(update={"finish": finish})
    with pytest.raises(CampaignError, match=told):
        plan_campaign(county, roads, SETTINGS.model_copy(update={"campaign": horizon}))


def test_horizon_in_the_past_is_an_error(county: Register, roads: Roads) -> None:
    """Last year's campaign.toml must not give a plan that nobody can carry out."""
    with pytest.raises(CampaignError, match="which is past"):
        plan_campaign(county, roads, SETTINGS, today=dt.date(2027, 3, 27))


def test_nothing_is_planned_before_today(tmp_path: Path, roads: Roads) -> None:
    """Planned late, the campaign begins today."""
    areas, customers = hamlets("ST00", 1, 20, np.random.default_rng(1))
    tables = {"stations": stations(1), "areas": areas, "customers": customers}
    register = fill(tmp_path / "register.sqlite", tables | {"crews": crews("ST00", 1)})
    today = dt.date(2027, 2, 1)
    campaign = plan_campaign(register, roads, SETTINGS, executor=InProcess(), today=today)
    assert campaign.blocks["date"].min() >= "2027-02-01"


def test_register_without_territories_is_an_error(tmp_path: Path, roads: Roads) -> None:
    """The stages have an order, and the error names the command that is missing."""
    register = Register.create(tmp_path / "register.sqlite")
    areas, customers = hamlets("ST00", 1, 3, np.random.default_rng(1))
    tables = {"stations": stations(1), "areas": areas, "customers": customers}
    register.take_in(tables, source="test", datum="wgs84")
    with pytest.raises(CampaignError, match="zoufang territories"):
        plan_campaign(register, roads, SETTINGS)


def test_unreadable_shift_names_the_crew(tmp_path: Path, roads: Roads) -> None:
    """Registers of another hand may hold anything."""
    areas, customers = hamlets("ST00", 1, 3, np.random.default_rng(1))
    staff = crews("ST00", 1, shift_start="early")
    tables = {"stations": stations(1), "areas": areas, "customers": customers, "crews": staff}
    register = fill(tmp_path / "register.sqlite", tables)
    with pytest.raises(CampaignError, match=r"ST00-C0.*early"):
        plan_campaign(register, roads, SETTINGS)


def test_empty_register_gives_an_empty_campaign(tmp_path: Path, roads: Roads) -> None:
    """Nothing to do is not an error."""
    register = Register.create(tmp_path / "register.sqlite")
    campaign = plan_campaign(register, roads, SETTINGS)
    assert certificate(campaign).as_json()["customers"] == 0


# ---- the calendar alone -------------------------------------------------------------------------


def row_of_blocks(areas: list[set[int]], crew: list[int] | None = None) -> BlockTable:
    """Blocks a kilometre apart on a line, an hour of work each."""
    number = len(areas)
    return BlockTable(
        crew=np.array(crew or [0] * number, dtype=np.int32),
        work_s=np.full(number, 3600, dtype=np.int32),
        skilled=np.zeros(number, dtype=bool),
        x=np.arange(number) * 1000.0,
        y=np.zeros(number),
        areas=tuple(map(frozenset, areas)),
        doors=tuple(dict.fromkeys(some, 1) for some in areas),
        tier=np.full(number, 50, dtype=np.int32),
        waiting=np.zeros(number),
        target=np.full(number, np.nan),
        kept=np.zeros(number, dtype=bool),
        earliest=np.zeros(number, dtype=np.int32),
        latest=np.full(number, 10_000, dtype=np.int32),
        season=np.zeros(number, dtype=np.int32),
        season_penalty=np.zeros((1, 10_000)),
    )


def table_of_crews(*duty: list[int], skilled: list[bool] | None = None) -> CrewTable:
    return CrewTable(
        duty=np.array(duty, dtype=bool),
        skilled=np.array(skilled or [False] * len(duty)),
        limit_s=np.full(len(duty), 20_000, dtype=np.int32),
        dates=np.datetime64("2027-01-04") + np.arange(len(duty[0])),
    )


def test_runs_are_cut_where_no_area_reaches_across() -> None:
    """Areas 1 and 2 share a block, 3 stands alone: two runs of three and one blocks."""
    runs = cut_into_runs(row_of_blocks([{1}, {1, 2}, {2}, {3}]))
    assert [run.blocks for run in runs] == [[0, 1, 2], [3]]


def test_run_is_cut_where_the_fewest_areas_are_broken() -> None:
    """Five blocks: the middle three hang together, the ends do so by one area each."""
    blocks = row_of_blocks([{1}, {1, 2, 3}, {1, 2, 3}, {3, 4}, {4}, {4}])
    dates = schedule_blocks(blocks, table_of_crews([1] * 6, [1] * 6), SpreadPolicy("early", 0, 1))
    assert np.bincount(dates.crew).tolist() == [3, 3]
    assert len(set(dates.crew[3:].tolist())) == 1


def test_run_that_would_fill_months_is_cut() -> None:
    """Twelve blocks that hang together, stretches of two: none is longer than four of them.

    Where no cut leaves more than stragglers of an area behind, none is longer than two.
    """
    blocks = row_of_blocks([{i, i + 1} for i in range(12)])
    order = working_order(cut_into_runs(blocks), 0, blocks)
    assert [len(group) for group in work_stretches(order, 2, blocks)] == [8, 4]
    few = replace(blocks, doors=tuple({i: 20, i + 1: 2} for i in range(12)))
    assert max(len(group) for group in work_stretches(order, 2, few)) <= 4


def test_early_pace_uses_the_first_duty_days() -> None:
    """Days 1, 3 and 4 are the first three on duty."""
    dates = schedule_blocks(
        row_of_blocks([{1}, {2}, {3}]),
        table_of_crews([0, 1, 0, 1, 1, 1]),
        SpreadPolicy("early", 0.1, 1),
    )
    assert dates.day.tolist() == [1, 3, 4]


def test_even_pace_spreads_over_the_horizon() -> None:
    """Two single blocks in 20 days, none spare: one in each half."""
    dates = schedule_blocks(
        row_of_blocks([{1}, {2}]), table_of_crews([1] * 20), SpreadPolicy("even", 0, 1)
    )
    assert dates.day[0] < 10 <= dates.day[1]


def test_even_pace_leaves_the_spare_share_free() -> None:
    """The last tenth of 20 days is kept for what comes between."""
    dates = schedule_blocks(
        row_of_blocks([{i} for i in range(9)]),
        table_of_crews([1] * 20),
        SpreadPolicy("even", 0.1, 1),
    )
    assert dates.day.max() < 18


def loads(dates: Schedule, crews: CrewTable, period: str) -> NDArray[np.float64]:
    """Blocks by duty days in each month or year, of each crew: 1 is its campaign's mean."""
    periods = np.unique(crews.dates.astype(f"datetime64[{period}]"), return_inverse=True)[1]
    blocks = np.zeros((len(crews.duty), periods.max() + 1))
    np.add.at(blocks, (dates.crew, periods[dates.day]), 1)
    days = crews.duty @ np.eye(periods.max() + 1)[periods]
    return blocks / days * days.sum(axis=1, keepdims=True) / blocks.sum(axis=1, keepdims=True)


def test_even_pace_fills_months_and_years_alike() -> None:
    """Three crews on duty weekly for two years; each has areas that hang together for five blocks.

    A year holds 20 blocks a crew, a month five of the station's; each crew is out early.
    """
    chain = [b % 40 for b in range(120)]
    ends = {4, 9, 14, 19, 24, 29, 34, 39}
    areas = [{b} if place in ends else {b, b + 1} for b, place in enumerate(chain)]
    blocks = row_of_blocks(areas, [b // 40 for b in range(120)])
    crews = table_of_crews(*([int(day % 7 == c) for day in range(727)] for c in range(3)))
    dates = schedule_blocks(blocks, crews, SpreadPolicy("even", 0, 5))
    within = [b for b, place in enumerate(chain) if place not in ends]
    assert {int(dates.day[b + 1] - dates.day[b]) for b in within} == {7}
    assert all(dates.day[dates.crew == crew].min() <= 61 for crew in range(3))
    assert abs(loads(dates, crews, "Y") - 1).max() <= 0.1
    assert loads(dates, crews, "M").mean(axis=0).max() <= 1.3
    assert loads(dates, crews, "M").mean(axis=0).min() >= 0.8


def test_levelling_follows_the_seed_of_the_campaign() -> None:
    """Equal seeds level alike; another seed may settle on other days, all of them in order."""
    blocks = row_of_blocks([{b // 4} for b in range(60)], [b // 20 for b in range(60)])
    crews = table_of_crews(*([1] * 400 for _ in range(3)))
    found = [
        schedule_blocks(blocks, crews, SpreadPolicy("even", 0.1, 5, seed)).day.tolist()
        for seed in (1, 1, 2, 3, 4)
    ]
    assert found[0] == found[1]
    assert any(days != found[0] for days in found)
    assert all(-1 not in days for days in found)


def test_seed_of_the_settings_reaches_the_levelling() -> None:
    """The setting campaign.seed stands for everything that is random."""
    assert spread_policy(short_settings(seed=7)).seed == 7


def test_overloaded_crew_hands_a_near_run_over() -> None:
    """Four runs for crew 0, none for crew 1, two days each: two runs change hands."""
    dates = schedule_blocks(
        row_of_blocks([{1}, {2}, {3}, {4}]),
        table_of_crews([1, 1], [1, 1]),
        SpreadPolicy("early", 0, 1),
    )
    assert np.bincount(dates.crew).tolist() == [2, 2]
    assert dates.moved == 2
    assert (dates.day >= 0).all()


def test_runs_stay_whole_when_handed_over() -> None:
    """Areas 1 and 2 take two blocks each: whichever moves, no area has two crews."""
    dates = schedule_blocks(
        row_of_blocks([{1}, {1}, {2}, {2}]),
        table_of_crews([1] * 4, [1] * 4),
        SpreadPolicy("early", 0, 1),
    )
    assert sorted(np.bincount(dates.crew).tolist()) == [2, 2]
    assert dates.crew[0] == dates.crew[1]
    assert dates.crew[2] == dates.crew[3]


def test_skilled_block_is_not_handed_to_the_unskilled() -> None:
    """Both blocks need the skill: crew 1 is idle, but cannot take one."""
    blocks = replace(row_of_blocks([{1}, {2}]), skilled=np.array([True, True]))
    dates = schedule_blocks(
        blocks, table_of_crews([1, 1], [1, 1], skilled=[True, False]), SpreadPolicy("early", 0, 1)
    )
    assert dates.crew.tolist() == [0, 0]


def test_area_too_big_for_one_crew_is_shared() -> None:
    """One area of six blocks and two crews with three days each: better shared than not done."""
    dates = schedule_blocks(
        row_of_blocks([{1}] * 6), table_of_crews([1, 1, 1], [1, 1, 1]), SpreadPolicy("early", 0, 1)
    )
    assert (dates.day >= 0).all()
    assert np.bincount(dates.crew).tolist() == [3, 3]


def test_what_exceeds_all_duty_days_has_no_day() -> None:
    """Three blocks, two crew-days: the last in working order is left over."""
    dates = schedule_blocks(
        row_of_blocks([{1}, {2}, {3}]), table_of_crews([1, 1]), SpreadPolicy("even", 0.1, 5)
    )
    assert dates.day.tolist() == [0, 1, -1]


def test_foreign_run_is_worked_where_it_lies() -> None:
    """Block 1 of crew 1 comes to crew 0, between its blocks 0 and 2."""
    blocks = row_of_blocks([{0}, {1}, {2}], crew=[0, 1, 0])
    order = working_order([Run([0], 0, 0), Run([1], 0, 1), Run([2], 0, 0)], 0, blocks)
    assert [run.blocks for run in order] == [[0], [1], [2]]


def test_stretch_avoids_being_drawn_out_by_leave() -> None:
    """Days 0-2, then a month off, then many: three blocks start before or after, not across."""
    duty_days = np.array([0, 1, 2, *range(40, 60)])
    blocks = row_of_blocks([{1}, {1}, {1}])
    (stretch,) = place_stretches([[0, 1, 2]], duty_days, 0.1, SpreadPolicy("even", 0, 1), blocks)
    assert stretch.start in {0, 3}


def test_what_is_urgent_comes_first() -> None:
    """The third of three areas has low voltage: it is visited before the others."""
    blocks = replace(row_of_blocks([{1}, {2}, {3}]), tier=np.array([50, 50, 19], dtype=np.int32))
    dates = schedule_blocks(blocks, table_of_crews([1, 1, 1]), SpreadPolicy("early", 0, 1))
    assert dates.day.tolist() == [1, 2, 0]


def test_wish_for_a_time_is_kept() -> None:
    """Area 1 not before day 6, area 2 not after day 1."""
    blocks = replace(
        row_of_blocks([{1}, {2}]),
        earliest=np.array([6, 0], dtype=np.int32),
        latest=np.array([99, 1], dtype=np.int32),
    )
    dates = schedule_blocks(blocks, table_of_crews([1] * 10), SpreadPolicy("even", 0, 1))
    assert dates.day[0] >= 6
    assert dates.day[1] <= 1


def test_harvest_is_avoided() -> None:
    """Ten days, the middle four are harvest: the third of five blocks moves to its edge."""
    price = np.zeros((1, 10))
    price[0, 3:7] = 20
    blocks = replace(row_of_blocks([{i} for i in range(5)]), season_penalty=price)
    dates = schedule_blocks(blocks, table_of_crews([1] * 10), SpreadPolicy("even", 0, 1))
    assert not {3, 4, 5, 6} & set(dates.day.tolist())


def test_festival_is_preferred_even_out_of_turn() -> None:
    """The first of three areas is home at the end only: it waits until then."""
    price = np.zeros((2, 9))
    price[1, 7:] = -20
    blocks = replace(
        row_of_blocks([{1}, {2}, {3}]),
        season=np.array([1, 0, 0], dtype=np.int32),
        season_penalty=price,
    )
    dates = schedule_blocks(blocks, table_of_crews([1] * 9), SpreadPolicy("even", 0, 1))
    assert dates.day[0] >= 7


def test_block_with_a_target_stays_there() -> None:
    """A plan that is continued keeps its dates where nothing stands against them."""
    blocks = replace(row_of_blocks([{1}, {2}]), target=np.array([4.0, 7.0]))
    dates = schedule_blocks(blocks, table_of_crews([1] * 10), SpreadPolicy("even", 0, 5))
    assert dates.day.tolist() == [4, 7]


def test_a_visit_takes_the_same_time_in_every_stage() -> None:
    """Given, by kind, of a kind left out of the settings, of an unknown kind; two minutes more."""
    few = Settings.model_validate({"visit": {"service_min": {"business": 15}}})
    kinds = ["household", "business", "hv10kv", "embassy"]
    customers = pd.DataFrame({"kind": [*kinds, "business"], "service_min": [np.nan] * 4 + [7.5]})
    minutes = [12 + 2, 15 + 2, 60 + 2, 12 + 2, 7.5 + 2]
    assert few.visit.service_s("business", 7.5) == 450
    assert (service_seconds(customers, few) / 60).tolist() == minutes


# ---- the register ------------------------------------------------------------------------------


def test_book_is_of_one_moment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Crews that somebody imports while the tables is read belong to the next plan."""
    with (
        Register.create(tmp_path / "register.sqlite") as register,
        Register.open(tmp_path / "register.sqlite") as other,
    ):
        tables = {"stations": stations(1), "crews": crews("ST00", 1)}
        register.take_in(tables, source="test", datum="wgs84")
        territories = register.territories

        def meanwhile() -> tuple[pd.DataFrame, pd.DataFrame]:
            other.take_in({"crews": crews("ST00", 3)}, source="test", datum="wgs84")
            return territories()

        monkeypatch.setattr(register, "territories", meanwhile)
        assert len(read_campaign_tables(register).crews) == 1
        assert len(register.crews()) == 3


# ---- the checker --------------------------------------------------------------------------------


def rules(campaign: CampaignPlan, county: Register, roads: Roads) -> set[str]:
    return {breach.rule for breach in check_campaign(campaign, county, roads, SETTINGS)}


def with_block(campaign: CampaignPlan, **cells: object) -> CampaignPlan:
    """The campaign with the first block's cells changed."""
    blocks = campaign.blocks.copy()
    for column, value in cells.items():
        blocks.loc[0, column] = value
    return replace(campaign, blocks=blocks)


def test_a_plan_that_breaks_a_rule_is_a_bug(
    county: Register, roads: Roads, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A planner that loses a customer stops with an error; its plan is never saved."""

    def forgetful(*parts: Any) -> CampaignPlan:
        whole = assemble(*parts)
        return replace(whole, visits=whole.visits.iloc[:-1])

    monkeypatch.setattr("optimizer.campaign.planning.assemble", forgetful)
    with pytest.raises(AssertionError, match="neither planned nor explained"):
        plan_campaign(county, roads, SETTINGS, executor=InProcess())


def test_checker_finds_a_lost_customer(
    campaign: CampaignPlan, county: Register, roads: Roads
) -> None:
    """Rule once: without day and without reason."""
    lost = replace(campaign, visits=campaign.visits.iloc[:-1])
    assert "once" in rules(lost, county, roads)


def test_checker_finds_a_customer_planned_and_explained(
    campaign: CampaignPlan, county: Register, roads: Roads
) -> None:
    """Rule once: both."""
    row = {"account_no": ["0000000001"], "code": ["no_crew"], "reason": ["because"]}
    assert rules(replace(campaign, unplanned=pd.DataFrame(row)), county, roads) == {"once"}


def test_checker_finds_a_customer_planned_twice(
    campaign: CampaignPlan, county: Register, roads: Roads
) -> None:
    """Rule once: two blocks."""
    twice = campaign.visits.iloc[[0]].assign(block=campaign.blocks["block"].iloc[-1], seq=99)
    doubled = replace(campaign, visits=pd.concat([campaign.visits, twice], ignore_index=True))
    assert "once" in rules(doubled, county, roads)


def test_checker_finds_a_refusal_told_as_done(
    tried: tuple[Register, CampaignPlan], roads: Roads
) -> None:
    """Rule told: the demand must say of each customer what the register says."""
    register, campaign = tried
    code = campaign.customers["code"].replace("refused", "settled")
    told = replace(campaign, customers=campaign.customers.assign(code=code))
    assert rules(told, register, roads) == {"told"}
    short = replace(campaign, customers=campaign.customers.iloc[1:])
    assert rules(short, register, roads) == {"told"}


def test_checker_finds_an_unknown_reason(
    campaign: CampaignPlan, county: Register, roads: Roads
) -> None:
    """Rule reason: a code that the README does not list."""
    gone = campaign.visits["account_no"].iloc[-1]
    row = {"account_no": [gone], "code": ["why"], "reason": ["not"]}
    holed = replace(
        campaign, visits=campaign.visits.iloc[:-1], unplanned=pd.DataFrame(row, dtype="str")
    )
    assert "reason" in rules(holed, county, roads)


def test_checker_finds_a_crew_of_another_station(
    campaign: CampaignPlan, county: Register, roads: Roads
) -> None:
    """Rule station."""
    assert "station" in rules(with_block(campaign, crew="ST01-C0"), county, roads)


def test_checker_finds_a_day_off(campaign: CampaignPlan, county: Register, roads: Roads) -> None:
    """Rule duty: 10 January 2027 is a Sunday."""
    assert "duty" in rules(with_block(campaign, date="2027-01-10"), county, roads)


def test_checker_finds_a_day_outside(
    campaign: CampaignPlan, county: Register, roads: Roads
) -> None:
    """Rule horizon."""
    assert "horizon" in rules(with_block(campaign, date="2028-01-10"), county, roads)


def test_checker_finds_two_blocks_a_day(
    campaign: CampaignPlan, county: Register, roads: Roads
) -> None:
    """Rule one a day."""
    own = campaign.blocks[campaign.blocks["crew"] == campaign.blocks.loc[0, "crew"]]
    assert "one a day" in rules(with_block(campaign, date=own["date"].iloc[1]), county, roads)


def test_checker_finds_a_gap_in_the_order(
    campaign: CampaignPlan, county: Register, roads: Roads
) -> None:
    """Rule order: seq counts from 1."""
    shifted = replace(campaign, visits=campaign.visits.assign(seq=campaign.visits["seq"] + 1))
    assert "order" in rules(shifted, county, roads)


def test_checker_finds_understated_work(
    campaign: CampaignPlan, county: Register, roads: Roads
) -> None:
    """Rule work: a block that says a minute."""
    assert rules(with_block(campaign, work_s=60), county, roads) == {"work"}


def test_checker_finds_a_day_too_long_and_too_full(
    campaign: CampaignPlan, county: Register, roads: Roads
) -> None:
    """Rules too long and most: the same plan under shorter days and smaller blocks."""
    strict = SETTINGS.model_copy(
        update={
            "shift": SETTINGS.shift.model_copy(update={"end": 12 * 3600}),
            "blocks": SETTINGS.blocks.model_copy(update={"max_visits": 5}),
        }
    )
    found = {breach.rule for breach in check_campaign(campaign, county, roads, strict)}
    assert {"too long", "most"} <= found


def test_checker_finds_an_unskilled_crew(tmp_path: Path, roads: Roads) -> None:
    """Rule skill: a plan made when the crew had it, checked after it was lost."""
    areas, customers = hamlets("ST00", 1, 5, np.random.default_rng(1))
    customers["kind"] = "hv10kv"
    staff = crews("ST00", 1, skills="hv10kv")
    tables = {"stations": stations(1), "areas": areas, "customers": customers, "crews": staff}
    register = fill(tmp_path / "register.sqlite", tables)
    campaign = plan_campaign(register, roads, SETTINGS, executor=InProcess())
    assert check_campaign(campaign, register, roads, SETTINGS) == []
    register.take_in({"crews": staff.assign(skills="")}, source="test", datum="wgs84")
    assert rules(campaign, register, roads) == {"skill"}


# ---- when the horizon cannot hold, and what if --------------------------------------------------


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory, roads: Roads) -> tuple[Register, CampaignPlan]:
    """ST00: 240 customers, 1 crew on Mondays; ST01: 40 customers, 2 crews; four weeks."""
    rng = np.random.default_rng(3)
    areas, customers = hamlets("ST00", 6, 40, rng)
    more_areas, more = hamlets("ST01", 1, 40, rng, first=500)
    tables = {
        "stations": stations(2),
        "areas": pd.concat([areas, more_areas]),
        "customers": pd.concat([customers, more]),
        "crews": pd.concat([crews("ST00", 1, duty_days="1"), crews("ST01", 2)]),
    }
    register = fill(tmp_path_factory.mktemp("short") / "register.sqlite", tables)
    campaign = plan_campaign(register, roads, SHORT, executor=InProcess())
    register.save_calendar(campaign.blocks, campaign.visits, campaign.unplanned)
    return register, campaign


def test_certificate_tells_what_is_short_and_what_helps(
    short: tuple[Register, CampaignPlan],
) -> None:
    """Four Mondays for some twelve blocks: a lent crew, more days, or a later finish."""
    account = certificate(short[1])
    (shortage,) = account.shortages
    assert shortage.station == "ST00"
    assert shortage.available == 4
    assert shortage.lacking == shortage.needed - 4
    (station,) = [one for one in account.stations if one.station == "ST00"]
    assert (station.needed, station.available) == (shortage.needed, 4)
    assert shortage.customers == account.unplanned["horizon_full"]
    assert [remedy.kind for remedy in account.remedies] == ["lend", "duty", "finish"]
    plain = account.as_json()
    assert plain["remedies"][0] == {"kind": "lend", "changes": ["lend=ST01:ST00:1"]}


def test_remedies_hold_what_they_promise(short: tuple[Register, CampaignPlan]) -> None:
    """Each remedy, asked as a question, leaves nobody without a day; a smaller one does."""
    register, campaign = short
    for remedy in certificate(campaign).remedies:
        answer = what_if(register, SHORT, [str(change) for change in remedy.changes])
        assert sum(outcome.without_day for outcome in answer.after) == 0
        assert sum(outcome.without_day for outcome in answer.before) > 0
    duty = next(r for r in certificate(campaign).remedies if r.kind == "duty").changes[0]
    if duty.number > 1:
        answer = what_if(register, SHORT, [f"duty+{duty.number - 1}@ST00"])
        assert sum(outcome.without_day for outcome in answer.after) > 0


def test_what_if_changes_nothing_in_the_register(short: tuple[Register, CampaignPlan]) -> None:
    """A question is not an order."""
    register, campaign = short
    what_if(register, SHORT, ["lend=ST01:ST00:1", "duty+1", "finish=2027-03-01"])
    stored = register.blocks().sort_values("block", ignore_index=True)
    pd.testing.assert_frame_equal(stored, campaign.blocks.sort_values("block", ignore_index=True))


def test_what_if_without_a_change_is_the_plan_itself(
    campaign: CampaignPlan, county: Register
) -> None:
    """The answer starts from what is planned: same crew-days, same customers without a day."""
    county.save_calendar(campaign.blocks, campaign.visits, campaign.unplanned)
    answer = what_if(county, SETTINGS, ["duty+0"])
    assert answer.before == answer.after
    account = certificate(campaign)
    for outcome, station in zip(answer.before, account.stations, strict=True):
        assert (outcome.needed, outcome.available) == (station.needed, station.available)
        assert (outcome.finish, outcome.longest_h) == (station.finish, station.longest_h)
        assert outcome.without_day == 0
        assert outcome.earliest is not None
        assert station.finish is not None
        assert outcome.earliest <= station.finish


def test_what_if_of_a_running_campaign_is_about_what_is_left(
    short: tuple[Register, CampaignPlan],
) -> None:
    """Days that are over help nobody, and who was not visited on them needs another day.

    Four Mondays, asked on the third: two are left, and everybody is still to be visited.
    """
    register, campaign = short
    today = dt.date.fromisoformat(sorted(set(campaign.blocks["date"]))[2])
    before = what_if(register, SHORT, ["duty+0"]).before[0]
    answer = what_if(register, SHORT, ["finish=2027-12-31"], today=today)
    assert answer.before[0].available == before.available - 2
    assert answer.before[0].without_day > before.without_day
    assert answer.after[0].without_day == 0
    assert answer.after[0].earliest > today
    more = what_if(register, SHORT, ["duty+4"], today=today).after[0]
    assert more.available == 5 * answer.before[0].available


def shown_in_eighty(table: RenderableType) -> str:
    """What a terminal of eighty columns shows, none of it cut."""
    console = Console(width=80)
    with console.capture() as shown:
        console.print(table)
    assert "…" not in shown.get()
    return shown.get()


def test_what_if_is_shown_and_told_in_json(short: tuple[Register, CampaignPlan]) -> None:
    """Stations that change are shown, as they are and as they would be; machines get all.

    Where nothing changes, that is said.
    """
    answer = what_if(short[0], SHORT, ["duty+1@ST00"])
    said = shown_in_eighty(render_what_if(answer, "en"))
    assert said.index("ST00") < said.index("→ what if")
    assert "ST01" not in said
    assert "no station changes" in shown_in_eighty(
        render_what_if(what_if(short[0], SHORT, ["duty+0"]), "en")
    )
    plain = answer.as_json()
    assert plain["changes"] == ["duty+1@ST00"]
    assert len(plain["after"]) == 2


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("lend=ST01:ST07:1", "crews lent ST01 → ST07: 1"),
        ("lend=ST01:ST00:9", "crews lent ST01 → ST00: 9"),
        ("lend=ST00:ST00:1", "crews lent ST00 → ST00: 1"),
        ("duty", "'duty'"),
        ("duty+1@ST07", "duty days a week for each crew of ST07: +1"),
        ("finish=soon", "finish=soon"),
        ("finish=2020-01-01", "all visited by 2020-01-01"),
        ("2027-03-01", "2027-03-01"),
    ],
)
def test_impossible_change_is_an_error(
    short: tuple[Register, CampaignPlan], change: str, said: str
) -> None:
    """What makes no sense is told, with what was asked: in words where it can be read."""
    with pytest.raises(CampaignError, match=re.escape(said)):
        what_if(short[0], SHORT, [change])


def test_what_if_of_millennia_is_an_error(short: tuple[Register, CampaignPlan]) -> None:
    """The same slip of the pen in a question."""
    with pytest.raises(CampaignError, match="more than 10 years"):
        what_if(short[0], SHORT, ["finish=9999-12-31"])


def test_what_if_needs_a_plan(tmp_path: Path) -> None:
    """CommittedWork the first plan there is nothing to change."""
    register = Register.create(tmp_path / "register.sqlite")
    with pytest.raises(CampaignError, match="zoufang campaign"):
        what_if(register, SETTINGS, ["duty+1"])


def test_station_without_crews_can_borrow(tmp_path: Path, roads: Roads) -> None:
    """Crews lent to a station that has none: its customers would get days."""
    areas, customers = hamlets("ST01", 1, 30, np.random.default_rng(1))
    staff = crews("ST00", 2)
    tables = {"stations": stations(2), "areas": areas, "customers": customers, "crews": staff}
    register = fill(tmp_path / "register.sqlite", tables)
    campaign = plan_campaign(register, roads, SETTINGS, executor=InProcess())
    register.save_calendar(campaign.blocks, campaign.visits, campaign.unplanned)
    assert set(campaign.unplanned["code"]) == {"no_crew"}
    account = certificate(campaign)
    assert [r.as_json()["changes"] for r in account.remedies] == [["lend=ST00:ST01:1"]]
    (shortage,) = account.shortages
    needed = {station.station: station.needed for station in account.stations}
    assert shortage.lacking == shortage.needed == needed["ST01"] > 0
    answer = what_if(register, SETTINGS, ["lend=ST00:ST01:1"])
    assert [outcome.without_day for outcome in answer.after] == [0, 0]


def test_blocks_are_measured_as_travel_measures_and_cut_to_fit(roads: Roads) -> None:
    """Ten doors in one block that takes longer than the limit: cut in order, sums by the matrix."""
    travel = Travel(roads, SETTINGS.travel)
    rng = np.random.default_rng(4)
    lon, lat = LON + rng.uniform(0, 0.05, 11), LAT + rng.uniform(0, 0.05, 11)
    doors, station = roads.attach(lon[:10], lat[:10]), roads.attach(lon[10:], lat[10:])
    service_s = np.full(10, 600, dtype=np.int32)
    block, seq = np.zeros(10, dtype=np.int32), np.arange(10, dtype=np.int32)
    seconds, metres = travel.door_matrix(lon, lat)
    network = travel.door_network(travel.doors(doors).joined(travel.doors(station)))
    found = measure_blocks(network, block, seq, service_s, limit_s=5000)
    assert len(found.work_s) > 1
    assert found.work_s.max() <= 5000
    for b in range(len(found.work_s)):
        inside = np.flatnonzero(found.block == b)
        assert found.seq[inside].tolist() == list(range(len(inside)))
        tour = [10, *inside.tolist(), 10]
        assert found.travel_s[b] == seconds[tour[:-1], tour[1:]].sum()
        assert found.distance_m[b] == metres[tour[:-1], tour[1:]].sum()
        assert found.work_s[b] == found.travel_s[b] + 600 * len(inside)
