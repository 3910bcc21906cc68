"""The algebra of time windows, against sets of seconds."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from optimizer.model import (
    LAST_S,
    NOON_S,
    TimeWindow,
    Visit,
    intersect_windows,
    merge_windows,
)

DAY = 40
spans = st.tuples(st.integers(0, DAY), st.integers(0, DAY)).map(sorted)
some_windows = st.lists(spans.map(lambda span: TimeWindow(*span)), max_size=5)


def seconds(windows):
    """Every second of some windows."""
    return {s for window in windows for s in range(window.start_s, window.end_s + 1)}


@given(some_windows)
def test_merged_windows_are_the_same_seconds_apart_and_in_order(windows):
    """The search looks for the next window by order and would wait at a seam."""
    merged = merge_windows(windows)
    assert seconds(merged) == seconds(windows)
    assert all(a.end_s + 1 < b.start_s for a, b in pairwise(merged))


@given(some_windows, some_windows)
def test_an_intersection_is_the_seconds_of_both(first, second):
    """A window too many is a door at which nobody opens."""
    both = intersect_windows(first, second)
    assert seconds(both) == seconds(first) & seconds(second)
    assert both == merge_windows(both)


def test_a_failed_call_and_a_pin_narrow_the_windows():
    """Nobody was home at ten: the next call begins at noon or later, at the chief's time if any."""
    visit = Visit(
        visit_id="v", place=1, service_s=600, failed_s=10 * 3600,
        windows=(TimeWindow(9 * 3600, 11 * 3600), TimeWindow(11 * 3600, 15 * 3600)),
    )  # fmt: skip
    assert visit.hard_windows == (TimeWindow(NOON_S, 15 * 3600),)
    pinned = Visit(visit_id="v", place=1, service_s=600, pinned_start_s=9 * 3600)
    assert pinned.hard_windows == (TimeWindow(9 * 3600, 9 * 3600),)
    never = Visit(visit_id="v", place=1, service_s=600, pinned_start_s=9 * 3600, failed_s=10 * 3600)
    assert never.hard_windows == ()
    assert Visit(visit_id="v", place=1, service_s=600).hard_windows == (TimeWindow(0, LAST_S),)
