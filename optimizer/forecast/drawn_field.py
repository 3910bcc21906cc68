"""The field of each life: drawn once within what is known of it, and shaken every month."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from optimizer.forecast.learned_shares import DONE, NOBODY, REFUSED, minutes_of_a_call

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimizer.forecast.opening import Opening

    Floats = NDArray[np.float64]

STRENGTH: Final = 400.0
"""No share is taken to be surer than from so many calls."""
HOME_SHOCK: Final = 0.12
"""Standard deviation, common to a station and month, of the logit of somebody's being home …"""
PACE_SHOCK: Final = 0.06
"""… of the logarithm of the pace …"""
LOST_SHOCK: Final = 0.5
"""… and of the logarithm of the crew-days that come to nothing."""


class DrawnField:
    """What is true in each lane, a lane being one station in one life; station by station.

    Attributes
    ----------
    done, nobody, refused
        float64 (steps, lanes): chance that a call succeeds; where it does not, that nobody is
        home; where somebody is, that he refuses and has not moved.
    lost, checked, telephoned, asks
        float64 (lanes,): as in `Shares`.
    minutes
        float64 (steps, lanes): to be expected of a call.
    """

    def __init__(self, opening: Opening, lives: int, rng: np.random.Generator) -> None:
        shares = opening.shares
        self._opening, self._rng, self._lanes = opening, rng, len(opening.stations) * lives
        sure = np.minimum(shares.calls, STRENGTH)[None]
        alpha = np.repeat(shares.result * sure, lives, axis=2)
        drawn = rng.gamma(np.maximum(alpha, 1e-9)) * (alpha > 0)
        self._result: Floats = drawn / drawn.sum(axis=0)
        self.checked = np.repeat(np.minimum(shares.checked, 1), lives)
        self.telephoned = np.repeat(shares.telephoned, lives)
        self.asks = np.repeat(shares.requests, lives)
        self._usual_lost, self._pace, self._ride_min = (
            np.repeat(each, lives) for each in (shares.lost, shares.pace, opening.ride_min)
        )
        self.new_month()

    def new_month(self) -> None:
        """Draw what a station's days of a month have in common."""
        result, shock = self._result, self._shock
        odds = result[DONE] * shock(HOME_SHOCK)
        failed = result[NOBODY:].sum(axis=0)
        self.done: Floats = odds / (odds + failed)
        self.nobody: Floats = result[NOBODY] / np.maximum(failed, 1e-9)
        self.refused: Floats = result[REFUSED] / np.maximum(result[REFUSED:].sum(axis=0), 1e-9)
        self.lost: Floats = np.minimum(self._usual_lost * shock(LOST_SHOCK), 0.9)
        minutes = minutes_of_a_call(self._opening.settings, self.done, self._ride_min)
        self.minutes: Floats = minutes * self._pace * shock(PACE_SHOCK)

    def _shock(self, deviation: float) -> Floats:
        """A factor for each lane, 1 in the median."""
        return np.exp(self._rng.normal(0, deviation, self._lanes))
