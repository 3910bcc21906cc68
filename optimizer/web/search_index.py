"""Customers found by account, name, initials, phone or address, as they are typed."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from optimizer.desk import Campaign

MOST_FOUND: Final = 12
_NEWLINE, _TAB = "\n", "\t"


class SearchIndex:
    """One text a station, a line a customer; made anew when an import has changed the register.

    Parameters
    ----------
    text_of
        Makes the text of a station, as `Campaign.search_text`.
    """

    def __init__(self, text_of: Callable[[str], str]) -> None:
        self._text_of = text_of
        self._texts: dict[str, tuple[int, str]] = {}
        self._lock = threading.Lock()

    def prepare(self, stations: Iterable[str], imports: int) -> None:
        """Make the texts of stations before somebody looks for a customer of theirs."""
        for station in stations:
            self._text(station, imports)

    def find(self, campaign: Campaign, station: str, wanted: str) -> list[str]:
        """Accounts of the first customers of a station with a text in any of their fields."""
        wanted = wanted.strip().casefold().replace(_TAB, " ")
        if not wanted:
            return []
        text = self._text(station, len(campaign.register.imports()))
        found: list[str] = []
        at = text.find(wanted)
        while at >= 0 and len(found) < MOST_FOUND:
            begin = text.rfind(_NEWLINE, 0, at) + 1
            end = text.find(_NEWLINE, at)
            line = text[begin:] if end < 0 else text[begin:end]
            found.append(line.split(_TAB, 1)[0])
            at = text.find(wanted, end) if end >= 0 else -1
        return found

    def _text(self, station: str, imports: int) -> str:
        with self._lock:
            kept = self._texts.get(station)
        if kept is None or kept[0] != imports:
            kept = imports, self._text_of(station)
            with self._lock:
                self._texts[station] = kept
        return kept[1]
