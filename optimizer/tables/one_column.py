"""Both coordinates in one cell, parted into two columns."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

from optimizer.tables.column_types import PLACE

if TYPE_CHECKING:
    from optimizer.tables.faults import Grid

CHINA_WEST: Final = 60
"""No longitude of China is so small, and no latitude so large."""
_SEVERAL: Final = re.compile(r"[,，;；、/|]+")
_BRACKETED: Final = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_WKT: Final = re.compile(r"point\s*\(\s*(\S+)\s+(\S+)\s*\)", re.IGNORECASE)


def split_columns(grid: Grid, split: dict[str, int]) -> None:
    """Two columns of their own for coordinates that stand in one."""
    if not split:
        return
    (place,) = {*split.values()}
    heading = grid.headings[place].casefold()
    lat_first = _first_of(heading, ("纬", "lat")) < _first_of(heading, ("经", "lon", "lng"))
    pairs = [_pair(text, lat_first=lat_first) for text in grid.cells[place]]
    for number, name in enumerate(PLACE):
        grid.add(name, [pair[number] for pair in pairs], place)


def _first_of(text: str, parts: tuple[str, ...]) -> int:
    return min((text.find(part) for part in parts if part in text), default=len(text))


def _pair(text: str, *, lat_first: bool) -> tuple[str, str]:
    """Longitude and latitude of one cell; what is no pair stands in both, and is a fault there."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if not plain:
        return "", ""
    if _BRACKETED.fullmatch(plain):
        plain = plain[1:-1].strip()
    found = _WKT.fullmatch(plain)
    parts = [*found.groups()] if found else [*filter(None, map(str.strip, _SEVERAL.split(plain)))]
    if len(parts) == 1:
        parts = plain.split()
    if len(parts) != 2:
        return text, text
    one, two = parts
    exchanged = lat_first and not found
    if _is_latitude(one) and not _is_latitude(two):
        exchanged = True
    elif _is_latitude(two) and not _is_latitude(one):
        exchanged = False
    return (two, one) if exchanged else (one, two)


def _is_latitude(text: str) -> bool:
    """Whether a text can be nothing but a latitude, in China or by its letter."""
    if re.search(r"[NS北南纬]", text):
        return True
    digits = re.match(r"\D*(\d+)", text)
    return digits is not None and int(digits[1]) < CHINA_WEST and not re.search(r"[EW东西经]", text)
