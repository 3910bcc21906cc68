"""`optimizer.records.words`: a clerk reads what is wrong in Chinese."""

from __future__ import annotations

import ast
import inspect

import pytest

from optimizer.errors import Fault
from optimizer.records import ingest, parsing, typed_sheets
from optimizer.records.words import in_words, sentences


def template(node):
    """A sentence of the code, {} for its facts; None where it is made elsewhere."""
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(p.value if isinstance(p, ast.Constant) else "{}" for p in node.values)
    return template(node.value) if isinstance(node, ast.Subscript) else None


@pytest.mark.parametrize("module", [parsing, ingest, typed_sheets])
def test_every_sentence_of_a_fault_has_its_chinese(module):
    """A sentence that somebody adds in English only would be read by those who cannot."""
    said = [
        call.args[-2:]
        for call in ast.walk(ast.parse(inspect.getsource(module)))
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") in {"_fault", "checked"}
    ]
    assert said
    for problem, action in said:
        assert template(problem) in {None, *sentences()["problem"]}
        assert template(action) in {None, *sentences()["action"]}


def test_facts_stay_in_a_sentence_and_what_is_unknown_stays_as_it_is():
    """Which sheet, which row: the numbers are what the clerk needs."""
    fault = Fault(
        file="f",
        row=3,
        column="account_no",
        value="1",
        problem="is not row 8 of the sheet, 109 is",
        action="correct one of them",
    )
    assert str(in_words(fault, "zh")) == (
        "f:3 [account_no] '1': 与路线单第 8 行不符，该行是 109 → 请更正其中之一"
    )
    assert in_words(fault, "en") is fault
    strange = Fault(file="f", row=None, column=None, value=None, problem="odd", action="odd")
    assert in_words(strange, "zh") == strange
