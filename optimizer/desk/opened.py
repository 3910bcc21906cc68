"""A campaign that is open: its folder, settings, register, roads and working days in one."""

from __future__ import annotations

import datetime as dt
import os
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, overload

from optimizer.atomic_files import file_name, make_folder, write_whole
from optimizer.catalogue import os_reason
from optimizer.context import CampaignContext
from optimizer.errors import CampaignError, ZoufangError
from optimizer.model import YEARS
from optimizer.register import Register
from optimizer.settings import Settings, load_settings, settings_toml, with_values
from optimizer.tables.clean_text import narrow
from optimizer.tables.hours import day_of as read_day
from optimizer.tables.hours import seconds_of

if TYPE_CHECKING:
    from typing import Self

    from optimizer.catalogue import Lang
    from optimizer.register.people_names import PeopleNames
    from optimizer.roads import Roads


class OpenCampaign:
    """What every desk has before it: each part is opened when it is first needed.

    Parameters
    ----------
    path
        The campaign's folder.
    lang
        In which language to speak instead of that of the settings.
    today
        The day it is; without it ZOUFANG_TODAY (for rehearsals), else the calendar's.
    who
        The name that stands beside what is changed; that of the system's user without it.

    Raises
    ------
    CampaignError
        From each part that is not there, with the command that makes it.
    """

    def __init__(
        self,
        path: str | os.PathLike[str] = ".",
        *,
        lang: Lang | None = None,
        today: dt.date | str | None = None,
        who: str | None = None,
    ) -> None:
        self.path = Path(path)
        self._who = who
        self._lang = lang
        self._today = None if today is None else day_of(today)
        self._register: Register | None = None
        self._context: CampaignContext | None = None

    @classmethod
    def create(cls, path: str | os.PathLike[str], settings: Settings | None = None) -> Self:
        """Make an empty campaign: settings and an empty register.

        Raises
        ------
        CampaignError
            There is a campaign already, or the folder cannot be made.
        """
        campaign = cls(path)
        if campaign.settings_path.exists():
            raise CampaignError("folder.is_campaign", path=campaign.path)
        try:
            make_folder(campaign.path)
        except OSError as error:
            raise CampaignError(
                "folder.not_made", path=campaign.path, why=os_reason(error)
            ) from None
        if not campaign._has_unused_register():
            Register.create(campaign.register_path).close()
        write_whole(campaign.settings_path, settings_toml(settings or Settings()))
        return campaign

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the register; it is opened again when it is needed again."""
        if self._register is not None:
            self._register.close()
            self._register = None

    # ---- its parts ----------------------------------------------------------------------------

    @property
    def settings_path(self) -> Path:
        """campaign.toml."""
        return self.path / "campaign.toml"

    @property
    def register_path(self) -> Path:
        """register.sqlite."""
        return self.path / "register.sqlite"

    @property
    def roads_path(self) -> Path:
        """The folder of the street network."""
        return self.path / "roads"

    @property
    def workdays(self) -> Path | None:
        """The campaign's own working days, if it has them."""
        from optimizer.workdays import own_table

        return own_table(self.path, "workdays")

    def _has_unused_register(self) -> bool:
        """Whether a creation that was killed has left its register behind."""
        if not self.register_path.is_file():
            return False
        with Register.open(self.register_path) as register:
            return register.is_unused

    def out(self, date: dt.date, station: str) -> Path:
        """Where the paper and maps of a station's day go."""
        return self.path / "out" / date.isoformat() / file_name(station)

    @cached_property
    def settings(self) -> Settings:
        """campaign.toml, in the language that is spoken."""
        settings = load_settings(self.settings_path)
        changed: dict[str, object] = dict(self._overdue_horizon())
        if self._lang is not None:
            changed["lang"] = self._lang
        if not changed:
            return settings
        campaign = settings.campaign.model_copy(update=changed)
        return settings.model_copy(update={"campaign": campaign})

    @property
    def lang(self) -> Lang:
        """The language that is spoken."""
        return self.settings.campaign.lang

    def keep_horizon(self, start: dt.date, finish: dt.date) -> None:
        """Write the first and the last day into campaign.toml, whose other lines stay."""
        text = self.settings_path.read_text(encoding="utf-8")
        days = {"start": start, "finish": finish}
        write_whole(self.settings_path, with_values(text, "campaign", days))
        self.__dict__.pop("settings", None)  # they are read anew

    def _overdue_horizon(self) -> dict[str, dt.date]:
        """The days of a calendar whose planning was killed before campaign.toml had them.

        They are written there now; where that cannot be done they count all the same.
        """
        if not self.register_path.is_file():
            return {}
        days = None
        with suppress(ZoufangError), Register.open(self.register_path) as register:
            days = register.promised_horizon()
            if days is not None:
                self.keep_horizon(*days)
                register.fulfil_horizon()
        return {} if days is None else {"start": days[0], "finish": days[1]}

    @property
    def register(self) -> Register:
        """The register, open until `close`."""
        if self._register is None:
            if not self.settings_path.exists():
                raise CampaignError("folder.no_campaign", path=self.path)
            self._register = Register.open(self.register_path, who=self._who)
        return self._register

    @cached_property
    def names(self) -> PeopleNames:
        """What people call the stations and crews."""
        return self.register.people_names()

    @overload
    def station_id(self, name: str) -> str: ...
    @overload
    def station_id(self, name: str | None) -> str | None: ...
    def station_id(self, name: str | None) -> str | None:
        """The id of a station as people write it, 泗汾供电所 or 泗汾.

        Raises
        ------
        CampaignError
            There is no such station.
        """
        if name is None:
            return None
        station, known = self.names.station(name), self.names.station_ids
        if known and station not in known:
            raise CampaignError("station.unknown", station=name, known=sorted(known))
        return station

    @overload
    def crew_id(self, name: str, station: str | None = None) -> str: ...
    @overload
    def crew_id(self, name: str | None, station: str | None = None) -> str | None: ...
    def crew_id(self, name: str | None, station: str | None = None) -> str | None:
        """The id of a crew as people write it, 2组 or a member's name; else what is written."""
        return None if name is None else self.names.crew(name, station or "")

    def area_id(self, name: str | None) -> str | None:
        """The id of a transformer area by its name, where one has it; else what is written."""
        areas = self.register.areas()
        found = areas["area"][areas["name"] == name]
        return str(found.iloc[0]) if len(found) == 1 else name

    @property
    def who(self) -> str:
        """The name that stands beside what is changed."""
        return self.register.store.who

    @cached_property
    def roads(self) -> Roads:
        """The street network."""
        from optimizer.roads import load_roads

        if not self.has_roads:
            raise CampaignError("folder.no_roads", path=self.path)
        return load_roads(self.roads_path, self.settings.travel)

    @property
    def has_roads(self) -> bool:
        """Whether a street network has been read."""
        return self.roads_path.is_dir()

    @property
    def known_roads(self) -> Roads | None:
        """The street network, None where none has been read."""
        return self.roads if self.has_roads else None

    @property
    def today(self) -> dt.date:
        """The day it is."""
        return today() if self._today is None else self._today

    @property
    def context(self) -> CampaignContext:
        """Register, roads, settings and working days in one value; kept while they stay."""
        now = CampaignContext(self.register, self.roads, self.settings, self.workdays)
        if self._context is None or not self._context.is_same(now):
            self._context = now
        return self._context

    def act_for(self, who: str) -> None:
        """From now on this name stands beside what is changed."""
        self._who = who
        if self._register is not None:
            self._register.store.who = who

    @property
    def first_day(self) -> dt.date:
        """The first day of which there can be records.

        That of the campaign, of its first cycle; before it has begun, that of the first import.
        """
        begun = map(dt.date.fromisoformat, filter(None, self.register.cycles.first_days()))
        start = min([self.settings.campaign.start, *begun])
        if self.today >= start:
            return start
        imported = (dt.date.fromisoformat(at[:10]) for at in self.register.imports()["at"][:1])
        return min([start, *imported])

    def past_day(self, date: dt.date | str | None) -> dt.date:
        """A day on which something has happened, today without one.

        Raises
        ------
        CampaignError
            It is still to come, or before the campaign.
        """
        when = self.day(date)
        if when > self.today:
            raise CampaignError("option.day_ahead", day=when, today=self.today)
        if when < self.first_day:
            raise CampaignError("option.day_before", day=when, first=self.first_day)
        return when

    def day_ahead(self, date: dt.date | str) -> dt.date:
        """A day that somebody is promised: from today on, within a year.

        Raises
        ------
        CampaignError
            It is past, or more than a year away.
        """
        when, last = day_of(date), self.today + dt.timedelta(days=366)
        if not self.today <= when <= last:
            raise CampaignError("option.day_to_come", day=when, first=self.today, last=last)
        return when

    def day(self, date: dt.date | str | None) -> dt.date:
        """A day as it was given, today without one."""
        return self.today if date is None else day_of(date)


def is_rehearsed() -> bool:
    """Whether the day is not that of the clock, whose hour then means nothing."""
    return bool(os.environ.get("ZOUFANG_TODAY"))


def today() -> dt.date:
    """The day on the user's own calendar, or ZOUFANG_TODAY, for rehearsals and tests."""
    rehearsed = os.environ.get("ZOUFANG_TODAY")
    if rehearsed:
        return day_of(rehearsed, "ZOUFANG_TODAY")
    return dt.date.today()  # noqa: DTZ011  (the user's own calendar)


def day_of(date: dt.date | str, name: str = "") -> dt.date:
    """A day given as such, or in any of the ways to write one.

    Parameters
    ----------
    name
        Of the option that gave it, for the error.

    Raises
    ------
    CampaignError
        It is none, or one of another century.
    """
    if isinstance(date, dt.date):
        return date
    day = read_day(narrow(date))
    if day is None or day.year not in YEARS:
        if not name:
            raise CampaignError("option.not_a_day", text=date)
        raise CampaignError("option.no_day", option=name, text=date)
    return day


def time_of(time: str | int, name: str = "time") -> int:
    """A time of day given as people write one, or in seconds since midnight, in seconds.

    Parameters
    ----------
    name
        Of what was given, for the error.

    Raises
    ------
    CampaignError
        It is none.
    """
    from optimizer.settings import clock

    if isinstance(time, int):
        return time
    try:
        read = seconds_of(narrow(time))
        return clock(time) if read is None else read
    except ValueError as error:
        raise CampaignError("option.wrong", option=name, error=error) from None
