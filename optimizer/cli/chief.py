"""Commands of a station's chief: tomorrow's plan, its sheets and its phone maps."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from optimizer.catalogue.refusals import reason
from optimizer.cli.console import (
    HERE,
    Here,
    Json,
    Speak,
    console,
    day_of,
    print_json,
    progress,
    texts_of,
    time_of,
    today,
)
from optimizer.cli.pins import Pins, is_pinned
from optimizer.errors import CampaignError, ProblemError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.table import Table

    from optimizer.catalogue import Texts
    from optimizer.check import Violation
    from optimizer.dayplan import Change, Difference
    from optimizer.folder import CampaignFolder
    from optimizer.model import DayPlan
    from optimizer.register import Register

PANEL = "Station chief"

StationId = Annotated[str | None, typer.Option(help="Its id; without it every station.")]
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
    out: Out = None,
    lang: Speak = None,
    as_json: Json = False,
) -> None:
    """Plan a station's day; write each crew's sheet (PDF) and phone map (HTML)."""
    from optimizer.folder import CampaignFolder

    campaign = CampaignFolder(folder, lang)
    texts = texts_of(campaign)
    plans = []
    with campaign.register() as register:
        when = _day(register, date, station)
        names = _stations(register, station, when)
        with progress(texts("cli.planning_day", date=when)) as move:
            for done, name in enumerate(names):
                move(done, len(names))
                plan = _plan(campaign, register, name, when, seconds)
                _write(plan, campaign, out or campaign.out(when, name), texts)
                plans.append(plan)
    if as_json:
        print_json([_summary(plan) for plan in plans])
        return
    for plan in plans:
        if not plan.crews:
            typer.echo(texts("cli.nobody_on_duty", station=plan.station.name, date=when))
            continue
        console().print(_table(plan, texts))
        _print_learned(plan, texts)
        _print_unassigned(plan, texts)
        if plan.routes:
            target = out or campaign.out(when, plan.station.station_id)
            typer.echo(texts("cli.written", path=target))


def _day(register: Register, date: str | None, station: str | None) -> dt.date:
    """The day that was named, else the station's next one with blocks, today included."""
    if date is not None:
        return day_of(date, "--date")
    blocks = register.blocks(station, first=today())
    if blocks.empty:
        raise CampaignError("day.nothing_ahead")
    return dt.date.fromisoformat(str(blocks["date"].min()))


def _stations(register: Register, station: str | None, when: dt.date) -> list[str]:
    known = list(register.stations()["station"])
    if station is not None:
        if station not in known:
            raise CampaignError("station.unknown", station=station, known=known)
        return [station]
    busy = set(register.blocks(first=when, last=when)["station"])
    if not busy:
        raise CampaignError("day.nothing_planned", when=when)
    return [name for name in known if name in busy]


def _plan(
    campaign: CampaignFolder,
    register: Register,
    station: str,
    when: dt.date,
    seconds: float | None,
) -> DayPlan:
    from optimizer.dayplan import plan_day

    plan = plan_day(
        register,
        campaign.roads,
        campaign.settings,
        station,
        when,
        seconds=seconds,
        workdays=campaign.workdays_path,
    )
    return register.save_day_plan(plan)


def _write(plan: DayPlan, campaign: CampaignFolder, out: Path, texts: Texts) -> None:
    from optimizer.maps import write_maps
    from optimizer.sheets import draw_day, write_sheets

    drawing = draw_day(plan, campaign.roads, campaign.settings)
    write_sheets(plan, drawing, campaign.settings, out, texts.lang)
    write_maps(plan, drawing, campaign.settings, out, texts.lang)


def _table(plan: DayPlan, texts: Texts) -> Table:
    from rich.markup import escape
    from rich.table import Table

    from optimizer.settings import clock_text

    table = Table(
        title=f"{plan.station.name} {texts.date(plan.date)}", title_justify="left", box=None
    )
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
    """What is left out, what had to be made or was pinned before all else."""
    visits = {visit.visit_id: visit for visit in plan.visits}
    left_out = [(visits[left.visit_id], left) for left in plan.unassigned]
    for visit, left in sorted(
        left_out, key=lambda one: not (one[0].mandatory or is_pinned(one[0]))
    ):
        typer.echo(
            texts(
                "cli.unassigned",
                account_no=visit.account_no,
                customer=visit.name,
                reason=left.reason,
                action=left.action,
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
    station: Annotated[str, typer.Option(help="The station's id.")],
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
    from optimizer.atomic_files import file_name
    from optimizer.folder import CampaignFolder
    from optimizer.maps import write_day_map
    from optimizer.sheets import draw_day, print_station

    campaign = CampaignFolder(folder, lang)
    when = day_of(date, "--date")
    with campaign.register() as register:
        plan = stored(register, folder, station, when)
    settings, lang = campaign.settings, texts_of(campaign).lang
    drawing = draw_day(plan, campaign.roads, settings)
    target = out or campaign.out(when, station)
    name = file_name(station)
    sheet = target / f"{name}.pdf"
    print_station(plan, drawing, settings, sheet, lang, forms=forms, mask=mask, weather=weather)
    typer.echo(sheet)
    typer.echo(write_day_map(plan, drawing, settings, target / f"{name}.html", lang, mask=mask))


def map_areas(
    station: Annotated[str, typer.Option(help="The station's id.")],
    folder: Here = HERE,
    out: Out = None,
    lang: Speak = None,
) -> None:
    """The campaign of a station as a map: its areas done, due, to come, overdue."""
    from optimizer.atomic_files import file_name
    from optimizer.folder import CampaignFolder
    from optimizer.maps import write_campaign_map

    campaign = CampaignFolder(folder, lang)
    settings = campaign.settings
    path = (out or campaign.path / "out") / f"{file_name(station)}.html"
    with campaign.register() as register:
        write_campaign_map(
            register,
            campaign.roads,
            settings,
            station,
            path,
            lang=settings.campaign.lang,
            today=today(),
        )
    typer.echo(path)


def replan_day(
    station: Annotated[str, typer.Option(help="The station's id.")],
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
    seconds: Annotated[float, typer.Option(help="Time to look for a better plan.")] = 3.0,
    out: Out = None,
    lang: Speak = None,
) -> None:
    """Plan a printed day anew after a change; keep what can be kept, say what changed."""
    from optimizer.dayplan import Change, read_day, replan
    from optimizer.folder import CampaignFolder
    from optimizer.routes import StopAfter

    campaign = CampaignFolder(folder, lang)
    texts, settings, when = texts_of(campaign), campaign.settings, day_of(date, "--date")
    change = Change(
        now_s=None if now is None else time_of(now, "--now"),
        absent=frozenset(without or ()),
        back=frozenset(back or ()),
        speed_factor=None if slower is None else 1 / slower,
    )
    pins = Pins.read(pin or (), at or (), route or (), unpin or ())
    with campaign.register() as register:
        old = stored(register, folder, station, when)
        known = read_day(
            register,
            campaign.roads,
            settings,
            station,
            when,
            campaign.workdays_path,
            old.visits,
            pins.visits | {visit.visit_id for visit in old.visits if is_pinned(visit)},
        )
        change = pins.on(change, known, old)
        _know_crews(change, old)
        seed = settings.campaign.seed
        new, changed, broken = replan(
            known, old, change, StopAfter(seconds=seconds), settings, seed
        )
        new = register.save_day_plan(new)
    _write(new, campaign, out or campaign.out(when, station), texts)
    console().print(_table(new, texts))
    _print_learned(new, texts)
    console().print(_changes(changed, new, texts))
    _print_standing(new, texts)
    _print_broken(broken, new, texts)
    _print_unassigned(new, texts)


def stored(register: Register, folder: Path, station: str, when: dt.date) -> DayPlan:
    """The latest plan of a station's day.

    Raises
    ------
    CampaignError
        There is none.
    """
    plan = register.day_plan(station, when)
    if plan is None:
        raise CampaignError("day.no_plan", station=station, when=when, folder=folder)
    return plan


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


def _know_crews(change: Change, plan: DayPlan) -> None:
    """Refuse crews that are not of this day, and contradictions about who can go."""
    known = {crew.crew_id for crew in plan.crews}
    pinned = {*change.crews.values(), *change.routes}
    strangers = sorted((change.absent | change.back | pinned) - known)
    if strangers:
        raise CampaignError("day.not_on_duty", strangers=strangers, known=sorted(known))
    for crew in sorted(change.back & change.absent):
        raise CampaignError("option.twice", option="--with, --without", name=crew)
    if well := sorted(change.back.difference(plan.absent)):
        raise CampaignError("day.not_absent", crews=well)
    if ill := sorted(pinned & (change.absent | {*plan.absent} - change.back)):
        raise CampaignError("day.absent", crews=ill)


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
    import json

    from optimizer.atomic_files import write_whole
    from optimizer.vroom_json import route_json

    try:
        document = json.loads(problem.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ProblemError("route.unreadable", problem=problem, why=reason(error)) from None
    except (ValueError, RecursionError) as error:
        raise ProblemError("route.no_json", problem=problem, error=error) from None
    answer = route_json(document, seconds, seed, check=check)
    if out is None:
        print_json(answer)
    else:
        typer.echo(write_whole(out, json.dumps(answer, ensure_ascii=False, indent=1)))


COMMANDS = {
    "day": day,
    "replan": replan_day,
    "print": print_day,
    "map": map_areas,
    "route": route,
}
