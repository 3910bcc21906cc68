"""Processes that plan stations: they end with the one that asked them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import optimizer

PLANNER = """
import os, time
from optimizer.campaign.executors import Processes

def work(job, shared):
    print(os.getpid(), flush=True)
    time.sleep(120)

list(Processes(2).run(work, [1, 2], None))
"""


def is_there(pid):
    """Whether a process runs; one that nobody has buried yet does not."""
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").split()[2]
    except OSError:
        return False


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are looked up in /proc")
def test_workers_end_with_a_planner_that_is_killed(tmp_path):
    """Else they would plan on for minutes, in the way of the planning that begins anew."""
    script = tmp_path / "planner.py"
    script.write_text(PLANNER, encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": str(Path(optimizer.__file__).parents[1])}
    command = [sys.executable, str(script)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as planner:
        workers = [int(planner.stdout.readline()) for _ in range(2)]
        assert all(map(is_there, workers))
        planner.send_signal(signal.SIGKILL)
        planner.wait()
        ends = time.monotonic() + 30
        while any(map(is_there, workers)) and time.monotonic() < ends:
            time.sleep(0.1)
        assert not any(map(is_there, workers))


def test_a_worker_loads_neither_tables_nor_or_tools():
    """Two workers that load what only the planner needs take 130 MB more, for nothing."""
    needs = "optimizer.campaign.block_routing, optimizer.campaign.station_demand"
    told = f"import sys, {needs}, optimizer.campaign.executors; print(*sys.modules)"
    environment = os.environ | {"PYTHONPATH": str(Path(optimizer.__file__).parents[1])}
    loaded = subprocess.check_output([sys.executable, "-c", told], env=environment, text=True)
    assert not {"pandas", "ortools"} & set(loaded.split())
