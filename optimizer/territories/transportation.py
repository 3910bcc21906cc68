"""Whole areas to stations with the least travel within the stations' capacity.

This is a transportation problem: customers go from areas to stations at the cost of their travel.
The linear program's solution splits fewer areas than there are stations; those go whole to the
station that has most of them and still has room.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array, hstack, vstack

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


def assign_areas_to_stations(size: Ints, seconds: Floats, room: Floats) -> Ints:
    """Station of each area.

    Parameters
    ----------
    size
        Customers of each area, shape (areas,).
    seconds
        Mean travel from station to area, shape (areas, stations).
    room
        Customers that a station may still take, infinite for no limit, shape (stations,).
        Where it is too small in all, the stations nearest to what is too much overflow.
    """
    choice: Ints = np.argmin(seconds, axis=1)
    taken = np.bincount(choice, weights=size, minlength=len(room))
    if (taken <= room).all():
        return choice
    return _round_to_whole_areas(
        transportation(size.astype(float), seconds, room), size, seconds, room
    )


def transportation(
    size: Floats, price: Floats, upper: Floats, lower: Floats | None = None
) -> NDArray[np.float64]:
    """Share of each source that goes to each sink at the least total cost, shape (sources, sinks).

    The bounds on the load of each sink, `lower` and `upper`, are soft: missing them costs more than
    any flow.
    """
    sources, sinks = price.shape
    flows = sources * sinks
    source, sink = np.divmod(np.arange(flows), sinks)
    ones = np.ones(flows)
    whole = csr_array((ones, (source, np.arange(flows))), shape=(sources, flows))
    load = csr_array((size[source], (sink, np.arange(flows))), shape=(sinks, flows))
    bounded = np.isfinite(upper)
    slack = -csr_array(np.eye(sinks))
    rows, limits = [hstack([load, slack], format="csr")[bounded]], [upper[bounded]]
    if lower is not None:
        rows.append(hstack([-load, slack]))
        limits.append(-lower)
    none = csr_array((sources, sinks))
    dearest = max(float(price.max(initial=0.0)), 1.0)
    # loaded by nobody who only plans: 20 MB
    from scipy.optimize import linprog  # noqa: PLC0415

    # its types know no sparse arrays
    found = linprog(  # type: ignore[call-overload]
        c=np.concatenate([(price * size[:, None]).ravel(), np.full(sinks, 100 * dearest)]),
        A_ub=csr_array(vstack(rows)),
        b_ub=np.concatenate(limits),
        A_eq=csr_array(hstack([whole, none])),
        b_eq=np.ones(sources),
        method="highs-ds",
    )
    shares: Floats = found.x[:flows].reshape(sources, sinks)
    return shares


def _round_to_whole_areas(shares: Floats, size: Ints, seconds: Floats, room: Floats) -> Ints:
    choice: Ints = np.argmax(shares, axis=1)
    is_split = shares.max(axis=1) < 1 - 1e-6
    left = room - np.bincount(choice[~is_split], weights=size[~is_split], minlength=len(room))
    # the largest first, as in packing; of stations with room the one that has most of the area,
    # then the nearest
    for area in sorted(np.flatnonzero(is_split).tolist(), key=lambda a: (-size[a], a)):
        fits = left >= size[area]
        pool = np.flatnonzero(fits) if fits.any() else np.flatnonzero(left == left.max())
        best = min(pool.tolist(), key=lambda s: (-round(shares[area, s], 6), seconds[area, s], s))
        choice[area] = best
        left[best] -= size[area]
    return choice
