"""Disks as they are: full, read-only, without rights, gone with the network share.

    python -m endurance.places [--share 0.1] [--seed 1]        (in scripts/)

After each the register is whole and holds all that was acknowledged; the command has said what to
do and ended with 2, or has done its work; and once the disk is well, it does it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from endurance import namespaces
from endurance.county import Answer, run_apart
from endurance.failing import CASES, Case, counties_of, judge, set_clock
from endurance.trials import Tally, Wish, main

if TYPE_CHECKING:
    from collections.abc import Callable

ROOM_KB = (0, 8, 32, 64, 128, 256, 512, 1024)
"""Room that is left on the disk."""
GONE_AFTER_S = (0.0, 0.01, 0.03, 0.1, 0.3)
"""When the share goes, from the beginning of a command on."""
NOBODY = 65534


def trial(folder: Path, wish: Wish, tally: Tally) -> None:
    """Try each case on each kind of disk."""
    counties = counties_of(folder)
    tries: list[tuple[str, Callable[[Case, Path, Path], Answer]]] = [
        *((f"{room_kb} kB left", partial(_full, room_kb=room_kb)) for room_kb in ROOM_KB),
        *((f"gone after {after_s} s", partial(_gone, after_s=after_s)) for after_s in GONE_AFTER_S),
        ("read-only", _read_only),
    ]
    if int(Path("/proc/self/uid_map").read_text("ascii").split()[2]) > NOBODY:
        tries.append(("without rights", _without_rights))
    for case in CASES:
        set_clock(case)
        for name, make in wish.some(tries):
            if case.name == "init" and name.startswith("gone"):
                continue  # where a share is gone there is an empty folder, good for a new campaign
            place = folder / "disk" / case.name
            place.mkdir(parents=True)
            try:
                answer = make(case, counties[case.county], place)
                tally.tried += 1
                judge(case, place, answer, tally, f"{case.name}, {name}")
            finally:
                _unmount(place)
            shutil.rmtree(folder / "disk")


def _full(case: Case, county: Path, place: Path, *, room_kb: int) -> Answer:
    _mount("-t", "tmpfs", "-o", "size=256m", "tmpfs", place)
    shutil.copytree(county, place, dirs_exist_ok=True)
    command = case.command(place)
    whole = shutil.disk_usage(place)
    _mount("-o", f"remount,size={max(4, whole.used // 1024 + room_kb)}k", place)
    answer = run_apart(*command)
    _mount("-o", "remount,size=256m", place)
    return answer


def _read_only(case: Case, county: Path, place: Path) -> Answer:
    _mount("-t", "tmpfs", "tmpfs", place)
    shutil.copytree(county, place, dirs_exist_ok=True)
    command = case.command(place)
    _mount("-o", "remount,ro", place)
    answer = run_apart(*command)
    _mount("-o", "remount,rw", place)
    return answer


def _without_rights(case: Case, county: Path, place: Path) -> Answer:
    """Somebody of the machine who may look at the files and write none."""
    shutil.copytree(county, place, dirs_exist_ok=True)
    command = case.command(place)
    subprocess.run(["chmod", "-R", "a+rX,go-w", place.parents[2]], check=True)

    def become_nobody() -> None:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)

    return run_apart(*command, prepare=become_nobody)


def _gone(case: Case, county: Path, place: Path, *, after_s: float) -> Answer:
    """The share goes while the command runs, and comes back."""
    server = place.with_name("server")
    shutil.copytree(county, server)
    _mount("--bind", server, place)
    command = case.command(place)
    cutter = os.fork()
    if not cutter:
        time.sleep(after_s)
        subprocess.run(["umount", "-l", place], check=False)
        os._exit(0)
    answer = run_apart(*command)
    os.waitpid(cutter, 0)
    _mount("--bind", server, place)
    return answer


def _unmount(place: Path) -> None:
    """Take away all that is mounted there, one above the other."""
    command = ["umount", "-l", str(place)]
    while subprocess.run(command, stderr=subprocess.DEVNULL, check=False).returncode == 0:
        pass


def _mount(*arguments: object) -> None:
    subprocess.run(["mount", *map(str, arguments)], check=True)


if __name__ == "__main__":
    namespaces.enter("mount")
    main(trial)
