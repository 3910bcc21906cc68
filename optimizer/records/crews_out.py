"""How many crews a station sends out: the rule where only counts are known.

`dayplan.turns` has it for the visits of a day, one by one; a forecast has counts. A test holds the
two together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimizer.settings import Settings

    Ints = NDArray[np.int64]

SEASON_WORTH: Final = 4
"""A visit of the season list counts for so many where it is asked whether enough waits."""


@dataclass(frozen=True, slots=True)
class DayLoad:
    """What stations have to do on a day, in arrays of one shape.

    Attributes
    ----------
    duty, with_block
        Crews on duty, and those of them that have a block.
    pressing, own, season, backlog
        Visits: what cannot wait, the day's own blocks, the season list, all else that waits.
    worth
        What a visit of the backlog is worth by its waiting, by a first visit's price.
    """

    duty: Ints
    with_block: Ints
    pressing: Ints
    own: Ints
    season: Ints
    backlog: Ints
    worth: NDArray[np.float64]


def crews_going(load: DayLoad, settings: Settings) -> Ints:
    """How many crews go out.

    Those with a block; as many as what must be made on the day needs; and others for as long as
    `day.backlog_visits` of what waits would find no room.
    """
    room, least = settings.blocks.max_visits, settings.day.backlog_visits
    bound = load.pressing + load.own
    crews = np.maximum(-(-bound // room), (load.pressing > 0).astype(np.int64))
    crews = np.maximum(crews, load.with_block)
    for number in range(int(load.duty.max(initial=0)) if least else 0):
        waits = _worth_beyond(load, number * room) >= least
        if not waits.any():
            break
        crews = np.where(waits, np.maximum(crews, number + 1), crews)
    going: Ints = np.minimum(crews, load.duty)
    return going


def _worth_beyond(load: DayLoad, room: int) -> NDArray[np.float64]:
    """What the visits are worth that find no room; those worth most are taken first."""
    season = np.maximum(load.season - room, 0)
    left = np.maximum(room - load.season, 0)
    backlog = np.maximum(load.backlog - left, 0)
    left = np.maximum(left - load.backlog, 0)
    bound = np.maximum(load.pressing + load.own - left, 0)
    worth: NDArray[np.float64] = SEASON_WORTH * season + load.worth * backlog + bound
    return worth
