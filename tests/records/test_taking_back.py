"""What was decided is taken back: by a new event, exactly, and in the order it was decided."""

from __future__ import annotations

import datetime as dt

import pytest
from field_world import DAY, HOUSEHOLDS, SETTINGS, record, take, village, wrong

from optimizer.errors import RecordError
from optimizer.records import (
    advance_project,
    check_projects,
    closing_changes,
    decide_account,
    decide_finding,
    last_decision,
    take_back,
    verify,
)
from optimizer.register import Register

ONE, TWO, THREE = HOUSEHOLDS[:3]
LOW = [wrong("low_voltage")]


@pytest.fixture
def register(tmp_path):
    """The village, before any record."""
    with Register.create(tmp_path / "register.sqlite", who="clerk") as register:
        register.take_in(village(), "village.xlsx", "wgs84")
        yield register
        assert verify(register, SETTINGS) == []


def days(number):
    return DAY + dt.timedelta(days=number)


def back(register, kind, name):
    take_back(register, SETTINGS, kind, last_decision(register, kind, name))


def row_of(register, table, name):
    return register.ledgers.one(table, name)


def test_decisions_are_taken_back_one_by_one(register):
    """Rectified, then dropped by mistake: it is rectified again, then as it was found."""
    take(register, record(ONE, findings=[wrong("wiring")]))
    (name,) = register.ledgers.frame("findings")["finding"]
    found = row_of(register, "findings", name)
    decide_finding(register, SETTINGS, name, "rectified", on=days(2), note="换线")
    rectified = row_of(register, "findings", name)
    decide_finding(register, SETTINGS, name, "dropped", on=days(3), note="重复")
    assert [one.name for one in closing_changes(register, "finding", "ST01")] == [name]
    back(register, "finding", name)
    assert row_of(register, "findings", name) == rectified
    assert closing_changes(register, "finding", "ST01") == []
    back(register, "finding", name)
    assert row_of(register, "findings", name) == found
    with pytest.raises(RecordError, match="taken back already"):
        back(register, "finding", name)
    kinds = register.events(accounts=[ONE])["kind"].tolist()
    assert kinds == ["finding", "finding", "taken_back", "taken_back"], "the history has all"
    decide_finding(register, SETTINGS, name, "dropped", on=days(4), note="还是重复")
    assert row_of(register, "findings", name)["state"] == "dropped", "the latest decision holds"


def test_an_account_that_was_closed_is_on_its_list_again(register):
    """Closed in error: the list for the office has it as before, with the same step."""
    take(register, record(ONE, "moved"))
    before = register.ledgers.rows("tasks")
    decide_account(register, SETTINGS, ONE, "closed", on=days(1), note="x")
    assert register.ledgers.rows("tasks") == []
    back(register, "account", ONE)
    assert register.ledgers.rows("tasks") == before


def test_an_area_goes_back_to_where_it_was(register):
    """Its day too: "since" is what the reminder of areas that wait too long counts from."""
    (project,) = take(register, *(record(a, findings=LOW) for a in (ONE, TWO, THREE))).projects
    reported = row_of(register, "projects", project)
    advance_project(register, SETTINGS, project, "on_site_check", days(5))
    checked = row_of(register, "projects", project)
    advance_project(register, SETTINGS, project, "approved", days(6))
    for before in (checked, reported):
        back(register, "project", project)
        assert row_of(register, "projects", project) == before
    with pytest.raises(RecordError, match="nothing to take back"):
        back(register, "project", project)


def test_an_area_is_not_checked_while_a_dropped_finding_is_open_again(register):
    """Dropping the last open finding ended the works; with it open again they have not ended."""
    (project,) = take(register, *(record(a, findings=LOW) for a in (ONE, TWO, THREE))).projects
    for number, state in enumerate(("on_site_check", "approved", "built")):
        advance_project(register, SETTINGS, project, state, days(5 + number))
    names = register.ledgers.frame("findings")["finding"].tolist()
    for name in names:
        decide_finding(register, SETTINGS, name, "dropped", on=days(9), note="x")
    assert check_projects(register, SETTINGS, days(9)) == [project]
    back(register, "finding", names[0])
    assert row_of(register, "projects", project)["state"] == "built"
