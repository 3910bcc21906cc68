"""A board as JSON: all that the page's list, map, time line and tray show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from optimizer.desk import SOFT
from optimizer.web.pages import masked

if TYPE_CHECKING:
    from collections.abc import Iterable

    from optimizer.catalogue import Texts
    from optimizer.desk import OpenBoard, Preview, Violation
    from optimizer.model import DayPlan, Route, Visit
    from optimizer.web.board_wishes import Wish

MOST_OF_A_REASON: Final = 40
BY_THE_CHIEF: Final = frozenset({"by_hand", "off_duty"})
"""Reasons whose visits are all listed: what a chief has taken off, he may want back."""
TOLD_OTHERWISE: Final = frozenset({"on_sheet", "off_sheet"})
"""Reasons about which a page has other buttons than the command line has words."""


def as_json(opened: OpenBoard, texts: Texts) -> dict[str, Any]:
    """Crews with their stops and times, the tray, what is broken, what can be undone."""
    board, plan = opened.board, opened.board.plan
    tray = _tray(plan, texts)
    shown = {one["id"] for group in tray for one in group["visits"]}
    shown |= {stop.visit_id for route in plan.routes for stop in route.stops}
    routes = {route.crew_id: route for route in plan.routes}
    locked = {crew for crew, _ in plan.pinned_routes}
    return {
        "revision": opened.revision,
        "version": opened.printed.version,
        "outdated": opened.outdated,
        "station": {
            "name": plan.station.name,
            "lon": plan.station.location.lon,
            "lat": plan.station.location.lat,
        },
        "slower": round(1 / plan.speed_factor, 2),
        "crews": [
            {
                "id": crew.crew_id,
                "members": list(crew.members),
                "locked": crew.crew_id in locked,
                "absent": crew.crew_id in plan.absent,
                **_route(routes.get(crew.crew_id)),
            }
            for crew in plan.crews
        ],
        "visits": {v.visit_id: _visit(v, texts) for v in plan.visits if v.visit_id in shown},
        "tray": tray,
        "broken": broken_json(board.broken, plan, texts),
        "totals": {
            "visits": board.figures.visits,
            "crews": len(board.figures.crews),
            "km": round(board.figures.distance_m / 1000, 1),
            "first_back_s": min((crew.end_s for crew in board.figures.crews), default=None),
            "last_back_s": max((crew.end_s for crew in board.figures.crews), default=None),
        },
        "undo": opened.draft.done[0].name if opened.draft and opened.draft.done else None,
        "redo": opened.draft.undone[0].name if opened.draft and opened.draft.undone else None,
        "changed": bool(opened.draft and opened.changes),
    }


def _route(route: Route | None) -> dict[str, Any]:
    """Times of a route: rides, waiting, doors, lunch."""
    if route is None:
        return {"stops": [], "start_s": None, "end_s": None, "km": 0.0, "rest": None}
    rest = route.rest
    return {
        "stops": [
            {
                "id": stop.visit_id,
                "arrival_s": stop.arrival_s,
                "begin_s": stop.begin_s,
                "departure_s": stop.departure_s,
                "travel_s": stop.travel_s,
            }
            for stop in route.stops
        ],
        "start_s": route.start_s,
        "end_s": route.end_s,
        "km": round(route.distance_m / 1000, 1),
        "rest": None if rest is None else {"start_s": rest.start_s, "s": rest.duration_s},
    }


def _visit(visit: Visit, texts: Texts) -> dict[str, Any]:
    place = visit.location
    return {
        "account": visit.account_no,
        "name": visit.name,
        "address": visit.address,
        "phone": masked(visit.phone),
        "area": visit.area,
        "kind": str(visit.kind),
        "kind_word": texts(f"kind.{visit.kind}"),
        "lon": place.lon if place else None,
        "lat": place.lat if place else None,
        "windows": [[window.start_s, window.end_s] for window in visit.windows],
        "deadline": visit.deadline.isoformat() if visit.deadline else None,
        "mandatory": visit.mandatory,
        "pinned_crew": visit.pinned_crew,
        "pinned_s": visit.pinned_start_s,
        "why": visit.why,
    }


def _tray(plan: DayPlan, texts: Texts) -> list[dict[str, Any]]:
    """Who is in no route, by reason; each reason with its number and what to do.

    What the chief has taken off comes first, then the commonest; of a long reason the most
    pressing are listed, the others are found by the search.
    """
    groups: dict[str, dict[str, Any]] = {}
    for one in plan.unassigned:
        group = groups.setdefault(
            one.code,
            {
                "code": one.code,
                "title": texts(f"tray.{one.code}"),
                "action": _action(one.code, texts),
                "count": 0,
                "visits": [],
            },
        )
        group["count"] += 1
        if group["count"] <= MOST_OF_A_REASON or one.code in BY_THE_CHIEF:
            group["visits"].append({"id": one.visit_id, "reason": one.reason})
    return sorted(
        groups.values(), key=lambda group: (group["code"] not in BY_THE_CHIEF, -group["count"])
    )


def _action(code: str, texts: Texts) -> str:
    """What a chief at his board can do about who is unassigned for a reason."""
    if code in TOLD_OTHERWISE:
        return texts(f"tray_do.{code}")
    return texts(f"unassigned_action.{code}")


def broken_json(broken: Iterable[Violation], plan: DayPlan, texts: Texts) -> list[dict[str, Any]]:
    """What is broken, in words."""
    names = {visit.visit_id: visit.name or visit.account_no for visit in plan.visits}
    return [
        {
            "rule": one.rule,
            "crew": one.crew,
            "visit": one.visit,
            "hard": one.rule not in SOFT,
            "name": names.get(one.visit, ""),
            "text": texts(f"broken.{one.rule}"),
        }
        for one in broken
    ]


def preview_json(seen: Preview, opened: OpenBoard, texts: Texts) -> dict[str, Any]:
    """What an edit would cost and break."""
    return {
        "minutes": round(seen.travel_s / 60),
        "km": round(seen.distance_m / 1000, 1),
        "later": {crew: round(later_s / 60) for crew, later_s in seen.later.items()},
        "broken": broken_json(seen.broken, opened.board.plan, texts),
        "after": seen.after,
    }


def stale_json(opened: OpenBoard, wanted: str, texts: Texts) -> dict[str, Any]:
    """The board as somebody else has left it, beside what was wanted."""
    latest = opened.draft.done[0] if opened.draft and opened.draft.done else None
    return {
        "error": texts("board_page.stale"),
        "who": latest.who if latest else texts("board_page.somebody"),
        "did": latest.name if latest else texts("board_page.stepped"),
        "at": latest.at if latest else "",
        "wanted": wanted,
        "board": as_json(opened, texts),
    }


def step_name(wish: Wish, opened: OpenBoard, texts: Texts) -> str:
    """What a step is called when it is to be undone: 孙某云 → 二组."""
    names = {v.visit_id: v.name or v.account_no for v in opened.board.plan.visits}
    who = names.get((wish.visits or [wish.name])[0], wish.name or wish.account)
    if len(wish.visits) > 1:
        who = texts("step.several", name=who, count=len(wish.visits))
    crew = wish.crew or texts("step.tray")
    if wish.what == "route":
        return texts("step.route", crew=wish.crew, to=wish.to)
    if wish.what == "lock":
        name = wish.name if wish.kind == "crew" else who
        return texts("step.lock" if wish.on else "step.unlock", name=name)
    if wish.what == "absent":
        return texts("step.absent" if wish.on else "step.back", crew=wish.crew)
    if wish.what == "weather":
        return texts("step.weather", slower=f"{wish.slower:.1f}")
    return texts("step.move", name=who, crew=crew)
