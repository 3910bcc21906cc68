"""Which rows of the chain's tables are which steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from optimizer.forecast.call_chain import APPOINTED, ASKED, MISSED, OWN, REQUEST, REVISITS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimizer.forecast.call_chain import Chain

    Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ChainRows:
    """Rows of single steps, and of steps that are treated alike.

    Attributes
    ----------
    promised
        Requests and appointments: they press from their first day on.
    season
        Calls of the season list.
    revisits, found, further, called_again
        Checks of findings: all, the first calls, further ones, and those after which another comes.
    backlog
        What is called on where there is room.
    counts
        Calls by which a customer is visited who was not before.
    stops, telephone
        Lists on which customers stay, and those of them for the telephone.
    called_in_season
        Of the season's and the telephone's list, those of equally many tries: who is telephoned to
        in vain is called on in the season.
    """

    own: int
    missed: int
    asked: int
    appointed: int
    request: int
    promised: Rows
    season: Rows
    revisits: Rows
    found: Rows
    further: Rows
    called_again: Rows
    backlog: Rows
    counts: Rows
    stops: Rows
    telephone: Rows
    called_in_season: tuple[tuple[int, int], ...]


def chain_rows(chain: Chain) -> ChainRows:
    """The rows of a chain."""
    steps, row = chain.steps, chain.row
    promised = _rows([row(REQUEST), row(APPOINTED)])
    season, revisits = chain.where("season"), chain.where("is_revisit")
    found = _rows([row(f"{name}/0") for name in REVISITS])
    last = max(steps[n].tries for n in revisits)
    apart = {row(OWN), *promised.tolist(), *season.tolist(), *revisits.tolist()}
    calls = [n for n in chain.where("calls").tolist() if n not in apart]
    return ChainRows(
        own=row(OWN),
        missed=row(MISSED),
        asked=row(ASKED),
        appointed=row(APPOINTED),
        request=row(REQUEST),
        promised=promised,
        season=season,
        revisits=revisits,
        found=found,
        further=np.setdiff1d(revisits, found),
        called_again=_rows([n for n in revisits if steps[n].tries < last]),
        backlog=_rows([*revisits.tolist(), *calls]),
        counts=chain.where("counts"),
        stops=_rows([n for n, step in enumerate(steps) if not step.calls]),
        telephone=chain.where("telephone"),
        called_in_season=tuple(
            (listed, phoned)
            for listed in season.tolist()
            for phoned in chain.where("telephone").tolist()
            if steps[listed].tries == steps[phoned].tries
        ),
    )


def _rows(numbers: list[int]) -> Rows:
    return np.array(numbers, dtype=np.int64)
