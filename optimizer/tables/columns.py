"""What a table's columns are: headings in Chinese and English, types, meaning.

A heading is recognised without regard to case, spaces, underscores, width of characters and
whatever stands in brackets behind it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final, Literal

ColumnType = Literal[
    "account",
    "id",
    "text",
    "phone",
    "lon",
    "lat",
    "minutes",
    "count",
    "kind",
    "windows",
    "clock",
    "date",
    "duty",
    "skills",
]

TYPES: Final[dict[ColumnType, str]] = {
    "account": "text of 10 (or 13) digits, leading zeros kept",
    "id": "text, at most 50 characters",
    "text": "text, at most 1,000 characters",
    "phone": "text",
    "lon": "degrees, or metres east with --datum EPSG:n",
    "lat": "degrees, or metres north with --datum EPSG:n",
    "minutes": "1 to 480",
    "count": "a whole number from 1",
    "kind": "household/居民, business/商业 or hv10kv/10kV, and the like",
    "windows": "08:30-11:00;14:00-16:00",
    "clock": "08:30",
    "date": "2026-11-23, 2026/11/23 or 2026年11月23日",
    "duty": "weekdays 1,3,5 (Monday is 1; 周一、周三) or dates",
    "skills": "words separated by ;",
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of one file.

    Attributes
    ----------
    name
        In the register's tables; also an accepted heading.
    headings
        Other accepted headings, the customary Chinese one first.
    fallback
        Headings that are taken only if none of the above is there.
    required
        The column must be there, and no cell of it empty.
    reference
        The table that its values are looked up in, by id or else by name.
    """

    name: str
    headings: tuple[str, ...]
    type: ColumnType
    meaning: str
    required: bool = False
    fallback: tuple[str, ...] = ()
    reference: str | None = None

    @property
    def heading(self) -> str:
        """The customary Chinese heading."""
        return self.headings[0]


def column(
    name: str,
    headings: str,
    kind: ColumnType,
    meaning: str,
    *,
    required: bool = False,
    fallback: str = "",
    reference: str | None = None,
) -> Column:
    """A column whose headings, and fallback headings, are parted by spaces."""
    return Column(
        name, tuple(headings.split()), kind, meaning, required, tuple(fallback.split()), reference
    )


@dataclass(frozen=True, slots=True)
class Layout:
    """A table's columns; its name is a key of the catalogue's `table_name`."""

    name: str
    columns: tuple[Column, ...]


_KIND_WORDS: Final = {
    "household": (
        "居民 低压居民 居民用户 居民客户 居民生活 低压居民用户 城镇居民 乡村居民 城镇居民生活 "
        "乡村居民生活 住宅 农户 家庭 residential"
    ),
    "business": (
        "商业 非居民 低压非居民 工商业 一般工商业 一般工商业及其他 低压商业 非居民照明 非工业 "
        "普通工业 非普工业 农业 农业生产 农业排灌 企业 店铺 commercial"
    ),
    "hv10kv": "10kv 10千伏 高压 高压用户 高压客户 专变 专变用户 大工业 hv",
}

KINDS: Final[dict[str, str]] = {
    word: kind for kind, words in _KIND_WORDS.items() for word in (kind, *words.split())
}
"""Accepted words for the kinds of customer, in lower case without spaces."""

PAIRS: Final = (("lon", "lat"), ("home_lon", "home_lat"))
PARTNERS: Final = dict([*PAIRS, *((lat, lon) for lon, lat in PAIRS)])
"""Columns that mean something only together."""


def bare(heading: str) -> str:
    """A heading as it is compared: without case, width, spaces, signs and brackets."""
    text = unicodedata.normalize("NFKC", heading).casefold()
    text = re.sub(r"\(.*?\)|\[.*?\]|【.*?】", "", text)
    return re.sub(r"[\W_]+", "", text)
