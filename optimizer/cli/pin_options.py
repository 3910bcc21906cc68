"""A chief's pins as the options of `zoufang replan` say them."""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from optimizer.desk import Pins, time_of
from optimizer.errors import CampaignError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator


class _Pin(NamedTuple):
    """A visit, by its account number or id, and what it is pinned to."""

    visit: str
    to: str


def read_pins(
    pin: Iterable[str], at: Iterable[str], route: Iterable[str], unpin: Iterable[str]
) -> Pins:
    """Read the options' texts.

    Raises
    ------
    CampaignError
        One cannot be read, or names a visit or crew for a second time.
    """
    crews = list(_pairs(pin, lambda text: CampaignError("option.pin", text=text)))
    times = list(_pairs(at, lambda text: CampaignError("option.at", text=text)))
    routes = list(map(_whole_route, route))
    _refuse_twice("--pin", (one.visit for one in crews))
    _refuse_twice("--at", (one.visit for one in times))
    _refuse_twice("--route", (crew for crew, _ in routes))
    _refuse_twice("--route", chain.from_iterable(visits or () for _, visits in routes))
    return Pins(
        crews=dict(crews),
        begins={one.visit: time_of(one.to, "--at") for one in times},
        routes=dict(routes),
        loose=frozenset(unpin),
    )


def _pairs(texts: Iterable[str], wrong: Callable[[str], CampaignError]) -> Iterator[_Pin]:
    """The pin of each option; `wrong` refuses what is no pair."""
    for text in texts:
        visit, sign, to = (part.strip() for part in text.replace("＝", "=").partition("="))
        if not (visit and sign and to):
            raise wrong(text)
        yield _Pin(visit, to)


def _whole_route(text: str) -> tuple[str, tuple[str, ...] | None]:
    """A crew and its visits in order; None where they are to be those that are printed."""
    crew, sign, visits = text.replace("＝", "=").partition("=")
    names = tuple(name.strip() for name in re.split("[,，、;；]", visits) if name.strip())
    if not crew.strip() or (sign and not names):
        raise CampaignError("option.route", text=text)
    return crew.strip(), names if sign else None


def _refuse_twice(option: str, names: Iterable[str]) -> None:
    """Refuse a name that is there twice: nobody could know which of the two counts."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise CampaignError("option.twice", option=option, name=name)
        seen.add(name)
