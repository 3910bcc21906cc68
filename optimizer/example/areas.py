"""Transformer areas: neighbours of one village in bundles of 60 to 100 customers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.example.houses import Doors
    from optimizer.example.terrain import Floats, Ints

USUAL, MOST = 80, 100
PLAY = 9
"""A cut may move by so many customers to pass between houses that stand apart."""


def bundle(doors: Doors, places: int) -> Ints:
    """Number of the area of every customer; areas of one village have successive numbers."""
    area = np.full(len(doors.x), -1)
    order = np.argsort(doors.place, kind="stable")
    bounds = np.searchsorted(doors.place[order], np.arange(places + 1))
    count = 0
    for place in range(places):
        rows = order[bounds[place] : bounds[place + 1]]
        if len(rows):
            for part in _halves(doors.x, doors.y, rows, _areas_for(len(rows))):
                area[part] = count
                count += 1
    return area


def _areas_for(customers: int) -> int:
    """How many areas a village of so many customers has."""
    count = max(1, round(customers / USUAL))
    return count + (customers / count > MOST)


def _halves(x: Floats, y: Floats, rows: Ints, parts: int) -> Iterator[Ints]:
    """Cut rows in two across their longer side, again and again, at gaps between houses."""
    if parts == 1:
        yield rows
        return
    wide = np.ptp(x[rows]) > np.ptp(y[rows])
    side = (x if wide else y)[rows]
    order = np.argsort(side, kind="stable")
    left = parts // 2
    middle = round(len(rows) * left / parts)
    play = min(PLAY, middle - 1, len(rows) - middle - 1)
    gaps = np.diff(side[order][middle - play - 1 : middle + play + 1])
    cut = middle - play + int(np.argmax(gaps)) if len(gaps) else middle
    yield from _halves(x, y, rows[order[:cut]], left)
    yield from _halves(x, y, rows[order[cut:]], parts - left)
