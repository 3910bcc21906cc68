"""Who may what: one table, which every endpoint names a row of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fastapi import HTTPException, Request

if TYPE_CHECKING:
    from collections.abc import Callable

    from optimizer.desk import Person

_ALL: Final = frozenset({"administrator", "planner", "chief", "clerk", "auditor"})
_STATION: Final = frozenset({"planner", "chief", "clerk"})

RIGHTS: Final[dict[str, frozenset[str]]] = {
    "own account": _ALL,
    "people": frozenset({"administrator"}),
    "server": frozenset({"administrator", "planner"}),
    "log": frozenset({"auditor"}),
    "see a day": _STATION,
    "change a day": frozenset({"planner", "chief"}),
    "see customers": _STATION,
    "change customers": _STATION,
    "type records": _STATION,
    "see matters": _STATION,
    "move matters": frozenset({"planner", "chief"}),
    "see the county": frozenset({"planner"}),
    "change the county": frozenset({"planner"}),
}
"""Each right and the roles that have it; chief and clerk have it for their own station alone."""
MUST_CHANGE: Final = "own account"
"""All that somebody may who still has a first password."""


def may(right: str) -> Callable[[Request], Person]:
    """Let an endpoint be reached by who has a right; where its path has a station, for that one."""
    roles = RIGHTS[right]

    def allowed(request: Request) -> Person:
        person: Person | None = request.state.person
        if person is None:
            raise HTTPException(401)
        station = request.path_params.get("station")
        stranger = person.station and station is not None and station != person.station
        if person.role not in roles or stranger:
            raise HTTPException(403)
        if person.must_change and right != MUST_CHANGE:
            raise HTTPException(403, detail="must_change")
        return person

    allowed.right = right  # type: ignore[attr-defined]
    return allowed
