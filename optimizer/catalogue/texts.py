"""The catalogue in one language, for what is shown in that language from end to end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizer.catalogue.message import Message
from optimizer.catalogue.sentences import sentences

if TYPE_CHECKING:
    import datetime as dt

    from optimizer.catalogue.sentences import Lang


@dataclass(frozen=True)
class Texts:
    """The catalogue in one language.

    ``texts("sheet.page", page=1, total=2)`` is a sentence; a code that is not in the catalogue
    is a bug and raises ``KeyError``.
    """

    lang: Lang = "zh"

    def __call__(self, code: str, /, **facts: object) -> str:
        """One sentence, with facts in its places."""
        sentence = sentences()[code][self.lang]
        return Message(code, **facts).in_words(self.lang) if facts else sentence

    def room(self, name: str) -> dict[str, str]:
        """All sentences of one room, by their keys."""
        start = f"{name}."
        return {
            code.removeprefix(start): both[self.lang]
            for code, both in sentences().items()
            if code.startswith(start)
        }

    def named(self, room: str, name: str) -> str:
        """The sentence of that name, or the name itself where the catalogue has none.

        For names that settings may extend, such as tools.
        """
        both = sentences().get(f"{room}.{name}")
        return name if both is None else both[self.lang]

    def name_of(self, text: str, *rooms: str) -> str:
        """The name of a sentence of some rooms that reads so in either language; else the text."""
        known = sentences()
        word = text.strip().casefold()
        found = (
            code.partition(".")[2]
            for code, both in known.items()
            if code.partition(".")[0] in rooms
            and word in {both["zh"].casefold(), both["en"].casefold()}
        )
        return next(found, text.strip())

    def date(self, day: dt.date) -> str:
        """A day as people write it, with its weekday."""
        return self._date("date.full", day)

    def short_date(self, day: dt.date) -> str:
        """A day of this year with its weekday."""
        return self._date("date.short", day)

    def _date(self, code: str, day: dt.date) -> str:
        weekday = self(f"date.weekday{day.isoweekday()}")
        return self(code, year=day.year, month=day.month, day=day.day, weekday=weekday)

    def km(self, metres: float) -> str:
        """Kilometres with one decimal."""
        return f"{metres / 1000:.1f}"
