"""From a column of text to a column of values: cleaned, parsed, each fault noted.

Parsers see each different text of a column once, and return its value with the code of what is
wrong with it, or None.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import pandas as pd

from optimizer.settings import clock_text
from optimizer.tables.angles import degrees_of
from optimizer.tables.clean_text import clean, narrow, unquoted
from optimizer.tables.column_types import KINDS, Column, ColumnType, unit_of
from optimizer.tables.faults import DATE, NUMBER, UNREAD, shown
from optimizer.tables.hours import (
    day_of,
    minutes_of,
    overlap,
    season_of,
    seconds_of,
    weekdays_of,
    windows_of,
)
from optimizer.tables.phone_numbers import is_no_phone, is_odd, tidy

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
    factor = unit_of(grid.heading(column.name), column)
    parsed = [
        _parsed(plain, column, factor) if (plain := unquoted(clean(text))) else empty
        for text in different
    ]
    number = column.type in NUMBERS
    found = np.array([each.value for each in parsed], dtype=float if number else object)
    values: NDArray[Any] = found[codes]
    numeric = (grid.kinds[place] == NUMBER) & (not number)
    dated = (grid.kinds[place] == DATE) & np.isin(column.type, _SPOILT_BY_DATES)
    faulty = np.array([each.fault is not None for each in parsed], dtype=bool)[codes]
    long = np.array([len(text.lstrip("-")) > EXCEL_DIGITS for text in different], dtype=bool)[codes]
    long &= np.isin(column.type, _LONG)
    lost = grid.kinds[place] == UNREAD
    for at in map(int, np.flatnonzero(faulty | (numeric & long) | dated | lost)):
        fault, facts = parsed[codes[at]].fault, parsed[codes[at]].facts
        if lost[at]:
            fault = "formula_cell" if grid.cells[place][at][:1] == "=" else "error_cell"
        elif numeric[at]:
            fault = "rounded" if long[at] else _IF_NUMERIC.get(str(fault), fault)
        if dated[at]:
            fault = "excel_date"
        findings.cells(grid, str(fault), [at], column.name, facts)
        values[at] = np.nan if number else ""
    _remark(grid, column, codes, different, findings)
    return values


def _parsed(plain: str, column: Column, factor: float) -> Parsed:
    if plain[0] == "#" and _ERROR.fullmatch(plain):
        return Parsed(math.nan if column.type in NUMBERS else "", "error_cell")
    if column.type == "minutes":
        return _minutes(plain, factor)
    if column.type == "count":
        return _count(plain, factor)
    parsed = PARSERS[column.type](plain)
    if factor != 1.0 and isinstance(parsed.value, float):
        return parsed._replace(value=parsed.value * factor)
    return parsed


_ERROR: Final = re.compile(
    r"#(?:N/A|REF!|VALUE!|NAME\?|DIV/0!|NUM!|NULL!|SPILL!|CALC!|GETTING_DATA|FIELD!|BLOCKED!"
    r"|CONNECT!|UNKNOWN!|BUSY!)|#{3,}",
    re.IGNORECASE,
)
"""How spreadsheets write their errors, and a column that is too narrow."""


_SPOILT_BY_DATES: Final = ("account", "id", "weekdays", "season")
_LONG: Final = ("account", "id", "phone", "text", "skills", "kind")
_LIKE_DATE: Final = re.compile(
    r"\d{1,2}月\d{1,2}日|\d{1,2}-(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
    r"|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)-\d{2}",
    re.IGNORECASE,
)

_FULL_DATE: Final = re.compile(r"\d{4}([-/])\d{1,2}\1\d{1,2}")
"""Of an id or an address a spreadsheet has made it."""


def _remark(
    grid: Grid, column: Column, codes: NDArray[Any], different: Texts, findings: Findings
) -> None:
    """What may be meant as it stands, and rather is not."""
    if column.type in {"text", "phone", "duty"}:
        dated = grid.kinds[grid.places[column.name]] == DATE
        forms = (_LIKE_DATE, _FULL_DATE) if column.name in {"name", "address"} else (_LIKE_DATE,)
        like = np.array([any(one.fullmatch(text.strip()) for one in forms) for text in different])
        _warn(
            grid, column, "excel_date_text", dated | like[codes] if len(like) else dated, findings
        )
    if column.type == "phone":
        odd = np.array([bool(text.strip()) and _is_odd_phone(text) for text in different])
        _warn(grid, column, "odd_phone", odd[codes] if len(odd) else odd, findings)


def _is_odd_phone(text: str) -> bool:
    plain = unquoted(clean(text))
    return not is_no_phone(plain) and not _ERROR.fullmatch(plain) and is_odd(plain)


def _warn(
    grid: Grid, column: Column, code: str, where: NDArray[np.bool_], findings: Findings
) -> None:
    places = np.flatnonzero(where)
    if len(places):
        example = shown(grid.cells[grid.places[column.name]][places[0]])
        facts = {"count": len(places), "row": grid.number(int(places[0])), "example": example}
        findings.warn(grid.path, code, facts, column=grid.heading(column.name))


_IF_NUMERIC: Final = {"short_account": "lost_zeros", "not_date": "number_date"}
"""What a fault is really, when Excel holds the cell as a number."""


def _empty(column: Column) -> Parsed:
    value: str | float = math.nan if column.type in NUMBERS else ""
    if column.required:
        return Parsed(value, "empty", {"name": f"{column.heading}/{column.name}"})
    return Parsed(_DEFAULTS.get(column.type, value))


_DEFAULTS: Final[dict[ColumnType, str]] = {"kind": "household"}


_SCIENTIFIC: Final = re.compile(r"\d(\.\d+)?[eE]\+\d+")


def _identifier(text: str) -> str:
    """An id without the signs by which people keep Excel from making it a number."""
    if text.isascii() and text.isalnum():
        return text
    plain = unquoted(narrow(text)).lstrip("'`").strip()
    whole = _DECIMALS.fullmatch(plain)
    return whole[1] if whole else plain


_DECIMALS: Final = re.compile(r"(\d+)\.0+")
"""What a program writes of whole numbers that it holds as others."""


def _account(text: str) -> Parsed:
    plain = re.sub(r"(?<=\d)[ -](?=\d)", "", _identifier(text))
    if not (plain.isascii() and plain.isdigit()):
        return Parsed("", "scientific" if _SCIENTIFIC.fullmatch(plain) else "not_digits")
    if len(plain) < min(ACCOUNT_DIGITS) and "." in narrow(text):
        return Parsed("", "lost_zeros")
    if len(plain) in ACCOUNT_DIGITS:
        return Parsed(plain)
    fault = "short_account" if len(plain) < min(ACCOUNT_DIGITS) else "long_account"
    return Parsed("", fault, {"digits": len(plain)})


def _id(text: str) -> Parsed:
    plain = _identifier(text)
    if _SCIENTIFIC.fullmatch(plain):
        return Parsed("", "scientific")
    if _LIKE_DATE.fullmatch(plain) or _FULL_DATE.fullmatch(plain):
        return Parsed("", "excel_date")
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
    return Parsed("") if is_no_phone(plain) else _plain_text(tidy(plain))


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) and "_" not in text else None


def _degrees(example: str, *, east: bool) -> Callable[[str], Parsed]:
    def parse(text: str) -> Parsed:
        number = degrees_of(text, east=east)
        if number is None:
            return Parsed(math.nan, "not_degrees", {"example": example})
        return Parsed(number)

    return parse


def _minutes(text: str, factor: float = 1.0) -> Parsed:
    plain = narrow(text)
    number = _number(plain)
    length = minutes_of(plain) if number is None else number * factor
    if length is None:
        return Parsed(math.nan, "not_a_number")
    low, high = MINUTES
    if not low <= length <= high:
        return Parsed(math.nan, "out_of_range", {"low": low, "high": high})
    return Parsed(length)


_ROUNDING: Final = 1e-6
"""1.1 times ten thousand is not quite whole."""
_THOUSANDS: Final = re.compile(r"\d{1,3}(?:,\d{3})+")


def _count(text: str, factor: float = 1.0) -> Parsed:
    plain = re.sub(r"\s*户$", "", narrow(text))
    if plain.endswith(("万", "千")):
        plain, factor = plain[:-1], factor * (10_000 if plain[-1] == "万" else 1000)
    if _THOUSANDS.fullmatch(plain):
        plain = plain.replace(",", "")
    number = _number(plain)
    if number is None:
        return Parsed(math.nan, "not_a_number")
    number *= factor
    if abs(number - round(number)) > _ROUNDING:
        return Parsed(math.nan, "not_whole")
    number = float(round(number))
    if not 1 <= number <= 10_000_000:
        return Parsed(math.nan, "out_of_range", {"low": 1, "high": 10_000_000})
    return Parsed(number)


def _kind(text: str) -> Parsed:
    kind = KINDS.get(re.sub(r"\s|用电$", "", narrow(text)).casefold())
    return Parsed("", "unknown_kind") if kind is None else Parsed(kind)


def _clock(text: str) -> Parsed:
    time_s = seconds_of(narrow(text))
    return Parsed("", "not_clock") if time_s is None else Parsed(clock_text(time_s))


def _windows(text: str) -> Parsed:
    windows = windows_of(narrow(text))
    if windows is None:
        return Parsed("", "not_windows")
    if any(end <= start for start, end in windows):
        return Parsed("", "window_order")
    if overlap(windows):
        return Parsed("", "windows_overlap")
    return Parsed(";".join(f"{clock_text(start)}-{clock_text(end)}" for start, end in windows))


def _date(text: str) -> Parsed:
    day = day_of(narrow(text))
    if day is None:
        return Parsed("", "not_date")
    return Parsed(day.isoformat()) if 2000 <= day.year <= 2100 else Parsed("", "far_date")


def _duty(text: str) -> Parsed:
    weekdays, dates = set[int](), set[dt.date]()
    for part in _listed(text):
        named, day = weekdays_of(part), day_of(part)
        if named is not None:
            weekdays |= named
        elif day is not None and 2000 <= day.year <= 2100:
            dates.add(day)
        else:
            return Parsed("", "not_duty", {"part": part[:20]})
    return Parsed(",".join([*map(str, sorted(weekdays)), *(d.isoformat() for d in sorted(dates))]))


_JOINED: Final = re.compile(r"\s*([-–—~至到])\s*")


def _listed(text: str) -> list[str]:
    """The parts of a list of days."""
    plain = _JOINED.sub(r"\1", narrow(text))
    if not re.search(r"\d/\d", plain):  # a date
        plain = plain.replace("/", ",")
    return [part for part in re.split(r"[\s,;、和及与]+", plain) if part]


def _weekdays(text: str) -> Parsed:
    weekdays = set[int]()
    for part in _listed(text):
        named = weekdays_of(part)
        if named is None:
            return Parsed("", "not_weekdays", {"part": part[:20]})
        weekdays |= named
    return Parsed(",".join(map(str, sorted(weekdays))))


def _season(text: str) -> Parsed:
    day = season_of(narrow(text))
    return Parsed("", "not_season") if day is None else Parsed(day)


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
    "lon": _degrees("113.4962", east=True),
    "lat": _degrees("27.6468", east=False),
    "minutes": _minutes,
    "count": _count,
    "kind": _kind,
    "windows": _windows,
    "clock": _clock,
    "date": _date,
    "duty": _duty,
    "weekdays": _weekdays,
    "season": _season,
    "skills": _skills,
}
