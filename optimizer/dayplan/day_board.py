"""A day's plan with its doors, as a chief has it before him: what it amounts to and breaks."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from optimizer.checker import Violation, check
from optimizer.dayplan.day import at_place, build_problem, crews_on_duty
from optimizer.dayplan.replan import ride_seconds_at
from optimizer.errors import BoardError
from optimizer.routes import Reason, best_places, figures
from optimizer.routes.metrics import time_price
from optimizer.routes.rules import crew_price

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.context import CampaignContext
    from optimizer.dayplan.day import Day
    from optimizer.model import CrewDay, DayPlan, Problem, Visit
    from optimizer.routes import Figures, Fit

ADDED = "call:"
"""How the id of a visit begins that a chief has added."""
SOFT = frozenset({"mandatory", "other_crew", "other_time"})
"""Rules that a chief may break without a word."""


@dataclass(frozen=True, kw_only=True)
class Board:
    """A day's plan with the doors that it is about.

    Attributes
    ----------
    plan
        As it is now.
    doors
        Every visit that has a place and every crew on duty, with the rides between them in usual
        weather, as `board_problem` has them.
    """

    plan: DayPlan
    doors: Problem = field(repr=False)

    @cached_property
    def problem(self) -> Problem:
        """The problem that the plan solves: its weather, its crews, its pins."""
        place = {visit.visit_id: visit.place for visit in self.doors.visits}
        plan = self.plan
        return replace(
            self.doors,
            visits=tuple(
                at_place(visit, place[visit.visit_id])
                for visit in plan.visits
                if visit.visit_id in place
            ),
            crews=tuple(
                one
                for one in self.doors.crews
                if one.crew_id not in plan.absent or one.crew_id in self._made
            ),
            seconds=ride_seconds_at(self.doors.seconds, plan.speed_factor),
            pinned_routes=plan.pinned_routes,
        )

    @cached_property
    def broken(self) -> tuple[Violation, ...]:
        """What the plan breaks, hard rules first."""
        aside = [one for one in self.plan.unassigned if one.visit_id in self._visits]
        wrong = check(self.problem, self.plan.routes, aside)
        return tuple(sorted([*wrong, *self._wishes()], key=lambda one: one.rule in SOFT))

    @property
    def hard(self) -> tuple[Violation, ...]:
        """What must not be printed without a word of the chief."""
        return tuple(one for one in self.broken if one.rule not in SOFT)

    @cached_property
    def figures(self) -> Figures:
        """What the plan amounts to."""
        crews = {crew.crew_id for crew in self.problem.crews}
        return figures(self.problem, [one for one in self.plan.routes if one.crew_id in crews])

    def best_places(self, visit: Visit) -> list[Fit]:
        """The best places for a visit that is in no route, the cheapest first."""
        return best_places(replace(self.problem, pinned_routes=()), self.plan.routes, visit)

    def visit(self, name: str) -> Visit:
        """A visit by its id, with its place.

        Raises
        ------
        BoardError
            It is not of this day, or has no place.
        """
        if name not in self._visits:
            raise BoardError("board.no_place", visit=name)
        return self._visits[name]

    @cached_property
    def _visits(self) -> dict[str, Visit]:
        return {visit.visit_id: visit for visit in self.problem.visits}

    @cached_property
    def _crews(self) -> dict[str, CrewDay]:
        absent = self.plan.absent
        return {one.crew_id: one for one in self.problem.crews if one.crew_id not in absent}

    @cached_property
    def _made(self) -> set[str]:
        """Crews with a route: who fell ill on the way has made the stops before."""
        return {route.crew_id for route in self.plan.routes}

    def crew(self, name: str) -> CrewDay:
        """A crew that can go.

        Raises
        ------
        BoardError
            It is not on duty, or cannot go.
        """
        if name not in self._crews:
            raise BoardError("board.no_crew", crew=name)
        return self._crews[name]

    def stops(self) -> dict[str, list[str]]:
        """The visits of each crew in their order."""
        made = {route.crew_id: [s.visit_id for s in route.stops] for route in self.plan.routes}
        return {crew: made.get(crew, []) for crew in dict.fromkeys([*self._crews, *made])}

    def _wishes(self) -> Iterator[Violation]:
        """Wishes that the routes do not fulfil."""
        for route in self.plan.routes:
            crew = self._crews.get(route.crew_id)
            for stop in route.stops if crew else ():
                visit = self._visits.get(stop.visit_id)
                if visit is None or crew is None:
                    continue
                if crew_price(crew, visit):
                    yield Violation("other_crew", route.crew_id, stop.visit_id, "")
                if time_price(stop, visit):
                    yield Violation("other_time", route.crew_id, stop.visit_id, "")


def board_problem(context: CampaignContext, plan: DayPlan) -> Problem:
    """Every visit of a plan that has a place, every crew on duty, and the rides between them."""
    crews = crews_on_duty(context, plan.station.station_id, plan.date)
    placed = [visit for visit in plan.visits if visit.location is not None]
    return build_problem(context, plan.station, plan.date, crews, placed, learned=plan.learned)


def around_hand(day: Day, plan: DayPlan) -> Day:
    """What is known of a day, with the chief's own calls, and without what he has taken off."""
    own = {visit.visit_id: visit for visit in plan.visits}
    places = {visit.visit_id: visit.place for visit in day.past}
    off = {one.visit_id: one for one in plan.unassigned if one.code == Reason.BY_HAND}
    calls = [
        replace(own[name], place=place)
        for name, place in places.items()
        if name.startswith(ADDED) and name in own
    ]
    visits = [visit for visit in (*day.problem.visits, *calls) if visit.visit_id not in off]
    aside = [visit for visit in (*day.problem.visits, *calls) if visit.visit_id in off]
    return replace(
        day,
        problem=replace(day.problem, visits=tuple(visits)),
        set_aside=(*day.set_aside, *aside),
        reasons=(*day.reasons, *(off[visit.visit_id] for visit in aside)),
        past=tuple(one for one in day.past if not one.visit_id.startswith(ADDED)),
    )
