"""Where and how something was measured: the head of every table of figures."""

from __future__ import annotations

import datetime as dt
import os
import platform
import sys
from importlib.metadata import version

from optimizer.register.sqlite import VERSION


def circumstances(*libraries: str) -> str:
    """The day, machine, versions and command, for figures that somebody wants to make again."""
    versions = ", ".join(f"{name} {version(name)}" for name in libraries)
    return (
        f"{dt.datetime.now().astimezone().date()} · {platform.machine()}, {os.cpu_count()} cores, "
        f"{platform.platform()}\n"
        f"Python {platform.python_version()}, SQLite {VERSION}, {versions}\n"
        f"`python {' '.join(sys.argv)}`"
    )
