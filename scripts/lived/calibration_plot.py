"""How far each month's forecast was from what came, over stations and seeds, as SVG."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from lived.measures import MONTH, finish_of, held, off
from optimizer.drawing.canvas import ACCENT, INK
from optimizer.drawing.chart_parts import LineStyle, label, polyline, svg

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lived.life import Life

SIZE_MM: Final = (170.0, 80.0)
LEFT, RIGHT, TOP, BOTTOM = 14.0, 4.0, 8.0, 10.0
MOST: Final = 0.15
"""The axis ends at so large an error."""
RIGHT_BY: Final = 0.05


class Judged(NamedTuple):
    """A forecast: month of the campaign, error by the campaign's length, whether its range held."""

    station: str
    month: float
    error: float
    held: bool


def judged(life: Life) -> list[Judged]:
    """Every forecast that was told before its finish came."""
    finish = {told.station: finish_of(life, told.station) for told in life.diary.forecasts}
    return [
        Judged(
            told.station,
            (told.day - life.days[0]).days / MONTH,
            off(told, finish[told.station], life),
            held(told, finish[told.station]),
        )
        for told in life.diary.forecasts
        if told.day < finish[told.station]
    ]


def calibration_svg(rows: Sequence[Judged]) -> str:
    """Errors by month: the county's as dots, the stations' as rings; those outside their range red.

    What is beyond the axis stands at its end.
    """
    last = max((row.month for row in rows), default=1.0)
    inside = sum(row.held for row in rows)
    title = f"{inside} of {len(rows)} within their range"
    return svg(SIZE_MM, [*_axes(last), *_marks(rows, last), label(LEFT, 4.5, title)])


def _x(month: float, last: float) -> float:
    return LEFT + month / max(last, 1) * (SIZE_MM[0] - LEFT - RIGHT)


def _y(error: float) -> float:
    half = (SIZE_MM[1] - TOP - BOTTOM) / 2
    return TOP + half - max(-1.0, min(1.0, error / MOST)) * half


def _axes(last: float) -> Iterator[str]:
    left, right = LEFT, SIZE_MM[0] - RIGHT
    top, bottom = _y(RIGHT_BY), _y(-RIGHT_BY)
    yield (
        f'<rect x="{left}" y="{top:.2f}" width="{right - left}" height="{bottom - top:.2f}"'
        ' fill="#e4f0ed"/>'
    )
    for error in (-0.15, -0.1, -0.05, 0.0, 0.05, 0.1, 0.15):
        style = LineStyle("#9a9a9a", 0.3 if error == 0 else 0.12)
        yield polyline([(left, _y(error)), (right, _y(error))], style)
        yield label(left - 1, _y(error) + 0.9, f"{error:+.0%}", anchor="end")
    for month in range(0, int(last) + 1, 6):
        yield label(_x(month, last), SIZE_MM[1] - 5, str(month), anchor="middle")
    yield label((left + right) / 2, SIZE_MM[1] - 1.5, "month of the campaign", anchor="middle")


def _marks(rows: Iterable[Judged], last: float) -> Iterator[str]:
    for row in rows:
        colour = ACCENT if row.held else "#b3261e"
        fill, radius = ("none", 0.6) if row.station else (colour, 0.8)
        yield (
            f'<circle cx="{_x(row.month, last):.2f}" cy="{_y(row.error):.2f}" r="{radius}"'
            f' fill="{fill}" stroke="{colour if row.station else INK}" stroke-width="0.2"/>'
        )
