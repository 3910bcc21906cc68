"""How often somebody without an account may knock."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_KEYS: Final = 20_000
"""Of so many the server remembers how often they have knocked."""


class Throttle:
    """So many knocks a minute for each key, more after a pause.

    Parameters
    ----------
    a_minute
        How many.
    now_s
        The clock, for tests.
    """

    def __init__(self, a_minute: int, now_s: Callable[[], float] = time.monotonic) -> None:
        self._most, self._now_s = float(a_minute), now_s
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def admits(self, key: str) -> bool:
        """Whether one more knock is let in."""
        now_s = self._now_s()
        with self._lock:
            left, since = self._left.pop(key, (self._most, now_s))
            left = min(self._most, left + (now_s - since) * self._most / 60)
            self._left[key] = (left - 1 if left >= 1 else left, now_s)
            while len(self._left) > MOST_KEYS:
                self._left.popitem(last=False)
        return left >= 1
