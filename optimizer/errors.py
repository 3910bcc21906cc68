"""Everything that can go wrong for a reason that a user can mend.

::

    ZoufangError
    ├── CampaignError          the folder, campaign.toml or the order of the stages
    │   └── SettingsError      a value in campaign.toml (also a ValueError)
    ├── IntakeError            an input file, with every fault of every file
    ├── RegisterError          the register cannot be opened, read or written
    ├── RoadsError             the street network
    ├── ProblemError           a routing problem that makes no sense (also a ValueError)
    └── RecordError            what came back from the field, with every fault

A `ZoufangError` is printed as its sentence and ends a command with exit code 2; any other
exception is a bug and shows its traceback. ``str(error)`` is English; ``error.in_words("zh")`` is
what a clerk reads.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizer.catalogue import Message, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.catalogue import Lang


class ZoufangError(Message, Exception):
    """Base of all errors that say what is wrong, where, and what to do.

    ``CampaignError("folder.no_roads", path=path)`` is a sentence of the catalogue with its
    facts; a sentence may also stand in place of the code.
    """

    def __init__(self, code: str, /, **facts: object) -> None:
        Exception.__init__(self, code)
        Message.__init__(self, code, **facts)


class CampaignError(ZoufangError):
    """The campaign folder lacks something that a command needs."""


class BoardError(CampaignError):
    """A chief's edit of a day cannot be made."""


class SignInError(ZoufangError):
    """Somebody cannot be let in, or an account cannot be as it is wished."""


class SettingsError(CampaignError, ValueError):
    """A value in campaign.toml is missing, of the wrong kind, or out of range."""


class RegisterError(ZoufangError):
    """The register cannot be opened, read or written."""


class RoadsError(ZoufangError):
    """The street network is missing, unreadable, or unfit."""


class ProblemError(ZoufangError, ValueError):
    """A routing problem contradicts itself; the message names the place."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with one cell of one file.

    Attributes
    ----------
    file
        Name of the file as the user gave it.
    row
        Row as a spreadsheet shows it (the header is row 1), or None for the whole file.
    column
        The column's heading in the file, a message where the file has none, or None for the whole
        row.
    value
        The offending value as it was written, shortened to 40 characters.
    problem
        What is wrong, one clause.
    action
        What to do about it, one clause.
    sheet
        The sheet of a workbook of which several are read.
    """

    file: str
    row: int | None
    column: str | Message | None
    value: str | None
    problem: str | Message
    action: str | Message
    sheet: str = ""

    def __str__(self) -> str:
        return self.in_words("en")

    @property
    def problem_code(self) -> str:
        """The last part of the code of what is wrong; "" where it is a sentence."""
        return self.problem.code.rpartition(".")[2] if isinstance(self.problem, Message) else ""

    def in_words(self, lang: Lang) -> str:
        """Place, value, problem and action on one line."""
        place = f"{self.file} › {self.sheet}" if self.sheet else self.file
        if self.row is not None:
            place += f":{self.row}"
        if self.column is not None:
            place += f" [{shown(self.column, lang)}]"
        value = "" if self.value is None else f" {self.value!r}"
        return f"{place}{value}: {shown(self.problem, lang)} → {shown(self.action, lang)}"


class _FaultsError(ZoufangError):
    """An error that carries all faults that were found together."""

    def __init__(self, code: str, faults: Sequence[Fault] = (), /, **facts: object) -> None:
        super().__init__(code, **facts)
        self.faults = tuple(faults)

    def in_words(self, lang: Lang) -> str:
        """The sentence, and each fault on a line of its own."""
        return "\n".join([super().in_words(lang), *(fault.in_words(lang) for fault in self.faults)])


class IntakeError(_FaultsError):
    """An input file cannot go into the register; carries every fault of every file."""


class RecordError(_FaultsError):
    """Records from the field cannot be taken in; carries every fault."""
