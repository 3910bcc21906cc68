"""What small maps of a county have for orientation: main roads, and each station by its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimizer.catalogue.escaping import clean
from optimizer.drawing.canvas import INK, UNIT_MM
from optimizer.drawing.chart_parts import label
from optimizer.drawing.labels import em_width
from optimizer.drawing.map_content import RANK_OF_CLASS, Rank
from optimizer.drawing.polylines import crop, path_data

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.drawing.frame import Frame, PicturePlane
    from optimizer.roads import Roads

LETTER_MM = 2.6
"""Size of a chart's letters."""


def main_roads(roads: Roads, plane: PicturePlane, frame: Frame, width_mm: float) -> Iterator[str]:
    """Main roads within a frame that is drawn `width_mm` wide."""
    main = [name for name, rank in RANK_OF_CLASS.items() if rank <= Rank.COUNTY]
    wanted = {*main, *(f"{name}_link" for name in main)}
    unit_m = UNIT_MM * frame.width / width_mm
    lines = [
        plane.xy(np.array(points))
        for _, points, _ in roads.named_lines(frame.bounds(plane), wanted)
    ]
    if lines:
        data = path_data(crop(lines, frame, 4 * unit_m), (frame.left, frame.top), unit_m)
        yield (
            f'<path d="{data}" fill="none" transform="scale({UNIT_MM})" stroke="#b5b5b5"'
            f' stroke-width="{0.3 / UNIT_MM:g}"/>'
        )


def station_mark(x: float, y: float, name: str, width_mm: float) -> Iterator[str]:
    """A station's square and name, on the side where a picture of `width_mm` has room."""
    yield (
        f'<rect x="{x - 0.9:.2f}" y="{y - 0.9:.2f}" width="1.8" height="1.8" fill="{INK}"'
        ' stroke="#ffffff" stroke-width="0.3"/>'
    )
    shown = clean(name, 20)
    end = x + 1.5 + LETTER_MM * em_width(shown) > width_mm
    yield label(
        x - 1.5 if end else x + 1.5, y + 0.8, shown, anchor="end" if end else "start", halo=True
    )
