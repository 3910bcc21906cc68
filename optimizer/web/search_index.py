"""Customers found by account, name, initials, phone or address, as they are typed."""

from __future__ import annotations

import threading
from bisect import bisect_right
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from optimizer.desk import Campaign

MOST_FOUND = 12
_NEWLINE, _TAB = "\n", "\t"


class SearchIndex:
    """One text a station, a line a customer; made anew when an import has changed the register."""

    def __init__(self) -> None:
        self._texts: dict[str, tuple[int, str, list[int]]] = {}
        self._lock = threading.Lock()

    def find(self, campaign: Campaign, station: str, wanted: str) -> list[str]:
        """Accounts of the first customers of a station with a text in any of their fields."""
        wanted = wanted.strip().casefold().replace(_TAB, " ")
        if not wanted:
            return []
        text, starts = self._text(campaign, station)
        found: list[str] = []
        at = text.find(wanted)
        while at >= 0 and len(found) < MOST_FOUND:
            line = bisect_right(starts, at) - 1
            end = starts[line + 1] - 1 if line + 1 < len(starts) else len(text)
            found.append(text[starts[line] : end].split(_TAB, 1)[0])
            at = text.find(wanted, end)
        return found

    def _text(self, campaign: Campaign, station: str) -> tuple[str, list[int]]:
        imports = len(campaign.register.imports())
        with self._lock:
            kept = self._texts.get(station)
            if kept is None or kept[0] != imports:
                kept = (imports, *_lines(campaign, station))
                self._texts[station] = kept
        return kept[1], kept[2]


def _lines(campaign: Campaign, station: str) -> tuple[str, list[int]]:
    """The text of a station and where its lines begin."""
    table = campaign.register.agenda.accounts(station=station)
    columns = [table[name].tolist() for name in ("account_no", "name", "phone", "address")]
    lines = [
        _TAB.join((*(_plain(value) for value in row), initials(row[1])))
        for row in zip(*columns, strict=True)
    ]
    starts, at = [], 0
    for line in lines:
        starts.append(at)
        at += len(line) + 1
    return _NEWLINE.join(lines), starts


def _plain(value: object) -> str:
    return str(value).casefold().replace(_TAB, " ").replace(_NEWLINE, " ")


def initials(name: str) -> str:
    """The first letters of a name as it is spoken: lxh for 龙小红."""
    return "".join(map(_initial, str(name)))


@cache
def _initial(sign: str) -> str:
    from pypinyin import Style, lazy_pinyin

    return "".join(lazy_pinyin(sign, style=Style.FIRST_LETTER, errors="ignore"))[:1]
