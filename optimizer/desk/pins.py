"""A chief's pins: visits to crews and times, whole routes, and pins taken off."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import chain
from typing import TYPE_CHECKING

from optimizer.errors import CampaignError

if TYPE_CHECKING:
    from optimizer.dayplan import Change, Day
    from optimizer.model import DayPlan, Visit


@dataclass(frozen=True, slots=True)
class Pins:
    """What a chief fixes in a day that is planned anew.

    Attributes
    ----------
    crews, begins
        Of visits, by account number or id.
    routes
        Of crews: the visits in their order, None for those that are printed.
    loose
        Visits or crews whose pins are taken off.
    """

    crews: dict[str, str] = field(default_factory=dict)
    begins: dict[str, int] = field(default_factory=dict)
    routes: dict[str, tuple[str, ...] | None] = field(default_factory=dict)
    loose: frozenset[str] = frozenset()

    @property
    def visits(self) -> frozenset[str]:
        """Visits that are named, by account number or id."""
        written = chain.from_iterable(visits or () for visits in self.routes.values())
        return frozenset({*self.crews, *self.begins, *written})

    def on(self, change: Change, day: Day, old: DayPlan) -> Change:
        """The change with these pins, visits by their ids.

        Raises
        ------
        CampaignError
            A visit cannot be made on this day, is begun already or pinned to a time that is past;
            a crew has no printed route; or what is to be unpinned has no pin.
        """
        from optimizer.dayplan.replan import begun_visits, with_standing_changes

        visits = day.problem.visits
        known = {v.account_no: v.visit_id for v in visits} | {
            v.visit_id: v.visit_id for v in visits
        }
        crews = {crew.crew_id for crew in old.crews} | {crew.crew_id for crew in day.crews}
        aside = {reason.visit_id: reason.reason for reason in day.reasons}
        for visit in day.set_aside:
            for name in self.visits & {visit.visit_id, visit.account_no}:
                why = aside[visit.visit_id]
                raise CampaignError("day.set_aside", account=name, why=why)
        strangers = self.visits.difference(known) | self.loose.difference(known, crews)
        if strangers:
            raise CampaignError("day.not_due", strangers=sorted(strangers))
        loose = frozenset(known.get(name, name) for name in self.loose)
        idle = loose - _with_pins(old)
        if idle:
            raise CampaignError("day.no_pin", names=sorted(idle))
        stands = with_standing_changes(day, old, change)
        done = begun_visits(day, old, stands)
        for name in (*self.crews, *self.begins):
            if known[name] in done:
                raise CampaignError("day.begun", account=name)
        for name, begin_s in self.begins.items():
            if begin_s < (stands.now_s or 0):
                raise CampaignError("day.past_pin", account=name)
        return replace(
            change,
            crews={known[visit]: crew for visit, crew in self.crews.items()},
            begins={known[visit]: begin_s for visit, begin_s in self.begins.items()},
            routes={
                crew: _printed(crew, old, set(known)) if stops is None
                else tuple(known[visit] for visit in stops)
                for crew, stops in self.routes.items()
            },
            loose=loose,
        )  # fmt: skip


def is_pinned(visit: Visit) -> bool:
    """Whether a chief has pinned the visit to a crew or a time."""
    return visit.pinned_crew is not None or visit.pinned_start_s is not None


def _with_pins(old: DayPlan) -> set[str]:
    """Ids of the visits and crews of a plan that have a pin."""
    routed = chain.from_iterable(stops for _, stops in old.pinned_routes)
    crews = (crew for crew, _ in old.pinned_routes)
    return {visit.visit_id for visit in old.visits if is_pinned(visit)} | {*routed, *crews}


def _printed(crew: str, old: DayPlan, due: set[str]) -> tuple[str, ...]:
    """The visits of a crew's printed route that are still due."""
    for route in old.routes:
        if route.crew_id == crew:
            return tuple(stop.visit_id for stop in route.stops if stop.visit_id in due)
    raise CampaignError("day.no_route", crew=crew)
