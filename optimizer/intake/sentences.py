"""What intake says, in English and Chinese: for each code what is wrong and what to do.

The sentences are data: `locale/intake.toml`.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Lang = Literal["en", "zh"]

TABLE_NAMES: Final[dict[str, str]] = {
    "stations": "供电所",
    "areas": "台区",
    "customers": "客户",
    "crews": "走访小组",
    "leave": "请假",
}
"""What a Chinese reader calls the tables."""


@cache
def sentences() -> dict[str, dict[Lang, tuple[str, str]]]:
    """For each code and language the problem and the action, with places for facts."""
    source = resources.files("optimizer").joinpath("locale", "intake.toml")
    return tomllib.loads(source.read_text(encoding="utf-8"))


def sentence(lang: Lang, code: str, facts: Mapping[str, object]) -> tuple[str, str]:
    """Problem and action of a code, with its facts filled in."""
    problem, action = sentences()[code][lang]
    if lang == "zh" and "table" in facts:
        facts = {**facts, "table": TABLE_NAMES[str(facts["table"])]}
    return problem.format(**facts), action.format(**facts)
