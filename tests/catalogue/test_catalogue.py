"""The words that people read: both languages, the same places for values."""

from __future__ import annotations

import datetime as dt
import string

import numpy as np
import pytest

from optimizer.catalogue import Texts, messages
from optimizer.model import Problem
from optimizer.routes import figures
from optimizer.routes.rule_costs import RELAXED


def places(sentence: str) -> set[str]:
    """Names of the values that a message takes."""
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


@pytest.mark.parametrize("name", sorted(messages()))
def test_a_message_speaks_both_languages(name):
    """A message in one language only would end a command for half of the people."""
    both = messages()[name]
    assert set(both) == {"zh", "en"}
    assert places(both["zh"]) == places(both["en"])


def test_every_rule_and_price_has_a_name():
    """What a rule costs must be told of every rule, not only of those that somebody tried."""
    empty = np.zeros((1, 1), np.int32)
    day = Problem(visits=(), crews=(), seconds=empty, metres=empty)
    named = {f"rule.{name}" for name in RELAXED} | {f"price.{n}" for n in figures(day, []).prices}
    assert named <= set(messages())


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
