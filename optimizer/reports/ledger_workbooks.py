"""The register's ledgers for people with a spreadsheet, and for QGIS."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from optimizer.atomic_files import write_layers
from optimizer.catalogue import Texts
from optimizer.drawing.legs import route_legs, straight_legs
from optimizer.records.opinions import opinion_ledger
from optimizer.reports.worksheets import add_sheets, workbook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from optimizer.catalogue import Lang
    from optimizer.model import DayPlan
    from optimizer.register import Register
    from optimizer.roads import Roads
    from optimizer.settings import Settings

    Progress = Callable[[int, int], None]

LEDGERS: Final = ("visits", "findings", "opinions", "requests", "areas")
LAYERS: Final = ("customers", "areas", "stations", "routes", "blocks")
_VISITS: Final = (
    "date", "at", "station", "crew", "account_no", "name", "address", "area", "kind", "result",
    "findings", "opinion_text", "repaired", "lon", "lat", "who", "read_at", "source", "id",
    "undoes",
)  # fmt: skip


def write_ledgers(
    register: Register, out_dir: Path, lang: Lang = "zh", *, progress: Progress | None = None
) -> list[Path]:
    """One workbook a ledger, with filters and headings in the language.

    The ledger of visits has every record, also those that another one undoes.

    Raises
    ------
    CampaignError
        A file cannot be written.
    """
    said = Texts(lang)
    written = []
    with register.store.reading():
        for done, (name, frame) in enumerate(_ledgers(register, said), start=1):
            path = out_dir / f"{said(f'ledger.{name}')}.xlsx"
            with workbook(path) as book:
                add_sheets(book, said(f"ledger.{name}"), frame, said)
            written.append(path)
            if progress is not None:
                progress(done, len(LEDGERS))
    return written


def _ledgers(register: Register, texts: Texts) -> Iterator[tuple[str, pd.DataFrame]]:
    yield "visits", _visits(register, texts)
    findings = register.ledgers.frame("findings")
    fixed = findings.pop("repaired").map({1: "√", 0: ""}).astype("str")
    findings.insert(6, "fixed", fixed)
    yield "findings", _said(findings, texts)
    yield "opinions", _said(opinion_ledger(register), texts)
    requests = register.ledgers.frame("requests")
    requests["voltage"] = _named(requests["voltage"], "voltage", texts)
    yield "requests", _said(requests, texts)
    yield "areas", _said(register.ledgers.projects(), texts)


def _said(frame: pd.DataFrame, texts: Texts) -> pd.DataFrame:
    """A ledger with its categories and states in words."""
    said = {"category": "finding", "state": "state"}
    return frame.assign(
        **{name: _named(frame[name], room, texts) for name, room in said.items() if name in frame}
    )


def _named(column: pd.Series[str], room: str, texts: Texts) -> pd.Series[str]:
    names = {name: texts.named(room, name) for name in column.unique()}
    return column.map(names).astype("str")


def _visits(register: Register, texts: Texts) -> pd.DataFrame:
    records = register.ledgers.records(undone=True)
    accounts = register.agenda.accounts().set_index("account_no")
    whose = accounts.reindex(records["account_no"])
    frame = records.rename(columns={"opinion": "opinion_text"}).assign(
        name=whose["name"].to_numpy(),
        address=whose["address"].to_numpy(),
        area=whose["area"].to_numpy(),
        kind=_named(records["kind"], "state", texts),
        result=_named(records["result"], "outcome", texts),
        findings=[_findings(text, texts) for text in records["findings"]],
        repaired=[_pieces(text, texts) for text in records["repaired"]],
    )
    return frame[list(_VISITS)]


def _findings(text: str, texts: Texts) -> str:
    if text == "[]":
        return ""
    parts = []
    for item in json.loads(text):
        done = " √" if item["repaired"] else ""
        note = f" {item['note']}" if item["note"] else ""
        parts.append(f"{texts.named('finding', item['category'])}{done}{note}")
    return "; ".join(parts)


def _pieces(text: str, texts: Texts) -> str:
    if text == "{}":
        return ""
    return "; ".join(
        f"{texts.named('tool', name)}×{number}" for name, number in json.loads(text).items()
    )


# ---- QGIS --------------------------------------------------------------------------------------


def write_geopackage(
    register: Register,
    path: Path,
    first: dt.date,
    last: dt.date,
    *,
    roads: Roads | None = None,
    settings: Settings | None = None,
    progress: Progress | None = None,
) -> Path:
    """One GeoPackage with the layers of `LAYERS`, in WGS-84.

    Customers and stations are points, areas the hulls of their customers, routes the day plans
    between two days, blocks the calendar's crew-days between them. Customers without a place of
    their own have that of their area; without any they are left out.

    Parameters
    ----------
    roads, settings
        With both, routes follow the roads; else they are straight from stop to stop.

    Raises
    ------
    CampaignError
        The file cannot be written.
    """
    with register.store.reading():
        layers = _layers(register, first, last, _follow(roads, settings))
        return write_layers(path, _counted(layers, progress))


def _counted(
    layers: Iterator[tuple[str, gpd.GeoDataFrame]], progress: Progress | None
) -> Iterator[tuple[str, gpd.GeoDataFrame]]:
    """The layers, with a word to `progress` after each."""
    for done, layer in enumerate(layers, start=1):
        yield layer
        if progress is not None:
            progress(done, len(LAYERS))


def _layers(
    register: Register, first: dt.date, last: dt.date, legs: Callable[[DayPlan], Any]
) -> Iterator[tuple[str, gpd.GeoDataFrame]]:
    customers = _customers(register)
    yield "customers", customers
    yield "areas", _areas(register, customers)
    stations = register.stations()
    yield "stations", _points(stations)
    yield "routes", _routes(register, stations["station"].tolist(), first, last, legs)
    yield "blocks", _blocks(register, customers, first, last)


def _points(frame: pd.DataFrame) -> gpd.GeoDataFrame:
    placed = frame.dropna(subset=["lon", "lat"])
    points = gpd.points_from_xy(placed["lon"], placed["lat"])
    return gpd.GeoDataFrame(placed.drop(columns=["lon", "lat"]), geometry=points, crs=4326)


def _customers(register: Register) -> gpd.GeoDataFrame:
    """Those who are in the customer file, with their state, their block, their place."""
    given = register.customers().set_index("account_no")
    placed, _ = register.territories()
    territory = placed.set_index("account_no")
    states = register.agenda.accounts().set_index("account_no")
    frame = given.assign(
        area=states["area"].reindex(given.index),
        station=states["station"].reindex(given.index),
        state=states["state"].reindex(given.index),
        visited_on=states["visited_on"].reindex(given.index),
    )
    for axis in ("lon", "lat"):
        frame[axis] = territory[axis].reindex(given.index).fillna(given[axis])
    blocks = register.block_visits().set_index("account_no")
    for name in ("block", "crew", "date"):
        frame[name] = blocks[name].reindex(given.index).fillna("").astype("str")
    return _points(frame.drop(columns="status").reset_index())


def _areas(register: Register, customers: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Hulls of areas, with what is known of them and how many of their customers are visited."""
    hulls = customers[["area", "geometry"]].dissolve("area").geometry.convex_hull
    visited = (customers["state"] == "visited").groupby(customers["area"]).agg(["size", "sum"])
    given, (_, placed) = register.areas().set_index("area"), register.territories()
    crews = placed.set_index("area")["crew"]
    frame = pd.DataFrame(index=hulls.index)
    for name in ("name", "manager"):
        frame[name] = given[name].reindex(hulls.index).fillna("").astype("str")
    frame["station"] = customers.groupby("area")["station"].first()
    frame["crew"] = crews.reindex(hulls.index).fillna("").astype("str")
    frame["accounts"] = visited["size"].astype(np.int64)
    frame["visited"] = visited["sum"].astype(np.int64)
    return gpd.GeoDataFrame(frame.reset_index(), geometry=_wide(hulls.to_numpy()), crs=4326)


def _wide(hulls: Any) -> Any:  # noqa: ANN401  (arrays of geometries)
    """Hulls with some 20 m around them, so that one house is a surface too."""
    return shapely.buffer(hulls, 0.0002, quad_segs=4)


def _follow(roads: Roads | None, settings: Settings | None) -> Callable[[DayPlan], Any]:
    if roads is None or settings is None:
        return straight_legs
    from optimizer.travel import Travel  # noqa: PLC0415  (numba; only where roads are drawn)

    travel = Travel(roads, settings.travel)
    return lambda plan: route_legs(plan, travel.path)


def _routes(
    register: Register,
    stations: list[str],
    first: dt.date,
    last: dt.date,
    legs: Callable[[DayPlan], Any],
) -> gpd.GeoDataFrame:
    rows, lines = [], []
    for number in range((last - first).days + 1):
        date = first + dt.timedelta(days=number)
        for station in stations:
            plan = register.day_plan(station, date)
            if plan is None:
                continue
            ways = legs(plan)
            for route in plan.routes:
                points = np.concatenate(
                    [leg for leg in ways[route.crew_id] if len(leg)] or [_NOWHERE]
                )
                if len(points) < 2:
                    continue
                lines.append(shapely.LineString(points))
                rows.append(
                    (station, route.crew_id, date.isoformat(), len(route.stops),
                     route.travel_s, route.distance_m, route.start_s, route.end_s)
                )  # fmt: skip
    names = ["station", "crew", "date", "visits", "travel_s", "distance_m", "start_s", "end_s"]
    return _lines(pd.DataFrame(rows, columns=names), lines)


_NOWHERE: Final = np.empty((0, 2))


def _blocks(
    register: Register, customers: gpd.GeoDataFrame, first: dt.date, last: dt.date
) -> gpd.GeoDataFrame:
    """Blocks as lines through their customers in order; those of one place are left out."""
    visits = register.block_visits(first=first, last=last)
    places = customers.set_index("account_no").geometry.reindex(visits["account_no"])
    visits = visits.assign(x=places.x.to_numpy(), y=places.y.to_numpy()).dropna(subset=["x"])
    sizes = visits.groupby("block")["account_no"].transform("size")
    visits = visits[sizes > 1]
    blocks = register.blocks(first=first, last=last).set_index("block")
    names, owner = np.unique(visits["block"].to_numpy(dtype=object), return_inverse=True)
    order = np.argsort(owner, kind="stable")
    points = visits[["x", "y"]].to_numpy(dtype=np.float64)[order]
    lines: Any = shapely.linestrings(points, indices=owner[order]) if len(points) else []
    return _lines(blocks.loc[names].reset_index(), list(lines))


def _lines(frame: pd.DataFrame, lines: list[Any]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries(lines, crs=4326), crs=4326)
