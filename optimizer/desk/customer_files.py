"""Everything that the book knows of one customer, on one page."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from optimizer.desk.photographs import Photographs
from optimizer.errors import RecordError

if TYPE_CHECKING:
    from collections.abc import Collection

    import pandas as pd

    from optimizer.desk.photographs import Photograph
    from optimizer.register.agenda import PlannedVisit


@dataclass(frozen=True, kw_only=True)
class CustomerFile:
    """One customer.

    Attributes
    ----------
    account
        As the register has him: account_no, name, address, phone, area, station, state ….
    records
        What the field has brought back, the latest first.
    findings, opinions, requests, appointments, tasks
        His rows of the ledgers.
    planned
        Where his first visit stands in the calendar, None where it does not.
    sheets
        The latest sheets on which he stands: date, crew, row, version.
    notes
        What the desk has written down: at, who, text.
    photographs
        Of his findings.
    """

    account: dict[str, Any]
    records: pd.DataFrame
    findings: pd.DataFrame
    opinions: pd.DataFrame
    requests: pd.DataFrame
    appointments: pd.DataFrame
    tasks: pd.DataFrame
    planned: PlannedVisit | None
    sheets: pd.DataFrame
    notes: pd.DataFrame
    photographs: list[Photograph]


class Customers(Photographs):
    """Wishes of who looks somebody up."""

    def customers_named(self, accounts: Collection[str]) -> pd.DataFrame:
        """Some customers by their accounts, with their state; as `Agenda.accounts`."""
        marks = ", ".join("?" * len(accounts))
        return self.register.agenda.accounts(f"account_no IN ({marks})", list(accounts))

    def customer_file(self, account_no: str) -> CustomerFile:
        """All that is known of a customer.

        Raises
        ------
        RecordError
            There is no such account.
        """
        found = self.customers_named([account_no])
        if found.empty:
            raise RecordError("account.unknown", account=account_no)
        ledgers, agenda = self.register.ledgers, self.register.agenda

        def rows(table: str) -> pd.DataFrame:
            return ledgers.frame(table, f"{table}.account_no = ?", [account_no])

        return CustomerFile(
            account=found.to_dict("records")[0],  # type: ignore[arg-type]
            records=ledgers.records(account_no=account_no).iloc[::-1],
            findings=rows("findings"),
            opinions=rows("opinions"),
            requests=rows("requests"),
            appointments=rows("appointments"),
            tasks=rows("tasks"),
            planned=agenda.planned_visit(account_no),
            sheets=agenda.sheets_of(account_no),
            notes=self.register.notes(account_no),
            photographs=self.photographs([account_no]),
        )

    def search_text(self, station: str) -> str:
        """A station's customers as they are searched in: a line each, fields parted by tabs.

        The fields are account, name, phone, address and the name's initials as it is spoken, all
        in small letters.
        """
        table = self.register.agenda.accounts(station=station)
        columns = [table[name].tolist() for name in ("account_no", "name", "phone", "address")]
        return "\n".join(
            "\t".join((*(_plain(value) for value in row), _initials(row[1])))
            for row in zip(*columns, strict=True)
        )

    def add_note(self, account_no: str, text: str) -> None:
        """Write something down about a customer.

        Raises
        ------
        RecordError
            There is no such account, or nothing is written.
        """
        text = text.strip()
        if not text:
            raise RecordError("account.empty_note")
        if self.customers_named([account_no]).empty:
            raise RecordError("account.unknown", account=account_no)
        self.register.record("note", {"text": text}, account_no=account_no)


def _plain(value: object) -> str:
    return str(value).casefold().replace("\t", " ").replace("\n", " ")


def _initials(name: object) -> str:
    """The first letters of a name as it is spoken: lxh for 龙小红."""
    return "".join(map(_initial, str(name)))


@cache
def _initial(sign: str) -> str:
    from pypinyin import Style, lazy_pinyin

    return "".join(lazy_pinyin(sign, style=Style.FIRST_LETTER, errors="ignore"))[:1]
