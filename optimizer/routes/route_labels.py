"""The ways to drive one route, visits in their order, as labels: when, at what penalty, fed or not.

Windows and the gap for lunch are chosen here, exactly, as far as penalty and return go.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple, Self

from optimizer.model import ANY_TIME, TimeWindow, intersect_windows
from optimizer.routes.rules import thousandths

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.model import CrewDay, Lunch, Problem, Visit

INFEASIBLE = 1e12
"""Penalty of a rule that cannot be kept."""
NEVER = -1
"""A time by which nobody can leave."""


class Ride(NamedTuple):
    """The way between two places."""

    seconds: int
    metres: int


@dataclass(frozen=True, slots=True)
class Label:
    """A way to have served the first stops: leaves at `leave_s`, has cost `penalty`."""

    leave_s: int
    penalty: float
    lunched: bool
    stops: int = 0
    before: Label | None = None
    span: TimeWindow = ANY_TIME
    lunch_here: bool = False


class _Arrival(NamedTuple):
    """Being somewhere: when, at what penalty so far, lunch over or not, lunch just taken or not."""

    time_s: int
    penalty: float
    lunched: bool
    lunch: bool


def ride(problem: Problem, crew: CrewDay, start: int | None, end: int | None) -> Ride:
    """Seconds at the crew's speed and metres; nothing to and from nowhere."""
    if start is None or end is None:
        return Ride(0, 0)
    seconds = int(problem.seconds[start, end])
    if crew.speed_factor != 1.0:
        seconds = int(seconds / crew.speed_factor + 0.5)
    return Ride(seconds, int(problem.metres[start, end]))


def duration_s(crew: CrewDay, address: str, visit: Visit) -> int:
    """Seconds at a door, coming from an address: service, and setup unless it is the same."""
    same_address = visit.address_key and visit.address_key == address
    service_s = (visit.service_s * thousandths(crew.service_factor) + 500) // 1000
    return service_s + (0 if same_address else visit.setup_s)


@dataclass(frozen=True, slots=True)
class Hours:
    """When a visit may begin, when it should, and what ignoring that costs."""

    hard: tuple[TimeWindow, ...]
    wanted: tuple[TimeWindow, ...]
    unpreferred: int

    @classmethod
    def of(cls, visit: Visit) -> Hours:
        """The hours of a visit."""
        hard = visit.hard_windows
        if not visit.preferred_windows:
            return cls(hard, hard, 0)
        return cls(hard, intersect_windows(hard, visit.preferred_windows), visit.preference_price)

    def arrive_by(self, begin_s: int) -> int:
        """Latest arrival for service to begin by a time, or `NEVER`."""
        ends = [min(window.end_s, begin_s) for window in self.hard if window.start_s <= begin_s]
        return ends[-1] if ends else NEVER


class RouteLabels:
    """One order of visits of one crew."""

    def __init__(
        self, problem: Problem, crew: CrewDay, visits: tuple[Visit, ...],
        lunch_after: int | None = None,
    ) -> None:  # fmt: skip
        self.problem, self.crew, self.visits = problem, crew, visits
        self.lunch_after = lunch_after
        places = [crew.start_place, *(visit.place for visit in visits), crew.end_place]
        self.places = places
        self.rides = [ride(problem, crew, a, b) for a, b in pairwise(places)]
        before = [crew.start_address, *(visit.address_key for visit in visits)]
        self.durations = [duration_s(crew, a, b) for a, b in zip(before, visits, strict=False)]
        # who comes back from lunch at a place parks once more, even at the same address
        away = crew.lunch is not None and crew.lunch.at_place is not None
        self.durations_after_lunch = (
            [duration_s(crew, "", visit) for visit in visits] if away else self.durations
        )
        self.hours = [Hours.of(visit) for visit in visits]
        needs_lunch = crew.lunch is not None and bool(visits)
        self.reached = [[Label(crew.shift.start_s, 0.0, lunched=not needs_lunch)]]

    def with_visit(self, after: int, visit: Visit) -> Self:
        """The line with one more visit after so many; what is known up to there stays known."""
        if not self.visits:
            return type(self)(self.problem, self.crew, (visit,), self.lunch_after)
        crew, longer = self.crew, copy(self)
        before = self.visits[after - 1].address_key if after else crew.start_address
        to, on = (
            ride(self.problem, crew, self.places[after], visit.place),
            ride(self.problem, crew, visit.place, self.places[after + 1]),
        )
        longer.visits = (*self.visits[:after], visit, *self.visits[after:])
        longer.places = [*self.places[: after + 1], visit.place, *self.places[after + 1 :]]
        longer.rides = [*self.rides[:after], to, on, *self.rides[after + 1 :]]
        following = [duration_s(crew, visit.address_key, v) for v in self.visits[after : after + 1]]
        longer.durations = [
            *self.durations[:after],
            duration_s(crew, before, visit),
            *following,
            *self.durations[after + 1 :],
        ]
        longer.durations_after_lunch = longer.durations
        if self.durations_after_lunch is not self.durations:
            fed = self.durations_after_lunch
            longer.durations_after_lunch = [*fed[:after], duration_s(crew, "", visit), *fed[after:]]
        longer.hours = [*self.hours[:after], Hours.of(visit), *self.hours[after:]]
        self.labels(after)
        longer.reached = self.reached[: after + 1]
        return longer

    def detour_s(self, after: int, visit: Visit) -> int:
        """Seconds that the rides to a visit and on from it take more than the ride instead."""
        to = ride(self.problem, self.crew, self.places[after], visit.place)
        on = ride(self.problem, self.crew, visit.place, self.places[after + 1])
        return to.seconds + on.seconds - self.rides[after].seconds

    @cached_property
    def latest(self) -> list[tuple[int, int]]:
        """By when the crew leaves each stop to keep what follows: lunch to come, and lunch over.

        `NEVER` or less where what follows cannot be kept. The first is the departure from the base.
        """
        home_s, lunch = self.crew.shift.end_s, self.crew.lunch
        hungry_by = NEVER if lunch is None or lunch.always else min(home_s, lunch.window.end_s)
        fed_by = after_lunch_by = home_s
        latest: list[tuple[int, int]] = []
        for k in range(len(self.visits), -1, -1):
            way_s = self.rides[k].seconds
            hungry_s = max(hungry_by - way_s, self.lunch_by(after_lunch_by, k))
            fed_s = fed_by - way_s
            latest.append((hungry_s, fed_s))
            if k:
                hours = self.hours[k - 1]
                hungry_by = hours.arrive_by(hungry_s - self.duration(k - 1, lunch=False))
                fed_by = hours.arrive_by(fed_s - self.duration(k - 1, lunch=False))
                after_lunch_by = hours.arrive_by(fed_s - self.duration(k - 1, lunch=True))
        return latest[::-1]

    def final(self) -> Label:
        """The best way to be back."""
        labels = self.labels(len(self.visits))
        ends = [self._home(label, came) for label in labels for came in self._arrivals(label)]
        return min(ends, key=lambda end: (end.penalty, end.leave_s))

    def labels(self, stops: int) -> list[Label]:
        """The ways to have served the first stops of which no other is better."""
        while len(self.reached) <= stops:
            last = self.reached[-1]
            self.reached.append(_pareto(new for label in last for new in self._serve(label)))
        return self.reached[stops]

    def _arrivals(self, label: Label) -> Iterator[_Arrival]:
        """Ways to arrive at the next node, lunch before it or not."""
        k = label.stops
        yield _Arrival(
            label.leave_s + self.rides[k].seconds, label.penalty, label.lunched, lunch=False
        )
        if not label.lunched and self.crew.lunch is not None and self.lunch_after in {None, k}:
            arrival, late, detour = self.lunch(self.crew.lunch, label.leave_s, k)
            penalty = label.penalty + (INFEASIBLE if late else 0.0) + detour
            yield _Arrival(arrival, penalty, lunched=True, lunch=True)

    def lunch(self, lunch: Lunch, leave_s: int, k: int) -> tuple[int, bool, int]:
        """Arrival when lunch is taken in gap k, whether it is too late for it, its detour."""
        way = self.rides[k].seconds
        if lunch.at_place is None:
            begin = max(leave_s, lunch.window.start_s)
            arrival = max(leave_s + way, begin) + lunch.duration_s
            return arrival, begin > lunch.window.end_s, 0
        to, on = self.by_way_of(lunch.at_place, k)
        begin = max(leave_s + to.seconds, lunch.window.start_s)
        arrival = begin + lunch.duration_s + on.seconds
        return arrival, begin > lunch.window.end_s, to.seconds + on.seconds - way

    def by_way_of(self, place: int, k: int) -> tuple[Ride, Ride]:
        """The two rides of gap k by way of the place of lunch."""
        return (
            ride(self.problem, self.crew, self.places[k], place),
            ride(self.problem, self.crew, place, self.places[k + 1]),
        )

    def _serve(self, label: Label) -> Iterator[Label]:
        """Ways to have served the next visit."""
        hours = self.hours[label.stops]
        ways = [(hours.wanted, 0.0)]
        if hours.wanted != hours.hard:
            ways.append((hours.hard, float(hours.unpreferred)))
        for came in self._arrivals(label):
            for windows, penalty in ways:
                span = next((w for w in windows if came.time_s <= w.end_s), None)
                if span is not None:
                    yield self._served(label, came, span, penalty)
            if not hours.hard or came.time_s > hours.hard[-1].end_s:
                yield self._served(label, came, ANY_TIME, INFEASIBLE + hours.unpreferred)

    def _served(self, label: Label, came: _Arrival, span: TimeWindow, penalty: float) -> Label:
        """The next visit served within a window."""
        leave = max(came.time_s, span.start_s) + self.duration(label.stops, lunch=came.lunch)
        return Label(
            leave, came.penalty + penalty, came.lunched, label.stops + 1, label, span, came.lunch
        )

    def duration(self, k: int, *, lunch: bool) -> int:
        """Seconds at visit k, with lunch just before it or not."""
        return self.durations_after_lunch[k] if lunch else self.durations[k]

    def _home(self, label: Label, came: _Arrival) -> Label:
        """The return, with the penalty of being late or without lunch."""
        penalty, lunch = came.penalty, self.crew.lunch
        if came.time_s > self.crew.shift.end_s:
            penalty += INFEASIBLE
        if not came.lunched and lunch is not None:
            at_home = not lunch.always and came.time_s <= lunch.window.end_s
            penalty += 0.0 if at_home else INFEASIBLE
        return Label(
            came.time_s, penalty, came.lunched, label.stops + 1, label, ANY_TIME, came.lunch
        )

    def latest_start(self, spans: list[TimeWindow], gap: int | None, end_s: int) -> int:
        """Latest departure with the same return."""
        latest = end_s
        for k in range(len(self.visits), -1, -1):
            latest = self.leave_by(latest, k, lunch=k == gap)
            if k:
                duration = self.duration(k - 1, lunch=k - 1 == gap)
                latest = min(spans[k - 1].end_s, latest - duration)
        return max(self.crew.shift.start_s, latest)

    def leave_by(self, latest: int, k: int, *, lunch: bool) -> int:
        """Latest departure into gap k with an arrival by a time."""
        way, meal = self.rides[k].seconds, self.crew.lunch
        if not lunch or meal is None:
            return latest - way
        if meal.at_place is None:
            return min(meal.window.end_s, latest - meal.duration_s - way)
        to, on = self.by_way_of(meal.at_place, k)
        return min(meal.window.end_s, latest - on.seconds - meal.duration_s) - to.seconds

    def lunch_by(self, arrival_s: int, k: int) -> int:
        """Latest departure into gap k for an arrival by a time with lunch before it, or `NEVER`."""
        meal = self.crew.lunch
        if meal is None:
            return NEVER
        leave_s = self.leave_by(arrival_s, k, lunch=True)
        return leave_s if self.lunch(meal, leave_s, k)[0] <= arrival_s else NEVER


def _pareto(labels: Iterator[Label]) -> list[Label]:
    """Labels of which no other is as early, as cheap and as well fed."""
    found = [*labels]
    if len(found) == 1:
        return found
    kept: list[Label] = []
    for label in sorted(found, key=lambda one: (one.leave_s, one.penalty, not one.lunched)):
        if not any(one.penalty <= label.penalty and one.lunched >= label.lunched for one in kept):
            kept.append(label)
    return kept
