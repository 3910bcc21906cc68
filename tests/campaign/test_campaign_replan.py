"""A campaign that rolls on: what is visited and printed stays, the rest follows the pace."""

from __future__ import annotations

import datetime as dt
from copy import copy
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from campaign_world import crews, fill, grid_roads, hamlets, short_settings, stations
from rich.console import Console

from optimizer.campaign import (
    InProcess,
    certificate,
    check_campaign,
    plan_campaign,
    replan,
)
from optimizer.cli.campaign_tables import render_replan
from optimizer.errors import CampaignError
from optimizer.register import Register

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.campaign import Replan
    from optimizer.roads import Roads
    from optimizer.settings import Settings

SETTINGS = short_settings(pace="early", spare_share=0.3, freeze_days=3)
TODAY = dt.date(2027, 1, 8)
"""Friday of the first week; printed until Monday 11 January."""


@pytest.fixture(scope="session")
def roads(tmp_path_factory: pytest.TempPathFactory) -> Roads:
    return grid_roads(tmp_path_factory.mktemp("grid"))


class World:
    """Two stations of 6 areas of 40 customers and a crew each, planned and saved."""

    def __init__(self, path: Path, roads: Roads) -> None:
        rng = np.random.default_rng(11)
        areas, customers = hamlets("ST00", 6, 40, rng)
        more_areas, more = hamlets("ST01", 6, 40, rng, first=500)
        self.roads = roads
        self.tables = {
            "stations": stations(2),
            "areas": pd.concat([areas, more_areas]),
            "customers": pd.concat([customers, more]),
            "crews": pd.concat([crews("ST00", 1), crews("ST01", 1)]),
        }
        self.register = fill(path, self.tables)
        self.campaign = plan_campaign(self.register, roads, SETTINGS, executor=InProcess())
        campaign = self.campaign
        self.register.save_calendar(campaign.blocks, campaign.visits, campaign.unplanned)
        dated = campaign.visits.merge(campaign.blocks, on="block")
        self.dated = dated.set_index("account_no")

    def copy(self, path: Path) -> World:
        """The same with a register and tables of its own."""
        other = copy(self)
        self.register.backup(path)
        other.register, other.tables = Register.open(path), {**self.tables}
        return other

    def visit(self, accounts: list[str], result: str = "done", crew: str = "") -> None:
        """Records of those on their days by their crews or another one, all met or none."""
        days = self.dated.loc[accounts]
        days = days.assign(crew=crew) if crew else days
        self.register.ledgers.add_records(
            [
                (f"r{account}", account, station, crew, date, None, "", "first", result, "", None,
                 None, "[]", "", "[]", None)
                for account, station, crew, date in zip(
                    accounts, days["station"], days["crew"], days["date"], strict=True)
            ],
            "test",
        )  # fmt: skip
        self.register.store.run_many(
            "UPDATE customers SET status = ? WHERE account_no = ?",
            [("visited" if result == "done" else result, account) for account in accounts],
        )

    def due(self, station: str | None = None) -> list[str]:
        """Whose day is before today."""
        past = self.dated[self.dated["date"] < TODAY.isoformat()]
        return past.index[past["station"].isin([station] if station else ["ST00", "ST01"])].tolist()

    def save(self, again: Replan) -> None:
        """As the command does."""
        self.register.save_calendar(
            again.blocks, again.visits, again.campaign.unplanned, again.missed
        )

    def replan(self) -> Replan:
        again = self.replan_with(SETTINGS)
        assert check_campaign(again.campaign, self.register, self.roads, SETTINGS) == []
        return again

    def replan_with(self, settings: Settings) -> Replan:
        return replan(self.register, self.roads, settings, TODAY, executor=InProcess())


@pytest.fixture(scope="session")
def planned(tmp_path_factory: pytest.TempPathFactory, roads: Roads) -> World:
    return World(tmp_path_factory.mktemp("planned") / "register.sqlite", roads)


@pytest.fixture
def world(tmp_path: Path, planned: World) -> World:
    return planned.copy(tmp_path / "register.sqlite")


def days_of(blocks: pd.DataFrame, visits: pd.DataFrame) -> pd.Series:
    return visits.merge(blocks, on="block").set_index("account_no")["date"].sort_index()


def test_nothing_moves_while_all_goes_well(world: World) -> None:
    """Everybody due was visited, nobody came or went: no customer gets another day."""
    world.visit(world.due())
    again = world.replan()
    assert [(n.overdue, n.moved, n.entered, n.left) for n in again.stations] == [(0, 0, 0, 0)] * 2
    pd.testing.assert_series_equal(
        days_of(again.blocks, again.visits), days_of(world.campaign.blocks, world.campaign.visits)
    )


def test_visited_stay_in_the_past_and_printed_days_stay(world: World) -> None:
    """The tables keeps the blocks in which visits were made; the next days stay as on paper."""
    world.visit(world.due())
    again = world.replan()
    assert again.frozen_until == dt.date(2027, 1, 11)
    assert sorted(again.past_visits["account_no"]) == sorted(world.due())
    printed = world.dated[world.dated["date"].between("2027-01-08", "2027-01-11")]
    now = again.visits.merge(again.blocks, on="block").set_index("account_no")
    for column in ("block", "crew", "date"):
        assert (now.loc[printed.index, column] == printed[column]).all()


def test_overdue_customers_get_a_new_day_after_the_printed_ones(world: World) -> None:
    """Five were not met: they are planned again, and the station shows since when."""
    due = world.due("ST00")
    missed = due[-5:]
    world.visit([account for account in world.due() if account not in missed])
    again = world.replan()
    (news,) = [news for news in again.stations if news.station == "ST00"]
    assert news.overdue == 5
    assert news.since == dt.date.fromisoformat(world.dated.loc[missed, "date"].min())
    days = days_of(again.campaign.blocks, again.campaign.visits)
    assert (days[missed] > "2027-01-11").all()


def test_new_customers_enter_and_gone_ones_leave(world: World) -> None:
    """A file with one more and one less: the plan follows, also on printed days."""
    world.visit(world.due())
    future = world.dated[world.dated["date"] > "2027-01-11"].index
    printed = world.dated[world.dated["date"].between("2027-01-08", "2027-01-11")].index
    customers = world.tables["customers"]
    new = customers[customers["account_no"] == future[0]].assign(account_no="9999999999")
    gone = [future[1], *printed[:1]]
    tables = {"customers": pd.concat([customers[~customers["account_no"].isin(gone)], new])}
    world.register.take_in(tables, source="test", datum="wgs84")
    placed, areas = world.register.territories()
    row = placed[placed["account_no"] == future[0]].assign(account_no="9999999999")
    world.register.save_territories(pd.concat([placed, row]), areas)
    again = world.replan()
    accounts = set(again.campaign.visits["account_no"])
    assert "9999999999" in accounts
    assert not accounts & set(gone)
    assert sum(news.entered for news in again.stations) == 1


def test_refusals_in_the_printed_days_are_followed_up(world: World) -> None:
    """Who refused today keeps his line on the printed sheet, but is not called planned or done."""
    world.visit(world.due())
    today = world.dated.index[world.dated["date"] == TODAY.isoformat()][0]
    world.register.store.run_many(
        "UPDATE customers SET status = 'refused' WHERE account_no = ?", [(today,)]
    )
    account = certificate(world.replan().campaign)
    assert (account.follow_up, account.settled) == ({"refused": 1}, len(world.due()))
    assert account.planned == 480 - len(world.due()) - 1


def slow_days(world: World, share: float) -> list[str]:
    """Of each past crew-day of ST00, the first part of its visits."""
    past = world.dated.loc[world.due("ST00")].sort_values("seq")
    turn = past.groupby("block").cumcount() + 1
    return past.index[turn <= share * past["visits"]].tolist()


def test_slow_station_gets_smaller_blocks_and_a_later_finish(world: World) -> None:
    """Three of five were done a day: the rest is planned at that pace, the other station's not."""
    assert len(world.due("ST00")) >= 80
    done = slow_days(world, 0.6)
    world.visit([*done, *world.due("ST01")])
    share = len(done) / len(world.due("ST00"))
    assert share == pytest.approx(0.6, abs=0.03)
    again = world.replan()
    slow, good = again.stations
    assert slow.pace == pytest.approx(share, abs=0.02)
    assert good.pace == 1.0
    later = again.campaign.blocks[again.campaign.blocks["date"] > "2027-01-11"]
    assert later.loc[later["station"] == "ST00", "visits"].max() <= 15
    assert good.moved == 0
    assert slow.finish_after is not None
    assert slow.finish_before is not None
    assert slow.finish_after >= slow.finish_before


def test_the_same_replan_again_changes_nothing(world: World) -> None:
    """After slow days, and all that was found before is still known.

    That is who is overdue and since when, and how slow the crews are.
    """
    world.visit([*slow_days(world, 0.6), *world.due("ST01")])
    first = world.replan()
    world.save(first)
    for _ in range(2):
        again = world.replan()
        assert [(n.moved, n.entered, n.left) for n in again.stations] == [(0, 0, 0)] * 2
        for name in ("overdue", "since", "pace", "finish_after"):
            found = [[getattr(n, name) for n in news] for news in (first.stations, again.stations)]
            assert found[0] == found[1]
        assert certificate(again.campaign).whole_share == certificate(first.campaign).whole_share
        world.save(again)


def test_who_has_no_day_does_not_stir_those_who_have(world: World) -> None:
    """A horizon that is too short: replanning changes neither who has a day nor which."""
    world.visit(world.due())
    campaign = SETTINGS.campaign.model_copy(update={"finish": dt.date(2027, 1, 15)})
    short = SETTINGS.model_copy(update={"campaign": campaign})
    first = world.replan_with(short)
    left = set(first.campaign.unplanned["account_no"])
    assert len(left) > 40
    world.save(first)
    for _ in range(2):
        again = world.replan_with(short)
        assert sum(n.moved + n.entered + n.left for n in again.stations) == 0
        assert set(again.campaign.unplanned["account_no"]) == left
        for shortage in again.campaign.shortage_report.shortages:
            assert shortage.lacking == shortage.needed - shortage.available
        world.save(again)


def test_who_finds_room_finds_it_at_once(tmp_path: Path, roads: Roads) -> None:
    """Two days were lost, one is left: a place is not only found by asking for it again."""
    areas, customers = hamlets("ST00", 3, 25, np.random.default_rng(0))
    staff = crews("ST00", 1)
    tables = {"stations": stations(1), "areas": areas, "customers": customers, "crews": staff}
    week = short_settings(finish=dt.date(2027, 1, 11), spare_share=0.3, freeze_days=3)
    today, register = dt.date(2027, 1, 6), fill(tmp_path / "register.sqlite", tables)
    plan = plan_campaign(register, roads, week, executor=InProcess())
    register.save_calendar(plan.blocks, plan.visits, plan.unplanned)
    first = replan(register, roads, week, today, executor=InProcess())
    assert check_campaign(first.campaign, register, roads, week) == []
    assert not first.campaign.unplanned.empty
    register.save_calendar(first.blocks, first.visits, first.campaign.unplanned, first.missed)
    again = replan(register, roads, week, today, executor=InProcess())
    assert [(n.moved, n.entered, n.left) for n in again.stations] == [(0, 0, 0)]


def test_crews_who_do_small_blocks_in_full_are_as_slow_as_before(world: World) -> None:
    """Blocks made for three fifths of a day say, when all is done in them, three fifths."""
    world.visit([*slow_days(world, 0.6), *world.due("ST01")])
    world.save(world.replan())
    blocks, visits = world.register.blocks("ST00"), world.register.block_visits("ST00")
    small = blocks.loc[blocks["pace"] < 1, "date"]
    world.dated = visits.merge(blocks.drop(columns=["crew", "date"]), on="block").set_index(
        "account_no"
    )
    until = small.iloc[11]
    world.visit(world.dated.index[world.dated["date"].between(small.min(), until)].tolist())
    today = dt.date.fromisoformat(until) + dt.timedelta(days=1)
    news = replan(world.register, world.roads, SETTINGS, today, executor=InProcess()).stations[0]
    assert news.pace == pytest.approx(0.6, abs=0.05)
    assert news.unrecorded == len(
        blocks[blocks["date"].between(TODAY.isoformat(), small.min(), inclusive="left")]
    )


def test_days_without_records_are_no_slow_days(world: World) -> None:
    """Sheets that nobody has typed in yet: the planner is told, blocks stay as large as before."""
    first_day = world.dated[world.dated["date"] == world.dated["date"].min()]
    world.visit(first_day.index.tolist())
    news = world.replan().stations
    past = world.campaign.blocks[world.campaign.blocks["date"] < TODAY.isoformat()]
    blank = past[past["date"] > past["date"].min()]
    assert sum(n.unrecorded for n in news) == len(blank)
    assert {n.unrecorded_since for n in news} - {None} == {
        dt.date.fromisoformat(blank["date"].min())
    }
    assert [n.pace for n in news] == [None, None]
    again = world.replan().campaign.blocks
    assert (again["pace"] == 1).all()
    assert again["visits"].max() > 16


def test_what_a_colleague_has_made_is_made(world: World) -> None:
    """Half of each block, or all of it, was given to a crew without a block: nobody was slow."""
    helper = {**crews("ST00", 2).iloc[1].to_dict()}
    world.tables["crews"] = pd.concat([world.tables["crews"], pd.DataFrame([helper])])
    world.register.take_in({"crews": world.tables["crews"]}, source="test", datum="wgs84")
    half = slow_days(world, 0.5)
    world.visit(half)
    world.visit(sorted(set(world.due()) - set(half)), crew="ST00-C1")
    news = world.replan().stations[0]
    assert (news.pace, news.overdue, news.unrecorded) == (1, 0, 0)


def test_leave_that_is_entered_late_explains_the_days_without_records(world: World) -> None:
    """Nobody has to type in sheets of days on which nobody was there."""
    assert world.replan().stations[0].unrecorded > 0
    away = {"crew": ["ST00-C0"], "first": ["2027-01-04"], "last": ["2027-01-07"], "reason": ["病"]}
    world.register.take_in({"leave": pd.DataFrame(away)}, source="test", datum="wgs84")
    news = world.replan().stations[0]
    assert (news.unrecorded, news.unrecorded_since) == (0, None)
    assert news.overdue > 0


def test_a_station_whose_rest_is_printed_has_nothing_to_plan(world: World) -> None:
    """The last weeks of a station: all its open customers are on printed sheets."""
    world.visit(world.due())
    campaign = SETTINGS.campaign.model_copy(update={"freeze_days": 60})
    again = world.replan_with(SETTINGS.model_copy(update={"campaign": campaign}))
    assert sum(n.kept for n in again.stations) == 480 - len(world.due())
    assert certificate(again.campaign).planned == 480 - len(world.due())


def test_a_crew_that_has_moved_leaves_a_plan_that_stands(world: World) -> None:
    """Its printed blocks fall to nobody; what that changes is changed once."""
    world.visit(world.due())
    moved = pd.concat([crews("ST00", 2), crews("ST01", 1)]).reset_index(drop=True)
    world.register.take_in({"crews": moved}, source="test", datum="wgs84")
    moved.loc[moved["crew"] == "ST00-C0", "station"] = "ST01"
    world.register.take_in({"crews": moved}, source="test", datum="wgs84")
    first = world.replan()
    assert sum(n.moved for n in first.stations) > 0
    world.save(first)
    assert sum(n.moved for n in world.replan().stations) == 0


def test_a_long_visit_is_not_lost_at_a_slow_station(world: World) -> None:
    """Five hours at one door fit a day, if not three fifths of one."""
    slow = slow_days(world, 0.6)
    world.visit([*slow, *world.due("ST01")])
    customers = world.tables["customers"]
    late = world.dated[world.dated["date"] > "2027-01-11"].index
    long = (
        customers["account_no"] == late[late.isin(world.dated.query("station == 'ST00'").index)][0]
    )
    tables = {"customers": customers.assign(service_min=np.where(long, 300.0, np.nan))}
    world.register.take_in(tables, source="test", datum="wgs84")
    again = world.replan()
    assert again.stations[0].pace == pytest.approx(0.6, abs=0.03)
    assert again.campaign.unplanned.empty


def test_who_finds_nobody_at_home_is_not_slow(world: World) -> None:
    """The crew was at every door; whom it did not meet is followed up as a retry."""
    world.visit(world.due("ST01"))
    world.visit(world.due("ST00"), "nobody_home")
    slow, few = world.replan().stations
    assert (slow.pace, slow.overdue, few.overdue) == (1, 0, 0)


def test_smaller_blocks_hold_from_the_first_day_not_printed(world: World) -> None:
    """A setting that changed: what is printed stays, no later block is bigger than wished."""
    world.visit(world.due())
    blocks = SETTINGS.blocks.model_copy(update={"max_visits": 16, "min_visits": 10})
    again = world.replan_with(SETTINGS.model_copy(update={"blocks": blocks}))
    later = again.campaign.blocks["date"] > "2027-01-11"
    assert again.campaign.blocks.loc[~later, "visits"].max() > 16
    assert again.campaign.blocks.loc[later, "visits"].max() <= 16


def test_leave_during_printed_days_leaves_them_as_printed(world: World) -> None:
    """Who falls ill has his sheets in hand already: the day's plan sees to it, not a traceback."""
    world.visit(world.due())
    ill = {"crew": ["ST00-C0"], "first": ["2027-01-08"], "last": ["2027-01-15"], "reason": ["病"]}
    world.register.take_in({"leave": pd.DataFrame(ill)}, source="test", datum="wgs84")
    days = world.replan_with(SETTINGS).campaign.blocks.query("crew == 'ST00-C0'")["date"]
    assert days.min() == "2027-01-08"
    assert not days.between("2027-01-12", "2027-01-15").any()


def test_replan_goes_into_the_register_and_can_be_replanned(world: World) -> None:
    """Tomorrow's replan starts from today's."""
    world.visit(world.due())
    again = world.replan()
    world.save(again)
    third = world.replan()
    assert sum(news.moved for news in third.stations) == 0


def test_replan_is_told_in_words_and_json(world: World) -> None:
    """Each station on a line; dates as text for machines."""
    again = world.replan()
    console = Console(width=80)
    with console.capture() as shown:
        console.print(render_replan(again, "en"))
    assert "ST01" in shown.get()
    assert "…" not in shown.get()
    assert "have no record at all" in shown.get().replace("\n", " ")
    plain = again.as_json()
    assert plain["frozen_until"] == "2027-01-11"
    assert plain["stations"][0]["station"] == "ST00"


def test_replan_needs_a_plan(tmp_path: Path, roads: Roads) -> None:
    """There is nothing to continue."""
    register = Register.create(tmp_path / "register.sqlite")
    with pytest.raises(CampaignError, match="zoufang campaign"):
        replan(register, roads, SETTINGS, TODAY)
