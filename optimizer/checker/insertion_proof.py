"""Room for one more visit: whether a crew could make it between two of its stops.

The routes are taken as they stand: stops keep their order, what begins in its preferred time goes
on doing so, lunch at a place stays between its stops. So whatever is found is real. Not tried are
crews whose route is pinned as it is, and who are home before their lunch at a place.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from optimizer.checker.plan_view import stay
from optimizer.model import NOON_S

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from optimizer.checker.plan_view import Plan
    from optimizer.model import CrewDay, Route, Visit


@dataclass(frozen=True, slots=True)
class _Call:
    """A visit in a line, and whether it must begin in its preferred time."""

    visit: Visit
    wanted: bool = False


class _Lunch:
    """Lunch at its place, in a line."""


def rooms(plan: Plan, left: Sequence[Visit]) -> Iterator[tuple[Visit, str, int]]:
    """Visits for which there is room, each with a crew and the number of stops before it."""
    found: dict[str, tuple[str, int]] = {}
    routes = {route.crew_id: route for route in plan.routes}
    whole = {crew_id for crew_id, _ in plan.problem.pinned_routes}
    for crew in plan.problem.crews:
        able = [v for v in left if v.visit_id not in found and _may(plan, crew, v)]
        if able and crew.crew_id not in whole:
            for line in _lines(plan, crew, routes.get(crew.crew_id)):
                found |= {name: (crew.crew_id, after) for name, after in line.rooms(able)}
    for visit in left:
        if visit.visit_id in found:
            yield visit, *found[visit.visit_id]


def _may(plan: Plan, crew: CrewDay, visit: Visit) -> bool:
    """Whether days, skills, prohibitions and pins let the crew make the visit."""
    today = plan.problem.date
    return (
        not (today and visit.not_before and today < visit.not_before)
        and visit.skills <= crew.skills
        and crew.crew_id not in visit.forbidden_crews
        and visit.pinned_crew in {None, crew.crew_id}
    )


def _lines(plan: Plan, crew: CrewDay, route: Route | None) -> Iterator[_Line]:
    """The crew's day as it stands, with its lunch at a place."""
    calls: list[_Call | _Lunch] = []
    for stop in route.stops if route else ():
        visit = plan.visits.get(stop.visit_id)
        if visit is None:
            return
        wanted = any(stop.begin_s in window for window in visit.preferred_windows)
        calls.append(_Call(visit, wanted))
    lunch = crew.lunch
    needless = lunch is None or (
        not lunch.always
        and (
            crew.shift.end_s <= lunch.window.end_s
            or crew.shift.start_s >= lunch.window.start_s + lunch.duration_s
        )
    )
    if needless or lunch is None or lunch.at_place is None:
        yield _Line(plan, crew, calls, hungry=not needless)
    elif route is None or not route.stops:
        if _Line(plan, crew, [_Lunch()], hungry=True).holds():
            yield _Line(plan, crew, [_Lunch()], hungry=True)
    elif route.rest is not None:
        calls.insert(route.rest.after, _Lunch())
        yield _Line(plan, crew, calls, hungry=True)


@dataclass(frozen=True)
class _Line:
    """What a crew does, one after the other; with lunch on the road it is not in the line."""

    plan: Plan
    crew: CrewDay
    order: list[_Call | _Lunch]
    hungry: bool

    @property
    def _places(self) -> list[int | None]:
        """Where the crew is, from start to end."""
        meal = self.crew.lunch.at_place if self.crew.lunch else None
        between = [one.visit.place if isinstance(one, _Call) else meal for one in self.order]
        return [self.crew.start_place, *between, self.crew.end_place]

    def rooms(self, visits: Sequence[Visit]) -> Iterator[tuple[str, int]]:
        """Ids of visits that fit into the line, and how many stops come before each."""
        for visit, gaps in zip(visits, self._long_enough(visits), strict=True):
            for gap in np.flatnonzero(gaps):
                more = [*self.order[:gap], _Call(visit), *self.order[gap:]]
                if _Line(self.plan, self.crew, more, self.hungry).holds():
                    before = sum(isinstance(one, _Call) for one in self.order[:gap])
                    yield visit.visit_id, before
                    break

    def _long_enough(self, visits: Sequence[Visit]) -> NDArray[np.bool_]:
        """(visits, gaps): whether the shift has the time for all rides, doors and lunch."""
        places, doors = self._places, [visit.place for visit in visits]
        rides = [self.plan.ride(self.crew, a, b)[0] for a, b in pairwise(places)]
        calls = [one.visit for one in self.order if isinstance(one, _Call)]
        least = sum(stay(self.crew, visit.address_key, visit) for visit in calls)
        if len(calls) < len(self.order) and self.crew.lunch:
            least += self.crew.lunch.duration_s
        detour = self._rides(places[:-1], doors).T + self._rides(doors, places[1:]) - rides
        doors_s = np.array([stay(self.crew, visit.address_key, visit) for visit in visits])
        shift = self.crew.shift
        free_s = shift.end_s - shift.start_s - sum(rides) - least
        long_enough: NDArray[np.bool_] = detour + doors_s[:, None] <= free_s
        return long_enough

    def _rides(
        self, starts: Sequence[int | None], ends: Sequence[int | None]
    ) -> NDArray[np.float64]:
        """Seconds of rides from each start (a row) to each end."""
        table = self.plan.problem.seconds[
            np.ix_([place or 0 for place in starts], [place or 0 for place in ends])
        ].astype(np.float64)
        if self.crew.speed_factor != 1:
            table = np.floor(table / self.crew.speed_factor + 0.5)
        table[[place is None for place in starts], :] = 0
        table[:, [place is None for place in ends]] = 0
        return table

    def holds(self) -> bool:
        """Whether the crew can do all this within every rule."""
        return self._within_limits() and self._in_time()

    def _within_limits(self) -> bool:
        """Whether number, travel and load are what the crew may."""
        calls = [one.visit for one in self.order if isinstance(one, _Call)]
        travel_s = sum(self.plan.ride(self.crew, a, b)[0] for a, b in pairwise(self._places))
        return all(
            most is None or value <= most
            for most, value in (
                (self.crew.max_visits, len(calls)),
                (self.crew.max_travel_s, travel_s),
                (self.crew.capacity, sum(visit.load for visit in calls)),
            )
        )

    def _in_time(self) -> bool:
        """Whether all windows, lunch and the shift can be kept: earliest times, fed and not."""
        ready = {not self.hungry: self.crew.shift.start_s}
        places, address = self._places, self.crew.start_address
        for k, one in enumerate([*self.order, None]):
            ride_s = self.plan.ride(self.crew, places[k], places[k + 1])[0]
            if isinstance(one, _Lunch):
                ready = self._lunched(ready[False] + ride_s, 0) if False in ready else {}
                address = ""
            else:
                came = self._arrivals(ready, ride_s)
                if one is None:
                    return any(self._is_home(time_s, fed) for fed, time_s in came.items())
                length_s = stay(self.crew, address, one.visit)
                begins = {fed: earliest(one, time_s) for fed, time_s in came.items()}
                ready = {fed: at + length_s for fed, at in begins.items() if at is not None}
                address = one.visit.address_key
            if not ready:
                return False
        return False

    def _arrivals(self, ready: dict[bool, int], ride_s: int) -> dict[bool, int]:
        """Earliest arrivals, lunch over or not; it may be had on this ride."""
        came = {fed: time_s + ride_s for fed, time_s in ready.items()}
        if False in ready and self.crew.lunch and self.crew.lunch.at_place is None:
            for fed, time_s in self._lunched(ready[False], ride_s).items():
                came[fed] = min(came.get(fed, time_s), time_s)
        return came

    def _lunched(self, ready_s: int, ride_s: int) -> dict[bool, int]:
        """Earliest arrival with lunch on a ride; nothing if it is too late for lunch."""
        lunch = self.crew.lunch
        if lunch is None or ready_s > lunch.window.end_s:
            return {}
        return {True: max(ready_s + ride_s, lunch.window.start_s) + lunch.duration_s}

    def _is_home(self, time_s: int, fed: bool) -> bool:  # noqa: FBT001  (a key of `_in_time`)
        """Whether the day may end so."""
        lunch = self.crew.lunch
        in_time = time_s <= self.crew.shift.end_s
        eats_at_home = lunch is not None and not lunch.always and time_s <= lunch.window.end_s
        return in_time and (fed or eats_at_home)


def earliest(call: _Call, time_s: int) -> int | None:
    """When service can begin at the earliest, from a time on; None if never."""
    visit = call.visit
    spans = (*visit.windows, *visit.preferred_windows)
    opens = {time_s, NOON_S, visit.pinned_start_s or 0, *(span.start_s for span in spans)}
    return next((at for at in sorted(opens) if at >= time_s and _may_begin(call, at)), None)


def _may_begin(call: _Call, at: int) -> bool:
    """Whether service may begin at a time."""
    visit = call.visit
    if visit.failed_s is not None and (at < NOON_S if visit.failed_s < NOON_S else at > NOON_S):
        return False
    if visit.windows and not any(at in window for window in visit.windows):
        return False
    if call.wanted and not any(at in window for window in visit.preferred_windows):
        return False
    return visit.pinned_start_s in {None, at}
