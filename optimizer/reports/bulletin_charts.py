"""The two pictures of a bulletin, as SVG: the course of its coverage, and its areas on a map."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

import numpy as np

from optimizer.drawing.canvas import ACCENT, INK
from optimizer.drawing.chart_parts import LineStyle, label, legend_line, polyline, share_axis, svg
from optimizer.drawing.frame import Frame, PicturePlane
from optimizer.drawing.overview_map import main_roads, station_mark
from optimizer.model import LonLat

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from optimizer.catalogue import Texts
    from optimizer.reports.statistics import Bulletin
    from optimizer.roads import Roads

CHART_MM: Final = (90.0, 66.0)
MAP_MM: Final = (94.0, 66.0)
SOFT: Final = "#5c5c5c"
VISITED: Final = LineStyle(ACCENT, 0.8)
PLANNED: Final = LineStyle(SOFT, 0.35, "1.2 0.9")
SHADES: Final = ("#ffffff", "#b9d9d3", "#4f9d91", ACCENT)
"""How much of an area is visited: nothing, less than half, half and more, all."""


def course_chart(bulletin: Bulletin, texts: Texts) -> str:
    """Share of all accounts visited, and planned to be, day after day; "" without any."""
    course, accounts = bulletin.course, bulletin.accounts
    if course.empty or not accounts:
        return ""
    days = np.array(course["date"].tolist(), dtype="datetime64[D]").astype(np.int64)
    today = np.datetime64(bulletin.period.last, "D").astype(np.int64)
    first, last = int(days.min()) - 1, max(int(days.max()), int(today))
    done = days <= today
    lines = []
    planned = course["planned"].to_numpy() / accounts
    if planned.any():
        lines.append(_steps(days, planned, (first, last), PLANNED))
    visited = course["visited"].to_numpy()[done] / accounts
    end = np.append(days[done], today), np.append(visited, visited[-1:] if visited.size else 0.0)
    lines.append(_steps(*end, (first, last), VISITED))
    x, y = _x(np.array([today]), (first, last))[0], _y(end[1][-1:])[0]
    mark = f'<circle cx="{x:.2f}" cy="{y:.2f}" r="1" fill="{ACCENT}"/>'
    return svg(
        CHART_MM, [*_axes(first, last), *lines, mark, *_legend(texts, planned=bool(planned.any()))]
    )


def _x(days: NDArray[np.int64], span: tuple[int, int]) -> NDArray[np.float64]:
    result: NDArray[np.float64] = 10 + (days - span[0]) / max(span[1] - span[0], 1) * (
        CHART_MM[0] - 13
    )
    return result


def _y(shares: NDArray[np.float64]) -> NDArray[np.float64]:
    result: NDArray[np.float64] = CHART_MM[1] - 6 - shares * (CHART_MM[1] - 13)
    return result


def _steps(
    days: NDArray[np.int64],
    shares: NDArray[np.float64],
    span: tuple[int, int],
    style: LineStyle,
) -> str:
    """A line from nothing on, with no more points than a page has room."""
    days, shares = np.append(span[0], days), np.append(0.0, shares)
    kept = np.unique(np.linspace(0, len(days) - 1, min(len(days), 300)).astype(np.int64))
    points = zip(_x(days[kept], span).tolist(), _y(shares[kept]).tolist(), strict=True)
    return polyline(points, style)


def _axes(first: int, last: int) -> Iterator[str]:
    yield from share_axis(10, CHART_MM[0] - 3, lambda share: float(_y(np.array([share]))[0]))
    epoch = dt.date(1970, 1, 1)
    for day in np.linspace(first + 1, last, 4).astype(np.int64).tolist():
        x = float(_x(np.array([day]), (first, last))[0])
        anchor = "start" if day == first + 1 else "end" if day == last else "middle"
        yield label(x, CHART_MM[1] - 2.2, f"{epoch + dt.timedelta(days=day):%Y-%m}", anchor=anchor)


def _legend(texts: Texts, *, planned: bool) -> Iterator[str]:
    styles = {"course_visited": VISITED, **({"course_planned": PLANNED} if planned else {})}
    for number, (name, style) in enumerate(styles.items()):
        yield from legend_line(11 + 26 * number, 3, texts(f"bulletin.{name}"), style)


# ---- the map -----------------------------------------------------------------------------------


def area_map(
    bulletin: Bulletin, stations: Iterable[tuple[str, LonLat]], texts: Texts, roads: Roads | None
) -> str:
    """Transformer areas as dots, the darker the more of them is visited; "" without places.

    Parameters
    ----------
    stations
        Name and place of each.
    roads
        Main roads are drawn for orientation, if there are any.
    """
    areas = bulletin.areas.dropna(subset=["lon", "lat"])
    if areas.empty:
        return ""
    points = areas[["lon", "lat"]].to_numpy(dtype=np.float64)
    plane = PicturePlane(LonLat(*np.median(points, axis=0).tolist()))
    xy = plane.xy(points)
    frame = Frame.around(xy, margin=0.05, at_least=2000).shaped(MAP_MM[0] / (MAP_MM[1] - 6))
    scale = MAP_MM[0] / frame.width
    share = areas["visited"].to_numpy() / np.maximum(areas["accounts"].to_numpy(), 1)
    shade = np.where(share >= 1, 3, np.where(share >= 0.5, 2, np.where(share > 0, 1, 0)))
    parts = [] if roads is None else [*main_roads(roads, plane, frame, MAP_MM[0])]
    radius = float(np.clip(14 / np.sqrt(len(areas)), 0.45, 1.6))
    parts += [
        _dots((xy[shade == level] - [frame.left, frame.top]) * scale, radius, colour)
        for level, colour in enumerate(SHADES)
    ]
    for name, place in stations:
        x, y = ((plane.at(place) - np.array([frame.left, frame.top])) * scale).tolist()
        if 0 <= x <= MAP_MM[0] and 0 <= y <= MAP_MM[1] - 6:
            parts += station_mark(x, y, name, MAP_MM[0])
    return svg(MAP_MM, [*parts, *_shade_legend(texts)])


def _dots(mm: NDArray[np.float64], radius: float, colour: str) -> str:
    circles = "".join(f'<circle cx="{x:.2f}" cy="{y:.2f}" r="{radius:.2f}"/>' for x, y in mm)
    return f'<g fill="{colour}" stroke="{INK}" stroke-width="0.12">{circles}</g>' if circles else ""


def _shade_legend(texts: Texts) -> Iterator[str]:
    for level, colour in enumerate(SHADES):
        x, y = 2 + 23 * level, MAP_MM[1] - 2
        yield (
            f'<circle cx="{x}" cy="{y}" r="1.1" fill="{colour}" stroke="{INK}"'
            ' stroke-width="0.12"/>'
        )
        yield label(x + 2, y + 0.9, texts(f"bulletin.legend_{level}"))
