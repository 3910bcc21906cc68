"""Nothing leaves: every command without a network, and nobody who asks for one.

python -m endurance.offline        (in scripts/)
"""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

from endurance import namespaces, shim
from endurance.county import DAY, accounts, build, files_of, record_of, run_apart
from endurance.trials import Tally, Wish, main

if TYPE_CHECKING:
    from pathlib import Path


def commands_of(county: Path) -> list[list[object]]:
    """All that the command line does but serving pages and fetching roads."""
    account, other = accounts(county)[7:9]
    station = ["--station", "S01", "--date", DAY]
    return [
        ["init", county / "another"],
        ["roads", "-C", county, "--file", county / "input" / "roads.osm.pbf"],
        ["import", "-C", county, *files_of(county)],
        ["territories", "-C", county],
        ["campaign", "-C", county, "--replan"],
        ["campaign", "-C", county, "--what-if", "duty+1"],
        ["day", "-C", county, *station, "--seconds", "0.2"],
        ["replan", "-C", county, *station, "--slower", "1.2"],
        ["print", "-C", county, *station],
        ["typed", "-C", county, *station],
        ["map", "-C", county, "--station", "S01"],
        ["figures", "-C", county, *station],
        ["status", "-C", county],
        ["rehearse", "-C", county, "--runs", "10"],
        record_of(county, account, "offline"),
        ["record", "-C", county, "--account", other, "--date", DAY, "--result", "moved"],
        ["bulletin", "-C", county, "--from", DAY, "--to", DAY],
        ["ledgers", "-C", county],
        ["doctor", "-C", county],
        ["backup", "-C", county, county / "new.sqlite"],
        ["restore", "-C", county, county / "new.sqlite"],
        ["finding", "-C", county],
        ["opinion", "-C", county],
        ["area", "-C", county],
        ["request", "-C", county],
        ["appointment", "-C", county],
        ["account", "-C", county, other, "--state", "again"],
        ["breaches", "-C", county],
        ["learn", "-C", county],
        ["person", "list", "-C", county],
    ]


def trial(folder: Path, _: Wish, tally: Tally) -> None:
    """Run all of them in their order: what needs a plan comes after who makes it."""
    county = build(folder)["recorded"]
    for command in commands_of(county):
        answer = run_apart(*command, measure=shim.asked)
        tally.tried += 1
        name = " ".join(map(str, command[:2]))
        tally.expect(answer.code == 0, f"{name}: {answer.code}: {answer.said[-300:]}")
        tally.expect(answer.calls == 0, f"{name} asked the network {answer.calls} times")
    shutil.rmtree(county)


if __name__ == "__main__":
    namespaces.enter("net")
    shim.load()
    os.environ["ZOUFANG_TODAY"] = DAY
    main(trial)
