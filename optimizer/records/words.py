"""What is said of faulty records, in the reader's language: `locale/records.toml`."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from optimizer.catalogue import Lang
    from optimizer.errors import Fault


def in_words(fault: Fault, lang: Lang) -> Fault:
    """The same fault in a language; a sentence that the catalogue lacks stays as it is."""
    if lang == "en":
        return fault
    return replace(
        fault,
        problem=_chinese("problem", str(fault.problem)),
        action=_chinese("action", str(fault.action)),
    )


@cache
def sentences() -> dict[str, dict[str, str]]:
    """English to Chinese, of problems and of actions; {} stands for a fact."""
    source = resources.files("optimizer").joinpath("locale", "records.toml")
    return tomllib.loads(source.read_text(encoding="utf-8"))


def _chinese(room: str, sentence: str) -> str:
    for english, chinese in sentences()[room].items():
        pattern = "(.+?)".join(map(re.escape, english.split("{}")))
        if facts := re.fullmatch(pattern, sentence, flags=re.DOTALL):
            return chinese.format(*facts.groups())
    return sentence
