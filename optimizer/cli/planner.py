"""Commands of the company's planner: from files to a campaign."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.atomic_files import write_whole
from optimizer.cli.console import (
    HERE,
    Here,
    Json,
    Speak,
    console,
    day_of,
    print_json,
    progress,
    show,
    texts_of,
    today,
)
from optimizer.errors import CampaignError, IntakeError

if TYPE_CHECKING:
    from collections.abc import Callable

    from optimizer.campaign import Campaign, Certificate, Executor, Replan
    from optimizer.catalogue import Texts
    from optimizer.folder import CampaignFolder
    from optimizer.intake import Intake
    from optimizer.register import Register
    from optimizer.settings import Settings
    from optimizer.territories import Territories

    Move = Callable[[int, int], None]

PANEL = "Planner"
SHOWN_FAULTS = 100
MANY = 0.2
"""More than such a share of customers gone, or far from any road, is rather a mistake."""

File = Annotated[Path | None, typer.Option(help="CSV or XLSX.")]


def init(
    folder: Annotated[Path, typer.Argument(help="The new campaign's folder.")],
    example: Annotated[
        str | None, typer.Option(help="Write input files of a made-up county: liling.")
    ] = None,
    customers: Annotated[int, typer.Option(help="Size of the made-up county.")] = 20_000,
    seed: Annotated[int, typer.Option(help="The same seed makes the same county.")] = 1,
) -> None:
    """Make a campaign: its folder, settings, and an empty register."""
    from optimizer.folder import CampaignFolder
    from optimizer.settings import CampaignSettings, PhoneSettings, Settings

    if example not in {None, "liling"}:
        raise CampaignError("init.no_example", example=example)
    if example is None:
        campaign = CampaignFolder.create(folder, Settings())
        typer.echo(texts_of(campaign)("cli.made", folder=folder))
        return
    from optimizer import example as county

    if customers < county.FEWEST_CUSTOMERS:
        raise CampaignError("init.too_few", customers=customers, least=county.FEWEST_CUSTOMERS)
    made_up = Settings(
        campaign=CampaignSettings(note=county.NOTE, seed=seed), phone=PhoneSettings(credit="")
    )
    campaign = CampaignFolder.create(folder, made_up)
    texts = texts_of(campaign)
    with progress(texts("cli.making_up")) as move:
        summary = county.write_example(folder, customers=customers, seed=seed, progress=move)
    typer.echo(summary.in_words(texts.lang))


def import_files(
    folder: Here = HERE,
    stations: File = None,
    areas: File = None,
    customers: File = None,
    crews: File = None,
    leave: File = None,
    datum: Annotated[str, typer.Option(help="wgs84, gcj02, bd09, cgcs2000 or EPSG:n.")] = "wgs84",
    skip_bad_rows: Annotated[
        bool, typer.Option("--skip-bad-rows", help="Take the good rows, write the others apart.")
    ] = False,
    part: Annotated[
        bool, typer.Option("--part", help="The files list only a part: nobody else is gone.")
    ] = False,
) -> None:
    """Take customer files into the register: all rows, or a report of every fault."""
    from optimizer.folder import CampaignFolder

    campaign = CampaignFolder(folder)
    texts = texts_of(campaign)
    files = {
        "stations": stations,
        "areas": areas,
        "customers": customers,
        "crews": crews,
        "leave": leave,
    }
    named = {name: path for name, path in files.items() if path is not None}
    if not named:
        raise CampaignError("import.no_file")
    with campaign.register() as register:
        intake = _read(register, named, datum, texts, skip_bad_rows=skip_bad_rows)
        if not part:
            _refuse_exodus(register, intake)
        _take_in(register, intake, datum, texts, part=part)
    for warning in intake.warnings:
        typer.echo(f"⚠ {warning}", err=True)
    _report_rejected(intake, texts)
    if campaign.has_roads:
        _warn_of_datum(campaign, datum)


def _read(
    register: Register, files: dict[str, Path], datum: str, texts: Texts, *, skip_bad_rows: bool
) -> Intake:
    from optimizer.intake import read_tables

    stations, areas = register.stations(), register.areas()
    known = {
        "stations": dict(zip(stations["station"], stations["name"], strict=True)),
        "areas": dict(zip(areas["area"], areas["name"], strict=True)),
        "crews": dict.fromkeys(register.crews()["crew"], ""),
    }
    try:
        with progress(texts("cli.reading")) as move:
            return read_tables(
                **files,
                datum=datum,
                skip_bad_rows=skip_bad_rows,
                known=known,
                progress=move,
                lang=texts.lang,
            )
    except IntakeError as error:
        raise _shortened(error, register.store.path.parent, texts) from None


def _shortened(error: IntakeError, folder: Path, texts: Texts) -> IntakeError:
    """The error with so many faults as a screen holds, all of them in a file of the folder."""
    if len(error.faults) <= SHOWN_FAULTS:
        return error
    path = write_whole(folder.resolve() / "import-faults.txt", f"{error}\n")
    more = texts("cli.more_faults", count=len(error.faults) - SHOWN_FAULTS, path=path)
    return IntakeError(f"{error.args[0]}\n{more}", error.faults[:SHOWN_FAULTS])


def _refuse_exodus(register: Register, intake: Intake) -> None:
    """Ask before a file that lists a part of the customers makes all others go."""
    if "customers" not in intake.tables or intake.rejected:
        return
    known = set(register.customers()["account_no"])
    gone = len(known - set(intake.tables["customers"]["account_no"]))
    if gone > MANY * len(known):
        raise CampaignError(
            "import.exodus", gone=gone, total=len(known), file=intake.files["customers"]
        )


def _take_in(register: Register, intake: Intake, datum: str, texts: Texts, *, part: bool) -> None:
    with progress(texts("cli.storing")) as move:
        summary = register.take_in(
            intake.tables,
            source=", ".join(str(path) for path in intake.files.values()),
            datum=datum,
            complete=not (part or intake.rejected),
            progress=move,
        )
    for table, counts in summary.tables.items():
        values = {name: getattr(counts, name) for name in counts.__slots__}
        typer.echo(texts("cli.took_in", table=texts(f"cli.{table}"), **values))
    if summary.nothing:
        typer.echo(texts("cli.nothing_changed"))


def _report_rejected(intake: Intake, texts: Texts) -> None:
    from optimizer.intake import write_rejected

    for path in write_rejected(intake):
        typer.echo(texts("cli.rejected", path=path), err=True)


def _warn_of_datum(campaign: CampaignFolder, datum: str) -> None:
    """Say so where the customers would lie nearer to the roads under another datum."""
    from optimizer.datum import Datum, likelier_datum

    with campaign.register() as register:
        customers = register.customers()
    located = customers.dropna(subset=["lon", "lat"])
    if located.empty:
        return
    sample = located.sample(min(len(located), 2000), random_state=0)
    warning = likelier_datum(
        sample["lon"].to_numpy(),
        sample["lat"].to_numpy(),
        Datum.parse(datum),
        lambda lon, lat: campaign.roads.attach(lon, lat).walk_m,
    )
    if warning is not None:
        typer.echo(f"⚠ {warning.in_words(texts_of(campaign).lang)}", err=True)
    far = float(campaign.roads.attach(sample["lon"], sample["lat"]).far.mean())
    if far > MANY:
        typer.echo(f"⚠ {texts_of(campaign)('cli.far', share=100 * far)}", err=True)


def roads(
    folder: Here = HERE,
    file: Annotated[Path | None, typer.Option(help=".osm.pbf, .osm, .osm.gz or .graphml.")] = None,
    place: Annotated[str | None, typer.Option(help="Download by name, with a network.")] = None,
) -> None:
    """Read the street network."""
    from optimizer.folder import CampaignFolder
    from optimizer.roads import download_roads, read_roads

    campaign = CampaignFolder(folder)
    texts = texts_of(campaign)
    travel = campaign.settings.travel
    if (file is None) == (place is None):
        raise CampaignError("option.roads")
    with progress(texts("cli.reading_roads")) as move:
        if file is not None:
            network = read_roads(file, travel, progress=move)
        else:
            network = download_roads(str(place), travel, progress=move)
    network.save(campaign.roads_path)
    report = network.report
    typer.echo(texts("cli.roads", nodes=len(network.node_lon), km=report.km, source=report.source))
    if report.cut_lines:
        typer.echo(texts("cli.roads_cut", km=report.cut_km, share=100 * report.cut_share))
    for part in report.largest_cut:
        typer.echo(texts("cli.roads_part", km=part.km, lon=part.lon, lat=part.lat, near=part.near))
    with campaign.register() as register:
        datums = register.imports()["datum"]
    if len(datums):
        _warn_of_datum(campaign, str(datums.iloc[-1]))


def territories(
    folder: Here = HERE,
    suggest: Annotated[
        bool, typer.Option("--suggest", help="Areas better served from a neighbour.")
    ] = False,
    out: Annotated[Path | None, typer.Option(help="Write the outlines to this GeoPackage.")] = None,
    lang: Speak = None,
) -> None:
    """Share customers out to areas, areas to stations and crews."""
    from optimizer.folder import CampaignFolder

    here = CampaignFolder(folder, lang)
    texts = texts_of(here)
    with here.register() as register:
        drawn = draw_territories(here, register, here.settings, texts)
        register.save_territories(drawn.customers, drawn.areas)
        typer.echo(drawn.summary.in_words(texts.lang))
        if suggest:
            _suggest(here, register, drawn, texts)
    if out is not None:
        from optimizer.territories.outlines import outlines, write_outlines

        write_outlines(outlines(drawn.customers, drawn.areas, here.roads), out)
        typer.echo(out)


def _suggest(here: CampaignFolder, register: Register, drawn: Territories, texts: Texts) -> None:
    from optimizer.territories import suggest

    better = suggest(
        drawn.customers,
        drawn.areas,
        register.customers(),
        register.stations(),
        here.roads,
        here.settings,
    )
    show(better.round(1), " ".join(better.columns), texts, as_json=False)


def draw_territories(
    here: CampaignFolder,
    register: Register,
    settings: Settings,
    texts: Texts,
    *,
    anew: bool = False,
) -> Territories:
    """The territories as the register would have them now.

    Once crews are out, areas that we formed keep their names and their customers, unless they are
    drawn `anew`.
    """
    from optimizer.territories import as_before, assign

    customers, areas = register.customers(), register.areas()
    if _is_running(register) and not anew:
        customers, areas = as_before(customers, areas, register.territories())
    with progress(texts("cli.territories")) as move:
        return assign(
            customers,
            areas,
            register.stations(),
            register.crews(),
            here.roads,
            settings,
            leave=register.leave(),
            workdays=here.workdays_path,
            progress=move,
        )


def campaign(
    folder: Here = HERE,
    start: Annotated[str | None, typer.Option(help="First day, YYYY-MM-DD.")] = None,
    finish: Annotated[str | None, typer.Option(help="Last day, YYYY-MM-DD.")] = None,
    change: Annotated[
        list[str] | None,
        typer.Option("--what-if", help="lend=S01:S07:2, duty+1 or finish=DATE; changes nothing."),
    ] = None,
    replan: Annotated[
        bool, typer.Option("--replan", help="From the register as it is: what is printed stays.")
    ] = False,
    anew: Annotated[
        bool, typer.Option("--anew", help="From the start, though the campaign is running.")
    ] = False,
    cluster: Annotated[
        str | None, typer.Option(help="Plan on a Dask cluster: tcp://HOST:8786.")
    ] = None,
    lang: Speak = None,
    as_json: Json = False,
) -> None:
    """Give every customer a crew and a day; print the certificate."""
    from optimizer.folder import CampaignFolder

    here = CampaignFolder(folder, lang)
    texts = texts_of(here)
    if change:
        if start or finish or replan or cluster:
            raise CampaignError("option.what_if_alone")
        _what_if(here, change, texts, as_json=as_json)
        return
    from optimizer.campaign import Cluster, certificate, render, render_replan

    settings = _with_horizon(here.settings, start, finish)
    executor = None if cluster is None else Cluster(cluster)
    with here.register() as register:
        if not (replan or anew):
            _refuse_running(here, register)
        try:
            drawn = draw_territories(here, register, settings, texts, anew=anew)
            with progress(texts("cli.planning_campaign")) as move:
                make = _replanned if replan else _planned
                planned, news = make(here, register, settings, drawn, executor, move)
                dated = planned if news is None else news
                with register.store.writing():
                    register.save_territories(drawn.customers, drawn.areas)
                    missed = None if news is None else news.missed
                    register.save_calendar(dated.blocks, dated.visits, planned.unplanned, missed)
        except KeyboardInterrupt:
            typer.echo(texts("cli.stopped"), err=True)
            raise typer.Exit(128 + signal.SIGINT) from None
        account = certificate(planned)
        page = _on_paper(here, register, planned, account, texts)
    if start or finish:
        here.keep_horizon(settings.campaign)
    if as_json:
        print_json(account.as_json() | ({} if news is None else {"replan": news.as_json()}))
        return
    console().print(render(account, texts.lang))
    if news is not None:
        console().print(render_replan(news, texts.lang))
    typer.echo(page)


def _on_paper(
    here: CampaignFolder, register: Register, planned: Campaign, account: Certificate, texts: Texts
) -> Path:
    """The certificate as a page for printing."""
    from optimizer.reports.certificate_page import write_certificate

    with progress(texts("cli.certificate")):
        return write_certificate(
            planned,
            account,
            here.path / "out" / "certificate.pdf",
            register=register,
            roads=here.roads,
            settings=here.settings,
            today=today(),
        )


def _refuse_running(here: CampaignFolder, register: Register) -> None:
    """Keep a planner from throwing away what crews have in their hands."""
    if _is_running(register):
        since = register.blocks(last=today())["date"].min()
        raise CampaignError("campaign.running", since=since, folder=here.path)


def _is_running(register: Register) -> bool:
    """Whether crews have been sent out already."""
    return not register.blocks(last=today()).empty


def _planned(
    here: CampaignFolder,
    register: Register,
    settings: Settings,
    drawn: Territories,
    executor: Executor | None,
    move: Move,
) -> tuple[Campaign, Replan | None]:
    """The campaign planned from its start."""
    from optimizer.campaign import plan_campaign

    made = plan_campaign(
        register,
        here.roads,
        settings,
        folder=here.path,
        today=today(),
        drawn=drawn,
        executor=executor,
        progress=move,
    )
    return made, None


def _replanned(
    here: CampaignFolder,
    register: Register,
    settings: Settings,
    drawn: Territories,
    executor: Executor | None,
    move: Move,
) -> tuple[Campaign, Replan | None]:
    """The rest of the campaign planned anew, and what is new with what is past."""
    from optimizer.campaign import replan

    made = replan(
        register,
        here.roads,
        settings,
        today(),
        folder=here.path,
        drawn=drawn,
        executor=executor,
        progress=move,
    )
    return made.campaign, made


def _with_horizon(settings: Settings, start: str | None, finish: str | None) -> Settings:
    """The settings with the days that were named."""
    named = {"start": start, "finish": finish}
    days = {name: day_of(text, f"--{name}") for name, text in named.items() if text is not None}
    horizon = settings.campaign.model_copy(update=days)
    return settings.model_copy(update={"campaign": horizon})


def _what_if(here: CampaignFolder, changes: list[str], texts: Texts, *, as_json: bool) -> None:
    from optimizer.campaign import render_what_if, what_if

    with here.register() as register, progress(texts("cli.what_if")):
        answer = what_if(register, here.settings, changes, here.path, today())
    if as_json:
        print_json(answer.as_json())
    else:
        console().print(render_what_if(answer, texts.lang))


COMMANDS = {
    "init": init,
    "roads": roads,
    "import": import_files,
    "territories": territories,
    "campaign": campaign,
}
