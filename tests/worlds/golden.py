"""Golden files: what came out when somebody last looked at it and found it good."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def lines_of(golden: Path, text: str) -> tuple[list[str], list[str]]:
    """The lines of a text and those of its golden file, which must be the same.

    After a wanted change, and a look at it, ``ZOUFANG_GOLDEN=renew`` writes the files anew.
    """
    if os.environ.get("ZOUFANG_GOLDEN") == "renew":
        golden.write_text(text.rstrip("\n") + "\n", encoding="utf-8")
    kept = golden.read_text(encoding="utf-8")
    return text.rstrip("\n").split("\n"), kept.rstrip("\n").split("\n")
