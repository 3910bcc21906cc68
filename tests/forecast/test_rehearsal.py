"""`optimizer.forecast.rehearsal`: chances, days, remedies, and what would be if."""

from __future__ import annotations

import datetime as dt

import pytest
from forecast_world import CALM, TODAY, calm, register_with_blocks

from optimizer.campaign.change import parse_change
from optimizer.catalogue import Texts
from optimizer.desk import Campaign
from optimizer.errors import CampaignError
from optimizer.forecast.changed_opening import changed_opening
from optimizer.forecast.rehearsal import rehearse
from optimizer.reports.rehearsal_picture import rehearsal_svg

WEDNESDAY = TODAY + dt.timedelta(days=2)
AWAY = {"away_share": 0.3, "season_home_share": 1.0}
"""Three in ten are home only around Spring Festival."""


@pytest.fixture
def register(tmp_path):
    """Two stations with a hundred households each."""
    with register_with_blocks(tmp_path / "register.sqlite", 2) as register:
        yield register


def played(register, settings, *changes, **wish):
    return rehearse(
        register, settings, TODAY, runs=20, changes=[parse_change(text) for text in changes], **wish
    )


def test_a_calendar_that_comes_true_is_sure(register):
    """50 of 100 doors a station on Monday, all by Wednesday, in each of twenty lives."""
    told = played(register, calm())
    assert told.played.chance == 1
    assert [one.share for one in told.played.reached] == [90, 95, 98]
    assert set(told.played.of(95).days) == {WEDNESDAY}
    assert told.played.crew_days == (8, 8)
    assert told.played.course[0][1:] == (0.5, 0.5, 0.5)
    assert (told.at_risk, told.remedies, told.before) == ((), (), None)


def test_a_share_that_cannot_be_reached_has_stations_at_risk_and_a_remedy(register):
    """Who is away in summer is met if the campaign lasts until after the festival."""
    told = played(register, calm(**AWAY))
    assert told.played.of(95).chance == 0
    assert told.played.of(95).days == (None, None, None)
    assert {one.station for one in told.at_risk} == {"ST00", "ST01"}
    changes = [str(change) for one in told.remedies for change in one.changes]
    assert changes == ["finish=2028-02-11"]
    assert told.remedies[0].chance >= 0.8


def test_what_if_is_told_beside_the_campaign_as_it_is(register):
    """A planner who asks wants the difference, and the register is as before."""
    told = played(register, calm(**AWAY), "finish=2028-02-29")
    assert told.last == dt.date(2028, 2, 29)
    assert told.before.of(95).chance == 0
    assert told.played.of(95).chance > 0.8
    assert told.played.crew_days[0] > told.before.crew_days[0]
    assert register.events("forecast").empty


def test_lent_crews_and_more_duty_change_who_can_go_out(register):
    """Two crews a station: one is lent, but not from its own blocks; Sundays stay free."""
    changes = [parse_change(text) for text in ("lend=ST01:ST00:1", "duty+1@ST00")]
    lent = changed_opening(register, calm(), TODAY, None, changes[:1])
    assert lent.duty[:4].tolist() == [[3, 2], [3, 1], [3, 1], [3, 1]]
    more = changed_opening(register, calm(), TODAY, None, changes[1:])
    assert (more.duty == changed_opening(register, calm(), TODAY, None, []).duty).all()


def test_a_later_finish_makes_up_for_lost_days(register):
    """A third of the crew-days come to nothing: Wednesday is not sure, the week after is."""
    settings = calm(lost_share=0.3, finish=WEDNESDAY)
    as_it_is = played(register, settings).played.of(95).chance
    later = played(register, settings, "finish=2027-06-25").played.of(95).chance
    assert as_it_is < later


def test_changes_that_cannot_be_are_refused(register):
    """A station that is not there, more crews than there are, a day that is past."""
    for change in ("duty+1@ST09", "lend=ST00:ST01:5", "lend=ST00:ST00:1", "finish=2026-01-01"):
        with pytest.raises(CampaignError):
            played(register, calm(), change)


def test_the_picture_is_one(register):
    """An SVG that parses, with the band, the line, and the share that was asked for."""
    for lang, word in (("en", "93 % asked for"), ("zh", "要求 93%")):
        text = rehearsal_svg(played(register, calm(), share=93), Texts(lang))
        assert text.endswith("</svg>")
        assert word in text
        assert text.count("<polygon") == 1


def test_the_desk_rehearses_and_draws(tmp_path):
    """The desk's call reads settings and register, refuses a share that is none, and draws."""
    with Campaign.create(tmp_path / "c", calm()) as made:
        made.close()
        made.register_path.unlink()
        register_with_blocks(made.register_path).close()
    with Campaign(tmp_path / "c", today=TODAY) as county:
        assert county.settings.forecast.home_share == CALM["home_share"]
        told = county.rehearse(runs=10)
        assert told.runs == 10
        assert county.draw_rehearsal(told).read_text(encoding="utf-8").startswith("<svg")
        with pytest.raises(CampaignError, match="120"):
            county.rehearse(share=120)


def test_a_change_names_stations_and_days_as_people_write_them():
    """Full-width signs and names are what a Chinese keyboard gives."""
    ids = {"泗汾": "ST01", "北乡": "ST02", "": ""}
    changes = [
        parse_change(text, ids.__getitem__)
        for text in ("lend＝泗汾：北乡：2", "duty+1@泗汾", "duty+1", "finish=2029年6月1日")
    ]
    told = ["lend=ST01:ST02:2", "duty+1@ST01", "duty+1", "finish=2029-06-01"]
    assert [str(change) for change in changes] == told
