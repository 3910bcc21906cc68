"""Files as stations, programs and accidents make them: read right or told, never lost.

    python scripts/fuzz.py [--inputs 10000] [--seed 1]

Kinds of input, each made by several mutators at once of a sound file: typed sheets, customer files,
tables beside the settings, street networks, VROOM documents; as CSV in several encodings and as
workbooks. For each of them: no traceback, an answer in time, nothing lost without a word. Of typed
sheets the account is exact: every cell that is not empty is in the entry of its row, or in a fault
or remark. Prints the counts; ends with exit code 1 and what was wrong if anything was.
"""

from __future__ import annotations

import argparse
import copy
import csv
import io
import json
import random
import re
import sys
import tempfile
import time
import traceback
import zipfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import xlsxwriter

from optimizer.errors import ZoufangError
from optimizer.intake import read_tables
from optimizer.records.field_words import answer_of, categories_of, pieces_of, tick_of, word_of
from optimizer.records.parsing import read_content
from optimizer.roads import read_roads
from optimizer.settings import Settings
from optimizer.vroom_json.reading import read_document
from optimizer.workdays import read_seasons, read_workdays

if TYPE_CHECKING:
    from collections.abc import Callable

    from optimizer.records import Entry, Reading

Rows = list[list[Any]]
SLOWEST_S: Final = 20.0
HEAD: Final = (
    "供电所 日期 小组 序号 户号 结果 问题 当场处理 问题说明 意见 保险丝 供电质量".split()  # noqa: SIM905
)
JUNK: Final = (
    *("#N/A", "#REF!", "=A1+1", "", "  ", "\u200b", "１２", "3.0", "1e10", "无", "√", "飞了"),
    *("2037-13-40", "27/3/2", "2027年3月2日", "①", "10", "a,b;c", '"', "'=1", "x" * 1200),
    *("不满意", "没人", "ST01", "泗汾", "0050000010", "50000010.0", "１２:３０", "-1", "\t", "二"),
    *("电表箱门坏了", "换了保险丝"),
)
HEADINGS: Final = (
    *("结果*", "发现问题", "客户意见", "换保险丝(个)", "天气", "", "结果 ", "问题描述", "电话"),
)


def sound_sheet(rng: random.Random) -> Rows:
    """A typed sheet without faults."""
    rows: Rows = [list(HEAD)]
    for number in range(1, rng.randint(2, 7)):
        result = rng.choice(["完成", "没人", "拒访", "done"])
        finding = rng.choice(["", "", "线路", "2", "低电压;漏保", "③"])
        opinion = rng.choice(["", "", "灯暗", "希望装路灯"])
        more = [rng.choice(["", "1", "2个"]), rng.choice(["", "满意", "不满意"])]
        said = [rng.choice(["", "是", "否"]), rng.choice(["", "进户线老化"]), opinion, *more]
        where = ["ST01", "2027-03-02", "C001", str(number), f"{number:010d}"]
        rows.append([*where, result, finding, *said])
    return rows


def mutate(rng: random.Random, rows: Rows) -> Rows:
    """Some accidents that happen to tables."""
    rows = copy.deepcopy(rows)
    for _ in range(rng.randint(0, 4)):
        at, column = rng.randrange(1, len(rows)), rng.randrange(len(rows[0]))
        kind = rng.randrange(8)
        if kind <= 2:
            rows[at][column] = rng.choice(JUNK)
        elif kind == 3:  # a column merged downwards, or written once
            for row in rows[2:]:
                row[rng.randrange(3)] = ""
        elif kind == 4:
            rows[0][column] = rng.choice(HEADINGS)
        elif kind == 5:
            rows[at] = [""] * len(rows[0])
        elif kind == 6:  # a column lost
            for row in rows:
                row[column] = ""
        else:
            rows[at][4:] = [""] * (len(rows[0]) - 4)
    return rows


def written(rng: random.Random, rows: Rows) -> bytes:
    """The rows as one of the programs writes them."""
    title = [["走访登记表"]] if rng.random() < 0.15 else []
    if rng.random() < 0.4:
        return repacked(rng, _workbook(rng, title + rows, len(title)))
    sign = rng.choice([",", ",", ";", "\t"])
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=sign).writerows(title + rows)
    head = f"sep={sign}\r\n" if rng.random() < 0.1 else ""
    encoding = rng.choice(["utf-8", "utf-8-sig", "gb18030", "utf-16"])
    return (head + text.getvalue()).encode(encoding, errors="replace")


def _workbook(rng: random.Random, rows: Rows, above: int) -> bytes:
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet("登记")
    if rng.random() < 0.3:
        book.add_worksheet("说明").write(0, 0, "填写说明")
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            if cell.isascii() and cell.isdigit() and cell[0] != "0" and rng.random() < 0.3:
                sheet.write_number(number, column, float(cell))
            elif cell in ERRORS:
                sheet.write_formula(number, column, "=NA()", None, cell)
            elif cell:
                sheet.write_string(number, column, cell)
    if rng.random() < 0.3:
        _merge(rng, sheet, rows, above + 1)
    if rng.random() < 0.2:
        sheet.set_row(len(rows) - 1, None, None, {"hidden": True})
    book.close()
    return content.getvalue()


def _merge(rng: random.Random, sheet: Any, rows: Rows, first: int) -> None:  # noqa: ANN401
    """Merge cells of one column that say the same, or nothing below the first."""
    if first >= len(rows) - 1:
        return
    column, top = rng.randrange(len(rows[first])), rng.randrange(first, len(rows) - 1)
    bottom = top
    while bottom + 1 < len(rows) and rows[bottom + 1][column] in {"", rows[top][column]}:
        bottom += 1
    if bottom > top and any(rows[top]):
        sheet.merge_range(top, column, bottom, column, rows[top][column])
        for row in rows[top + 1 : bottom + 1]:
            row[column] = ""


def repacked(rng: random.Random, book: bytes) -> bytes:
    """The same workbook in a package as other programs make it, or a damaged one."""
    kind = rng.randrange(12)
    if kind >= len(PACKAGES):
        return book
    rename, edit = PACKAGES[kind]
    content = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(content, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name.endswith((".xml", ".rels")):
                data = edit(data.decode()).encode()
            if rename(name):
                new.writestr(rename(name), data)
    return content.getvalue()


ERRORS: Final = ("#N/A", "#REF!")
STRICT: Final = "http://purl.oclc.org/ooxml/spreadsheetml/main"
LOOSE: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
PACKAGES: Final[tuple[tuple[Callable[[str], str], Callable[[str], str]], ...]] = (
    (lambda name: name.replace("/", "\\"), str),
    (lambda name: "/" + name, str),
    (lambda name: name.replace("sharedStrings", "SHAREDSTRINGS"), str),
    (
        lambda name: name.replace("sharedStrings.xml", "texts.xml"),
        lambda xml: xml.replace("sharedStrings.xml", "texts.xml"),
    ),
    (str, lambda xml: re.sub(r'Target="/?(?:xl/)?worksheets/', r'Target="worksheets\\', xml)),
    (str, lambda xml: "\ufeff" + xml),
    (str, lambda xml: re.sub(r'<dimension ref="[^"]*"', '<dimension ref="A1"', xml)),
    (str, lambda xml: xml.replace(LOOSE, STRICT)),
    (lambda name: "" if "styles" in name or "theme" in name else name, str),
    (lambda name: "" if "sharedStrings" in name else name, str),
)
"""How parts are named, and what stands in them."""


# ---- typed sheets: the exact account ------------------------------------------------------------


def try_typed(rng: random.Random, _folder: Path) -> list[str]:
    """What of a typed sheet is lost without a word."""
    rows = mutate(rng, sound_sheet(rng))
    reading = read_content(written(rng, rows), "s")
    if any(fault.row is None for fault in reading.faults) or not rows[0]:
        return []
    faulty = {fault.row for fault in reading.faults}
    told = {remark.column for remark in reading.remarks if remark.column}
    unnamed = any("without heading" in str(remark) for remark in reading.remarks)
    blank = any("say nothing" in str(remark) for remark in reading.remarks)
    taken = {entry.place: entry for entry in reading.entries}
    shift = _shift(reading)
    lost = []
    for number, row in enumerate(rows[1:], start=2):
        entry = taken.get(number + shift)
        for heading, cell in zip(rows[0], row, strict=True):
            text = cell.strip().strip("\u200b").removeprefix("'")  # kept from being a formula
            if not text or number + shift in faulty:
                continue
            if heading.strip() in told or (not heading.strip() and unnamed):
                continue
            if entry is None:
                lost += [] if blank else [f"row {number}: {heading} {cell!r}"]
            elif not _is_in(entry, heading, text, reading):
                lost.append(f"row {number}: {heading} {cell!r} not in {entry}")
    return lost


def _shift(reading: Reading) -> int:
    """Rows that stand above the headings."""
    for remark in reading.remarks:
        if "headings were found in row" in str(remark):
            return int(str(remark).split("in row ")[1].split(" ")[0]) - 1
    return 0


def _is_in(entry: Entry, heading: str, text: str, reading: Reading) -> bool:
    """Whether what a cell says is in the entry, or in a remark about it."""
    whole = json.dumps([str(value) for value in entry.values()], ensure_ascii=False)
    notes = " ".join(f.note for f in entry.findings)
    named = categories_of(text)
    found = {f.category for f in entry.findings}
    meant = (
        text in whole or text in notes or text in entry.opinion,
        word_of("result", text) == entry.result,
        named is not None and {*named} <= found,
        tick_of(text) is not None and any(f.repaired == tick_of(text) for f in entry.findings),
        tick_of(text) is False,
        pieces_of(text) in {0, *entry.repaired.values()},
        heading == "供电质量" and answer_of("supply", text) == "good",
        heading in {"序号", "户号", "日期", "供电所", "小组"},  # cells of these are read or faults
        any(text[:20] in str(remark) for remark in reading.remarks),
    )
    return any(meant)


# ---- other files ------------------------------------------------------------------------------

HIDDEN: Final = ' visible="false"'
CUSTOMERS: Final = "户号 户名 地址 电话 用户类别 经度 纬度 服务时长 时间窗 备注".split()  # noqa: SIM905


def try_customers(rng: random.Random, folder: Path) -> list[str]:
    """Rows of a customer file that are neither taken nor rejected."""
    rows: Rows = [list(CUSTOMERS)]
    for number in range(1, rng.randint(3, 8)):
        door = [f"{number:010d}", f"户{number}", f"村{number}号", "13900001000", "居民"]
        when = [rng.choice(["", "15"]), rng.choice(["", "8:00-11:00"]), ""]
        rows.append([*door, "113.5", "27.6", *when])
    rows = mutate(rng, rows)
    path = folder / "customers"
    path.write_bytes(written(rng, rows))
    try:
        intake = read_tables(customers=path, skip_bad_rows=True)
    except ZoufangError:
        return []
    filled = sum(1 for row in rows[1:] if any(cell.strip() for cell in row))
    left = len(intake.rejected["customers"].rows) if "customers" in intake.rejected else 0
    counted = len(intake.tables["customers"]) + left
    return [] if counted >= filled else [f"{filled} rows, {counted} told"]


def try_tables(rng: random.Random, folder: Path) -> list[str]:
    """Seasons and working days, of which every row counts or is a fault."""
    seasons: Rows = [["名称", "开始", "结束", "星期", "影响"]]
    seasons += [["农忙", rng.choice(["7月10日", "07-10", "SF-3"]), "07-31", "1-5", "避开"]] * 3
    days: Rows = [["日期", "上班", "备注"]]
    days += [[f"2027/2/{number}", rng.choice(["是", "否", "1"]), ""] for number in range(1, 5)]
    for name, rows, read in (("s", seasons, read_seasons), ("w", days, read_workdays)):
        path = folder / name
        changed = mutate(rng, rows) if len(rows[0]) > 4 else [rows[0], *rows[1:]]
        path.write_bytes(written(rng, changed))
        try:
            found: Any = read(path)
        except ZoufangError:
            continue
        filled = sum(1 for row in changed[1:] if any(cell.strip("\u200b\t ") for cell in row))
        if len(found) < filled:
            return [f"{name}: {filled} rows, {len(found)} taken"]
    return []


TAGS: Final = (
    *("access", "vehicle", "motor_vehicle", "motorcycle", "oneway", "oneway:motorcycle"),
    *("motorcycle:backward", "smoothness", "construction", "junction", "layer", "bridge"),
)
VALUES: Final = (
    *("yes", "no", "private", "destination", "forestry;agricultural", "no;yes", "-1", "emergency"),
    *("impassable", "roundabout", "1", "", "YES ", "是", "permit"),
)
BARRIERS: Final = ("gate", "block", "log", "bollard", "cycle_barrier", "yes", "", "stile;gate")


def try_roads(rng: random.Random, folder: Path) -> list[str]:
    """A network whose objects are in any order, marked, barred, or broken."""
    nodes = [
        f'<node id="{n}" lat="{27.6 + n // 4 * 0.01}" lon="{113.5 + n % 4 * 0.01}"'
        f"{rng.choice(('', '', HIDDEN))}/>"
        for n in range(1, 13)
    ]
    if rng.random() < 0.2:
        nodes[0] = rng.choice(
            ['<node id="1" lat="nan" lon="0"/>', '<node id="1" lat="0" lon="0"/>', "<node"]
        )
    tags = ["", *(f'<tag k="{key}" v="{value}"/>' for key in TAGS for value in VALUES)]
    for at in rng.sample(range(len(nodes)), 3):
        barrier = f'<tag k="barrier" v="{rng.choice(BARRIERS)}"/>{rng.choice(tags)}'
        nodes[at] = nodes[at].replace("/>", f">{barrier}</node>", 1)
    ways = [
        f'<way id="{way}">'
        + "".join(f'<nd ref="{rng.randint(1, 14)}"/>' for _ in range(4))
        + f'<tag k="highway" v="{rng.choice(["track", "path", "residential", "steps"])}"/>'
        + "".join({*rng.choices(tags, k=rng.randint(1, 3))})
        + "</way>"
        for way in range(100, 106)
    ]
    parts = nodes + ways
    if rng.random() < 0.5:
        rng.shuffle(parts)
    path = folder / "roads.osm"
    path.write_text(f'<osm version="0.6">{"".join(parts)}</osm>', encoding="utf-8")
    read_roads(path, Settings().travel)
    return []


VROOM_KEYS: Final = (
    *("options", "skills", "priority", "time_windows", "amount", "delivery", "pickup", "setup"),
    *("service", "location", "shipments", "capacity", "breaks", "costs", "steps", "max_tasks"),
    *("speed_factor", "profile", "type", "max_distance", "max_travel_time", "matrix", "routes"),
    *("setup_per_type", "description", "id", "start_index", "time_window", "unknown"),
)


def try_vroom(rng: random.Random, _folder: Path) -> list[str]:
    """A document whose keys and values are mixed up: solved, or refused with every fault."""
    matrix = [[0 if i == j else 60 for j in range(3)] for i in range(3)]
    document: dict[str, Any] = {
        "vehicles": [{"id": 1, "start_index": 0, "end_index": 0, "time_window": [0, 9999]}],
        "jobs": [{"id": n, "location_index": n, "service": 60, "setup": 5} for n in (1, 2)],
        "matrices": {"car": {"durations": matrix, "distances": matrix}},
    }
    values: tuple[Any, ...] = (None, "x", -1, 1.5, [], {}, [[0, 1]], "12", True, 10**12)
    for _ in range(rng.randint(0, 3)):
        part = rng.choice([document, *document["jobs"], *document["vehicles"]])
        key = rng.choice([*part, *VROOM_KEYS])
        part[key] = rng.choice(values)
        if not isinstance(document.get("jobs"), list) or not isinstance(
            document.get("vehicles"), list
        ):
            break
        if not all(isinstance(one, dict) for one in document["jobs"] + document["vehicles"]):
            break
    read_document(json.loads(json.dumps(document)))
    return []


KINDS: Final[dict[str, tuple[Callable[[random.Random, Path], list[str]], float]]] = {
    "typed sheets": (try_typed, 0.5),
    "customer files": (try_customers, 0.2),
    "settings tables": (try_tables, 0.15),
    "street networks": (try_roads, 0.1),
    "VROOM documents": (try_vroom, 0.05),
}


def trial(name: str, seed: str, folder: Path, counts: Counter[str]) -> str:
    """One input; what was wrong with how it was read, or ""."""
    began = time.monotonic()
    counts[f"{name}: inputs"] += 1
    try:
        lost = KINDS[name][0](random.Random(seed), folder)
    except ZoufangError:
        counts[f"{name}: refused with a sentence"] += 1
        return ""
    except Exception:  # noqa: BLE001  (that is what is looked for)
        counts[f"{name}: tracebacks"] += 1
        return f"{name} {seed}: {traceback.format_exc(limit=-3)}"
    if time.monotonic() - began > SLOWEST_S:
        counts[f"{name}: too slow"] += 1
        return f"{name} {seed}: took longer than {SLOWEST_S:.0f} s"
    if lost:
        counts[f"{name}: lost without a word"] += 1
        return f"{name} {seed}: {lost[0]}"
    return ""


def main(arguments: list[str] | None = None) -> int:
    """Try as many inputs as are asked for; 1 where one was not read as it should be."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--inputs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(arguments)
    counts: Counter[str] = Counter()
    wrong = []
    with tempfile.TemporaryDirectory() as folder:
        for name, (_, share) in KINDS.items():
            for number in range(max(1, round(asked.inputs * share))):
                told = trial(name, f"{asked.seed}/{number}", Path(folder), counts)
                wrong += [told] if told else []
    for name in sorted(counts):
        print(f"{counts[name]:>7,}  {name}")
    print("\n".join(wrong[:20]) or "nothing lost, no traceback, none too slow")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
