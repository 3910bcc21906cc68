"""A campaign is a folder: where its parts lie, and what to do when one is missing."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from optimizer.atomic_files import file_name, make_folder, write_whole
from optimizer.catalogue import os_reason
from optimizer.errors import CampaignError, ZoufangError
from optimizer.register import Register
from optimizer.settings import Settings, load_settings, settings_toml, with_values

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from optimizer.catalogue import Lang
    from optimizer.roads import Roads


@dataclass(frozen=True)
class CampaignFolder:
    """The folder of one campaign.

    Raises
    ------
    CampaignError
        From each part that is not there, with the command that makes it.
    """

    path: Path
    lang: Lang | None = None
    """In which language to speak instead of that of the settings."""

    @classmethod
    def create(cls, path: Path, settings: Settings) -> CampaignFolder:
        """Make an empty campaign: settings and an empty register."""
        folder = cls(path)
        if folder.settings_path.exists():
            raise CampaignError("folder.is_campaign", path=path)
        try:
            make_folder(path)
        except OSError as error:
            raise CampaignError("folder.not_made", path=path, why=os_reason(error)) from None
        if not folder._has_unused_register():
            Register.create(folder.register_path).close()
        write_whole(folder.settings_path, settings_toml(settings))
        return folder

    def _has_unused_register(self) -> bool:
        """Whether a creation that was killed has left its register behind."""
        if not self.register_path.is_file():
            return False
        with Register.open(self.register_path) as register:
            return register.is_unused

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
    def workdays_path(self) -> Path | None:
        """The campaign's own working days, if it has them."""
        path = self.path / "workdays.csv"
        return path if path.is_file() else None

    @cached_property
    def settings(self) -> Settings:
        """The campaign's settings."""
        settings = load_settings(self.settings_path)
        changed: dict[str, object] = dict(self._overdue_horizon())
        if self.lang is not None:
            changed["lang"] = self.lang
        if not changed:
            return settings
        return settings.model_copy(
            update={"campaign": settings.campaign.model_copy(update=changed)}
        )

    def keep_horizon(self, start: dt.date, finish: dt.date) -> None:
        """Write the first and the last day into campaign.toml, whose other lines stay."""
        text = self.settings_path.read_text(encoding="utf-8")
        days = {"start": start, "finish": finish}
        write_whole(self.settings_path, with_values(text, "campaign", days))

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

    @cached_property
    def roads(self) -> Roads:
        """The campaign's street network."""
        from optimizer.roads import load_roads  # noqa: PLC0415  (most commands need no roads)

        if not self.has_roads:
            raise CampaignError("folder.no_roads", path=self.path)
        return load_roads(self.roads_path, self.settings.travel)

    @property
    def has_roads(self) -> bool:
        """Whether a street network has been read."""
        return self.roads_path.is_dir()

    def register(self) -> Register:
        """Open the register; the caller closes it."""
        if not self.settings_path.exists():
            raise CampaignError("folder.no_campaign", path=self.path)
        return Register.open(self.register_path)

    def out(self, date: dt.date, station: str) -> Path:
        """Where the paper and maps of a station's day go."""
        return self.path / "out" / date.isoformat() / file_name(station)
