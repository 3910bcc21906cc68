"""What is asked of the router: a station's doors, with or without blocks that stay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimizer.campaign.station_blocks import KeptBlocks
    from optimizer.campaign.station_demand import StationDemand
    from optimizer.roads import Attachment
    from optimizer.settings import Settings


@dataclass(frozen=True, slots=True)
class RoutingTask:
    """A station whose doors are to be put into blocks.

    Attributes
    ----------
    fresh
        bool (n,): the doors of the demand that are put into new blocks; the others have theirs.
    pace
        Share of a usual day's visits that the new blocks are made for.
    kept
        Blocks of the previous plan that stay, None where there is no previous plan.
    """

    demand: StationDemand
    settings: Settings
    fresh: NDArray[np.bool_]
    pace: float
    kept: KeptBlocks | None = None

    @classmethod
    def all_doors(cls, demand: StationDemand, settings: Settings, pace: float = 1.0) -> RoutingTask:
        """All doors of a station's demand into new blocks."""
        return cls(demand, settings, np.ones(len(demand.customer), dtype=bool), pace)

    @property
    def max_visits(self) -> int:
        """Visits of a block at most."""
        return max(1, int(self.settings.blocks.max_visits * self.pace))

    @property
    def limit_s(self) -> NDArray[np.int32]:
        """int32 (crews,): service and travel of each crew's block at most."""
        limit_s: NDArray[np.int32] = (self.demand.limit_s * self.pace).astype(np.int32)
        return limit_s


@dataclass(frozen=True, slots=True)
class StationJob:
    """What is needed to route one station over the roads, in any process.

    Attributes
    ----------
    doors, depot
        Where the doors and the station meet the roads.
    iteration_factor
        Times the router's usual iterations: measures what a longer search would bring.
    """

    task: RoutingTask
    doors: Attachment
    depot: Attachment
    iteration_factor: int = 1
