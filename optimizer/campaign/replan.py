"""Rolling on: what is visited stays, what is printed stays, the rest is planned anew.

Blocks after the printed days stay together and near their day, unless something has changed in one
of their areas or the station's crews do less a day than planned; only what changed is routed anew.
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
from optimizer.campaign.plan import Campaign, assemble, route_rolls, with_help
from optimizer.campaign.station_plan import METRES_A_DEGREE, Frame
from optimizer.campaign.stations import StationBlocks
from optimizer.campaign.wishes import read_wishes
from optimizer.errors import CampaignError
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
SLOW: Final = 0.97
"""Pace below which a station's blocks are made smaller."""
SLOWEST: Final = 0.5


@dataclass(frozen=True, slots=True)
class StationNews:
    """What a replan has found and changed at one station.

    Attributes
    ----------
    overdue, since
        Customers whose day is past and who were not visited, and the first such day.
    pace
        Visits done by visits planned until today; 1 while there are too few to tell.
    kept, same, moved, entered, left
        Customers whose day is printed; who keep crew and day; who get another crew or day; who
        have a day for the first time; who had one and have none any more.
    finish_before, finish_after
        Day of the last block.
    """

    station: str
    overdue: int
    since: dt.date | None
    pace: float
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
        Blocks before today with the visits that were made in them.
    frozen_until
        Last day that stays as printed.
    """

    campaign: Campaign
    past_blocks: pd.DataFrame = field(repr=False)
    past_visits: pd.DataFrame = field(repr=False)
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
    blocks
        As in the register.
    visits
        block, seq, account_no, crew, date, station; and open, past, frozen, fixed (bool: `fixed`
        is frozen, with a crew that is still there).
    """

    blocks: pd.DataFrame
    visits: pd.DataFrame


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
    on_duty = duty(book.crews, book.leave, days, settings)
    dates = days["date"].to_numpy().astype("datetime64[D]")
    on_duty[:, dates < np.datetime64(today)] = False
    free = on_duty & (dates > np.datetime64(frozen_until))
    wishes = read_wishes(folder, register, settings, book)
    frame = Frame(book, days, free, settings, wishes, _next_number(former))
    paces = _paces(former)
    router = partial(route_rolls, roads=roads, executor=executor or Processes(), progress=progress)
    rest = with_help(_plan_rest(frame, former, paces, router), frame, folder)
    campaign = make_sure(_with_frozen(rest, former, on_duty), book, settings, frozen_until)
    past_blocks, past_visits = _past(former)
    return Replan(
        campaign=campaign,
        past_blocks=past_blocks,
        past_visits=past_visits,
        today=today,
        frozen_until=frozen_until,
        news=_news(former, campaign, paces),
    )


def _former(register: Register, book: Book, today: dt.date, frozen_until: dt.date) -> _Former:
    blocks = register.blocks()
    if blocks.empty:
        raise CampaignError("campaign.no_plan")
    visits = register.block_visits().join(blocks.set_index("block")["station"], on="block")
    status = book.customers.set_index("account_no")["status"]
    visits["open"] = still_open(visits["account_no"].map(status))
    visits["past"] = visits["date"] < today.isoformat()
    visits["frozen"] = ~visits["past"] & (visits["date"] <= frozen_until.isoformat())
    home = book.customers.set_index("account_no")["station"]
    crew_home = book.crews.set_index("crew")["station"]
    stays = visits["account_no"].map(home) == visits["crew"].map(crew_home)
    visits["fixed"] = visits["frozen"] & visits["account_no"].isin(status.index) & stays
    return _Former(blocks, visits)


def _next_number(former: _Former) -> int:
    """A number that no block has, at any station."""
    numbers = former.blocks["block"].str.extract(r"(\d+)$")[0]
    return int(numbers.fillna("0").astype(int).max()) + 1


def _paces(former: _Former) -> dict[str, float]:
    """Visits done by visits planned until today, by station."""
    past = former.visits[former.visits["past"]]
    by_station = past.groupby("station")["open"].agg(["size", "sum"])
    believed = by_station[by_station["size"] >= ENOUGH_VISITS]
    pace = 1 - believed["sum"] / believed["size"]
    return {str(station): float(value) for station, value in pace.items()}


def _plan_rest(
    frame: Frame,
    former: _Former,
    paces: dict[str, float],
    router: Callable[[list[tuple[StationRoll, Settings]]], list[StationBlocks]],
) -> Campaign:
    """Everybody who has no printed day."""
    settings, book = frame.settings, frame.book
    fixed = set(former.visits.loc[former.visits["fixed"], "account_no"])
    lists = muster(book, settings)
    is_fixed = book.customers["account_no"].isin(fixed).to_numpy()
    code = lists.code.copy()
    code[is_fixed & ~np.isin(code.astype(str), AT_REST)] = ""
    rolls, kept, jobs = [], [], []
    for roll in lists.rolls:
        pace = max(SLOWEST, paces.get(roll.station, 1.0))
        rest = roll.take(~is_fixed[roll.customer])
        if pace < SLOW:
            rest = replace(rest, work_s=(rest.work_s * pace).astype(np.int32))
        here = _kept(frame, former, rest) if pace >= SLOW else _none(rest)
        rolls.append(rest)
        kept.append(here)
        slower = _slower(settings, pace) if pace < SLOW else settings
        jobs.append((rest.take(here.block < 0), slower))
    routed = router(jobs)
    planned = {
        roll.station: _merged(roll, here, found)
        for roll, here, found in zip(rolls, kept, routed, strict=True)
    }
    return assemble(frame, replace(lists, rolls=tuple(rolls), code=code), planned)


def _slower(settings: Settings, pace: float) -> Settings:
    """Settings with blocks that a crew of that pace can do."""
    most = max(1, int(settings.blocks.max_visits * pace))
    least = min(most, settings.blocks.min_visits)
    blocks = settings.blocks.model_copy(update={"max_visits": most, "min_visits": least})
    return settings.model_copy(update={"blocks": blocks})


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
        fewest_days=np.zeros(int(roll.area.max(initial=-1)) + 1, dtype=np.int32),
        target=np.zeros(0),
    )


def _kept(frame: Frame, former: _Former, roll: StationRoll) -> StationBlocks:
    """Coming blocks in whose areas nothing has changed, with their day as target.

    Blocks that a crew could not do any more as they are, are routed anew too.
    """
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
    blocks = blocks[_can_be_done(frame, roll, blocks, coming.assign(row=row))]
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
    )


def _can_be_done(
    frame: Frame, roll: StationRoll, blocks: pd.DataFrame, visits: pd.DataFrame
) -> NDArray[np.bool_]:
    """Which blocks still fit their crew, as it and the settings are today.

    `visits` has a column `row`, the customer's in the roll.
    """
    crew = {name: index for index, name in enumerate(roll.crews)}
    of_block = blocks["crew"].map(crew).to_numpy(dtype=np.int64)
    rows = visits["row"].to_numpy(dtype=np.int64)
    needs_skill = set(visits["block"].to_numpy()[roll.skilled[rows]])
    able = roll.crew_skilled[of_block] | ~blocks["block"].isin(needs_skill).to_numpy()
    short = blocks["work_s"].to_numpy() <= roll.work_s[of_block]
    small = blocks["visits"].to_numpy() <= frame.settings.blocks.max_visits
    fits: NDArray[np.bool_] = able & short & small
    return fits


def _merged(roll: StationRoll, kept: StationBlocks, routed: StationBlocks) -> StationBlocks:
    """Kept and new blocks together, each crew's in the order of their targets."""
    number = len(kept.crew)
    block, seq = kept.block.copy(), kept.seq.copy()
    fresh = np.flatnonzero(kept.block < 0)
    block[fresh] = np.where(routed.block >= 0, routed.block + number, routed.block)
    seq[fresh] = routed.seq
    both = StationBlocks(
        block=block,
        seq=seq,
        crew=np.concatenate([kept.crew, routed.crew]),
        work_s=np.concatenate([kept.work_s, routed.work_s]),
        travel_s=np.concatenate([kept.travel_s, routed.travel_s]),
        distance_m=np.concatenate([kept.distance_m, routed.distance_m]),
        fewest_days=_fewest_days(roll, routed),
        target=np.concatenate([kept.target, np.full(len(routed.crew), np.nan)]),
    )
    both = replace(both, target=_near_targets(roll, both, number))
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
    )


def _fewest_days(roll: StationRoll, routed: StationBlocks) -> NDArray[np.int32]:
    """Of areas that were routed as the router says, of the others by their work."""
    number = int(roll.area.max(initial=-1)) + 1
    service_s = np.bincount(roll.area, roll.service_s, number)
    fewest = np.ceil(service_s / max(1, int(roll.work_s.max(initial=1)))).astype(np.int32)
    fewest[: len(routed.fewest_days)] = np.maximum(
        fewest[: len(routed.fewest_days)], routed.fewest_days
    )
    return np.maximum(fewest, 1)


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
    fixed = former.visits[former.visits["fixed"]]
    blocks, visits = _as_frames(former.blocks, fixed)
    needed = blocks["station"].value_counts()
    stations = campaign.stations.assign(
        blocks=campaign.stations["blocks"]
        + campaign.stations["station"].map(needed).fillna(0).astype(int)
    )
    return replace(
        campaign,
        blocks=_stack(blocks, campaign.blocks),
        visits=_stack(visits, campaign.visits),
        stations=stations,
        crews=campaign.crews.assign(duty_days=on_duty.sum(axis=1)),
        duty=on_duty,
    )


def _past(former: _Former) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Blocks before today with the visits that were made in them."""
    return _as_frames(former.blocks, former.visits[former.visits["past"] & ~former.visits["open"]])


def _as_frames(blocks: pd.DataFrame, visits: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Blocks that hold some visits, the visits counted from 1 again."""
    visits = visits.sort_values(["block", "seq"], ignore_index=True)
    visits = visits.assign(seq=visits.groupby("block").cumcount() + 1)
    counts = visits["block"].value_counts()
    held = blocks[blocks["block"].isin(counts.index)].reset_index(drop=True)
    held = held.assign(visits=held["block"].map(counts).astype("int64"))
    return held, visits[["block", "seq", "account_no"]]


def _news(former: _Former, campaign: Campaign, paces: dict[str, float]) -> tuple[StationNews, ...]:
    """What has changed for whom, station by station."""
    before = former.visits[former.visits["open"]].set_index("account_no")
    after = campaign.visits.merge(campaign.blocks, on="block").set_index("account_no")
    roll = campaign.roll[~campaign.roll["code"].isin(AT_REST)].set_index("account_no")
    now = after[["crew", "date"]].rename(columns={"crew": "crew_new", "date": "date_new"})
    both = roll[["station"]].join(before[["crew", "date", "past", "fixed"]]).join(now)
    had, has = both["date"].notna(), both["date_new"].notna()
    same = had & has & (both["crew"] == both["crew_new"]) & (both["date"] == both["date_new"])
    fixed = both["fixed"].fillna(False).astype(bool)  # noqa: FBT003
    overdue = both["past"].fillna(False).astype(bool)  # noqa: FBT003
    marks = pd.DataFrame(
        {
            "station": both["station"],
            "overdue": overdue,
            "kept": fixed,
            "same": same & ~fixed,
            "moved": had & has & ~same,
            "entered": ~had & has,
            "left": had & ~has,
        }
    )
    known = sorted({*campaign.stations["station"], *marks["station"]})
    counts = marks.groupby("station").sum().reindex(known, fill_value=0)
    since = both[overdue].groupby("station")["date"].min()
    first = former.blocks.groupby("station")["date"].max()
    last = campaign.blocks.groupby("station")["date"].max()
    return tuple(
        StationNews(
            station=str(station),
            **{name: int(row[name]) for name in counts.columns},
            since=_day(since.get(station)),
            pace=round(paces.get(str(station), 1.0), 3),
            finish_before=_day(first.get(station)),
            finish_after=_day(last.get(station)),
        )
        for station, row in counts.iterrows()
    )


def _day(text: object) -> dt.date | None:
    return dt.date.fromisoformat(text) if isinstance(text, str) else None
