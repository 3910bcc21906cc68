"""The calendar of a small campaign, held day by day."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
from campaign_world import crews, fill, grid_roads, hamlets, short_settings, stations
from golden import lines_of

from optimizer.campaign import CampaignPlan, InProcess, plan_campaign


def as_columns(plan: CampaignPlan) -> str:
    """A calendar as a reader would write it down: a line a crew-day, and the doors of each area."""
    doors = plan.visits.merge(plan.customers, on="account_no").groupby("block")["area"]
    areas = doors.agg(lambda names: " ".join(f"{a}:{n}" for a, n in names.value_counts().items()))
    lines = ["date            crew     visits  work_min  metres  doors of each area"]
    for row in plan.blocks.sort_values(["date", "crew"]).itertuples():
        day = dt.date.fromisoformat(row.date)
        lines.append(
            f"{day:%Y-%m-%d %a}  {row.crew}  {row.visits:6}  {row.work_s // 60:8}  "
            f"{row.distance_m:6}  {areas[row.block]}"
        )
    return "\n".join(lines)


def test_a_calendar_is_the_one_it_was(tmp_path):
    """Four hamlets of thirty and two crews: the same seed, the same calendar, ever after."""
    areas, customers = hamlets("ST00", 4, 30, np.random.default_rng(3))
    tables = {
        "stations": stations(1),
        "areas": areas,
        "customers": customers,
        "crews": crews("ST00", 2, duty_days=["1,3", "2,4"]),
    }
    with fill(tmp_path / "register.sqlite", tables) as register:
        roads = grid_roads(tmp_path)
        plan = plan_campaign(register, roads, short_settings(), executor=InProcess())
    got, kept = lines_of(Path(__file__).parent / "golden" / "calendar.txt", as_columns(plan))
    assert got == kept
