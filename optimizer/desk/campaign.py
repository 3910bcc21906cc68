"""One campaign and everything that anybody can wish of it."""

from __future__ import annotations

from optimizer.desk.boards import Boards
from optimizer.desk.chosen_settings import ChosenSettings
from optimizer.desk.county_wall import County
from optimizer.desk.customer_files import Customers
from optimizer.desk.hand_in import HandIn
from optimizer.desk.live_day import LiveDay
from optimizer.desk.matter_lists import MatterLists
from optimizer.desk.staff import Staff
from optimizer.desk.upkeep import Upkeep


class Campaign(
    County, Boards, HandIn, LiveDay, Customers, MatterLists, Staff, Upkeep, ChosenSettings
):
    """A campaign's folder with the wishes of planner, chief, clerk and office.

    Strings and paths are taken alike; register, roads and working days are opened when they are
    first needed, and plans are stored by the call that plans::

        with Campaign("county") as county:
            plan = county.plan_day("S01", county.next_day("S01"))
            county.write_day(plan)
    """
