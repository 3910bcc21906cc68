"""What came back from the field, and what follows from it.

`read_together` makes entries of files and pasted text, `take_records` puts them into the register
with all that follows, `due` is what a station could do on a day; the decisions of people are
functions of their own.
"""

from optimizer.records.calibration import calibrate, calibration_for
from optimizer.records.coverage import (
    LISTS,
    Coverage,
    account_list,
    coverage,
    coverage_by_town,
)
from optimizer.records.decisions import (
    add_appointment,
    add_request,
    advance_project,
    cancel_appointment,
    check_projects,
    close_request,
    decide_account,
    decide_finding,
    decide_opinion,
    settle,
)
from optimizer.records.derived_ledgers import derive_all, derive_stale, verify
from optimizer.records.due import due
from optimizer.records.entry import (
    CATEGORIES,
    RESULTS,
    Entry,
    Finding,
    typed_entry,
    typed_id,
)
from optimizer.records.ingest import IngestResult, take_records
from optimizer.records.opinions import opinion_ledger
from optimizer.records.parsing import Reading, read_records, read_text, read_together
from optimizer.records.reconciling import reconcile
from optimizer.records.request_limits import breaches
from optimizer.records.taking_back import closing_changes, last_decision, take_back
from optimizer.records.typed_sheets import Given

__all__ = [
    "CATEGORIES",
    "LISTS",
    "RESULTS",
    "Coverage",
    "Entry",
    "Finding",
    "Given",
    "IngestResult",
    "Reading",
    "account_list",
    "add_appointment",
    "add_request",
    "advance_project",
    "breaches",
    "calibrate",
    "calibration_for",
    "cancel_appointment",
    "check_projects",
    "close_request",
    "closing_changes",
    "coverage",
    "coverage_by_town",
    "decide_account",
    "decide_finding",
    "decide_opinion",
    "derive_all",
    "derive_stale",
    "due",
    "last_decision",
    "opinion_ledger",
    "read_records",
    "read_text",
    "read_together",
    "reconcile",
    "settle",
    "take_back",
    "take_records",
    "typed_entry",
    "typed_id",
    "verify",
]
