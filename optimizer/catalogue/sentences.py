"""The catalogue's files, read once."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Literal

Lang = Literal["zh", "en"]


@cache
def sentences() -> dict[str, dict[Lang, str]]:
    """For each code the sentence in both languages: ``"room.key"`` → ``{"zh": …, "en": …}``."""
    files = [
        file
        for file in resources.files("optimizer.catalogue").iterdir()
        if file.name.endswith(".toml")
    ]
    return {
        f"{room}.{key}": both
        for file in files
        for room, table in tomllib.loads(file.read_text(encoding="utf-8")).items()
        for key, both in table.items()
    }
