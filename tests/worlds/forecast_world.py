"""A station to forecast for: two crews on duty each working day, a hundred households, four blocks.

Everybody is home, nobody refuses, nothing is found and no crew is ill, unless a test says so.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from campaign_world import crews, fill, hamlets, stations

from optimizer.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.register import Register

TODAY = dt.date(2027, 6, 14)
"""A Monday far from any festival."""
BLOCKS = (TODAY, TODAY, TODAY + dt.timedelta(days=1), TODAY + dt.timedelta(days=2))
CALM = {
    "away_share": 0.0,
    "home_share": 1.0,
    "home_again_share": 1.0,
    "refused_share": 0.0,
    "gone_share": 0.0,
    "checked_share": 0.0,
    "requests_share": 0.0,
    "lost_share": 0.0,
    "lives": 10,
}


def calm(finish: dt.date = dt.date(2027, 8, 31), **forecast: object) -> Settings:
    """Settings under which all goes well, with exceptions."""
    campaign = {"start": TODAY, "finish": finish, "lang": "en"}
    return Settings.model_validate({"campaign": campaign, "forecast": CALM | forecast})


def register_with_blocks(path: Path, number: int = 1) -> Register:
    """A hundred households a station in four blocks of 25: two on Monday, then one a day."""
    areas, customers = [], []
    for station in range(number):
        some = hamlets(f"ST{station:02d}", 4, 25, np.random.default_rng(station), 4 * station)
        areas.append(some[0])
        customers.append(some[1])
    tables = {
        "stations": stations(number),
        "areas": pd.concat(areas, ignore_index=True),
        "customers": pd.concat(customers, ignore_index=True),
        "crews": pd.concat([crews(f"ST{n:02d}", 2) for n in range(number)], ignore_index=True),
    }
    register = fill(path, tables)
    accounts = register.customers()["account_no"].tolist()
    rows = [
        (f"B{n}", f"ST{n // 4:02d}", f"ST{n // 4:02d}-C{n % 2}", BLOCKS[n % 4])
        for n in range(4 * number)
    ]
    blocks = pd.DataFrame(rows, columns=["block", "station", "crew", "date"])
    blocks = blocks.assign(visits=25, work_s=20_000, travel_s=1500, distance_m=5000, pace=1.0)
    visits = pd.DataFrame(
        {
            "block": [f"B{place // 25}" for place in range(len(accounts))],
            "seq": [place % 25 + 1 for place in range(len(accounts))],
            "account_no": accounts,
        }
    )
    register.save_calendar(blocks, visits, pd.DataFrame(columns=["account_no", "code", "reason"]))
    return register
