"""Working days, make-up days and holidays: published, the campaign's own, or projected.

A day is a working day by the campaign's own `workdays.csv`, else by the published calendar of the
State Council (chinesecalendar), else by projection: weekdays without the holidays that are sure to
come. A projected day is marked as forecast. Make-up days (a Saturday worked for a longer holiday)
are published in November of the year before and are not projected, so that a forecast errs by some
six days a year on the safe side.
"""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import TYPE_CHECKING

import chinese_calendar
import pandas as pd

from optimizer.catalogue import Message
from optimizer.tables.clean_text import narrow
from optimizer.tables.column_types import Layout, column
from optimizer.workdays.tables import refuse, small_table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from optimizer.errors import Fault
    from optimizer.tables.table_rows import TableReading, TableRow

ONE_DAY = dt.timedelta(days=1)
MONDAY = dt.date(1970, 1, 5)

# First days of the lunar years (Spring Festival), Dragon Boat and Mid-Autumn festivals.
LUNAR = {
    2024: ((2, 10), (6, 10), (9, 17)),
    2025: ((1, 29), (5, 31), (10, 6)),
    2026: ((2, 17), (6, 19), (9, 25)),
    2027: ((2, 6), (6, 9), (9, 15)),
    2028: ((1, 26), (5, 28), (10, 3)),
    2029: ((2, 13), (6, 16), (9, 22)),
    2030: ((2, 3), (6, 5), (9, 12)),
    2031: ((1, 23), (6, 24), (10, 1)),
    2032: ((2, 11), (6, 12), (9, 19)),
    2033: ((1, 31), (6, 1), (9, 8)),
    2034: ((2, 19), (6, 20), (9, 27)),
    2035: ((2, 8), (6, 10), (9, 16)),
    2036: ((1, 28), (5, 30), (10, 4)),
}
_YES = {"1", "yes", "true", "y", "是", "上班", "工作", "班", "补班", "√", "✓"}
_NO = {"0", "no", "false", "n", "否", "放假", "休息", "休", "不上班", "×", "✗"}
LAYOUT = Layout(
    "workdays",
    (
        column("date", "日期", "date", "the day", required=True),
        column("working", "上班 是否上班 工作日", "text", "1 or 是, 0 or 否", required=True),
        column("note", "备注 说明", "text", "why"),
    ),
    by_hand=True,
)
"""workdays.csv."""


def working_days(first: dt.date, last: dt.date, override: Path | None = None) -> pd.DataFrame:
    """Every day from `first` to `last`, both included.

    Parameters
    ----------
    first, last
        A `last` before `first` gives no rows.
    override
        The campaign's workdays.csv (columns date, working, note); None or a file that does not
        exist for none.

    Returns
    -------
    pandas.DataFrame
        Columns date (datetime64), working (bool), holiday (bool: free though a weekday, or
        a weekend within a holiday), forecast (bool: projected, nobody has published it), note.

    Raises
    ------
    IntakeError
        With every fault of the override file.
    """
    own = read_workdays(override) if override is not None and override.exists() else {}
    days = list(_span(first, last))
    rows = [_own_day(*own[day]) if day in own else _calendar_day(day) for day in days]
    frame = pd.DataFrame(rows, columns=["working", "holiday", "forecast", "note"])
    frame = frame.astype({"working": bool, "holiday": bool, "forecast": bool, "note": "str"})
    frame.insert(0, "date", pd.to_datetime(pd.Series(days, dtype="object")).astype("datetime64[s]"))
    return frame


def _span(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    return (first + offset * ONE_DAY for offset in range((last - first).days + 1))


def _own_day(working: bool, note: str) -> tuple[bool, bool, bool, str]:  # noqa: FBT001
    return working, not working, False, note


def _calendar_day(day: dt.date) -> tuple[bool, bool, bool, str]:
    try:
        working = bool(chinese_calendar.is_workday(day))
        name = chinese_calendar.get_holiday_detail(day)[1]
    except NotImplementedError:
        return _projected_day(day)
    return working, not working and name is not None, False, name or ""


def _projected_day(day: dt.date) -> tuple[bool, bool, bool, str]:
    name = _projected_holidays(day.year).get(day, "")
    return day.weekday() < 5 and not name, bool(name), True, name


@cache
def _projected_holidays(year: int) -> dict[dt.date, str]:
    """Holidays of a year whose calendar is not published, as they usually lie.

    Spring Festival from New Year's Eve for eight days, five days from 1 May, seven from 1 October,
    one for each of the others; a single day on a weekend is followed by a free Monday.
    """
    days: dict[dt.date, str] = {}
    singles = [(dt.date(year, 1, 1), "New Year"), (_tomb_sweeping(year), "Tomb-sweeping")]
    if year in LUNAR:
        spring, dragon, autumn = (dt.date(year, *day) for day in LUNAR[year])
        days |= dict.fromkeys(_span(spring - ONE_DAY, spring + 6 * ONE_DAY), "Spring Festival")
        singles += [(dragon, "Dragon Boat"), (autumn, "Mid-Autumn")]
    days |= dict.fromkeys(_span(dt.date(year, 5, 1), dt.date(year, 5, 5)), "Labour Day")
    days |= dict.fromkeys(_span(dt.date(year, 10, 1), dt.date(year, 10, 7)), "National Day")
    for day, name in singles:
        days.setdefault(day, name)
        if day.weekday() >= 5:
            days.setdefault(day + (7 - day.weekday()) * ONE_DAY, name)
    return days


def _tomb_sweeping(year: int) -> dt.date:
    """Qingming by the usual formula for the 21st century."""
    short = year - 2000
    return dt.date(year, 4, int(short * 0.2422 + 4.81) - short // 4)


def read_workdays(path: Path) -> dict[dt.date, tuple[bool, str]]:
    """The campaign's own working days: date to (working, note).

    Raises
    ------
    IntakeError
        With every fault of the file.
    """
    days: dict[dt.date, tuple[bool, str]] = {}
    table = small_table(path, LAYOUT)
    refuse(path, [fault for row in table.rows for fault in _take_row(table, row, days)])
    return days


def _take_row(
    table: TableReading, row: TableRow, days: dict[dt.date, tuple[bool, str]]
) -> list[Fault]:
    faults = [*row.faults]
    word = narrow(row.cells["working"]).casefold()
    if word and word not in _YES | _NO:
        problem, action = Message("row.no_working"), Message("row.write_working")
        faults.append(table.fault(row, "working", problem, action))
    day = dt.date.fromisoformat(row.cells["date"]) if row.cells["date"] else None
    if day in days:
        faults.append(table.fault(row, "date", Message("row.twice"), Message("row.delete")))
    if not faults and day is not None:
        days[day] = (word in _YES, row.cells["note"])
    return faults
