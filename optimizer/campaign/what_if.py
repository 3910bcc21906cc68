"""What if: the calendar of a plan that is there, laid out anew under other circumstances.

Routes stay as they are; only crews and days are found anew, which takes seconds for a county.
Customers who have no day because of time or crews are reckoned as blocks of their station's usual
size.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from optimizer.campaign.crew_assignment import BlockTable, CrewTable
from optimizer.campaign.demand import (
    SKILL,
    days_until,
    horizon,
    read_book,
    skilled_crews,
    still_open,
    work_limits,
)
from optimizer.campaign.scheduling import Pace, lay_out_at
from optimizer.campaign.station_schedule import pace_of
from optimizer.errors import CampaignError
from optimizer.workdays import duty

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from optimizer.campaign.demand import Book
    from optimizer.register import Register
    from optimizer.settings import Settings

FOR_WANT_OF_TIME: Final = frozenset({"horizon_full", "no_duty_days", "no_crew"})
METRES_A_DEGREE: Final = 111_195.0


@dataclass(frozen=True, slots=True)
class Change:
    """One changed circumstance.

    `kind` is "lend" (`number` crews from station `giver` to `station`), "duty" (`number` more
    duty days a week, for `station` or, with "", for all) or "finish" (`day`).
    """

    kind: str
    station: str = ""
    giver: str = ""
    number: int = 0
    day: dt.date | None = None

    def __str__(self) -> str:
        """As it is written on the command line."""
        if self.kind == "lend":
            return f"lend={self.giver}:{self.station}:{self.number}"
        if self.kind == "duty":
            return f"duty+{self.number}" + (f"@{self.station}" if self.station else "")
        return f"finish={self.day}"


def parse_change(text: str) -> Change:
    """Read lend=FROM:TO:CREWS, duty+DAYS, duty+DAYS@STATION or finish=DATE.

    Raises
    ------
    CampaignError
        It is none of these.
    """
    if match := re.fullmatch(r"lend=([^:]+):([^:]+):(\d+)", text):
        return Change("lend", station=match[2], giver=match[1], number=int(match[3]))
    if match := re.fullmatch(r"duty\+(\d)(?:@(.+))?", text):
        return Change("duty", station=match[2] or "", number=int(match[1]))
    name, _, day = text.partition("=")
    try:
        if name == "finish":
            return Change("finish", day=dt.date.fromisoformat(day))
    except ValueError:
        pass
    raise CampaignError("scenario.unknown", text=text)


@dataclass(frozen=True, slots=True)
class Board:
    """A station's blocks and crews, ready to be laid out again.

    `visits` is int64 (b,); `crew_names` are rows of `crews`.
    """

    station: str
    name: str
    lon: float
    lat: float
    blocks: BlockTable
    visits: NDArray[np.int64]
    crew_names: tuple[str, ...]
    crews: CrewTable


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of a station.

    Attributes
    ----------
    needed, available
        Crew-days.
    without_day
        Customers for whom there is no time or no crew.
    finish
        Day of the last block at the pace of the settings.
    earliest
        The same if it had to be as soon as possible.
    longest_h
        Hours of the crew that works most.
    """

    station: str
    name: str
    crews: int
    needed: int
    available: int
    without_day: int
    finish: dt.date | None
    earliest: dt.date | None
    longest_h: float


@dataclass(frozen=True, slots=True)
class WhatIf:
    """Stations as they are planned, and as they would be."""

    changes: tuple[Change, ...]
    before: tuple[Outcome, ...]
    after: tuple[Outcome, ...]

    def as_json(self) -> dict[str, Any]:
        """Plain values, dates as ISO text."""

        def plain(outcome: Outcome) -> dict[str, Any]:
            values = asdict(outcome)
            days = {name: values[name] for name in ("finish", "earliest")}
            return values | {name: day and day.isoformat() for name, day in days.items()}

        return {
            "changes": [str(change) for change in self.changes],
            "before": [plain(outcome) for outcome in self.before],
            "after": [plain(outcome) for outcome in self.after],
        }


@dataclass(frozen=True, slots=True)
class Scene:
    """A plan and the circumstances to lay it out in.

    Attributes
    ----------
    blocks, visits, unplanned
        The plan's frames, as in `CampaignPlan` or as the register has them.
    days
        As of `workdays.working_days`.
    duty
        bool (crews, days), rows as `book.crews`; days before the first on which anybody is on duty
        are past or printed, and stay closed whatever changes.
    """

    book: Book
    blocks: pd.DataFrame
    visits: pd.DataFrame
    unplanned: pd.DataFrame
    days: pd.DataFrame
    duty: NDArray[np.bool_]
    settings: Settings

    @property
    def dates(self) -> NDArray[np.datetime64]:
        """The days as datetime64[D]."""
        return self.days["date"].to_numpy().astype("datetime64[D]")

    def until(self, finish: dt.date, folder: Path | None) -> Scene:
        """The same with another end of the horizon."""
        days = days_until(finish, self.settings, folder)
        on_duty = duty(self.book.crews, self.book.leave, days, self.settings)
        return self._opened(days, on_duty)

    def with_more_duty(self, number: int, station: str = "") -> Scene:
        """The same with so many more duty days a week, at one station or everywhere."""
        rows = np.ones(len(self.book.crews), dtype=bool)
        if station:
            rows = (self.book.crews["station"] == station).to_numpy()
        return self._opened(self.days, more_duty(self.duty, rows, self.days, number))

    def _opened(self, days: pd.DataFrame, on_duty: NDArray[np.bool_]) -> Scene:
        """The same with other duty days, none of them before the first day of now."""
        first = self.dates[self.duty.any(axis=0)][:1]
        if len(first):
            on_duty[:, days["date"].to_numpy().astype("datetime64[D]") < first] = False
        return replace(self, days=days, duty=on_duty)


def make_boards(scene: Scene) -> tuple[Board, ...]:
    """One board a station."""
    book, settings = scene.book, scene.settings
    customers = book.customers.set_index("account_no")
    facts = customers[["area", "kind", "lon", "lat"]]
    visits = scene.visits[["block", "account_no"]].join(facts, on="account_no")
    visits = visits.join(scene.blocks.set_index("block")["station"], on="block")
    waiting = scene.unplanned[scene.unplanned["code"].isin(FOR_WANT_OF_TIME)][["account_no"]]
    waiting = waiting.join(facts.assign(station=customers["station"]), on="account_no")
    boards = []
    for row, station in enumerate(book.stations["station"]):
        here = np.flatnonzero(book.crews["station"] == station)
        staff = book.crews.iloc[here]
        table, counts = _table(
            scene.blocks[scene.blocks["station"] == station],
            visits[visits["station"] == station],
            waiting[waiting["station"] == station],
            tuple(staff["crew"]),
            settings,
        )
        place = book.stations.iloc[row]
        boards.append(
            Board(
                station=str(station),
                name=str(place["name"]),
                lon=float(place["lon"]),
                lat=float(place["lat"]),
                blocks=table,
                visits=counts,
                crew_names=tuple(staff["crew"]),
                crews=_crew_table(scene, here),
            )
        )
    return tuple(boards)


def _crew_table(scene: Scene, rows: NDArray[np.int64]) -> CrewTable:
    """Crews of the scene, by their rows, with their duty days."""
    staff = scene.book.crews.iloc[rows]
    limit_s = work_limits(staff, scene.settings)
    return CrewTable(scene.duty[rows], skilled_crews(staff), limit_s, scene.dates)


def reopened(boards: tuple[Board, ...], scene: Scene) -> tuple[Board, ...]:
    """The same blocks with the duty days of another scene."""
    where = scene.book.crews["station"].to_numpy()
    return tuple(
        replace(board, crews=_crew_table(scene, np.flatnonzero(where == board.station)))
        for board in boards
    )


def _table(
    blocks: pd.DataFrame,
    doors: pd.DataFrame,
    waiting: pd.DataFrame,
    crews: tuple[str, ...],
    settings: Settings,
) -> tuple[BlockTable, NDArray[np.int64]]:
    """The station's blocks in working order, then those that waiting customers would need."""
    blocks = blocks.sort_values(["crew", "date"])
    usual = float(blocks["visits"].mean()) if len(blocks) else 0.9 * settings.blocks.max_visits
    work_s = float(blocks["work_s"].mean()) if len(blocks) else 20_000.0
    waiting = waiting.sort_values(["area", "account_no"])
    chunk = pd.Series(np.arange(len(waiting)) // max(1.0, usual), index=waiting.index)
    waiting = waiting.assign(block=[f"\0{int(number):06d}" for number in chunk])
    both = pd.concat([doors[["block", "area", "kind", "lon", "lat"]], waiting], join="inner")
    grouped = both.groupby("block")
    order = [*blocks["block"], *sorted(set(waiting["block"]))]
    counts = np.asarray(grouped.size().reindex(order), dtype=np.int64)
    middle = grouped[["lon", "lat"]].mean().reindex(order)
    skilled = (both["kind"] == SKILL).groupby(both["block"]).any().reindex(order)
    areas = grouped["area"].agg(frozenset).reindex(order)
    known = sorted(set(both["area"]))
    number = {area: index for index, area in enumerate(known)}
    row_of = {crew: index for index, crew in enumerate(crews)}
    fresh = len(order) - len(blocks)
    size = len(order)
    east = METRES_A_DEGREE * np.cos(np.radians(middle["lat"].mean() if size else 0.0))
    table = BlockTable(
        crew=np.array([row_of.get(c, 0) for c in blocks["crew"]] + [0] * fresh, dtype=np.int32),
        work_s=np.array([*blocks["work_s"], *[work_s] * fresh], dtype=np.int32),
        skilled=skilled.to_numpy(dtype=bool),
        x=middle["lon"].to_numpy(float) * east,
        y=middle["lat"].to_numpy(float) * METRES_A_DEGREE,
        areas=tuple(frozenset(number[area] for area in some) for some in areas),
        tier=np.zeros(size, dtype=np.int32),
        target=np.full(size, np.nan),
        kept=np.zeros(size, dtype=bool),
        earliest=np.zeros(size, dtype=np.int32),
        latest=np.full(size, 2**30, dtype=np.int32),
        season=np.zeros(size, dtype=np.int32),
        season_price=np.zeros((1, 1)),
    )
    return table, counts


def outcome(board: Board, pace: Pace) -> Outcome:
    """Lay a board out, at the given pace and as soon as possible."""
    if not len(board.crews.duty):
        blank = int(board.visits.sum())
        return Outcome(board.station, board.name, 0, len(board.blocks), 0, blank, None, None, 0.0)
    blocks = replace(board.blocks, season_price=np.zeros((1, len(board.crews.dates))))
    paces = [pace] if pace.pace == "early" else [pace, Pace("early", 0.0, pace.stretch)]
    laid = lay_out_at(blocks, board.crews, paces)
    found, soon = laid[0], laid[-1]
    dated = found.day >= 0
    work_s = np.bincount(found.crew[dated], board.blocks.work_s[dated], len(board.crews.duty))
    return Outcome(
        station=board.station,
        name=board.name,
        crews=int(board.crews.duty.any(axis=1).sum()),
        needed=len(board.blocks),
        available=int(board.crews.duty.sum()),
        without_day=int(board.visits[~dated].sum()),
        finish=_last_day(found.day, board.crews.dates),
        earliest=_last_day(soon.day, board.crews.dates),
        longest_h=round(float(work_s.max(initial=0.0)) / 3600, 1),
    )


def _last_day(day: NDArray[np.int32], dates: NDArray[np.datetime64]) -> dt.date | None:
    last = int(day.max(initial=-1))
    return None if last < 0 else dt.date.fromisoformat(str(dates[last]))


def lend(boards: tuple[Board, ...], change: Change) -> tuple[Board, ...]:
    """Move the crews of `giver` that work least to `station`, skilled ones last.

    Raises
    ------
    CampaignError
        The station has not so many crews.
    """
    by_name = {board.station: board for board in boards}
    giver, taker = by_name[change.giver], by_name[change.station]
    there = np.flatnonzero(giver.crews.duty.any(axis=1))
    if change.number > len(there) or giver is taker:
        raise CampaignError(
            "scenario.few_crews", change=change, station=giver.station, number=len(there)
        )
    work = np.bincount(giver.blocks.crew, giver.blocks.work_s, len(giver.crews.duty))
    ranked = sorted(there.tolist(), key=lambda c: (giver.crews.skilled[c], work[c], c))
    gone = ranked[: change.number]
    left = giver.crews.duty.copy()
    left[gone] = False
    more = CrewTable(
        np.concatenate([taker.crews.duty, giver.crews.duty[gone]]),
        np.concatenate([taker.crews.skilled, giver.crews.skilled[gone]]),
        np.concatenate([taker.crews.limit_s, giver.crews.limit_s[gone]]),
        taker.crews.dates,
    )
    changed = {
        giver.station: replace(giver, crews=replace(giver.crews, duty=left)),
        taker.station: replace(
            taker,
            crews=more,
            crew_names=(*taker.crew_names, *(giver.crew_names[c] for c in gone)),
        ),
    }
    return tuple(changed.get(board.station, board) for board in boards)


def more_duty(
    on_duty: NDArray[np.bool_], rows: NDArray[np.bool_], days: pd.DataFrame, number: int
) -> NDArray[np.bool_]:
    """Duty days with so many more in each week for some crews, on working days they have free.

    A week in which a crew has no duty day at all (it is on leave) stays so.
    """
    more = on_duty.copy()
    dates = days["date"].to_numpy().astype("datetime64[D]")
    week = (dates - np.datetime64("1970-01-05")).astype(int) // 7
    working = days["working"].to_numpy()
    for this in np.unique(week):
        inside = np.flatnonzero((week == this) & working)
        for crew in np.flatnonzero(rows & on_duty[:, week == this].any(axis=1)):
            free = inside[~on_duty[crew, inside]]
            more[crew, free[:number]] = True
    return more


def what_if(
    register: Register,
    settings: Settings,
    changes: Sequence[str],
    folder: Path | None = None,
    today: dt.date | None = None,
) -> WhatIf:
    """What would become of the plan in the register; nothing is changed.

    What is changed is laid out without regard to wishes and seasons; a station that no change
    touches is told as it is planned.

    Parameters
    ----------
    changes
        As `parse_change` reads them; all of them together.
    folder
        The campaign's folder, for its own workdays.csv.
    today
        The first day that is not over: what is past is not laid out again, and who was not
        visited then waits for a day. None before the campaign.

    Raises
    ------
    CampaignError
        A change makes no sense, or there is no plan yet.
    """
    wanted = tuple(parse_change(text) for text in changes)
    scene = saved_scene(register, settings, folder, today)
    _refuse_nonsense(wanted, scene, today)
    pace = pace_of(settings.campaign)
    boards = make_boards(scene)
    before = tuple(_as_planned(board, scene.blocks, pace) for board in boards)
    changed = scene
    for change in wanted:
        if change.kind == "finish" and change.day is not None:
            changed = changed.until(change.day, folder)
    for change in wanted:
        if change.kind == "duty":
            changed = changed.with_more_duty(change.number, change.station)
    others = boards if changed is scene else reopened(boards, changed)
    for change in wanted:
        if change.kind == "lend":
            others = lend(others, change)
    after = tuple(
        told if _same_crews(old.crews, new.crews) else outcome(new, pace)
        for told, old, new in zip(before, boards, others, strict=True)
    )
    return WhatIf(wanted, before, after)


def _same_crews(crews: CrewTable, others: CrewTable) -> bool:
    """Whether two tables have the same days of duty."""
    same_days = np.array_equal(crews.dates, others.dates)
    return same_days and np.array_equal(crews.duty, others.duty)


def _as_planned(board: Board, blocks: pd.DataFrame, pace: Pace) -> Outcome:
    """What becomes of a station as it is planned: its own last day and longest crew.

    It is laid out for how early it could end, and at the settings' pace only where somebody waits
    for a day: the plan itself has minded wishes and seasons.
    """
    own = blocks[blocks["station"] == board.station]
    waiting = len(own) < len(board.blocks)
    found = outcome(board, pace if waiting else Pace("early", 0.0, pace.stretch))
    if own.empty:
        return found
    longest_s = int(own.groupby("crew")["work_s"].sum().max())
    finish = dt.date.fromisoformat(str(own["date"].max()))
    return replace(found, finish=finish, longest_h=round(longest_s / 3600, 1))


def _refuse_nonsense(changes: Sequence[Change], scene: Scene, today: dt.date | None) -> None:
    """Refuse a station that is not there, or lends to itself, and an end before the beginning."""
    known = set(scene.book.stations["station"])
    first = max(scene.settings.campaign.start, today or dt.date.min)
    for change in changes:
        strangers = {name for name in (change.station, change.giver) if name} - known
        if strangers:
            ours = ", ".join(sorted(known))
            raise CampaignError(
                "scenario.no_station", change=change, station=min(strangers), known=ours
            )
        if change.kind == "lend" and change.giver == change.station:
            raise CampaignError("scenario.to_itself", change=change, station=change.station)
        if change.day is not None and change.day < first:
            raise CampaignError("scenario.too_early", change=change, first=first)


def saved_scene(
    register: Register, settings: Settings, folder: Path | None, today: dt.date | None = None
) -> Scene:
    """The plan in the register, or what is left of it today, under the present settings.

    Raises
    ------
    CampaignError
        There is no plan yet.
    """
    with register.store.reading():
        book, visits = read_book(register), register.block_visits()
        blocks, unplanned = register.blocks(), register.unplanned()
    if blocks.empty and unplanned.empty:
        raise CampaignError("campaign.no_plan")
    days = horizon(settings, folder)
    on_duty = duty(book.crews, book.leave, days, settings)
    scene = Scene(book, blocks, visits, unplanned, days, on_duty, settings)
    return scene if today is None else _left_of(scene, today)


def _left_of(scene: Scene, today: dt.date) -> Scene:
    """A plan without its past; who was not visited then waits for a day."""
    ahead = scene.blocks[scene.blocks["date"] >= today.isoformat()]
    is_ahead = scene.visits["block"].isin(ahead["block"])
    visits, past = scene.visits[is_ahead], scene.visits[~is_ahead]
    customers = scene.book.customers
    to_come = customers.loc[still_open(customers["status"]), "account_no"]
    late = past[past["account_no"].isin(to_come)].drop_duplicates("account_no")
    late = late[~late["account_no"].isin(visits["account_no"])]
    waiting = late[["account_no"]].assign(code="horizon_full")
    on_duty = scene.duty.copy()
    on_duty[:, scene.dates < np.datetime64(today)] = False
    return replace(
        scene,
        blocks=ahead,
        visits=visits,
        unplanned=pd.concat([scene.unplanned, waiting], join="inner", ignore_index=True),
        duty=on_duty,
    )
