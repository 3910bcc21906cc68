"""Local search over districts, compiled: an area is relocated to another crew or swapped with it.

The cost is that of `districting`: distance to the crew's centre, imbalance of loads, and fragments
of districts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from optimizer.compiled import allocating

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


@allocating
def parts_of(crew: Ints, number: int, starts: Ints, neighbours: Ints) -> int:
    """Number of connected parts of a crew's areas."""
    seen = np.zeros(len(crew), np.bool_)
    stack = np.zeros(len(crew), np.int64)
    parts = 0
    for root in range(len(crew)):
        if crew[root] != number or seen[root]:
            continue
        parts += 1
        seen[root] = True
        stack[0] = root
        height = 1
        while height > 0:
            height -= 1
            a = stack[height]
            for k in range(starts[a], starts[a + 1]):
                b = neighbours[k]
                if crew[b] == number and not seen[b]:
                    seen[b] = True
                    stack[height] = b
                    height += 1
    return parts


@allocating
def least_loaded(load: Floats, fair_load: Floats, on_duty: NDArray[np.bool_]) -> int:
    """The crew on duty with the least share of its fair load; any crew where none is on duty."""
    least, found = np.inf, 0
    for c in range(len(load)):
        if on_duty[c] and load[c] / fair_load[c] < least:
            least, found = load[c] / fair_load[c], c
    return found


class Districts(NamedTuple):
    """The state of the search: which areas each crew's district has.

    Attributes
    ----------
    crew
        int64 (areas,): the crew of each area; changed in place.
    cost
        float64 (areas, crews): distance of each area from the centre of each crew.
    work, may_move
        float64 and bool (areas,).
    fair_load, on_duty
        float64 and bool (crews,): fair loads, and who may get areas.
    first, neighbours
        Neighbours of area a are `neighbours[first[a] : first[a + 1]]`.
    load, parts
        float64 and int64 (crews,): work, and connected parts; changed in place.
    imbalance_weight, fragment_weight
        Of the squared share by which a load is off, and of each fragment.
    """

    crew: Ints
    cost: Floats
    work: Floats
    may_move: NDArray[np.bool_]
    fair_load: Floats
    on_duty: NDArray[np.bool_]
    first: Ints
    neighbours: Ints
    load: Floats
    parts: Ints
    imbalance_weight: float
    fragment_weight: float


RELOCATE = -1
"""In place of an area to swap with: the area is relocated alone."""
NO_MOVE = -2
"""In place of an area to swap with: no move lowers the cost."""
ROUNDS = 50
LEAST_GAIN = 1e-12


@allocating
def improve(districts: Districts) -> Ints:
    """First improvement by relocations and swaps of single areas, until none lowers the cost.

    The other crew is that of a neighbouring area, or the least loaded one.
    """
    d = districts
    for a in range(len(d.crew)):
        d.load[d.crew[a]] += d.work[a]
    for c in range(len(d.fair_load)):
        d.parts[c] = parts_of(d.crew, c, d.first, d.neighbours)
    for _ in range(ROUNDS):
        changed = False
        for a in range(len(d.crew)):
            if d.may_move[a]:
                changed |= _improve_area(d, a)
        if not changed:
            break
    return d.crew


@allocating
def _improve_area(d: Districts, a: int) -> bool:
    """Relocate or swap one area where that lowers the cost; whether anything changed."""
    changed = False
    for k in range(d.first[a] - 1, d.first[a + 1]):
        giver = int(d.crew[a])
        if k < d.first[a]:
            receiver = least_loaded(d.load, d.fair_load, d.on_duty)
        else:
            receiver = int(d.crew[d.neighbours[k]])
        if giver == receiver or not d.on_duty[receiver]:
            continue
        b = _best_partner(d, a, giver, receiver)
        if b != NO_MOVE:
            _apply(d, a, b, giver, receiver)
            changed = True
    return changed


@allocating
def _best_partner(d: Districts, a: int, giver: int, receiver: int) -> int:
    """The receiver's area to swap with, or RELOCATE, or NO_MOVE where none lowers the cost."""
    best, best_b = -LEAST_GAIN, NO_MOVE
    for b in range(RELOCATE, len(d.crew)):
        if b != RELOCATE and not _is_swappable(d, b, giver, receiver):
            continue
        change = _cost_change(d, a, b, giver, receiver)
        # counting parts is slow: skip what could not be best even if it joined all parts
        if change - d.fragment_weight * max(0, d.parts[giver] + d.parts[receiver] - 2) >= best:
            continue
        change += d.fragment_weight * _parts_change(d, a, b, giver, receiver)
        if change < best:
            best, best_b = change, b
    return best_b


@allocating
def _is_swappable(d: Districts, b: int, giver: int, receiver: int) -> bool:
    """Whether an area of the receiver may go to the giver: only one that touches its district."""
    if d.crew[b] != receiver or not d.may_move[b] or not d.on_duty[giver]:
        return False
    for k in range(d.first[b], d.first[b + 1]):  # noqa: SIM110  (numba knows no generators)
        if d.crew[d.neighbours[k]] == giver:
            return True
    return False


@allocating
def _cost_change(d: Districts, a: int, b: int, giver: int, receiver: int) -> float:
    """The change of distance and imbalance."""
    shift = d.work[a] - (d.work[b] if b >= 0 else 0.0)
    change = d.cost[a, receiver] - d.cost[a, giver]
    if b >= 0:
        change += d.cost[b, giver] - d.cost[b, receiver]
    change += d.imbalance_weight * (
        ((d.load[giver] - shift) / d.fair_load[giver] - 1) ** 2
        + ((d.load[receiver] + shift) / d.fair_load[receiver] - 1) ** 2
        - (d.load[giver] / d.fair_load[giver] - 1) ** 2
        - (d.load[receiver] / d.fair_load[receiver] - 1) ** 2
    )
    return float(change)


@allocating
def _parts_change(d: Districts, a: int, b: int, giver: int, receiver: int) -> int:
    """The change of the number of connected parts of the two districts."""
    d.crew[a] = receiver
    if b >= 0:
        d.crew[b] = giver
    parts = parts_of(d.crew, giver, d.first, d.neighbours)
    parts += parts_of(d.crew, receiver, d.first, d.neighbours)
    d.crew[a] = giver
    if b >= 0:
        d.crew[b] = receiver
    return int(parts - d.parts[giver] - d.parts[receiver])


@allocating
def _apply(d: Districts, a: int, b: int, giver: int, receiver: int) -> None:
    """Apply the move that `_best_partner` has found."""
    shift = d.work[a] - (d.work[b] if b >= 0 else 0.0)
    d.load[giver] -= shift
    d.load[receiver] += shift
    d.crew[a] = receiver
    if b >= 0:
        d.crew[b] = giver
    d.parts[giver] = parts_of(d.crew, giver, d.first, d.neighbours)
    d.parts[receiver] = parts_of(d.crew, receiver, d.first, d.neighbours)
