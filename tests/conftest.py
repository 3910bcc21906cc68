"""Fixtures that several test modules share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

os.environ["ZOUFANG_TODAY"] = "2026-12-01"  # before the example's horizon, in any year

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real networks and instances, kept beside the repository because they are not ours to give."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"real networks and instances are not at {SHARED_DATA}")
    return SHARED_DATA
