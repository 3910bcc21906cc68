"""Seconds and metres over the network, between nodes and between doors."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
from scipy.sparse.csgraph import dijkstra

from optimizer.errors import RoadsError
from optimizer.geometry import segment_m
from optimizer.model import LonLat
from optimizer.roads import Attachment, Roads
from optimizer.travel.doors import (
    DoorNetwork,
    Doors,
    fill_door_matrices,
    ride_seconds,
    walk_seconds,
)
from optimizer.travel.engines import Contraction, Dijkstra, Network

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray
    from scipy.sparse import csr_array

    from optimizer.settings import TravelSettings

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int32]

_KPH = 1 / 3.6  # metres a second
MOST_KEPT = 4
"""The matrices between the nodes of so many days are kept."""
MOST_NODES = 1000
"""Not those of more: a station's day has a few hundred."""
ASKED_BEFORE = 0.9
"""Where so many nodes of a day are those of another, only the others are looked up."""
_SAME_DEG = 1e-6  # a decimetre: what is closer is one point of a line


class Matrices(NamedTuple):
    """Travel from row to column, int32, in whole seconds and metres."""

    seconds: Ints
    metres: Ints


class Nearest(NamedTuple):
    """A forest of fastest paths from several sources to every node.

    Attributes
    ----------
    source
        Which source is nearest, by its number.
    seconds, tenths
        Seconds from it, rounded up, and exact tenths of a second: those grow along every path.
    before
        The node before, -1 at a source.
    """

    source: Ints
    seconds: Ints
    before: Ints
    tenths: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Travel:
    """Travel over a network with the speeds of the settings.

    `engine` is "cch" (RoutingKit's contraction hierarchies) or "scipy" (Dijkstra); they give the
    same answers. Nothing is computed before the first question.
    """

    roads: Roads
    settings: TravelSettings
    engine: Literal["cch", "scipy"] = "cch"

    @cached_property
    def _network(self) -> Network:
        roads = self.roads
        speed_ms = np.array([self._speed_kph(name) for name in roads.class_names]) * _KPH
        tenths = np.rint(10 * roads.edge_m / speed_ms[roads.edge_class])
        return Network(
            nodes=len(roads.node_lon),
            tail=roads.edge_from.astype(np.int64),
            head=roads.edge_to.astype(np.int64),
            tenths=np.maximum(1, tenths).astype(np.int64),
            metres=roads.edge_m.astype(np.int64),
            order=roads.order.astype(np.int64),
        )

    def _speed_kph(self, road_class: str) -> float:
        speed = self.settings.speed_kph.get(road_class, 0)
        if speed <= 0:
            raise RoadsError("roads.no_speed", road_class=road_class)
        return speed * self.settings.speed_factor

    @cached_property
    def _engine(self) -> Contraction | Dijkstra:
        return Contraction(self._network) if self.engine == "cch" else Dijkstra(self._network)

    @cached_property
    def _by_time(self) -> csr_array:
        return self._network.matrix(self._network.tenths)

    def node_matrix(self, sources: ArrayLike, targets: ArrayLike) -> Matrices:
        """Seconds and metres of the fastest paths, shape (sources, targets).

        Seconds are rounded up, so that no detour by way of a third node is shorter.
        """
        origin, goal = np.asarray(sources, np.int64), np.asarray(targets, np.int64)
        tenths = self._engine.sums(origin, goal, mixed=False)
        mixed = self._engine.sums(origin, goal, mixed=True)
        metres = mixed - tenths * self._network.scale
        return Matrices(_whole_seconds(tenths), metres.astype(np.int32))

    def node_seconds(self, sources: ArrayLike, targets: ArrayLike) -> Ints:
        """Only the seconds of `node_matrix`, in half the time."""
        origin, goal = np.asarray(sources, np.int64), np.asarray(targets, np.int64)
        return _whole_seconds(self._engine.sums(origin, goal, mixed=False))

    def nearest(self, source_nodes: ArrayLike) -> Nearest:
        """The nearest of several nodes, by time from it, for every node of the network.

        Of a source that is there twice, the first counts.
        """
        sources = np.asarray(source_nodes, np.int64)
        tenths, before, origin = dijkstra(
            self._by_time, indices=sources, min_only=True, return_predecessors=True
        )
        rank = np.zeros(self._network.nodes, dtype=np.int32)
        rank[sources[::-1]] = np.arange(len(sources), dtype=np.int32)[::-1]
        return Nearest(
            source=rank[origin],
            seconds=_whole_seconds(tenths.astype(np.int64)),
            before=np.where(before < 0, -1, before).astype(np.int32),
            tenths=tenths.astype(np.int64),
        )

    def seconds_from(self, source_nodes: ArrayLike) -> Ints:
        """Seconds from each of some nodes to every node, shape (sources, nodes)."""
        sources = np.asarray(source_nodes, np.int64)
        return _whole_seconds(dijkstra(self._by_time, indices=sources).astype(np.int64))

    @property
    def walk_s_per_m(self) -> float:
        """Seconds of walking for each metre as the crow flies."""
        return self.settings.walk_detour / (self.settings.walk_kph * _KPH)

    def doors(self, attachment: Attachment) -> Doors:
        """Attached houses as the kernels want them.

        Raises
        ------
        RoadsError
            One has no coordinates.
        """
        if (attachment.node < 0).any():
            row = int(np.flatnonzero(attachment.node < 0)[0])
            raise RoadsError("roads.no_place", row=row)
        x, y = self.roads.plane.xy(attachment.lon, attachment.lat)
        walk_m, ride_m = attachment.walk_m.astype(float), attachment.ride_m.astype(float)
        ride_ms = self.settings.approach_kph * self.settings.speed_factor * _KPH
        return Doors(
            node=attachment.node,
            access_s=walk_m * self.walk_s_per_m + ride_m / ride_ms,
            access_m=walk_m * self.settings.walk_detour + ride_m,
            x=x,
            y=y,
        )

    def door_network(self, doors: Doors) -> DoorNetwork:
        """Doors with the matrices between their nodes, to price legs one at a time."""
        nodes, row = np.unique(doors.node, return_inverse=True)
        net = self._between(nodes)
        return DoorNetwork(
            doors._replace(node=row.astype(np.int32)),
            net.seconds,
            net.metres,
            self.walk_s_per_m,
            self.settings.walk_detour,
            float(self.settings.parking_s),
        )

    def _between(self, nodes: Ints) -> Matrices:
        """Seconds and metres between nodes; of a day asked before only what is new is looked up."""
        for kept, net in self._kept:
            known = np.isin(nodes, kept)
            if known.mean() >= ASKED_BEFORE:
                return self._with_more(nodes, known, kept, net)
        net = self.node_matrix(nodes, nodes)
        if len(nodes) <= MOST_NODES:
            self._kept.appendleft((nodes, net))
        return net

    @cached_property
    def _kept(self) -> deque[tuple[Ints, Matrices]]:
        """Nodes of the days asked last, and the matrices between them."""
        return deque(maxlen=MOST_KEPT)

    def _with_more(
        self, nodes: Ints, known: NDArray[np.bool_], kept: Ints, net: Matrices
    ) -> Matrices:
        """The matrices between nodes of which some are known from others."""
        old, new = np.flatnonzero(known), np.flatnonzero(~known)
        row = np.searchsorted(kept, nodes[old])
        to, back = self.node_matrix(nodes, nodes[new]), self.node_matrix(nodes[new], nodes)
        wider = Matrices(*(np.empty((len(nodes), len(nodes)), np.int32) for _ in net))
        for one, before, column, line in zip(wider, net, to, back, strict=True):
            one[np.ix_(old, old)] = before[np.ix_(row, row)]
            one[:, new], one[new] = column, line
        return wider

    def door_matrix(self, lon: ArrayLike | Attachment, lat: ArrayLike | None = None) -> Matrices:
        """Seconds and metres from door to door: riding, or walking where that is cheaper.

        `optimizer.travel.doors` says how both are priced. Square; the diagonal is 0, and so are
        doors of one building.
        """
        places = lon if isinstance(lon, Attachment) else self.roads.attach(lon, _given(lat))
        return Matrices(*fill_door_matrices(self.door_network(self.doors(places))))

    def path(self, a: LonLat, b: LonLat) -> list[LonLat]:
        """The line of the way from door to door; straight where it is walked."""
        ends = self.roads.attach([a.lon, b.lon], [a.lat, b.lat])
        if self._is_walked(ends):
            return [a, b]
        if ends.piece[0] == ends.piece[1]:
            middle = self._along(int(ends.piece[0]), float(ends.foot_m[0]), float(ends.foot_m[1]))
        else:
            middle = [
                *self._to_node(ends, 0),
                *self.node_path(int(ends.node[0]), int(ends.node[1])),
                *self._to_node(ends, 1)[::-1],
            ]
        return _without_repeats([a, *middle, b])

    def _is_walked(self, ends: Attachment) -> bool:
        doors = self.doors(ends)
        net_s = float(self.node_matrix(ends.node[:1], ends.node[1:]).seconds[0, 0])
        crow_m = float(np.hypot(doors.x[0] - doors.x[1], doors.y[0] - doors.y[1]))
        start_s, end_s = doors.access_s.tolist()
        walk = walk_seconds(net_s, start_s, end_s, crow_m * self.walk_s_per_m)
        return bool(walk <= ride_seconds(net_s, start_s, end_s, float(self.settings.parking_s)))

    def node_path(self, source: int, target: int) -> list[LonLat]:
        """The line of a fastest path between two nodes."""
        roads = self.roads
        line = [LonLat(float(roads.node_lon[source]), float(roads.node_lat[source]))]
        for edge in self._engine.edges(source, target):
            piece = int(roads.edge_piece[edge])
            points = self._points(piece)
            line += points if roads.edge_forward[edge] else points[::-1]
        return _without_repeats(line)

    def _points(self, piece: int) -> list[LonLat]:
        roads = self.roads
        part = slice(roads.piece_first[piece], roads.piece_last[piece] + 1)
        lon, lat = roads.point_lon[part].tolist(), roads.point_lat[part].tolist()
        return [LonLat(*point) for point in zip(lon, lat, strict=True)]

    def _to_node(self, ends: Attachment, row: int) -> list[LonLat]:
        """From a house's road front along the road to its node."""
        piece, foot_m = int(ends.piece[row]), float(ends.foot_m[row])
        at_start = self.roads.piece_from[piece] == ends.node[row]
        return self._along(piece, foot_m, 0.0 if at_start else float(self.roads.piece_m[piece]))

    def _along(self, piece: int, from_m: float, to_m: float) -> list[LonLat]:
        """Points of a piece between two distances from its beginning, in that direction."""
        points = self._points(piece)
        lon, lat = np.array(points).T
        run = np.concatenate([[0.0], np.cumsum(segment_m(lon, lat))])
        near, far = sorted((from_m, to_m))
        inner = (run > near) & (run < far)
        at = np.concatenate([[near], run[inner], [far]])
        found = zip(np.interp(at, run, lon).tolist(), np.interp(at, run, lat).tolist(), strict=True)
        line = [LonLat(*point) for point in found]
        return line if from_m <= to_m else line[::-1]


def _given(lat: ArrayLike | None) -> ArrayLike:
    if lat is None:
        raise TypeError("door_matrix needs lon and lat, or an Attachment")
    return lat


def _whole_seconds(tenths: NDArray[np.int64]) -> Ints:
    return ((tenths + 9) // 10).astype(np.int32)


def _without_repeats(line: Sequence[LonLat]) -> list[LonLat]:
    kept = [line[0]]
    for point in line[1:]:
        if max(abs(point.lon - kept[-1].lon), abs(point.lat - kept[-1].lat)) > _SAME_DEG:
            kept.append(point)
    if len(kept) > 1:
        kept[-1] = line[-1]
    return kept
