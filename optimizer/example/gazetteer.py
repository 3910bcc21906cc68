"""What is known of 醴陵: boundary, river, main roads, and its 25 township units and 272 villages.

Names and codes are real (national list of 2023), the boundary is simplified. The seats of two
townships are known, those of the others are placed where they roughly are.
"""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

FULL_COUNTY = 350_000
FULL_STATIONS = 20
COMMUNITY_WEIGHT, TOWN_WEIGHT, VILLAGE_WEIGHT, SUBURB_WEIGHT = 2300, 450, 1430, 1000


@dataclass(frozen=True, slots=True)
class Township:
    """A 镇, 街道 or development zone; `served_from` is the township with its supply station."""

    code: str
    name: str
    served_from: str
    lon: float
    lat: float
    km2: float

    @property
    def stem(self) -> str:
        """The name without its kind: 泗汾 of 泗汾镇."""
        if self.name.endswith("经济开发区"):
            return "经开区"
        return self.name.removesuffix("镇").removesuffix("街道")

    @property
    def in_city(self) -> bool:
        """Whether its urban part is a part of the county town."""
        return not self.name.endswith("镇")


@dataclass(frozen=True, slots=True)
class Village:
    """A 村, 社区 or 居委会 and the customers that it has in the full county.

    `urban_weight` of them live in streets, `rural_weight` in hamlets.
    """

    code: str
    name: str
    township: Township
    urban_weight: int
    rural_weight: int

    @property
    def short(self) -> str:
        """The name as an address has it: 夏星 of 夏星居委会 becomes 夏星社区."""
        if self.name.endswith("虚拟社区"):
            return "经开社区"
        return self.name.replace("居委会", "社区")


def table(name: str) -> list[dict[str, str]]:
    """Rows of one of the tables of facts beside this module."""
    text = files("optimizer.example").joinpath(f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def townships() -> tuple[Township, ...]:
    """All townships, in the order in which a growing example takes them in."""
    return tuple(
        Township(
            row["code"],
            row["township"],
            row["served_from"],
            float(row["lon"]),
            float(row["lat"]),
            float(row["km2"]),
        )
        for row in table("townships")
    )


@cache
def villages() -> tuple[Village, ...]:
    """All villages and communities, in the order of their codes."""
    by_code = {township.code: township for township in townships()}
    rows = [(row["code"], row["village"]) for row in table("villages")]
    seated = {code[:9] for code, name in rows if name.endswith(("社区", "居委会"))}
    return tuple(
        Village(code, name, by_code[code[:9]], *_weights(name, by_code[code[:9]], seated))
        for code, name in rows
    )


def _weights(name: str, township: Township, seated: set[str]) -> tuple[int, int]:
    """Urban and rural customers of a village; a town without a community has a seat village."""
    if name.endswith(("社区", "居委会")):
        return (COMMUNITY_WEIGHT if township.in_city else TOWN_WEIGHT), 0
    if township.code not in seated and name == f"{township.stem}村":
        return TOWN_WEIGHT, VILLAGE_WEIGHT
    return 0, (SUBURB_WEIGHT if township.in_city else VILLAGE_WEIGHT)


def station_count(customers: int) -> int:
    """About twenty stations for the full county, fewer and smaller ones for less."""
    wanted = round(FULL_STATIONS * math.sqrt(customers / FULL_COUNTY))
    return min(FULL_STATIONS, max(2, wanted))


def served_townships(customers: int) -> tuple[Township, ...]:
    """The part of the county that an example of this size covers: whole townships.

    A township without a station of its own comes along as soon as the one that serves it does.
    """
    owners: list[str] = []
    for township in townships():
        if township.name == township.served_from and len(owners) < station_count(customers):
            owners.append(township.name)
    return tuple(township for township in townships() if township.served_from in owners)
