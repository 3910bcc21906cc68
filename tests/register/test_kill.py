"""A killed process leaves the register whole: all of what it acknowledged, nothing by half."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from field_world import ACCOUNTS, village

import optimizer
from optimizer.records import derive_all
from optimizer.register import Register
from optimizer.register.ledgers import DERIVED
from optimizer.settings import Settings

KILLS = 12
PACKAGE = Path(optimizer.__file__).parent
WORLDS = Path(__file__).parents[1] / "worlds"

CHILD = """
import sys
from pathlib import Path

import pandas as pd

from optimizer.register import Register

ACCOUNTS = [f"{number:010d}" for number in range(4000)]


def state(number):
    some = ACCOUNTS[number % 50 :]
    return {
        "stations": pd.DataFrame(
            {"station": ["S1"], "name": str(number), "lon": [113.5], "lat": [27.6]}
        ),
        "customers": pd.DataFrame(
            {"account_no": some, "phone": str(number), "kind": "household", "station": "S1"}
        ),
    }


register = Register.open(Path(sys.argv[1]), who="killed")
number = int(sys.argv[2])
print("ready", flush=True)
while True:
    number += 1
    register.take_in(state(number), str(number), "wgs84")
    print(number, flush=True)
"""


def kill_at_random(path, number, after, random_s, code=CHILD):
    """Write state after state in a process of its own, kill it, tell the last acknowledged.

    It is killed some time after so many states are acknowledged, however slow the machine is.
    """
    child = subprocess.Popen(
        [sys.executable, "-c", code, str(path), str(number)],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(map(str, (PACKAGE.parent, WORLDS)))},
    )
    with child:
        assert child.stdout.readline() == "ready\n"
        acknowledged = [int(child.stdout.readline()) for _ in range(after)]
        time.sleep(random_s)
        child.kill()
        acknowledged += [int(line) for line in child.stdout if line.endswith("\n")]
    return acknowledged[-1] if acknowledged else number


def present_state(path):
    """The one state that the register is in, after checking that it is in one and whole."""
    with Register.open(path) as register:
        assert register.doctor() == []
        customers = register.customers()
        if customers.empty:
            assert register.imports().empty
            return 0
        (number,) = {*customers["phone"], *register.stations()["name"]}
        assert len(customers) == 4000 - int(number) % 50
        assert register.imports()["source"].tolist()[-1] == number
        return int(number)


@pytest.mark.parametrize("seed", [1])
def test_a_killed_import_is_there_whole_or_not_at_all(tmp_path, seed):
    """A power cut at any moment costs at most the import that nobody was told is done."""
    path = tmp_path / "register.sqlite"
    Register.create(path).close()
    rng = random.Random(seed)
    number, states = 0, set()
    for kill in range(KILLS):
        acknowledged = kill_at_random(path, number, kill % 3, rng.uniform(0, 0.3))
        number = present_state(path)
        assert number in {acknowledged, acknowledged + 1}
        states.add(number)
    assert len(states) > 2, "the process was always killed before it did anything"


def test_a_killed_creation_leaves_no_half_register(tmp_path):
    """A register appears whole: what is there after a kill can be opened, or made again."""
    code = (
        "import sys; from pathlib import Path; from optimizer.register import Register\n"
        "print('ready', flush=True); Register.create(Path(sys.argv[1]))"
    )
    for number in range(5):
        path = tmp_path / f"{number}.sqlite"
        child = subprocess.Popen(
            [sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, text=True
        )
        with child:
            child.stdout.readline()
            time.sleep(0.002 * number)
            child.kill()
        with Register.open(path) if path.exists() else Register.create(path) as register:
            assert register.doctor() == []


RECORDING = """
import sys
from pathlib import Path

from field_world import ACCOUNTS, record, take, wrong

from optimizer.records import derive_all
from optimizer.register import Register
from optimizer.settings import Settings

register = Register.open(Path(sys.argv[1]), who="killed")
number = int(sys.argv[2])
print("ready", flush=True)
while True:
    number += 1
    found = [wrong("low_voltage")]
    made = [record(account, id=f"{number}-{account}", findings=found) for account in ACCOUNTS]
    take(register, *made)
    if number % 5 == 0:
        derive_all(register, Settings())
    print(number, flush=True)
"""


def test_a_killed_evening_keeps_every_acknowledged_record(tmp_path):
    """What a clerk was told is stored is stored, with all that follows from it, after any kill."""
    path = tmp_path / "register.sqlite"
    with Register.create(path) as register:
        register.take_in(village(), "v", "wgs84")
    rng = random.Random(2)
    number = 0
    for kill in range(6):
        acknowledged = kill_at_random(path, number, 1 + kill % 3, rng.uniform(0, 0.3), RECORDING)
        with Register.open(path) as register:
            assert register.doctor() == []
            ids = register.ledgers.records()["id"].tolist()
            number = len(ids) // 8
            assert number in {acknowledged, acknowledged + 1}
            assert set(ids) == {f"{n}-{a}" for n in range(1, number + 1) for a in ACCOUNTS}
            before = [register.ledgers.rows(table) for table in DERIVED]
            derive_all(register, Settings())
            assert [register.ledgers.rows(table) for table in DERIVED] == before
    assert number > 6
