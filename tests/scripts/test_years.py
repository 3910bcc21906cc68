"""A small campaign lived for two months: the field, the register and the measures agree."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

import pytest

import optimizer

SCRIPTS = Path(optimizer.__file__).parent.parent / "scripts"


@pytest.fixture(scope="module")
def life(tmp_path_factory):
    """Two months with 600 customers."""
    sys.path.insert(0, str(SCRIPTS))
    from lived.field import Habits  # noqa: PLC0415
    from lived.life import begin  # noqa: PLC0415

    habits = Habits.read(SCRIPTS / "lived" / "field.toml")
    folder = tmp_path_factory.mktemp("life") / "c"
    lived = begin(folder, 600, habits, 1, dt.date(2027, 3, 5))
    lived.run()
    yield lived
    lived.register.close()


def test_the_register_counts_the_visits_that_the_field_made(life):
    """A measure of the plan is worth nothing if book and register tell different lives."""
    lost = {call.account_no for call in life.people.calls if call.result == "done"}
    done = life.register.agenda.accounts_in("visited")["account_no"]
    typed = {entry.account_no for entry in life.typed if entry.result == "done"}
    assert typed == set(done)
    assert typed <= lost


def test_every_measure_says_what_came_and_what_is_right(life):
    """A row that cannot be missed would be no measure: some must be able to fail."""
    from lived.measures import measure, table  # noqa: PLC0415

    rows = measure(life)
    assert len(rows) >= 14
    assert all(row.came and row.right for row in rows)
    assert table(rows).count("\n") == len(rows) - 1


def test_what_was_foretold_is_judged(life):
    """Two months of 600 customers: crew-days as foretold, give or take a quarter."""
    from lived.calibration_plot import calibration_svg, judged  # noqa: PLC0415

    used = sum(tour.worked for tour in life.people.tours)
    assert used == pytest.approx(life.diary.crew_days, rel=0.25)
    rows = judged(life)
    assert {row.station for row in rows} > {""}
    assert all(0 < row.month < 3 for row in rows)
    picture = calibration_svg(rows)
    assert picture.count("<circle") == len(rows)
    assert f"of {len(rows)} within their range" in picture


def test_the_same_seed_lives_the_same_life(life, tmp_path):
    """Measures before and after a change must differ by the change alone."""
    from lived.field import Habits  # noqa: PLC0415
    from lived.life import begin  # noqa: PLC0415

    habits = Habits.read(SCRIPTS / "lived" / "field.toml")
    again = begin(tmp_path / "c", 600, habits, 1, dt.date(2027, 3, 5))
    again.run()
    again.register.close()
    assert again.people.calls == life.people.calls
