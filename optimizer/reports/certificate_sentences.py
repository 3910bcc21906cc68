"""What the certificate says of the county, a sentence each: for terminal, page and paper alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.campaign.campaign_account import Certificate
from optimizer.catalogue import Texts
from optimizer.forecast.forecast_sentences import Sentence, forecast_sentences

if TYPE_CHECKING:
    from collections.abc import Callable

    from optimizer.catalogue import Lang
    from optimizer.forecast import Forecast


def sentences(account: Certificate, lang: Lang, told: Forecast | None = None) -> list[Sentence]:
    """What the certificate says of the county, for terminal and paper alike.

    Parameters
    ----------
    told
        What is to be expected of the campaign that it accounts for.
    """
    text = _words(lang)
    facts = {name: getattr(account, name) for name in Certificate.__slots__}
    said = [*_of_customers(account, lang), Sentence(text("days", **facts)), *_help(account, text)]
    if account.last_day is not None:
        said.append(Sentence(text("incomplete" if account.shortages else "last", **facts)))
    said.append(Sentence(text("areas", **facts)))
    if account.unwished:
        said.append(Sentence(text("unwished", **facts), warns=True))
    if account.forecast_blocks:
        said.append(Sentence(text("forecast", **facts)))
    return said + ([] if told is None else forecast_sentences(told, account.finish, lang))


def _of_customers(account: Certificate, lang: Lang) -> list[Sentence]:
    following, unplanned = (sum(c.values()) for c in (account.follow_up, account.unplanned))
    facts = {name: getattr(account, name) for name in ("customers", "planned", "settled")}
    texts = Texts(lang)
    return [
        Sentence(texts("certificate.customers", following=following, open=unplanned, **facts)),
        *(
            Sentence(f"  {number:,}{_code(code, texts)}: {texts(f'follow_up.{code}')}")
            for code, number in account.follow_up.items()
        ),
        *(
            Sentence(f"  {number:,}{_code(code, texts)}: {texts(f'unplanned.{code}')}", warns=True)
            for code, number in account.unplanned.items()
        ),
    ]


def _help(account: Certificate, text: Callable[..., str]) -> list[Sentence]:
    short = [
        text("short", station=s.station, lacking=s.lacking, customers=s.customers)
        for s in account.shortages
    ]
    ways = [
        text(remedy.kind, changes=" ".join(map(str, remedy.changes))) for remedy in account.remedies
    ]
    if short and not ways:
        ways = [text("no_remedy")]
    return [*(Sentence(line, warns=True) for line in short), *map(Sentence, ways)]


def _words(lang: Lang) -> Callable[..., str]:
    texts = Texts(lang)
    return lambda name, **values: texts(f"certificate.{name}", **values)


def _code(code: str, texts: Texts) -> str:
    """The code by which JSON has a reason; no word of Chinese."""
    return f" {code}" if texts.lang == "en" else ""
