"""The two pictures of the certificate, as SVG: areas by month on a map, and planned coverage.

Both use one scale of colours, light for the first month and dark for the last, so that the
chart's bars are the map's legend; lightness alone tells months apart on a black and white print.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import shapely

from optimizer.drawing.canvas import ACCENT, INK
from optimizer.drawing.chart_parts import LineStyle, label, legend_line, polyline, share_axis, svg
from optimizer.drawing.frame import Frame, PicturePlane
from optimizer.drawing.overview_map import main_roads, station_mark
from optimizer.model import LonLat

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import geopandas as gpd
    from numpy.typing import NDArray

    from optimizer.campaign import CampaignPlan, Certificate
    from optimizer.catalogue import Texts
    from optimizer.roads import Roads

MAP_MM: Final = (96.0, 92.0)
CHART_MM: Final = (86.0, 92.0)
LEFT, RIGHT, TOP, BOTTOM = 10.0, 2.0, 10.0, 7.0
BARS_SHARE: Final = 0.3
"""How high the longest bar is."""
RAMP: Final = ((244, 236, 178), (127, 191, 150), (37, 128, 130), (40, 62, 110), (36, 20, 60))
DONE: Final = "#d4d4d4"
NO_DAY: Final = "#ffffff"


def months_of(account: Certificate) -> list[str]:
    """Every month of the horizon, YYYY-MM."""
    return [str(month) for month in pd.period_range(account.start, account.finish, freq="M")]


def colours(number: int) -> list[str]:
    """A colour for each of so many months, from light to dark."""
    at = np.linspace(0, len(RAMP) - 1, max(number, 2))[:number]
    stops = np.arange(len(RAMP))
    parts = np.array([np.interp(at, stops, part) for part in zip(*RAMP, strict=True)]).round()
    return [f"#{int(r):02x}{int(g):02x}{int(b):02x}" for r, g, b in parts.T]


# ---- the map -----------------------------------------------------------------------------------


def area_months(campaign: CampaignPlan) -> pd.Series:
    """By area: the month (YYYY-MM) of most of its visits, "" if none is planned, or "done"."""
    month = campaign.blocks.set_index("block")["date"].str[:7]
    visits = campaign.visits.merge(campaign.customers[["account_no", "area"]], on="account_no")
    counted = visits.groupby(["area", visits["block"].map(month)]).size().reset_index(name="visits")
    counted = counted.sort_values(["visits", "block"], ascending=[False, True], kind="stable")
    chosen = counted.drop_duplicates("area").set_index("area")["block"]
    undone = campaign.customers[campaign.customers["code"] != "settled"]
    areas = pd.Index(sorted(set(campaign.customers["area"]) - {""}))
    rest = pd.Series(np.where(areas.isin(undone["area"]), "", "done"), index=areas)
    return chosen.reindex(areas).fillna(rest)


def month_map(
    areas: gpd.GeoDataFrame,
    month: pd.Series,
    months: list[str],
    *,
    stations: Iterable[tuple[str, LonLat]],
    texts: Texts,
    roads: Roads,
) -> str:
    """Areas in the colour of their month; "" without places.

    Parameters
    ----------
    areas
        As of `territories.outlines`.
    month
        As of `area_months`.
    stations
        Name and place of each.
    """
    if areas.empty:
        return ""
    bounds = areas.total_bounds
    plane = PicturePlane(LonLat(*((bounds[:2] + bounds[2:]) / 2).tolist()))
    frame = Frame.around(plane.xy(bounds.reshape(2, 2)), margin=0.03, at_least=2000)
    frame = frame.shaped(MAP_MM[0] / (MAP_MM[1] - 6))
    scale = MAP_MM[0] / frame.width
    origin = np.array([frame.left, frame.top])
    shapes = shapely.transform(
        areas.geometry.to_numpy(object), lambda points: (plane.xy(points) - origin) * scale
    )
    of = month.reindex(areas["area"]).fillna("").to_numpy(str)
    fills = dict(zip(months, colours(len(months)), strict=True)) | {"done": DONE, "": NO_DAY}
    parts = [_shapes(shapes[of == name], colour) for name, colour in fills.items()]
    parts += main_roads(roads, plane, frame, MAP_MM[0])
    for name, place in stations:
        if frame.holds(plane.at(place)):
            x, y = ((plane.at(place) - origin) * scale).tolist()
            parts += station_mark(x, y, name, MAP_MM[0])
    return svg(MAP_MM, [*parts, *_map_legend(set(of.tolist()), texts)])


def _shapes(shapes: NDArray[np.object_], colour: str) -> str:
    """One path of many outlines."""
    rings = [
        "M" + "L".join(f"{x:.2f} {y:.2f}" for x, y in shapely.get_coordinates(ring)[:-1]) + "Z"
        for ring in shapely.get_rings(shapely.simplify(shapes, 0.08))
    ]
    if not rings:
        return ""
    return f'<path d="{"".join(rings)}" fill="{colour}" stroke="{INK}" stroke-width="0.08"/>'


def _map_legend(found: set[str], texts: Texts) -> Iterator[str]:
    """Only what the chart's bars do not tell."""
    kinds = [("map_done", DONE, "done"), ("map_none", NO_DAY, "")]
    for number, (name, colour, _) in enumerate(kind for kind in kinds if kind[2] in found):
        x, y = 2 + 23 * number, MAP_MM[1] - 3
        yield (
            f'<rect x="{x}" y="{y - 1.2}" width="2.4" height="2.4" fill="{colour}"'
            f' stroke="{INK}" stroke-width="0.12"/>'
        )
        yield label(x + 3.6, y + 0.9, texts(f"certificate.{name}"))


# ---- the chart ---------------------------------------------------------------------------------


def course_chart(account: Certificate, texts: Texts) -> str:
    """Share of all customers who are done or planned, month after month, over bars of visits."""
    months = months_of(account)
    visits = pd.Series({month["month"]: month["visits"] for month in account.months}, dtype="int64")
    visits = visits.reindex(months, fill_value=0)
    done = account.settled + np.concatenate(([0], visits.cumsum().to_numpy()))
    shares = done / max(account.customers, 1)
    known = len(months)
    if account.forecast_from is not None:
        known = months.index(f"{account.forecast_from:%Y-%m}")
    parts = [*_axes(months), *_bars(visits.to_numpy(), months)]
    parts += [_line(shares, 0, known, ""), _line(shares, known, len(months), "1.4 0.9")]
    most = int(visits.max()) if len(visits) else 0
    return svg(CHART_MM, [*parts, *_course_legend(texts, most, forecast=known < len(months))])


def _x(month: float, months: int) -> float:
    return LEFT + month / max(months, 1) * (CHART_MM[0] - LEFT - RIGHT)


def _y(share: float) -> float:
    return CHART_MM[1] - BOTTOM - share * (CHART_MM[1] - TOP - BOTTOM)


def _line(shares: NDArray[np.float64], first: int, last: int, dash: str) -> str:
    if last <= first:
        return ""
    points = ((_x(i, len(shares) - 1), _y(shares[i])) for i in range(first, last + 1))
    return polyline(points, LineStyle(ACCENT, 0.7, dash))


def _bars(visits: NDArray[np.int64], months: list[str]) -> Iterator[str]:
    most = max(int(visits.max()) if len(visits) else 0, 1)
    for i, (number, colour) in enumerate(zip(visits, colours(len(months)), strict=True)):
        left, top = _x(i + 0.1, len(months)), _y(BARS_SHARE * number / most)
        yield (
            f'<rect x="{left:.2f}" y="{top:.2f}" width="{_x(i + 0.9, len(months)) - left:.2f}"'
            f' height="{_y(0) - top:.2f}" fill="{colour}" stroke="{INK}" stroke-width="0.08"/>'
        )


def _axes(months: list[str]) -> Iterator[str]:
    yield from share_axis(LEFT, CHART_MM[0] - RIGHT, _y)
    ends = {0: "start", (len(months) - 1) // 2: "middle", len(months) - 1: "end"}
    for month, anchor in ends.items():
        shift = {"start": 0.0, "middle": 0.5, "end": 1.0}[anchor]
        yield label(_x(month + shift, len(months)), CHART_MM[1] - 3, months[month], anchor=anchor)


def _course_legend(texts: Texts, most: int, *, forecast: bool) -> Iterator[str]:
    names = [("course_line", ""), *([("course_forecast", "1.4 0.9")] if forecast else [])]
    for number, (name, dash) in enumerate(names):
        x = LEFT + 26 * number
        yield from legend_line(x, 2, texts(f"certificate.{name}"), LineStyle(ACCENT, 0.7, dash))
    for number, colour in enumerate(colours(5)):
        yield f'<rect x="{LEFT + 1.2 * number}" y="5" width="1.2" height="2" fill="{colour}"/>'
    yield label(LEFT + 7.5, 6.9, texts("certificate.course_bars", most=most))
