"""Lanes: short dead ends that branch off in a hamlet until its houses have room along roads."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from optimizer.example.near import crowd, crowded, nearest
from optimizer.example.road_network import FOOTWAY, PATH, RESIDENTIAL, SERVICE, TRACK, UNCLASSIFIED
from optimizer.example.terrain import RIVER_M

if TYPE_CHECKING:
    from scipy.spatial import cKDTree

    from optimizer.example.curves import Ways
    from optimizer.example.hamlets import Hamlets
    from optimizer.example.mesh import Mesh
    from optimizer.example.terrain import Bools, Floats, Ints, Land

METRES_A_HOUSE = 21.0
REACH_M = 260.0
STEP_M = 24.0
STEPS = 9
CLEAR_M = 27.0
ROUNDS = 6
KINDS = np.array([RESIDENTIAL, SERVICE, TRACK, FOOTWAY, PATH])
SHARES = np.array([0.32, 0.18, 0.22, 0.16, 0.12])


@dataclass(frozen=True)
class _Lanes:
    """One row a lane: points of shape (lanes, steps + 1), how many count, where it branches off."""

    x: Floats
    y: Floats
    count: Ints
    node: Ints
    hamlet: Ints


def add_lanes(land: Land, mesh: Mesh, hamlets: Hamlets, ways: Ways, seed: int) -> Ways:
    """Lanes for hamlets whose roads are too short for their houses."""
    rng = np.random.default_rng([seed, 12])
    if not len(hamlets.node):
        return ways
    centres = crowd(mesh.x[hamlets.node], mesh.y[hamlets.node])
    x, y, _ = ways.sampled(8.0)
    length = _length_at(centres, x, y)
    roots = _Roots(ways, centres, rng)
    for _ in range(ROUNDS):
        needy = np.flatnonzero(length < METRES_A_HOUSE * hamlets.houses)
        lanes = _grown(land, roots, needy, crowd(x, y), rng)
        lanes = _untangled(lanes)
        ways = _with_lanes(ways, lanes, rng)
        lane_x, lane_y = _points(lanes)
        x, y = np.concatenate([x, lane_x]), np.concatenate([y, lane_y])
        np.add.at(length, lanes.hamlet, (lanes.count - 1) * STEP_M)
    return ways


def _length_at(centres: cKDTree, x: Floats, y: Floats) -> Floats:
    """Metres of road that are nearer to a hamlet than to any other, within its reach."""
    distance, hamlet = nearest(centres, x, y, REACH_M)
    near = hamlet[np.isfinite(distance)]
    return np.asarray(np.bincount(near, minlength=centres.n) * 7.5)


class _Roots:
    """Nodes of roads at which lanes may branch off, by hamlet."""

    def __init__(self, ways: Ways, centres: cKDTree, rng: np.random.Generator) -> None:
        inner = np.ones(len(ways.nodes), dtype=bool)
        inner[ways.start[:-1]] = inner[ways.start[1:] - 1] = False
        way = np.repeat(np.arange(len(ways.kind)), np.diff(ways.start))
        at = np.flatnonzero(inner & (ways.kind[way] >= UNCLASSIFIED) & (ways.town[way] < 0))
        node, before, after = ways.nodes[at], ways.nodes[at - 1], ways.nodes[at + 1]
        self.heading = np.arctan2(ways.y[after] - ways.y[before], ways.x[after] - ways.x[before])
        self.node, self.x, self.y = node, ways.x[node], ways.y[node]
        distance, self.hamlet = nearest(centres, self.x, self.y, REACH_M)
        self.rank = np.where(np.isfinite(distance), distance, np.inf) + rng.uniform(
            0, 160, len(node)
        )
        self.free = np.isfinite(distance)

    def take(self, needy: Ints) -> Ints:
        """The next root of each hamlet that has one left."""
        wanted = self.free & np.isin(self.hamlet, needy)
        candidates = np.flatnonzero(wanted)
        order = candidates[np.lexsort((self.rank[candidates], self.hamlet[candidates]))]
        _, at = np.unique(self.hamlet[order], return_index=True)
        chosen = order[at]
        self.free[chosen] = False
        return np.asarray(chosen)


def _grown(
    land: Land, roots: _Roots, needy: Ints, roads: cKDTree, rng: np.random.Generator
) -> _Lanes:
    """One lane a hamlet: it leaves its road at a right angle and winds until it meets something."""
    root = roots.take(needy)
    count = len(root)
    heading = roots.heading[root] + np.where(rng.random(count) < 0.5, 1, -1) * np.pi / 2
    heading += rng.normal(0, 0.3, count)
    wanted = rng.integers(3, STEPS + 1, count)
    x = np.repeat(roots.x[root][:, None], STEPS + 1, axis=1)
    y = np.repeat(roots.y[root][:, None], STEPS + 1, axis=1)
    length = np.ones(count, dtype=np.int64)
    alive = np.ones(count, dtype=bool)
    for step in range(1, STEPS + 1):
        heading += rng.normal(0, 0.22, count)
        x[:, step] = x[:, step - 1] + STEP_M * np.cos(heading)
        y[:, step] = y[:, step - 1] + STEP_M * np.sin(heading)
        ahead = x[:, step], y[:, step]
        clear = nearest(roads, *ahead)[0] > min(CLEAR_M, 0.8 * STEP_M * step)
        clear &= (land.river_m(*ahead) > RIVER_M + 40) & land.inside(*ahead)
        alive &= clear & (step <= wanted)
        length += alive
    long = length >= 3
    return _Lanes(x[long], y[long], length[long], roots.node[root[long]], roots.hamlet[root[long]])


def _points(lanes: _Lanes) -> tuple[Floats, Floats]:
    """Points along lanes every eight metres or so, their roots left out."""
    within = np.arange(STEPS)[None, :] < (lanes.count - 1)[:, None]
    x, y = (
        np.concatenate(
            [
                (grid[:, :-1] * (1 - share) + grid[:, 1:] * share)[within]
                for share in (1 / 3, 2 / 3, 1.0)
            ]
        )
        for grid in (lanes.x, lanes.y)
    )
    return x, y


def _untangled(lanes: _Lanes) -> _Lanes:
    """Leave out lanes that come close to another one grown at the same time."""
    within = np.arange(STEPS + 1)[None, :] < lanes.count[:, None]
    owner = np.repeat(np.arange(len(lanes.count)), STEPS + 1)[within.ravel()]
    keep = np.ones(len(lanes.count), dtype=bool)
    if len(owner):
        one, other = owner[crowded(crowd(lanes.x[within], lanes.y[within]), CLEAR_M)].T
        keep[np.maximum(one, other)[one != other]] = False
    return _Lanes(*(getattr(lanes, f)[keep] for f in ("x", "y", "count", "node", "hamlet")))


def _with_lanes(ways: Ways, lanes: _Lanes, rng: np.random.Generator) -> Ways:
    """The ways and the lanes; one lane in sixty belongs to a yard and is closed to others."""
    count = len(lanes.count)
    if not count:
        return ways
    new = _inner(lanes)
    number = np.full(lanes.x.shape, -1)
    number[:, 0] = lanes.node
    number[new] = len(ways.x) + np.arange(int(new.sum()))
    within = new.copy()
    within[:, 0] = True
    kind = rng.choice(KINDS, count, p=SHARES)
    private = rng.random(count) < 1 / 60
    zeros = np.zeros(count, dtype=np.int64)
    return replace(
        ways,
        x=np.concatenate([ways.x, lanes.x[new]]),
        y=np.concatenate([ways.y, lanes.y[new]]),
        nodes=np.concatenate([ways.nodes, number[within]]),
        start=np.concatenate([ways.start, ways.start[-1] + np.cumsum(lanes.count)]),
        kind=np.concatenate([ways.kind, np.where(private, SERVICE, kind)]),
        name=np.concatenate([ways.name, zeros]),
        town=np.concatenate([ways.town, zeros - 1]),
        private=np.concatenate([ways.private, private]),
        one_way=np.concatenate([ways.one_way, zeros > 0]),
    )


def _inner(lanes: _Lanes) -> Bools:
    """Points of lanes that are nodes of their own: all but the root."""
    step = np.arange(STEPS + 1)[None, :]
    return np.asarray((step > 0) & (step < lanes.count[:, None]))
