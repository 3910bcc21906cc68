"""The ground under every map: where it is, what is named on it, which tiles may lie beneath."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from optimizer.catalogue.escaping import clean
from optimizer.datum import from_wgs84
from optimizer.drawing.frame import Frame
from optimizer.drawing.map_content import PLACE_RANK
from optimizer.geometry import DEGREE_M, parallel_degree_m
from optimizer.maps.html_page import OfflineMap
from optimizer.maps.tiles import tile_source

if TYPE_CHECKING:
    from optimizer.drawing.map_content import Drawing
    from optimizer.drawing.route_map import MapSubject
    from optimizer.maps.static_map import StaticMap
    from optimizer.model import LonLat
    from optimizer.settings import PhoneSettings

SPREAD_M = 1500
"""Names of places so far around the way are on the map."""
MOST_NAMES = 150
"""At most so many names, those of towns and villages before those of hamlets."""


def empty_map(centre: LonLat, phone: PhoneSettings) -> OfflineMap:
    """Folium's map, with nothing on it but the tiles that the settings ask for."""
    offline_map = OfflineMap(
        location=[centre.lat, centre.lon],
        tiles=None,
        zoom_start=14,
        max_zoom=19,
        zoom_control=False,
        double_click_zoom=False,
        zoom_snap=0.25,
        bounce_at_zoom_limits=False,
    )
    tiles = tile_source(phone)
    if tiles is not None:
        tiles.add_to(offline_map)
    return offline_map


def image_hosts(phone: PhoneSettings) -> str:
    """Where tiles come from; empty without tiles."""
    tiles = tile_source(phone)
    return "" if tiles is None else tiles.hosts


def surroundings(
    drawing: Drawing, subject: MapSubject, still: StaticMap, phone: PhoneSettings
) -> dict[str, Any]:
    """What a page's script needs to draw the ground."""
    centre, tiles = drawing.centre, tile_source(phone)
    return {
        "home": point(subject.station),
        "places": _places(drawing, subject),
        "view": _view(subject),
        "plane": {
            "lon": centre.lon,
            "lat": centre.lat,
            "east": still.unit_m / parallel_degree_m(centre.lat),
            "south": still.unit_m / DEGREE_M,
        },
        "shift": None if tiles is None or not tiles.shifted else _shift(drawing, subject),
        "credit": escape(clean(phone.credit, 80)),
    }


def point(place: LonLat | None) -> dict[str, float | None]:
    """A position for JSON, to a tenth of a metre."""
    if place is None:
        return {"lon": None, "lat": None}
    return {"lon": round(place.lon, 6), "lat": round(place.lat, 6)}


def _places(drawing: Drawing, subject: MapSubject) -> list[dict[str, Any]]:
    """Names along the way."""
    plane = drawing.plane
    legs = [leg for leg in subject.legs if len(leg)]
    points = np.array([subject.station, *(place for _, place in subject.stops)])
    frame = Frame.around(plane.xy(np.concatenate([points, *legs])), margin=0).grown(SPREAD_M)
    shown = [place for place in drawing.places if frame.holds(plane.at(place.at))]
    shown.sort(key=lambda place: PLACE_RANK.get(place.kind, 3))
    return [
        {
            "name": clean(place.name, 16),
            **point(place.at),
            "rank": min(PLACE_RANK.get(place.kind, 3), 2),
        }
        for place in shown[:MOST_NAMES]
    ]


def _view(subject: MapSubject) -> list[list[float]]:
    """Two corners of what the map shows first: the stops."""
    points = np.array([place for _, place in subject.stops] or [subject.station])
    low, high = points.min(axis=0) - 0.001, points.max(axis=0) + 0.001
    return [low.round(5).tolist(), high.round(5).tolist()]


def _shift(drawing: Drawing, subject: MapSubject, side: int = 6) -> dict[str, Any]:
    """How far GCJ-02 lies off on a grid; between its knots it is linear to less than a metre."""
    points = np.array([subject.station, *(place for _, place in subject.stops)])
    west, south, east, north = Frame.around(
        drawing.plane.xy(points), margin=0.3, at_least=2000
    ).bounds(drawing.plane)
    lat, lon = (
        grid.ravel()
        for grid in np.meshgrid(
            np.linspace(south, north, side), np.linspace(west, east, side), indexing="ij"
        )
    )
    shifted_lon, shifted_lat = from_wgs84(lon, lat, "gcj02")
    return {
        "west": west,
        "south": south,
        "east": east,
        "north": north,
        "side": side,
        "lon": (shifted_lon - lon).round(8).tolist(),
        "lat": (shifted_lat - lat).round(8).tolist(),
    }
