"""The columns of the five customer files, as data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from optimizer.tables.column_types import Column, Layout, column

if TYPE_CHECKING:
    from collections.abc import Iterator


_STATION_OF: Final = (
    "供电所 供电所编号 供电所编码 供电所代码 所属供电所 供电单位 station_id",
    "id",
)
_LON: Final = "经度 东坐标 横坐标 X坐标 lng longitude x"
_LAT: Final = "纬度 北坐标 纵坐标 Y坐标 latitude y"
_PHONE: Final = "电话 联系电话 手机 手机号 手机号码 电话号码 联系方式 mobile telephone tel"
_NOTE: Final = "备注 说明 附注 remark remarks comment"

COLUMNS: Final[dict[str, tuple[Column, ...]]] = {
    "stations": (
        column(
            "station",
            "供电所编号 供电所编码 供电所代码 编号 供电所 station_id id",
            "id",
            "the supply station's id, unique",
            required=True,
            fallback="供电所名称",
        ),
        column("name", "供电所名称 名称 station_name", "text", "its name; the id where empty"),
        column("lon", _LON, "lon", "where its crews start and end", required=True),
        column("lat", _LAT, "lat", "where its crews start and end", required=True),
        column("phone", _PHONE, "phone", "printed on its sheets"),
        column(
            "capacity",
            "容量 户数上限 最大户数",
            "count",
            "the most customers that it can look after",
        ),
    ),
    "areas": (
        column(
            "area",
            "台区编号 台区编码 台区代码 编号 台区 area_id id",
            "id",
            "the transformer area's id, unique",
            required=True,
            fallback="台区名称",
        ),
        column("name", "台区名称 名称 area_name", "text", "its name; the id where empty"),
        column(
            "station",
            *_STATION_OF,
            "its station, by id or name; empty: the nearest",
            fallback="供电所名称 station_name",
            reference="stations",
        ),
        column(
            "manager",
            "台区经理 经理 客户经理 责任人",
            "text",
            "a crew member's name, or a crew's id",
        ),
        column("lon", _LON, "lon", "the transformer's place"),
        column("lat", _LAT, "lat", "the transformer's place"),
    ),
    "customers": (
        column(
            "account_no",
            "户号 客户编号 用户编号 用户号 用电户号 客户户号 account account_number",
            "account",
            "the metered account, unique",
            required=True,
        ),
        column("name", "户名 客户名称 用户名称 用户名 客户名 姓名 customer", "text", "its holder"),
        column(
            "address",
            "地址 用电地址 客户地址 用户地址 住址 addr",
            "text",
            "town, village, group, number",
        ),
        column("phone", _PHONE, "phone", "how to announce the visit"),
        column(
            "area",
            "台区 台区编号 台区编码 台区代码 所属台区 area_id",
            "id",
            "its transformer area, by id or name; empty: the nearest",
            fallback="台区名称 area_name",
            reference="areas",
        ),
        column(
            "station",
            *_STATION_OF,
            "its station, by id or name; empty: that of its area",
            fallback="供电所名称 station_name",
            reference="stations",
        ),
        column(
            "kind",
            "用户类别 用电类别 客户类别 用户类型 客户类型 类别 category",
            "kind",
            "household where empty",
        ),
        column("lon", _LON, "lon", "the door; both empty where unknown"),
        column("lat", _LAT, "lat", "the door; both empty where unknown"),
        column(
            "service_min",
            "服务时长 服务分钟 服务时间 走访时长 minutes service",
            "minutes",
            "minutes at the door; by kind where empty",
        ),
        column("window", "时间窗 可访时间 走访时间 time_window windows", "windows", "when to come"),
        column("note", _NOTE, "text", "printed on the sheet"),
    ),
    "crews": (
        column(
            "crew",
            "走访小组 小组 小组编号 班组 班组编号 编号 crew_id id",
            "id",
            "the crew's id, unique",
            required=True,
        ),
        column(
            "station",
            *_STATION_OF,
            "its station, by id or name",
            required=True,
            fallback="供电所名称 station_name",
            reference="stations",
        ),
        column("member1", "成员1 组长 成员一 姓名1", "text", "the first of the two"),
        column("member2", "成员2 组员 成员二 姓名2", "text", "the second of the two"),
        column("phone", _PHONE, "phone", "printed on its sheet"),
        column("motorcycle", "摩托车 车牌 车牌号 车辆", "text", "its number plate"),
        column("skills", "技能 资质 skill", "skills", "hv10kv: may visit 10 kV customers"),
        column(
            "duty_days",
            "值班日 走访日 出勤日 工作日",
            "duty",
            "when it goes out; empty: by settings",
        ),
        column("shift_start", "上班时间 上班 出发时间", "clock", "leaves; empty: by settings"),
        column("shift_end", "下班时间 下班 收工时间", "clock", "is back; empty: by settings"),
        column(
            "home_lon", "住址经度 家经度", "lon", "where it starts and ends, if not the station"
        ),
        column(
            "home_lat", "住址纬度 家纬度", "lat", "where it starts and ends, if not the station"
        ),
    ),
    "leave": (
        column(
            "crew",
            "走访小组 小组 小组编号 班组 班组编号 crew_id",
            "id",
            "whose leave",
            required=True,
            reference="crews",
        ),
        column("first", "开始日期 起始日期 开始 from start", "date", "first day", required=True),
        column("last", "结束日期 截止日期 结束 to end", "date", "last day", required=True),
        column("reason", "原因 事由 请假原因", "text", "for the chief"),
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

LAYOUTS: Final[dict[str, Layout]] = {name: Layout(name, COLUMNS[name]) for name in COLUMNS}


def columns() -> Iterator[tuple[str, Column]]:
    """Every column of every file with its table, for documentation and tests."""
    for table, table_columns in COLUMNS.items():
        for one in table_columns:
            yield table, one
