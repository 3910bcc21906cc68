"""Days that follow each other: the office plans and prints, crews go out, clerks type in.

Only public calls of the program are made, and only what a planner could know is asked.
"""

from __future__ import annotations

import datetime as dt
import os
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from lived.field import FESTIVALS, Field, Habits
from lived.hands import Calls, Hands
from optimizer.campaign import plan_campaign, replan
from optimizer.campaign.executors import InProcess
from optimizer.desk import Campaign
from optimizer.errors import CampaignError
from optimizer.example import write_example
from optimizer.intake import read_tables
from optimizer.records.coverage import account_list
from optimizer.records.duty_days import days_held
from optimizer.roads import read_roads
from optimizer.settings import CampaignSettings, Settings
from optimizer.territories import assign
from optimizer.workdays import working_days

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from optimizer.forecast import DayRange, Range
    from optimizer.model import DayPlan
    from optimizer.records import Entry
    from optimizer.register import Register

CREWS_A_STATION = 3


class Told(NamedTuple):
    """A forecast as it was told on a day, of a station ("" the county)."""

    day: dt.date
    station: str
    finish: DayRange
    reached: Range
    crew_days: Range


@dataclass
class Diary:
    """What is written down along the way, to be judged at the end.

    Attributes
    ----------
    crew_days
        That the first certificate's forecast needs.
    printed
        Days and their plans, in the order of printing.
    forecasts
        Of each month, for the county and each station.
    moves
        Of each replan: day, open, missed, moved.
    paces
        Of each replan: day, station, pace.
    season
        Of each festival: accounts on the season list three weeks before it.
    requests
        Request id: account, asked on, voltage.
    told
        Requests of which the entry said that the limit cannot be kept.
    doors, doubled
        Rows of all sheets, and those whose door was on a sheet that is still out.
    own_block, own_on_sheet
        Open customers of the day's own blocks, and how many of them are on its sheets.
    """

    crew_days: int = 0
    printed: list[DayPlan] = field(default_factory=list)
    forecasts: list[Told] = field(default_factory=list)
    moves: list[tuple[dt.date, int, int, int]] = field(default_factory=list)
    paces: list[tuple[dt.date, str, float]] = field(default_factory=list)
    season: dict[dt.date, set[str]] = field(default_factory=dict)
    requests: dict[str, tuple[str, dt.date, str]] = field(default_factory=dict)
    told: set[str] = field(default_factory=set)
    doors: int = 0
    doubled: int = 0
    own_block: int = 0
    own_on_sheet: int = 0


@dataclass
class Life:
    """A campaign that is lived: its folder, its field, and the evening's pile of paper."""

    folder: Campaign
    register: Register
    people: Field
    days: list[dt.date]
    hands: Hands
    diary: Diary = field(default_factory=Diary)
    pile: dict[dt.date, list[list[Entry]]] = field(default_factory=lambda: defaultdict(list))
    out: dict[str, str] = field(default_factory=dict)
    """Doors on a sheet that is still out, and the crew and day of that sheet."""
    typed: list[Entry] = field(default_factory=list)

    def run(self, progress: Callable[[int, int], None] | None = None) -> None:
        """Live all days."""
        before = os.environ.get("ZOUFANG_TODAY", "")
        sheets: list[DayPlan] = []
        for number, day in enumerate(self.days):
            os.environ["ZOUFANG_TODAY"] = day.isoformat()
            if number and day.month != self.days[number - 1].month:
                self.first_of_month(day)
            rain = self.people.rng.random() < self.people.habits.trouble["rain_chance"]
            if number == 0:
                sheets = self.print_day(day)
            for plan in sheets:
                self.send_out(plan, number, rain=rain)
            self.evening(day)
            if number + 1 < len(self.days):
                sheets = self.print_day(self.days[number + 1])
            if progress is not None:
                progress(number + 1, len(self.days))
        for day in sorted(self.pile):
            self.take(self.pile.pop(day))
        os.environ["ZOUFANG_TODAY"] = before

    def print_day(self, day: dt.date) -> list[DayPlan]:
        """The chief's five o'clock: plans of every station that should send somebody out."""
        self.ask_for_sheets(day)
        plans = []
        for station in stations_of(self.folder, day):
            plans.append(self.hands.plan_day(station, day))
            self.note_sheets(plans[-1])
        self.diary.printed += plans
        return plans

    def note_sheets(self, plan: DayPlan) -> None:
        """Whose door is on a second sheet, and whether the day's own block is on the first."""
        accounts = {visit.visit_id: visit.account_no for visit in plan.visits}
        printed = {
            accounts[stop.visit_id]: f"{route.crew_id} {plan.date}"
            for route in plan.routes
            for stop in route.stops
        }
        station = plan.station.station_id
        block = self.register.agenda.block_customers(
            station, plan.date.isoformat(), plan.date.isoformat()
        )
        own = set(block["account_no"].astype(str)) - set(self.out)
        self.diary.doors += len(printed)
        self.diary.doubled += len(set(printed) & set(self.out))
        self.diary.own_block += len(own)
        self.diary.own_on_sheet += len(own & set(printed))
        self.out |= printed

    def ask_for_sheets(self, day: dt.date) -> None:
        """What nobody has handed in for a week is lost: the program gives it up by itself."""
        since = days_held(day, self.folder.settings)
        for sheet in set(self.out.values()):
            if dt.date.fromisoformat(sheet[-10:]) < since:
                self.close_sheet(sheet)

    def send_out(self, plan: DayPlan, number: int, *, rain: bool) -> None:
        """All crews of a plan; their sheets come back today, late or never."""
        rng, trouble = self.people.rng, self.people.habits.trouble
        for route in plan.routes:
            tour = self.people.walk(plan, route, rain=rain)
            if not tour.worked:
                self.give_up(plan, route.crew_id)
            if not tour.entries or rng.random() < trouble["lost_chance"]:
                continue
            later = rng.randint(1, 5) if rng.random() < trouble["late_chance"] else 0
            when = self.days[min(number + later, len(self.days) - 1)]
            self.pile[when].append(tour.entries)

    def give_up(self, plan: DayPlan, crew: str) -> None:
        """A crew that was ill brings its sheet back as it is."""
        self.hand_back(plan.station.station_id, plan.date, crew)

    def hand_back(self, station: str, day: dt.date, crew: str) -> None:
        """The office notes that what has no record on a sheet was not reached."""
        self.hands.give_up(station, day, crew)
        self.close_sheet(f"{crew} {day}")

    def close_sheet(self, sheet: str) -> None:
        """Nothing more will come of a sheet."""
        self.out = {door: where for door, where in self.out.items() if where != sheet}

    def evening(self, day: dt.date) -> None:
        """What clerks and departments do after the crews are back."""
        self.take(self.pile.pop(day, []))
        self.rectify(day)
        self.connect(day)
        if day.weekday() == 4:
            self.telephone(day)
        for festival in FESTIVALS:
            if day <= festival - dt.timedelta(days=14):
                listed = account_list(self.register, "season", day)
                self.diary.season[festival] = set(listed["account_no"])

    def take(self, sheets: Sequence[Sequence[Entry]]) -> None:
        """Type sheets in."""
        for entries in sheets:
            self.hands.take(entries)
            self.typed += entries
            first = entries[0]
            self.hand_back(first.station, dt.date.fromisoformat(first.date), first.crew)

    def rectify(self, day: dt.date) -> None:
        """Departments mend what was found some days ago."""
        wait = dt.timedelta(days=self.people.habits.office["rectified_after_days"])
        where = "findings.state = 'open' AND project = '' AND found_on <= ?"
        rows = self.register.ledgers.frame("findings", where, [(day - wait).isoformat()])
        for row in rows.to_dict("records"):
            self.people.rectify(row["account_no"], row["category"])
            self.hands.rectify(str(row["finding"]), str(row["account_no"]), day)

    def connect(self, day: dt.date) -> None:
        """People ask for connections; who was visited is connected."""
        rng, office = self.people.rng, self.people.habits.office
        for voltage, chance in (
            ("urban", office["urban_requests_a_day"]),
            ("hv10kv", office["hv_requests_a_day"]),
        ):
            if rng.random() < chance:
                account = rng.choice(sorted(self.people.households))
                if self.people.households[account].fate:
                    continue
                request = self.folder.add_request(account, voltage, day)
                if self.folder.request_at_risk(request) is not None:
                    self.diary.told.add(request)
                self.diary.requests[str(request)] = (account, day, voltage)
        done = {
            (call.account_no, call.day)
            for call in self.people.calls
            if call.kind == "request" and call.result == "done"
        }
        rows = self.register.ledgers.frame("requests", "requests.state = 'open'")
        for row in rows.to_dict("records"):
            asked = dt.date.fromisoformat(str(row["asked_on"]))
            if any(account == row["account_no"] and asked <= when for account, when in done):
                self.hands.connect(str(row["request"]), str(row["account_no"]), day)

    def telephone(self, day: dt.date) -> None:
        """Some of those on the telephone list agree on a day."""
        wait = dt.timedelta(days=4 if day.weekday() < 1 else 6)
        for row in account_list(self.register, "telephone", day).to_dict("records"):
            home = self.people.households[str(row["account_no"])]
            agrees = self.people.rng.random() < self.people.habits.office["telephone_success"]
            if agrees and home.migrant is None and not home.fate:
                self.hands.promise(str(row["account_no"]), day + wait, "09:00-11:00")

    def first_of_month(self, day: dt.date) -> None:
        """Status is read, and the rest is planned anew."""
        told = self.folder.forecast(day)
        if told is not None:
            self.diary.forecasts += [
                Told(day, one.station, one.finish, one.reached, one.crew_days)
                for one in (told.county, *told.stations)
            ]
        if day >= self.days[-1] - dt.timedelta(days=20):
            return
        made = replan(self.register, self.folder.roads, self.folder.settings, day,
                      folder=self.folder.path, executor=InProcess())  # fmt: skip
        self.register.save_calendar(made.blocks, made.visits, made.campaign.unplanned, made.missed)
        for news in made.stations:
            moved, same, kept = news.moved, news.same, news.kept
            self.diary.moves.append((day, moved + same + kept, news.overdue, moved))
            if news.pace is not None:
                self.diary.paces.append((day, news.station, news.pace))


def stations_of(desk: Campaign, day: dt.date) -> list[str]:
    """Stations that have to send somebody out on a day."""
    try:
        return desk.stations_on(day)
    except CampaignError:
        return []


def begin(
    path: Path,
    customers: int,
    habits: Habits,
    seed: int,
    finish: dt.date | None = None,
) -> Life:
    """A made-up county of two or more stations with three crews each, planned."""
    write_example(path, customers=customers, seed=seed)
    crews = pd.read_csv(path / "input" / "crews.csv", dtype="str", encoding="utf-8-sig")
    three_crews(crews).to_csv(path / "input" / "crews.csv", index=False, encoding="utf-8-sig")
    horizon = CampaignSettings(seed=seed) if finish is None else CampaignSettings(
        seed=seed, finish=finish)  # fmt: skip
    folder = Campaign.create(path, Settings(campaign=horizon))
    tables = read_tables(
        stations=path / "input" / "stations.csv", areas=path / "input" / "areas.csv",
        customers=path / "input" / "customers.csv", crews=path / "input" / "crews.csv",
        leave=path / "input" / "leave.csv",
    )  # fmt: skip
    read_roads(path / "input" / "roads.osm.pbf", folder.settings.travel).save(folder.roads_path)
    register = folder.register
    register.take_in(tables.tables, "years", "wgs84")
    drawn = assign(
        register.customers(), register.areas(), register.stations(), register.crews(),
        folder.roads, folder.settings, leave=register.leave(),
    )  # fmt: skip
    made = plan_campaign(register, folder.roads, folder.settings, folder=path, territories=drawn,
                         executor=InProcess())  # fmt: skip
    register.save_territories(drawn.customers, drawn.areas)
    register.save_calendar(made.blocks, made.visits, made.unplanned)
    span = folder.settings.campaign
    calendar = working_days(span.start, span.finish)
    days = [day.date() for day in calendar.loc[calendar["working"], "date"]]
    accounts = sorted(register.customers()["account_no"].astype(str))
    stations = list(register.stations()["station"].astype(str))
    people = Field.of(accounts, stations, habits, seed)
    life = Life(folder, register, people, days, Calls(folder))
    told = folder.forecast()
    life.diary.crew_days = 0 if told is None else told.county.crew_days.middle
    return life


def three_crews(crews: pd.DataFrame) -> pd.DataFrame:
    """The crews of the file, with as many more as each station lacks, on duty like the others."""
    station = crews["供电所"]
    more = []
    for where in station.unique():
        own = crews[station == where]
        for number in range(len(own) + 1, CREWS_A_STATION + 1):
            like = own.iloc[(number - 1) % len(own)].to_dict()
            more.append(like | {"走访小组": f"{where}-{number:02d}", "成员1": f"丙{number}{where}",
                                "成员2": f"丁{number}{where}", "值班日": "3,4"})  # fmt: skip
    return pd.concat([crews, pd.DataFrame(more)], ignore_index=True)
