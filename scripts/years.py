"""Years lived through: a made-up county is planned, printed, visited and typed in day by day.

    python scripts/years.py [--customers 5000] [--seed 1] [--worse 1.2] [--no-migrants]

Prints what came beside what is right. The field's truth is in `scripts/lived/field.toml`; the
program never sees it.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import sys
import tempfile
import time
from pathlib import Path

from lived.field import Habits
from lived.life import begin
from lived.measures import measure, table

HERE = Path(__file__).parent


def main() -> None:
    """Live the years and judge them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--worse", type=float, default=1.0, help="1.2: a field 20 %% worse")
    parser.add_argument("--no-migrants", action="store_true")
    parser.add_argument("--finish", type=dt.date.fromisoformat)
    parser.add_argument("--field", type=Path, default=HERE / "lived" / "field.toml")
    wish = parser.parse_args()
    habits = Habits.read(wish.field, wish.worse)
    if wish.no_migrants:
        habits.people["migrant_share"] = 0.0
    began = time.monotonic()
    os.environ["ZOUFANG_TODAY"] = "2026-12-01"

    def tell(done: int, total: int) -> None:
        if done % 20 == 0:
            print(f"day {done} of {total}, {time.monotonic() - began:.0f} s", file=sys.stderr)

    with tempfile.TemporaryDirectory() as folder:
        life = begin(Path(folder) / "c", wish.customers, habits, wish.seed, wish.finish)
        life.run(tell)
        print(table(measure(life)))
        life.register.close()
    print(f"{time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
