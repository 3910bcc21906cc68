"""A plan as the checker sees it: what is said to solve a problem, and what times follow from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.model import CrewDay, Problem, Route, Stop, Unassigned, Visit


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule that a plan breaks; crew and visit are "" where the rule is about none."""

    rule: str
    crew: str
    visit: str
    text: str


@dataclass(frozen=True)
class Plan:
    """A problem and what is said to solve it, with names to look up."""

    problem: Problem
    routes: tuple[Route, ...]
    unassigned: tuple[Unassigned, ...]
    visits: dict[str, Visit]
    crews: dict[str, CrewDay]
    begin_s: int = 0

    def clock(self, time_s: int) -> str:
        """HH:MM:SS; where the problem's times count from another moment, the whole seconds."""
        if self.begin_s:
            return str(self.begin_s + time_s)
        return f"{time_s // 3600:02d}:{time_s // 60 % 60:02d}:{time_s % 60:02d}"

    def known(self) -> Iterator[tuple[CrewDay, Route]]:
        """Routes whose crew is on duty."""
        for route in self.routes:
            if route.crew_id in self.crews:
                yield self.crews[route.crew_id], route

    def stops(self) -> Iterator[tuple[CrewDay, Route, Stop, Visit]]:
        """Stops whose crew and visit are in the problem."""
        for crew, route in self.known():
            for stop in route.stops:
                if stop.visit_id in self.visits:
                    yield crew, route, stop, self.visits[stop.visit_id]

    def ride(self, crew: CrewDay, start: int | None, end: int | None) -> tuple[int, int]:
        """Seconds and metres of a ride of a crew."""
        if start is None or end is None:
            return 0, 0
        seconds = int(self.problem.seconds[start, end])
        if crew.speed_factor != 1:
            seconds = int(seconds / crew.speed_factor + 0.5)
        return seconds, int(self.problem.metres[start, end])


def must(problem: Problem, visit: Visit) -> bool:
    """Whether a visit is mandatory on the problem's day."""
    due = problem.date and visit.deadline and visit.deadline <= problem.date
    return visit.mandatory or bool(due)


def stay(crew: CrewDay, address: str, visit: Visit) -> int:
    """Seconds of a crew at a door, coming straight from an address ("" is none in particular)."""
    mates = "" != address == visit.address_key
    pace = int(crew.service_factor * 1000 + 0.5)
    return (visit.service_s * pace + 500) // 1000 + (0 if mates else visit.setup_s)
