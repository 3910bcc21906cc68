"""The legs of a day's routes as lines: along roads, or straight from stop to stop."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from optimizer.drawing.frame import Line
    from optimizer.model import DayPlan, LonLat, Route

NO_LINE: Line = np.empty((0, 2))


def straight_legs(plan: DayPlan) -> dict[str, tuple[Line, ...]]:
    """Legs as the crow flies, for plans without roads."""
    return route_legs(plan, lambda start, end: [start, end])


def route_legs(
    plan: DayPlan, path: Callable[[LonLat, LonLat], Sequence[LonLat]]
) -> dict[str, tuple[Line, ...]]:
    """Legs of every route of a plan.

    Parameters
    ----------
    path
        Called with two points, gives the points of the way between them.
    """
    visits = {visit.visit_id: visit for visit in plan.visits}

    def legs(route: Route) -> Iterable[Line]:
        here = plan.station.location
        for there in (*(visits[stop.visit_id].location for stop in route.stops), here):
            if there is None:
                yield NO_LINE
            else:
                yield np.asarray(path(here, there), dtype=np.float64).reshape(-1, 2)
                here = there

    return {route.crew_id: tuple(legs(route)) for route in plan.routes}
