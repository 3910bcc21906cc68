"""The words that people read: both languages, the same places for values, none missing or dead."""

from __future__ import annotations

import ast
import datetime as dt
import re
import string
import tomllib
from collections import Counter
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import optimizer
from optimizer.catalogue import Message, Texts, sentences
from optimizer.model import Problem
from optimizer.routes import figures
from optimizer.routes.rule_costs import RELAXED

PACKAGE = Path(optimizer.__file__).parent
NAMED_ELSEWHERE = {"os", "sqlite", "pydantic", "help", "setting"}
"""Rooms whose keys are names of the system, of SQLite, of pydantic and of settings (which
`tests/desk/test_chosen_settings.py` holds to the settings there are); of help the English is."""


def places(sentence: str) -> set[str]:
    """Names of the values that a sentence takes."""
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


@cache
def calls() -> list[tuple[Path, ast.Call, str]]:
    """Every call in the source with an argument, and the name of what is called."""
    return [
        (path, node, getattr(node.func, "id", getattr(node.func, "attr", "")))
        for path in sorted(PACKAGE.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and node.args
    ]


def says(name: str) -> bool:
    """Whether a call by this name takes a code of the catalogue."""
    return name in {"Message", "texts", "text", "said"} or name.endswith("Error")


def codes_said() -> list[tuple[Path, str, set[str | None], str]]:
    """Each code that the source says, with the facts that it gives there; None stands for `**`."""
    return [
        (path, code.value, {keyword.arg for keyword in call.keywords}, name)
        for path, call, name in calls()
        if says(name)
        for code in call.args[:1]
        if isinstance(code, ast.Constant) and re.fullmatch(r"\w+\.\w+", str(code.value))
    ]


def computed() -> set[str]:
    """Beginnings of codes of which the rest is computed: "kind." of ``f"kind.{name}"``."""
    found = {"price.", "rule."}  # rooms that a command goes through one after the other
    found |= {
        str(call.args[0].value) + "."
        for _, call, name in calls()
        if name in {"room", "named"} and isinstance(call.args[0], ast.Constant)
    }
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
                beginning = str(node.values[0].value)
                if re.fullmatch(r"\w+\.\w*", beginning):
                    found.add(beginning)
    for path in PACKAGE.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        found |= set(re.findall(r"'(\w+\.)'", text))
        found |= {f"{room}." for room in re.findall(r"t\.(?:room|named)\('(\w+)'", text)}
    return found


@pytest.mark.parametrize("code", sorted(sentences()))
def test_a_sentence_speaks_both_languages(code):
    """A fact that one language tells and the other does not is missing for half of the people."""
    both = sentences()[code]
    assert set(both) == {"zh", "en"}
    assert places(both["zh"]) == places(both["en"])


def test_no_code_stands_in_two_files():
    """Of two sentences of one code only one would ever be shown."""
    found = Counter(
        f"{room}.{key}"
        for file in (PACKAGE / "catalogue").glob("*.toml")
        for room, table in tomllib.loads(file.read_text(encoding="utf-8")).items()
        for key in table
    )
    assert max(found.values()) == 1
    assert found.keys() == sentences().keys()


def test_a_room_stands_in_one_file():
    """Who asks for a whole room, as phones do, would get a stranger's sentences with it."""
    rooms = [
        room
        for file in (PACKAGE / "catalogue").glob("*.toml")
        for room in tomllib.loads(file.read_text(encoding="utf-8"))
    ]
    assert len(rooms) == len(set(rooms))


def test_every_code_of_the_source_is_in_the_catalogue_with_its_facts():
    """A code without a sentence would be shown bare, a fact without a place would go unsaid."""
    said = codes_said()
    assert len(said) > 300
    for path, code, facts, name in said:
        assert code in sentences(), f"{path}: {code}"
        wanted = places(sentences()[code]["zh"])
        assert None in facts or wanted <= facts, f"{path}: {code}"
        if name not in {"texts", "text", "said"}:
            assert None in facts or wanted == facts, f"{path}: {code}"


def test_every_fault_of_a_file_says_what_is_wrong_and_what_to_do():
    """Faults of customer files and of records name keys of two rooms each."""
    intake = {
        call.args[1].value
        for path, call, name in calls()
        if {"intake", "tables"} & {*path.parts}
        and name in {"file", "warn", "cells", "UnreadableError"}
        for code in call.args[1:2]
        if isinstance(code, ast.Constant)
    }
    assert len(intake) > 15
    assert {f"intake_problem.{key}" for key in intake} <= sentences().keys()
    records = [
        call.args[-2:]
        for path, call, name in calls()
        if "records" in path.parts and name in {"entry_fault", "_fault", "wrong"}
    ]
    assert len(records) > 30
    for rooms in zip(("record_problem", "record_action"), zip(*records, strict=True), strict=True):
        keys = {key.value for key in rooms[1] if isinstance(key, ast.Constant)}
        assert {f"{rooms[0]}.{key}" for key in keys} <= sentences().keys()
    for problem, action in (
        ("intake_problem", "intake_action"),
        ("unassigned_reason", "unassigned_action"),
    ):
        assert set(Texts("en").room(problem)) == set(Texts("en").room(action))


def test_no_sentence_of_the_catalogue_is_dead():
    """What nobody says any more still has to be read and translated by whoever comes next."""
    source = "\n".join(
        path.read_text(encoding="utf-8")
        for path in PACKAGE.rglob("*")
        if path.suffix in {".py", ".html", ".js", ".typ"}
    )
    words = set(re.findall(r"[\w-]+", source))
    constants = set(re.findall(r"\b\w+\.[\w-]+\b", source))
    beginnings = computed()

    def is_said(code: str) -> bool:
        rest = [code.removeprefix(start) for start in beginnings if code.startswith(start)]
        return code in constants or any(
            key in words or set(re.split(r"_|(?=\d+$)", key)) - {""} <= words for key in rest
        )

    ours = [code for code in sentences() if code.split(".")[0] not in NAMED_ELSEWHERE]
    assert not [code for code in ours if not is_said(code)]


def test_every_rule_and_price_has_a_name():
    """What a rule costs must be told of every rule, not only of those that somebody tried."""
    empty = np.zeros((1, 1), np.int32)
    day = Problem(visits=(), crews=(), seconds=empty, metres=empty)
    named = {f"rule.{name}" for name in RELAXED} | {f"price.{n}" for n in figures(day, []).prices}
    assert named <= set(sentences())


def test_dates_read_as_people_write_them():
    """The second of March 2027 is a Tuesday."""
    day = dt.date(2027, 3, 2)
    assert Texts("zh").date(day) == "2027年3月2日 星期二"
    assert Texts("en").date(day) == "Tuesday 2027-03-02"
    assert Texts("zh").short_date(day) == "3月2日 星期二"


def test_names_that_settings_add_speak_for_themselves():
    """Who puts a ladder into the bag finds the word ladder on the sheet."""
    assert Texts("zh").named("tool", "fuse") == "保险丝"
    assert Texts("zh").named("tool", "梯子") == "梯子"


def test_figures_stay_figures_until_a_sentence_shapes_them():
    """A sentence says how many decimals it wants; a message among its facts is put into words."""
    said = Message(
        "certificate.areas", areas=1200, whole_share=0.5, travel_share=0.25, longest_share=0.1
    )
    assert "1,200 个" in said.in_words("zh")
    assert "50.0% in one stretch" in str(said)
