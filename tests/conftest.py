"""Fixtures that several test modules share, and how generated tests are run.

Hypothesis tries the same examples on every run and every machine, so that a red CI means a change
and not a draw; `--hypothesis-profile explore` draws new ones, and remembers what failed.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

os.environ["ZOUFANG_TODAY"] = "2026-12-01"  # before the example's horizon, in any year

settings.register_profile(
    "explore", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)  # time is no measure on a busy machine
settings.register_profile("same", settings.get_profile("explore"), derandomize=True, database=None)
settings.load_profile("same")

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real networks and instances, kept beside the repository because they are not ours to give."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"real networks and instances are not at {SHARED_DATA}")
    return SHARED_DATA


@pytest.fixture
def zoufang(monkeypatch, capfd):
    """Run a command as a shell would: exit code, what it printed, what it complained of."""
    from optimizer.cli import main  # noqa: PLC0415  (most tests need no command line)

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["zoufang", *map(str, arguments)])
        capfd.readouterr()
        try:
            main()
            code = 0
        except SystemExit as end:
            code = end.code or 0
        printed = capfd.readouterr()
        return code, printed.out, printed.err

    return run
