"""When a search ends."""

from __future__ import annotations

import math
from dataclasses import dataclass

from optimizer.errors import ProblemError


@dataclass(frozen=True, slots=True, kw_only=True)
class StopAfter:
    """Stop after seconds, or after iterations: these give the same plan on every machine.

    Raises
    ------
    ProblemError
        From neither or both, and from seconds that never end.
    """

    seconds: float | None = None
    iterations: int | None = None

    def __post_init__(self) -> None:
        if (self.seconds is None) == (self.iterations is None):
            raise ProblemError("option.stop")
        if self.seconds is not None and not 0 <= self.seconds < math.inf:
            raise ProblemError("option.seconds", seconds=self.seconds)

    def share(self, iterations: int, seconds: float) -> float:
        """How much of the search is done after so many of both; 1 or more at the end."""
        if self.iterations is not None:
            return iterations / self.iterations if self.iterations else 1.0
        return seconds / self.seconds if self.seconds else 1.0
