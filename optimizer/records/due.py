"""What a station could do on a day: planned first visits and every next step that is due."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from optimizer.catalogue import Texts
from optimizer.records.duty_days import next_day_out
from optimizer.records.season_days import called_in_season
from optimizer.settings import clock_text

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable
    from pathlib import Path

    from optimizer.register import Register
    from optimizer.settings import FollowSettings, Settings

    Row = dict[Hashable, Any]

COLUMNS: Final = (
    "visit_id", "account_no", "kind", "name", "address", "phone", "area", "customer_kind",
    "service_min", "lon", "lat", "window", "preferred_window", "failed_at", "not_before",
    "deadline", "mandatory", "price_s", "preferred_crew", "planned_crew", "planned_on", "skills",
    "why", "check", "finding", "tries", "subjects", "list", "waiting_since",
)  # fmt: skip
_STRENGTH: Final = ("appointment", "request", "revisit", "retry", "first")
_NOON: Final = 12 * 3600
DOUBLED_DAYS: Final = 30
"""After so many days of waiting a visit is worth twice as much."""


def due(
    register: Register,
    settings: Settings,
    station: str,
    date: dt.date,
    *,
    ahead_days: int = 0,
    workdays: Path | None = None,
) -> pd.DataFrame:
    """The candidates of one station's day, one row an account, the most pressing first.

    Parameters
    ----------
    ahead_days
        Also first visits planned for so many days after `date`, at half their price.
    workdays
        The campaign's workdays.csv, for what the last working day before a deadline is.

    Returns
    -------
    pandas.DataFrame
        visit_id (unique), account_no, kind (of the strongest of its matters: appointment,
        request, revisit, retry, first), name, address, phone, area, customer_kind, service_min
        (NaN by kind), lon, lat (of the territories), window (hard; "" or
        "08:30-11:00;14:00-16:00"), preferred_window (the part of the day in which nobody has
        called yet), failed_at (ISO moment or day of the last failed call), not_before, deadline
        (ISO dates, "" without), mandatory (its deadline falls due before the next day on which a
        crew of the station is on duty, or is past), price_s (seconds of travel that it is worth),
        preferred_crew (who was there before), planned_crew and planned_on (of its block), skills
        (";" between), why, check,
        finding (categories; ";" between), tries, subjects (findings, requests, appointments; ";"
        between), list (season or evening, else ""), waiting_since (ISO date of the last call or
        of the block).
    """
    day = date.isoformat()
    following = next_day_out(register, settings, station, date, workdays).isoformat()
    last = (date + dt.timedelta(days=ahead_days)).isoformat()
    firsts = register.agenda.block_customers(station, "0001-01-01", last)
    matters = [_first(row, day, settings) for row in firsts.to_dict("records")]
    follow = settings.follow
    tasks = register.agenda.tasks(station, day, follow.most_tries).to_dict("records")
    called = called_in_season(tasks, register, settings, station, date, workdays=workdays)
    matters += [
        _task(row, day, following, settings)
        for row in tasks
        if row["list"] != "season" or row["account_no"] in called
    ]
    bundled: dict[str, list[Row]] = {}
    for matter in matters:
        bundled.setdefault(matter["account_no"], []).append(matter)
    rows = [_bundle(some, day, settings) for some in bundled.values()]
    rows.sort(
        key=lambda row: (
            not row["mandatory"], -row["price_s"], row["waiting_since"], row["account_no"],
        )
    )  # fmt: skip
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    texts = [c for c in COLUMNS if c not in _DTYPES]
    return frame.astype(dict.fromkeys(texts, "str") | _DTYPES)


_DTYPES: Final[dict[str, Any]] = {
    "service_min": "float64",
    "lon": "float64",
    "lat": "float64",
    "mandatory": "bool",
    "price_s": "int64",
    "tries": "int64",
}


def _first(row: Row, day: str, settings: Settings) -> Row:
    """A first visit: dearer each day that it is late, cheaper before its day."""
    late = (dt.date.fromisoformat(day) - dt.date.fromisoformat(row["date"])).days
    price = settings.follow.first_price_min * 60
    texts = Texts(settings.campaign.lang)
    return {
        **row,
        "kind": "first",
        "hours": "",
        "planned_crew": row["crew"],
        "planned_on": row["date"],
        "not_before": "",
        "deadline": "",
        "mandatory": False,
        "price_s": price // 2 if late < 0 else int(price * (1 + late / DOUBLED_DAYS)),
        "list": "",
        "waiting_since": row["date"],
        "why": texts("visit_reason.overdue_first", date=row["date"])
        if late > 0
        else texts("visit_reason.first"),
        "check": texts("visit_check.visit"),
    }


def _task(row: Row, day: str, following: str, settings: Settings) -> Row:
    deadline = row["deadline"]
    texts = Texts(settings.campaign.lang)
    return {
        **row,
        "preferred_crew": row["crew"] if row["kind"] == "revisit" else "",
        "mandatory": bool(deadline) and deadline < following,
        "price_s": _price(row, day, settings.follow),
        "why": _why(row, day, texts),
        "check": _what_to_check(row, texts),
        "finding": row["reason"] if row["kind"] == "revisit" else "",
        "waiting_since": row["failed_at"][:10] or row["not_before"],
    }


def _what_to_check(row: Row, texts: Texts) -> str:
    """What a crew looks at; a category that the settings added is asked about as other."""
    if row["kind"] == "revisit":
        checks = texts.room("visit_check")
        return checks.get(row["reason"], checks["other"])
    return texts("visit_check.request" if row["kind"] == "request" else "visit_check.visit")


def _price(row: Row, day: str, rules: FollowSettings) -> int:
    """From once to three times a first visit's price as the deadline nears; six times after.

    Without a deadline it grows with each day of waiting, and never ceases to.
    """
    base = rules.first_price_min * 60
    if not row["deadline"]:
        waited = dt.date.fromisoformat(day) - dt.date.fromisoformat(row["not_before"])
        return int(base * (1 + waited.days / DOUBLED_DAYS))
    left = (dt.date.fromisoformat(row["deadline"]) - dt.date.fromisoformat(day)).days
    span = (dt.date.fromisoformat(row["deadline"]) - dt.date.fromisoformat(row["not_before"])).days
    if left < 0:
        return int(base * (6 - left / DOUBLED_DAYS))
    return int(base * (3 - 2 * min(left / span, 1))) if span > 0 else 3 * base


def _why(row: Row, day: str, texts: Texts) -> str:
    overdue = texts("visit_reason.overdue") if "" < row["deadline"] < day else ""
    if row["kind"] == "revisit":
        said = texts(
            "visit_reason.finding",
            date=row["subject"].split("/")[-2],
            category=texts.named("category_in_full", row["reason"]),
            detail=row["detail"],
        )
    else:
        said = texts(
            f"visit_reason.{row['list'] if row['reason'] == 'telephone' else row['reason']}",
            date=row["failed_at"][:10] or row["not_before"],
            tries=row["tries"],
            visit=row["tries"] + 1,
            detail=row["detail"],
        )
    return said.strip().rstrip(":") + overdue


def _bundle(matters: list[Row], day: str, settings: Settings) -> Row:
    """All matters of one account in one visit; the strongest gives the kind."""
    matters = sorted(matters, key=lambda m: (_STRENGTH.index(m["kind"]), m["deadline"] or "9"))
    first = matters[0]

    def foremost(name: str) -> str:
        return next((str(m[name]) for m in matters if m.get(name)), "")

    hours = foremost("hours")
    failed = max((m.get("failed_at", "") for m in matters), default="")
    return {
        "visit_id": f"{first['kind']}-{first['account_no']}-{day}",
        **{
            name: first[name]
            for name in (
                "account_no", "kind", "name", "address", "phone", "area", "customer_kind",
                "service_min", "lon", "lat",
            )
        },
        "window": hours or first["window"],
        "preferred_window": "" if hours else _preferred(matters, settings),
        "failed_at": failed,
        "not_before": first["not_before"],
        "deadline": min((m["deadline"] for m in matters if m["deadline"]), default=""),
        "mandatory": any(m["mandatory"] for m in matters),
        "price_s": max(m["price_s"] for m in matters),
        "preferred_crew": foremost("preferred_crew"),
        "planned_crew": foremost("planned_crew"),
        "planned_on": foremost("planned_on"),
        "skills": "hv10kv" if first["customer_kind"] == "hv10kv" else "",
        "why": _joined(m["why"] for m in matters),
        "check": _joined(m["check"] for m in matters),
        "finding": ";".join(dict.fromkeys(m["finding"] for m in matters if m.get("finding"))),
        "tries": max(m.get("tries", 0) for m in matters),
        "subjects": ";".join(m["subject"] for m in matters if m.get("subject")),
        "list": foremost("list"),
        "waiting_since": min(m["waiting_since"] for m in matters),
    }  # fmt: skip


def _preferred(matters: list[Row], settings: Settings) -> str:
    """When to come best: in the half of the shift in which nobody has called yet.

    A request that cannot wait for another day comes in the morning: a late crew leaves out what
    stands at the end of its sheet.
    """
    if any(matter["kind"] == "request" and matter["mandatory"] for matter in matters):
        return f"{clock_text(min(settings.shift.start, _NOON))}-{clock_text(_NOON)}"
    return _untried(matters, settings)


def _untried(matters: Iterable[Row], settings: Settings) -> str:
    """The half of the shift in which nobody has called yet; "" if both or none were tried."""
    for matter in matters:
        tried = (
            set(str(matter.get("detail", "")).split(",")) if matter["kind"] == "retry" else set()
        )
        if matter["kind"] == "revisit" and len(matter["failed_at"]) > len("2027-03-02T"):
            tried = {"morning" if matter["failed_at"][11:13] < "12" else "afternoon"}
        shift = settings.shift
        if tried >= {"morning", "afternoon"}:
            return ""
        if "morning" in tried:
            return f"{clock_text(_NOON)}-{clock_text(max(shift.end, _NOON))}"
        if "afternoon" in tried:
            return f"{clock_text(min(shift.start, _NOON))}-{clock_text(_NOON)}"
    return ""


def _joined(texts: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(text for text in texts if text))
