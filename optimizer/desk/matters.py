"""The office's desk: what people decide in the evening, and the lists they decide from."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from optimizer.catalogue import Message, word
from optimizer.desk.opened import OpenCampaign, day_of
from optimizer.errors import RecordError

if TYPE_CHECKING:
    import pandas as pd


class Matters(OpenCampaign):
    """Wishes of the office; each list holds what is open, or of one name or account, or all."""

    def records_of(self, account_no: str, date: dt.date | str) -> pd.DataFrame:
        """All records of an account's day, to choose the right one."""
        when = day_of(date)
        return self.register.ledgers.records(when, when, account_no=account_no)

    def settle(self, account_no: str, date: dt.date | str, keep: str) -> None:
        """Of records of one day that contradict each other, keep the right one.

        Raises
        ------
        RecordError
            There is no such record.
        """
        from optimizer.records import settle

        settle(self.register, self.settings, account_no, self.past_day(date), keep)

    def take_back(self, kind: str, name: str | None) -> None:
        """Take the last decision about a matter back; it is as it was before.

        Parameters
        ----------
        kind
            finding, project, opinion, request, appointment, account, or settle (ACCOUNT/DATE).

        Raises
        ------
        RecordError
            Nothing was decided about it, or all of it was taken back.
        """
        from optimizer.records import last_decision, take_back

        event = last_decision(self.register, kind, named(name, kind))
        take_back(self.register, self.settings, kind, event)

    # ---- findings and area works --------------------------------------------------------------

    def findings(
        self, name: str | None = None, station: str | None = None, *, everything: bool = False
    ) -> pd.DataFrame:
        """What crews found."""
        rows = self.register.ledgers.frame("findings", station=station)
        is_open = rows["state"].isin(["open", "rectified"])
        return _chosen(rows, "finding", name, is_open, everything=everything)

    def decide_finding(
        self, name: str | None, state: str, date: dt.date | str | None = None, note: str = ""
    ) -> list[str]:
        """Say that a finding is rectified, or drop it; tell area findings that are over by it.

        Raises
        ------
        RecordError
            There is no such finding or state, or a dropped one has no note.
        """
        from optimizer.records import check_projects, decide_finding

        when, decided = self.past_day(date), named(name, "finding")
        decide_finding(self.register, self.settings, decided, state, on=when, note=note)
        return check_projects(self.register, self.settings, when)

    def area_works(
        self, name: str | None = None, station: str | None = None, *, everything: bool = False
    ) -> pd.DataFrame:
        """Low voltage of whole areas."""
        rows = self.register.ledgers.projects()
        if station is not None:
            rows = rows[rows["station"] == station]
        return _chosen(rows, "project", name, rows["state"] != "checked", everything=everything)

    def advance_area_work(
        self, name: str | None, state: str, date: dt.date | str | None = None
    ) -> None:
        """Move an area's works on.

        Raises
        ------
        RecordError
            There are no such works, or no such step.
        """
        from optimizer.records import advance_project

        decided = named(name, "project")
        advance_project(self.register, self.settings, decided, state, self.past_day(date))

    # ---- opinions -----------------------------------------------------------------------------

    def opinions(
        self, name: str | None = None, station: str | None = None, *, everything: bool = False
    ) -> pd.DataFrame:
        """What customers said; praise is no open matter."""
        from optimizer.records import opinion_ledger
        from optimizer.records.entry import PRAISE

        rows = opinion_ledger(self.register)
        if station is not None:
            rows = rows[rows["station"] == station]
        is_open = (rows["merged_into"] == "") & (rows["state"] != "told")
        is_open &= rows["category"] != PRAISE
        return _chosen(rows, "opinion", name, is_open, everything=everything)

    def decide_opinion(
        self, name: str | None, state: str, date: dt.date | str | None = None, **given: str
    ) -> None:
        """Sort an opinion, send it, answer it, tell the customer.

        Parameters
        ----------
        **given
            category, department, answer, into.

        Raises
        ------
        RecordError
            There is no such opinion, state or category.
        """
        from optimizer.records import decide_opinion

        on = self.past_day(date)
        decide_opinion(self.register, self.settings, named(name, "opinion"), state, on=on, **given)

    # ---- promises -----------------------------------------------------------------------------

    def requests(
        self, name: str | None = None, station: str | None = None, *, everything: bool = False
    ) -> pd.DataFrame:
        """Wishes for a new connection, each with the visits that were spent on it."""
        from optimizer.records.request_limits import visits_spent

        rows = self.register.ledgers.frame("requests", station=station)
        spent = {request.request: visits for request, visits in visits_spent(self.register)}
        rows = rows.assign(visits=rows["request"].map(spent).astype("int64"))
        return _chosen(rows, "request", name, rows["state"] == "open", everything=everything)

    def add_request(
        self,
        account_no: str | None,
        voltage: str,
        date: dt.date | str | None = None,
        matters: str = "",
    ) -> str:
        """Enter a wish for a new connection; tell its name.

        Raises
        ------
        RecordError
            There is no such account, or the voltage is another word.
        """
        from optimizer.records import add_request

        return add_request(
            self.register,
            self.settings,
            account_no=named(account_no, "account"),
            voltage=voltage,
            asked_on=self.past_day(date),
            matters=matters,
            workdays=self.workdays,
        )

    def request_at_risk(self, name: str) -> Message | None:
        """Why a request cannot be kept as things stand: no crew is on duty by its deadline."""
        from optimizer.records.duty_days import crew_to_send, on_duty_by

        rows = self.requests(name).to_dict("records")
        row = next((row for row in rows if name in {row["request"], row["account_no"]}), None)
        if row is None or row["voltage"] != "urban" or not row["station"]:
            return None
        first, last = day_of(row["asked_on"]) + dt.timedelta(days=1), day_of(row["deadline"])
        station, days = row["station"], (first, last)
        if on_duty_by(self.register, self.settings, station, days, self.workdays):
            return None
        crew = crew_to_send(self.register, station, last)
        return Message("office.request_at_risk", station=row["station"], day=last, crew=crew or "–")

    def decide_account(
        self, account_no: str | None, state: str, date: dt.date | str | None = None, note: str = ""
    ) -> None:
        """Take an account off every list (closed), or begin anew with it (again).

        Raises
        ------
        RecordError
            There is no such account or state, nothing is known of it, or the note is missing.
        """
        from optimizer.records import decide_account

        account, on = named(account_no, "account"), self.past_day(date)
        decide_account(self.register, self.settings, account, state, on=on, note=note)

    def close_request(
        self, name: str | None, state: str, date: dt.date | str | None = None
    ) -> None:
        """Close a wish for a new connection: connected or withdrawn.

        Raises
        ------
        RecordError
            There is no such request or state.
        """
        from optimizer.records import close_request

        decided = named(name, "request")
        close_request(self.register, self.settings, decided, state, self.past_day(date))

    def breaches(self, date: dt.date | str | None = None) -> pd.DataFrame:
        """Requests for a connection that took too many visits or too much time."""
        import pandas as pd

        from optimizer.records import breaches

        return pd.DataFrame(breaches(self.register, self.day(date)))

    def appointments(
        self, name: str | None = None, station: str | None = None, *, everything: bool = False
    ) -> pd.DataFrame:
        """Promises to call on a day."""
        rows = self.register.ledgers.frame("appointments", station=station)
        waiting = self.register.ledgers.frame("tasks", "tasks.kind = 'appointment'")["subject"]
        is_open = rows["appointment"].isin(waiting)
        return _chosen(rows, "appointment", name, is_open, everything=everything)

    def add_appointment(
        self, account_no: str | None, date: dt.date | str, window: str = "", note: str = ""
    ) -> str:
        """Promise to call on a day; tell the promise's name.

        Parameters
        ----------
        window
            Promised hours, such as 14:00-16:00.

        Raises
        ------
        RecordError
            There is no such account, or the hours cannot be read.
        """
        from optimizer.records import add_appointment

        return add_appointment(
            self.register,
            self.settings,
            account_no=named(account_no, "account"),
            date=self.day_ahead(date),
            window=_hours(window),
            note=note,
        )

    def cancel_appointment(self, name: str | None) -> None:
        """Take a promise back.

        Raises
        ------
        RecordError
            There is no such promise.
        """
        from optimizer.records import cancel_appointment

        cancel_appointment(self.register, self.settings, named(name, "appointment"))


def named(name: str | None, what: str) -> str:
    """The name that was given; an error that says of what it is missing."""
    if name is None:
        raise RecordError("option.no_name", what=word(what))
    return name


def _hours(text: str) -> str:
    """Hours as the planner reads them."""
    from optimizer.tables.cell_values import PARSERS

    parsed = PARSERS["windows"](text)
    if parsed.fault is not None:
        raise RecordError("option.window", text=text)
    return str(parsed.value)


def _chosen(
    rows: pd.DataFrame, key: str, name: str | None, is_open: pd.Series[bool], *, everything: bool
) -> pd.DataFrame:
    """The matter of that name or those of that account, else those that are open, else all."""
    if name is not None:
        matches = rows[key] == name
        if "account_no" in rows:
            matches |= rows["account_no"] == name
        return rows[matches]
    return rows if everything else rows[is_open]
