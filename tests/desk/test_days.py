"""`optimizer.desk.days`: a chief's day by calls, without a terminal."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from desk_world import make_county

from optimizer.checker import check
from optimizer.desk import Campaign, Pins
from optimizer.errors import CampaignError
from optimizer.settings import Settings

MONDAY = dt.date(2027, 1, 4)
ENGLISH = Settings.model_validate({"campaign": {"lang": "en"}})


@pytest.fixture(scope="module")
def planned(tmp_path_factory):
    """Six households of one area, two crews, a block of five on Monday; the day is planned."""
    path = make_county(tmp_path_factory.mktemp("desk") / "county", ENGLISH)
    with Campaign(str(path)) as campaign:
        campaign.plan_day("ST00", "2027-01-04", iterations=200)
    return path


@pytest.fixture
def county(planned):
    """The campaign as a chief opens it on the morning before."""
    with Campaign(str(planned), today="2027-01-03") as campaign:
        yield campaign


def begins(plan):
    """Crew and time of each account."""
    account = {visit.visit_id: visit.account_no for visit in plan.visits}
    return {
        account[stop.visit_id]: (route.crew_id, stop.begin_s)
        for route in plan.routes
        for stop in route.stops
    }


def test_a_plan_is_stored_by_the_call_that_plans(county):
    """A printed sheet must be found again when its records come."""
    plan = county.day_plan("ST00", MONDAY)
    assert plan.version == 1
    assert set(begins(plan)) == {f"{k:010d}" for k in range(5)}


def test_the_next_day_is_the_first_with_blocks(county):
    """A chief who names no day means the next one; one who names no station all with blocks."""
    assert county.next_day() == county.next_day("ST00") == MONDAY
    assert county.stations_on(MONDAY) == ["ST00"]
    assert county.stations_on(MONDAY, "ST01") == ["ST01"]
    with pytest.raises(CampaignError, match="ST00"):
        county.stations_on(MONDAY, "XX")
    with pytest.raises(CampaignError, match="2027-01-05"):
        county.stations_on("2027-01-05")


def test_after_the_last_block_nothing_is_ahead(planned):
    """The day is given, not that of this machine's calendar."""
    with Campaign(planned, today="2027-01-05") as late, pytest.raises(CampaignError):
        late.next_day()


def test_a_crew_falls_ill_and_its_visits_go_to_the_other(county):
    """What stays to be done is on the other sheet, and every change is told."""
    old = county.day_plan("ST00", MONDAY)
    ill = old.routes[0].crew_id
    changed = county.change_day("ST00", MONDAY, absent=[ill], iterations=200)
    assert ill not in {crew for crew, _ in begins(changed.plan).values()}
    assert {one.old_crew for one in changed.differences if one.old_crew != one.new_crew} == {ill}
    assert county.day_plan("ST00", MONDAY) == changed.plan
    assert changed.plan.version == old.version + 1
    back = county.change_day("ST00", MONDAY, back=[ill], iterations=200)
    assert ill not in back.plan.absent


def test_contradictions_of_a_change_are_refused_and_nothing_is_stored(county):
    """A crew cannot be ill and well, nor somebody else's, nor pinned while it is ill."""
    before = county.day_plan("ST00", MONDAY)
    crew = before.crews[0].crew_id
    pinned = Pins(crews={"0000000000": crew})
    for wish in (
        {"absent": [crew], "back": [crew]},
        {"back": [crew]},
        {"absent": ["XX"]},
        {"absent": [crew], "pins": pinned},
        {"pins": Pins(crews={"9999999999": crew})},
        {"now": "half past ten"},
    ):
        with pytest.raises(CampaignError):
            county.change_day("ST00", MONDAY, iterations=10, **wish)
    assert county.day_plan("ST00", MONDAY) == before


def test_a_pin_holds_until_it_is_taken_off(county):
    """What a chief fixes stays fixed through later changes."""
    at_two = county.change_day(
        "ST00", MONDAY, pins=Pins(begins={"0000000003": 14 * 3600}), iterations=200
    )
    assert begins(at_two.plan)["0000000003"][1] == 14 * 3600
    again = county.change_day("ST00", MONDAY, slower=1.1, iterations=200)
    assert begins(again.plan)["0000000003"][1] == 14 * 3600
    loose = county.change_day(
        "ST00", MONDAY, pins=Pins(loose=frozenset({"0000000003"})), slower=1.0, iterations=200
    )
    assert not any(visit.pinned_start_s for visit in loose.plan.visits)


def test_a_question_changes_nothing(county):
    """Where one more fits and what a day amounts to are asked on the telephone."""
    before = county.day_plan("ST00", MONDAY)
    figures, prices = county.figures("ST00", MONDAY)
    assert figures.visits == 5
    assert prices == {}
    fits = county.fits("ST00", MONDAY, "0000000005")
    assert {one.crew_id for one in fits} == {"ST00-C0", "ST00-C1"}
    with pytest.raises(CampaignError, match="0000000001"):
        county.fits("ST00", MONDAY, "0000000001")
    with pytest.raises(CampaignError, match="7777777777"):
        county.fits("ST00", MONDAY, "7777777777")
    assert county.day_plan("ST00", MONDAY) == before


def test_a_campaign_s_own_working_days_are_never_forgotten(planned):
    """A Monday is a holiday by the campaign's own table: nobody is on duty.

    Two weeks on, the first Monday's sheet is given up, so that its doors are free again.
    """
    own = planned / "workdays.csv"
    own.write_text("date,working\n2027-01-18,no\n", encoding="utf-8")
    with Campaign(str(planned), today="2027-01-17") as county:
        try:
            plan = county.plan_day("ST00", "2027-01-18", iterations=10)
        finally:
            own.unlink()
        assert not plan.routes
        assert county.plan_day("ST00", "2027-01-18", iterations=10).routes


def test_every_stored_plan_keeps_the_rules(county):
    """The checker recomputes from what the campaign knows, not from what the solver says."""
    from optimizer.dayplan import read_day  # noqa: PLC0415  (beside the one test that needs it)

    plan = county.plan_day("ST00", "2027-01-12", iterations=100)
    day = read_day(county.context, "ST00", dt.date(2027, 1, 12))
    aside = {one.visit_id for one in day.reasons}
    left_out = [one for one in plan.unassigned if one.visit_id not in aside]
    assert check(day.problem, plan.routes, left_out) == []


def test_a_day_that_is_none_is_told(county):
    """Days may be strings, so they may be wrong."""
    with pytest.raises(CampaignError, match="4 January"):
        county.plan_day("ST00", "4 January")
    with pytest.raises(CampaignError, match="ST01"):
        county.day_plan("ST01", MONDAY)


def test_a_lost_sheet_is_named_and_given_up(planned):
    """On Tuesday Monday's sheet is missing; a crew that has none cannot lose one."""
    with Campaign(str(planned), today="2027-01-05") as county:
        crew = county.day_plan("ST00", MONDAY).routes[0].crew_id
        assert crew in set(county.missing_sheets()["crew"])
        with pytest.raises(CampaignError, match="C9"):
            county.give_up("ST00", MONDAY, "ST00-C9")
        county.give_up("ST00", MONDAY, crew)
        assert crew not in set(county.missing_sheets()["crew"])


def test_a_request_that_cannot_be_kept_is_told_when_it_is_entered(planned):
    """Asked on a Friday before weeks in which both crews are on leave."""
    with Campaign(str(planned), today="2027-02-05") as county:
        crews_ill = county.register.crews("ST00")["crew"]
        leave = pd.DataFrame(
            {"crew": crews_ill, "first": "2027-02-06", "last": "2027-02-28", "reason": "节"}
        )
        name = county.add_request("0000000002", "urban")
        assert county.request_at_risk(name) is None
        county.register.take_in({"leave": leave}, "test", "wgs84")
        remark = county.request_at_risk(name)
        assert remark is not None
        assert "no crew of ST00" in remark.in_words("en")
        county.close_request(name, "withdrawn")


def test_one_of_two_is_ill(planned):
    """The other goes with a substitute, or alone: every later plan of the day names who goes."""
    with Campaign(str(planned), today="2027-01-03") as county:
        old = county.day_plan("ST00", MONDAY)
        crew = old.routes[0].crew_id
        county.say_who_goes("ST00", MONDAY, crew, ["甲", "丁"])
        for _ in range(2):
            plan = county.change_day("ST00", MONDAY, iterations=50).plan
            assert {c.crew_id: c.members for c in plan.crews}[crew] == ("甲", "丁")
        county.say_who_goes("ST00", MONDAY, crew, ["乙"])
        plan = county.change_day("ST00", MONDAY, iterations=50).plan
        assert {c.crew_id: c.members for c in plan.crews}[crew] == ("乙",)
        for wrong, names in (("C9", ["甲"]), (crew, []), (crew, ["甲", "乙", "丙"])):
            with pytest.raises(CampaignError, match=wrong):
                county.say_who_goes("ST00", MONDAY, wrong, names)
