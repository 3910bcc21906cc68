"""Commands of a station's chief: tomorrow's plan, its sheets and its phone maps."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from optimizer.cli.console import (
    HERE,
    Here,
    Json,
    Speak,
    console,
    print_json,
    print_missing,
    progress,
    texts_of,
)
from optimizer.errors import CampaignError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.table import Table

    from optimizer.catalogue import Texts
    from optimizer.desk import Difference, Violation
    from optimizer.model import DayPlan, Unassigned, Visit

PANEL = "Station chief"
MOST_SHOWN = 5
"""So many unassigned visits of one reason have a line each."""

StationId = Annotated[str | None, typer.Option(help="Its id or name; without it every station.")]
Date = Annotated[str | None, typer.Option(help="YYYY-MM-DD; without it the next planned day.")]
Out = Annotated[Path | None, typer.Option(help="Where files go; without it out/ in the campaign.")]
Seconds = Annotated[
    float | None, typer.Option(min=0, help="Time to look for a better plan, for each station.")
]


def day(
    folder: Here = HERE,
    station: StationId = None,
    date: Date = None,
    seconds: Seconds = None,
    give_up: Annotated[
        str | None, typer.Option(help="Plan nothing; this crew's sheet of that day is lost.")
    ] = None,
    out: Out = None,
    lang: Speak = None,
    as_json: Json = False,
) -> None:
    """Plan a station's day; write each crew's sheet (PDF) and phone map (HTML)."""
    from optimizer.desk import Campaign, day_of

    if give_up is not None and (station is None or date is None):
        raise CampaignError("option.give_up")
    with Campaign(folder, lang=lang) as campaign:
        station = campaign.station_id(station)
        texts = texts_of(campaign)
        if give_up is not None and station is not None and date is not None:
            give_up = campaign.crew_id(give_up, station)
            campaign.give_up(station, day_of(date, "--date"), give_up)
            typer.echo(texts("cli.given_up", station=station, date=date, crew=give_up))
            return
        when = campaign.next_day(station) if date is None else day_of(date, "--date")
        names = campaign.stations_on(when, station)
        plans = []
        with progress(texts("cli.planning_day", date=when)) as move:
            for done, name in enumerate(names):
                move(done, len(names))
                plan = campaign.plan_day(name, when, seconds=seconds)
                plans.append((plan, campaign.write_day(plan, out)))
        missing = campaign.missing_sheets(station=station)
        to_ask = {
            plan.station.station_id: campaign.crew_to_send(plan.station.station_id, when)
            for plan, _ in plans
            if not plan.crews
        }
    if as_json:
        print_json([_summary(plan) for plan, _ in plans])
        return
    for plan, target in plans:
        if not plan.crews:
            typer.echo(texts("cli.nobody_on_duty", station=plan.station.name, date=when))
            if crew := to_ask[plan.station.station_id]:
                typer.echo(texts("cli.crew_to_send", crew=crew, count=_bound(plan)))
            continue
        console().print(_table(plan, texts))
        _print_learned(plan, texts)
        _print_unassigned(plan, texts)
        if plan.routes:
            typer.echo(texts("cli.written", path=target))
    print_missing(missing, texts)


def _bound(plan: DayPlan) -> int:
    """How many visits of a plan cannot wait."""
    return sum(visit.mandatory for visit in plan.visits)


def _table(plan: DayPlan, texts: Texts) -> Table:
    from rich.markup import escape
    from rich.table import Table

    from optimizer.settings import clock_text

    title = f"{plan.station.name} {texts.date(plan.date)}"
    if plan.version:
        title = f"{title}  {texts('sheet.version', number=plan.version)}"
    table = Table(title=title, title_justify="left", box=None)
    for column in ("crew", "members", "start", "end", "visits", "km"):
        table.add_column(texts(f"cli.column_{column}"))
    members = {crew.crew_id: " ".join(crew.members) for crew in plan.crews}
    for route in plan.routes:
        table.add_row(
            route.crew_id,
            escape(members[route.crew_id]),
            clock_text(route.start_s),
            clock_text(route.end_s),
            str(len(route.stops)),
            texts.km(route.distance_m),
        )
    return table


def _print_learned(plan: DayPlan, texts: Texts) -> None:
    """Say what the field's clocks have corrected in a plan's times, if anything."""
    learned = plan.learned
    kinds = {texts(f"customer.{kind}"): factor for kind, factor in learned.service.items()}
    factors = kinds | {texts("office.lesson_travel"): learned.travel} | learned.crews
    words = [f"{name} ×{factor:.2f}" for name, factor in factors.items() if factor != 1.0]
    areas = sum(factor != 1.0 for factor in learned.areas.values())
    if areas:
        words.append(texts("cli.learned_areas", count=areas))
    if words:
        typer.echo(
            texts("cli.learned", words=texts("cli.and").join(words), count=learned.observations)
        )


def _print_unassigned(plan: DayPlan, texts: Texts) -> None:
    """What is left out: what had to be made or was pinned first, a line each; else by reason."""
    from optimizer.desk import is_pinned

    visits = {visit.visit_id: visit for visit in plan.visits}
    left_out = [(visits[left.visit_id], left) for left in plan.unassigned]
    by_code: dict[str, list[tuple[Visit, Unassigned]]] = {}
    for visit, left in left_out:
        bound = visit.mandatory or is_pinned(visit)
        by_code.setdefault("" if bound else left.code, []).append((visit, left))
    for code in sorted(by_code):
        shown = by_code[code]
        few = not code or len(shown) <= MOST_SHOWN
        for visit, left in shown if few else shown[:1]:
            typer.echo(
                texts(
                    "cli.unassigned" if few else "cli.unassigned_many",
                    account_no=visit.account_no,
                    customer=visit.name,
                    reason=left.reason,
                    action=left.action,
                    count=len(shown),
                )
            )


def _summary(plan: DayPlan) -> dict[str, Any]:
    """What a machine wants to know of a day: times in seconds since midnight."""
    return {
        "station": plan.station.station_id,
        "date": plan.date.isoformat(),
        "routes": [
            {
                "crew": route.crew_id,
                "start_s": route.start_s,
                "end_s": route.end_s,
                "distance_m": route.distance_m,
                "stops": [
                    {"row": row, "visit_id": stop.visit_id, "arrival_s": stop.arrival_s}
                    for row, stop in enumerate(route.stops, 1)
                ],
            }
            for route in plan.routes
        ],
        "learned": dataclasses.asdict(plan.learned),
        "unassigned": [
            {name: getattr(left, name) for name in ("visit_id", "code", "reason", "action")}
            for left in plan.unassigned
        ],
    }


def print_day(
    station: Annotated[str, typer.Option(help="The station's id or name.")],
    date: Annotated[str, typer.Option(help="YYYY-MM-DD.")],
    folder: Here = HERE,
    forms: Annotated[
        bool, typer.Option("--forms", help="With opinion forms, cards and notes.")
    ] = False,
    mask: Annotated[bool, typer.Option("--mask", help="Hide phones and half of names.")] = False,
    weather: Annotated[str, typer.Option(help="The day's weather, for the head.")] = "",
    out: Out = None,
    lang: Speak = None,
) -> None:
    """One file for the whole station: the chief's page, then crew after crew; and its map."""
    from optimizer.desk import Campaign, day_of

    when = day_of(date, "--date")
    with Campaign(folder, lang=lang) as campaign:
        station = campaign.station_id(station)
        written = campaign.print_station(
            station, when, forms=forms, mask=mask, weather=weather, out=out
        )
    for path in written:
        typer.echo(path)


def write_typed(
    station: Annotated[str, typer.Option(help="Its id or name.")],
    date: Annotated[str, typer.Option(help="YYYY-MM-DD.")],
    folder: Here = HERE,
    crew: Annotated[str | None, typer.Option(help="Only its rows.")] = None,
    out: Out = None,
    lang: Speak = None,
) -> None:
    """Write a day's table for the clerk: prefilled as printed, with lists to choose from."""
    from optimizer.desk import Campaign, day_of

    with Campaign(folder, lang=lang) as campaign:
        station = campaign.station_id(station)
        crew = campaign.crew_id(crew, station)
        typer.echo(campaign.write_typed(station, day_of(date, "--date"), crew, out))


def map_areas(
    station: Annotated[str, typer.Option(help="The station's id or name.")],
    folder: Here = HERE,
    out: Out = None,
    lang: Speak = None,
) -> None:
    """The campaign of a station as a map: its areas done, due, to come, overdue."""
    from optimizer.desk import Campaign

    with Campaign(folder, lang=lang) as campaign:
        station = campaign.station_id(station)
        typer.echo(campaign.map_areas(station, out))


def replan_day(
    station: Annotated[str, typer.Option(help="The station's id or name.")],
    date: Annotated[str, typer.Option(help="YYYY-MM-DD.")],
    folder: Here = HERE,
    without: Annotated[
        list[str] | None, typer.Option(help="A crew that cannot go; may be repeated.")
    ] = None,
    back: Annotated[
        list[str] | None, typer.Option("--with", help="A crew that can go again; repeatable.")
    ] = None,
    slower: Annotated[
        float | None,
        typer.Option(min=0.1, max=10, help="Rides take so many times as long: 1.3 in rain."),
    ] = None,
    now: Annotated[
        str | None, typer.Option(help="HH:MM; what had begun by then stays as it is.")
    ] = None,
    pin: Annotated[list[str] | None, typer.Option(help="ACCOUNT=CREW; may be repeated.")] = None,
    at: Annotated[list[str] | None, typer.Option(help="ACCOUNT=HH:MM; may be repeated.")] = None,
    route: Annotated[
        list[str] | None,
        typer.Option(help="CREW=ACCOUNT,… as it is; CREW alone: as printed. Repeatable."),
    ] = None,
    unpin: Annotated[
        list[str] | None, typer.Option(help="Take pins off: ACCOUNT or CREW; may be repeated.")
    ] = None,
    members: Annotated[
        list[str] | None, typer.Option(help="CREW=NAME,NAME: who goes that day. Repeatable.")
    ] = None,
    seconds: Annotated[float, typer.Option(help="Time to look for a better plan.")] = 3.0,
    out: Out = None,
    lang: Speak = None,
) -> None:
    """Plan a printed day anew after a change; keep what can be kept, say what changed."""
    from optimizer.cli.pin_options import read_pins
    from optimizer.desk import Campaign, day_of, time_of

    when = day_of(date, "--date")
    pins = read_pins(pin or (), at or (), route or (), unpin or ())
    with Campaign(folder, lang=lang) as campaign:
        station = campaign.station_id(station)
        texts = texts_of(campaign)
        for crew, names in map(_crew_and_names, members or ()):
            campaign.say_who_goes(station, when, crew, names)
        changed = campaign.change_day(
            station,
            when,
            now=None if now is None else time_of(now, "--now"),
            absent=without or (),
            back=back or (),
            slower=slower,
            pins=pins,
            seconds=seconds,
        )
        campaign.write_day(changed.plan, out)
    plan = changed.plan
    console().print(_table(plan, texts))
    _print_learned(plan, texts)
    console().print(_changes(changed.differences, plan, texts))
    _print_standing(plan, texts)
    _print_broken(changed.broken, plan, texts)
    _print_unassigned(plan, texts)


def _crew_and_names(text: str) -> tuple[str, list[str]]:
    """CREW=NAME,NAME as crew and names."""
    crew, given, names = text.replace("＝", "=").partition("=")
    if not given:
        raise CampaignError("option.members", text=text)
    return crew.strip(), re.split("[,，、]", names)


def _print_standing(plan: DayPlan, texts: Texts) -> None:
    """What the next plan of the day will be made with, unless it is taken back."""
    from optimizer.settings import clock_text

    if plan.now_s is not None:
        typer.echo(texts("cli.still_now", now=clock_text(plan.now_s)))
    if plan.absent:
        typer.echo(texts("cli.still_absent", crews=", ".join(plan.absent)))
    if plan.speed_factor != 1.0:
        typer.echo(texts("cli.still_slower", slower=1 / plan.speed_factor))


def _print_broken(broken: Iterable[Violation], plan: DayPlan, texts: Texts) -> None:
    """What a chief's own routes break; they are kept all the same."""
    visits = {visit.visit_id: visit for visit in plan.visits}
    for one in broken:
        visit = visits.get(one.visit)
        what = texts(f"broken.{one.rule}")
        customer = f" {visit.account_no} {visit.name}" if visit else ""
        typer.echo(texts("cli.broken", crew=one.crew, customer=customer, what=what))


def _changes(changed: Iterable[Difference], plan: DayPlan, texts: Texts) -> Table:
    from rich.markup import escape
    from rich.table import Table

    from optimizer.settings import clock_text

    def place(crew: str, begin_s: int | None) -> str:
        return "–" if begin_s is None else f"{crew} {clock_text(begin_s)}"

    visits = {visit.visit_id: visit for visit in plan.visits}
    table = Table(box=None)
    for column in ("change", "customer", "before", "after"):
        table.add_column(texts(f"cli.column_{column}"))
    for one in changed:
        visit = visits.get(one.visit_id)
        table.add_row(
            texts(f"cli.{one.what}"),
            one.visit_id if visit is None else escape(f"{visit.account_no} {visit.name}"),
            place(one.old_crew, one.old_begin_s),
            place(one.new_crew, one.new_begin_s),
        )
    return table


def route(
    problem: Annotated[Path, typer.Argument(help="VROOM's JSON.")],
    out: Annotated[
        Path | None, typer.Option("-o", help="Where the answer goes; else it is printed.")
    ] = None,
    seconds: Annotated[float, typer.Option(help="Time to look for a better plan.")] = 10.0,
    seed: Annotated[int, typer.Option(help="Everything random follows from it.")] = 1,
    check: Annotated[
        bool, typer.Option("--check", help="Judge the vehicles' steps instead of solving.")
    ] = False,
) -> None:
    """Solve a problem in VROOM's JSON, or judge the plan in it."""
    from optimizer.desk import route_file

    answer, written = route_file(problem, out, seconds=seconds, seed=seed, judge=check)
    for remark in answer.get("remarks", ()):
        typer.echo(remark, err=True)
    if written is None:
        print_json(answer)
    else:
        typer.echo(written)


COMMANDS = {
    "day": day,
    "replan": replan_day,
    "print": print_day,
    "typed": write_typed,
    "map": map_areas,
    "route": route,
}
