"""Commands with which a chief asks about a plan: its figures, and where one more visit fits."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Annotated, Any

import typer

from optimizer.cli.console import (
    HERE,
    Here,
    Json,
    Speak,
    console,
    frame_table,
    print_json,
    texts_of,
)

if TYPE_CHECKING:
    import pandas as pd

    from optimizer.catalogue import Texts
    from optimizer.desk import Figures, Fit

PANEL = "Station chief"
SECONDS_PER_RULE = 1.0

Station = Annotated[str, typer.Option(help="The station's id or name.")]
Date = Annotated[str, typer.Option(help="YYYY-MM-DD.")]


def fit(
    account: Annotated[str, typer.Argument(help="The customer to call on as well.")],
    station: Station,
    date: Date,
    folder: Here = HERE,
    most: Annotated[int, typer.Option(help="Show so many places.", min=1)] = 10,
    lang: Speak = None,
    as_json: Json = False,
) -> None:
    """Where one more visit fits a planned day: crew, time and extra minutes; changes nothing."""
    from optimizer.desk import Campaign, day_of

    when = day_of(date, "--date")
    with Campaign(folder, lang=lang) as campaign:
        station = campaign.station_id(station)
        texts = texts_of(campaign)
        fits = campaign.fits(station, when, account)
    if as_json:
        print_json([dataclasses.asdict(one) for one in fits])
        return
    if not fits:
        typer.echo(texts("cli.fits_nowhere"))
        return
    console().print(frame_table(_fits(fits[:most], texts)))


def _fits(fits: list[Fit], texts: Texts) -> pd.DataFrame:
    """Places for a visit, a row each."""
    import pandas as pd

    from optimizer.settings import clock_text

    rows = [
        (one.crew_id, one.after + 1, clock_text(one.begin_s), _minutes(one.extra_travel_s),
         _minutes(one.later_s), texts.km(one.extra_m))
        for one in fits
    ]  # fmt: skip
    columns = ("crew", "row", "begin", "extra_min", "later_min", "extra_km")
    return pd.DataFrame(rows, columns=[texts(f"cli.column_{name}") for name in columns])


def figures(
    station: Station,
    date: Date,
    folder: Here = HERE,
    rules: Annotated[
        bool, typer.Option("--rules", help="Also what each rule costs: about a second a rule.")
    ] = False,
    lang: Speak = None,
    as_json: Json = False,
) -> None:
    """What a planned day amounts to: travel, walking, service, waiting, overlap, prices."""
    from optimizer.desk import Campaign, day_of

    when = day_of(date, "--date")
    with Campaign(folder, lang=lang) as campaign:
        station = campaign.station_id(station)
        texts = texts_of(campaign)
        seconds = SECONDS_PER_RULE if rules else None
        found, prices = campaign.figures(station, when, seconds_per_rule=seconds)
    if as_json:
        print_json(dataclasses.asdict(found) | {"cost": found.cost, "rules": prices})
        return
    console().print(frame_table(_crews(found, texts)))
    areas = {"shared_areas": found.shared_areas, "overlap": found.overlap}
    typer.echo(texts("cli.figures_areas", **areas))
    for kind, some in (("price", found.prices), ("rule", prices)):
        names = texts.room(kind)
        for name, price_s in some.items():
            if price_s:
                minutes = _minutes(price_s)
                typer.echo(texts(f"cli.figures_{kind}", what=names[name], minutes=minutes))


def _crews(found: Figures, texts: Texts) -> pd.DataFrame:
    """A crew's day a row, and the whole."""
    import pandas as pd

    from optimizer.settings import clock_text

    def row(name: str, back: str, one: Any) -> tuple[str, ...]:  # noqa: ANN401  (crew or all)
        spent = (one.travel_s, one.service_s, one.waiting_s)
        return (name, str(one.visits), *map(_minutes, spent), str(one.walk_m),
                texts.km(one.distance_m), back)  # fmt: skip

    rows = [row(crew.crew_id, clock_text(crew.end_s), crew) for crew in found.crews]
    rows.append(row(texts("cli.all"), "", found))
    columns = ("crew", "visits", "travel", "service", "waiting", "walk_m", "km", "end")
    return pd.DataFrame(rows, columns=[texts(f"cli.column_{name}") for name in columns])


def _minutes(seconds: float) -> str:
    return str(round(seconds / 60))


COMMANDS = {"fit": fit, "figures": figures}
