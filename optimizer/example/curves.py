"""Roads as lines on a map: smooth curves that share a node where they meet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.sparse import coo_array, diags_array

from optimizer.example.road_network import UNCLASSIFIED, connected

if TYPE_CHECKING:
    from optimizer.example.mesh import Mesh
    from optimizer.example.road_network import Network
    from optimizer.example.terrain import Bools, Floats, Ints

LONGEST_M = 105.0
"""No straight piece of a road is longer."""
PULL = np.array([60, 12, 8, 3, 2, 1.5, 1, 0.6, 0.5])
"""How strongly each class of road straightens itself, in the order of `network.CLASSES`."""


@dataclass(frozen=True)
class Ways:
    """Roads as chains of nodes.

    Attributes
    ----------
    x, y
        Nodes in metres.
    nodes, start
        Way w has the nodes `nodes[start[w]:start[w + 1]]`.
    kind
        Class of each way, index into `network.CLASSES`.
    name
        Index of each way's name in `Network.names`.
    town
        Township in whose streets the way lies, -1 in the country.
    private, one_way
        Flags of each way.
    """

    x: Floats
    y: Floats
    nodes: Ints
    start: Ints
    kind: Ints
    name: Ints
    town: Ints
    private: Bools
    one_way: Bools

    def segments(self) -> tuple[Ints, Ints, Ints]:
        """First node, second node and way of every straight piece."""
        way = np.repeat(np.arange(len(self.kind)), np.diff(self.start))
        inner = way[1:] == way[:-1]
        return self.nodes[:-1][inner], self.nodes[1:][inner], way[1:][inner]

    def sampled(self, step_m: float) -> tuple[Floats, Floats, Ints]:
        """Points along all roads at most `step_m` apart, and the way of each."""
        first, second, way = self.segments()
        length = np.hypot(self.x[first] - self.x[second], self.y[first] - self.y[second])
        count = np.maximum(1, np.ceil(length / step_m)).astype(np.int64)
        piece = np.repeat(np.arange(len(first)), count)
        share = (np.arange(len(piece)) - np.repeat(np.cumsum(count) - count, count) + 0.5) / count[
            piece
        ]
        x = self.x[first][piece] * (1 - share) + self.x[second][piece] * share
        y = self.y[first][piece] * (1 - share) + self.y[second][piece] * share
        return x, y, way[piece]


def draw_ways(mesh: Mesh, network: Network, seed: int) -> Ways:
    """Turn the roads of the mesh into curves."""
    roads = np.flatnonzero(connected(mesh, network.kind))
    first, second = mesh.first[roads], mesh.second[roads]
    kind, name = network.kind[roads], network.name[roads]
    x, y = _relaxed(mesh, first, second, kind)
    town = np.where(mesh.street[roads] >= 0, np.maximum(mesh.town[first], mesh.town[second]), -1)
    label = (kind * (name.max() + 1) + name) * (town.max() + 2) + town + 1
    chains = _chains(first, second, label)
    edge = np.array([chain[0] for chain in chains])
    nodes = np.array([node for chain in chains for node in chain[1]])
    start = np.cumsum([0, *(len(chain[1]) for chain in chains)])
    traits = _Traits(kind[edge], name[edge], town[edge])
    return _curved(x, y, nodes, start, traits, rng=np.random.default_rng([seed, 15]))


@dataclass(frozen=True)
class _Traits:
    """Class, name and town of every way."""

    kind: Ints
    name: Ints
    town: Ints


def _relaxed(mesh: Mesh, first: Ints, second: Ints, kind: Ints) -> tuple[Floats, Floats]:
    """Pull every node of the country towards its neighbours, along better roads more."""
    size = len(mesh.x)
    pull = PULL[kind]
    rows, columns = np.concatenate([first, second]), np.concatenate([second, first])
    weight = coo_array((np.concatenate([pull, pull]), (rows, columns)), (size, size)).tocsr()
    total = weight.sum(axis=1)
    best = np.zeros(size)
    np.maximum.at(best, rows, np.concatenate([pull, pull]))
    degree = np.bincount(rows, minlength=size)
    loose = (degree > 1) & (mesh.town < 0)
    stay = np.where(loose, np.where(best >= 8, 0.25, np.where(best >= 3, 0.45, 0.6)), 1.0)
    mean = diags_array(1 / np.maximum(total, 1e-9)) @ weight
    x, y = mesh.x.copy(), mesh.y.copy()
    for turn in range(8):
        moved = loose & ((best >= 8) | ((best >= 3) & (turn < 4)) | (turn < 2))
        x = np.where(moved, stay * x + (1 - stay) * (mean @ x), x)
        y = np.where(moved, stay * y + (1 - stay) * (mean @ y), y)
    return x, y


def _chains(first: Ints, second: Ints, label: Ints) -> list[tuple[int, list[int]]]:
    """Edges strung together between junctions, each as (one of its edges, nodes)."""
    around: dict[int, list[tuple[int, int]]] = {}
    for edge, (a, b) in enumerate(zip(first.tolist(), second.tolist(), strict=True)):
        around.setdefault(a, []).append((edge, b))
        around.setdefault(b, []).append((edge, a))
    labels = label.tolist()
    stops = {
        node
        for node, edges in around.items()
        if len(edges) != 2 or labels[edges[0][0]] != labels[edges[1][0]]
    }
    used = bytearray(len(labels))
    chains = []
    for node in [*sorted(stops), *sorted(around)]:
        for edge, other in around[node]:
            if not used[edge]:
                chains.append((edge, _follow(node, (edge, other), around, stops, used)))
    return chains


def _follow(
    node: int,
    step: tuple[int, int],
    around: dict[int, list[tuple[int, int]]],
    stops: set[int],
    used: bytearray,
) -> list[int]:
    """Nodes of the chain that begins with an edge, up to the next stop or back to the start."""
    edge, other = step
    chain = [node, other]
    used[edge] = 1
    while other not in stops and other != node:
        edge, other = next(way for way in around[other] if way[0] != edge)
        if used[edge]:
            break
        used[edge] = 1
        chain.append(other)
    return chain


def _curved(
    x: Floats, y: Floats, nodes: Ints, start: Ints, traits: _Traits, *, rng: np.random.Generator
) -> Ways:
    """Round the corners of all chains; ends keep their node, the rest become new nodes."""
    winding = np.where(traits.kind >= UNCLASSIFIED, 0.085, 0.03) * (traits.town < 0)
    px, py, bounds = _winding(x[nodes], y[nodes], start, winding, rng)
    for _ in range(2):
        px, py, bounds = _corners_cut(px, py, bounds)
    way = np.repeat(np.arange(len(traits.kind)), np.diff(bounds))
    lines = shapely.linestrings(np.column_stack([px, py]), indices=way)
    lines = shapely.segmentize(shapely.simplify(lines, 1.2), LONGEST_M)
    points, way = shapely.get_coordinates(lines, return_index=True)
    bounds = np.searchsorted(way, np.arange(len(traits.kind) + 1))
    return _numbered(points, bounds, nodes[start[:-1]], nodes[start[1:] - 1], traits)


def _winding(
    px: Floats, py: Floats, bounds: Ints, share: Floats, rng: np.random.Generator
) -> tuple[Floats, Floats, Ints]:
    """Put a point into the middle of each country piece, pushed aside by chance.

    `share` is the usual push of each way as a part of the piece's length, 0 for straight ways.
    """
    way = np.repeat(np.arange(len(bounds) - 1), np.diff(bounds))
    head = np.flatnonzero((way[1:] == way[:-1]) & (share[way[1:]] > 0))
    push = np.clip(rng.standard_normal(len(head)), -2, 2) * share[way[head]]
    run_x, run_y = px[head + 1] - px[head], py[head + 1] - py[head]
    new_x = (px[head] + px[head + 1]) / 2 - push * run_y
    new_y = (py[head] + py[head + 1]) / 2 + push * run_x
    added = np.concatenate([[0], np.cumsum(np.bincount(way[head], minlength=len(share)))])
    return np.insert(px, head + 1, new_x), np.insert(py, head + 1, new_y), bounds + added


def _corners_cut(px: Floats, py: Floats, bounds: Ints) -> tuple[Floats, Floats, Ints]:
    """One round of Chaikin's corner cutting on all chains at once; ends stay."""
    way = np.repeat(np.arange(len(bounds) - 1), np.diff(bounds))
    head = np.flatnonzero(way[1:] == way[:-1])
    opens, closes = np.isin(head, bounds[:-1]), np.isin(head + 1, bounds[1:] - 1)
    near = np.where(opens, 0.0, 0.25)
    far = np.where(closes, 1.0, 0.75)
    new = [
        np.column_stack([p[head] * (1 - s) + p[head + 1] * s for s in (near, far)]).ravel()
        for p in (px, py)
    ]
    return new[0], new[1], np.concatenate([[0], np.cumsum(2 * (np.diff(bounds) - 1))])


def _numbered(points: Floats, bounds: Ints, head: Ints, tail: Ints, traits: _Traits) -> Ways:
    """Give junctions one number each and all points between a number of their own."""
    ends, place = np.unique(np.concatenate([head, tail]), return_inverse=True)
    nodes = np.empty(len(points), dtype=np.int64)
    inner = np.ones(len(points), dtype=bool)
    inner[bounds[:-1]] = inner[bounds[1:] - 1] = False
    nodes[inner] = len(ends) + np.arange(int(inner.sum()))
    nodes[bounds[:-1]] = place[: len(head)]
    nodes[bounds[1:] - 1] = place[len(head) :]
    where = np.empty((len(ends) + int(inner.sum()), 2))
    where[nodes] = points
    off = np.zeros(len(traits.kind), dtype=bool)
    return Ways(
        where[:, 0], where[:, 1], nodes, bounds, traits.kind, traits.name, traits.town, off, off
    )
