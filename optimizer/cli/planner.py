"""Commands of the company's planner: from files to a campaign."""

from __future__ import annotations

import signal
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.cli.console import (
    HERE,
    Here,
    Json,
    Speak,
    console,
    print_json,
    progress,
    show,
    texts_of,
    usual_texts,
)
from optimizer.errors import CampaignError

if TYPE_CHECKING:
    from optimizer.catalogue import Texts
    from optimizer.desk import Campaign, Imported, Placement, PlannedCampaign

PANEL = "Planner"
FAR_SHARE = 0.2
"""More than such a share of customers far from any road is rather a mistake of the datum."""

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
    from optimizer.desk import Campaign, make_example

    if example not in {None, "liling"}:
        raise CampaignError("init.no_example", example=example)
    if example is None:
        campaign = Campaign.create(folder)
        typer.echo(texts_of(campaign)("cli.made", folder=folder))
        return
    texts = usual_texts()
    with progress(texts("cli.making_up")) as move:
        summary = make_example(folder, customers=customers, seed=seed, progress=move)
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
    yes: Annotated[
        bool, typer.Option("--yes", help="Empty what the files leave empty, of many customers too.")
    ] = False,
) -> None:
    """Take customer files into the register: all rows, or a report of every fault."""
    from optimizer.desk import Campaign

    files = {
        "stations": stations,
        "areas": areas,
        "customers": customers,
        "crews": crews,
        "leave": leave,
    }
    named = {name: path for name, path in files.items() if path is not None}
    with Campaign(folder) as campaign:
        texts = texts_of(campaign)
        with progress(texts("cli.reading")) as reading, progress(texts("cli.storing")) as storing:
            made = campaign.import_files(
                named,
                datum,
                skip_bad_rows=skip_bad_rows,
                part=part,
                yes=yes,
                reading=reading,
                storing=storing,
            )
        _report(made, texts)
        _warn_of_placement(campaign.placement(datum), texts)


def _report(made: Imported, texts: Texts) -> None:
    """Say what an import changed, what it warns of, and where the rows are that it left out."""
    for table, counts in made.summary.tables.items():
        values = {name: getattr(counts, name) for name in counts.__slots__}
        typer.echo(texts("cli.took_in", table=texts(f"cli.{table}"), **values))
    if made.summary.nothing:
        typer.echo(texts("cli.nothing_changed"))
    for warning in made.intake.warnings:
        typer.echo(f"⚠ {warning.in_words(texts.lang)}", err=True)
    for path in made.rejected:
        typer.echo(texts("cli.rejected", path=path), err=True)


def _warn_of_placement(placed: Placement | None, texts: Texts) -> None:
    """Say so where customers lie far from the roads, or nearer under another datum."""
    if placed is None:
        return
    if placed.doubt is not None:
        typer.echo(f"⚠ {placed.doubt.in_words(texts.lang)}", err=True)
    if placed.far_share > FAR_SHARE:
        typer.echo(f"⚠ {texts('cli.far', share=100 * placed.far_share)}", err=True)


def roads(
    folder: Here = HERE,
    file: Annotated[Path | None, typer.Option(help=".osm.pbf, .osm, .osm.gz or .graphml.")] = None,
    place: Annotated[str | None, typer.Option(help="Download by name, with a network.")] = None,
) -> None:
    """Read the street network."""
    from optimizer.desk import Campaign

    with Campaign(folder) as campaign:
        texts = texts_of(campaign)
        with progress(texts("cli.reading_roads")) as move:
            network = campaign.read_roads(file, place, move)
        report, nodes = network.report, len(network.node_lon)
        typer.echo(texts("cli.roads", nodes=nodes, km=report.km, source=report.source))
        if report.cut_lines:
            typer.echo(texts("cli.roads_cut", km=report.cut_km, share=100 * report.cut_share))
        for one in report.largest_cut:
            typer.echo(texts("cli.roads_part", km=one.km, lon=one.lon, lat=one.lat, near=one.near))
        for name, count in report.repairs._asdict().items():
            if count:
                typer.echo(texts(f"cli.roads_{name}", count=count))
        _warn_of_placement(campaign.placement(), texts)


def territories(
    folder: Here = HERE,
    suggest: Annotated[
        bool, typer.Option("--suggest", help="Areas better served from a neighbour.")
    ] = False,
    out: Annotated[Path | None, typer.Option(help="Write the outlines to this GeoPackage.")] = None,
    lang: Speak = None,
) -> None:
    """Share customers out to areas, areas to stations and crews."""
    from optimizer.desk import Campaign

    with Campaign(folder, lang=lang) as here:
        texts = texts_of(here)
        with progress(texts("cli.territories")) as move:
            drawn = here.store_territories(move)
        typer.echo(drawn.summary.in_words(texts.lang))
        if suggest:
            better = here.better_served(drawn)
            show(better.round(1), " ".join(better.columns), texts, as_json=False)
        if out is not None:
            typer.echo(here.write_outlines(drawn, out))


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
    next_cycle: Annotated[
        bool, typer.Option("--next-cycle", help="Everybody again; who waits longest comes first.")
    ] = False,
    cluster: Annotated[
        str | None, typer.Option(help="Plan on a Dask cluster: tcp://HOST:8786.")
    ] = None,
    lang: Speak = None,
    as_json: Json = False,
) -> None:
    """Give every customer a crew and a day; print the certificate."""
    from optimizer.desk import Campaign

    if change and (start or finish or replan or cluster or next_cycle):
        raise CampaignError("option.what_if_alone")
    if next_cycle and replan:
        raise CampaignError("option.next_cycle_alone")
    with Campaign(folder, lang=lang) as here:
        if change:
            _what_if(here, change, as_json=as_json)
            return
        texts = texts_of(here)
        try:
            how = {"next_cycle": next_cycle, "replan": replan, "anew": anew}
            planned = _plan(here, texts, start, finish, cluster, **how)
        except KeyboardInterrupt:
            typer.echo(texts("cli.stopped"), err=True)
            raise typer.Exit(128 + signal.SIGINT) from None
        with progress(texts("cli.certificate")):
            page = here.write_certificate(planned)
    _print_certificate(planned, page, texts, as_json=as_json)


def _plan(
    here: Campaign,
    texts: Texts,
    start: str | None,
    finish: str | None,
    cluster: str | None,
    *,
    next_cycle: bool,
    replan: bool,
    anew: bool,
) -> PlannedCampaign:
    """Plan and store, showing how far it is."""
    from optimizer.desk import day_of

    with (
        progress(texts("cli.territories")) as drawing,
        progress(texts("cli.planning_campaign")) as planning,
    ):
        plan = partial(
            here.open_next_cycle if next_cycle else partial(here.plan_campaign, replan=replan),
            start=None if start is None else day_of(start, "--start"),
            finish=None if finish is None else day_of(finish, "--finish"),
        )
        return plan(anew=anew, cluster=cluster, drawing=drawing, planning=planning)


def _print_certificate(
    planned: PlannedCampaign, page: Path, texts: Texts, *, as_json: bool
) -> None:
    from optimizer.cli.campaign_tables import render_certificate, render_replan

    news = planned.replan
    if as_json:
        replanned = {} if news is None else {"replan": news.as_json()}
        told = {"forecast": None if planned.forecast is None else planned.forecast.as_json()}
        print_json(planned.certificate.as_json() | told | replanned)
        return
    console().print(render_certificate(planned.certificate, texts.lang, planned.forecast))
    if news is not None:
        console().print(render_replan(news, texts.lang))
    typer.echo(page)


def _what_if(here: Campaign, changes: list[str], *, as_json: bool) -> None:
    from optimizer.cli.campaign_tables import render_what_if

    texts = texts_of(here)
    with progress(texts("cli.what_if")):
        answer = here.what_if(changes)
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
