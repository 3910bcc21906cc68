"""A village one can hold in the head, its register, and a phone that writes records."""

from __future__ import annotations

import base64
import datetime as dt
import itertools
import json
import zlib

import pandas as pd

from optimizer.model import Crew, DayPlan, LonLat, Route, Station, Stop, Visit, VisitKind
from optimizer.records import read_text, take_records
from optimizer.settings import Settings

SETTINGS = Settings()
DAY = dt.date(2027, 3, 2)

# Area A1 has four households, A2 two and the water works; B1 belongs to the other station.
HOUSEHOLDS = ["0000000001", "0000000002", "0000000003", "0000000004", "0000000005", "0000000006"]
WATER_WORKS = "0000000007"
SHOP = "0000000008"
ACCOUNTS = [*HOUSEHOLDS, WATER_WORKS, SHOP]
_ids = itertools.count(1)


def village():
    return {
        "stations": pd.DataFrame(
            {"station": ["ST01", "ST02"], "name": ["泗汾供电所", "白兔潭供电所"],
             "lon": [113.5, 113.6], "lat": [27.6, 27.7]}
        ),
        "areas": pd.DataFrame(
            {"area": ["A1", "A2", "B1"], "name": ["塅上", "畋心", "姞家"],
             "station": ["ST01", "ST01", "ST02"]}
        ),
        "crews": pd.DataFrame(
            {"crew": ["C001", "C002", "C003"], "station": ["ST01", "ST01", "ST02"],
             "member1": ["张三", "王五", "赵六"]}
        ),
        "customers": pd.DataFrame(
            {
                "account_no": ACCOUNTS,
                "name": ["甲", "乙", "丙", "丁", "戊", "己", "水厂", "小卖部"],
                "area": ["A1"] * 4 + ["A2"] * 3 + ["B1"],
                "station": ["ST01"] * 7 + ["ST02"],
                "kind": ["household"] * 6 + ["hv10kv", "business"],
                "lon": [113.5] * 8,
                "lat": [27.6] * 8,
            }
        ),
    }  # fmt: skip


def day_plan(rows, *, station="ST01", date=DAY, crew="C001", seed=0):
    """A plan in which one crew visits (account, kind) in the given order."""
    visits = tuple(
        Visit(visit_id=f"{kind}-{account}", place=0, service_s=600, account_no=account,
              kind=VisitKind(kind))
        for account, kind in rows
    )  # fmt: skip
    stops = tuple(
        Stop(visit_id=v.visit_id, arrival_s=30000 + 900 * n, waiting_s=0, service_s=600,
             travel_s=300, distance_m=900)
        for n, v in enumerate(visits)
    )  # fmt: skip
    return DayPlan(
        station=Station(station_id=station, name=station, location=LonLat(113.5, 27.6)),
        date=date,
        crews=(Crew(crew_id=crew, station_id=station, members=("张三", "李四")),),
        visits=visits,
        routes=(Route(crew_id=crew, start_s=29000, end_s=60000, stops=stops),),
        seed=seed,
    )


def record(account, result="done", *, day=DAY, time="09:41:05", **more):
    """One record as a phone writes it."""
    return {
        "id": f"id-{next(_ids)}",
        "account_no": account,
        "visit_id": "",
        "result": result,
        "at": f"{day.isoformat()}T{time}+08:00",
        "date": day.isoformat(),
        "findings": [],
        "opinion": "",
        "repaired": {},
        "undoes": None,
        **more,
    }


def wrong(category, *, repaired=False, note=""):
    return {"category": category, "repaired": repaired, "note": note}


def export(*records, station="ST01", crew="C001", day=DAY):
    """The JSON text that a phone exports."""
    return json.dumps(
        {
            "format": "zoufang-records",
            "version": 1,
            "station": station,
            "date": day.isoformat(),
            "crew": crew,
            "records": list(records),
        },
        ensure_ascii=False,
    )


def packed(text, *, raw=True):
    """The text of a QR code."""
    machine = zlib.compressobj(wbits=-15 if raw else 15)
    data = machine.compress(text.encode()) + machine.flush()
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def take(register, *records, settings=SETTINGS, **where):
    """Read what a phone exports and put it into the register."""
    reading = read_text(export(*records, **where), "phone.json")
    assert reading.faults == []
    return take_records(register, settings, reading.entries, "phone.json")


def status(register, account):
    frame = register.agenda.accounts("account_no = ?", [account])
    return frame.loc[0, "state"]
