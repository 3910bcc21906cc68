"""The customers' table: who lives behind each door, with the gaps that real files have."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from optimizer.example.people import person_names, shop_names, telephones, works_names
from optimizer.example.terrain import to_lonlat

if TYPE_CHECKING:
    from optimizer.example.county import County
    from optimizer.example.people import Texts
    from optimizer.example.terrain import Bools, Floats, Ints

BUSINESSES, WORKS = 0.02, 0.003
NO_COORDINATES, NO_AREA, NO_STATION, NO_PHONE = 0.01, 0.015, 0.01, 0.04
HOUSEHOLD, BUSINESS, HV10KV = range(3)
KINDS = np.array(["居民", "商业", "10kV"], dtype=object)
SHOP_HOURS = (
    "09:00-11:30;14:00-17:00",
    "08:30-11:00;14:00-16:00",
    "09:30-16:30",
    "10:00-12:00;13:30-17:00",
    "08:00-10:30",
    "14:00-17:00",
)
WORKS_HOURS = ("08:30-11:30;14:00-16:30", "08:30-11:00", "14:00-16:30")
HOME_HOURS = ("08:00-10:00", "08:00-11:30", "14:30-17:00", "15:30-17:00")
HOME_NOTES = (
    "院内有狗",
    "独居老人",
    "白天多不在家，先打电话",
    "房屋出租，房东在县城",
    "表箱在屋后",
    "家有病人，请轻声",
    "去年报过电压低",
    "旧线路，注意绝缘老化",
)


def customer_table(county: County, station_ids: Texts, area_ids: Texts, seed: int) -> pd.DataFrame:
    """Customers in the order of their villages, with the columns of the register's table.

    `station_ids` names the station of every village, `area_ids` every transformer area.
    """
    rng = np.random.default_rng([seed, 20])
    doors = county.doors
    order = np.argsort(doors.place, kind="stable")
    kind = _kinds(county, rng)[order]
    count = len(order)
    frame = pd.DataFrame(
        {
            "account_no": _account_numbers(count, rng),
            "name": _names(county, order, kind, rng),
            "address": _addresses(county)[order],
            "phone": _with_gaps(telephones(count, rng), rng.random(count) < NO_PHONE),
            "area": area_ids[county.area[order]],
            "station": station_ids[doors.place[order]],
            "kind": KINDS[kind],
        }
    )
    lonely = (doors.way[order] < 0) & (doors.hamlet[order] >= 0)
    _add_places(frame, county, order, rng)
    frame["service_min"] = _service_minutes(kind, rng)
    frame["window"] = _windows(kind, rng)
    frame["note"] = _notes(kind, lonely, rng)
    return frame


def _kinds(county: County, rng: np.random.Generator) -> Ints:
    """Businesses mostly in town, 10 kV customers in houses of their own."""
    doors = county.doors
    count = len(doors.x)
    in_town = doors.hamlet < 0
    kind = np.full(count, HOUSEHOLD)
    ground_floor = doors.flat <= 2
    weight = np.where(in_town & ground_floor, 1.0, 0.015)
    shops = _drawn(weight, round(BUSINESSES * count), rng)
    kind[shops] = BUSINESS
    weight = np.where((doors.flat == 0) & (kind == HOUSEHOLD) & (doors.way >= 0), 1.0, 1e-9)
    kind[_drawn(weight, max(1, round(WORKS * count)), rng)] = HV10KV
    return kind


def _drawn(weight: Floats, count: int, rng: np.random.Generator) -> Ints:
    """So many different rows, heavy ones more often."""
    return np.argsort(rng.exponential(1, len(weight)) / weight, kind="stable")[:count]


def _account_numbers(count: int, rng: np.random.Generator) -> Texts:
    """Ten digits, ascending with gaps; about a third begins with zero."""
    step = 3_000_000_000 // count
    numbers = 50_000_000 + np.cumsum(rng.integers(1, 2 * step, count))
    return np.array([f"{number:010d}" for number in numbers.tolist()], dtype=object)


def _names(county: County, order: Ints, kind: Ints, rng: np.random.Generator) -> Texts:
    names = person_names(len(order), rng)
    shops, works = np.flatnonzero(kind == BUSINESS), np.flatnonzero(kind == HV10KV)
    names[shops] = shop_names(len(shops), rng)
    towns = np.array([place.village.township.stem for place in county.places], dtype=object)
    names[works] = works_names(towns[county.doors.place[order][works]], rng)
    return names


def _addresses(county: County) -> Texts:
    """镇 + 村 + N组 + N号 in the country, 街道 + 社区 + street + number in town."""
    doors, places = county.doors, county.places
    base = np.array([f"{p.village.township.name}{p.village.short}" for p in places], dtype=object)
    base = np.array([text.removeprefix("湖南醴陵") for text in base], dtype=object)
    street = np.array([name for name, _ in county.road_names], dtype=object)
    rural = doors.hamlet >= 0
    group = (
        np.where(rural, county.hamlets.group[np.maximum(doors.hamlet, 0)], 0)
        if len(county.hamlets.group)
        else np.zeros(len(doors.x), dtype=np.int64)
    )
    number = np.where(rural, doors.number, _street_numbers(county))
    road = street[_streets(county)]
    lines = zip(
        base[doors.place],
        rural.tolist(),
        group.tolist(),
        road,
        number.tolist(),
        doors.flat.tolist(),
        strict=True,
    )
    return np.array(
        [
            f"{head}{g}组{n}号" if in_country else f"{head}{way}{n}号{_flat(flat)}"
            for head, in_country, g, way, n, flat in lines
        ],
        dtype=object,
    )


def _flat(flat: int) -> str:
    """Entrance, floor and door of a flat: six floors of two doors an entrance."""
    if not flat:
        return ""
    entrance, rest = divmod(flat - 1, 12)
    floor, door = divmod(rest, 2)
    return f"{entrance + 1}单元{floor + 1}0{door + 1}室"


def _streets(county: County) -> Ints:
    """Number of the name of the street that each door faces; village roads are no streets."""
    is_street = np.array([not name.endswith("村道") for name, _ in county.road_names])
    name = county.ways.name[county.doors.way]
    return np.where((county.doors.way >= 0) & is_street[name], name, 0)


def _street_numbers(county: County) -> Ints:
    """House numbers in towns: buildings of one community in one street are counted."""
    doors = county.doors
    name = _streets(county)
    key = doors.place * (int(name.max(initial=0)) + 1) + name
    order = np.lexsort((doors.building, key))
    fresh_key = np.r_[True, key[order][1:] != key[order][:-1]]
    building = doors.building[order]
    fresh = fresh_key | np.r_[True, building[1:] != building[:-1]]
    running = np.cumsum(fresh)
    first = np.flatnonzero(fresh_key)
    base = np.repeat(running[first] - 1, np.diff(np.r_[first, len(order)]))
    numbers = np.empty(len(order), dtype=np.int64)
    numbers[order] = running - base
    return numbers


def _with_gaps(texts: Texts, gaps: Bools) -> Texts:
    return np.where(gaps, "", texts)


def _add_places(frame: pd.DataFrame, county: County, order: Ints, rng: np.random.Generator) -> None:
    """Coordinates, and the gaps in them, in areas and in stations."""
    count = len(order)
    lon, lat = to_lonlat(county.doors.x[order], county.doors.y[order])
    unknown = rng.random(count) < NO_COORDINATES
    frame["lon"] = np.where(unknown, np.nan, lon)
    frame["lat"] = np.where(unknown, np.nan, lat)
    no_area = rng.random(count) < np.where(unknown, 0.1, NO_AREA)
    no_station = rng.random(count) < np.where(no_area, 0.2, NO_STATION)
    frame["area"] = _with_gaps(frame["area"].to_numpy(dtype=object), no_area)
    frame["station"] = _with_gaps(frame["station"].to_numpy(dtype=object), no_station)


def _service_minutes(kind: Ints, rng: np.random.Generator) -> Floats:
    """Minutes where somebody knew better than the usual."""
    known = rng.random(len(kind)) < np.where(kind == HV10KV, 0.4, 0.04)
    usual = np.array([12.0, 20.0, 60.0])[kind]
    better = np.round(usual * rng.uniform(0.7, 1.8, len(kind)) / 5) * 5
    return np.where(known, np.maximum(better, 5), np.nan)


def _windows(kind: Ints, rng: np.random.Generator) -> Texts:
    """When to come: most shops and works say so, one household in a hundred."""
    windows = np.full(len(kind), "", dtype=object)
    for sort, hours, share in (
        (HOUSEHOLD, HOME_HOURS, 0.01),
        (BUSINESS, SHOP_HOURS, 0.75),
        (HV10KV, WORKS_HOURS, 0.6),
    ):
        rows = np.flatnonzero((kind == sort) & (rng.random(len(kind)) < share))
        windows[rows] = np.array(hours, dtype=object)[rng.integers(0, len(hours), len(rows))]
    return windows


def _notes(kind: Ints, lonely: Bools, rng: np.random.Generator) -> Texts:
    notes = np.full(len(kind), "", dtype=object)
    rows = np.flatnonzero((kind == HOUSEHOLD) & (rng.random(len(kind)) < 0.03))
    notes[rows] = np.array(HOME_NOTES, dtype=object)[rng.integers(0, len(HOME_NOTES), len(rows))]
    notes[lonely] = "离公路约300米，需步行"
    return notes
