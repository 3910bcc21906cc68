"""Commands of the office: what people decide in the evening, and the lists they decide from.

Each command without a name lists what is open; with a name and a state it moves that matter on.
"""

from __future__ import annotations

import dataclasses
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from optimizer.catalogue.refusals import word
from optimizer.cli.console import (
    HERE,
    Here,
    Json,
    day_of,
    print_json,
    show,
    texts_of,
    today,
)
from optimizer.errors import RecordError

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    import pandas as pd

    from optimizer.catalogue import Texts
    from optimizer.folder import CampaignFolder
    from optimizer.model import Learned
    from optimizer.register import Register
    from optimizer.settings import Settings

PANEL = "Office"
_RECORDS: Final = "id result crew at who source opinion"
_FINDINGS: Final = "finding name station state department due_on check_from check_by note"
_OPINIONS: Final = "opinion name station state department same text answer"
_AREAS: Final = "project station state since department customers"
_REQUESTS: Final = "request name voltage state deadline max_visits matters"
_APPOINTMENTS: Final = "appointment name state window note"
_BREACHES: Final = "request voltage state deadline max_visits visits breach"

On = Annotated[str | None, typer.Option(help="Day of it, YYYY-MM-DD; without it today.")]
StationId = Annotated[str | None, typer.Option(help="List only those of this station.")]
Closed = Annotated[bool, typer.Option("--all", help="List also what is over.")]


def settle(
    account: Annotated[str | None, typer.Argument(help="Without it the list of them.")] = None,
    date: Annotated[str | None, typer.Argument(help="YYYY-MM-DD.")] = None,
    folder: Here = HERE,
    keep: Annotated[
        str | None, typer.Option(help="The record that is right; without it they are shown.")
    ] = None,
    station: StationId = None,
    as_json: Json = False,
) -> None:
    """Of records of one day that contradict each other, keep the right one."""
    from optimizer import records

    with _office(folder) as (campaign, register, texts):
        if account is None:
            rows = records.account_list(register, "conflicts", today(), station)
            show(rows, "account_no name station conflicts", texts, as_json=as_json)
            return
        if date is None:
            raise RecordError("option.settle_day", account=account)
        when = day_of(date, "DATE")
        if keep is None:
            rows = register.ledgers.records(when, when, account_no=account)
            show(rows, _RECORDS, texts, as_json=as_json)
            return
        records.settle(register, campaign.settings, account, when, keep)
        typer.echo(texts("office.settled", account_no=account, day=when, keep=keep))


def finding(
    name: Annotated[str | None, typer.Argument(help="A finding, or an account to list.")] = None,
    folder: Here = HERE,
    state: Annotated[str | None, typer.Option(help="rectified, or dropped with a --note.")] = None,
    note: Annotated[str, typer.Option(help="How, or why.")] = "",
    on: On = None,
    station: StationId = None,
    everything: Closed = False,
    as_json: Json = False,
) -> None:
    """What crews found: list it, say that it is rectified, or drop it; only a check closes it."""
    from optimizer import records

    with _office(folder) as (campaign, register, texts):
        if state is not None:
            when = _day(on)
            decided = _named(name, "finding")
            records.decide_finding(register, campaign.settings, decided, state, on=when, note=note)
            for project in records.check_projects(register, campaign.settings, when):
                typer.echo(texts("office.checked", project=project), err=True)
        rows = register.ledgers.frame("findings", station=station)
        is_open = rows["state"].isin(["open", "rectified"])
        chosen = _chosen(rows, "finding", name, is_open, everything=everything)
        show(chosen, _FINDINGS, texts, as_json=as_json)


def opinion(
    name: Annotated[str | None, typer.Argument(help="An opinion, or an account to list.")] = None,
    folder: Here = HERE,
    state: Annotated[
        str | None, typer.Option(help="sorted, sent, answered, told or merged.")
    ] = None,
    category: Annotated[str, typer.Option(help="For sorted: such as outage.")] = "",
    department: Annotated[str, typer.Option(help="For sorted and sent.")] = "",
    answer: Annotated[str, typer.Option(help="For answered.")] = "",
    into: Annotated[str, typer.Option(help="For merged: the opinion that says the same.")] = "",
    on: On = None,
    station: StationId = None,
    everything: Closed = False,
    as_json: Json = False,
) -> None:
    """What customers said: list it, sort it, send it, answer it, tell the customer."""
    from optimizer import records

    more = {"category": category, "department": department, "answer": answer, "into": into}
    given = {key: text for key, text in more.items() if text}
    if category and category not in records.CATEGORIES:
        raise RecordError("option.category", category=category, known=records.CATEGORIES)
    with _office(folder) as (campaign, register, texts):
        if state is not None:
            decided = _named(name, "opinion")
            records.decide_opinion(
                register, campaign.settings, decided, state, on=_day(on), **given
            )
        rows = records.opinion_ledger(register)
        if station is not None:
            rows = rows[rows["station"] == station]
        is_open = (rows["merged_into"] == "") & (rows["state"] != "told")
        chosen = _chosen(rows, "opinion", name, is_open, everything=everything)
        show(chosen, _OPINIONS, texts, as_json=as_json)


def area(
    name: Annotated[str | None, typer.Argument(help="An area finding; without it a list.")] = None,
    folder: Here = HERE,
    state: Annotated[
        str | None, typer.Option(help="on_site_check, approved, built or checked.")
    ] = None,
    on: On = None,
    station: StationId = None,
    everything: Closed = False,
    as_json: Json = False,
) -> None:
    """Low voltage of a whole area: list the works, or move them on; once built, all is checked."""
    from optimizer import records

    with _office(folder) as (campaign, register, texts):
        if state is not None:
            decided = _named(name, "project")
            records.advance_project(register, campaign.settings, decided, state, _day(on))
        rows = register.ledgers.projects()
        if station is not None:
            rows = rows[rows["station"] == station]
        chosen = _chosen(rows, "project", name, rows["state"] != "checked", everything=everything)
        show(chosen, _AREAS, texts, as_json=as_json)


def request(
    name: Annotated[
        str | None, typer.Argument(help="The account that asks, or the request to close.")
    ] = None,
    folder: Here = HERE,
    voltage: Annotated[str | None, typer.Option(help="Enter one: urban or hv10kv.")] = None,
    matters: Annotated[str, typer.Option(help="What to settle in one trip.")] = "",
    state: Annotated[str | None, typer.Option(help="Close it: connected or withdrawn.")] = None,
    on: On = None,
    station: StationId = None,
    everything: Closed = False,
    as_json: Json = False,
) -> None:
    """Wishes for a new connection: list them, enter one, or close one."""
    from optimizer import records

    if voltage is not None and state is not None:
        raise RecordError("option.request")
    with _office(folder) as (campaign, register, texts):
        if voltage is not None:
            name = records.add_request(
                register,
                campaign.settings,
                account_no=_named(name, "account"),
                voltage=voltage,
                asked_on=_day(on),
                matters=matters,
                workdays=campaign.workdays_path,
            )
        if state is not None:
            decided = _named(name, "request")
            records.close_request(register, campaign.settings, decided, state, _day(on))
        rows = register.ledgers.frame("requests", station=station)
        chosen = _chosen(rows, "request", name, rows["state"] == "open", everything=everything)
        show(chosen, _REQUESTS, texts, as_json=as_json)


def appointment(
    name: Annotated[
        str | None, typer.Argument(help="The account to call on, or the appointment to cancel.")
    ] = None,
    date: Annotated[str | None, typer.Argument(help="Make one for this day.")] = None,
    folder: Here = HERE,
    window: Annotated[str, typer.Option(help="Promised hours, such as 14:00-16:00.")] = "",
    note: Annotated[str, typer.Option(help="For the crew.")] = "",
    cancel: Annotated[bool, typer.Option("--cancel", help="Take it back.")] = False,
    station: StationId = None,
    everything: Closed = False,
    as_json: Json = False,
) -> None:
    """Promises to call on a day: list them, make one, or take one back."""
    from optimizer import records

    if cancel and date is not None:
        raise RecordError("option.appointment")
    with _office(folder) as (campaign, register, texts):
        if date is not None:
            name = records.add_appointment(
                register,
                campaign.settings,
                account_no=_named(name, "account"),
                date=day_of(date, "DATE"),
                window=_window(window),
                note=note,
            )
        if cancel:
            records.cancel_appointment(register, campaign.settings, _named(name, "appointment"))
        rows = register.ledgers.frame("appointments", station=station)
        waiting = register.ledgers.frame("tasks", "tasks.kind = 'appointment'")["subject"]
        is_open = rows["appointment"].isin(waiting)
        chosen = _chosen(rows, "appointment", name, is_open, everything=everything)
        show(chosen, _APPOINTMENTS, texts, as_json=as_json)


def breaches(folder: Here = HERE, on: On = None, as_json: Json = False) -> None:
    """Requests for a connection that took too many visits or too much time."""
    import pandas as pd

    from optimizer import records

    with _office(folder) as (_, register, texts):
        rows = pd.DataFrame(records.breaches(register, _day(on)))
    show(rows, _BREACHES, texts, as_json=as_json)


def learn(
    folder: Here = HERE, on: On = None, station: StationId = None, as_json: Json = False
) -> None:
    """What the field's clocks correct in the planner's times, of all stations or of one."""
    from optimizer import records

    with _office(folder) as (campaign, register, texts):
        settings = campaign.settings
        learned = records.learn(register, settings, _day(on), station)
    if as_json:
        print_json({"learn": settings.follow.learn, **dataclasses.asdict(learned)})
        return
    least = settings.follow.learn_min
    typer.echo(texts("office.observations", count=learned.observations, least=least))
    typer.echo(texts("office.learn_on" if settings.follow.learn else "office.learn_off"))
    show(_lessons(learned, settings, texts), "what name factor plan field", texts, as_json=False)


def _lessons(learned: Learned, settings: Settings, texts: Texts) -> pd.DataFrame:
    """A row a factor; of kinds also the minutes at the door as planned and as they really are."""
    import pandas as pd

    minutes = settings.visit.service_min
    rows = [
        (texts("office.lesson_service"), texts(f"customer.{kind}"), factor,
         f"{minutes[kind]:g}", f"{minutes[kind] * factor:.1f}")
        for kind, factor in learned.service.items()
    ]  # fmt: skip
    rows.append((texts("office.lesson_travel"), "", learned.travel, "", ""))
    for what, some in (("crew", learned.crews), ("area", learned.areas)):
        word = texts(f"office.lesson_{what}")
        rows += [(word, name, factor, "", "") for name, factor in some.items()]
    frame = pd.DataFrame(rows, columns=["what", "name", "factor", "plan", "field"])
    return frame.assign(factor=[f"{factor:.2f}" for factor in frame["factor"]])


@contextmanager
def _office(folder: Here) -> Iterator[tuple[CampaignFolder, Register, Texts]]:
    """The campaign, its register and its words."""
    from optimizer.folder import CampaignFolder

    campaign = CampaignFolder(folder)
    with campaign.register() as register:
        yield campaign, register, texts_of(campaign)


def _day(text: str | None) -> dt.date:
    return today() if text is None else day_of(text, "--on")


def _named(name: str | None, what: str) -> str:
    if name is None:
        raise RecordError("option.no_name", what=word(what))
    return name


def _window(text: str) -> str:
    """Hours as the planner reads them."""
    from optimizer.intake.cell_values import PARSERS

    parsed = PARSERS["windows"](text)
    if parsed.fault is not None:
        raise RecordError("option.window", text=text)
    return str(parsed.value)


def _chosen(
    rows: pd.DataFrame, key: str, name: str | None, is_open: pd.Series[bool], *, everything: bool
) -> pd.DataFrame:
    """The matter of that name or those of that account, else those that are open, else all."""
    if name is not None:
        named = rows[key] == name
        return rows[named | (rows["account_no"] == name)] if "account_no" in rows else rows[named]
    return rows if everything else rows[is_open]


COMMANDS: Final[dict[str, Any]] = {
    "settle": settle,
    "finding": finding,
    "opinion": opinion,
    "area": area,
    "request": request,
    "appointment": appointment,
    "breaches": breaches,
    "learn": learn,
}
