"""The page about Python can fail: its examples are run, and the front door is what it says."""

from __future__ import annotations

import doctest
import subprocess
import sys
from pathlib import Path

import optimizer

PAGE = Path(__file__).parents[2] / "docs" / "python.md"


def test_the_examples_give_what_they_say(tmp_path, monkeypatch):
    """Who copies an example must not be the first to try it."""
    monkeypatch.chdir(tmp_path)
    run = doctest.testfile(str(PAGE), module_relative=False)
    assert run.attempted > 10
    assert run.failed == 0


def test_every_name_of_the_front_door_opens():
    """A name that is listed and missing is found by a user at his first import."""
    missing = [name for name in optimizer.__all__ if getattr(optimizer, name, None) is None]
    assert not missing
    assert dir(optimizer) == sorted(optimizer.__all__)


def test_the_front_door_loads_nothing_by_itself():
    """`import optimizer` in a script must not wait for solvers and maps."""
    heavy = ("numpy", "ortools", "pandas")
    code = f"import sys, optimizer; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_version_is_that_of_the_package(zoufang):
    """A report of a fault begins with a version that can be trusted."""
    code, said, _ = zoufang("--version")
    assert code == 0
    assert said.strip() == f"zoufang {optimizer.__version__}"
