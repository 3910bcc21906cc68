"""The whole made-up county in memory: land, roads, houses, and where they belong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from optimizer.example.areas import bundle
from optimizer.example.curves import Ways, draw_ways
from optimizer.example.gazetteer import townships
from optimizer.example.hamlets import Hamlets, make_hamlets
from optimizer.example.houses import Doors, build_houses
from optimizer.example.lanes import add_lanes
from optimizer.example.mesh import Mesh, make_mesh
from optimizer.example.near import crowd, nearest
from optimizer.example.road_network import lay_roads
from optimizer.example.settlements import Place, make_ground, place_villages
from optimizer.example.terrain import Land, make_land
from optimizer.example.traffic import with_one_way_streets

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from optimizer.example.terrain import Ints


@dataclass(frozen=True)
class County:
    """Everything that the tables and the map are written from.

    `area` is the transformer area of every door; `road_names` are (name, ref) by number.
    """

    land: Land
    mesh: Mesh
    places: list[Place]
    hamlets: Hamlets
    ways: Ways
    road_names: list[tuple[str, str]]
    doors: Doors
    area: Ints


def make_county(customers: int, seed: int, step: Callable[[], None]) -> County:
    """Make up a county; `step` is called ten times on the way."""
    land = make_land(seed)
    step()
    ground = make_ground(land, customers, seed)
    places = place_villages(land, ground, customers, seed)
    step()
    mesh = make_mesh(land, ground, places, seed)
    step()
    owner = _village_of(land, mesh, places)
    hamlets = make_hamlets(land, mesh, places, owner, seed)
    step()
    network = lay_roads(mesh, places, hamlets, owner, seed)
    step()
    ways = draw_ways(mesh, network, seed)
    step()
    ways = add_lanes(land, mesh, hamlets, ways, seed)
    step()
    ways = with_one_way_streets(ways, seed)
    step()
    doors = build_houses(land, mesh, places, hamlets, ways, seed=seed)
    step()
    area = bundle(doors, len(places))
    step()
    return County(land, mesh, places, hamlets, ways, network.names, doors, area)


def _village_of(land: Land, mesh: Mesh, places: Sequence[Place]) -> Ints:
    """The village that each node of the mesh belongs to, -1 outside the served townships."""
    town = land.township_of(mesh.x, mesh.y)
    owner = np.full(len(mesh.x), -1)
    for index, township in enumerate(townships()):
        own = [k for k, place in enumerate(places) if place.village.township is township]
        country = [k for k in own if places[k].village.rural_weight] or own
        here = np.flatnonzero(town == index)
        if country and len(here):
            x, y = np.array([(places[k].x, places[k].y) for k in country]).T
            _, closest = nearest(crowd(x, y), mesh.x[here], mesh.y[here])
            owner[here] = np.array(country)[closest]
    return owner
