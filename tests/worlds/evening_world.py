"""An evening to hold in the head: two crews back with 25 rows each, a sheet from yesterday."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from desk_world import CREWS, STATION, make_county

from optimizer.desk import Campaign
from optimizer.model import Crew, DayPlan, LonLat, Route, Stop, Visit, VisitKind
from optimizer.model import Station as Place

if TYPE_CHECKING:
    from pathlib import Path

TODAY = dt.date(2027, 1, 5)
YESTERDAY = dt.date(2027, 1, 4)
ROWS = 25
FIRST, SECOND = CREWS


def account(number: int) -> str:
    """The account of a household."""
    return f"{number:010d}"


def day_plan(date: dt.date, sheets: dict[str, list[int]]) -> DayPlan:
    """A plan in which crews call at households in the given order, one each quarter of an hour."""
    visits = {
        number: Visit(
            visit_id=f"first-{account(number)}",
            place=0,
            service_s=600,
            account_no=account(number),
            kind=VisitKind.FIRST,
            name=f"户{number}",
            address=f"一组 {number} 号",
            location=LonLat(113.5 + number / 10_000, 27.66),
        )
        for numbers in sheets.values()
        for number in numbers
    }
    return DayPlan(
        station=Place(station_id=STATION, name=STATION, location=LonLat(113.5, 27.66)),
        date=date,
        crews=tuple(
            Crew(crew_id=crew, station_id=STATION, members=("张三", "李四")) for crew in CREWS
        ),
        visits=tuple(visits.values()),
        routes=tuple(
            Route(crew_id=crew, start_s=8 * 3600, end_s=17 * 3600, stops=_stops(numbers, visits))
            for crew, numbers in sheets.items()
        ),
    )


def _stops(numbers: list[int], visits: dict[int, Visit]) -> tuple[Stop, ...]:
    return tuple(
        Stop(
            visit_id=visits[number].visit_id,
            arrival_s=8 * 3600 + 900 * place,
            waiting_s=0,
            service_s=600,
            travel_s=300,
            distance_m=900,
        )
        for place, number in enumerate(numbers, start=1)
    )


def make_evening(path: Path) -> Path:
    """A county whose crews are back: households 0 to 24 and 25 to 49, yesterday 50 to 52."""
    make_county(path, households=60)
    with Campaign(path) as campaign:
        campaign.register.save_day_plan(day_plan(YESTERDAY, {FIRST: [50, 51, 52]}))
        campaign.register.save_day_plan(
            day_plan(TODAY, {FIRST: list(range(ROWS)), SECOND: list(range(ROWS, 2 * ROWS))})
        )
    return path
