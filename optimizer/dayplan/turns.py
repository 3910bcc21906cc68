"""Whose turn it is: the order in which candidates are offered, and the crews that go out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from optimizer.geometry import DEGREE_M, parallel_degree_m
from optimizer.records.crews_out import SEASON_WORTH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from optimizer.dayplan.pulse import Pulse
    from optimizer.dayplan.register_rows import Row
    from optimizer.settings import Settings

PRESSING, SEASON, OWN_BLOCK, BACKLOG = range(4)
"""Classes of candidates in their order: what must be made; in its days the season list; the day's
own block; what is left over from before."""

_DETOUR_S_PER_M: Final = 0.35
"""Roughly what a door costs that is a metre farther from the others, there and back."""
_RANKED: Final = 600


def class_of(row: Row, today: str) -> int:
    """The class of a candidate on a day."""
    if row["mandatory"]:
        return PRESSING
    if row["list"] == "season":
        return SEASON
    return OWN_BLOCK if row["planned_on"] == today else BACKLOG


def in_turn(rows: Sequence[Row], today: str) -> list[Row]:
    """Candidates in the order in which they are offered.

    Backlog comes by what it is worth, which grows with waiting, less the way to the nearest door
    that is offered before it.
    """
    by_class: list[list[Row]] = [[] for _ in range(4)]
    for row in rows:
        by_class[class_of(row, today)].append(row)
    anchors = by_class[PRESSING] + by_class[SEASON] + by_class[OWN_BLOCK]
    return anchors + _near_first(by_class[BACKLOG], anchors)


def with_rank_in_price(rows: Sequence[Row], today: str) -> list[Row]:
    """The same rows; the own block is worth more than any backlog, the season list more still."""
    classes = [class_of(row, today) for row in rows]
    top = max((row["price_s"] for row, it in zip(rows, classes, strict=True) if it == BACKLOG),
              default=0)  # fmt: skip
    extra = {PRESSING: 0, SEASON: 2 * top, OWN_BLOCK: top, BACKLOG: 0}
    return [
        {**row, "price_s": row["price_s"] + extra[it]}
        for row, it in zip(rows, classes, strict=True)
    ]


def _near_first(rows: list[Row], anchors: list[Row]) -> list[Row]:
    """Rows one after the other by worth less the way to those before."""
    if not rows:
        return []
    places = _metres([*rows, *anchors])
    mine, others = places[: len(rows)], places[len(rows) :]
    worth = np.array([row["price_s"] for row in rows], dtype=float)
    way = _nearest(mine, others)
    left = np.ones(len(rows), dtype=bool)
    order: list[int] = []
    for _ in range(min(len(rows), _RANKED)):
        score = np.where(left, worth - _DETOUR_S_PER_M * way, -np.inf)
        chosen = int(np.argmax(score))
        left[chosen] = False
        order.append(chosen)
        way = np.fmin(way, np.hypot(*(mine - mine[chosen]).T))
    rest = sorted(np.flatnonzero(left).tolist(), key=lambda place: -worth[place])
    return [rows[place] for place in (*order, *rest)]


def _metres(rows: Sequence[Row]) -> NDArray[np.float64]:
    """Doors on a plane around the first; who has no place lies at infinity for nobody: at NaN."""
    lonlat: NDArray[np.float64] = np.array([(row["lon"], row["lat"]) for row in rows], dtype=float)
    lat = float(np.nanmean(lonlat[:, 1])) if np.isfinite(lonlat).any() else 0.0
    scale: NDArray[np.float64] = np.array([parallel_degree_m(lat), DEGREE_M])
    return lonlat * scale


def _nearest(mine: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.float64]:
    """Metres from each door to the nearest of others; 0 where there is none."""
    known = others[np.isfinite(others).all(axis=1)]
    if not len(known):
        return np.zeros(len(mine))
    away = np.full(len(mine), np.inf)
    for other in known:
        away = np.fmin(away, np.hypot(*(mine - other).T))
    return np.where(np.isfinite(away), away, 0.0)


@dataclass(frozen=True, slots=True)
class DayOffer:
    """What a station's day has to offer, and to whom."""

    rows: Sequence[Row]
    today: str
    with_block: frozenset[str]
    pulse: Pulse

    def crews(self, on_duty: Sequence[Row], settings: Settings) -> list[str]:
        """Ids of the crews that go out, those with a block first.

        A crew without one goes if what must be made needs its skill or its hands, or if so much
        waits that what sends it out would find no room (`Pulse`); who was out longest ago is next.
        """
        going = [str(row["crew"]) for row in on_duty if row["crew"] in self.with_block]
        spare = sorted(
            (row for row in on_duty if row["crew"] not in self.with_block),
            key=lambda row: (self.pulse.last_out.get(row["crew"], ""), row["crew"]),
        )
        skills = {row["crew"]: _skills(row) for row in on_duty}
        for wanted in sorted({_skills(row) for row in self._bound()}, key=sorted):
            if not any(wanted <= skills[crew] for crew in going):
                going += [row["crew"] for row in spare if wanted <= skills[row["crew"]]][:1]
        spare = [row for row in spare if row["crew"] not in going]
        while spare and (
            not going or self._needs_another(len(going), str(spare[0]["crew"]), settings)
        ):
            going.append(str(spare.pop(0)["crew"]))
        return going

    def _bound(self) -> list[Row]:
        """Rows that are to be made on this day."""
        return [row for row in self.rows if class_of(row, self.today) in {PRESSING, OWN_BLOCK}]

    def _needs_another(self, crews: int, spare: str, settings: Settings) -> bool:
        room = crews * settings.blocks.max_visits
        if len(self._bound()) > room:
            return True
        least = self.pulse.least_waiting(spare, self.today, settings)
        return enough_waits(self.rows, self.today, settings, least, room)


def enough_waits(
    rows: Sequence[Row], today: str, settings: Settings, least: float, room: int = 0
) -> bool:
    """Whether at least so many visits wait, beyond a room of so many, that a crew is sent out.

    A visit counts for more the longer it waits, and on the season list fourfold, for its days are
    few.
    """
    base = settings.follow.first_price_min * 60
    if not least or not base:
        return False
    worth = sorted(
        (
            row["price_s"] / base * (SEASON_WORTH if class_of(row, today) == SEASON else 1)
            for row in rows
            if not np.isnan(row["lon"])
        ),
        reverse=True,
    )
    return bool(sum(worth[room:]) >= least)


def _skills(row: Row) -> frozenset[str]:
    return frozenset(filter(None, str(row["skills"]).split(";")))
