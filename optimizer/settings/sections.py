"""The settings, typed: each has a default, a unit and a sentence.

The sentence is what `zoufang init` writes above the setting and what the README lists.
"""

from __future__ import annotations

import datetime as dt
import math
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from optimizer.errors import SettingsError
from optimizer.settings.priors import ForecastSettings
from optimizer.settings.section import Section
from optimizer.settings.values import (
    MOST_DAYS,
    Clock,
    MaybeMonthDay,
    Minutes,
    Name,
    address,
    some_windows,
)


class CampaignSettings(Section):
    """Name and horizon of the campaign."""

    ascending = (("start", "finish"),)

    name: Name = "大走访"
    """What the sheets call the campaign."""
    county: Name = "醴陵市"
    """Name of the county, for titles."""
    start: dt.date = dt.date(2027, 1, 4)
    """First day on which crews go out."""
    finish: dt.date = dt.date(2029, 6, 29)
    """Last day: everybody has been visited by then."""
    pace: Literal["even", "early"] = "even"
    """"even" spreads each crew's blocks over the horizon, "early" finishes as soon as possible."""
    spare_share: float = Field(default=0.1, ge=0, lt=1)
    """Share of a crew's duty days, at the end of the horizon, that an even pace leaves free."""
    stretch_days: int = Field(default=5, ge=1, le=MOST_DAYS)
    """A crew goes out on about so many duty days in a row before a pause: longer chains of areas
    are cut to twice as many where that breaks the fewest, and up to four times as many stay
    together where a cut would leave an area in parts."""
    season_free: bool = True
    """Whether first visits make way for the season list in the days around Spring Festival."""
    freeze_days: int = Field(default=14, ge=0, le=MOST_DAYS)
    """When the campaign is planned anew, so many days from today stay as printed."""
    seed: int = 1
    """Everything that is random follows from this number."""
    lang: Literal["zh", "en"] = "zh"
    """Language of sheets, maps and messages."""
    note: str = ""
    """A line printed on every sheet and map, such as that the data are made up."""


class TravelSettings(Section):
    """How crews get from door to door."""

    speed_kph: dict[str, Annotated[float, Field(ge=0, le=150)]] = Field(
        default={
            "motorway": 0,
            "trunk": 50,
            "primary": 45,
            "secondary": 40,
            "tertiary": 35,
            "unclassified": 30,
            "residential": 25,
            "living_street": 15,
            "service": 20,
            "road": 25,
            "track": 15,
            "path": 10,
            "footway": 8,
            "pedestrian": 8,
            "cycleway": 15,
            "bridleway": 10,
        }
    )
    """Motorcycle speed in km/h by OpenStreetMap class of road; 0 is not ridden, nor is what is
    missing here."""
    speed_factor: float = Field(default=1.0, gt=0, le=2)
    """All riding speeds are multiplied by this: 0.77 when rain makes rides 30 % longer."""
    approach_kph: float = Field(default=10, gt=0, le=100)
    """Riding speed in km/h along the road in front of a house, at most half of `spacing_m`."""
    parking_s: int = Field(default=60, ge=0)
    """Seconds to mount and to park, once a ride."""
    walk_kph: float = Field(default=4.3, gt=0, le=20)
    """Walking speed in km/h."""
    walk_detour: float = Field(default=1.3, ge=1, le=10)
    """Metres walked for each metre as the crow flies."""
    max_walk_m: int = Field(default=1500, gt=0)
    """Houses farther than this from any usable road are listed as unreachable."""
    spacing_m: int = Field(default=100, ge=20)
    """Roads are cut so that a house is at most half of this from a node."""


class TerritorySettings(Section):
    """Areas that are formed where the files name none."""

    least_customers: int = Field(default=60, ge=1)
    """A new area has at least so many customers where there are enough."""
    most_customers: int = Field(default=100, ge=1)
    """A new area has at most so many customers, and a full one takes in nobody else."""

    @model_validator(mode="after")
    def _least_below_most(self) -> TerritorySettings:
        if self.most_customers < 3 * self.least_customers / 2:
            raise SettingsError("value.most_customers")
        return self


_USUAL_MIN: dict[str, float] = {"household": 12, "business": 20, "hv10kv": 60}


class VisitSettings(Section):
    """How long a visit takes."""

    service_min: dict[str, Minutes] = Field(default=_USUAL_MIN)
    """Minutes at the door by kind of customer, where the customer file gives none."""
    setup_min: float = Field(default=2, ge=0)
    """Minutes to introduce oneself, once an address."""

    def service_s(self, kind: str, given_min: float = math.nan) -> int:
        """Seconds of a visit without the introduction.

        Parameters
        ----------
        kind
            Of the customer; one that is not known takes as long as a household. A kind that
            `service_min` leaves out takes as long as by default.
        given_min
            What the customer file says; NaN for nothing.
        """
        if math.isnan(given_min):
            usual = _USUAL_MIN | self.service_min
            given_min = usual.get(kind, usual["household"])
        return round(given_min * 60)

    @property
    def setup_s(self) -> int:
        """Seconds of the introduction."""
        return round(self.setup_min * 60)


class ShiftSettings(Section):
    """A crew's day."""

    ascending = (("start", "end"), ("lunch_start", "lunch_end"))

    start: Clock = 8 * 3600
    """Crews leave the station."""
    end: Clock = 17 * 3600
    """Crews are back."""
    lunch_start: Clock = 11 * 3600 + 1800
    """Lunch begins not before."""
    lunch_end: Clock = 13 * 3600
    """Lunch begins not after."""
    lunch_min: int = Field(default=60, ge=0)
    """Minutes of lunch; 0 for none."""
    lunch_at: Literal["road", "station"] = "road"
    """Where lunch is taken."""
    weekdays: list[Annotated[int, Field(ge=1, le=7)]] = Field(default=[1, 2, 3, 4, 5], min_length=1)
    """Days of the week on which crews go out, Monday is 1."""
    base: Literal["station", "home"] = "station"
    """Where crews begin and end the day of a day plan; at the station if the crew file names no
    home. The campaign reckons from the station."""
    duty_every: int = Field(default=1, ge=1)
    """A crew whose file names no duty days goes out every n-th working day."""


class BlockSettings(Section):
    """The campaign's crew-days."""

    ascending = (("min_visits", "max_visits"),)

    min_visits: int = Field(default=15, ge=1)
    """A block has at least so many visits where its work allows."""
    max_visits: int = Field(default=25, ge=1)
    """A block has at most so many visits."""
    reserve_share: float = Field(default=0.1, ge=0, lt=1)
    """Share of a crew's working time kept free for revisits and retries."""


class DaySettings(Section):
    """The plan of one station's day."""

    seconds: float = Field(default=10, gt=0)
    """Time to look for a better plan."""
    balance: float = Field(default=0.0, ge=0)
    """Price of each second between the longest and the shortest working time of the crews."""
    overlap: float = Field(default=0.0, ge=0)
    """Price in seconds of travel of each crew beyond the first in one area."""
    block_crew_min: float = Field(default=5, ge=0)
    """Minutes of travel that it is worth to leave a visit with the crew of its block."""
    same_crew_min: float = Field(default=20, ge=0)
    """Minutes of travel that it is worth to send the crew that was there before."""
    preferred_time_min: float = Field(default=10, ge=0)
    """Minutes of travel that it is worth to come at a preferred time."""
    keep_min: float = Field(default=10, ge=0)
    """Minutes of travel that it is worth, when a plan is made anew, to leave a visit with its
    crew."""
    keep_order_min: float = Field(default=5, ge=0)
    """The same, to leave it right after the visit that it is printed after."""
    keep_sheet_min: float = Field(default=60, ge=0)
    """The same, not to drop a printed visit, and not to add one that need not be made."""
    offered_per_crew: int = Field(default=50, ge=1)
    """So many candidates a crew are looked at, the most pressing first; the others wait."""
    hold_days: int = Field(default=5, ge=0, le=MOST_DAYS)
    """A door on a printed sheet without a record is kept off other sheets for so many working
    days."""
    backlog_visits: int = Field(default=20, ge=0)
    """So many waiting visits, beyond the room of the crews that go out anyway, send another crew
    out; a quarter less where the station's month is behind, three times as many where it is ahead,
    and fewer for a crew that has long been in; 0 for never."""


class PaperSettings(Section):
    """The printed sheets."""

    qr: Literal["amap", "baidu", "tencent", "geo", "none"] = "amap"
    """Which app the small code beside each stop opens."""
    map_url: Annotated[str, AfterValidator(address)] = ""
    """Where crews find their phone maps, with {date}, {station} and {crew}; the large code on the
    sheet opens it. Empty: no large code."""
    hotline: str = "95598"
    """The power company's hotline, printed on cards and notes."""
    fonts: str = ""
    """A folder with more fonts, for characters that the built-in one lacks."""
    bag_always: dict[str, float] = Field(
        default={"tester": 1, "screwdrivers": 1, "pliers": 1, "gloves": 2, "tape": 1}
    )
    """Tools that every crew takes along."""
    bag_per_visit: dict[str, float] = Field(
        default={
            "opinion_form": 1,
            "contact_card": 1,
            "note": 0.3,
            "fuse": 0.2,
            "bulb": 0.1,
            "rcd": 0.04,
        }
    )
    """Things taken along for each visit, rounded up for the day."""
    bag_per_finding: dict[str, dict[str, float]] = Field(
        default={
            "low_voltage": {"multimeter": 1},
            "wiring": {"wire": 5, "tape": 1},
            "rcd": {"rcd": 1},
            "meter": {"meter_seal": 1, "multimeter": 1},
            "outage": {"fuse": 2},
            "tree": {"saw": 1},
        }
    )
    """Things taken along for each revisit, by the category of the finding that it checks."""


class PhoneSettings(Section):
    """The phone maps."""

    tiles: Literal["", "amap", "tianditu", "osm"] = ""
    """Tiles beneath the map where there is a network; empty: none, and no request to anywhere."""
    tianditu_key: str = ""
    """The key that Tianditu gives to its users, needed for its tiles."""
    credit: str = "© OpenStreetMap"
    """The credit of the roads in the corner of the map."""


class ServeSettings(Section):
    """The desk in a browser."""

    workers: int = Field(default=1, ge=1, le=64)
    """So many processes plan days at a time, each on two cores, and as many answer and print."""
    next_day_from: str = "15:00"
    """From this time of day on a chief sees tomorrow first."""
    phone_address: str = Field(default="", pattern=r"^(https?://\S+)?$")
    """How phones reach the server, as https://desk.example.cn; empty: as the chief reaches it."""
    backup_folder: str = "backups"
    """Where the hourly backups go: a folder in the campaign's, or the path of another."""
    backup_hours: float = Field(default=1.0, gt=0)
    """A backup is written every so many hours while the server runs."""
    backups_kept: int = Field(default=48, ge=2)
    """So many of the latest backups are kept, and of older ones one a day for 60 days."""


class FollowSettings(Section):
    """What follows from what came back from the field."""

    ascending = (("revisit_from_days", "revisit_by_days"),)

    retry_after_days: int = Field(default=3, ge=1, le=MOST_DAYS)
    """Nobody home: the next try is so many days later, in another part of the day."""
    max_tries: int = Field(default=3, ge=1)
    """After so many failed tries a customer goes to the list of `after_tries`."""
    after_tries: dict[str, Literal["season", "evening", "telephone"]] = Field(
        default={"household": "season", "business": "telephone", "hv10kv": "telephone"}
    )
    """The list by kind of customer: visited in the season, in the evening, or telephoned to."""
    list_tries: int = Field(default=3, ge=1)
    """After so many more calls from the season or evening list a customer is telephoned to."""
    appointment_tries: int = Field(default=3, ge=1)
    """After so many appointments at which nobody was home the office decides."""
    revisit_tries: int = Field(default=3, ge=1)
    """After so many failed calls to check a finding the customer is telephoned to."""
    season_before_days: int = Field(default=10, ge=0, le=MOST_DAYS)
    """The season in which migrant workers are home begins so many days before Spring Festival."""
    season_after_days: int = Field(default=15, ge=0, le=MOST_DAYS)
    """It ends so many days after Spring Festival."""
    season_every_day: bool = True
    """Whether crews are on duty on each working day of the season, whatever their duty days: its
    list can be called on in few days. Not in a season so early that nobody is on the list."""
    season_first: MaybeMonthDay = ""
    """Instead: the season's first day (MM-DD) of every year, with `season_last`."""
    season_last: MaybeMonthDay = ""
    """The season's last day (MM-DD) of every year, with `season_first`."""
    evening: Annotated[str, AfterValidator(some_windows)] = "17:00-20:00"
    """When customers of the evening list are called on."""
    refused_after_days: int = Field(default=90, ge=1, le=MOST_DAYS)
    """A customer who refused is asked once more after so many days; then the office decides."""
    revisit_from_days: int = Field(default=7, ge=1, le=MOST_DAYS)
    """A finding is checked not before so many days after it was found."""
    revisit_by_days: int = Field(default=30, ge=1, le=MOST_DAYS)
    """A finding is checked at the latest so many days after it was found."""
    recheck_repaired: list[str] = Field(default=["wiring"])
    """Categories of findings that are checked again though they were repaired on the spot."""
    department: dict[str, str] = Field(
        default={
            "low_voltage": "运维检修部",
            "wiring": "供电所",
            "rcd": "供电所",
            "meter": "计量班",
            "billing": "营销部",
            "outage": "运维检修部",
            "tree": "供电所",
            "pole": "运维检修部",
            "attitude": "客户服务部",
            "other": "供电所",
        }
    )
    """The department that owns findings and opinions of a category."""
    rectify_days: dict[str, Annotated[int, Field(ge=0, le=MOST_DAYS)]] = Field(
        default={"low_voltage": 30, "outage": 7, "wiring": 14, "attitude": 7, "billing": 7}
    )
    """Days until a finding of a category is to be rectified; 20 where it is not named."""
    low_voltage_customers: int = Field(default=3, ge=1)
    """Low voltage at so many customers of a transformer area makes it an area finding."""
    area_step_days: int = Field(default=30, ge=1, le=MOST_DAYS)
    """An area finding is overdue when it has been in one state for so many days."""
    urban_visits: int = Field(default=1, ge=1)
    """An urban connection is made with at most so many visits."""
    urban_workdays: int = Field(default=1, ge=1, le=MOST_DAYS)
    """An urban connection is made within so many working days."""
    hv_visits: int = Field(default=3, ge=1)
    """A 10 kV connection is made with at most so many visits."""
    hv_days: int = Field(default=30, ge=1, le=MOST_DAYS)
    """A 10 kV connection is made within so many days."""
    opinion_words: dict[str, list[str]] = Field(
        default={
            "low_voltage": ["电压", "灯暗", "带不动"],
            "outage": ["停电", "跳闸", "断电"],
            "billing": ["电费", "电价", "缴费", "收费", "账单"],
            "meter": ["电表", "表计", "计量"],
            "tree": ["树"],
            "pole": ["电杆", "杆子", "线杆"],
            "wiring": ["线路", "电线", "老化"],
            "attitude": ["态度", "服务"],
        }
    )
    """Words by which an opinion is sorted into a category, the first that fits; else other."""
    praise_words: list[str] = Field(
        default=["满意", "感谢", "谢谢", "表扬", "点赞", "很好", "挺好", "周到", "热情"]
    )
    """Words of praise: an opinion of nothing else is counted apart and is no open matter."""
    first_price_min: int = Field(default=120, ge=0)
    """Minutes of travel that a first visit on its planned day is worth."""
    learn: bool = True
    """Whether times learned from the field correct the planner's: by kind of customer, area and
    crew of each station in its day plans. `zoufang learn` shows them."""
    absent_min: float = Field(default=3, ge=0)
    """Minutes that a call takes at which nobody is home; how often that is, records show."""
    learn_min: int = Field(default=30, ge=2)
    """Observations without which a time is not corrected; with as many by half, with more by
    more."""

    @property
    def most_tries(self) -> int:
        """Calls at one door, those of its list included, before others than crews have it."""
        return self.max_tries + self.list_tries


class Settings(Section):
    """All of campaign.toml."""

    campaign: CampaignSettings = CampaignSettings()
    travel: TravelSettings = TravelSettings()
    territories: TerritorySettings = TerritorySettings()
    visit: VisitSettings = VisitSettings()
    shift: ShiftSettings = ShiftSettings()
    blocks: BlockSettings = BlockSettings()
    day: DaySettings = DaySettings()
    paper: PaperSettings = PaperSettings()
    phone: PhoneSettings = PhoneSettings()
    follow: FollowSettings = FollowSettings()
    serve: ServeSettings = ServeSettings()
    forecast: ForecastSettings = ForecastSettings()

    @property
    def absent_s(self) -> int:
        """Seconds of a call at which nobody is home, beside those of the introduction."""
        return max(0, round(self.follow.absent_min * 60) - self.visit.setup_s)
