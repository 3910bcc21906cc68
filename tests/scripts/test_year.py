"""A small scripted year: the register against the book that the field itself keeps."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

import optimizer

SCRIPT = Path(optimizer.__file__).parent.parent / "scripts" / "year.py"


@pytest.fixture(scope="module")
def year():
    if not SCRIPT.exists():
        pytest.skip("the script is not beside the package")
    spec = importlib.util.spec_from_file_location("year", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    sys.modules["year"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["year"]


@pytest.mark.parametrize(("customers", "days", "seed"), [(400, 45, 1), (200, 30, 2)])
def test_the_register_and_the_fields_book_agree(tmp_path, year, customers, days, seed):
    """Phones twice, late, out of order, wrong rows, paper, illness: not a visit or finding lost."""
    world = year.run(tmp_path, customers, days, seed)
    try:
        assert year.check(world) == []
        assert len(world.book.calls) > customers / 2
        assert world.book.faults_told >= world.book.wrong_rows
    finally:
        world.register.close()


def test_the_check_of_the_year_sees_a_loss(tmp_path, year):
    """A year's check that could not fail would be worth nothing."""
    world = year.run(tmp_path, 100, 5, 3)
    try:
        world.book.calls["0000000000", "2027-03-02"] = "done"
        world.book.pieces["bulb"] += 1
        world.book.sightings.add(("0000000001", "2027-03-02", "pole"))
        wrong = "\n".join(year.check(world))
        for words in ("calls done", "pieces bulb", "is in no finding"):
            assert words in wrong
    finally:
        world.register.close()
