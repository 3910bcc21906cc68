"""Certificate, what-if and replan as tables of a terminal."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from rich import box
from rich.console import Group
from rich.table import Table
from rich.text import Text

from optimizer.catalogue import Texts
from optimizer.desk import certificate_sentences

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import RenderableType

    from optimizer.catalogue import Lang
    from optimizer.desk import Certificate, Forecast, Outcome, Replan, WhatIf


def _texts(lang: Lang) -> Callable[..., str]:
    texts = Texts(lang)
    return lambda name, **values: texts(f"certificate.{name}", **values)


def render_certificate(
    account: Certificate, lang: Lang, told: Forecast | None = None
) -> RenderableType:
    """The certificate as text and tables for a terminal."""
    text = _texts(lang)
    lines = [
        Text(sentence.text, style="yellow" if sentence.warns else "")
        for sentence in certificate_sentences(account, lang, told)
    ]
    tables = (_station_table, _load_table, _month_table)
    title = Text(text("title"), style="bold")
    return Group(title, *lines, *(table(account, text) for table in tables))


def narrow(columns: str, title: str) -> Table:
    """A table that keeps its figures whole on eighty columns."""
    first, *others = columns.split("|")
    table = Table(first, title=title, box=box.SIMPLE, padding=(0, 1, 0, 0))
    for heading in others:
        table.add_column(heading, justify="right", no_wrap=True)
    return table


def _station_table(account: Certificate, text: Callable[..., str]) -> Table:
    table = narrow(text("columns"), text("stations"))
    for station in account.stations:
        table.add_row(
            f"{station.station} {station.name}",
            f"{station.customers:,}",
            f"{station.planned:,}",
            f"{station.settled:,}",
            f"{sum(station.follow_up.values()):,}",
            f"{sum(station.unplanned.values()):,}",
            str(station.finish or "–"),
            "–" if station.slack_days is None else str(station.slack_days),
        )
    return table


def _load_table(account: Certificate, text: Callable[..., str]) -> Table:
    table = narrow(text("load_columns"), text("load"))
    for station in account.stations:
        table.add_row(
            f"{station.station} {station.name}",
            str(station.crews),
            f"{station.needed:,}",
            f"{station.available:,}",
            f"{station.mean_h:,.0f}",
            f"{station.longest_h:,.0f}",
            f"{station.shortest_h:,.0f}",
            f"{station.whole / station.areas:.1%}" if station.areas else "–",
        )
    return table


def _month_table(account: Certificate, text: Callable[..., str]) -> Table:
    table = Table(*text("month_columns").split("|"), title=text("months"))
    for month in account.months:
        table.add_row(
            month["month"], f"{month['blocks']:,}", f"{month['visits']:,}", f"{month['hours']:,.0f}"
        )
    return table


def render_what_if(answer: WhatIf, lang: Lang) -> RenderableType:
    """Stations before and after; those that stay as they are are left out."""
    text = _texts(lang)
    title = text("what_if", changes=" ".join(map(str, answer.changes)))
    table = narrow(text("outcome_columns"), title)
    for before, after in zip(answer.before, answer.after, strict=True):
        if before != after:
            name = f"{before.station} {before.name}"
            table.add_row(name, *_outcome_cells(before), style="dim")
            table.add_row(text("outcome_after"), *_outcome_cells(after), end_section=True)
    return table if table.row_count else Text(f"{title}: {text('outcome_same')}")


def _outcome_cells(outcome: Outcome) -> list[str]:
    return [
        str(outcome.crews),
        f"{outcome.needed:,}",
        f"{outcome.available:,}",
        f"{outcome.without_day:,}",
        str(outcome.finish or "–"),
        str(outcome.earliest or "–"),
        f"{outcome.longest_h:,.0f}",
    ]


def render_replan(answer: Replan, lang: Lang) -> RenderableType:
    """What a replan has found and changed, station by station."""
    text = _texts(lang)
    names = ("moved", "same", "entered", "left")
    sums = {name: sum(getattr(news, name) for news in answer.stations) for name in names}
    table = narrow(text("replan_columns"), text("replan_title"))
    for news in answer.stations:
        table.add_row(
            news.station,
            f"{news.overdue:,}",
            str(news.since or "–"),
            "–" if news.pace is None else f"{news.pace:.0%}",
            *(f"{number:,}" for number in (news.moved, news.left)),
            str(news.finish_before or "–"),
            str(news.finish_after or "–"),
        )
    untold = [
        Text(text("unrecorded", **facts), style="yellow")
        for facts in map(asdict, answer.stations)
        if facts["unrecorded"]
    ]
    return Group(Text(text("replan", frozen_until=answer.frozen_until, **sums)), *untold, table)
