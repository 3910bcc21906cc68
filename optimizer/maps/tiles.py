"""Tiles beneath the map, for those who have a network and want them: a setting, off by default."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import folium  # noqa: TID251  (this is the room behind which it lives)

if TYPE_CHECKING:
    from optimizer.maps.html_page import OfflineMap
    from optimizer.settings import PhoneSettings


@dataclass(frozen=True, slots=True)
class Tiles:
    """A source of tiles.

    Attributes
    ----------
    hosts
        Where they come from, as a content security policy names them.
    shifted
        Whether they are in GCJ-02, so that what is drawn on them must be too.
    """

    url: str
    subdomains: str
    hosts: str
    credit: str
    shifted: bool
    max_native_zoom: int = 18

    def add_to(self, offline_map: OfflineMap) -> None:
        """Put the layer beneath everything else of a map."""
        layer = folium.TileLayer(
            tiles=self.url,
            attr=self.credit,
            subdomains=self.subdomains,
            max_native_zoom=self.max_native_zoom,
            max_zoom=19,
        )
        layer._id = "tiles"  # noqa: SLF001  (folium would take a random one)
        offline_map.add_child(layer, name="tiles")


def tile_source(phone: PhoneSettings) -> Tiles | None:
    """The source that the settings name, if any."""
    key = phone.tianditu_key
    return {
        "amap": Tiles(
            "https://webrd0{s}.is.autonavi.com/appmaptile?lang=zh_cn&size=1&scale=1&style=8"
            "&x={x}&y={y}&z={z}",
            "1234",
            "https://*.is.autonavi.com",
            "© 高德地图",
            shifted=True,
        ),
        "tianditu": Tiles(
            "https://t{s}.tianditu.gov.cn/vec_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0"
            "&LAYER=vec&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles&TILEMATRIX={z}&TILEROW={y}"
            f"&TILECOL={{x}}&tk={key}",
            "01234567",
            "https://*.tianditu.gov.cn",
            "© 天地图",
            shifted=False,
        ),
        "osm": Tiles(
            "https://tile.openstreetmap.org/{z}/{x}/{y}.png",
            "",
            "https://tile.openstreetmap.org",
            "© OpenStreetMap",
            shifted=False,
        ),
    }.get(phone.tiles)
