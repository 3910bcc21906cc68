"""Shortest paths on whole-number weights: a fast engine, and scipy that gives the same answers.

Every edge has two weights: its tenths of a second, and those times `scale` plus its metres. The
least sum of the first is the time. The least sum of the second is that of a fastest path, the
shorter of several; less the time it leaves that path's metres. (Where a path a tenth of a second
slower is more than `scale` metres shorter, it wins, and the tenth is charged as `scale` metres;
both engines agree on that too.) The fast engine wants sums below 2**31, so `scale` is the largest
power of two up to 8192 for which the two longest ways through one node stay below.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import routingkit_cch
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

# routingkit keeps 2**31 - 1 for "no way"
_MOST = 2**31 - 2
_LARGEST_SCALE = 8192


@dataclass(frozen=True)
class Network:
    """A directed graph with two whole weights an edge; parallel edges are allowed.

    `order` is an order of contraction of the nodes.
    """

    nodes: int
    tail: Ints
    head: Ints
    tenths: Ints
    metres: Ints
    order: Ints

    @cached_property
    def scale(self) -> int:
        """What a tenth of a second weighs in metres where both are added up."""
        scale = _LARGEST_SCALE
        while scale > 1 and self._longest(self.tenths * scale + self.metres) > _MOST:
            scale //= 2
        return scale

    @cached_property
    def mixed(self) -> Ints:
        """Tenths of a second times `scale`, plus metres."""
        return self.tenths * self.scale + self.metres

    def matrix(self, weights: Ints) -> csr_array:
        """Least weight from row to column, sparse."""
        edge = self.lightest(weights)
        entries = (weights[edge].astype(float), (self.tail[edge], self.head[edge]))
        return csr_array(entries, shape=(self.nodes, self.nodes))

    def lightest(self, weights: Ints) -> Ints:
        """The lightest edge of each pair of nodes, sorted by pair."""
        order = np.lexsort((weights, self.head, self.tail))
        tail, head = self.tail[order], self.head[order]
        is_first = np.ones(len(order), dtype=bool)
        is_first[1:] = (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])
        return order[is_first]

    def _longest(self, weights: Ints) -> float:
        """No shortest path weighs more: any of them is at most one by way of node 0."""
        graph = self.matrix(weights)
        there, back = _tree(graph, 0), _tree(graph.T.tocsr(), 0)
        return float(there.max() + back.max())


class Contraction:
    """Customizable contraction hierarchies of RoutingKit.

    The binding holds Python's lock while it searches, so threads gain nothing, and it wants every
    result dead before the next run of a query.
    """

    def __init__(self, network: Network) -> None:
        ends = network.tail.tolist(), network.head.tolist()
        self._cch = routingkit_cch.CCH(network.order.tolist(), *ends, filter_always_inf_arcs=False)
        self._tenths = routingkit_cch.CCHMetric(self._cch, network.tenths.tolist())
        self._mixed = routingkit_cch.CCHMetric(self._cch, network.mixed.tolist())

    def sums(self, sources: Ints, targets: Ints, *, mixed: bool) -> Ints:
        """Least sums of weights, shape (sources, targets)."""
        metric = self._mixed if mixed else self._tenths
        result = np.empty((len(sources), len(targets)), dtype=np.int64)
        found: list[Any]  # never None: in a strongly connected network there is always a way
        if len(targets) < len(sources):
            back = routingkit_cch.CCHManyToOne(metric, sources.tolist())
            for column, target in enumerate(targets.tolist()):
                found = back.distances_to(target)
                result[:, column] = np.fromiter(found, np.int64, len(found))
            return result
        query = routingkit_cch.CCHOneToMany(metric, targets.tolist())
        for row, source in enumerate(sources.tolist()):
            found = query.distances_from(source)
            result[row] = np.fromiter(found, np.int64, len(found))
        return result

    def edges(self, source: int, target: int) -> list[int]:
        """Edges of a fastest path, the shorter of several."""
        if source == target:
            return []
        found = routingkit_cch.CCHQuery(self._mixed).run(source, target)
        path: list[int] = found.arc_path
        del found
        return path


class Dijkstra:
    """scipy's Dijkstra: slower, needs nothing prepared."""

    def __init__(self, network: Network) -> None:
        self._network = network

    @cached_property
    def _graphs(self) -> tuple[csr_array, csr_array]:
        network = self._network
        return network.matrix(network.tenths), network.matrix(network.mixed)

    def sums(self, sources: Ints, targets: Ints, *, mixed: bool) -> Ints:
        """Least sums of weights, shape (sources, targets)."""
        graph = self._graphs[int(mixed)]
        result = np.empty((len(sources), len(targets)), dtype=np.int64)
        for row, source in enumerate(sources.tolist()):
            result[row] = _tree(graph, source)[targets]
        return result

    def edges(self, source: int, target: int) -> list[int]:
        """Edges of a fastest path, the shorter of several."""
        network = self._network
        graph = self._graphs[1]
        _, before = dijkstra(graph, indices=np.array([source]), return_predecessors=True)
        nodes = [target]
        while nodes[-1] != source:
            nodes.append(int(before[0, nodes[-1]]))
        path = np.array(nodes[::-1])
        lightest = network.lightest(network.mixed)
        pairs = network.tail[lightest] * network.nodes + network.head[lightest]
        steps = np.searchsorted(pairs, path[:-1] * network.nodes + path[1:])
        return [int(edge) for edge in lightest[steps]]


def _tree(graph: csr_array, source: int) -> Floats:
    """Least sums from one node to all."""
    sums: Floats = dijkstra(graph, indices=np.array([source]))[0]
    return sums
