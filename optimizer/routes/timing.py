"""The times of one route: visits in their order, to the second.

The order is given; the choice of windows, of the moment for lunch and of the departure is made
here, exactly: of all ways to drive the route, one of least penalty, of these the earliest return,
of these the latest departure. An order that cannot be kept is timed all the same, late where it
must be (a chief's own route is shown as it is, and the checker says what is wrong with it).
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from optimizer.model import Rest, Route, Stop
from optimizer.routes.latest_departure import latest_departure
from optimizer.routes.route_labels import RouteLabels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.model import CrewDay, Lunch, Problem, TimeWindow, Visit
    from optimizer.routes.route_labels import Label, Ride


def timed(
    problem: Problem, crew: CrewDay, visits: Sequence[Visit], lunch_after: int | None = None
) -> Route:
    """The route that makes these visits in this order.

    Parameters
    ----------
    lunch_after
        Lunch lies after so many visits (-1: there is none); None where it suits best.
    """
    return Line(problem, crew, tuple(visits), lunch_after).route()


def timing_penalty(problem: Problem, crew: CrewDay, visits: Sequence[Visit]) -> float:
    """Penalty of preferences that the best timing ignores; `INFEASIBLE` or more if it cannot be."""
    return Line(problem, crew, tuple(visits)).final().penalty


class Line(RouteLabels):
    """One order of visits of one crew, with its times."""

    @cached_property
    def as_it_is(self) -> Route:
        """The route with its times."""
        return self.route()

    def route(self, label: Label | None = None) -> Route:
        """The whole route with its times, of the best way to be back."""
        return self._written(*latest_departure(self, label or self.final()))

    def _written(self, spans: list[TimeWindow], gap: int | None, start_s: int) -> Route:
        """The route with a departure and a gap for lunch."""
        clock, rest = start_s, None
        stops: list[Stop] = []
        meal = self.crew.lunch
        for k in range(len(self.visits) + 1):
            way = self.rides[k]
            if k == gap and meal is not None:
                rest, clock, way = self._rest(meal, clock, k)
            else:
                clock += way.seconds
            if k < len(self.visits):
                begin = max(clock, spans[k].start_s)
                duration = self.duration(k, lunch=k == gap)
                stops.append(
                    Stop(
                        visit_id=self.visits[k].visit_id,
                        arrival_s=clock,
                        waiting_s=begin - clock,
                        service_s=duration,
                        travel_s=way.seconds,
                        distance_m=way.metres,
                    )
                )
                clock = begin + duration
        return Route(
            crew_id=self.crew.crew_id, start_s=start_s, end_s=clock, stops=tuple(stops), rest=rest,
            return_travel_s=way.seconds, return_distance_m=way.metres,
        )  # fmt: skip

    def _rest(self, meal: Lunch, leave_s: int, k: int) -> tuple[Rest, int, Ride]:
        """The rest in gap k, the arrival after it, and the ride from it (or around it)."""
        way = self.rides[k]
        arrival = self.lunch(meal, leave_s, k)[0]
        opens, closes = meal.window.start_s, meal.window.end_s
        if meal.at_place is not None:
            to, on = self.by_way_of(meal.at_place, k)
            there = leave_s + to.seconds
            begin = max(there, opens)
            rest = Rest(
                start_s=begin, duration_s=meal.duration_s, after=k, waiting_s=begin - there,
                place=meal.at_place, travel_s=to.seconds, distance_m=to.metres,
            )  # fmt: skip
            return rest, arrival, on
        begin = leave_s
        if leave_s < opens:
            begin = max(opens, min(leave_s + way.seconds, closes))
        waiting = max(0, opens - leave_s - way.seconds) if leave_s < opens else 0
        rest = Rest(start_s=begin, duration_s=meal.duration_s, after=k, waiting_s=waiting)
        return rest, arrival, way
