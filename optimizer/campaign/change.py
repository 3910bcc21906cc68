"""A change that a planner asks about: crews lent, more duty days, another finish."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizer.catalogue import Message
from optimizer.errors import CampaignError
from optimizer.tables.clean_text import narrow
from optimizer.tables.hours import day_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Change:
    """One changed circumstance.

    `kind` is "lend" (`number` crews from station `giver` to `station`), "duty" (`number` more
    duty days a week, for `station` or, with "", for all) or "finish" (`day`).
    """

    kind: str
    station: str = ""
    giver: str = ""
    number: int = 0
    day: dt.date | None = None

    def __str__(self) -> str:
        """As it is written on the command line."""
        if self.kind == "lend":
            return f"lend={self.giver}:{self.station}:{self.number}"
        if self.kind == "duty":
            return f"duty+{self.number}" + (f"@{self.station}" if self.station else "")
        return f"finish={self.day}"

    def said(self) -> Message:
        """As people say it."""
        if self.kind == "lend":
            facts = {"giver": self.giver, "station": self.station}
            return Message("scenario.lend", number=self.number, **facts)
        if self.kind == "finish":
            return Message("scenario.finish", day=self.day)
        if self.station:
            return Message("scenario.duty_at", number=self.number, station=self.station)
        return Message("scenario.duty", number=self.number)


def parse_change(text: str, station_id: Callable[[str], str] = str) -> Change:
    """Read lend=FROM:TO:CREWS, duty+DAYS, duty+DAYS@STATION or finish=DATE.

    Parameters
    ----------
    station_id
        The id of a station as people write it.

    Raises
    ------
    CampaignError
        It is none of these.
    """
    plain = narrow(text).replace(" ", "")
    if match := re.fullmatch(r"lend=([^:]+):([^:]+):(\d+)", plain):
        giver, station = station_id(match[1]), station_id(match[2])
        return Change("lend", station=station, giver=giver, number=int(match[3]))
    if match := re.fullmatch(r"duty\+(\d)(?:@(.+))?", plain):
        return Change("duty", station=station_id(match[2] or ""), number=int(match[1]))
    name, _, written = plain.partition("=")
    day = day_of(written)
    if name == "finish" and day is not None:
        return Change("finish", day=day)
    raise CampaignError("scenario.unknown", text=text)
