"""Writing: the five tables as a user would bring them, and the roads as OpenStreetMap has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import osmium
from osmium.osm.mutable import Node, Way

from optimizer.example.gazetteer import townships
from optimizer.example.people import hamlet_names
from optimizer.example.road_network import CLASSES
from optimizer.example.terrain import to_lonlat, to_xy

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pandas as pd

    from optimizer.example.county import County
    from optimizer.example.terrain import Floats

HEADINGS: dict[str, dict[str, str]] = {
    "stations": {
        "station": "供电所编号",
        "name": "供电所名称",
        "lon": "经度",
        "lat": "纬度",
        "phone": "电话",
        "capacity": "容量",
    },
    "areas": {
        "area": "台区编号",
        "name": "台区名称",
        "station": "供电所",
        "manager": "台区经理",
        "lon": "经度",
        "lat": "纬度",
    },
    "customers": {
        "account_no": "户号",
        "name": "户名",
        "address": "地址",
        "phone": "电话",
        "area": "台区",
        "station": "供电所",
        "kind": "用户类别",
        "lon": "经度",
        "lat": "纬度",
        "service_min": "服务时长",
        "window": "时间窗",
        "note": "备注",
    },
    "crews": {
        "crew": "走访小组",
        "station": "供电所",
        "member1": "成员1",
        "member2": "成员2",
        "phone": "电话",
        "motorcycle": "摩托车",
        "skills": "技能",
        "duty_days": "值班日",
        "shift_start": "上班时间",
        "shift_end": "下班时间",
        "home_lon": "住址经度",
        "home_lat": "住址纬度",
    },
    "leave": {
        "crew": "走访小组",
        "first": "开始日期",
        "last": "结束日期",
        "reason": "原因",
    },
}
"""Chinese heading of every column of the five files."""


def write_table(frame: pd.DataFrame, name: str, path: Path) -> None:
    """Write a table with Chinese headings as Excel in China opens it: UTF-8 with a mark."""
    columns = HEADINGS[name]
    text = frame[list(columns)].rename(columns=columns)
    for heading in text.select_dtypes("float").columns:
        text[heading] = _numbers(text[heading].to_numpy(), heading)
    text.to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\n")


def _numbers(values: Floats, heading: str) -> list[str]:
    form = "{:.6f}" if heading.endswith(("经度", "纬度")) else "{:.0f}"
    return ["" if value != value else form.format(value) for value in values.tolist()]  # noqa: PLR0124


def write_roads(county: County, path: Path, seed: int) -> None:
    """Write roads, river and places as an OpenStreetMap extract."""
    path.unlink(missing_ok=True)
    with osmium.SimpleWriter(str(path)) as writer:
        count = _write_nodes(county, writer)
        river = list(_river_nodes(county, count))
        for node in [*river, *_places(county, count + len(river), seed)]:
            writer.add_node(node)
        _write_ways(county, writer)
        if len(river) > 1:
            nodes = list(range(count + 1, count + 1 + len(river)))
            tags = {"waterway": "river", "name": "渌江"}
            writer.add_way(Way(id=len(county.ways.kind) + 1, nodes=nodes, tags=tags))


def _write_nodes(county: County, writer: osmium.SimpleWriter) -> int:
    """Nodes of the roads, numbered from 1; returns how many."""
    lon, lat = to_lonlat(county.ways.x, county.ways.y)
    for number, place in enumerate(zip(lon.tolist(), lat.tolist(), strict=True), 1):
        writer.add_node(Node(id=number, location=place))
    return len(lon)


def _river_nodes(county: County, count: int) -> Iterator[Node]:
    """Nodes of the river where it passes the mapped part."""
    x, y = county.land.river_line()
    near = (x > county.mesh.x.min()) & (x < county.mesh.x.max())
    near &= (y > county.mesh.y.min()) & (y < county.mesh.y.max())
    lon, lat = to_lonlat(x[near], y[near])
    for number, place in enumerate(zip(lon.tolist(), lat.tolist(), strict=True), count + 1):
        yield Node(id=number, location=place)


def _places(county: County, count: int, seed: int) -> Iterator[Node]:
    """Towns, villages and hamlets by name."""
    served = {place.village.township.code for place in county.places}
    rows: list[tuple[float, float, str, str]] = []
    for township in townships():
        if township.code in served:
            kind = "suburb" if township.in_city else "town"
            x, y = (float(metres) for metres in to_xy(township.lon, township.lat))
            rows.append((x, y, kind, township.name))
    rows += [
        (place.x, place.y, "village", place.village.name)
        for place in county.places
        if place.village.rural_weight
    ]
    nodes = county.hamlets.node
    names = hamlet_names(len(nodes), np.random.default_rng([seed, 24]))
    spots = zip(county.mesh.x[nodes].tolist(), county.mesh.y[nodes].tolist(), names, strict=True)
    rows += [(x, y, "hamlet", name) for x, y, name in spots]
    lon, lat = to_lonlat(np.array([r[0] for r in rows]), np.array([r[1] for r in rows]))
    for number, row in enumerate(rows):
        tags = {"place": row[2], "name": row[3]}
        location = (float(lon[number]), float(lat[number]))
        yield Node(id=count + number + 1, location=location, tags=tags)


def _write_ways(county: County, writer: osmium.SimpleWriter) -> None:
    ways = county.ways
    bounds = ways.start.tolist()
    nodes = (ways.nodes + 1).tolist()
    for way, kind in enumerate(ways.kind.tolist()):
        name, ref = county.road_names[int(ways.name[way])]
        tags = {"highway": CLASSES[kind]}
        if name:
            tags["name"] = name
        if ref:
            tags["ref"] = ref
        if ways.one_way[way]:
            tags["oneway"] = "yes"
        if ways.private[way]:
            tags["access"] = "private"
        writer.add_way(Way(id=way + 1, nodes=nodes[bounds[way] : bounds[way + 1]], tags=tags))
