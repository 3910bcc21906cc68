"""Candidates that are held back: doors on other sheets, blocks of their own days, own crews."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

from optimizer.records.duty_days import days_held
from optimizer.routes import Reason
from optimizer.routes.reasons import reason_of
from optimizer.workdays import duty, working_days

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from collections.abc import Set as AbstractSet

    from optimizer.context import CampaignContext
    from optimizer.dayplan.register_rows import Row
    from optimizer.model import Unassigned

_PATIENCE: Final = dt.timedelta(days=7)
"""So long a revisit waits for the crew that found what is to be checked."""


def held_back(
    context: CampaignContext,
    station: str,
    date: dt.date,
    rows: Sequence[Row],
    crews: Sequence[Row],
    *,
    today: dt.date | None = None,
    asked: AbstractSet[str] = frozenset(),
    replanned: bool = False,
) -> dict[str, Unassigned]:
    """Why candidates are not offered on a day, by the visit's id.

    Parameters
    ----------
    rows
        All candidates of the day.
    crews
        Those on duty.
    today
        Blocks from this day on are left to their own days; without it, all before `date` are
        backlog.
    asked
        Visits or accounts for which somebody has asked; only another sheet holds them back.
    replanned
        The day is printed already: what stands on its own sheets stays there.
    """
    register = context.register
    own = set(register.ledgers.sheet(station, date)["account_no"]) if replanned else set()
    others = [row for row in rows if row["account_no"] not in own]
    may_wait = [row for row in others if asked.isdisjoint({row["visit_id"], row["account_no"]})]
    waiting = _waiting_for_their_crew(context, station, date, may_wait, crews)
    ahead = _of_days_ahead(context, date, may_wait, today or date)
    return {
        one.visit_id: one for one in (*waiting, *ahead, *_on_other_sheets(context, date, others))
    }


def _of_days_ahead(
    context: CampaignContext, date: dt.date, rows: Sequence[Row], today: dt.date
) -> Iterator[Unassigned]:
    """First visits whose own day is still to come, before the day that is planned."""
    first, end, lang = today.isoformat(), date.isoformat(), context.settings.campaign.lang
    for row in rows:
        if row["kind"] == "first" and first <= row["planned_on"] < end:
            day = row["planned_on"]
            yield reason_of(str(row["visit_id"]), Reason.OWN_DAY, lang, day=day)


def _on_other_sheets(
    context: CampaignContext, date: dt.date, rows: Sequence[Row]
) -> Iterator[Unassigned]:
    """Doors on other sheets; a promise goes on all the same, unless it is what that sheet has."""
    since = days_held(date, context.settings, context.workdays)
    out = context.register.sheets.doors_out(date, since)
    sheets = {row["account_no"]: row for row in out.to_dict("records")}
    for row in rows:
        sheet = sheets.get(row["account_no"])
        promised = row["mandatory"] and row["kind"] in {"appointment", "request"}
        if sheet is None or (promised and sheet["kind"] != row["kind"]):
            continue
        yield reason_of(
            str(row["visit_id"]),
            Reason.ON_SHEET,
            context.settings.campaign.lang,
            day=sheet["date"],
            crew=sheet["crew"],
        )


def _waiting_for_their_crew(
    context: CampaignContext,
    station: str,
    date: dt.date,
    rows: Sequence[Row],
    crews: Sequence[Row],
) -> Iterator[Unassigned]:
    """Revisits whose crew is not on duty but will be, soon enough."""
    on_duty = {row["crew"] for row in crews}
    waiting = [
        row
        for row in rows
        if row["kind"] == "revisit"
        and not row["mandatory"]
        and row["preferred_crew"] not in on_duty | {""}
    ]
    next_days = _next_duty_days(context, station, date) if waiting else {}
    for row in waiting:
        crew = str(row["preferred_crew"])
        day = next_days.get(crew)
        if day is not None and (not row["deadline"] or day.isoformat() <= row["deadline"]):
            lang = context.settings.campaign.lang
            yield reason_of(str(row["visit_id"]), Reason.OWN_CREW, lang, crew=crew, day=day)


def _next_duty_days(context: CampaignContext, station: str, date: dt.date) -> dict[str, dt.date]:
    """The next day on duty of each crew of a station that has one soon."""
    crews = context.register.crews(station)
    days = working_days(date + dt.timedelta(days=1), date + _PATIENCE, context.workdays)
    out = duty(crews, context.register.leave(), days, context.settings)
    dates = [day.date() for day in days["date"]]
    return {
        str(crew): dates[int(row.argmax())]
        for crew, row in zip(crews["crew"], out, strict=True)
        if row.any()
    }
