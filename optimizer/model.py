"""The nouns: small frozen values, valid by construction, changed by `dataclasses.replace`.

Times of day are whole seconds since midnight, durations whole seconds, lengths whole metres,
coordinates WGS-84 degrees. Tables of many customers are not here: they are pandas frames whose
columns `optimizer.register` documents.
"""

from __future__ import annotations

import datetime as dt  # noqa: TC003  (pydantic reads the annotations when plans are stored)
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from optimizer.errors import ProblemError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

LAST_S = 10**9
"""No time of a problem is later (a day's are far below; benchmarks count in other units)."""
NOON_S = 12 * 3600
YEARS = range(2000, 2200)
"""No campaign is in another: a date there is a slip, and none near it can be reckoned with."""


class LonLat(NamedTuple):
    """A point in WGS-84 degrees, longitude first."""

    lon: float
    lat: float


class CustomerKind(StrEnum):
    """What sort of customer an account is."""

    HOUSEHOLD = "household"
    BUSINESS = "business"
    HV10KV = "hv10kv"


class VisitKind(StrEnum):
    """Why somebody calls at a door."""

    FIRST = "first"
    RETRY = "retry"
    REVISIT = "revisit"
    REQUEST = "request"
    APPOINTMENT = "appointment"


@dataclass(frozen=True, slots=True, order=True)
class TimeWindow:
    """Seconds since midnight between which something may begin, both ends included."""

    start_s: int
    end_s: int

    def __post_init__(self) -> None:
        if not 0 <= self.start_s <= self.end_s <= LAST_S:
            raise ProblemError(
                f"time window {self.start_s}..{self.end_s}: needs 0 <= start <= end, in seconds"
            )

    def __contains__(self, time_s: object) -> bool:
        return isinstance(time_s, int) and self.start_s <= time_s <= self.end_s


ANY_TIME = TimeWindow(0, LAST_S)


def merge_windows(windows: Iterable[TimeWindow]) -> tuple[TimeWindow, ...]:
    """The same times as disjoint windows in order."""
    out: list[TimeWindow] = []
    for window in sorted(windows):
        if out and window.start_s <= out[-1].end_s + 1:
            out[-1] = TimeWindow(out[-1].start_s, max(out[-1].end_s, window.end_s))
        else:
            out.append(window)
    return tuple(out)


def intersect_windows(
    first: Iterable[TimeWindow], second: Iterable[TimeWindow]
) -> tuple[TimeWindow, ...]:
    """The times that are in a window of both."""
    second = tuple(second)
    pairs = [(max(a.start_s, b.start_s), min(a.end_s, b.end_s)) for a in first for b in second]
    return merge_windows(TimeWindow(lo, hi) for lo, hi in pairs if lo <= hi)


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """A supply station: crews start and end here."""

    station_id: str
    name: str
    location: LonLat
    phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crew:
    """Two staff and one motorcycle, as the crew file describes them."""

    crew_id: str
    station_id: str
    members: tuple[str, ...]
    phone: str = ""
    motorcycle: str = ""
    skills: frozenset[str] = frozenset()
    home: LonLat | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One call at one door, as a day's problem sees it.

    Attributes
    ----------
    visit_id
        Unique in a problem.
    place
        Row and column of the door in the problem's matrices.
    service_s
        Time at the door; `setup_s` comes on top when the previous stop has another `address`.
    address_key
        Visits with the same non-empty key, one after the other, share one setup.
    windows
        When service may begin; any one of them. Empty: any time of the shift.
    preferred_windows, preference_price
        When service should begin, and what ignoring it costs (seconds of travel).
    skills
        A crew needs all of them.
    preferred_crew, crew_price
        Who should go (the one that was there before, the area's manager), and what sending
        another costs (seconds of travel).
    follows, follow_price
        The visit that should come right before, "" for none (it is the crew's first), and what it
        costs if another does (seconds of travel); None for any.
    added_price
        What making it costs whoever goes, because it is on no printed sheet (seconds of travel).
    mandatory
        Left out only if it is proven that nobody can serve it.
    price
        What leaving an optional visit out costs (seconds of travel).
    pinned_crew, pinned_start_s
        A chief's fixed choice of crew and of the beginning of service.
    failed_s
        When the last call found nobody home: this one falls into the other half of the day.
    not_before, deadline
        First and last day on which the visit counts; on its last day it is mandatory.
    load
        How much of the crew's `capacity` it takes (parts, forms).
    walk_m
        Metres on foot from the road to the door; their time is in the matrices already.
    why, check
        For the sheet: why we come, and what to look at.
    finding
        Categories of the old findings that a revisit checks, with ";" between; the tool bag follows
        from them.
    """

    visit_id: str
    place: int
    service_s: int
    kind: VisitKind = VisitKind.FIRST
    account_no: str = ""
    name: str = ""
    address: str = ""
    phone: str = ""
    area: str = ""
    location: LonLat | None = None
    customer_kind: CustomerKind = CustomerKind.HOUSEHOLD
    setup_s: int = 0
    address_key: str = ""
    windows: tuple[TimeWindow, ...] = ()
    preferred_windows: tuple[TimeWindow, ...] = ()
    preference_price: int = 0
    skills: frozenset[str] = frozenset()
    preferred_crew: str | None = None
    crew_price: int = 0
    forbidden_crews: frozenset[str] = frozenset()
    follows: str | None = None
    follow_price: int = 0
    added_price: int = 0
    mandatory: bool = False
    price: int = 4 * 3600
    pinned_crew: str | None = None
    pinned_start_s: int | None = None
    failed_s: int | None = None
    not_before: dt.date | None = None
    deadline: dt.date | None = None
    load: int = 0
    walk_m: int = 0
    why: str = ""
    check: str = ""
    finding: str = ""

    def __post_init__(self) -> None:
        if self.service_s < 0 or self.setup_s < 0:
            raise ProblemError(f"visit {self.visit_id}: service and setup cannot be negative")
        if self.place < 0:
            raise ProblemError(f"visit {self.visit_id}: place {self.place} is negative")

    @property
    def hard_windows(self) -> tuple[TimeWindow, ...]:
        """When service may begin, after pins and failed calls; empty if never."""
        windows = merge_windows(self.windows) or (ANY_TIME,)
        if self.failed_s is not None:
            morning = self.failed_s < NOON_S
            half = TimeWindow(NOON_S, LAST_S) if morning else TimeWindow(0, NOON_S)
            windows = intersect_windows(windows, (half,))
        if self.pinned_start_s is not None:
            pinned = TimeWindow(self.pinned_start_s, self.pinned_start_s)
            windows = intersect_windows(windows, (pinned,))
        return windows


@dataclass(frozen=True, slots=True, kw_only=True)
class Lunch:
    """A break that begins within `window` and lasts `duration_s`.

    With `at_place` the crew is at that place of the matrices; without, it rests where it is,
    be it in the middle of a ride. A crew that is back before the window closes eats at home,
    unless `always`.
    """

    window: TimeWindow
    duration_s: int
    at_place: int | None = None
    always: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CrewDay:
    """A crew on duty on one day, as a day's problem sees it.

    It leaves `start_place` not before `shift.start_s` and is back at `end_place` by
    `shift.end_s`. None for a place means that the ride there is not ours to plan. Rides take
    the matrix's seconds divided by `speed_factor`, service takes `service_factor` times as long
    (in whole thousandths; setup as it is); sending the crew out at all is priced `fixed_s` seconds
    of travel. Visits at `start_address`, an `address_key`, need no setup when they come first.
    """

    crew_id: str
    start_place: int | None
    end_place: int | None
    shift: TimeWindow
    lunch: Lunch | None = None
    skills: frozenset[str] = frozenset()
    max_visits: int | None = None
    max_travel_s: int | None = None
    speed_factor: float = 1.0
    service_factor: float = 1.0
    capacity: int | None = None
    fixed_s: int = 0
    start_address: str = ""


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One station, one day: who is to be visited and who can go.

    Attributes
    ----------
    seconds, metres
        int32 arrays of shape (places, places): travel from row to column, door to door,
        parking and walking included.
    balance
        Price of each second between the longest and the shortest working time of the crews
        (travel and service).
    overlap
        Price in seconds of each crew beyond the first in one area.
    pinned_routes
        Crews whose route is fixed as it is: crew and visits in their order.
    date
        The day, where visits have days on which they count.
    """

    visits: tuple[Visit, ...]
    crews: tuple[CrewDay, ...]
    seconds: NDArray[np.int32] = field(repr=False)
    metres: NDArray[np.int32] = field(repr=False)
    balance: float = 0.0
    overlap: int = 0
    pinned_routes: tuple[tuple[str, tuple[str, ...]], ...] = ()
    date: dt.date | None = None

    def __post_init__(self) -> None:
        _check_matrix(self.seconds, "seconds")
        _check_matrix(self.metres, "metres")
        if self.seconds.shape != self.metres.shape:
            raise ProblemError(
                f"seconds are {self.seconds.shape}, metres {self.metres.shape}: must be the same"
            )
        size = len(self.seconds)
        _check_unique("visit", [visit.visit_id for visit in self.visits])
        _check_unique("crew", [crew.crew_id for crew in self.crews])
        for visit in self.visits:
            if visit.place >= size:
                raise ProblemError(f"visit {visit.visit_id}: place {visit.place} of {size}")
        for crew in self.crews:
            for place in (crew.start_place, crew.end_place):
                if place is not None and not 0 <= place < size:
                    raise ProblemError(f"crew {crew.crew_id}: place {place} of {size}")


def _check_matrix(matrix: NDArray[np.int32], name: str) -> None:
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        raise ProblemError(f"{name}: a matrix of shape {matrix.shape} is not square")
    if matrix.dtype != np.int32:
        raise ProblemError(f"{name}: {matrix.dtype} instead of int32")
    if matrix.size and matrix.min() < 0:
        row, column = (int(i) for i in np.argwhere(matrix < 0)[0])
        raise ProblemError(f"{name}: row {row}, column {column} is {matrix[row, column]}")


def _check_unique(what: str, names: list[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ProblemError(f"{what} {name} is there twice")
        seen.add(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """One visit in a route.

    `travel_s` and `distance_m` are those of the ride to it; service begins `waiting_s` after
    `arrival_s` and takes `service_s`, setup included.
    """

    visit_id: str
    arrival_s: int
    waiting_s: int
    service_s: int
    travel_s: int
    distance_m: int

    @property
    def begin_s(self) -> int:
        """When service begins."""
        return self.arrival_s + self.waiting_s

    @property
    def departure_s(self) -> int:
        """When the crew leaves."""
        return self.begin_s + self.service_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """The lunch break of a route: it lies after the first `after` stops.

    At a `place` of the matrices, `travel_s` and `distance_m` are those of the ride to it; else
    they are 0 and the crew rests on its way to the next stop. `waiting_s` passes before it.
    """

    start_s: int
    duration_s: int
    after: int
    waiting_s: int = 0
    place: int | None = None
    travel_s: int = 0
    distance_m: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """What one crew does: leaves at `start_s`, makes the stops, is back at `end_s`.

    `return_travel_s` and `return_distance_m` are those of the last ride.
    """

    crew_id: str
    start_s: int
    end_s: int
    stops: tuple[Stop, ...]
    rest: Rest | None = None
    return_travel_s: int = 0
    return_distance_m: int = 0

    @property
    def travel_s(self) -> int:
        """Seconds on the way, parking and walking included."""
        lunch = self.rest.travel_s if self.rest else 0
        return sum(stop.travel_s for stop in self.stops) + lunch + self.return_travel_s

    @property
    def distance_m(self) -> int:
        """Metres on the way."""
        lunch = self.rest.distance_m if self.rest else 0
        return sum(stop.distance_m for stop in self.stops) + lunch + self.return_distance_m

    @property
    def service_s(self) -> int:
        """Seconds at doors."""
        return sum(stop.service_s for stop in self.stops)

    @property
    def waiting_s(self) -> int:
        """Seconds spent waiting for a window to open, or for lunch."""
        lunch = self.rest.waiting_s if self.rest else 0
        return sum(stop.waiting_s for stop in self.stops) + lunch


@dataclass(frozen=True, slots=True, kw_only=True)
class Unassigned:
    """A visit that is not in the plan: why, and what can be done.

    `code` is one of those the README lists, for machines; `reason` and `action` are sentences.
    """

    visit_id: str
    code: str
    reason: str
    action: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """What the field's clocks say about the planner's times: 1.2 takes a fifth longer.

    Attributes
    ----------
    service
        Time at the door by kind of customer.
    travel
        All rides, parking and walking included.
    crews
        All of a crew's time, beside the above.
    areas
        Time at the doors of a transformer area, beside all of the above.
    observations
        How many pairs of records there were.
    home
        Share of calls at which somebody is home, by kind of visit; 1 where it is not known.
    """

    service: dict[str, float] = field(default_factory=dict, hash=False)
    travel: float = 1.0
    crews: dict[str, float] = field(default_factory=dict, hash=False)
    areas: dict[str, float] = field(default_factory=dict, hash=False)
    observations: int = 0
    home: dict[str, float] = field(default_factory=dict, hash=False)

    def expected_s(self, kind: str, full_s: float, absent_s: float) -> float:
        """Seconds at the door that are to be expected where a full visit takes `full_s`."""
        share = self.home.get(kind, 1.0)
        return share * full_s + (1 - share) * absent_s

    def full_s(self, kind: str, expected_s: float, absent_s: float) -> float:
        """Seconds of a full visit of which so many were expected; the inverse."""
        share = self.home.get(kind, 1.0)
        return (expected_s - (1 - share) * absent_s) / share

    def at_door(self, kind: str, area: str) -> float:
        """By what service at a door is multiplied, whoever comes."""
        return self.service.get(kind, 1.0) * self.areas.get(area, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class DayPlan:
    """One station, one day: everything that a sheet or a phone map shows.

    Only crews with a route are printed; `crews` holds all that were on duty. `version` counts
    the plans of this station and date from 1, and is given by the register; 0 was not kept.
    `learned` is what corrected its times: they are in `visits` and `routes` already.
    A chief's pins are in `visits`, whole routes that are pinned as they are in `pinned_routes`.
    What an earlier change has left is in `absent`, crews that cannot go on, `speed_factor`, by
    which rides are faster than usual, and `now_s`, the time of day until which all is done.
    """

    station: Station
    date: dt.date
    crews: tuple[Crew, ...]
    visits: tuple[Visit, ...]
    routes: tuple[Route, ...]
    unassigned: tuple[Unassigned, ...] = ()
    seed: int = 0
    version: int = 0
    learned: Learned = field(default_factory=Learned)
    pinned_routes: tuple[tuple[str, tuple[str, ...]], ...] = ()
    absent: tuple[str, ...] = ()
    speed_factor: float = 1.0
    now_s: int | None = None
