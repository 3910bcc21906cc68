"""The register's state for QGIS: one GeoPackage of customers, areas, stations, routes, blocks."""

from __future__ import annotations

import datetime as dt
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from optimizer.atomic_files import write_layers
from optimizer.catalogue import Texts
from optimizer.drawing.legs import NO_LINE, route_legs, straight_legs
from optimizer.reports.qgis_styles import styles

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from optimizer.model import DayPlan, Route
    from optimizer.register import Register
    from optimizer.roads import Roads
    from optimizer.settings import Settings

    Progress = Callable[[int, int], None]

LAYERS: Final = ("customers", "areas", "stations", "routes", "blocks")
ROUTE_COLUMNS: Final = (
    "station",
    "crew",
    "date",
    "visits",
    "travel_s",
    "distance_m",
    "start_s",
    "end_s",
)


def write_geopackage(
    register: Register,
    path: Path,
    first: dt.date,
    last: dt.date,
    *,
    roads: Roads | None = None,
    settings: Settings | None = None,
    progress: Progress | None = None,
) -> Path:
    """One GeoPackage with the layers of `LAYERS`, in WGS-84, and how QGIS is to show them.

    Customers and stations are points, areas the hulls of their customers, routes the day plans
    between two days, blocks the calendar's crew-days between them. Customers without a place of
    their own have that of their area; without any they are left out.

    Parameters
    ----------
    roads, settings
        With both, routes follow the roads; else they are straight from stop to stop.

    Raises
    ------
    CampaignError
        The file cannot be written.
    """
    with register.store.reading():
        layers = _layers(register, first, last, _follow(roads, settings))
        lang = "zh" if settings is None else settings.campaign.lang
        looks = ("layer_styles", styles(Texts(lang)))
        return write_layers(path, chain(_counted(layers, progress), [looks]))


def _counted(
    layers: Iterator[tuple[str, gpd.GeoDataFrame]], progress: Progress | None
) -> Iterator[tuple[str, gpd.GeoDataFrame]]:
    """The layers, with a word to `progress` after each."""
    for done, layer in enumerate(layers, start=1):
        yield layer
        if progress is not None:
            progress(done, len(LAYERS))


def _layers(
    register: Register, first: dt.date, last: dt.date, legs: Callable[[DayPlan], Any]
) -> Iterator[tuple[str, gpd.GeoDataFrame]]:
    customers = _customers(register)
    yield "customers", customers
    yield "areas", _areas(register, customers)
    stations = register.stations()
    yield "stations", _points(stations)
    yield "routes", _routes(register, stations["station"].tolist(), first, last, legs)
    yield "blocks", _blocks(register, customers, first, last)


def _points(frame: pd.DataFrame) -> gpd.GeoDataFrame:
    placed = frame.dropna(subset=["lon", "lat"])
    points = gpd.points_from_xy(placed["lon"], placed["lat"])
    return gpd.GeoDataFrame(placed.drop(columns=["lon", "lat"]), geometry=points, crs=4326)


def _customers(register: Register) -> gpd.GeoDataFrame:
    """Those who are in the customer file, with their state, their block, their place."""
    given = register.customers().set_index("account_no")
    placed, _ = register.territories()
    territory = placed.set_index("account_no")
    states = register.agenda.accounts().set_index("account_no")
    frame = given.assign(
        area=states["area"].reindex(given.index),
        station=states["station"].reindex(given.index),
        state=states["state"].reindex(given.index),
        visited_on=states["visited_on"].reindex(given.index),
    )
    for axis in ("lon", "lat"):
        frame[axis] = territory[axis].reindex(given.index).fillna(given[axis])
    blocks = register.block_visits().set_index("account_no")
    for name in ("block", "crew", "date"):
        frame[name] = blocks[name].reindex(given.index).fillna("").astype("str")
    return _points(frame.drop(columns="status").reset_index())


def _areas(register: Register, customers: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Hulls of areas, with what is known of them and how many of their customers are visited."""
    hulls = customers[["area", "geometry"]].dissolve("area").geometry.convex_hull
    visited = (customers["state"] == "visited").groupby(customers["area"]).agg(["size", "sum"])
    given, (_, placed) = register.areas().set_index("area"), register.territories()
    crews = placed.set_index("area")["crew"]
    frame = pd.DataFrame(index=hulls.index)
    for name in ("name", "manager"):
        frame[name] = given[name].reindex(hulls.index).fillna("").astype("str")
    frame["station"] = customers.groupby("area")["station"].first()
    frame["crew"] = crews.reindex(hulls.index).fillna("").astype("str")
    frame["accounts"] = visited["size"].astype(np.int64)
    frame["visited"] = visited["sum"].astype(np.int64)
    return gpd.GeoDataFrame(frame.reset_index(), geometry=_wide(hulls.to_numpy()), crs=4326)


def _wide(hulls: Any) -> Any:  # noqa: ANN401  (arrays of geometries)
    """Hulls with some 20 m around them, so that one house is a surface too."""
    return shapely.buffer(hulls, 0.0002, quad_segs=4)


def _follow(roads: Roads | None, settings: Settings | None) -> Callable[[DayPlan], Any]:
    if roads is None or settings is None:
        return straight_legs
    from optimizer.travel import Travel  # noqa: PLC0415  (numba; only where roads are drawn)

    travel = Travel(roads, settings.travel)
    return lambda plan: route_legs(plan, travel.path)


def _routes(
    register: Register,
    stations: list[str],
    first: dt.date,
    last: dt.date,
    legs: Callable[[DayPlan], Any],
) -> gpd.GeoDataFrame:
    rows, lines = [], []
    for number in range((last - first).days + 1):
        date = first + dt.timedelta(days=number)
        for station in stations:
            plan = register.day_plan(station, date)
            if plan is None:
                continue
            ways = legs(plan)
            for route in plan.routes:
                points = np.concatenate(
                    [leg for leg in ways[route.crew_id] if len(leg)] or [NO_LINE]
                )
                if len(points) < 2:
                    continue
                lines.append(shapely.LineString(points))
                rows.append({"station": station, "date": date.isoformat(), **_row(route)})
    return _lines(pd.DataFrame(rows, columns=ROUTE_COLUMNS), lines)


def _row(route: Route) -> dict[str, Any]:
    return {
        "crew": route.crew_id,
        "visits": len(route.stops),
        "travel_s": route.travel_s,
        "distance_m": route.distance_m,
        "start_s": route.start_s,
        "end_s": route.end_s,
    }


def _blocks(
    register: Register, customers: gpd.GeoDataFrame, first: dt.date, last: dt.date
) -> gpd.GeoDataFrame:
    """Blocks as lines through their customers in order; those of one place are left out."""
    visits = register.block_visits(first=first, last=last)
    places = customers.set_index("account_no").geometry.reindex(visits["account_no"])
    visits = visits.assign(x=places.x.to_numpy(), y=places.y.to_numpy()).dropna(subset=["x"])
    sizes = visits.groupby("block")["account_no"].transform("size")
    visits = visits[sizes > 1]
    blocks = register.blocks(first=first, last=last).set_index("block")
    names, owner = np.unique(visits["block"].to_numpy(dtype=object), return_inverse=True)
    order = np.argsort(owner, kind="stable")
    points = visits[["x", "y"]].to_numpy(dtype=np.float64)[order]
    lines: Any = shapely.linestrings(points, indices=owner[order]) if len(points) else []
    return _lines(blocks.loc[names].reset_index(), list(lines))


def _lines(frame: pd.DataFrame, lines: list[Any]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries(lines, crs=4326), crs=4326)
