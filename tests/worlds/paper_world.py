"""A small made-up valley to print: a grid of crooked roads, hamlets on it, a day for each crew."""

from __future__ import annotations

import datetime as dt
import itertools
import math
import random

import networkx as nx
import numpy as np

from optimizer.drawing.legs import route_legs
from optimizer.drawing.map_content import Drawing, Place, Rank, RoadLine
from optimizer.model import (
    Crew,
    CustomerKind,
    DayPlan,
    LonLat,
    Rest,
    Route,
    Station,
    Stop,
    Unassigned,
    Visit,
    VisitKind,
)

CENTRE = LonLat(113.4941, 27.6601)
SPACING_M = 700
SIZE = 14
VILLAGES = ("李畋村", "符田村", "石塅村", "泗汾社区", "鸟石村", "双塘村", "茶子山", "南岸坪")
SURNAMES = "李王张刘陈杨黄周吴徐孙胡朱高林何郭马罗"
GIVEN = ("建国", "志强", "秀英", "桂兰", "姞", "䶮", "国平", "海燕", "小红", "文辉")
DATE = dt.date(2027, 3, 2)


def lonlat(x_m: float, y_m: float) -> LonLat:
    """Degrees of metres east and north of the middle of the valley."""
    lat = CENTRE.lat + y_m / 110_900
    return LonLat(CENTRE.lon + x_m / (111_320 * math.cos(math.radians(CENTRE.lat))), lat)


def _knot(column: int, row: int) -> tuple[float, float]:
    dice = random.Random(column * 100 + row)
    middle = (SIZE - 1) / 2
    return (
        (column - middle + dice.uniform(-0.3, 0.3)) * SPACING_M,
        (row - middle + dice.uniform(-0.3, 0.3)) * SPACING_M,
    )


def _bent(start: tuple[float, float], end: tuple[float, float]) -> list[LonLat]:
    dice = random.Random(str((start, end)))
    side = dice.uniform(-0.18, 0.18)
    points = []
    for step in np.linspace(0, 1, 9).tolist():
        bow = math.sin(math.pi * step) * side + math.sin(3 * math.pi * step) * side * 0.25
        dx, dy = end[0] - start[0], end[1] - start[1]
        points.append(lonlat(start[0] + dx * step - dy * bow, start[1] + dy * step + dx * bow))
    return points


def _rank(line: int) -> Rank:
    return {3: Rank.MAIN, 8: Rank.COUNTY, 11: Rank.COUNTY}.get(
        line, Rank.VILLAGE if line % 2 else Rank.TRACK
    )


def _grid() -> nx.Graph:
    graph = nx.Graph()
    for column, row in itertools.product(range(SIZE), range(SIZE)):
        for other, line in (((column + 1, row), row), ((column, row + 1), column)):
            if max(other) < SIZE and random.Random(str((column, row, other))).random() < 0.85:
                points = _bent(_knot(column, row), _knot(*other))
                graph.add_edge((column, row), other, points=points, rank=_rank(line))
    return graph.subgraph(max(nx.connected_components(graph), key=len)).copy()


GRID = _grid()


def _way(start: LonLat, end: LonLat) -> list[LonLat]:
    def nearest(point: LonLat) -> tuple[int, int]:
        return min(GRID.nodes, key=lambda knot: math.dist(lonlat(*_knot(*knot)), point))

    knots = nx.shortest_path(GRID, nearest(start), nearest(end))
    way = [start]
    for a, b in itertools.pairwise(knots):
        points = GRID.edges[a, b]["points"]
        there = math.dist(points[0], lonlat(*_knot(*a))) < 1e-9
        way.extend(points if there else points[::-1])
    return [*way, end]


def _visit(number: int, where: LonLat, village: str, dice: random.Random) -> Visit:
    kind = dice.choices(list(VisitKind), weights=(16, 3, 3, 1, 1))[0]
    why = {
        VisitKind.FIRST: "",
        VisitKind.RETRY: "2月18日上门无人",
        VisitKind.REVISIT: "2月4日发现：漏电保护器不动作",
        VisitKind.REQUEST: "新装申请 2月26日",
        VisitKind.APPOINTMENT: "预约 9:00-10:00",
    }[kind]
    return Visit(
        visit_id=f"v{number}",
        place=number,
        service_s=720,
        kind=kind,
        account_no=f"{4300120000 + number * 7919:010d}",
        name=dice.choice(SURNAMES) + dice.choice(GIVEN),
        address=f"泗汾镇{village}{dice.randint(1, 12)}组{dice.randint(1, 40)}号",
        phone=f"138{dice.randint(10_000_000, 99_999_999)}",
        area=f"{village}台区",
        location=where,
        customer_kind=CustomerKind.HOUSEHOLD,
        why=why,
        check="试跳漏电保护器，看进户线" if kind in (VisitKind.REVISIT, VisitKind.FIRST) else "",
    )


def _route(crew_id: str, visits: list[Visit]) -> Route:
    clock, stops = 8 * 3600, []
    for index, visit in enumerate(visits):
        clock += 240 if index else 1500
        stops.append(
            Stop(
                visit_id=visit.visit_id,
                arrival_s=clock,
                waiting_s=0,
                service_s=720,
                travel_s=240 if index else 1500,
                distance_m=400 if index else 6200,
            )
        )
        clock += 720
    return Route(
        crew_id=crew_id,
        start_s=8 * 3600,
        end_s=clock + 1300,
        stops=tuple(stops),
        rest=Rest(start_s=12 * 3600, duration_s=3600, after=len(stops) // 2),
        return_travel_s=1300,
        return_distance_m=5900,
    )


def _doors(count: int, hamlets: list[int], dice: random.Random) -> list[tuple[LonLat, str]]:
    """Doors along roads of some hamlets, in the order in which one rides past."""
    doors = []
    knots = sorted(GRID.nodes)
    for place, hamlet in enumerate(hamlets):
        x, y = _knot(*knots[hamlet % len(knots)])
        share = count // len(hamlets) + (place < count % len(hamlets))
        for index in range(share):
            along = index * 60 - 30 * share
            doors.append(
                (lonlat(x + along, y + dice.uniform(-60, 60)), VILLAGES[hamlet % len(VILLAGES)])
            )
    return doors


def valley(stops: int = 22, crews: int = 1, seed: int = 1) -> DayPlan:
    """A day of a station: so many stops for each of so many crews."""
    dice = random.Random(seed)
    visits: list[Visit] = []
    routes = []
    for crew in range(crews):
        hamlets = [dice.randrange(170) for _ in range(min(4, stops))]
        start = len(visits)
        for where, village in _doors(stops, hamlets, dice):
            visits.append(_visit(len(visits) + 1, where, village, dice))
        routes.append(_route(f"C{crew + 1:03d}", visits[start:]))
    left = _visit(len(visits) + 1, CENTRE, "双塘村", dice)
    return DayPlan(
        station=Station(
            station_id="ST01",
            name="泗汾供电所",
            location=lonlat(-2300, 2700),
            phone="0731-23401001",
        ),
        date=DATE,
        crews=tuple(
            Crew(
                crew_id=f"C{crew + 1:03d}",
                station_id="ST01",
                members=("李志强", "王桂兰"),
                phone="13800000001",
                motorcycle="湘B·A1234",
            )
            for crew in range(crews)
        ),
        visits=(*visits, left),
        routes=tuple(routes),
        unassigned=(
            Unassigned(
                visit_id=left.visit_id,
                code="no_time",
                reason="各组今天都没有时间",
                action="改到明天，或加派一组",
            ),
        ),
        seed=seed,
    )


def drawing(plan: DayPlan) -> Drawing:
    """The valley's roads and names, and the way of each crew on them."""
    lines = tuple(
        RoadLine(data["rank"], "", np.array(data["points"])) for _, _, data in GRID.edges(data=True)
    )
    knots = sorted(GRID.nodes)
    places = tuple(
        Place(name, lonlat(*_knot(*knots[index * 23 % len(knots)])), "village")
        for index, name in enumerate(VILLAGES)
    )
    return Drawing(CENTRE, lines, places, route_legs(plan, _way))
