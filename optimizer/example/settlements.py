"""Where the villages lie and how many customers each of them has."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from optimizer.example.gazetteer import (
    FULL_COUNTY,
    Township,
    Village,
    served_townships,
    townships,
    villages,
)
from optimizer.example.near import crowd, nearest, neighbours
from optimizer.example.terrain import HALF_M, to_xy

if TYPE_CHECKING:
    from optimizer.example.terrain import Bools, Floats, Ints, Land

SPACING_M = 150.0
MARGIN_M = 1200.0


@dataclass(frozen=True, slots=True)
class Place:
    """A village at its centre, with the customers that this example gives it."""

    village: Village
    x: float
    y: float
    urban: int = 0
    rural: int = 0


@dataclass(frozen=True)
class Ground:
    """Points some `spacing_m` apart over the served part of the county and a margin around it.

    `township` is the index into `facts.townships()`; `served` says which points are not margin.
    """

    spacing_m: float
    x: Floats
    y: Floats
    township: Ints
    served: Bools


def make_ground(land: Land, customers: int, seed: int) -> Ground:
    """Points to build on: where the example is crowded they stand closer."""
    spacing_m = SPACING_M / math.sqrt(max(1.0, customers / FULL_COUNTY))
    x, y = _scattered(spacing_m, seed)
    keep = land.inside(x, y)
    x, y = x[keep], y[keep]
    keep = land.river_m(x, y) > 70
    x, y = x[keep], y[keep]
    township = land.township_of(x, y)
    wanted = [townships().index(township) for township in served_townships(customers)]
    served = np.isin(township, wanted)
    distance, _ = nearest(crowd(x[served], y[served]), x, y, MARGIN_M)
    near = np.isfinite(distance)
    return Ground(spacing_m, x[near], y[near], township[near], served[near])


def _scattered(spacing_m: float, seed: int) -> tuple[Floats, Floats]:
    """A triangular grid over the whole county, each point moved a little."""
    rng = np.random.default_rng([seed, 2])
    rows = int(2 * HALF_M / (spacing_m * 0.866))
    columns = int(2 * HALF_M / spacing_m)
    row, column = np.divmod(np.arange(rows * columns), columns)
    x = (column + 0.5 * (row % 2)) * spacing_m - HALF_M
    y = row * spacing_m * 0.866 - HALF_M
    turn = rng.uniform(0, 2 * np.pi, rows * columns)
    far = spacing_m * 0.42 * np.sqrt(rng.random(rows * columns))
    return x + far * np.cos(turn), y + far * np.sin(turn)


def place_villages(land: Land, ground: Ground, customers: int, seed: int) -> list[Place]:
    """Every village of the served townships at its centre, with its share of the customers."""
    places: list[Place] = []
    for township in served_townships(customers):
        rng = np.random.default_rng([seed, 3, int(township.code)])
        own = [village for village in villages() if village.township is township]
        centres = _centres(land, ground, township, len(own), rng)
        places += [
            Place(village, float(x), float(y)) for village, (x, y) in zip(own, centres, strict=True)
        ]
    return _share_out(places, customers, np.random.default_rng([seed, 4]))


def _centres(
    land: Land, ground: Ground, township: Township, count: int, rng: np.random.Generator
) -> Floats:
    """Centres spread over a township by Lloyd's steps, low ground preferred, shape (count, 2)."""
    here = ground.township == townships().index(township)
    points = np.column_stack([ground.x[here], ground.y[here]])
    height = land.height(points[:, 0], points[:, 1])
    weight = np.exp(-height / 90) + 0.05
    centres = points[rng.choice(len(points), count, replace=False, p=weight / weight.sum())]
    for _ in range(8):
        _, owner = nearest(crowd(centres[:, 0], centres[:, 1]), points[:, 0], points[:, 1])
        total = np.bincount(owner, weight, count) + 1e-9
        centres = np.column_stack(
            [np.bincount(owner, weight * points[:, axis], count) / total for axis in (0, 1)]
        )
    around = neighbours(crowd(points[:, 0], points[:, 1]), centres[:, 0], centres[:, 1], 12)
    lowest = around[np.arange(count), np.argmin(height[around], axis=1)]
    return np.asarray(points[lowest])


def _share_out(places: list[Place], customers: int, rng: np.random.Generator) -> list[Place]:
    """Give villages their customers; a thin example leaves the outer villages empty."""
    weight = np.array(
        [(place.village.urban_weight, place.village.rural_weight) for place in places], dtype=float
    )
    weight *= np.exp(0.22 * rng.standard_normal(weight.shape))
    thin = min(1.0, 1.15 * customers / weight.sum())
    weight *= _inhabited(places, math.sqrt(thin))
    flat = _largest_remainders(weight.ravel(), customers).reshape(weight.shape)
    return [
        replace(place, urban=int(urban), rural=int(rural))
        for place, (urban, rural) in zip(places, flat, strict=True)
    ]


def _inhabited(places: list[Place], share: float) -> Floats:
    """One for the villages nearest to each seat and the first communities, zero for the rest."""
    keep = np.zeros((len(places), 2))
    for township in {
        place.village.township.code: place.village.township for place in places
    }.values():
        seat = to_xy(township.lon, township.lat)
        for column in (0, 1):
            own = [
                (math.hypot(place.x - seat[0], place.y - seat[1]), index)
                for index, place in enumerate(places)
                if place.village.township is township
                and (place.village.urban_weight, place.village.rural_weight)[column]
            ]
            for _, index in sorted(own)[: max(1, round(len(own) * share))]:
                keep[index, column] = 1
    return keep


def _largest_remainders(weight: Floats, total: int) -> Ints:
    """Whole numbers in proportion to weights that add up to the total."""
    exact = weight * (total / weight.sum())
    whole = np.floor(exact).astype(np.int64)
    order = np.argsort(whole - exact, kind="stable")
    whole[order[: total - whole.sum()]] += 1
    return np.asarray(whole)
