"""Typed sheets as clerks hand them in: what the field wrote is not lost."""

from __future__ import annotations

import datetime as dt

import pytest
from books import book, ods
from field_world import ACCOUNTS, SETTINGS, day_plan, village

from optimizer.records import Given, take_records
from optimizer.records.field_words import categories_of, pieces_of, tick_of, word_of
from optimizer.records.parsing import read_content, read_records
from optimizer.register import Register

ONE, TWO, THREE = ACCOUNTS[:3]
HEAD = "供电所,日期,小组,序号,户号,结果,问题,当场处理,问题说明,意见"


def typed(*rows: str, head: str = HEAD, given: Given | None = None):
    """What is read of a CSV."""
    return read_content("\n".join([head, *rows]).encode(), "sheet.csv", given)


def said(faults) -> str:
    """Faults or remarks in English, a line each."""
    return "\n".join(map(str, faults))


def test_a_row_without_a_day_costs_itself_alone():
    """The day stands nowhere for row 3: its neighbour is read, and the fault says what to do."""
    reading = typed(f"ST01,2027-03-02,C001,,{ONE},完成", f"ST01,,C001,,{TWO},完成", head=HEAD)
    assert [entry.account_no for entry in reading.entries] == [ONE, TWO]  # held from above
    reading = typed(f"ST01,C001,,{ONE},完成", head="供电所,小组,序号,户号,结果")
    assert reading.entries == []
    assert "fill in the date, or use --date" in said(reading.faults)


def test_what_is_given_for_all_rows_fills_those_that_lack_it():
    """A table without these columns belongs to one day of one crew."""
    given = Given("ST01", "2027-03-02", "C001")
    reading = typed("1,完成", "2,没人", head="序号,结果", given=given)
    assert [(e.station, e.date, e.crew, e.row) for e in reading.entries] == [
        ("ST01", "2027-03-02", "C001", 1),
        ("ST01", "2027-03-02", "C001", 2),
    ]


def test_merged_cells_hold_for_all_their_rows(tmp_path):
    """Three rows of one day, whose station, day and crew are merged downwards."""

    def merge(sheets):
        for column, text in enumerate(["ST01", "2027-03-02", "C001"]):
            sheets["登记"].merge_range(1, column, 3, column, text)

    rows = [HEAD.split(",")[:6], *([None, None, None, k, None, "完成"] for k in (1, 2, 3))]
    path = book(tmp_path / "s.xlsx", merge, 登记=rows)
    reading = read_records(path)
    assert [(e.crew, e.row, e.date) for e in reading.entries] == [
        ("C001", k, "2027-03-02") for k in (1, 2, 3)
    ]
    assert reading.faults == []


def test_what_holds_ends_where_another_sheet_begins():
    """Row 1 after row 2 is another crew's sheet: to take it for this crew's would be a guess."""
    reading = typed("ST01,2027-03-02,C001,1,,完成", ",,,2,,完成", ",,,1,,没人")
    assert [entry.row for entry in reading.entries] == [1, 2]
    assert {fault.column for fault in reading.faults} == {"供电所", "日期", "小组"}
    assert "station, date or crew from the row above" in said(reading.remarks)


def test_a_row_with_content_but_no_result_is_a_fault_and_an_empty_one_a_remark():
    """The first has been written in the field; the second door nobody has called at yet."""
    reading = typed(
        "ST01,2027-03-02,C001,1,,,低电压,,末端只有180V,太暗", "ST01,2027-03-02,C001,2,,,,,,"
    )
    assert [(fault.row, fault.column) for fault in reading.faults] == [(2, "结果")]
    assert "1 rows say nothing and were not taken, first row 3" in said(reading.remarks)


@pytest.mark.parametrize(
    ("cells", "findings"),
    [
        (",,门坏了", [("other", False, "门坏了")]),
        (",是,", [("other", True, "")]),
        (",换了线,", [("other", True, "换了线")]),
        ("无,否,", []),
        ("①③,,", [("low_voltage", False, ""), ("rcd", False, "")]),
        ("2、10,是,烧黑", [("wiring", True, "烧黑"), ("other", True, "烧黑")]),
        ("进户线离窗户太近,,", [("other", False, "进户线离窗户太近")]),
        ("low voltage,,", [("low_voltage", False, "")]),
        ("其他：门坏,,", [("other", False, "门坏")]),
        ("线路（进户线）,,老化", [("wiring", False, "进户线；老化")]),
        ("（2）和三,,", [("wiring", False, ""), ("rcd", False, "")]),
        ("2线路,,", [("wiring", False, "")]),
        ("漏保,待更换,", [("rcd", False, "待更换")]),
        ("漏保,部分,", [("rcd", False, "部分")]),
        ("漏保,师傅说行,", [("rcd", False, "师傅说行")]),
    ],
)
def test_whatever_says_something_is_wrong_becomes_a_finding(cells, findings):
    """A note or a tick without a category is one all the same, and words are kept."""
    (entry,) = typed(f"ST01,2027-03-02,C001,1,,完成,{cells},").entries
    assert [(f.category, f.repaired, f.note) for f in entry.findings] == findings


def test_other_headings_are_understood_and_strange_ones_told():
    """A station's own form has its own words; what is not read is said, with the nearest."""
    head = "供电所,走访日期,走访小组,序号,走访结果,发现问题,问题描述,客户意见,换保险丝(个)"
    row = "ST01,2027/3/2,C001,1,完成,线路,进户线老化,希望装路灯,3个,晴,"
    reading = typed(row, head=f"{head},天气,走访结果2")
    (entry,) = reading.entries
    assert [(f.category, f.note) for f in entry.findings] == [("wiring", "进户线老化")]
    assert (entry.opinion, entry.repaired) == ("希望装路灯", {"fuse": 3})
    assert {remark.column for remark in reading.remarks} == {"天气", "走访结果2"}


@pytest.mark.parametrize("form", ["title", "sep", "utf-16", "ods", "error", "stars"])
def test_a_sheet_is_read_in_all_forms_that_spreadsheets_save(tmp_path, form):
    """One row in each of them; an error of the spreadsheet is a fault of its row alone."""
    rows = [["供电所", "日期", "小组", "序号", "结果"], ["ST01", "2027-03-02", "C001", "1", "完成"]]
    text = "\n".join(",".join(row) for row in rows)
    path = tmp_path / "sheet"
    if form == "title":
        path.write_text(f"走访登记表（3月2日）,,,,\n{text}", encoding="gb18030")
    elif form == "sep":
        path.write_text("sep=;\n" + text.replace(",", ";"), encoding="utf-8")
    elif form == "utf-16":
        path.write_text(text.replace(",", "\t"), encoding="utf-16")
    elif form == "ods":
        ods(path, rows)
    elif form == "error":
        path.write_text(f"{text}\nST01,#N/A,C001,2,完成", encoding="utf-8")
    else:
        path.write_text(text.replace("结果", "结果*"), encoding="utf-8")
    reading = read_records(path)
    assert [(e.row, e.date, e.result) for e in reading.entries] == [(1, "2027-03-02", "done")]
    assert len(reading.faults) == (form == "error")


def test_an_export_in_the_midst_of_a_chat_is_read():
    """What stands around it is told, for somebody may have meant it."""
    export = (
        '{"format": "zoufang-records", "version": 1, "station": "ST01", "date": "2027-03-02",'
        f' "crew": "C001", "records": [{{"id": "a", "account_no": "{ONE}", "result": "done"}}]}}'
    )
    reading = read_content(f"张三 17:32：今天的\n{export}\n收到".encode(), "chat.txt")
    assert [entry.account_no for entry in reading.entries] == [ONE]
    assert "stands around the export" in said(reading.remarks)


def test_stations_and_crews_are_found_by_what_people_call_them(tmp_path):
    """泗汾 is ST01, 2组 its crew C002; typed again by their ids, the records are known."""
    with Register.create(tmp_path / "r.sqlite") as register:
        register.take_in(village(), "v", "wgs84")
        register.save_day_plan(day_plan([(ONE, "first"), (TWO, "first")], crew="C002"))
        rows = ["泗汾,2027-03-02,2组,1,,完成", "泗汾供电所,2027-03-02,王五,2,,没人"]
        taken = take_records(register, SETTINGS, typed(*rows).entries, "a")
        assert (taken.added, taken.faults, taken.remarks) == (2, [], [])
        rows = ["ST01,2027-03-02,C002,1,,完成", "ST01,2027-03-02,C002,2,,没人"]
        again = take_records(register, SETTINGS, typed(*rows).entries, "b")
        assert (again.added, again.known) == (0, 2)
        day = dt.date(2027, 3, 2)
        records = register.ledgers.records(day, day)
        assert {*zip(records["station"], records["crew"], strict=True)} == {("ST01", "C002")}


@pytest.mark.parametrize(
    ("vocabulary", "text", "name"),
    [
        ("result", "√", "done"),
        ("result", " 没人 ", "nobody_home"),
        ("result", "Nobody", "nobody_home"),
        ("result", "nobody home", "nobody_home"),
        ("result", "飞了", None),
        ("result", "2", "nobody_home"),
        ("result", "④", "moved"),
        ("result", "7", None),
        ("result", "家里没人", "nobody_home"),
        ("category", "2号", "wiring"),
        ("category", "2漏保", None),
        ("category", "十", "other"),
        ("category", "１", "low_voltage"),
        ("category", "⑩", "other"),
        ("category", "RCD", "rcd"),
        ("kind", "Revisit", "revisit"),
        ("kind", "回访", "revisit"),
    ],
)
def test_words_and_codes_of_both_languages_mean_one_thing(vocabulary, text, name):
    """Sheets are filled by many hands."""
    assert word_of(vocabulary, text) == name


@pytest.mark.parametrize(
    "day",
    [
        "27/3/2",
        "2027/3/2 上午 8:30",
        "2027年3月2日 8时30分",
        "2-Mar-27",
        "2027-03-02T08:30:00+08:00",
    ],
)
def test_a_day_with_its_time_is_that_day(day):
    """Spreadsheets write the time of day behind the day, each in its own way."""
    (entry,) = typed(f"ST01,{day},C001,1,,完成,,,,").entries
    assert entry.date == "2027-03-02"


def test_ticks_and_pieces_are_read_as_people_write_them():
    """A tick is one piece; what says something else is nothing to guess from."""
    assert [tick_of(text) for text in ("√", "是", "否", "", "×", "换了")] == [
        True, True, False, False, False, None
    ]  # fmt: skip
    assert [pieces_of(text) for text in ("2", "２个", "两个", "3.0", "√", "", "无", "几个")] == [
        2, 2, 2, 3, 1, 0, 0, None
    ]  # fmt: skip
    assert categories_of("电压低，线路") == ("low_voltage", "wiring")
    assert categories_of("飞了") is None
