"""Links by which a crew's phone has its page and hands in, without an account."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from optimizer.register.link_book import LinkBook

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

KEPT_DAYS: Final = 7
"""A link ends so many days after it was made, or after its day if that is later."""
DAY_S: Final = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneLink:
    """Whose page a link opens."""

    station: str
    date: str
    crew: str
    version: int


class PhoneLinks:
    """The links of a campaign; of each the file has only a digest.

    Parameters
    ----------
    path
        phones.sqlite.
    now_s
        The clock, for tests.
    """

    def __init__(self, path: Path, now_s: Callable[[], float] = time.time) -> None:
        self._book = LinkBook(path)
        self._now_s = now_s

    def close(self) -> None:
        """Let go of the file."""
        self._book.close()

    def make(self, station: str, date: dt.date, crew: str, version: int) -> str:
        """A new link to a crew's sheet: the secret part of its address."""
        now_s = self._now_s()
        self._book.forget(now_s)
        ahead = max(0, (date - dt.date.fromtimestamp(now_s)).days)  # noqa: DTZ012  (the desk's own)
        token = secrets.token_urlsafe(24)
        sheet = (station, date.isoformat(), crew, version)
        self._book.add(_digest(token), sheet, now_s + (KEPT_DAYS + ahead) * DAY_S)
        return token

    def find(self, token: str) -> PhoneLink | None:
        """Whose link it is; None when it was never made or has ended."""
        found = self._book.find(_digest(token), self._now_s())
        if found is None:
            return None
        station, date, crew, version = found
        return PhoneLink(station=station, date=date, crew=crew, version=version)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
