"""The ledger of opinions, in which what neighbours say in the same words is one."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import pandas as pd

    from optimizer.register import Register

    Row = dict[str, Any]

_STEPS: Final = ("received", "sent", "answered", "told")
_SHARED: Final = ("sent_on", "answered_on", "told_on")


def opinion_ledger(register: Register) -> pd.DataFrame:
    """Opinions, those of one area in the same words merged into the first of them.

    What was sent, answered or told for one of them was so for all. Who says the same again after
    an answer is heard anew: his opinion is merged into none before it. `same` is how often it was
    said; `merged_into` is "" for the first.
    """
    frame = register.ledgers.frame("opinions").sort_values(["date", "opinion"], ignore_index=True)
    rows: list[Row] = frame.to_dict("records")  # type: ignore[assignment]
    _merge(rows)
    into = {row["opinion"]: row["merged_into"] for row in rows}
    roots = [_root(row["opinion"], into) for row in rows]
    together: dict[str, list[Row]] = {}
    for root, row in zip(roots, rows, strict=True):
        together.setdefault(root, []).append(row)
    shared = {root: _share(some) for root, some in together.items()}
    columns = {
        name: [shared[root][name] for root in roots] for name in ("state", "answer", *_SHARED)
    }
    columns["merged_into"] = [
        "" if row["opinion"] == root else row["merged_into"]
        for root, row in zip(roots, rows, strict=True)
    ]
    said = Counter(roots)
    texts = frame.assign(**columns).astype(dict.fromkeys(columns, "str"))
    return texts.assign(same=[said[root] for root in roots]).astype({"same": "int64"})


def _merge(rows: list[Row]) -> None:
    """Merge rows, in the order of their days, that nobody has merged by hand."""
    leaders: dict[tuple[str, str], Row] = {}
    answered: dict[str, str] = {}
    for row in rows:
        key = row["area"] or row["account_no"], row["opinion"].rsplit("/", 1)[-1]
        leader = leaders.get(key)
        if leader is None or row["date"] > (answered[leader["opinion"]] or "9"):
            leader = leaders[key] = row
            answered[row["opinion"]] = ""
        elif not row["merged_into"]:
            row["merged_into"] = leader["opinion"]
        name = leader["opinion"]
        answered[name] = _first([answered[name], row["answered_on"], row["told_on"]])


def _root(name: str, into: dict[str, str]) -> str:
    """The opinion into which one is merged in the end; of a circle the least."""
    seen = [name]
    while (name := into.get(seen[-1], "")) in into:
        if name in seen:
            return min(seen[seen.index(name) :])
        seen.append(name)
    return seen[-1]


def _share(rows: list[Row]) -> dict[str, str]:
    """How far opinions are that are one."""
    days = {name: _first([row[name] for row in rows]) for name in _SHARED}
    furthest = max(rows, key=lambda row: _STEPS.index(row["state"]))
    answers = sorted((row["answered_on"], row["answer"]) for row in rows if row["answer"])
    return {**days, "state": furthest["state"], "answer": answers[0][1] if answers else ""}


def _first(days: list[str]) -> str:
    return min((day for day in days if day), default="")
