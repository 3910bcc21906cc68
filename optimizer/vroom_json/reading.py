"""A problem from VROOM's JSON: what is wrong or not supported is named with its place."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from optimizer.model import LAST_S, CrewDay, Lunch, Problem, TimeWindow, Visit
from optimizer.vroom_json.document_faults import (
    BREAK,
    COSTS,
    JOB,
    MATRIX,
    TOP,
    VEHICLE,
    Faults,
    is_span,
    list_of,
    without_nulls,
)
from optimizer.vroom_json.steps import Steps

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from optimizer.catalogue import Message
    from optimizer.vroom_json.document_faults import Properties

    Json = Mapping[str, Any]

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
    passed_over
        Properties that were not read.
    """

    problem: Problem
    jobs: dict[str, Json]
    vehicles: dict[str, Json]
    shift_s: int
    steps: dict[str, tuple[str, ...]]
    lunch_after: dict[str, int]
    has_metres: bool
    passed_over: tuple[Message, ...] = ()


def read_document(document: Json, *, check: bool = False) -> Order:
    """The problem of a document.

    Raises
    ------
    ProblemError
        With every fault of the document and its place.
    """
    faults = Faults()
    document = without_nulls(document)
    if not faults.known("document", document, TOP):
        faults.raise_all()
    jobs = _listed(faults, document, "jobs", JOB)
    vehicles = _listed(faults, document, "vehicles", VEHICLE)
    seconds, metres = _matrices(faults, document, vehicles)
    faults.raise_all()
    shift_s = _earliest(jobs, vehicles)
    has_setup = any(job.get("setup") for job in jobs)
    reader = _Reader(faults, len(seconds), shift_s, has_setup=has_setup)
    crews = tuple(reader.crew(f"vehicles[{k}]", one) for k, one in enumerate(vehicles))
    visits = tuple(reader.visit(f"jobs[{k}]", one) for k, one in enumerate(jobs))
    steps = Steps(faults, {visit.visit_id for visit in visits}, shift_s)
    for k, vehicle in enumerate(vehicles):
        steps.read(f"vehicles[{k}]", vehicle)
    if steps.begins and not check:
        faults.add("vehicles", "service_at_to_judge")
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
        passed_over=tuple(faults.passed_over),
    )


def _listed(faults: Faults, document: Json, name: str, known: Properties) -> list[Json]:
    """Jobs or vehicles with unique ids."""
    given = document.get(name, [])
    if not isinstance(given, list):
        faults.add(name, "no_list")
        return []
    seen: set[str] = set()
    good = []
    for k, one in enumerate(given):
        place = f"{name}[{k}]"
        if not faults.known(place, one, known):
            continue
        if not isinstance(one.get("id"), int | str) or isinstance(one.get("id"), bool):
            faults.add(place, "no_id")
        elif str(one["id"]) in seen:
            faults.add(f"{place}.id", "twice", name=one["id"])
        else:
            seen.add(str(one["id"]))
            good.append(one)
    return good


def _matrices(
    faults: Faults, document: Json, vehicles: Sequence[Json]
) -> tuple[NDArray[np.int32], NDArray[np.int32] | None]:
    """Seconds, and metres where they are given."""
    profiles = sorted({str(vehicle.get("profile", "car")) for vehicle in vehicles}) or ["car"]
    if len(profiles) > 1:
        faults.add("vehicles", "several_profiles", profiles=profiles)
    given = document.get("matrices", {})
    if "matrix" in document and not given:
        return _matrix(faults, "matrix", document["matrix"]), None
    page = given.get(profiles[0]) if isinstance(given, dict) else None
    place = f"matrices.{profiles[0]}"
    if page is None:
        faults.add(place, "no_durations")
        return np.zeros((0, 0), np.int32), None
    if not faults.known(place, page, MATRIX):
        return np.zeros((0, 0), np.int32), None
    seconds = _matrix(faults, f"{place}.durations", page.get("durations"))
    if "distances" not in page:
        return seconds, None
    metres = _matrix(faults, f"{place}.distances", page["distances"])
    if metres.shape != seconds.shape:
        faults.add(f"{place}.distances", "sizes", rows=len(metres), durations=len(seconds))
    return seconds, metres


def _matrix(faults: Faults, place: str, given: object) -> NDArray[np.int32]:
    """A square matrix of whole numbers from 0."""
    nothing = np.zeros((0, 0), np.int32)
    if not isinstance(given, list) or not all(isinstance(row, list) for row in given):
        faults.add(place, "no_rows")
        return nothing
    for k, row in enumerate(given):
        if len(row) != len(given):
            faults.add(f"{place}[{k}]", "row_length", numbers=len(row), rows=len(given))
            return nothing
        for j, value in enumerate(row):
            if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**31:
                faults.add(f"{place}[{k}][{j}]", "no_seconds", value=repr(value))
                return nothing
    return np.array(given, dtype=np.int32).reshape(len(given), len(given))


def _earliest(jobs: Sequence[Json], vehicles: Sequence[Json]) -> int:
    """What to take from all times, so that those of timestamps fit a problem."""
    spans = [vehicle["time_window"] for vehicle in vehicles if "time_window" in vehicle]
    spans += [span for job in jobs for span in _spans_of(job)]
    spans += [span for v in vehicles for rest in list_of(v, "breaks") for span in _spans_of(rest)]
    starts = [span[0] for span in spans if is_span(span)]
    ends = [span[1] for span in spans if is_span(span)]
    return min(starts) if starts and max(ends) > LAST_S else 0


def _spans_of(given: Json) -> list[Any]:
    value = given.get("time_windows", [])
    return value if isinstance(value, list) else []


class _Reader:
    """Reads jobs and vehicles of a document whose matrix has some places."""

    def __init__(self, faults: Faults, places: int, shift_s: int, *, has_setup: bool) -> None:
        self.faults, self.places, self.shift_s = faults, places, shift_s
        self.has_setup = has_setup

    def visit(self, place: str, job: Json) -> Visit:
        """A job as a visit; its price is set later."""
        index = self._place(place, job, "location_index")
        if index is None and "location_index" not in job:
            self.faults.add(f"{place}.location_index", "missing")
        load = self._amount(f"{place}.delivery", job.get("delivery", job.get("amount", [])))
        priority = self.faults.whole(place, job, "priority")
        if priority > MOST_PRIORITY:
            self.faults.add(f"{place}.priority", "priority", value=priority, most=MOST_PRIORITY)
        return Visit(
            visit_id=str(job["id"]),
            name=str(job.get("description", "")),
            place=index or 0,
            service_s=self.faults.whole(place, job, "service"),
            setup_s=self.faults.whole(place, job, "setup"),
            address_key=self._address(index),
            windows=self._windows(place, job),
            skills=self._skills(place, job),
            load=load or 0,
        )

    def crew(self, place: str, vehicle: Json) -> CrewDay:
        """A vehicle as a crew."""
        for end in ("start", "end"):
            if end in vehicle and f"{end}_index" not in vehicle:
                self.faults.add(f"{place}.{end}", "coordinates", index=f"{end}_index")
        shift = self._window(f"{place}.time_window", vehicle.get("time_window"))
        shift = shift or TimeWindow(0, LAST_S)
        speed = vehicle.get("speed_factor", 1.0)
        if isinstance(speed, bool) or not isinstance(speed, int | float) or not 0 < speed <= 5:
            self.faults.add(f"{place}.speed_factor", "speed_factor", value=repr(speed))
            speed = 1.0
        start = self._place(place, vehicle, "start_index")
        return CrewDay(
            crew_id=str(vehicle["id"]),
            start_place=start,
            end_place=self._place(place, vehicle, "end_index"),
            shift=shift,
            lunch=self._lunch(place, vehicle, shift),
            skills=self._skills(place, vehicle),
            max_visits=self._most(place, vehicle, "max_tasks"),
            max_travel_s=self._most(place, vehicle, "max_travel_time"),
            speed_factor=float(speed),
            capacity=self._amount(f"{place}.capacity", vehicle.get("capacity", [])),
            fixed_s=self._fixed(place, vehicle),
            start_address=self._address(start),
        )

    def _address(self, index: int | None) -> str:
        """VROOM asks for setup only where the vehicle was not at that place already."""
        return "" if index is None or not self.has_setup else f"place {index}"

    def _place(self, place: str, given: Json, name: str) -> int | None:
        if name not in given:
            return None
        index = self.faults.whole(place, given, name)
        if index >= self.places:
            self.faults.add(f"{place}.{name}", "beyond", index=index, rows=self.places)
            return None
        return index

    def _most(self, place: str, given: Json, name: str) -> int | None:
        return self.faults.whole(place, given, name) if name in given else None

    def _amount(self, place: str, given: object) -> int | None:
        """An amount of one dimension; None for none."""
        if given == []:
            return None
        if not isinstance(given, list) or len(given) != 1:
            self.faults.add(place, "dimensions")
            return None
        return self.faults.whole(place, {"0": given[0]}, "0")

    def _fixed(self, place: str, vehicle: Json) -> int:
        costs = vehicle.get("costs", {})
        if not self.faults.known(f"{place}.costs", costs, COSTS):
            return 0
        if costs.get("per_hour", 3600) != 3600:
            self.faults.add(f"{place}.costs.per_hour", "unsupported")
        return self.faults.whole(f"{place}.costs", costs, "fixed")

    def _skills(self, place: str, given: Json) -> frozenset[str]:
        skills = given.get("skills", [])
        if not isinstance(skills, list) or not all(isinstance(one, int | str) for one in skills):
            self.faults.add(f"{place}.skills", "skills")
            return frozenset()
        return frozenset(str(skill) for skill in skills)

    def _windows(self, place: str, given: Json) -> tuple[TimeWindow, ...]:
        spans = given.get("time_windows", [])
        if not isinstance(spans, list):
            self.faults.add(f"{place}.time_windows", "no_list")
            return ()
        windows = [self._window(f"{place}.time_windows[{k}]", span) for k, span in enumerate(spans)]
        return tuple(window for window in windows if window is not None)

    def _window(self, place: str, span: object) -> TimeWindow | None:
        if span is None:
            return None
        if not is_span(span) or not isinstance(span, list) or span[0] > span[1]:
            self.faults.add(place, "no_span", value=repr(span))
            return None
        if span[0] < 0 or span[1] - self.shift_s > LAST_S:
            self.faults.add(place, "span_too_wide", value=repr(span), most=LAST_S)
            return None
        return TimeWindow(span[0] - self.shift_s, span[1] - self.shift_s)

    def _lunch(self, place: str, vehicle: Json, shift: TimeWindow) -> Lunch | None:
        breaks = vehicle.get("breaks", [])
        if not isinstance(breaks, list) or len(breaks) > 1:
            self.faults.add(f"{place}.breaks", "several_breaks")
            return None
        if not breaks or not self.faults.known(f"{place}.breaks[0]", breaks[0], BREAK):
            return None
        windows = self._windows(f"{place}.breaks[0]", breaks[0])
        if len(windows) > 1:
            self.faults.add(f"{place}.breaks[0]", "several_windows")
        window = windows[0] if windows else shift
        length_s = self.faults.whole(f"{place}.breaks[0]", breaks[0], "service")
        begin_s = max(window.start_s, shift.start_s)
        if begin_s > window.end_s or begin_s + length_s > shift.end_s:
            self.faults.add(f"{place}.breaks[0]", "break_outside")
        return Lunch(window=window, duration_s=length_s, always=True)


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
