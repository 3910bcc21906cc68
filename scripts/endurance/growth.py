"""A register that grows: 400,000 records over 500 days; what a day's work then takes.

python -m endurance.growth [--share 0.1] [--seed 1]        (in scripts/)
"""

from __future__ import annotations

import datetime as dt
import time
from typing import TYPE_CHECKING

import pandas as pd

from endurance.trials import Tally, Wish, main
from optimizer.records import take_records
from optimizer.records.coverage import coverage
from optimizer.records.due import due
from optimizer.records.entry import typed_entry
from optimizer.register import Register
from optimizer.register.seals import seal
from optimizer.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

DAYS, RECORDS = 500, 400_000
FIRST = dt.date(2026, 12, 1)
LATER = "2999-01-01T00:00:00+00:00"


def trial(folder: Path, wish: Wish, tally: Tally) -> None:
    """Fill a register, at two sizes, and measure an evening, a morning and a night."""
    path = folder / "register.sqlite"
    accounts = [f"{number:010d}" for number in range(wish.count(RECORDS))]
    with Register.create(path) as register:
        stations = pd.DataFrame({"station": ["S1"], "name": [""], "lon": [113.4], "lat": [27.7]})
        customers = pd.DataFrame({"account_no": accounts, "kind": "household", "station": "S1"})
        register.take_in({"stations": stations, "customers": customers}, "growth", "wgs84")
        for part in (0.15, 1.0):
            _fill(register, accounts, round(len(accounts) * part))
            _measure(register, path, tally)


def _fill(register: Register, accounts: list[str], until: int) -> None:
    """Add records day by day, so many as a day has."""
    a_day = max(1, len(accounts) // DAYS)
    done = int(register.store.value("SELECT count(*) FROM records"))
    for first in range(done, until, a_day):
        date = FIRST + dt.timedelta(days=first // a_day)
        entries = [_entry(account, date) for account in accounts[first : min(first + a_day, until)]]
        register.ledgers.add_records([entry.values() for entry in entries], f"{date}")


def _entry(account: str, date: dt.date):  # type: ignore[no-untyped-def]  # noqa: ANN202
    return typed_entry(
        account_no=account, date=date.isoformat(), result="done", station="", crew="", kind="",
        row=None, version=None, findings=(), opinion="", corrects=False,
    )  # fmt: skip


def _measure(register: Register, path: Path, tally: Tally) -> None:
    records = int(register.store.value("SELECT count(*) FROM records"))
    late = FIRST + dt.timedelta(days=DAYS + tally.tried)
    sheet = [_entry(f"{number:010d}", late) for number in range(28)]
    tally.tried += records

    def sealed() -> None:
        with register.store.writing():
            seal(register.store, LATER)

    taken = _took(lambda: take_records(register, Settings(), sheet, "evening"))
    candidates = _took(lambda: due(register, Settings(), "S1", late))
    status = _took(lambda: coverage(register, late, None, rules=Settings().follow))
    sealing = _took(sealed)
    whole = _took(lambda: tally.expect(not register.doctor(), "not whole"))
    backup = _took(lambda: register.backup(path.with_name("copy.sqlite")))
    log = path.with_name(f"{path.name}-wal").stat().st_size
    tally.expect(log <= 80 * 2**20, f"the log has {log:,} bytes")
    tally.figures[f"at {records:,} records"] = (
        f"28 rows {taken:.2f} s; a day's candidates {candidates:.2f} s; status {status:.1f} s; "
        f"sealing all {sealing:.1f} s; "
        f"doctor {whole:.1f} s; backup {backup:.1f} s; file {path.stat().st_size >> 20} MB; "
        f"log {log >> 20} MB"
    )


def _took(work: Callable[[], object]) -> float:
    began = time.monotonic()
    work()
    return time.monotonic() - began


if __name__ == "__main__":
    main(trial)
