"""One station, one day: routes of the crews under every rule a chief has."""

from optimizer.routes.insertion import Fit, where_fits
from optimizer.routes.metrics import CrewFigures, Figures, figures, plan_cost
from optimizer.routes.reasons import Reason
from optimizer.routes.rule_costs import price_of_rules
from optimizer.routes.solver import Limit, Params, Solution, solve
from optimizer.routes.timing import timed

__all__ = [
    "CrewFigures",
    "Figures",
    "Fit",
    "Limit",
    "Params",
    "Reason",
    "Solution",
    "figures",
    "plan_cost",
    "price_of_rules",
    "solve",
    "timed",
    "where_fits",
]
