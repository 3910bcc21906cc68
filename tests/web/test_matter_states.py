"""Every list of open matters shows its rows, and every state can be reached from its page."""

from __future__ import annotations

import re

import httpx
import pytest
from conftest import PASSWORD, let_in
from desk_world import CREWS, STATION, make_county
from listening import listening

from optimizer.desk import ENDING, LISTS, NAMES, Campaign, typed_finding, typed_reading
from optimizer.model import VisitKind
from optimizer.settings import Settings

TODAY = "2027-03-01"
IN_THE_EVENING = Settings.model_validate(
    {"follow": {"after_tries": {"household": "season", "business": "evening"}}}
)
DAYS = [f"2027-01-{day:02d}" for day in range(4, 30)]
REFUSED = {("areas", "checked"): "3 customers are still to be revisited"}
"""A step that must wait, and what is said of it."""
STEPS = [(which, state) for which, states in LISTS.items() for state in states]
MOVABLE = [step for step in STEPS if step not in REFUSED]
FOUND = ("0000000002", "0000000003", "0000000004")


def call(campaign, account, day, result="done", **more):
    """One call at a door, as a clerk types it."""
    fields = {
        "row": None,
        "version": None,
        "account_no": account,
        "kind": VisitKind.FIRST.value,
        "result": result,
        "findings": [typed_finding(text) for text in more.get("finding", ())],
        "opinion": more.get("opinion", ""),
        "corrects": None,
    }
    reading = typed_reading(fields, station=STATION, date=day, crew=more.get("crew", CREWS[0]))
    (received,) = campaign.take_records([(more.get("source", "typed"), reading)])
    assert not received.faulty


def make_matters(folder):
    """Something in each list; of evenings it is a shop."""
    with Campaign(folder, today=TODAY) as campaign:
        rules = campaign.settings.follow
        call(campaign, "0000000001", DAYS[0], opinion="停电太多")
        for account in FOUND:
            call(campaign, account, DAYS[0], finding=("low_voltage", "wiring"))
        campaign.add_request("0000000005", "urban", TODAY)
        campaign.add_appointment("0000000006", "2027-03-02", "09:00-11:00")
        for crew, result in zip(CREWS, ("done", "refused"), strict=True):
            call(campaign, "0000000007", DAYS[1], result, crew=crew, source=f"phone {crew}")
        call(campaign, "0000000008", DAYS[1], "moved")
        for day in DAYS[: rules.max_tries]:
            call(campaign, "0000000009", day, "nobody_home")
            call(campaign, "0000000013", day, "nobody_home")
        for day in DAYS[: rules.max_tries + rules.list_tries]:
            call(campaign, "0000000010", day, "nobody_home")


@pytest.fixture
def chief(tmp_path, monkeypatch):
    """The chief of a station with all kinds of matters, signed in."""
    monkeypatch.setenv("ZOUFANG_TODAY", TODAY)
    folder = let_in(make_county(tmp_path / "county", IN_THE_EVENING, households=14, shops=1))
    make_matters(folder)
    with (
        listening(folder) as url,
        httpx.Client(
            base_url=url, headers={"Origin": url}, timeout=60, follow_redirects=True
        ) as client,
    ):
        client.post("/sign-in", data={"name": "chief", "password": PASSWORD})
        yield client


def listed(chief, which):
    """What a list's page shows: its text and its rows."""
    answer = chief.get(f"/s/{STATION}/matters?which={which}")
    assert answer.status_code == 200
    return answer.text, re.findall(r'<tr(?: class="overdue")?>\s*<td>', answer.text)


def test_every_list_shows_its_rows_in_both_languages(chief):
    """A list that fails with its first row works until the day on which it is needed."""
    for lang in ("zh", "en"):
        chief.cookies.set("lang", lang)
        for which in LISTS:
            text, rows = listed(chief, which)
            count = int(re.search(r'aria-current="page">[^<]*<b[^>]*>(\d+)', text)[1])
            assert len(rows) == count, which
            assert count > 0, which


@pytest.mark.parametrize(("which", "state"), STEPS, ids=["-".join(step) for step in STEPS])
def test_every_state_of_a_list_is_one_click_away(chief, which, state):
    """Each button of each list does what it says, to what is chosen and to nothing else."""
    chief.cookies.set("lang", "en")
    text, rows = listed(chief, which)
    names = re.findall(r'name="name" value="([^"]*)"', text)
    name = names[-1] if which == "office" else names[0]  # the office settles no contradiction
    for step in LISTS[which][: LISTS[which].index(state) + 1]:
        if step == state or NAMES.get(which) in {"project", "opinion"}:
            said = {"name": name, "state": step, "text": "a note"}
            answer = chief.post(f"/s/{STATION}/matters/{which}", data=said)
            assert REFUSED.get((which, step), "✓ 1") in answer.text
            kept = f'value="{said["text"] if (which, step) in REFUSED else ""}"'
            assert (
                f'name="text" maxlength="500" {kept}' in answer.text or not listed(chief, which)[1]
            )
    after = listed(chief, which)[1]
    assert len(rows) - len(after) in {0, 1}


@pytest.mark.parametrize(("which", "state"), MOVABLE, ids=["-".join(step) for step in MOVABLE])
def test_every_move_is_taken_back_by_a_click(chief, which, state):
    """Seven matters were closed with one click by mistake; each list is again as it was."""
    chief.cookies.set("lang", "en")
    names = re.findall(r'name="name" value="([^"]*)"', listed(chief, which)[0])
    name = names[-1] if which == "office" else names[0]
    address = f"/s/{STATION}/matters/{which}"
    for step in LISTS[which][: LISTS[which].index(state) + 1]:
        if step == state or NAMES.get(which) in {"project", "opinion"}:
            before, said = listed(chief, which)[0], {"name": name, "state": step, "text": "a note"}
            moved = chief.post(address, data=said).text
    (event,) = re.findall(r'type="hidden" name="name" value="(\d+)"', moved)
    if state in ENDING and which not in {"overdue", "telephone"}:
        over = chief.get(f"/s/{STATION}/matters?which={which}&over=1").text
        assert re.findall(r'type="checkbox" name="name" value="(\d+)"', over) == [event]
    assert "✓ 1 taken back" in chief.post(f"{address}/back", data={"name": event}).text
    assert listed(chief, which)[0] == before


def test_a_settled_conflict_is_open_again(chief):
    """The wrong record was kept: the choice is offered again, and both stand side by side."""
    address, day = f"/s/{STATION}/settle/0000000007/{DAYS[1]}", DAYS[1]
    before = listed(chief, "conflicts")[0]
    page = chief.get(address).text
    assert f"<td>手机 {CREWS[0]}</td>" in page, "where a record is from is said in words"
    keep = re.findall(r'name="keep" value="([^"]*)"', page)
    assert len(keep) == 2
    chief.post(address, data={"keep": keep[0]})
    over = chief.get(f"/s/{STATION}/matters?which=conflicts&over=1").text
    assert day in over
    (event,) = re.findall(r'type="checkbox" name="name" value="(\d+)"', over)
    chief.post(f"/s/{STATION}/matters/conflicts/back", data={"name": event})
    assert listed(chief, "conflicts")[0] == before


def test_headings_are_in_chinese(chief):
    """The list of conflicts was headed `conflicts`, that of evenings `tries`."""
    for which in LISTS:
        text, _ = listed(chief, which)
        heads = re.findall(r"<th>([^<]*)</th>", text)
        assert heads
        assert not [head for head in heads if re.search("[a-z]", head)], which


def test_nobody_elses_day_is_settled(chief):
    """A page about a customer who does not exist is not found, and says so."""
    assert chief.get(f"/s/{STATION}/settle/999/{DAYS[1]}").status_code == 404
    assert chief.get(f"/s/{STATION}/settle/0000000001/2027-02-27").status_code == 404
