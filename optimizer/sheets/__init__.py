"""Paper: what a crew leaves the station with, and what its chief keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.atomic_files import file_name, write_whole
from optimizer.catalogue import Lang, Texts
from optimizer.drawing.map_content import Drawing, draw_day
from optimizer.handouts.crew_files import file_mark, remove_outdated
from optimizer.handouts.day_view import DayView
from optimizer.sheets.chief_page import chief_page
from optimizer.sheets.crew_sheet import crew_sheet
from optimizer.sheets.forms import crew_forms
from optimizer.sheets.print_job import print_parts

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from optimizer.model import DayPlan
    from optimizer.roads import Roads
    from optimizer.settings import Settings

__all__ = ["print_station", "write_sheets"]


def write_sheets(
    plan: DayPlan,
    roads: Roads | Drawing,
    settings: Settings,
    out_dir: Path,
    lang: Lang = "zh",
    *,
    forms: bool = False,
    mask: bool = False,
    weather: str = "",
    progress: Callable[[int, int], None] | None = None,
) -> list[Path]:
    """One PDF a crew that has a route: ``out_dir/<crew>.pdf``.

    Sheets of an earlier plan of this station and day, of crews without a route now, are removed.

    Parameters
    ----------
    roads
        The street network, or a drawing of the day that is already made.
    forms
        With the opinion forms, contact cards and notes that the crew takes along.
    mask
        Hide the middle of phones and half of each name.
    weather
        A line about the day's weather; empty leaves room to write it.

    Raises
    ------
    CampaignError
        A sheet cannot be written, or an outdated one not removed.
    """
    day = _day(plan, roads, settings, lang, mask=mask, weather=weather)
    written: list[Path] = []
    for done, route in enumerate(plan.routes, 1):
        parts = [crew_sheet(day, route), *(crew_forms(day, route) if forms else ())]
        path = out_dir / f"{file_name(route.crew_id)}.pdf"
        mark = file_mark(plan, route.crew_id)
        written.append(write_whole(path, print_parts(day, parts, mark)))
        if progress is not None:
            progress(done, len(plan.routes))
    remove_outdated(plan, out_dir, ".pdf")
    return written


def print_station(
    plan: DayPlan,
    roads: Roads | Drawing,
    settings: Settings,
    path: Path,
    lang: Lang = "zh",
    *,
    forms: bool = False,
    mask: bool = False,
    weather: str = "",
) -> Path:
    """One PDF for the whole station: the chief's page, then crew after crew in their order.

    Parameters are those of `write_sheets`; `path` is the file to write.
    """
    day = _day(plan, roads, settings, lang, mask=mask, weather=weather)
    parts = [chief_page(day)]
    for route in plan.routes:
        parts.append(crew_sheet(day, route))
        parts.extend(crew_forms(day, route) if forms else ())
    return write_whole(path, print_parts(day, parts))


def _day(
    plan: DayPlan,
    roads: Roads | Drawing,
    settings: Settings,
    lang: Lang,
    *,
    mask: bool,
    weather: str,
) -> DayView:
    drawing = roads if isinstance(roads, Drawing) else draw_day(plan, roads, settings)
    return DayView(plan, drawing, settings, Texts(lang), mask=mask, weather=weather)
