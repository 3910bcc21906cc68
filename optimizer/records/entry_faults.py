"""What is wrong with a record from the field, as a fault whose words are in the catalogue."""

from __future__ import annotations

from optimizer.catalogue import Message, sentences
from optimizer.errors import Fault

_VALUE_SHOWN = 40


def _heading(column: str | None) -> str | Message | None:
    """What a reader calls a record's column."""
    code = f"record_column.{column}"
    return Message(code) if code in sentences() else column


def entry_fault(
    file: str,
    row: int | None,
    problem: str,
    action: str,
    /,
    *,
    column: str | None = None,
    value: object = None,
    **facts: object,
) -> Fault:
    """A fault of a file's record.

    Parameters
    ----------
    problem, action
        Keys of the catalogue's rooms record_problem and record_action.
    facts
        What the two sentences name.
    """
    return Fault(
        file=file,
        row=row,
        column=_heading(column),
        value=None if value is None else str(value)[:_VALUE_SHOWN],
        problem=Message(f"record_problem.{problem}", **facts),
        action=Message(f"record_action.{action}", **facts),
    )
