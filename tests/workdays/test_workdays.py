"""Working days, make-up days, duty days and leave."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from books import book
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.errors import CampaignError, IntakeError
from optimizer.settings import Settings
from optimizer.workdays import (
    duty,
    own_table,
    parse_duty_days,
    read_seasons,
    read_workdays,
    working_days,
)

EXAMPLES = Path(__file__).parents[2] / "data"
NO_LEAVE = pd.DataFrame({"crew": [], "first": [], "last": [], "reason": []}, dtype="str")


def crews(*duty_days: str, station: str = "ST01") -> pd.DataFrame:
    names = [f"{station}-C{i}" for i in range(len(duty_days))]
    return pd.DataFrame({"crew": names, "station": station, "duty_days": list(duty_days)})


def day(days: pd.DataFrame, date: str) -> pd.Series:
    return days[days["date"] == date].iloc[0]


def test_published_year_knows_make_up_days_and_holidays() -> None:
    """2026 is published: Saturday 14 February is worked, Spring Festival is free."""
    days = working_days(dt.date(2026, 2, 1), dt.date(2026, 2, 28))
    assert day(days, "2026-02-14")["working"]
    assert not day(days, "2026-02-17")["working"]
    assert day(days, "2026-02-17")["holiday"]
    assert not day(days, "2026-02-07")["working"]
    assert not day(days, "2026-02-07")["holiday"]
    assert not days["forecast"].any()


@pytest.mark.parametrize(
    ("date", "name"),
    [
        ("2031-01-01", "New Year"),
        ("2031-01-22", "Spring Festival"),
        ("2031-01-29", "Spring Festival"),
        ("2031-04-05", "Tomb-sweeping"),
        ("2031-04-07", "Tomb-sweeping"),
        ("2031-05-05", "Labour Day"),
        ("2031-06-24", "Dragon Boat"),
        ("2031-10-07", "National Day"),
        ("2032-09-20", "Mid-Autumn"),
    ],
)
def test_projected_holidays_are_free_and_marked(date: str, name: str) -> None:
    """A year that nobody has published is planned without its sure holidays, as a forecast."""
    days = working_days(dt.date(2031, 1, 1), dt.date(2032, 12, 31))
    found = day(days, date)
    assert (found["working"], found["holiday"], found["forecast"]) == (False, True, True)
    assert found["note"] == name


def test_projected_year_errs_on_the_safe_side() -> None:
    """By law a year has 248 to 250 working days; the projection has a few less, never more."""
    for year in range(2028, 2037):
        worked = working_days(dt.date(year, 1, 1), dt.date(year, 12, 31))["working"].sum()
        assert 238 <= worked <= 248


def test_year_beyond_the_lunar_table_keeps_the_solar_holidays() -> None:
    """A campaign of the far future is still planned, without the lunar festivals."""
    days = working_days(dt.date(2050, 1, 1), dt.date(2050, 12, 31))
    assert not day(days, "2050-10-03")["working"]
    assert day(days, "2050-02-22")["working"]


def test_own_file_wins_over_both_calendars(tmp_path: Path) -> None:
    """A county's own decision, written by a chief with Chinese headings, is final."""
    own = tmp_path / "workdays.csv"
    text = "日期,上班,备注\n2026-02-14,0,检修\n2031-01-25,是,值班\n\n"
    own.write_text(text, encoding="gb18030")
    assert not working_days(dt.date(2026, 2, 14), dt.date(2026, 2, 14), own)["working"].item()
    worked = working_days(dt.date(2031, 1, 25), dt.date(2031, 1, 25), own)
    assert worked["working"].item()
    assert not worked["forecast"].item()
    assert worked["note"].item() == "值班"


def test_faults_of_the_own_file_are_reported_together(tmp_path: Path) -> None:
    """Whoever writes the file by hand gets all its faults at once, with their rows."""
    own = tmp_path / "workdays.csv"
    own.write_text("date,working\n2027-13-01,1\n2027-01-04,maybe\n2027-01-05,1\n2027-01-05,0\n")
    with pytest.raises(IntakeError) as caught:
        working_days(dt.date(2027, 1, 1), dt.date(2027, 1, 9), own)
    assert [fault.row for fault in caught.value.faults] == [2, 3, 5]


def test_own_file_without_headings_is_refused(tmp_path: Path) -> None:
    """A file of another kind in its place is not silently taken as empty."""
    own = tmp_path / "workdays.csv"
    own.write_text("2027-01-05,1\n")
    with pytest.raises(IntakeError, match="日期/date is missing"):
        working_days(dt.date(2027, 1, 1), dt.date(2027, 1, 9), own)


def test_broken_bytes_are_told_with_their_row(tmp_path: Path) -> None:
    """A note cut in the middle of a character: no name is guessed, the row is told."""
    own = tmp_path / "workdays.csv"
    own.write_bytes("日期,上班,备注\n2026-02-14,0,检修\n".encode() + b"2026-02-15,0,\xff\n")
    with pytest.raises(IntakeError, match=r"broken characters .first at line 3"):
        read_workdays(own)


def test_file_that_is_marked_as_utf8_is_nothing_else(tmp_path: Path) -> None:
    """Broken UTF-8 often reads as other Chinese in GB18030: after a mark it is not tried."""
    own = tmp_path / "workdays.csv"
    own.write_bytes(b"\xef\xbb\xbfdate,working,note\n2026-02-14,0,\xb0\xa1\n")
    with pytest.raises(IntakeError, match=r"broken characters .first at line 2"):
        read_workdays(own)


def test_file_that_cannot_be_read_is_an_error_with_a_place(tmp_path: Path) -> None:
    """A folder of that name, or a file without leave to read it."""
    (tmp_path / "workdays.csv").mkdir()
    with pytest.raises(IntakeError, match=r"workdays\.csv: this is a folder"):
        read_workdays(tmp_path / "workdays.csv")


def test_cell_without_end_is_told(tmp_path: Path) -> None:
    """A quotation mark that is never closed takes in the rest of a long file."""
    own = tmp_path / "workdays.csv"
    own.write_text('date,working,note\n2027-01-04,1,"' + "x\n" * 100_000, encoding="utf-8")
    with pytest.raises(IntakeError, match="quotation marks do not pair"):
        read_workdays(own)


def test_example_of_working_days_can_be_read() -> None:
    """Whoever copies data/workdays.csv begins with a file without faults."""
    days = read_workdays(EXAMPLES / "workdays.csv")
    assert [working for working, _ in days.values()] == [False, True, True]
    assert all(note for _, note in days.values())


def test_rows_are_counted_as_a_spreadsheet_shows_them(tmp_path: Path) -> None:
    """Empty lines count; the second fault is in row 5."""
    own = tmp_path / "workdays.csv"
    own.write_text("date,working\n\nx,1\n\ny,1\n", encoding="utf-8")
    with pytest.raises(IntakeError) as caught:
        read_workdays(own)
    assert [fault.row for fault in caught.value.faults] == [3, 5]


def test_horizon_that_ends_before_it_begins_has_no_days() -> None:
    """The caller decides what an empty horizon means; here it is only empty."""
    assert working_days(dt.date(2027, 1, 9), dt.date(2027, 1, 1)).empty


def test_weekdays_dates_and_setting_give_duty_days() -> None:
    """The three ways of writing duty days, in the week of 8 to 14 March 2027 (a Monday)."""
    days = working_days(dt.date(2027, 3, 8), dt.date(2027, 3, 14))
    on = duty(crews("1,3,5", "2027-03-09,2027-03-13", "", "6"), NO_LEAVE, days, Settings())
    assert on.astype(int).tolist() == [
        [1, 0, 1, 0, 1, 0, 0],
        [0, 1, 0, 0, 0, 1, 0],
        [1, 1, 1, 1, 1, 0, 0],
        [0, 0, 0, 0, 0, 1, 0],
    ]


def test_weekday_crew_stays_home_on_a_holiday() -> None:
    """Friday 1 October 2027 is National Day: neither Friday nor Saturday crews go out."""
    days = working_days(dt.date(2027, 10, 1), dt.date(2027, 10, 2))
    assert not duty(crews("5,6", ""), NO_LEAVE, days, Settings()).any()


def test_make_up_saturday_is_worked_by_turn() -> None:
    """On a make-up day those go out whose turn it was on the Friday before."""
    days = working_days(dt.date(2026, 2, 13), dt.date(2026, 2, 14))
    settings = Settings.model_validate({"shift": {"duty_every": 5}})
    on = duty(crews("", "", "", "", ""), NO_LEAVE, days, settings)
    assert on.sum(axis=0).tolist() == [1, 1]
    assert (on[:, 0] == on[:, 1]).all()


def test_leave_takes_days_away() -> None:
    """Leave counts from its first to its last day; unknown crews in the file do no harm."""
    days = working_days(dt.date(2027, 3, 8), dt.date(2027, 3, 12))
    leave = pd.DataFrame(
        {"crew": ["ST01-C0", "??"], "first": "2027-03-09", "last": "2027-03-10", "reason": ""}
    )
    on = duty(crews("", ""), leave, days, Settings())
    assert on.astype(int).tolist() == [[1, 0, 0, 1, 1], [1, 1, 1, 1, 1]]


def test_all_crews_can_be_on_duty_while_people_are_home_for_the_festival() -> None:
    """In 2028, when some are known to be away; on working days, and nobody on leave."""
    crews = pd.DataFrame({"crew": ["C1", "C2"], "station": "S1", "duty_days": ["1", "1"]})
    leave = pd.DataFrame({"crew": ["C2"], "first": ["2028-01-20"], "last": ["2028-01-20"]})
    every = Settings()
    follow = every.follow.model_copy(update={"season_every_day": False})
    usual = every.model_copy(update={"follow": follow})
    season = working_days(dt.date(2028, 1, 19), dt.date(2028, 1, 22))
    assert not duty(crews, leave, season, usual).any()
    assert duty(crews, leave, season, every).tolist() == [
        [True, True, True, False], [True, False, True, False],
    ]  # fmt: skip
    for first in (dt.date(2027, 2, 2), dt.date(2028, 2, 15)):
        other = working_days(first, first + dt.timedelta(days=2))
        assert not duty(crews, leave, other, every).any()


def test_unreadable_duty_days_name_the_crew() -> None:
    """A register of another hand may hold anything; the error says where."""
    days = working_days(dt.date(2027, 3, 8), dt.date(2027, 3, 12))
    with pytest.raises(CampaignError, match=r"crew ST01-C0.*'Mon'"):
        duty(crews("Mon"), NO_LEAVE, days, Settings())


def test_duty_days_take_chinese_separators() -> None:
    """Typed on a Chinese keyboard, commas are wide."""
    assert parse_duty_days("1，3、5 2027-01-09") == (
        frozenset({1, 3, 5}),
        frozenset({dt.date(2027, 1, 9)}),
    )


@settings(max_examples=25, deadline=None)
@given(
    every=st.integers(1, 12),
    first=st.dates(dt.date(2026, 1, 1), dt.date(2033, 1, 1)),
    number=st.integers(1, 8),
)
def test_one_date_answers_as_the_whole_horizon(every: int, first: dt.date, number: int) -> None:
    """The day's plan asks for one date and must see the crews that the campaign saw."""
    turns = Settings.model_validate({"shift": {"duty_every": every}})
    days = working_days(first, first + dt.timedelta(days=20))
    staff = crews(*[""] * number)
    whole = duty(staff, NO_LEAVE, days, turns)
    alone = [duty(staff, NO_LEAVE, days.iloc[[i]], turns)[:, 0] for i in range(len(days))]
    assert (whole == np.array(alone).T).all()
    assert not whole[:, ~days["working"].to_numpy()].any()


def test_turns_share_the_days_of_a_station() -> None:
    """Five crews that go out every fifth day: on every working day exactly one of them."""
    settings = Settings.model_validate({"shift": {"duty_every": 5}})
    days = working_days(dt.date(2027, 1, 4), dt.date(2027, 12, 31))
    both = pd.concat([crews(*[""] * 5), crews(*[""] * 5, station="ST02")], ignore_index=True)
    on = duty(both, NO_LEAVE, days, settings)
    assert (on[:5].sum(axis=0) == days["working"].to_numpy()).all()
    assert (on[:5] == on[5:]).all()


def season_dates(tmp_path: Path, row: str, first: dt.date, last: dt.date) -> list[str]:
    path = tmp_path / "seasons.csv"
    path.write_text(f"name,first,last,weekdays,market,where,effect\n{row}\n", encoding="utf-8")
    (season,) = read_seasons(path)
    dates = np.arange(np.datetime64(first), np.datetime64(last) + 1)
    return dates[season.days(dates)].astype(str).tolist()


def test_yearly_season_crosses_the_new_year(tmp_path: Path) -> None:
    """30 December to 2 January, every year."""
    found = season_dates(
        tmp_path, "x,12-30,01-02,,,,avoid", dt.date(2027, 12, 28), dt.date(2028, 1, 5)
    )
    assert found == ["2027-12-30", "2027-12-31", "2028-01-01", "2028-01-02"]


def test_season_by_spring_festival_moves_with_it(tmp_path: Path) -> None:
    """Migrant workers are home around Spring Festival: 6 February 2027, 26 January 2028."""
    found = season_dates(
        tmp_path, "x,SF-1,SF+1,,,,prefer", dt.date(2027, 1, 1), dt.date(2028, 12, 31)
    )
    assert found == [
        "2027-02-05", "2027-02-06", "2027-02-07", "2028-01-25", "2028-01-26", "2028-01-27",
    ]  # fmt: skip


def test_market_days_and_weekdays_of_a_town(tmp_path: Path) -> None:
    """逢二五八, and of those only Mondays to Wednesdays: 2 March 2027 is a Tuesday."""
    found = season_dates(
        tmp_path, 'x,,,"1,2,3","2,5,8",,closed', dt.date(2027, 3, 1), dt.date(2027, 3, 16)
    )
    assert found == ["2027-03-02", "2027-03-08", "2027-03-15"]


def test_faults_of_seasons_are_reported_together(tmp_path: Path) -> None:
    """All at once, with their places."""
    path = tmp_path / "seasons.csv"
    text = "名称,开始,结束,星期,逢,范围,影响\n农忙,13-40,,8,x,,避开\n集市,,,,,,maybe\n"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(IntakeError) as caught:
        read_seasons(path)
    found = [(fault.row, fault.column) for fault in caught.value.faults]
    assert found == [(2, "开始"), (2, "星期"), (2, "逢"), (3, "影响")]


def test_a_season_that_ends_before_it_begins_or_lies_nowhere_is_a_fault(tmp_path: Path) -> None:
    """Such a row would silently change nothing, and nobody would know why."""
    path = tmp_path / "seasons.csv"
    path.write_text(
        "name,first,last,where,effect\n"
        "drill,2027-07-10,2027-06-01,,closed\n"
        "market,,,T00001;T99999,avoid\n"
        "winter,11-01,02-01,S01,avoid\n",
        encoding="utf-8",
    )
    with pytest.raises(IntakeError) as caught:
        read_seasons(path, {"T00001", "S01"})
    assert [(fault.row, fault.column, fault.value) for fault in caught.value.faults] == [
        (2, "last", "2027-06-01"),
        (3, "where", "T99999"),
    ]


def test_no_seasons_file_is_no_season(tmp_path: Path) -> None:
    """The file is a chief's choice."""
    assert read_seasons(tmp_path / "seasons.csv") == read_seasons(None) == ()


@pytest.mark.parametrize(
    ("written", "days"),
    [
        ("7月10日", ["2027-07-10"]),
        ("7/10", ["2027-07-10"]),
        ("10-Jul", ["2027-07-10"]),
        ("2027年7月10日", ["2027-07-10"]),
        ("春节前1天", ["2027-02-05"]),
        ("春节", ["2027-02-06"]),
    ],
)
def test_days_of_a_season_are_read_as_spreadsheets_save_them(
    tmp_path: Path, written: str, days: list[str]
) -> None:
    """A file that was only opened and saved again means what it meant before."""
    row = f"x,{written},{written},,,,避开"
    assert season_dates(tmp_path, row, dt.date(2027, 1, 1), dt.date(2027, 12, 31)) == days


@pytest.mark.parametrize("written", ["1-3", "周一至周三", "一、二、三", "星期一二三"])
def test_weekdays_and_market_days_are_read_as_people_write_them(
    tmp_path: Path, written: str
) -> None:
    """1-3 is Monday to Wednesday and not 3 January; 逢二五八 are days of the month."""
    row = f'x,,,"{written}",逢二五八,,不去'
    found = season_dates(tmp_path, row, dt.date(2027, 3, 1), dt.date(2027, 3, 16))
    assert found == ["2027-03-02", "2027-03-08", "2027-03-15"]


def test_a_day_that_a_spreadsheet_made_of_a_season_is_a_fault(tmp_path: Path) -> None:
    """Of 07-10 in a workbook no year may be guessed: it was meant for every year."""
    rows = [["名称", "开始", "结束", "影响"], ["农忙", dt.date(2026, 7, 10), "07-31", "避开"]]
    book(tmp_path / "seasons.xlsx", s=rows)
    with pytest.raises(IntakeError, match="Excel has made a date of it"):
        read_seasons(own_table(tmp_path, "seasons"))


def test_tables_beside_the_settings_may_be_workbooks(tmp_path: Path) -> None:
    """With a title above, dates as a spreadsheet holds them, and merged cells."""

    def merge(sheets: dict[str, Any]) -> None:
        sheets["s"].merge_range(2, 1, 3, 1, "否")

    rows = [["放假安排"], ["日期", "上班"], [dt.date(2027, 2, 5), None], ["2027/2/8", None]]
    book(tmp_path / "workdays.xlsx", merge, s=rows)
    path = own_table(tmp_path, "workdays")
    assert path is not None
    days = read_workdays(path)
    assert days == {dt.date(2027, 2, 5): (False, ""), dt.date(2027, 2, 8): (False, "")}


def test_a_heading_that_is_nearly_one_is_no_column_to_pass_over(tmp_path: Path) -> None:
    """A wish that is left out unsaid would be found out in a year."""
    path = tmp_path / "seasons.csv"
    path.write_text("名称,开始日,影响\n农忙,07-10,避开\n", encoding="utf-8")
    with pytest.raises(IntakeError, match="rename it to 开始"):
        read_seasons(path)
