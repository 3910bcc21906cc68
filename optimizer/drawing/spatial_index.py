"""What is near a route, on a grid: coarse, and fast enough for every page of a morning."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from optimizer.drawing.frame import Line

CELL_M = 200.0


@dataclass(frozen=True, slots=True)
class Cells:
    """Squares of `CELL_M` metres that are near something.

    Attributes
    ----------
    corner
        The left upper corner of the first square, in metres.
    marked
        Boolean array of rows and columns.
    """

    corner: Line
    marked: NDArray[np.bool_]

    @classmethod
    def around(cls, lines: Sequence[Line], steps: int) -> Cells:
        """The squares that lines pass through, and so many more in each direction."""
        points = np.concatenate([_dense(line) for line in lines])
        corner = points.min(axis=0) - (steps + 1) * CELL_M
        columns, rows = ((points - corner) // CELL_M).astype(np.int64).T
        marked = np.zeros((rows.max() + steps + 2, columns.max() + steps + 2), dtype=bool)
        marked[rows, columns] = True
        for _ in range(steps):
            wider = marked.copy()
            wider[1:] |= marked[:-1]
            wider[:-1] |= marked[1:]
            marked = wider.copy()
            marked[:, 1:] |= wider[:, :-1]
            marked[:, :-1] |= wider[:, 1:]
        return cls(corner, marked)

    def hold(self, points: Line) -> NDArray[np.bool_]:
        """Whether points, shape (n, 2), lie in marked squares."""
        columns, rows = ((points - self.corner) // CELL_M).astype(np.int64).T
        height, width = self.marked.shape
        inside = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
        found = np.zeros(len(points), dtype=bool)
        found[inside] = self.marked[rows[inside], columns[inside]]
        return found


def _dense(line: Line) -> Line:
    """A line with so many points that it skips no square."""
    steps = np.diff(line, axis=0)
    parts = np.maximum(1, np.ceil(np.hypot(steps[:, 0], steps[:, 1]) / (CELL_M / 2))).astype(int)
    share = np.concatenate([np.arange(n) / n for n in parts.tolist()] or [np.empty(0)])
    between = np.repeat(line[:-1], parts, axis=0) + np.repeat(steps, parts, axis=0) * share[:, None]
    return np.concatenate([between, line[-1:]])
