"""The field as it really is: who is home when, how long things take, what goes wrong.

Only the crews see it. What the planner knows of it comes from the records that they hand in.
"""

from __future__ import annotations

import datetime as dt
import math
import random
import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from optimizer.records import Entry, Finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from optimizer.model import DayPlan, Route, Stop, Visit

NOON_S = 12 * 3600
FESTIVALS = (dt.date(2027, 2, 6), dt.date(2028, 1, 26), dt.date(2029, 2, 13), dt.date(2030, 2, 3))
"""Spring Festival, the first day of the lunar year."""


@dataclass(frozen=True)
class Habits:
    """What field.toml says, a table a section."""

    people: dict[str, Any]
    time: dict[str, Any]
    trouble: dict[str, Any]
    office: dict[str, Any]

    @classmethod
    def read(cls, path: Path, worse: float = 1.0) -> Habits:
        """The habits of a file; `worse` multiplies absence, slowness and trouble."""
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
        people, time, trouble = tables["people"], tables["time"], tables["trouble"]
        for name in ("home_morning", "home_afternoon"):
            people[name] = 1 - min(1.0, (1 - people[name]) * worse)
        time["slow_factor"] = 1 + (time["slow_factor"] - 1) * worse
        time["usual_factor"] = worse
        for name in trouble:
            if name.endswith("_chance"):
                trouble[name] *= worse
        return cls(people, time, trouble, tables["office"])


@dataclass
class Household:
    """What one account is really like.

    `migrant` holds how many days before and after the festival it is home.
    """

    home_morning: float
    home_afternoon: float
    migrant: tuple[int, int] | None
    refuses: bool
    fate: str
    faults: set[str]

    def chance(self, day: dt.date, second: int) -> float:
        """The chance that somebody opens the door."""
        if self.migrant is not None:
            near = min(FESTIVALS, key=lambda festival: abs(day - festival))
            return 0.95 if self.migrant[0] <= (day - near).days <= self.migrant[1] else 0.0
        return self.home_morning if second < NOON_S else self.home_afternoon

    @property
    def reachable(self) -> bool:
        """Whether there is a time at which the plan can find somebody who lets the crew in."""
        at_home = self.migrant is not None or max(self.home_morning, self.home_afternoon) > 0.05
        return at_home and not self.refuses and not self.fate


@dataclass(frozen=True)
class Call:
    """One call at a door, as the field's own book has it."""

    account_no: str
    kind: str
    day: dt.date
    station: str
    crew: str
    result: str
    known_done: bool
    """Whether the account was visited before, whatever the register knew."""


@dataclass
class Tour:
    """What came of one printed route."""

    station: str
    crew: str
    day: dt.date
    planned_end_s: int
    end_s: int
    stops: int
    worked: bool
    entries: list[Entry] = field(default_factory=list)


@dataclass
class Field:
    """All households, and the book of everything that happened at doors."""

    habits: Habits
    rng: random.Random
    households: dict[str, Household]
    factor: dict[str, float]
    """How many times as long as planned all takes at a station."""
    calls: list[Call] = field(default_factory=list)
    tours: list[Tour] = field(default_factory=list)
    done: set[str] = field(default_factory=set)
    numbered: int = 0

    @classmethod
    def of(
        cls, accounts: Iterable[str], stations: Sequence[str], habits: Habits, seed: int
    ) -> Field:
        """A field drawn by its habits."""
        rng = random.Random(seed)
        slow = round(len(stations) * habits.time["slow_stations"] / 3) or 1
        usual = habits.time["usual_factor"]
        factor = dict.fromkeys(stations, usual)
        for name in stations[len(stations) - slow :]:
            factor[name] = usual * habits.time["slow_factor"]
        households = {account: household(habits.people, rng) for account in accounts}
        return cls(habits, rng, households, factor)

    def walk(self, plan: DayPlan, route: Route, *, rain: bool) -> Tour:
        """Work off one sheet, in its order, until the shift is over."""
        tour = Tour(plan.station.station_id, route.crew_id, plan.date, route.end_s, route.start_s,
                    len(route.stops), worked=True)  # fmt: skip
        if self.rng.random() < self.habits.trouble["ill_chance"]:
            tour.worked = False
            self.tours.append(tour)
            return tour
        visits = {visit.visit_id: visit for visit in plan.visits}
        now = float(route.start_s)
        latest = 17 * 3600 + 60 * self.habits.time["overtime_min"]
        for row, stop in enumerate(route.stops, 1):
            visit = visits[stop.visit_id]
            if route.rest is not None and route.rest.after == row - 1:
                now = max(now, route.rest.start_s) + route.rest.duration_s
            arrival = now + self._lasts(stop.travel_s, "ride_spread", plan, rain=rain)
            begin = max(arrival, float(self._opens(visit, arrival)))
            if begin > latest:
                break
            now = self._call(tour, plan, visit, stop, row, begin)
        tour.end_s = round(now + self._lasts(route.return_travel_s, "ride_spread", plan, rain=rain))
        self.tours.append(tour)
        return tour

    def _lasts(self, planned_s: float, spread: str, plan: DayPlan, *, rain: bool) -> float:
        """How long a ride takes that the files alone would give `planned_s / learned` for."""
        sigma = self.habits.time[spread]
        wet = self.habits.trouble["rain_factor"] if rain else 1.0
        slow = self.factor[plan.station.station_id] * wet / plan.learned.travel
        return planned_s * slow * math.exp(self.rng.gauss(-(sigma**2) / 2, sigma))

    @staticmethod
    def _opens(visit: Visit, arrival: float) -> int:
        """When the customer lets somebody in, at the earliest."""
        still = [window for window in visit.windows if arrival <= window.end_s]
        return min((window.start_s for window in still), default=0)

    def _call(  # noqa: PLR0917
        self, tour: Tour, plan: DayPlan, visit: Visit, stop: Stop, row: int, begin: float
    ) -> float:
        """What happens at one door; gives back when the crew leaves it."""
        home = self.households[visit.account_no]
        result = self._outcome(home, plan.date, begin, visit)
        if result == "done":
            sigma = self.habits.time["service_spread"]
            usual = self.factor[tour.station]
            files_s = 60 * {"household": 12, "business": 20}.get(visit.customer_kind.value, 60)
            files_s += max(0, stop.service_s - visit.service_s)
            lasts = files_s * usual * math.exp(self.rng.gauss(-(sigma**2) / 2, sigma))
        else:
            lasts = float(self.habits.time["absent_s"])
        self.calls.append(
            Call(visit.account_no, visit.kind.value, plan.date, tour.station, tour.crew, result,
                 known_done=visit.account_no in self.done)
        )  # fmt: skip
        if result == "done":
            self.done.add(visit.account_no)
        end = begin + lasts
        self.numbered += 1
        at = dt.datetime.combine(plan.date, dt.time()) + dt.timedelta(seconds=round(end))
        tour.entries.append(
            Entry(
                id=f"f{self.numbered}", date=plan.date.isoformat(), account_no=visit.account_no,
                station=tour.station, crew=tour.crew, row=row, version=plan.version or None,
                visit_id=visit.visit_id, kind=visit.kind.value, result=result,
                at=at.isoformat() + "+08:00",
                findings=self._look(home) if result == "done" else (),
                opinion="电压低" if self._chance("opinion_chance") else "",
            )
        )  # fmt: skip
        return end

    def _outcome(self, home: Household, day: dt.date, second: float, visit: Visit) -> str:
        if home.fate:
            return home.fate
        promised = visit.kind.value in {"appointment", "request"}
        chance = 0.95 if promised else home.chance(day, round(second))
        if self.rng.random() > chance:
            return "nobody_home"
        return "refused" if home.refuses else "done"

    def _chance(self, name: str) -> bool:
        return self.rng.random() < float(self.habits.people[name])

    def _look(self, home: Household) -> tuple[Finding, ...]:
        """What a crew sees inside, and mends."""
        seen = []
        for category in sorted(home.faults):
            mended = category in {"rcd", "wiring"}
            mended = mended and self.rng.random() < self.habits.people["repaired_share"]
            if mended:
                home.faults.discard(category)
            seen.append(Finding(category=category, repaired=mended, note="现场"))
        return tuple(seen)

    def rectify(self, account: str, category: str) -> None:
        """A department mends what was found."""
        self.households[account].faults.discard(category)


def household(people: dict[str, Any], rng: random.Random) -> Household:
    """One account drawn by the habits."""
    migrant = None
    if rng.random() < people["migrant_share"]:
        migrant = (rng.randint(people["migrant_first"], -5), rng.randint(7, people["migrant_last"]))
    morning, afternoon = people["home_morning"], people["home_afternoon"]
    if rng.random() < people["morning_away_share"]:
        morning = people["home_when_away"]
    if rng.random() < people["never_home_share"]:
        morning = afternoon = 0.0
    faults = {c for c in people["fault_categories"] if rng.random() < people["fault_chance"]}
    draw = rng.random()
    fate = "moved" if draw < people["moved_share"] else ""
    if not fate and draw < people["moved_share"] + people["demolished_share"]:
        fate = "demolished"
    return Household(
        morning, afternoon, migrant, rng.random() < people["refuse_share"], fate, faults
    )
