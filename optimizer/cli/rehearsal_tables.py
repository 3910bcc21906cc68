"""A rehearsal as tables of a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.console import Group
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

    from optimizer.catalogue import Texts
    from optimizer.desk import Rehearsal


def render_rehearsal(rehearsal: Rehearsal, texts: Texts) -> RenderableType:
    """What came of the lives: days and chances, crew-days, stations at risk, remedies."""
    facts = {"runs": rehearsal.runs, "today": rehearsal.today, "last": rehearsal.last}
    parts: list[RenderableType] = [Text(texts("rehearsal.title", **facts), style="bold")]
    if rehearsal.changes:
        changes = " ".join(map(str, rehearsal.changes))
        parts.append(Text(texts("rehearsal.changed", changes=changes), style="bold"))
    parts += [_days(rehearsal, texts), *_crew_days(rehearsal, texts)]
    if rehearsal.at_risk:
        parts.append(_at_risk(rehearsal, texts))
    return Group(*parts, *_remedies(rehearsal, texts))


def _days(rehearsal: Rehearsal, texts: Texts) -> Table:
    """By which day which share is visited, and the finish."""
    table = Table(*texts("rehearsal.columns").split("|"), box=box.SIMPLE)
    played = rehearsal.played
    for one in played.reached:
        style = "bold" if one.share == rehearsal.share else None
        days = [str(day or "–") for day in one.days]
        table.add_row(f"{one.share:g} %", f"{one.chance:.0%}", *days, style=style)
    days = [str(day or "–") for day in played.finish]
    table.add_row(texts("rehearsal.finish"), f"{played.chance:.0%}", *days)
    return table


def _crew_days(rehearsal: Rehearsal, texts: Texts) -> Iterator[Text]:
    middle, high = rehearsal.played.crew_days
    yield Text(texts("rehearsal.crew_days", middle=middle, high=high))
    if rehearsal.before is not None:
        chance = rehearsal.before.of(rehearsal.share).chance
        facts = {"share": rehearsal.share, "chance": chance}
        yield Text(texts("rehearsal.as_planned", middle=rehearsal.before.crew_days[0], **facts))


def _at_risk(rehearsal: Rehearsal, texts: Texts) -> Table:
    title = texts("rehearsal.risk_title", share=rehearsal.share)
    table = Table(*texts("rehearsal.risk_columns").split("|"), title=title, box=box.SIMPLE)
    for one in rehearsal.at_risk:
        row = (f"{one.chance:.0%}", f"{one.crew_days:,}", f"{one.available:,}")
        table.add_row(f"{one.station} {one.name}", *row)
    return table


def _remedies(rehearsal: Rehearsal, texts: Texts) -> Iterator[Text]:
    for one in rehearsal.remedies:
        changes = " ".join(map(str, one.changes))
        facts = {"chance": one.chance, "crew_days": one.crew_days}
        yield Text(texts("rehearsal.remedy", changes=changes, **facts))
    if not rehearsal.remedies and rehearsal.at_risk:
        yield Text(texts("rehearsal.no_remedy"), style="yellow")
