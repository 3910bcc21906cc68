"""Every station's areas to its crews."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from optimizer.errors import CampaignError
from optimizer.settings import clock
from optimizer.territories.county_tables import crew_of_managers
from optimizer.territories.districting import (
    DistrictingProblem,
    assign_areas,
    fair_loads,
    neighbour_lists,
)
from optimizer.territories.local_search import parts_of
from optimizer.territories.summary import Balance
from optimizer.territories.workload import crew_days
from optimizer.workdays import duty, working_days

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    from numpy.typing import NDArray

    from optimizer.settings import Settings
    from optimizer.territories.county_tables import County
    from optimizer.territories.workload import Workload
    from optimizer.travel import Travel

    Floats = NDArray[np.float64]
    Longs = NDArray[np.int64]


@dataclass(frozen=True)
class CrewDistricts:
    """Crew id of each area ("" for none), the areas' medians, and counts for the summary."""

    crew: tuple[str, ...]
    lon: Floats
    lat: Floats
    managed: int
    unknown_managers: tuple[str, ...]
    no_crews: tuple[str, ...]
    balance: tuple[Balance, ...]


def district_stations(
    county: County,
    workload: Workload,
    crews: pd.DataFrame,
    leave: pd.DataFrame | None,
    workdays: Path | None = None,
) -> CrewDistricts:
    """Assign the areas of each station to its crews."""
    crews = crews.sort_values("crew", ignore_index=True)
    duty_hours = _duty_hours(crews, leave, county.settings, workdays)
    fixed = _manager_crews(county, crews)
    crew = fixed.copy()
    balance, no_crews = [], []
    for number, station in enumerate(county.station_names):
        own = np.flatnonzero(county.area_station == number)
        doors = own[workload.node[own] >= 0]
        team = np.flatnonzero((crews["station"] == station).to_numpy())
        if not len(team):
            no_crews += [station] if county.customers_by_area()[own].any() else []
            continue
        if len(doors):
            rank = np.full(len(crews) + 1, -1, dtype=np.int64)
            rank[team] = np.arange(len(team))
            problem = _districting_problem(county, workload, doors, number)
            problem = replace(problem, fixed=rank[fixed[doors]], duty_hours=duty_hours[team])
            chosen = assign_areas(problem, partial(_mean_travel_seconds, county.travel))
            crew[doors] = team[chosen]
            balance.append(_balance(station, int(workload.size[doors].sum()), problem, chosen))
    names = np.array([*crews["crew"], ""], dtype=object)
    has_manager = np.array([manager != "" for manager in county.managers], dtype=bool)
    return CrewDistricts(
        crew=tuple(names[crew]),
        lon=workload.lon,
        lat=workload.lat,
        managed=int((fixed >= 0).sum()),
        unknown_managers=tuple(
            county.area_names[area] for area in np.flatnonzero(has_manager & (fixed < 0))
        ),
        no_crews=tuple(no_crews),
        balance=tuple(balance),
    )


def _manager_crews(county: County, crews: pd.DataFrame) -> Longs:
    """The crew of each area's manager, if it is of the area's station; -1 for none."""
    station = crews["station"].to_numpy()
    fixed = np.full(len(county.area_names), -1, dtype=np.int64)
    for area, meant in enumerate(crew_of_managers(county.managers, crews)):
        number = county.area_station[area]
        here = [
            row for row in meant if number >= 0 and station[row] == county.station_names[number]
        ]
        if here:
            fixed[area] = here[0]
    return fixed


def _duty_hours(
    crews: pd.DataFrame, leave: pd.DataFrame | None, settings: Settings, workdays: Path | None
) -> Floats:
    """Hours that each crew is on duty from the campaign's first day to its last."""
    days = working_days(settings.campaign.start, settings.campaign.finish, workdays)
    absent = crews.iloc[:0].assign(first="", last="") if leave is None else leave
    on_duty = duty(crews, absent, days, settings).sum(axis=1)
    hours = [
        _hours(*row, settings)
        for row in zip(crews["crew"], crews["shift_start"], crews["shift_end"], strict=True)
    ]
    duty_hours: Floats = on_duty * np.array(hours, dtype=float)
    return duty_hours


def _hours(crew: str, start: str, end: str, settings: Settings) -> float:
    try:
        begin_s = clock(start) if start else settings.shift.start
        end_s = clock(end) if end else settings.shift.end
    except ValueError as error:
        raise CampaignError("crew.hours", crew=crew, error=error) from None
    return max(0.0, (end_s - begin_s) / 3600)


def _districting_problem(
    county: County, workload: Workload, doors: Longs, station: int
) -> DistrictingProblem:
    """The areas of a station; its crews' fixed areas and duty hours are still empty."""
    travel = county.travel
    start = int(county.station_node[station])
    if start < 0:
        # a station without a place counts as standing in its first area
        start = int(workload.node[doors[0]])
    ride_s = travel.seconds_from([start])[0, workload.node[doors]]
    xy = np.column_stack(travel.roads.plane.xy(workload.lon[doors], workload.lat[doors]))
    rank = np.full(len(county.area_names), -1, dtype=np.int64)
    rank[doors] = np.arange(len(doors))
    borders = rank[workload.borders]
    return DistrictingProblem(
        work=crew_days(workload.inside_s[doors], ride_s, county.settings),
        node=workload.node[doors],
        xy=xy - travel.roads.node_xy[start],
        borders=borders[(borders >= 0).all(axis=1)],
        fixed=np.zeros(0, dtype=np.int64),
        duty_hours=np.zeros(0),
    )


def _mean_travel_seconds(travel: Travel, nodes: Longs) -> Floats:
    """Seconds between nodes, the mean of both ways."""
    there: Floats = travel.node_seconds(nodes, nodes).astype(float)
    return (there + there.T) / 2


def _balance(station: str, customers: int, problem: DistrictingProblem, crew: Longs) -> Balance:
    fair_load = fair_loads(problem)
    load = np.bincount(crew, weights=problem.work, minlength=len(fair_load))
    part = load[problem.duty_hours > 0] / fair_load[problem.duty_hours > 0]
    borders = neighbour_lists(problem)
    return Balance(
        station=station,
        customers=customers,
        areas=len(problem.work),
        crews=len(fair_load),
        crew_days=float(problem.work.sum()),
        most=max(part.tolist(), default=0.0),
        least=min(part.tolist(), default=0.0),
        apart=sum(parts_of(crew, number, *borders) > 1 for number in np.unique(crew).tolist()),
    )
