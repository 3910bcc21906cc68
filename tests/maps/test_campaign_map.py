"""How far areas are on the map of a campaign."""

from __future__ import annotations

import pytest
from field_world import DAY, HOUSEHOLDS, record, take, village

from optimizer.maps.campaign_map import area_states
from optimizer.register import Register


@pytest.fixture
def register(tmp_path):
    with Register.create(tmp_path / "register.sqlite", who="clerk") as opened:
        opened.take_in(village(), "village", "wgs84")
        yield opened


def test_an_area_is_not_done_while_somebody_refuses(register):
    """Green means that nobody is sent any more: a refusal is asked again, a removal is over."""
    one, two, three, four = HOUSEHOLDS[:4]
    take(register, record(one), record(two, "moved"), record(three, "duplicate"))
    take(register, record(four, "refused"))
    area = area_states(register, "ST01")[0]
    assert (area.area, area.customers, area.done) == ("A1", 4, 3)
    assert area.state(DAY) == "unplanned"
    take(register, record(four, time="15:00:00", day=DAY.replace(day=9)))
    assert area_states(register, "ST01")[0].state(DAY) == "done"
