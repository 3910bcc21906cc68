"""What all commands share: where they print, how they show progress, common options."""

from __future__ import annotations

import json
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, cast

import typer

from optimizer.errors import ZoufangError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import pandas as pd
    from rich.console import Console
    from rich.table import Table

    from optimizer.catalogue import Lang, Texts
    from optimizer.desk import Campaign


def _remember(context: typer.Context, parameter: typer.CallbackParam, value: Any) -> Any:  # noqa: ANN401
    """Note folder and language before the command runs, for `main` to speak it when it fails."""
    if context.obj is not None:
        if value is None:
            value = context.obj.get(parameter.name)  # as it was said before the command
        context.obj[parameter.name] = value
    return value


Here = Annotated[
    Path,
    typer.Option("-C", callback=_remember, help="The campaign's folder; the current one without."),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for machines.")]
Speak = Annotated[
    Literal["zh", "en"] | None,
    typer.Option("--lang", callback=_remember, help="zh or en; by settings without it."),
]
HERE = Path()


def texts_of(campaign: Campaign) -> Texts:
    """The catalogue in the language that was asked for, else in the campaign's."""
    from optimizer.catalogue import Texts

    return Texts(cast("Lang", _GIVEN.get().get("lang") or campaign.lang))


_GIVEN: ContextVar[dict[str, Any]] = ContextVar("given", default={})  # noqa: B039  (never changed)


def begin_command() -> dict[str, Any]:
    """What a command line says of folder and language, filled in while it is read."""
    given: dict[str, Any] = {}
    _GIVEN.set(given)
    return given


def usual_texts() -> Texts:
    """The catalogue in the language of a campaign that is being made."""
    from optimizer.catalogue import Texts
    from optimizer.settings import CampaignSettings

    return Texts(CampaignSettings().lang)


def lang_of(given: Mapping[str, Any]) -> Lang:
    """The language of a command that failed: as asked for, else its campaign's, else Chinese."""
    from optimizer.settings import load_settings

    if given.get("lang") is not None:
        return cast("Lang", given["lang"])
    try:
        return load_settings(given.get("folder", HERE) / "campaign.toml").campaign.lang
    except (ZoufangError, OSError):
        return "zh"


def console() -> Console:
    """Where tables for people go."""
    from rich.console import Console

    return Console(highlight=False)


@contextmanager
def progress(title: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on stderr that a long call moves by `(done, total)`; gone when it is over."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None)

        def move(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        yield move


def print_json(value: object) -> None:
    """Print a value as JSON with Chinese text readable."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def frame_table(frame: pd.DataFrame) -> Table:
    """A data frame as people read it; what strangers wrote shows as it is."""
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=None)
    for name in frame.columns:
        table.add_column(str(name), overflow="fold")
    for row in frame.itertuples(index=False):
        table.add_row(*(escape(str(cell)) for cell in row))
    return table


def show(rows: pd.DataFrame, columns: str, texts: Texts, *, as_json: bool) -> None:
    """Print all columns as JSON, or those that a person needs, the name in one piece."""
    if as_json:
        print_json(rows.to_dict("records"))
        return
    if rows.empty:
        typer.echo(texts("office.nothing"))
        return

    from optimizer.catalogue.escaping import clean

    names = columns.split()
    headings = {name: texts(f"office.column_{name}") for name in names}
    said = rows[names].apply(lambda column: _in_words(column, texts))
    shown = said.map(lambda cell: clean(str(cell)))
    table = frame_table(shown.rename(columns=headings))
    table.columns[0].no_wrap = True
    console().print(table)


def _in_words(column: pd.Series[Any], texts: Texts) -> pd.Series[Any]:
    """The cells of a column as people call them."""

    def state(cell: str) -> tuple[str, ...]:
        return texts.named("state", cell), texts.named("status", cell), texts.named("word", cell)

    def reason(cell: str) -> tuple[str, ...]:
        names = texts.named("reason", cell), texts.named("category", cell)
        return *names, texts.named("status", cell)

    rooms: dict[str, Callable[[str], tuple[str, ...]]] = {
        "state": state,
        "reason": reason,
        "result": lambda cell: (texts.named("result", cell),),
        "voltage": lambda cell: (texts.named("voltage", cell),),
    }
    words = rooms.get(str(column.name))
    if words is None:
        return column
    said = [next((one for one in words(str(cell)) if one != cell), cell) for cell in column]
    return column.__class__(said, index=column.index, dtype=object)


def print_missing(sheets: pd.DataFrame, texts: Texts) -> None:
    """Print a line for each sheet of a past day of which nothing has come back."""
    for row in sheets.to_dict("records"):
        typer.echo(texts("cli.missing_sheet", **{str(name): value for name, value in row.items()}))
