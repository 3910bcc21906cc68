"""The customers of one station as arrays: all that a worker process is told of them."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class StationDemand:
    """The customers of one station that have a place and a crew.

    Attributes
    ----------
    station
        Its id; `lon`, `lat` are where crews start.
    customer
        int64 (n,): rows of `CampaignTables.customers`.
    door_lon, door_lat
        float64 (n,).
    service_s
        int32 (n,): at the door, introduction included.
    area
        int32 (n,): numbered from 0.
    separate
        bool (n,): is planned apart from any transformer area, because there is none or because
        another crew must serve this 10 kV customer. `area` is then this customer's alone.
    crew
        int32 (n,): the crew in whose territory the door lies, a row of `crews`.
    kind
        int8 (n,): of the customer, a row of `KINDS`.
    skilled
        bool (n,): needs a skilled crew.
    windows
        object (n,): when it may be called at, as in the customer file; "" at any time.
    crews
        Ids of the station's crews, sorted.
    crew_skilled
        bool (crews,).
    limit_s
        int32 (crews,): service and travel that fit a day of each crew.
    shifts
        int32 (crews, 2): when each crew's shift begins and ends.
    """

    station: str
    lon: float
    lat: float
    customer: NDArray[np.int64]
    door_lon: NDArray[np.float64]
    door_lat: NDArray[np.float64]
    service_s: NDArray[np.int32]
    area: NDArray[np.int32]
    separate: NDArray[np.bool_]
    crew: NDArray[np.int32]
    kind: NDArray[np.int8]
    skilled: NDArray[np.bool_]
    windows: NDArray[np.object_]
    crews: tuple[str, ...]
    crew_skilled: NDArray[np.bool_]
    limit_s: NDArray[np.int32]
    shifts: NDArray[np.int32]

    def take(self, rows: NDArray[np.bool_]) -> StationDemand:
        """The demand with some of its customers only."""
        columns = (
            "customer", "door_lon", "door_lat", "service_s", "area", "separate", "crew", "kind",
            "skilled", "windows",
        )  # fmt: skip
        return replace(self, **{name: getattr(self, name)[rows] for name in columns})

    def seed(self, crew: int, seed: int) -> int:
        """The seed for a crew's territory; it depends on the names alone, not on their order."""
        return zlib.crc32(f"{seed}/{self.station}/{self.crews[crew]}".encode())
