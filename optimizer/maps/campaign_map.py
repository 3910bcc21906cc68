"""The campaign of a station on a map: its transformer areas by how far they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from optimizer.catalogue.escaping import clean
from optimizer.drawing.map_content import drawing_around
from optimizer.drawing.route_map import MapSubject
from optimizer.maps.layered_page import layered_page
from optimizer.model import LonLat
from optimizer.register.agenda import STATUSES_TO_VISIT

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from optimizer.catalogue import Texts
    from optimizer.drawing.frame import PicturePlane
    from optimizer.register import Register
    from optimizer.roads import Roads
    from optimizer.settings import Settings

STATES = {
    "overdue": "#b91c1c",
    "month": "#00695c",
    "later": "#64748b",
    "unplanned": "#c2410c",
    "done": "#9ec5b5",
}
"""States of areas in the order of the list, and their colours."""


@dataclass(frozen=True, slots=True)
class AreaState:
    """A transformer area and how far its visits are.

    Attributes
    ----------
    points
        Positions of its customers, shape (n, 2).
    planned, crew
        The next planned day of its open customers and who goes; None and "" without one.
    done
        Customers to whom nobody is sent any more, see `optimizer.register.agenda.OVER`.
    """

    area: str
    name: str
    points: NDArray[np.float64]
    customers: int
    done: int
    planned: dt.date | None
    crew: str

    def state(self, today: dt.date) -> str:
        """One of `STATES`."""
        if self.done == self.customers:
            return "done"
        if self.planned is None:
            return "unplanned"
        if self.planned < today:
            return "overdue"
        this_month = (self.planned.year, self.planned.month) == (today.year, today.month)
        return "month" if this_month else "later"


def area_states(register: Register, station: str) -> list[AreaState]:
    """The areas of a station as the register has them."""
    customers = register.customers(station)
    places, _ = register.territories()
    if len(places):
        located = places.set_index("account_no")[["area", "lon", "lat"]]
        customers = customers.drop(columns=["area", "lon", "lat"]).join(located, on="account_no")
    is_open = customers["status"].isin(STATUSES_TO_VISIT)
    visits = register.block_visits(station).drop_duplicates("account_no")
    dated = customers[is_open].merge(visits[["account_no", "date", "crew"]], on="account_no")
    first = dated.sort_values("date", kind="stable").drop_duplicates("area").set_index("area")
    names = register.areas().set_index("area")["name"]
    return [
        AreaState(
            area=str(area),
            name=str(names.get(area, "") or area),
            points=own[["lon", "lat"]].dropna().to_numpy(np.float64),
            customers=len(own),
            done=int((~is_open[own.index]).sum()),
            planned=pd.Timestamp(str(first["date"][area])).date() if area in first.index else None,
            crew=str(first["crew"][area]) if area in first.index else "",
        )
        for area, own in customers.groupby("area", sort=True)
    ]


def campaign_map(
    states: Sequence[AreaState],
    station: tuple[str, LonLat],
    roads: Roads,
    *,
    settings: Settings,
    texts: Texts,
    today: dt.date,
) -> str:
    """The page: one layer a state, one shape an area.

    Parameters
    ----------
    station
        Its name and its place.
    """
    name, home = station
    located = [area for area in states if len(area.points)]
    points = np.concatenate([np.array([home]), *(area.points for area in located)])
    drawing = drawing_around(roads, home, points)
    corners = (points.min(axis=0), points.max(axis=0))
    subject = MapSubject(
        stops=tuple(("", LonLat(*corner.tolist())) for corner in corners), station=home, legs=()
    )
    return layered_page(
        drawing,
        subject,
        [],
        list(_layers(located, drawing.plane, texts, today)),
        settings=settings,
        texts=texts,
        title=f"{clean(name, 30)} {texts.date(today)}",
        summary=texts(
            "overview.campaign",
            areas=len(states),
            customers=sum(area.customers for area in states),
            done=sum(area.done for area in states),
        ),
    )


def _layers(
    states: Sequence[AreaState], plane: PicturePlane, texts: Texts, today: dt.date
) -> Iterable[dict[str, Any]]:
    for state, colour in STATES.items():
        own = [area for area in states if area.state(today) == state]
        if own:
            still_open = sum(area.customers - area.done for area in own)
            yield {
                "label": texts(f"overview.state_{state}"),
                "detail": texts("overview.areas", areas=len(own)),
                "more": texts("overview.open", open=still_open) if still_open else "",
                "colour": colour,
                "path": None,
                "stops": [],
                "areas": [_shape(area, plane, texts) for area in own],
            }


def _shape(area: AreaState, plane: PicturePlane, texts: Texts) -> dict[str, Any]:
    """An area as the ground around its customers."""
    around = shapely.convex_hull(shapely.MultiPoint(plane.xy(area.points))).buffer(45, quad_segs=2)
    ring = plane.degrees(shapely.get_coordinates(shapely.simplify(around, 12)))
    text = texts("overview.area_text", customers=area.customers, done=area.done)
    if area.planned is not None:
        day = texts.date(area.planned)
        text += " · " + texts("overview.area_next", date=day, crew=clean(area.crew, 20))
    return {"title": clean(area.name, 30), "text": text, "ring": ring.round(5).tolist()}
