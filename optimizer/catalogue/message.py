"""What is to be said: a code and its facts, in words only when it is shown."""

from __future__ import annotations

import errno
from collections.abc import Iterable
from typing import TYPE_CHECKING

from optimizer.catalogue.sentences import sentences

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.catalogue.sentences import Lang


class Message:
    """A sentence of the catalogue with its facts.

    A fact may be a message itself, an error that is one, or several values, which are listed.
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


def word(name: str) -> Message:
    """What a reader calls a thing or a state that goes by this name in the register."""
    code = f"word.{name}"
    return Message(code if code in sentences() else name)


def os_reason(error: OSError) -> Message:
    """Why the system refused, without the path, which the sentence around it names."""
    code = f"os.{errno.errorcode.get(error.errno or 0)}"
    return Message(code if code in sentences() else error.strerror or str(error))


def shown(fact: object, lang: Lang) -> object:
    """A fact as a reader of that language sees it; figures and dates stay what they are."""
    if isinstance(fact, Message):
        return fact.in_words(lang)
    if isinstance(fact, OSError) and fact.errno and lang == "zh":
        return os_reason(fact).in_words(lang)
    if isinstance(fact, Iterable) and not isinstance(fact, str):
        return ("、" if lang == "zh" else ", ").join(str(shown(one, lang)) for one in fact)
    return fact
