"""Links that open a navigation app at a door, each in the datum that the app expects.

AMap and Tencent take GCJ-02, Baidu BD-09, ``geo:`` WGS-84. A link carries a position and the
stop's number at most, never a customer's name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from optimizer.datum import from_wgs84

if TYPE_CHECKING:
    from optimizer.model import LonLat

App = Literal["amap", "baidu", "tencent", "geo"]
APPS: tuple[App, ...] = ("amap", "baidu", "tencent", "geo")
DATUM_OF: dict[App, str] = {
    "amap": "gcj02",
    "baidu": "bd09",
    "tencent": "gcj02",
    "geo": "wgs84",
}


def navigation_link(app: App, place: LonLat, label: str = "") -> str:
    """The link that opens an app with the way to a place.

    Parameters
    ----------
    label
        What the app calls the place, such as the stop's number; ASCII.
    """
    lon, lat = (float(x) for x in from_wgs84(place.lon, place.lat, DATUM_OF[app]))
    point = f"{lat:.6f},{lon:.6f}"
    match app:
        case "amap":
            name = f",{label}" if label else ""
            to = f"{lon:.6f},{lat:.6f}{name}"
            # So short that the small code of a sheet has few and large squares.
            return f"https://uri.amap.com/navigation?to={to}&mode=ride&callnative=1"
        case "baidu":
            # A marker, since directions on Baidu's pages ask for a start; it says BD-09 outright.
            return (
                f"https://api.map.baidu.com/marker?location={point}&title={label or 1}"
                f"&content={label or 1}&coord_type=bd09ll&output=html&src=zoufang"
            )
        case "tencent":
            return (
                f"https://apis.map.qq.com/uri/v1/routeplan?type=bike&to={label or 1}"
                f"&tocoord={point}&policy=0&referer=zoufang"
            )
        case "geo":
            return f"geo:{point}?q={point}"
