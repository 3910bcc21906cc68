"""The same table in the many forms in which stations have it."""

from __future__ import annotations

import datetime as dt
import re

import numpy as np
import pytest
from books import book, ods, renamed, without_places

from optimizer.errors import IntakeError
from optimizer.intake import read_tables

HEAD = ["户号", "户名", "台区", "经度", "纬度"]
ROWS = [
    ["0000000001", "王五", "A1", "113.41", "27.61"],
    ["0000000002", "赵六", "A1", "113.412", "27.612"],
    ["0000000003", "水厂", "A2", "113.4123", "27.6123"],
]
KNOWN = {
    "areas": {"A1": "符田台区", "A2": "枧上台区"},
    "stations": {"S1": "泗汾供电所", "S2": "北乡供电所"},
}


def read(path, **options):
    """What an import of the customers takes."""
    return read_tables(customers=path, known=KNOWN, **options)


def customers(path, **options):
    """The rows of it."""
    return read(path, **options).tables["customers"]


def warned(path, **options):
    """The codes of its warnings."""
    codes = [one.problem.code for one in read(path, **options).warnings]
    return [code.removeprefix("intake_problem.") for code in codes]


def faults(path, **options):
    """Row, column, code and sheet of each fault."""
    with pytest.raises(IntakeError) as caught:
        read(path, **options)
    return [
        (one.row, one.column, one.problem.code.removeprefix("intake_problem."), one.sheet)
        for one in caught.value.faults
    ]


def is_whole(table):
    """Whether the three rows have been read."""
    return table["account_no"].tolist() == [row[0] for row in ROWS] and table["name"].tolist() == [
        row[1] for row in ROWS
    ]


def text_of(rows, sign=","):
    """Rows as a text file has them."""
    return "\r\n".join(sign.join(row) for row in [HEAD, *rows]) + "\r\n"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("sign", [",", "\t", ";", "|"])
def test_text_in_any_encoding_and_with_any_sign(tmp_path, encoding, sign):
    """Excel's "Unicode text" is UTF-16 with tabs."""
    path = tmp_path / "a.csv"
    path.write_bytes(text_of(ROWS, sign).encode(encoding))
    assert is_whole(customers(path))


def test_a_first_line_that_names_the_sign(tmp_path):
    """`sep=;` is for Excel; rows keep the numbers that a reader sees."""
    path = tmp_path / "a.csv"
    bad = [["1", "x", "A1", "", ""]]
    path.write_text("sep=;\n" + text_of(ROWS, ";"), encoding="utf-8")
    assert is_whole(customers(path))
    path.write_text("sep=;\n" + text_of(bad, ";"), encoding="utf-8")
    assert faults(path) == [(3, "户号", "short_account", "")]


PACKAGES = {
    "backslashes": (lambda name: name.replace("/", "\\"), None),
    "capitals": (lambda name: name.replace("xl/workbook", "XL/Workbook"), None),
    "elsewhere": (
        lambda name: name.replace("xl/", "office/"),
        lambda xml: xml.replace('"xl/', '"office/').replace('"/xl/', '"/office/'),
    ),
    "main part renamed": (
        lambda name: name.replace("xl/workbook", "xl/book").replace(
            "xl/_rels/workbook", "xl/_rels/book"
        ),
        lambda xml: xml.replace("xl/workbook.xml", "xl/book.xml"),
    ),
    "at the root": (
        lambda name: name.removeprefix("xl/"),
        lambda xml: xml.replace('"xl/', '"').replace('"/xl/', '"/'),
    ),
    "targets with backslashes": (
        str,
        lambda xml: re.sub(r'Target="/?(?:xl/)?worksheets/', r'Target="worksheets\\', xml),
    ),
    "targets by a detour": (
        str,
        lambda xml: re.sub(r'Target="/?(?:xl/)?worksheets/', 'Target="../xl/worksheets/', xml),
    ),
    "strings elsewhere": (
        lambda name: name.replace("sharedStrings.xml", "texts/all.xml"),
        lambda xml: xml.replace("sharedStrings.xml", "texts/all.xml"),
    ),
    "a part outside": (
        lambda name: name.replace("xl/worksheets/sheet1.xml", "data/one.xml"),
        lambda xml: re.sub(r'"/?(?:xl/)?worksheets/sheet1.xml', '"/data/one.xml', xml),
    ),
    "absolute": (str, lambda xml: xml.replace('Target="xl/', 'Target="/xl/')),
}


@pytest.mark.parametrize("kind", PACKAGES)
def test_packages_that_excel_opens(tmp_path, kind):
    """Names with backslashes or capitals, and a main part where the package says it is."""
    path = book(tmp_path / "a.xlsx", A=[HEAD, *ROWS])
    assert is_whole(customers(renamed(path, *PACKAGES[kind])))


def test_cells_that_do_not_say_where_they_stand(tmp_path):
    """Some programs leave out what follows from the order."""
    assert is_whole(customers(without_places(book(tmp_path / "a.xlsx", A=[HEAD, *ROWS]))))


def test_merged_cells_and_formulas_of_an_open_document(tmp_path):
    """LibreOffice and WPS save them in their own way: filled, and told."""
    rows = [[one[0], one[1], "MERGED" if at == 0 else "COVERED"] for at, one in enumerate(ROWS)]
    path = ods(tmp_path / "a.ods", [HEAD[:3], *rows])

    def edit(xml):
        cell = r"<table:table-cell[^>]*><text:p>{}</text:p></table:table-cell>"
        spanned = 'table:number-rows-spanned="3" office:value-type="string"'
        merged = f"<table:table-cell {spanned}><text:p>A1</text:p></table:table-cell>"
        xml = re.sub(cell.format("MERGED"), merged, xml)
        return re.sub(cell.format("COVERED"), "<table:covered-table-cell/>", xml)

    assert customers(renamed(path, str, edit))["area"].tolist() == ["A1"] * 3
    formula = '<table:table-cell table:formula="of:=[.A1]"/>'
    renamed(
        path, str, lambda xml: re.sub(r"<table:table-cell[^>]*><text:p>王五.*?cell>", formula, xml)
    )
    assert faults(path) == [(2, "户名", "formula_cell", "")]


def test_an_open_document_is_read(tmp_path):
    """LibreOffice's own format, whatever the file is called."""
    assert is_whole(customers(ods(tmp_path / "a.ods", [HEAD, *ROWS])))
    assert is_whole(customers(ods(tmp_path / "b.xlsx", [HEAD, *ROWS])))


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_a_web_page_called_xls_is_told(tmp_path, encoding):
    """Billing systems write HTML and call it .xls; how to save it is said."""
    path = tmp_path / "a.xls"
    page = "<html><body><table><tr><td>户号</td></tr></table></body></html>"
    path.write_bytes(page.encode(encoding))
    with pytest.raises(IntakeError, match=r"save it as \.xlsx"):
        read(path)


def test_titles_and_instructions_above_the_headings(tmp_path):
    """A title over all columns, instructions, and headings with signs on them."""
    above = [["客户台账（2027年3月）"], [], ["填表说明：户号为10位"], ["请勿删除列"]]
    signs = ["*户号", "户名（必填）", "台区 ", "经度*", "纬度*"]
    assert is_whole(customers(book(tmp_path / "a.xlsx", A=[*above, signs, *ROWS])))


def test_headings_repeated_on_each_page(tmp_path):
    """A list that was made for printing; the rows are told, not taken for customers."""
    path = book(tmp_path / "a.xlsx", A=[HEAD, *ROWS[:1], HEAD, *ROWS[1:]])
    assert is_whole(customers(path))
    assert "repeated_headings" in warned(path)


def test_an_instruction_sheet_before_the_table(tmp_path):
    """The sheet is found by its headings, not by its place."""
    path = book(tmp_path / "a.xlsx", 说明=[["户号为10位"], ["台区可空"]], 数据=[HEAD, *ROWS])
    assert is_whole(customers(path))


def test_hidden_sheets_and_rows_are_told(tmp_path):
    """What nobody sees is not taken in unsaid, nor left out unsaid."""

    def hide(sheets):
        sheets["旧"].hide()
        sheets["新"].set_row(2, None, None, {"hidden": True})
        sheets["新"].activate()
        sheets["新"].set_first_sheet()

    path = book(tmp_path / "a.xlsx", hide, 旧=[HEAD, ["9", "x"]], 新=[HEAD, *ROWS])
    assert is_whole(customers(path))
    assert {"hidden_sheets", "hidden_rows"} <= {*warned(path)}


# ---- one sheet a station


def test_one_sheet_a_station(tmp_path):
    """All are read, and a fault names its sheet."""
    path = book(tmp_path / "a.xlsx", 甲=[HEAD, *ROWS[:1]], 乙=[HEAD, *ROWS[1:]])
    assert is_whole(customers(path))
    bad = book(tmp_path / "b.xlsx", 甲=[HEAD, *ROWS], 乙=[HEAD, ["12", "x", "A1"]])
    assert faults(bad) == [(2, "户号", "short_account", "乙")]
    with pytest.raises(IntakeError, match=r"b\.xlsx › 乙:2"):
        read(bad)


def test_sheets_with_their_columns_in_another_order(tmp_path):
    """Each station has moved its columns, and one has a column of its own."""
    order = [1, 0, 4, 3, 2]
    other = [[row[i] for i in order] + ["有狗"] for row in ROWS[1:]]
    path = book(
        tmp_path / "a.xlsx", 甲=[HEAD, *ROWS[:1]], 乙=[[HEAD[i] for i in order] + ["备注"], *other]
    )
    table = customers(path)
    assert is_whole(table)
    assert table["note"].tolist() == ["", "有狗", "有狗"]
    assert table["lat"].tolist() == [27.61, 27.612, 27.6123]


def test_the_same_customer_on_two_sheets(tmp_path):
    """An old copy on a second sheet shows as the same twice, with both places."""
    path = book(tmp_path / "a.xlsx", 甲=[HEAD, *ROWS], 旧=[HEAD, ["0000000001", "王四", "A1"]])
    assert {fault[2] for fault in faults(path)} == {"same_key"}
    with pytest.raises(IntakeError, match="甲!2"):
        read(path)


def test_a_sheet_named_after_its_station_needs_no_column(tmp_path):
    """The name of the sheet is the station where all of them are stations."""
    sheets = {"泗汾供电所": [HEAD, *ROWS[:2]], "S2": [HEAD, *ROWS[2:]]}
    table = customers(book(tmp_path / "a.xlsx", **sheets))
    assert table["station"].tolist() == ["S1", "S1", "S2"]


def test_sheets_of_other_tables_are_left_alone(tmp_path):
    """A workbook with a sheet for each table is not one table in parts."""
    crews = [["走访小组", "供电所"], ["K1", "S1"]]
    path = book(tmp_path / "a.xlsx", 客户=[HEAD, *ROWS], 小组=crews)
    assert is_whole(customers(path))


# ---- unreadable is not empty


def test_merged_cells_hold_for_all_their_rows(tmp_path):
    """The register must not forget the area of two customers out of three."""

    def merge(sheets):
        sheets["A"].merge_range(1, 2, 2, 2, "A1")

    rows = [ROWS[0], [*ROWS[1][:2], "", *ROWS[1][3:]], ROWS[2]]
    table = customers(book(tmp_path / "a.xlsx", merge, A=[HEAD, *rows]))
    assert table["area"].tolist() == ["A1", "A1", "A2"]
    assert "merged_down" in warned(tmp_path / "a.xlsx")


def test_merged_names_and_places_are_never_emptied(tmp_path):
    """One name and one latitude over three rows: each row has them, and the planner is told."""

    def merge(sheets):
        sheets["A"].merge_range(1, 1, 3, 1, "王五")
        sheets["A"].merge_range(1, 4, 3, 4, "27.61")

    rows = [[account, "", area, lon, ""] for account, _, area, lon, _ in ROWS]
    path = book(tmp_path / "a.xlsx", merge, A=[HEAD, *rows])
    assert customers(path)["name"].tolist() == ["王五"] * 3
    assert customers(path)["lat"].tolist() == [27.61] * 3
    assert warned(path) == ["merged_down"]


def test_cells_merged_across_columns_are_told(tmp_path):
    """Only the left one has the value: that the others are empty may not go unsaid."""

    def merge(sheets):
        sheets["A"].merge_range(1, 1, 1, 2, "王一")

    rows = [[ROWS[0][0], "", "", *ROWS[0][3:]], *ROWS[1:]]
    path = book(tmp_path / "a.xlsx", merge, A=[HEAD, *rows])
    assert customers(path)["area"].tolist()[0] == ""
    assert "merged_across" in warned(path)


def test_an_id_with_a_point_in_it_stays_whole(tmp_path):
    """1.05 is no number that lost its decimals; 3.0 is one that got them."""
    rows = [["走访小组", "供电所"], ["1.05", "S1"], ["3.0", "S1"]]
    path = book(tmp_path / "a.xlsx", A=rows)
    assert read_tables(crews=path, known=KNOWN).tables["crews"]["crew"].tolist() == ["1.05", "3"]


def test_merged_headings_are_not_values(tmp_path):
    """A heading merged over two rows is the heading of its column and nothing more."""

    def merge(sheets):
        for column, name in enumerate(HEAD[:3]):
            sheets["A"].merge_range(0, column, 1, column, name)
        sheets["A"].merge_range(0, 3, 0, 4, "坐标")

    head = [["", "", "", "", ""], ["", "", "", "经度", "纬度"]]
    assert is_whole(customers(book(tmp_path / "a.xlsx", merge, A=[*head, *ROWS])))


@pytest.mark.parametrize("error", ["#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?"])
def test_errors_of_a_spreadsheet_are_faults(tmp_path, error):
    """An area that could not be looked up is not an area that is empty."""

    def spoil(sheets):
        sheets["A"].write_formula(2, 2, "=VLOOKUP(A3,B:C,2,0)", None, error)

    path = book(tmp_path / "a.xlsx", spoil, A=[HEAD, *ROWS])
    assert faults(path) == [(3, "台区", "error_cell", "")]
    text = tmp_path / "a.csv"
    text.write_text(text_of([ROWS[0], [*ROWS[1][:2], error, *ROWS[1][3:]]]), encoding="utf-8")
    assert faults(text) == [(3, "台区", "error_cell", "")]


def test_formulas_that_nobody_has_computed_are_faults(tmp_path):
    """A program that writes formulas leaves them without a value."""

    def spoil(sheets):
        sheets["A"].write_formula(2, 1, '="王"&"五"', None, "")
        sheets["A"].write_formula(3, 2, "=A1", None, "A2")

    path = book(tmp_path / "a.xlsx", spoil, A=[HEAD, *ROWS])
    assert faults(path) == [(3, "户名", "formula_cell", "")]


# ---- coordinates


def with_place(*pairs, head="坐标"):
    """Customers with both coordinates in one cell."""
    return [["户号", head], *([f"000000000{i}", pair] for i, pair in enumerate(pairs))]


@pytest.mark.parametrize(
    "pair",
    [
        "113.4123,27.6123",
        "113.4123，27.6123",
        "27.6123, 113.4123",
        "113.4123 27.6123",
        "113.4123;27.6123",
        "(113.4123,27.6123)".strip("()"),
        "113.4123E,27.6123N",
        "N27.6123 E113.4123",
        "东经113.4123、北纬27.6123",
        "113°24'44.28\"E 27°36'44.28\"N",
        "113度24分44.28秒，27度36分44.28秒",
        "POINT(113.4123 27.6123)",
    ],
)
def test_both_coordinates_in_one_column(tmp_path, pair):
    """In any order and with any sign between them."""
    table = customers(book(tmp_path / "a.xlsx", A=with_place(pair)))
    assert table["lon"].iloc[0] == pytest.approx(113.4123, abs=1e-6)
    assert table["lat"].iloc[0] == pytest.approx(27.6123, abs=1e-6)


def test_one_column_that_holds_no_pair(tmp_path):
    """It is a fault of its row, in the column that the file has."""
    path = book(tmp_path / "a.xlsx", A=with_place("113.4123,27.6123", "村口", ""))
    assert (3, "坐标", "not_degrees", "") in faults(path)


@pytest.mark.parametrize(
    ("lon", "lat"),
    [
        ("113°24'44.28\"", "27°36'44.28\""),
        ("113°24.738′", "27°36.738′"),
        ("113度24分44.28秒", "27度36分44.28秒"),
        ("E113.4123", "N27.6123"),
        ("113.4123E", "27.6123N"),
        ("东经113.4123", "北纬27.6123度"),
        ("１１３．４１２３", "２７．６１２３"),
        ("113.4123°", "27.6123°"),
        ("113:24:44.28", "27:36:44.28"),
        ("113 24 44.28", "27-36-44.28"),
        ("113.4123º E", "27.6123 º N"),
    ],
)
def test_degrees_as_people_write_them(tmp_path, lon, lat):
    """Degrees and minutes, hemispheres, full-width digits."""
    row = [["户号", "经度", "纬度"], ["0000000001", lon, lat]]
    table = customers(book(tmp_path / "a.xlsx", A=row))
    assert table["lon"].iloc[0] == pytest.approx(113.4123, abs=1e-6)
    assert table["lat"].iloc[0] == pytest.approx(27.6123, abs=1e-6)


@pytest.mark.parametrize(
    ("lon", "lat", "column"),
    [("113°61'", "27.6", "经度"), ("27.6N", "27.6", "经度"), ("113.4", "113.4E", "纬度")],
)
def test_degrees_that_are_none(tmp_path, lon, lat, column):
    """Minutes over sixty, and a latitude in the column of longitudes."""
    path = book(tmp_path / "a.xlsx", A=[["户号", "经度", "纬度"], ["0000000001", lon, lat]])
    assert faults(path)[0][:3] == (2, column, "not_degrees")


def test_x_is_north_where_surveyors_write(tmp_path):
    """In China's surveys X points north: read so, and said."""
    rows = [[f"000000000{i}", f"27.612{i}", f"113.412{i}"] for i in range(4)]
    path = book(tmp_path / "a.xlsx", A=[["户号", "X坐标", "Y坐标"], *rows])
    assert customers(path)["lon"].tolist() == pytest.approx([113.412 + i / 1e4 for i in range(4)])
    assert "x_is_north" in warned(path)
    straight = [[row[0], row[2], row[1]] for row in rows]
    path = book(tmp_path / "b.xlsx", A=[["户号", "X坐标", "Y坐标"], *straight])
    assert customers(path)["lon"].iloc[1] == 113.4121
    assert "x_is_north" not in warned(path)


def test_two_decimals_are_told(tmp_path):
    """A hundredth of a degree is a kilometre: nobody is found by it."""
    rows = [[f"000000000{i}", f"113.4{i}", f"27.6{i}"] for i in range(4)]
    assert "coarse" in warned(book(tmp_path / "a.xlsx", A=[["户号", "经度", "纬度"], *rows]))
    fine = [[row[0], row[1] + "123", row[2] + "123"] for row in rows]
    assert "coarse" not in warned(book(tmp_path / "b.xlsx", A=[["户号", "经度", "纬度"], *fine]))


@pytest.mark.parametrize(
    ("heading", "datum", "code"),
    [
        ("经度(GCJ-02)", "wgs84", "heading_datum"),
        ("经度（百度）", "wgs84", "heading_datum"),
        ("经度(WGS84)", "gcj02", "heading_datum"),
        ("经度(西安80)", "wgs84", "old_datum"),
        ("经度(GCJ02)", "gcj02", None),
        ("经度(CGCS2000)", "wgs84", None),
    ],
)
def test_a_datum_in_a_heading_is_minded(tmp_path, heading, datum, code):
    """600 m are lost when the heading says what the option does not."""
    rows = [[heading, "纬度", "户号"], ["113.4123", "27.6123", "0000000001"]]
    path = book(tmp_path / "a.xlsx", A=rows)
    if code is None:
        assert len(customers(path, datum=datum)) == 1
    else:
        assert [fault[2] for fault in faults(path, datum=datum)] == [code]


# ---- cells taken for something else


def cell(tmp_path, column, value, key="户号"):
    """What becomes of one cell of a column, in a workbook."""
    heads = [key, column]
    path = book(tmp_path / "a.xlsx", A=[heads, ["0000000001", value]])
    return path, customers(path).iloc[0]


@pytest.mark.parametrize(
    ("heading", "value", "minutes"),
    [
        ("服务时长(秒)", "900", 15),
        ("服务时长（小时）", "0.5", 30),
        ("服务时长（分钟）", "20", 20),
        ("服务时长秒", "600", 10),
        ("service (sec)", "300", 5),
        ("服务时长", "半小时", 30),
        ("服务时长", "1小时30分", 90),
        ("服务时长", "900秒", 15),
        ("服务时长", "15 分钟", 15),
        ("服务时长", "１５", 15),
        ("服务时长", "一刻钟", 15),
    ],
)
def test_units_are_read(tmp_path, heading, value, minutes):
    """900 seconds are not 900 minutes."""
    _, row = cell(tmp_path, heading, value)
    assert row["service_min"] == minutes


@pytest.mark.parametrize("column", ["户名", "地址", "电话", "用户类别", "时间窗", "服务时长"])
def test_cells_in_formula_quotes_are_unwrapped(tmp_path, column):
    """`="…"` is how billing systems keep figures from being rounded, in every column."""
    value = {"用户类别": "商业", "时间窗": "8:00-9:00", "服务时长": "20", "电话": "13800000001"}
    plain = value.get(column, "张三")
    path = tmp_path / "a.csv"
    path.write_text(f'="户号",{column}\n="0000000001","=""{plain}"""\n', encoding="utf-8")
    quoted = customers(path)
    path.write_text(f"户号,{column}\n0000000001,{plain}\n", encoding="utf-8")
    assert quoted.equals(customers(path))


def test_ids_that_a_spreadsheet_made_dates_of(tmp_path):
    """Crew 1-2 became the second of January: said, not imported as a date."""
    rows = [["走访小组", "供电所"], [dt.date(2026, 1, 2), "S1"]]
    path = book(tmp_path / "a.xlsx", A=rows)
    with pytest.raises(IntakeError, match="Excel has made a date of it"):
        read_tables(crews=path, known=KNOWN)
    text = tmp_path / "a.csv"
    text.write_text("走访小组,供电所\n1月2日,S1\n", encoding="utf-8")
    with pytest.raises(IntakeError, match="Excel has made a date of it"):
        read_tables(crews=text, known=KNOWN)


@pytest.mark.parametrize("column", ["户名", "地址", "电话"])
def test_texts_that_a_spreadsheet_made_dates_of_are_told(tmp_path, column):
    """House 3-12 became the twelfth of March: perhaps it is one, so it is said only."""
    path, row = cell(tmp_path, column, dt.date(2026, 3, 12))
    assert "excel_date_text" in warned(path)
    assert row["account_no"] == "0000000001"


@pytest.mark.parametrize(
    ("value", "clock"),
    [
        (0.354166667, "08:30"),
        (dt.time(8, 30), "08:30"),
        (dt.time(8, 29, 59), "08:30"),
        ("0.354166666666667", "08:30"),
        ("8：30", "08:30"),
        ("8点半", "08:30"),
        ("8:30:00", "08:30"),
        ("下午2点", "14:00"),
    ],
)
def test_times_as_a_spreadsheet_holds_them(tmp_path, value, clock):
    """A fraction of a day is a time, to the minute."""
    path = book(tmp_path / "a.xlsx", A=[["走访小组", "供电所", "上班时间"], ["K1", "S1", value]])
    (crew,) = read_tables(crews=path, known=KNOWN).tables["crews"].to_dict("records")
    assert crew["shift_start"] == clock


@pytest.mark.parametrize(
    ("value", "code", "account"),
    [
        ("1234567890.0", None, "1234567890"),
        ("50000010.0", "lost_zeros", ""),
        ("００００００００１２", None, "0000000012"),
        ("\u200b0000000012\u200b", None, "0000000012"),
        ("'0000000012", None, "0000000012"),
        ("0000 0000 12", None, "0000000012"),
    ],
)
def test_account_numbers_as_programs_write_them(tmp_path, value, code, account):
    """Decimals, full-width digits and signs that nobody sees are no part of the number."""
    path = tmp_path / "a.csv"
    path.write_text(f"户号,户名\n{value},x\n", encoding="utf-8")
    if code is None:
        assert customers(path)["account_no"].tolist() == [account]
    else:
        assert faults(path) == [(2, "户号", code, "")]


@pytest.mark.parametrize(
    ("text", "windows"),
    [
        ("全天", ""),
        ("0:00-24:00", ""),
        ("００：００—２４：００", ""),
        ("上午", "06:00-12:00"),
        ("上午8:00-12:00", "08:00-12:00"),
        ("8点-11点半", "08:00-11:30"),
        ("8.30-11.30", "08:30-11:30"),
        ("下午2点-4点", "14:00-16:00"),
        ("8:00-12:00 14:00-17:00", "08:00-12:00;14:00-17:00"),
        ("8:00-12:00/14:00-17:00", "08:00-12:00;14:00-17:00"),
        ("8:00～12:00，14:00～17:00", "08:00-12:00;14:00-17:00"),
        ("8:00 至 12:00", "08:00-12:00"),
        ("17:00以后", "17:00-23:59"),
        ("9点前", "00:00-09:00"),
        ("18:00-24:00", "18:00-23:59"),
        ("均可", ""),
        ("24小时", ""),
        ("NULL", ""),
        ("早8点-晚6点", "08:00-18:00"),
        ("AM", "06:00-12:00"),
    ],
)
def test_windows_as_people_write_them(tmp_path, text, windows):
    """The whole day is no window; parts of the day and two windows in a cell are."""
    _, row = cell(tmp_path, "时间窗", text)
    assert row["window"] == windows


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("周一至周五", "1,2,3,4,5"),
        ("1-5", "1,2,3,4,5"),
        ("每天", "1,2,3,4,5,6,7"),
        ("周一三五", "1,3,5"),
        ("周一、周三", "1,3"),
        ("工作日", "1,2,3,4,5"),
        ("周末", "6,7"),
        ("周一 - 周三，周五", "1,2,3,5"),
        ("27/3/1", "2027-03-01"),
        ("2027/3/1、2027/3/3", "2027-03-01,2027-03-03"),
        ("一三五", "1,3,5"),
        ("周一/周三", "1,3"),
        ("每周二和周四", "2,4"),
        ("Mon-Wed", "1,2,3"),
        ("2-Mar-27", "2027-03-02"),
    ],
)
def test_weekdays_as_people_write_them(tmp_path, text, days):
    """Ranges, and words for all of them."""
    path = book(tmp_path / "a.xlsx", A=[["走访小组", "供电所", "值班日"], ["K1", "S1", text]])
    (crew,) = read_tables(crews=path, known=KNOWN).tables["crews"].to_dict("records")
    assert crew["duty_days"] == days


@pytest.mark.parametrize(
    ("cell_", "kept", "is_told"),
    [
        ("13800000001.0", "13800000001", False),
        ("13800000001/13800000002", "13800000001/13800000002", False),
        ("0733-2345678转12", "0733-2345678转12", False),
        ("无", "", False),
        ("NULL", "", False),
        ("1380000", "1380000", True),
        ("138****0001", "138****0001", True),
        ("138.0000.0001", "138.0000.0001", False),
        ("13800000001-13800000002", "13800000001-13800000002", False),
        ("138000000012", "138000000012", True),
        ("李四代接", "李四代接", True),
    ],
)
def test_phones_at_import(tmp_path, cell_, kept, is_told):
    """What cannot be dialled is kept and told; what says that there is none is empty."""
    path, row = cell(tmp_path, "电话", cell_)
    assert row["phone"] == kept
    assert ("odd_phone" in warned(path)) is is_told


def test_text_files_have_ids_that_a_spreadsheet_made_dates_of(tmp_path):
    """Saved as CSV the date is text: an id of 1-2 has become 2026/1/2 all the same."""
    path = tmp_path / "a.csv"
    path.write_text("走访小组,供电所\n2026/1/2,S1\nK1,泗汾\n", encoding="utf-8")
    intake = read_tables(crews=path, known=KNOWN, skip_bad_rows=True)
    assert intake.tables["crews"][["crew", "station"]].to_numpy().tolist() == [["K1", "S1"]]
    assert [one.problem_code for one in intake.faults] == ["excel_date"]


@pytest.mark.parametrize("datum", ["高德", "火星", "GCJ02"])
def test_a_datum_before_the_heading_is_read_with_it(tmp_path, datum):
    """高德经度 is a longitude, and not of WGS-84."""
    rows = [["户号", f"{datum}经度", f"{datum}纬度"], ["0000000001", "113.4123", "27.6123"]]
    path = book(tmp_path / "a.xlsx", A=rows)
    assert len(customers(path, datum="gcj02")["lon"].dropna()) == 1
    assert {code for _, _, code, _ in faults(path)} == {"heading_datum"}


def test_nothing_of_a_row_is_read_from_another(tmp_path):
    """All of it together: the rows are the same as in the plainest file."""
    plain = tmp_path / "plain.csv"
    plain.write_text(text_of(ROWS), encoding="utf-8")
    odd = renamed(
        book(tmp_path / "odd.xlsx", A=[["台账"], HEAD, *ROWS]), lambda name: name.replace("/", "\\")
    )
    assert customers(plain).equals(customers(odd))
    assert np.isfinite(customers(odd)["lon"]).all()
