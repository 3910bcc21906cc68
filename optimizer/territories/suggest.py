"""Areas that the neighbouring station would serve better, and what that saves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from optimizer.territories.county_tables import read_county
from optimizer.territories.workload import area_workloads, crew_days

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimizer.roads import Roads
    from optimizer.settings import Settings
    from optimizer.territories.county_tables import County
    from optimizer.territories.workload import Workload

    Floats = NDArray[np.float64]
    Longs = NDArray[np.int64]

LEAST_SAVED_H = 0.25
LEAST_SAVED_SHARE = 0.1
"""Smaller savings, in hours or as a share of an area's riding, are not suggested."""

COLUMNS = ["area", "station", "better", "customers", "crew_days", "ride_s", "better_ride_s"]


def suggest(  # noqa: PLR0917  (four tables, and what they are measured on)
    placed: pd.DataFrame,
    areas: pd.DataFrame,
    customers: pd.DataFrame,
    stations: pd.DataFrame,
    roads: Roads,
    settings: Settings,
) -> pd.DataFrame:
    """Areas that another station beside them would serve with less riding, most saving first.

    An area is suggested only where it borders, along the roads, on what the other station has or
    would have by the suggestions above it, and where that station has room.

    Parameters
    ----------
    placed, areas
        The territories as `assign` gives them and the register keeps them.
    customers, stations
        As in the register.

    Returns
    -------
    pandas.DataFrame
        area, station, better, customers, crew_days, ride_s and better_ride_s (one way from the
        station), saved_h (hours of riding in the whole campaign).

    Raises
    ------
    CampaignError
        There is no station, or none has coordinates.
    """
    county = _with_territories(placed, areas, customers, stations, roads=roads, settings=settings)
    known = county.located & (county.area >= 0)
    number = len(county.area_names)
    workload = area_workloads(
        county.area[known],
        number,
        county.places.take(known),
        county.service_s[known],
        county.travel,
    )
    middle = np.maximum(workload.node, 0)
    ride_s = county.seconds_from_stations()[:, middle].T
    days = crew_days(workload.inside_s[:, None], ride_s, settings)
    hours = np.where(np.isfinite(ride_s), 2 * ride_s * days / 3600, np.inf)
    hours[workload.node < 0] = np.inf
    moves = _greedy_moves(county, workload, hours)
    rows = [
        (
            county.area_names[area],
            county.station_names[county.area_station[area]],
            county.station_names[better],
            int(workload.size[area]),
            float(days[area, county.area_station[area]]),
            int(ride_s[area, county.area_station[area]]),
            int(ride_s[area, better]),
            float(saved_h),
        )
        for area, better, saved_h in moves
    ]
    return pd.DataFrame(rows, columns=[*COLUMNS, "saved_h"])


def _with_territories(
    placed: pd.DataFrame,
    areas: pd.DataFrame,
    customers: pd.DataFrame,
    stations: pd.DataFrame,
    *,
    roads: Roads,
    settings: Settings,
) -> County:
    """The county with its territories in place of what the files say."""
    own = customers[["account_no", "kind", "service_min"]]
    drawn = placed.merge(own, on="account_no", how="inner")
    nobody = pd.DataFrame({name: [] for name in ("crew", "station", "member1", "member2")})
    areas = areas.assign(manager="")
    return read_county(drawn, areas, stations, nobody, roads=roads, settings=settings)


def _greedy_moves(
    county: County, workload: Workload, hours: Floats
) -> list[tuple[int, int, float]]:
    """(area, better station, hours saved), greedily, the most saving first."""
    station = county.area_station.copy()
    areas, stations = hours.shape
    customers_by_area = county.customers_by_area()
    room = county.capacity - np.bincount(
        station[station >= 0], weights=customers_by_area[station >= 0], minlength=stations
    )
    borders = np.concatenate([workload.borders, workload.borders[:, ::-1]])
    ours = np.where(station >= 0, hours[np.arange(areas), station], np.inf)
    possible = np.isfinite(ours)
    saved = np.where(possible, ours, 0)[:, None] - hours
    least = np.maximum(LEAST_SAVED_H, LEAST_SAVED_SHARE * np.where(possible, ours, 0))
    worth = (saved >= least[:, None]) & possible[:, None]
    moves: list[tuple[int, int, float]] = []
    while worth.any():
        beside = np.zeros((areas, stations), dtype=bool)
        touching = station[borders[:, 1]] >= 0
        beside[borders[touching, 0], station[borders[touching, 1]]] = True
        open_ = worth & beside & (customers_by_area[:, None] <= room)
        if not open_.any():
            break
        area, better = np.unravel_index(np.argmax(np.where(open_, saved, -np.inf)), open_.shape)
        moves.append((int(area), int(better), float(saved[area, better])))
        room[station[area]] += customers_by_area[area]
        room[better] -= customers_by_area[area]
        station[area] = better
        worth[area] = False
    return moves
