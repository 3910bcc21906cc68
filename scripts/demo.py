"""The whole line once: a made-up county, its campaign, one day's sheets and phone maps.

    python3 scripts/demo.py [--customers N]

The campaign goes to `example/`, the day's sheets and maps to `maps/`.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from environment import ROOT, ensure, run

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = ROOT / "example"
COUNT = """
import sys
from pathlib import Path
from optimizer import Register
with Register.open(Path(sys.argv[1])) as register:
    book = register.ledgers
    kept = [book.records(undone=True), book.frame("requests"), book.frame("appointments")]
    print(sum(map(len, kept)))
"""


def main() -> None:
    """Set up, then run the commands that a user would, and say where the results are."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--customers", default="20000", help="size of the made-up county")
    customers = parser.parse_args().customers
    begin = time.monotonic()
    python = ensure("runtime")
    installed = time.monotonic()
    clear(FOLDER, python)
    for command in commands(FOLDER, customers):
        print("\n$ zoufang " + " ".join(map(str, command)), flush=True)
        run(python, "-m", "optimizer", *command)
    done = time.monotonic()
    print(f"\nSet-up {installed - begin:.0f} s, example {done - installed:.0f} s.")
    print(f"Campaign: {FOLDER}")
    print(f"Sheets (PDF) and phone maps (HTML): {ROOT / 'maps'}")


def clear(folder: Path, python: Path | str) -> None:
    """Delete the campaign of an earlier demonstration, but none that somebody has worked in.

    Raises
    ------
    SystemExit
        It has records, requests or appointments, or nobody can say whether it has any.
    """
    register = folder / "register.sqlite"
    if register.exists():
        counting = [str(python), "-c", COUNT, str(register)]
        done = subprocess.run(counting, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode or int(done.stdout):
            why = f"{int(done.stdout):,} records" if not done.returncode else "no readable register"
            sys.exit(
                f"{folder} holds a campaign with {why}, which the demonstration does not delete: "
                "move the folder to another place, then run this again."
            )
    shutil.rmtree(folder, ignore_errors=True)


def commands(folder: Path, customers: str) -> list[list[str | Path]]:
    """The commands from nothing to printed sheets, as the README tells them."""
    there: list[str | Path] = ["-C", folder]
    tables = [
        part
        for name in ("stations", "areas", "customers", "crews", "leave")
        for part in (f"--{name}", folder / "input" / f"{name}.csv")
    ]
    return [
        ["init", folder, "--example", "liling", "--customers", customers],
        ["roads", *there, "--file", folder / "input" / "roads.osm.pbf"],
        ["import", *there, *tables],
        ["campaign", *there],
        ["day", *there, "--seconds", "3", "--out", ROOT / "maps"],
    ]


if __name__ == "__main__":
    main()
