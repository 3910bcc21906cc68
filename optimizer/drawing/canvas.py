"""Paper to draw on: a frame in millimetres, and strokes that read in black and white."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from optimizer.drawing.polylines import crop, path_data

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.drawing.frame import Frame, Line, PicturePlane
    from optimizer.drawing.map_content import Drawing, Rank
    from optimizer.drawing.polylines import Lines
    from optimizer.model import LonLat

UNIT_MM = 0.05
INK = "#1a1a1a"
ACCENT = "#00594f"
FONT = "Noto Sans SC"


@dataclass(frozen=True, slots=True)
class Stroke:
    """A line of so many millimetres; dash and gap in millimetres too."""

    colour: str
    width: float
    dash: tuple[float, float] | None = None

    def path(self, data: str) -> str:
        """An SVG path of data in units of `UNIT_MM`."""
        dash = (
            ""
            if self.dash is None
            else f' stroke-dasharray="{self.dash[0] / UNIT_MM:g} {self.dash[1] / UNIT_MM:g}"'
        )
        return (
            f'<path d="{data}" fill="none" transform="scale({UNIT_MM})" stroke="{self.colour}" '
            f'stroke-width="{self.width / UNIT_MM:g}"{dash}/>'
        )


@dataclass(frozen=True, slots=True)
class Canvas:
    """A frame of a plane on a piece of paper of so many millimetres."""

    plane: PicturePlane
    frame: Frame
    width_mm: float
    height_mm: float

    @property
    def mm_per_m(self) -> float:
        """The scale."""
        return self.width_mm / self.frame.width

    def mm(self, point: LonLat) -> Line:
        """Millimetres from the left and from the top, shape (2,)."""
        return self.to_mm(self.plane.at(point))

    def to_mm(self, xy: Line) -> Line:
        """Metres of the plane → millimetres on the paper."""
        mm: Line = (xy - np.array([self.frame.left, self.frame.top])) * self.mm_per_m
        return mm

    def data(self, lines: Lines) -> str:
        """Path data of lines in metres, in units of `UNIT_MM`."""
        return path_data(lines, (self.frame.left, self.frame.top), UNIT_MM / self.mm_per_m)

    def road(self, drawing: Drawing, rank: Rank) -> str:
        """Path data of all roads of a rank."""
        return self.data(drawing.roads(rank, self._seen, 0.12 / self.mm_per_m))

    def way(self, legs: Sequence[Line]) -> str:
        """Path data of legs in degrees."""
        metres = [self.plane.xy(leg) for leg in legs]
        return self.data(crop(metres, self._seen, 0.08 / self.mm_per_m))

    @property
    def _seen(self) -> Frame:
        """A little more than the frame, so that no cut end shows."""
        return self.frame.grown(3 / self.mm_per_m)
