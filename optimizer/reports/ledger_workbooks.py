"""The register's ledgers for people with a spreadsheet."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from optimizer.catalogue import Texts
from optimizer.records.opinions import opinion_ledger
from optimizer.reports.worksheets import add_sheets, open_workbook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import pandas as pd

    from optimizer.catalogue import Lang
    from optimizer.register import Register

    Progress = Callable[[int, int], None]

LEDGERS: Final = ("visits", "findings", "opinions", "requests", "areas")
_VISITS: Final = (
    "date",
    "at",
    "station",
    "crew",
    "account_no",
    "name",
    "address",
    "area",
    "kind",
    "result",
    "findings",
    "opinion_text",
    "repaired",
    "lon",
    "lat",
    "who",
    "read_at",
    "source",
    "id",
    "undoes",
)


def write_ledgers(
    register: Register, out_dir: Path, lang: Lang = "zh", *, progress: Progress | None = None
) -> list[Path]:
    """One workbook a ledger, with filters and headings in the language.

    The ledger of visits has every record, also those that another one undoes.

    Raises
    ------
    CampaignError
        A file cannot be written.
    """
    said = Texts(lang)
    written = []
    with register.store.reading():
        for done, (name, frame) in enumerate(_ledgers(register, said), start=1):
            path = out_dir / f"{said(f'ledger.{name}')}.xlsx"
            with open_workbook(path) as book:
                add_sheets(book, said(f"ledger.{name}"), frame, said)
            written.append(path)
            if progress is not None:
                progress(done, len(LEDGERS))
    return written


def _ledgers(register: Register, texts: Texts) -> Iterator[tuple[str, pd.DataFrame]]:
    yield "visits", _visits(register, texts)
    findings = register.ledgers.frame("findings")
    fixed = findings.pop("repaired").map({1: "√", 0: ""}).astype("str")
    findings.insert(6, "fixed", fixed)
    yield "findings", _said(findings, texts)
    yield "opinions", _said(opinion_ledger(register), texts)
    requests = register.ledgers.frame("requests")
    requests["voltage"] = _named(requests["voltage"], "voltage", texts)
    yield "requests", _said(requests, texts)
    yield "areas", _said(register.ledgers.projects(), texts)


def _said(frame: pd.DataFrame, texts: Texts) -> pd.DataFrame:
    """A ledger with its categories and states in words."""
    said = {"category": "finding", "state": "state"}
    return frame.assign(
        **{name: _named(frame[name], room, texts) for name, room in said.items() if name in frame}
    )


def _named(column: pd.Series[str], room: str, texts: Texts) -> pd.Series[str]:
    names = {name: texts.named(room, name) for name in column.unique()}
    return column.map(names).astype("str")


def _visits(register: Register, texts: Texts) -> pd.DataFrame:
    records = register.ledgers.records(undone=True)
    accounts = register.agenda.accounts().set_index("account_no")
    whose = accounts.reindex(records["account_no"])
    frame = records.rename(columns={"opinion": "opinion_text"}).assign(
        name=whose["name"].to_numpy(),
        address=whose["address"].to_numpy(),
        area=whose["area"].to_numpy(),
        kind=_named(records["kind"], "state", texts),
        result=_named(records["result"], "outcome", texts),
        findings=[_findings(text, texts) for text in records["findings"]],
        repaired=[_pieces(text, texts) for text in records["repaired"]],
    )
    return frame[list(_VISITS)]


def _findings(text: str, texts: Texts) -> str:
    if text == "[]":
        return ""
    parts = []
    for item in json.loads(text):
        done = " √" if item["repaired"] else ""
        note = f" {item['note']}" if item["note"] else ""
        parts.append(f"{texts.named('finding', item['category'])}{done}{note}")
    return "; ".join(parts)


def _pieces(text: str, texts: Texts) -> str:
    if text == "{}":
        return ""
    return "; ".join(
        f"{texts.named('tool', name)}×{number}" for name, number in json.loads(text).items()
    )
