"""Measure the desk while a chief changes a day by hand: CPU milliseconds of each call.

    python scripts/benchmarks/desk_calls.py [--customers 19000] [--folder DIR]

Makes the example county with all its customers at one station, whose sixteen crews all go out on
one day and make some 350 visits; plans the campaign and that day; then calls the desk as the board
does.
Prints a table in Markdown: the median and the 95th percentile of each call.
"""

from __future__ import annotations

import argparse
import csv
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from circumstances import circumstances

from optimizer.desk import Campaign, Move, MoveRoute

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[2]
FILES = ("stations", "areas", "customers", "crews", "leave")
STATION, DUTY = "供电所", "值班日"
ITERATIONS = 2_000
"""The day is planned so long."""
BAR_MS = 20


def main() -> None:
    """Build, measure, print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--customers", type=int, default=19_000)
    parser.add_argument("--folder", type=Path, help="where the campaign is made, or is already")
    parser.add_argument("--calls", type=int, default=40, help="of each kind")
    wanted = parser.parse_args()
    folder = wanted.folder or Path(tempfile.mkdtemp()) / "county"
    if not folder.exists():
        build(folder, wanted.customers)
    print(circumstances("numpy", "pydantic"))
    with Campaign(folder) as campaign:
        measure(campaign, wanted.calls)


def build(folder: Path, customers: int) -> None:
    """A campaign of the example county with one station."""
    files = folder / "input"
    run("init", str(folder), "--example", "liling", "--customers", str(customers))
    settings = folder / "campaign.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace('pace = "even"', 'pace = "early"'), encoding="utf-8")
    for name in ("stations", "areas", "customers", "crews"):
        with_one_station(files / f"{name}.csv", customers)
    run("roads", "-C", str(folder), "--file", str(files / "roads.osm.pbf"))
    tables = (part for name in FILES for part in (f"--{name}", str(files / f"{name}.csv")))
    run("import", "-C", str(folder), *tables)
    run("campaign", "-C", str(folder))


def run(*command: str) -> None:
    """A command of the program, in silence."""
    python = [sys.executable, "-m", "optimizer", *command]
    subprocess.run(python, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)


def with_one_station(path: Path, customers: int) -> None:
    """Give every row of a file to the first station, which has room for all."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    if path.stem == "stations":
        rows = [rows[0] | {"容量": str(2 * customers)}]
    else:
        rows = [row | {STATION: "S01"} | ({DUTY: "1"} if DUTY in row else {}) for row in rows]
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)


def measure(campaign: Campaign, calls: int) -> None:
    """Call the desk and print what it took."""
    blocks = campaign.register.blocks()
    day = str(blocks["station"].iloc[0]), str(blocks["date"].min())
    campaign.plan_day(*day, iterations=ITERATIONS)
    campaign.make_ready()
    plan = campaign.board(*day).board.plan
    stops = [stop.visit_id for route in plan.routes for stop in route.stops]
    crews = [route.crew_id for route in plan.routes]
    print(f"{len(stops)} stops, {len(plan.visits)} visits on offer, {len(crews)} crews\n")
    off = Move(visits=tuple(stops[::9]), crew=None)
    opened = campaign.edit_board(*day, off, revision=campaign.board(*day).revision)
    offered = {visit.visit_id: visit.account_no for visit in plan.visits}
    tray, left = [offered[stop] for stop in off.visits], stops[1::9]
    customers = campaign.register.customers(day[0])["account_no"].tolist()
    strangers = [account for account in customers if account not in offered.values()]

    def move(k: int, after: int | None = 0) -> Move:
        return Move(visits=(left[k % len(left)],), crew=crews[k % len(crews)], after=after)

    def edit(k: int) -> None:
        nonlocal opened
        opened = campaign.edit_board(*day, move(k), revision=opened.revision)

    route = MoveRoute(crew=crews[0], to=crews[1])
    kinds: dict[str, Callable[[int], object]] = {
        "open the board": lambda _: campaign.board(*day),
        "judge a visit moved": lambda k: campaign.preview_edit(opened, move(k)),
        "the same, where it costs least": lambda k: campaign.preview_edit(opened, move(k, None)),
        "judge a route moved": lambda _: campaign.preview_edit(opened, route),
        "best places, on offer": lambda k: campaign.best_places(*day, tray[k % len(tray)]),
        "best places, any customer": lambda k: campaign.best_places(*day, strangers[k]),
        "move a visit": edit,
    }
    print("| call | median ms | 95 % ms | bar |\n|---|---|---|---|")
    for name, call in kinds.items():
        took = [spent_ms(call, k) for k in range(calls + 1)][1:]
        usual, slow = statistics.median(took), sorted(took)[int(0.95 * len(took))]
        print(f"| {name} | {usual:.1f} | {slow:.1f} | {BAR_MS} |", flush=True)
    campaign.drop_draft(*day, revision=opened.revision)


def spent_ms(call: Callable[[int], object], k: int) -> float:
    """Milliseconds of the processor that a call takes."""
    began = time.process_time()
    call(k)
    return (time.process_time() - began) * 1000


if __name__ == "__main__":
    main()
