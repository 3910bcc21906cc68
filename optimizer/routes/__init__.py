"""One station, one day: routes of the crews under every rule a chief has."""

from optimizer.routes.insertion import Fit, best_places, where_fits
from optimizer.routes.metrics import CrewFigures, Figures, figures, plan_cost
from optimizer.routes.multistart import Params
from optimizer.routes.reasons import Reason
from optimizer.routes.rule_costs import price_of_rules
from optimizer.routes.solution import Solution
from optimizer.routes.solver import solve
from optimizer.routes.timing import timed
from optimizer.search.stopping import StopAfter

__all__ = [
    "CrewFigures",
    "Figures",
    "Fit",
    "Params",
    "Reason",
    "Solution",
    "StopAfter",
    "best_places",
    "figures",
    "plan_cost",
    "price_of_rules",
    "solve",
    "timed",
    "where_fits",
]
