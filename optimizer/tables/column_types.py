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
    "weekdays",
    "season",
    "skills",
]

TYPES: Final[dict[ColumnType, str]] = {
    "account": "text of 10 (or 13) digits, leading zeros kept",
    "id": "text, at most 50 characters",
    "text": "text, at most 1,000 characters",
    "phone": "text: numbers parted by / or 、, an extension after 转",
    "lon": "degrees (113.4962, 113°29'46\"E), or metres east with --datum EPSG:n",
    "lat": "degrees (27.6468, 27°38'48\"N), or metres north with --datum EPSG:n",
    "minutes": "1 to 480; 半小时, 1.5小时, 900秒 too, or the unit in the heading",
    "count": "a whole number from 1",
    "kind": "household/居民, business/商业 or hv10kv/10kV, and the like",
    "windows": "08:30-11:00;14:00-16:00; 全天, 上午, 下午2点-4点, 17:00以后 too",
    "clock": "08:30",
    "date": "2026-11-23, 2026/11/23, 26/11/23 or 2026年11月23日",
    "duty": "weekdays 1,3,5 (Monday is 1; 周一、周三; 周一至周五; 每天) or dates",
    "weekdays": "1,3,5 (Monday is 1); 周一、周三; 1-5; 周一至周五; 周末",
    "season": "07-10 or 7月10日 every year, 2027-07-10 once, SF-14 or 春节前14天",
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
    """A table's columns; its name is a key of the catalogue's `table_name`.

    Attributes
    ----------
    by_hand
        People write it by hand: rows may end early, and need not be there.
    """

    name: str
    columns: tuple[Column, ...]
    by_hand: bool = False


_KIND_WORDS: Final = {
    "household": (
        "居民 低压居民 居民用户 居民客户 居民生活 低压居民用户 城镇居民 乡村居民 城镇居民生活 "
        "乡村居民生活 城乡居民 城乡居民生活 合表居民 居民合表 居民照明 住宅 农户 家庭 residential"
    ),
    "business": (
        "商业 非居民 低压非居民 工商业 一般工商业 一般工商业及其他 低压商业 非居民照明 非工业 "
        "普通工业 非普工业 工业 小工业 农业 农业生产 农业排灌 农排 农灌 企业 商铺 店铺 门面 个体 "
        "个体户 个体工商户 学校 机关 commercial"
    ),
    "hv10kv": (
        "10kv 10千伏 高压 高压用户 高压客户 专变 专变用户 专变客户 高压专变 交流10kv 大工业 hv"
    ),
}

KINDS: Final[dict[str, str]] = {
    word: kind for kind, words in _KIND_WORDS.items() for word in (kind, *words.split())
}
"""Accepted words for the kinds of customer, in lower case without spaces."""

PLACE: Final = ("lon", "lat")
PAIRS: Final = (PLACE, ("home_lon", "home_lat"))
PARTNERS: Final = dict([*PAIRS, *((lat, lon) for lon, lat in PAIRS)])
"""Columns that mean something only together."""


def bare(heading: str) -> str:
    """A heading as it is compared: without case, width, spaces, signs and brackets."""
    text = unicodedata.normalize("NFKC", heading).casefold()
    text = re.sub(r"\(.*?\)|\[.*?\]|【.*?】", "", text)
    return re.sub(r"[\W_]+", "", text)


TOGETHER: Final = frozenset(
    {"坐标", "经纬度", "经纬度坐标", "地理坐标", "位置坐标", "坐标位置", "定位", "经纬", "纬经度"}
    | {"经度纬度", "纬度经度", "高德坐标", "百度坐标", "gps经纬度"}
    | {"gps", "gps坐标", "gps位置", "coordinates", "coordinate", "coords", "location"}
    | {"lonlat", "lnglat", "latlon", "latlng"}
)
"""Headings, bare, of a column that has both coordinates."""

_MINUTES: Final = {
    **dict.fromkeys(("秒", "秒钟", "s", "sec", "secs", "second", "seconds"), 1 / 60),
    **dict.fromkeys(("分", "分钟", "min", "mins", "minute", "minutes"), 1.0),
    **dict.fromkeys(("小时", "时", "h", "hr", "hrs", "hour", "hours"), 60.0),
    **dict.fromkeys(("天", "日", "d", "day", "days"), 1440.0),
}
_METRES: Final = {
    **dict.fromkeys(("度", "米", "m"), 1.0),
    **dict.fromkeys(("公里", "千米", "km"), 1000.0),
}
UNITS: Final[dict[ColumnType, dict[str, float]]] = {
    "minutes": _MINUTES,
    "count": {"户": 1.0, "万户": 10_000.0, "千户": 1000.0},
    "lon": _METRES,
    "lat": _METRES,
}
"""Units that a heading may name, each in the unit of the column."""
_BRACKETS: Final = re.compile(r"[(\[【]([^)\]】]*)[)\]】]")


def without_unit(heading: str, kind: ColumnType) -> str:
    """A heading, bare, without the unit that it ends in."""
    text = bare(heading)
    ends = [unit for unit in UNITS[kind] if text.endswith(unit) and len(unit) < len(text)]
    return text.removesuffix(max(ends, key=len, default=""))


def unit_of(heading: str, column: Column) -> float:
    """What a column's numbers are to be multiplied by, as its heading says; 1 without a unit."""
    units = UNITS.get(column.type, {})
    for inside in _BRACKETS.findall(unicodedata.normalize("NFKC", heading).casefold()):
        for part in re.split(r"[,，、/;；:：\s]+", inside):
            named = part.removeprefix("单位")
            if named in units:
                return units[named]
    text = bare(heading)
    if not units or text in map(bare, (column.name, *column.headings, *column.fallback)):
        return 1.0
    return units.get(text.removeprefix(without_unit(heading, column.type)), 1.0)


_DATUMS: Final = {
    "gcj02": ("gcj", "火星", "高德", "腾讯", "amap"),
    "bd09": ("bd09", "bd-09", "bd_09", "百度"),
    "wgs84": ("wgs", "gps"),
    "cgcs2000": ("cgcs", "国家2000", "2000国家", "大地2000", "2000大地"),
    "xian80": ("西安80", "西安1980", "xian80", "xi'an"),
    "beijing54": ("北京54", "beijing54"),
}


def without_datum(heading: str) -> str:
    """A heading, bare, without the datum that it names: 经度 of 高德经度."""
    text = bare(heading)
    words = sorted(
        (bare(word) for some in _DATUMS.values() for word in some), key=len, reverse=True
    )
    found = next((word for word in words if word in text), "")
    return re.sub(r"^\d+|\d+$|坐标系?", "", text.replace(found, "", 1)) if found else text


def datum_of(heading: str) -> str:
    """The datum that a heading names; "" for none."""
    text = unicodedata.normalize("NFKC", heading).casefold().replace(" ", "")
    found = (name for name, words in _DATUMS.items() if any(word in text for word in words))
    return next(found, "")
