"""Open matters on their page: listed, moved on several at once, handed to departments."""

from __future__ import annotations

import io
import re

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
    assert "✓" not in answer.text
    assert "不予办理要写明原因" in answer.text
    assert re.search(rf'value="{one}" checked', answer.text), "what was refused stays chosen"
    assert re.search(r'role="alert">(.*?)</p>', answer.text)[1].count(one) == 0, "no key"
    assert "--" not in re.search(r'role="alert">(.*?)</p>', answer.text)[1]
    assert "stranger" not in answer.text


def test_only_what_was_moved_and_not_since_is_taken_back(chief, found):
    """Undo takes back its own move: no stranger's event, nothing twice, nothing moved on since."""
    address = f"/s/{STATION}/matters/findings"
    one = names(chief)[:1]
    first = chief.post(address, data={"name": one, "state": "rectified", "text": "换线"})
    (event,) = re.findall(r'type="hidden" name="name" value="(\d+)"', first.text)
    chief.post(address, data={"name": one, "state": "dropped", "text": "重复登记"})
    refused = chief.post(f"{address}/back", data={"name": [event, "999999"]}).text
    assert "✓" not in refused
    assert "又办理过" in refused
    assert "已经撤销" in refused
    assert one[0] not in names(chief)
    closed = chief.get(f"/s/{STATION}/matters?which=findings&over=1").text
    (last,) = re.findall(r'type="checkbox" name="name" value="(\d+)"', closed)
    assert "✓ 1" in chief.post(f"{address}/back", data={"name": last}).text
    assert one[0] in names(chief)
    assert "✓" not in chief.post(f"{address}/back", data={"name": last}).text


def test_closing_several_at_once_is_asked_about(chief, found):
    """Seven were gone with one click; what goes on in its list needs no question."""
    page = chief.get(f"/s/{STATION}/matters?which=findings").text
    assert re.search(r'value="dropped" data-sure-many="把 # 项一起标为“不予办理”？"', page)
    assert re.search(r'value="rectified">', page)


def test_a_moved_page_leads_on(chief, found):
    """After a click the page has another address; its links and its filter work all the same."""
    moved = chief.post(f"/s/{STATION}/matters/findings", data={"state": "rectified"})
    (link,) = re.findall(r'href="(/[^"]*which=opinions)"', moved.text)
    assert chief.get(link).status_code == 200


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
