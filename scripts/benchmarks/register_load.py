"""Measure the register at county size: storing, reading, records, status, candidates, file size.

    python scripts/benchmarks/register_load.py [--customers 350000] [--records 400000]

Prints one line a measurement: what, seconds, and the bar where there is one.
"""

from __future__ import annotations

import argparse
import datetime as dt
import random
import resource
import statistics
import tempfile
import time
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from circumstances import circumstances

from optimizer.forecast import forecast
from optimizer.records import CATEGORIES, Entry, Finding, due, take_records
from optimizer.records.coverage import coverage
from optimizer.register import Register
from optimizer.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

STATIONS = 20
CREWS = 300
FIRST = dt.date(2027, 1, 4)


def county(customers: int) -> dict[str, pd.DataFrame]:
    """The tables of a made-up county without roads."""
    rng = np.random.default_rng(1)
    areas = customers // 75 + 1
    number = np.arange(customers)
    of_area = [f"ST{place % STATIONS:02d}" for place in range(areas)]
    return {
        "stations": pd.DataFrame(
            {"station": [f"ST{i:02d}" for i in range(STATIONS)], "lon": 113.5, "lat": 27.6}
        ),
        "areas": pd.DataFrame(
            {"area": [f"TQ{i:05d}" for i in range(areas)], "name": "某台区", "station": of_area}
        ),
        "crews": pd.DataFrame(
            {
                "crew": [f"C{i:03d}" for i in range(CREWS)],
                "station": [f"ST{i % STATIONS:02d}" for i in range(CREWS)],
                "member1": "张三",
                "member2": "李四",
            }
        ),
        "customers": pd.DataFrame(
            {
                "account_no": [f"{i:010d}" for i in rng.permutation(customers)],
                "name": [f"户主{i}" for i in number],
                "address": [f"泗汾镇某某村{i % 30}组{i % 99}号" for i in number],
                "phone": [f"138{i:08d}" for i in number],
                "area": [f"TQ{i % areas:05d}" for i in number],
                "station": [of_area[i % areas] for i in number],
                "kind": "household",
                "lon": 113 + rng.random(customers),
                "lat": 27 + rng.random(customers),
            }
        ),
    }


def territories(register: Register) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Everybody where the files say."""
    customers = register.customers()[["account_no", "area", "station", "lon", "lat"]]
    areas = register.areas()[["area", "station"]]
    return customers.assign(located="given"), areas.assign(crew="", lon=113.5, lat=27.6)


def calendar(customers: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Twenty customers a block, a block a crew and week."""
    order = customers.sort_values(["station", "area"])["account_no"].tolist()
    blocks = len(order) // 20 + 1
    table = pd.DataFrame(
        {
            "block": [f"B{i:06d}" for i in range(blocks)],
            "station": [f"ST{i % CREWS % STATIONS:02d}" for i in range(blocks)],
            "crew": [f"C{i % CREWS:03d}" for i in range(blocks)],
            "date": [FIRST + dt.timedelta(days=7 * (i // CREWS)) for i in range(blocks)],
            "visits": 20,
            "work_s": 20000,
            "travel_s": 5000,
            "distance_m": 40000,
            "pace": 1.0,
        }
    )
    place = np.arange(len(order))
    visits = pd.DataFrame(
        {"block": [f"B{i // 20:06d}" for i in place], "seq": place % 20, "account_no": order}
    )
    return table, visits, pd.DataFrame({"account_no": [], "code": [], "reason": []})


def entries(customers: pd.DataFrame, count: int) -> list[Entry]:
    """Records of two and a half years: a quarter nobody home, a seventh with a finding."""
    rng = random.Random(1)
    accounts, stations = customers["account_no"].tolist(), customers["station"].tolist()
    made = []
    for number in range(count):
        place = rng.randrange(len(accounts))
        day = FIRST + dt.timedelta(days=number * 900 // count)
        found = Finding(
            category=rng.choice(CATEGORIES), repaired=rng.random() < 0.5, note="客厅插座无地线"
        )
        made.append(
            Entry(
                id=str(uuid.UUID(int=rng.getrandbits(128))),
                date=day.isoformat(),
                account_no=accounts[place],
                station=stations[place],
                crew=f"C{int(stations[place][2:]) + STATIONS * rng.randrange(15):03d}",
                row=rng.randrange(1, 20),
                kind=rng.choice(["first", "retry", "revisit", ""]),
                result=rng.choices(
                    ["done", "nobody_home", "refused", "moved", "demolished"], [70, 25, 2, 2, 1]
                )[0],
                at=f"{day}T{rng.randrange(8, 17):02d}:{rng.randrange(60):02d}:00+08:00",
                lon=113.5,
                lat=27.6,
                findings=(found,) if rng.random() < 0.15 else (),
                opinion="希望早点改造线路" if rng.random() < 0.1 else "",
                repaired={"fuse": 1} if rng.random() < 0.1 else {},
            )
        )
    return made


def timed(what: str, call: Callable[[], Any], bar: str = "") -> Any:  # noqa: ANN401
    """Run, and print how long it took."""
    begin, cpu = time.perf_counter(), time.process_time()
    result = call()
    took, cpu = time.perf_counter() - begin, time.process_time() - cpu
    print(f"{what:34} {took:9.3f} s  (cpu {cpu:8.3f} s)  {bar}", flush=True)
    return result


def single_records(register: Register, settings: Settings, made: list[Entry]) -> None:
    """Store records one at a time, as a web page does."""
    took = []
    for entry in made:
        begin = time.perf_counter()
        take_records(register, settings, [entry], "typed")
        took.append(time.perf_counter() - begin)
    took.sort()
    print(
        f"{'one record':34} {statistics.median(took):9.4f} s median, "
        f"{took[int(len(took) * 0.9)]:.4f} s ninth decile  bar 0.020"
    )


def main() -> None:
    """Measure everything in a temporary folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=350_000)
    parser.add_argument("--records", type=int, default=400_000)
    wish = parser.parse_args()
    settings = Settings()
    tables = county(wish.customers)
    print(circumstances("numpy", "pandas"))
    print(f"{wish.customers} customers, {wish.records} records")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "register.sqlite"
        with Register.create(path) as register:
            timed("store customers", lambda: register.take_in(tables, "f", "wgs84"), "bar 15")
            timed("the same again", lambda: register.take_in(tables, "f", "wgs84"))
            customers = timed("read customers", register.customers, "bar 3")
            placed, shared = territories(register)
            timed("save territories", lambda: register.save_territories(placed, shared))
            blocks = calendar(customers)
            timed("save calendar", lambda: register.save_calendar(*blocks))
            timed("read block visits", register.block_visits)
            made = entries(customers, wish.records + 100)
            batches = range(0, wish.records, 2000)
            timed(
                "records in files of 2,000",
                lambda: [
                    take_records(register, settings, made[i : min(i + 2000, wish.records)], "f")
                    for i in batches
                ],
            )
            single_records(register, settings, made[wish.records :])
            today = FIRST + dt.timedelta(days=450)
            timed("status", lambda: coverage(register, today), "bar 2")
            timed("forecast", lambda: forecast(register, settings, today), "bar 1.5")
            timed("a day's candidates", lambda: due(register, settings, "ST05", today), "bar 1")
            timed("doctor", register.doctor)
            timed("backup", lambda: register.backup(Path(folder) / "copy.sqlite"))
        print(f"{'register':34} {path.stat().st_size / 1e6:9.1f} MB  bar 500")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{'peak memory':34} {peak:9.0f} MB")


if __name__ == "__main__":
    main()
