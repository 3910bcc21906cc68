"""Random numbers inside compiled code: xorshift64* (Vigna 2016), its state one uint64."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimizer.compiled import compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray


def new_chance(*seeds: int) -> NDArray[np.uint64]:
    """State of a generator; equal seeds (0 or more) give equal numbers."""
    mixed = np.random.SeedSequence(seeds).generate_state(1, np.uint64)
    return mixed | np.uint64(1)


@compiled
def uniform(chance: NDArray[np.uint64]) -> float:
    """A number in [0, 1)."""
    bits = chance[0]
    bits ^= bits >> np.uint64(12)
    bits ^= bits << np.uint64(25)
    bits ^= bits >> np.uint64(27)
    chance[0] = bits
    return float((bits * np.uint64(2685821657736338717)) >> np.uint64(11)) / 9007199254740992.0


@compiled
def below(chance: NDArray[np.uint64], limit: int) -> int:
    """A whole number in 0 .. limit - 1."""
    return int(uniform(chance) * limit)
