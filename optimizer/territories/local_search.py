"""Exchanges of single areas between crews, compiled: the last word in sharing out a station."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimizer.compiled import allocating

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


@allocating
def parts_of(crew: Ints, number: int, starts: Ints, neighbours: Ints) -> int:
    """Into how many connected parts a crew's areas fall."""
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
def lacking(load: Floats, goal: Floats, on_duty: NDArray[np.bool_]) -> int:
    """The crew on duty that has least of its goal; any crew where none is on duty."""
    least, found = np.inf, 0
    for c in range(len(load)):
        if on_duty[c] and load[c] / goal[c] < least:
            least, found = load[c] / goal[c], c
    return found


@allocating
def improve(  # noqa: C901, PLR0912, PLR0915, PLR0917  (one search; numba wants it in one piece)
    crew: Ints,
    price: Floats,
    of_areas: tuple[Floats, NDArray[np.bool_]],
    of_crews: tuple[Floats, NDArray[np.bool_]],
    borders: tuple[Ints, Ints],
    weights: tuple[float, float],
) -> Ints:
    """Lower the price by moves to another crew and swaps with it, until none does.

    The other crew is a neighbour's, or the one that lacks most.
    """
    work, may_move = of_areas
    goal, on_duty = of_crews
    starts, neighbours = borders
    uneven, apart = weights
    areas, crews = price.shape
    load = np.zeros(crews)
    for a in range(areas):
        load[crew[a]] += work[a]
    parts = np.zeros(crews, np.int64)
    for c in range(crews):
        parts[c] = parts_of(crew, c, starts, neighbours)

    for _ in range(50):
        changed = False
        for a in range(areas):
            if not may_move[a]:
                continue
            for k in range(starts[a] - 1, starts[a + 1]):
                c = int(crew[a])
                d = lacking(load, goal, on_duty) if k < starts[a] else int(crew[neighbours[k]])
                if c == d or not on_duty[d]:
                    continue
                # b == -1: only move; else swap with an area of that crew
                best, best_b = -1e-12, -2
                for b in range(-1, areas):
                    if b >= 0 and (crew[b] != d or not may_move[b] or not on_duty[c]):
                        continue
                    # back come only areas that touch the crew that takes them
                    if b >= 0 and not np.any(crew[neighbours[starts[b] : starts[b + 1]]] == c):
                        continue
                    shift = work[a] - (work[b] if b >= 0 else 0.0)
                    gain = price[a, d] - price[a, c]
                    if b >= 0:
                        gain += price[b, c] - price[b, d]
                    gain += uneven * (
                        ((load[c] - shift) / goal[c] - 1) ** 2
                        + ((load[d] + shift) / goal[d] - 1) ** 2
                        - (load[c] / goal[c] - 1) ** 2
                        - (load[d] / goal[d] - 1) ** 2
                    )
                    # what is hopeless even if it joined all parts need not be counted out
                    if gain - apart * max(0, parts[c] + parts[d] - 2) >= best:
                        continue
                    crew[a] = d
                    if b >= 0:
                        crew[b] = c
                    gain += apart * (
                        parts_of(crew, c, starts, neighbours)
                        + parts_of(crew, d, starts, neighbours)
                        - parts[c]
                        - parts[d]
                    )
                    crew[a] = c
                    if b >= 0:
                        crew[b] = d
                    if gain < best:
                        best, best_b = gain, b
                if best_b == -2:
                    continue
                shift = work[a] - (work[best_b] if best_b >= 0 else 0.0)
                load[c] -= shift
                load[d] += shift
                crew[a] = d
                if best_b >= 0:
                    crew[best_b] = c
                parts[c] = parts_of(crew, c, starts, neighbours)
                parts[d] = parts_of(crew, d, starts, neighbours)
                changed = True
        if not changed:
            break
    return crew
