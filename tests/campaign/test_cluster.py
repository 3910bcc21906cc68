"""The campaign on a Dask cluster: a real scheduler and two worker processes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from campaign_world import crews, fill, grid_roads, hamlets, short_settings, stations

from optimizer.campaign import Cluster, InProcess, Processes, plan_campaign
from optimizer.errors import CampaignError

if TYPE_CHECKING:
    from collections.abc import Iterator

pytest.importorskip("distributed")
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kills a worker by signal")
ROOT = Path(__file__).parents[2]


def interrupted(job: int, _shared: None) -> int:
    """What Ctrl-C in a terminal does to a worker in the middle of a job."""
    os.kill(os.getpid(), signal.SIGINT)
    return job


def test_ctrl_c_is_the_planners_business_not_the_workers() -> None:
    """Workers that Ctrl-C reaches too would end in tracebacks over the planner's own words."""
    assert sorted(Processes(2).run(interrupted, [7, 8], None)) == [(0, 7), (1, 8)]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a scheduler with two workers, each a process of its own."""
    folder = tmp_path_factory.mktemp("cluster")
    found = folder / "scheduler.json"
    paths = os.pathsep.join(map(str, (ROOT, ROOT / "tests" / "worlds", Path(__file__).parent)))
    environment = {**os.environ, "PYTHONPATH": paths}
    common = ["--scheduler-file", str(found)]
    scheduler = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
    worker = ["--nthreads", "1", "--nworkers", "1", "--no-dashboard", "--death-timeout", "60"]
    commands = [["scheduler", *common, *scheduler], *[["worker", *common, *worker]] * 2]
    processes = []
    for command in commands:
        processes.append(
            subprocess.Popen(
                [sys.executable, "-m", "dask", *command],
                cwd=folder,
                env=environment,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        )
        deadline = time.monotonic() + 60
        while not found.exists() and time.monotonic() < deadline:
            time.sleep(0.1)
    yield json.loads(found.read_text())["address"]
    for process in processes[::-1]:
        process.terminate()
        process.wait(30)


def test_cluster_gives_the_plan_of_one_process(cluster: str, tmp_path: Path) -> None:
    """Same seed, same plan, wherever it ran."""
    rng = np.random.default_rng(5)
    areas, customers = hamlets("ST00", 2, 30, rng)
    more_areas, more = hamlets("ST01", 2, 30, rng, first=500)
    tables = {
        "stations": stations(2),
        "areas": pd.concat([areas, more_areas]),
        "customers": pd.concat([customers, more]),
        "crews": pd.concat([crews("ST00", 1), crews("ST01", 1)]),
    }
    register = fill(tmp_path / "register.sqlite", tables)
    roads = grid_roads(tmp_path)
    here = plan_campaign(register, roads, short_settings(), executor=InProcess())
    there = plan_campaign(register, roads, short_settings(), executor=Cluster(cluster))
    pd.testing.assert_frame_equal(here.blocks, there.blocks)
    pd.testing.assert_frame_equal(here.visits, there.visits)


def die_once(marker: str, _shared: None) -> int:
    """Kill the worker that comes first; the one that comes next answers."""
    path = Path(marker)
    if not path.exists():
        path.write_text(str(os.getpid()))
        os.kill(os.getpid(), signal.SIGKILL)
    return os.getpid()


def test_dead_worker_is_survived(cluster: str, tmp_path: Path) -> None:
    """Its job goes to another worker, the others' answers stay, and those that waited follow."""
    marker = tmp_path / "dead"
    answers = dict(Cluster(cluster).run(die_once, [str(marker)] * 12, None))
    assert sorted(answers) == list(range(12))
    assert int(marker.read_text()) not in answers.values()


def test_silent_address_is_an_error() -> None:
    """Nobody listens on port 9: the error names the address and how to start a scheduler."""
    with pytest.raises(CampaignError, match=r"tcp://127\.0\.0\.1:9 .*dask scheduler"):
        list(Cluster("tcp://127.0.0.1:9", timeout_s=1).run(die_once, [""], None))
