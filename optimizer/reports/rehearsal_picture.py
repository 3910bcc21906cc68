"""The picture of a rehearsal, as SVG: the share visited day by day, with the band of most lives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from optimizer.atomic_files import write_whole
from optimizer.drawing.canvas import ACCENT
from optimizer.drawing.chart_parts import LineStyle, label, legend_line, polyline, share_axis, svg

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from optimizer.catalogue import Texts
    from optimizer.forecast.rehearsal import Rehearsal

SIZE_MM: Final = (180.0, 100.0)
LEFT, RIGHT, TOP, BOTTOM = 12.0, 6.0, 9.0, 8.0
BAND: Final = "#b9d9d3"
MIDDLE: Final = LineStyle(ACCENT, 0.7)
ASKED: Final = LineStyle("#9c3b00", 0.35, "1.4 0.9")
_POINTS: Final = 200


def rehearsal_svg(rehearsal: Rehearsal, texts: Texts) -> str:
    """The picture."""
    course = rehearsal.played.course
    kept = np.unique(np.linspace(0, len(course) - 1, min(len(course), _POINTS)).astype(int))
    days = [course[place] for place in kept.tolist()]
    xs = [_x(place, len(course)) for place in kept.tolist()]
    low, middle, high = ([_y(day[column]) for day in days] for column in (1, 2, 3))
    asked = _y(rehearsal.share / 100)
    parts = [
        _band(xs, low, high),
        *share_axis(LEFT, SIZE_MM[0] - RIGHT, _y),
        polyline([(LEFT, asked), (SIZE_MM[0] - RIGHT, asked)], ASKED),
        polyline(zip(xs, middle, strict=True), MIDDLE),
        *_months(rehearsal),
        *legend_line(LEFT, 4, texts("rehearsal.picture_visited"), MIDDLE),
        *legend_line(LEFT + 90, 4, texts("rehearsal.picture_share", share=rehearsal.share), ASKED),
    ]
    return svg(SIZE_MM, parts)


def write_rehearsal(rehearsal: Rehearsal, path: Path, texts: Texts) -> Path:
    """Write the picture.

    Raises
    ------
    CampaignError
        The file cannot be written.
    """
    return write_whole(path, rehearsal_svg(rehearsal, texts))


def _x(place: int, days: int) -> float:
    return LEFT + place / max(1, days - 1) * (SIZE_MM[0] - LEFT - RIGHT)


def _y(share: float) -> float:
    return SIZE_MM[1] - BOTTOM - share * (SIZE_MM[1] - TOP - BOTTOM)


def _band(xs: Sequence[float], low: Sequence[float], high: Sequence[float]) -> str:
    """The area between two lines."""
    there = list(zip(xs, high, strict=True))
    back = list(zip(reversed(xs), reversed(low), strict=True))
    points = " ".join(f"{x:.2f},{y:.2f}" for x, y in [*there, *back])
    return f'<polygon points="{points}" fill="{BAND}"/>'


def _months(rehearsal: Rehearsal) -> Iterator[str]:
    """The months at five places of the axis."""
    course = rehearsal.played.course
    places = np.linspace(0, len(course) - 1, 5).astype(int).tolist()
    for place, anchor in zip(places, ("start", "middle", "middle", "middle", "end"), strict=True):
        x = _x(place, len(course))
        yield label(x, SIZE_MM[1] - 2.5, f"{course[place][0]:%Y-%m}", anchor=anchor)
