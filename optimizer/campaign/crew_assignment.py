"""Which crew works which blocks: loads balanced within a station without splitting areas.

The blocks of a territory come in working order. They are cut into runs where no area lies on both
sides of the cut; whole runs are transferred from overloaded to near crews, then parts of runs that
leave a few doors of an area behind, and other parts only where that is not enough.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

STRAGGLERS: Final = 0.1
"""A cut that leaves no more of an area's doors on one side breaks it only in part."""
BALANCING: Final = ((0.03, 0.0), (0.02, 0.99), (0.035, np.inf))
"""Shares above its fair load from which a crew gives up runs or parts of them, and how many areas a
cut may break for that: none; some, in part; any number, so that an area may have two crews."""
KEPT_TOLERANCE: Final = 0.08
"""The same for runs kept from the previous plan, which has balanced them already."""
KEPT_DAYS: Final = 3
"""Days' work of kept runs that may exceed the fair load in any case."""
NEAR_M: Final = 1000.0
"""Metres added to the distance of every transfer, so that very near ones are worth alike."""


@dataclass(frozen=True, slots=True)
class BlockTable:
    """The blocks of one station, those of a territory one after the other in working order.

    Attributes
    ----------
    crew
        int32 (b,): the crew of the territory.
    work_s
        int32 (b,): service and travel.
    skilled
        bool (b,): holds a visit that needs a skilled crew.
    x, y
        float64 (b,): middle of its doors, local metres.
    areas
        For each block the areas that it holds.
    doors
        For each block the doors of each of these areas.
    tier
        int32 (b,): smaller tiers are worked first.
    waiting
        float64 (b,): days since its customers were last visited, their mean; longer ones go first.
    target
        float64 (b,): preferred calendar day, NaN for one in proportion to the load.
    kept
        bool (b,): crew and day are those of the previous plan.
    earliest, latest
        int32 (b,): the calendar days wished for.
    season
        int32 (b,): row of `season_penalty`.
    season_penalty
        float64 (seasons, days): penalty of a block on that day, in days off its preferred start.
    """

    crew: NDArray[np.int32]
    work_s: NDArray[np.int32]
    skilled: NDArray[np.bool_]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    areas: tuple[frozenset[int], ...]
    doors: tuple[dict[int, int], ...]
    tier: NDArray[np.int32]
    waiting: NDArray[np.float64]
    target: NDArray[np.float64]
    kept: NDArray[np.bool_]
    earliest: NDArray[np.int32]
    latest: NDArray[np.int32]
    season: NDArray[np.int32]
    season_penalty: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.crew)


@dataclass(frozen=True, slots=True)
class CommittedWork:
    """Work whose days stay when only the rest is planned.

    `duty` is bool (crews, days), past and printed days included; `work_s` float64 (crews, days),
    the work of the blocks on those.
    """

    duty: NDArray[np.bool_]
    work_s: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class CrewTable:
    """The crews of one station.

    `duty` is bool (crews, days), the days that are to be planned; `skilled` bool (crews,);
    `limit_s` int32 (crews,), the work that fits a day of each; `dates` datetime64[D] (days,).
    """

    duty: NDArray[np.bool_]
    skilled: NDArray[np.bool_]
    limit_s: NDArray[np.int32]
    dates: NDArray[np.datetime64]
    committed: CommittedWork | None = None


@dataclass(slots=True)
class Run:
    """Consecutive blocks of a territory that share no area with those around them.

    `crew` works them; `home` is the crew of their territory.
    """

    blocks: list[int]
    crew: int
    home: int

    @property
    def days(self) -> int:
        """Duty days that it takes: one a block."""
        return len(self.blocks)


def cut_into_runs(blocks: BlockTable) -> list[Run]:
    """Cut the working order where no area lies on both sides, and where crew or wishes change."""
    last_seen = {area: b for b, areas in enumerate(blocks.areas) for area in areas}
    runs: list[Run] = []
    reach = -1
    for b, areas in enumerate(blocks.areas):
        crew = int(blocks.crew[b])
        if b > reach or runs[-1].crew != crew or _differ(blocks, b - 1, b):
            runs.append(Run([], crew, crew))
        runs[-1].blocks.append(b)
        reach = max(reach, b, *(last_seen[area] for area in areas))
    return runs


def _differ(blocks: BlockTable, a: int, b: int) -> bool:
    """Whether two blocks differ in their wishes, or only one is kept."""
    columns = (blocks.tier, blocks.season, blocks.earliest, blocks.latest, blocks.kept)
    return any(column[a] != column[b] for column in columns)


def assign_runs(runs: list[Run], blocks: BlockTable, crews: CrewTable) -> list[Run]:
    """Transfer runs from overloaded crews to near crews of the station that have room.

    A crew's fair load is its share of the station's duty days, over the whole campaign: a crew that
    has done more before does less of the rest. Afterwards no crew has more blocks than duty days,
    as far as the station as a whole has room for them.

    Returns
    -------
    list of Run
        With the crews that work them; a run of which a part was transferred is two.
    """
    days = crews.duty.sum(axis=1).astype(np.int64)
    if not days.any() or not runs:
        return runs
    pieces = [Run([*run.blocks], run.crew, run.home) for run in runs]
    for tolerance, most_broken in BALANCING:
        _balance_loads(pieces, blocks, crews, days, tolerance, most_broken)
    _fit_duty_days(pieces, blocks, crews, days)
    return _rejoin_pieces(pieces, runs)


def _rejoin_pieces(pieces: list[Run], runs: list[Run]) -> list[Run]:
    """Pieces of one run that still have the same crew, together again."""
    run_of = {b: index for index, run in enumerate(runs) for b in run.blocks}
    joined: dict[tuple[int, int], Run] = {}
    for piece in pieces:
        key = (run_of[piece.blocks[0]], piece.crew)
        whole = joined.setdefault(key, Run([], piece.crew, piece.home))
        whole.blocks = sorted(whole.blocks + piece.blocks)
    return list(joined.values())


def _work_s(run: Run, blocks: BlockTable) -> float:
    return float(blocks.work_s[run.blocks].sum())


def _able_crews(run: Run, blocks: BlockTable, crews: CrewTable) -> NDArray[np.bool_]:
    """Crews that can work every block of a run."""
    able: NDArray[np.bool_] = crews.limit_s >= blocks.work_s[run.blocks].max()
    if blocks.skilled[run.blocks].any():
        able = able & crews.skilled
    able[run.crew] = False
    return able


def _metres_to_crews(
    rows: list[int], runs: list[Run], blocks: BlockTable, number: int
) -> NDArray[np.float64]:
    """From some blocks to the nearest block of each crew, (rows, crews); 100 km without one."""
    away = np.full((len(rows), number), 1e5)
    x, y = blocks.x[rows, None], blocks.y[rows, None]
    for crew in range(number):
        own = [b for run in runs if run.crew == crew for b in run.blocks]
        if own:
            away[:, crew] = np.hypot(x - blocks.x[own], y - blocks.y[own]).min(axis=1)
    return away


@dataclass(frozen=True, slots=True)
class _Transfer:
    """Blocks `first` to `last` (not included) of a run to another crew."""

    run: Run
    first: int
    last: int
    receiver: int


def _balance_loads(  # noqa: PLR0917
    runs: list[Run],
    blocks: BlockTable,
    crews: CrewTable,
    days: NDArray[np.int64],
    tolerance: float,
    most_broken: float,
) -> None:
    """Transfer the best part from the most overloaded crew while that helps.

    A crew gives up what it has more than `tolerance` above its fair load; a run may be cut in two
    where that breaks no more than `most_broken` areas.
    """
    load = np.zeros(len(days)) if crews.committed is None else crews.committed.work_s.sum(axis=1)
    for run in runs:
        load[run.crew] += _work_s(run, blocks)
    fair = _fair_loads(load.sum(), blocks, crews, days)
    stuck = np.zeros(len(days), dtype=bool)
    while True:
        over = np.where(stuck, -np.inf, (load - fair) / np.maximum(fair, 1.0))
        giver = int(np.argmax(over))
        if over[giver] <= tolerance:
            return
        own = _transferable(runs, blocks, giver, fair[giver])
        transfer = _best_transfer(own, runs, blocks, crews, load - fair, giver, most_broken)
        if transfer is None:
            stuck[giver] = True
            continue
        part = _split_off(runs, transfer)
        work_s = _work_s(part, blocks)
        load[giver] -= work_s
        load[transfer.receiver] += work_s
        part.crew = transfer.receiver


def _fair_loads(
    load_s: float, blocks: BlockTable, crews: CrewTable, days: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Each crew's share of all work, past and to come, but no more than fits its days."""
    whole = days if crews.committed is None else crews.committed.duty.sum(axis=1)
    fair: NDArray[np.float64] = load_s * whole / whole.sum()
    if crews.committed is not None:
        room_s = crews.committed.work_s.sum(axis=1) + days * blocks.work_s.mean()
        fair = np.minimum(fair, room_s)
    return fair


def _transferable(runs: list[Run], blocks: BlockTable, giver: int, fair_s: float) -> list[Run]:
    """The runs that a crew may give up: kept ones only if they alone are far too much."""
    own = [run for run in runs if run.crew == giver]
    kept = [run for run in own if blocks.kept[run.blocks[0]]]
    most_s = fair_s + max(KEPT_TOLERANCE * fair_s, KEPT_DAYS * float(blocks.work_s.mean()))
    if sum(_work_s(run, blocks) for run in kept) > most_s:
        return own
    return [run for run in own if not blocks.kept[run.blocks[0]]]


def _split_off(runs: list[Run], transfer: _Transfer) -> Run:
    """Cut the part of a transfer off its run."""
    run = transfer.run
    if transfer.last - transfer.first == run.days:
        return run
    part = Run(run.blocks[transfer.first : transfer.last], run.crew, run.home)
    run.blocks = run.blocks[: transfer.first] + run.blocks[transfer.last :]
    runs.append(part)
    return part


def _best_transfer(  # noqa: PLR0917
    own: list[Run],
    runs: list[Run],
    blocks: BlockTable,
    crews: CrewTable,
    excess: NDArray[np.float64],
    giver: int,
    most_broken: float,
) -> _Transfer | None:
    """The part and receiver that gain most balance for the distance; None if nothing is gained."""
    parts = [(run, *part) for run in own for part in _transferable_parts(run, blocks, most_broken)]
    if not parts:
        return None
    rows = [run.blocks[first:last] for run, first, last, _ in parts]
    every, begins = np.concatenate(rows), np.cumsum([0, *map(len, rows)])[:-1]
    mine = sorted({b for run in own for b in run.blocks})
    away = _metres_to_crews(mine, runs, blocks, len(excess))[np.searchsorted(mine, every)]
    work = blocks.work_s[every].astype(float)
    work_s = np.add.reduceat(work, begins)[:, None]
    metres = np.add.reduceat(away, begins, axis=0) / np.array([[len(some)] for some in rows])
    able = crews.limit_s >= np.maximum.reduceat(work, begins)[:, None]
    able &= crews.skilled | ~np.logical_or.reduceat(blocks.skilled[every], begins)[:, None]
    able[:, giver] = False
    gain = (excess[giver] - excess - work_s) * work_s
    gain[~able | (excess + work_s > excess[giver] / 2)] = 0
    value = gain / (NEAR_M + metres) / (1 + np.array([[broken] for *_, broken in parts]))
    best, receiver = np.unravel_index(int(np.argmax(value)), value.shape)
    run, first, last, _ = parts[best]
    return _Transfer(run, first, last, int(receiver)) if value[best, receiver] > 0 else None


def _transferable_parts(
    run: Run, blocks: BlockTable, most_broken: float
) -> Iterator[tuple[int, int, float]]:
    """A run, and its beginnings and ends: first, last, areas broken, no more than `most_broken`."""
    yield 0, run.days, 0.0
    for cut, broken in enumerate(broken_areas(run.blocks, blocks), start=1):
        if broken <= most_broken:
            yield 0, cut, broken
            yield cut, run.days, broken


def broken_areas(row: list[int], blocks: BlockTable) -> list[float]:
    """How many areas a cut would break, at each place between two blocks.

    An area is broken where more than a tenth of its doors lie on either side.
    """
    whole = Counter[int]()
    for b in row:
        whole.update(blocks.doors[b])
    left, broken = dict.fromkeys(whole, 0), dict.fromkeys(whole, 0.0)
    found = []
    for b in row[:-1]:
        for area, doors in blocks.doors[b].items():
            left[area] += doors
            share = min(left[area], whole[area] - left[area]) / whole[area]
            broken[area] = share if share <= STRAGGLERS else 1.0
        found.append(sum(broken.values()))
    return found


def _fit_duty_days(
    runs: list[Run], blocks: BlockTable, crews: CrewTable, days: NDArray[np.int64]
) -> None:
    """Transfer what exceeds a crew's duty days to the nearest crews with days to spare."""
    room = days.copy()
    for run in runs:
        room[run.crew] -= run.days
    for run in sorted(runs, key=lambda run: (blocks.kept[run.blocks[0]], -run.blocks[0])):
        while room[run.crew] < 0:
            able = _able_crews(run, blocks, crews) & (room > 0)
            if not able.any():
                break
            metres = _metres_to_crews(run.blocks, runs, blocks, len(days)).mean(axis=0)
            away = np.where(able, metres, np.inf)
            receiver = int(np.argmin(away))
            part = run
            number = int(min(room[receiver], -room[run.crew]))
            if number < run.days:
                part = Run(run.blocks[-number:], run.crew, run.home)
                run.blocks = run.blocks[:-number]
                runs.append(part)
            room[run.crew] += part.days
            room[receiver] -= part.days
            part.crew = receiver
            if part is run:
                break


def working_order(runs: list[Run], crew: int, blocks: BlockTable) -> list[Run]:
    """The runs of a crew: those of its territory in order, the others by cheapest insertion."""
    order = sorted((run for run in runs if run.crew == run.home == crew), key=lambda r: r.blocks)
    transferred = sorted(
        (run for run in runs if run.crew == crew != run.home), key=lambda r: r.blocks
    )
    for run in transferred:
        detours = [_detour(blocks, order, place, run) for place in range(len(order) + 1)]
        order.insert(int(np.argmin(detours)), run)
    return order


def _detour(blocks: BlockTable, order: list[Run], place: int, run: Run) -> float:
    ends = order[place - 1].blocks[-1:] if place else []
    ends = [*ends, *(order[place].blocks[:1] if place < len(order) else [])]
    whole = [*ends[:1], run.blocks[0]], [run.blocks[-1], *ends[-1:]]
    detour = sum(_apart(blocks, a, b) for ends_ in whole for a, b in pairwise(ends_))
    return detour - (_apart(blocks, *ends) if len(ends) == 2 else 0.0)


def _apart(blocks: BlockTable, a: int, b: int) -> float:
    return float(np.hypot(blocks.x[a] - blocks.x[b], blocks.y[a] - blocks.y[b]))
