"""Measure paper and phones at county size: a sheet and a map for each of 300 crews.

    python scripts/benchmarks/paper.py CAMPAIGN [--crews 300] [--days 40]

CAMPAIGN is a made-up county with its calendar, as `python scripts/demo.py` leaves one in
`example/`. Days of its stations are planned, outside the measured time, then printed over and over
until so many crews are served. Prints a table in Markdown; times are those of one process.
"""

from __future__ import annotations

import argparse
import datetime as dt
import importlib.metadata
import itertools
import os
import platform
import resource
import sys
import tempfile
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from optimizer.context import CampaignContext
from optimizer.dayplan import plan_day
from optimizer.desk import Campaign
from optimizer.drawing.map_content import draw_day
from optimizer.maps import write_maps
from optimizer.sheets import write_sheets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from optimizer.drawing.map_content import Drawing
    from optimizer.model import DayPlan

LIBRARIES = ("typst", "folium", "numpy")
ITERATIONS = 200
"""The search of a day is short: how good a plan is changes nothing about printing it."""


@dataclass
class Spent:
    """What a step took over all days."""

    cpu_s: float = 0.0
    wall_s: float = 0.0
    files: int = 0
    largest: int = 0
    peak_mb: float = 0.0

    def add(self, work: Callable[[], list[Path]]) -> None:
        """Do the work and add what it took."""
        wall, cpu = time.perf_counter(), time.process_time()
        written = work()
        self.cpu_s += time.process_time() - cpu
        self.wall_s += time.perf_counter() - wall
        self.files += len(written)
        self.largest = max([self.largest, *(path.stat().st_size for path in written)])
        self.peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def planned(campaign: Campaign, crews: int, days: int) -> list[DayPlan]:
    """Plans of the first days of the calendar, until there are crews enough or no more days."""
    plans: list[DayPlan] = []
    with campaign, campaign.register as register:
        blocks = register.blocks()[["date", "station"]].drop_duplicates()
        for date, station in blocks.head(days).itertuples(index=False):
            if sum(len(plan.routes) for plan in plans) >= crews:
                break
            when = dt.date.fromisoformat(str(date))
            plans.append(
                plan_day(
                    CampaignContext(register, campaign.roads, campaign.settings),
                    str(station),
                    when,
                    iterations=ITERATIONS,
                )
            )
    return [plan for plan in plans if plan.routes]


def again(plans: list[DayPlan], crews: int) -> Iterator[DayPlan]:
    """The plans over and over, until so many crews have been served."""
    served = 0
    for plan in itertools.cycle(plans):
        if served >= crews:
            return
        served += len(plan.routes)
        yield plan


def measure(campaign: Campaign, plans: list[DayPlan], crews: int) -> dict[str, Spent]:
    """Draw, print and write pages for so many crews."""
    spent = {name: Spent() for name in ("drawing", "sheets", "maps")}
    settings = campaign.settings
    drawn: list[Drawing] = []

    def draw(plan: DayPlan) -> list[Path]:
        drawn[:] = [draw_day(plan, campaign.roads, settings)]
        return []

    with tempfile.TemporaryDirectory() as folder:
        for number, plan in enumerate(again(plans, crews)):
            out = Path(folder) / str(number)
            spent["drawing"].add(partial(draw, plan))
            spent["sheets"].add(partial(write_sheets, plan, drawn[0], settings, out))
            spent["maps"].add(partial(write_maps, plan, drawn[0], settings, out))
    return spent


def main() -> None:
    """Plan, measure, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("campaign", type=Path)
    parser.add_argument("--crews", type=int, default=300)
    parser.add_argument("--days", type=int, default=40, help="different days of stations, at most")
    options = parser.parse_args()
    campaign = Campaign(options.campaign)
    plans = planned(campaign, options.crews, options.days)
    if not plans:
        sys.exit(f"{options.campaign} has no calendar: run `zoufang campaign` first")
    planned_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    spent = measure(campaign, plans, options.crews)
    report(spent, plans, planned_mb)


def report(spent: dict[str, Spent], plans: list[DayPlan], planned_mb: float) -> None:
    """The table, with all that is needed to make it again."""
    stops = [len(route.stops) for plan in plans for route in plan.routes]
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in LIBRARIES)
    print(
        f"{dt.datetime.now().astimezone().date()} · {platform.machine()}, {os.cpu_count()} cores,"
    )
    print(f"{platform.platform()} · Python {platform.python_version()}, {versions}")
    print(f"`python {' '.join(sys.argv)}`")
    print(f"{len(plans)} different days; {min(stops)} to {max(stops)} doors a crew,")
    print(f"{sum(stops) / len(stops):.1f} in the mean; {planned_mb:.0f} MB held after planning.\n")
    print("| step | files | CPU s | wall s | CPU ms a file | largest kB | peak MB |")
    print("|---|--:|--:|--:|--:|--:|--:|")
    for name, took in spent.items():
        each = f"{1000 * took.cpu_s / took.files:.0f}" if took.files else "–"
        print(
            f"| {name} | {took.files} | {took.cpu_s:.1f} | {took.wall_s:.1f} | {each} "
            f"| {took.largest / 1000:.0f} | {took.peak_mb:.0f} |"
        )


if __name__ == "__main__":
    main()
