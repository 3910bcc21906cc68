"""`optimizer.dayplan.pulse`: how much has to wait before a crew goes out for nothing else."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pandas as pd
import pytest

from optimizer.dayplan.pulse import AHEAD, BEHIND, Pulse, read_pulse
from optimizer.settings import Settings
from optimizer.workdays import working_days

SETTINGS = Settings()
JUNE = dt.date(2027, 6, 1)
MIDDLE = dt.date(2027, 6, 16)


def station(june, blocks=0, last=None):
    """One crew-day on every other working day until June, then those of `june` on as many days."""
    calendar = working_days(dt.date(2027, 1, 4), dt.date(2027, 6, 30))
    days = [day.date() for day in calendar.loc[calendar["working"], "date"]]
    out = {day.isoformat(): n % 2 for n, day in enumerate(days) if day < JUNE}
    ours = [day.isoformat() for day in days if day >= JUNE]
    out |= dict.fromkeys(ours[:june], 1)
    sheets = SimpleNamespace(
        crews_out=lambda *_: out, last_days_out=lambda *_: {} if last is None else {"C1": last}
    )
    register = SimpleNamespace(
        sheets=sheets, blocks=lambda *_: pd.DataFrame({"date": ours[-blocks:] if blocks else []})
    )
    return SimpleNamespace(register=register, settings=SETTINGS, workdays=None)


def test_a_month_that_is_behind_needs_less_and_one_that_is_ahead_more():
    """Every other of June's 21 working days is usual: five or six until its middle are even."""
    shares = [read_pulse(station(june), "S", MIDDLE).share for june in (0, 4, 6, 9)]
    assert shares == [BEHIND, BEHIND, AHEAD, AHEAD]


def test_blocks_that_are_still_to_come_are_left_their_days():
    """Nobody was out in June, but its last ten days have blocks: what waits is for July."""
    assert read_pulse(station(0, blocks=2), "S", MIDDLE).share == BEHIND
    assert read_pulse(station(0, blocks=10), "S", MIDDLE).share == AHEAD


@pytest.mark.parametrize("day", [dt.date(2027, 2, 10), dt.date(2027, 6, 20), dt.date(2028, 1, 24)])
def test_nothing_is_usual_at_first_nor_on_days_off_or_of_the_season(day):
    """Then as much has to wait as the settings say."""
    assert read_pulse(station(0), "S", day).share == 1.0


def test_a_crew_that_has_long_been_in_goes_out_for_less():
    """For all after a week, for half after five, for a quarter after eight; a new one as usual."""
    pulse = Pulse({"week": "2027-06-09", "five": "2027-05-12", "eight": "2027-03-01"})
    least = [
        pulse.least_waiting(name, "2027-06-16", SETTINGS) for name in ("week", "five", "eight", "?")
    ]
    assert least == [20, 10, 5, 20]
    assert Pulse(pulse.last_out, AHEAD).least_waiting("five", "2027-06-16", SETTINGS) == 10
