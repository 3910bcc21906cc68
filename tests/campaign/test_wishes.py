"""What chiefs wish and seasons ask for reaches the calendar; the files' faults are told."""

from __future__ import annotations

import datetime as dt
import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from campaign_world import crews, fill, grid_roads, hamlets, short_settings, stations

from optimizer.campaign import InProcess, certificate, check_campaign, plan_campaign
from optimizer.campaign.demand import read_campaign_tables
from optimizer.campaign.station_schedule import spread_policy
from optimizer.campaign.wishes import complained_areas, read_wishes
from optimizer.errors import IntakeError
from optimizer.intake import read_tables
from optimizer.register import Register
from optimizer.settings import Settings

if TYPE_CHECKING:
    from optimizer.campaign import CampaignPlan
    from optimizer.roads import Roads

SETTINGS = short_settings()
EXAMPLES = Path(__file__).parents[2] / "data"


@pytest.fixture(scope="session")
def roads(tmp_path_factory: pytest.TempPathFactory) -> Roads:
    return grid_roads(tmp_path_factory.mktemp("grid"))


@pytest.fixture
def county(tmp_path: Path) -> Register:
    """One crew, five areas of 25 customers: a block or two each."""
    areas, customers = hamlets("ST00", 5, 25, np.random.default_rng(2))
    tables = {"stations": stations(1), "areas": areas, "customers": customers}
    return fill(tmp_path / "register.sqlite", tables | {"crews": crews("ST00", 1)})


def first_days(campaign: CampaignPlan) -> dict[str, str]:
    """First day of each area."""
    visits = campaign.visits.merge(campaign.blocks, on="block")
    visits = visits.merge(campaign.customers[["account_no", "area"]], on="account_no")
    return visits.groupby("area")["date"].min().to_dict()


def planned(county: Register, roads: Roads, folder: Path) -> CampaignPlan:
    campaign = plan_campaign(county, roads, SETTINGS, folder=folder, executor=InProcess())
    assert check_campaign(campaign, county, roads, SETTINGS) == []
    return campaign


def test_wished_area_comes_first(county: Register, roads: Roads, tmp_path: Path) -> None:
    """Priority 1 for one area, written by a chief with Chinese headings in GB18030."""
    usual = first_days(planned(county, roads, tmp_path))
    last = max(usual, key=lambda area: usual[area])
    (tmp_path / "wishes.csv").write_text(f"台区,优先级,备注\n{last},1,投诉\n", encoding="gb18030")
    days = first_days(planned(county, roads, tmp_path))
    assert days[last] == min(days.values())


def test_wished_time_and_long_wait_are_heard(
    county: Register, roads: Roads, tmp_path: Path
) -> None:
    """One area not before March, one not visited for eight years before all others."""
    text = "area,not_before,last_visit\nTA000,2027-03-01,\nTA003,,2019-01-01\n"
    (tmp_path / "wishes.csv").write_text(text, encoding="utf-8")
    campaign = planned(county, roads, tmp_path)
    days = first_days(campaign)
    assert days["TA000"] >= "2027-03-01"
    assert days["TA003"] == min(days.values())
    assert certificate(campaign).unwished == 0


def test_impossible_wish_is_counted(county: Register, roads: Roads, tmp_path: Path) -> None:
    """Two areas wished for the same first day by one crew: somebody is disappointed."""
    text = "area,not_after\n" + "".join(f"TA00{i},2027-01-04\n" for i in range(5))
    (tmp_path / "wishes.csv").write_text(text, encoding="utf-8")
    assert certificate(planned(county, roads, tmp_path)).unwished > 0


def test_season_keeps_crews_out(county: Register, roads: Roads, tmp_path: Path) -> None:
    """January is closed for the station: everything happens later."""
    (tmp_path / "seasons.csv").write_text(
        "first,last,where,effect\n01-01,01-31,ST00,closed\n", encoding="utf-8"
    )
    campaign = planned(county, roads, tmp_path)
    assert campaign.blocks["date"].min() > "2027-01-31"


def test_first_visits_make_way_for_the_festival(
    county: Register, roads: Roads, tmp_path: Path
) -> None:
    """Spring Festival 2027 is on 6 February: from 27 January to the 21st crews are kept free.

    Not in a campaign that has just begun: nobody is known to be away yet, and all are at home.
    """

    def blocks_in_season(**campaign: object) -> int:
        settings = short_settings(**campaign)
        made = plan_campaign(county, roads, settings, folder=tmp_path, executor=InProcess())
        return int(made.blocks["date"].between("2027-01-27", "2027-02-21").sum())

    early = {"start": dt.date(2026, 11, 25), "finish": dt.date(2027, 3, 12)}
    assert blocks_in_season(**early) == 0
    assert blocks_in_season(**early, season_free=False) > 0
    assert blocks_in_season() > 0


def test_everybody_is_called_on_before_the_last_festival() -> None:
    """Who is away all the year is met at Spring Festival, and after the last of them never.

    Where the campaign goes on for long after it, the days after it are needed for first visits.
    """
    festival = dt.date(2029, 2, 13)
    campaign = Settings().campaign
    whole = campaign.finish - campaign.start
    spare = spread_policy(Settings()).spare_share
    assert dt.timedelta(days=30) < festival - (campaign.finish - spare * whole)
    assert spread_policy(short_settings(spare_share=0.0)).spare_share == 0.0
    usual = {"start": campaign.start, "finish": campaign.finish, "season_free": False}
    assert spread_policy(short_settings(**usual)).spare_share == campaign.spare_share


def test_faults_of_wishes_are_reported_together(county: Register, tmp_path: Path) -> None:
    """All at once, with row and column."""
    text = "area,priority,not_before,not_after\nTA000,0,,\n\nTA001,,soon,\nTA002,3,,\nTA002,4,,\n"
    text += "TA00X,,,\nTA003,,2027-03-02,2027-03-01\n"
    (tmp_path / "wishes.csv").write_text(text, encoding="utf-8")
    with pytest.raises(IntakeError) as caught:
        read_wishes(tmp_path, county, SETTINGS, read_campaign_tables(county))
    found = [(fault.row, fault.column) for fault in caught.value.faults]
    assert found == [
        (2, "priority"), (4, "not_before"), (6, "area"), (7, "area"), (8, "not_after"),
    ]  # fmt: skip
    assert "wishes.csv:7 [area] 'TA00X': no such area" in str(caught.value)


def test_examples_say_the_same_in_both_languages(tmp_path: Path) -> None:
    """Whoever copies them begins with files without faults, for the other tables of data/."""
    found = []
    for lang in ("zh", "en"):
        folder = tmp_path / lang
        folder.mkdir()
        for name in ("wishes", "seasons"):
            shutil.copy(EXAMPLES / f"{name}.{lang}.csv", folder / f"{name}.csv")
        files = {name: EXAMPLES / f"{name}.en.csv" for name in ("stations", "areas")}
        with Register.create(folder / "register.sqlite") as register:
            register.take_in(read_tables(**files).tables, source="test", datum="wgs84")
            found.append(read_wishes(folder, register, SETTINGS, read_campaign_tables(register)))
    zh, en = found
    assert zh.by_area == en.by_area
    assert [en.of(f"T0000{i}").tier for i in (1, 2, 3)] == [10, 50, 30 - 7]
    nameless = [[replace(season, name="") for season in some.seasons] for some in found]
    assert nameless[0] == nameless[1]
    assert {season.effect for season in en.seasons} == {"avoid", "prefer", "closed"}


def test_low_voltage_at_several_customers_is_the_areas(county: Register, tmp_path: Path) -> None:
    """Three customers of one area with low voltage, two of another: the first is urgent."""
    columns = "finding, account_no, category, found_on, crew, note, repaired, department, due_on,"
    columns += " state, rectified_on, check_from, check_by, closed_on, closed_by, project"
    accounts, day = [0, 1, 2, 25, 26], "2027-01-04"
    county.store.run_many(
        f"INSERT INTO findings ({columns}) VALUES ({', '.join('?' * 16)})",  # noqa: S608
        [
            (
                f"F{i}",
                f"{i:010d}",
                "low_voltage",
                day,
                "",
                "",
                0,
                "所",
                "2027-02-04",
                "open",
            )
            + ("",) * 6
            for i in accounts
        ],
    )
    assert complained_areas(county, SETTINGS, read_campaign_tables(county)) == ["TA000"]
    assert (
        read_wishes(tmp_path, county, SETTINGS, read_campaign_tables(county)).of("TA000").tier < 20
    )
