"""Rolling on: what is visited stays, what is printed stays, the rest is planned anew.

Blocks after the printed days stay together and near their day, unless something has changed in one
of their areas or the station's crews do more or less a day than the blocks were made for; only
what changed is routed anew. The same replan again changes nothing.

Pace is what records say that crews get done on the days of which there are records: a crew-day
without any is a sheet that nobody has typed in, not a slow crew. Whose day is past without a
visit is kept by name, so that a replan does not forget what an earlier one found.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from optimizer.campaign.audit import make_sure
from optimizer.campaign.executors import Processes
from optimizer.campaign.muster import AT_REST, horizon, muster, read_book, still_open
from optimizer.campaign.plan import VISIT_COLUMNS, Campaign, assemble, route_rolls, with_help
from optimizer.campaign.sharing import Before
from optimizer.campaign.station_plan import METRES_A_DEGREE, Frame
from optimizer.campaign.stations import StationBlocks, Task
from optimizer.campaign.wishes import read_wishes
from optimizer.errors import CampaignError
from optimizer.model import VisitKind
from optimizer.workdays import duty

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from optimizer.campaign.executors import Executor
    from optimizer.campaign.muster import Book, StationRoll
    from optimizer.register import Register
    from optimizer.roads import Roads
    from optimizer.settings import Settings
    from optimizer.territories import Territories

ENOUGH_VISITS: Final = 80
"""Planned visits from which on a station's pace is believed."""
RECENT_DAYS: Final = 90
"""Days before today from which the pace is taken."""
TOLERANCE: Final = 0.05
"""By so much the pace may differ from the one that blocks were made for before they are made anew;
chance makes less of it in `ENOUGH_VISITS`, and what is printed further on stays as it is."""
PLANNED_KINDS: Final = ("", VisitKind.FIRST.value, VisitKind.APPOINTMENT.value)
"""Kinds of visit that blocks are made of, as records name them; for the others a share of each
day is kept free."""
SLOWEST: Final = 0.5
"""No blocks are made for a lower pace."""


@dataclass(frozen=True, slots=True)
class StationNews:
    """What a replan has found and changed at one station.

    Attributes
    ----------
    overdue, since
        Customers whose day is past and who were not visited, also those to whom an earlier replan
        has given a new one, and the first such day.
    unrecorded, unrecorded_since
        Past crew-days without any record, and the first: not typed in, or not worked.
    pace
        Visits recorded by visits that a usual day holds, of the crew-days with records; None
        while there are too few to tell.
    kept, same, moved, entered, left
        Customers whose day is printed; who keep crew and day; who get another crew or day; who
        have a day for the first time; who had one and have none any more.
    finish_before, finish_after
        Day of the last block.
    """

    station: str
    overdue: int
    since: dt.date | None
    unrecorded: int
    unrecorded_since: dt.date | None
    pace: float | None
    kept: int
    same: int
    moved: int
    entered: int
    left: int
    finish_before: dt.date | None
    finish_after: dt.date | None


@dataclass(frozen=True, kw_only=True)
class Replan:
    """A campaign planned anew from today, and what is new in it.

    Attributes
    ----------
    campaign
        From today on; printed blocks are in it as they were.
    past_blocks, past_visits
        Blocks before today as they were planned, and the visits that were made in them.
    missed
        account_no, date: open customers whose day is past, and the first such day.
    frozen_until
        Last day that stays as printed.
    """

    campaign: Campaign
    past_blocks: pd.DataFrame = field(repr=False)
    past_visits: pd.DataFrame = field(repr=False)
    missed: pd.DataFrame = field(repr=False)
    today: dt.date
    frozen_until: dt.date
    news: tuple[StationNews, ...]

    @property
    def blocks(self) -> pd.DataFrame:
        """Past and coming blocks, for the register."""
        return _stack(self.past_blocks, self.campaign.blocks)

    @property
    def visits(self) -> pd.DataFrame:
        """Past and coming visits, for the register."""
        return _stack(self.past_visits, self.campaign.visits)

    def as_json(self) -> dict[str, Any]:
        """What is new, as plain values."""

        def plain(news: StationNews) -> dict[str, Any]:
            return {
                name: value.isoformat() if isinstance(value, dt.date) else value
                for name, value in asdict(news).items()
            }

        return {
            "today": self.today.isoformat(),
            "frozen_until": self.frozen_until.isoformat(),
            "stations": [plain(news) for news in self.news],
        }


def _stack(first: pd.DataFrame, second: pd.DataFrame) -> pd.DataFrame:
    some = [frame for frame in (first, second) if len(frame)]
    return pd.concat(some, ignore_index=True) if some else second


@dataclass(frozen=True, slots=True)
class _Former:
    """The calendar as it is, one row a visit, and what is known of it today.

    Attributes
    ----------
    blocks, past_blocks
        As in the register, all and those before today.
    visits
        block, seq, account_no, crew, date, station; and open, past, frozen, fixed (bool: `fixed`
        is frozen, with a crew that is still there).
    missed
        As in `Replan`.
    days
        The past crew-days one by one: station, crew, date, full (visits that its block would have
        at the usual pace), recorded (customers of whom there is a record of a planned visit),
        told (bool: there is a record of any kind).
    """

    blocks: pd.DataFrame
    past_blocks: pd.DataFrame
    visits: pd.DataFrame
    missed: pd.DataFrame
    days: pd.DataFrame


def replan(
    register: Register,
    roads: Roads,
    settings: Settings,
    today: dt.date,
    *,
    folder: Path | None = None,
    drawn: Territories | None = None,
    executor: Executor | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Replan:
    """Plan the rest of a campaign from the register as it is; nothing is written.

    Parameters
    ----------
    today
        The first day that is not over.
    folder, drawn, executor, progress
        As in `plan_campaign`.

    Raises
    ------
    CampaignError
        There is no plan yet, or the horizon is past.
    AssertionError
        The plan breaks a rule of `audit`: a bug.
    """
    frozen_until = today + dt.timedelta(days=settings.campaign.freeze_days)
    with register.store.reading():
        book = read_book(register, drawn)
        former = _former(register, book, today, frozen_until)
    days = horizon(settings, folder, today)
    whole = duty(book.crews, book.leave, days, settings)
    dates = days["date"].to_numpy().astype("datetime64[D]")
    on_duty = whole.copy()
    on_duty[:, dates < np.datetime64(today)] = False
    free = on_duty & (dates > np.datetime64(frozen_until))
    wishes = read_wishes(folder, register, settings, book)
    before = Before(whole, _settled(former, book, dates, frozen_until))
    frame = Frame(book, days, free, settings, wishes, _next_number(former), before)
    paces = _paces(former, today)
    router = partial(route_rolls, roads=roads, executor=executor or Processes(), progress=progress)
    rest = with_help(_plan_rest(frame, former, paces, router), frame, folder)
    campaign = make_sure(_with_frozen(rest, former, on_duty), book, settings, frozen_until)
    past = Before(whole, np.where(dates < np.datetime64(today), before.work_s, 0.0))
    past_blocks, past_visits = _past(former)
    return Replan(
        campaign=replace(campaign, before=past),
        past_blocks=past_blocks,
        past_visits=past_visits,
        missed=former.missed,
        today=today,
        frozen_until=frozen_until,
        news=_news(former, campaign, paces),
    )


def _former(register: Register, book: Book, today: dt.date, frozen_until: dt.date) -> _Former:
    blocks = register.blocks()
    if blocks.empty:
        raise CampaignError("campaign.no_plan")
    past = blocks[blocks["date"] < today.isoformat()]
    visits = register.block_visits().join(blocks.set_index("block")["station"], on="block")
    status = book.customers.set_index("account_no")["status"]
    visits["open"] = still_open(visits["account_no"].map(status))
    visits["past"] = visits["block"].isin(past["block"])
    visits["frozen"] = ~visits["past"] & (visits["date"] <= frozen_until.isoformat())
    home = book.customers.set_index("account_no")["station"]
    crew_home = book.crews.set_index("crew")["station"]
    stays = visits["account_no"].map(home) == visits["crew"].map(crew_home)
    visits["fixed"] = visits["frozen"] & visits["account_no"].isin(status.index) & stays
    late = visits.loc[visits["past"] & visits["open"], ["account_no", "date"]]
    missed = pd.concat([register.missed(), late], ignore_index=True)
    missed = missed[still_open(missed["account_no"].map(status))]
    missed = missed.sort_values("date").drop_duplicates("account_no")
    return _Former(blocks, past, visits, missed, _past_days(register, past, today))


def _past_days(register: Register, past: pd.DataFrame, today: dt.date) -> pd.DataFrame:
    """See `_Former.days`."""
    days = past[["station", "crew", "date", "visits", "pace"]]
    records = register.ledgers.records(last=today - dt.timedelta(days=1))
    planned = records["kind"].isin(PLANNED_KINDS)
    key = ["crew", "date"]
    recorded = records[planned].groupby(key)["account_no"].nunique().rename("recorded")
    told = records.groupby(key).size().rename("told") > 0
    days = days.join(recorded, on=key).join(told, on=key)
    return days.assign(
        full=days["visits"] / days["pace"],
        recorded=days["recorded"].fillna(0),
        told=days["told"].notna(),
    )


def _settled(
    former: _Former, book: Book, dates: NDArray[np.datetime64], frozen_until: dt.date
) -> NDArray[np.float64]:
    """Seconds of work of past and printed blocks, crews by days."""
    blocks = former.blocks[former.blocks["date"] <= frozen_until.isoformat()]
    row = blocks["crew"].map({crew: k for k, crew in enumerate(book.crews["crew"])})
    day = pd.to_datetime(blocks["date"]).to_numpy().astype("datetime64[D]") - dates[0]
    column = day.astype(np.int64)
    known = row.notna().to_numpy() & (column >= 0) & (column < len(dates))
    work_s = np.zeros((len(book.crews), len(dates)))
    work_s[row[known].astype(int), column[known]] = blocks["work_s"].to_numpy()[known]
    return work_s


def _next_number(former: _Former) -> int:
    """A number that no block has, at any station."""
    numbers = former.blocks["block"].str.extract(r"(\d+)$")[0]
    return int(numbers.fillna("0").astype(int).max()) + 1


def _paces(former: _Former, today: dt.date) -> dict[str, float]:
    """Visits recorded by visits that full days hold, by station, where there are enough."""
    recent = former.days["date"] >= (today - dt.timedelta(days=RECENT_DAYS)).isoformat()
    days = former.days[former.days["told"] & recent]
    sums = days.groupby("station")[["full", "recorded"]].sum()
    believed = sums[sums["full"] >= ENOUGH_VISITS]
    pace = (believed["recorded"] / believed["full"]).clip(upper=1.0)
    return {str(station): float(value) for station, value in pace.items()}


def _made_for(former: _Former, station: str) -> float:
    """The pace that the last blocks of a station were made for."""
    blocks = former.blocks[former.blocks["station"] == station].sort_values("date")
    return float(blocks["pace"].iloc[-1]) if len(blocks) else 1.0


def _plan_rest(
    frame: Frame,
    former: _Former,
    paces: dict[str, float],
    router: Callable[[list[Task]], list[StationBlocks]],
) -> Campaign:
    """Everybody who has no printed day."""
    settings, book = frame.settings, frame.book
    fixed = set(former.visits.loc[former.visits["fixed"], "account_no"])
    lists = muster(book, settings)
    is_fixed = book.customers["account_no"].isin(fixed).to_numpy()
    code = lists.code.copy()
    code[is_fixed & ~np.isin(code.astype(str), AT_REST)] = ""
    kept, tasks = [], []
    for roll in lists.rolls:
        rest = roll.take(~is_fixed[roll.customer])
        pace = _made_for(former, roll.station)
        actual = max(SLOWEST, paces.get(roll.station, pace))
        if abs(actual - pace) > TOLERANCE:
            pace = actual
        task = Task.whole(rest, settings, pace)
        here = _kept(frame, former, task)
        kept.append(here)
        tasks.append(replace(task, fresh=here.block < 0))
    planned = {
        task.roll.station: _merged(task, here, found)
        for task, here, found in zip(tasks, kept, router(tasks), strict=True)
    }
    rolls = tuple(replace(task.roll, work_s=task.work_s) for task in tasks)
    return assemble(frame, replace(lists, rolls=rolls, code=code), planned)


def _none(roll: StationRoll) -> StationBlocks:
    """No block is kept."""
    nothing, number = np.zeros(0, dtype=np.int32), len(roll.customer)
    return StationBlocks(
        block=np.full(number, -1, dtype=np.int32),
        seq=np.full(number, -1, dtype=np.int32),
        crew=nothing,
        work_s=nothing,
        travel_s=nothing,
        distance_m=nothing,
        fewest_days=nothing,
        target=np.zeros(0),
        pace=np.zeros(0),
    )


def _kept(frame: Frame, former: _Former, task: Task) -> StationBlocks:
    """Coming blocks in whose areas nothing has changed, with their day as target.

    Blocks that a crew could not do any more as they are, and those that were made for another
    pace, are routed anew too.
    """
    roll = task.roll
    accounts = frame.book.customers["account_no"].to_numpy()[roll.customer]
    door = pd.Series(np.arange(len(accounts)), index=accounts)
    coming = former.visits[~former.visits["past"] & ~former.visits["frozen"]]
    coming = coming[(coming["station"] == roll.station) & coming["crew"].isin(roll.crews)]
    row = coming["account_no"].map(door)
    whole = row.notna().groupby(coming["block"]).transform("all")
    coming, row = coming[whole], row[whole].astype(int)
    area = pd.Series(roll.area[row], index=coming.index)
    changed = np.setdiff1d(np.arange(len(accounts)), row.to_numpy())
    touched = area.isin(roll.area[changed]).groupby(coming["block"]).transform("any")
    coming, row = coming[~touched], row[~touched]
    blocks = former.blocks[former.blocks["block"].isin(coming["block"])]
    blocks = blocks[_can_be_done(task, blocks, coming.assign(row=row))]
    blocks = blocks.sort_values(["crew", "date"])
    still = coming["block"].isin(blocks["block"])
    coming, row = coming[still], row[still]
    number = pd.Series(np.arange(len(blocks)), index=blocks["block"])
    nothing = _none(roll)
    block, seq = nothing.block.copy(), nothing.seq.copy()
    block[row] = coming["block"].map(number)
    seq[row] = coming["seq"] - 1
    crew = {name: index for index, name in enumerate(roll.crews)}
    target = pd.to_datetime(blocks["date"]).to_numpy().astype("datetime64[D]") - frame.dates[0]
    return replace(
        nothing,
        block=block,
        seq=seq,
        crew=np.array([crew[name] for name in blocks["crew"]], dtype=np.int32),
        work_s=blocks["work_s"].to_numpy(dtype=np.int32),
        travel_s=blocks["travel_s"].to_numpy(dtype=np.int32),
        distance_m=blocks["distance_m"].to_numpy(dtype=np.int32),
        target=target.astype(float),
        pace=blocks["pace"].to_numpy(dtype=float),
    )


def _can_be_done(task: Task, blocks: pd.DataFrame, visits: pd.DataFrame) -> NDArray[np.bool_]:
    """Which blocks still fit their crew, as it, its pace and the settings are today.

    `visits` has a column `row`, the customer's in the roll.
    """
    roll = task.roll
    crew = {name: index for index, name in enumerate(roll.crews)}
    of_block = blocks["crew"].map(crew).to_numpy(dtype=np.int64)
    rows = visits["row"].to_numpy(dtype=np.int64)
    needs_skill = set(visits["block"].to_numpy()[roll.skilled[rows]])
    able = roll.crew_skilled[of_block] | ~blocks["block"].isin(needs_skill).to_numpy()
    short = blocks["work_s"].to_numpy() <= task.work_s[of_block]
    small = blocks["visits"].to_numpy() <= task.most_visits
    at_pace = np.isclose(blocks["pace"].to_numpy(), task.pace)
    fits: NDArray[np.bool_] = able & short & small & at_pace
    return fits


def _merged(task: Task, kept: StationBlocks, routed: StationBlocks) -> StationBlocks:
    """Kept and new blocks together, each crew's in the order of their targets."""
    number = len(kept.crew)
    new = np.where(routed.block >= 0, routed.block + number, routed.block)
    block = np.where(task.fresh, new, kept.block)
    seq = np.where(task.fresh, routed.seq, kept.seq)
    both = StationBlocks(
        block=block,
        seq=seq,
        crew=np.concatenate([kept.crew, routed.crew]),
        work_s=np.concatenate([kept.work_s, routed.work_s]),
        travel_s=np.concatenate([kept.travel_s, routed.travel_s]),
        distance_m=np.concatenate([kept.distance_m, routed.distance_m]),
        fewest_days=routed.fewest_days,
        target=np.concatenate([kept.target, routed.target]),
        pace=np.concatenate([kept.pace, routed.pace]),
    )
    both = replace(both, target=_near_targets(task.roll, both, number))
    order = np.lexsort((np.nan_to_num(both.target, nan=np.inf), both.crew))
    place = np.empty(len(order), dtype=np.int32)
    place[order] = np.arange(len(order))
    inside = both.block >= 0
    block[inside] = place[both.block[inside]]
    return replace(
        both,
        block=block,
        crew=both.crew[order],
        work_s=both.work_s[order],
        travel_s=both.travel_s[order],
        distance_m=both.distance_m[order],
        target=both.target[order],
        pace=both.pace[order],
    )


def _near_targets(roll: StationRoll, both: StationBlocks, kept: int) -> NDArray[np.float64]:
    """Targets, a new block having that of the nearest kept block of its crew."""
    target, inside = both.target.copy(), both.block >= 0
    doors = np.maximum(np.bincount(both.block[inside], minlength=len(target)), 1)
    east = METRES_A_DEGREE * np.cos(np.radians(roll.lat))
    x = np.bincount(both.block[inside], roll.door_lon[inside] * east, len(target)) / doors
    north = roll.door_lat[inside] * METRES_A_DEGREE
    y = np.bincount(both.block[inside], north, len(target)) / doors
    for b in range(kept, len(target)):
        own = np.flatnonzero(both.crew[:kept] == both.crew[b])
        if len(own):
            nearest = own[np.argmin(np.hypot(x[own] - x[b], y[own] - y[b]))]
            target[b] = target[nearest]
    return target


def _with_frozen(campaign: Campaign, former: _Former, on_duty: NDArray[np.bool_]) -> Campaign:
    """The campaign with the printed blocks, as far as their customers are still there."""
    visits = former.visits[former.visits["fixed"]].sort_values(["block", "seq"], ignore_index=True)
    visits = visits.assign(seq=visits.groupby("block").cumcount() + 1)[VISIT_COLUMNS]
    counts = visits["block"].value_counts()
    blocks = former.blocks[former.blocks["block"].isin(counts.index)].reset_index(drop=True)
    blocks = blocks.assign(visits=blocks["block"].map(counts).astype("int64"))
    printed = blocks["station"].value_counts()
    stations = campaign.stations.assign(
        blocks=campaign.stations["blocks"]
        + campaign.stations["station"].map(printed).fillna(0).astype(int)
    )
    crews = campaign.crews.assign(duty_days=on_duty.sum(axis=1))
    available = crews.groupby("station")["duty_days"].sum()
    shortages = tuple(
        replace(
            short,
            needed=short.needed + int(printed.get(short.station, 0)),
            available=int(available.get(short.station, 0)),
        )
        for short in campaign.help.shortages
    )
    return replace(
        campaign,
        blocks=_stack(blocks, campaign.blocks),
        visits=_stack(visits, campaign.visits),
        stations=stations,
        crews=crews,
        duty=on_duty,
        help=replace(campaign.help, shortages=shortages),
    )


def _past(former: _Former) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Blocks before today as they were planned, and the visits that were made in them."""
    made = former.visits[former.visits["past"] & ~former.visits["open"]]
    return former.past_blocks, made[VISIT_COLUMNS]


def _news(former: _Former, campaign: Campaign, paces: dict[str, float]) -> tuple[StationNews, ...]:
    """What has changed for whom, station by station."""
    before = former.visits[former.visits["open"]].set_index("account_no")
    missed = former.missed.set_index("account_no")["date"].rename("missed")
    after = campaign.visits.merge(campaign.blocks, on="block").set_index("account_no")
    roll = campaign.roll[~campaign.roll["code"].isin(AT_REST)].set_index("account_no")
    now = after[["crew", "date"]].rename(columns={"crew": "crew_new", "date": "date_new"})
    both = roll[["station"]].join(before[["crew", "date", "fixed"]]).join(now).join(missed)
    had, has = both["date"].notna(), both["date_new"].notna()
    same = had & has & (both["crew"] == both["crew_new"]) & (both["date"] == both["date_new"])
    fixed = both["fixed"].fillna(False).astype(bool)  # noqa: FBT003
    marks = pd.DataFrame(
        {
            "station": both["station"],
            "overdue": both["missed"].notna(),
            "kept": fixed,
            "same": same & ~fixed,
            "moved": had & has & ~same,
            "entered": ~had & has,
            "left": had & ~has,
        }
    )
    known = sorted({*campaign.stations["station"], *marks["station"]})
    counts = marks.groupby("station").sum().reindex(known, fill_value=0)
    since = both.groupby("station")["missed"].min()
    untold = former.days[~former.days["told"]].groupby("station")["date"].agg(["size", "min"])
    first = former.blocks.groupby("station")["date"].max()
    last = campaign.blocks.groupby("station")["date"].max()
    return tuple(
        StationNews(
            station=str(station),
            **{name: int(row[name]) for name in counts.columns},
            since=_day(since.get(station)),
            unrecorded=int(untold["size"].get(station, 0)),
            unrecorded_since=_day(untold["min"].get(station)),
            pace=round(paces[str(station)], 3) if str(station) in paces else None,
            finish_before=_day(first.get(station)),
            finish_after=_day(last.get(station)),
        )
        for station, row in counts.iterrows()
    )


def _day(text: object) -> dt.date | None:
    return dt.date.fromisoformat(text) if isinstance(text, str) else None
