"""`optimizer.desk.evening`, `optimizer.desk.matters`: a clerk's evening and the office by calls."""

from __future__ import annotations

import datetime as dt

import pytest
from field_world import DAY, HOUSEHOLDS, day_plan, export, record, village, wrong

from optimizer.desk import Campaign, typed_finding, typed_reading
from optimizer.errors import CampaignError, RecordError
from optimizer.settings import Settings

ONE, TWO, THREE = HOUSEHOLDS[:3]
TYPED = {
    "row": None,
    "version": None,
    "account_no": None,
    "kind": None,
    "result": None,
    "findings": (),
    "opinion": "",
    "corrects": False,
}


@pytest.fixture
def county(tmp_path):
    """The village's campaign in the evening of a day with two households on one sheet."""
    with Campaign.create(tmp_path / "county", Settings()) as made:
        made.register.take_in(village(), "village.xlsx", "wgs84")
        made.register.save_day_plan(day_plan([(ONE, "first"), (TWO, "first")]))
    with Campaign(tmp_path / "county", lang="en", today=DAY) as campaign:
        yield campaign


def take(county, *records):
    """What became of a phone's export."""
    (received,) = county.take_records(county.read_records(texts=[export(*records)]))
    assert not received.faulty
    return received


def test_what_a_phone_hands_in_is_counted_and_balanced(county):
    """What was printed and did not come back has to be asked for the same evening."""
    assert take(county, record(ONE)).taken.added == 1
    row = county.balance("ST01", DAY).iloc[0]
    assert (row["planned"], row["done"], row["not_reported"]) == (2, 1, 1)
    assert county.coverage().states["visited"] == 1
    assert list(county.accounts("visited")["account_no"]) == [ONE]


def test_the_same_export_twice_changes_nothing(county):
    """Phones hand in again whatever they still hold."""
    readings = county.read_records(texts=[export(record(ONE))])
    first, second = (next(county.take_records(readings)) for _ in range(2))
    assert (first.taken.added, second.taken.added, second.taken.known) == (1, 0, 1)


def test_a_request_s_list_shows_the_visits_made(county):
    """Whoever plans the third of three visits sees that two are spent; undone ones are none."""
    county.add_request(ONE, "hv10kv", DAY)
    call = record(ONE, "nobody_home", kind="request")
    take(county, call, record(ONE, "other", undoes=call["id"], kind="request"))
    rows = county.requests()
    assert rows[["visits", "max_visits"]].to_numpy().tolist() == [[1, 3]]


def test_praise_is_no_open_matter(county):
    """The office's list holds what somebody has to answer."""
    take(county, record(ONE, opinion="感谢师傅"), record(TWO, opinion="经常停电"))
    assert list(county.opinions()["account_no"]) == [TWO]
    assert set(county.opinions(everything=True)["account_no"]) == {ONE, TWO}


def test_a_typed_row_is_the_customer_of_that_row(county):
    """A clerk types row numbers; who it is the sheet knows."""
    fields = TYPED | {"row": 2, "result": "done", "findings": (typed_finding("wiring:repaired"),)}
    reading = typed_reading(fields, station="ST01", date=DAY.isoformat(), crew="C001")
    (received,) = county.take_records([("typed", reading)])
    assert received.taken.added == 1
    assert list(county.records_of(TWO, DAY)["result"]) == ["done"]


@pytest.mark.parametrize(
    ("said", "where"),
    [
        ({"result": "done"}, {}),
        ({"row": 1}, {}),
        ({"row": 1, "result": "done"}, {"crew": None}),
        ({"account_no": ONE, "result": "done"}, {"date": None}),
        ({"account_no": ONE, "result": "done", "kind": "tea"}, {}),
    ],
    ids=["nobody", "no result", "no crew", "no day", "no such kind"],
)
def test_a_typed_visit_that_says_too_little_is_refused(said, where):
    """Half a record would be counted for somebody."""
    sheet = {"station": "ST01", "date": DAY.isoformat(), "crew": "C001"} | where
    with pytest.raises(RecordError):
        typed_reading(TYPED | said, **sheet)


def test_a_finding_is_typed_as_category_repair_and_note():
    """The shortest that says it all, with colons in notes kept."""
    plain, repaired, noted = map(
        typed_finding, ("wiring", "wiring:repaired:fuse: 10 A", "wiring:behind the stove")
    )
    assert (plain.category, plain.repaired, plain.note) == ("wiring", False, "")
    assert (repaired.repaired, repaired.note) == (True, "fuse: 10 A")
    assert (noted.repaired, noted.note) == (False, "behind the stove")


def test_a_finding_goes_from_the_list_when_it_is_dropped_with_a_reason(county):
    """Lists hold what is open; nothing leaves them without a word."""
    take(county, record(ONE, findings=[wrong("wiring")]))
    (name,) = county.findings()["finding"]
    with pytest.raises(RecordError):
        county.decide_finding(name, "dropped")
    with pytest.raises(RecordError):
        county.decide_finding(None, "dropped")
    county.decide_finding(name, "dropped", note="house is gone")
    assert county.findings().empty
    assert list(county.findings(everything=True)["state"]) == ["dropped"]
    assert list(county.findings(ONE)["finding"]) == [name]


def test_contradictions_wait_until_one_record_is_kept(county):
    """Two crews wrote about one door: only a human knows who was right."""
    take(county, record(ONE), record(ONE, result="refused", time="10:00:00"))
    conflicts = county.accounts("conflicts")
    assert list(conflicts["account_no"]) == [ONE]
    right = county.records_of(ONE, DAY).query("result == 'done'")["id"].iloc[0]
    county.settle(ONE, DAY, right)
    assert county.accounts("conflicts").empty


def test_promises_are_listed_until_they_are_over(county):
    """Appointments and requests have days; a promise that nobody lists is broken."""
    tomorrow = DAY + dt.timedelta(days=1)
    promise = county.add_appointment(ONE, tomorrow, window="14:00-16:00")
    assert list(county.appointments()["appointment"]) == [promise]
    with pytest.raises(RecordError):
        county.add_appointment(TWO, tomorrow, window="tea time")
    county.cancel_appointment(promise)
    assert county.appointments().empty
    wish = county.add_request(THREE, "urban")
    assert list(county.requests()["request"]) == [wish]
    county.close_request(wish, "connected")
    assert county.requests().empty
    assert county.breaches().empty


def test_the_day_may_be_told_and_does_not_run_away(county, monkeypatch):
    """A rehearsal names the day once; whoever opens a campaign for a day names it himself."""
    monkeypatch.setenv("ZOUFANG_TODAY", "2028-02-29")
    assert county.today == DAY
    assert Campaign(county.path).today == dt.date(2028, 2, 29)
    assert Campaign(county.path, today="2027-03-05").today == dt.date(2027, 3, 5)


def test_a_record_of_a_day_that_cannot_be_is_held_back(county):
    """A clock that was never set, a slip in the year: neighbours are taken, the days are told."""
    days = ("2027-03-02", "2037-03-01", "2027-03-03", "1970-01-01", "2026-03-02")
    records = [record(HOUSEHOLDS[k]) | {"date": day} for k, day in enumerate(days)]
    (received,) = county.take_records(county.read_records(texts=[export(*records)]))
    assert received.taken.added == 1
    said = [str(fault) for fault in received.reading.faults]
    assert len(said) == 4
    assert sum("is still to come" in text for text in said) == 2
    assert sum("is before the campaign" in text for text in said) == 1


def test_a_phone_whose_clock_is_far_off_is_told(county):
    """Its records count as of the sheet's day; its times would teach wrong paces."""
    records = [record(account) | {"at": "2031-01-01T09:00:00"} for account in (ONE, TWO)]
    (received,) = county.take_records(county.read_records(texts=[export(*records)]))
    assert received.taken.added == 2
    (remark,) = received.reading.remarks
    assert "another day than the sheet of 2027-03-02, in 2 records" in str(remark)


def test_days_before_the_campaign_begins_count_from_the_first_import(tmp_path):
    """Who starts early records early; the campaign's own first day counts once it has come."""
    with Campaign.create(tmp_path / "early", Settings()) as made:
        made.register.take_in(village(), "village.xlsx", "wgs84")
        imported = dt.date.fromisoformat(made.register.imports()["at"][0][:10])
    day = imported + dt.timedelta(days=1)
    with Campaign(tmp_path / "early", today=min(day, dt.date(2027, 1, 3))) as early:
        assert early.past_day(imported) == imported
    with (
        Campaign(tmp_path / "early", lang="en", today="2027-03-01") as later,
        pytest.raises(CampaignError, match="before the campaign, which begins on 2027-01-04"),
    ):
        later.past_day("2027-01-03")
