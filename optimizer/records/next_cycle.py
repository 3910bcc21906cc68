"""The next cycle: everybody is to be visited again, and nothing of the last one is lost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from optimizer.errors import RecordError
from optimizer.records.derived_ledgers import derive_all
from optimizer.register.agenda import STATES

if TYPE_CHECKING:
    import datetime as dt

    from optimizer.register import Register
    from optimizer.settings import Settings


@dataclass(frozen=True, slots=True)
class FormerCycle:
    """What came of a cycle that is over.

    Attributes
    ----------
    start, finish, until
        Its horizon as it was planned last, and the first day of the next cycle; ISO text.
    accounts
        As `register.agenda.accounts`, where each stood at its end.
    """

    cycle: int
    start: str
    finish: str
    until: str
    accounts: pd.DataFrame

    @property
    def states(self) -> dict[str, int]:
        """Accounts by state, with all of `STATES`."""
        counted = self.accounts["state"].value_counts()
        return {state: int(counted.get(state, 0)) for state in STATES}

    @property
    def stations(self) -> pd.DataFrame:
        """The same by station: a column a state, and accounts."""
        table = pd.crosstab(self.accounts["station"], self.accounts["state"])
        table = table.reindex(columns=list(STATES), fill_value=0)
        table["accounts"] = table.sum(axis=1)
        return table.rename_axis(columns=None).reset_index()


def open_next_cycle(
    register: Register, settings: Settings, start: dt.date, finish: dt.date
) -> None:
    """End the running cycle, inside of `writing`; all accounts begin anew.

    Parameters
    ----------
    settings
        With the days of the next cycle.
    start, finish
        The days of the one that ends.
    """
    register.cycles.open_next(start, finish, settings.campaign.start)
    derive_all(register, settings)


def former_cycle(register: Register, cycle: int) -> FormerCycle:
    """What came of a cycle that is over.

    Raises
    ------
    RecordError
        There is none of that number, or it is not over.
    """
    rows = register.cycles.former().set_index("cycle")
    if cycle not in rows.index:
        raise RecordError("record.no_cycle", cycle=cycle, running=register.cycles.running)
    start, finish, until = (str(rows.loc[cycle, name]) for name in ("start", "finish", "until"))
    return FormerCycle(cycle, start, finish, until, register.cycles.accounts(cycle))
