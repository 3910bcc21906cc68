"""The doors and rides of days, kept while somebody works on them."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from optimizer.model import DayPlan, Problem


class KeptDoors:
    """The doors of the days that were looked at last, each until the day has visits beyond them.

    Parameters
    ----------
    most
        Of so many days.
    """

    def __init__(self, most: int) -> None:
        self._most, self._lock = most, Lock()
        self._kept: OrderedDict[tuple[str, str], tuple[frozenset[str], Problem]] = OrderedDict()

    def of(self, plan: DayPlan, make: Callable[[], Problem]) -> Problem:
        """The doors of a plan's day, made when they are not there."""
        day = (plan.station.station_id, plan.date.isoformat())
        names = frozenset(visit.visit_id for visit in plan.visits)
        with self._lock:
            kept = self._kept.get(day)
            if kept is not None and names <= kept[0]:
                self._kept.move_to_end(day)
                return kept[1]
        problem = make()
        with self._lock:
            self._kept[day] = (names, problem)
            self._kept.move_to_end(day)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return problem
