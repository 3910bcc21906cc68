"""A street network one can add up: nine crossings 900 m apart, ridden at 10 m a second.

::

    7 ── 8 ── 9        900 m are 90 s at 36 km/h
    │    │    │        point(x, y) is x and y metres east and north of crossing 1
    4 ── 5 ── 6
    │    │    │
    1 ── 2 ── 3
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

from optimizer.model import LonLat
from optimizer.roads import Roads, read_roads
from optimizer.settings import TravelSettings

if TYPE_CHECKING:
    from pathlib import Path

STEP_M = 900
EARTH_M = 6_371_008.8
LON, LAT = 113.5, 27.65
SETTINGS = TravelSettings(
    speed_kph={"tertiary": 36, "path": 7.2, "track": 18, "motorway": 72},
    approach_kph=18,
    parking_s=60,
    walk_kph=3.6,
    walk_detour=1.5,
    spacing_m=100,
    max_walk_m=1000,
)


def point(x: float, y: float) -> LonLat:
    """The place x and y metres east and north of crossing 1."""
    parallel_m = EARTH_M * math.cos(math.radians(LAT))
    # a hair less, so that a street of 900 m is never a millimetre longer
    return LonLat(
        LON + math.degrees(0.9999 * x / parallel_m), LAT + math.degrees(0.9999 * y / EARTH_M)
    )


CROSSINGS = {
    1 + column + 3 * row: point(STEP_M * column, STEP_M * row)
    for row in range(3)
    for column in range(3)
}
STREETS = [[1, 2, 3], [4, 5, 6], [7, 8, 9], [1, 4, 7], [2, 5, 8], [3, 6, 9]]


def way(
    refs: list[int], highway: str = "tertiary", **tags: str
) -> tuple[list[int], dict[str, str]]:
    """One way; a tag's colon is written as two underscores."""
    named = {key.replace("__", ":"): value for key, value in tags.items()}
    return refs, {"highway": highway, **named}


GRID = [way(street) for street in STREETS]


def write_osm(
    path: Path,
    ways: list[tuple[list[int], dict[str, str]]],
    nodes: dict[int, LonLat] | None = None,
    places: dict[str, LonLat] | None = None,
) -> Path:
    """An OpenStreetMap file of the crossings, more nodes, and ways."""
    rows = ['<?xml version="1.0"?>', '<osm version="0.6">']
    for ref, (lon, lat) in {**CROSSINGS, **(nodes or {})}.items():
        rows.append(f'<node id="{ref}" lon="{lon:.7f}" lat="{lat:.7f}" version="1"/>')
    for number, (name, (lon, lat)) in enumerate((places or {}).items()):
        rows.append(
            f'<node id="{10_000 + number}" lon="{lon:.7f}" lat="{lat:.7f}" version="1">'
            f'<tag k="place" v="village"/><tag k="name" v={quoteattr(name)}/></node>'
        )
    for number, (refs, tags) in enumerate(ways):
        inner = "".join(f'<nd ref="{ref}"/>' for ref in refs)
        inner += "".join(f'<tag k="{k}" v={quoteattr(v)}/>' for k, v in tags.items())
        rows.append(f'<way id="{number + 1}" version="1">{inner}</way>')
    path.write_text("\n".join([*rows, "</osm>"]), encoding="utf-8")
    return path


def grid(
    folder: Path,
    *more: tuple[list[int], dict[str, str]],
    nodes: dict[int, LonLat] | None = None,
    settings: TravelSettings = SETTINGS,
) -> Roads:
    """The nine crossings' network with some more ways."""
    return read_roads(write_osm(folder / "grid.osm", [*GRID, *more], nodes), settings)


def node_at(roads: Roads, place: LonLat) -> int:
    """The network's node at a place, which must have one."""
    x, y = roads.plane.xy(roads.node_lon, roads.node_lat)
    x0, y0 = roads.plane.xy(*place)
    distance = (x - x0) ** 2 + (y - y0) ** 2
    assert distance.min() < 1
    return int(distance.argmin())
