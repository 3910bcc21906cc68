"""Commands of the clerk: what came back, how far we are, ledgers and backups."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from optimizer.cli.console import (
    HERE,
    Here,
    Speak,
    progress,
    show,
    texts_of,
)
from optimizer.errors import CampaignError, RecordError, RegisterError

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping

    from optimizer.catalogue import Message, Texts
    from optimizer.desk import Campaign, Period, Reading, Received

PANEL = "Clerk"
_KINDS: Final = "first, retry, revisit, request, appointment"

Day = Annotated[str | None, typer.Option(help="YYYY-MM-DD.")]
Out = Annotated[Path | None, typer.Option(help="Folder for the files; without it out/.")]


def record(
    files: Annotated[
        list[Path] | None, typer.Argument(help="What phones exported, or typed CSV or XLSX.")
    ] = None,
    folder: Here = HERE,
    text: Annotated[
        list[str] | None, typer.Option(help="Pasted text or a QR code's content; repeatable.")
    ] = None,
    station: Annotated[
        str | None, typer.Option(help="Of an entry, of typed rows that lack it, or to balance.")
    ] = None,
    date: Day = None,
    crew: Annotated[
        str | None, typer.Option(help="Of an entry, or of typed rows that lack it.")
    ] = None,
    row: Annotated[int | None, typer.Option(help="Row of the printed sheet.", min=1)] = None,
    version: Annotated[
        int | None, typer.Option(help="Version printed on the sheet; without it the latest.")
    ] = None,
    account: Annotated[
        str | None, typer.Option(help="Account number: instead of a row, or to check it.")
    ] = None,
    kind: Annotated[str | None, typer.Option(help=f"Where no sheet tells: {_KINDS}.")] = None,
    result: Annotated[str | None, typer.Option(help="done, nobody_home, refused …")] = None,
    finding: Annotated[
        list[str] | None, typer.Option(help="CATEGORY[:repaired][:note], repeatable.")
    ] = None,
    opinion: Annotated[str, typer.Option(help="What the customer said.")] = "",
    used: Annotated[
        list[str] | None, typer.Option(help="Pieces: fuse=2, bulb=1 or rcd=1; repeatable.")
    ] = None,
    correct: Annotated[
        bool, typer.Option("--correct", help="Replaces all that is known of that visit.")
    ] = False,
    rest: Annotated[
        str | None,
        typer.Option(help="Result of rows that have none, in typed files or on the day's sheets."),
    ] = None,
) -> None:
    """Take in what came back from the field; with --station and --date balance the day."""
    from optimizer.desk import Campaign, day_of, typed_finding, typed_pieces

    typed = {
        "row": row,
        "version": version,
        "account_no": account,
        "kind": kind,
        "result": result,
        "findings": tuple(map(typed_finding, finding or ())),
        "opinion": opinion,
        "repaired": typed_pieces(used or ()),
        "corrects": correct,
    }
    single = any(typed.values())
    faulty = False
    when = None if date is None else day_of(date, "--date")
    with Campaign(folder) as campaign:
        where = campaign.station_id(station)
        texts = texts_of(campaign)
        readings = _readings(campaign, (files or [], text or []), typed, (where, when, crew, rest))
        for received in campaign.take_records(readings):
            _report(received, texts)
            faulty |= received.faulty
        if where is not None and when is not None and not single:
            summary = campaign.balance(where, when)
            show(summary, " ".join(summary.columns), texts, as_json=False)
        elif not readings:
            raise RecordError("record.nothing")
    if faulty:
        raise typer.Exit(2)


def _readings(
    campaign: Campaign,
    given: tuple[list[Path], list[str]],
    typed: Mapping[str, Any],
    place: tuple[str | None, dt.date | None, str | None, str | None],
) -> list[tuple[str, Reading]]:
    """What was handed in, what was typed, and the rest of a day's sheets."""
    from optimizer.desk import Given, typed_reading

    station, when, crew, rest = place
    date = None if when is None else when.isoformat()
    for_all = Given(station or "", date or "", crew or "", rest or "")
    readings = campaign.read_records(*given, for_all)
    if any(typed.values()):
        entry = typed_reading(typed, station=station, date=date, crew=crew)
        readings.append(("typed", entry))
    elif rest is not None and not any(given):
        if station is None or when is None:
            raise RecordError("record.rest_alone")
        crew = campaign.crew_id(crew, station)
        readings.append(("typed", campaign.rest_of_day(station, when, rest, crew)))
    return readings


def _report(received: Received, texts: Texts) -> None:
    """Print what became of a file, and what in it could not be taken."""
    taken = received.taken
    typer.echo(texts("cli.recorded", source=received.source, added=taken.added, known=taken.known))
    for account_no, day in taken.conflicts:
        typer.echo(texts("cli.conflict", account_no=account_no, day=day))
    if taken.conflicts:
        typer.echo(texts("office.how_to_settle"))
    for project in taken.projects:
        typer.echo(texts("cli.project", project=project))
    remarks, faults = received.in_words(texts.lang)
    for remark in remarks:
        typer.echo(f"⚠ {remark}", err=True)
    for fault in faults:
        typer.echo(f"✗ {fault}", err=True)
    for project in received.checked:
        typer.echo(texts("office.checked", project=project))


def bulletin(
    folder: Here = HERE,
    week: Annotated[str | None, typer.Option(help="Such as 2026-W49.")] = None,
    month: Annotated[str | None, typer.Option(help="Such as 2026-11.")] = None,
    first: Annotated[str | None, typer.Option("--from", help="First day, YYYY-MM-DD.")] = None,
    last: Annotated[str | None, typer.Option("--to", help="Last day, YYYY-MM-DD.")] = None,
    cycle: Annotated[int | None, typer.Option(help="All days of a cycle, from 1.")] = None,
    out: Out = None,
    lang: Speak = None,
) -> None:
    """Write the bulletin of a week, a month, a cycle or any days: PDF, XLSX and JSON."""
    from optimizer.desk import Campaign

    with Campaign(folder, lang=lang) as campaign:
        named = None if cycle is None else campaign.cycle_period(cycle)
        for path in campaign.write_bulletin(named or _period(week, month, first, last), out):
            typer.echo(path)


def _period(week: str | None, month: str | None, first: str | None, last: str | None) -> Period:
    from optimizer.desk import Period, day_of

    if week is not None:
        return Period.week(week)
    if month is not None:
        return Period.month(month)
    if first is not None and last is not None:
        return Period.days(day_of(first, "--from"), day_of(last, "--to"))
    raise CampaignError("option.no_period")


def ledgers(folder: Here = HERE, out: Out = None, lang: Speak = None) -> None:
    """Write the ledgers as workbooks and the register as a GeoPackage."""
    from optimizer.desk import Campaign

    with Campaign(folder, lang=lang) as campaign:
        with progress(texts_of(campaign)("cli.writing")) as move:
            written = campaign.write_ledgers(out, move)
        for path in written:
            typer.echo(path)


def doctor(
    folder: Here = HERE,
    reckon: Annotated[
        bool, typer.Option("--reckon", help="First reckon anew what follows from all records.")
    ] = False,
) -> None:
    """Look whether the register is whole, and its ledgers are what its records say."""
    from optimizer.desk import Campaign

    with Campaign(folder) as campaign:
        notes, texts = campaign.tidy(), texts_of(campaign)
        for note in notes:
            typer.echo(note.in_words(texts.lang))
        _refuse(campaign.damage(), texts)
        if reckon:
            with progress(texts("office.reckoning")) as move:
                campaign.follow_up_all(move)
        _refuse(campaign.disagreements(), texts)
    typer.echo(texts("cli.whole", version=campaign.sqlite_version))


def _refuse(faults: Iterable[Message], texts: Texts) -> None:
    if said := "\n".join(fault.in_words(texts.lang) for fault in faults):
        raise RegisterError(said)


PassphraseFile = Annotated[
    Path | None,
    typer.Option(help="A file whose first line is the passphrase of an encrypted backup."),
]


def backup(
    file: Annotated[Path, typer.Argument(help="The copy to write.")],
    folder: Here = HERE,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Write a consistent copy of the register while others work on."""
    from optimizer.desk import Campaign

    with Campaign(folder) as campaign:
        typer.echo(campaign.backup(file, passphrase_file))
        if count := len(campaign.photographs()):
            said = texts_of(campaign)("cli.photographs", count=count, folder=campaign.path)
            typer.echo(said, err=True)


def restore(
    file: Annotated[Path, typer.Argument(help="A copy that `backup` wrote.")],
    folder: Here = HERE,
    salvage: Annotated[
        bool,
        typer.Option("--salvage", help="Add what the former register holds that came later."),
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Only see whether it could be restored.")
    ] = False,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Put a backup in the register's place; the former one is kept beside it."""
    from optimizer.desk import Campaign

    with Campaign(folder) as campaign:
        if check:
            content = campaign.check_backup(file, passphrase_file)
            typer.echo(texts_of(campaign)("cli.checked", **asdict(content)))
            return
        kept = campaign.restore(file, passphrase_file)
        typer.echo(texts_of(campaign)("cli.restored", kept=kept or "–"))
        if salvage and kept is not None:
            found = campaign.salvage(kept)
            typer.echo(texts_of(campaign)("cli.salvaged", rows=found.rows, lost=found.lost))


COMMANDS = {
    "record": record,
    "bulletin": bulletin,
    "ledgers": ledgers,
    "doctor": doctor,
    "backup": backup,
    "restore": restore,
}
