"""Seconds and memory of each stage from a customer file to the certificate, by size.

    python scripts/benchmarks/whole_county.py --sizes 35000 350000 1000000 --folder /tmp/bench

Makes the example county of each size, then runs each stage in a process of its own and prints
tables in Markdown: seconds and memory of the stages; processors' seconds, which other work on the
machine changes less, and their growth, as times linear from the first size; what the certificate
says. `--longer` routes each county's largest station once more with ten times
the iterations, and tells how much less travel that finds; `--replan` writes records of four weeks,
in which every fourth station makes three visits of four, and plans the rest anew, twice;
`--cluster` has the campaign planned on a Dask scheduler and its workers, one thread each, here.
Memory is the sum over the stage's processes, read from /proc every half second: resident, where
pages that they share count once a process, and proportional, where they count once.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import importlib.metadata
import json
import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).resolve().parents[2]
LIBRARIES = ("numpy", "numba", "pandas", "scipy", "joblib", "ortools", "routingkit-cch")
STAGES = ("init", "roads", "import", "territories", "campaign", "what-if")
MEASURED = ("seconds", "processor_s", "mb", "pss_mb")


def main() -> None:
    """Run all sizes and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[35_000])
    parser.add_argument("--folder", type=Path, help="where campaigns are made; kept afterwards")
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    parser.add_argument("--longer", action="store_true", help="also with ten times the iterations")
    parser.add_argument("--replan", action="store_true", help="also anew after four weeks")
    parser.add_argument("--cluster", action="store_true", help="plan on a Dask cluster here")
    parser.add_argument("--stage", nargs=2, metavar=("STAGE", "DIR"), help=argparse.SUPPRESS)
    parser.add_argument("--address", help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.stage:
        stage, where = wanted.stage
        print(json.dumps(run_stage(stage, Path(where), wanted.processes, wanted.address)))
        return
    folder = wanted.folder or Path(tempfile.mkdtemp())
    more = [name for name in ("longer", "replan") if getattr(wanted, name)]
    stages = (*STAGES, *more)
    results = {
        size: measure(size, folder / str(size), wanted.processes, stages, cluster=wanted.cluster)
        for size in wanted.sizes
    }
    print_table(results)


def measure(
    size: int, folder: Path, processes: int, stages: Sequence[str], *, cluster: bool
) -> dict[str, dict[str, object]]:
    """Every stage of one size: seconds, MB, and what the stage tells."""
    shutil.rmtree(folder, ignore_errors=True)
    found = {}
    for stage in stages:
        command, before_s = command_of(stage, folder, size, processes), processor_seconds()
        if cluster and stage == "campaign":
            found[stage] = run_on_cluster(command, processes)
        else:
            found[stage] = run_watched(command)
        found[stage]["processor_s"] = processor_seconds() - before_s
        print(f"{size:,} {stage}: {found[stage]}", file=sys.stderr)
    return found


def processor_seconds() -> float:
    """Processors' time of all processes that were started here and have ended, theirs included."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def run_on_cluster(command: list[str], workers: int) -> dict[str, object]:
    """Run a stage with a Dask scheduler and workers of its own, whose memory is told by itself."""
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "scheduler.json"
        common = ["--scheduler-file", str(file), "--no-dashboard"]
        worker = ["worker", *common, "--nthreads", "1", "--nworkers", "1"]
        scheduler = ["scheduler", *common, "--host", "127.0.0.1", "--port", "0"]
        started = [
            subprocess.Popen(
                [sys.executable, "-m", "dask", *part],
                cwd=place,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                stderr=subprocess.DEVNULL,
            )
            for part in (scheduler, *[worker] * workers)
        ]
        while not file.exists():
            time.sleep(0.1)
        address = json.loads(file.read_text())["address"]
        beside = {"scheduler": [started[0].pid], "workers": [one.pid for one in started[1:]]}
        try:
            return run_watched([*command, "--address", address], beside)
        finally:
            for one in started[::-1]:
                one.terminate()
                one.wait()


def command_of(stage: str, folder: Path, size: int, processes: int) -> list[str]:
    """The command line of a stage."""
    here = [sys.executable, "-m", "optimizer"]
    files = folder / "input"
    if stage == "init":
        return [*here, "init", str(folder), "--example", "liling", "--customers", str(size)]
    if stage == "roads":
        return [*here, "roads", "-C", str(folder), "--file", str(files / "roads.osm.pbf")]
    if stage == "import":
        names = ("stations", "areas", "customers", "crews", "leave")
        options = [part for name in names for part in (f"--{name}", str(files / f"{name}.csv"))]
        return [*here, "import", "-C", str(folder), *options]
    own = [sys.executable, str(Path(__file__).resolve()), "--processes", str(processes)]
    return [*own, "--stage", stage, str(folder)]


def run_watched(
    command: list[str], beside: dict[str, list[int]] | None = None
) -> dict[str, object]:
    """Run a command and measure it; its last line may be JSON with facts.

    Processes `beside` it are measured by themselves, each name's together.

    Raises
    ------
    SystemExit
        It failed; its messages are shown.
    """
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    begin = time.monotonic()
    with tempfile.TemporaryFile("w+") as out:
        process = subprocess.Popen(command, stdout=out, env=environment)
        watched = {"": [process.pid], **(beside or {})}
        peak: dict[str, float] = {}
        done = threading.Event()
        watcher = threading.Thread(target=watch, args=(watched, peak, done))
        watcher.start()
        code = process.wait()
        seconds = time.monotonic() - begin
        done.set()
        watcher.join()
        out.seek(0)
        lines = out.read().strip().splitlines() or [""]
    if code:
        raise SystemExit(f"{' '.join(command)} failed with {code}")
    facts = json.loads(lines[-1]) if lines[-1].startswith("{") else {}
    return {"seconds": seconds, **peak, **facts}


def watch(watched: dict[str, list[int]], peak: dict[str, float], done: threading.Event) -> None:
    """Keep the largest memory of processes and their descendants, MB, until done."""
    while not done.wait(0.5):
        for name, pids in watched.items():
            for kind, size_mb in tree_mb(pids).items():
                key = f"{name}_{kind}" if name else kind
                peak[key] = max(peak.get(key, 0.0), round(size_mb))


def tree_mb(pids: list[int]) -> dict[str, float]:
    """Memory of processes and their descendants, MB: `mb` resident, `pss_mb` proportional."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            text = (entry / "stat").read_text()
            parents[int(entry.name)] = int(text.rpartition(")")[2].split()[1])
    members = set(pids)
    while True:
        more = {child for child, parent in parents.items() if parent in members} | members
        if more == members:
            break
        members = more
    found = {"mb": 0.0, "pss_mb": 0.0}
    names = {"Rss:": "mb", "Pss:": "pss_mb"}
    for member in members:
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/{member}/smaps_rollup").read_text().splitlines():
                name, value, *_ = line.split()
                if name in names:
                    found[names[name]] += int(value) * 1024 / 1e6
    return found


def run_stage(
    stage: str, folder: Path, processes: int, address: str | None = None
) -> dict[str, object]:
    """One stage that is no command of its own, in this process; what it tells."""
    from optimizer.campaign import Cluster, Processes  # noqa: PLC0415
    from optimizer.desk import Campaign  # noqa: PLC0415

    here = Campaign(folder)
    executor = Processes(processes) if address is None else Cluster(address)
    stages = {
        "territories": territories,
        "campaign": campaign,
        "what-if": question,
        "longer": longer,
        "replan": replan_twice,
    }
    return stages[stage](here, executor)


def territories(here, _executor) -> dict[str, object]:  # type: ignore[no-untyped-def]  # noqa: ANN001
    """Draw the territories and save them."""
    from optimizer.territories import assign  # noqa: PLC0415

    with here, here.register as register:
        drawn = assign(
            register.customers(),
            register.areas(),
            register.stations(),
            register.crews(),
            here.roads,
            here.settings,
            leave=register.leave(),
        )
        register.save_territories(drawn.customers, drawn.areas)
    return {}


def campaign(here, executor) -> dict[str, object]:  # type: ignore[no-untyped-def]  # noqa: ANN001
    """Plan, certify and save; the certificate's figures."""
    from optimizer.campaign import certificate, plan_campaign  # noqa: PLC0415

    with here, here.register as register:
        planned = plan_campaign(
            register, here.roads, here.settings, folder=here.path, executor=executor
        )
        register.save_calendar(planned.blocks, planned.visits, planned.unplanned)
    account = certificate(planned).as_json()
    names = ("planned", "needed", "available", "whole_share", "travel_share", "longest_share")
    return {name: account[name] for name in names} | {
        "unplanned": sum(account["unplanned"].values()),
        "moved": sum(station["moved"] for station in account["stations"]),
        "months": [month["blocks"] for month in account["months"]],
    }


def question(here, _executor) -> dict[str, object]:  # type: ignore[no-untyped-def]  # noqa: ANN001
    """Ask a what-if question of the saved plan: it must take less than a minute."""
    from optimizer.campaign import what_if  # noqa: PLC0415

    with here, here.register as register:
        answer = what_if(register, here.settings, ["duty+1"], here.path)
    return {"stations": len(answer.after)}


def longer(here, _executor) -> dict[str, object]:  # type: ignore[no-untyped-def]  # noqa: ANN001
    """Travel of the largest station's blocks, by that with ten times the iterations."""
    from dataclasses import replace  # noqa: PLC0415

    from optimizer.campaign.block_routing import route_job, station_jobs  # noqa: PLC0415
    from optimizer.campaign.demand import gather_demand, read_campaign_tables  # noqa: PLC0415
    from optimizer.campaign.routing_task import RoutingTask  # noqa: PLC0415

    with here, here.register as register:
        stations = gather_demand(read_campaign_tables(register), here.settings).stations
    largest = max(stations, key=lambda demand: len(demand.customer))
    (job,) = station_jobs([RoutingTask.all_doors(largest, here.settings)], here.roads)
    usual_s, longer_s = (
        int(route_job(replace(job, iteration_factor=factor), here.roads).travel_s.sum())
        for factor in (1, 10)
    )
    return {"station": largest.station, "more_travel": round(usual_s / longer_s - 1, 4)}


def replan_twice(here, executor) -> dict[str, object]:  # type: ignore[no-untyped-def]  # noqa: ANN001
    """Plan the rest anew after four weeks, and again: what moves, and what becomes of the promises.

    Of each crew-day of every fourth station the last quarter of the visits was not made.
    """
    from optimizer.campaign import certificate, replan  # noqa: PLC0415

    with here, here.register as register:
        first = dt.date.fromisoformat(register.blocks()["date"].min())
        today = first + dt.timedelta(days=28)
        slow = sorted(register.stations()["station"])[::4]
        write_records(register, today, slow)
        told: dict[str, object] = {}
        for turn in ("first", "again"):
            begin = time.monotonic()
            made = replan(
                register, here.roads, here.settings, today, folder=here.path, executor=executor
            )
            register.save_calendar(made.blocks, made.visits, made.campaign.unplanned, made.missed)
            others = [news for news in made.stations if news.station not in slow]
            told |= {
                f"{turn}_s": round(time.monotonic() - begin, 1),
                f"{turn}_moved": sum(news.moved for news in made.stations),
                f"{turn}_moved_elsewhere": sum(news.moved for news in others),
            }
    account = certificate(made.campaign).as_json()
    return told | {name: account[name] for name in ("whole_share", "longest_share")}


def write_records(register, today: dt.date, slow: Sequence[str]) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    """Records of all visits planned before a day, at slow stations of the first three quarters."""
    before = today - dt.timedelta(days=1)
    blocks = register.blocks(last=before).set_index("block")[["station", "visits"]]
    visits = register.block_visits(last=before).join(blocks, on="block")
    made = visits[~visits["station"].isin(slow) | (visits["seq"] <= 0.75 * visits["visits"])]
    nothing = (None, "", "first", "done", "", None, None, "[]", "", "[]", None)
    keys = ("account_no", "station", "crew", "date")
    rows = zip(*(made[key] for key in keys), strict=True)
    register.ledgers.add_records(((f"r{row[0]}", *row, *nothing) for row in rows), "benchmark")
    register.store.run_many(
        "UPDATE customers SET status = 'visited' WHERE account_no = ?", zip(made["account_no"])
    )


def print_table(results: dict[int, dict[str, dict[str, object]]]) -> None:
    """The table, with what is needed to make it again."""
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in LIBRARIES)
    day, cores = dt.datetime.now().astimezone().date(), os.cpu_count()
    print(f"{day}, {platform.machine()}, {cores} cores, Python {platform.python_version()},")
    print(f"{versions}")
    print(f"`python scripts/benchmarks/whole_county.py {' '.join(sys.argv[1:])}`\n")
    stages = list(next(iter(results.values())))
    print_rows(
        "customers",
        [f"{stage} s (MB, proportional)" for stage in stages],
        {
            f"{size:,}": [
                "{seconds:.1f} ({mb:.0f}, {pss_mb:.0f})".format_map(found[stage])
                for stage in stages
            ]
            for size, found in results.items()
        },
    )
    print_rows(
        "processors' seconds",
        stages,
        {
            f"{size:,}": [f"{found[stage]['processor_s']:.0f}" for stage in stages]
            for size, found in results.items()
        },
    )
    print_rows(
        "times linear",
        stages,
        {
            f"{size:,}": [f"{growth(results, size, stage):.2f}" for stage in stages]
            for size in results
        },
    )
    for size, found in results.items():
        told = found["campaign"] | found.get("longer", {}) | found.get("replan", {})
        facts = {name: value for name, value in told.items() if name not in MEASURED}
        print(f"{size:,}: " + ", ".join(f"{name} {value}" for name, value in facts.items()) + "\n")


def print_rows(corner: str, columns: list[str], rows: dict[str, list[str]]) -> None:
    """A table in Markdown."""
    print(f"| {corner} | {' | '.join(columns)} |")
    print("|---" * (len(columns) + 1) + "|")
    for name, cells in rows.items():
        print(f"| {name} | {' | '.join(cells)} |")
    print()


def growth(results: dict[int, dict[str, dict[str, object]]], size: int, stage: str) -> float:
    """Processors' seconds a customer, by the first size's: 1 is linear, less is better."""
    first = next(iter(results))
    now_s, first_s = (float(str(results[n][stage]["processor_s"])) for n in (size, first))
    return now_s / size * first / first_s


if __name__ == "__main__":
    main()
