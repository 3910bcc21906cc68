"""Each broken file ends in a report that names the file, none in a traceback."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from broken_files import BAD_CELLS, Broken, as_csv, as_xlsx, broken_files, rows_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from village import VILLAGE

from optimizer.errors import Fault, IntakeError
from optimizer.intake import read_tables

if TYPE_CHECKING:
    from pathlib import Path


def faults_of(broken: Broken) -> tuple[Fault, ...]:
    """What the report says; the name of the case stands in the failure if there is none."""
    try:
        read_tables(**broken.files)
    except IntakeError as error:
        return error.faults
    return pytest.fail(f"{broken} was taken in")


def test_every_broken_file_ends_in_a_report(tmp_path: Path):
    """A traceback tells the planner nothing; a report tells which file, and what to do."""
    count = 0
    for broken in broken_files(tmp_path, seed=1):
        faults = faults_of(broken)
        assert any(fault.file == str(broken.path) for fault in faults), broken
        for fault in faults:
            assert fault.problem, broken
            assert fault.action, broken
            assert len(fault.value or "") <= 40, broken
            assert str(fault).isprintable(), broken
        count += 1
    assert count >= 200


def test_the_village_is_whole(tmp_path: Path):
    """Were the village itself broken, every file above would be refused for nothing."""
    broken = next(broken_files(tmp_path, seed=1))
    files = broken.files | {broken.table: tmp_path / "good.csv"}
    files[broken.table].write_bytes(as_csv(rows_of(broken.table)))
    assert len(read_tables(**files).tables) == 5


def test_bad_rows_of_broken_files_never_slip_in(tmp_path: Path):
    """Leaving bad rows out takes fewer rows, never other ones."""
    names = {line.split(",")[0] for line in VILLAGE["customers"][1:]}
    for broken in list(broken_files(tmp_path, seed=2))[::7]:
        try:
            intake = read_tables(**broken.files, skip_bad_rows=True)
        except IntakeError:
            continue
        assert intake.faults, broken
        assert set(intake.tables["customers"]["account_no"]) <= names, broken


anything = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def read_or_report(path: Path, content: bytes) -> None:
    """Take a customers file in, or be told why not; anything else is a bug."""
    path.write_bytes(content)
    try:
        read_tables(customers=path)
    except IntakeError as error:
        assert all(fault.file == str(path) for fault in error.faults)  # noqa: PT017


cell = st.one_of(
    st.text(max_size=20),
    st.integers().map(str),
    st.floats().map(str),
    st.dates().map(str),
    st.sampled_from([value for values in BAD_CELLS.values() for value in values]),
)


@anything
@given(st.lists(st.lists(cell, min_size=11, max_size=13), min_size=1, max_size=5))
def test_any_cells_are_taken_or_reported(tmp_path: Path, rows):
    """Whatever stands in a cell, it is a value or a fault."""
    text = "\n".join(
        ",".join('"' + cell.replace('"', '""') + '"' for cell in row)
        for row in [VILLAGE["customers"][0].split(","), *rows]
    )
    read_or_report(tmp_path / "any.csv", text.encode("utf-8", errors="replace"))


@anything
@given(st.binary(max_size=300), st.binary(max_size=60))
def test_any_bytes_are_taken_or_reported(tmp_path: Path, tail, inside):
    """Whatever follows a good heading, and whatever stands alone."""
    good = as_csv(rows_of("customers"))
    half = len(good) // 2
    read_or_report(tmp_path / "any.csv", tail)
    read_or_report(tmp_path / "any.csv", good + b"\n" + tail)
    read_or_report(tmp_path / "any.csv", good[:half] + inside + good[half:])


@anything
@given(st.data())
def test_any_damage_to_a_workbook_is_taken_or_reported(tmp_path: Path, data):
    """Bytes may be changed where the sums do not see it: in the archive's own headers."""
    book = bytearray(as_xlsx(rows_of("customers")))
    for _ in range(data.draw(st.integers(1, 6))):
        book[data.draw(st.integers(0, len(book) - 1))] = data.draw(st.integers(0, 255))
    read_or_report(tmp_path / "any.xlsx", bytes(book))
