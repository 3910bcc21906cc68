"""`optimizer.web.hand_in_page`: what phones hand in, by requests."""

from __future__ import annotations

import itertools
import json
import re

import pytest
from conftest import PASSWORD
from desk_world import STATION
from evening_world import FIRST, SECOND, TODAY, account, day_plan

from optimizer.desk import Campaign, PhoneLinks
from optimizer.web.hand_in_page import MOST_BYTES
from optimizer.web.throttle import Throttle

DAY = f"/s/{STATION}/{TODAY}"
_ids = itertools.count(1)


def tap(number, result="done", crew=FIRST, **more):
    """A record as the page of a phone writes it."""
    return {
        "id": f"{crew}-{TODAY}-{next(_ids):018x}",
        "account_no": account(number),
        "visit_id": f"first-{account(number)}",
        "row": number + 1,
        "kind": "first",
        "result": result,
        "at": f"{TODAY}T09:{number:02d}:00+08:00",
        "findings": [],
        "opinion": "",
        "repaired": {},
        "undoes": None,
    } | more


def parcel(*records, crew=FIRST):
    head = {"format": "zoufang-records", "version": 1, "station": STATION}
    return json.dumps({**head, "date": TODAY.isoformat(), "crew": crew, "records": records})


def hand_in(served, token, *records, crew=FIRST):
    content = parcel(*records, crew=crew)
    answer = served.post(f"/hand-in/{token}", content=content, headers={"Origin": "null"})
    said = answer.json()
    return answer.status_code, [said["receipts"][one["id"]]["state"] for one in records]


def counted(county):
    with Campaign(county) as campaign:
        return len(campaign.register.ledgers.records(undone=True))


def test_a_link_serves_the_page_and_takes_records_once(county, served, links):
    """From the chief's page to the receipt, without an account; twice is once."""
    served.post("/sign-in", data={"name": "chief", "password": PASSWORD})
    shown = served.get(f"{DAY}/phones").text
    token = re.search(r"/p/([\w-]+)", shown)[1]
    assert token not in (county / "phones.sqlite").read_bytes().decode("latin-1")
    page = served.get(f"/p/{token}")
    assert page.status_code == 200
    assert account(0) in page.text
    policy = page.headers["content-security-policy"]
    assert "'unsafe-inline'" not in policy
    taps = [tap(0), tap(1, "nobody_home")]
    assert hand_in(served, token, *taps) == (200, ["stored", "stored"])
    assert hand_in(served, token, *taps, tap(2)) == (200, ["known", "known", "stored"])
    assert counted(county) == 3
    assert links.find(token).crew == FIRST


def test_two_phones_of_a_crew_out_of_order(county, served, links):
    """The undo comes before what it undoes; the other phone has the same door."""
    one, two = (links.make(STATION, TODAY, FIRST, 1) for _ in range(2))
    first = tap(0)
    later = tap(0, "refused", undoes=first["id"])
    assert hand_in(served, one, later) == (200, ["stored"])
    assert hand_in(served, two, tap(1)) == (200, ["stored"])
    assert hand_in(served, one, first, tap(1)) == (200, ["stored", "stored"])
    with Campaign(county, today=TODAY) as campaign:
        _, rows = campaign.evening_rows(STATION, TODAY, FIRST)
        states = campaign.coverage().states
    assert [one.result for one in rows[0].records] == ["refused"]
    assert not any(row.conflict for row in rows)
    assert states["visited"] == 1


def test_the_next_version_ends_the_link_and_tells_what_changed(county, served, links):
    """A crew that goes on with the old page hears of the new one; nothing is lost meanwhile."""
    token, kept = links.make(STATION, TODAY, FIRST, 1), tap(0)
    assert hand_in(served, token, kept)[0] == 200
    with Campaign(county) as campaign:
        campaign.register.save_day_plan(day_plan(TODAY, {FIRST: [0, 1, 30], SECOND: [26]}))
    waiting = tap(1)
    answer = served.post(f"/hand-in/{token}", content=parcel(kept, waiting))
    assert answer.status_code == 410
    assert "第 2 版：本组新增 1 户，去掉 23 户" in answer.json()["said"]
    assert served.get(f"/p/{token}").status_code == 410
    fresh = links.make(STATION, TODAY, FIRST, 2)
    assert hand_in(served, fresh, kept, waiting) == (200, ["known", "stored"])
    assert counted(county) == 2


@pytest.mark.parametrize(
    "strange",
    [
        {"account_no": account(50)},
        {"crew": SECOND},
        {"date": "2027-01-04"},
        {"id": "typed-somebody-else"},
        {"result": "tea"},
    ],
    ids=["not on a sheet", "another crew", "another day", "another's id", "no result"],
)
def test_a_link_speaks_for_its_own_sheet_alone(county, served, links, strange):
    """Who finds a link in the street writes no record of any other customer, crew or day."""
    token = links.make(STATION, TODAY, FIRST, 1)
    assert hand_in(served, token, tap(0) | strange, tap(1)) == (200, ["refused", "stored"])
    assert counted(county) == 1


def test_links_end_after_seven_days(tmp_path):
    """A link in an old chat opens nothing."""
    now = [1_800_000_000.0]
    book = PhoneLinks(tmp_path / "phones.sqlite", lambda: now[0])
    token = book.make(STATION, TODAY, FIRST, 1)
    now[0] += 7 * 86_400 - 1
    assert book.find(token)
    now[0] += 2
    assert book.find(token) is None
    assert book.find("guess") is None
    book.close()


def test_only_a_file_may_read_the_answer_and_only_here(served, links):
    """A page of another site gets nothing; other addresses give leave to nobody."""
    token = links.make(STATION, TODAY, FIRST, 1)
    url = f"/hand-in/{token}"
    asked = served.options(url, headers={"Origin": "null"})
    assert asked.headers["access-control-allow-origin"] == "null"
    other = served.post(url, content=parcel(), headers={"Origin": "https://evil.example"})
    assert "access-control-allow-origin" not in other.headers
    page = served.get("/sign-in", headers={"Origin": "null"})
    assert "access-control-allow-origin" not in page.headers


def test_what_is_too_much_or_nonsense_is_refused(county, served, links):
    """A broken phone, or somebody who tries things: no traceback, nothing stored."""
    token = links.make(STATION, TODAY, FIRST, 1)
    url = f"/hand-in/{token}"
    assert served.post(url, content=b"x" * (MOST_BYTES + 1)).status_code == 413
    for content in (b"", b"{}", b"[1]", b'{"records": 3}', b"\xff\xfe", b"[" * 9000):
        assert served.post(url, content=content).status_code == 422
    assert served.post("/hand-in/guess", content=parcel(tap(0))).status_code == 404
    assert counted(county) == 0
    seen = {served.post("/hand-in/guess").status_code for _ in range(80)}
    assert 429 in seen


def test_a_throttle_lets_in_so_many_a_minute():
    """Sixty at once, then one a second."""
    now = [0.0]
    gate = Throttle(60, lambda: now[0])
    assert sum(gate.admits("one") for _ in range(100)) == 60
    assert gate.admits("other")
    now[0] += 1.0
    assert [gate.admits("one") for _ in range(2)] == [True, False]
