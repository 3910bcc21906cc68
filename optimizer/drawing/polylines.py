"""Lines cut to a frame, thinned, and written as the path of an SVG."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from optimizer.drawing.frame import Frame, Line


@dataclass(frozen=True, slots=True)
class Lines:
    """Many lines in two arrays: points of shape (n, 2) in metres, and which line each is of."""

    points: Line
    owner: NDArray[np.int64]


def crop(lines: Sequence[Line], frame: Frame, tolerance_m: float) -> Lines:
    """Lines in metres → their parts within a frame, thinned to a tolerance."""
    return cut(linestrings([line for line in lines if len(line) > 1]), frame, tolerance_m)


def merged(lines: Sequence[Line]) -> NDArray[np.object_]:
    """Geometries of lines, those that follow one another joined where no third one begins."""
    whole = shapely.line_merge(shapely.multilinestrings(linestrings(lines)))
    return np.asarray(shapely.get_parts(whole), dtype=object)


def linestrings(lines: Sequence[Line]) -> NDArray[np.object_]:
    """Geometries of lines, one each."""
    if not lines:
        return np.empty(0, dtype=object)
    owner = np.repeat(np.arange(len(lines)), [len(line) for line in lines])
    return np.asarray(shapely.linestrings(np.concatenate(lines), indices=owner))


def cut(strings: NDArray[np.object_], frame: Frame, tolerance_m: float) -> Lines:
    """Geometries in metres → their parts within a frame, thinned to a tolerance."""
    cut = shapely.clip_by_rect(strings, frame.left, frame.top, frame.right, frame.bottom)
    parts = shapely.get_parts(shapely.simplify(cut, tolerance_m))
    kept = parts[
        (shapely.get_type_id(parts) == shapely.GeometryType.LINESTRING) & ~shapely.is_empty(parts)
    ]
    points, owner = shapely.get_coordinates(kept, return_index=True)
    return Lines(points, owner)


def path_data(lines: Lines, origin: tuple[float, float], unit_m: float) -> str:
    """The ``d`` of an SVG path: whole units from an origin, each point relative to the last."""
    units = np.rint((lines.points - np.asarray(origin)) / unit_m).astype(np.int64)
    first = np.diff(lines.owner, prepend=-1) != 0
    moved = np.ones(len(units), dtype=bool)
    moved[1:] = first[1:] | np.any(units[1:] != units[:-1], axis=1)
    units, first = units[moved], first[moved]
    steps = np.diff(units, axis=0, prepend=np.zeros((1, 2), dtype=np.int64))
    steps[first] = units[first]
    # A line whose points all fell on one unit is a lone beginning, and draws nothing.
    lone = first & np.append(first[1:], True)
    pieces = [
        f"M{x} {y}l" if start else f"{x} {y} "
        for (x, y), start, skip in zip(steps.tolist(), first.tolist(), lone.tolist(), strict=True)
        if not skip
    ]
    return "".join(pieces).replace(" M", "M").replace(" -", "-").rstrip()
