"""A problem from VROOM's JSON: what is wrong or not supported is named with its place."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from optimizer.errors import ProblemError
from optimizer.model import LAST_S, CrewDay, Lunch, Problem, TimeWindow, Visit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    Json = Mapping[str, Any]

TOP = {"jobs", "vehicles", "matrices", "matrix"}
JOB = {
    "id", "description", "location_index", "location", "setup", "service", "delivery", "amount",
    "skills", "priority", "time_windows",
}  # fmt: skip
VEHICLE = {
    "id", "description", "profile", "start_index", "end_index", "start", "end", "capacity",
    "skills", "time_window", "breaks", "speed_factor", "max_tasks", "max_travel_time", "costs",
    "steps",
}  # fmt: skip
BREAK = {"id", "description", "service", "time_windows"}
STEP = {"type", "id", "service_at"}
MATRIX = {"durations", "distances"}
MOST_PRIORITY = 100


@dataclass(frozen=True)
class Order:
    """A problem that came in VROOM's JSON, and what is needed to answer in it.

    Attributes
    ----------
    shift_s
        Is added to our times to make the document's.
    steps
        Jobs of each vehicle that gives steps, in their order.
    lunch_after
        Where the steps of a vehicle put its break: after so many jobs, -1 nowhere.
    has_metres
        Whether the document gives distances.
    """

    problem: Problem
    jobs: dict[str, Json]
    vehicles: dict[str, Json]
    shift_s: int
    steps: dict[str, tuple[str, ...]]
    lunch_after: dict[str, int]
    has_metres: bool


class _Faults:
    """Everything that is wrong with a document, with its place."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def add(self, place: str, problem: str) -> None:
        """Note a fault."""
        self.found.append(f"{place}: {problem}")

    def known(self, place: str, given: object, known: set[str]) -> bool:
        """Whether something is an object; its properties that are not supported are faults."""
        if not isinstance(given, dict):
            self.add(place, "must be an object")
            return False
        for name in given:
            if name not in known:
                self.add(f"{place}.{name}", "is not supported")
        return True

    def whole(self, place: str, given: Json, name: str, default: int = 0) -> int:
        """A whole number that is not negative, nor too large to reckon with."""
        value = given.get(name, default)
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LAST_S:
            self.add(f"{place}.{name}", f"{value!r} is not a whole number from 0 to {LAST_S}")
            return default
        return value

    def raise_all(self) -> None:
        """Refuse the document if anything is wrong."""
        if self.found:
            shown = self.found[:50]
            more = len(self.found) - len(shown)
            raise ProblemError("\n".join([*shown, *([f"and {more} more"] if more else [])]))


def read_document(document: Json, *, check: bool = False) -> Order:
    """The problem of a document.

    Raises
    ------
    ProblemError
        With every fault of the document and its place.
    """
    faults = _Faults()
    if not faults.known("document", document, TOP):
        faults.raise_all()
    jobs = _listed(faults, document, "jobs", JOB)
    vehicles = _listed(faults, document, "vehicles", VEHICLE)
    seconds, metres = _matrices(faults, document, vehicles)
    faults.raise_all()
    shift_s = _earliest(jobs, vehicles)
    reader = _Reader(faults, len(seconds), shift_s)
    crews = tuple(reader.crew(f"vehicles[{k}]", one) for k, one in enumerate(vehicles))
    visits = tuple(reader.visit(f"jobs[{k}]", one) for k, one in enumerate(jobs))
    steps = _Steps(faults, {visit.visit_id for visit in visits}, shift_s)
    for k, vehicle in enumerate(vehicles):
        steps.read(f"vehicles[{k}]", vehicle)
    if steps.begins and not check:
        faults.add("vehicles", "service_at in steps is supported only with --check")
    faults.raise_all()
    problem = Problem(
        visits=tuple(_priced(visits, crews, jobs, seconds, steps.begins)),
        crews=crews,
        seconds=seconds,
        metres=np.zeros_like(seconds) if metres is None else metres,
    )
    return Order(
        problem=problem,
        jobs={str(job["id"]): job for job in jobs},
        vehicles={str(vehicle["id"]): vehicle for vehicle in vehicles},
        shift_s=shift_s,
        steps=steps.jobs,
        lunch_after=steps.lunch_after,
        has_metres=metres is not None,
    )


def _listed(faults: _Faults, document: Json, name: str, known: set[str]) -> list[Json]:
    """Jobs or vehicles with unique ids."""
    given = document.get(name, [])
    if not isinstance(given, list):
        faults.add(name, "must be a list")
        return []
    seen: set[str] = set()
    good = []
    for k, one in enumerate(given):
        place = f"{name}[{k}]"
        if not faults.known(place, one, known):
            continue
        if not isinstance(one.get("id"), int | str) or isinstance(one.get("id"), bool):
            faults.add(place, "has no id")
        elif str(one["id"]) in seen:
            faults.add(f"{place}.id", f"{one['id']} is there twice")
        else:
            seen.add(str(one["id"]))
            good.append(one)
    return good


def _matrices(
    faults: _Faults, document: Json, vehicles: Sequence[Json]
) -> tuple[NDArray[np.int32], NDArray[np.int32] | None]:
    """Seconds, and metres where they are given."""
    profiles = sorted({str(vehicle.get("profile", "car")) for vehicle in vehicles}) or ["car"]
    if len(profiles) > 1:
        faults.add("vehicles", f"several profiles ({', '.join(profiles)}) are not supported")
    given = document.get("matrices", {})
    if "matrix" in document and not given:
        return _matrix(faults, "matrix", document["matrix"]), None
    page = given.get(profiles[0]) if isinstance(given, dict) else None
    place = f"matrices.{profiles[0]}"
    if page is None:
        faults.add(place, "durations are missing (coordinates alone are not supported)")
        return np.zeros((0, 0), np.int32), None
    if not faults.known(place, page, MATRIX):
        return np.zeros((0, 0), np.int32), None
    seconds = _matrix(faults, f"{place}.durations", page.get("durations"))
    if "distances" not in page:
        return seconds, None
    metres = _matrix(faults, f"{place}.distances", page["distances"])
    if metres.shape != seconds.shape:
        faults.add(f"{place}.distances", f"is {metres.shape}, durations {seconds.shape}")
    return seconds, metres


def _matrix(faults: _Faults, place: str, given: object) -> NDArray[np.int32]:
    """A square matrix of whole numbers from 0."""
    nothing = np.zeros((0, 0), np.int32)
    if not isinstance(given, list) or not all(isinstance(row, list) for row in given):
        faults.add(place, "must be a list of rows")
        return nothing
    for k, row in enumerate(given):
        if len(row) != len(given):
            faults.add(f"{place}[{k}]", f"has {len(row)} numbers, there are {len(given)} rows")
            return nothing
        for j, value in enumerate(row):
            if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**31:
                faults.add(f"{place}[{k}][{j}]", f"{value!r} is not a whole number from 0")
                return nothing
    return np.array(given, dtype=np.int32).reshape(len(given), len(given))


def _earliest(jobs: Sequence[Json], vehicles: Sequence[Json]) -> int:
    """What to take from all times, so that those of timestamps fit a problem."""
    spans = [vehicle["time_window"] for vehicle in vehicles if "time_window" in vehicle]
    spans += [span for job in jobs for span in _spans_of(job)]
    spans += [span for v in vehicles for rest in _list_of(v, "breaks") for span in _spans_of(rest)]
    starts = [span[0] for span in spans if _is_span(span)]
    ends = [span[1] for span in spans if _is_span(span)]
    return min(starts) if starts and max(ends) > LAST_S else 0


def _list_of(given: Json, name: str) -> list[Any]:
    """A list of objects, or nothing."""
    value = given.get(name, [])
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _spans_of(given: Json) -> list[Any]:
    value = given.get("time_windows", [])
    return value if isinstance(value, list) else []


def _is_span(span: object) -> bool:
    return (
        isinstance(span, list)
        and len(span) == 2
        and all(isinstance(time, int) and not isinstance(time, bool) for time in span)
    )


class _Reader:
    """Reads jobs and vehicles of a document whose matrix has some places."""

    def __init__(self, faults: _Faults, places: int, shift_s: int) -> None:
        self.faults, self.places, self.shift_s = faults, places, shift_s

    def visit(self, place: str, job: Json) -> Visit:
        """A job as a visit; its price is set later."""
        index = self._place(place, job, "location_index")
        if index is None and "location_index" not in job:
            self.faults.add(place, "location_index is missing")
        load = self._amount(f"{place}.delivery", job.get("delivery", job.get("amount", [])))
        priority = self.faults.whole(place, job, "priority")
        if priority > MOST_PRIORITY:
            self.faults.add(f"{place}.priority", f"{priority} is more than {MOST_PRIORITY}")
        setup = self.faults.whole(place, job, "setup")
        return Visit(
            visit_id=str(job["id"]),
            name=str(job.get("description", "")),
            place=index or 0,
            service_s=self.faults.whole(place, job, "service"),
            setup_s=setup,
            address_key=f"place {index}" if setup else "",
            windows=self._windows(place, job),
            skills=self._skills(place, job),
            load=load or 0,
        )

    def crew(self, place: str, vehicle: Json) -> CrewDay:
        """A vehicle as a crew."""
        for end in ("start", "end"):
            if end in vehicle and f"{end}_index" not in vehicle:
                self.faults.add(f"{place}.{end}", f"coordinates alone are not supported: "
                                f"give {end}_index and a matrix")  # fmt: skip
        shift = self._window(f"{place}.time_window", vehicle.get("time_window"))
        shift = shift or TimeWindow(0, LAST_S)
        speed = vehicle.get("speed_factor", 1.0)
        if isinstance(speed, bool) or not isinstance(speed, int | float) or not 0 < speed <= 5:
            self.faults.add(f"{place}.speed_factor", f"{speed!r} is not a number above 0 up to 5")
            speed = 1.0
        return CrewDay(
            crew_id=str(vehicle["id"]),
            start_place=self._place(place, vehicle, "start_index"),
            end_place=self._place(place, vehicle, "end_index"),
            shift=shift,
            lunch=self._lunch(place, vehicle, shift),
            skills=self._skills(place, vehicle),
            max_visits=self._most(place, vehicle, "max_tasks"),
            max_travel_s=self._most(place, vehicle, "max_travel_time"),
            speed_factor=float(speed),
            capacity=self._amount(f"{place}.capacity", vehicle.get("capacity", [])),
            fixed_s=self._fixed(place, vehicle),
        )

    def _place(self, place: str, given: Json, name: str) -> int | None:
        if name not in given:
            return None
        index = self.faults.whole(place, given, name)
        if index >= self.places:
            self.faults.add(f"{place}.{name}", f"{index}, but the matrix has {self.places} rows")
            return None
        return index

    def _most(self, place: str, given: Json, name: str) -> int | None:
        return self.faults.whole(place, given, name) if name in given else None

    def _amount(self, place: str, given: object) -> int | None:
        """An amount of one dimension; None for none."""
        if given == []:
            return None
        if not isinstance(given, list) or len(given) != 1:
            self.faults.add(place, "only amounts of one dimension are supported")
            return None
        return self.faults.whole(place, {"0": given[0]}, "0")

    def _fixed(self, place: str, vehicle: Json) -> int:
        costs = vehicle.get("costs", {})
        if not self.faults.known(f"{place}.costs", costs, {"fixed", "per_hour"}):
            return 0
        if costs.get("per_hour", 3600) != 3600:
            self.faults.add(f"{place}.costs.per_hour", "is not supported")
        return self.faults.whole(f"{place}.costs", costs, "fixed")

    def _skills(self, place: str, given: Json) -> frozenset[str]:
        skills = given.get("skills", [])
        if not isinstance(skills, list) or not all(isinstance(one, int | str) for one in skills):
            self.faults.add(f"{place}.skills", "must be a list of numbers or names")
            return frozenset()
        return frozenset(str(skill) for skill in skills)

    def _windows(self, place: str, given: Json) -> tuple[TimeWindow, ...]:
        spans = given.get("time_windows", [])
        if not isinstance(spans, list):
            self.faults.add(f"{place}.time_windows", "must be a list")
            return ()
        windows = [self._window(f"{place}.time_windows[{k}]", span) for k, span in enumerate(spans)]
        return tuple(window for window in windows if window is not None)

    def _window(self, place: str, span: object) -> TimeWindow | None:
        if span is None:
            return None
        if not _is_span(span) or not isinstance(span, list) or span[0] > span[1]:
            self.faults.add(place, f"{span!r} is not [start, end]")
            return None
        if span[0] < 0 or span[1] - self.shift_s > LAST_S:
            self.faults.add(place, f"{span!r} is not within {LAST_S} seconds of the first time")
            return None
        return TimeWindow(span[0] - self.shift_s, span[1] - self.shift_s)

    def _lunch(self, place: str, vehicle: Json, shift: TimeWindow) -> Lunch | None:
        breaks = vehicle.get("breaks", [])
        if not isinstance(breaks, list) or len(breaks) > 1:
            self.faults.add(f"{place}.breaks", "more than one break is not supported")
            return None
        if not breaks or not self.faults.known(f"{place}.breaks[0]", breaks[0], BREAK):
            return None
        windows = self._windows(f"{place}.breaks[0]", breaks[0])
        if len(windows) > 1:
            self.faults.add(f"{place}.breaks[0]", "more than one time window is not supported")
        window = windows[0] if windows else shift
        length_s = self.faults.whole(f"{place}.breaks[0]", breaks[0], "service")
        begin_s = max(window.start_s, shift.start_s)
        if begin_s > window.end_s or begin_s + length_s > shift.end_s:
            self.faults.add(f"{place}.breaks[0]", "cannot be had within the vehicle's time_window")
        return Lunch(window=window, duration_s=length_s, always=True)


class _Steps:
    """What the vehicles' steps say: jobs in their order, where breaks lie, when jobs are to begin.

    Attributes
    ----------
    jobs, lunch_after
        As in `Order`.
    begins
        When the jobs that say `service_at` are to begin.
    """

    def __init__(self, faults: _Faults, known: set[str], shift_s: int) -> None:
        self.faults, self.known, self.shift_s = faults, known, shift_s
        self.jobs: dict[str, tuple[str, ...]] = {}
        self.lunch_after: dict[str, int] = {}
        self.begins: dict[str, int] = {}
        self.seen: set[str] = set()

    def read(self, place: str, vehicle: Json) -> None:
        """Take in the steps of a vehicle that gives any."""
        if "steps" not in vehicle:
            return
        crew_id, names = str(vehicle["id"]), []
        self.lunch_after[crew_id] = -1
        if not isinstance(vehicle["steps"], list):
            self.faults.add(f"{place}.steps", "must be a list")
        steps = _list_of(vehicle, "steps")
        for k, step in enumerate(steps):
            at = f"{place}.steps[{k}]"
            self.faults.known(at, step, STEP)
            kind = step.get("type")
            if kind == "job":
                names += self._job(at, step)
            elif kind == "break":
                self._break(at, vehicle, step)
                self.lunch_after[crew_id] = len(names)
            elif kind not in {"start", "end"}:
                self.faults.add(f"{at}.type", f"{kind!r} is not supported")
            elif k != (0 if kind == "start" else len(steps) - 1):
                self.faults.add(at, f"{kind} must be the {'first' if kind == 'start' else 'last'}")
        self.jobs[crew_id] = tuple(names)

    def _job(self, at: str, step: Json) -> list[str]:
        """The step's job, if it may be there."""
        name = str(step.get("id", ""))
        if name not in self.known:
            self.faults.add(f"{at}.id", f"there is no job {name}")
        elif name in self.seen:
            self.faults.add(f"{at}.id", f"job {name} is in two steps")
        else:
            self.seen.add(name)
            if "service_at" in step:
                self._begin(at, step, name)
            return [name]
        return []

    def _begin(self, at: str, step: Json, name: str) -> None:
        """When a job is to begin."""
        begin_s = step["service_at"]
        if not _is_span([begin_s, begin_s]) or not 0 <= begin_s - self.shift_s <= LAST_S:
            self.faults.add(f"{at}.service_at", f"{begin_s!r} is not a time in seconds near others")
        else:
            self.begins[name] = begin_s - self.shift_s

    def _break(self, at: str, vehicle: Json, step: Json) -> None:
        """A vehicle takes the break that it has, and once."""
        if step.get("id") not in [rest.get("id") for rest in _list_of(vehicle, "breaks")]:
            self.faults.add(f"{at}.id", f"the vehicle has no break {step.get('id')}")
        elif self.lunch_after[str(vehicle["id"])] >= 0:
            self.faults.add(at, "the break is in two steps")


def _priced(
    visits: Sequence[Visit],
    crews: Sequence[CrewDay],
    jobs: Sequence[Json],
    seconds: NDArray[np.int32],
    begins: dict[str, int],
) -> list[Visit]:
    """Visits with prices in VROOM's order: priority first, then number, then travel.

    What takes longer than any shift is no ride: prices stay small enough to add up exactly.
    """
    places = [visit.place for visit in visits]
    longest = max((5 * (crew.shift.end_s - crew.shift.start_s) for crew in crews), default=0)
    seconds = np.where(seconds > longest, 0, seconds)
    farthest = seconds.max(axis=1, initial=0) + seconds.max(axis=0, initial=0).astype(np.int64)
    travel = 1 + int(farthest[places].sum()) if places else 1
    return [
        replace(
            visit,
            price=travel * (1 + int(job.get("priority", 0)) * (len(visits) + 1)),
            pinned_start_s=begins.get(visit.visit_id),
        )
        for visit, job in zip(visits, jobs, strict=True)
    ]
