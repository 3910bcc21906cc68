"""The street network of a county: read, cut to size, kept beside the campaign.

`read_roads` and `download_roads` build it once; `load_roads` brings it back in a fraction of a
second. Inside it every node reaches every other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.geometry import Plane
from optimizer.roads.lines import Place
from optimizer.roads.network import Attachment, CutOff, Roads, RoadsReport, load_roads

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from optimizer.settings import TravelSettings

__all__ = [
    "Attachment",
    "CutOff",
    "Place",
    "Plane",
    "Roads",
    "RoadsReport",
    "download_roads",
    "load_roads",
    "read_roads",
]


def read_roads(
    path: Path, settings: TravelSettings, progress: Callable[[int, int], None] | None = None
) -> Roads:
    """The network of an OpenStreetMap file (.osm.pbf, .osm, .osm.gz, .osm.bz2) or OSMnx GraphML.

    Raises
    ------
    RoadsError
        The file is missing, of another kind, broken, or has no usable road.
    """
    # OSMnx takes a second to import, and only those who build a network need it
    from optimizer.roads import build  # noqa: PLC0415

    return build.read_roads(path, settings, progress)


def download_roads(
    place: str, settings: TravelSettings, progress: Callable[[int, int], None] | None = None
) -> Roads:
    """The network of a named place, from OpenStreetMap's servers.

    Raises
    ------
    RoadsError
        There is no network or no such place; the message tells how to use a file.
    """
    from optimizer.roads import build  # noqa: PLC0415

    return build.download_roads(place, settings, progress)
