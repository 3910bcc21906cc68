"""The fuzz of files that stations have, in small."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[2] / "scripts"


@pytest.fixture
def fuzz(monkeypatch):
    """The script as a module."""
    monkeypatch.syspath_prepend(str(SCRIPTS))
    sys.modules.pop("fuzz", None)
    import fuzz  # noqa: PLC0415

    return fuzz


def test_nothing_that_the_field_wrote_is_lost_unsaid(fuzz, capsys):
    """Every cell of a typed sheet is in the register, a fault or a remark; nothing breaks."""
    assert fuzz.main(["--inputs", "1000", "--seed", "7"]) == 0, capsys.readouterr().out
    said = capsys.readouterr().out
    assert "500  typed sheets: inputs" in said
    assert "nothing lost, no traceback" in said


def test_the_account_sees_what_is_lost(fuzz):
    """A reader that dropped opinions would be found out."""
    reading = fuzz.read_content(
        "供电所,日期,小组,序号,结果\nST01,2027-03-02,C001,1,完成".encode(), "s"
    )
    (entry,) = reading.entries
    assert not fuzz._is_in(entry, "意见", "灯暗", reading)
    assert fuzz._is_in(entry, "结果", "完成", reading)
