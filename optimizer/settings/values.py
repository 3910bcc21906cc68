"""How values stand in campaign.toml: times and days of the day and year, windows, plain TOML."""

from __future__ import annotations

import datetime as dt
import json
from typing import Annotated, Final

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    PlainSerializer,
    ValidationInfo,
)

from optimizer.errors import SettingsError


def clock(text: object) -> int:
    """Seconds since midnight of a time of day written as HH:MM."""
    if isinstance(text, int) and not isinstance(text, bool):
        return text
    try:
        hour, minute = str(text).split(":")
        return dt.time(int(hour), int(minute)).hour * 3600 + int(minute) * 60
    except ValueError:
        raise SettingsError("value.clock", text=text) from None


def clock_text(time_s: int) -> str:
    """HH:MM of seconds since midnight, rounded to the nearest minute."""
    minutes = (time_s + 30) // 60
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def windows(text: str) -> str:
    """Windows of the day written as 08:30-11:00;14:00-16:00, as they are.

    Raises
    ------
    ValueError
        A part is no window, or they are not one after the other.
    """
    last_s = -1
    for part in text.split(";") if text else ():
        ends = [clock(end.strip()) for end in part.split("-")]
        if len(ends) != 2:
            raise SettingsError("value.window", text=part)
        if not last_s < ends[0] < ends[1]:
            raise SettingsError("value.windows", text=text)
        last_s = ends[1]
    return text


def some_windows(text: str) -> str:
    """At least one window of the day, as it is.

    Raises
    ------
    ValueError
        There is none, or they are not one after the other.
    """
    if not text:
        raise SettingsError("value.no_window")
    return windows(text)


def month_day(text: str) -> str:
    """A day of any year written as MM-DD, as it is.

    Raises
    ------
    ValueError
        There is no such day, not even in a leap year.
    """
    try:
        if len(text) == len("MM-DD"):
            dt.date.fromisoformat(f"2028-{text}")
            return text
    except ValueError:
        pass
    raise SettingsError("value.month_day", text=text)


def maybe_month_day(text: str) -> str:
    """The same, or nothing."""
    return month_day(text) if text else text


def address(text: str) -> str:
    """An address with places for date, station and crew, as it is."""
    try:
        text.format(date="", station="", crew="")
    except (KeyError, IndexError, ValueError):
        raise SettingsError("value.address", text=text) from None
    return text


MOST_DAYS: Final = 10_000
"""No number of days is larger: no campaign lasts 27 years."""
Name = Annotated[str, Field(min_length=1, max_length=100)]
Minutes = Annotated[float, Field(ge=0, le=1440)]
MaybeMonthDay = Annotated[str, AfterValidator(maybe_month_day)]


def _clock(value: object, info: ValidationInfo) -> int:
    """A time of day; in campaign.toml a number could be meant as hours or as minutes."""
    if info.context == FROM_FILE and not isinstance(value, str):
        raise SettingsError("value.quoted_clock", value=value)
    return clock(value)


FROM_FILE: Final = "campaign.toml"
Clock = Annotated[int, BeforeValidator(_clock), PlainSerializer(clock_text)]


def setting_text(section: BaseModel, name: str) -> str:
    """One setting as campaign.toml has it."""
    return toml_value(section.model_dump(include={name})[name])


def toml_value(value: object) -> str:
    """A value as TOML has it."""
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, dict):
        pairs = ", ".join(f"{json.dumps(k)} = {toml_value(v)}" for k, v in value.items())
        return f"{{ {pairs} }}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(toml_value, value))}]"
    return json.dumps(value, ensure_ascii=False)
