"""Stations, transformer areas with their managers, crews and their leave."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from optimizer.example.gazetteer import FULL_COUNTY
from optimizer.example.near import crowd, nearest
from optimizer.example.people import distinct_names, telephones
from optimizer.example.road_network import RESIDENTIAL
from optimizer.example.terrain import to_lonlat, to_xy

if TYPE_CHECKING:
    from optimizer.example.county import County
    from optimizer.example.gazetteer import Township
    from optimizer.example.people import Texts
    from optimizer.example.terrain import Floats, Ints

FULL_CREWS = 300
FIRST_DAY, LAST_DAY = dt.date(2027, 1, 4), dt.date(2029, 6, 29)
LEAVE_REASONS = (
    ("年休假", 5, 10),
    ("培训", 2, 5),
    ("病假", 2, 8),
    ("探亲假", 6, 12),
    ("护理假", 10, 20),
)


def station_table(county: County) -> tuple[pd.DataFrame, Texts]:
    """The stations, and the id of the station of every village."""
    owners = list(dict.fromkeys(p.village.township.served_from for p in county.places))
    seats = {p.village.township.name: p.village.township for p in county.places}
    ids = {owner: f"S{number:02d}" for number, owner in enumerate(owners, 1)}
    of_place = np.array([ids[p.village.township.served_from] for p in county.places], dtype=object)
    served = pd.Series(of_place[county.doors.place]).value_counts()
    x, y = _beside_streets(county, [seats[owner] for owner in owners])
    lon, lat = to_lonlat(x, y)
    frame = pd.DataFrame(
        {
            "station": [ids[owner] for owner in owners],
            "name": [f"示例·{seats[owner].stem}供电所" for owner in owners],
            "lon": lon,
            "lat": lat,
            "phone": [f"0733-0000{number:03d}" for number in range(101, 101 + len(owners))],
            "capacity": [
                float(-(-int(served.get(ids[owner], 0) * 1.3) // 100) * 100 + 100)
                for owner in owners
            ],
        }
    )
    return frame, of_place


def _beside_streets(county: County, seats: list[Township]) -> tuple[Floats, Floats]:
    """Yards beside the road nearest to each seat."""
    ways = county.ways
    first, second, way = ways.segments()
    usual = (ways.kind[way] <= RESIDENTIAL) & ~ways.private[way]
    first, second = first[usual], second[usual]
    middle_x, middle_y = (ways.x[first] + ways.x[second]) / 2, (ways.y[first] + ways.y[second]) / 2
    x, y = to_xy(np.array([seat.lon for seat in seats]), np.array([seat.lat for seat in seats]))
    _, piece = nearest(crowd(middle_x, middle_y), x, y)
    a, b = first[piece], second[piece]
    length = np.maximum(np.hypot(ways.x[b] - ways.x[a], ways.y[b] - ways.y[a]), 1e-9)
    yard = 14.0 / length
    return (
        middle_x[piece] - yard * (ways.y[b] - ways.y[a]),
        middle_y[piece] + yard * (ways.x[b] - ways.x[a]),
    )


def crew_table(county: County, station_of_place: Texts, seed: int) -> pd.DataFrame:
    """Crews in proportion to the customers of each station, two at least."""
    rng = np.random.default_rng([seed, 21])
    stations = list(dict.fromkeys(station_of_place.tolist()))
    station_of_door = station_of_place[county.doors.place]
    sizes = _crew_counts(np.array([int((station_of_door == s).sum()) for s in stations]))
    station = np.repeat(np.array(stations, dtype=object), sizes)
    number = np.concatenate([np.arange(1, size + 1) for size in sizes])
    count = len(station)
    names = distinct_names(2 * count, rng)
    home_lon, home_lat = _homes(county, station_of_door, station, rng)
    plates = rng.permutation(90_000)[:count] + 10_000
    return pd.DataFrame(
        {
            "crew": [f"{s}-{n:02d}" for s, n in zip(station, number.tolist(), strict=True)],
            "station": station,
            "member1": names[:count],
            "member2": names[count:],
            "phone": telephones(count, rng),
            "motorcycle": [f"湘B{plate}" for plate in plates.tolist()],
            "skills": np.where((number == 1) | (rng.random(count) < 0.25), "hv10kv", ""),
            "duty_days": _duty_days(number, rng),
            "shift_start": np.where(early := rng.random(count) < 0.06, "07:30", ""),
            "shift_end": np.where(early, "16:30", ""),
            "home_lon": home_lon,
            "home_lat": home_lat,
        }
    )


def _homes(
    county: County, station_of_door: Texts, station: Texts, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Homes within the station's reach for the few crews that start from there."""
    lon, lat = np.full(len(station), np.nan), np.full(len(station), np.nan)
    for row in np.flatnonzero(rng.random(len(station)) < 0.05).tolist():
        own = np.flatnonzero(station_of_door == station[row])
        if len(own):
            door = rng.choice(own)
            lon[row], lat[row] = to_lonlat(county.doors.x[door], county.doors.y[door])
    return lon, lat


def _crew_counts(customers: Ints) -> Ints:
    wanted = customers * FULL_CREWS / FULL_COUNTY
    total = max(2 * len(customers), round(wanted.sum()))
    counts = np.maximum(2, np.floor(wanted)).astype(np.int64)
    while counts.sum() < total:
        counts[np.argmax(wanted - counts)] += 1
    return counts


def _duty_days(number: Ints, rng: np.random.Generator) -> list[str]:
    """One fixed weekday a week for most, two for every fourth; a station's crews take turns."""
    first = (number - 1) % 5 + 1
    second = (first + rng.integers(1, 4, len(number))) % 5 + 1
    two = rng.random(len(number)) < 0.25
    return [
        ",".join(map(str, sorted({a, b} if both else {a})))
        for a, b, both in zip(first.tolist(), second.tolist(), two.tolist(), strict=True)
    ]


def leave_table(crews: pd.DataFrame, seed: int) -> pd.DataFrame:
    """One to three absences for most crews within the campaign."""
    rng = np.random.default_rng([seed, 22])
    days = (LAST_DAY - FIRST_DAY).days
    rows = []
    for crew in crews["crew"].tolist():
        begin = FIRST_DAY + dt.timedelta(days=int(rng.integers(0, 200)))
        for _ in range(int(rng.integers(1, 4))):
            reason, fewest, most = LEAVE_REASONS[int(rng.integers(0, len(LEAVE_REASONS)))]
            end = begin + dt.timedelta(days=int(rng.integers(fewest, most + 1)) - 1)
            rows.append((crew, begin.isoformat(), end.isoformat(), reason))
            begin = end + dt.timedelta(days=int(rng.integers(60, days // 3)))
    frame = pd.DataFrame(rows, columns=["crew", "first", "last", "reason"])
    return frame[frame["first"] <= LAST_DAY.isoformat()].reset_index(drop=True)


def area_table(
    county: County, station_of_place: Texts, crews: pd.DataFrame, seed: int
) -> pd.DataFrame:
    """Transformer areas; neighbouring ones have the same manager, who is one of a crew."""
    rng = np.random.default_rng([seed, 23])
    doors, area = county.doors, county.area
    count = int(area.max()) + 1
    one = np.zeros(count, dtype=np.int64)
    one[area] = np.arange(len(area))
    place = doors.place[one]
    number = np.arange(count) - np.searchsorted(place, place) + 1
    people = np.bincount(area, minlength=count)
    x = np.bincount(area, doors.x, count) / people
    y = np.bincount(area, doors.y, count) / people
    x, y = _beside_a_house(doors.x, doors.y, x, y)
    lon, lat = to_lonlat(x, y)
    unknown = rng.random(count) < 0.15
    names = [
        f"{county.places[p].village.short}{n:02d}号台区"
        for p, n in zip(place.tolist(), number.tolist(), strict=True)
    ]
    station = station_of_place[place]
    return pd.DataFrame(
        {
            "area": [f"T{n:05d}" for n in range(1, count + 1)],
            "name": names,
            "station": station,
            "manager": _managers(station, x, y, crews, rng),
            "lon": np.where(unknown, np.nan, lon),
            "lat": np.where(unknown, np.nan, lat),
        }
    )


def _beside_a_house(
    house_x: Floats, house_y: Floats, x: Floats, y: Floats
) -> tuple[Floats, Floats]:
    """Where the transformers stand: near the house that is nearest to the middle."""
    _, house = nearest(crowd(house_x, house_y), x, y)
    return house_x[house] + 9.0, house_y[house] + 4.0


def _managers(
    station: Texts, x: Floats, y: Floats, crews: pd.DataFrame, rng: np.random.Generator
) -> Texts:
    """Each member of a station has the areas of one neighbourhood; a tenth has no manager.

    Some areas name the crew's id instead of a member.
    """
    managers = np.full(len(station), "", dtype=object)
    for name, own in crews.groupby("station", sort=False):
        rows = np.flatnonzero(station == name)
        people = [(crew, member) for crew in range(len(own)) for member in ("member1", "member2")]
        for share, (crew, member) in zip(
            _neighbourhoods(rows, x, y, len(people)), people, strict=True
        ):
            managers[share] = own[member].iloc[crew]
            managers[share[rng.random(len(share)) < 0.04]] = own["crew"].iloc[crew]
    managers[rng.random(len(station)) < 0.1] = ""
    return managers


def _neighbourhoods(rows: Ints, x: Floats, y: Floats, parts: int) -> list[Ints]:
    """Rows in so many parts of equal size: halved across their longer side, again and again."""
    if parts == 1 or len(rows) == 0:
        return [rows] * parts
    along = x if np.ptp(x[rows]) > np.ptp(y[rows]) else y
    ordered = rows[np.argsort(along[rows], kind="stable")]
    first = parts // 2
    cut = len(rows) * first // parts
    return [
        *_neighbourhoods(ordered[:cut], x, y, first),
        *_neighbourhoods(ordered[cut:], x, y, parts - first),
    ]
