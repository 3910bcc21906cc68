"""What a lived campaign came to, each figure beside what is right."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lived.field import Call
    from lived.life import Life, Told

BEFORE, AFTER = dt.timedelta(days=10), dt.timedelta(days=15)
"""The days around Spring Festival in which migrants are home."""
USUAL_CALLS = 6
"""More calls of one kind at one door are endless."""
MONTH = 30.5
Month = tuple[int, int]


@dataclass(frozen=True)
class Measure:
    """One row of the table."""

    name: str
    came: str
    right: str
    reached: bool


def measure(life: Life) -> list[Measure]:
    """Every row of the table."""
    return [
        visited(life),
        *season(life),
        *sheets(life),
        *known_doors(life),
        endless(life),
        *forecasts(life),
        crew_days(life),
        pace(life),
        moves(life),
        *back_at(life),
        *rhythm(life),
        stretches(life),
        connections(life),
    ]


def table(rows: Iterable[Measure]) -> str:
    """The rows as text; what is not reached is marked."""
    return "\n".join(
        f"{'  ' if row.reached else '✗ '}{row.name:44} {row.came:34} {row.right}" for row in rows
    )


def share(part: float, whole: float) -> float:
    """A share, 1 of nothing."""
    return part / whole if whole else 1.0


def visited(life: Life) -> Measure:
    """Customers visited at the finish, of those whom anybody could have found at home."""
    homes = life.people.households
    could = {account for account, home in homes.items() if home.reachable}
    got = share(len(life.people.done & could), len(could))
    return Measure("visited at the finish, of the reachable", f"{got:.1%}", "≥ 98 %", got >= 0.98)


def season(life: Life) -> list[Measure]:
    """Who was on the season list, whether he was called on around the festival, and how often.

    What the list promises is judged: that a station calls on nobody twice before it has called on
    everybody once. Crews work for their own station: one whose list is through lets no day of the
    festival pass idly because another's is not. Whom it found is checked on for his finding, comes
    for his connection, or is promised an hour on the telephone: such calls are owed for themselves
    and take no turn of the list. What a lost sheet called on, nobody did.
    """
    rows = []
    for festival, listed in life.diary.season.items():
        first, last = festival - BEFORE, festival + AFTER
        if not listed or last > life.days[-1]:
            continue
        calls: dict[str, list[Call]] = defaultdict(list)
        for call in life.people.calls:
            if call.account_no in listed and first <= call.day <= last:
                calls[call.account_no].append(call)
        called = share(len(calls), len(listed))
        last_first: dict[str, dt.date] = {}
        for one in sorted((some[0] for some in calls.values()), key=lambda call: call.day):
            last_first[one.station] = one.day
        typed = {(entry.account_no, entry.date) for entry in life.typed}
        turns = [
            [c for c in some if c.kind == "retry" and (c.account_no, c.day.isoformat()) in typed]
            for some in calls.values()
        ]
        early = sum(len(t) > 1 and t[1].day < last_first[t[1].station] for t in turns)
        came = f"{len(calls)} of {len(listed)} ({called:.0%}), {early} twice before all once"
        good = called >= 0.95 and early == 0
        rows.append(Measure(f"season {festival.year}: called", came, "≥ 95 %, 0", good))
    return rows


def sheets(life: Life) -> list[Measure]:
    """Doors on two sheets at a time, and how much of a day's own block is on its sheet."""
    doubled, offered, own = life.diary.doubled, life.diary.own_block, life.diary.own_on_sheet
    part = share(own, offered)
    return [
        Measure("doors on two sheets", f"{doubled} of {life.diary.doors}", "0", doubled == 0),
        Measure("a day's own block on its sheet", f"{part:.1%}", "≥ 95 %", part >= 0.95),
    ]


def known_doors(life: Life) -> list[Measure]:
    """First calls and retries at doors that the field had visited already.

    What stood on a sheet that was typed in later could have been left alone until then. What stood
    on a sheet that is lost for ever, no register can know: such calls are told apart. With three
    sheets in two hundred lost they are nearly one call in a hundred, whatever a planner does.
    """
    calls = life.people.calls
    typed = {(entry.account_no, entry.date) for entry in life.typed}
    first: dict[str, dt.date] = {}
    for call in calls:
        if call.result == "done" and (call.account_no, call.day.isoformat()) in typed:
            first.setdefault(call.account_no, call.day)
    wasted = [call for call in calls if call.known_done and call.kind in {"first", "retry"}]
    late = sum(first.get(call.account_no, call.day) < call.day for call in wasted)
    part, rest = late / max(1, len(calls)), (len(wasted) - late) / max(1, len(calls))
    return [
        Measure("calls at visited doors, sheet on its way", f"{part:.2%}", "≤ 0.5 %",
                part <= 0.005),
        Measure("calls at visited doors, sheet lost", f"{rest:.2%}", "nobody can know", True),  # noqa: FBT003
    ]  # fmt: skip


def endless(life: Life) -> Measure:
    """Doors that drew call after call of one kind."""
    counts = Counter((call.account_no, call.kind) for call in life.people.calls)
    many = {key: number for key, number in counts.items() if number > USUAL_CALLS}
    came = f"{len(many)} doors, most {max(counts.values(), default=0)}"
    return Measure(f"doors with more than {USUAL_CALLS} calls of a kind", came, "0", not many)


def finish_of(life: Life, station: str = "") -> dt.date:
    """The day on which 99 % of all first visits that ever came were made, of a station or all."""
    seen: dict[str, dt.date] = {}
    for call in life.people.calls:
        if call.result == "done" and station in {"", call.station}:
            seen.setdefault(call.account_no, call.day)
    days = sorted(seen.values())
    return days[int(0.99 * (len(days) - 1))] if days else life.days[-1]


def off(told: Told, finish: dt.date, life: Life) -> float:
    """How far a forecast was from the finish, as a share of the way from the first day to it."""
    if told.finish.middle is None:
        return float("inf")
    return (told.finish.middle - finish).days / (finish - life.days[0]).days


def held(told: Told, finish: dt.date) -> bool:
    """Whether a forecast's range held the finish."""
    early, _, late = told.finish
    return early is not None and early <= finish and (late is None or finish <= late)


def forecasts(life: Life) -> list[Measure]:
    """How far each month's forecast was from the finish, and whether its range held it."""
    finish = finish_of(life)
    told = [one for one in life.diary.forecasts if not one.station and one.day < finish]
    later = [one for one in told if (one.day - life.days[0]).days >= 6 * MONTH]
    worst = max((abs(off(one, finish, life)) for one in later), default=float("inf"))
    right = sum(held(one, finish) for one in told)
    return [
        Measure("finish forecast from month 6, worst", f"{worst:.1%}", "≤ 5 %", worst <= 0.05),
        Measure("finish within the 80 % range", f"{right} of {len(told)}", "≥ 8 in 10",
                share(right, len(told)) >= 0.8),
    ]  # fmt: skip


def crew_days(life: Life) -> Measure:
    """Crew-days that the first certificate foretold, and those that were used."""
    used = sum(tour.worked for tour in life.people.tours)
    off = used / max(1, life.diary.crew_days) - 1
    came = f"{life.diary.crew_days} / {used} ({off:+.0%})"
    return Measure("crew-days: certificate / used", came, "± 10 %", abs(off) <= 0.1)


def pace(life: Life) -> Measure:
    """The measured pace of stations that are as quick as the files say."""
    usual = [value for _, station, value in life.diary.paces if life.people.factor[station] == 1.0]
    if not usual:
        return Measure("pace of a station that is not slow", "none told", "1 ± 0.05", False)  # noqa: FBT003
    low, high = min(usual), max(usual)
    good = low >= 0.95 and high <= 1.05
    return Measure(
        "pace of a station that is not slow", f"{low:.2f} to {high:.2f}", "1 ± 0.05", good
    )


def moves(life: Life) -> Measure:
    """Open visits that replans moved beyond those that were behind."""
    total = sum(row[1] for row in life.diary.moves)
    moved = sum(max(0, row[3] - row[2]) for row in life.diary.moves)
    part = moved / max(1, total)
    return Measure("open visits moved by a replan", f"{part:.1%}", "≤ 5 %", part <= 0.05)


def back_at(life: Life) -> list[Measure]:
    """Minutes between the sheet's return and the real one."""
    off = [(tour.end_s - tour.planned_end_s) / 60 for tour in life.people.tours if tour.worked]
    middle = median(off) if off else 0.0
    spread = median(map(abs, off)) if off else 0.0
    return [
        Measure("back later than the sheet says, median", f"{middle:+.0f} min", "± 30 min",
                abs(middle) <= 30),
        Measure("off either way, median", f"{spread:.0f} min", "≤ 30 min", spread <= 30),
    ]  # fmt: skip


def rhythm(life: Life) -> list[Measure]:
    """How evenly crews go out, at stations of three crews or more, until the finish.

    After it nothing is left to share out: crews go out for what comes up.
    """
    finish = finish_of(life)
    out: dict[str, set[dt.date]] = defaultdict(set)
    months: dict[str, Counter[Month]] = defaultdict(Counter)
    for plan in life.diary.printed:
        for route in plan.routes:
            out[route.crew_id].add(plan.date)
            months[plan.station.station_id][plan.date.year, plan.date.month] += 1
    crews = set(life.register.crews()["crew"].astype(str))
    first = max(
        ((min(out[crew]) - life.days[0]).days if out[crew] else 999 for crew in crews), default=999
    )
    gaps = [
        (later - earlier).days
        for days in out.values()
        for earlier, later in pairwise([*sorted(day for day in days if day < finish), finish])
    ]
    gap = max(gaps, default=999)
    every, others = (
        max((_uneven(life, counts, aside) for counts in months.values()), default=1.0)
        for aside in (set[Month](), festival_months(life))
    )
    return [
        Measure("latest first day out of a crew", f"{first} days", "≤ 61", first <= 61),
        Measure("longest gap of a crew", f"{gap} days", "≤ 56", gap <= 56),
        Measure("a month's crew-days off the mean, worst", f"{every:.0%}", "≤ 25 %",
                every <= 0.25),
        Measure("the same without the festival's months", f"{others:.0%}", "≤ 25 %",
                others <= 0.25),
    ]  # fmt: skip


def festival_months(life: Life) -> set[Month]:
    """Months with days of a season: those days are worth more than others, and are to be used."""
    found = set()
    for festival in life.diary.season:
        first = festival - BEFORE
        span = [first + dt.timedelta(days=day) for day in range((AFTER + BEFORE).days + 1)]
        found |= {(day.year, day.month) for day in span}
    return found


def _uneven(life: Life, counts: Counter[Month], aside: set[Month]) -> float:
    """The worst month before that of the finish, by a station's crew-days a working day."""
    worked = Counter((day.year, day.month) for day in life.days)
    finish = finish_of(life)
    whole = [month for month in sorted(worked) if month < (finish.year, finish.month)]
    whole = [month for month in whole if month not in aside]
    rates = np.array([counts[month] / worked[month] for month in whole])
    return float(np.abs(rates / rates.mean() - 1).max()) if len(rates) and rates.mean() else 1.0


def stretches(life: Life) -> Measure:
    """Areas whose first calls came within one stretch, stragglers of a tenth aside."""
    areas: dict[str, str] = dict(
        life.register.customers()[["account_no", "area"]].astype(str).itertuples(index=False)
    )
    placed, _ = life.register.territories()
    areas |= dict(placed[["account_no", "area"]].astype(str).itertuples(index=False))
    first: dict[str, list[dt.date]] = defaultdict(list)
    seen = set()
    for call in life.people.calls:
        if call.kind == "first" and call.account_no not in seen:
            seen.add(call.account_no)
            first[areas[call.account_no]].append(call.day)
    number = {day: place for place, day in enumerate(life.days)}
    whole = [_in_one_stretch(sorted(number[day] for day in days)) for days in first.values()]
    part = share(sum(whole), len(whole))
    return Measure("areas in one stretch", f"{part:.0%} of {len(whole)}", "≥ 80 %", part >= 0.8)


def _in_one_stretch(places: list[int], days: int = 15) -> bool:
    """Whether nine in ten of the calls lie within three weeks' working days."""
    most = max(
        sum(start <= place <= start + days for place in places) for start in sorted(set(places))
    )
    return most >= 0.9 * len(places)


def connections(life: Life) -> Measure:
    """Urban connections visited within one working day of the wish, or told that it cannot be.

    A wish of the last day is not judged: the next one is not lived.
    """
    number = {day: place for place, day in enumerate(life.days)}
    done: dict[str, list[dt.date]] = defaultdict(list)
    for call in life.people.calls:
        if call.kind == "request":
            done[call.account_no].append(call.day)
    urban = [
        row
        for row in life.diary.requests.items()
        if row[1][2] == "urban" and row[1][1] < life.days[-1]
    ]
    met = sum(
        request in life.diary.told
        or any(0 <= number[day] - number[asked] <= 1 for day in done[account])
        for request, (account, asked, _) in urban
    )
    part = share(met, len(urban))
    return Measure("urban connections in a working day", f"{met} of {len(urban)}", "≥ 95 %",
                   part >= 0.95)  # fmt: skip
