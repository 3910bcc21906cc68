"""From a column of text to a column of values: cleaned, parsed, each fault noted.

Parsers see each different text of a column once, and return its value with the code of what is
wrong with it, or None.
"""

from __future__ import annotations

import datetime as dt
import math
import re
import unicodedata
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import pandas as pd

from optimizer.settings import clock_text
from optimizer.tables.columns import KINDS, Column, ColumnType

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from optimizer.tables.faults import Findings, Grid, Texts


class Parsed(NamedTuple):
    """What a text means, or the code and the facts of why it means nothing."""

    value: str | float
    fault: str | None = None
    facts: dict[str, object] = {}  # noqa: RUF012  (never changed)


NUMBERS: Final[frozenset[ColumnType]] = frozenset({"lon", "lat", "minutes", "count"})
MAX_ID, MAX_TEXT = 50, 1000
EXCEL_DIGITS: Final = 15
MINUTES: Final = (1, 480)
ACCOUNT_DIGITS: Final = (10, 13)
"""The customary number, and that of newer billing systems."""


def parse_table(grid: Grid, findings: Findings) -> dict[str, NDArray[Any]]:
    """Every column of the grid's table as values: float64, or object arrays of str."""
    return {
        column.name: parse_column(grid, column, findings)
        if column.name in grid.places
        else _absent(column, len(grid))
        for column in grid.layout.columns
    }


def _absent(column: Column, rows: int) -> NDArray[Any]:
    if column.type in NUMBERS:
        return np.full(rows, np.nan)
    return np.full(rows, _DEFAULTS.get(column.type, ""), dtype=object)


def parse_column(grid: Grid, column: Column, findings: Findings) -> NDArray[Any]:
    """Values of one column; where something is wrong, it is noted and the value is empty."""
    place = grid.places[column.name]
    different: Texts
    codes, different = pd.factorize(grid.cells[place])
    empty = _empty(column)
    parse = PARSERS[column.type]
    parsed = [parse(plain) if (plain := clean(text)) else empty for text in different]
    number = column.type in NUMBERS
    found = np.array([each.value for each in parsed], dtype=float if number else object)
    values: NDArray[Any] = found[codes]
    numeric = grid.numeric[place] & (not number)
    faulty = np.array([each.fault is not None for each in parsed], dtype=bool)[codes]
    long = np.array([len(text.lstrip("-")) > EXCEL_DIGITS for text in different], dtype=bool)[codes]
    for at in map(int, np.flatnonzero(faulty | (numeric & long))):
        fault, facts = parsed[codes[at]].fault, parsed[codes[at]].facts
        if numeric[at]:
            fault = "rounded" if long[at] else _IF_NUMERIC.get(str(fault), fault)
        findings.cells(grid, str(fault), [at], column.name, facts)
        values[at] = np.nan if number else ""
    return values


_IF_NUMERIC: Final = {"short_account": "lost_zeros", "not_date": "number_date"}
"""What a fault is really, when Excel holds the cell as a number."""


def _empty(column: Column) -> Parsed:
    value: str | float = math.nan if column.type in NUMBERS else ""
    if column.required:
        return Parsed(value, "empty", {"name": f"{column.heading}/{column.name}"})
    return Parsed(_DEFAULTS.get(column.type, value))


_DEFAULTS: Final[dict[ColumnType, str]] = {"kind": "household"}


def clean(text: str) -> str:
    """Text without control characters, marks of direction, and space around it, in NFC.

    Characters of the private use areas stay: rare names are written with them.
    """
    if text.isascii() and text.isprintable():
        return text.strip()
    if not text.isprintable():
        text = re.sub(r"\s+", " ", text)
        text = "".join(
            letter for letter in text if unicodedata.category(letter) not in {"Cc", "Cf"}
        )
    return unicodedata.normalize("NFC", text).strip()


def narrow(text: str) -> str:
    """Text in the normal width: digits, letters and signs of Chinese keyboards become ASCII."""
    return text if text.isascii() else unicodedata.normalize("NFKC", text).strip()


_FORMULA_TEXT: Final = re.compile(r'="(.*)"')
_SCIENTIFIC: Final = re.compile(r"\d(\.\d+)?[eE]\+\d+")


def _identifier(text: str) -> str:
    """An id without the signs by which people keep Excel from making it a number."""
    if text.isascii() and text.isalnum():
        return text
    plain = narrow(text)
    formula = _FORMULA_TEXT.fullmatch(plain)
    return (formula[1] if formula else plain.lstrip("'`")).strip()


def _account(text: str) -> Parsed:
    plain = _identifier(text)
    if not (plain.isascii() and plain.isdigit()):
        return Parsed("", "scientific" if _SCIENTIFIC.fullmatch(plain) else "not_digits")
    if len(plain) in ACCOUNT_DIGITS:
        return Parsed(plain)
    fault = "short_account" if len(plain) < min(ACCOUNT_DIGITS) else "long_account"
    return Parsed("", fault, {"digits": len(plain)})


def _id(text: str) -> Parsed:
    plain = _identifier(text)
    if _SCIENTIFIC.fullmatch(plain):
        return Parsed("", "scientific")
    if len(plain) > MAX_ID:
        return Parsed("", "too_long", {"length": len(plain), "limit": MAX_ID})
    return Parsed(plain)


def _plain_text(text: str) -> Parsed:
    if len(text) > MAX_TEXT:
        return Parsed("", "too_long", {"length": len(text), "limit": MAX_TEXT})
    return Parsed(text)


def _phone(text: str) -> Parsed:
    plain = _identifier(text)
    if _SCIENTIFIC.fullmatch(plain):
        return Parsed("", "scientific")
    return _plain_text(plain)


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) and "_" not in text else None


def _degrees(example: str) -> Callable[[str], Parsed]:
    def parse(text: str) -> Parsed:
        number = _number(narrow(text).replace("−", "-").rstrip("°"))
        if number is None:
            return Parsed(math.nan, "not_degrees", {"example": example})
        return Parsed(number)

    return parse


def _minutes(text: str) -> Parsed:
    number = _number(re.sub(r"\s*(分钟|分|min)$", "", narrow(text)))
    if number is None:
        return Parsed(math.nan, "not_a_number")
    low, high = MINUTES
    if not low <= number <= high:
        return Parsed(math.nan, "out_of_range", {"low": low, "high": high})
    return Parsed(number)


def _count(text: str) -> Parsed:
    number = _number(re.sub(r"\s*户$", "", narrow(text)))
    if number is None:
        return Parsed(math.nan, "not_a_number")
    if number != int(number):
        return Parsed(math.nan, "not_whole")
    if not 1 <= number <= 10_000_000:
        return Parsed(math.nan, "out_of_range", {"low": 1, "high": 10_000_000})
    return Parsed(number)


def _kind(text: str) -> Parsed:
    kind = KINDS.get(re.sub(r"\s|用电$", "", narrow(text)).casefold())
    return Parsed("", "unknown_kind") if kind is None else Parsed(kind)


_CLOCK: Final = re.compile(r"(\d{1,2}):([0-5]\d)(:[0-5]\d)?")


def _seconds(text: str) -> int | None:
    """Seconds since midnight of HH:MM; seconds that Excel adds are dropped."""
    found = _CLOCK.fullmatch(text.strip())
    if found is None or int(found[1]) > 23:
        return None
    return int(found[1]) * 3600 + int(found[2]) * 60


def _clock(text: str) -> Parsed:
    time_s = _seconds(narrow(text))
    return Parsed("", "not_clock") if time_s is None else Parsed(clock_text(time_s))


def _windows(text: str) -> Parsed:
    windows: list[tuple[int, int]] = []
    for part in filter(None, map(str.strip, re.split(r"[;,、]", narrow(text)))):
        ends = [_seconds(end) for end in re.split(r"-{1,2}|[–—~至到]{1,2}", part)]
        if len(ends) != 2 or ends[0] is None or ends[1] is None:
            return Parsed("", "not_windows")
        if ends[1] <= ends[0]:
            return Parsed("", "window_order")
        windows.append((ends[0], ends[1]))
    windows.sort()
    if any(later[0] < earlier[1] for earlier, later in pairwise(windows)):
        return Parsed("", "windows_overlap")
    return Parsed(";".join(f"{clock_text(start)}-{clock_text(end)}" for start, end in windows))


_DATE: Final = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?([ T]\d{1,2}:\d\d(:\d\d)?)?"
    r"|(\d{4})(\d\d)(\d\d)"
)


def _day(text: str) -> dt.date | None:
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    year, month, day = (found[1] or found[6], found[2] or found[7], found[3] or found[8])
    try:
        return dt.date(int(year), int(month), int(day))
    except ValueError:
        return None


def _date(text: str) -> Parsed:
    day = _day(narrow(text))
    if day is None:
        return Parsed("", "not_date")
    return Parsed(day.isoformat()) if 2000 <= day.year <= 2100 else Parsed("", "far_date")


_WEEKDAY: Final = re.compile(r"(?:周|星期|礼拜)?([一二三四五六日天1-7])")
_WEEKDAY_NUMBER: Final = dict(
    zip("一二三四五六日天1234567", [*range(1, 8), 7, *range(1, 8)], strict=True)
)


def _duty(text: str) -> Parsed:
    weekdays, dates = set[int](), set[dt.date]()
    for part in filter(None, re.split(r"[\s,;、]+", narrow(text))):
        found = _WEEKDAY.fullmatch(part)
        day = _day(part)
        if found is not None:
            weekdays.add(_WEEKDAY_NUMBER[found[1]])
        elif day is not None and 2000 <= day.year <= 2100:
            dates.add(day)
        else:
            return Parsed("", "not_duty", {"part": part[:20]})
    return Parsed(",".join([*map(str, sorted(weekdays)), *(d.isoformat() for d in sorted(dates))]))


def _skills(text: str) -> Parsed:
    words = [word.strip() for word in re.split(r"[;,、/]", narrow(text))]
    return _plain_text(
        ";".join(dict.fromkeys(KINDS.get(word.casefold(), word) for word in words if word))
    )


PARSERS: Final[dict[ColumnType, Callable[[str], Parsed]]] = {
    "account": _account,
    "id": _id,
    "text": _plain_text,
    "phone": _phone,
    "lon": _degrees("113.4962"),
    "lat": _degrees("27.6468"),
    "minutes": _minutes,
    "count": _count,
    "kind": _kind,
    "windows": _windows,
    "clock": _clock,
    "date": _date,
    "duty": _duty,
    "skills": _skills,
}
