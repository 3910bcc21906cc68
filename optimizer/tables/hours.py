"""Times as people write them: of day, windows, dates, weekdays, lengths."""

from __future__ import annotations

import datetime as dt
import re
from itertools import pairwise
from typing import Final

DAY_S: Final = 86_400
HALF_DAY_S: Final = 43_200
LAST_MINUTE_S: Final = DAY_S - 60

_PARTS_OF_DAY: Final = {
    "早上": (21_600, HALF_DAY_S),
    "早": (21_600, HALF_DAY_S),
    "上午": (21_600, HALF_DAY_S),
    "中午": (41_400, 48_600),
    "下午": (HALF_DAY_S, 64_800),
    "傍晚": (61_200, 72_000),
    "晚上": (64_800, 79_200),
    "晚间": (64_800, 79_200),
    "晚": (64_800, 79_200),
    "am": (21_600, HALF_DAY_S),
    "pm": (HALF_DAY_S, 64_800),
}
"""What a part of the day means alone; with an hour, those after noon make it one of the evening."""
_AFTER_NOON: Final = frozenset({"晚", "下午", "傍晚", "晚上", "晚间", "pm"})
_WHOLE_DAY: Final = frozenset(
    {"全天", "整天", "全日", "白天", "任意", "任意时间", "任何时间", "随时", "随时可访", "不限"}
    | {"不限时", "不限时间", "均可", "都可", "都可以", "皆可", "24小时", "24h", "全天候", "上下午"}
    | {"无", "无要求", "-", "--", "—", "/", "allday", "anytime", "any", "24hours", "none", "null"}
)
_PART: Final = "早上|上午|中午|下午|傍晚|晚上|晚间|早|晚"
_TIME: Final = re.compile(
    rf"(?P<part>{_PART})?\s*(?P<hour>\d{{1,2}})"
    r"(?:\s*(?:[:.时點点])\s*(?P<minute>[0-5]\d|[0-9](?=分)|半|一刻|三刻|整)?分?(?::[0-5]\d(?:\.\d+)?)?)?"
    r"(?:\s*(?P<half>am|pm))?",
    re.IGNORECASE,
)
_BETWEEN: Final = re.compile(r"\s*(?:-{1,2}|[–—~至到―]{1,2})\s*")
_OPEN: Final = re.compile(r"\s*(?P<way>以后|之后|后|以前|之前|前)")
_APART: Final = re.compile(r"[;,、/|和及或与\s]+")
_NAMED_MINUTES: Final = {"半": 30, "一刻": 15, "三刻": 45, "整": 0}
_CLOCK: Final = re.compile(r"(\d{1,2}):([0-5]\d)(?::([0-5]\d)(?:\.\d+)?)?")
_DATED_CLOCK: Final = re.compile(r"(?:1899-12-3[01]|1900-01-0\d)[ T]")
"""The day that a spreadsheet puts before a time."""


def seconds_of(text: str) -> int | None:
    """Seconds since midnight of a time of day, to the minute; None if it is none.

    A spreadsheet's fraction of a day is one too.
    """
    plain = _DATED_CLOCK.sub("", text.strip())
    if re.fullmatch(r"0?\.\d{2,}", plain):
        return _to_the_minute(float(plain) * DAY_S)
    found = _CLOCK.fullmatch(plain)
    if found is not None:
        hour, minute, second = (int(part or 0) for part in found.groups())
        return _to_the_minute(hour * 3600 + minute * 60 + second) if hour < 24 else None
    named = _TIME.fullmatch(plain)
    if named is None or (named["minute"] is None and not re.search(r"[时點点]", plain)):
        return None
    return _of_day(named, "")


def _to_the_minute(time_s: float) -> int:
    return min(round(time_s / 60) * 60, LAST_MINUTE_S)


def windows_of(text: str) -> list[tuple[int, int]] | None:
    """Windows of a day in seconds, in order; none for the whole day, None if they are none."""
    plain = text.strip()
    if re.sub(r"\s", "", plain).casefold() in _WHOLE_DAY:
        return []
    found: list[tuple[int, int]] = []
    while plain:
        taken = _first_window(plain)
        if taken is None:
            return None
        window, plain = taken
        found.append(window)
        if plain:
            apart = _APART.match(plain)
            if apart is None:
                return None
            plain = plain[apart.end() :]
    if (0, LAST_MINUTE_S) in found and len(found) == 1:
        return []
    return sorted(found)


def _first_window(text: str) -> tuple[tuple[int, int], str] | None:
    """The window that a text begins with, and what follows it."""
    begin = _TIME.match(text)
    if begin is None:
        part = re.match(rf"{_PART}|am\b|pm\b", text, re.IGNORECASE)
        if part is None:
            return None
        return _PARTS_OF_DAY[part[0].casefold()], text[part.end() :]
    rest = text[begin.end() :]
    between, opened = _BETWEEN.match(rest), _OPEN.match(rest)
    if between is not None:
        end = _TIME.match(rest[between.end() :])
        if end is None:
            return None
        start_s, end_s = _of_day(begin, ""), _of_day(end, begin["part"] or "", is_end=True)
        rest = rest[between.end() + end.end() :]
    elif opened is not None and _is_clock(begin):
        time_s = _of_day(begin, "")
        is_after = "后" in opened["way"]
        start_s, end_s = (time_s, LAST_MINUTE_S) if is_after else (0, time_s)
        rest = rest[opened.end() :]
    else:
        return None
    if start_s is None or end_s is None or not (_is_clock(begin) or between):
        return None
    return (start_s, end_s), rest


def _is_clock(found: re.Match[str]) -> bool:
    """Whether it is more than a number alone."""
    return found["part"] is not None or re.fullmatch(r"\d+", found[0].strip()) is None


def _of_day(found: re.Match[str], part: str, *, is_end: bool = False) -> int | None:
    """Seconds since midnight; the part of the day of the beginning holds for the end."""
    hour = int(found["hour"])
    minute = found["minute"] or "0"
    minutes = _NAMED_MINUTES[minute] if minute in _NAMED_MINUTES else int(minute)
    named = (found["part"] or part or found["half"] or "").casefold()
    if named in _AFTER_NOON and hour < 12:
        hour += 12
    if is_end and (hour, minutes) == (24, 0):
        return LAST_MINUTE_S
    return hour * 3600 + minutes * 60 if hour < 24 else None


def overlap(windows: list[tuple[int, int]]) -> bool:
    """Whether windows in order overlap."""
    return any(later[0] < earlier[1] for earlier, later in pairwise(windows))


_WEEKDAY_SUFFIX: Final = (
    r"\s*[（(]?(?:(?:周|星期|礼拜)[一二三四五六日天]|(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\w*)?[)）]?"
)
_DATE: Final = re.compile(
    r"(?P<year>(?:20)?[2-3]\d|\d{4})\s*[-/.年]\s*(?P<month>\d{1,2})\s*[-/.月]\s*(?P<day>\d{1,2})"
    r"\s*[日号]?" + _WEEKDAY_SUFFIX + r"(?:[ T]?\s*(?:上午|下午|[AP]M)?(?<!\d)\s*\d{1,2}[:时点]"
    r"(?:\d\d(?:[:分]\d\d(?:\.\d+)?秒?|分)?)?(?:\s*[AP]M|\+08:?00)?|[ ]?[上下]午)?"
    r"|(?P<packed>\d{8})"
)
_NAMED_MONTH: Final = re.compile(
    r"(?P<day>\d{1,2})[-\s](?P<month>[A-Za-z]{3})[a-z]*[-\s,]\s*(?P<year>(?:20)?[2-3]\d)"
)


def day_of(text: str) -> dt.date | None:
    """A date in any of the ways to write one, two-digit years in this century; None if it is none.

    Two digits are a year only from 20 to 39: 02/03/27 may be any of three days.
    """
    plain = text.strip()
    found = _DATE.fullmatch(plain) or _NAMED_MONTH.fullmatch(plain)
    if found is None:
        return None
    named = found.groupdict()
    if packed := named.get("packed"):
        named = {"year": packed[:4], "month": packed[4:6], "day": packed[6:]}
    month = named["month"].casefold()
    try:
        number = int(month) if month.isdigit() else _MONTHS.index(month) + 1
        year = int(named["year"]) + (2000 if len(named["year"]) == 2 else 0)
        return dt.date(year, number, int(named["day"]))
    except ValueError:
        return None


_YEARLY: Final = re.compile(
    r"(?P<month>\d{1,2})\s*[-/.月]\s*(?P<day>\d{1,2})\s*[日号]?"
    r"|(?P<first>\d{1,2})-(?P<name>[A-Za-z]{3})|(?P<other>[A-Za-z]{3})-(?P<last>\d{1,2})"
)
_FESTIVAL: Final = re.compile(
    r"(?:SF|春节)(?P<plain>[+-]\d+)?(?:(?P<side>前|后)(?P<days>\d+)天?)?", re.IGNORECASE
)
_MONTHS: Final = "jan feb mar apr may jun jul aug sep oct nov dec".split()  # noqa: SIM905


def season_of(text: str) -> str | None:
    """A day of a season: 07-10 every year, 2027-07-10 once, SF-14 by Spring Festival; or None.

    7月10日, 10-Jul and 春节前14天 mean the same.
    """
    plain = re.sub(r"\s", "", text)
    if found := _FESTIVAL.fullmatch(plain):
        days = int(found["plain"] or 0) + int(found["days"] or 0) * (
            -1 if found["side"] == "前" else 1
        )
        return f"SF{days:+d}" if days else "SF"
    if (day := day_of(text)) is not None:
        return day.isoformat()
    found = _YEARLY.fullmatch(plain)
    if found is None:
        return None
    name = (found["name"] or found["other"] or "").casefold()
    if name and name not in _MONTHS:
        return None
    month = _MONTHS.index(name) + 1 if name else int(found["month"])
    number = int(found["day"] or found["first"] or found["last"])
    try:
        return dt.date(2028, month, number).strftime("%m-%d")
    except ValueError:
        return None


_WEEKDAYS: Final = dict(
    zip("一二三四五六日天1234567", [*range(1, 8), 7, *range(1, 8)], strict=True)
)
_ENGLISH: Final = {
    name: number
    for number, names in enumerate(
        ("mon monday", "tue tues tuesday", "wed wednesday", "thu thur thursday", "fri friday",
         "sat saturday", "sun sunday"), start=1
    )
    for name in names.split()
}  # fmt: skip
_NAMED_DAYS: Final = {
    **dict.fromkeys(("每天", "每日", "天天", "daily", "everyday"), range(1, 8)),
    **dict.fromkeys(("工作日", "平日", "weekdays"), range(1, 6)),
    **dict.fromkeys(("周末", "双休日", "双休", "weekend"), (6, 7)),
}
_WEEK: Final = r"(?:周|星期|礼拜)?"
_DAY_RANGE: Final = re.compile(
    rf"{_WEEK}([一二三四五六日天1-7])\s*(?:-|[–—~至到])\s*{_WEEK}([一二三四五六日天1-7])"
)
_DAY_LIST: Final = re.compile(
    r"(?:每?(?:周|星期|礼拜)|(?=[一二三四五六日天]{2}))([一二三四五六日天1-7]+)"
)
_ENGLISH_RANGE: Final = re.compile(r"([a-z]{3,9})\s*(?:-|[–—~]|to)\s*([a-z]{3,9})")


def weekdays_of(part: str) -> frozenset[int] | None:
    """Weekdays (Monday is 1) of one word: 1, 周三, 周一三五, 周一至周五, 每天; or None."""
    word = part.strip().casefold()
    if (day := _WEEKDAYS.get(word) or _ENGLISH.get(word)) is not None:
        return frozenset({day})
    if word in _NAMED_DAYS:
        return frozenset(_NAMED_DAYS[word])
    if found := _DAY_RANGE.fullmatch(word):
        first, last = _WEEKDAYS[found[1]], _WEEKDAYS[found[2]]
        return _between(first, last)
    if found := _ENGLISH_RANGE.fullmatch(word):
        first, last = (_ENGLISH.get(name, 0) for name in found.groups())
        return _between(first, last) if first and last else None
    if found := _DAY_LIST.fullmatch(word):
        return frozenset(_WEEKDAYS[letter] for letter in found[1])
    return None


def _between(first: int, last: int) -> frozenset[int]:
    """Weekdays from one to another, over Sunday where need be."""
    days = range(first, last + 1) if first <= last else [*range(first, 8), *range(1, last + 1)]
    return frozenset(days)


_LENGTH: Final = re.compile(
    r"(?:(?P<hours>\d+(?:\.\d+)?|半|一|两|二|三)个?(?P<more>半)?(?:小时|钟头|h|hr|hours?)"
    r"(?P<half>半)?(?:零|又)?)?"
    r"(?:(?P<minutes>\d+(?:\.\d+)?)(?:分钟?|mins?|minutes?|'|′|$))?"
    r"(?:(?P<seconds>\d+(?:\.\d+)?)(?:秒钟?|s|secs?|seconds?))?"
    r"(?P<quarters>一刻钟|两刻钟|三刻钟)?",
    re.IGNORECASE,
)
_FEW: Final = {"半": 0.5, "一": 1.0, "两": 2.0, "二": 2.0, "三": 3.0}
_QUARTERS: Final = {"一刻钟": 15.0, "两刻钟": 30.0, "三刻钟": 45.0}


def minutes_of(text: str) -> float | None:
    """Minutes of a length of time: 15, 15分钟, 半小时, 1小时30分, 900秒, 1:30; or None."""
    plain = re.sub(r"\s", "", text)
    if found := re.fullmatch(r"(\d{1,2}):([0-5]\d)(?::([0-5]\d))?", plain):
        return int(found[1]) * 60 + int(found[2]) + int(found[3] or 0) / 60
    found = _LENGTH.fullmatch(plain)
    if found is None or not plain:
        return None
    hours = found["hours"]
    total = 0.0 if hours is None else 60 * (_FEW[hours] if hours in _FEW else float(hours))
    total += 30 if found["half"] or found["more"] else 0
    total += float(found["minutes"] or 0) + float(found["seconds"] or 0) / 60
    return total + _QUARTERS.get(found["quarters"] or "", 0.0)
