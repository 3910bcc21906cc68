"""Which crew works which blocks: runs that keep areas whole, and their hand-over.

The blocks of a territory come in the order in which they are best worked off. They are cut into
runs where no area reaches across the cut; a run is what crews of a station hand to each other.
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

TOLERANCE: Final = 0.03
"""Share above its fair load from which a crew hands whole runs over."""
HARD_TOLERANCE: Final = 0.05
"""Share above its fair load from which an area may have two crews."""
KEPT_TOLERANCE: Final = 0.08
"""The same for what a crew has kept from an earlier plan, which has shared it out already."""
KEPT_DAYS: Final = 3
"""Days' work of that above its fair load that it keeps in any case: of few days a small share."""
NEAR_M: Final = 1000.0
"""Metres that are added to every distance over which work is handed."""


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
    tier
        int32 (b,): what has a smaller one comes first.
    target
        float64 (b,): the calendar day on which it should be, NaN for its fair place.
    kept
        bool (b,): it has its crew and day from an earlier plan.
    earliest, latest
        int32 (b,): calendar days that somebody has wished for.
    season
        int32 (b,): row of `season_price`.
    season_price
        float64 (seasons, days): what a block on that day costs, in days off its fair place.
    """

    crew: NDArray[np.int32]
    work_s: NDArray[np.int32]
    skilled: NDArray[np.bool_]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    areas: tuple[frozenset[int], ...]
    tier: NDArray[np.int32]
    target: NDArray[np.float64]
    kept: NDArray[np.bool_]
    earliest: NDArray[np.int32]
    latest: NDArray[np.int32]
    season: NDArray[np.int32]
    season_price: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.crew)


@dataclass(frozen=True, slots=True)
class CommittedWork:
    """What has its days already when only the rest is planned.

    `duty` is bool (crews, days), with the days that are past or printed; `work_s` float64 (crews,
    days), the work of the blocks on them.
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
    before: CommittedWork | None = None


@dataclass(slots=True)
class Run:
    """Blocks that one crew works on consecutive duty days.

    `home` is the crew of their territory.
    """

    blocks: list[int]
    crew: int
    home: int

    @property
    def days(self) -> int:
        """How many duty days it takes."""
        return len(self.blocks)


def cut_into_runs(blocks: BlockTable) -> list[Run]:
    """Cut the working order where no area reaches across, and where crew or wishes change."""
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
    """Whether two blocks are wished for at different times, or only one is kept."""
    columns = (blocks.tier, blocks.season, blocks.earliest, blocks.latest, blocks.kept)
    return any(column[a] != column[b] for column in columns)


def assign_runs(runs: list[Run], blocks: BlockTable, crews: CrewTable) -> list[Run]:
    """Hand work from overloaded crews to near crews of the station that have room.

    A crew's fair load is its share of the station's duty days, over the whole campaign: who has
    done more before does less of the rest. Afterwards no crew has more blocks than duty days, as
    far as the station as a whole has room for them.

    Returns
    -------
    list of Run
        With the crews that work them; a run of which a part was handed over is two.
    """
    days = crews.duty.sum(axis=1).astype(np.int64)
    if not days.any() or not runs:
        return runs
    pieces = [Run([*run.blocks], run.crew, run.home) for run in runs]
    _balance(pieces, blocks, crews, days, cuts=False)
    _balance(pieces, blocks, crews, days, cuts=True)
    _relieve(pieces, blocks, crews, days)
    return _joined(pieces, runs)


def _joined(pieces: list[Run], runs: list[Run]) -> list[Run]:
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


def _able(run: Run, blocks: BlockTable, crews: CrewTable) -> NDArray[np.bool_]:
    """Crews that can work every block of a run."""
    able: NDArray[np.bool_] = crews.limit_s >= blocks.work_s[run.blocks].max()
    if blocks.skilled[run.blocks].any():
        able = able & crews.skilled
    able[run.crew] = False
    return able


def _metres(
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
class _Handover:
    """Blocks `first` to `last` (not included) of a run, to another crew, and what it is worth."""

    run: Run
    first: int
    last: int
    receiver: int
    value: float


def _balance(
    runs: list[Run],
    blocks: BlockTable,
    crews: CrewTable,
    days: NDArray[np.int64],
    *,
    cuts: bool,
) -> None:
    """Hand over, one part at a time, while the most overloaded crew can be relieved by it.

    With `cuts` a run may be cut in two, and only a larger overload counts.
    """
    load = np.zeros(len(days)) if crews.before is None else crews.before.work_s.sum(axis=1)
    for run in runs:
        load[run.crew] += _work_s(run, blocks)
    fair = _fair(load.sum(), blocks, crews, days)
    stuck = np.zeros(len(days), dtype=bool)
    while True:
        over = np.where(stuck, -np.inf, (load - fair) / np.maximum(fair, 1.0))
        giver = int(np.argmax(over))
        if over[giver] <= (HARD_TOLERANCE if cuts else TOLERANCE):
            return
        own = _to_give(runs, blocks, giver, fair[giver])
        move = _best_move(own, runs, blocks, crews, load - fair, giver, cuts=cuts)
        if move is None:
            stuck[giver] = True
            continue
        part = _take(runs, move)
        work_s = _work_s(part, blocks)
        load[giver] -= work_s
        load[move.receiver] += work_s
        part.crew = move.receiver


def _fair(
    load_s: float, blocks: BlockTable, crews: CrewTable, days: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Each crew's share of the work, past and to come, but no more than its days hold."""
    whole = days if crews.before is None else crews.before.duty.sum(axis=1)
    fair: NDArray[np.float64] = load_s * whole / whole.sum()
    if crews.before is not None:
        room_s = crews.before.work_s.sum(axis=1) + days * blocks.work_s.mean()
        fair = np.minimum(fair, room_s)
    return fair


def _to_give(runs: list[Run], blocks: BlockTable, giver: int, fair_s: float) -> list[Run]:
    """What a crew may hand over: kept runs only if they alone are far too much."""
    own = [run for run in runs if run.crew == giver]
    kept = [run for run in own if blocks.kept[run.blocks[0]]]
    most_s = fair_s + max(KEPT_TOLERANCE * fair_s, KEPT_DAYS * float(blocks.work_s.mean()))
    if sum(_work_s(run, blocks) for run in kept) > most_s:
        return own
    return [run for run in own if not blocks.kept[run.blocks[0]]]


def _take(runs: list[Run], move: _Handover) -> Run:
    """Cut the part of a move off its run."""
    run = move.run
    if move.last - move.first == run.days:
        return run
    part = Run(run.blocks[move.first : move.last], run.crew, run.home)
    run.blocks = run.blocks[: move.first] + run.blocks[move.last :]
    runs.append(part)
    return part


def _best_move(  # noqa: PLR0917
    own: list[Run],
    runs: list[Run],
    blocks: BlockTable,
    crews: CrewTable,
    excess: NDArray[np.float64],
    giver: int,
    *,
    cuts: bool,
) -> _Handover | None:
    """The part and receiver with the most balance gained a metre; None if nothing is gained."""
    away = _metres([b for run in own for b in run.blocks], runs, blocks, len(excess))
    best: _Handover | None = None
    here = 0
    for run in own:
        metres = away[here : here + run.days]
        here += run.days
        for first, last, broken in _parts(run, blocks, cuts=cuts):
            part = Run(run.blocks[first:last], giver, run.home)
            work_s = _work_s(part, blocks)
            gain = (excess[giver] - excess - work_s) * work_s
            gain[~_able(part, blocks, crews) | (excess + work_s > excess[giver] / 2)] = 0
            value = gain / (NEAR_M + metres[first:last].mean(axis=0)) / (1 + broken)
            receiver = int(np.argmax(value))
            if value[receiver] > (best.value if best else 0.0):
                best = _Handover(run, first, last, receiver, float(value[receiver]))
    return best


def _parts(run: Run, blocks: BlockTable, *, cuts: bool) -> Iterator[tuple[int, int, int]]:
    """A run, and if `cuts` all its beginnings and ends: first, last, areas cut in two."""
    yield 0, run.days, 0
    if cuts:
        for cut, broken in enumerate(areas_across(run.blocks, blocks), start=1):
            yield 0, cut, broken
            yield cut, run.days, broken


def areas_across(row: list[int], blocks: BlockTable) -> list[int]:
    """How many areas lie on both sides of each place between two of some blocks."""
    seen: set[int] = set()
    left = Counter(area for b in row for area in blocks.areas[b])
    across = []
    for b in row[:-1]:
        seen |= blocks.areas[b]
        left -= Counter(blocks.areas[b])
        across.append(sum(area in left for area in seen))
    return across


def _relieve(
    runs: list[Run], blocks: BlockTable, crews: CrewTable, days: NDArray[np.int64]
) -> None:
    """Hand over what exceeds a crew's duty days, to the nearest crews with days to spare."""
    room = days.copy()
    for run in runs:
        room[run.crew] -= run.days
    for run in sorted(runs, key=lambda run: (blocks.kept[run.blocks[0]], -run.blocks[0])):
        while room[run.crew] < 0:
            able = _able(run, blocks, crews) & (room > 0)
            if not able.any():
                break
            metres = _metres(run.blocks, runs, blocks, len(days)).mean(axis=0)
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
    """The runs of a crew: its own in their order, each foreign one where it is the least detour."""
    order = sorted((run for run in runs if run.crew == run.home == crew), key=lambda r: r.blocks)
    foreign = sorted((run for run in runs if run.crew == crew != run.home), key=lambda r: r.blocks)
    for run in foreign:
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
