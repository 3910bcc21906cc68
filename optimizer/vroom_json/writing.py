"""A plan in VROOM's JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from optimizer.checker import Violation
    from optimizer.model import Rest, Route, Stop, Unassigned, Visit
    from optimizer.vroom_json.reading import Order

    Step = dict[str, Any]

CAUSES = {
    "windows": "delay",
    "shift": "delay",
    "skills": "skills",
    "lunch": "missing_break",
    "limits": "load",
    "pins": "delay",
}
"""VROOM's words for our rules."""
LIMITS = {"visits": "max_tasks", "seconds": "max_travel_time", "load": "load"}


@dataclass(frozen=True, slots=True)
class Answer:
    """A plan, and what is wrong with it."""

    routes: tuple[Route, ...]
    unassigned: tuple[Unassigned, ...]
    violations: tuple[Violation, ...]


def write_answer(order: Order, answer: Answer) -> dict[str, Any]:
    """VROOM's output of a plan."""
    routes = [_Writer(order, answer, route).route() for route in answer.routes]
    sums = {
        name: sum(route[name] for route in routes)
        for name in ("cost", "setup", "service", "duration", "waiting_time", "priority", "distance")
        if name != "distance" or order.has_metres
    }
    summary = {
        **sums,
        "routes": len(routes),
        "unassigned": len(answer.unassigned),
        "violations": [_violation(one) for one in answer.violations],
    }
    left = [_left_out(order, one) for one in answer.unassigned]
    written = {"code": 0, "summary": summary, "unassigned": left, "routes": routes}
    if order.passed_over:
        written["remarks"] = [str(one) for one in order.passed_over]
    return written


def _left_out(order: Order, one: Unassigned) -> dict[str, Any]:
    """A job that is not in the plan, with our reason and action."""
    job = order.jobs[one.visit_id]
    kept = {name: job[name] for name in ("location_index", "description") if name in job}
    why = {"code": one.code, "reason": one.reason, "action": one.action}
    return {"id": job["id"], "type": "job", **kept, **why}


def _violation(one: Violation) -> dict[str, str]:
    """A broken rule in VROOM's words, and in ours."""
    cause = CAUSES.get(one.rule, one.rule)
    if one.rule == "limits":
        cause = LIMITS.get(one.text.split()[1], cause)
    if one.rule == "shift" and "before" in one.text:
        cause = "lead_time"
    return {"cause": cause, "rule": one.rule, "text": one.text}


class _Writer:
    """Writes one route."""

    def __init__(self, order: Order, answer: Answer, route: Route) -> None:
        self.order, self.route_, self.shift_s = order, route, order.shift_s
        self.crew = next(c for c in order.problem.crews if c.crew_id == route.crew_id)
        self.vehicle = order.vehicles[route.crew_id]
        self.visits = {visit.visit_id: visit for visit in order.problem.visits}
        self.wrong = [one for one in answer.violations if one.crew == route.crew_id]
        self.travelled = self.metres = 0

    def route(self) -> dict[str, Any]:
        """The route and its steps."""
        route, made = self.route_, [self.visits[stop.visit_id] for stop in self.route_.stops]
        written = {
            "vehicle": self.vehicle["id"],
            "cost": route.travel_s + self.crew.fixed_s,
            "setup": route.service_s - sum(visit.service_s for visit in made),
            "service": sum(v.service_s for v in made)
            + (route.rest.duration_s if route.rest else 0),
            "duration": route.travel_s,
            "waiting_time": route.waiting_s,
            "priority": sum(int(self.order.jobs[v.visit_id].get("priority", 0)) for v in made),
            "steps": list(self._steps()),
            "violations": [_violation(one) for one in self.wrong],
        }
        if self.order.has_metres:
            written["distance"] = route.distance_m
        if "description" in self.vehicle:
            written["description"] = self.vehicle["description"]
        return written

    def _steps(self) -> list[Step]:
        """Start, jobs and break in their order, end."""
        route = self.route_
        steps = []
        if self.crew.start_place is not None:
            steps.append(self._step("start", route.start_s, self.crew.start_place))
        left_s = route.start_s
        for k, stop in enumerate(route.stops):
            if route.rest and route.rest.after == k:
                steps.append(self._break(route.rest, left_s))
            steps.append(self._job(stop))
            left_s = stop.departure_s
        if route.rest and route.rest.after == len(route.stops):
            steps.append(self._break(route.rest, left_s))
        self.travelled, self.metres = route.travel_s, route.distance_m
        if self.crew.end_place is not None:
            steps.append(self._step("end", route.end_s, self.crew.end_place))
        return steps

    def _step(self, kind: str, arrival_s: int, place: int | None, **more: Any) -> Step:  # noqa: ANN401
        """One step; `duration` and `distance` are counted from the start."""
        step = {
            "type": kind,
            **({} if place is None else {"location_index": place}),
            "setup": 0,
            "service": 0,
            "waiting_time": 0,
            "arrival": arrival_s + self.shift_s,
            "duration": self.travelled,
            "violations": [],
        }
        if self.order.has_metres:
            step["distance"] = self.metres
        return {**step, **more}

    def _job(self, stop: Stop) -> Step:
        """A job's step."""
        visit: Visit = self.visits[stop.visit_id]
        job = self.order.jobs[stop.visit_id]
        self.travelled += stop.travel_s
        self.metres += stop.distance_m
        described = {"description": job["description"]} if "description" in job else {}
        wrong = [_violation(one) for one in self.wrong if one.visit == stop.visit_id]
        return self._step(
            "job",
            stop.arrival_s,
            visit.place,
            id=job["id"],
            job=job["id"],
            setup=stop.service_s - visit.service_s,
            service=visit.service_s,
            waiting_time=stop.waiting_s,
            violations=wrong,
            **described,
        )

    def _break(self, rest: Rest, left_s: int) -> Step:
        """The break's step; part of the ride may lie before it."""
        arrival_s = rest.start_s - rest.waiting_s
        step = self._step(
            "break",
            arrival_s,
            None,
            id=self.vehicle["breaks"][0].get("id"),
            service=rest.duration_s,
            waiting_time=rest.waiting_s,
        )
        step["duration"] += arrival_s - left_s
        return step
