"""A change that a planner asks about: crews lent, more duty days, another finish."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from optimizer.errors import CampaignError


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


def parse_change(text: str) -> Change:
    """Read lend=FROM:TO:CREWS, duty+DAYS, duty+DAYS@STATION or finish=DATE.

    Raises
    ------
    CampaignError
        It is none of these.
    """
    if match := re.fullmatch(r"lend=([^:]+):([^:]+):(\d+)", text):
        return Change("lend", station=match[2], giver=match[1], number=int(match[3]))
    if match := re.fullmatch(r"duty\+(\d)(?:@(.+))?", text):
        return Change("duty", station=match[2] or "", number=int(match[1]))
    name, _, day = text.partition("=")
    try:
        if name == "finish":
            return Change("finish", day=dt.date.fromisoformat(day))
    except ValueError:
        pass
    raise CampaignError("scenario.unknown", text=text)
