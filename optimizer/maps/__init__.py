"""Phones: one page a crew and day, which opens without a network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.atomic_files import file_name, write_whole
from optimizer.catalogue import Lang, Texts
from optimizer.drawing.map_content import Drawing, draw_day
from optimizer.errors import CampaignError
from optimizer.handouts.crew_files import remove_outdated
from optimizer.handouts.day_view import DayView
from optimizer.maps.campaign_map import area_states, campaign_map
from optimizer.maps.crew_page import crew_page
from optimizer.maps.day_map import day_map
from optimizer.model import LonLat

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable
    from pathlib import Path

    from optimizer.model import DayPlan
    from optimizer.register import Register
    from optimizer.roads import Roads
    from optimizer.settings import Settings

__all__ = ["crew_html", "write_campaign_map", "write_day_map", "write_maps"]


def write_maps(
    plan: DayPlan,
    roads: Roads | Drawing,
    settings: Settings,
    out_dir: Path,
    lang: Lang = "zh",
    *,
    mask: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> list[Path]:
    """One page a crew that has a route: ``out_dir/<crew>.html``, below 300 kB.

    Pages of an earlier plan of this station and day, of crews without a route now, are removed.

    Parameters
    ----------
    roads
        The street network, or a drawing of the day that is already made.
    mask
        Hide the middle of phones and half of each name.

    Raises
    ------
    CampaignError
        A page cannot be written, or an outdated one not removed.
    """
    drawing = roads if isinstance(roads, Drawing) else draw_day(plan, roads, settings)
    day = DayView(plan, drawing, settings, Texts(lang), mask=mask)
    written: list[Path] = []
    for done, route in enumerate(plan.routes, 1):
        path = out_dir / f"{file_name(route.crew_id)}.html"
        written.append(write_whole(path, crew_page(day, route)))
        if progress is not None:
            progress(done, len(plan.routes))
    remove_outdated(plan, out_dir, ".html")
    return written


def crew_html(
    plan: DayPlan,
    drawing: Drawing,
    settings: Settings,
    crew: str,
    lang: Lang = "zh",
    *,
    hand_in: str = "",
) -> str:
    """The page of one crew that has a route, as text.

    Parameters
    ----------
    hand_in
        The address to which it hands in by itself; "here" for a page that is served.
    """
    day = DayView(plan, drawing, settings, Texts(lang))
    route = next(route for route in plan.routes if route.crew_id == crew)
    return crew_page(day, route, hand_in)


def write_day_map(
    plan: DayPlan,
    roads: Roads | Drawing,
    settings: Settings,
    path: Path,
    lang: Lang = "zh",
    *,
    mask: bool = False,
) -> Path:
    """The chief's map: all crews of a station and day on one page, one layer a crew.

    Parameters are those of `write_maps`; `path` is the file to write.
    """
    drawing = roads if isinstance(roads, Drawing) else draw_day(plan, roads, settings)
    day = DayView(plan, drawing, settings, Texts(lang), mask=mask)
    return write_whole(path, day_map(day))


def write_campaign_map(
    register: Register,
    roads: Roads,
    settings: Settings,
    station: str,
    path: Path,
    *,
    lang: Lang = "zh",
    today: dt.date,
) -> Path:
    """The campaign of a station: its transformer areas, one layer a state.

    The states are overdue, planned this month, later, not planned, and done, as of `today`.

    Raises
    ------
    CampaignError
        There is no such station, or the file cannot be written.
    """
    stations = {row["station"]: row for row in register.stations().to_dict("records")}
    if station not in stations:
        raise CampaignError("station.unknown", station=station, known=stations)
    own = stations[station]
    html = campaign_map(
        area_states(register, station),
        (str(own["name"]), LonLat(float(own["lon"]), float(own["lat"]))),
        roads,
        settings=settings,
        texts=Texts(lang),
        today=today,
    )
    return write_whole(path, html)
