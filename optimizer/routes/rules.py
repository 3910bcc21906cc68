"""What each rule means for one visit and one crew, and what soft rules cost.

The search, the timing, the metrics and the reasons all ask here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimizer.errors import ProblemError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimizer.model import CrewDay, Problem, Visit


def may_go(crew: CrewDay, visit: Visit) -> bool:
    """Whether skills, prohibitions and pins let this crew make this visit."""
    return (
        visit.skills <= crew.skills
        and crew.crew_id not in visit.forbidden_crews
        and visit.pinned_crew in {None, crew.crew_id}
    )


def too_early(problem: Problem, visit: Visit) -> bool:
    """Whether the visit does not count yet on the problem's day."""
    return bool(problem.date and visit.not_before and problem.date < visit.not_before)


def is_mandatory(problem: Problem, visit: Visit) -> bool:
    """Whether the visit is mandatory by itself or falls due on the problem's day."""
    due = problem.date and visit.deadline and visit.deadline <= problem.date
    return visit.mandatory or bool(due)


def crew_price(crew: CrewDay, visit: Visit) -> int:
    """What sending this crew costs on top of the ride."""
    preferred = visit.preferred_crew
    return 0 if preferred is None or preferred == crew.crew_id else visit.crew_price


def follow_price(before: Visit | None, visit: Visit) -> int:
    """What it costs that this visit comes right before, or none does."""
    name = "" if before is None else before.visit_id
    return 0 if visit.follows in {None, name} else visit.follow_price


def thousandths(factor: float) -> int:
    """A factor in whole thousandths, so that all who multiply by it agree to the second."""
    return int(factor * 1000 + 0.5)


def omission_penalties(problem: Problem) -> NDArray[np.float64]:
    """Penalty of leaving each visit out; a mandatory one's exceeds all else together.

    Returns
    -------
    float64 (visits,)
    """
    prices = np.array([max(0, visit.price) for visit in problem.visits], dtype=np.float64)
    mandatory = np.array([is_mandatory(problem, visit) for visit in problem.visits], dtype=bool)
    return np.where(mandatory, mandatory_penalty(problem), prices)


def mandatory_penalty(problem: Problem) -> float:
    """More than all that a plan can cost but for leaving out what is mandatory."""
    prices = sum(
        max(0, v.price) + v.crew_price + v.preference_price + v.follow_price + v.added_price
        for v in problem.visits
    )
    day = sum(crew.shift.end_s - crew.shift.start_s + crew.fixed_s for crew in problem.crews)
    return 1.0 + prices + day * (1 + problem.balance) + problem.overlap * len(problem.visits)


def check_names(problem: Problem) -> None:
    """Refuse pins and wished orders that name a crew or visit that is not in the problem."""
    crews = {crew.crew_id for crew in problem.crews}
    visits = {visit.visit_id for visit in problem.visits}
    for visit in problem.visits:
        if visit.pinned_crew is not None and visit.pinned_crew not in crews:
            raise ProblemError("pin.visit_crew", visit=visit.visit_id, crew=visit.pinned_crew)
        if visit.follows and visit.follows not in visits:
            raise ProblemError("pin.follows", visit=visit.visit_id, other=visit.follows)
    pinned: set[str] = set()
    for crew_id, stops in problem.pinned_routes:
        if crew_id not in crews:
            raise ProblemError("pin.route_crew", crew=crew_id)
        for visit_id in (f"crew {crew_id}", *stops):
            if visit_id in pinned:
                raise ProblemError("pin.twice", crew=crew_id, visit=visit_id)
            if visit_id in stops and visit_id not in visits:
                raise ProblemError("pin.no_visit", crew=crew_id, visit=visit_id)
            pinned.add(visit_id)
