"""How quick the desk's pages are while many use them; prints a table in Markdown.

    python scripts/benchmarks/web_load.py --folder COUNTY [--chiefs 20] [--seconds 60]

Serves a planned campaign on the loopback, signs in a chief of each station (the first of them
several times if there are more chiefs than stations), has all plan their next day at once, and
meanwhile opens pages, searches and previews moves. The campaign is copied: nothing of it changes.
`web_load.py evening` loads it as clerks and phones do: see web_evening.py.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from statistics import quantiles
from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "Zoufang-2027"  # noqa: S105  (of made-up people)


def main() -> None:
    """Serve, load, print."""
    if sys.argv[1:2] == ["evening"]:
        from web_evening import evening  # noqa: PLC0415  (which imports from here)

        evening(sys.argv[2:])
        return
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--folder", type=Path, required=True, help="a planned campaign")
    parser.add_argument("--chiefs", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=60.0, help="at most so long")
    wanted = parser.parse_args()
    folder = Path(tempfile.mkdtemp()) / "county"
    shutil.copytree(wanted.folder, folder, ignore=shutil.ignore_patterns("out", "input"))
    stations, day = prepare(folder, wanted.chiefs)
    port = free_port()
    begun = time.monotonic()
    command = [sys.executable, "-m", "optimizer", "serve", "-C", str(folder), "--port", str(port)]
    environment = os.environ | {"ZOUFANG_TODAY": day, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, env=environment) as server:
        try:
            url = f"http://127.0.0.1:{port}"
            wait_for(url)
            print(f"served after {time.monotonic() - begun:.1f} s")
            load(url, stations, day, wanted.seconds, server.pid)
        finally:
            stop = time.monotonic()
            server.terminate()
            server.wait(20)
            print(f"ended after {time.monotonic() - stop:.1f} s")
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")


def prepare(folder: Path, chiefs: int) -> tuple[list[str], str]:
    """A chief for each station that has a block on one day; that day."""
    from optimizer.desk import Campaign  # noqa: PLC0415

    with Campaign(folder) as campaign:
        blocks = campaign.register.blocks()
        busy = blocks.groupby("date")["station"].nunique()
        day = str(busy[busy == busy.max()].index[0])
        stations = sorted(set(blocks.loc[blocks["date"] == day, "station"]))[:chiefs]
        for k, station in enumerate(stations):
            campaign.people.add(f"c{k}", "chief", station, PASSWORD, initial=False)
        campaign.people.close()
    return stations, day


def load(url: str, stations: list[str], day: str, seconds: float, server: int) -> None:
    """All plan at once while pages are opened."""
    clients = [signed_in(url, f"c{k}") for k in range(len(stations))]
    first = timed(clients[0].get, f"/s/{stations[0]}/morning?date={day}")
    names = ("morning", "outlook", "search", "customer", "job")
    times: dict[str, list[float]] = {name: [] for name in names}
    begun = time.monotonic()
    jobs = [plan(client, station, day) for client, station in zip(clients, stations, strict=True)]
    over = threading.Event()
    users = [
        threading.Thread(target=use, args=(clients[k], stations[k], day, times, over))
        for k in range(len(stations))
    ]
    for user in users:
        user.start()
    ended: dict[str, float] = {}
    while len(ended) < len(stations) and time.monotonic() - begun < 4 * seconds:
        for client, station, job in zip(clients, stations, jobs, strict=True):
            if station not in ended and job_is_over(client, station, job, times):
                ended[station] = time.monotonic() - begun
        time.sleep(0.3)
    over.set()
    for user in users:
        user.join()
    table: list[tuple[str, str]] = [
        ("first page (empty caches)", f"{first * 1000:.0f} ms"),
        (f"{len(stations)} chiefs plan at once: all done", f"{max(ended.values()):.0f} s"),
    ]
    table += [(f"{name}, p95 of {len(some)} meanwhile", p95(some)) for name, some in times.items()]
    table += previews(clients, stations, day)
    table.append(("memory of the server and its workers", f"{memory_mb(server):.0f} MB"))
    print("\n| what | measured |\n|---|---|")
    for name, value in table:
        print(f"| {name} | {value} |")


def use(
    client: httpx.Client,
    station: str,
    day: str,
    times: dict[str, list[float]],
    over: threading.Event,
) -> None:
    """One chief who looks around, a page every second or two."""
    letters = ["l", "zx", "13", "村", "00", "组"]
    k = 0
    while not over.is_set():
        times["morning"].append(timed(client.get, f"/s/{station}/morning?date={day}"))
        times["outlook"].append(timed(client.get, f"/s/{station}/{day}/outlook"))
        letter = letters[k % len(letters)]
        begun = time.monotonic()
        found = client.get(f"/s/{station}/search?q={letter}").text.split("/customers/")
        times["search"].append(time.monotonic() - begun)
        if len(found) > 1:
            account = found[1].split('"')[0]
            times["customer"].append(timed(client.get, f"/s/{station}/customers/{account}"))
        k += 1
        over.wait(1.5)


def previews(clients: list[httpx.Client], stations: list[str], day: str) -> list[tuple[str, str]]:
    """How long it takes to say what a move would cost, on every board."""
    openings, moves = [], []
    for client, station in zip(clients, stations, strict=True):
        path = f"/s/{station}/{day}"
        openings.append(timed(client.get, f"{path}/board.json"))
        board = client.get(f"{path}/board.json").json()
        crews = [crew["id"] for crew in board["crews"]]
        for crew in board["crews"]:
            for stop in crew["stops"][:10]:
                wish = {"what": "move", "visits": [stop["id"]], "crew": crews[-1], "after": 0}
                moves.append(timed(client.post, f"{path}/board/preview", json=wish))
    return [
        (f"board opened, p95 of {len(openings)}", p95(openings)),
        (f"preview of a move, p95 of {len(moves)}", p95(moves)),
    ]


def plan(client: httpx.Client, station: str, day: str) -> str:
    """Press the button; the job's number."""
    answer = client.post(f"/s/{station}/{day}/plan", data={"slower": "1.0"})
    return str(answer.text.split("/jobs/")[1].split('"')[0])


def job_is_over(
    client: httpx.Client, station: str, job: str, times: dict[str, list[float]]
) -> bool:
    """Whether a job is over."""
    begun = time.monotonic()
    text = client.get(f"/s/{station}/jobs/{job}", headers={"HX-Request": "true"}).text
    times["job"].append(time.monotonic() - begun)
    return 'class="job"' not in text


def signed_in(url: str, name: str) -> httpx.Client:
    """A client of somebody."""
    client = httpx.Client(base_url=url, headers={"Origin": url}, timeout=120, follow_redirects=True)
    client.post("/sign-in", data={"name": name, "password": PASSWORD}).raise_for_status()
    return client


def timed(act: Callable[..., Any], *values: Any, **facts: Any) -> float:  # noqa: ANN401
    """Seconds that a call takes."""
    begun = time.monotonic()
    act(*values, **facts)
    return time.monotonic() - begun


def p95(times: list[float]) -> str:
    """The 95th percentile in milliseconds."""
    if len(times) < 2:
        return "–"
    return f"{quantiles(times, n=20)[-1] * 1000:.0f} ms"


def memory_mb(server: int) -> float:
    """Memory of a process and its children, proportional where it is shared."""
    found = [server]
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[1]) == server:
            found.append(int(path.parent.name))
    total = 0
    for process in found:
        try:
            lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1024


def free_port() -> int:
    """A port of the loopback that nobody has."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(url: str) -> None:
    """Until the server answers."""
    for _ in range(1200):
        try:
            if httpx.get(f"{url}/healthz").text == "ok":
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise SystemExit("the server does not answer")


if __name__ == "__main__":
    main()
