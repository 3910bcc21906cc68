"""The summary of an assignment: counts, and what a planner should look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from optimizer.catalogue import Message

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.catalogue import Lang


class OverCapacity(NamedTuple):
    """A station that has more customers than it can hold."""

    station: str
    customers: int
    capacity: int


@dataclass(frozen=True)
class Balance:
    """How even a station's districts are.

    Attributes
    ----------
    crew_days
        Days of work of the whole station.
    most, least
        Work of the crew with the most and the least, as a share of what is fair to it.
    apart
        Crews whose districts are in several parts.
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
        return self.in_words("en")

    def in_words(self, lang: Lang) -> str:
        """A line for each count that is worth a look."""
        return "\n".join(line.in_words(lang) for line in self._lines())

    def _lines(self) -> Iterator[Message]:
        yield Message(
            "territories.located",
            customers=f"{self.customers:,}",
            given=f"{self.given:,}",
            at_area=f"{self.at_area:,}",
            nowhere=f"{self.nowhere:,}",
        )
        yield Message(
            "territories.shared",
            stationed=f"{self.stationed:,}",
            joined=f"{self.joined:,}",
            formed=f"{self.formed:,}",
            new_areas=f"{self.new_areas:,}",
        )
        if self.moved:
            yield Message("territories.moved", count=f"{self.moved:,}")
        if self.far:
            yield Message("territories.far", count=f"{self.far:,}")
        for over in self.over_capacity:
            yield Message(
                "territories.full",
                station=over.station,
                customers=f"{over.customers:,}",
                capacity=f"{over.capacity:,}",
            )
        if self.managed or self.unknown_managers:
            unknown = f"{len(self.unknown_managers):,}"
            yield Message("territories.managed", managed=f"{self.managed:,}", unknown=unknown)
        for station in self.no_crews:
            yield Message("territories.no_crew", station=station)
        if self.balance:
            most = max(self.balance, key=lambda station: station.most)
            yield Message("territories.most", share=f"{most.most:.0%}", station=most.station)
