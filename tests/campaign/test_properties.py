"""Generated counties with holes of every kind: each customer exactly once, or explained."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from campaign_world import LAT, LON, SIZE, STEP, crews, fill, grid_roads, short_settings, stations
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from optimizer.campaign import InProcess, certificate, check_campaign, plan_campaign
from optimizer.register.imports import STATUSES

KINDS = ["household"] * 8 + ["business", "hv10kv"]
DUTY = ["", "1,3,5", "2", "2027-01-05,2027-01-09", "2020-01-01"]

FROM_THE_FIELD = [status for status in STATUSES if status != "closed"]


@pytest.fixture(scope="module")
def roads(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return grid_roads(tmp_path_factory.mktemp("grid"))


class County(dict[str, Any]):
    """A county whose tables nobody wants to read in a report of a failure."""

    def __repr__(self) -> str:
        return f"a county of {len(self['tables']['customers'])} customers"


@st.composite
def counties(draw: st.DrawFn) -> County:
    """Tables of a small county, and a horizon; anything may be missing, far, long or crowded."""
    number = draw(st.integers(1, 3))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    size = draw(st.sampled_from([0, 1, 7, 60, 150]))
    names = [f"ST{i:02d}" for i in range(number)]
    areas = [f"TA{i:02d}" for i in range(draw(st.integers(1, 6)))]
    area_station = {area: names[rng.integers(number)] for area in areas}
    frame = pd.DataFrame({"account_no": [f"{i:010d}" for i in range(size)], "name": "户"})
    frame["area"] = rng.choice([*areas, ""], size)
    frame["station"] = [
        area_station.get(area, "") if rng.random() < 0.9 else rng.choice([*names, ""])
        for area in frame["area"]
    ]
    frame["kind"] = rng.choice(KINDS, size)
    frame["lon"] = LON + rng.uniform(-0.02, SIZE * STEP, size)
    frame["lat"] = LAT + rng.uniform(-0.02, SIZE * STEP, size)
    lost = rng.random(size) < draw(st.sampled_from([0, 0.1]))
    frame.loc[lost, ["lon", "lat"]] = np.nan
    frame["service_min"] = np.where(rng.random(size) < 0.05, rng.choice([0, 90, 700], size), np.nan)
    tried = draw(st.sampled_from([0, 0.3]))
    staff = [
        crews(
            name,
            draw(st.integers(0, 3)),
            duty_days=draw(st.sampled_from(DUTY)),
            skills=draw(st.sampled_from(["", "hv10kv"])),
            shift_end=draw(st.sampled_from(["", "12:00"])),
        )
        for name in names
    ]
    absent = pd.DataFrame({"crew": [], "first": [], "last": [], "reason": []}, dtype="str")
    known = pd.concat(staff)["crew"].tolist()
    if known and draw(st.booleans()):
        absent.loc[0] = [known[0], "2027-01-04", "2027-01-20", "假"]
    return County(
        {
            "tables": {
                "stations": stations(number),
                "areas": pd.DataFrame({"area": areas, "station": [area_station[a] for a in areas]}),
                "customers": frame,
                "crews": pd.concat(staff, ignore_index=True),
                "leave": absent,
            },
            "statuses": [
                (str(rng.choice(FROM_THE_FIELD)), account)
                for account in frame["account_no"]
                if rng.random() < tried
            ],
            "days": draw(st.sampled_from([0, 3, 60])),
            "pace": draw(st.sampled_from(["even", "early"])),
        }
    )


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(county=counties())
def test_everybody_once_or_explained(roads: Any, county: County) -> None:
    """Whatever is wrong with a county, nobody vanishes, and the checker finds nothing."""
    finish = dt.date(2027, 1, 4) + dt.timedelta(days=county["days"])
    wanted = short_settings(finish=finish, pace=county["pace"])
    with (
        tempfile.TemporaryDirectory() as folder,
        fill(Path(folder) / "register.sqlite", county["tables"]) as register,
    ):
        register.store.run_many(
            "UPDATE customers SET status = ? WHERE account_no = ?", county["statuses"]
        )
        campaign = plan_campaign(register, roads, wanted, executor=InProcess())
        assert check_campaign(campaign, register, roads, wanted) == []
        register.save_calendar(campaign.blocks, campaign.visits, campaign.unplanned)
    account = certificate(campaign)
    explained = sum(account.unplanned.values()) + sum(account.follow_up.values())
    assert account.customers == account.planned + account.settled + explained
    assert account.customers == sum(station.customers for station in account.stations)
    assert account.as_json()["planned"] == len(campaign.visits)
