"""Areas of one station to its crews: equal work, compact, connected, managers' own areas kept.

Each crew has a centre, one of its areas. Areas are carried to centres as in a transportation
problem in which every crew takes its share of the work; then each crew's centre moves to the middle
of what it has, and so on. That is done from two different beginnings (the station's surroundings
cut like a cake, and crews spread far apart); exchanges of single areas between neighbours make the
better one even and connected.
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

_LARGEST = 15_000
"""Areas times crews that are dealt with at once."""
_ROUNDS = 6
_EXCHANGES = 4
_NO_WORK = 1e-9
"""The share of a crew that is never on duty: nothing, but a number to divide by."""
_TOLERANCE = 0.02
# In shares of what all distances of the station cost: a crew whose work is 5 % off pays 2 %, and
# for each part of its areas that is cut off from the others 15 %.
_UNEVEN = 0.02 / 0.05**2
_APART = 0.15
_TOO_MUCH = 0.08
"""Where a crew has so much more than is fair, evenness is sought once more, at a higher price."""


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
        Crew whose own area it is, -1 for nobody's.
    strength
        Days that each crew is on duty, shape (crews,).
    """

    work: Floats
    node: Ints
    xy: Floats
    borders: Ints
    fixed: Ints
    strength: Floats

    @property
    def on_duty(self) -> NDArray[np.bool_]:
        """Which crews may get areas that are not their own; all if nobody is ever on duty."""
        return self.strength > 0 if self.strength.any() else np.ones(len(self.strength), bool)

    def take(self, areas: Ints, crews: Ints) -> DistrictingProblem:
        """Only some areas and crews, both numbered anew."""
        area_rank = np.full(len(self.work), -1, dtype=np.int64)
        area_rank[areas] = np.arange(len(areas))
        crew_rank = np.full(len(self.strength) + 1, -1, dtype=np.int64)
        crew_rank[crews] = np.arange(len(crews))
        borders = area_rank[self.borders]
        return DistrictingProblem(
            work=self.work[areas],
            node=self.node[areas],
            xy=self.xy[areas],
            borders=borders[(borders >= 0).all(axis=1)],
            fixed=crew_rank[self.fixed[areas]],
            strength=self.strength[crews],
        )


@dataclass(frozen=True)
class _Instance:
    """A share that is dealt with at once; `apart_s` are seconds between areas, both ways' mean."""

    share: DistrictingProblem
    goal: Floats
    apart_s: Floats


def assign_areas(share: DistrictingProblem, apart_s: Callable[[Ints], Floats]) -> Ints:
    """Crew of each area.

    Parameters
    ----------
    apart_s
        Gives the seconds between some nodes, shape (nodes, nodes).
    """
    if len(share.strength) == 1 or not len(share.work):
        return np.zeros(len(share.work), dtype=np.int64)
    if len(share.work) * len(share.strength) > _LARGEST:
        return _bisect(share, apart_s)
    task = _instance(share, apart_s(share.node))
    starts = [_settle(task, centres) for centres in (_spread_centres(task), _slice_centres(task))]
    return min((_exchange(task, crew) for crew in starts), key=lambda crew: _cost(task, crew))


def _instance(share: DistrictingProblem, apart_s: Floats) -> _Instance:
    """The task, with the nearest areas of parts that do not touch counted as neighbours."""
    links = [share.borders]
    number, part = _parts(share.borders, len(share.work))
    joined = part == part[0]
    for _ in range(number - 1):
        inside, outside = np.flatnonzero(joined), np.flatnonzero(~joined)
        between = apart_s[np.ix_(inside, outside)]
        near, far = np.unravel_index(np.argmin(between), between.shape)
        links.append(np.array([[inside[near], outside[far]]]))
        joined |= part == part[outside[far]]
    return _Instance(replace(share, borders=np.concatenate(links)), fair_loads(share), apart_s)


def _parts(borders: Ints, areas: int) -> tuple[int, Ints]:
    links = coo_array((np.ones(len(borders)), (borders[:, 0], borders[:, 1])), (areas, areas))
    number, part = connected_components(links, directed=False)
    return int(number), part.astype(np.int64)


def _bisect(share: DistrictingProblem, apart_s: Callable[[Ints], Floats]) -> Ints:
    """Cut a share that is too large across its longer side, and deal with both halves."""
    half = len(share.strength) // 2
    side = int(np.argmax(np.ptp(share.xy, axis=0)))
    # crews with areas of their own go to the half where those lie
    own = share.fixed >= 0
    middle = np.full(len(share.strength), np.median(share.xy[:, side]))
    for crew in np.unique(share.fixed[own]):
        middle[crew] = share.xy[share.fixed == crew, side].mean()
    order = np.argsort(middle, kind="stable")
    crews = np.sort(order[:half]), np.sort(order[half:])
    goal = fair_loads(share)
    wanted = goal[crews[0]].sum() - share.work[own & np.isin(share.fixed, crews[0])].sum()
    free = np.flatnonzero(~own)
    free = free[np.argsort(share.xy[free, side], kind="stable")]
    is_first = np.isin(share.fixed, crews[0])
    is_first[free[np.cumsum(share.work[free]) <= wanted]] = True
    chosen = np.zeros(len(share.work), dtype=np.int64)
    for team, areas in zip(crews, (is_first, ~is_first), strict=True):
        rows = np.flatnonzero(areas)
        chosen[rows] = team[assign_areas(share.take(rows, team), apart_s)]
    return chosen


def fair_loads(share: DistrictingProblem) -> Floats:
    """Work of each crew if what is not fixed makes them as even as can be, shape (crews,).

    Whom the own areas load above the common level keeps them and gets no others.
    """
    fixed = np.bincount(
        share.fixed[share.fixed >= 0],
        weights=share.work[share.fixed >= 0],
        minlength=len(share.strength),
    )
    strength = share.strength if share.strength.any() else np.ones(len(share.strength))
    under = strength > 0
    while True:
        level = (share.work.sum() - fixed[~under].sum()) / strength[under].sum()
        over = under & (fixed > level * strength)
        if not over.any() or not (under & ~over).any():
            break
        under &= ~over
    goals: Floats = np.maximum(np.where(under, level * strength, fixed), _NO_WORK)
    return goals


def _spread_centres(task: _Instance) -> Ints:
    """Centres far apart, beginning with the middles of the crews' own areas."""
    fixed = task.share.fixed
    centre = np.full(len(task.goal), -1, dtype=np.int64)
    for crew in np.unique(fixed[fixed >= 0]):
        centre[crew] = _median_area(task, np.flatnonzero(fixed == crew))
    known = centre[centre >= 0]
    far_s = task.apart_s[known].min(axis=0) if len(known) else task.apart_s.mean(axis=0)
    for crew in np.flatnonzero(centre < 0):
        centre[crew] = int(np.argmax(far_s))
        far_s = np.minimum(far_s, task.apart_s[centre[crew]])
    return centre


def _slice_centres(task: _Instance) -> Ints:
    """Centres of slices around the station, each with a crew's work."""
    share = task.share
    order = np.argsort(np.arctan2(share.xy[:, 1], share.xy[:, 0]), kind="stable")
    until = np.cumsum(share.work[order]) - share.work[order] / 2
    slice_of = np.searchsorted(np.cumsum(task.goal)[:-1], until)
    centre = np.full(len(task.goal), order[0], dtype=np.int64)
    for crew in range(len(task.goal)):
        own = np.flatnonzero(share.fixed == crew)
        members = own if len(own) else order[slice_of == crew]
        if len(members):
            centre[crew] = _median_area(task, members)
    return centre


def _median_area(task: _Instance, members: Ints) -> int:
    """The one of some areas to which the others' work is nearest."""
    apart_s = task.apart_s[np.ix_(members, members)]
    return int(members[np.argmin(apart_s @ task.share.work[members])])


def _centres(task: _Instance, crew: Ints, before: Ints) -> Ints:
    """The middle of what each crew has; where it has nothing, as before."""
    centre = before.copy()
    for number in range(len(centre)):
        members = np.flatnonzero(crew == number)
        if len(members):
            centre[number] = _median_area(task, members)
    return centre


def _settle(task: _Instance, centre: Ints) -> Ints:
    """Crews by turns of carrying areas to centres and moving the centres."""
    share, crew = task.share, np.zeros(0, dtype=np.int64)
    own = np.flatnonzero(share.fixed >= 0)
    for _ in range(_ROUNDS):
        price = task.apart_s[:, centre].copy()
        # a crew's own areas cost it nothing, and anybody else more than any others
        price[own] = price[:, ~share.on_duty] = 2 * task.apart_s.max() + 1
        price[own, share.fixed[own]] = 0
        before = crew
        crew = np.argmax(
            transportation(
                share.work, price, task.goal * (1 + _TOLERANCE), task.goal * (1 - _TOLERANCE)
            ),
            axis=1,
        )
        crew[own] = share.fixed[own]
        if np.array_equal(crew, before):
            break
        centre = _centres(task, crew, centre)
    return crew


def _exchange(task: _Instance, crew: Ints) -> Ints:
    """Move and swap single areas between neighbours while that is worth it."""
    for _ in range(_EXCHANGES):
        improved = _searched(task, crew, mend=True, uneven=_UNEVEN)
        if np.array_equal(improved, crew):
            break
        crew = improved
    off = np.bincount(crew, weights=task.share.work, minlength=len(task.goal)) / task.goal - 1
    return crew if off.max() < _TOO_MUCH else _searched(task, crew, mend=False, uneven=4 * _UNEVEN)


def _searched(task: _Instance, crew: Ints, *, mend: bool, uneven: float) -> Ints:
    share, borders = task.share, neighbour_lists(task.share)
    centre = _centres(task, crew, np.zeros(len(task.goal), dtype=np.int64))
    price = share.work[:, None] * task.apart_s[:, centre]
    unit = max(float(price[np.arange(len(crew)), crew].sum()), 1e-9)
    start = _reconnect(share, crew, price) if mend else crew.copy()
    may_move = share.fixed < 0
    return improve(
        Districts(
            crew=start,
            cost=price / unit,
            work=share.work,
            may_move=may_move,
            goal=task.goal,
            on_duty=share.on_duty,
            first=borders[0],
            neighbours=borders[1],
            load=np.zeros(len(task.goal)),
            parts=np.zeros(len(task.goal), dtype=np.int64),
            uneven=uneven,
            apart=_APART,
        )
    )


def neighbour_lists(share: DistrictingProblem) -> tuple[Ints, Ints]:
    """Neighbours of area a are `second[first[a] : first[a + 1]]`."""
    both = np.concatenate([share.borders, share.borders[:, ::-1]])
    both = both[np.lexsort((both[:, 1], both[:, 0]))]
    return np.searchsorted(both[:, 0], np.arange(len(share.work) + 1)), both[:, 1].copy()


def _cost(task: _Instance, crew: Ints) -> float:
    """What the exchanges try to lower, in units that hold for any crews of the task."""
    share = task.share
    centre = _centres(task, crew, np.zeros(len(task.goal), dtype=np.int64))
    distance = (share.work * task.apart_s[np.arange(len(crew)), centre[crew]]).sum()
    unit = (share.work * task.apart_s.mean(axis=1)).sum() / len(task.goal) ** 0.5
    load = np.bincount(crew, weights=share.work, minlength=len(task.goal))
    uneven = ((load / task.goal - 1) ** 2).sum()
    borders = neighbour_lists(share)
    apart = sum(parts_of(crew, number, *borders) - 1 for number in np.unique(crew).tolist())
    return float(distance / max(unit, 1e-9) + _UNEVEN * uneven + _APART * apart)


def _reconnect(share: DistrictingProblem, crew: Ints, price: Floats) -> Ints:
    """Give parts that are cut off from most of their crew's work to the best crew beside them."""
    mended = crew.copy()
    ends = crew[share.borders]
    _, part = _parts(share.borders[ends[:, 0] == ends[:, 1]], len(crew))
    # what is fixed stays, whatever hangs together with it
    weight = np.bincount(part, weights=share.work + 1e9 * (share.fixed >= 0))
    owner = np.zeros(len(weight), dtype=np.int64)
    owner[part] = crew
    for number in range(len(weight)):
        rivals = owner == owner[number]
        if weight[number] >= min(1e9, weight[rivals].max()):
            continue
        inside = part[share.borders] == number
        beside = np.unique(mended[share.borders[:, ::-1][inside & ~inside[:, ::-1]]])
        beside = beside[(beside != owner[number]) & share.on_duty[beside]]
        if len(beside):
            members = np.flatnonzero(part == number)
            mended[members] = beside[np.argmin(price[np.ix_(members, beside)].sum(axis=0))]
    return mended
