"""Whom to call on: seasons, caps of every kind of call, lists that can be emptied."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from field_world import (
    DAY,
    HOUSEHOLDS,
    SETTINGS,
    SHOP,
    WATER_WORKS,
    record,
    status,
    take,
    village,
    wrong,
)

from optimizer.errors import RecordError
from optimizer.model import Learned
from optimizer.records import (
    add_appointment,
    add_request,
    coverage,
    decide_account,
    decide_finding,
    due,
)
from optimizer.records.calibration import shares_at_home
from optimizer.records.coverage import account_list
from optimizer.records.derived_ledgers import derive_all
from optimizer.records.season_days import still_at_home
from optimizer.register import Register
from optimizer.register.agenda import TO_VISIT
from optimizer.settings import FollowSettings
from optimizer.workdays import festival_season

ONE, TWO, THREE = HOUSEHOLDS[:3]
FESTIVAL = dt.date(2028, 1, 26)


@pytest.fixture
def register(tmp_path):
    """The village, before any record."""
    with Register.create(tmp_path / "register.sqlite", who="clerk") as register:
        register.take_in(village(), "village.xlsx", "wgs84")
        yield register


def days(number):
    return DAY + dt.timedelta(days=number)


def steps(register, account):
    frame = register.ledgers.frame("tasks", "tasks.account_no = ?", [account])
    return [(row["kind"], row["list"], row["reason"]) for row in frame.to_dict("records")]


def offered(register, date):
    return set(due(register, SETTINGS, "ST01", date)["account_no"])


def absent(register, account, *when, **more):
    take(register, *(record(account, "nobody_home", day=day, **more) for day in when))


def test_the_season_lies_around_the_festival_wherever_it_falls():
    """Ten days before to fifteen after: in 2027 from 27 January, in 2028 from the 16th."""
    rules = FollowSettings()
    assert festival_season(dt.date(2027, 2, 1), rules) == (
        dt.date(2027, 1, 27), dt.date(2027, 2, 21),
    )  # fmt: skip
    assert festival_season(dt.date(2027, 2, 22), rules)[0] == dt.date(2028, 1, 16)
    short = FollowSettings(season_before_days=3, season_after_days=0)
    assert festival_season(DAY, short) == (FESTIVAL - dt.timedelta(days=3), FESTIVAL)
    winter = FollowSettings(season_first="12-20", season_last="01-10")
    assert festival_season(dt.date(2028, 1, 2), winter)[0] == dt.date(2027, 12, 20)


def test_nobody_is_called_on_twice_in_a_season_before_all_were_once(register):
    """Two wait for the festival; the one at which nobody was home waits for the other's turn."""
    for account in (ONE, TWO):
        absent(register, account, DAY, days(5), days(10))
    eve = FESTIVAL - dt.timedelta(days=2)
    assert offered(register, eve) == {ONE, TWO}
    absent(register, ONE, eve)
    after = FESTIVAL + dt.timedelta(days=7)
    assert offered(register, after) == {TWO}
    absent(register, TWO, after)
    assert offered(register, after + dt.timedelta(days=5)) == {ONE, TWO}
    assert offered(register, FESTIVAL + dt.timedelta(days=16)) == set()


def test_the_season_list_is_called_on_near_the_festival(register):
    """Who is home for the festival is home on the days next to it: the others are for the rest."""
    for account in HOUSEHOLDS:
        absent(register, account, DAY, days(5), days(10))
    week = [FESTIVAL - dt.timedelta(days=number) for number in range(10, 1, -1)]
    assert [len(offered(register, day)) for day in week] == [0] * 8 + [6]
    one_a_day = SETTINGS.blocks.model_copy(update={"min_visits": 1, "max_visits": 1})
    few = SETTINGS.model_copy(update={"blocks": one_a_day})
    calls = [len(due(register, few, "ST01", day)) for day in week]
    assert calls == sorted(calls)
    assert calls[0] == 0
    assert calls[-2] > 0


def test_a_forecast_expects_fewer_at_home_at_a_seasons_ends():
    """All of them on the eve, in two lives few and most on the last day, as always in June."""
    days_of = np.array(["2028-01-16", "2028-01-24", "2028-02-10", "2028-06-01"], "datetime64[D]")
    ends = np.array([0.1, 0.9])
    home = still_at_home(days_of, FollowSettings(), ends)
    assert home == pytest.approx(np.array([[0.1, 0.9], [1, 1], [0.1, 0.9], [1, 1]]))
    fixed = FollowSettings(season_first="01-15", season_last="02-28")
    assert (still_at_home(days_of, fixed, ends) == 1).all()


def test_who_is_telephoned_to_in_vain_is_called_on_in_the_season(register):
    """A shop whose owner works elsewhere is never reached by telephone, but is home then."""
    absent(register, SHOP, DAY, days(5), days(10))
    assert steps(register, SHOP) == [("retry", "telephone", "telephone")]
    eve = FESTIVAL - dt.timedelta(days=2)

    def called(date):
        return set(due(register, SETTINGS, "ST02", date)["account_no"])

    assert called(days(60)) == set()
    assert called(eve) == {SHOP}
    (why,) = due(register, SETTINGS, "ST02", eve)["why"]
    assert "春节" in why
    absent(register, SHOP, *(days(15 + 5 * k) for k in range(3)))
    assert called(eve) == set()


def test_a_refusal_counts_among_the_calls_that_a_door_may_have(register):
    """Five calls in vain, and a refusal at the sixth: nobody is sent for a seventh."""
    absent(register, ONE, *(days(5 * k) for k in range(5)))
    take(register, record(ONE, "refused", day=days(30)))
    assert steps(register, ONE) == [("office", "office", "refused")]
    absent(register, TWO, *(days(5 * k) for k in range(3)))
    take(register, record(TWO, "refused", day=days(30)))
    assert steps(register, TWO) == [("retry", "", "refused")]


def test_calls_of_a_list_end_on_the_telephone_and_appointments_at_the_office(register):
    """Three tries and three in seasons, then three appointments: nobody is called on for ever."""
    absent(register, ONE, *(days(5 * k) for k in range(6)))
    assert steps(register, ONE) == [("retry", "telephone", "telephone")]
    for number in range(3):
        day = days(60 + 7 * number)
        add_appointment(register, SETTINGS, account_no=ONE, date=day)
        absent(register, ONE, day, kind="appointment")
    assert steps(register, ONE) == [("office", "office", "appointments_spent")]


def test_a_check_that_finds_nobody_is_telephoned_for(register):
    """After three failed calls; who sends the crew away, or moved, is the office's at once."""
    for account in (ONE, TWO):
        take(register, record(account, findings=[wrong("pole")]))
    absent(register, ONE, days(10), days(14), kind="revisit")
    assert steps(register, ONE) == [("revisit", "", "pole")]
    absent(register, ONE, days(18), kind="revisit")
    assert steps(register, ONE) == [("revisit", "telephone", "pole")]
    assert ONE not in offered(register, days(40))
    take(register, record(TWO, "refused", day=days(10), kind="revisit"))
    assert steps(register, TWO) == [("office", "office", "finding_turned_away")]
    finding = register.ledgers.frame("findings", "findings.account_no = ?", [TWO])["finding"][0]
    decide_finding(register, SETTINGS, finding, "dropped", on=days(11), note="不让进")
    assert steps(register, TWO) == []


def test_a_request_whose_visits_are_spent_is_the_offices(register):
    """No fourth visit of three is taken in silence."""
    add_request(register, SETTINGS, account_no=WATER_WORKS, voltage="hv10kv", asked_on=DAY)
    absent(register, WATER_WORKS, days(1), days(3), days(5), kind="request")
    assert ("request", "office", "request_spent") in steps(register, WATER_WORKS)
    assert "request" not in set(due(register, SETTINGS, "ST01", days(9))["kind"])


def test_a_request_of_its_last_day_comes_in_the_morning(register):
    """What stands at the end of a sheet is what a late crew leaves out."""
    add_request(register, SETTINGS, account_no=ONE, voltage="urban", asked_on=DAY)
    add_request(register, SETTINGS, account_no=WATER_WORKS, voltage="hv10kv", asked_on=DAY)
    rows = due(register, SETTINGS, "ST01", days(1)).set_index("account_no")
    assert rows.loc[ONE, "mandatory"]
    assert rows["preferred_window"].to_dict() == {ONE: "08:00-12:00", WATER_WORKS: ""}


def test_the_office_closes_an_account_or_begins_anew(register):
    """A second refusal leaves the list with a reason; a new tenant is somebody never tried."""
    take(register, record(ONE, "refused"), record(ONE, "refused", day=days(90)))
    take(register, record(TWO, "moved"), record(THREE))
    with pytest.raises(RecordError, match="needs a note"):
        decide_account(register, SETTINGS, ONE, "closed", on=days(91))
    decide_account(register, SETTINGS, ONE, "closed", on=days(91), note="本人坚持不访")
    assert (steps(register, ONE), status(register, ONE)) == ([], "closed")
    take(register, record(ONE, "refused", day=days(120)))
    assert steps(register, ONE)
    decide_account(register, SETTINGS, TWO, "again", on=days(30))
    assert (steps(register, TWO), status(register, TWO)) == ([], "never_tried")
    for account, state in ((THREE, "closed"), (SHOP, "again")):
        with pytest.raises(RecordError, match="nothing for the office"):
            decide_account(register, SETTINGS, account, state, on=days(30), note="x")
    with pytest.raises(RecordError, match="begins anew"):
        decide_account(register, SETTINGS, ONE, "gone", on=days(30))


def test_a_closed_account_is_no_visit_to_come(register):
    """销户 is known before anybody went: nobody is sent, and no forecast waits for it."""
    take(register, record(ONE, "nobody_home"), record(TWO))
    for account in (ONE, SHOP):
        decide_account(register, SETTINGS, account, "closed", on=days(1), note="已销户")
    counted = coverage(register, days(2))
    assert (counted.states["closed"], counted.states["visited"]) == (2, 1)
    assert sum(counted.states[state] for state in TO_VISIT) == 5
    assert set(account_list(register, "closed", days(2))["account_no"]) == {ONE, SHOP}
    derive_all(register, SETTINGS)
    assert coverage(register, days(2)).states == counted.states
    take(register, record(SHOP, day=days(3)), station="ST02", crew="C003")
    assert coverage(register, days(3)).states["closed"] == 1


def test_who_waits_sixty_days_without_a_sheet_is_listed(register):
    """The list that must stay empty: by it a chief sees that somebody starves."""
    absent(register, ONE, DAY)
    assert coverage(register, days(62)).waiting_long == 0
    assert coverage(register, days(63)).waiting_long == 1
    assert account_list(register, "waiting_long", days(63))["account_no"].tolist() == [ONE]
    assert account_list(register, "waiting_long", days(63), "ST02").empty


def test_a_call_without_a_clock_has_its_own_day_on_the_sheet(register):
    """Typed from paper on the 2nd: the sheet says the 2nd, not the day from which it is due."""
    absent(register, ONE, DAY, at="")
    take(register, record(TWO, findings=[wrong("pole")]))
    absent(register, TWO, days(10), kind="revisit", at="")
    rows = due(register, SETTINGS, "ST01", days(20)).set_index("account_no")
    assert rows.loc[ONE, "failed_at"] == DAY.isoformat()
    assert DAY.isoformat() in rows.loc[ONE, "why"]
    assert not rows["preferred_window"].any()


def test_a_revisit_names_all_that_it_checks(register):
    """What the crew packs follows from every finding of the door, not from the first alone."""
    take(register, record(ONE, findings=[wrong("pole"), wrong("rcd")]))
    rows = due(register, SETTINGS, "ST01", days(20)).set_index("account_no")
    assert rows.loc[ONE, "finding"] == "pole;rcd"


def test_expected_minutes_come_from_who_was_home(register):
    """Half were home of thirty calls: drawn to 1 by thirty, three quarters; and back again."""
    for number in range(30):
        result = "done" if number % 2 else "nobody_home"
        take(register, record(ONE, result, day=days(number), kind="retry"))
    shares = shares_at_home(register, DAY, days(60), 30)
    assert shares == {"retry": 0.75}
    learned = Learned(home=shares)
    assert learned.expected_s("retry", 720, 60) == 0.75 * 720 + 0.25 * 60
    assert learned.full_s("retry", learned.expected_s("retry", 720, 60), 60) == 720
    assert learned.expected_s("first", 720, 60) == 720
