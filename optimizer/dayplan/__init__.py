"""A station's day: read from the register, planned, made anew after a change."""

from optimizer.dayplan.day import Day, candidates, read_day
from optimizer.dayplan.planning import plan_day, search_end
from optimizer.dayplan.questions import plan_figures, where_to_fit
from optimizer.dayplan.replan import Change, Difference, differences, replan
from optimizer.dayplan.urgency import must_go_out

__all__ = [
    "Change",
    "Day",
    "Difference",
    "candidates",
    "differences",
    "must_go_out",
    "plan_day",
    "plan_figures",
    "read_day",
    "replan",
    "search_end",
    "where_to_fit",
]
