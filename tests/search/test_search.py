"""`optimizer.search`: what the searches share is what the papers say."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.errors import ProblemError
from optimizer.search.annealing import cooling_factor, temperature_at, threshold
from optimizer.search.rng import below, new_rng, splitmix_uniform, uniform
from optimizer.search.sisr import (
    AVERAGE_REMOVED,
    LONGEST_STRING,
    longest_string,
    most_strings,
    whole_between_one_and,
)
from optimizer.search.stopping import StopAfter

DRAWS = 20_000


@pytest.mark.parametrize("draw", [uniform, splitmix_uniform])
def test_random_numbers_are_even_and_follow_from_the_seed(draw):
    """A search that cannot be repeated cannot be argued about; one that is skewed misses plans."""
    one, same, other = new_rng(7), new_rng(7), new_rng(8)
    numbers = [draw(one) for _ in range(DRAWS)]
    assert numbers == [draw(same) for _ in range(DRAWS)]
    assert numbers[:5] != [draw(other) for _ in range(5)]
    assert 0.0 <= min(numbers) <= max(numbers) < 1.0
    assert np.histogram(numbers, 10, (0, 1))[0] == pytest.approx(DRAWS / 10, rel=0.1)


def test_whole_numbers_stay_below_their_limit():
    """An index one too far reads strange memory in compiled code."""
    rng = new_rng(1)
    assert {below(rng, 3) for _ in range(1000)} == {0, 1, 2}


@given(st.floats(2.0, 60.0))
def test_strings_remove_as_much_as_the_paper_says(mean_stops):
    """Equations 5 to 9: k_s strings of l_t stops are c̄ stops on average, in long routes.

    Means: (1 + k_s^max + 1) / 2 strings less a half for rounding down, times the same of stops.
    """
    longest = longest_string(float(LONGEST_STRING), mean_stops)
    most = most_strings(float(AVERAGE_REMOVED), longest)
    assert longest == min(LONGEST_STRING, mean_stops)
    assert (1 + most) / 2 * (1 + longest) / 2 == pytest.approx(AVERAGE_REMOVED)


def test_a_number_of_strings_is_at_least_one_and_at_most_its_most():
    """Equation 7 rounds down: with k_s^max = 2.6 there are one, two or three strings."""
    rng = new_rng(3)
    drawn = [whole_between_one_and(2.6, uniform(rng)) for _ in range(DRAWS)]
    assert [drawn.count(k) / DRAWS for k in (1, 2, 3)] == pytest.approx(
        [1 / 2.6, 1 / 2.6, 0.6 / 2.6], abs=0.02
    )
    assert set(drawn) == {1, 2, 3}


def test_a_change_for_the_worse_is_accepted_as_metropolis_wants():
    """A change of T is accepted with probability exp(-1), whatever T is."""
    rng = new_rng(5)
    accepted = sum(threshold(40.0, 1.0 - uniform(rng)) > 40.0 for _ in range(DRAWS))
    assert accepted / DRAWS == pytest.approx(math.exp(-1), abs=0.02)


def test_the_temperature_falls_from_the_first_to_the_last():
    """Both ways to cool agree: by the share that is done, and iteration by iteration."""
    assert temperature_at(0.0, 100.0, 0.01) == 100.0
    assert temperature_at(1.0, 100.0, 0.01) == pytest.approx(1.0)
    assert temperature_at(2.0, 100.0, 0.01) == temperature_at(1.0, 100.0, 0.01)
    assert 100.0 * cooling_factor(0.01, 50) ** 25 == pytest.approx(temperature_at(0.5, 100.0, 0.01))


def test_how_much_is_done_counts_what_the_stop_counts():
    """Iterations make the same plan on every machine, seconds keep a chief's morning short."""
    assert StopAfter(iterations=200).share(50, 99.0) == 0.25
    assert StopAfter(seconds=2.0).share(50, 0.5) == 0.25
    assert StopAfter(iterations=0).share(0, 0.0) == StopAfter(seconds=0.0).share(0, 0.0) == 1.0


def test_a_search_without_an_end_is_refused():
    """Neither, both, or seconds that never come would leave a user waiting."""
    for wrong in ({}, {"seconds": 1.0, "iterations": 1}, {"seconds": math.nan}):
        with pytest.raises(ProblemError, match="seconds"):
            StopAfter(**wrong)
