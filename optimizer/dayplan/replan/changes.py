"""What is different from when a plan was made, and what has become different in the new one."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import chain
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.dayplan.day import Day
    from optimizer.model import DayPlan

RETIMED_S = 15 * 60
"""A visit that moves by less than this within its crew has not changed."""
_NONE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True)
class Change:
    """What is different from when the plan was made.

    Attributes
    ----------
    now_s
        Time of day; what had begun by then stays as it is, and who was on the way to a door calls
        there. None: as in the old plan, and after what has been recorded of the day.
    absent
        Crews who cannot go on (ill, a broken motorcycle), besides those of whom the old plan knows.
    back
        Those of them who can go again: they start at their base.
    speed_factor
        Rides take this many times less long: 0.77 in rain that makes them 30 % longer. None: as in
        the old plan.
    crews, begins
        Pins of visits: to a crew, to a time of day.
    routes
        Pins of whole routes as they are: visits of a crew in their order.
    loose
        Visits and crews whose pins in the old plan are taken off; all others stand.
    """

    now_s: int | None = None
    absent: frozenset[str] = frozenset()
    back: frozenset[str] = frozenset()
    speed_factor: float | None = None
    crews: Mapping[str, str] = field(default_factory=lambda: _NONE)
    begins: Mapping[str, int] = field(default_factory=dict)
    routes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    loose: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """How a visit stands in the new plan compared with the old.

    `what` is "added", "dropped", "moved" (to another crew) or "retimed"; a crew is "" and a time
    None where the visit is in no route.
    """

    visit_id: str
    what: str
    old_crew: str = ""
    new_crew: str = ""
    old_begin_s: int | None = None
    new_begin_s: int | None = None


def with_standing_changes(day: Day, old: DayPlan, change: Change) -> Change:
    """The change with what earlier ones have left: the rain, who is ill, and the pins.

    A new crew takes the place of the old one, a new time that of the old time, a whole route that
    of both, and both take a visit out of an old route. A pin to a crew that cannot go, or to a
    time that is past, ends by itself.
    """
    now_s = _time_reached(day, old, change)
    absent = change.absent | (frozenset(old.absent) - change.back)
    here = {crew.crew_id for crew in day.problem.crews} - absent
    due = {visit.visit_id for visit in day.problem.visits}
    routed = set(chain.from_iterable(change.routes.values()))
    anew = {*change.crews, *change.begins} | routed
    off = anew | change.loose
    stand = [
        v for v in old.visits
        if v.visit_id in due and v.visit_id not in routed and v.visit_id not in change.loose
    ]  # fmt: skip
    crews = {v.visit_id: v.pinned_crew for v in stand if v.pinned_crew in here}
    begins = {
        v.visit_id: v.pinned_start_s
        for v in stand
        if v.pinned_start_s is not None and v.pinned_start_s >= (now_s or 0)
    }
    routes = {
        crew: tuple(name for name in stops if name in due and name not in off)
        for crew, stops in old.pinned_routes
        if crew in here and crew not in change.loose
    }
    faster = old.speed_factor if change.speed_factor is None else change.speed_factor
    return replace(
        change,
        now_s=now_s,
        absent=absent,
        speed_factor=faster,
        crews={name: crew for name, crew in crews.items() if crew} | {**change.crews},
        begins=begins | {**change.begins},
        routes=routes | {**change.routes},
    )


def _time_reached(day: Day, old: DayPlan, change: Change) -> int | None:
    """The time that is said, else that of the old plan; not before what has been recorded.

    Crews go their own ways: of whom five visits are recorded, the first five on paper are past.
    """
    account = {visit.visit_id: visit.account_no for visit in old.visits}
    said_s = old.now_s if change.now_s is None else change.now_s
    times = [] if said_s is None else [said_s]
    for route in old.routes:
        made = sum(account.get(stop.visit_id) in day.recorded for stop in route.stops)
        times += [stop.departure_s for stop in route.stops[:made]]
    return max(times, default=None)


def differences(old: DayPlan, new: DayPlan) -> tuple[Difference, ...]:
    """Every visit that another crew makes, at another time, or that came or went."""
    before, after = _crew_and_time(old), _crew_and_time(new)
    found = []
    for name in sorted(before.keys() | after.keys()):
        old_crew, old_begin_s = before.get(name, ("", None))
        new_crew, new_begin_s = after.get(name, ("", None))
        what = _kind_of_change(old_crew, new_crew, old_begin_s, new_begin_s)
        if what:
            found.append(
                Difference(
                    visit_id=name,
                    what=what,
                    old_crew=old_crew,
                    new_crew=new_crew,
                    old_begin_s=old_begin_s,
                    new_begin_s=new_begin_s,
                )
            )
    return tuple(found)


def _crew_and_time(plan: DayPlan) -> dict[str, tuple[str, int | None]]:
    return {
        stop.visit_id: (route.crew_id, stop.begin_s)
        for route in plan.routes
        for stop in route.stops
    }


def _kind_of_change(old_crew: str, new_crew: str, old_s: int | None, new_s: int | None) -> str:
    if not old_crew:
        return "added"
    if not new_crew:
        return "dropped"
    if old_crew != new_crew:
        return "moved"
    return "retimed" if abs((old_s or 0) - (new_s or 0)) >= RETIMED_S else ""
