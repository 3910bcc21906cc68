"""Demand: the customers to be visited, station by station, from the register's tables.

Roads play no part yet. Customers without a station, a crew, a place or a skilled crew get a code
instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from optimizer.campaign.station_demand import StationDemand
from optimizer.errors import CampaignError
from optimizer.geometry import metres_from
from optimizer.model import CustomerKind
from optimizer.settings import clock
from optimizer.territories.workload import service_seconds
from optimizer.workdays import own_table, working_days

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    import pandas as pd
    from numpy.typing import NDArray

    from optimizer.register import Register
    from optimizer.settings import Settings
    from optimizer.territories import Territories

LONGEST_YEARS: Final = 10
OPEN: Final = "open"
SETTLED: Final = "settled"
LASTING: Final = ("demolished", "duplicate")
"""Statuses that a next cycle leaves as they are: there is nobody to be visited."""
NEVER_REACHED_DAYS: Final = 3650
"""Days that who was never visited has been waiting, so that he comes before all others."""
DONE: Final = ("visited", "demolished", "duplicate", "moved", "closed")
"""Statuses of customers who need no visit any more."""
FOLLOWED_UP: Final = ("nobody_home", "conflict", "refused")
"""Statuses, and codes, of customers who were tried and are followed up by the records."""
NOT_TO_PLAN: Final = (SETTLED, *FOLLOWED_UP)
"""Codes of customers whom the campaign does not plan."""
SKILL: Final = "hv10kv"
KINDS: Final = tuple(kind.value for kind in CustomerKind)


@dataclass(frozen=True, slots=True)
class CampaignTables:
    """The register's tables as the campaign reads them, all at one moment.

    Territories that are not stored yet may stand in for those of the register.

    Attributes
    ----------
    customers
        Those that are not gone, with the columns account_no, kind, status, service_min, window,
        reached (ISO date of the last visit in any cycle, "" for none), and from the territories
        area, station, lon, lat, located ("" for who has none yet).
    areas
        area, station, crew, lon, lat.
    stations, crews, leave
        As in the register.
    """

    customers: pd.DataFrame
    areas: pd.DataFrame
    stations: pd.DataFrame
    crews: pd.DataFrame
    leave: pd.DataFrame


def still_open(status: pd.Series[str]) -> pd.Series[bool]:
    """Whose visit is still to come, by the register's status of customers."""
    return status.isin([OPEN, ""])


def read_campaign_tables(
    register: Register, territories: Territories | None = None, *, next_cycle: bool = False
) -> CampaignTables:
    """Read what a campaign needs, all of one state of the register.

    Parameters
    ----------
    territories
        Territories that are not in the register yet; without them those that are.
    next_cycle
        With everybody to be visited again, as when the next cycle is opened.

    Raises
    ------
    CampaignError
        There are customers, but no territories yet.
    """
    with register.store.scanning():
        columns = ["account_no", "kind", "service_min", "window"]
        customers = register.customers(columns=columns)
        if territories is None:
            placed, areas = register.territories()
        else:
            placed, areas = territories.customers, territories.areas
        stations, crews, leave = register.stations(), register.crews(), register.leave()
        reached = register.cycles.last_reached()
    known = reached.rename(columns={"date": "reached"})
    customers = customers.merge(known, on="account_no", how="left")
    customers["reached"] = customers["reached"].fillna("")
    if next_cycle:
        customers.loc[~customers["status"].isin(LASTING), "status"] = OPEN
    if len(customers) and placed.empty:
        raise CampaignError("campaign.no_territories")
    customers = customers.merge(placed, on="account_no", how="left")
    for column in ("area", "station", "located"):
        customers[column] = customers[column].fillna("").astype("str")
    return CampaignTables(customers, areas, stations, crews, leave)


def horizon(settings: Settings, folder: Path | None, today: dt.date | None = None) -> pd.DataFrame:
    """The days of the campaign, as of `workdays.working_days`.

    Raises
    ------
    CampaignError
        It ends before it starts, before today, or after more than LONGEST_YEARS.
    """
    start, finish = settings.campaign.start, settings.campaign.finish
    if today is not None and start <= finish < today:
        raise CampaignError("campaign.finish_past", finish=finish)
    return days_until(finish, settings, folder)


def days_until(finish: dt.date, settings: Settings, folder: Path | None) -> pd.DataFrame:
    """The days from the campaign's start, as of `workdays.working_days`.

    Raises
    ------
    CampaignError
        There are none, or more than LONGEST_YEARS of them: a calendar of that size is a slip of
        the pen, and would fill the memory.
    """
    start = settings.campaign.start
    if finish < start:
        raise CampaignError("campaign.backwards", finish=finish, start=start)
    if finish.year - start.year > LONGEST_YEARS:
        raise CampaignError("campaign.too_long", finish=finish, start=start, years=LONGEST_YEARS)
    return working_days(start, finish, own_table(folder, "workdays"))


@dataclass(frozen=True, slots=True)
class CountyDemand:
    """The demand of each station, and a code for each customer in none.

    `code` is a text array (customers,): "" for those in a station's demand, "settled" for those who
    need no visit any more, one of `FOLLOWED_UP` for those whom the records follow up, else why
    there is no day.
    """

    stations: tuple[StationDemand, ...]
    code: NDArray[np.object_]


def gather_demand(tables: CampaignTables, settings: Settings) -> CountyDemand:
    """The demand of each station, and codes of the customers in none."""
    customers = tables.customers
    code = _codes_without_demand(tables)
    stations = []
    places = tables.stations.set_index("station")
    for station, members in customers.groupby("station", sort=True).indices.items():
        crews = tables.crews[tables.crews["station"] == station].sort_values("crew")
        rows = members[code[members] == ""]
        if not skilled_crews(crews).any():
            unserved = customers["kind"].to_numpy()[rows] == SKILL
            code[rows[unserved]] = "no_skilled_crew"
            rows = rows[~unserved]
        if len(rows):
            stations.append(
                _station_demand(tables, settings, crews, rows, place=places.loc[[str(station)]])
            )
    return CountyDemand(tuple(stations), code)


def _codes_without_demand(tables: CampaignTables) -> NDArray[np.object_]:
    """Codes that need no look at single crews; of several the first."""
    customers = tables.customers
    status, station = customers["status"].to_numpy(), customers["station"].to_numpy()
    known = np.isin(station, tables.stations["station"].to_numpy())
    conditions = {
        SETTLED: np.isin(status, DONE),
        **{name: status == name for name in FOLLOWED_UP},
        "no_territory": (customers["located"] == "").to_numpy(),
        "no_station": ~known,
        "no_crew": ~np.isin(station, tables.crews["station"].to_numpy()),
        "no_location": (customers["located"] == "none").to_numpy()
        | customers["lon"].isna().to_numpy()
        | customers["lat"].isna().to_numpy(),
    }
    code = np.select(list(conditions.values()), [*conditions], default="")
    return code.astype(object)


def skilled_crews(crews: pd.DataFrame) -> NDArray[np.bool_]:
    """Which crews may serve 10 kV customers."""
    return np.array([SKILL in text.replace("；", ";").split(";") for text in crews["skills"]], bool)


def work_limits(crews: pd.DataFrame, settings: Settings) -> NDArray[np.int32]:
    """Seconds of service and travel that fit a day of each crew, reserve and lunch taken off.

    Raises
    ------
    CampaignError
        A crew's own shift cannot be read.
    """
    shift = settings.shift
    limits = []
    for begin_s, end_s in shifts(crews, settings).tolist():
        through_lunch = begin_s < shift.lunch_end and end_s > shift.lunch_start
        lunch_s = shift.lunch_min * 60 if through_lunch else 0
        limits.append(max(0.0, (end_s - begin_s - lunch_s) * (1 - settings.blocks.reserve_share)))
    return np.array(limits, dtype=np.int32)


def shifts(crews: pd.DataFrame, settings: Settings) -> NDArray[np.int32]:
    """When the shift of each crew begins and ends, shape (crews, 2).

    Raises
    ------
    CampaignError
        A crew's own shift cannot be read.
    """
    usual = settings.shift
    found = []
    for crew, start, end in zip(
        crews["crew"], crews["shift_start"], crews["shift_end"], strict=True
    ):
        try:
            found.append((clock(start) if start else usual.start, clock(end) if end else usual.end))
        except ValueError as error:
            raise CampaignError("crew.hours", crew=crew, error=error) from None
    return np.array(found, dtype=np.int32).reshape(-1, 2)


def _station_demand(
    tables: CampaignTables,
    settings: Settings,
    crews: pd.DataFrame,
    rows: NDArray[np.int64],
    place: pd.DataFrame,
) -> StationDemand:
    customers = tables.customers.iloc[rows]
    lon, lat = customers["lon"].to_numpy(float), customers["lat"].to_numpy(float)
    skilled = (customers["kind"] == SKILL).to_numpy()
    crew_skilled = skilled_crews(crews)
    home = _home_crews(tables, customers, crews)
    crew = _skilled_crews_for(home, skilled, crew_skilled, lon, lat)
    names = customers["area"].to_numpy().astype(object)
    separate = (names == "") | (crew != home)
    names[separate] = [f"\0{account}" for account in customers["account_no"].to_numpy()[separate]]
    area = np.unique(names.astype(str), return_inverse=True)[1]
    return StationDemand(
        station=str(place.index[0]),
        lon=float(place["lon"].iloc[0]),
        lat=float(place["lat"].iloc[0]),
        customer=rows.astype(np.int64),
        door_lon=lon,
        door_lat=lat,
        service_s=service_seconds(customers, settings).astype(np.int32),
        area=area.astype(np.int32),
        separate=separate,
        crew=crew,
        kind=np.array([KINDS.index(kind) for kind in customers["kind"]], dtype=np.int8),
        skilled=skilled,
        windows=customers["window"].to_numpy(object),
        crews=tuple(crews["crew"]),
        crew_skilled=crew_skilled,
        limit_s=work_limits(crews, settings),
        shifts=shifts(crews, settings),
    )


def _home_crews(
    tables: CampaignTables, customers: pd.DataFrame, crews: pd.DataFrame
) -> NDArray[np.int32]:
    """The crew of each customer's area; of the nearest customer who has one where it has none."""
    index = {crew: row for row, crew in enumerate(crews["crew"])}
    of_area = dict(zip(tables.areas["area"], tables.areas["crew"], strict=True))
    home = np.array([index.get(of_area.get(a, ""), -1) for a in customers["area"]], dtype=np.int32)
    lon, lat = customers["lon"].to_numpy(float), customers["lat"].to_numpy(float)
    known = np.flatnonzero(home >= 0)
    if not len(known):
        return np.zeros(len(home), dtype=np.int32)
    for row in np.flatnonzero(home < 0):
        home[row] = home[known[_nearest(lon[known], lat[known], lon[row], lat[row])]]
    return home


def _skilled_crews_for(
    home: NDArray[np.int32],
    skilled: NDArray[np.bool_],
    crew_skilled: NDArray[np.bool_],
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
) -> NDArray[np.int32]:
    """`home`, but 10 kV customers go to the skilled crew whose territory is nearest."""
    crew = home.copy()
    able = np.flatnonzero(crew_skilled)
    inside = np.flatnonzero(crew_skilled[home])
    for row in np.flatnonzero(skilled & ~crew_skilled[home]):
        if len(inside):
            crew[row] = home[inside[_nearest(lon[inside], lat[inside], lon[row], lat[row])]]
        else:
            crew[row] = able[0]
    return crew


def _nearest(
    lon: NDArray[np.float64], lat: NDArray[np.float64], to_lon: float, to_lat: float
) -> int:
    return int(np.argmin(metres_from(to_lon, to_lat, lon, lat)))
