"""Commands of the office: what people decide in the evening, and the lists they decide from.

Each command without a name lists what is open; with a name and a state it moves that matter on.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from optimizer.cli.console import HERE, Here, Json, print_json, show, texts_of
from optimizer.errors import RecordError

if TYPE_CHECKING:
    import datetime as dt

    import pandas as pd

    from optimizer.catalogue import Texts
    from optimizer.model import Learned
    from optimizer.settings import Settings

PANEL = "Office"
_RECORDS: Final = "id result crew at who source opinion"
_FINDINGS: Final = "finding name station state department due_on check_from check_by note"
_OPINIONS: Final = "opinion name station state department same text answer"
_AREAS: Final = "project station state since department customers"
_REQUESTS: Final = "request name voltage state deadline visits max_visits matters"
_APPOINTMENTS: Final = "appointment name state window note"
_BREACHES: Final = "request voltage state deadline max_visits visits breach"

On = Annotated[str | None, typer.Option(help="Day of it, YYYY-MM-DD; without it today.")]
StationId = Annotated[str | None, typer.Option(help="List only those of this station.")]
Closed = Annotated[bool, typer.Option("--all", help="List also what is over.")]
Back = Annotated[bool, typer.Option("--back", help="Take the last decision about it back.")]


def settle(
    account: Annotated[str | None, typer.Argument(help="Without it the list of them.")] = None,
    date: Annotated[str | None, typer.Argument(help="YYYY-MM-DD.")] = None,
    folder: Here = HERE,
    keep: Annotated[
        str | None, typer.Option(help="The record that is right; without it they are shown.")
    ] = None,
    back: Back = False,
    station: StationId = None,
    as_json: Json = False,
) -> None:
    """Of records of one day that contradict each other, keep the right one."""
    from optimizer.desk import Campaign, day_of

    with Campaign(folder) as campaign:
        station = campaign.station_id(station)
        texts = texts_of(campaign)
        if account is None:
            rows = campaign.accounts("conflicts", station=station)
            show(rows, "account_no name station conflicts", texts, as_json=as_json)
            return
        if date is None:
            raise RecordError("option.settle_day", account=account)
        when = day_of(date, "DATE")
        if back:
            campaign.take_back("settle", f"{account}/{when}")
        if keep is None:
            rows = campaign.records_of(account, when)
            show(rows, _RECORDS, texts, as_json=as_json)
            return
        campaign.settle(account, when, keep)
        typer.echo(texts("office.settled", account_no=account, day=when, keep=keep))


def finding(
    name: Annotated[str | None, typer.Argument(help="A finding, or an account to list.")] = None,
    folder: Here = HERE,
    state: Annotated[str | None, typer.Option(help="rectified, or dropped with a --note.")] = None,
    note: Annotated[str, typer.Option(help="How, or why.")] = "",
    on: On = None,
    back: Back = False,
    station: StationId = None,
    everything: Closed = False,
    as_json: Json = False,
) -> None:
    """What crews found: list it, say that it is rectified, or drop it; only a check closes it."""
    from optimizer.desk import Campaign

    with Campaign(folder) as campaign:
        station = campaign.station_id(station)
        texts = texts_of(campaign)
        if state is not None:
            for project in campaign.decide_finding(name, _state(state, texts), _on(on), note):
                typer.echo(texts("office.checked", project=project), err=True)
        if back:
            campaign.take_back("finding", name)
        rows = campaign.findings(name, station, everything=everything)
        show(rows, _FINDINGS, texts, as_json=as_json)


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
    back: Back = False,
    station: StationId = None,
    everything: Closed = False,
    as_json: Json = False,
) -> None:
    """What customers said: list it, sort it, send it, answer it, tell the customer."""
    from optimizer.catalogue import Message, Texts
    from optimizer.desk import CATEGORIES, Campaign

    category = Texts().name_of(category, "category")
    more = {"category": category, "department": department, "answer": answer, "into": into}
    given = {key: text for key, text in more.items() if text}
    if category and category not in CATEGORIES:
        known = [Message(f"category.{name}") for name in CATEGORIES]
        raise RecordError("option.category", category=category, known=known)
    with Campaign(folder) as campaign:
        station = campaign.station_id(station)
        if state is not None:
            campaign.decide_opinion(name, _state(state, texts_of(campaign)), _on(on), **given)
        if back:
            campaign.take_back("opinion", name)
        rows = campaign.opinions(name, station, everything=everything)
        show(rows, _OPINIONS, texts_of(campaign), as_json=as_json)


def area(
    name: Annotated[str | None, typer.Argument(help="An area finding; without it a list.")] = None,
    folder: Here = HERE,
    state: Annotated[
        str | None, typer.Option(help="on_site_check, approved, built or checked.")
    ] = None,
    on: On = None,
    back: Back = False,
    station: StationId = None,
    everything: Closed = False,
    as_json: Json = False,
) -> None:
    """Low voltage of a whole area: list the works, or move them on; once built, all is checked."""
    from optimizer.desk import Campaign

    with Campaign(folder) as campaign:
        station = campaign.station_id(station)
        if state is not None:
            campaign.advance_area_work(name, _state(state, texts_of(campaign)), _on(on))
        if back:
            campaign.take_back("project", name)
        rows = campaign.area_works(name, station, everything=everything)
        show(rows, _AREAS, texts_of(campaign), as_json=as_json)


def request(
    name: Annotated[
        str | None, typer.Argument(help="The account that asks, or the request to close.")
    ] = None,
    folder: Here = HERE,
    voltage: Annotated[str | None, typer.Option(help="Enter one: urban or hv10kv.")] = None,
    matters: Annotated[str, typer.Option(help="What to settle in one trip.")] = "",
    state: Annotated[str | None, typer.Option(help="Close it: connected or withdrawn.")] = None,
    on: On = None,
    back: Back = False,
    station: StationId = None,
    everything: Closed = False,
    as_json: Json = False,
) -> None:
    """Wishes for a new connection: list them, enter one, or close one."""
    from optimizer.desk import Campaign

    if voltage is not None and state is not None:
        raise RecordError("option.request")
    with Campaign(folder) as campaign:
        station = campaign.station_id(station)
        if voltage is not None:
            voltage = texts_of(campaign).name_of(voltage, "voltage")
            name = campaign.add_request(name, voltage, _on(on), matters)
            if remark := campaign.request_at_risk(name):
                typer.echo(f"⚠ {remark.in_words(campaign.lang)}", err=True)
        if state is not None:
            campaign.close_request(name, _state(state, texts_of(campaign)), _on(on))
        if back:
            campaign.take_back("request", name)
        rows = campaign.requests(name, station, everything=everything)
        show(rows, _REQUESTS, texts_of(campaign), as_json=as_json)


def appointment(
    name: Annotated[
        str | None, typer.Argument(help="The account to call on, or the appointment to cancel.")
    ] = None,
    date: Annotated[str | None, typer.Argument(help="Make one for this day.")] = None,
    folder: Here = HERE,
    window: Annotated[str, typer.Option(help="Promised hours, such as 14:00-16:00.")] = "",
    note: Annotated[str, typer.Option(help="For the crew.")] = "",
    cancel: Annotated[bool, typer.Option("--cancel", help="Take it back.")] = False,
    back: Back = False,
    station: StationId = None,
    everything: Closed = False,
    as_json: Json = False,
) -> None:
    """Promises to call on a day: list them, make one, or take one back."""
    from optimizer.desk import Campaign, day_of

    if cancel and date is not None:
        raise RecordError("option.appointment")
    with Campaign(folder) as campaign:
        station = campaign.station_id(station)
        if date is not None:
            name = campaign.add_appointment(name, day_of(date, "DATE"), window, note)
        if cancel:
            campaign.cancel_appointment(name)
        if back:
            campaign.take_back("appointment", name)
        rows = campaign.appointments(name, station, everything=everything)
        show(rows, _APPOINTMENTS, texts_of(campaign), as_json=as_json)


def account(
    name: Annotated[str, typer.Argument(help="The account number.")],
    state: Annotated[
        str | None, typer.Option(help="closed: off every list; again: as if never tried.")
    ] = None,
    folder: Here = HERE,
    note: Annotated[str, typer.Option(help="Why; needed to close.")] = "",
    on: On = None,
    back: Back = False,
) -> None:
    """Settle an account that refused, moved, is gone or never home: close it, or begin anew."""
    from optimizer.desk import Campaign

    with Campaign(folder) as campaign:
        if back:
            campaign.take_back("account", name)
            typer.echo(texts_of(campaign)("office.account_back", account=name))
        else:
            campaign.decide_account(name, state or "", _on(on), note)
            typer.echo(texts_of(campaign)(f"office.account_{state}", account=name))


def breaches(folder: Here = HERE, on: On = None, as_json: Json = False) -> None:
    """Requests for a connection that took too many visits or too much time."""
    from optimizer.desk import Campaign

    with Campaign(folder) as campaign:
        show(campaign.breaches(_on(on)), _BREACHES, texts_of(campaign), as_json=as_json)


def learn(
    folder: Here = HERE, on: On = None, station: StationId = None, as_json: Json = False
) -> None:
    """What the field's clocks correct in the planner's times, of all stations or of one."""
    from optimizer.desk import Campaign

    with Campaign(folder) as campaign:
        station = campaign.station_id(station)
        settings, texts = campaign.settings, texts_of(campaign)
        learned = campaign.learned(_on(on), station)
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


def _state(text: str, texts: Texts) -> str:
    """A state by its name or by what people call it."""
    return texts.name_of(text, "state", "word")


def _on(text: str | None) -> dt.date | None:
    """The day of `--on`, None without it."""
    from optimizer.desk import day_of

    return None if text is None else day_of(text, "--on")


COMMANDS: Final[dict[str, Any]] = {
    "settle": settle,
    "finding": finding,
    "opinion": opinion,
    "area": area,
    "request": request,
    "appointment": appointment,
    "account": account,
    "breaches": breaches,
    "learn": learn,
}
