"""`optimizer.desk.live_day`: where crews are while they are out."""

from __future__ import annotations

import pytest
from desk_world import STATION
from evening_world import FIRST, ROWS, SECOND, TODAY, account, make_evening
from field_world import export, record

from optimizer.desk import Campaign, TypedRow

HOUR = 3600


@pytest.fixture
def county(tmp_path):
    """Two crews leave at eight and call at a door each quarter of an hour from 8:15 on."""
    with Campaign(make_evening(tmp_path / "county"), lang="en", today=TODAY) as campaign:
        yield campaign


def phone(county, *clocks):
    """The first crew's phone reports one door after the other at these times."""
    said = [
        record(account(number), day=TODAY, time=f"{clock}:00")
        for number, clock in enumerate(clocks)
    ]
    list(county.take_records(county.read_records(texts=[export(*said)])))


def at(county, now_s, crew=FIRST):
    return next(one for one in county.crews_now(STATION, TODAY, now_s) if one.crew == crew)


def test_before_the_first_door_nobody_is_late(county):
    """Eight o'clock: the phones are silent because there is nothing to say."""
    assert {crew.state for crew in county.crews_now(STATION, TODAY, 8 * HOUR)} == {"waiting"}


def test_a_crew_in_time_behind_and_silent(county):
    """Three doors by nine are as planned; at half past nine two are missing, at eleven no word."""
    phone(county, "08:25", "08:40", "08:55")
    assert at(county, 9 * HOUR).state == "in_time"
    half_past = at(county, 9 * HOUR + 45 * 60)
    assert (half_past.state, half_past.behind_s) == ("late", 35 * 60)
    assert at(county, 11 * HOUR).state == "silent"
    assert (half_past.planned, half_past.reported, half_past.done) == (ROWS, 3, 3)
    assert half_past.last_s == 8 * HOUR + 55 * 60


def test_a_sheet_that_is_typed_in_brings_its_crew_back(county):
    """Paper tells no times; when all of it is in, nobody is missed."""
    assert at(county, 12 * HOUR, SECOND).state == "silent"
    for row in range(1, ROWS + 1):
        county.type_row(STATION, TODAY, SECOND, 1, TypedRow(row=row, result="done"))
    assert at(county, 12 * HOUR, SECOND).state == "back"


def test_a_day_without_a_plan_has_no_crews_out(county):
    """Sunday."""
    assert county.crews_now("ST01", TODAY, 12 * HOUR) == []
