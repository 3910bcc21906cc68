"""One command a stage; each is a few calls that anybody could make from Python.

Commands import what they need when they run: asking for help must not load a solver.
"""

from __future__ import annotations

import io
import sys

import typer

from optimizer.cli import chief, clerk, office, planner
from optimizer.errors import ZoufangError

app = typer.Typer(
    help="走访: plans visits to every customer of a county, and keeps their book.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for group in (planner, chief, clerk, office):
    for name, command in group.COMMANDS.items():
        app.command(name, rich_help_panel=group.PANEL)(command)


def main() -> None:
    """Run a command: a user's mistake is a sentence and exit code 2, a bug its traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without Chinese shows ? instead
    try:
        app(prog_name="zoufang")
    except ZoufangError as error:
        print(error, file=sys.stderr)  # noqa: T201
        sys.exit(2)
    except OSError as error:
        if error.filename is None:
            raise
        advice = "check the path, its rights and the disk"
        print(f"{error.filename}: {error.strerror}: {advice}", file=sys.stderr)  # noqa: T201
        sys.exit(2)
