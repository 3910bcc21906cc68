"""Set-up: what it cannot compile ahead it says, and goes on."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[2] / "scripts"


@pytest.fixture
def environment(monkeypatch):
    """The script that makes .venv, as a module."""
    monkeypatch.syspath_prepend(str(SCRIPTS))
    import environment as own  # noqa: PLC0415  (beside the scripts only)

    return own


def test_set_up_makes_byte_code_and_then_machine_code(environment, monkeypatch):
    """Where nobody compiled ahead, each start takes seconds more and the first plan a minute."""
    ran = []
    monkeypatch.setattr(environment, "_succeeds", lambda command: ran.append(command) or True)
    environment._compile()
    assert [command[2] for command in ran] == ["compileall", "optimizer.warm_up"]


def test_a_folder_that_cannot_be_written_stops_nobody(environment, monkeypatch, capsys):
    """Slower is no failure: an installation that root has made works for everybody."""
    monkeypatch.setattr(environment, "_executable", lambda _: Path(sys.prefix) / "nothing here")
    environment._compile()
    assert "slower" in capsys.readouterr().out
