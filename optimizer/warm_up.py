"""All machine code made ahead: a tiny made-up county goes the whole way once.

Set-up calls `compile_all`, so that nobody's first plan waits for the compiler.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from tempfile import TemporaryDirectory

from optimizer.campaign import InProcess, plan_campaign, replan
from optimizer.dayplan import plan_day
from optimizer.desk import Campaign
from optimizer.example import write_example
from optimizer.intake import read_tables
from optimizer.roads import read_roads
from optimizer.settings import Settings, TerritorySettings
from optimizer.territories import assign

CUSTOMERS = 300
TODAY = dt.date(2026, 12, 1)
SMALL_AREAS = TerritorySettings(least_customers=5, most_customers=10)
"""So small that a crew has several, whose order is then searched."""


def compile_all() -> None:
    """Compile what planning a campaign and a day needs, and keep it on disk.

    It takes a minute where nothing is compiled yet, else a few seconds.
    """
    with TemporaryDirectory(prefix="zoufang-") as folder:
        path = Path(folder) / "county"
        with Campaign.create(path, Settings(territories=SMALL_AREAS)) as here:
            _plan_a_county(here)


def _plan_a_county(here: Campaign) -> None:
    """From made-up files to one station's day."""
    files = here.path / "input"
    write_example(here.path, customers=CUSTOMERS)
    read_roads(files / "roads.osm.pbf", here.settings.travel).save(here.roads_path)
    register = here.register
    tables = read_tables(
        stations=files / "stations.csv",
        areas=files / "areas.csv",
        customers=files / "customers.csv",
        crews=files / "crews.csv",
    ).tables
    tables["customers"]["area"] = ""  # so that areas are formed
    tables["areas"] = tables["areas"].iloc[:0]
    register.take_in(tables, source="", datum="wgs84")
    drawn = assign(
        register.customers(),
        register.areas(),
        register.stations(),
        register.crews(),
        here.roads,
        here.settings,
    )
    register.save_territories(drawn.customers, drawn.areas)
    planned = plan_campaign(
        register, here.roads, here.settings, today=TODAY, territories=drawn, executor=InProcess()
    )
    register.save_calendar(planned.blocks, planned.visits, planned.unplanned)
    first = planned.blocks.sort_values("date").iloc[0]
    day = dt.date.fromisoformat(first["date"])
    plan_day(here.context, first["station"], day, iterations=1)
    # a door that the calendar lacks is put into a block that stands
    register.save_calendar(planned.blocks, planned.visits.iloc[:-1], planned.unplanned)
    replan(register, here.roads, here.settings, TODAY, territories=drawn, executor=InProcess())


if __name__ == "__main__":
    compile_all()
