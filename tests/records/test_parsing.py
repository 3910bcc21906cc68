"""Files and pasted text from the field: every good record read, every fault told."""

from __future__ import annotations

import pytest
import xlsxwriter
from field_world import (
    ACCOUNTS,
    export,
    packed,
    record,
    wrong,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.records import (
    read_records,
    read_text,
    read_together,
)
from optimizer.records.parsing import read_content

ONE, TWO, THREE, FOUR = ACCOUNTS[:4]


def test_a_phones_file_is_read():
    """All that the phone's page writes arrives in the entry."""
    text = export(
        record(ONE, row=7, lon=113.5, lat=27.6, findings=[wrong("wiring", note="裸线")],
               opinion="电压低", repaired={"fuse": 1, "bulb": 0})
    )  # fmt: skip
    (entry,) = read_text(text).entries
    assert (entry.account_no, entry.station, entry.crew, entry.row) == (ONE, "ST01", "C001", 7)
    assert entry.at == "2027-03-02T09:41:05+08:00"
    assert (entry.findings[0].category, entry.findings[0].note) == ("wiring", "裸线")
    assert entry.repaired == {"fuse": 1}
    assert (entry.lon, entry.lat, entry.opinion) == (113.5, 27.6, "电压低")


@pytest.mark.parametrize("raw", [True, False])
def test_a_pasted_code_is_read_however_it_was_folded(raw):
    """Chat apps break long lines and people paste spaces: the code still reads."""
    data = packed(export(record(ONE), record(TWO)), raw=raw)
    folded = "收到\n ZF1:" + "\r\n ".join(data[i : i + 40] for i in range(0, len(data), 40)) + " \n"
    assert [entry.account_no for entry in read_text(folded).entries] == [ONE, TWO]


def parts_of(text, count, key="abc"):
    data = packed(text)
    size = -(-len(data) // count)
    return [f"ZF1:{n + 1}/{count}:{key}:{data[n * size : (n + 1) * size]}" for n in range(count)]


def test_parts_come_in_any_order_and_twice():
    """Three codes scanned in the wrong order, one of them twice, are one file."""
    parts = parts_of(export(*(record(account) for account in ACCOUNTS)), 3)
    text = "\n".join([parts[2], parts[0], parts[2], parts[1]])
    assert len(read_text(text).entries) == 8


def test_a_missing_part_is_named_and_the_other_code_is_read():
    """Which part to scan again is said; a whole code beside it is not lost."""
    parts = parts_of(export(record(ONE)), 3)
    reading = read_text("\n".join([parts[0], parts[2], "ZF1:" + packed(export(record(TWO)))]))
    assert [entry.account_no for entry in reading.entries] == [TWO]
    assert "part 2 of 3 is missing" in str(reading.faults[0])


def test_parts_find_each_other_across_files_and_pasted_texts(tmp_path):
    """Three screenshots, three files: only together they are a phone's export."""
    parts = parts_of(export(record(ONE), record(TWO)), 3)
    for number in (0, 1):
        (tmp_path / f"{number}.txt").write_text(parts[number], encoding="utf-8")
    (tmp_path / "whole.txt").write_text("ZF1:" + packed(export(record(THREE))), encoding="utf-8")
    files = [tmp_path / name for name in ("0.txt", "whole.txt", "1.txt", "none.txt")]
    whole, none, torn = read_together(files, [parts[2]])
    assert (whole[0], [entry.account_no for entry in whole[1].entries]) == ("whole.txt", [THREE])
    assert "check the path" in str(none[1].faults[0])
    assert (torn[0], torn[1].faults) == ("0.txt, 1.txt, text", [])
    assert [entry.account_no for entry in torn[1].entries] == [ONE, TWO]
    ((name, left),) = read_together([tmp_path / "0.txt"], [parts[2]])[-1:]
    assert "part 2 of 3 is missing" in str(left.faults[0])
    assert name == "0.txt, text"


def test_bad_records_do_not_cost_the_good_ones():
    """Of a phone's file with wrong rows the right ones are read, the others named."""
    text = export(
        record(ONE),
        record(TWO, result="flown away"),
        record("", result="done"),
        "nonsense",
        {**record(THREE), "date": "2027-02-30"},
        {**record(FOUR), "id": ""},
        record(FOUR),
    )
    reading = read_text(text, "p.json")
    assert [entry.account_no for entry in reading.entries] == [ONE, FOUR]
    assert [fault.row for fault in reading.faults] == [2, 3, 4, 5, 6]


def test_small_nonsense_inside_a_record_is_left_out_and_said():
    """A broken clock or a strange category must not cost the visit."""
    text = export(
        record(ONE, at="yesterday", lon="x", lat=999, repaired={"fuse": "many", "bulb": "2"},
               findings=[wrong("ghosts", note="in the meter"), "x"])
    )  # fmt: skip
    reading = read_text(text)
    (entry,) = reading.entries
    assert (entry.at, entry.lon, entry.repaired) == ("", None, {"bulb": 2})
    assert [(f.category, f.note) for f in entry.findings] == [("other", "ghosts in the meter")]
    assert {str(remark.column) for remark in reading.remarks} == {
        "at",
        "lon",
        "repaired",
        "findings",
    }


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"{", "is damaged"),
        (b'{"format": "other"}', "no export of a phone"),
        (b'{"format": "zoufang-records", "version": 2}', "version this program does not know"),
        (b'{"format": "zoufang-records", "version": 1}', "no list of records"),
        (b"ZF1:AAAA", "is damaged"),
        (b"ZF1:", "code is damaged"),
        (b"hello,world\n1,2\n", "lacks the columns"),
        (b"PK\x03\x04 not a workbook", "damaged or cut short"),
        (b"\x80\xff\x00", "has broken characters"),
        (b"[" * 100_000, "is damaged"),
    ],
)
def test_strange_files_are_a_sentence(tmp_path, content, words):
    """Whatever is dropped on the reader ends in a fault that names the file."""
    (tmp_path / "f").write_bytes(content)
    reading = read_records(tmp_path / "f")
    assert reading.entries == []
    assert words in str(reading.faults[0])


def test_a_missing_file_is_a_sentence(tmp_path):
    """A wrong path is a fault beside those of the other files."""
    assert "check the path" in str(read_records(tmp_path / "none.json").faults[0])


TYPED = """供电所,日期,小组,序号,结果,问题,已处理,意见,保险丝
ST01,2027-03-02,C001,1,完成,线路;漏保,是,灯暗,1
ST01,2027/3/2,C001,2,没人,,,,
ST01,2027-03-02,C001,3,飞了,,,,
ST01,2027-03-02,C001,4,,,,,
"""


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_a_typed_sheet_is_read(tmp_path, encoding):
    """A CSV from the station's spreadsheet: Chinese words, two encodings, blank rows ignored."""
    (tmp_path / "sheet.csv").write_text(TYPED, encoding=encoding)
    reading = read_records(tmp_path / "sheet.csv")
    first, second = reading.entries
    assert (first.row, first.result, first.opinion, first.repaired) == (
        1,
        "done",
        "灯暗",
        {"fuse": 1},
    )
    assert [(f.category, f.repaired) for f in first.findings] == [("wiring", True), ("rcd", True)]
    assert (second.result, second.date) == ("nobody_home", "2027-03-02")
    assert [(fault.row, fault.column) for fault in reading.faults] == [(4, "结果")]
    assert "1 rows say nothing" in str(reading.remarks[0])


def test_a_typed_workbook_is_read(tmp_path):
    """The same as XLSX, where rows are numbers and account numbers are text."""
    workbook = xlsxwriter.Workbook(tmp_path / "sheet.xlsx")
    sheet = workbook.add_worksheet()
    sheet.write_row(0, 0, ["account_no", "date", "row", "result"])
    sheet.write_row(1, 0, [ONE, "2027-03-02", 1, "done"])
    workbook.close()
    (entry,) = read_records(tmp_path / "sheet.xlsx").entries
    assert (entry.account_no, entry.row, entry.result) == (ONE, 1, "done")


mangled = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
fields = st.sampled_from(
    ["id", "account_no", "row", "result", "at", "date", "lon", "lat", "findings", "opinion",
     "repaired", "undoes", "kind", "visit_id", "station", "crew"]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(fields, mangled, min_size=1, max_size=4))
def test_fuzzed_records_never_break_the_reader(changes):
    """Any value in any field ends in an entry, a remark or a fault."""
    reading = read_text(export({**record(ONE), **changes}, record(TWO)))
    assert reading.entries[-1].account_no == TWO
    assert len(reading.entries) + bool(reading.faults) == 2


FORMS = [
    export(record(ONE, id="a"), record(TWO, id="b")).encode(),
    ("ZF1:" + packed(export(record(ONE, id="a")))).encode(),
    "\n".join(parts_of(export(record(ONE, id="a")), 3)).encode(),
    TYPED.encode(),
    TYPED.encode("gb18030"),
]


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_fuzzed_files_never_break_the_reader(data):
    """Bytes flipped, cut out or doubled in any of the four forms never end in a traceback."""
    content = bytearray(data.draw(st.sampled_from(FORMS)))
    for _ in range(data.draw(st.integers(1, 5))):
        place = data.draw(st.integers(0, len(content) - 1))
        action = data.draw(st.sampled_from(["flip", "cut", "double", "end"]))
        if action == "flip":
            content[place] = data.draw(st.integers(0, 255))
        elif action == "cut" and len(content) > 20:
            del content[place : place + 9]
        elif action == "double":
            content[place:place] = content[place : place + 9]
        elif len(content) > 20 and place > 0:
            del content[place:]
    reading = read_content(bytes(content), "fuzz")
    assert isinstance(reading.entries, list)
