"""Simulated annealing: which changes for the worse are accepted, and how the temperature falls.

Kirkpatrick, Gelatt and Vecchi (1983) with geometric cooling. A change is accepted if it costs less
than a threshold -T ln U, which is the criterion of Christiaens and Vanden Berghe (2020, Algorithm
1): one number is drawn whatever the change is, and a search can give up as soon as it costs more.
"""

from __future__ import annotations

import math

from optimizer.compiled import inlined


@inlined
def threshold(temperature: float, uniform: float) -> float:
    """What a change may cost; `uniform` is a number in (0, 1]."""
    return -temperature * math.log(uniform)


def temperature_at(share: float, start: float, end_to_start: float) -> float:
    """The temperature when a share of the search is done, of one that falls geometrically."""
    return float(start * end_to_start ** min(1.0, share))


def cooling_factor(end_to_start: float, iterations: int) -> float:
    """By what the temperature is multiplied in each iteration."""
    return float(end_to_start ** (1 / max(iterations, 1)))
