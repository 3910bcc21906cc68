"""Whether what a server has acknowledged is there after it was killed under load.

    python scripts/benchmarks/web_kills.py --folder COUNTY [--kills 50]

A chief edits his board and a clerk writes notes as fast as they can; the server is killed at a
random moment and started again. Every answer that said yes must be found afterwards, no job may be
shown as running that is not, and the server must answer within seconds. The campaign is copied.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import closing
from pathlib import Path

import httpx
from web_load import ROOT, free_port, prepare, signed_in, wait_for


class Field:
    """What the server has said yes to."""

    def __init__(self) -> None:
        self.notes: dict[str, str] = {}
        self.steps = -1
        self.refused = 0


def main() -> None:
    """Kill, start, compare; the last line says whether anything was lost."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--folder", type=Path, required=True, help="a planned campaign")
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    chance = random.Random(wanted.seed)
    folder = Path(tempfile.mkdtemp()) / "county"
    shutil.copytree(wanted.folder, folder, ignore=shutil.ignore_patterns("out", "input"))
    (station, *_), day = prepare(folder, 1)
    plan_and_name(folder, station, day)
    field, starts, lost = Field(), [], 0
    for kill in range(wanted.kills):
        port = free_port()
        begun = time.monotonic()
        server = start(folder, port, day)
        url = f"http://127.0.0.1:{port}"
        wait_for(url)
        starts.append(time.monotonic() - begun)
        lost += missing(url, station, day, field)
        over = threading.Event()
        users = [
            threading.Thread(target=work, args=((url, station, day), field, over, kill))
            for work in (edit, write_notes)
        ]
        for user in users:
            user.start()
        time.sleep(chance.uniform(0.3, 2.0))
        server.kill()
        server.wait()
        over.set()
        for user in users:
            user.join()
    print(f"{wanted.kills} kills, {len(field.notes)} notes and {field.steps} edits acknowledged")
    print(f"answers again after {sorted(starts)[len(starts) // 2]:.1f} s (median), "
          f"{max(starts):.1f} s at most")  # fmt: skip
    print(f"lost: {lost}")
    sys.exit(1 if lost else 0)


def plan_and_name(folder: Path, station: str, day: str) -> None:
    """The day is planned, and a clerk may sign in."""
    from web_load import PASSWORD  # noqa: PLC0415

    from optimizer.desk import Campaign  # noqa: PLC0415

    with Campaign(folder, today=day) as campaign:
        campaign.plan_day(station, day, iterations=200)
        campaign.people.add("k", "clerk", station, PASSWORD, initial=False)
        campaign.people.close()


def start(folder: Path, port: int, day: str) -> subprocess.Popen[bytes]:
    """The server as a user starts it."""
    command = [sys.executable, "-m", "optimizer", "serve", "-C", str(folder), "--port", str(port)]
    environment = os.environ | {"ZOUFANG_TODAY": day, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)


def edit(where: tuple[str, str, str], field: Field, over: threading.Event, seed: int) -> None:
    """A chief who moves stops about; a job is asked for now and then."""
    chance = random.Random(seed)
    url, station, day = where
    path = f"/s/{station}/{day}"
    try:
        with closing(signed_in(url, "c0")) as client:
            board = client.get(f"{path}/board.json").json()
            while not over.is_set():
                crews = [crew["id"] for crew in board["crews"]]
                stops = [stop["id"] for crew in board["crews"] for stop in crew["stops"]]
                wish = {"what": "move", "visits": [chance.choice(stops)], "after": 0,
                        "crew": chance.choice(crews), "revision": board["revision"]}  # fmt: skip
                answer = client.post(f"{path}/board/edit", json=wish)
                if answer.status_code == 200:
                    board = answer.json()
                    field.steps = board["revision"]
                if chance.random() < 0.1:
                    client.post(f"{path}/complete", json={"revision": -1})
    except (httpx.TransportError, httpx.HTTPStatusError):
        field.refused += 1


def write_notes(
    where: tuple[str, str, str], field: Field, over: threading.Event, seed: int
) -> None:
    """A clerk who writes one note after the other."""
    url, station, day = where
    try:
        with closing(signed_in(url, "k")) as client:
            board = client.get(f"/s/{station}/{day}/board.json").json()
            account = next(iter(board["visits"].values()))["account"]
            number = 0
            while not over.is_set():
                text = f"note {seed} {number}"
                path = f"/s/{station}/customers/{account}/note"
                answer = client.post(path, data={"text": text}, follow_redirects=False)
                if answer.status_code == 303:
                    field.notes[text] = account
                number += 1
    except (httpx.TransportError, httpx.HTTPStatusError):
        field.refused += 1


def missing(url: str, station: str, day: str, field: Field) -> int:
    """How much of what was acknowledged is not there, and jobs that are said to run."""
    with closing(signed_in(url, "c0")) as client:
        board = client.get(f"/s/{station}/{day}/board.json").json()
        lost = int(board["revision"] < field.steps)
        if field.notes:
            account = next(iter(field.notes.values()))
            page = client.get(f"/s/{station}/customers/{account}").text
            lost += sum(f">{text} <" not in page for text in field.notes)
        morning = client.get(f"/s/{station}/morning?date={day}").text
        return lost + morning.count("/jobs/")


if __name__ == "__main__":
    main()
