"""The tables of a county in arrays: customers, areas and stations by number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from optimizer.errors import CampaignError
from optimizer.territories.workload import medians, service_seconds
from optimizer.travel import Travel

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from optimizer.roads import Attachment, Roads
    from optimizer.settings import Settings

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Longs = NDArray[np.int64]


@dataclass(frozen=True)
class County:
    """Customers, areas and stations by number; -1 stands for none or not yet.

    Attributes
    ----------
    customers
        The register's table, for what is not a number.
    places
        Where customers meet the roads; row by row with the tables.
    area, station
        Of each customer.
    service_s
        Seconds at each customer's door.
    area_names, area_station, area_lon, area_lat, managers
        Of each area; coordinates are those of its file.
    station_names, station_node, capacity
        Of each station; capacity is infinite where the file names none.
    """

    customers: pd.DataFrame
    places: Attachment
    area: Longs
    station: Longs
    service_s: Floats
    area_names: tuple[str, ...]
    area_station: Longs
    area_lon: Floats
    area_lat: Floats
    managers: tuple[str, ...]
    station_names: tuple[str, ...]
    station_node: Longs
    capacity: Floats
    travel: Travel
    settings: Settings

    @property
    def located(self) -> Bools:
        """Which customers have coordinates."""
        return self.places.node >= 0

    def customers_by_area(self) -> Longs:
        """Customers of each area."""
        return np.bincount(self.area[self.area >= 0], minlength=len(self.area_names))

    def seconds_from_stations(self) -> Floats:
        """Seconds from each station to every node, shape (stations, nodes).

        Raises
        ------
        CampaignError
            No station has a place.
        """
        known = self.station_node >= 0
        if not known.any():
            raise CampaignError("territories.no_place")
        seconds = np.full((len(known), len(self.travel.roads.node_lon)), np.inf)
        seconds[known] = self.travel.seconds_from(self.station_node[known])
        return seconds


def read_county(
    customers: pd.DataFrame,
    areas: pd.DataFrame,
    stations: pd.DataFrame,
    crews: pd.DataFrame,
    *,
    roads: Roads,
    settings: Settings,
) -> County:
    """Number the tables, attach customers to the roads, and find the areas' stations if known.

    Raises
    ------
    CampaignError
        There is no station.
    """
    if stations.empty:
        raise CampaignError("territories.no_station")
    station_names = tuple(stations["station"])
    area_names = _all_areas(customers, areas)
    own = areas.set_index("area").reindex(list(area_names))
    lon, lat = (customers[name].to_numpy(float) for name in ("lon", "lat"))
    area, station = codes(customers["area"], area_names), codes(customers["station"], station_names)
    managers = tuple(own["manager"].fillna("").astype(str))
    area_station = codes(own["station"].fillna(""), station_names)
    area_station = _first_known(area_station, _manager_stations(managers, crews, station_names))
    area_station = _first_known(area_station, _majority_stations(area, station, len(area_names)))
    return County(
        customers=customers,
        places=roads.attach(lon, lat),
        area=area,
        station=np.where(area >= 0, np.append(area_station, -1)[area], station),
        service_s=service_seconds(customers, settings),
        area_names=area_names,
        area_station=area_station,
        area_lon=own["lon"].to_numpy(float),
        area_lat=own["lat"].to_numpy(float),
        managers=managers,
        station_names=station_names,
        station_node=_station_nodes(stations, station, lon, lat, roads),
        capacity=stations["capacity"].fillna(np.inf).to_numpy(float),
        travel=Travel(roads, settings.travel),
        settings=settings,
    )


def codes(texts: pd.Series, names: Sequence[str]) -> Longs:
    """Numbers of texts in a list of names, -1 for those that are not in it."""
    index = {name: number for number, name in enumerate(names)}
    return np.array([index.get(text, -1) for text in texts], dtype=np.int64)


def crew_of_managers(managers: Sequence[str], crews: pd.DataFrame) -> list[list[int]]:
    """Rows of the crews that each manager's name or crew id may stand for, by crew id."""
    found: dict[str, list[int]] = {}
    ordered = sorted(enumerate(crews["crew"]), key=lambda pair: pair[1])
    for row, crew in ordered:
        for name in {crew, crews["member1"].iloc[row], crews["member2"].iloc[row]} - {""}:
            found.setdefault(name, []).append(row)
    return [found.get(manager, []) for manager in managers]


def _all_areas(customers: pd.DataFrame, areas: pd.DataFrame) -> tuple[str, ...]:
    return tuple(sorted({*areas["area"], *customers["area"].unique()} - {""}))


def _first_known(first: Longs, second: Longs) -> Longs:
    return np.where(first >= 0, first, second)


def _manager_stations(
    managers: Sequence[str], crews: pd.DataFrame, station_names: Sequence[str]
) -> Longs:
    """The station of the manager's crew, where all crews that may be meant have the same."""
    station = codes(crews["station"], station_names)
    meant = [{int(station[row]) for row in rows} for rows in crew_of_managers(managers, crews)]
    return np.array([next(iter(s)) if len(s) == 1 else -1 for s in meant], dtype=np.int64)


def _majority_stations(area: Longs, station: Longs, areas: int) -> Longs:
    """The station that most of an area's customers name; the first of several."""
    both = (area >= 0) & (station >= 0)
    votes = np.column_stack([area[both], station[both]])
    pairs, count = np.unique(votes, axis=0, return_counts=True)
    found = np.full(areas, -1, dtype=np.int64)
    fewest_first = np.lexsort((-pairs[:, 1], count))
    found[pairs[fewest_first, 0]] = pairs[fewest_first, 1]
    return found


def _station_nodes(
    stations: pd.DataFrame, station: Longs, lon: Floats, lat: Floats, roads: Roads
) -> Longs:
    """Nodes of the stations; those without coordinates stand in the middle of their customers."""
    located = (station >= 0) & np.isfinite(lon) & np.isfinite(lat)
    number = len(stations)
    places = []
    for name, values in (("lon", lon), ("lat", lat)):
        given = stations[name].to_numpy(float)
        middle = medians(station[located], number, values[located])
        places.append(np.where(np.isnan(given), middle, given))
    return roads.attach(*places).node.astype(np.int64)
