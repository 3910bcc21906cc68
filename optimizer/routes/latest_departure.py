"""The latest departure on a route: waiting is spared where a later window will do.

Labels go forward from the start of the shift, to the least penalty and the earliest return, and
take the first window that is open. Here labels go back from that return, each by when a place has
to be left, through the last windows that will do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from optimizer.model import ANY_TIME, LAST_S, TimeWindow
from optimizer.routes.route_labels import NEVER

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from optimizer.routes.route_labels import Label, RouteLabels


class Choices(NamedTuple):
    """The window of each stop, the gap with lunch (None: at home, or none), and the departure."""

    spans: list[TimeWindow]
    gap: int | None
    start_s: int


@dataclass(frozen=True, slots=True)
class _Rest:
    """A way to drive on from a place that is left by `by_s`: the next stop's window, what follows.

    `fed`: lunch lies in it, or none is needed.
    """

    by_s: int
    penalty: float
    fed: bool = True
    lunch_next: bool = False
    span: TimeWindow = ANY_TIME
    after: _Rest | None = None


def latest_departure(line: RouteLabels, end: Label) -> Choices:
    """How to be back as `end` is, at its penalty, and leave as late as can be.

    Who leaves late enough has had lunch at home. A departure that the label's own windows allow as
    well stays with them; so does an order that cannot be kept.
    """
    own, meal = _own_choices(line, end), line.crew.lunch
    eaten_s = LAST_S + 1 if meal is None or meal.always else meal.window.start_s + meal.duration_s
    if _nobody_waits(line, own, end, eaten_s):
        return own
    ways = [way for way in _ways(line, end) if way.fed or way.by_s >= eaten_s]
    best = max(ways, key=lambda way: way.by_s, default=None)
    if best is None or best.by_s <= own.start_s:
        return own
    spans: list[TimeWindow] = []
    gap, rest = None, best
    while rest.after is not None:
        if rest.lunch_next:
            gap = len(spans)
        spans.append(rest.span)
        rest = rest.after
    return Choices(spans, len(spans) if rest.lunch_next else gap, best.by_s)


def _own_choices(line: RouteLabels, end: Label) -> Choices:
    """The windows and the gap of the labels themselves."""
    spans, gap, label = [], None, end
    while label.before is not None:
        if label.lunch_here:
            gap = label.stops - 1
        spans.append(label.span)
        label = label.before
    spans = spans[:0:-1]  # in order, without the return
    return Choices(spans, gap, line.latest_start(spans, gap, end.leave_s))


def _nobody_waits(line: RouteLabels, own: Choices, end: Label, eaten_s: int) -> bool:
    """Whether the time is all rides, doors and lunch, so that no choice can be a later one."""
    busy_s = sum(ride.seconds for ride in line.rides) + sum(line.durations)
    meal = line.crew.lunch
    if meal is not None:
        fed_after = not meal.always and end.leave_s <= meal.window.end_s
        fed_before = own.start_s + meal.duration_s >= eaten_s
        if meal.at_place is not None or fed_after or fed_before:
            return False
        busy_s += meal.duration_s if own.gap is not None else 0
    return own.start_s + busy_s >= end.leave_s


def _ways(line: RouteLabels, end: Label) -> list[_Rest]:
    """The ways from the departure on of which no other is as good, at most at the end's penalty."""
    home_s, number, meal = end.leave_s, len(line.visits), line.crew.lunch
    if home_s > line.crew.shift.end_s:
        return []
    by_s, needs_lunch = home_s - line.rides[number].seconds, meal is not None and number > 0
    ways = [_Rest(by_s, 0.0, fed=not needs_lunch)]
    if meal is not None and needs_lunch:
        lunch_by_s, detour = _lunch_before(line, number, home_s)
        ways.append(_Rest(lunch_by_s, detour, lunch_next=True))
        if not meal.always and home_s <= meal.window.end_s:
            ways.append(_Rest(by_s, 0.0))
    for k in range(number - 1, -1, -1):
        ways = _best([way for rest in ways for way in _before(line, k, rest)])
    start_s = line.crew.shift.start_s
    return [way for way in ways if way.by_s >= start_s and way.penalty <= end.penalty]


def _before(line: RouteLabels, k: int, rest: _Rest) -> Iterator[_Rest]:
    """Ways to serve visit k, with lunch just before it or not, and drive on like this."""
    hours, way_s = line.hours[k], line.rides[k].seconds
    for windows, price in ((hours.wanted, 0), (hours.hard, hours.unpreferred)):
        penalty = rest.penalty + price
        begin_s = rest.by_s - line.duration(k, lunch=False)
        if span := _last_open(windows, begin_s):
            by_s = min(span.end_s, begin_s) - way_s
            yield _Rest(by_s, penalty, fed=rest.fed, span=span, after=rest)
        begin_s = rest.by_s - line.duration(k, lunch=True)
        if not rest.fed and (span := _last_open(windows, begin_s)):
            by_s, detour = _lunch_before(line, k, min(span.end_s, begin_s))
            yield _Rest(by_s, penalty + detour, lunch_next=True, span=span, after=rest)


def _last_open(windows: Sequence[TimeWindow], begin_s: int) -> TimeWindow | None:
    """The last window that has begun by a time."""
    return next((span for span in reversed(windows) if span.start_s <= begin_s), None)


def _lunch_before(line: RouteLabels, k: int, arrival_s: int) -> tuple[int, int]:
    """Latest departure into gap k for lunch there and an arrival by a time, and the detour."""
    meal = line.crew.lunch
    if meal is None or line.lunch_after not in {None, k}:
        return NEVER, 0
    by_s = line.lunch_by(arrival_s, k)
    return by_s, line.lunch(meal, by_s, k)[2]


def _best(ways: list[_Rest]) -> list[_Rest]:
    """Ways of which no other is as late, as cheap and as well fed."""
    kept: list[_Rest] = []
    for way in sorted(ways, key=lambda one: (-one.by_s, one.penalty)):
        if not any(one.penalty <= way.penalty and one.fed == way.fed for one in kept):
            kept.append(way)
    return kept
