"""Open matters on their page: listed, moved on several at once, handed to departments."""

from __future__ import annotations

import io

import httpx
import pytest
from conftest import PASSWORD
from desk_world import CREWS, STATION
from python_calamine import CalamineWorkbook

from optimizer.desk import Campaign, typed_finding, typed_reading

FOUND = "2027-01-02"


@pytest.fixture(scope="module")
def chief(server):
    """The chief, signed in."""
    with httpx.Client(
        base_url=server, headers={"Origin": server}, timeout=60, follow_redirects=True
    ) as client:
        client.post("/sign-in", data={"name": "chief", "password": PASSWORD})
        yield client


def bring_back(folder, account, category):
    """One visit with a finding, as a clerk types it."""
    fields = {
        "row": None,
        "version": None,
        "account_no": account,
        "kind": "first",
        "result": "done",
        "findings": [typed_finding(f"{category}::老化")],
        "opinion": "",
        "corrects": None,
    }
    with Campaign(folder, today="2027-01-03") as campaign:
        reading = typed_reading(fields, station=STATION, date=FOUND, crew=CREWS[0])
        (received,) = campaign.take_records([("typed", reading)])
        assert not received.faulty


@pytest.fixture(scope="module")
def found(folder):
    """Two findings of two customers."""
    for account in ("0000000004", "0000000005"):
        bring_back(folder, account, "wiring")


def names(chief):
    """What can be chosen in the list of findings."""
    page = chief.get(f"/s/{STATION}/matters?which=findings").text
    return [part.split('"')[0] for part in page.split('name="name" value="')[1:]]


def test_two_findings_are_moved_on_at_once(chief, found):
    """A department mends a street in a day: nobody clicks through its houses one by one."""
    both = names(chief)
    assert len(both) == 2
    answer = chief.post(
        f"/s/{STATION}/matters/findings",
        data={"name": both, "state": "rectified", "text": "换线"},
    )
    assert "✓ 2" in answer.text
    page = chief.get(f"/s/{STATION}/matters?which=findings").text
    assert page.count("已整改") >= 2


def test_what_cannot_be_moved_says_why_and_holds_no_other_back(chief, found):
    """Dropping needs a reason; a name of another station is not looked at."""
    one = names(chief)[0]
    answer = chief.post(
        f"/s/{STATION}/matters/findings",
        data={"name": [one, "stranger"], "state": "dropped", "text": ""},
    )
    assert "✓ 0" in answer.text
    assert f"{one}:" in answer.text
    assert "stranger" not in answer.text


def test_a_filter_finds_a_name_in_a_long_list(chief, found):
    """Three hundred rows are looked through by nobody."""
    page = chief.get(f"/s/{STATION}/matters?which=findings&q=0000000005").text
    assert page.count('name="name"') == 1


def test_a_department_gets_its_own_sheet(chief, folder, found):
    """The list that is handed over holds that department's work and no other's."""
    bring_back(folder, "0000000006", "billing")
    content = chief.get(f"/s/{STATION}/departments.xlsx").content
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    rows = [
        cell
        for name in book.sheet_names
        for row in book.get_sheet_by_name(name).to_python()
        for cell in row
    ]
    assert "0000000006" in rows
