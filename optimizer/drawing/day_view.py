"""A day's plan with what it is drawn and written with, for sheets and phone pages alike."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizer.catalogue.escaping import clean, masked_name, masked_phone
from optimizer.drawing.route_map import Sight

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.catalogue import Texts
    from optimizer.drawing.picture import Drawing
    from optimizer.model import Crew, DayPlan, Route, Visit
    from optimizer.settings import Settings

FINDINGS = (
    "low_voltage",
    "wiring",
    "rcd",
    "meter",
    "billing",
    "outage",
    "tree",
    "pole",
    "attitude",
    "other",
)
"""Categories of findings; a sheet's code of each is its place here."""


@dataclass(frozen=True, slots=True)
class Day:
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
        phone = clean(visit.phone, 30)
        return masked_phone(phone) if self.mask else phone

    def task(self, visit: Visit) -> str:
        """Why we come and what to check, in one line."""
        parts = [clean(visit.why, 120), clean(visit.check, 120)]
        if visit.location is None:
            parts.insert(0, self.texts("sheet.no_place"))
        return "；".join(part for part in parts if part)


def sight(day: Day, route: Route) -> Sight:
    """What the overview of a route shows."""
    return Sight(
        stops=tuple(
            (number, visit.location)
            for number, visit in enumerate(day.visits(route), 1)
            if visit.location is not None
        ),
        station=day.plan.station.location,
        legs=day.drawing.legs.get(route.crew_id, ()),
    )


_VILLAGE = re.compile(r"(?:.*?(?:镇|乡|街道|开发区))?(.{1,10}?(?:村|社区|居委会|居))(?=\d|$|.)")


def villages(visits: Sequence[Visit], most: int = 3) -> str:
    """The villages that a route goes to, where it has most stops first."""
    names = Counter(village(visit) for visit in visits)
    return " ".join(name for name, _ in names.most_common(most) if name)


def village(visit: Visit) -> str:
    """The village in an address, else the transformer area."""
    found = _VILLAGE.match(clean(visit.address, 80))
    return found[1] if found else clean(visit.area, 20)
