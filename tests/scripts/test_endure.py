"""A part of all that the register must endure; `scripts/endure.py` tries all of it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tools import need

SCRIPT = Path(__file__).parents[2] / "scripts" / "endure.py"


@pytest.fixture
def endure():
    """Run a share of some trials as the script does; nothing may break."""
    if not SCRIPT.exists():
        pytest.skip("the script is not beside the package")

    def run(share, *trials):
        command = [sys.executable, SCRIPT, "--share", str(share), "--only", *trials]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run


def test_a_disk_that_fails_costs_nothing_that_was_acknowledged(endure):
    """At any call of any command: the register is whole, and the sentence says what to do."""
    need("gcc")
    assert "a disk that fails" in endure(0.012, "failing")


def test_a_disk_that_is_full_or_gone_costs_nothing_that_was_acknowledged(endure):
    """Real disks, not those that we think of: full, read-only, without rights, gone."""
    need("unshare")
    assert "disks full" in endure(0.05, "places")


def test_a_wrong_clock_costs_nothing_that_was_acknowledged(endure):
    """The battery of a station's old PC is empty, and its clock says 1970."""
    need("faketime")
    assert "clocks that are wrong" in endure(0.08, "clocks")


def test_nothing_leaves_the_house(endure):
    """Customers' data are nobody else's: no command asks the network for anything."""
    need("gcc", "unshare")
    assert "without a network" in endure(1, "offline")


def test_a_power_cut_costs_nothing_that_was_acknowledged(endure):
    """Whatever the disk had not been asked to keep may be lost, and is nothing that was told."""
    need("gcc")
    assert "power cuts" in endure(0.08, "power")


def test_kills_and_many_hands_cost_nothing_that_was_acknowledged(endure):
    """Whoever is killed, and whoever writes at once: all that was told is stored is stored."""
    said = endure(0.02, "kills", "hands")
    assert "commands killed" in said
    assert "twenty writers" in said
