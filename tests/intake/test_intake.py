"""Intake: what goes in as it should, each fault in its place, and rows left out with a reason."""

from __future__ import annotations

import csv
import datetime as dt

import numpy as np
import pandas as pd
import pytest
import xlsxwriter
from village import VILLAGE

from optimizer.catalogue import Texts, sentences
from optimizer.datum import from_wgs84
from optimizer.errors import IntakeError
from optimizer.intake import COLUMNS, TYPES, columns, read_tables, write_rejected
from optimizer.tables.cell_values import PARSERS
from optimizer.tables.clean_text import clean, narrow
from optimizer.tables.column_types import KINDS, bare


@pytest.fixture
def village(tmp_path):
    """Writes the village's files, with lines of one table changed, and gives their paths."""

    def write(encoding="utf-8", **changed):
        paths = {}
        for table, lines in {**VILLAGE, **changed}.items():
            paths[table] = tmp_path / f"{table}.csv"
            paths[table].write_bytes("\r\n".join([*lines, ""]).encode(encoding))
        return paths

    return write


@pytest.fixture
def workbook(tmp_path):
    """Writes rows to the sheets of an .xlsx file, and gives its path."""

    def write(name="book.xlsx", **sheets):
        path = tmp_path / name
        book = xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"})
        for title, rows in sheets.items():
            sheet = book.add_worksheet(title)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
        book.close()
        return path

    return write


def customers_with(line, heading=VILLAGE["customers"][0]):
    """The customers file of one line."""
    return {"customers": [heading, line]}


def faults_of(paths, **options):
    """(table, row, column, code) of every fault, in the order of the report."""
    with pytest.raises(IntakeError) as caught:
        read_tables(**paths, **options)
    return [place(fault) for fault in caught.value.faults]


def place(fault):
    name = fault.file.rsplit("/", 1)[-1].rsplit("\\", 1)[-1].split(".")[0]
    return name, fault.row, fault.column, code_of(fault)


def code_of(fault):
    """The code of a fault, the same of what is wrong and of what to do."""
    code = fault.problem.code.removeprefix("intake_problem.")
    assert fault.action.code == f"intake_action.{code}"
    return code


# ---- what goes in ------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_village_goes_in(village, encoding):
    """The same tables come out whatever program has saved the files."""
    intake = read_tables(**village(encoding))
    assert {table: len(frame) for table, frame in intake.tables.items()} == {
        "stations": 1,
        "areas": 2,
        "crews": 1,
        "leave": 1,
        "customers": 3,
    }
    assert not intake.warnings
    assert not intake.faults
    assert not intake.rejected
    customers = intake.tables["customers"].set_index("account_no")
    assert customers["area"].tolist() == ["A1", "A1", "A2"]
    assert customers["kind"].tolist() == ["household", "business", "hv10kv"]
    assert customers.loc["0000000002", "window"] == "08:30-11:00;14:00-16:00"
    assert customers.loc["0000000002", "service_min"] == 15
    assert customers.loc["0000000001", ["lon", "lat"]].tolist() == [113.411, 27.611]
    crew = intake.tables["crews"].iloc[0]
    assert crew[["skills", "duty_days", "shift_start"]].tolist() == ["hv10kv", "1,3,5", "08:00"]
    assert intake.tables["leave"].iloc[0].tolist() == ["K1", "2027-02-01", "2027-02-05", "春节"]
    assert intake.tables["areas"]["station"].tolist() == ["S1", "S1"]


def test_tables_have_the_documented_columns_and_types(village):
    """Whoever takes the tables over relies on names, order and dtypes."""
    for table, frame in read_tables(**village()).tables.items():
        assert frame.columns.tolist() == [column.name for column in COLUMNS[table]]
        for column in COLUMNS[table]:
            number = column.type in {"lon", "lat", "minutes", "count"}
            assert frame[column.name].dtype == (
                np.float64 if number else pd.StringDtype(na_value=np.nan)
            )


def test_english_headings_in_any_manner(village):
    """Headings are compared without case, spaces, width and what stands in brackets."""
    heading = "Account No.,NAME,ｌｏｎ,Latitude (°)"
    intake = read_tables(**village(**customers_with("0000000001,x,113.4,27.6", heading)))
    assert intake.tables["customers"].loc[0, ["name", "lon", "lat"]].tolist() == ["x", 113.4, 27.6]


def test_workbook_with_a_sheet_for_each_table(workbook):
    """Offices keep everything in one file; each table finds its own sheet."""
    rows = {table: [line.split(",") for line in lines] for table, lines in VILLAGE.items()}
    path = workbook(**rows)
    intake = read_tables(**dict.fromkeys(VILLAGE, path))
    assert [len(intake.tables[table]) for table in VILLAGE] == [1, 2, 1, 1, 3]


def test_workbook_cells_become_text(workbook):
    """Excel makes numbers and dates of what it can; ids and phones must come out as written."""
    path = workbook(
        crews=[
            ["小组", "供电所", "电话", "值班日", "上班时间"],
            [7, 1, 13800000000, 3, dt.time(8, 30)],
        ],
        leave=[["小组", "开始", "结束"], [7, dt.date(2027, 2, 1), dt.datetime(2027, 2, 5, 9, 30)]],  # noqa: DTZ001
        stations=[["供电所", "经度", "纬度"], [1, 113.4, 27.6]],
    )
    tables = read_tables(stations=path, crews=path, leave=path).tables
    crew = tables["crews"].iloc[0]
    assert crew[["crew", "station", "phone"]].tolist() == ["7", "1", "13800000000"]
    assert crew[["duty_days", "shift_start"]].tolist() == ["3", "08:30"]
    assert tables["leave"].iloc[0, :3].tolist() == ["7", "2027-02-01", "2027-02-05"]


def test_headings_in_two_rows(workbook):
    """A merged 坐标 above 经度 and 纬度: without the second row all places would be lost."""
    above = ["户号", "户名", "坐标", "", "备注"]
    row = ["0000000001", "张三", 113.4, 27.6, "有狗"]
    path = workbook(a=[["客户表"], above, ["", "", "经度", "纬度", ""], row])
    customers = read_tables(customers=path).tables["customers"]
    assert customers.loc[0, ["name", "lon", "lat", "note"]].tolist() == [
        "张三",
        113.4,
        27.6,
        "有狗",
    ]


def test_comma_too_many_before_an_empty_cell(village):
    """Two windows parted by a comma move the rest of the row by one, into an empty note."""
    good, moved = "0000000001,,,,,,,,,,,", "0000000002,,,,,,,,,,8:00-9:00,10:00-11:00,"
    found = faults_of(village(customers=[VILLAGE["customers"][0], good, good[:-1], moved]))
    assert ("customers", 4, None, "ragged") in found


def test_program_that_ends_every_row_with_a_comma(village):
    """Where most rows have one blank cell too many, nothing has moved."""
    lines = [f"000000000{number},,,,,,,,,,,," for number in range(3)]
    paths = village(customers=[VILLAGE["customers"][0], *lines])
    assert len(read_tables(**paths).tables["customers"]) == 3


def test_title_above_the_headings_and_a_margin(workbook):
    """Exports begin with a title; the rows still bear the numbers that Excel shows."""
    rows = [["", "客户台账"], [], ["", "户号", "户名"], ["", "0000000001", "x"], ["", "1", "y"]]
    path = workbook(Sheet1=rows)
    assert faults_of({"customers": path}) == [("book", 5, "户号", "short_account")]
    intake = read_tables(customers=path, skip_bad_rows=True)
    assert len(intake.tables["customers"]) == 1
    assert "headings were found in row 3" in str(intake.warnings[0])


def test_semicolons_tabs_and_old_line_ends(tmp_path):
    """Excel in other countries parts cells by semicolons, old programs end lines otherwise."""
    path = tmp_path / "customers.csv"
    for text in (
        "户号;户名\r0000000001;a,b\r",
        "户号\t户名\n0000000001\ta,b",
        '户号,户名\n0000000001,"a,b"',
    ):
        path.write_text(text, encoding="utf-8", newline="")
        assert read_tables(customers=path).tables["customers"]["name"].tolist() == ["a,b"]


def test_datum_of_the_files_is_turned_to_wgs84(village):
    """Inside there is WGS-84 alone: stations, areas, customers and homes alike."""
    for datum in ("gcj02", "bd09", "EPSG:4547"):
        lon, lat = from_wgs84(113.411, 27.611, datum)
        changed = {
            "stations": ["供电所,经度,纬度", f"S1,{lon},{lat}"],
            "areas": ["台区,经度,纬度", f"A1,{lon},{lat}"],
            "crews": ["小组,供电所,成员1,住址经度,住址纬度", f"K1,S1,张三,{lon},{lat}"],
            **customers_with(f"0000000001,{lon},{lat}", "户号,经度,纬度"),
        }
        tables = read_tables(**village(**changed), datum=datum).tables
        for table, x, y in (
            ("stations", "lon", "lat"),
            ("customers", "lon", "lat"),
            ("crews", "home_lon", "home_lat"),
        ):
            assert tables[table].loc[0, [x, y]].tolist() == pytest.approx(
                [113.411, 27.611], abs=1e-8
            )


def test_cells_are_cleaned(village):
    """Invisible characters, wide digits and spaces around a value are nobody's intention."""
    line = (
        "\u200b００００００００01\u3000, 王\u0301五\x07 ,,'13800000001,A1,,住宅,１１３.４°,27.6,"
        " 15分钟,８：３０～１１：００；14:00至16:00,a\u00a0b"
    )
    customer = read_tables(**village(**customers_with(line))).tables["customers"].iloc[0]
    assert customer["account_no"] == "0000000001"
    assert customer["name"] == "王\u0301五"
    assert customer["phone"] == "13800000001"
    assert customer[["lon", "lat", "service_min"]].tolist() == [113.4, 27.6, 15]
    assert customer["window"] == "08:30-11:00;14:00-16:00"
    assert customer["note"] == "a b"


def test_rare_characters_of_names_stay(village):
    """李畋镇, 塅 and characters of the private use area are in real names."""
    line = "0000000001,姞\ue000𠮷,李畋镇白泥塅村,,,,,,,,,"
    for encoding in ("utf-8", "gb18030"):
        intake = read_tables(**village(encoding, **customers_with(line)))
        assert intake.tables["customers"]["name"].tolist() == ["姞\ue000𠮷"]


def test_references_by_what_is_registered(village):
    """A second import brings customers alone; their areas are in the register."""
    paths = {"customers": village(**customers_with("0000000001,,,,A9,S9,,,,,,"))["customers"]}
    known = {"stations": {"S9": "远所"}, "areas": {"A9": "远台区"}}
    assert len(read_tables(**paths, known=known).tables["customers"]) == 1
    assert faults_of(paths, known={"stations": {"S9": ""}, "areas": {"A1": ""}}) == [
        ("customers", 2, "台区", "unknown_reference")
    ]
    assert faults_of(paths, known={"stations": {"S9": ""}}) == [
        ("customers", None, "台区", "no_reference")
    ]


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("乡村居民生活用电", "household"),
        ("一般工商业及其他用电", "business"),
        ("大工业用电", "hv10kv"),
    ],
)
def test_kinds_as_billing_systems_call_them(village, word, kind):
    """The customer file is an export: its words are those of the tariff."""
    paths = village(**customers_with(f"0000000001,,,,,,{word},,,,,"))
    assert read_tables(**paths).tables["customers"]["kind"].tolist() == [kind]


def test_references_by_names_that_are_registered(village):
    """What could be written by name in the first import can be in the second."""
    lines = customers_with("0000000001,,,,石湾,,,,,,,")
    paths = {"customers": village(**lines)["customers"]}
    intake = read_tables(**paths, known={"areas": {"A9": "石湾", "A8": "茶田"}})
    assert intake.tables["customers"]["area"].tolist() == ["A9"]
    assert faults_of(paths, known={"areas": {"A9": "石湾", "A8": "石湾"}}) == [
        ("customers", 2, "台区", "ambiguous_name")
    ]


def test_progress_counts_every_row_once(village):
    """A bar that runs backwards or stops short worries people."""
    told = []
    read_tables(**village(), progress=lambda done, total: told.append((done, total)))
    done = [done for done, _ in told]
    assert done == sorted(done)
    assert told[-1][0] == told[-1][1] > 0
    assert len({total for _, total in told}) == 1


# ---- what does not: files ----------------------------------------------------------------------


def test_files_that_are_none(tmp_path, workbook):
    """Each with what to do about it, and all in one report."""
    (tmp_path / "folder").mkdir()
    for name, data in {
        "empty.csv": b"",
        "blank.csv": b"\xef\xbb\xbf \r\n\r\n",
        "old.xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
        "letter.docx": b"PK\x05\x06" + b"\0" * 18,
        "picture.png": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
        "utf16.csv": "户号,户名\n".encode("utf-16")[:-1],
        "latin.csv": "户号,a\n0000000001,Stra\xdfe\xff\n".encode("latin-1", "replace"),
        "heading.csv": "户号,户名\n".encode(),
        "cut.csv": "户号,户名\n0000000001,张三张三张三".encode()[:-1],
        "quotes.csv": '户号,户名\n0000000001,"a"b"\n'.encode(),
        "open.csv": '户号,地址;门牌\n0000000001,"a\n0000000002,b\n'.encode(),
        "report.xlsx": b"%PDF-1.7\n1 0 obj\n",
        "page.xls": "\ufeff<html><td>户号</td></html>".encode(),
    }.items():
        (tmp_path / name).write_bytes(data)
    whole = workbook("cut.xlsx", a=[["户号"], ["0000000001"]]).read_bytes()
    (tmp_path / "cut.xlsx").write_bytes(whole[: len(whole) // 2])
    workbook("none.xlsx", a=[])
    for name, code in {
        "missing.csv": "missing_file",
        "folder": "folder",
        "empty.csv": "empty_file",
        "blank.csv": "empty_file",
        "old.xls": "old_excel",
        "letter.docx": "not_a_table",
        "picture.png": "not_a_table",
        "utf16.csv": "utf16",
        "latin.csv": "encoding",
        "heading.csv": "no_rows",
        "cut.csv": "broken_utf8",
        "quotes.csv": "quotes",
        "open.csv": "quotes",
        "report.xlsx": "not_a_table",
        "page.xls": "web_page",
        "cut.xlsx": "damaged",
        "none.xlsx": "no_sheet",
    }.items():
        assert [found[3] for found in faults_of({"customers": tmp_path / name})] == [code]


def test_quotation_that_never_ends(tmp_path):
    """The report names the row where it begins, which is where it is mended."""
    path = tmp_path / "open.csv"
    path.write_text('户号,地址\n0000000001,a\n0000000002,"b\n0000000003,c\n', encoding="utf-8")
    assert faults_of({"customers": path}) == [("open", 3, None, "quotes")]


def test_sheet_that_reaches_to_the_end_of_the_world(workbook):
    """One stray cell at XFD1048576 would make a rectangle that no memory holds."""
    path = workbook(a=[["户号"], ["0000000001"]])
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet()
    sheet.write("A1", "户号")
    sheet.write("XFD1048576", "x")
    book.close()
    assert faults_of({"customers": path}) == [("book", None, None, "too_wide")]


def test_nothing_named():
    """A call without files is a user's slip, not a crash."""
    with pytest.raises(IntakeError, match="no file was named"):
        read_tables()


def test_headings_missing_twice_or_mistaken(village):
    """A wrong heading concerns every row, so it is said once and stops the file."""
    changed = {
        "stations": ["供电所编号,经度", "S1,113.4"],
        "areas": ["台区编号,供电所,供电所编码", "A1,S1,S1"],
        "crews": ["走访小祖,供电所", "K1,S1"],
        "leave": ["a,b", "1,2"],
        "customers": ["户号,经度,奇怪,用户累别", "0000000001,113.4,x,居民"],
    }
    assert faults_of(village(**changed)) == [
        ("stations", None, None, "missing_column"),
        ("areas", None, "供电所编码", "same_column"),
        ("crews", None, None, "missing_column_near"),
        *[("leave", None, None, "missing_column")] * 3,
        ("customers", None, None, "missing_column"),
    ]


def test_strange_headings_are_only_said(village):
    """An export has columns that are no business of ours."""
    intake = read_tables(**village(**customers_with("0000000001,x,居民,", "户号,抄表段,用户累别,")))
    assert [(warning.column, code_of(warning)) for warning in intake.warnings[:2]] == [
        ("抄表段", "unknown_column"),
        ("用户累别", "unknown_column_near"),
    ]
    assert code_of(intake.warnings[2]) == "no_coordinates"


def test_coordinates_all_wrong_are_said_once(village):
    """Metres, exchanged columns or a wrong projection: one sentence, not 350,000."""
    heading = "户号,经度,纬度"
    east, north = from_wgs84(113.4, 27.6, "EPSG:4526")
    for x, y, code, action in (
        (east, north, "all_projected", "EPSG:4526"),
        (27.6, 113.4, "all_swapped", "exchange the two headings"),
    ):
        lines = [heading, *(f"000000000{i},{x},{y}" for i in range(5))]
        with pytest.raises(IntakeError, match=action) as caught:
            read_tables(**village(customers=lines))
        assert [place(fault)[2:] for fault in caught.value.faults] == [("经度/纬度", code)]
    lines = [heading, *(f"000000000{i},{north},{east - 38e6}" for i in range(5))]
    paths = {"customers": village(customers=lines)["customers"]}
    assert faults_of(paths, datum="EPSG:4547")[0][3] == "all_swapped"
    lines = [heading, *(f"000000000{i},113.4,27.6" for i in range(5))]
    paths = {"customers": village(customers=lines)["customers"]}
    assert faults_of(paths, datum="EPSG:4547")[0][3] == "all_outside"


def test_the_coordinate_at_fault_is_named_in_any_datum(village):
    """Of metres too, and where X is north, the cell to mend is the one that is wrong."""
    places = [(3059759 + k, 449673) for k in range(4)]
    for x, y, wanted in ((9e7, 449673, "X"), (3059759, 9e7, "Y")):
        lines = [
            "户号,X,Y",
            *(f"000000000{k},{a},{b}" for k, (a, b) in enumerate([*places, (x, y)])),
        ]
        paths = {"customers": village(customers=lines)["customers"]}
        found = faults_of(paths, datum="EPSG:4547")
        assert found == [("customers", 6, wanted, "outside")]


# ---- what does not: rows -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "column", "code"),
    [
        (",x,,,,,,,,,,", "户号", "empty"),
        ("123456789,,,,,,,,,,,", "户号", "short_account"),
        ("12345678901,,,,,,,,,,,", "户号", "long_account"),
        ("O000000001,,,,,,,,,,,", "户号", "not_digits"),
        ("1.23457E+11,,,,,,,,,,,", "户号", "scientific"),
        ("0000000001,,,,A9,,,,,,,", "台区", "unknown_reference"),
        ("0000000001,,,,,S9,,,,,,", "供电所", "unknown_reference"),
        ("0000000001,,,,,,外星,,,,,", "用户类别", "unknown_kind"),
        ("0000000001,,,,,,,113.4,,,,", "经度", "one_coordinate"),
        ("0000000001,,,,,,,,27.6,,,", "纬度", "one_coordinate"),
        ("0000000001,,,,,,,0,0,,,", "经度", "null_island"),
        ("0000000001,,,,,,,27.6,113.4,,,", "经度", "swapped"),
        ("0000000001,,,,,,,1134,27.6,,,", "经度", "off_globe"),
        ("0000000001,,,,,,,113.4,999,,,", "纬度", "off_globe"),
        ("0000000001,,,,,,,999,999,,,", "经度", "off_globe"),
        ("0000000001,,,,,,,113.4,37.6,,,", "纬度", "far_away"),
        ("0000000001,,,,,,,449673,3059759,,,", "经度", "projected"),
        ("0000000001,,,,,,,123.4,27.6,,,", "经度", "far_away"),
        ("0000000001,,,,,,,北纬113,27.6,,,", "经度", "not_degrees"),
        ("0000000001,,,,,,,nan,27.6,,,", "经度", "not_degrees"),
        ("0000000001,,,,,,,inf,27.6,,,", "经度", "not_degrees"),
        ("0000000001,,,,,,,1_13,27.6,,,", "经度", "not_degrees"),
        ("0000000001,,,,,,,,,0,,", "服务时长", "out_of_range"),
        ("0000000001,,,,,,,,,481,,", "服务时长", "out_of_range"),
        ("0000000001,,,,,,,,,一刻,,", "服务时长", "not_a_number"),
        ("0000000001,,,,,,,,,,上周,", "时间窗", "not_windows"),
        ("0000000001,,,,,,,,,,8:30-24:30,", "时间窗", "not_windows"),
        ("0000000001,,,,,,,,,,11:00-8:30,", "时间窗", "window_order"),
        ("0000000001,,,,,,,,,,8:00-9:00;8:30-10:00,", "时间窗", "windows_overlap"),
        (f"0000000001,{'长' * 1001},,,,,,,,,,", "户名", "too_long"),
        ("0000000001,,,,,,,,,,,,,x", None, "ragged"),
        ("0000000001,x", None, "ragged"),
    ],
)
def test_fault_of_a_customer(village, line, column, code):
    """Each fault is found, alone, in its cell."""
    lines = [VILLAGE["customers"][0], "0000000009,,,,,,,113.4,27.6,,,", line]
    assert faults_of(village(customers=lines)) == [("customers", 3, column, code)]


@pytest.mark.parametrize(
    ("table", "line", "column", "code"),
    [
        ("stations", "S2,所,,27.6,,", "经度", "empty"),
        ("stations", "S2,所,113.4,27.6,,1.5", "容量", "not_whole"),
        ("stations", "S2,所,113.4,27.6,,0", "容量", "out_of_range"),
        ("areas", "A3,,S9,,,", "供电所", "unknown_reference"),
        ("areas", f"{'A' * 51},,S1,,,", "台区编号", "too_long"),
        ("crews", "K2,,张三,李四,,,,", "供电所", "empty"),
        ("crews", "K2,S1,,,,8,,", "值班日", "not_duty"),
        ("crews", "K2,S1,,,,2027-02-30,,", "值班日", "not_duty"),
        ("crews", "K2,S1,,,,,25:00,", "上班时间", "not_clock"),
        ("crews", "K2,S1,,,,,17:00,8:00", "下班时间", "shift_order"),
        ("leave", "K9,2027-02-01,2027-02-02,", "走访小组", "unknown_reference"),
        ("leave", "K1,2027-02-03,2027-02-02,", "结束日期", "date_order"),
        ("leave", "K1,2027-02-30,2027-03-02,", "开始日期", "not_date"),
        ("leave", "K1,1999-02-03,2027-02-02,", "开始日期", "far_date"),
        ("leave", "K1,2027-02-01,2027-02-05,其他", "走访小组", "same_key"),
    ],
)
def test_fault_of_the_other_files(village, table, line, column, code):
    """Each fault is found, in its cell; of two rows that contradict each other, both."""
    found = faults_of(village(**{table: [*VILLAGE[table], line]}))
    assert (table, len(VILLAGE[table]) + 1, column, code) in found
    assert {fault[3] for fault in found} == {code}


def test_numbers_that_excel_has_spoilt(workbook):
    """Excel drops leading zeros and rounds after 15 digits; both cannot be undone here."""
    dates = [["小组", "开始", "结束"], ["K1", 46023, dt.date(2027, 2, 1)]]
    rows = [["户号", "电话"], [123456789, ""], ["0000000001", 1234567890123456789], [1234567890, 1]]
    path, leave = workbook(a=rows), workbook("leave.xlsx", a=dates)
    assert faults_of({"customers": path, "leave": leave}, known={"crews": {"K1": ""}}) == [
        ("book", 2, "户号", "lost_zeros"),
        ("book", 3, "电话", "rounded"),
        ("leave", 2, "开始", "number_date"),
    ]


def test_twice_the_same_and_twice_another(village):
    """Of equal rows the first is good; of rows that contradict each other, none."""
    lines = [
        "户号,户名",
        "0000000001,a",
        "0000000002,b",
        "0000000001,a",
        "0000000002,c",
        "0000000002,b",
    ]
    paths = village(customers=lines)
    assert faults_of(paths) == [
        ("customers", 3, "户号", "same_key"),
        ("customers", 4, "户号", "twice"),
        ("customers", 5, "户号", "same_key"),
        ("customers", 6, "户号", "twice"),
    ]
    with pytest.raises(IntakeError, match="the same as row 2"):
        read_tables(**paths)
    intake = read_tables(**paths, skip_bad_rows=True)
    assert intake.tables["customers"]["account_no"].tolist() == ["0000000001"]


def test_name_that_two_stations_bear(village):
    """A reference by name must name one."""
    changed = {
        "stations": ["供电所编号,名称,经度,纬度", "S1,城区,113.4,27.6", "S2,城区,113.4,27.6"],
        "areas": ["台区,供电所", "A1,城区", "A2,S2"],
        "customers": ["户号", "0000000001"],
    }
    assert faults_of(village(**changed)) == [("areas", 2, "供电所", "ambiguous_name")]


def test_every_fault_of_every_file_in_one_report(village):
    """Nobody wants to import five times to learn of five faults."""
    changed = {
        "stations": [*VILLAGE["stations"], "S2,,0,0,,"],
        "crews": [*VILLAGE["crews"], "K2,S9,,,,,,"],
        "customers": [*VILLAGE["customers"], "1,,,,A7,,外星,,,500,,"],
    }
    assert faults_of(village(**changed)) == [
        ("stations", 3, "经度", "null_island"),
        ("customers", 5, "户号", "short_account"),
        ("customers", 5, "用户类别", "unknown_kind"),
        ("customers", 5, "服务时长", "out_of_range"),
        ("customers", 5, "台区", "unknown_reference"),
        ("crews", 3, "供电所", "unknown_reference"),
    ]


def test_a_table_that_cannot_be_read_is_not_missed(village):
    """When the areas' file is broken, that is one fault, not one for each customer."""
    paths = village()
    paths["areas"].write_bytes(b"")
    assert faults_of(paths) == [("areas", None, None, "empty_file")]


def test_oddities_are_warnings(village):
    """What is possible goes in, but is said."""
    changed = {
        "stations": [*VILLAGE["stations"], "S2,城区供电所,113.4,27.6,,"],
        "areas": [*VILLAGE["areas"], "A3,,S1,无名氏,,"],
        "customers": [VILLAGE["customers"][0], "0000000001,,,,A1,S2,,113.4,27.6,,,"],
    }
    intake = read_tables(**village(**changed))
    assert [(code_of(warning), warning.column) for warning in intake.warnings] == [
        ("other_station", "供电所"),
        ("unknown_manager", "台区经理"),
    ]


def test_report_speaks_chinese(village):
    """The planner reads Chinese first."""
    paths = village(**customers_with("1,,,,,,,,,,,"))
    with pytest.raises(IntakeError) as refused:
        read_tables(**paths)
    assert "户号应为 10 位，这里只有 1 位" in refused.value.in_words("zh")


# ---- bad rows left out -------------------------------------------------------------------------


def test_bad_rows_are_written_apart_with_their_reasons(village):
    """Good rows go in; the others come back as they were, for someone to mend."""
    changed = {
        "areas": [*VILLAGE["areas"], "A3,,S9,,,"],
        "customers": [
            *VILLAGE["customers"],
            "0000000004,=1+1,,,A3,,,,,,,",
            "0000000005,,,,,,,,,500,,",
            "0000000006,a,b,,,,,,,,,,,extra",
        ],
    }
    intake = read_tables(**village(**changed), skip_bad_rows=True)
    assert intake.tables["areas"]["area"].tolist() == ["A1", "A2"]
    assert len(intake.tables["customers"]) == 3
    assert [code_of(fault) for fault in intake.faults] == [
        "unknown_reference",
        "rejected_reference",
        "out_of_range",
        "ragged",
    ]
    areas, customers = write_rejected(intake)
    assert customers.name == "customers.rejected.csv"
    assert customers.read_bytes().startswith(b"\xef\xbb\xbf")
    with customers.open(encoding="utf-8-sig", newline="") as file:
        heading, *rows = csv.reader(file)
    assert heading[:13] == [*VILLAGE["customers"][0].split(","), "reason_rejected"]
    assert [row[0] for row in rows] == ["0000000004", "0000000005", "0000000006"]
    assert rows[0][1] == "'=1+1"
    assert "[服务时长] not between 1 and 480" in rows[1][12]
    assert rows[2][-1] == "extra"
    assert "S9" in areas.read_text(encoding="utf-8-sig")


def test_mended_rows_go_in_again(village):
    """The file with the reasons is itself an input: its reason column is no stranger."""
    paths = village(**customers_with("0000000001,,,,,,,,,500,,"))
    (rejected,) = write_rejected(read_tables(**paths, skip_bad_rows=True))
    text = rejected.read_text(encoding="utf-8-sig").replace(",500,", ",50,")
    rejected.write_text(text, encoding="utf-8-sig")
    intake = read_tables(customers=rejected)
    assert intake.tables["customers"]["service_min"].tolist() == [50]
    assert [code_of(warning) for warning in intake.warnings] == ["no_coordinates"]


@pytest.mark.parametrize("name", ["=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "-x", "=HYPERLINK(1)"])
def test_formulas_in_rejected_rows_are_text_and_come_back(village, name):
    """A clerk who corrects the file in Excel must not run what a stranger wrote."""
    paths = village(**customers_with(f"0000000001,{name},,,,,,,,500,,"))
    (rejected,) = write_rejected(read_tables(**paths, skip_bad_rows=True))
    text = rejected.read_text(encoding="utf-8-sig")
    assert f",'{name}," in text
    rejected.write_text(text.replace(",500,", ",50,"), encoding="utf-8-sig")
    intake = read_tables(customers=rejected)
    assert intake.tables["customers"]["name"].tolist() == [name]


def test_reference_to_a_rejected_row_that_is_registered(village):
    """A slip in a station that is known already does not throw out its customers."""
    changed = {"stations": ["供电所,经度,纬度,容量", "S1,113.4,27.6,x"]}
    paths = village(
        areas=["台区,供电所", "A1,S1"], customers=["户号,台区", "0000000001,A1"], **changed
    )
    for known, left in ((None, 0), ({"stations": {"S1": ""}}, 1)):
        intake = read_tables(**paths, skip_bad_rows=True, known=known)
        assert len(intake.tables["customers"]) == left


def test_faults_of_a_file_stop_it_all_the_same(village):
    """Without its account numbers no row is good."""
    with pytest.raises(IntakeError):
        read_tables(**village(customers=["户名", "a"]), skip_bad_rows=True)


def test_rejected_file_that_cannot_be_written(village):
    """A file that is open in Excel elsewhere is a sentence, not a traceback."""
    intake = read_tables(**village(**customers_with("1,,,,,,,,,,,")), skip_bad_rows=True)
    intake.files["customers"].with_name("customers.rejected.csv").mkdir()
    with pytest.raises(IntakeError, match="cannot be written"):
        write_rejected(intake)


# ---- the data behind it ------------------------------------------------------------------------


def test_columns_are_consistent():
    """Two columns of a table that share a heading would fight for it; a type needs a parser."""
    for table, table_columns in COLUMNS.items():
        names = [bare(name) for column in table_columns for name in (column.name, *column.headings)]
        assert len(names) == len(set(names)), table
    for _, column in columns():
        assert column.type in TYPES
        assert column.type in PARSERS
        assert column.meaning
        assert any(letter >= "\u4e00" for letter in column.heading)
        assert column.reference in {None, *COLUMNS}
    assert set(KINDS.values()) == {"household", "business", "hv10kv"}
    assert set(Texts("zh").room("table_name")) >= set(COLUMNS)


def test_sentences_say_what_to_do():
    """Each fault has a problem and an action that are more than a mark."""
    for code, both in sentences().items():
        if code.startswith(("intake_problem.", "intake_action.")):
            assert all(len(both[lang]) > 1 for lang in ("en", "zh")), code


def test_cleaning_twice_is_cleaning_once():
    """Else the second import of the same file would change something."""
    for text in (" a\u200b ", "\ufeff１２\t３", "a\n\nb", "\u202e倒\u3000", "\x00\x1f", "é"):
        assert clean(clean(text)) == clean(text)
        assert narrow(narrow(text)) == narrow(text)
