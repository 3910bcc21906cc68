"""A day's plan under a chief's hands: each edit gives a whole plan, judged before it is made."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING

from optimizer.dayplan.day_board import ADDED, SOFT, Board, around_hand, board_problem
from optimizer.errors import BoardError
from optimizer.routes import Reason, timed
from optimizer.routes.reasons import unassigned

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from optimizer.catalogue import Lang
    from optimizer.checker import Violation
    from optimizer.model import Route, Visit

__all__ = [
    "ADDED",
    "SOFT",
    "Absence",
    "Board",
    "Call",
    "Edit",
    "Lock",
    "Move",
    "MoveRoute",
    "Preview",
    "Weather",
    "around_hand",
    "board_problem",
    "edited",
    "preview",
]

# ---- edits -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Visits to a crew, after so many of its stops (None: where it costs least); to the tray."""

    visits: tuple[str, ...]
    crew: str | None
    after: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveRoute:
    """All stops of a crew to another, after its own."""

    crew: str
    to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """A crew's route as it is, a visit with its crew, or a visit at its time; or that taken off."""

    what: str
    name: str
    on: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One more visit, which was not among those on offer."""

    visit: Visit
    crew: str | None = None
    after: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """A crew that cannot go, whose stops go to the tray; or one that can go again."""

    crew: str
    absent: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather:
    """Rides take so many times as long as usual."""

    slower: float


Edit = Move | MoveRoute | Lock | Call | Absence | Weather


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What an edit would cost and break, before it is made.

    Attributes
    ----------
    travel_s, distance_m
        More riding, of all crews together.
    later
        How much later each crew that it concerns would be back, seconds.
    broken
        What it breaks that is not broken now.
    after
        After how many stops a visit would come that was given no position.
    """

    travel_s: int
    distance_m: int
    later: dict[str, int]
    broken: tuple[Violation, ...]
    after: int | None = None


def preview(board: Board, edit: Edit, lang: Lang = "zh") -> Preview:
    """What an edit would cost and break.

    Raises
    ------
    BoardError
        It cannot be made.
    """
    new = edited(board, edit, lang)
    known = {(one.rule, one.crew, one.visit) for one in board.broken}
    before = {route.crew_id: route for route in board.plan.routes}
    now = {route.crew_id: route for route in new.plan.routes}
    changed = [crew for crew in before.keys() | now.keys() if before.get(crew) != now.get(crew)]
    return Preview(
        travel_s=_sum(now, "travel_s") - _sum(before, "travel_s"),
        distance_m=_sum(now, "distance_m") - _sum(before, "distance_m"),
        later={crew: _back(now, crew) - _back(before, crew) for crew in sorted(changed)},
        broken=tuple(one for one in new.broken if (one.rule, one.crew, one.visit) not in known),
        after=_position(new, edit),
    )


def _sum(routes: dict[str, Route], what: str) -> int:
    return sum(getattr(route, what) for route in routes.values())


def _back(routes: dict[str, Route], crew: str) -> int:
    other = next(iter(routes.values())).start_s if routes else 0
    return routes[crew].end_s if crew in routes else other


def _position(board: Board, edit: Edit) -> int | None:
    if not isinstance(edit, Move) or edit.crew is None:
        return None
    return board.stops()[edit.crew].index(edit.visits[0])


# ---- how each edit is made ---------------------------------------------------------------------


def edited(board: Board, edit: Edit, lang: Lang = "zh") -> Board:
    """The board after an edit; only routes that it concerns are timed anew.

    Raises
    ------
    BoardError
        A visit or crew is not of this day, or cannot be where it is wanted.
    """
    for kind, make in _MAKERS.items():
        if isinstance(edit, kind):
            return make(board, edit, lang)
    raise TypeError(edit)


def _move(board: Board, edit: Move, lang: Lang) -> Board:
    for name in edit.visits:
        board.visit(name)
    if edit.crew is not None:
        board.crew(edit.crew)
    stops, going = board.stops(), set(edit.visits)
    after = edit.after
    if after is not None and edit.crew is not None:  # positions are those the chief sees
        after -= sum(name in going for name in stops[edit.crew][:after])
    stops = {crew: [n for n in names if n not in going] for crew, names in stops.items()}
    new = _pinned(board, dict.fromkeys(edit.visits, edit.crew))
    if edit.crew is None:
        return _with_stops(new, stops, lang)
    if after is None:
        return _with_cheapest(new, stops, edit.crew, edit.visits, lang)
    own = stops[edit.crew]
    if not 0 <= after <= len(own):
        raise BoardError("board.no_position", position=after, crew=edit.crew)
    stops[edit.crew] = [*own[:after], *edit.visits, *own[after:]]
    return _with_stops(new, stops, lang)


def _with_cheapest(
    board: Board, stops: dict[str, list[str]], crew: str, names: Sequence[str], lang: Lang
) -> Board:
    """Each visit where the route is back earliest, of these where least is broken."""
    one, own = board.crew(crew), list(stops[crew])
    for name in names:
        visit = board.visit(name)
        lines = [[*own[:k], name, *own[k:]] for k in range(len(own) + 1)]

        def cost(line: list[str], visit: Visit = visit) -> tuple[int, int]:
            route = timed(board.problem, one, [board.visit(n) for n in line])
            stop = next(s for s in route.stops if s.visit_id == visit.visit_id)
            outside = visit.windows and not any(stop.begin_s in w for w in visit.windows)
            return int(bool(outside)), route.end_s - route.start_s

        own = min(lines, key=cost)
    return _with_stops(board, stops | {crew: own}, lang)


def _move_route(board: Board, edit: MoveRoute, lang: Lang) -> Board:
    board.crew(edit.to)
    stops = board.stops()
    going = stops.get(edit.crew, [])
    if not going or edit.crew == edit.to:
        raise BoardError("board.no_route", crew=edit.crew)
    new = _pinned(board, dict.fromkeys(going, edit.to))
    return _with_stops(new, stops | {edit.crew: [], edit.to: [*stops[edit.to], *going]}, lang)


def _lock(board: Board, edit: Lock, lang: Lang) -> Board:
    if edit.what == "crew":
        board.crew(edit.name)
        routes = dict(board.plan.pinned_routes)
        routes.pop(edit.name, None)
        if edit.on:
            routes[edit.name] = tuple(board.stops()[edit.name])
        return replace(board, plan=replace(board.plan, pinned_routes=tuple(routes.items())))
    crew, begin_s = _where(board, edit.name)
    pin: dict[str, object] = {"pinned_start_s": begin_s if edit.on else None}
    if edit.what == "visit":
        pin = {"pinned_crew": crew if edit.on else None}
    visits = tuple(
        replace(visit, **pin) if visit.visit_id == edit.name else visit  # type: ignore[arg-type]
        for visit in board.plan.visits
    )
    new = replace(board, plan=replace(board.plan, visits=visits))
    return _retimed(new, {crew}, lang)


def _where(board: Board, name: str) -> tuple[str, int]:
    """Crew and beginning of a visit.

    Raises
    ------
    BoardError
        It is in no route.
    """
    board.visit(name)
    for route in board.plan.routes:
        for stop in route.stops:
            if stop.visit_id == name:
                return route.crew_id, stop.begin_s
    raise BoardError("board.in_no_route", visit=name)


def _call(board: Board, edit: Call, lang: Lang) -> Board:
    if edit.visit.visit_id not in {visit.visit_id for visit in board.doors.visits}:
        raise BoardError("board.no_place", visit=edit.visit.visit_id)
    plan = replace(board.plan, visits=(*board.plan.visits, edit.visit))
    new = _with_stops(replace(board, plan=plan), board.stops(), lang)
    move = Move(visits=(edit.visit.visit_id,), crew=edit.crew, after=edit.after)
    return _move(new, move, lang)


def _absence(board: Board, edit: Absence, lang: Lang) -> Board:
    plan = board.plan
    if edit.absent:
        board.crew(edit.crew)
        stops = board.stops()
        going = stops.pop(edit.crew)
        new = _pinned(board, dict.fromkeys(going))
        plan = replace(
            new.plan,
            absent=tuple(sorted({*plan.absent, edit.crew})),
            pinned_routes=tuple(one for one in plan.pinned_routes if one[0] != edit.crew),
        )
        return _with_stops(replace(new, plan=plan), stops, lang, Reason.OFF_DUTY)
    if edit.crew not in plan.absent:
        raise BoardError("board.not_absent", crew=edit.crew)
    absent = tuple(crew for crew in plan.absent if crew != edit.crew)
    return replace(board, plan=replace(plan, absent=absent))


def _weather(board: Board, edit: Weather, lang: Lang) -> Board:
    if not 1.0 <= edit.slower <= 3.0:
        raise BoardError("board.weather", slower=edit.slower)
    new = replace(board, plan=replace(board.plan, speed_factor=1 / edit.slower))
    return _retimed(new, set(new.stops()), lang)


_MAKERS: dict[type, Callable[..., Board]] = {
    Move: _move,
    MoveRoute: _move_route,
    Lock: _lock,
    Call: _call,
    Absence: _absence,
    Weather: _weather,
}


def _pinned(board: Board, crews: dict[str, str | None]) -> Board:
    """Visits pinned to crews: what a chief has placed stays there when the rest is planned.

    The pin of a time ends with the move.
    """
    visits = tuple(
        replace(visit, pinned_crew=crews[visit.visit_id], pinned_start_s=None)
        if visit.visit_id in crews
        else visit
        for visit in board.plan.visits
    )
    return replace(board, plan=replace(board.plan, visits=visits))


def _retimed(board: Board, crews: set[str], lang: Lang) -> Board:
    """The board with the routes of some crews timed anew."""
    return _with_stops(board, board.stops(), lang, anew=crews)


def _with_stops(
    board: Board,
    stops: dict[str, list[str]],
    lang: Lang,
    reason: Reason = Reason.BY_HAND,
    anew: Iterable[str] = (),
) -> Board:
    """The board with these visits of each crew; who has lost his place is in the tray."""
    old, anew = board.stops(), set(anew)
    made = {route.crew_id: route for route in board.plan.routes}
    routes = []
    for crew, names in stops.items():
        if not names:
            continue
        if crew not in anew and crew in made and names == old.get(crew):
            routes.append(made[crew])
        else:
            visits = [board.visit(name) for name in names]
            routes.append(timed(board.problem, board.crew(crew), visits))
    served = set(chain.from_iterable(stops.values()))
    aside = [one for one in board.plan.unassigned if one.visit_id not in served]
    listed = {one.visit_id for one in aside}
    aside += [
        unassigned(visit, reason, lang)
        for visit in board.plan.visits
        if visit.visit_id not in served | listed
    ]
    locked = {crew: tuple(stops.get(crew, [])) for crew, _ in board.plan.pinned_routes}
    plan = replace(
        board.plan,
        routes=tuple(routes),
        unassigned=tuple(aside),
        pinned_routes=tuple((crew, names) for crew, names in locked.items() if names),
    )
    return Board(plan=plan, doors=board.doors)
