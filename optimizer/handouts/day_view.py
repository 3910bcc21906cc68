"""A day's plan as a crew may see it: names and phones masked or not, and what its map shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizer.catalogue.escaping import clean, masked_name, masked_phone
from optimizer.drawing.route_map import MapSubject

if TYPE_CHECKING:
    from optimizer.catalogue import Texts
    from optimizer.drawing.map_content import Drawing
    from optimizer.model import Crew, DayPlan, Route, Visit
    from optimizer.settings import Settings

PHONE_SHOWN = 48
"""Room for three numbers."""


@dataclass(frozen=True, slots=True)
class DayView:
    """A plan with everything needed to write about it."""

    plan: DayPlan
    drawing: Drawing
    settings: Settings
    texts: Texts
    mask: bool = False
    weather: str = ""

    def crew(self, crew_id: str) -> Crew:
        """The crew of that id."""
        return next(crew for crew in self.plan.crews if crew.crew_id == crew_id)

    def visits(self, route: Route) -> list[Visit]:
        """The visits of a route in its order."""
        by_id = {visit.visit_id: visit for visit in self.plan.visits}
        return [by_id[stop.visit_id] for stop in route.stops]

    def name(self, visit: Visit) -> str:
        """The customer's name as it may be shown."""
        name = clean(visit.name, 60)
        return masked_name(name) if self.mask else name

    def phone(self, visit: Visit) -> str:
        """The customer's phone as it may be shown."""
        phone = clean(visit.phone, PHONE_SHOWN)
        return masked_phone(phone) if self.mask else phone

    def task(self, visit: Visit) -> str:
        """Why we come and what to check, in one line."""
        parts = [clean(visit.why, 120), clean(visit.check, 120)]
        if visit.location is None:
            parts.insert(0, self.texts("sheet.no_place"))
        return "；".join(part for part in parts if part)

    def subject(self, route: Route) -> MapSubject:
        """What the map of a route shows."""
        return MapSubject(
            stops=tuple(
                (number, visit.location)
                for number, visit in enumerate(self.visits(route), 1)
                if visit.location is not None
            ),
            station=self.plan.station.location,
            legs=self.drawing.legs.get(route.crew_id, ()),
        )

    def station_subject(self, *, doors: bool = False) -> MapSubject:
        """What the map of all routes shows: each crew at its middle stop, maybe its doors."""
        subjects = [self.subject(route) for route in self.plan.routes]
        return MapSubject(
            stops=tuple(
                (clean(route.crew_id, 8), place)
                for route, own in zip(self.plan.routes, subjects, strict=True)
                for _, place in own.stops[len(own.stops) // 2 :][:1]
            ),
            station=self.plan.station.location,
            legs=tuple(leg for own in subjects for leg in own.legs),
            doors=tuple(place for own in subjects for _, place in own.stops) if doors else (),
        )
