"""The evening: what the field says goes in once, whole, and everything that follows follows."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import random
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from field_world import (
    ACCOUNTS,
    DAY,
    SETTINGS,
    WATER_WORKS,
    day_plan,
    export,
    record,
    status,
    take,
    village,
    wrong,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from optimizer.errors import RecordError
from optimizer.model import Learned
from optimizer.records import (
    Finding,
    add_appointment,
    add_request,
    advance_project,
    breaches,
    cancel_appointment,
    check_projects,
    close_request,
    decide_finding,
    decide_opinion,
    derive_all,
    due,
    read_text,
    settle,
    take_records,
    typed_entry,
    verify,
)
from optimizer.records.calibration import COLUMNS, calibrate, calibration_for, fit, observe
from optimizer.records.coverage import account_list, coverage, coverage_by_town
from optimizer.records.field_words import form_answers, form_opinion, to_answer
from optimizer.records.follow_up import category_of_opinion
from optimizer.records.opinions import opinion_ledger
from optimizer.records.reconciling import reconcile
from optimizer.register import STATUSES, Register
from optimizer.register.agenda import OVER, STATES, STATUSES_TO_VISIT, TO_VISIT
from optimizer.register.ledgers import Ledgers
from optimizer.settings import FollowSettings, Settings

ONE, TWO, THREE, FOUR = ACCOUNTS[:4]
SHOP = ACCOUNTS[7]


def days(number, start=DAY):
    return start + dt.timedelta(days=number)


@pytest.fixture
def register(tmp_path):
    with Register.create(tmp_path / "register.sqlite", who="clerk") as register:
        register.take_in(village(), "village.xlsx", "wgs84")
        yield register


def findings(register, account=None):
    where, values = ("findings.account_no = ?", [account]) if account else ("TRUE", [])
    return register.ledgers.frame("findings", where, values).to_dict("records")


def tasks(register, account):
    return register.ledgers.frame("tasks", "tasks.account_no = ?", [account]).to_dict("records")


def due_kinds(register, date, rules=SETTINGS, *, station="ST01", **more):
    frame = due(register, rules, station, date, **more)
    return dict(zip(frame["account_no"], frame["kind"], strict=True))


# ---- taking in ---------------------------------------------------------------------------------


def dump(register):
    return [register.ledgers.rows(t) for t in ("findings", "opinions", "tasks", "standings")], (
        register.customers()["status"].tolist()
    )


def test_reading_twice_changes_nothing(register):
    """A phone that sends twice is normal."""
    records = [
        record(ONE, findings=[wrong("wiring")], opinion="电压低"),
        record(TWO, "nobody_home"),
    ]
    taken = take(register, *records)
    assert (taken.added, taken.known) == (2, 0)
    before = dump(register)
    again = take(register, *records)
    assert (again.added, again.known) == (0, 2)
    assert dump(register) == before
    assert len(register.ledgers.records()) == 2


def test_an_unknown_account_is_a_fault_and_the_rest_goes_in(register):
    """One wrong number must not keep the others out."""
    taken = take(register, record("9999999999"), record(ONE))
    assert taken.added == 1
    assert "is not in the register" in str(taken.faults[0])
    assert status(register, ONE) == "visited"


def test_unknown_crew_and_station_are_left_out_with_a_remark(register):
    """The visit counts although the phone was set up for a crew that nobody knows."""
    taken = take(register, record(ONE), crew="C999", station="ST99")
    assert taken.added == 1
    assert {str(remark.column) for remark in taken.remarks} == {"crew", "station"}


def typed(row=None, result="nobody_home", **more):
    where = {"station": "ST01", "crew": "C001", "date": DAY.isoformat()}
    return typed_entry(**where, row=row, result=result, **more)


def test_a_row_of_a_printed_sheet_names_the_customer(register):
    """The clerk types row 2 and nobody home; the sheet knows who that is and why we came."""
    register.save_day_plan(day_plan([(ONE, "first"), (TWO, "retry")]))
    taken = take_records(register, SETTINGS, [typed(2)], "typed")
    assert (taken.added, taken.faults) == (1, [])
    (row,) = register.ledgers.records().to_dict("records")
    assert (row["account_no"], row["kind"], row["visit_id"]) == (TWO, "retry", f"retry-{TWO}")
    assert take_records(register, SETTINGS, [typed(2)], "typed").known == 1


def test_a_row_that_is_on_no_sheet(register):
    """A row number too large, or a day without a plan, says what to check."""
    taken = take_records(register, SETTINGS, [typed(9)], "typed")
    assert "is on no sheet of ST01 2027-03-02 C001" in str(taken.faults[0])


def test_a_sheet_that_was_printed_before_the_plan_changed(register):
    """The latest sheet is meant unless the version is given; the doubt is told."""
    register.save_day_plan(day_plan([(ONE, "first"), (TWO, "first")]))
    register.save_day_plan(day_plan([(TWO, "first"), (ONE, "first")]))
    taken = take_records(register, SETTINGS, [typed(1, "done")], "typed")
    assert "an earlier one has" in str(taken.remarks[0])
    assert status(register, TWO) == "visited"
    take_records(register, SETTINGS, [typed(1, "done", version=1)], "typed")
    assert status(register, ONE) == "visited"


def test_row_and_account_that_disagree(register):
    """A typed account number is a check of the row, not a second opinion."""
    register.save_day_plan(day_plan([(ONE, "first")]))
    taken = take_records(register, SETTINGS, [typed(1, account_no=TWO)], "typed")
    assert "is not row 1 of the sheet" in str(taken.faults[0])
    assert taken.added == 0


def test_contradictions_wait_for_a_human(register):
    """Done says the phone, refused says the sheet: both stay, neither counts until settled."""
    phone, paper = record(ONE), record(ONE, "refused", at="")
    take(register, phone)
    taken = take(register, paper)
    assert taken.conflicts == [(ONE, DAY.isoformat())]
    assert status(register, ONE) == "conflict"
    assert tasks(register, ONE)[0]["list"] == "office"
    settle(register, SETTINGS, ONE, DAY, phone["id"])
    assert status(register, ONE) == "visited"
    assert len(register.ledgers.records()) == 2
    assert register.events("settle")["who"].tolist() == ["clerk"]
    with pytest.raises(RecordError, match="has no record 'x'"):
        settle(register, SETTINGS, ONE, DAY, "x")


def test_a_second_call_on_the_same_day_is_no_contradiction(register):
    """Nobody home at nine, done at four: both have their time, the visit counts."""
    taken = take(
        register, record(ONE, "nobody_home", time="09:00:00"), record(ONE, time="16:00:00")
    )
    assert taken.conflicts == []
    assert status(register, ONE) == "visited"


def test_undo_on_the_phone(register):
    """A tap on the wrong door and its undo leave the account as it was, in any order."""
    tap = record(ONE)
    undo = record(ONE, "", undoes=tap["id"])
    take(register, undo)
    take(register, tap)
    assert status(register, ONE) == "never_tried"
    take(register, record(ONE, "nobody_home", undoes=undo["id"], time="16:00:00"))
    assert status(register, ONE) == "visited"


def test_a_record_cannot_undo_another_accounts(register):
    """A damaged id must not take a neighbour's visit away."""
    tap = record(ONE)
    take(register, tap)
    taken = take(register, record(TWO, undoes=tap["id"]))
    assert "is a record of another account" in str(taken.faults[0])
    assert status(register, ONE) == "visited"


def test_a_correction_replaces_what_was_known(register):
    """The clerk mistyped: a correcting row takes the place of all records of that visit."""
    register.save_day_plan(day_plan([(ONE, "first")]))
    take(register, record(ONE))
    take_records(register, SETTINGS, [typed(1, "refused")], "typed")
    take_records(register, SETTINGS, [typed(1, "nobody_home", corrects=True)], "typed")
    assert status(register, ONE) == "nobody_home"
    assert len(register.ledgers.records(undone=True)) == 4
    assert register.ledgers.records()["result"].tolist() == ["nobody_home"]


def test_a_correction_back_and_forth_counts_each_time(register):
    """Done, nobody home, done, nobody home: the fourth is in the same words as the second."""
    register.save_day_plan(day_plan([(ONE, "first")]))
    first = typed(1, "done", findings=(Finding(category="pole"),))
    said = [first, *(typed(1, r, corrects=True) for r in ("nobody_home", "done", "nobody_home"))]
    for entry in said:
        assert take_records(register, SETTINGS, [entry], "typed").added
        assert status(register, ONE) == {"done": "visited"}.get(entry.result, entry.result)
        assert len(register.ledgers.frame("findings")) == (entry is first)
    before = len(register.ledgers.records(undone=True))
    assert take_records(register, SETTINGS, said[-1:], "typed").known == 1
    assert take_records(register, SETTINGS, said, "again.csv").known == 4
    assert len(register.ledgers.records(undone=True)) == before


results = st.sampled_from(["done", "nobody_home", "refused", "demolished", "moved", "other"])
some_records = st.lists(
    st.tuples(
        st.sampled_from([ONE, TWO, THREE]),
        results,
        st.integers(0, 60),
        st.sampled_from([(), ("low_voltage",), ("wiring",)]),
        st.sampled_from(["", "first", "revisit"]),
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=20, deadline=None)
@given(some_records, st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(tmp_path_factory, made, rng):
    """Late, twice and out of order: the register ends in the same state."""
    records = [
        record(account, result, day=days(n), kind=kind, findings=[wrong(c) for c in found])
        for account, result, n, found, kind in made
    ]
    rules = Settings(follow=FollowSettings(low_voltage_customers=9))
    ends = []
    for shuffled in (records, rng.sample(records, len(records)) + records[:2]):
        path = tmp_path_factory.mktemp("order") / "r.sqlite"
        with Register.create(path) as register:
            register.take_in(village(), "v", "wgs84")
            for one in shuffled:
                take(register, one, settings=rules)
            ends.append(dump(register))
            assert register.doctor() == []
    assert ends[0] == ends[1]


# ---- what follows ------------------------------------------------------------------------------


def test_nobody_home_is_tried_again_in_another_part_of_the_day(register):
    """After three days, and in the afternoon when the morning failed."""
    take(register, record(ONE, "nobody_home", time="09:00:00"))
    assert status(register, ONE) == "nobody_home"
    assert ONE not in due_kinds(register, days(2))
    (row,) = due(register, SETTINGS, "ST01", days(3)).to_dict("records")
    assert (row["account_no"], row["kind"]) == (ONE, "retry")
    assert row["preferred_window"] == "12:00-17:00"
    assert row["failed_at"].startswith("2027-03-02T09")
    assert "家中无人" in row["why"]


@pytest.mark.parametrize(
    ("account", "listed"), [(ONE, "season"), (SHOP, "telephone"), (WATER_WORKS, "telephone")]
)
def test_three_failed_tries_end_on_a_list(register, account, listed):
    """Households wait for Spring Festival, businesses are telephoned to.

    The season is that of former settings: from one day of the year to another.
    """
    rules = Settings(follow=FollowSettings(season_first="01-15", season_last="02-28"))
    for number in range(3):
        take(register, record(account, "nobody_home", day=days(5 * number)), settings=rules)
    (task,) = tasks(register, account)
    assert (task["list"], task["tries"]) == (listed, 3)
    if listed == "season":
        assert task["not_before"] == "2028-01-15"
        assert due_kinds(register, dt.date(2028, 1, 14), rules) == {}
        assert due_kinds(register, dt.date(2028, 1, 20), rules) == {account: "retry"}
        assert due_kinds(register, dt.date(2028, 3, 1), rules) == {}


def test_the_evening_list_is_called_on_in_the_evening(register):
    """By setting, households may be tried after work; the window is hard."""
    rules = Settings(follow=FollowSettings(after_tries={"household": "evening"}, max_tries=1))
    take(register, record(ONE, "nobody_home"), settings=rules)
    (row,) = due(register, rules, "ST01", days(3)).to_dict("records")
    assert row["window"] == "17:00-20:00"


def test_changed_rules_are_applied_to_all_accounts(register):
    """A new setting counts for what was recorded before it."""
    take(register, record(ONE, "nobody_home"))
    rules = Settings(follow=FollowSettings(retry_after_days=10))
    take(register, record(TWO), settings=rules)
    assert tasks(register, ONE)[0]["not_before"] == days(10).isoformat()


@pytest.mark.parametrize("result", ["refused", "moved", "demolished", "duplicate"])
def test_states_that_are_no_visit_have_their_own_next_step(register, result):
    """None of them counts as visited, none is forgotten."""
    take(register, record(ONE, result))
    assert status(register, ONE) == result
    (task,) = tasks(register, ONE)
    assert task["reason"] == result
    assert task["list"] == ("" if result == "refused" else "office")
    take(register, record(ONE, day=days(100)))
    assert status(register, ONE) == "visited"


def test_refused_twice_goes_to_the_office(register):
    """Nobody is asked a third time by a crew."""
    take(register, record(ONE, "refused"))
    assert due_kinds(register, days(90)) == {ONE: "retry"}
    take(register, record(ONE, "refused", day=days(90)))
    assert tasks(register, ONE)[0]["list"] == "office"


def test_a_small_repair_on_the_spot_is_closed_at_once(register):
    """A breaker replaced needs no second visit, but is in the ledger."""
    take(register, record(ONE, findings=[wrong("rcd", repaired=True)]))
    (finding,) = findings(register)
    assert (finding["state"], finding["closed_on"]) == ("closed", DAY.isoformat())
    assert tasks(register, ONE) == []


def test_a_finding_has_an_owner_a_date_and_a_check(register):
    """What was not repaired is someone's by a day, and is looked at between day 7 and day 30."""
    take(register, record(ONE, findings=[wrong("outage", note="常停电")]))
    (finding,) = findings(register)
    assert finding["department"] == "运维检修部"
    assert finding["due_on"] == days(7).isoformat()
    assert (finding["check_from"], finding["check_by"]) == (
        days(7).isoformat(), days(30).isoformat(),
    )  # fmt: skip
    assert due_kinds(register, days(6)) == {}
    (row,) = due(register, SETTINGS, "ST01", days(7)).to_dict("records")
    assert (row["kind"], row["finding"], row["preferred_crew"]) == ("revisit", "outage", "C001")
    assert "常停电" in row["why"]
    assert not row["mandatory"]


def test_only_a_recorded_check_closes_a_finding(register):
    """Rectified is not closed; a check that still sees it starts the window anew."""
    take(register, record(ONE, findings=[wrong("pole")]))
    (finding,) = findings(register)
    decide_finding(register, SETTINGS, finding["finding"], "rectified", on=days(3))
    assert findings(register)[0]["state"] == "rectified"
    take(register, record(ONE, day=days(10), kind="revisit", findings=[wrong("pole")]))
    (finding,) = findings(register)
    assert (finding["state"], finding["check_by"]) == ("open", days(40).isoformat())
    decide_finding(register, SETTINGS, finding["finding"], "rectified", on=days(15))
    take(register, record(ONE, day=days(20), kind="revisit"))
    (finding,) = findings(register)
    assert (finding["state"], finding["closed_on"]) == ("closed", days(20).isoformat())
    with pytest.raises(RecordError, match="is closed since"):
        decide_finding(register, SETTINGS, finding["finding"], "rectified", on=days(21))


def test_a_check_closes_nothing_whose_repair_nobody_reported(register):
    """Not mentioned is not repaired: the office asks, and the day of the repair closes it."""
    take(register, record(ONE, findings=[wrong("pole"), wrong("rcd", repaired=True)]))
    take(register, record(ONE, day=days(10), kind="revisit"))
    pole = findings(register)[0]
    assert (pole["state"], [t["reason"] for t in tasks(register, ONE)]) == (
        "open", ["finding_not_reported"],
    )  # fmt: skip
    assert tasks(register, ONE)[0]["list"] == "office"
    assert due_kinds(register, days(20)) == {}
    decide_finding(register, SETTINGS, pole["finding"], "rectified", on=days(12))
    assert due_kinds(register, days(20)) == {ONE: "revisit"}
    take(register, record(TWO, findings=[wrong("pole")]), record(TWO, day=days(10), kind="revisit"))
    (other,) = findings(register, TWO)
    decide_finding(register, SETTINGS, other["finding"], "rectified", on=days(8))
    assert findings(register, TWO)[0]["closed_on"] == days(10).isoformat()


def test_dropping_a_finding_needs_a_reason(register):
    """A finding can end without a check only with somebody's name and words."""
    take(register, record(ONE, findings=[wrong("pole")]))
    name = findings(register)[0]["finding"]
    with pytest.raises(RecordError, match="needs a note"):
        decide_finding(register, SETTINGS, name, "dropped", on=days(3))
    with pytest.raises(RecordError, match="only a check closes it"):
        decide_finding(register, SETTINGS, name, "closed", on=days(3))
    decide_finding(register, SETTINGS, name, "dropped", on=days(3), note="已拆迁")
    assert findings(register)[0]["state"] == "dropped"


def test_overdue_revisits_are_mandatory_and_rise_to_the_top(register):
    """On its last working day a revisit must be done; after it, it leads the list."""
    take(register, record(ONE, findings=[wrong("pole")]), record(TWO, "nobody_home"))
    # Day 30 is Thursday 1 April 2027.
    assert not due(register, SETTINGS, "ST01", days(29))["mandatory"].any()
    rows = due(register, SETTINGS, "ST01", days(30))
    assert rows.loc[0, ["account_no", "mandatory"]].tolist() == [ONE, True]
    later = due(register, SETTINGS, "ST01", days(40))
    assert later["account_no"].tolist() == [ONE, TWO]
    assert "已超期" in later.loc[0, "why"]
    assert later.loc[0, "price_s"] > rows.loc[0, "price_s"]


def test_the_wiring_fault_of_the_article(register):
    """Found on 10 April, repaired, revisited by 8 May by the same crew, closed."""
    april = dt.date(2027, 4, 10)
    take(register, record(ONE, day=april, findings=[wrong("wiring", repaired=True, note="短路")]))
    (row,) = due(register, SETTINGS, "ST01", dt.date(2027, 5, 8)).to_dict("records")
    assert (row["kind"], row["preferred_crew"], row["deadline"]) == (
        "revisit",
        "C001",
        "2027-05-10",
    )
    take(register, record(ONE, day=dt.date(2027, 5, 8), kind="revisit"))
    (finding,) = findings(register)
    assert (finding["state"], finding["closed_on"]) == ("closed", "2027-05-08")
    assert due_kinds(register, dt.date(2027, 6, 1)) == {}


def test_low_voltage_in_one_area_becomes_a_project(register):
    """Three complaints make a project; after the works its customers are revisited, and it ends."""
    low = [wrong("low_voltage")]
    take(register, record(ONE, findings=low), record(TWO, findings=low))
    assert register.ledgers.projects().empty
    taken = take(register, record(THREE, findings=low, day=days(2)))
    (project,) = taken.projects
    assert register.ledgers.projects().loc[0, ["area", "state", "opened_on"]].tolist() == [
        "A1", "reported", days(2).isoformat(),
    ]  # fmt: skip
    assert {task["list"] for task in tasks(register, ONE)} == {"works"}
    assert due_kinds(register, days(30)) == {}
    take(register, record(FOUR, findings=low, day=days(40)))
    assert findings(register, FOUR)[0]["project"] == project
    for number, state in enumerate(["on_site_check", "approved", "built"]):
        advance_project(register, SETTINGS, project, state, days(50 + number))
        with pytest.raises(RecordError, match="does not come after"):
            advance_project(register, SETTINGS, project, state, days(60))
    with pytest.raises(RecordError, match="4 customers are still to be revisited"):
        advance_project(register, SETTINGS, project, "checked", days(60))
    assert due_kinds(register, days(58)) == {}
    assert set(due_kinds(register, days(59))) == {ONE, TWO, THREE, FOUR}
    take(register, *(record(a, day=days(60), kind="revisit") for a in (ONE, TWO, THREE, FOUR)))
    assert check_projects(register, SETTINGS, days(61)) == [project]
    assert {finding["state"] for finding in findings(register)} == {"closed"}
    again = take(register, *(record(a, findings=low, day=days(90)) for a in (ONE, TWO, THREE)))
    assert len(again.projects) == 1


def test_an_area_finding_goes_step_by_step_and_can_go_back(register):
    """Nothing is built that nobody has looked at; what failed its test is not built any more."""
    low = [wrong("low_voltage")]
    (project,) = take(register, *(record(a, findings=low) for a in (ONE, TWO, THREE))).projects
    with pytest.raises(RecordError, match="the next step is"):
        advance_project(register, SETTINGS, project, "built", days(1))
    for number, state in enumerate(("on_site_check", "approved", "built", "approved")):
        advance_project(register, SETTINGS, project, state, days(2 + number))
    (row,) = register.ledgers.projects().to_dict("records")
    assert (row["state"], row["built_on"]) == ("approved", "")
    assert due_kinds(register, days(40)) == {}


def test_the_water_works_is_connected_in_three_visits(register):
    """10 kV: three visits and a month; a warning before the last one, the limit held."""
    request = add_request(
        register, SETTINGS, account_no=WATER_WORKS, voltage="hv10kv", asked_on=DAY, matters="勘察"
    )
    for number in range(3):
        (row,) = due(register, SETTINGS, "ST01", days(1 + 5 * number)).to_dict("records")
        assert (row["kind"], row["deadline"], row["skills"]) == (
            "request", days(30).isoformat(), "hv10kv",
        )  # fmt: skip
        assert ("最后一次" in row["why"]) == (number == 2)
        take(register, record(WATER_WORKS, day=days(1 + 5 * number), kind="request"))
    close_request(register, SETTINGS, request, "connected", days(12))
    assert due_kinds(register, days(20)) == {}
    assert breaches(register, days(100)) == []
    with pytest.raises(RecordError, match="is connected since"):
        close_request(register, SETTINGS, request, "withdrawn", days(13))


def test_a_broken_limit_is_reported(register):
    """A fourth visit, or a day too many, is a breach with its kind."""
    add_request(register, SETTINGS, account_no=WATER_WORKS, voltage="hv10kv", asked_on=DAY)
    for number in range(4):
        taken = take(register, record(WATER_WORKS, day=days(number), kind="request"))
        said = [remark.in_words("en") for remark in taken.remarks]
        assert [("visit 4 " in text) for text in said] == [True] * (number == 3)
    assert [row["breach"] for row in breaches(register, days(30))] == ["visits"]
    assert [row["breach"] for row in breaches(register, days(31))] == ["visits,time"]


def test_an_urban_request_is_due_the_next_working_day(register):
    """One visit, one working day: asked on a Friday, it must be done on Monday."""
    friday = dt.date(2027, 3, 5)
    add_request(register, SETTINGS, account_no=ONE, voltage="urban", asked_on=friday)
    (row,) = due(register, SETTINGS, "ST01", dt.date(2027, 3, 8)).to_dict("records")
    assert (row["deadline"], row["mandatory"]) == ("2027-03-08", True)
    assert "最后一次" in row["why"]
    take(register, record(ONE, day=dt.date(2027, 3, 8), kind="request"))
    assert due_kinds(register, dt.date(2027, 3, 9)) == {}


def test_an_appointment_is_kept_to_the_hour(register):
    """A promised day is mandatory, its hours are hard; it takes along what else is due there."""
    take(register, record(ONE, "nobody_home"))
    add_appointment(register, SETTINGS, account_no=ONE, date=days(7), window="14:00-15:00")
    (row,) = due(register, SETTINGS, "ST01", days(7)).to_dict("records")
    assert (row["kind"], row["window"], row["mandatory"]) == ("appointment", "14:00-15:00", True)
    assert "家中无人" in row["why"]
    take(register, record(ONE, day=days(7), kind="appointment"))
    assert due_kinds(register, days(8)) == {}
    with pytest.raises(RecordError, match="not in the register"):
        add_appointment(register, SETTINGS, account_no="1", date=DAY)


def test_opinions_have_a_ledger(register):
    """An opinion is sorted by its words, sent, answered, and the customer is told."""
    take(register, record(ONE, opinion="晚上灯暗,电费怎么查?"))
    (row,) = register.ledgers.frame("opinions").to_dict("records")
    assert (row["category"], row["department"], row["state"]) == (
        "low_voltage", "运维检修部", "received",
    )  # fmt: skip
    name = row["opinion"]
    with pytest.raises(RecordError, match="what the answer was"):
        decide_opinion(register, SETTINGS, name, "answered", on=days(4))
    decide_opinion(register, SETTINGS, name, "sent", on=days(1), department="营销部")
    decide_opinion(register, SETTINGS, name, "answered", on=days(4), answer="已列入改造")
    decide_opinion(register, SETTINGS, name, "told", on=days(5))
    (row,) = register.ledgers.frame("opinions").to_dict("records")
    assert (row["state"], row["department"], row["answer"], row["told_on"]) == (
        "told", "营销部", "已列入改造", days(5).isoformat(),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("服务很好，感谢供电所", "praise"),
        ("非常满意", "praise"),
        ("不满意", "other"),
        ("服务态度不热情", "attitude"),
        ("服务很好，就是电压低", "low_voltage"),
        ("都很好，希望常来", "other"),
        ("声音大", "other"),
    ],
)
def test_praise_is_known_by_its_words(text, category):
    """Nobody has to answer thanks; whoever has a wish beside them is heard."""
    assert category_of_opinion(text, SETTINGS.follow) == category


@pytest.mark.parametrize(
    ("answers", "left"),
    [
        ({"supply": "good", "safety": "safe"}, ""),
        ({"supply": "bad", "service": "good"}, "供电质量：不满意"),
    ],
)
def test_good_ticks_of_the_form_are_kept_and_ask_for_nothing(answers, left):
    """Questionnaires are counted with all their answers; only what is not good is a matter."""
    text = form_opinion("", answers)
    assert form_answers(text) == ("", answers)
    assert to_answer(text) == left
    assert to_answer(f"装路灯；{text}") == "；".join(filter(None, ("装路灯", left)))


# ---- the day's candidates ----------------------------------------------------------------------


def save_blocks(register):
    blocks = pd.DataFrame(
        {
            "block": ["B1", "B2"],
            "station": "ST01",
            "crew": ["C001", "C002"],
            "date": [DAY, days(3)],
            "visits": 2,
            "work_s": 1,
            "travel_s": 1,
            "distance_m": 1,
            "pace": 1.0,
        }
    )
    visits = pd.DataFrame(
        {"block": ["B1", "B1", "B2"], "seq": [0, 1, 0], "account_no": [ONE, TWO, THREE]}
    )
    register.save_calendar(blocks, visits, visits.iloc[:0].assign(code="", reason=""))


def test_planned_first_visits_are_due_until_they_are_done(register):
    """A block is offered on its day, stays due when the rain stopped it, and ahead on request."""
    save_blocks(register)
    assert due_kinds(register, days(-1)) == {}
    frame = due(register, SETTINGS, "ST01", DAY)
    assert frame["account_no"].tolist() == [ONE, TWO]
    assert frame["planned_crew"].tolist() == ["C001", "C001"]
    assert frame["mandatory"].tolist() == [False, False]
    take(register, record(ONE))
    late = due(register, SETTINGS, "ST01", days(1))
    assert late["account_no"].tolist() == [TWO]
    assert late.loc[0, "price_s"] > frame.loc[0, "price_s"]
    ahead = due(register, SETTINGS, "ST01", days(1), ahead_days=5)
    assert ahead["account_no"].tolist() == [TWO, THREE]
    assert ahead.loc[1, "price_s"] < frame.loc[0, "price_s"]


def test_due_has_its_columns_and_types_also_when_it_is_empty(register):
    """The planner of days relies on them."""
    empty, full = due(register, SETTINGS, "ST01", DAY), None
    save_blocks(register)
    full = due(register, SETTINGS, "ST01", DAY)
    assert empty.dtypes.to_dict() == full.dtypes.to_dict()
    assert full["visit_id"].is_unique


def test_who_is_gone_is_not_due(register):
    """A customer who left the file is not called on, whatever was planned."""
    save_blocks(register)
    take(register, record(FOUR, "nobody_home"))
    customers = village()["customers"]
    left = customers[~customers["account_no"].isin([ONE, FOUR])]
    register.take_in({"customers": left}, "f", "wgs84")
    assert due_kinds(register, days(10)) == {TWO: "first", THREE: "first"}


def test_hostile_text_stays_text(register):
    """Braces, quotes, markup and right-to-left text pass through every ledger unchanged."""
    nasty = "{0} {name} '; DROP TABLE records; -- <script> \u202e # $x ☎️"
    take(register, record(ONE, findings=[wrong("pole", note=nasty)], opinion=nasty))
    assert findings(register)[0]["note"] == nasty
    assert nasty in due(register, SETTINGS, "ST01", days(8)).loc[0, "why"]
    assert json.loads(json.dumps(register.ledgers.frame("opinions").loc[0, "text"])) == nasty


def test_many_random_evenings_keep_the_register_whole(register):
    """Every account has one state, every open finding an owner and a next step, at any time."""
    rng = random.Random(7)
    for number in itertools.count(0, 3):
        if number > 200:
            break
        made = [
            record(
                rng.choice(ACCOUNTS),
                rng.choice(["done", "done", "nobody_home", "refused", "moved", "demolished"]),
                day=days(number - rng.choice([0, 0, 9])),
                kind=rng.choice(["", "first", "revisit"]),
                findings=[wrong(rng.choice(["low_voltage", "pole"]))] if rng.random() < 0.3 else [],
            )
            for _ in range(4)
        ]
        take(register, *made)
        states = register.agenda.states()
        assert states["accounts"].sum() == 8
        assert verify(register, SETTINGS) == []
        for finding in findings(register):
            assert finding["department"]
            if finding["state"] in {"open", "rectified"}:
                steps = {task["subject"] for task in tasks(register, finding["account_no"])}
                assert finding["finding"] in steps


# ---- coverage ----------------------------------------------------------------------------------


def test_the_states_add_up_to_the_accounts(register):
    """Each account in exactly one state, by county, station and area, gone ones too."""
    customers = village()["customers"].astype({"lon": float, "lat": float})
    customers.loc[customers["account_no"] == FOUR, ["lon", "lat"]] = float("nan")
    register.take_in({"customers": customers}, "f", "wgs84")
    take(register, record(ONE), record(TWO, "nobody_home"), record(THREE, "refused"))
    take(register, record(SHOP), record(SHOP, "refused"), station="ST02", crew="C003")
    take(register, record(WATER_WORKS))
    left = customers[~customers["account_no"].isin([WATER_WORKS, ACCOUNTS[5]])]
    register.take_in({"customers": left}, "f", "wgs84")
    counted = coverage(register, DAY)
    assert counted.states == {
        "visited": 2, "gone": 1, "demolished": 0, "moved": 0, "duplicate": 0, "closed": 0,
        "refused": 1, "conflict": 1, "nobody_home": 1, "no_coordinates": 1, "never_tried": 1,
    }  # fmt: skip
    assert counted.accounts == sum(counted.states.values()) == 8
    assert counted.stations["accounts"].tolist() == [7, 1]
    assert counted.areas["accounts"].sum() == 8
    for state, number in counted.states.items():
        listed = account_list(register, state, DAY)
        assert len(listed) == number
        assert set(listed["state"]) <= {state}


def test_each_state_is_to_visit_or_over():
    """One table says who still needs a visit."""
    assert sorted((*TO_VISIT, *OVER)) == sorted(STATES)
    assert set(STATUSES_TO_VISIT) | set(OVER) == {*STATUSES, "gone"}


def test_every_figure_has_its_list(register):
    """What status counts can be opened: the list is as long as the figure says."""
    low = [wrong("pole")]
    take(register, record(ONE, findings=low), record(TWO, findings=low, day=days(20)))
    take(register, *(record(THREE, "nobody_home", day=days(n)) for n in (0, 4, 8)))
    take(register, record(FOUR, "moved"), record(ACCOUNTS[4], "done"))
    take(register, record(ACCOUNTS[4], "refused"))
    add_request(register, SETTINGS, account_no=WATER_WORKS, voltage="hv10kv", asked_on=days(5))
    counted = coverage(register, days(33))
    assert counted.counts == {
        "overdue": 1, "overdue_areas": 0, "conflicts": 1, "near_limit": 1, "open_findings": 2,
        "season": 1, "evening": 0, "telephone": 0, "office": 2,
    }  # fmt: skip
    for name, number in counted.counts.items():
        assert len(account_list(register, name, days(33))) == number
        assert account_list(register, name, days(33), "ST02").empty
    assert counted.ages == {"0-7": 0, "8-30": 1, "31-60": 1, "61-": 0}
    with pytest.raises(RecordError, match="'late' is no list"):
        account_list(register, "late", DAY)


def test_an_area_finding_that_does_not_move_is_overdue(register):
    """After more than `area_step_days` in one state it is counted and listed; a step resets it."""
    low = [record(account, findings=[wrong("low_voltage")]) for account in (ONE, TWO, THREE)]
    (project,) = take(register, *low).projects
    rules = FollowSettings(area_step_days=10)
    for number, overdue in ((10, 0), (11, 1)):
        counted = coverage(register, days(number), rules=rules)
        assert counted.counts["overdue_areas"] == overdue
        listed = account_list(register, "overdue_areas", days(number), rules=rules)
        assert listed["project"].tolist() == [project] * overdue
    assert coverage(register, days(11)).counts["overdue_areas"] == 0
    assert account_list(register, "overdue_areas", days(11), "ST02", rules).empty
    advance_project(register, SETTINGS, project, "on_site_check", days(11))
    assert coverage(register, days(12), rules=rules).counts["overdue_areas"] == 0


def test_the_pace_is_that_of_the_last_working_days(register):
    """Two accounts on each of three working days, the weekend between them not counted."""
    assert np.isnan(coverage(register, DAY).pace)
    for number in range(3):
        some = ACCOUNTS[2 * number : 2 * number + 2]
        take(register, *(record(account, day=days(number)) for account in some))
    assert coverage(register, days(2)).pace == 2


def test_coverage_by_town(register):
    """Towns are read from the addresses."""
    customers = village()["customers"].assign(address=["醴陵市泗汾镇某村1组"] * 7 + ["县城"])
    register.take_in({"customers": customers}, "f", "wgs84")
    table = coverage_by_town(register)
    assert dict(zip(table["town"], table["accounts"], strict=True)) == {"": 1, "泗汾镇": 7}


def test_a_days_account_balances(register):
    """Planned = done + not done + not reported for each crew; what nobody planned is told."""
    register.save_day_plan(day_plan([(ONE, "first"), (TWO, "first"), (THREE, "retry")]))
    take(register, record(ONE), record(TWO, "nobody_home"), record(FOUR))
    summary, rows = reconcile(register, "ST01", DAY)
    assert summary.to_dict("records") == [
        {"crew": "C001", "planned": 3, "done": 1, "not_done": 1, "not_reported": 1, "unplanned": 1}
    ]
    assert rows["result"].tolist() == ["done", "done", "nobody_home", ""]
    empty, _ = reconcile(register, "ST02", DAY)
    assert empty.empty


def test_a_killed_entry_is_whole(register, tmp_path):
    """A record and all that follows from it are one transaction: a failure leaves neither."""
    before = dump(register)
    entry = read_text(export(record(ONE, findings=[wrong("pole")]))).entries[0]

    def fail(*_):
        raise RuntimeError("power cut")

    replace_derived = register.ledgers.replace_derived
    register.ledgers.replace_derived = fail
    with pytest.raises(RuntimeError, match="power cut"):
        take_records(register, SETTINGS, [entry], "p")
    register.ledgers.replace_derived = replace_derived
    assert dump(register) == before
    assert register.ledgers.records().empty
    assert take_records(register, SETTINGS, [entry], "p").added == 1


@pytest.mark.parametrize("window", ["2 pm", "14:00", "16:00-14:00", "14:00-16:00;15:00-17:00"])
def test_hours_that_cannot_be_kept_are_refused(register, window):
    """A promise that no plan can read would stop the station's day, on the day."""
    with pytest.raises(RecordError, match=f"appointment of {ONE}: '"):
        add_appointment(register, SETTINGS, account_no=ONE, date=days(1), window=window)
    assert register.ledgers.frame("appointments").empty
    add_appointment(
        register, SETTINGS, account_no=ONE, date=days(1), window="08:30-11:00;14:00-16:00"
    )


def test_an_appointment_can_be_taken_back(register):
    """Once: nobody is sent any more, and the promise stays in the ledger as cancelled."""
    name = add_appointment(register, SETTINGS, account_no=ONE, date=days(1), window="14:00-16:00")
    assert due_kinds(register, days(1)) == {ONE: "appointment"}
    cancel_appointment(register, SETTINGS, name)
    assert due_kinds(register, days(1)) == {}
    assert register.ledgers.one("appointments", name)["state"] == "cancelled"
    assert register.ledgers.one("appointments", name)["window"] == "14:00-16:00"
    with pytest.raises(RecordError, match="is cancelled already"):
        cancel_appointment(register, SETTINGS, name)
    with pytest.raises(RecordError, match="there is no appointment 'x'"):
        cancel_appointment(register, SETTINGS, "x")


def test_decisions_are_made_on_what_the_register_says_now(register, monkeypatch):
    """Two clerks decide at once: the second sees what the first did, and undoes none of it."""
    first = take(register, *(record(a, findings=[wrong("low_voltage")]) for a in (ONE, TWO, THREE)))
    (project,) = first.projects
    request = add_request(
        register, SETTINGS, account_no=FOUR, voltage="hv10kv", asked_on=DAY, matters="a"
    )
    promise = add_appointment(register, SETTINGS, account_no=FOUR, date=days(9))
    finding = findings(register, ONE)[0]["finding"]
    inside = []
    for name in ("one", "rows"):
        real = getattr(Ledgers, name)

        def watched(self, table, *more, real=real):
            inside.append(self._store._writing)
            return real(self, table, *more)

        monkeypatch.setattr(Ledgers, name, watched)
    decide_finding(register, SETTINGS, finding, "rectified", on=days(1))
    advance_project(register, SETTINGS, project, "on_site_check", days(1))
    check_projects(register, SETTINGS, days(1))
    close_request(register, SETTINGS, request, "connected", days(2))
    cancel_appointment(register, SETTINGS, promise)
    again = add_request(
        register, SETTINGS, account_no=FOUR, voltage="hv10kv", asked_on=DAY, matters="b"
    )
    assert len(inside) > 5
    assert all(inside)
    # asked for a second time it stays what it has become
    assert again == request
    assert register.ledgers.one("requests", request)["state"] == "connected"
    assert register.ledgers.one("requests", request)["matters"] == "a"


# ---- opinions ---------------------------------------------------------------------------------


def busy(register):
    """An evening with something in every ledger."""
    save_blocks(register)
    low = [wrong("low_voltage", note="灯暗")]
    for account in (ONE, TWO, THREE):
        take(register, record(account, findings=low, opinion="电压 低!", repaired={"bulb": 2}))
    take(register, record(FOUR, opinion="电压低", day=days(1)), record(SHOP, opinion="=1+1"))
    add_request(register, SETTINGS, account_no=WATER_WORKS, voltage="hv10kv", asked_on=DAY)


def test_the_same_opinion_of_an_area_is_one(register):
    """Four neighbours say the same, with other signs: one leads, three are merged into it."""
    busy(register)
    frame = opinion_ledger(register)
    village_ = frame[frame["area"] == "A1"]
    assert (village_["merged_into"] == "").sum() == 1
    assert village_["same"].tolist() == [4, 4, 4, 4]
    assert frame.loc[frame["account_no"] == SHOP, "same"].tolist() == [1]
    assert opinion_ledger(register).columns.tolist() == frame.columns.tolist()


def test_answering_one_opinion_answers_its_twins(register):
    """Whichever of the neighbours is answered, all are; who says it again later is heard anew."""
    busy(register)
    take(register, record(TWO, opinion="电压低", day=days(20)))
    names = register.ledgers.frame("opinions").set_index(["account_no", "date"])["opinion"]
    early = {names[a, d] for a in (ONE, TWO, THREE) for d in [DAY.isoformat()]}
    frame = opinion_ledger(register).set_index("opinion")
    assert frame.loc[names[TWO, days(20).isoformat()], "same"] == 5
    decide_opinion(register, SETTINGS, names[THREE, DAY.isoformat()], "sent", on=days(2))
    decide_opinion(
        register, SETTINGS, names[TWO, DAY.isoformat()], "answered", on=days(9), answer="换变压器"
    )
    frame = opinion_ledger(register).set_index("opinion")
    assert set(frame.loc[list(early), "state"]) == {"answered"}
    assert set(frame.loc[list(early), "sent_on"]) == {days(2).isoformat()}
    assert set(frame.loc[list(early), "answer"]) == {"换变压器"}
    again = frame.loc[names[TWO, days(20).isoformat()]]
    assert (again["state"], again["merged_into"], again["same"]) == ("received", "", 1)


def test_opinions_merged_in_a_circle_are_one(register):
    """Two clerks may merge each into the other; neither is lost, and no reader hangs."""
    take(register, record(ONE, opinion="停电"), record(TWO, opinion="电压低"))
    first, second = register.ledgers.frame("opinions")["opinion"]
    decide_opinion(register, SETTINGS, first, "merged", on=DAY, into=second)
    decide_opinion(register, SETTINGS, second, "merged", on=DAY, into=first)
    decide_opinion(register, SETTINGS, second, "told", on=DAY)
    frame = opinion_ledger(register)
    assert frame["same"].tolist() == [2, 2]
    assert frame["state"].tolist() == ["told", "told"]
    assert (frame["merged_into"] == "").sum() == 1


# ---- learning ----------------------------------------------------------------------------------


def observed(count=200, service=1.3, travel=0.8, seed=1):
    """Intervals of a field in which service takes 1.3 and rides 0.8 of what was planned."""
    rng = random.Random(seed)
    rows = []
    for number in range(count):
        ride, stay = rng.choice([30, 200, 400, 900]), rng.choice([600, 720, 900])
        real = travel * ride + service * stay + rng.gauss(0, 40)
        if number % 10 == 0:
            real += rng.choice([1800, 3600])
        rows.append((f"C{number % 4}", "A1", "household", real, ride, stay))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def test_times_are_learned_in_spite_of_long_lunches():
    """A tenth of the intervals is nonsense; service and rides are still told apart."""
    learned = fit(observed(), 30)
    # 200 observations and 30 that say 1: 1.3 to the power of 200 / 230
    assert learned.service == {"household": pytest.approx(1.3 ** (200 / 230), abs=0.03)}
    assert learned.travel == pytest.approx(0.8, abs=0.12)
    assert learned.crews == {name: pytest.approx(1, abs=0.05) for name in ("C0", "C1", "C2", "C3")}
    assert learned.areas == {"A1": pytest.approx(1, abs=0.05)}


def test_too_few_observations_teach_nothing():
    """A slow week of one crew must not change the county's plan."""
    assert fit(observed(20), 30) == Learned(observations=20)
    assert fit(observed(0), 30) == Learned()


def test_a_slow_crew_is_told_from_its_areas_and_neither_runs_away():
    """C1 takes twice as long wherever it is: it is the crew, not the area, and within limits."""
    seen = observed(800, service=1.0, travel=1.0)
    seen.loc[seen["crew"] == "C1", "interval_s"] *= 2
    seen["area"] = seen["crew"].replace({"C0": "A0", "C1": "A1", "C2": "A0", "C3": "A0"})
    learned = fit(seen, 30)
    assert learned.service["household"] == pytest.approx(1, abs=0.1)
    assert learned.crews["C1"] == 1.25
    assert learned.crews["C2"] == pytest.approx(1, abs=0.1)
    assert learned.areas["A1"] == pytest.approx(1, abs=0.05)


def test_what_a_plan_had_learned_is_not_learned_twice(register):
    """A plan that had taken the correction teaches the same again: neither more nor nothing."""
    plan = day_plan([(a, "first") for a in ACCOUNTS[:5]])
    known = Learned(service={"household": 1.2}, travel=1.5, crews={"C001": 1.25})
    stops = tuple(replace(s, service_s=900, travel_s=562) for s in plan.routes[0].stops)
    visits = tuple(replace(v, service_s=720) for v in plan.visits)
    route = replace(plan.routes[0], stops=stops)
    register.save_day_plan(replace(plan, visits=visits, routes=(route,), learned=known))
    times = ["08:20:00", "08:35:00", "08:50:00", "09:05:00", "09:20:00"]
    take(register, *(record(a, time=t) for a, t in zip(ACCOUNTS[:5], times, strict=True)))
    frame = observe(register, DAY, DAY, "ST01")
    assert frame["service_s"].tolist() == [600] * 4
    assert frame["travel_s"].round().tolist() == [300] * 4


def test_a_day_learns_from_the_days_before_it_and_learning_can_be_switched_off(register):
    """What is recorded today must not change today's plan when it is made anew."""
    register.save_day_plan(day_plan([(a, "first") for a in ACCOUNTS[:3]]))
    times = ["08:20:00", "08:40:00", "09:00:00"]
    take(register, *(record(a, time=t) for a, t in zip(ACCOUNTS[:3], times, strict=True)))
    rules = Settings(follow=FollowSettings(learn_min=2))
    assert calibration_for(register, rules, DAY, "ST01") == Learned()
    assert calibration_for(register, rules, days(1), "ST01").service["household"] > 1.1
    off = Settings(follow=FollowSettings(learn_min=2, learn=False))
    assert calibration_for(register, off, days(1), "ST01") == Learned()


def test_intervals_come_from_sheets_and_clocks(register):
    """Neighbouring stops of a sheet with two times make one observation; a gap makes none."""
    register.save_day_plan(day_plan([(a, "first") for a in ACCOUNTS[:5]]))
    times = ["08:20:00", "08:35:00", "08:50:00", None, "09:30:00"]
    take(
        register,
        *(record(a, time=t) for a, t in zip(ACCOUNTS[:5], times, strict=True) if t),
    )
    frame = observe(register, DAY, DAY)
    assert frame["interval_s"].tolist() == [900, 900]
    assert frame["travel_s"].tolist() == [300, 300]
    assert frame["service_s"].tolist() == [600, 600]
    rules = Settings(follow=FollowSettings(learn_min=2))
    assert calibrate(register, rules, DAY).service == {"household": 1.0}
    assert observe(register, days(5), days(6)).empty


# ---- single entries and the book's own check ---------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"result": "flown", "row": 1}, "'flown' is no result"),
        ({"result": "done"}, "say who was visited"),
        ({"result": "done", "row": 1, "date": "tomorrow"}, "'tomorrow' is no date"),
        ({"result": "done", "row": 1, "findings": (Finding(category="x"),)}, "'x' is no category"),
    ],
)
def test_single_entries_are_checked(fields, words):
    """What is typed on the command line is refused with what is allowed."""
    with pytest.raises(RecordError, match=words):
        typed_entry(**{"date": "2027-03-02", "station": "ST01", "crew": "C001", **fields})


def test_verify_finds_a_state_that_does_not_follow(register):
    """A hand in the database is noticed, and reckoning anew puts it right."""
    take(register, record(ONE, findings=[wrong("pole")]))
    assert verify(register, SETTINGS) == []
    register.store.run("UPDATE findings SET department = 'nobody'")
    assert [*map(str, verify(register, SETTINGS))] == [f"findings of account {ONE} are out of date"]
    derive_all(register, SETTINGS)
    assert verify(register, SETTINGS) == []


entry_fields = st.fixed_dictionaries(
    {
        "account_no": st.sampled_from([ONE, "nobody", "\x00", "'"]),
        "station": st.sampled_from(["ST01", "", "ST99"]),
        "crew": st.sampled_from(["C001", "", "'; --"]),
        "row": st.sampled_from([None, 1, 99]),
        "result": st.sampled_from(["done", "refused", ""]),
        "undoes": st.sampled_from([None, "a", "b"]),
        "opinion": st.text(max_size=9),
    }
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(entry_fields, min_size=1, max_size=4))
def test_fuzzed_entries_never_break_the_register(register, made):
    """Whatever names nobody changes nothing; the register stays whole and right."""
    number = len(register.ledgers.records(undone=True))
    before = dump(register)
    text = export(*({**record(ONE), "date": "2027-03-02", **fields} for fields in made))
    taken = take_records(register, SETTINGS, read_text(text).entries, "fuzz")
    assert len(register.ledgers.records(undone=True)) == number + taken.added
    if not taken.added:
        assert dump(register) == before
    assert verify(register, SETTINGS) == []


def test_who_changes_his_kind_or_area_is_reckoned_anew(register):
    """A household that becomes a shop is telephoned to; a moved area belongs to its project."""
    for number in range(3):
        take(register, record(ONE, "nobody_home", day=days(5 * number)))
    assert tasks(register, ONE)[0]["list"] == "season"
    customers = village()["customers"]
    customers.loc[customers["account_no"] == ONE, "kind"] = "business"
    register.take_in({"customers": customers}, "f", "wgs84")
    assert register.ledgers.stale_accounts() == [ONE]
    take(register, record(TWO))
    assert tasks(register, ONE)[0]["list"] == "telephone"
    assert register.ledgers.stale_accounts() == []
    assert verify(register, SETTINGS) == []
