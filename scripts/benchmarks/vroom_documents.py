"""Documents of VROOM's kinds through our `route` and through VROOM, side by side, as a table.

    python scripts/benchmarks/vroom_documents.py [--each 3] [--seconds 2]

Made-up documents of each kind that VROOM's documentation describes and we do. Compared are how many
jobs are left out (and their priority) and, where these are the same, the cost.
"""

from __future__ import annotations

import argparse
import datetime as dt
import importlib.metadata
import json
import platform
import random
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import vroom

from optimizer.vroom_json import route_json

if TYPE_CHECKING:
    from collections.abc import Callable

    Document = dict[str, Any]

JOBS, VEHICLES = 30, 3
HOUR = 3600


def plain(chance: random.Random) -> Document:
    """Jobs with service, vehicles that come back, a matrix of durations."""
    places = [(chance.uniform(0, 3000), chance.uniform(0, 3000)) for _ in range(JOBS + 1)]
    durations = [[round(abs(a - c) + abs(b - d)) // 3 for c, d in places] for a, b in places]
    return {
        "jobs": [
            {"id": k, "location_index": k, "service": chance.choice([120, 300, 600])}
            for k in range(1, JOBS + 1)
        ],
        "vehicles": [
            {"id": k, "start_index": 0, "end_index": 0, "time_window": [0, 5 * HOUR]}
            for k in range(1, VEHICLES + 1)
        ],
        "matrices": {"car": {"durations": durations}},
    }


def windows(given: Document, chance: random.Random) -> None:
    """A third of the jobs have one or two windows."""
    for job in given["jobs"][::3]:
        begin = chance.randrange(0, 3 * HOUR)
        job["time_windows"] = [[begin, begin + HOUR]]
        if chance.random() < 0.5:
            job["time_windows"].append([begin + 2 * HOUR, begin + 3 * HOUR])


def priorities(given: Document, chance: random.Random) -> None:
    """More to do than the day holds, some of it more urgent."""
    for job in given["jobs"]:
        job["service"], job["priority"] = 1800, chance.choice([0, 10, 50])


def skills(given: Document, chance: random.Random) -> None:
    """Some jobs need who has learnt it."""
    for job in given["jobs"]:
        job["skills"] = chance.choice([[], [], [1], [2]])
    for k, vehicle in enumerate(given["vehicles"]):
        vehicle["skills"] = [[1], [2], [1, 2]][k % 3]


def capacity(given: Document, chance: random.Random) -> None:
    """What is delivered has to fit."""
    for job in given["jobs"]:
        job["delivery"] = [chance.randrange(1, 4)]
    for vehicle in given["vehicles"]:
        vehicle["capacity"] = [25]


def breaks(given: Document, _: random.Random) -> None:
    """Each vehicle rests at noon."""
    for vehicle in given["vehicles"]:
        rest = {"id": vehicle["id"], "time_windows": [[2 * HOUR, 3 * HOUR]], "service": 1800}
        vehicle["breaks"] = [rest]


def setup(given: Document, chance: random.Random) -> None:
    """Parking costs time once a place."""
    for job in given["jobs"]:
        job["setup"], job["location_index"] = 240, chance.randrange(1, JOBS // 3)


def limits(given: Document, _: random.Random) -> None:
    """Vehicles of different pace, with as many jobs as they may do, that need not come back."""
    for k, vehicle in enumerate(given["vehicles"]):
        vehicle |= {"max_tasks": 8 + k, "speed_factor": 1 + 0.2 * k, "max_travel_time": 2 * HOUR}
        vehicle.pop("end_index" if k else "start_index")


KINDS: dict[str, tuple[Callable[[Document, random.Random], None], ...]] = {
    "jobs and vehicles": (),
    "time windows": (windows,),
    "priorities": (priorities,),
    "skills": (skills,),
    "capacity": (capacity,),
    "breaks": (breaks,),
    "setup": (setup,),
    "limits of vehicles": (limits,),
    "all together": (windows, skills, breaks, setup),
}


def main() -> int:
    """Print the table; 1 where VROOM does better by more than a hundredth."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--each", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=2.0)
    wanted = parser.parse_args()
    version = importlib.metadata.version("pyvroom")
    print(f"{dt.datetime.now().astimezone().date()}, {platform.machine()}, pyvroom {version}")
    print(f"`python {' '.join(sys.argv)}`\n")
    print(
        "| kind | left out: ours / VROOM | priority left out | cost: ours / VROOM |\n"
        "|---|---|---|---|"
    )
    worse = 0
    for kind, more in KINDS.items():
        rows = [_compared(more, f"{kind} {k}", wanted.seconds) for k in range(wanted.each)]
        ours, theirs = (
            [sum(values) for values in zip(*side, strict=True)] for side in zip(*rows, strict=True)
        )
        worse += any(
            mine[:2] > their[:2] or (mine[:2] == their[:2] and mine[2] > 1.01 * their[2])
            for mine, their in rows
        )
        print(
            f"| {kind} | {ours[1]} / {theirs[1]} | {ours[0]} / {theirs[0]} "
            f"| {ours[2]:,} / {theirs[2]:,} |",
            flush=True,
        )
    return int(worse > 0)


def _compared(
    more: tuple[Callable[[Document, random.Random], None], ...], name: str, seconds: float
) -> tuple[tuple[int, int, int], tuple[int, int, int]]:
    """Priority left out, jobs left out and cost, of ours and of VROOM."""
    chance = random.Random(name)
    given = plain(chance)
    for change in more:
        change(given, chance)
    ours = route_json(given, seconds=seconds)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "problem.json"
        path.write_text(json.dumps(given), encoding="utf-8")
        problem = vroom.Input.from_json(path)
        theirs = problem.solve(exploration_level=5, nb_threads=2).to_dict()
    return _figures(given, ours), _figures(given, theirs)


def _figures(given: Document, answer: Document) -> tuple[int, int, int]:
    urgent = {job["id"]: job.get("priority", 0) for job in given["jobs"]}
    left = [urgent[job["id"]] for job in answer["unassigned"]]
    return sum(left), len(left), int(answer["summary"]["cost"])


if __name__ == "__main__":
    sys.exit(main())
