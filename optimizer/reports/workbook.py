"""A bulletin as a workbook and as JSON: the figures, and the evidence of each."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pandas as pd

from optimizer.atomic_files import whole_file
from optimizer.reports.evidence import FIGURES, Fact
from optimizer.reports.worksheets import add_sheets, open_workbook

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.catalogue import Texts
    from optimizer.reports.statistics import Bulletin


def figures(bulletin: Bulletin) -> pd.DataFrame:
    """Every figure by category and state: figure, category, state, number, before, change."""
    keys = ["figure", "category", "state"]
    both = [
        facts.groupby(keys)["number"].sum().rename(name)
        for name, facts in (("number", bulletin.evidence), ("before", bulletin.evidence_before))
    ]
    table = pd.concat(both, axis=1).fillna(0).astype("int64").reset_index()
    order = {name: place for place, name in enumerate(FIGURES)}
    table = table.sort_values(
        keys, key=lambda column: column.map(order) if column.name == "figure" else column
    )
    table["change"] = table["number"] - table["before"]
    return table.reset_index(drop=True)


def write_workbook(bulletin: Bulletin, path: Path, texts: Texts) -> Path:
    """The figures, the stations, and a row for each thing that was counted."""
    with open_workbook(path) as book:
        for name, frame in (
            ("figures", _said(figures(bulletin), texts)),
            ("stations", bulletin.stations.rename(columns={"name": "station_name"})),
            ("evidence", _said(bulletin.evidence, texts)),
        ):
            add_sheets(book, texts(f"ledger.{name}"), frame, texts)
    return path


def _said(frame: pd.DataFrame, texts: Texts) -> pd.DataFrame:
    """Figures, categories and states in words; areas and what is in no catalogue as they are."""
    category = texts.room("category")
    names = {
        "call": texts.room("outcome"),
        "piece": texts.room("tool"),
        "request": texts.room("voltage"),
        "form": texts.room("asked"),
    }
    pairs = frame[["figure", "category"]].drop_duplicates().itertuples(index=False, name=None)
    said = {
        (figure, name): names.get(figure, category).get(name, name) if figure != "area" else name
        for figure, name in pairs
    }
    named = zip(frame["figure"], frame["category"], strict=True)
    states = {
        state: texts.named("state", state) if state else "" for state in frame["state"].unique()
    }
    return frame.assign(
        category=pd.array([said[pair] for pair in named], dtype="str"),
        state=frame["state"].map(states).astype("str"),
        figure=frame["figure"]
        .map({name: texts(f"figure.{name}") for name in FIGURES})
        .astype("str"),
    )


def write_json(bulletin: Bulletin, path: Path) -> Path:
    """The same for machines; the evidence as lists in the order of `evidence_columns`."""
    value: dict[str, Any] = {
        "format": "zoufang-bulletin",
        "version": 1,
        "period": bulletin.period.name,
        "first": bulletin.period.first.isoformat(),
        "last": bulletin.period.last.isoformat(),
        "accounts": bulletin.accounts,
        "visited": bulletin.visited,
        "figures": figures(bulletin).to_dict("records"),
        "stations": bulletin.stations.to_dict("records"),
        "ranking": bulletin.ranking(),
        "forecasts": [one.as_json() for one in bulletin.told],
        "evidence_columns": list(Fact._fields),
        "evidence": bulletin.evidence.to_numpy(dtype=object).tolist(),
    }
    with whole_file(path) as new:
        new.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return path
