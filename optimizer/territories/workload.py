"""The workload of areas before districting: where they lie, how much work, which ones touch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import cKDTree

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from optimizer.roads import Attachment
    from optimizer.settings import Settings
    from optimizer.travel import Travel

    Floats = NDArray[np.float64]
    Longs = NDArray[np.int64]

_TOUR_DETOUR = 1.3
"""Legs of a tour by distances to the nearest neighbour."""
_KPH_BETWEEN_DOORS = 20.0


@dataclass(frozen=True)
class Workload:
    """Where the areas lie, what work they hold and which of them touch.

    Attributes
    ----------
    area
        Number of the area of each located customer.
    node, lon, lat
        The median of an area's customers, and the node of the customer nearest to it; NaN and
        -1 for areas without located customers.
    inside_s
        Seconds of service and of travel between doors.
    size
        Located customers.
    borders
        Pairs of areas that touch along the roads, shape (pairs, 2), each pair once.
    """

    area: Longs
    node: Longs
    lon: Floats
    lat: Floats
    inside_s: Floats
    size: Longs
    borders: Longs


def area_workloads(
    area: Longs, areas: int, places: Attachment, service_s: Floats, travel: Travel
) -> Workload:
    """Measure areas by their located customers.

    Parameters
    ----------
    area
        Number of the area of each of these customers.
    areas
        How many areas there are, those without customers included.
    """
    doors = travel.doors(places)
    lon, lat = medians(area, areas, places.lon), medians(area, areas, places.lat)
    x, y = travel.roads.plane.xy(lon, lat)
    off_m = np.hypot(doors.x - x[area], doors.y - y[area])
    node = np.full(areas, -1, dtype=np.int64)
    farthest_first = np.lexsort((places.node, -off_m))
    node[area[farthest_first]] = places.node[farthest_first]
    approach_s = _approach_seconds(area, doors.x, doors.y, doors.access_s, travel)
    return Workload(
        area=area,
        node=node,
        lon=lon,
        lat=lat,
        inside_s=np.bincount(area, weights=service_s + approach_s, minlength=areas).astype(float),
        size=np.bincount(area, minlength=areas),
        borders=_borders(area, places.node, travel),
    )


def medians(group: Longs, groups: int, values: Floats) -> Floats:
    """The median of each group, NaN for empty ones."""
    order = np.lexsort((values, group))
    count = np.bincount(group, minlength=groups)
    first = np.cumsum(count) - count
    found = np.full(groups, np.nan)
    some = count > 0
    low = values[order][first[some] + (count[some] - 1) // 2]
    high = values[order][first[some] + count[some] // 2]
    found[some] = (low + high) / 2
    return found


def service_seconds(customers: pd.DataFrame, settings: Settings) -> Floats:
    """Seconds at each door, introduction included."""
    visit, given = settings.visit, customers["service_min"].to_numpy(dtype=float)
    visits_s = map(visit.service_s, customers["kind"], given.tolist())
    return np.fromiter(visits_s, np.float64, len(customers)) + visit.setup_s


def crew_days(inside_s: Floats, ride_s: Floats, settings: Settings) -> Floats:
    """Days of work of an area: a day's shift less lunch, reserve and the way there and back."""
    shift = settings.shift
    day_s = (shift.end - shift.start - 60 * shift.lunch_min) * (1 - settings.blocks.reserve_share)
    useful_s = np.maximum(day_s - 2 * ride_s, day_s / 4)
    days: Floats = inside_s / useful_s
    return days


def _approach_seconds(
    area: Longs, x: Floats, y: Floats, access_s: Floats, travel: Travel
) -> Floats:
    """Estimated travel from the previous door, by the distance of the nearest in the area."""
    order = np.argsort(area, kind="stable")
    crow_m = np.zeros(len(area))
    for members in np.split(order, np.flatnonzero(np.diff(area[order])) + 1):
        if len(members) > 1:
            points = np.column_stack([x[members], y[members]])
            crow_m[members] = np.asarray(cKDTree(points).query(points, k=2)[0])[:, 1]
    crow_m *= _TOUR_DETOUR
    settings = travel.settings
    walked_s = 2 * crow_m * travel.walk_s_per_m
    ridden_s = 2 * access_s + settings.parking_s
    ridden_s += crow_m * settings.walk_detour / (_KPH_BETWEEN_DOORS / 3.6)
    legs: Floats = np.minimum(walked_s, ridden_s)
    return legs


def _borders(area: Longs, node: NDArray[np.int32], travel: Travel) -> Longs:
    """Pairs of areas that meet on a road if every node belongs to the area nearest to it."""
    roads = travel.roads
    if not len(node):
        return np.zeros((0, 2), dtype=np.int64)
    pairs = np.unique(np.column_stack([node, area]), axis=0)
    nodes, first = np.unique(pairs[:, 0], return_index=True)
    # at a node with customers of several areas the first speaks for it, and all of them touch
    chosen = pairs[first, 1]
    label = chosen[travel.nearest(nodes).source]
    here = np.column_stack([chosen[np.searchsorted(nodes, pairs[:, 0])], pairs[:, 1]])
    along = np.column_stack([label[roads.edge_from], label[roads.edge_to]])
    touching = np.sort(np.concatenate([here, along]), axis=1)
    return np.unique(touching[touching[:, 0] != touching[:, 1]], axis=0)
