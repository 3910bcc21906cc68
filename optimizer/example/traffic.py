"""One-way streets: a few in town, chosen so that every road can still be reached and left."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from optimizer.example.road_network import RESIDENTIAL

if TYPE_CHECKING:
    from optimizer.example.curves import Ways
    from optimizer.example.terrain import Bools, Ints

SHARE = 1 / 14


def with_one_way_streets(ways: Ways, seed: int) -> Ways:
    """Make some streets of the towns one-way, along their whole length in one direction."""
    rng = np.random.default_rng([seed, 13])
    street = (ways.town >= 0) & (ways.kind == RESIDENTIAL) & (ways.name > 0)
    label = ways.town * (int(ways.name.max(initial=0)) + 1) + ways.name
    labels = np.unique(label[street])
    count = max(1, round(len(labels) * SHARE)) if len(labels) > 4 else 0
    one_way = street & np.isin(label, rng.choice(labels, count, replace=False))
    turned = replace(ways, nodes=_turned(ways, np.flatnonzero(one_way)))
    return replace(turned, one_way=one_way & ~_traps(turned, one_way))


def _turned(ways: Ways, which: Ints) -> Ints:
    """Nodes of the ways with those that lead west put the other way round."""
    nodes = ways.nodes.copy()
    for way in which.tolist():
        begin, end = int(ways.start[way]), int(ways.start[way + 1])
        if ways.x[nodes[end - 1]] < ways.x[nodes[begin]]:
            nodes[begin:end] = nodes[begin:end][::-1]
    return nodes


def _traps(ways: Ways, one_way: Bools) -> Bools:
    """One-way streets that lead to where there is no way back from."""
    first, second, way = ways.segments()
    back = ~one_way[way]
    rows, columns = np.concatenate([first, second[back]]), np.concatenate([second, first[back]])
    size = len(ways.x)
    graph = coo_array((np.ones(len(rows), dtype=np.int8), (rows, columns)), (size, size))
    _, part = connected_components(graph.tocsr(), connection="strong")
    trap = np.zeros(len(ways.kind), dtype=bool)
    trap[way[part[first] != part[second]]] = True
    return trap
