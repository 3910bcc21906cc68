"""Which revisits cannot wait any more, where only counts are known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]


class Deadlines:
    """Revisits by the order in which they came, for knowing how many cannot wait any more.

    First calls may wait for `spans[0]` days, further ones of which the first came early for
    `spans[1]`, those of which the first came at the last moment not at all.
    """

    def __init__(self, spans: tuple[int, int], days: int, lanes: int) -> None:
        self.spans = spans
        self.came = np.zeros((2, days + 1, lanes), dtype=np.int64)
        self.left = np.zeros((2, lanes), dtype=np.int64)
        self.pressed = np.zeros(lanes, dtype=np.int64)

    def arrive(self, day: int, first: Ints, again: Ints, pressed: Ints) -> None:
        """Who waits from a day on; `came` may hold some of that day already."""
        if day:
            self.came[:, day] += self.came[:, day - 1]
        self.came[0, day] += first
        self.came[1, day] += again
        self.pressed += pressed

    def overdue(self, day: int, next_out: Ints) -> Ints:
        """How many cannot wait until `next_out`, the next day on duty of each lane."""
        late, lane = self.pressed.copy(), np.arange(len(self.pressed))
        for kind, span in enumerate(self.spans):
            until = np.minimum(next_out - span - 1, day)
            came = np.where(until >= 0, self.came[kind, np.maximum(until, 0), lane], 0)
            late += np.maximum(came - self.left[kind], 0)
        return late

    def leave(self, first: Ints, again: Ints) -> None:
        """Calls that were made."""
        self.left[0] += first
        pressed = np.minimum(self.pressed, again)
        self.pressed -= pressed
        self.left[1] += again - pressed
