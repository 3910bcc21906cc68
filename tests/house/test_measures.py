"""The measures of the code: what is beautiful now must not wither unseen."""

from __future__ import annotations

from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[2] / "scripts"
LONGEST_FUNCTION = 80
MOST_FMT_SKIP = 64


@pytest.fixture
def measures(monkeypatch):
    """The script that measures, as a module."""
    monkeypatch.syspath_prepend(str(SCRIPTS))
    import measures as own  # noqa: PLC0415  (beside the scripts only)

    return own


def test_no_function_is_longer_than_two_screens(measures):
    """What does not fit on a screen is not read as a whole."""
    longest = max(measures.function_lengths(), key=lambda length: length.lines)
    assert longest.lines <= LONGEST_FUNCTION, longest


def test_no_two_modules_have_one_name(measures):
    """Who searches for a file finds one; only sister rooms call the same part alike."""
    shared = measures.shared_basenames()
    assert {*shared} <= {*measures.SISTERS}, shared


def test_no_module_imports_itself_in_a_circle(measures):
    """A circle of imports, typed or not, can only be understood as a whole."""
    assert measures.cycles() == []


def test_tables_by_hand_do_not_spread(measures):
    """Where the formatter is switched off, everybody formats as they like."""
    assert measures.count_of("fmt: skip") <= MOST_FMT_SKIP


def test_a_circle_is_seen(measures, monkeypatch, tmp_path):
    """Also one that only the type checker walks, over three modules; lazy imports are none."""
    package = tmp_path / "optimizer"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "a.py").write_text("from optimizer.b import x\n")
    (package / "b.py").write_text("import t\nif t.TYPE_CHECKING:\n    from optimizer import c\n")
    (package / "c.py").write_text("import optimizer.a\n")
    (package / "d.py").write_text("def f():\n    from optimizer import d, e\n")
    (package / "e.py").write_text("from optimizer.d import f\n")
    monkeypatch.setattr(measures, "ROOT", tmp_path)
    monkeypatch.setattr(measures, "PACKAGE", package)
    monkeypatch.setattr(measures.sources, "__defaults__", (package,))
    assert measures.cycles() == [["optimizer.a", "optimizer.b", "optimizer.c"]]


def test_the_script_prints_its_table(measures, capsys):
    """The figures are made again by everybody with one command."""
    measures.main()
    table = capsys.readouterr().out
    assert "| median / p95 / longest | " in table
    assert "| cycles of imports | none |" in table
