"""Districting: the areas of one station to its crews, balanced, compact and connected.

Areas of a crew that has a manager in it stay with that crew. Location and allocation alternate:
each crew has a centre, one of its areas; a transportation problem allocates areas to centres with a
fair load for each crew; then each centre moves to the median of its district. That starts from two
sets of centres (sectors around the station, and areas far apart). Local search over single areas
makes both balanced and connected, and the better one is taken.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from optimizer.territories.local_search import Districts, improve, parts_of
from optimizer.territories.transportation import transportation

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

_MOST_PAIRS = 15_000
"""Areas times crews up to which a problem is not bisected."""
_ROUNDS = 6
_SEARCHES = 4
_NO_WORK = 1e-9
"""Fair load of a crew that is never on duty: nothing, but not zero, since it divides."""
_TOLERANCE = 0.02
# In shares of the cost of all distances: a crew whose load is 5 % off costs 2 %, and each part of a
# district that is cut off from the rest of it 15 %.
_IMBALANCE_WEIGHT = 0.02 / 0.05**2
_FRAGMENT_WEIGHT = 0.15
_OVERLOAD = 0.08
"""With so much above the fair load, balance is sought once more at a higher weight."""


@dataclass(frozen=True)
class DistrictingProblem:
    """One station's areas and crews.

    Attributes
    ----------
    work
        Crew-days that each area needs, shape (areas,).
    node
        Node at each area's middle.
    xy
        Metres east and north of the station, shape (areas, 2).
    borders
        Pairs of areas that touch, shape (pairs, 2).
    fixed
        Crew that an area stays with, its manager's; -1 for none.
    duty_hours
        Hours that each crew is on duty in the campaign, shape (crews,).
    """

    work: Floats
    node: Ints
    xy: Floats
    borders: Ints
    fixed: Ints
    duty_hours: Floats

    @property
    def on_duty(self) -> NDArray[np.bool_]:
        """Which crews may get areas that are not fixed; all if no crew is ever on duty."""
        return self.duty_hours > 0 if self.duty_hours.any() else np.ones(len(self.duty_hours), bool)

    def take(self, areas: Ints, crews: Ints) -> DistrictingProblem:
        """Only some areas and crews, both numbered anew."""
        area_rank = np.full(len(self.work), -1, dtype=np.int64)
        area_rank[areas] = np.arange(len(areas))
        crew_rank = np.full(len(self.duty_hours) + 1, -1, dtype=np.int64)
        crew_rank[crews] = np.arange(len(crews))
        borders = area_rank[self.borders]
        return DistrictingProblem(
            work=self.work[areas],
            node=self.node[areas],
            xy=self.xy[areas],
            borders=borders[(borders >= 0).all(axis=1)],
            fixed=crew_rank[self.fixed[areas]],
            duty_hours=self.duty_hours[crews],
        )


@dataclass(frozen=True)
class _Instance:
    """A problem small enough to solve whole; `travel_s` are mean seconds between its areas."""

    problem: DistrictingProblem
    fair_load: Floats
    travel_s: Floats


def assign_areas(problem: DistrictingProblem, travel_s: Callable[[Ints], Floats]) -> Ints:
    """Crew of each area.

    Parameters
    ----------
    travel_s
        Gives the seconds between some nodes, shape (nodes, nodes).
    """
    if len(problem.duty_hours) == 1 or not len(problem.work):
        return np.zeros(len(problem.work), dtype=np.int64)
    if len(problem.work) * len(problem.duty_hours) > _MOST_PAIRS:
        return _bisect(problem, travel_s)
    instance = _instance(problem, travel_s(problem.node))
    starts = [
        _locate_and_allocate(instance, centres)
        for centres in (_spread_centres(instance), _sector_centres(instance))
    ]
    return min(
        (_improve(instance, crew) for crew in starts), key=lambda crew: _cost(instance, crew)
    )


def _instance(problem: DistrictingProblem, travel_s: Floats) -> _Instance:
    """The instance; where areas do not all touch, the nearest of two parts count as neighbours."""
    links = [problem.borders]
    number, part = _components(problem.borders, len(problem.work))
    joined = part == part[0]
    for _ in range(number - 1):
        inside, outside = np.flatnonzero(joined), np.flatnonzero(~joined)
        between = travel_s[np.ix_(inside, outside)]
        near, far = np.unravel_index(np.argmin(between), between.shape)
        links.append(np.array([[inside[near], outside[far]]]))
        joined |= part == part[outside[far]]
    return _Instance(replace(problem, borders=np.concatenate(links)), fair_loads(problem), travel_s)


def _components(borders: Ints, areas: int) -> tuple[int, Ints]:
    links = coo_array((np.ones(len(borders)), (borders[:, 0], borders[:, 1])), (areas, areas))
    number, part = connected_components(links, directed=False)
    return int(number), part.astype(np.int64)


def _bisect(problem: DistrictingProblem, travel_s: Callable[[Ints], Floats]) -> Ints:
    """Cut a problem that is too large across its longer side, and solve both halves."""
    half = len(problem.duty_hours) // 2
    side = int(np.argmax(np.ptp(problem.xy, axis=0)))
    # crews with areas of their own go to the half where those lie
    own = problem.fixed >= 0
    middle = np.full(len(problem.duty_hours), np.median(problem.xy[:, side]))
    for crew in np.unique(problem.fixed[own]):
        middle[crew] = problem.xy[problem.fixed == crew, side].mean()
    order = np.argsort(middle, kind="stable")
    crews = np.sort(order[:half]), np.sort(order[half:])
    fair_load = fair_loads(problem)
    wanted = fair_load[crews[0]].sum() - problem.work[own & np.isin(problem.fixed, crews[0])].sum()
    free = np.flatnonzero(~own)
    free = free[np.argsort(problem.xy[free, side], kind="stable")]
    is_first = np.isin(problem.fixed, crews[0])
    is_first[free[np.cumsum(problem.work[free]) <= wanted]] = True
    chosen = np.zeros(len(problem.work), dtype=np.int64)
    for team, areas in zip(crews, (is_first, ~is_first), strict=True):
        rows = np.flatnonzero(areas)
        chosen[rows] = team[assign_areas(problem.take(rows, team), travel_s)]
    return chosen


def fair_loads(problem: DistrictingProblem) -> Floats:
    """Work of each crew if all areas that are not fixed level the loads, shape (crews,).

    A crew whose fixed areas exceed the common level keeps them and gets no others.
    """
    fixed = np.bincount(
        problem.fixed[problem.fixed >= 0],
        weights=problem.work[problem.fixed >= 0],
        minlength=len(problem.duty_hours),
    )
    duty_hours = (
        problem.duty_hours if problem.duty_hours.any() else np.ones(len(problem.duty_hours))
    )
    under = duty_hours > 0
    while True:
        level = (problem.work.sum() - fixed[~under].sum()) / duty_hours[under].sum()
        over = under & (fixed > level * duty_hours)
        if not over.any() or not (under & ~over).any():
            break
        under &= ~over
    loads: Floats = np.maximum(np.where(under, level * duty_hours, fixed), _NO_WORK)
    return loads


def _spread_centres(instance: _Instance) -> Ints:
    """Centres far apart, beginning with the medians of the crews' fixed areas."""
    fixed = instance.problem.fixed
    centre = np.full(len(instance.fair_load), -1, dtype=np.int64)
    for crew in np.unique(fixed[fixed >= 0]):
        centre[crew] = _median_area(instance, np.flatnonzero(fixed == crew))
    known = centre[centre >= 0]
    far_s = instance.travel_s[known].min(axis=0) if len(known) else instance.travel_s.mean(axis=0)
    for crew in np.flatnonzero(centre < 0):
        centre[crew] = int(np.argmax(far_s))
        far_s = np.minimum(far_s, instance.travel_s[centre[crew]])
    return centre


def _sector_centres(instance: _Instance) -> Ints:
    """Centres of sectors around the station, each with a crew's fair load."""
    problem = instance.problem
    order = np.argsort(np.arctan2(problem.xy[:, 1], problem.xy[:, 0]), kind="stable")
    until = np.cumsum(problem.work[order]) - problem.work[order] / 2
    sector_of = np.searchsorted(np.cumsum(instance.fair_load)[:-1], until)
    centre = np.full(len(instance.fair_load), order[0], dtype=np.int64)
    for crew in range(len(instance.fair_load)):
        own = np.flatnonzero(problem.fixed == crew)
        members = own if len(own) else order[sector_of == crew]
        if len(members):
            centre[crew] = _median_area(instance, members)
    return centre


def _median_area(instance: _Instance, members: Ints) -> int:
    """The median of some areas: the one with the least travel, weighted by work, to the others."""
    travel_s = instance.travel_s[np.ix_(members, members)]
    return int(members[np.argmin(travel_s @ instance.problem.work[members])])


def _centres(instance: _Instance, crew: Ints, before: Ints) -> Ints:
    """The median of each crew's areas; without any, its centre as before."""
    centre = before.copy()
    for number in range(len(centre)):
        members = np.flatnonzero(crew == number)
        if len(members):
            centre[number] = _median_area(instance, members)
    return centre


def _locate_and_allocate(instance: _Instance, centre: Ints) -> Ints:
    """Crew of each area, by allocating areas to centres and moving the centres in turn."""
    problem, crew = instance.problem, np.zeros(0, dtype=np.int64)
    own = np.flatnonzero(problem.fixed >= 0)
    for _ in range(_ROUNDS):
        price = instance.travel_s[:, centre].copy()
        # a crew's fixed areas cost it nothing, and any other crew more than all other areas
        price[own] = price[:, ~problem.on_duty] = 2 * instance.travel_s.max() + 1
        price[own, problem.fixed[own]] = 0
        before = crew
        crew = np.argmax(
            transportation(
                problem.work,
                price,
                instance.fair_load * (1 + _TOLERANCE),
                instance.fair_load * (1 - _TOLERANCE),
            ),
            axis=1,
        )
        crew[own] = problem.fixed[own]
        if np.array_equal(crew, before):
            break
        centre = _centres(instance, crew, centre)
    return crew


def _improve(instance: _Instance, crew: Ints) -> Ints:
    """Local search by single areas, from the centres of its last result, while that helps."""
    for _ in range(_SEARCHES):
        improved = _search_once(instance, crew, reconnect=True, imbalance_weight=_IMBALANCE_WEIGHT)
        if np.array_equal(improved, crew):
            break
        crew = improved
    fair_load, work = instance.fair_load, instance.problem.work
    load = np.bincount(crew, weights=work, minlength=len(fair_load))
    if (load / fair_load - 1).max() < _OVERLOAD:
        return crew
    return _search_once(instance, crew, reconnect=False, imbalance_weight=4 * _IMBALANCE_WEIGHT)


def _search_once(
    instance: _Instance, crew: Ints, *, reconnect: bool, imbalance_weight: float
) -> Ints:
    problem, borders = instance.problem, neighbour_lists(instance.problem)
    centre = _centres(instance, crew, np.zeros(len(instance.fair_load), dtype=np.int64))
    price = problem.work[:, None] * instance.travel_s[:, centre]
    unit = max(float(price[np.arange(len(crew)), crew].sum()), 1e-9)
    start = _reconnect(problem, crew, price) if reconnect else crew.copy()
    may_move = problem.fixed < 0
    return improve(
        Districts(
            crew=start,
            cost=price / unit,
            work=problem.work,
            may_move=may_move,
            fair_load=instance.fair_load,
            on_duty=problem.on_duty,
            first=borders[0],
            neighbours=borders[1],
            load=np.zeros(len(instance.fair_load)),
            parts=np.zeros(len(instance.fair_load), dtype=np.int64),
            imbalance_weight=imbalance_weight,
            fragment_weight=_FRAGMENT_WEIGHT,
        )
    )


def neighbour_lists(problem: DistrictingProblem) -> tuple[Ints, Ints]:
    """Neighbours of area a are `second[first[a] : first[a + 1]]`."""
    both = np.concatenate([problem.borders, problem.borders[:, ::-1]])
    both = both[np.lexsort((both[:, 1], both[:, 0]))]
    return np.searchsorted(both[:, 0], np.arange(len(problem.work) + 1)), both[:, 1].copy()


def _cost(instance: _Instance, crew: Ints) -> float:
    """Distance, imbalance and fragments, in units that compare solutions of one instance."""
    problem = instance.problem
    centre = _centres(instance, crew, np.zeros(len(instance.fair_load), dtype=np.int64))
    distance = (problem.work * instance.travel_s[np.arange(len(crew)), centre[crew]]).sum()
    unit = (problem.work * instance.travel_s.mean(axis=1)).sum() / len(instance.fair_load) ** 0.5
    load = np.bincount(crew, weights=problem.work, minlength=len(instance.fair_load))
    imbalance = ((load / instance.fair_load - 1) ** 2).sum()
    borders = neighbour_lists(problem)
    cut_off = sum(parts_of(crew, number, *borders) - 1 for number in np.unique(crew).tolist())
    return float(
        distance / max(unit, 1e-9) + _IMBALANCE_WEIGHT * imbalance + _FRAGMENT_WEIGHT * cut_off
    )


def _reconnect(problem: DistrictingProblem, crew: Ints, price: Floats) -> Ints:
    """Give parts cut off from the rest of their district to the nearest district beside them."""
    reconnected = crew.copy()
    ends = crew[problem.borders]
    _, part = _components(problem.borders[ends[:, 0] == ends[:, 1]], len(crew))
    # what is fixed stays, whatever hangs together with it
    weight = np.bincount(part, weights=problem.work + 1e9 * (problem.fixed >= 0))
    owner = np.zeros(len(weight), dtype=np.int64)
    owner[part] = crew
    for number in range(len(weight)):
        rivals = owner == owner[number]
        if weight[number] >= min(1e9, weight[rivals].max()):
            continue
        inside = part[problem.borders] == number
        beside = np.unique(reconnected[problem.borders[:, ::-1][inside & ~inside[:, ::-1]]])
        beside = beside[(beside != owner[number]) & problem.on_duty[beside]]
        if len(beside):
            members = np.flatnonzero(part == number)
            reconnected[members] = beside[np.argmin(price[np.ix_(members, beside)].sum(axis=0))]
    return reconnected
