"""The table that the desk writes for a clerk reads back as it is, and as a clerk has filled it."""

from __future__ import annotations

import zipfile

import pandas as pd
import pytest
from books import book
from field_world import ACCOUNTS, day_plan
from python_calamine import CalamineWorkbook

from optimizer.catalogue import Texts
from optimizer.records.parsing import read_records
from optimizer.reports.typed_table import write_typed_table

ONE, TWO = ACCOUNTS[:2]
NAMES = pd.DataFrame({"account_no": [ONE, TWO], "name": ["甲", "=乙"]})


def written(path, lang="zh"):
    """The table of a day with two rows."""
    plan = day_plan([(ONE, "first"), (TWO, "retry")])
    return write_typed_table(plan, NAMES, path, Texts(lang))


def filled(path, *rows):
    """The same table saved by another program with cells typed below their headings."""
    (sheet,) = CalamineWorkbook.from_path(path).sheet_names
    head, *lines = CalamineWorkbook.from_path(path).get_sheet_by_name(sheet).to_python()
    for line, cells in zip(lines, rows, strict=True):
        for heading, text in cells.items():
            line[head.index(heading)] = text
    return book(path.with_name("saved.xlsx"), None, **{sheet: [head, *lines]})


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_an_untouched_table_says_nothing_and_is_no_fault(tmp_path, lang):
    """Nobody has been there yet: all rows are told as one remark."""
    reading = read_records(written(tmp_path / "typed.xlsx", lang))
    assert (reading.entries, reading.faults) == ([], [])
    (remark,) = reading.remarks
    assert "2 rows say nothing" in str(remark)


def test_lists_have_the_words_and_codes_of_the_paper(tmp_path):
    """Who cannot remember a word chooses it."""
    with zipfile.ZipFile(written(tmp_path / "typed.xlsx")) as package:
        xml = package.read("xl/worksheets/sheet1.xml").decode()
    assert xml.count("<dataValidation ") == 8
    assert "完成,没人,拒访" in xml
    assert "1 低电压,2 线路" in xml


def test_what_a_clerk_fills_in_is_read(tmp_path):
    """Words from the lists, a code, ticks of the form; the row is that of the printed sheet."""
    typed = {"结果": "完成", "问题": "1 低电压", "已处理": "否", "保险丝": 2, "供电质量": "不满意"}
    rows = typed, {"结果": "没人", "安全用电检查": "合格"}
    reading = read_records(filled(written(tmp_path / "typed.xlsx"), *rows))
    assert reading.faults == []
    first, second = reading.entries
    assert (first.station, first.crew, first.row, first.account_no) == ("ST01", "C001", 1, ONE)
    assert [(f.category, f.repaired) for f in first.findings] == [("low_voltage", False)]
    assert (first.opinion, first.repaired) == ("供电质量：不满意", {"fuse": 2})
    assert (second.result, second.kind, second.opinion) == (
        "nobody_home",
        "retry",
        "安全用电检查：合格",
    )
