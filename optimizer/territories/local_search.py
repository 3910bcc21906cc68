"""Local search over districts: single areas moved to another crew or swapped with it, compiled.

The cost is that of `districting`: distance to the crew's centre, uneven loads, and parts of a
crew's areas that do not hang together.
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
def least_loaded(load: Floats, goal: Floats, on_duty: NDArray[np.bool_]) -> int:
    """The crew on duty that has least of its goal; any crew where none is on duty."""
    least, found = np.inf, 0
    for c in range(len(load)):
        if on_duty[c] and load[c] / goal[c] < least:
            least, found = load[c] / goal[c], c
    return found


class Districts(NamedTuple):
    """A station's areas and crews while they are searched.

    Attributes
    ----------
    crew
        int64 (areas,): the crew of each area; changed in place.
    cost
        float64 (areas, crews): distance of each area from the centre of each crew.
    work, may_move
        float64 and bool (areas,).
    goal, on_duty
        float64 and bool (crews,): fair loads, and who may get areas.
    first, neighbours
        Neighbours of area a are `neighbours[first[a] : first[a + 1]]`.
    load, parts
        float64 and int64 (crews,): work, and connected parts; changed in place.
    uneven, apart
        Weights of uneven loads and of parts that do not hang together.
    """

    crew: Ints
    cost: Floats
    work: Floats
    may_move: NDArray[np.bool_]
    goal: Floats
    on_duty: NDArray[np.bool_]
    first: Ints
    neighbours: Ints
    load: Floats
    parts: Ints
    uneven: float
    apart: float


MOVE = -1
"""Stands for an area with which to swap: the area is only moved."""
NOTHING = -2
"""Stands for an area with which to swap: nothing is worth it."""
ROUNDS = 50
LEAST_GAIN = 1e-12


@allocating
def improve(districts: Districts) -> Ints:
    """Lower the cost by moves to another crew and swaps with it, until none does.

    The other crew is a neighbour's, or the one that lacks most.
    """
    d = districts
    for a in range(len(d.crew)):
        d.load[d.crew[a]] += d.work[a]
    for c in range(len(d.goal)):
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
    """Move or swap one area while that lowers the cost; whether anything changed."""
    changed = False
    for k in range(d.first[a] - 1, d.first[a + 1]):
        giver = int(d.crew[a])
        if k < d.first[a]:
            taker = least_loaded(d.load, d.goal, d.on_duty)
        else:
            taker = int(d.crew[d.neighbours[k]])
        if giver == taker or not d.on_duty[taker]:
            continue
        b = _best_partner(d, a, giver, taker)
        if b != NOTHING:
            _exchange(d, a, b, giver, taker)
            changed = True
    return changed


@allocating
def _best_partner(d: Districts, a: int, giver: int, taker: int) -> int:
    """The area of the taker to swap with, MOVE for none, NOTHING where no exchange is worth it."""
    best, best_b = -LEAST_GAIN, NOTHING
    for b in range(MOVE, len(d.crew)):
        if b != MOVE and not _may_come_back(d, b, giver, taker):
            continue
        change = _cost_change(d, a, b, giver, taker)
        # what is hopeless even if it joined all parts need not be counted out
        if change - d.apart * max(0, d.parts[giver] + d.parts[taker] - 2) >= best:
            continue
        change += d.apart * _parts_change(d, a, b, giver, taker)
        if change < best:
            best, best_b = change, b
    return best_b


@allocating
def _may_come_back(d: Districts, b: int, giver: int, taker: int) -> bool:
    """Whether an area of the taker may go to the giver: only one that touches him."""
    if d.crew[b] != taker or not d.may_move[b] or not d.on_duty[giver]:
        return False
    for k in range(d.first[b], d.first[b + 1]):  # noqa: SIM110  (numba knows no generators)
        if d.crew[d.neighbours[k]] == giver:
            return True
    return False


@allocating
def _cost_change(d: Districts, a: int, b: int, giver: int, taker: int) -> float:
    """What distance and uneven loads would change by."""
    shift = d.work[a] - (d.work[b] if b >= 0 else 0.0)
    change = d.cost[a, taker] - d.cost[a, giver]
    if b >= 0:
        change += d.cost[b, giver] - d.cost[b, taker]
    change += d.uneven * (
        ((d.load[giver] - shift) / d.goal[giver] - 1) ** 2
        + ((d.load[taker] + shift) / d.goal[taker] - 1) ** 2
        - (d.load[giver] / d.goal[giver] - 1) ** 2
        - (d.load[taker] / d.goal[taker] - 1) ** 2
    )
    return float(change)


@allocating
def _parts_change(d: Districts, a: int, b: int, giver: int, taker: int) -> int:
    """By how many connected parts the two crews would have more."""
    d.crew[a] = taker
    if b >= 0:
        d.crew[b] = giver
    parts = parts_of(d.crew, giver, d.first, d.neighbours)
    parts += parts_of(d.crew, taker, d.first, d.neighbours)
    d.crew[a] = giver
    if b >= 0:
        d.crew[b] = taker
    return int(parts - d.parts[giver] - d.parts[taker])


@allocating
def _exchange(d: Districts, a: int, b: int, giver: int, taker: int) -> None:
    """Carry out what `_best_partner` has found."""
    shift = d.work[a] - (d.work[b] if b >= 0 else 0.0)
    d.load[giver] -= shift
    d.load[taker] += shift
    d.crew[a] = taker
    if b >= 0:
        d.crew[b] = giver
    d.parts[giver] = parts_of(d.crew, giver, d.first, d.neighbours)
    d.parts[taker] = parts_of(d.crew, taker, d.first, d.neighbours)
