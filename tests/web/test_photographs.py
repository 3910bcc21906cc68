"""Photographs of findings: from the phone through its link to the customer's page."""

from __future__ import annotations

import datetime as dt
import json
import stat

import pytest
from conftest import PASSWORD
from desk_world import STATION
from evening_world import FIRST, SECOND, TODAY, account
from pictures_taken import jpeg

from optimizer.desk import Campaign, People, Period, PhoneLinks

CUSTOMER = f"/s/{STATION}/customers/{account(0)}"


@pytest.fixture
def token(county):
    """A link of the first crew."""
    book = PhoneLinks(county / "phones.sqlite")
    yield book.make(STATION, TODAY, FIRST, 1)
    book.close()


def send(served, token, content, *, number=0, category="meter", crew=FIRST):
    """What the server says of a photograph."""
    facts = {"id": f"{crew}-{TODAY}-00", "account": account(number), "category": category}
    answer = served.post(f"/hand-in/{token}/photographs", params=facts, content=content)
    assert answer.status_code == 200
    return answer.json()


def taken(county):
    with Campaign(county) as campaign:
        return campaign.photographs()


def found(served, token, number=0):
    """The record that tells of the finding."""
    record = {
        "id": f"{FIRST}-{TODAY}-{number:018x}",
        "account_no": account(number),
        "visit_id": f"first-{account(number)}",
        "row": number + 1,
        "kind": "first",
        "result": "done",
        "at": f"{TODAY}T09:00:00+08:00",
        "findings": [{"category": "meter", "repaired": False, "note": ""}],
    }
    head = {"format": "zoufang-records", "version": 1, "station": STATION, "crew": FIRST}
    parcel = json.dumps(head | {"date": TODAY.isoformat(), "records": [record]})
    assert served.post(f"/hand-in/{token}", content=parcel).status_code == 200


def test_a_photograph_is_kept_once_and_for_its_owner_alone(county, served, token):
    """Networks in villages send everything twice; and it shows the inside of somebody's house."""
    assert send(served, token, jpeg("a"))["state"] == "stored"
    assert send(served, token, jpeg("a"))["state"] == "known"
    (one,) = taken(county)
    assert (one.account_no, one.crew, one.category) == (account(0), FIRST, "meter")
    (file,) = (county / "photographs").rglob("*.jpg")
    assert file.read_bytes() == jpeg("a")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_three_of_a_finding_and_no_more(county, served, token):
    """A thumb that does not stop fills no disk; another finding has its own three."""
    states = [send(served, token, jpeg(word))["state"] for word in "abcd"]
    assert states == ["stored", "stored", "stored", "refused"]
    assert "3" in send(served, token, jpeg("e"))["said"]
    assert send(served, token, jpeg("d"), category="wiring")["state"] == "stored"
    assert len(taken(county)) == 4


@pytest.mark.parametrize(
    ("strange", "why"),
    [
        ({"content": b"GIF89a"}, "JPEG"),
        ({"content": jpeg("a")[:-1]}, "JPEG"),
        ({"content": b"\xff\xd8\xff\xe0\x00\x00\xff\xd9"}, "JPEG"),
        ({"content": jpeg("a", width=9000)}, "JPEG"),
        ({"content": jpeg("a")[:-2] + bytes(400_000) + b"\xff\xd9"}, "400 kB"),
        ({"number": 59}, "路线单"),
        ({"crew": SECOND}, "路线单"),
        ({"category": "selfie"}, "类别"),
    ],
    ids=["gif", "torn", "empty", "huge", "heavy", "no door", "another crew", "no finding"],
)
def test_what_is_no_photograph_of_this_crew_is_refused_with_a_sentence(
    county, served, token, strange, why
):
    """Who finds a link fills no disk with it, and a phone that is broken says why."""
    said = send(served, token, **{"content": jpeg("a")} | strange)
    assert said["state"] == "refused"
    assert why in said["said"]
    assert taken(county) == []
    assert not (county / "photographs").exists()


def test_no_link_no_photograph_and_no_more_than_a_day_has(served, token):
    """A guessed link is none; what is larger than any photograph is not even read."""
    facts = {"id": "x", "account": account(0), "category": "meter"}
    guess = served.post("/hand-in/guess/photographs", params=facts, content=jpeg())
    assert guess.status_code == 404
    heavy = served.post(f"/hand-in/{token}/photographs", params=facts, content=bytes(600_000))
    assert heavy.status_code == 413


def test_the_station_sees_it_and_the_look_is_logged(county, served, token):
    """On the customer's page and in the list of findings; nobody of another station."""
    found(served, token)
    send(served, token, jpeg("a"))
    (one,) = taken(county)
    picture = f"{CUSTOMER}/photographs/{one.digest}.jpg"
    served.post("/sign-in", data={"name": "chief", "password": PASSWORD})
    assert picture in served.get(CUSTOMER).text
    seen = served.get(picture)
    assert seen.content == jpeg("a")
    assert seen.headers["content-type"] == "image/jpeg"
    assert seen.headers["cache-control"] == "no-store"
    assert (
        f'{CUSTOMER}#photographs">1</a>' in served.get(f"/s/{STATION}/matters?which=findings").text
    )
    other = CUSTOMER.replace(account(0), account(1))
    assert served.get(f"{other}/photographs/{one.digest}.jpg").status_code == 422
    people = People(county / "people.sqlite")
    looks = [row for row in people.log(dt.date.min, dt.date.max) if row[3] == "photograph_seen"]
    people.close()
    assert [(row[1], row[4]) for row in looks] == [("chief", account(0))]


def test_the_doctor_tells_of_a_photograph_that_is_gone(county, served, token):
    """The folder is copied by itself: who forgot it hears so before he needs it."""
    send(served, token, jpeg("a"))
    with Campaign(county) as campaign:
        assert campaign.disagreements() == []
        next((county / "photographs").rglob("*.jpg")).unlink()
        (said,) = campaign.disagreements()
    assert "1 张照片" in said.in_words("zh")


def test_a_backup_says_that_photographs_are_not_in_it(county, served, token, zoufang, tmp_path):
    """A planner who copies one file must know that there is a folder beside it."""
    send(served, token, jpeg("a"))
    code, _, said = zoufang("backup", tmp_path / "copy.sqlite", "-C", county)
    assert code == 0
    assert "photographs" in said


def test_a_bulletin_has_no_photograph(county, served, token, tmp_path):
    """It hangs on the wall: what a crew saw in somebody's house does not."""
    found(served, token)
    send(served, token, jpeg("a"))
    (one,) = taken(county)
    with Campaign(county, today=TODAY) as campaign:
        files = campaign.write_bulletin(Period.days(TODAY, TODAY), tmp_path / "out")
    assert {file.suffix for file in files} == {".pdf", ".xlsx", ".json"}
    assert all(one.digest.encode() not in file.read_bytes() for file in files)
    assert not any(b"\xff\xd8\xff" in file.read_bytes() for file in files)
