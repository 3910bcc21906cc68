"""A scripted year: a made-up field works through the plans, and keeps its own book.

    python scripts/year.py [--customers 20000] [--days 250] [--seed 1]

Crews follow sheets made from what is due; customers are absent, refuse, move, have faults that
come back, live in low-voltage areas. Phones send twice, late, out of order, in parts, with wrong
rows; some crews write on paper, some are ill. The calendar is made anew each month. At the end
the register is held against the field's book:

- every account has exactly one state, and the states add up;
- no open finding is without an owner and a next step;
- no revisit was planned outside its window unless its sheet said so;
- the register's and the bulletin's counts are the field's own.

Prints the figures; ends with exit code 1 and the differences if there are any.
"""

from __future__ import annotations

import argparse
import base64
import datetime as dt
import json
import random
import sys
import tempfile
import time
import zlib
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from optimizer.model import Crew, DayPlan, LonLat, Route, Station, Stop, Visit, VisitKind
from optimizer.records import (
    Entry,
    add_appointment,
    add_request,
    advance_project,
    check_projects,
    close_request,
    decide_finding,
    decide_opinion,
    due,
    read_text,
    settle,
    take_records,
)
from optimizer.records.coverage import account_list, coverage
from optimizer.records.decisions import PROJECT_STATES
from optimizer.records.parsing import read_content
from optimizer.register import Register
from optimizer.reports.period import Period
from optimizer.reports.statistics import bulletin
from optimizer.settings import Settings
from optimizer.workdays import working_days

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

START = dt.date(2027, 3, 1)
VISITS_A_DAY = 16
BLOCK = 12
OPINIONS = ("电压低", "电压 低!", "停电太多", "电费看不懂", "服务态度好", "树碰线", "希望多上门")


@dataclass
class Nature:
    """What an account really is like; the register never sees it."""

    home: float
    refuses: bool
    fate: str
    faults: set[str]
    low_voltage: bool
    visits: int = 0


@dataclass
class Book:
    """What the field itself counts.

    `calls` is the result of an account's day, `pieces` what was used, `sightings` what was seen
    wrong (account, day, category), `opinions` who said what when.
    """

    calls: dict[tuple[str, str], str] = field(default_factory=dict)
    pieces: Counter[str] = field(default_factory=Counter)
    repairs: Counter[str] = field(default_factory=Counter)
    sightings: set[tuple[str, str, str]] = field(default_factory=set)
    opinions: set[tuple[str, str, str]] = field(default_factory=set)
    disputes: dict[tuple[str, str], str] = field(default_factory=dict)
    wrong_rows: int = 0
    faults_told: int = 0
    revisits_planned: int = 0
    complaints: list[str] = field(default_factory=list)


@dataclass
class World:
    """The register, the field, and the day it is."""

    register: Register
    settings: Settings
    rng: random.Random
    natures: dict[str, Nature]
    crews: dict[str, list[str]]
    area_of: dict[str, str]
    book: Book = field(default_factory=Book)
    late: list[tuple[dt.date, str]] = field(default_factory=list)
    sent: int = 0


def county(customers: int) -> dict[str, pd.DataFrame]:
    """Tables of a county with just enough crews to see everybody within the year."""
    stations = max(2, customers // 10_000)
    crews = stations * max(2, round(customers * 1.8 / 250 / VISITS_A_DAY / stations))
    areas = max(stations, customers // 75)
    number = range(customers)
    return {
        "stations": pd.DataFrame(
            {"station": [f"ST{i:02d}" for i in range(stations)], "lon": 113.5, "lat": 27.6}
        ),
        "areas": pd.DataFrame(
            {
                "area": [f"TQ{i:04d}" for i in range(areas)],
                "station": [f"ST{i % stations:02d}" for i in range(areas)],
            }
        ),
        "crews": pd.DataFrame(
            {
                "crew": [f"C{i:03d}" for i in range(crews)],
                "station": [f"ST{i % stations:02d}" for i in range(crews)],
                "member1": "张三",
            }
        ),
        "customers": pd.DataFrame(
            {
                "account_no": [f"{i:010d}" for i in number],
                "name": [f"户主{i}" for i in number],
                "area": [f"TQ{i % areas:04d}" for i in number],
                "station": [f"ST{i % areas % stations:02d}" for i in number],
                "kind": ["hv10kv" if i % 300 == 7 else "business" if i % 50 == 3 else "household"
                         for i in number],
                "lon": [float("nan") if i % 100 == 99 else 113.5 for i in number],
                "lat": [float("nan") if i % 100 == 99 else 27.6 for i in number],
            }
        ),
    }  # fmt: skip


def natures(customers: pd.DataFrame, rng: random.Random) -> dict[str, Nature]:
    """Who is seldom home, who refuses, what is wrong where."""
    low = {area for area in customers["area"].unique() if rng.random() < 0.05}
    table = {}
    for account, area in zip(customers["account_no"], customers["area"], strict=True):
        faults = {c for c in ("wiring", "rcd", "meter", "tree", "pole") if rng.random() < 0.03}
        table[account] = Nature(
            home=rng.choice([0.95, 0.8, 0.6, 0.2, 0.02]),
            refuses=rng.random() < 0.02,
            fate=rng.choices(["", "moved", "demolished"], [97, 2, 1])[0],
            faults=faults,
            low_voltage=area in low and rng.random() < 0.4,
        )
    return table


# ---- planning ----------------------------------------------------------------------------------


def plan_calendar(world: World, days: Sequence[dt.date]) -> None:
    """Everybody who was never tried gets the next free place of a crew of his station."""
    customers = world.register.customers()
    waiting = customers[customers["status"] == "open"].sort_values(["station", "area"])
    blocks, visits, rest = [], [], []
    for station, group in waiting.groupby("station"):
        accounts = group["account_no"].tolist()
        for day in days:
            for crew in world.crews[str(station)]:
                some, accounts = accounts[:BLOCK], accounts[BLOCK:]
                if some:
                    name = f"{crew}-{day}"
                    blocks.append((name, station, crew, day, len(some), 0, 0, 0, 1.0))
                    visits += [(name, seq, account) for seq, account in enumerate(some)]
        rest += [(account, "capacity", "no day is left") for account in accounts]
    columns = ["block", "station", "crew", "date", "visits", "work_s", "travel_s", "distance_m"]
    columns += ["pace"]
    world.register.save_calendar(
        pd.DataFrame(blocks, columns=columns),
        pd.DataFrame(visits, columns=["block", "seq", "account_no"]),
        pd.DataFrame(rest, columns=["account_no", "code", "reason"]),
    )


def plan_station(world: World, station: str, day: dt.date) -> DayPlan:
    """The most pressing candidates, each to the crew that should go if it has room."""
    frame = due(world.register, world.settings, station, day)
    sheets: dict[str, list[dict[Any, Any]]] = {crew: [] for crew in world.crews[station]}
    for row in frame.head(VISITS_A_DAY * len(sheets)).to_dict("records"):
        crew = row["preferred_crew"] or row["planned_crew"]
        if crew not in sheets or len(sheets[crew]) >= VISITS_A_DAY:
            crew = min(sheets, key=lambda name: len(sheets[name]))
        sheets[crew].append(row)
        note_revisit(world, row, day)
    return as_plan(station, day, sheets)


def note_revisit(world: World, row: dict[Any, Any], day: dt.date) -> None:
    """Complain about a revisit outside its window that does not say so."""
    if row["kind"] != "revisit":
        return
    world.book.revisits_planned += 1
    today = day.isoformat()
    early = today < row["not_before"]
    late = row["deadline"] and today > row["deadline"] and "已超期" not in row["why"]
    if early or late:
        world.book.complaints.append(f"{row['visit_id']} is outside its window: {row}")


def as_plan(station: str, day: dt.date, sheets: dict[str, list[dict[Any, Any]]]) -> DayPlan:
    """The sheets as the register keeps them."""
    visits, routes = [], []
    for crew, rows in sheets.items():
        stops = []
        for number, row in enumerate(rows):
            visits.append(
                Visit(
                    visit_id=row["visit_id"], place=0, service_s=720, kind=VisitKind(row["kind"]),
                    account_no=row["account_no"], why=row["why"],
                )
            )  # fmt: skip
            stops.append(
                Stop(visit_id=row["visit_id"], arrival_s=30600 + 1500 * number, waiting_s=0,
                     service_s=720, travel_s=600, distance_m=2000)
            )  # fmt: skip
        routes.append(Route(crew_id=crew, start_s=28800, end_s=61200, stops=tuple(stops)))
    return DayPlan(
        station=Station(station_id=station, name=station, location=LonLat(113.5, 27.6)),
        date=day,
        crews=tuple(Crew(crew_id=crew, station_id=station, members=("张三",)) for crew in sheets),
        visits=tuple(visits),
        routes=tuple(routes),
    )


# ---- the field ---------------------------------------------------------------------------------


def walk(world: World, plan: DayPlan) -> None:
    """Each crew that is not ill walks its sheet and hands in what it saw, somehow."""
    visits = {visit.visit_id: visit for visit in plan.visits}
    for route in plan.routes:
        if world.rng.random() < 0.03:
            continue
        records = [
            call(world, visits[stop.visit_id], plan.date, row, stop.begin_s)
            for row, stop in enumerate(route.stops, start=1)
            if world.rng.random() > 0.02
        ]
        if not records:
            continue
        if world.rng.random() < 0.2:
            hand_in_paper(world, plan, route.crew_id, records)
        else:
            hand_in_phone(world, plan, route.crew_id, records)


def call(world: World, visit: Visit, day: dt.date, row: int, begin_s: int) -> dict[str, Any]:
    """What happens at one door; the field's book keeps it."""
    nature, rng = world.natures[visit.account_no], world.rng
    result = outcome(nature, rng)
    at = dt.datetime.combine(day, dt.time(7)) + dt.timedelta(seconds=begin_s - 25200 + 720)
    world.sent += 1
    record = {
        "id": f"r{world.sent}", "account_no": visit.account_no, "visit_id": visit.visit_id,
        "row": row, "kind": visit.kind.value, "result": result, "date": day.isoformat(),
        "at": at.isoformat() + "+08:00", "findings": [], "opinion": "", "repaired": {},
        "undoes": None,
    }  # fmt: skip
    if result == "done":
        nature.visits += 1
        look(nature, rng, record)
    note(world.book, record)
    return record


def outcome(nature: Nature, rng: random.Random) -> str:
    """Who opens the door."""
    if nature.fate:
        return nature.fate
    if rng.random() > nature.home:
        return "nobody_home"
    return "refused" if nature.refuses and rng.random() < 0.8 else "done"


def look(nature: Nature, rng: random.Random, record: dict[str, Any]) -> None:
    """What a crew sees, mends and hears inside."""
    for category in sorted(nature.faults):
        mended = category in {"rcd", "wiring"} and rng.random() < 0.6
        if mended:
            nature.faults.discard(category)
            record["repaired"]["rcd" if category == "rcd" else "fuse"] = 1
        record["findings"].append({"category": category, "repaired": mended, "note": "现场"})
    if nature.low_voltage:
        record["findings"].append({"category": "low_voltage", "repaired": False, "note": ""})
    if rng.random() < 0.1:
        record["opinion"] = rng.choice(OPINIONS)
    if rng.random() < 0.1:
        record["repaired"]["bulb"] = rng.randint(1, 3)


def note(book: Book, record: dict[str, Any]) -> None:
    """Into the field's own book."""
    account, day = record["account_no"], record["date"]
    book.calls[account, day] = record["result"]
    book.pieces.update(record["repaired"])
    for finding in record["findings"]:
        book.sightings.add((account, day, finding["category"]))
        book.repairs[finding["category"]] += finding["repaired"]
    if record["opinion"]:
        book.opinions.add((account, day, record["opinion"]))


def hand_in_phone(world: World, plan: DayPlan, crew: str, records: list[dict[str, Any]]) -> None:
    """A phone's export: with slips undone, wrong rows, in parts, late or twice."""
    rng, sent = world.rng, []
    for record in records:
        if rng.random() < 0.02:
            slip = {**record, "id": record["id"] + "-slip", "result": "refused", "findings": [],
                    "opinion": "", "repaired": {}}  # fmt: skip
            sent.append(slip)
            record = {**record, "undoes": slip["id"]}  # noqa: PLW2901
        sent.append(record)
    if rng.random() < 0.05:
        world.book.wrong_rows += 1
        bad = rng.choice([{"result": "flew"}, {"account_no": "none"}, {"id": ""}, {"date": "x"}])
        sent.append({**records[0], "id": f"bad{world.sent}", **bad})
    if rng.random() < 0.3:
        rng.shuffle(sent)
    text = json.dumps(
        {"format": "zoufang-records", "version": 1, "station": plan.station.station_id,
         "date": plan.date.isoformat(), "crew": crew, "records": sent},
        ensure_ascii=False,
    )  # fmt: skip
    text = folded(text, rng) if rng.random() < 0.3 else text
    deliver(world, plan.date, text)
    if rng.random() < 0.3:
        world.late.append((plan.date + dt.timedelta(days=rng.randint(0, 9)), text))


def folded(text: str, rng: random.Random) -> str:
    """The text as QR codes, scanned in some order."""
    data = base64.urlsafe_b64encode(zlib.compress(text.encode())).decode().rstrip("=")
    size = 700
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    if len(pieces) == 1:
        return "ZF1:" + data
    codes = [f"ZF1:{n}/{len(pieces)}:k:{piece}" for n, piece in enumerate(pieces, start=1)]
    rng.shuffle(codes)
    return "\n".join(codes)


def deliver(world: World, day: dt.date, text: str) -> None:
    """Most files are read the same evening, some days later."""
    if world.rng.random() < 0.1:
        world.late.append((day + dt.timedelta(days=world.rng.randint(1, 6)), text))
    else:
        take(world, read_text(text, "phone"))


def hand_in_paper(world: World, plan: DayPlan, crew: str, records: list[dict[str, Any]]) -> None:
    """A typed-in sheet: rows without account numbers, and now and then one that is on no sheet."""
    lines = ["station,date,crew,row,result,category,fixed,opinion,fuse,bulb,rcd,note"]
    for record in records:
        by_state = defaultdict(list)
        for finding in record["findings"]:
            by_state[finding["repaired"]].append(finding["category"])
        used = record["repaired"]
        pieces = f"{used.get('fuse', '')},{used.get('bulb', '')},{used.get('rcd', '')}"
        where = f"{plan.station.station_id},{plan.date},{crew},{record['row']},{record['result']}"
        groups = sorted(by_state.items()) or [(False, [])]
        for number, (fixed, categories) in enumerate(groups):
            lines.append(
                f"{where},{';'.join(categories)},{'yes' if fixed else ''},"
                f"{record['opinion'] if not number else ''},{pieces if not number else ',,'},现场"
            )
    if world.rng.random() < 0.1:
        world.book.wrong_rows += 1
        lines.append(f"{plan.station.station_id},{plan.date},{crew},99,done,,,,,,,")
    take(world, read_content("\n".join(lines).encode("gb18030"), "sheet.csv"))
    if world.rng.random() < 0.02:
        dispute(world, plan, crew, records[0])


def dispute(world: World, plan: DayPlan, crew: str, record: dict[str, Any]) -> None:
    """A second sheet that says something else about a door, until a human settles it."""
    other = "refused" if record["result"] != "refused" else "moved"
    entry = Entry(
        id=f"other-{record['id']}", date=record["date"], account_no=record["account_no"],
        station=plan.station.station_id, crew=crew, result=other, kind=record["kind"],
    )  # fmt: skip
    take_records(world.register, world.settings, [entry], "second sheet")
    world.book.disputes[record["account_no"], record["date"]] = entry.id


def take(world: World, reading: Any) -> None:  # noqa: ANN401
    """Through the same door as everybody's records."""
    taken = take_records(world.register, world.settings, reading.entries, "field")
    world.book.faults_told += len(reading.faults) + len(taken.faults)


# ---- the office --------------------------------------------------------------------------------


def office(world: World, day: dt.date) -> None:
    """What people at desks do in the evening."""
    for when, text in [late for late in world.late if late[0] <= day]:
        world.late.remove((when, text))
        take(world, read_text(text, "late"))
    rectify(world, day)
    build(world, day)
    answer(world, day)
    connect(world, day)
    if day.weekday() == 4:
        telephone(world, day)
        settle_disputes(world)


def rectify(world: World, day: dt.date) -> None:
    """Departments mend what was found ten days ago; one in ten times badly."""
    then = (day - dt.timedelta(days=10)).isoformat()
    where = "findings.state = 'open' AND project = '' AND found_on <= ?"
    for row in world.register.ledgers.frame("findings", where, [then]).to_dict("records"):
        if world.rng.random() < 0.9:
            world.natures[row["account_no"]].faults.discard(row["category"])
        decide_finding(world.register, world.settings, row["finding"], "rectified", on=day)


def build(world: World, day: dt.date) -> None:
    """Low-voltage works go on by a step in fifteen days, and then the voltage is good."""
    for row in world.register.ledgers.projects().to_dict("records"):
        since = dt.date.fromisoformat(row["since"])
        step = PROJECT_STATES.index(row["state"])
        if step < PROJECT_STATES.index("built") and (day - since).days >= 15:
            state = PROJECT_STATES[step + 1]
            advance_project(world.register, world.settings, row["project"], state, day)
            if state == "built":
                for account, nature in world.natures.items():
                    if world.area_of[account] == row["area"]:
                        nature.low_voltage = False
    check_projects(world.register, world.settings, day)


def answer(world: World, day: dt.date) -> None:
    """Opinions are sent, answered, and the customer is told."""
    steps = {"received": ("sent", 2), "sent": ("answered", 8), "answered": ("told", 10)}
    for row in world.register.ledgers.frame("opinions", "opinions.state <> 'told'").to_dict(
        "records"
    ):
        state, after = steps[row["state"]]
        if (day - dt.date.fromisoformat(row["date"])).days >= after:
            more = {"answer": "已答复"} if state == "answered" else {}
            decide_opinion(world.register, world.settings, row["opinion"], state, on=day, **more)


def connect(world: World, day: dt.date) -> None:
    """Now and then somebody wants a connection; it is made at the last visit."""
    if world.rng.random() < 0.2:
        account = world.rng.choice(list(world.natures))
        voltage = "hv10kv" if account.endswith("7") else "urban"
        add_request(
            world.register, world.settings, account_no=account, voltage=voltage, asked_on=day
        )
    open_ones = world.register.ledgers.frame("requests", "requests.state = 'open'")
    for row in open_ones.to_dict("records"):
        calls = [
            result
            for (account, date), result in world.book.calls.items()
            if account == row["account_no"] and row["asked_on"] < date <= day.isoformat()
        ]
        if "done" in calls or len(calls) >= row["max_visits"]:
            state = "connected" if "done" in calls else "withdrawn"
            close_request(world.register, world.settings, row["request"], state, day)


def telephone(world: World, day: dt.date) -> None:
    """Some of those on the telephone list agree on a day, and are home then."""
    for row in account_list(world.register, "telephone", day).to_dict("records"):
        if world.rng.random() < 0.5:
            world.natures[row["account_no"]].home = 0.9
            add_appointment(
                world.register, world.settings, account_no=row["account_no"],
                date=day + dt.timedelta(days=4), window="09:00-11:00",
            )  # fmt: skip


def settle_disputes(world: World) -> None:
    """A human decides, always for the first sheet, which is the one in the field's book."""
    for (account, date), other in list(world.book.disputes.items()):
        ids = [row[0] for row in world.register.ledgers.records_of([account]) if row[4] == date]
        keep = [name for name in ids if name != other]
        if keep:
            when = dt.date.fromisoformat(date)
            settle(world.register, world.settings, account, when, keep[0])
            del world.book.disputes[account, date]


# ---- the year ----------------------------------------------------------------------------------


def run(
    folder: Path,
    customers: int,
    days: int,
    seed: int,
    progress: Callable[[int, int], None] | None = None,
) -> World:
    """Let the year pass, and give back the world at its end; `check` judges it."""
    rng = random.Random(seed)
    tables = county(customers)
    register = Register.create(folder / "register.sqlite", who="year")
    register.take_in(tables, "year", "wgs84")
    crews = {
        str(station): group["crew"].tolist()
        for station, group in tables["crews"].groupby("station")
    }
    people = tables["customers"]
    world = World(
        register=register,
        settings=Settings(),
        rng=rng,
        natures=natures(people, rng),
        crews=crews,
        area_of=dict(zip(people["account_no"], people["area"], strict=True)),
    )
    worked = work_days(days)
    for number, day in enumerate(worked):
        if number == 0 or day.month != worked[number - 1].month:
            plan_calendar(world, worked[number:])
        for station in crews:
            walk(world, register.save_day_plan(plan_station(world, station, day)))
        office(world, day)
        if progress is not None:
            progress(number + 1, days)
    world.late = [(worked[-1], text) for _, text in world.late]
    office(world, worked[-1])
    settle_disputes(world)
    return world


def work_days(count: int) -> list[dt.date]:
    """The first working days from the start on."""
    calendar = working_days(START, START + dt.timedelta(days=count * 2 + 30))
    return [day.date() for day in calendar.loc[calendar["working"], "date"]][:count]


def check(world: World) -> list[str]:
    """What the register says differently from the field's book, a sentence each."""
    last = max(date for _, date in world.book.calls)
    today = dt.date.fromisoformat(last)
    return [
        *world.book.complaints,
        *map(str, world.register.doctor()),
        *_states(world, today),
        *_next_steps(world),
        *_sightings(world),
        *_counts(world, today),
    ]


def _states(world: World, today: dt.date) -> list[str]:
    counted = coverage(world.register, today)
    wrong = []
    if counted.accounts != len(world.natures) or sum(counted.states.values()) != counted.accounts:
        wrong.append(f"states add up to {counted.states}, there are {len(world.natures)} accounts")
    done = {account for (account, _), result in world.book.calls.items() if result == "done"}
    if counted.states["visited"] != len(done):
        wrong.append(f"visited: register {counted.states['visited']}, field {len(done)}")
    tried = {account for account, _ in world.book.calls}
    never = counted.states["never_tried"] + counted.states["no_coordinates"]
    if never != len(world.natures) - len(tried):
        wrong.append(f"never tried: register {never}, field {len(world.natures) - len(tried)}")
    if counted.states["conflict"]:
        wrong.append(f"{counted.states['conflict']} conflicts were not settled")
    return wrong


def _next_steps(world: World) -> list[str]:
    tasks = {(row[0], row[2]) for row in world.register.ledgers.rows("tasks") if row[1] != "retry"}
    open_ones = world.register.ledgers.frame("findings", "findings.state IN ('open', 'rectified')")
    return [
        f"finding {row['finding']} has no owner or no next step"
        for row in open_ones.to_dict("records")
        if not row["department"] or (row["account_no"], row["finding"]) not in tasks
    ]


def _sightings(world: World) -> list[str]:
    """Everything that was seen wrong belongs to a finding that was open on that day."""
    spans = defaultdict(list)
    for row in world.register.ledgers.frame("findings").to_dict("records"):
        spans[row["account_no"], row["category"]].append((row["found_on"], row["closed_on"]))
    return [
        f"{category} seen at {account} on {day} is in no finding"
        for account, day, category in sorted(world.book.sightings)
        if not any(
            found <= day and (not closed or day <= closed)
            for found, closed in spans[account, category]
        )
    ]


def _counts(world: World, today: dt.date) -> list[str]:
    """The bulletin of the whole time against the field's book."""
    book = world.book
    counted = bulletin(world.register, world.settings, Period.days(START, today))
    pairs = [("opinions", counted.count("opinion"), len(book.opinions))]
    for result, number in Counter(book.calls.values()).items():
        pairs.append((f"calls {result}", counted.count("call", category=result), number))
    for name, number in book.pieces.items():
        pairs.append((f"pieces {name}", counted.count("piece", category=name), number))
    for category, number in book.repairs.items():
        pairs.append((f"repairs {category}", counted.count("repair", category=category), number))
    return [f"{what}: bulletin {said}, field {was}" for what, said, was in pairs if said != was]


def report(world: World) -> None:
    """The year in figures."""
    book = world.book
    last = dt.date.fromisoformat(max(date for _, date in book.calls))
    counted = coverage(world.register, last)
    print(f"accounts          {counted.accounts}")
    for state, number in counted.states.items():
        print(f"  {state:16}{number}")
    print(f"calls             {dict(Counter(book.calls.values()))}")
    print(f"findings          {len(world.register.ledgers.rows('findings'))}")
    print(f"open matters      {counted.counts}")
    print(f"area findings     {len(world.register.ledgers.projects())}")
    print(f"opinions          {len(book.opinions)}")
    print(f"revisits planned  {book.revisits_planned}")
    print(f"wrong rows sent   {book.wrong_rows}, faults told {book.faults_told}")


def main() -> None:
    """Let a year pass and hold the register against the field's book."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=20_000)
    parser.add_argument("--days", type=int, default=250)
    parser.add_argument("--seed", type=int, default=1)
    wish = parser.parse_args()
    begin = time.monotonic()
    sys.path.append(str(Path(__file__).parent / "benchmarks"))
    from circumstances import circumstances  # noqa: PLC0415  (a neighbour only of the script)

    print(circumstances("numpy", "pandas"))

    def tell(done: int, total: int) -> None:
        if done % 10 == 0:
            print(f"day {done} of {total}, {time.monotonic() - begin:.0f} s", file=sys.stderr)

    with tempfile.TemporaryDirectory() as folder:
        world = run(Path(folder), wish.customers, wish.days, wish.seed, tell)
        report(world)
        wrong = check(world)
        world.register.close()
    print("\n".join(wrong[:50]) or "the register and the field's book agree")
    print(f"{time.monotonic() - begin:.0f} s, {time.process_time():.0f} s of a processor")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
