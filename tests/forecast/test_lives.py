"""`optimizer.forecast.lives`: days that one can add up, and sums that must hold in every life."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from forecast_world import TODAY, calm, register_with_blocks

from optimizer.forecast.lives import play
from optimizer.forecast.opening import read_opening


@pytest.fixture
def register(tmp_path):
    """A hundred households in four blocks."""
    with register_with_blocks(tmp_path / "register.sqlite") as register:
        yield register


def lived(register, settings, lives=10):
    """The opening of the register and what came of its lives."""
    opening = read_opening(register, settings, TODAY)
    return opening, play(opening, lives, 1)


def test_where_all_goes_well_the_calendar_comes_true(register):
    """50 doors on Monday, 25 on Tuesday and on Wednesday: four crew-days, and nobody is left."""
    opening, came = lived(register, calm())
    assert opening.own[:3, 0].tolist() == [50, 25, 25]
    assert came.visited[:4, 0].tolist() == [[50] * 10, [75] * 10, [100] * 10, [100] * 10]
    assert came.crew_days[-1, 0].tolist() == [4] * 10
    assert not came.waiting.any()
    assert not came.unfinished.any()


def test_nobody_is_lost_and_nobody_is_counted_twice(register):
    """In each life: visited, gone, refused, on a list or still to come are all customers."""
    wild = {"away_share": 0.2, "home_share": 0.6, "home_again_share": 0.7, "gone_share": 0.1}
    more = {"refused_share": 0.1, "checked_share": 0.3, "lost_share": 0.2}
    opening, came = lived(register, calm(**wild, **more), 40)
    steps = opening.chain.steps
    counted = [row for row, step in enumerate(steps) if step.counts or not step.calls]
    end = opening.horizon - 1
    sums = came.visited[end] + came.refused + came.gone + came.waiting[counted].sum(axis=0)
    assert (sums == 100).all()
    assert came.gone.any()
    assert came.refused.any() or came.waiting.any()
    assert (np.diff(came.visited, axis=0) >= 0).all()


def test_a_household_that_is_away_waits_for_a_season_of_the_campaign(register):
    """Called on three times it is listed; a campaign that ends in August never sees it again."""
    away = {"away_share": 1.0, "season_home_share": 1.0}
    opening, came = lived(register, calm(**away))
    assert (came.visited == 0).all()
    listed = came.waiting[opening.chain.row("season/3"), 0]
    assert listed.tolist() == [100] * 10
    opening, came = lived(register, calm(dt.date(2028, 3, 31), **away))
    before = int((np.datetime64("2028-01-16") - opening.dates[0]).astype(int))
    assert (came.visited[before - 1] == 0).all()
    assert (came.visited[opening.horizon - 1] >= 90).all()


def test_the_season_list_waits_for_the_days_next_to_the_festival(register):
    """A hundred households, two crews on duty: all are called on the last day before the feast."""
    away = {"away_share": 1.0, "season_home_share": 1.0}
    opening, came = lived(register, calm(dt.date(2028, 3, 31), **away))
    eve = int((np.datetime64("2028-01-24") - opening.dates[0]).astype(int))
    assert (came.visited[eve - 5] == 0).all()
    assert (came.visited[eve] >= 50).all()


def test_a_crew_that_is_ill_costs_a_day_and_loses_nobody(register):
    """Every second crew-day comes to nothing: more of them are needed, and all are visited."""
    _, came = lived(register, calm(lost_share=0.5), 40)
    assert (came.visited[-1] == 100).all()
    assert came.crew_days[-1].mean() > 5


def test_findings_bring_crews_out_again(register):
    """A check presses when its days are over: without other work it alone sends a crew out."""
    _, came = lived(register, calm(checked_share=0.2), 40)
    assert came.crew_days[-1].mean() > 4.5


def test_the_same_seed_plays_the_same_lives(register):
    """A figure of a certificate can be made again; another seed plays others."""
    opening = read_opening(register, calm(home_share=0.5, away_share=0.3), TODAY)
    one, same, other = (play(opening, 10, seed) for seed in (1, 1, 2))
    assert (one.visited == same.visited).all()
    assert (one.visited != other.visited).any()
