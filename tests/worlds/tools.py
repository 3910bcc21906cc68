"""Programs that some tests need and a machine may lack."""

from __future__ import annotations

import os
import shutil

import pytest


def need(*names: str) -> list[str]:
    """Paths of programs; without one the test is skipped, or fails where all must be there."""
    found = [shutil.which(name) for name in names]
    missing = [name for name, path in zip(names, found, strict=True) if path is None]
    if missing:
        sentence = f"{' and '.join(missing)} not installed: this is not tested here"
        if os.environ.get("ZOUFANG_REQUIRE_TOOLS") == "1":
            pytest.fail(sentence)
        pytest.skip(sentence)
    return [path for path in found if path is not None]
