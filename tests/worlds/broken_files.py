"""Broken input files of many kinds, one wrong thing each: for all that must read files."""

from __future__ import annotations

import datetime as dt
import gzip
import io
import random
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

import xlsxwriter
from village import VILLAGE

from optimizer.intake import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Case = tuple[str, str, str, "bytes | None"]
"""What is wrong, with which table, in a file of which name, and its content (None: a folder)."""

TABLES = list(VILLAGE)
NO_NUMBER = [
    "x",
    "一百",
    "nan",
    "inf",
    "-inf",
    "1,2",
    "1_0",
    "0x1F",
    "１２Ｅ",
    "#N/A",
    "--",
    "1e400",
]
BAD_CELLS = {
    "account": ["", "1", "123456789", "12345678901234", "1.2E+09", "12345 6789", "-123456789", "A"],
    "id": ["9" * 51, "1.2E+11"],
    "text": ["长" * 1001, "x" * 5000],
    "phone": ["1" * 1001, "1.38E+10"],
    "lon": [*NO_NUMBER, "181", "-1000", "1134", "0.5", "180", "1e300"],
    "lat": [*NO_NUMBER, "91", "-91", "113.4", "2760", "-27.6", "1e300"],
    "minutes": [*NO_NUMBER, "0", "-5", "481", "1e9"],
    "count": [*NO_NUMBER, "0", "-1", "1.5", "1e12"],
    "kind": ["x", "居民和商业", "0", "NULL", "　。"],
    "windows": [
        "8",
        "上周",
        "8:00-",
        "-9:00",
        "10:00-9:00",
        "8:00-8:00",
        "8:60-9:00",
        "24:00-25:00",
    ],
    "clock": ["8", "八点", "25:00", "8:60", "1.354", "8:00-9:00"],
    "date": [
        "2027-02-30",
        "明天",
        "1.2.2027",
        "46023",
        "1899-12-31",
        "2101-01-01",
        "0",
        "02/03/27",
    ],
    "duty": ["8", "0", "周八", "1-8", "2027-13-01", "135", "每周"],
    "skills": ["x" * 1001],
}
"""For each type of column values that are none of its."""

REFERENCES = ["S99", "没有这个所", "S1;S2", "NULL", "0"]


@dataclass(frozen=True)
class Broken:
    """One import that must be refused: all files are good but one."""

    kind: str
    files: dict[str, Path]
    table: str

    @property
    def path(self) -> Path:
        return self.files[self.table]

    def __str__(self) -> str:
        return f"{self.kind}: {self.path.name}"


def broken_files(folder: Path, seed: int = 0) -> Iterator[Broken]:
    """More than 200 imports with one broken file each, the same for the same seed.

    Each has a folder of its own in `folder`.
    """
    rng = random.Random(seed)
    families = (
        encodings,
        wrong_types,
        noise,
        lengths,
        headings,
        bad_cells,
        bad_numbers,
        references,
        shapes,
        quotes,
        damaged_books,
        odd_books,
        crossed,
    )
    number = 0
    for family in families:
        for kind, table, name, content in family(rng):
            number += 1
            here = folder / f"{number:04d}"
            here.mkdir(parents=True)
            files = {}
            for good, lines in VILLAGE.items():
                files[good] = here / f"{good}.csv"
                files[good].write_text("\n".join(lines), encoding="utf-8")
            files[table] = here / name
            if content is None:
                files[table].mkdir()
            elif content != b"missing":
                files[table].write_bytes(content)
            yield Broken(kind, files, table)


# ---- files that are good but for one thing ----------------------------------------------------


def rows_of(table: str) -> list[list[str]]:
    return [line.split(",") for line in VILLAGE[table]]


def as_csv(rows: list[list[str]], encoding: str = "utf-8", end: str = "\r\n") -> bytes:
    return end.join(",".join(row) for row in rows).encode(encoding)


def as_xlsx(rows: list[list[object]]) -> bytes:
    store = io.BytesIO()
    book = xlsxwriter.Workbook(store, {"in_memory": True})
    book.set_properties({"created": dt.datetime(2026, 11, 23)})  # noqa: DTZ001
    sheet = book.add_worksheet()
    for number, row in enumerate(rows):
        for place, cell in enumerate(row):
            if cell != "":
                sheet.write(number, place, cell)
    book.close()
    return store.getvalue()


def repacked(book: bytes, change: dict[str, bytes | None]) -> bytes:
    """A workbook with other parts; None leaves a part out."""
    store = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(store, "w") as new:
        for name in old.namelist():
            part = change.get(name, old.read(name))
            if part is not None:
                new.writestr(zipfile.ZipInfo(name), part)
    return store.getvalue()


def replaced(table: str, at: int, value: str) -> list[list[str]]:
    """The table with another value in one column of its first row."""
    rows = rows_of(table)
    rows[1][at] = value
    return rows


def column_at(table: str, name: str) -> int | None:
    """Place of a column in the village's file."""
    headings = VILLAGE[table][0].split(",")
    column = next(column for column in COLUMNS[table] if column.name == name)
    return next((headings.index(word) for word in column.headings if word in headings), None)


# ---- the families -----------------------------------------------------------------------------


def encodings(rng: random.Random) -> Iterator[Case]:
    """Other encodings, several in one file, and text that has been through a wrong one."""
    for table in TABLES:
        text = "\n".join(VILLAGE[table])
        for name in ("utf-32", "utf-7"):
            yield f"text in {name}", table, "a.csv", text.encode(name)
        for name in ("utf-16", "utf-16-le", "utf-16-be"):
            yield f"half a letter of {name}", table, "a.csv", text.encode(name)[:-1]
        for name in ("big5", "shift_jis", "euc_kr"):
            yield f"text in {name}", table, "a.csv", text.encode(name, errors="replace")
        twice = text.encode("utf-8").decode("latin-1").encode("utf-8")
        yield "UTF-8 encoded twice", table, "a.csv", twice
        data = text.encode("utf-8")
        cut = rng.choice([i for i, byte in enumerate(data) if byte >= 0xC0 and i > 30]) + 1
        yield "a character cut in two", table, "a.csv", data[:cut]
        yield "an impossible byte", table, "a.csv", data[:cut] + b"\xff\xff" + data[cut:]
        yield "NUL in the text", table, "a.csv", data.replace(b",", b"\0,", 1)


def wrong_types(rng: random.Random) -> Iterator[Case]:
    """Files that are no tables, whatever their names say."""
    body = rng.randbytes(500)
    page = "<html><table><tr><td>户号</td></tr></table></html>".encode()
    docx = io.BytesIO()
    with zipfile.ZipFile(docx, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    for name, content in {
        "a.xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + body,
        "a.pdf": b"%PDF-1.7\n" + body,
        "a.png": b"\x89PNG\r\n\x1a\n" + body,
        "a.csv.gz": gzip.compress(as_csv(rows_of("customers")), mtime=0),
        "a.docx": docx.getvalue(),
        "empty.zip": b"PK\x05\x06" + b"\0" * 18,
        "pk.xlsx": b"PK",
        "page.xls": page,
        "a.json": b'[{"account_no": "0000000001"}]',
        "a.toml": b"[customers]\naccount_no = 1\n",
        "folder.csv": None,
        "missing.csv": b"missing",
        "missing.xlsx": b"missing",
    }.items():
        yield f"not a table: {name}", rng.choice(TABLES), name, content


def noise(rng: random.Random) -> Iterator[Case]:
    """Bytes and characters by chance."""
    for size in (1, 2, 3, 10, 100, 1000, 10_000, 100_000):
        yield f"{size} bytes", rng.choice(TABLES), "noise.csv", rng.randbytes(size)
        letters = "".join(rng.choices('abc,;\t\n"\r户号 =+-@', k=size))
        yield f"{size} characters", rng.choice(TABLES), "noise.csv", letters.encode()
        yield f"ZIP of {size} bytes", rng.choice(TABLES), "n.xlsx", b"PK\3\4" + rng.randbytes(size)


def lengths(rng: random.Random) -> Iterator[Case]:
    """Nothing, next to nothing, too much."""
    for content in (b"", b"\n", b" \r\n \r\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n", b",,,\n,,,\n"):
        yield f"nothing but {content!r}", rng.choice(TABLES), "a.csv", content
    for table in TABLES:
        yield "only the heading", table, "a.csv", as_csv(rows_of(table)[:1])
        yield "only the heading", table, "a.xlsx", as_xlsx(rows_of(table)[:1])
        yield "no heading", table, "a.csv", as_csv(rows_of(table)[1:])
    yield "no cell", "customers", "a.xlsx", as_xlsx([])
    place = column_at("customers", "address")
    yield "a huge cell", "customers", "a.csv", as_csv(replaced("customers", place, "x" * 200_000))
    yield "a huge cell", "customers", "a.xlsx", as_xlsx(replaced("customers", place, "x" * 32_000))


def headings(rng: random.Random) -> Iterator[Case]:
    """Required columns that are missing, mistaken or there twice."""
    for table in TABLES:
        for column in COLUMNS[table]:
            place = column_at(table, column.name)
            if place is None:
                continue
            rows = rows_of(table)
            for row in rows:
                row.append(row[place])
            yield f"{column.name} twice", table, "a.csv", as_csv(rows)
            if column.required:
                names = {*column.headings, *column.fallback}
                mine = {i for i, word in enumerate(rows_of(table)[0]) if word in names}
                rows = [[c for i, c in enumerate(row) if i not in mine] for row in rows_of(table)]
                yield f"no {column.name}", table, "a.csv", as_csv(rows)
                rows = rows_of(table)
                for i in mine:
                    rows[0][i] = rng.choice(["?", f"列{i}", rows[0][i] + "甲乙丙丁"])
                yield f"{column.name} renamed", table, "a.xlsx", as_xlsx(rows)


def bad_cells(rng: random.Random) -> Iterator[Case]:
    """A value that is none, in each column that can have one."""
    for table in TABLES:
        for column in COLUMNS[table]:
            place = column_at(table, column.name)
            if place is None:
                continue
            for value in BAD_CELLS[column.type]:
                if "," in value or column.reference:
                    continue
                rows = replaced(table, place, value)
                where = f"{table}.{column.name} = {value[:20]!r}"
                if rng.random() < 0.5:
                    yield where, table, "a.csv", as_csv(rows, rng.choice(["utf-8-sig", "gb18030"]))
                else:
                    yield where, table, "a.xlsx", as_xlsx(rows)
            if column.required:
                blank = rng.choice(["", " ", "\t", "\u3000", "\u200b"])
                yield (
                    f"{table}.{column.name} blank",
                    table,
                    "a.csv",
                    as_csv(replaced(table, place, blank)),
                )


def bad_numbers(rng: random.Random) -> Iterator[Case]:
    """Numbers, dates and truths where Excel should hold text, and the other way round."""
    for name, value in [
        ("account_no", 1),
        ("account_no", 123456789),
        ("account_no", 12345678901234567890),
        ("account_no", 0.5),
        ("account_no", True),
        ("phone", 1234567890123456),
        ("kind", 3),
        ("window", 0.354),
        ("lon", True),
        ("lat", 1e200),
        ("service_min", -1),
    ]:
        rows: list[list[object]] = [list(row) for row in rows_of("customers")]
        place = column_at("customers", name)
        rows[1][place] = value
        yield f"customers.{name} = {value!r} in Excel", "customers", "a.xlsx", as_xlsx(rows)
    for value in (46023, 0, -1, 1e10):
        rows = [list(row) for row in rows_of("leave")]
        rows[1][1] = value
        yield f"leave.first = {value!r} in Excel", "leave", "a.xlsx", as_xlsx(rows)


def references(rng: random.Random) -> Iterator[Case]:
    """Names of what is not there."""
    for table in TABLES:
        for column in COLUMNS[table]:
            place = column_at(table, column.name)
            for value in REFERENCES if column.reference else ():
                rows = replaced(table, place, value)
                yield f"{table}.{column.name} = {value!r}", table, "a.csv", as_csv(rows)


def shapes(rng: random.Random) -> Iterator[Case]:
    """Rows too long, too short, or twice."""
    for table in TABLES:
        rows = rows_of(table)
        yield "a cell too many", table, "a.csv", as_csv([*rows[:-1], [*rows[-1], "x"]])
        yield "a cell too few", table, "a.csv", as_csv([*rows[:-1], rows[-1][:-1]])
        yield "one cell", table, "a.csv", as_csv([*rows, ["x"]])
        yield "a row twice", table, "a.csv", as_csv([*rows, rows[1]])
        other = [*rows[1][:-1], "别的" if table != "stations" else "1999"]
        if table != "crews":
            yield "a row contradicted", table, "a.xlsx", as_xlsx([*rows, other])
        many = [rows[0], *([*rows[1]] for _ in range(rng.randint(2, 50)))]
        yield f"a row {len(many) - 1} times", table, "a.csv", as_csv(many)


def quotes(rng: random.Random) -> Iterator[Case]:
    """Quotation marks that do not pair, of several sorts."""
    for table in TABLES:
        for opened in ('"', '"a"b', '"a" ', '"a\n', '""a"'):
            rows = replaced(table, rng.randrange(1), opened)
            yield f"quotes {opened!r}", table, "a.csv", as_csv(rows, end=rng.choice(["\n", "\r\n"]))


def damaged_books(rng: random.Random) -> Iterator[Case]:
    """Workbooks cut short, overwritten, and with parts missing or spoilt."""
    for table in TABLES:
        book = as_xlsx(rows_of(table))
        for _ in range(4):
            yield "cut short", table, "a.xlsx", book[: rng.randrange(4, len(book) - 30)]
        for name in ("xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"):
            yield "overwritten", table, "a.xlsx", overwritten(book, name, rng)
        with zipfile.ZipFile(io.BytesIO(book)) as archive:
            sheet = archive.read("xl/worksheets/sheet1.xml")
        for kind, change in {
            "no workbook": {"xl/workbook.xml": None},
            "no sheet": {"xl/worksheets/sheet1.xml": None},
            "no strings": {"xl/sharedStrings.xml": None},
            "sheet cut short": {"xl/worksheets/sheet1.xml": sheet[: len(sheet) // 2]},
            "sheet of noise": {"xl/worksheets/sheet1.xml": rng.randbytes(300)},
            "workbook of noise": {"xl/workbook.xml": rng.randbytes(300)},
            "empty sheet": {"xl/worksheets/sheet1.xml": b""},
            "strings beyond the last": {
                "xl/worksheets/sheet1.xml": sheet.replace(b"<v>0<", b"<v>999<")
            },
            "cells nowhere": {"xl/worksheets/sheet1.xml": sheet.replace(b'r="A1"', b'r="1A"')},
            "a cell far out": {
                "xl/worksheets/sheet1.xml": sheet.replace(b'r="B2"', b'r="XFD1048576"')
            },
        }.items():
            yield kind, table, "a.xlsx", repacked(book, change)


def overwritten(book: bytes, name: str, rng: random.Random) -> bytes:
    """A workbook with a few bytes of the packed content of one part changed."""
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        entry = archive.getinfo(name)
    begin = entry.header_offset + 30 + len(name)
    spoilt = bytearray(book)
    for at in rng.sample(range(begin, begin + entry.compress_size), 5):
        spoilt[at] ^= rng.randrange(1, 256)
    return bytes(spoilt)


def odd_books(rng: random.Random) -> Iterator[Case]:
    """Workbooks that are sound, but of which nobody can say what is meant."""
    for hidden, sheets in ((False, 2), (True, 2), (False, 5)):
        store = io.BytesIO()
        book = xlsxwriter.Workbook(store, {"in_memory": True})
        if hidden:
            book.add_worksheet("empty")
        for _ in range(sheets):
            sheet = book.add_worksheet()
            for number, row in enumerate(rows_of("customers")):
                sheet.write_row(number, 0, row)
            if hidden:
                sheet.hide()
        book.close()
        yield f"{sheets} sheets, hidden: {hidden}", "customers", "a.xlsx", store.getvalue()
    store = io.BytesIO()
    book = xlsxwriter.Workbook(store, {"in_memory": True})
    book.add_chartsheet("chart")
    book.close()
    yield "only a chart", rng.choice(TABLES), "a.xlsx", store.getvalue()


def crossed(rng: random.Random) -> Iterator[Case]:
    """One file given for another."""
    for table in TABLES:
        for other in TABLES:
            if other != table and (table, other) != ("stations", "areas"):
                write = rng.choice([as_csv, as_xlsx])
                yield f"{other} as {table}", table, "a", write(rows_of(other))
