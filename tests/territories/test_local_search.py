"""Local search over districts, held against all districts of six areas and two crews."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.territories.local_search import Districts, improve, parts_of

SEEDS = st.integers(0, 10_000)
NEIGHBOURS = [[1, 3], [0, 2, 4], [1, 5], [0, 4], [1, 3, 5], [2, 4]]
"""Two rows of three areas."""
FIRST = np.cumsum([0, *map(len, NEIGHBOURS)])


def world(seed: int) -> Districts:
    rng = np.random.default_rng(seed)
    work = rng.uniform(1.0, 5.0, 6)
    return Districts(
        crew=rng.integers(0, 2, 6),
        cost=rng.uniform(0.0, 1.0, (6, 2)),
        work=work,
        may_move=rng.random(6) < 0.8,
        fair_load=np.full(2, work.sum() / 2),
        on_duty=np.ones(2, dtype=bool),
        first=FIRST,
        neighbours=np.concatenate(NEIGHBOURS),
        load=np.zeros(2),
        parts=np.zeros(2, dtype=np.int64),
        imbalance_weight=4.0,
        fragment_weight=0.5,
    )


def parts(crew: np.ndarray, number: int) -> int:
    """Connected parts, by merging labels until none changes."""
    label = {a: a for a in range(6) if crew[a] == number}
    for _ in label:
        for a in label:
            label[a] = min(label[b] for b in (a, *NEIGHBOURS[a]) if b in label)
    return len(set(label.values()))


def cost(d: Districts, crew: np.ndarray) -> float:
    load = np.bincount(crew, weights=d.work, minlength=2)
    return float(
        d.cost[np.arange(6), crew].sum()
        + d.imbalance_weight * ((load / d.fair_load - 1) ** 2).sum()
        + d.fragment_weight * (parts(crew, 0) + parts(crew, 1))
    )


@settings(max_examples=40)
@given(SEEDS)
def test_parts_are_connected_components(seed):
    """Fragments are counted right whatever the shape of a district."""
    d = world(seed)
    for number in (0, 1):
        assert parts_of(d.crew, number, d.first, d.neighbours) == parts(d.crew, number)


@settings(max_examples=25)
@given(SEEDS)
def test_ends_where_no_relocation_helps(seed):
    """The sums it keeps are true, fixed areas stay, and it is no worse than before or than a step.

    Nothing is below the best of all 64 districts either: the changes of cost are not made up.
    """
    d = world(seed)
    before = d.crew.copy()
    after = improve(d)
    assert (after[~d.may_move] == before[~d.may_move]).all()
    np.testing.assert_allclose(d.load, np.bincount(after, weights=d.work, minlength=2))
    assert d.parts.tolist() == [parts(after, 0), parts(after, 1)]
    reachable = [
        np.array(crew)
        for crew in itertools.product((0, 1), repeat=6)
        if (np.array(crew) == before)[~d.may_move].all()
    ]
    assert min(cost(d, crew) for crew in reachable) - 1e-9 <= cost(d, after)
    assert cost(d, after) <= cost(d, before) + 1e-9
    for a in np.flatnonzero(d.may_move):
        step = after.copy()
        step[a] = 1 - step[a]
        if any(after[b] != after[a] for b in NEIGHBOURS[a]):
            assert cost(d, after) <= cost(d, step) + 1e-9
