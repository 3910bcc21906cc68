"""From door to door: riding from one road front to the next, or leaving the motorcycle and walking.

A ride from door i to door j is the walk and the ride from the door to its node (`access`), the
ride between the nodes, the parking, and the same from the node to the other door.

A walk is priced there *and back*, and with whatever the motorcycle's staying behind can cost:

    walking(i, j) = 2 * crow(i, j) + max(0, access(i) + net(i, j) - access(j))

so that every plan priced by the smaller of the two can be carried out in the priced time. Proof:
let the crew ride to door A, walk on to B, C, …, Z, and ride from there to door N. It walks from
door to door (each leg within its crow-fly half), and from Z back to A, which by the triangle
inequality is at most the sum of the legs: the other halves. Then it rides from A instead of from
Z, which takes access(A) + net(A, N) + … instead of access(Z) + net(Z, N) + …; by the triangle
inequality of the network that is more by at most access(A) + net(A, Z) - access(Z), and that is at
most the sum of the last terms of the legs. At each door it is not later than priced, and where it
is earlier it may wait. Rounding up to whole seconds keeps all of this.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from optimizer.compiled import allocating

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int32]


class Doors(NamedTuple):
    """Doors as the kernels see them; arrays of one length.

    Attributes
    ----------
    node
        Node of the network, or its row in a matrix between nodes.
    access_s, access_m
        Seconds and metres between the door and the node: walked to the road, ridden along it.
    x, y
        The door on the flat map, in metres.
    """

    node: Ints
    access_s: Floats
    access_m: Floats
    x: Floats
    y: Floats

    def joined(self, others: Doors) -> Doors:
        """These doors followed by others."""
        return Doors(
            node=np.append(self.node, others.node),
            access_s=np.append(self.access_s, others.access_s),
            access_m=np.append(self.access_m, others.access_m),
            x=np.append(self.x, others.x),
            y=np.append(self.y, others.y),
        )


@allocating
def ride_seconds(net_s: float, access_i: float, access_j: float, parking_s: float) -> float:
    """Seconds of riding from door i to door j, parking included."""
    return access_i + net_s + parking_s + access_j


@allocating
def walk_seconds(net_s: float, access_i: float, access_j: float, crow_s: float) -> float:
    """Price in seconds of walking from door i to door j; `crow_s` is the time of one way."""
    return 2 * crow_s + max(0.0, access_i + net_s - access_j)


@allocating
def door_seconds(
    net_s: float, access_i: float, access_j: float, crow_s: float, parking_s: float
) -> int:
    """Whole seconds from door i to door j: the smaller of riding and walking, rounded up."""
    ride = ride_seconds(net_s, access_i, access_j, parking_s)
    walk = walk_seconds(net_s, access_i, access_j, crow_s)
    return math.ceil(min(ride, walk))


@allocating
def leg(  # noqa: PLR0917  (a kernel takes numbers one by one)
    net_s: float,
    net_m: float,
    access_s: tuple[float, float],
    access_m: tuple[float, float],
    crow_m: float,
    walk_s_per_m: float,
    walk_detour: float,
    parking_s: float,
) -> tuple[int, int]:
    """Whole seconds and metres of one leg, ridden or walked there and back.

    Parameters
    ----------
    net_s, net_m
        Between the nodes of the two doors.
    access_s, access_m
        Of the first and of the second door.
    crow_m
        Between the doors as the crow flies.
    walk_s_per_m, walk_detour
        Seconds, and metres walked, for each of these.
    """
    ride_s = ride_seconds(net_s, access_s[0], access_s[1], parking_s)
    walk_s = walk_seconds(net_s, access_s[0], access_s[1], crow_m * walk_s_per_m)
    if walk_s <= ride_s:
        return math.ceil(walk_s), round(2 * crow_m * walk_detour)
    return math.ceil(ride_s), round(access_m[0] + net_m + access_m[1])


class DoorNetwork(NamedTuple):
    """Doors and the network between them: all that legs are priced from.

    Attributes
    ----------
    doors
        `doors.node` are rows of the matrices.
    net_s, net_m
        Seconds and metres between nodes, shape (nodes, nodes).
    walk_s_per_m
        Seconds for each metre as the crow flies.
    walk_detour
        Metres walked for each of them.
    parking_s
        Seconds once a ride.
    """

    doors: Doors
    net_s: Ints
    net_m: Ints
    walk_s_per_m: float
    walk_detour: float
    parking_s: float


@allocating
def door_leg(network: DoorNetwork, i: int, j: int) -> tuple[int, int]:
    """Whole seconds and metres from door i to door j."""
    doors = network.doors
    a, b = doors.node[i], doors.node[j]
    return leg(
        network.net_s[a, b],
        network.net_m[a, b],
        (doors.access_s[i], doors.access_s[j]),
        (doors.access_m[i], doors.access_m[j]),
        math.hypot(doors.x[i] - doors.x[j], doors.y[i] - doors.y[j]),
        network.walk_s_per_m,
        network.walk_detour,
        network.parking_s,
    )


@allocating
def fill_door_matrices(network: DoorNetwork) -> tuple[Ints, Ints]:
    """Seconds and metres between all doors of a network, shape (doors, doors)."""
    size = len(network.doors.node)
    seconds = np.zeros((size, size), np.int32)
    metres = np.zeros((size, size), np.int32)
    for i in range(size):
        for j in range(size):
            if i != j:
                seconds[i, j], metres[i, j] = door_leg(network, i, j)
    return seconds, metres
