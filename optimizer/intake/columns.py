"""The columns of the five customer files, as data: headings in Chinese and English, types, meaning.

A heading is recognised without regard to case, spaces, underscores, width of characters and
whatever stands in brackets behind it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

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


def _column(
    name: str,
    headings: str,
    kind: ColumnType,
    meaning: str,
    *,
    required: bool = False,
    fallback: str = "",
    reference: str | None = None,
) -> Column:
    return Column(
        name, tuple(headings.split()), kind, meaning, required, tuple(fallback.split()), reference
    )


_STATION_OF: Final = (
    "供电所 供电所编号 供电所编码 供电所代码 所属供电所 供电单位 station_id",
    "id",
)
_LON: Final = "经度 东坐标 lng longitude x"
_LAT: Final = "纬度 北坐标 latitude y"
_PHONE: Final = "电话 联系电话 手机 手机号 手机号码 电话号码 联系方式 mobile telephone tel"
_NOTE: Final = "备注 说明 附注 remark remarks comment"

COLUMNS: Final[dict[str, tuple[Column, ...]]] = {
    "stations": (
        _column(
            "station",
            "供电所编号 供电所编码 供电所代码 编号 供电所 station_id id",
            "id",
            "the supply station's id, unique",
            required=True,
            fallback="供电所名称",
        ),
        _column("name", "供电所名称 名称 station_name", "text", "its name; the id where empty"),
        _column("lon", _LON, "lon", "where its crews start and end", required=True),
        _column("lat", _LAT, "lat", "where its crews start and end", required=True),
        _column("phone", _PHONE, "phone", "printed on its sheets"),
        _column(
            "capacity",
            "容量 户数上限 最大户数",
            "count",
            "the most customers that it can look after",
        ),
    ),
    "areas": (
        _column(
            "area",
            "台区编号 台区编码 台区代码 编号 台区 area_id id",
            "id",
            "the transformer area's id, unique",
            required=True,
            fallback="台区名称",
        ),
        _column("name", "台区名称 名称 area_name", "text", "its name; the id where empty"),
        _column(
            "station",
            *_STATION_OF,
            "its station, by id or name; empty: the nearest",
            fallback="供电所名称 station_name",
            reference="stations",
        ),
        _column(
            "manager",
            "台区经理 经理 客户经理 责任人",
            "text",
            "a crew member's name, or a crew's id",
        ),
        _column("lon", _LON, "lon", "the transformer's place"),
        _column("lat", _LAT, "lat", "the transformer's place"),
    ),
    "customers": (
        _column(
            "account_no",
            "户号 客户编号 用户编号 用电户号 客户户号 account account_number",
            "account",
            "the metered account, unique",
            required=True,
        ),
        _column("name", "户名 客户名称 用户名称 用户名 客户名 姓名 customer", "text", "its holder"),
        _column(
            "address", "地址 用电地址 客户地址 住址 addr", "text", "town, village, group, number"
        ),
        _column("phone", _PHONE, "phone", "how to announce the visit"),
        _column(
            "area",
            "台区 台区编号 台区编码 台区代码 所属台区 area_id",
            "id",
            "its transformer area, by id or name; empty: the nearest",
            fallback="台区名称 area_name",
            reference="areas",
        ),
        _column(
            "station",
            *_STATION_OF,
            "its station, by id or name; empty: that of its area",
            fallback="供电所名称 station_name",
            reference="stations",
        ),
        _column(
            "kind",
            "用户类别 用电类别 客户类别 用户类型 客户类型 类别 category",
            "kind",
            "household where empty",
        ),
        _column("lon", _LON, "lon", "the door; both empty where unknown"),
        _column("lat", _LAT, "lat", "the door; both empty where unknown"),
        _column(
            "service_min",
            "服务时长 服务分钟 服务时间 走访时长 minutes",
            "minutes",
            "minutes at the door; by kind where empty",
        ),
        _column(
            "window", "时间窗 可访时间 走访时间 time_window windows", "windows", "when to come"
        ),
        _column("note", _NOTE, "text", "printed on the sheet"),
    ),
    "crews": (
        _column(
            "crew",
            "走访小组 小组 小组编号 班组 班组编号 编号 crew_id id",
            "id",
            "the crew's id, unique",
            required=True,
        ),
        _column(
            "station",
            *_STATION_OF,
            "its station, by id or name",
            required=True,
            fallback="供电所名称 station_name",
            reference="stations",
        ),
        _column("member1", "成员1 组长 成员一 姓名1", "text", "the first of the two"),
        _column("member2", "成员2 组员 成员二 姓名2", "text", "the second of the two"),
        _column("phone", _PHONE, "phone", "printed on its sheet"),
        _column("motorcycle", "摩托车 车牌 车牌号 车辆", "text", "its number plate"),
        _column("skills", "技能 资质 skill", "skills", "hv10kv: may visit 10 kV customers"),
        _column(
            "duty_days",
            "值班日 走访日 出勤日 工作日",
            "duty",
            "when it goes out; empty: by settings",
        ),
        _column("shift_start", "上班时间 上班 出发时间", "clock", "leaves; empty: by settings"),
        _column("shift_end", "下班时间 下班 收工时间", "clock", "is back; empty: by settings"),
        _column(
            "home_lon", "住址经度 家经度", "lon", "where it starts and ends, if not the station"
        ),
        _column(
            "home_lat", "住址纬度 家纬度", "lat", "where it starts and ends, if not the station"
        ),
    ),
    "leave": (
        _column(
            "crew",
            "走访小组 小组 小组编号 班组 班组编号 crew_id",
            "id",
            "whose leave",
            required=True,
            reference="crews",
        ),
        _column("first", "开始日期 起始日期 开始 from start", "date", "first day", required=True),
        _column("last", "结束日期 截止日期 结束 to end", "date", "last day", required=True),
        _column("reason", "原因 事由 请假原因", "text", "for the chief"),
    ),
}

KEYS: Final[dict[str, tuple[str, ...]]] = {
    "stations": ("station",),
    "areas": ("area",),
    "crews": ("crew",),
    "leave": ("crew", "first", "last"),
    "customers": ("account_no",),
}
"""What no two rows of a table may share; the tables in an order in which none refers downwards."""

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


def columns() -> Iterator[tuple[str, Column]]:
    """Every column of every file with its table, for documentation and tests."""
    for table, table_columns in COLUMNS.items():
        for column in table_columns:
            yield table, column


def bare(heading: str) -> str:
    """A heading as it is compared: without case, width, spaces, signs and brackets."""
    text = unicodedata.normalize("NFKC", heading).casefold()
    text = re.sub(r"\(.*?\)|\[.*?\]|【.*?】", "", text)
    return re.sub(r"[\W_]+", "", text)
