"""Names of stations and crews as people write them, and the ids that they mean."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from optimizer.tables.clean_text import clean, joined, station_stem

if TYPE_CHECKING:
    import pandas as pd

_CREW: Final = re.compile(r"^第?(.+?)(?:号|班)?(?:小?组|班)$")
_DIGITS: Final = dict(zip("一二三四五六七八九", "123456789", strict=True)) | {"十": "10"}
_APART: Final = re.compile(r"[\s,，、/;；和与&+]+")


class PeopleNames:
    """What people call the stations and crews of a register.

    Parameters
    ----------
    stations
        Columns station and name.
    crews
        Columns crew, station, member1 and member2.

    Attributes
    ----------
    station_ids
        Of all stations.
    """

    def __init__(self, stations: pd.DataFrame, crews: pd.DataFrame) -> None:
        self._stations: dict[str, set[str]] = {}
        for station, name in zip(stations["station"], stations["name"], strict=True):
            for word in {joined(station), joined(name), station_stem(name)}:
                self._stations.setdefault(word, set()).add(station)
        columns = (crews[name] for name in ("crew", "station", "member1", "member2"))
        self._crews: list[tuple[str, ...]] = [*zip(*columns, strict=True)]
        self.station_ids, self._crew_ids = {*stations["station"]}, {*crews["crew"]}

    def station(self, text: str) -> str:
        """The id of 泗汾, 泗汾供电所 or an id; the text itself where it names none, or several."""
        if text in self.station_ids or not text:
            return text
        found = self._stations.get(joined(text)) or self._stations.get(station_stem(text)) or set()
        return next(iter(found)) if len(found) == 1 else text

    def crew(self, text: str, station: str = "") -> str:
        """The id of 2组, 第二组, a member's name or an id; the text where it names no one crew.

        Parameters
        ----------
        station
            Whose crew; "" for any.
        """
        if text in self._crew_ids or not text:
            return text
        own = [crew for crew in self._crews if station in {"", crew[1]}]
        word = joined(text)
        short = joined(_CREW.sub(r"\1", word))
        number = _DIGITS.get(short, short)
        people = {joined(part) for part in _APART.split(clean(text)) if part}
        for found in (
            {crew for crew, *_ in own if joined(crew) in {word, short}},
            {crew for crew, *_ in own if number.isdigit() and _number(crew) == int(number)},
            {crew for crew, _, *members in own if people <= {*map(joined, members)}},
        ):
            if len(found) == 1:
                return next(iter(found))
        return text


def _number(crew: str) -> int | None:
    """The number at the end of a crew's id."""
    digits = re.search(r"\d+$", crew)
    return int(digits[0]) if digits else None
