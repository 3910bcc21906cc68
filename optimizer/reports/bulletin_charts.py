"""The two pictures of a bulletin, as SVG, and what the certificate draws with as well."""

from __future__ import annotations

import datetime as dt
from html import escape
from typing import TYPE_CHECKING, Final

import numpy as np

from optimizer.catalogue.escaping import clean
from optimizer.drawing.canvas import ACCENT, FONT, INK
from optimizer.drawing.frame import Frame, PicturePlane
from optimizer.drawing.lines import crop, path_data
from optimizer.drawing.map_content import RANK_OF_CLASS, Rank
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
SHADES: Final = ("#ffffff", "#b9d9d3", "#4f9d91", ACCENT)
"""How much of an area is visited: nothing, less than half, half and more, all."""
_UNIT_MM: Final = 0.05


def chart(bulletin: Bulletin, texts: Texts) -> str:
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
        lines.append(_steps(days, planned, (first, last), (SOFT, "0.35", "1.2 0.9")))
    visited = course["visited"].to_numpy()[done] / accounts
    end = np.append(days[done], today), np.append(visited, visited[-1:] if visited.size else 0.0)
    lines.append(_steps(*end, (first, last), (ACCENT, "0.8", "")))
    x, y = _x(np.array([today]), (first, last))[0], _y(end[1][-1:])[0]
    mark = f'<circle cx="{x:.2f}" cy="{y:.2f}" r="1" fill="{ACCENT}"/>'
    return svg(CHART_MM, [*_axes(first, last), *lines, mark, *_legend(texts, bool(planned.any()))])


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
    stroke: tuple[str, str, str],
) -> str:
    """A line (colour, width, dash) from nothing on, with no more points than a page has room."""
    days, shares = np.append(span[0], days), np.append(0.0, shares)
    kept = np.unique(np.linspace(0, len(days) - 1, min(len(days), 300)).astype(np.int64))
    points = " ".join(
        f"{x:.2f},{y:.2f}" for x, y in zip(_x(days[kept], span), _y(shares[kept]), strict=True)
    )
    colour, width, dash = stroke
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="{width}"'
        f' stroke-linejoin="round"{dashes}/>'
    )


def _axes(first: int, last: int) -> Iterator[str]:
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        y = float(_y(np.array([share]))[0])
        yield (
            f'<line x1="10" x2="{CHART_MM[0] - 3}" y1="{y:.2f}" y2="{y:.2f}" stroke="#9a9a9a"'
            ' stroke-width="0.15"/>'
        )
        yield label(9, y + 0.9, f"{share:.0%}", anchor="end")
    epoch = dt.date(1970, 1, 1)
    for day in np.linspace(first + 1, last, 4).astype(np.int64).tolist():
        x = float(_x(np.array([day]), (first, last))[0])
        anchor = "start" if day == first + 1 else "end" if day == last else "middle"
        yield label(x, CHART_MM[1] - 2.2, f"{epoch + dt.timedelta(days=day):%Y-%m}", anchor=anchor)


def _legend(texts: Texts, planned: bool) -> Iterator[str]:  # noqa: FBT001
    names = [("course_visited", ACCENT, "0.8", "")]
    if planned:
        names.append(("course_planned", SOFT, "0.35", ' stroke-dasharray="1.2 0.9"'))
    for number, (name, colour, width, dash) in enumerate(names):
        x = 11 + 26 * number
        yield (
            f'<line x1="{x}" x2="{x + 6}" y1="3" y2="3" stroke="{colour}"'
            f' stroke-width="{width}"{dash}/>'
        )
        yield label(x + 7.5, 3.9, texts(f"bulletin.{name}"))


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


def main_roads(roads: Roads, plane: PicturePlane, frame: Frame, width_mm: float) -> Iterator[str]:
    """Main roads within a frame that is drawn `width_mm` wide."""
    main = [name for name, rank in RANK_OF_CLASS.items() if rank <= Rank.COUNTY]
    wanted = {*main, *(f"{name}_link" for name in main)}
    unit_m = _UNIT_MM * frame.width / width_mm
    lines = [
        plane.xy(np.array(points))
        for _, points, _ in roads.named_lines(frame.bounds(plane), wanted)
    ]
    if lines:
        data = path_data(crop(lines, frame, 4 * unit_m), (frame.left, frame.top), unit_m)
        yield (
            f'<path d="{data}" fill="none" transform="scale({_UNIT_MM})" stroke="#b5b5b5"'
            f' stroke-width="{0.3 / _UNIT_MM:g}"/>'
        )


def _dots(mm: NDArray[np.float64], radius: float, colour: str) -> str:
    circles = "".join(f'<circle cx="{x:.2f}" cy="{y:.2f}" r="{radius:.2f}"/>' for x, y in mm)
    return f'<g fill="{colour}" stroke="{INK}" stroke-width="0.12">{circles}</g>' if circles else ""


def station_mark(x: float, y: float, name: str, width_mm: float) -> Iterator[str]:
    """A station's square and name, on the side where a picture of `width_mm` has room."""
    yield (
        f'<rect x="{x - 0.9:.2f}" y="{y - 0.9:.2f}" width="1.8" height="1.8" fill="{INK}"'
        ' stroke="#ffffff" stroke-width="0.3"/>'
    )
    end = x > width_mm - 14
    yield label(
        x - 1.5 if end else x + 1.5, y + 0.8, name, anchor="end" if end else "start", halo=True
    )


def _shade_legend(texts: Texts) -> Iterator[str]:
    for level, colour in enumerate(SHADES):
        x, y = 2 + 23 * level, MAP_MM[1] - 2
        yield (
            f'<circle cx="{x}" cy="{y}" r="1.1" fill="{colour}" stroke="{INK}"'
            ' stroke-width="0.12"/>'
        )
        yield label(x + 2, y + 0.9, texts(f"bulletin.legend_{level}"))


def label(x: float, y: float, text: str, *, anchor: str = "start", halo: bool = False) -> str:
    """A few words at a place, mm; with a halo they can be read over lines."""
    shown = escape(clean(text, 20))
    place = f'x="{x:.2f}" y="{y:.2f}" font-family="{FONT}" font-size="2.6" text-anchor="{anchor}"'
    ring = (
        f'<text {place} fill="#ffffff" stroke="#ffffff" stroke-width="0.7">{shown}</text>'
        if halo
        else ""
    )
    return f'{ring}<text {place} fill="{INK}">{shown}</text>'


def svg(size: tuple[float, float], parts: Iterable[str]) -> str:
    """A picture of a size in mm."""
    width, height = size
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}"'
        f' width="{width:g}mm" height="{height:g}mm">{"".join(parts)}</svg>'
    )
