"""Slack induction by string removals: its parameters, and how many strings of what length.

Christiaens and Vanden Berghe (2020), "Slack induction by string removals for vehicle routing
problems", Transportation Science 54(2). Strings of consecutive stops are removed from routes near
a random stop (the paper's Algorithm 2), and put back where they cost least, each position being
overlooked now and then (Algorithm 3), under simulated annealing (Algorithm 1). The numbers of
equations beside the code are the paper's. What each search does otherwise, and why, stands there.
"""

from __future__ import annotations

from optimizer.compiled import inlined

AVERAGE_REMOVED = 10
"""c̄: stops that are removed in an iteration, on average."""
LONGEST_STRING = 10
"""L_max: the longest string."""
SPLIT_RATE = 0.5
"""α: how often a string is split, so that some stops inside it stay."""
SPLIT_DEPTH = 0.01
"""β: how likely one more stop stays than so far."""
BLINK_RATE = 0.01
"""How likely a position is overlooked."""


@inlined
def longest_string(limit: float, mean_stops: float) -> float:
    """Equation 5: l_s^max, from L_max and the mean number of stops in a route."""
    return min(limit, mean_stops)


@inlined
def most_strings(average_removed: float, longest: float) -> float:
    """Equation 6: k_s^max, so that c̄ stops are removed on average."""
    return 4.0 * average_removed / (1.0 + longest) - 1.0


@inlined
def whole_between_one_and(most: float, uniform: float) -> int:
    """Equations 7 and 9: the whole part of a number in [1, most + 1), from one in [0, 1)."""
    return int(1.0 + uniform * most)
