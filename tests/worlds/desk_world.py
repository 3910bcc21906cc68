"""A campaign that a reader can add up: six households of one area, two crews, one block."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
from campaign_world import LAT, LON, STEP, crews, grid_roads, stations

from optimizer.desk import Campaign
from optimizer.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

STATION, OTHER, CREWS = "ST00", "ST01", ("ST00-C0", "ST00-C1")
MONDAY = "2027-01-04"


def make_county(
    path: Path,
    settings: Settings | None = None,
    households: int = 6,
    names: Sequence[str] = (),
    shops: int = 0,
) -> Path:
    """Households on one street, a block of all but the last on Monday; no day is planned yet.

    They are all called 户, or by the names that are given, one after the other; the last
    `shops` of them are businesses.
    """
    campaign = Campaign.create(str(path), settings or Settings())
    grid_roads(path).save(campaign.roads_path)
    places = {"lon": [LON + STEP * k / 2 for k in range(households)], "lat": LAT}
    called = [names[k % len(names)] if names else "户" for k in range(households)]
    customers = pd.DataFrame(
        {
            "account_no": [f"{k:010d}" for k in range(households)],
            "name": called,
            "area": "TA1",
            "station": STATION,
            "kind": ["household"] * (households - shops) + ["business"] * shops,
            **places,
        }
    )
    areas = pd.DataFrame({"area": ["TA1"], "station": [STATION], "lon": [LON], "lat": [LAT]})
    with campaign:
        register = campaign.register
        register.take_in(
            {
                "stations": stations(2),
                "areas": areas,
                "customers": customers,
                "crews": crews(STATION, 2),
            },
            "test",
            "wgs84",
        )
        register.save_territories(
            customers[["account_no", "area", "station", "lon", "lat"]].assign(located="given"),
            areas.assign(crew=CREWS[0]),
        )
        blocks = pd.DataFrame(
            {
                "block": ["B1"],
                "station": [STATION],
                "crew": [CREWS[0]],
                "date": [MONDAY],
                "visits": [households - 1],
                "work_s": [9000],
                "travel_s": [900],
                "distance_m": [4000],
                "pace": [1.0],
            }
        )
        visits = pd.DataFrame({"block": "B1", "seq": range(households - 1)}).assign(
            account_no=customers["account_no"][: households - 1]
        )
        nobody = pd.DataFrame({"account_no": [], "code": [], "reason": []}, dtype="str")
        register.save_calendar(blocks, visits, nobody)
    return path
