"""Outlines of areas, crews' territories and stations' territories, for maps and GIS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from optimizer.atomic_files import write_layers

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.roads import Roads

_MARGIN_M = 40.0
"""Outlines go around the houses at this distance."""
_GAP_M = 120.0
"""Gaps between areas of one territory that are narrower are closed."""
_HULL_RATIO = 0.3


class Outlines(NamedTuple):
    """Polygons in WGS-84.

    Attributes
    ----------
    areas
        area, station, crew, customers, geometry.
    crews
        crew, station, areas, customers, geometry.
    stations
        station, areas, customers, geometry.
    """

    areas: gpd.GeoDataFrame
    crews: gpd.GeoDataFrame
    stations: gpd.GeoDataFrame


def outlines(placed: pd.DataFrame, areas: pd.DataFrame, roads: Roads) -> Outlines:
    """Outlines around the houses of territories; `placed` are their customers."""
    known = placed[(placed["area"] != "") & placed["lon"].notna()]
    names, of = np.unique(known["area"].to_numpy(str), return_inverse=True)
    x, y = roads.plane.xy(known["lon"].to_numpy(), known["lat"].to_numpy())
    order = np.argsort(of, kind="stable")
    houses = shapely.multipoints(np.column_stack([x, y])[order], indices=of[order])
    hulls = shapely.concave_hull(houses, ratio=_HULL_RATIO)
    shapes: Any = shapely.buffer(hulls, _MARGIN_M, quad_segs=3)
    size = pd.DataFrame({"area": names, "customers": np.bincount(of, minlength=len(names))})
    table = size.merge(areas[["area", "station", "crew"]], on="area", how="left")
    flat = table.assign(shape=shapes)
    crews = flat[flat["crew"] != ""]
    return Outlines(
        areas=_frame(flat[["area", "station", "crew", "customers", "shape"]], roads),
        crews=_frame(_dissolve(crews, ["crew", "station"]), roads),
        stations=_frame(_dissolve(flat[flat["station"] != ""], ["station"]), roads),
    )


def write_outlines(layers: Outlines, path: Path) -> None:
    """Write the three layers areas, crews and stations into a GeoPackage, anew.

    Raises
    ------
    CampaignError
        The file, or its folder, cannot be written.
    """
    write_layers(path, layers._asdict().items())


def _dissolve(areas: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """One shape, with its gaps closed, and counts for each territory."""
    rows = []
    for key, group in areas.groupby(by, sort=True):
        wide = shapely.union_all(shapely.buffer(group["shape"].to_numpy(), _GAP_M, quad_segs=3))
        shape = shapely.buffer(wide, -_GAP_M, quad_segs=3)
        rows.append((*key, len(group), int(group["customers"].sum()), shape))
    return pd.DataFrame(rows, columns=[*by, "areas", "customers", "shape"])


def _frame(table: pd.DataFrame, roads: Roads) -> gpd.GeoDataFrame:
    def to_degrees(points: np.ndarray) -> np.ndarray:
        return np.column_stack(roads.plane.lonlat(points[:, 0], points[:, 1]))

    shapes = shapely.transform(table["shape"].to_numpy(object), to_degrees)
    return gpd.GeoDataFrame(table.drop(columns="shape"), geometry=shapes, crs="EPSG:4326")
