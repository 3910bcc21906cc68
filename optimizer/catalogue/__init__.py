"""Every word that people read on paper and on phones, in Chinese and in English.

The catalogue is `locale/messages.toml`: one table a room, one line a message, both languages in it.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import datetime as dt

Lang = Literal["zh", "en"]


@cache
def messages() -> dict[str, dict[str, str]]:
    """The whole catalogue: ``"room.message"`` → ``{"zh": …, "en": …}``."""
    source = resources.files("optimizer").joinpath("locale", "messages.toml")
    return {
        f"{room}.{name}": both
        for room, table in tomllib.loads(source.read_text(encoding="utf-8")).items()
        for name, both in table.items()
    }


@dataclass(frozen=True)
class Texts:
    """The catalogue in one language.

    ``texts("sheet.page", page=1, total=2)`` is a sentence; a name that is not in the catalogue
    is a bug and raises ``KeyError``.
    """

    lang: Lang = "zh"
    _in: dict[str, dict[str, str]] = field(default_factory=messages, repr=False, compare=False)

    def __call__(self, name: str, **values: object) -> str:
        """One message, with values in its places."""
        sentence = self._in[name][self.lang]
        return sentence.format(**values) if values else sentence

    def room(self, name: str) -> dict[str, str]:
        """All messages of one table, by their short names."""
        start = f"{name}."
        return {
            key.removeprefix(start): both[self.lang]
            for key, both in self._in.items()
            if key.startswith(start)
        }

    def named(self, room: str, name: str) -> str:
        """The message of that name, or the name itself where the catalogue has none.

        For names that settings may extend, such as tools.
        """
        both = self._in.get(f"{room}.{name}")
        return name if both is None else both[self.lang]

    def date(self, day: dt.date) -> str:
        """A day as people write it, with its weekday."""
        return self._date("date.full", day)

    def short_date(self, day: dt.date) -> str:
        """A day of this year with its weekday."""
        return self._date("date.short", day)

    def _date(self, name: str, day: dt.date) -> str:
        weekday = self(f"date.weekday{day.isoweekday()}")
        return self(name, year=day.year, month=day.month, day=day.day, weekday=weekday)

    def km(self, metres: float) -> str:
        """Kilometres with one decimal."""
        return f"{metres / 1000:.1f}"
