"""Commands that say how far the campaign is, and what is to be expected of it."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from optimizer.cli.console import (
    HERE,
    Here,
    Json,
    Speak,
    console,
    frame_table,
    print_json,
    print_missing,
    progress,
    show,
    texts_of,
)
from optimizer.errors import RecordError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from rich.table import Table

    from optimizer.catalogue import Texts
    from optimizer.desk import Coverage, FormerCycle, ToldAndCame

PANEL = "Clerk"
_LISTED: Final = {
    "accounts": "account_no name phone address area visited_on tries last_try",
    "findings": "finding name station department due_on check_by note",
    "requests": "request name voltage state deadline max_visits matters",
    "tasks": "account_no name station area reason not_before deadline tries",
}

Day = Annotated[str | None, typer.Option(help="YYYY-MM-DD.")]


def status(
    folder: Here = HERE,
    date: Day = None,
    which: Annotated[
        str | None, typer.Option("--list", help="The accounts behind a figure, such as overdue.")
    ] = None,
    station: Annotated[str | None, typer.Option(help="List only those of this station.")] = None,
    area: Annotated[str | None, typer.Option(help="List only those of this area.")] = None,
    town: Annotated[str | None, typer.Option(help="List only those of this town.")] = None,
    towns: Annotated[bool, typer.Option("--towns", help="Town by town, as addresses say.")] = False,
    areas: Annotated[bool, typer.Option("--areas", help="Transformer area by area.")] = False,
    earlier: Annotated[
        bool, typer.Option("--earlier", help="Earlier forecasts, and what came of them.")
    ] = False,
    cycle: Annotated[int | None, typer.Option(help="What came of a cycle that is over.")] = None,
    lang: Speak = None,
    as_json: Json = False,
) -> None:
    """How far the campaign is: every account in exactly one state, pace and forecast."""
    from optimizer.desk import Campaign, day_of

    when = None if date is None else day_of(date, "--date")
    if which is None and (station or area or town):
        raise RecordError("option.only_lists")
    with Campaign(folder, lang=lang) as campaign:
        texts = texts_of(campaign)
        if cycle is not None:
            _show_former(campaign.former_cycle(cycle), texts, as_json=as_json)
            return
        if which is not None:
            which = texts.name_of(which, "status")
            rows = campaign.accounts(which, when, station=station, area=area, town=town)
            show(rows, _columns(which), texts, as_json=as_json)
            return
        if earlier:
            _show_earlier(campaign.earlier_forecasts(when), texts, as_json=as_json)
            return
        covered = campaign.coverage(when)
        missing = campaign.missing_sheets(when)
        by_town = campaign.coverage_by_town() if towns else None
        told = campaign.forecast(when)
        said = [] if told is None else campaign.forecast_sentences(told)
    if as_json:
        sheets = _rows("missing_sheets", missing)
        foretold = {"forecast": None if told is None else told.as_json()}
        print_json(_facts(covered) | foretold | sheets | _rows("towns", by_town))
        return
    _print_coverage(covered, texts)
    for sentence in said:
        console().print(sentence.text, style="yellow" if sentence.warns else None, markup=False)
    print_missing(missing, texts)
    table = covered.areas if areas else covered.stations
    console().print(_states_table(table if by_town is None else by_town, texts))


def _show_former(former: FormerCycle, texts: Texts, *, as_json: bool) -> None:
    """Where everybody stood at the end of a cycle."""
    if as_json:
        days = {"cycle": former.cycle, "start": former.start, "until": former.until}
        print_json(days | {"states": former.states} | _rows("stations", former.stations))
        return
    days = {"start": former.start, "until": former.until, "count": len(former.accounts)}
    console().print(texts("cli.former_cycle", cycle=former.cycle, **days))
    console().print(_figures_table(former.states, texts))
    console().print(_states_table(former.stations, texts))


def _columns(which: str) -> str:
    """What a person needs of a list."""
    from optimizer.desk import MATTERS

    if which == "overdue_areas":
        return "project station state since department customers"
    return _LISTED[MATTERS[which][0] if which in MATTERS else "accounts"]


def _facts(covered: Coverage) -> dict[str, Any]:
    """All of a campaign's state, for machines."""
    facts = {field.name: getattr(covered, field.name) for field in dataclasses.fields(covered)}
    facts["pace"] = None if math.isnan(covered.pace) else covered.pace
    return facts | _rows("stations", covered.stations) | _rows("areas", covered.areas)


def _rows(name: str, frame: pd.DataFrame | None) -> dict[str, Any]:
    return {} if frame is None else {name: frame.to_dict("records")}


def _print_coverage(covered: Coverage, texts: Texts) -> None:
    out = console()
    out.print(texts("cli.accounts", count=covered.accounts, date=covered.today))
    for figures in (covered.states, covered.counts, covered.ages):
        out.print(_figures_table(figures, texts))
    if covered.waiting_long:
        out.print(_figures_table({"waiting_long": covered.waiting_long}, texts))
    if not math.isnan(covered.pace):
        out.print(texts("cli.pace", pace=covered.pace))


def _show_earlier(told: list[ToldAndCame], texts: Texts, *, as_json: bool) -> None:
    """What was told in earlier months beside what came."""
    from optimizer.cli.campaign_tables import narrow

    if as_json:
        print_json([one.as_json() for one in told])
        return
    table = narrow(texts("forecast.told_columns"), texts("forecast.told_title"))
    for one in told:
        table.add_row(*one.cells())
    console().print(table)


def _figures_table(figures: Mapping[str, int], texts: Texts) -> Table:
    """A line a figure: its word, by which `--list` opens it, its number, in English its name."""
    from rich.table import Table

    table = Table.grid(padding=(0, 2))
    table.add_column(width=28)
    table.add_column(justify="right", width=9)
    for name, count in figures.items():
        word = texts(f"status.{name}")
        is_word = texts.lang == "zh" or name[0].isdigit()
        table.add_row(f"  {word}", f"{count:,}", "" if is_word else name)
    return table


def _states_table(frame: pd.DataFrame, texts: Texts) -> Table:
    """Accounts by place and state; states in which nobody is are left out."""
    empty = [name for name in frame if name in _states() and not frame[name].any()]
    shown = frame.drop(columns=empty)
    return frame_table(shown.rename(columns=lambda name: texts(f"status.{name}")))


def _states() -> tuple[str, ...]:
    from optimizer.desk import STATES

    return STATES


def rehearse(
    folder: Here = HERE,
    runs: Annotated[int, typer.Option(min=10, help="How many lives.")] = 200,
    share: Annotated[float, typer.Option(help="Percent to be visited by the last day.")] = 95,
    change: Annotated[
        list[str] | None,
        typer.Option("--what-if", help="lend=S01:S07:2, duty+1 or finish=DATE; repeatable."),
    ] = None,
    date: Day = None,
    lang: Speak = None,
    as_json: Json = False,
) -> None:
    """Play the rest of the campaign many times: how surely it comes where it should."""
    from optimizer.desk import Campaign, day_of

    when = None if date is None else day_of(date, "--date")
    with Campaign(folder, lang=lang) as campaign:
        texts = texts_of(campaign)
        with progress(texts("rehearsal.playing")) as move:
            played = campaign.rehearse(
                runs=runs, share=share, changes=change or (), date=when, progress=move
            )
        picture = campaign.draw_rehearsal(played)
    if as_json:
        print_json(played.as_json() | {"picture": picture})
        return
    from optimizer.cli.rehearsal_tables import render_rehearsal

    console().print(render_rehearsal(played, texts))
    typer.echo(picture)


COMMANDS = {"status": status, "rehearse": rehearse}
