"""What is said when something is refused: a code and its facts, in words only when it is shown.

The sentences are data: `locale/errors.toml`.
"""

from __future__ import annotations

import errno
import tomllib
from collections.abc import Iterable
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.catalogue import Lang


@cache
def sentences() -> dict[str, dict[str, str]]:
    """For each code the sentence in both languages: ``"room.code"`` → ``{"zh": …, "en": …}``."""
    source = resources.files("optimizer").joinpath("locale", "errors.toml")
    return {
        f"{room}.{code}": both
        for room, table in tomllib.loads(source.read_text(encoding="utf-8")).items()
        for code, both in table.items()
    }


class Saying:
    """A sentence of the catalogue with its facts.

    A fact may be a saying itself, an error that is one, or several values, which are listed.
    What is no code of the catalogue is a sentence already and is shown as it is.
    """

    def __init__(self, code: str, /, **facts: object) -> None:
        self.code = code
        self.facts: Mapping[str, object] = facts

    def __str__(self) -> str:
        return self.in_words("en")

    def in_words(self, lang: Lang) -> str:
        """The sentence in a language."""
        both = sentences().get(self.code)
        if both is None:
            return self.code
        return both[lang].format(**{name: shown(fact, lang) for name, fact in self.facts.items()})


def word(name: str) -> Saying:
    """What a reader calls a thing or a state that goes by this name in the register."""
    code = f"word.{name}"
    return Saying(code if code in sentences() else name)


def reason(error: OSError) -> Saying:
    """Why the system refused, without the path, which the sentence around it names."""
    code = f"os.{errno.errorcode.get(error.errno or 0)}"
    return Saying(code if code in sentences() else error.strerror or str(error))


def shown(fact: object, lang: Lang) -> str:
    """A fact as a reader of that language sees it."""
    if isinstance(fact, Saying):
        return fact.in_words(lang)
    if isinstance(fact, OSError) and fact.errno and lang == "zh":
        return reason(fact).in_words(lang)
    if isinstance(fact, Iterable) and not isinstance(fact, str):
        return ("、" if lang == "zh" else ", ").join(shown(one, lang) for one in fact)
    return str(fact)
