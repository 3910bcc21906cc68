"""A chief's morning by requests: planned, printed, planned anew, taken."""

from __future__ import annotations

import datetime as dt
import io
import re
import time
import zipfile

import httpx
import pytest
from conftest import PASSWORD
from desk_world import CREWS, MONDAY, STATION

from optimizer.desk import Campaign
from optimizer.web.morning_page import first_day

DAY = f"/s/{STATION}/{MONDAY}"


@pytest.fixture(scope="module")
def chief(server):
    """The chief, signed in."""
    client = httpx.Client(
        base_url=server, headers={"Origin": server}, timeout=120, follow_redirects=True
    )
    client.post("/sign-in", data={"name": "chief", "password": PASSWORD})
    yield client
    client.close()


@pytest.mark.parametrize(
    ("rehearsed", "hour", "first"), [("", 14, 4), ("", 15, 5), ("2027-01-04", 17, 4)]
)
def test_from_the_afternoon_on_a_chief_sees_tomorrow(folder, monkeypatch, rehearsed, hour, first):
    """Tomorrow's sheets are printed at five; a demonstration's day is its day at any hour."""
    monkeypatch.setenv("ZOUFANG_TODAY", rehearsed)
    with Campaign(folder, today="2027-01-04") as campaign:
        now = dt.datetime(2027, 1, 4, hour)  # noqa: DTZ001  (the desk's own clock)
        assert first_day(campaign, now) == dt.date(2027, 1, first)


def finished(chief, answer):
    """The answer of a job when it is over."""
    number = answer.text.split("/jobs/")[1].split('"')[0]
    ends = time.monotonic() + 120
    while time.monotonic() < ends:
        answer = chief.get(f"/s/{STATION}/jobs/{number}", headers={"HX-Request": "true"})
        if 'class="job"' not in answer.text:
            return answer
        time.sleep(0.1)
    raise AssertionError("the job does not end")


@pytest.fixture(scope="module")
def planned(chief):
    """The day is planned by its button."""
    form = {"slower": "1.0", "crew": list(CREWS), "on_duty": list(CREWS)}
    answer = finished(chief, chief.post(f"{DAY}/plan", data=form))
    assert answer.headers["hx-redirect"] == f"/s/{STATION}/morning?date={MONDAY}"
    return chief.get(f"{DAY}/board.json").json()


def test_the_morning_counts_what_is_due(chief):
    """A chief sees before he plans how much there is, and who can go."""
    page = chief.get(f"{DAY}/outlook").text
    assert f'value="{CREWS[0]}"' in page
    assert "<b>11</b>" in page


def test_a_day_without_crews_offers_no_plan(chief):
    """A plan of nobody would be stored, and the chief would think that something was done."""
    sunday = chief.get(f"/s/{STATION}/2027-01-10/outlook").text
    button = re.search(r'<button[^>]*id="plan-day"[^>]*>', sunday)
    assert "disabled" in button[0]
    assert 'id="plan-day"' not in chief.get(f"{DAY}/outlook").text


def test_who_waits_sees_how_many_come_first(chief):
    """One worker plans at a time: the second day's chief is told that one is before his."""
    first, second = (chief.post(f"/s/{STATION}/2027-01-{day}/plan") for day in (11, 12))
    assert "前面 1 个" in second.text
    for answer in (first, second):
        finished(chief, answer)


def test_one_button_plans_and_one_prints(chief, planned):
    """Eleven households stand on the sheets of one file."""
    assert planned["totals"]["visits"] == 11
    paper = chief.get(f"{DAY}/paper.pdf")
    assert paper.headers["content-type"] == "application/pdf"
    assert paper.content.startswith(b"%PDF")


def test_phone_pages_come_in_one_archive(chief, planned):
    """One click for all crews, not one for each."""
    answer = chief.get(f"{DAY}/phones.zip")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        names = archive.namelist()
    assert [name for name in names if CREWS[0] in name]


def test_an_ill_crew_is_told_by_its_switch_and_the_difference_is_shown(chief, planned):
    """What is printed stays until the chief has seen what would change."""
    form = {"slower": "1.0", "crew": [CREWS[1]], "on_duty": list(CREWS)}
    answer = finished(chief, chief.post(f"{DAY}/plan", data=form))
    assert answer.headers["hx-redirect"] == f"{DAY}/difference"
    board = chief.get(f"{DAY}/board.json").json()
    assert board["version"] == 1
    assert {crew["id"] for crew in board["crews"] if crew["absent"]} == {CREWS[0]}
    taken = chief.post(f"{DAY}/take", data={"revision": board["revision"]})
    assert taken.status_code == 200
    after = chief.get(f"{DAY}/board.json").json()
    assert after["version"] == 2
    assert after["undo"] is None
    stops = {crew["id"]: len(crew["stops"]) for crew in after["crews"]}
    assert stops[CREWS[0]] == 0
    assert stops[CREWS[1]] > 0


def test_who_fills_in_for_the_ill_one_stands_on_the_sheet(chief, planned):
    """One of two is ill: the crew goes with another, and nobody phones the wrong person."""
    before = chief.get(f"{DAY}/board.json").json()
    form = {
        "slower": "1.0",
        "crew": list(CREWS),
        "on_duty": list(CREWS),
        "members": ["文某、彭某", " ".join(before["crews"][1]["members"])],
    }
    finished(chief, chief.post(f"{DAY}/plan", data=form))
    board = chief.get(f"{DAY}/board.json").json()
    riding = {crew["id"]: crew["members"] for crew in board["crews"]}
    assert riding[CREWS[0]] == ["文某", "彭某"]
    assert riding[CREWS[1]] == before["crews"][1]["members"]
    chief.post(f"{DAY}/take", data={"revision": board["revision"]})


def test_search_finds_by_every_field_and_shows_no_whole_phone(chief):
    """Account, and nothing that is not asked for."""
    found = chief.get(f"/s/{STATION}/search?q=00007", headers={"Accept": "application/json"})
    assert [one["account"] for one in found.json()["found"]] == ["0000000007"]
    assert chief.get(f"/s/{STATION}/search?q=%00%25").status_code == 200


@pytest.mark.parametrize("path", ["2027-13-40", "0000-00-00", "x" * 300])
def test_a_day_that_is_none_is_refused_in_words(chief, path):
    """An address typed by hand is no reason for a traceback."""
    answer = chief.get(f"/s/{STATION}/{path}/board")
    assert answer.status_code == 422
    assert "Traceback" not in answer.text
