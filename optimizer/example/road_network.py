"""Which lines of the mesh are roads, and of which class: from the national road to the footpath.

Every level starts from the roads that are there: what exists is cheap to follow, so paths merge
into it instead of running beside it.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, dijkstra, minimum_spanning_tree

from optimizer.example.gazetteer import table, townships
from optimizer.example.terrain import to_xy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from optimizer.example.hamlets import Hamlets
    from optimizer.example.mesh import Mesh
    from optimizer.example.settlements import Place
    from optimizer.example.terrain import Bools, Floats, Ints

    Before = NDArray[np.int32]
    """For each node the one before it on the way from where a search began, or less than 0."""

CLASSES = (
    "trunk",
    "secondary",
    "tertiary",
    "unclassified",
    "residential",
    "service",
    "track",
    "path",
    "footway",
)
TRUNK, SECONDARY, TERTIARY, UNCLASSIFIED, RESIDENTIAL, SERVICE, TRACK, PATH, FOOTWAY = range(9)
NONE = 99
EXISTING = 0.3
"""Following a road costs so much of what opening up a new line does."""

BEYOND_M = 4000.0
"""National roads end where the next place on them is farther than this from the served part."""


@dataclass(frozen=True)
class Network:
    """Class of every edge of the mesh (`NONE`: no road), and the number of its name.

    `names` are (name, ref); number 0 is the nameless road.
    """

    kind: Ints
    name: Ints
    names: list[tuple[str, str]]


class _Builder:
    """Roads laid so far on a mesh."""

    def __init__(self, mesh: Mesh) -> None:
        self.mesh = mesh
        self.kind = np.full(len(mesh.first), NONE)
        self.name = np.zeros(len(mesh.first), dtype=np.int64)
        self.names: list[tuple[str, str]] = [("", "")]

    def named(self, name: str, ref: str = "") -> int:
        if (name, ref) not in self.names:
            self.names.append((name, ref))
        return self.names.index((name, ref))

    def graph_cost(self) -> Floats:
        return np.where(self.kind == NONE, self.mesh.cost, self.mesh.cost * EXISTING)

    def lay(self, edges: Ints, kind: int | Ints, name: int | Ints = 0) -> None:
        """Make edges roads; a road keeps its best class and its first name."""
        new = np.broadcast_to(kind, edges.shape)
        better = new < self.kind[edges]
        self.kind[edges[better]] = new[better]
        fresh = better & (self.name[edges] == 0)
        self.name[edges[fresh]] = np.broadcast_to(name, edges.shape)[fresh]

    def on_roads(self) -> Ints:
        """Nodes that a road touches."""
        roads = self.kind != NONE
        return np.unique(np.concatenate([self.mesh.first[roads], self.mesh.second[roads]]))


def lay_roads(
    mesh: Mesh, places: Sequence[Place], hamlets: Hamlets, owner: Ints, seed: int
) -> Network:
    """All roads of the county, in the order in which they were built."""
    rng = np.random.default_rng([seed, 11])
    builder = _Builder(mesh)
    seats = _seats(mesh, places)
    _lay_national(builder)
    _lay_county(builder, seats)
    _lay_streets(builder, rng)
    _lay_village(builder, places, owner, rng)
    _lay_hamlet(builder, hamlets, rng)
    return Network(builder.kind, builder.name, builder.names)


def _seats(mesh: Mesh, places: Sequence[Place]) -> dict[int, str]:
    """Node and short name of the seat of every served township."""
    served = {place.village.township.code for place in places}
    own = [township for township in townships() if township.code in served]
    x, y = to_xy(np.array([t.lon for t in own]), np.array([t.lat for t in own]))
    nodes = mesh.nearest(x, y)
    return {int(node): t.stem for node, t in zip(nodes, own, strict=True)}


def _lay_national(builder: _Builder) -> None:
    """The two national roads, from border to border or as far as the example goes."""
    mesh = builder.mesh
    rows = table("highways")
    for ref in dict.fromkeys(row["ref"] for row in rows):
        own = [row for row in rows if row["ref"] == ref]
        x, y = to_xy(
            np.array([float(row["lon"]) for row in own]),
            np.array([float(row["lat"]) for row in own]),
        )
        nodes = mesh.nearest(x, y)
        name = builder.named(own[0]["name"], ref)
        gap = np.hypot(x - mesh.x[nodes], y - mesh.y[nodes])
        legs = []
        for start, end, off in zip(nodes[:-1], nodes[1:], gap[:-1] + gap[1:], strict=True):
            if start != end and off < BEYOND_M:
                _, before = dijkstra(
                    mesh.graph(builder.graph_cost()), indices=start, return_predecessors=True
                )
                legs.append(_trace(mesh, before, np.array([end])))
                builder.lay(legs[-1], TRUNK, name)
        _make_approaches(builder, legs)


def _make_approaches(builder: _Builder, legs: list[Ints]) -> None:
    """What a road rides to a place and back again is a lesser road to that place."""
    for one, other in itertools.pairwise(legs):
        both = np.intersect1d(one, other)
        builder.kind[both], builder.name[both] = TERTIARY, 0


def _trace(mesh: Mesh, before: Before, ends: Ints) -> Ints:
    """Edges on the paths from `ends` back to where a search began."""
    edges = [np.zeros(0, dtype=np.int64)]
    here = np.unique(ends)
    seen = np.zeros(len(mesh.x), dtype=bool)
    while len(here):
        seen[here] = True
        back = before[here]
        go = back >= 0
        edges.append(mesh.edge_of(here[go], back[go].astype(np.int64)))
        here = np.unique(back[go]).astype(np.int64)
        here = here[~seen[here]]
    return np.unique(np.concatenate(edges))


@dataclass(frozen=True)
class _Links:
    """Cheapest connections of neighbouring seeds through the mesh.

    `low` and `high` are nodes of the two seeds, `left` and `right` the nodes where their realms
    meet, `before` leads from there back to the seeds.
    """

    low: Ints
    high: Ints
    cost: Floats
    left: Ints
    right: Ints
    before: Before


def _links(builder: _Builder, seeds: Ints) -> _Links:
    """One search from all seeds at once; where two realms touch, their seeds can be joined."""
    mesh, cost = builder.mesh, builder.graph_cost()
    far, before, source = dijkstra(
        mesh.graph(cost), indices=np.unique(seeds), return_predecessors=True, min_only=True
    )
    a, b = source[mesh.first], source[mesh.second]
    touch = np.flatnonzero((a != b) & (a >= 0) & (b >= 0))
    low, high = np.minimum(a, b)[touch], np.maximum(a, b)[touch]
    total = far[mesh.first[touch]] + cost[touch] + far[mesh.second[touch]]
    order = np.lexsort((total, high, low))
    low, high, total, touch = low[order], high[order], total[order], touch[order]
    best = np.ones(len(low), dtype=bool)
    best[1:] = (low[1:] != low[:-1]) | (high[1:] != high[:-1])
    touch = touch[best]
    return _Links(
        low[best].astype(np.int64),
        high[best].astype(np.int64),
        total[best],
        mesh.first[touch],
        mesh.second[touch],
        before,
    )


def _edges_of(mesh: Mesh, links: _Links, which: Ints) -> Ints:
    """Edges of the chosen links, the ones where realms meet included."""
    ends = np.concatenate([links.left[which], links.right[which]])
    middle = mesh.edge_of(links.left[which], links.right[which])
    return np.unique(np.concatenate([_trace(mesh, links.before, ends), middle]))


def _lay_county(builder: _Builder, seats: dict[int, str]) -> None:
    """Roads between neighbouring seats: a tree, and the detours that it would cost too much."""
    nodes = np.array(sorted(seats))
    if len(nodes) < 2:
        return
    links = _links(builder, nodes)
    position = np.searchsorted(nodes, np.column_stack([links.low, links.high]))
    shape = (len(nodes), len(nodes))
    tree = minimum_spanning_tree(coo_array((links.cost, position.T), shape).tocsr())
    along = dijkstra(tree, directed=False)
    in_tree = np.asarray(tree.toarray())[position[:, 0], position[:, 1]] > 0
    detour = along[position[:, 0], position[:, 1]] > 1.5 * links.cost
    for index in np.flatnonzero(in_tree | detour):
        name = _between(seats[int(links.low[index])], seats[int(links.high[index])])
        kind = SECONDARY if in_tree[index] else TERTIARY
        edges = _edges_of(builder.mesh, links, np.array([index]))
        builder.lay(edges, kind, builder.named(name))


def _between(one: str, other: str) -> str:
    return f"{one[0]}{other[0]}公路"


STREET_NAMES = (
    "解放路 建设路 人民路 瓷城大道 渌江路 文化路 胜利路 车站路 青云路 书院路 滨河路 凤凰路 "
    "学前路 工农路 新华路 中心街 正街 新街 老街 横街 粮站巷 供销路 兴旺路 富民路 振兴路 农贸街 "
    "朝阳路 团结路 和平路 光明路 长青路 幸福路 平安路 吉祥巷 桂花巷 樟树巷 井头巷 石板街 花炮路 "
    "红旗路 东门路 西山路 南桥路 北门街 玉屏路 状元路 财源路 国光路"
)


def _lay_streets(builder: _Builder, rng: np.random.Generator) -> None:
    """All streets of the towns; a few lanes are only for people on foot."""
    mesh = builder.mesh
    streets = np.flatnonzero(mesh.street >= 0)
    if not len(streets):
        return
    number = mesh.street[streets]
    count = int(number.max()) + 1
    label = np.array([builder.named(name) for name in STREET_NAMES.split()])
    names = np.concatenate([rng.permutation(label) for _ in range(count // len(label) + 1)])
    narrow = rng.random(len(streets)) < 0.05
    kind = np.where(narrow, FOOTWAY, RESIDENTIAL)
    kind = np.where(mesh.arterial[streets], TERTIARY, kind)
    builder.lay(streets, kind, names[number])
    _name_through_roads(builder, streets, names[number])


def _name_through_roads(builder: _Builder, streets: Ints, street_names: Ints) -> None:
    """Through roads have the street's name in town, and keep their number."""
    through = np.flatnonzero(builder.name[streets] != street_names)
    for row in through.tolist():
        edge = int(streets[row])
        name, ref = builder.names[int(street_names[row])][0], builder.names[builder.name[edge]][1]
        builder.name[edge] = builder.named(name, ref)


def _lay_village(
    builder: _Builder, places: Sequence[Place], owner: Ints, rng: np.random.Generator
) -> None:
    """A road to every village, and roads between some neighbours."""
    mesh = builder.mesh
    centres = np.unique(_place_nodes(mesh, places))
    names = np.array([builder.named(f"{place.village.short}村道") for place in places])
    name_of = np.where(owner >= 0, names[np.maximum(owner, 0)], 0)
    _, before, _ = dijkstra(
        mesh.graph(builder.graph_cost()),
        indices=builder.on_roads(),
        return_predecessors=True,
        min_only=True,
    )
    edges = _trace(mesh, before, centres)
    builder.lay(edges, UNCLASSIFIED, name_of[mesh.first[edges]])
    links = _links(builder, centres)
    straight = np.hypot(
        mesh.x[links.low] - mesh.x[links.high], mesh.y[links.low] - mesh.y[links.high]
    )
    near = (straight < 6000) & (rng.random(len(straight)) < 0.45)
    edges = _edges_of(mesh, links, np.flatnonzero(near))
    builder.lay(edges, UNCLASSIFIED, name_of[mesh.first[edges]])


def _place_nodes(mesh: Mesh, places: Sequence[Place]) -> Ints:
    country = np.flatnonzero(mesh.town < 0)
    x, y = np.array([(place.x, place.y) for place in places]).T
    return mesh.nearest(x, y, country)


def _lay_hamlet(builder: _Builder, hamlets: Hamlets, rng: np.random.Generator) -> None:
    """A way to every hamlet, wider where several share it, and footpaths between some."""
    mesh = builder.mesh
    targets = np.unique(np.concatenate([hamlets.node, np.flatnonzero(mesh.town >= 0)]))
    far, before, _ = dijkstra(
        mesh.graph(builder.graph_cost()),
        indices=builder.on_roads(),
        return_predecessors=True,
        min_only=True,
    )
    targets = targets[np.isfinite(far[targets])]
    edges, users = _flow(mesh, before, targets)
    lone = np.where(rng.random(len(edges)) < 0.5, TRACK, RESIDENTIAL)
    builder.lay(edges, np.where(users >= 3, UNCLASSIFIED, np.where(users == 2, RESIDENTIAL, lone)))
    if len(hamlets.node) < 2:
        return
    links = _links(builder, hamlets.node)
    straight = np.hypot(
        mesh.x[links.low] - mesh.x[links.high], mesh.y[links.low] - mesh.y[links.high]
    )
    chosen = (straight < 900) & (rng.random(len(straight)) < 0.14)
    for kind, share in ((TRACK, 0.4), (PATH, 0.45), (FOOTWAY, 1.0)):
        some = chosen & (rng.random(len(straight)) < share)
        builder.lay(_edges_of(mesh, links, np.flatnonzero(some)), kind)
        chosen &= ~some


def _flow(mesh: Mesh, before: Before, targets: Ints) -> tuple[Ints, Ints]:
    """Edges on the ways to the targets and how many targets lie behind each."""
    users = np.zeros(len(mesh.first), dtype=np.int64)
    here = targets
    while len(here):
        back = before[here]
        go = back >= 0
        np.add.at(users, mesh.edge_of(here[go], back[go].astype(np.int64)), 1)
        here = back[go].astype(np.int64)
    edges = np.flatnonzero(users)
    return edges, users[edges]


def connected(mesh: Mesh, kind: Ints) -> Bools:
    """Edges that are roads and hang together with most of the others."""
    roads = np.flatnonzero(kind != NONE)
    size = len(mesh.x)
    graph = coo_array((np.ones(len(roads)), (mesh.first[roads], mesh.second[roads])), (size, size))
    _, part = connected_components(graph, directed=False)
    biggest = np.bincount(part[mesh.first[roads]]).argmax()
    keep = np.zeros(len(kind), dtype=bool)
    keep[roads[part[mesh.first[roads]] == biggest]] = True
    return keep
