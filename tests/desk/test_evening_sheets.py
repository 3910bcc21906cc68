"""`optimizer.desk.evening_sheets`: a clerk types a day's sheets row by row."""

from __future__ import annotations

import pytest
from desk_world import STATION
from evening_world import FIRST, ROWS, SECOND, TODAY, YESTERDAY, account, day_plan, make_evening
from field_world import export, record

from optimizer.desk import RESULT_KEYS, Campaign, Finding, TypedRow
from optimizer.errors import RecordError
from optimizer.sheets.crew_sheet import TICK_BOXES


@pytest.fixture
def county(tmp_path):
    """Two crews are back, nothing is typed yet."""
    with Campaign(make_evening(tmp_path / "county"), lang="en", today=TODAY) as campaign:
        yield campaign


def typed(county, row, result="done", number=0, *, crew=FIRST, version=1, **more):
    """What became of a row."""
    said = TypedRow(row=row, number=number, result=result, **more)
    return county.type_row(STATION, TODAY, crew, version, said)


def standing(county, row):
    """The results that count for a row of the first crew's sheet."""
    _, rows = county.evening_rows(STATION, TODAY, FIRST)
    return [one.result for one in rows[row - 1].records]


def ids(county):
    return set(county.register.ledgers.records(undone=True)["id"])


def phone(county, *records):
    for reading in county.read_records(texts=[export(*records)]):
        assert not next(iter(county.take_records([reading]))).faulty


def test_a_digit_is_the_box_on_paper():
    """A clerk types what stands on the sheet, in its order."""
    assert RESULT_KEYS[: len(TICK_BOXES)] == TICK_BOXES


def test_a_row_is_stored_once_however_often_it_is_sent(county):
    """A page sends again what was not answered: that is no second visit."""
    found = (Finding(category="rcd", repaired=True),)
    more = {"findings": found, "opinion": "kind", "repaired": {"rcd": 1}}
    states = [typed(county, 3, **more).state for _ in range(3)]
    assert states == ["stored", "known", "known"]
    assert len(ids(county)) == 1
    _, rows = county.evening_rows(STATION, TODAY, FIRST)
    assert rows[2].visit.account_no == account(2)
    assert rows[2].records[0].repaired == {"rcd": 1}
    assert len(county.findings(everything=True)) == 1


def test_a_correction_is_a_new_record_and_the_last_counts(county):
    """Nothing is overwritten; five corrections later one result counts."""
    said = ("done", "nobody_home", "refused", "done", "moved", "done")
    for number, result in enumerate(said):
        assert typed(county, 1, result, number).state == "stored"
        assert standing(county, 1) == [result]
    assert typed(county, 1, "done", len(said)).state == "known"
    assert len(ids(county)) == len(said) + len(said) - 2
    assert county.coverage().states["visited"] == 1


def test_a_row_is_taken_back(county):
    """A result in the wrong line has to go without another in its place."""
    typed(county, 1)
    assert typed(county, 1, "", 1).state == "stored"
    assert standing(county, 1) == []
    assert typed(county, 1, "done", 2).state == "stored"
    assert standing(county, 1) == ["done"]


def test_the_second_clerk_hears_that_another_was_first(county):
    """Two clerks with one sheet: neither overwrites the other unseen."""
    typed(county, 1, "done")
    answer = typed(county, 1, "nobody_home")
    assert (answer.state, answer.number) == ("differs", 1)
    assert standing(county, 1) == ["done"]
    assert typed(county, 1, "nobody_home", answer.number).state == "stored"
    assert standing(county, 1) == ["nobody_home"]


def test_phone_and_paper_that_agree_are_one_and_others_wait(county):
    """The same door from both ways is one visit; two results are for a human."""
    phone(county, record(account(0), day=TODAY), record(account(1), day=TODAY))
    assert not typed(county, 1, "done").conflict
    assert typed(county, 2, "nobody_home").conflict
    _, rows = county.evening_rows(STATION, TODAY, FIRST)
    assert [row.conflict for row in rows[:3]] == [False, True, False]
    kept = next(one.id for one in rows[1].records if one.typed)
    county.settle(account(1), TODAY, kept)
    assert standing(county, 2) == ["nobody_home"]
    assert county.coverage().states["visited"] == 1


@pytest.mark.parametrize(
    ("said", "where"),
    [
        ({"row": ROWS + 1}, {}),
        ({"row": 1}, {"crew": "nobody"}),
        ({"row": 1}, {"version": 2}),
        ({"row": 1, "result": "tea"}, {}),
        ({"row": 1, "findings": (Finding(category="tea"),)}, {}),
        ({"row": 1, "number": 100}, {}),
    ],
    ids=["no such row", "no such crew", "no such version", "result", "finding", "too often"],
)
def test_a_row_that_cannot_be_is_refused_with_its_reason(county, said, where):
    """The page shows the sentence; nothing is stored."""
    answer = typed(county, **said, **where)
    assert answer.state == "refused"
    assert answer.in_words("zh") != answer.in_words("en") != ""
    assert ids(county) == set()


def test_rows_are_those_of_the_version_on_the_paper(county):
    """The first print lies on the clerk's table after the day was planned anew."""
    county.register.save_day_plan(day_plan(TODAY, {FIRST: [7, 3]}))
    typed(county, 1, version=1)
    typed(county, 1, version=2)
    states = county.accounts("visited")["account_no"]
    assert sorted(states) == [account(0), account(7)]


def test_tiles_count_what_is_in(county):
    """What a clerk sees first: how much of each sheet is missing."""
    typed(county, 1)
    typed(county, 2, "nobody_home")
    assert county.sheet_days(STATION, TODAY) == [TODAY, YESTERDAY]
    tiles = {tile.crew: tile for tile in county.crew_sheets(STATION, TODAY)}
    assert (tiles[FIRST].rows, tiles[FIRST].reported, tiles[SECOND].reported) == (ROWS, 2, 0)
    assert tiles[FIRST].counts == {"done": 1, "nobody_home": 1}
    assert county.crew_sheets("ST01", TODAY) == []


def test_a_crew_without_a_sheet_is_told(county):
    """An address typed by hand."""
    with pytest.raises(RecordError):
        county.evening_rows(STATION, TODAY, "nobody")
