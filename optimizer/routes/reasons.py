"""Why a visit is not in the plan: proven by trying it with each crew, said in words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from optimizer.catalogue import Message
from optimizer.model import Unassigned
from optimizer.routes.insertion_cost import cheapest_insertion
from optimizer.routes.problem_arrays import IS_VISIT, ProblemArrays
from optimizer.routes.route_labels import INFEASIBLE
from optimizer.routes.route_state import RouteState, empty_state, load_routes
from optimizer.routes.rules import may_go, too_early
from optimizer.routes.timing import timed, timing_penalty

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from optimizer.catalogue import Lang
    from optimizer.model import CrewDay, Problem, Visit


class Reason(StrEnum):
    """Codes of reasons; the catalogue says them in its rooms unassigned_reason and _action."""

    NO_CREW = "no_crew"
    NO_LOCATION = "no_location"
    UNREACHABLE = "unreachable"
    NOT_TODAY = "not_today"
    NO_WINDOW = "no_window"
    NO_SKILL = "no_skill"
    FORBIDDEN = "forbidden"
    PINNED = "pinned"
    TOO_FAR = "too_far"
    NOT_IN_TIME = "not_in_time"
    OVER_LIMIT = "over_limit"
    DAY_FULL = "day_full"
    OUTWEIGHED = "outweighed"
    OFF_SHEET = "off_sheet"
    WAITING = "waiting"
    ON_SHEET = "on_sheet"
    OWN_CREW = "own_crew"
    OWN_DAY = "own_day"
    NOT_GIVEN = "not_given"
    BY_HAND = "by_hand"
    OFF_DUTY = "off_duty"


def unassigned(visit: Visit, reason: Reason, lang: Lang = "zh", **facts: object) -> Unassigned:
    """A visit that is not in the plan, with the sentences of a reason."""
    return reason_of(visit.visit_id, reason, lang, **facts)


def reason_of(visit_id: str, reason: Reason, lang: Lang = "zh", **facts: object) -> Unassigned:
    """The same of a visit by its id."""
    return Unassigned(
        visit_id=visit_id,
        code=str(reason),
        reason=Message(f"unassigned_reason.{reason}", **facts).in_words(lang),
        action=Message(f"unassigned_action.{reason}", **facts).in_words(lang),
    )


def explain(
    problem: Problem, data: ProblemArrays, state: RouteState, visits: Iterable[Visit], lang: Lang
) -> Iterator[Unassigned]:
    """The reason of each visit that a finished plan leaves out.

    Parameters
    ----------
    data, state
        The problem's arrays and the finished plan.
    """
    trial = _Trial(problem, data, state, _only_lunches(data), lang)
    index = {visit.visit_id: k for k, visit in enumerate(problem.visits)}
    for visit in visits:
        yield by_rule(problem, visit, lang) or trial.reason(visit, index[visit.visit_id])


def _only_lunches(data: ProblemArrays) -> RouteState:
    """Routes without a visit, in which crews who lunch at a place do nothing else."""
    empty = empty_state(data, 0)
    rows = np.full((len(data.crew), len(data.task) + 2), -1, dtype=np.int32)
    for meal in np.flatnonzero(data.task[:, IS_VISIT] == 0):
        rows[data.crew_cost[meal] >= 0, 0] = meal
    load_routes(data, empty, rows, np.zeros(len(data.task), dtype=np.int64))
    return empty


def by_rule(  # noqa: PLR0911  (one return a reason)
    problem: Problem, visit: Visit, lang: Lang = "zh"
) -> Unassigned | None:
    """The reason why no crew may make the visit whatever the routes, or None."""
    if not problem.crews:
        return unassigned(visit, Reason.NO_CREW, lang)
    if too_early(problem, visit):
        return unassigned(visit, Reason.NOT_TODAY, lang, day=visit.not_before)
    if not visit.hard_windows:
        return unassigned(visit, Reason.NO_WINDOW, lang)
    skilled = [crew for crew in problem.crews if visit.skills <= crew.skills]
    if not skilled:
        return unassigned(visit, Reason.NO_SKILL, lang, skills=", ".join(sorted(visit.skills)))
    free = [crew for crew in skilled if crew.crew_id not in visit.forbidden_crews]
    if not free:
        return unassigned(visit, Reason.FORBIDDEN, lang)
    whole = {crew_id for crew_id, _ in problem.pinned_routes}
    if not any(may_go(crew, visit) and crew.crew_id not in whole for crew in free):
        crew_id = visit.pinned_crew or ", ".join(sorted(whole))
        return unassigned(visit, Reason.PINNED, lang, crew=crew_id)
    return None


@dataclass(frozen=True, slots=True)
class _Trial:
    """A finished plan and an empty one in which a visit is tried with every crew."""

    problem: Problem
    data: ProblemArrays
    state: RouteState
    empty: RouteState
    lang: Lang

    def reason(self, visit: Visit, task: int) -> Unassigned:
        """Why a visit that some crew may make is not in the plan."""
        able = [r for r in range(len(self.problem.crews)) if self.data.crew_cost[task, r] >= 0]
        extra = min(self._extra(self.state, task, r) for r in able)
        if extra < INFEASIBLE:
            ride_s = extra - visit.added_price
            facts = {"minutes": round(ride_s / 60), "price": round(visit.price / 60)}
            if visit.added_price and ride_s <= visit.price:
                facts["added"] = round(visit.added_price / 60)
                return unassigned(visit, Reason.OFF_SHEET, self.lang, **facts)
            return unassigned(visit, Reason.OUTWEIGHED, self.lang, **facts)
        alone = [r for r in able if self._extra(self.empty, task, r) < INFEASIBLE]
        if not alone:
            return self._not_even_alone(visit, [self.problem.crews[r] for r in able])
        return unassigned(visit, Reason.DAY_FULL, self.lang, count=len(alone))

    def _extra(self, state: RouteState, task: int, crew: int) -> float:
        """Price of the cheapest place with a crew; BROKEN if there is none."""
        return float(cheapest_insertion(self.data, state, task, crew, INFEASIBLE, 0.0)[3])

    def _not_even_alone(self, visit: Visit, crews: list[CrewDay]) -> Unassigned:
        """Why none of the crews can make it on a day without any other visit."""
        if any(timing_penalty(self.problem, crew, (visit,)) < INFEASIBLE for crew in crews):
            return unassigned(visit, Reason.OVER_LIMIT, self.lang)
        free = replace(visit, windows=(), pinned_start_s=None, failed_s=None)
        if any(timing_penalty(self.problem, crew, (free,)) < INFEASIBLE for crew in crews):
            return unassigned(visit, Reason.NOT_IN_TIME, self.lang)
        if visit.pinned_crew:
            return unassigned(visit, Reason.PINNED, self.lang, crew=visit.pinned_crew)
        days = [timed(self.problem, crew, (free,)) for crew in crews]
        hours = min(day.end_s - day.start_s for day in days) / 3600
        return unassigned(visit, Reason.TOO_FAR, self.lang, hours=f"{hours:.1f}")
