"""What a forecast says, a sentence each: for terminal, paper and bulletin alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from optimizer.catalogue import Texts

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from optimizer.catalogue import Lang
    from optimizer.forecast.county_forecast import Forecast


class Sentence(NamedTuple):
    """One thing that is said; `warns` where a planner has to do something."""

    text: str
    warns: bool = False


def forecast_sentences(told: Forecast, last: dt.date, lang: Lang) -> list[Sentence]:
    """What a forecast says of the county, and of stations that have too few crew-days.

    Parameters
    ----------
    last
        The campaign's last day.
    """
    return list(_said(told, last, Texts(lang)))


def _said(told: Forecast, last: dt.date, texts: Texts) -> Iterator[Sentence]:
    county = told.county
    early, middle, late = (day or "–" for day in county.finish)
    share = county.reached.middle / max(1, county.customers)
    reached = {"last": last, "share": share, "customers": county.customers}
    yield Sentence(texts("forecast.finish", early=early, middle=middle, late=late))
    yield Sentence(texts("forecast.reached", **county.reached._asdict(), **reached))
    need = county.crew_days._asdict() | {"available": county.available}
    yield Sentence(texts("forecast.crew_days", **need))
    for one in told.stations:
        if one.crew_days.middle > one.available:
            facts = {"needed": one.crew_days.middle, "available": one.available}
            name = f"{one.station} {one.name}"
            yield Sentence(texts("forecast.short", station=name, **facts), warns=True)
    for reason, count in county.unvisited.items():
        said = texts(f"forecast_reason.{reason}")
        yield Sentence(texts("forecast.unvisited", count=count, reason=said))
    if told.help is not None:
        yield Sentence(told.help.in_words(texts.lang))
    yield Sentence(texts("forecast.range", lives=told.lives))
