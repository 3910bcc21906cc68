"""Which days are worked, by whom, and which of them suit the customers.

`calendar` knows working days, `rosters` the duty days and leave of crews, `seasons` the days to
avoid, prefer or close; `tables` reads what a chief writes about them by hand.
"""

from optimizer.workdays.calendar import read_workdays, working_days
from optimizer.workdays.rosters import duty, parse_duty_days
from optimizer.workdays.seasons import (
    Season,
    festival_season,
    festival_seasons,
    read_seasons,
    season_day,
    seasons_of_a_list,
)
from optimizer.workdays.tables import own_table, refuse, small_table

__all__ = [
    "Season",
    "duty",
    "festival_season",
    "festival_seasons",
    "own_table",
    "parse_duty_days",
    "read_seasons",
    "read_workdays",
    "refuse",
    "season_day",
    "seasons_of_a_list",
    "small_table",
    "working_days",
]
