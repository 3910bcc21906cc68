"""One command a stage; each is a few calls that anybody could make from Python.

Commands import what they need when they run: asking for help must not load a solver.
"""

from __future__ import annotations

import io
import sys
from typing import Annotated, NoReturn

import typer

import optimizer
from optimizer import compiled
from optimizer.catalogue import Message, Texts, os_reason
from optimizer.cli import answers, chief, clerk, office, outlook, planner, serving
from optimizer.cli.console import Speak, begin_command, lang_of
from optimizer.cli.spoken import (
    NoArgsIsHelpError,
    SpokenCommand,
    SpokenGroup,
    UsageError,
    said_lang,
    usage_fault,
)
from optimizer.errors import ZoufangError

app = typer.Typer(
    cls=SpokenGroup,
    help="走访: plans visits to every customer of a county, and keeps their book.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _version(wanted: bool) -> None:  # noqa: FBT001  (typer's callback)
    if wanted:
        typer.echo(f"zoufang {optimizer.__version__}")
        raise typer.Exit


@app.callback()
def zoufang(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Tell the version.")
    ] = False,
    lang: Speak = None,
) -> None:
    """走访: plans visits to every customer of a county, and keeps their book."""


for group in (planner, chief, answers, outlook, clerk, office, serving):
    for name, command in group.COMMANDS.items():
        app.command(name, cls=SpokenCommand, rich_help_panel=group.PANEL)(command)


def main() -> None:
    """Run a command: a user's mistake is a sentence and exit code 2, a bug its traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without Chinese shows ? instead
    given = begin_command()
    compiled.when_compiling(lambda: _tell(Texts(lang_of(given))("cli.compiling")))
    try:
        _run(given)
    except ZoufangError as error:
        _refuse(error, given)
    except UnicodeEncodeError as error:
        if not any("\ud800" <= letter <= "\udfff" for letter in error.object):
            raise
        _refuse(Message("option.no_text", text=error.object[:100]), given)
    except OSError as error:
        if error.filename is None:
            raise
        _refuse(Message("file.system", path=error.filename, why=os_reason(error)), given)


def _run(given: dict[str, object]) -> None:
    """Run a command; what is wrong with its line is a sentence too."""
    try:
        code = app(prog_name="zoufang", obj=given, standalone_mode=False)
    except NoArgsIsHelpError:
        sys.exit(2)
    except UsageError as error:
        _tell(usage_fault(error).in_words(said_lang()))
        sys.exit(2)
    except typer.Abort:
        sys.exit(1)
    if code:
        sys.exit(code)


def _refuse(said: Message, given: dict[str, object]) -> NoReturn:
    """Say what is wrong in the reader's language."""
    _tell(said.in_words(lang_of(given)))
    sys.exit(2)


def _tell(sentence: str) -> None:
    print(sentence, file=sys.stderr)  # noqa: T201
