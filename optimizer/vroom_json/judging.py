"""VROOM's plan mode: given steps timed as they are, and what is wrong with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.checker import check
from optimizer.routes.reasons import Reason, unassigned
from optimizer.routes.timing import timed
from optimizer.vroom_json.writing import Answer

if TYPE_CHECKING:
    from optimizer.vroom_json.reading import Order


def judged(order: Order) -> Answer:
    """The routes of the document's steps, and every rule that they break."""
    problem = order.problem
    visits = {visit.visit_id: visit for visit in problem.visits}
    routes = tuple(
        timed(
            problem,
            crew,
            [visits[name] for name in order.steps[crew.crew_id]],
            order.lunch_after[crew.crew_id],
        )
        for crew in problem.crews
        if order.steps.get(crew.crew_id)
    )
    served = {stop.visit_id for route in routes for stop in route.stops}
    left = tuple(
        unassigned(visit, Reason.NOT_GIVEN, "en")
        for visit in problem.visits
        if visit.visit_id not in served
    )
    return Answer(routes, left, tuple(check(problem, routes, left, begin_s=order.shift_s)))
