"""A small county to plan in: a grid of roads, hamlets on it, stations, crews; and its holes."""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from optimizer.register import Register
from optimizer.roads import Roads, read_roads
from optimizer.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

LON, LAT = 113.50, 27.66
STEP = 0.01  # about a kilometre
SIZE = 6


def write_grid(path: Path) -> Path:
    """SIZE x SIZE crossings, a kilometre apart, joined by village roads; as an OSM file."""
    nodes = [
        f'<node id="{1 + r * SIZE + c}" lat="{LAT + r * STEP}" lon="{LON + c * STEP}" version="1"/>'
        for r in range(SIZE)
        for c in range(SIZE)
    ]
    lines = [[1 + r * SIZE + c for c in range(SIZE)] for r in range(SIZE)]
    lines += [[1 + r * SIZE + c for r in range(SIZE)] for c in range(SIZE)]
    ways = [
        f'<way id="{1000 + i}" version="1">'
        + "".join(f'<nd ref="{ref}"/>' for ref in line)
        + '<tag k="highway" v="unclassified"/></way>'
        for i, line in enumerate(lines)
    ]
    path.write_text(f'<osm version="0.6">{"".join(nodes + ways)}</osm>', encoding="utf-8")
    return path


@cache
def grid_roads(folder: Path) -> Roads:
    """The grid as a network, built once."""
    return read_roads(write_grid(folder / "grid.osm"), Settings().travel)


def short_settings(**campaign: object) -> Settings:
    """A campaign from 4 January to 26 March 2027, with no reserve."""
    values = {"start": dt.date(2027, 1, 4), "finish": dt.date(2027, 3, 26), "lang": "en"}
    return Settings.model_validate({"campaign": {**values, **campaign}})


def text(values: object, size: int) -> object:
    return pd.array(np.broadcast_to(np.asarray(values, dtype=object), size).tolist(), dtype="str")


def stations(number: int) -> pd.DataFrame:
    """Stations at crossings of the grid."""
    return pd.DataFrame(
        {
            "station": [f"ST{i:02d}" for i in range(number)],
            "name": [f"所{i}" for i in range(number)],
            "lon": [LON + STEP * (1 + 3 * (i % 2)) for i in range(number)],
            "lat": [LAT + STEP * (1 + 3 * (i // 2 % 2)) for i in range(number)],
        }
    )


def crews(station: str, number: int, **columns: object) -> pd.DataFrame:
    """Crews of a station; columns that are not given are empty."""
    frame = pd.DataFrame({"crew": [f"{station}-C{i}" for i in range(number)], "station": station})
    return frame.assign(member1="甲", member2="乙", **columns)


def hamlets(
    station: str, number: int, houses: int, rng: np.random.Generator, first: int = 0
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Areas with houses around random points of the grid: (areas, customers)."""
    x, y = rng.uniform(0, (SIZE - 1) * STEP, (2, number))
    names = [f"TA{first + i:03d}" for i in range(number)]
    areas = pd.DataFrame({"area": names, "station": station, "lon": LON + x, "lat": LAT + y})
    of = np.repeat(np.arange(number), houses)
    spread = rng.normal(0, 0.0015, (2, len(of)))
    customers = pd.DataFrame(
        {
            "account_no": [f"{first * 1000 + i:010d}" for i in range(len(of))],
            "name": "户",
            "area": np.array(names)[of],
            "station": station,
            "kind": "household",
            "lon": LON + x[of] + spread[0],
            "lat": LAT + y[of] + spread[1],
        }
    )
    return areas, customers


def fill(
    path: Path,
    tables: dict[str, pd.DataFrame],
    territory: dict[str, str] | None = None,
    located: pd.Series | None = None,
) -> Register:
    """A register of these tables; `territory` is the crew of each area.

    Areas without an entry go to the crews of their station in turn.
    """
    register = Register.create(path)
    register.take_in(tables, source="test", datum="wgs84")
    customers, areas, crew = register.customers(), register.areas(), tables["crews"]
    chosen = []
    for i, (area, station) in enumerate(zip(areas["area"], areas["station"], strict=True)):
        own = crew.loc[crew["station"] == station, "crew"].tolist()
        chosen.append((territory or {}).get(area, own[i % len(own)] if own else ""))
    has_place = customers["lon"].notna()
    if located is None:
        located = has_place.map({True: "given", False: "none"})
    register.save_territories(
        customers[["account_no", "area", "station", "lon", "lat"]].assign(located=located),
        areas[["area", "station", "lon", "lat"]].assign(crew=text(chosen, len(areas))),
    )
    return register
