"""Random numbers inside compiled code; the state of a generator is one uint64 in an array.

xorshift64* (Vigna 2016), but in the search of a day splitmix64, which came first there: another
generator would make other plans of the same seed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimizer.compiled import compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray


def new_rng(*seeds: int) -> NDArray[np.uint64]:
    """State of a generator; equal seeds (0 or more) give equal numbers."""
    mixed = np.random.SeedSequence(seeds).generate_state(1, np.uint64)
    return mixed | np.uint64(1)


@compiled
def uniform(rng: NDArray[np.uint64]) -> float:
    """A number in [0, 1)."""
    bits = rng[0]
    bits ^= bits >> np.uint64(12)
    bits ^= bits << np.uint64(25)
    bits ^= bits >> np.uint64(27)
    rng[0] = bits
    return float((bits * np.uint64(2685821657736338717)) >> np.uint64(11)) / 9007199254740992.0


@compiled
def below(rng: NDArray[np.uint64], limit: int) -> int:
    """A whole number in 0 .. limit - 1."""
    return int(uniform(rng) * limit)


@compiled
def splitmix_uniform(rng: NDArray[np.uint64]) -> float:
    """A number in [0, 1) by splitmix64 (Steele, Lea and Flood 2014), for states of any value."""
    rng[0] += np.uint64(0x9E3779B97F4A7C15)
    z = rng[0]
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    return np.float64(z >> np.uint64(11)) * (1.0 / 9007199254740992.0)
