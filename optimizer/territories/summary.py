"""What drawing the territories came to: counts, and what a planner should look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class OverCapacity(NamedTuple):
    """A station that has more customers than it can hold."""

    station: str
    customers: int
    capacity: int


@dataclass(frozen=True)
class Balance:
    """How a station's work is shared out.

    Attributes
    ----------
    crew_days
        Days of work of the whole station.
    most, least
        Work of the crew with the most and the least, as a share of what is fair to it.
    apart
        Crews whose areas do not hang together.
    """

    station: str
    customers: int
    areas: int
    crews: int
    crew_days: float
    most: float
    least: float
    apart: int


@dataclass(frozen=True)
class Summary:
    """Counts, and what a planner should look at.

    Attributes
    ----------
    given, at_area, nowhere
        Customers with coordinates of their own, with their area's centre, with none.
    stationed
        Customers that were given a station by travel time.
    joined, formed, new_areas
        Customers that joined a neighbouring area, customers in newly formed areas, and those.
    moved
        Customers whose file names another station than their area does; the area's holds.
    far
        Located customers that are farther from any road than `max_walk_m`.
    over_capacity
        Stations that hold more than they can, because all are full or an area is never split.
    managed
        Areas that are with their manager's crew.
    unknown_managers
        Areas whose manager is in no crew of their station.
    no_crews
        Stations with customers and no crew.
    """

    customers: int
    given: int
    at_area: int
    nowhere: int
    stationed: int
    joined: int
    formed: int
    new_areas: int
    moved: int
    far: int
    over_capacity: tuple[OverCapacity, ...]
    managed: int
    unknown_managers: tuple[str, ...]
    no_crews: tuple[str, ...]
    balance: tuple[Balance, ...]

    def __str__(self) -> str:
        lines = [
            (
                f"{self.customers:,} customers: {self.given:,} located, {self.at_area:,} at the "
                f"centre of their area, {self.nowhere:,} nowhere"
            ),
            (
                f"{self.stationed:,} were given the nearest station, {self.joined:,} joined a "
                f"neighbouring area, {self.formed:,} are in {self.new_areas:,} new areas"
            ),
        ]
        if self.moved:
            lines.append(f"{self.moved:,} follow their area to another station than their own")
        if self.far:
            lines.append(f"{self.far:,} are too far from any road")
        lines += [
            f"station {over.station} holds {over.customers:,} customers, its capacity is "
            f"{over.capacity:,}"
            for over in self.over_capacity
        ]
        if self.managed or self.unknown_managers:
            lines.append(
                f"{self.managed:,} areas stay with their manager's crew; of "
                f"{len(self.unknown_managers):,} the manager is in no crew of their station"
            )
        lines += [f"station {station} has customers and no crew" for station in self.no_crews]
        if self.balance:
            most = max(self.balance, key=lambda station: station.most)
            lines.append(
                f"the most loaded crew has {most.most:.0%} of its fair share ({most.station})"
            )
        return "\n".join(lines)
