"""The chief's desk while crews are out: who is where in the day, who is late, who is silent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from optimizer.desk.evening_sheets import EveningSheets
from optimizer.desk.opened import day_of

if TYPE_CHECKING:
    import datetime as dt

    from optimizer.desk.evening_sheets import RowRecord
    from optimizer.model import Route

LATE_S: Final = 30 * 60
"""So far behind its plan a crew is late."""
SILENT_S: Final = 90 * 60
"""Of a crew that has said nothing for so long nobody knows where it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CrewNow:
    """Where a crew is in its day.

    Attributes
    ----------
    planned, reported, done
        Stops of the route, those with any result, and those that were visits.
    behind_s
        How long ago the next stop should have been over; 0 for a crew in time.
    last_s
        When the last record was made; None without one that tells.
    """

    crew: str
    planned: int
    reported: int
    done: int
    behind_s: int
    last_s: int | None
    state: Literal["waiting", "in_time", "late", "silent", "back"]


class LiveDay(EveningSheets):
    """Wishes of a chief whose crews are out."""

    def crews_now(self, station: str, date: dt.date | str, now_s: int) -> list[CrewNow]:
        """Each crew of a day as it stands at a time of that day; none without a plan."""
        when = day_of(date)
        plan = self.register.day_plan(station, when)
        if plan is None:
            return []
        accounts = {visit.visit_id: visit.account_no for visit in plan.visits}
        live = self._records(when, set(accounts.values()))
        found = []
        for route in plan.routes:
            records = [live.get(accounts[stop.visit_id], []) for stop in route.stops]
            found.append(_crew_now(route, [some[-1] for some in records if some], now_s))
        return found


def _crew_now(route: Route, reported: list[RowRecord], now_s: int) -> CrewNow:
    last_s = max((_clock_s(record.at) for record in reported if record.at), default=None)
    is_back = len(reported) == len(route.stops)
    behind_s = 0 if is_back else max(0, now_s - route.stops[len(reported)].departure_s)
    heard_s = max(route.stops[0].begin_s, last_s or 0)
    state: Literal["waiting", "in_time", "late", "silent", "back"] = "in_time"
    if is_back:
        state = "back"
    elif not reported and not behind_s:
        state = "waiting"
    elif now_s - heard_s > SILENT_S:
        state = "silent"
    elif behind_s > LATE_S:
        state = "late"
    return CrewNow(
        crew=route.crew_id,
        planned=len(route.stops),
        reported=len(reported),
        done=sum(record.result == "done" for record in reported),
        behind_s=behind_s,
        last_s=last_s,
        state=state,
    )


def _clock_s(at: str) -> int:
    """Seconds since midnight of an ISO moment, by its own clock."""
    hours, minutes = int(at[11:13]), int(at[14:16])
    return hours * 3600 + minutes * 60
