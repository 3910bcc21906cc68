"""What charts are made of, as SVG in millimetres: axes of shares, lines, legends, words."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, NamedTuple

from optimizer.catalogue.escaping import clean
from optimizer.drawing.canvas import FONT, INK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator


def share_axis(left: float, right: float, height: Callable[[float], float]) -> Iterator[str]:
    """Grey lines and their percents from nothing to all; `height` tells where a share lies."""
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        y = height(share)
        yield (
            f'<line x1="{left}" x2="{right}" y1="{y:.2f}" y2="{y:.2f}" stroke="#9a9a9a"'
            ' stroke-width="0.15"/>'
        )
        yield label(left - 1, y + 0.9, f"{share:.0%}", anchor="end")


class LineStyle(NamedTuple):
    """Colour, width and dashes of a line."""

    colour: str
    width: float
    dash: str = ""

    def attributes(self) -> str:
        """The same for an SVG element."""
        dashes = f' stroke-dasharray="{self.dash}"' if self.dash else ""
        return f'stroke="{self.colour}" stroke-width="{self.width}"{dashes}'


def polyline(points: Iterable[tuple[float, float]], style: LineStyle) -> str:
    """A line through points."""
    where = " ".join(f"{x:.2f},{y:.2f}" for x, y in points)
    return f'<polyline points="{where}" fill="none" stroke-linejoin="round" {style.attributes()}/>'


def legend_line(x: float, y: float, text: str, style: LineStyle) -> Iterator[str]:
    """A piece of a line and what it means."""
    yield f'<line x1="{x}" x2="{x + 6}" y1="{y}" y2="{y}" {style.attributes()}/>'
    yield label(x + 7.5, y + 0.9, text)


def label(x: float, y: float, text: str, *, anchor: str = "start", halo: bool = False) -> str:
    """A few words at a place, mm; with a halo they can be read over lines."""
    shown = escape(clean(text, 40))
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
