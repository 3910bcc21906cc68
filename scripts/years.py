"""Years lived through: a made-up county is planned, printed, visited and typed in day by day.

    python scripts/years.py [--customers 5000] [--seed 1 2 3] [--worse 1.2] [--no-migrants]
                            [--plot forecasts.svg] [--through web]

Prints what came beside what is right, of each seed. The field's truth is in
`scripts/lived/field.toml`; the program never sees it. `--plot` draws how far each month's forecast
was from what came. `--through web` plans, types, hands in and decides by the pages of a server.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from lived.calibration_plot import calibration_svg, judged
from lived.field import Habits
from lived.life import begin
from lived.measures import measure, table
from lived.web_hands import WebHands

if TYPE_CHECKING:
    from lived.calibration_plot import Judged

HERE = Path(__file__).parent


def main() -> None:
    """Live the years and judge them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=5000)
    parser.add_argument("--seed", type=int, nargs="+", default=[1])
    parser.add_argument("--worse", type=float, default=1.0, help="1.2: a field 20 %% worse")
    parser.add_argument("--no-migrants", action="store_true")
    parser.add_argument("--finish", type=dt.date.fromisoformat)
    parser.add_argument("--field", type=Path, default=HERE / "lived" / "field.toml")
    parser.add_argument("--plot", type=Path, help="draw how far forecasts were off")
    parser.add_argument("--through", choices=["calls", "web"], default="calls")
    wish = parser.parse_args()
    habits = Habits.read(wish.field, wish.worse)
    if wish.no_migrants:
        habits.people["migrant_share"] = 0.0
    told: list[Judged] = []
    for seed in wish.seed:
        told += live(wish, habits, seed)
    if wish.plot is not None:
        wish.plot.write_text(calibration_svg(told), encoding="utf-8")


def live(wish: argparse.Namespace, habits: Habits, seed: int) -> list[Judged]:
    """Live the years of one seed, print what came, and tell what came of the forecasts."""
    began = time.monotonic()
    os.environ["ZOUFANG_TODAY"] = "2026-12-01"

    def tell(done: int, total: int) -> None:
        if done % 20 == 0:
            print(f"day {done} of {total}, {time.monotonic() - began:.0f} s", file=sys.stderr)

    with tempfile.TemporaryDirectory() as folder:
        life = begin(Path(folder) / "c", wish.customers, habits, seed, wish.finish)
        hands = WebHands(life.folder) if wish.through == "web" else life.hands
        life.hands = hands
        life.run(tell)
        hands.close()
        print(f"seed {seed}\n{table(measure(life))}")
        life.register.close()
    print(f"{time.monotonic() - began:.0f} s", flush=True)
    return judged(life)


if __name__ == "__main__":
    main()
