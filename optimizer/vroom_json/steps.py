"""A plan inside a document: the steps that vehicles are given, also those of an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.model import LAST_S
from optimizer.vroom_json.document_faults import STEP, is_span, list_of

if TYPE_CHECKING:
    from optimizer.vroom_json.document_faults import Faults, Json


class Steps:
    """What the vehicles' steps say: jobs in their order, where breaks lie, when jobs are to begin.

    Attributes
    ----------
    jobs, lunch_after
        As in `Order`.
    begins
        When the jobs that say `service_at` are to begin.
    """

    def __init__(self, faults: Faults, known: set[str], shift_s: int) -> None:
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
            self.faults.add(f"{place}.steps", "no_list")
        steps = list_of(vehicle, "steps")
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
                self.faults.add(f"{at}.type", "step_type", value=repr(kind))
            elif k != (0 if kind == "start" else len(steps) - 1):
                self.faults.add(at, "start_first" if kind == "start" else "end_last")
        self.jobs[crew_id] = tuple(names)

    def _job(self, at: str, step: Json) -> list[str]:
        """The step's job, if it may be there."""
        name = str(step.get("id", step.get("job", "")))
        if name not in self.known:
            self.faults.add(f"{at}.id", "no_job", name=name)
        elif name in self.seen:
            self.faults.add(f"{at}.id", "job_twice", name=name)
        else:
            self.seen.add(name)
            if "service_at" in step:
                self._begin(at, step, name)
            return [name]
        return []

    def _begin(self, at: str, step: Json, name: str) -> None:
        """When a job is to begin."""
        begin_s = step["service_at"]
        if not is_span([begin_s, begin_s]) or not 0 <= begin_s - self.shift_s <= LAST_S:
            self.faults.add(f"{at}.service_at", "service_at", value=repr(begin_s))
        else:
            self.begins[name] = begin_s - self.shift_s

    def _break(self, at: str, vehicle: Json, step: Json) -> None:
        """A vehicle takes the break that it has, and once."""
        if str(step.get("id")) not in [str(rest.get("id")) for rest in list_of(vehicle, "breaks")]:
            self.faults.add(f"{at}.id", "no_break", name=step.get("id"))
        elif self.lunch_after[str(vehicle["id"])] >= 0:
            self.faults.add(at, "break_twice")
