"""A bulletin on one or two pages of A4."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from optimizer.catalogue.escaping import breakable, clean
from optimizer.model import LonLat
from optimizer.records.field_words import QUESTIONS
from optimizer.reports.bulletin_charts import CHART_MM, MAP_MM, area_map, course_chart
from optimizer.typesetting.typst_press import typeset

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from optimizer.catalogue import Texts
    from optimizer.reports.period import Period
    from optimizer.reports.statistics import Bulletin
    from optimizer.roads import Roads
    from optimizer.settings import Settings

MOST_CATEGORIES = 10
MOST_TOLD = 6


def bulletin_pdf(
    bulletin: Bulletin,
    settings: Settings,
    stations: pd.DataFrame,
    texts: Texts,
    roads: Roads | None = None,
) -> bytes:
    """The bulletin as PDF.

    Parameters
    ----------
    stations
        The register's stations, for their names and places on the map.
    """
    campaign = settings.campaign
    placed = stations.dropna(subset=["lon", "lat"])
    names = placed["name"].where(placed["name"] != "", placed["station"])
    points = placed[["lon", "lat"]].to_numpy(dtype=np.float64).tolist()
    places = [(name, LonLat(*point)) for name, point in zip(names, points, strict=True)]
    title = texts(
        "bulletin.title", county=clean(campaign.county, 20), campaign=clean(campaign.name, 20)
    )
    job = {
        "title": f"{title} {bulletin.period.name}",
        "station": clean(campaign.county, 20),
        "words": texts.room("bulletin"),
        "heading": title,
        "period": period_text(bulletin.period, texts),
        "span": texts("bulletin.span", first=bulletin.period.first, last=bulletin.period.last),
        "note": clean(campaign.note, 160),
        "figures": _figures(bulletin, texts),
        "chart": course_chart(bulletin, texts),
        "chart_mm": CHART_MM[0],
        "map": area_map(bulletin, places, texts, roads),
        "map_mm": MAP_MM[0],
        "stations": _stations(bulletin, texts),
        "ranking": _ranking(bulletin, texts),
        "told": _told(bulletin, texts),
        "tables": _in_two(_tables(bulletin, texts)),
    }
    return typeset("reports/bulletin", job, settings.paper, texts)


def period_text(period: Period, texts: Texts) -> str:
    """The period as a title: 2026年第49周."""
    if period.kind == "week":
        year, week, _ = period.first.isocalendar()
        return texts("bulletin.week", year=year, week=week)
    if period.kind == "month":
        return texts("bulletin.month", year=period.first.year, month=period.first.month)
    return texts("bulletin.days", first=period.first, last=period.last)


def _figures(bulletin: Bulletin, texts: Texts) -> list[list[str]]:
    """(value, what, compared with the period before) of what matters most."""
    share = _percent(bulletin.visited, bulletin.accounts)
    accounts = texts("bulletin.of_accounts", visited=bulletin.visited, accounts=bulletin.accounts)
    return [
        _compared(bulletin, texts, "visits", "call", category="done"),
        [share, texts("bulletin.coverage"), accounts],
        _compared(bulletin, texts, "helped", "helped"),
        _compared(bulletin, texts, "opinions", "opinion"),
        _compared(bulletin, texts, "findings", "finding"),
        _compared(bulletin, texts, "areas_open", "area"),
    ]


def _compared(
    bulletin: Bulletin, texts: Texts, label: str, figure: str, category: str | None = None
) -> list[str]:
    now = bulletin.count(figure, category=category)
    before = bulletin.count(figure, category=category, before=True)
    return [str(now), texts(f"bulletin.{label}"), f"{texts('bulletin.versus')} {now - before:+d}"]


def _percent(part: float, whole: float) -> str:
    return f"{part / whole:.1%}" if whole else "–"


def _told(bulletin: Bulletin, texts: Texts) -> dict[str, Any]:
    """The latest forecasts beside what came of them; no rows where none is kept."""
    return {
        "title": texts("forecast.told_title"),
        "columns": texts("forecast.told_columns").split("|"),
        "rows": [one.cells() for one in bulletin.told[-MOST_TOLD:]],
    }


# ---- stations ----------------------------------------------------------------------------------

STATION_COLUMNS = (
    "station",
    "doors",
    "done",
    "done_before",
    "planned",
    "share",
    "absent",
    "not_done",
    "helped",
    "opinions",
    "findings",
    "covered",
)


def _stations(bulletin: Bulletin, texts: Texts) -> dict[str, Any]:
    names = [str(name) for name in bulletin.stations["station"]]
    rows = [_station_row(bulletin, texts, name) for name in names]
    return {
        "columns": [texts(f"bulletin.{name}") for name in STATION_COLUMNS],
        "rows": [row for row, empty in rows if not empty],
        "total": _station_row(bulletin, texts, None)[0],
    }


def _station_row(bulletin: Bulletin, texts: Texts, station: str | None) -> tuple[list[str], bool]:
    """The cells of a station, or of all; and whether there is nothing to say of it."""
    table = bulletin.stations
    if station is not None:
        table = table[table["station"] == station]

    def count(figure: str, category: str | None = None, *, before: bool = False) -> int:
        return bulletin.count(figure, category=category, station=station, before=before)

    doors, done, planned = count("call"), count("call", "done"), int(table["planned"].sum())
    absent, accounts = count("call", "nobody_home"), int(table["accounts"].sum())
    cells = [
        doors,
        done,
        count("call", "done", before=True),
        planned or "–",
        _percent(count("first_visit"), planned),
        absent,
        doors - done - absent,
        count("helped"),
        count("opinion"),
        count("finding"),
        _percent(int(table["visited"].sum()), accounts),
    ]
    name = texts("bulletin.total") if station is None else _name(bulletin, texts, station)
    return [name, *map(str, cells)], not (doors or accounts)


def _name(bulletin: Bulletin, texts: Texts, station: str) -> str:
    names = bulletin.stations.set_index("station")["name"]
    return clean(str(names.get(station, "")) or station or texts("bulletin.no_station"), 16)


def _ranking(bulletin: Bulletin, texts: Texts) -> str:
    """Best and worst station, where there are two that differ."""
    order = bulletin.ranking()
    if len(order) < 2 or np.isclose(bulletin.share(order[0]), bulletin.share(order[-1])):
        return ""
    by = "plan" if bulletin.by_plan else "accounts"
    said = {
        end: texts(
            f"bulletin.{end}_{by}",
            **{
                end: _name(bulletin, texts, station),
                f"{end}_share": f"{bulletin.share(station):.0%}",
            },
        )
        for end, station in (("best", order[0]), ("worst", order[-1]))
    }
    return ("；" if texts.lang == "zh" else "; ").join(said.values())


# ---- the other tables --------------------------------------------------------------------------


def _tables(bulletin: Bulletin, texts: Texts) -> list[dict[str, Any]]:
    return [
        _by_state(bulletin, texts, "opinion", ("solved", "planned", "open")),
        _by_state(bulletin, texts, "finding", _finding_states(bulletin)),
        _form(bulletin, texts),
        _counts(texts, "repaired_title", _repaired(bulletin, texts)),
        _counts(texts, "areas_title", _by_category(bulletin, texts, "area")),
        _counts(texts, "requests_title", _by_category(bulletin, texts, "request")),
        _counts(
            texts,
            "open_title",
            [
                (texts(f"bulletin.{name}"), *_both(bulletin, name))
                for name in ("overdue", "conflict")
            ],
        ),
    ]


def _finding_states(bulletin: Bulletin) -> tuple[str, ...]:
    dropped = ("dropped",) if bulletin.count("finding", state="dropped") else ()
    return ("closed", "rectified", *dropped, "open")


def _in_two(tables: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Two columns of tables: each goes where there is more room, and keeps its order there."""
    columns: list[list[dict[str, Any]]] = [[], []]
    heights = [0.0, 0.0]
    for table in tables:
        lower = int(heights[1] < heights[0])
        columns[lower].append(table)
        heights[lower] += 3 + max(len(table["rows"]), 1)
    return columns


def _both(bulletin: Bulletin, figure: str, **of: str) -> tuple[int, int]:
    return bulletin.count(figure, **of), bulletin.count(figure, before=True, **of)  # type: ignore[arg-type]


def _by_state(
    bulletin: Bulletin, texts: Texts, figure: str, states: Sequence[str]
) -> dict[str, Any]:
    """A table of categories: how many, and how many of them in each state."""
    words = {"planned": "sent"}
    rows = []
    for category in bulletin.categories(figure)[:MOST_CATEGORIES]:
        now, before = _both(bulletin, figure, category=category)
        by_state = [bulletin.count(figure, category=category, state=state) for state in states]
        rows.append([texts.named("category", category), *map(str, (now, *by_state, before))])
    total = [bulletin.count(figure), *(bulletin.count(figure, state=state) for state in states)]
    before = bulletin.count(figure, before=True)
    if rows:
        rows.append([texts("bulletin.total"), *map(str, (*total, before))])
    heads = ["category", "number", *(words.get(state, state) for state in states), "before"]
    return {
        "title": texts(f"bulletin.{figure}s_title"),
        "columns": [texts(f"bulletin.{head}") for head in heads],
        "rows": rows,
        "total": True,
        "empty": texts("bulletin.nothing"),
    }


def _form(bulletin: Bulletin, texts: Texts) -> dict[str, Any]:
    """What the form's questions were answered with."""
    rows = []
    for question, answers in QUESTIONS:
        best, worst = answers[0], answers[-1]
        by_answer = [
            bulletin.count("form", category=question, state=answer) if answer else 0
            for answer in (best, "fair" if "fair" in answers else "", worst)
        ]
        now, before = _both(bulletin, "form", category=question)
        if now or before:
            numbers = map(str, (now, *by_answer, before))
            rows.append([texts.named("asked", question), *numbers])
    heads = ("question", "number", "good", "fair", "bad", "before")
    return {
        "title": texts("bulletin.form_title"),
        "columns": [texts(f"bulletin.{head}") for head in heads],
        "rows": rows,
        "total": False,
        "empty": texts("bulletin.nothing"),
    }


def _counts(texts: Texts, title: str, rows: Sequence[tuple[str, int, int]]) -> dict[str, Any]:
    return {
        "title": texts(f"bulletin.{title}"),
        "columns": [texts(f"bulletin.{head}") for head in ("category", "number", "before")],
        "rows": [[breakable(clean(name, 60)), str(now), str(before)] for name, now, before in rows],
        "total": False,
        "empty": texts("bulletin.nothing"),
    }


def _repaired(bulletin: Bulletin, texts: Texts) -> list[tuple[str, int, int]]:
    pieces = [
        (
            texts("bulletin.pieces", what=texts.named("tool", what)),
            *_both(bulletin, "piece", category=what),
        )
        for what in bulletin.categories("piece")
    ]
    repairs = [
        (
            texts("bulletin.repairs", what=texts.named("category", what)),
            *_both(bulletin, "repair", category=what),
        )
        for what in bulletin.categories("repair")
    ]
    return (pieces + repairs)[:MOST_CATEGORIES]


def _by_category(bulletin: Bulletin, texts: Texts, figure: str) -> list[tuple[str, int, int]]:
    """Counts by state, for requests by voltage and state, in the order of the catalogue."""
    result = []
    states = texts.room("request_state") if figure == "request" else texts.room("area")
    for name, said in states.items():
        of = {"state": name}
        if figure == "request":
            voltage = "hv10kv" if name.startswith("hv10kv") else "urban"
            of = {"category": voltage, "state": name.removeprefix(f"{voltage}_")}
        now, before = _both(bulletin, figure, **of)
        if now or before:
            result.append((said, now, before))
    return result
