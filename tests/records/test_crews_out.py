"""`optimizer.records.crews_out`: counts send out as many crews as the visits themselves."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from optimizer.dayplan.pulse import Pulse
from optimizer.dayplan.turns import DayOffer
from optimizer.records.crews_out import DayLoad, crews_going
from optimizer.settings import Settings

TODAY = "2027-06-07"
SETTINGS = Settings()
PRICE = SETTINGS.follow.first_price_min * 60
Count = st.integers(0, 60)


def visits(number, **facts):
    """Rows of a day's candidates of one class."""
    usual = {"mandatory": False, "list": "", "planned_on": "", "skills": "", "lon": 113.5}
    return [usual | {"price_s": PRICE} | facts for _ in range(number)]


@given(st.integers(0, 5), st.integers(0, 5), st.tuples(Count, Count, Count, Count))
def test_as_many_crews_go_as_the_days_own_rule_sends(duty, blocks, classes):
    """A forecast with a rule of its own would foretell another station's days."""
    pressing, own, season, backlog = classes
    blocks = min(blocks, duty)
    rows = visits(pressing, mandatory=True) + visits(season, list="season")
    rows += visits(own, planned_on=TODAY) + visits(backlog)
    crews = [{"crew": f"C{n}", "skills": ""} for n in range(duty)]
    offer = DayOffer(rows, TODAY, frozenset(f"C{n}" for n in range(blocks)), Pulse())
    counts = [np.array([n]) for n in (duty, blocks, pressing, own, season, backlog)]
    (going,) = crews_going(DayLoad(*counts, np.ones(1)), SETTINGS)
    told = len(offer.crews(crews, SETTINGS))
    if not going:  # a plan that is made all the same goes with one crew
        assert told <= 1
    else:
        assert going == told
