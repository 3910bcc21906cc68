"""Whoever the day could never plan is not planned in the campaign."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from campaign_world import LAT, LON, crews, fill, grid_roads, short_settings, stations

from optimizer.campaign import InProcess, certificate, plan_campaign
from optimizer.campaign.replanning import replan
from optimizer.context import CampaignContext
from optimizer.dayplan import plan_day

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.register import Register
    from optimizer.roads import Roads

SETTINGS = short_settings()

# The shift is 8:00 to 17:00, the ride to any of the doors longer than a minute.
NEVER = ["18:00-20:00", "05:00-07:30", "08:00-08:00", "16:59-19:00", "05:00-06:00;17:00-19:00"]
SOMETIMES = ["", "08:00-09:00", "16:00-20:00", "05:00-07:00;15:00-15:30", "06:00-08:30"]


@pytest.fixture(scope="module")
def roads(tmp_path_factory: pytest.TempPathFactory) -> Roads:
    """The grid."""
    return grid_roads(tmp_path_factory.mktemp("grid"))


def county(path: Path, windows: list[str]) -> Register:
    """A customer for each text of windows, near the station."""
    customers = pd.DataFrame(
        {
            "account_no": [f"{k:010d}" for k in range(len(windows))],
            "name": "户",
            "station": "ST00",
            "kind": "household",
            "lon": [LON + 0.012 + 0.0005 * k for k in range(len(windows))],
            "lat": LAT + 0.012,
            "window": windows,
        }
    )
    areas = pd.DataFrame(columns=["area", "station", "lon", "lat"]).astype({"lon": float})
    tables = {"stations": stations(1), "areas": areas.astype({"lat": float})}
    return fill(path, tables | {"customers": customers, "crews": crews("ST00", 1)})


def test_who_can_never_be_called_at_in_time_is_not_planned(tmp_path: Path, roads: Roads) -> None:
    """The campaign's judgement is the day's own: it plans all that the campaign has planned."""
    windows = [*NEVER, *SOMETIMES]
    register = county(tmp_path / "register.sqlite", windows)
    campaign = plan_campaign(register, roads, SETTINGS, executor=InProcess())
    assert set(campaign.unplanned["code"]) == {"not_in_time"}
    left = {windows[int(account)] for account in campaign.unplanned["account_no"]}
    assert left == {*NEVER}
    assert certificate(campaign).planned == len(SOMETIMES)
    register.save_calendar(campaign.blocks, campaign.visits, campaign.unplanned)
    for day in map(dt.date.fromisoformat, sorted({*campaign.blocks["date"]})):
        context = CampaignContext(register, roads, SETTINGS, None)
        plan = plan_day(context, "ST00", day, iterations=50)
        assert plan.unassigned == ()


def test_who_can_no_longer_be_called_at_leaves_his_block(tmp_path: Path, roads: Roads) -> None:
    """After an import that changes his window a replan takes him out, and keeps the others."""
    register = county(tmp_path / "register.sqlite", ["", "", ""])
    first = plan_campaign(register, roads, SETTINGS, executor=InProcess())
    register.save_calendar(first.blocks, first.visits, first.unplanned)
    customers = register.customers().drop(columns="status")
    customers["window"] = ["19:00-20:00", "", ""]
    register.take_in({"customers": customers}, "again", "wgs84")
    today = dt.date(2026, 12, 1)  # no day is printed yet
    again = replan(register, roads, SETTINGS, today, executor=InProcess())
    campaign = again.campaign
    assert dict(zip(campaign.unplanned["account_no"], campaign.unplanned["code"], strict=True)) == {
        "0000000000": "not_in_time"
    }
    assert sorted(campaign.visits["account_no"]) == ["0000000001", "0000000002"]
