"""A made-up 醴陵 of any size: real names of townships and villages, everything else invented.

`write_example` writes the five customer files and the street network that a user would bring, so
that an example goes in through the same door. The same seed gives the same county, to the byte.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from optimizer.catalogue import Message, os_reason
from optimizer.errors import CampaignError
from optimizer.example.county import County, make_county
from optimizer.example.crews import area_table, crew_table, leave_table, station_table
from optimizer.example.customers import customer_table
from optimizer.example.export import HEADINGS, write_roads, write_table
from optimizer.example.gazetteer import townships

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pandas as pd

    from optimizer.catalogue import Lang

__all__ = ["FEWEST_CUSTOMERS", "HEADINGS", "NOTE", "ExampleSummary", "write_example"]

NOTE = "示例数据：除镇村名称外全部虚构 Made-up data"
"""The line that every sheet and map of the example carries."""
FEWEST_CUSTOMERS = 20
STEPS = 16
README = """\
示例数据，全部虚构
==================
本文件夹中的客户、户号、电话、台区、供电所、走访小组、道路和房屋位置均由程序随机生成，
只有镇（街道）、村（社区）的名称是真实的。切勿当作真实资料使用。

Made-up data
============
Customers, account numbers, telephones, transformer areas, stations, crews, roads and the
positions of houses in this folder were invented by a program. Only the names of townships and
villages are real. Do not take any of it for fact.

{summary}
customers={customers} seed={seed}

stations.csv   供电所      supply stations
areas.csv      台区        transformer areas
customers.csv  客户        customers
crews.csv      走访小组    crews
leave.csv      请假        leave
roads.osm.pbf  道路        street network (WGS-84, as the tables)
"""


@dataclass(frozen=True, slots=True)
class ExampleSummary:
    """What an example consists of, and where it lies."""

    folder: Path
    customers: int
    stations: int
    areas: int
    crews: int
    townships: int
    villages: int
    hamlets: int
    road_km: int

    def __str__(self) -> str:
        return self.in_words("en")

    def in_words(self, lang: Lang) -> str:
        """The counts as a sentence."""
        return Message(
            "example.county",
            customers=f"{self.customers:,}",
            townships=self.townships,
            all_townships=len(townships()),
            villages=self.villages,
            hamlets=f"{self.hamlets:,}",
            areas=f"{self.areas:,}",
            stations=self.stations,
            crews=self.crews,
            road_km=f"{self.road_km:,}",
        ).in_words(lang)


def write_example(
    folder: Path,
    customers: int = 20_000,
    seed: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> ExampleSummary:
    """Write a made-up county into `folder/input`.

    Parameters
    ----------
    folder
        The campaign's folder; `input` in it is made if need be, files there are replaced.
    customers
        How many customers; a smaller county is a part of the whole one with fewer villages.
    seed
        Everything that is random follows from it.
    progress
        Called with (done, total).

    Raises
    ------
    CampaignError
        If there are too few customers to make a county, or the folder cannot be written.
    """
    if customers < FEWEST_CUSTOMERS or seed < 0:
        raise CampaignError(
            "example.numbers", customers=customers, seed=seed, least=FEWEST_CUSTOMERS
        )
    done = 0

    def step() -> None:
        nonlocal done
        done += 1
        if progress is not None:
            progress(done, STEPS)

    county = make_county(customers, seed, step)
    return _write(county, folder, seed, step)


def _write(county: County, folder: Path, seed: int, step: Callable[[], None]) -> ExampleSummary:
    """Write all files of a county; `step` is called six times."""
    target = folder / "input"
    try:
        target.mkdir(parents=True, exist_ok=True)
        tables = _tables(county, seed)
        for name, frame in tables.items():
            write_table(frame, name, target / f"{name}.csv")
            step()
        write_roads(county, target / "roads.osm.pbf", seed)
        summary = _summary(county, tables, target)
        text = README.format(summary=summary, customers=summary.customers, seed=seed)
        (target / "README.txt").write_text(text, encoding="utf-8", newline="\n")
        step()
    except OSError as error:
        raise CampaignError("file.unwritable", path=target, why=os_reason(error)) from None
    return summary


def _tables(county: County, seed: int) -> dict[str, pd.DataFrame]:
    """The five tables, with the columns of the register."""
    stations, station_of_place = station_table(county)
    crews = crew_table(county, station_of_place, seed)
    areas = area_table(county, station_of_place, crews, seed)
    area_ids = areas["area"].to_numpy(dtype=object)
    return {
        "stations": stations,
        "areas": areas,
        "customers": customer_table(county, station_of_place, area_ids, seed),
        "crews": crews,
        "leave": leave_table(crews, seed),
    }


def _summary(county: County, tables: dict[str, pd.DataFrame], target: Path) -> ExampleSummary:
    first, second, _ = county.ways.segments()
    ways = county.ways
    metres = np.hypot(ways.x[first] - ways.x[second], ways.y[first] - ways.y[second]).sum()
    return ExampleSummary(
        folder=target,
        customers=len(tables["customers"]),
        stations=len(tables["stations"]),
        areas=len(tables["areas"]),
        crews=len(tables["crews"]),
        townships=len({place.village.township.code for place in county.places}),
        villages=sum(place.urban + place.rural > 0 for place in county.places),
        hamlets=len(county.hamlets.node),
        road_km=round(float(metres) / 1000),
    )
