"""What is written on a map: numbers of stops, names, the station's mark; each as SVG."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from optimizer.drawing.canvas import INK

if TYPE_CHECKING:
    from collections.abc import Iterable

    from optimizer.drawing.frame import Line

Box = tuple[float, float, float, float]

WIDE_MARKS = "·—…“”‘’"
"""Marks below the Chinese characters that the font prints as wide as one."""


@dataclass(frozen=True, slots=True)
class Label:
    """A stop's number, or those of several, at `at`; the stop itself is at `anchor`."""

    text: str
    anchor: Line
    at: Line

    @property
    def width(self) -> float:
        """Millimetres."""
        return max(4.8, 1.9 + 1.75 * len(self.text))

    @property
    def box(self) -> Box:
        """Left, top, right, bottom."""
        half = np.array([self.width / 2, 2.4])
        return (*(self.at - half), *(self.at + half))

    def leader(self) -> Iterable[str]:
        """The thin line to the stop, where the label had to move away."""
        if np.hypot(*(self.at - self.anchor)) > 2.2:
            (x, y), (u, v) = self.anchor, self.at
            yield (
                f'<path d="M{x:.2f} {y:.2f}L{u:.2f} {v:.2f}" stroke="{INK}" stroke-width=".25"/>'
                f'<circle cx="{x:.2f}" cy="{y:.2f}" r=".7" fill="{INK}"/>'
            )

    def marks(self) -> Iterable[str]:
        """The pill and its text."""
        left, top, _, _ = self.box
        yield (
            f'<rect x="{left:.2f}" y="{top:.2f}" width="{self.width:.2f}" height="4.8" rx="2.4" '
            f'fill="{INK}" stroke="#fff" stroke-width=".35"/>'
        )
        yield (
            f'<text x="{self.at[0]:.2f}" y="{self.at[1] + 1.12:.2f}" font-size="3.1" '
            f'text-anchor="middle" fill="#fff" stroke="#fff" stroke-width=".09">{self.text}</text>'
        )


def em_width(text: str) -> float:
    """Width in ems: Chinese characters and their dots are one wide, others about half of that."""
    return sum(1.0 if ord(char) > 0x2E7F or char in WIDE_MARKS else 0.56 for char in text)


def overlap(one: Box, other: Box) -> bool:
    """Whether two boxes cover some of the same paper."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def halo_text(text: str, at: Line, size: float) -> str:
    """A name in grey that can be read over lines, its middle at a place."""
    place = f'x="{at[0]:.2f}" y="{at[1] + size * 0.36:.2f}" font-size="{size}" text-anchor="middle"'
    halo = 'paint-order="stroke" stroke="#fff" stroke-width=".9"'
    return f'<text {place} {halo} fill="#444">{escape(text)}</text>'


def station_mark(at: Line) -> Iterable[str]:
    """The square of the station."""
    x, y = at.tolist()
    yield (
        f'<rect x="{x - 2.7:.2f}" y="{y - 2.7:.2f}" width="5.4" height="5.4" fill="{INK}" '
        f'stroke="#fff" stroke-width=".4"/>'
        f'<text x="{x:.2f}" y="{y + 1.35:.2f}" font-size="3.7" text-anchor="middle" '
        f'fill="#fff">所</text>'
    )
