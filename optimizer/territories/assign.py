"""Customer → area → station → crew, for a whole county."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from optimizer.territories.clustering import Sizes, form_areas
from optimizer.territories.county_tables import read_county
from optimizer.territories.crew_districts import district_stations
from optimizer.territories.summary import OverCapacity, Summary
from optimizer.territories.transportation import assign_areas_to_stations
from optimizer.territories.workload import area_workloads, medians

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from optimizer.roads import Roads
    from optimizer.settings import Settings
    from optimizer.territories.county_tables import County
    from optimizer.territories.crew_districts import CrewDistricts
    from optimizer.travel import Nearest

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Longs = NDArray[np.int64]
    Progress = Callable[[int, int], None]

JOIN_S = 300
"""A customer without an area joins one whose nearest door is not farther than this by road."""

_REASONS = {
    "no_location": "neither the customer nor its area has coordinates: add 经度 and 纬度",
    "no_area": "has no area and no coordinates to find one by: add 台区, or 经度 and 纬度",
    "no_station": "has no station, and neither has its area, nor coordinates to find one by: "
    "add 供电所, or 经度 and 纬度",
}


class Territories(NamedTuple):
    """Who belongs where.

    Attributes
    ----------
    customers
        account_no, area, station, lon, lat, located ("given", "area" for the centre of its area,
        "none"), in the order of the customers given.
    areas
        area, station, crew, lon, lat; also areas without customers, and newly formed ones.
    summary
        Counts, and what to look at.
    unplaced
        account_no, code, reason of customers who have no place, no area or no station.
    """

    customers: pd.DataFrame
    areas: pd.DataFrame
    summary: Summary
    unplaced: pd.DataFrame


def assign(  # noqa: PLR0917  (the register's four tables, the roads and the settings)
    customers: pd.DataFrame,
    areas: pd.DataFrame,
    stations: pd.DataFrame,
    crews: pd.DataFrame,
    roads: Roads,
    settings: Settings,
    *,
    leave: pd.DataFrame | None = None,
    workdays: Path | None = None,
    progress: Progress | None = None,
) -> Territories:
    """Give every customer an area, a station and, by its area, a crew.

    Parameters
    ----------
    customers, areas, stations, crews, leave
        As in the register.
    workdays
        The campaign's own working days.

    Raises
    ------
    CampaignError
        There is no station, or none has coordinates where one has to be found.
    """
    steps = 4
    report = progress or (lambda _done, _total: None)
    county = read_county(customers, areas, stations, crews, roads=roads, settings=settings)
    given_areas = len(county.area_names)
    report(1, steps)
    joined = _join_areas(county)
    formed = _form_areas(joined)
    report(2, steps)
    stationed = _find_stations(formed)
    placed = _name_new_areas(_to_area_centres(stationed), given_areas)
    report(3, steps)
    known = placed.located & (placed.area >= 0)
    workload = area_workloads(
        placed.area[known],
        len(placed.area_names),
        placed.places.take(known),
        placed.service_s[known],
        placed.travel,
    )
    districts = district_stations(placed, workload, crews, leave, workdays)
    report(4, steps)
    counts = {
        "given": int(county.located.sum()),
        "stationed": int(((stationed.station >= 0) & (county.station < 0)).sum()),
        "joined": int(((joined.area >= 0) & (county.area < 0)).sum()),
        "formed": int(((formed.area >= 0) & (joined.area < 0)).sum()),
        "new_areas": len(placed.area_names) - given_areas,
        "moved": _customers_off_station(county),
    }
    return _tables(placed, districts, county.located, counts)


def _join_areas(county: County) -> County:
    """Customers without an area join the nearest one, of their station if they have one."""
    has_door = (county.area >= 0) & county.located
    missing = (county.area < 0) & county.located
    area = county.area.copy()
    for station in np.unique(county.station[missing]):
        doors = has_door if station < 0 else has_door & (county.station == station)
        if not doors.any():
            continue
        nodes, first = np.unique(county.places.node[doors], return_index=True)
        nearest = county.travel.nearest(nodes)
        own = np.flatnonzero(missing & (county.station == station))
        node = county.places.node[own]
        found = county.area[doors][first][nearest.source[node]]
        near = nearest.seconds[node] <= JOIN_S
        most = county.settings.territories.most_customers
        fits = _nearest_with_room(
            found[near], nearest.seconds[node][near], county.customers_by_area(), most
        )
        area[own[near][fits]] = found[near][fits]
    joined = area >= 0
    station = np.where(joined, np.append(county.area_station, -1)[area], county.station)
    return replace(county, area=area, station=station)


def _nearest_with_room(
    area: Longs, seconds: NDArray[np.int32], customers_by_area: Longs, most: int
) -> Bools:
    """Which customers find room in their nearest area if the nearest customers come first."""
    order = np.lexsort((seconds, area))
    begins = np.searchsorted(area[order], area[order])
    rank = np.arange(len(order)) - begins
    fits = np.zeros(len(order), dtype=bool)
    fits[order] = customers_by_area[area[order]] + rank < most
    return fits


def _form_areas(county: County) -> County:
    """Customers who still have no area form new ones along the roads, station by station."""
    settings = county.settings.territories
    sizes = Sizes(settings.least_customers, settings.most_customers)
    missing = (county.area < 0) & county.located
    area = county.area.copy()
    new_stations: list[int] = []
    for station in np.unique(county.station[missing]).tolist():
        own = np.flatnonzero(missing & (county.station == station))
        formed = form_areas(_paths_from_stations(county, station), county.places.node[own], sizes)
        area[own] = len(county.area_names) + len(new_stations) + formed
        new_stations += [station] * (int(formed.max()) + 1)
    new = len(new_stations)
    return replace(
        county,
        area=area,
        area_names=(*county.area_names, *("" for _ in range(new))),
        area_station=np.append(county.area_station, new_stations).astype(np.int64),
        area_lon=np.append(county.area_lon, np.full(new, np.nan)),
        area_lat=np.append(county.area_lat, np.full(new, np.nan)),
        managers=(*county.managers, *("" for _ in range(new))),
    )


def _paths_from_stations(county: County, station: int) -> Nearest:
    """Fastest paths from a station, or from all of them."""
    if station >= 0 and county.station_node[station] >= 0:
        return county.travel.nearest(county.station_node[station : station + 1])
    county.seconds_from_stations()
    return county.travel.nearest(np.unique(county.station_node[county.station_node >= 0]))


def _find_stations(county: County) -> County:
    """Areas without a station get the nearest that has room."""
    located = county.located & (county.area >= 0)
    customers_by_area = county.customers_by_area()
    doors = np.bincount(county.area[located], minlength=len(customers_by_area))
    pending = np.flatnonzero((county.area_station < 0) & (doors > 0))
    if not len(pending):
        return county
    members = np.flatnonzero(located & np.isin(county.area, pending))
    which = np.searchsorted(pending, county.area[members])
    seconds = [
        np.bincount(which, weights=row[county.places.node[members]]) / doors[pending]
        for row in county.seconds_from_stations()
    ]
    taken = np.bincount(county.station[county.station >= 0], minlength=len(county.station_names))
    room = np.maximum(county.capacity - taken, 0)
    area_station = county.area_station.copy()
    area_station[pending] = assign_areas_to_stations(
        customers_by_area[pending], np.column_stack(seconds), room
    )
    station = np.where(county.area >= 0, np.append(area_station, -1)[county.area], county.station)
    return replace(county, area_station=area_station, station=station)


def _to_area_centres(county: County) -> County:
    """Customers without coordinates stand at the centre of their area's others, or at its own."""
    known = county.located & (county.area >= 0)
    lon, lat = (
        np.where(np.isnan(middle), own, middle)
        for middle, own in (
            (medians(county.area[known], len(county.area_names), values[known]), own)
            for values, own in (
                (county.places.lon, county.area_lon),
                (county.places.lat, county.area_lat),
            )
        )
    )
    lost = ~county.located & (county.area >= 0)
    at = county.travel.roads.attach(lon[county.area[lost]], lat[county.area[lost]])
    return replace(county, places=county.places.put(lost, at))


def _name_new_areas(county: County, given: int) -> County:
    """New areas are called after their station: ST01-A001 and so on."""
    taken = set(county.area_names)
    names = list(county.area_names)
    numbers = [0] * len(county.station_names)
    for area in range(given, len(names)):
        station = int(county.area_station[area])
        while not names[area] or names[area] in taken:
            numbers[station] += 1
            names[area] = f"{county.station_names[station]}-A{numbers[station]:03d}"
        taken.add(names[area])
    return replace(county, area_names=tuple(names))


def _customers_off_station(county: County) -> int:
    """How many customers' files name another station than their area has."""
    named = county.customers["station"].to_numpy()
    names = np.array([*county.station_names, ""], dtype=object)
    return int(((named != "") & (named != names[county.station]) & (county.area >= 0)).sum())


def _tables(
    county: County, districts: CrewDistricts, given: Bools, counts: dict[str, int]
) -> Territories:
    located = np.select([given, county.located], ["given", "area"], "none")
    names = np.array([*county.area_names, ""], dtype=object)
    stations = np.array([*county.station_names, ""], dtype=object)
    customers = pd.DataFrame(
        {
            "account_no": county.customers["account_no"].to_numpy(),
            "area": pd.Series(names[county.area], dtype="str"),
            "station": pd.Series(stations[county.station], dtype="str"),
            "lon": np.where(located == "none", np.nan, county.places.lon),
            "lat": np.where(located == "none", np.nan, county.places.lat),
            "located": pd.Series(located, dtype="str"),
        }
    )
    areas = pd.DataFrame(
        {
            "area": pd.Series(list(county.area_names), dtype="str"),
            "station": pd.Series(stations[county.area_station], dtype="str"),
            "crew": pd.Series(list(districts.crew), dtype="str"),
            "lon": np.where(np.isnan(districts.lon), county.area_lon, districts.lon),
            "lat": np.where(np.isnan(districts.lat), county.area_lat, districts.lat),
        }
    )
    held = np.bincount(county.station[county.station >= 0], minlength=len(county.capacity))
    summary = Summary(
        customers=len(customers),
        at_area=int((located == "area").sum()),
        nowhere=int((located == "none").sum()),
        far=int((county.places.far & county.located).sum()),
        over_capacity=tuple(
            OverCapacity(county.station_names[i], int(held[i]), int(county.capacity[i]))
            for i in np.flatnonzero(held > county.capacity)
        ),
        managed=districts.managed,
        unknown_managers=districts.unknown_managers,
        no_crews=districts.no_crews,
        balance=districts.balance,
        **counts,
    )
    return Territories(customers, areas, summary, _unplaced(customers))


def _unplaced(customers: pd.DataFrame) -> pd.DataFrame:
    """Customers without a station, an area or a place, with the first of these reasons."""
    code = np.select(
        [customers["station"] == "", customers["area"] == "", customers["located"] == "none"],
        ["no_station", "no_area", "no_location"],
        "",
    )
    rows = np.flatnonzero(code != "")
    return pd.DataFrame(
        {
            "account_no": customers["account_no"].to_numpy()[rows],
            "code": pd.Series(code[rows], dtype="str"),
            "reason": pd.Series([_REASONS[text] for text in code[rows]], dtype="str"),
        }
    )
