"""Commands of who keeps the server: serve the campaign's pages, say who may sign in."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Literal

import typer

from optimizer.cli.console import HERE, Here, texts_of
from optimizer.errors import SignInError

PANEL = "Server"
DEMO_PASSWORD = "Zoufang-2027"  # noqa: S105  (of made-up people, who are refused beyond loopback)


def serve(
    folder: Here = HERE,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port to listen on.")] = 8000,
    tls_cert: Annotated[Path | None, typer.Option(help="The server's certificate (PEM).")] = None,
    tls_key: Annotated[Path | None, typer.Option(help="Its key (PEM).")] = None,
    own_ca: Annotated[
        bool, typer.Option("--own-ca", help="A certificate by an authority of the campaign's own.")
    ] = False,
    plain_http: Annotated[
        bool, typer.Option("--plain-http", help="Without TLS, also to other machines.")
    ] = False,
    demo: Annotated[
        bool, typer.Option("--demo", help="Made-up people who can sign in; this machine only.")
    ] = False,
) -> None:
    """Serve the desk's pages to browsers."""
    from optimizer.desk import Campaign
    from optimizer.web.server import Address
    from optimizer.web.server import serve as run

    if own_ca:
        with Campaign(folder) as campaign:
            _ = campaign.register
            signed = campaign.own_certificate(host)
            tls_cert, tls_key = signed.certificate, signed.key
            typer.echo(texts_of(campaign)("cli.authority", path=signed.authority))
    address = Address(
        host=host, port=port, certificate=tls_cert, key=tls_key, plain_http=plain_http
    )
    if demo and not address.is_loopback:
        raise SignInError("person.demo")
    with Campaign(folder) as campaign:
        texts = texts_of(campaign)
        people = campaign.people
        if demo:
            names = campaign.add_demo_people(DEMO_PASSWORD)
            # a rehearsal begins on the first planned day
            os.environ.setdefault("ZOUFANG_TODAY", campaign.next_day().isoformat())
            typer.echo(texts("cli.demo_people", password=DEMO_PASSWORD, names=", ".join(names)))
        elif not people.all():
            raise SignInError("person.nobody", folder=folder)
        people.close()
    with address.listen() as listener:
        typer.echo(texts("cli.serving", url=address.url))
        run(folder, address, listener)


def person(
    what: Annotated[Literal["add", "list", "disable", "enable", "reset"], typer.Argument()],
    name: Annotated[str | None, typer.Argument(help="The person's name.")] = None,
    folder: Here = HERE,
    role: Annotated[
        Literal["administrator", "planner", "chief", "clerk", "auditor"] | None,
        typer.Option(help="What he may do; chiefs and clerks for their station."),
    ] = None,
    station: Annotated[str | None, typer.Option(help="The station of a chief or clerk.")] = None,
) -> None:
    """Say who may sign in to the pages, and as what."""
    from optimizer.desk import Campaign

    with Campaign(folder) as campaign:
        texts = texts_of(campaign)
        people = campaign.people
        if what == "list":
            for one in people.all():
                state = texts("people.disabled") if one.disabled else ""
                typer.echo("\t".join((one.name, texts(f"role.{one.role}"), one.station, state)))
            return
        if name is None:
            raise SignInError("person.no_name")
        if what == "add":
            station = campaign.station_id(station)
            if station is not None:
                campaign.known_station(station)
            first = people.add(name, role or "", station or "")
        elif what == "reset":
            first = people.reset(name)
        else:
            people.disable(name, disabled=what == "disable")
            first = ""
        people.note("", "command line", f"person_{'added' if what == 'add' else what}", name)
        if first:
            typer.echo(texts("cli.first_password", name=name, password=first))


COMMANDS = {"serve": serve, "person": person}
