"""A campaign that is open: its folder, settings, register, roads and working days in one."""

from __future__ import annotations

import datetime as dt
import os
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from optimizer.context import CampaignContext
from optimizer.errors import CampaignError
from optimizer.folder import CampaignFolder
from optimizer.settings import Settings

if TYPE_CHECKING:
    from typing import Self

    from optimizer.catalogue import Lang
    from optimizer.register import Register
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
    ) -> None:
        self.folder = CampaignFolder(Path(path), lang)
        self._today = None if today is None else day_of(today)
        self._register: Register | None = None

    @classmethod
    def create(cls, path: str | os.PathLike[str], settings: Settings | None = None) -> Self:
        """Make an empty campaign: settings and an empty register.

        Raises
        ------
        CampaignError
            There is a campaign already, or the folder cannot be made.
        """
        CampaignFolder.create(Path(path), settings or Settings())
        return cls(path)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the register; it is opened again when it is needed again."""
        if self._register is not None:
            self._register.close()
            self._register = None

    @property
    def path(self) -> Path:
        """The campaign's folder."""
        return self.folder.path

    @property
    def settings(self) -> Settings:
        """campaign.toml."""
        return self.folder.settings

    @property
    def lang(self) -> Lang:
        """The language that is spoken."""
        return self.settings.campaign.lang

    @property
    def register(self) -> Register:
        """The register, open until `close`."""
        if self._register is None:
            self._register = self.folder.register()
        return self._register

    @cached_property
    def roads(self) -> Roads:
        """The street network."""
        return self.folder.roads

    @property
    def known_roads(self) -> Roads | None:
        """The street network, None where none has been read."""
        return self.roads if self.folder.has_roads else None

    @property
    def workdays(self) -> Path | None:
        """The campaign's own working days, if it has them."""
        return self.folder.workdays_path

    @property
    def today(self) -> dt.date:
        """The day it is."""
        return today() if self._today is None else self._today

    @property
    def context(self) -> CampaignContext:
        """Register, roads, settings and working days in one value."""
        return CampaignContext(self.register, self.roads, self.settings, self.workdays)

    def day(self, date: dt.date | str | None) -> dt.date:
        """A day as it was given, today without one."""
        return self.today if date is None else day_of(date)


def today() -> dt.date:
    """The day on the user's own calendar, or ZOUFANG_TODAY, for rehearsals and tests."""
    rehearsed = os.environ.get("ZOUFANG_TODAY")
    if rehearsed:
        return day_of(rehearsed, "ZOUFANG_TODAY")
    return dt.date.today()  # noqa: DTZ011  (the user's own calendar)


def day_of(date: dt.date | str, name: str = "date") -> dt.date:
    """A day given as such or as YYYY-MM-DD.

    Parameters
    ----------
    name
        Of what was given, for the error.

    Raises
    ------
    CampaignError
        It is none.
    """
    if isinstance(date, dt.date):
        return date
    try:
        return dt.date.fromisoformat(date)
    except ValueError:
        raise CampaignError("option.no_day", option=name, text=date) from None


def time_of(text: str, name: str) -> int:
    """A time of day given as HH:MM, in seconds since midnight.

    Raises
    ------
    CampaignError
        It is none.
    """
    from optimizer.settings import clock

    try:
        return clock(text)
    except ValueError as error:
        raise CampaignError("option.wrong", option=name, error=error) from None
