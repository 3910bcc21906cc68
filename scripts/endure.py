"""All that the register must endure, in one table: faults of disk, power, clock and hands.

    python scripts/endure.py [--share 0.1] [--seed 1] [--only failing power …]

Ends with 1 where a promise did not hold. `--share` 1 takes most of an hour on two cores.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from endurance import clocks, namespaces, shim

from optimizer.register.sqlite import VERSION

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Path(__file__).resolve().parent
TRIALS = {
    "failing": "a disk that fails at the n-th call of each command",
    "power": "power cuts between any two steps of the disk's work",
    "places": "disks full, read-only, without rights, gone with the share",
    "damage": "flipped bits and cut files",
    "kills": "commands killed, half of them while files changed",
    "hands": "twenty writers beside import, replan, day and backups",
    "growth": "records of 500 days",
    "clocks": "clocks that are wrong, go backwards, stand in other zones",
    "offline": "every command without a network, and nobody who asks for one",
}

SHIM: dict[str, Callable[[], object]] = {"Linux and gcc": shim.is_available}
NEEDS: dict[str, dict[str, Callable[[], object]]] = {
    "failing": SHIM,
    "power": SHIM,
    "places": {"unshare with mounts": lambda: namespaces.is_available("mount")},
    "clocks": {"libfaketime": clocks.library},
    "offline": SHIM | {"unshare with networks": lambda: namespaces.is_available("net")},
}
"""What a trial cannot be without, and whether it is here."""


def main() -> int:
    """Run the trials that are wished for, one after the other."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--share", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="+", choices=TRIALS, default=list(TRIALS))
    wish = parser.parse_args()
    today = dt.datetime.now().astimezone().date()
    print(f"{today} · {platform.platform()}, {os.cpu_count()} cores")
    print(f"Python {platform.python_version()}, SQLite {VERSION}")
    print(f"`python {' '.join(sys.argv)}`\n")
    print("| what | tried | broken | seconds | figures |\n|---|---|---|---|---|", flush=True)
    broken = 0
    for name in filter(_is_possible, wish.only):
        tally = _tally(name, wish.share, wish.seed)
        broken += len(tally["broken"])
        figures = ", ".join(f"{key} {value}" for key, value in tally["figures"].items())
        print(
            f"| {TRIALS[name]} | {tally['tried']:,} | {len(tally['broken'])} "
            f"| {tally['seconds']:.0f} | {figures} |",
            flush=True,
        )
    return int(broken > 0)


def _is_possible(name: str) -> bool:
    lacking = [what for what, there in NEEDS.get(name, {}).items() if not there()]
    if lacking:
        print(f"{name}: needs {' and '.join(lacking)}, left out", file=sys.stderr)
    return not lacking


def _tally(name: str, share: float, seed: int) -> dict[str, Any]:
    print(f"{name} …", file=sys.stderr, flush=True)
    command = [
        sys.executable,
        "-m",
        f"endurance.{name}",
        "--share",
        str(share),
        "--seed",
        str(seed),
    ]
    paths = os.pathsep.join(map(str, (HERE.parent, HERE)))
    done = subprocess.run(
        command,
        env=os.environ | {"PYTHONPATH": paths},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    try:
        return dict(json.loads(done.stdout.splitlines()[-1]))
    except (IndexError, json.JSONDecodeError):
        return {"tried": 0, "broken": ["did not run"], "seconds": 0, "figures": {}}


if __name__ == "__main__":
    sys.exit(main())
